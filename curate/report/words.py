"""What the page says in English and in Chinese: both stand side by side, so that they say the same."""

from typing import Literal, NamedTuple

Language = Literal["en", "zh"]
TAGS: dict[Language, str] = {"en": "en", "zh": "zh-CN"}
"""BCP 47 tags of the page."""


class Said(NamedTuple):
    """The same words twice; `{...}` are filled in by the page."""

    en: str
    zh: str

    def in_(self, lang: Language, **values: object) -> str:
        """Return the words of a language with the values filled in."""
        return (self.en if lang == "en" else self.zh).format(**values)


UNKNOWN = Said("unknown", "未知")
NONE = Said("none", "无")
SOURCE = Said("Source", "来源")
STAGE = Said("Stage", "阶段")
RULE = Said("Rule", "规则")
TYPE = Said("Type", "类型")
TOTAL = Said("all", "合计")
RECORDS = Said("Records", "记录数")
TOKENS = Said("Tokens", "词元数")
READ = Said("Read", "读入")
WRITTEN = Said("Written", "写出")
KEPT = Said("kept", "保留")
LEFT_OUT = Said("left out", "剔除")
LEFT_OUT_HEAD = Said("Left out", "剔除")
TAGGED = Said("tagged", "标记")
TAGGED_HEAD = Said("Tagged", "标记")
UNDETERMINED = Said("not determined", "未判定")
YES = Said("yes", "是")
NO = Said("no", "否")
SHA256 = Said("sha256", "sha256")
