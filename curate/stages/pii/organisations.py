"""Rules for organisations, by their labels alone; off unless the type is asked for: most of them are no secret."""

import re
from collections.abc import Iterator

from curate.stages.pii.fields import CLOSING, JOIN, label
from curate.stages.pii.rule import Rule

ENTITY = "ORGANIZATION"

HAN = "\u4e00-\u9fff"
LABEL = label(
    "(?:(?:工作|就职|任职|所在|申请|投保|用人|用工|委托|受托|供货|采购|施工|建设|监理|设计|开户|收款|付款|所属|报告|"
    "送检|主办|承办|填报)?单位(?:名称)?|"
    "公司(?:名称|全称)?|企业(?:名称)?|机构(?:名称)?|雇主|用人单位|开户行|开户银行|供应商(?:名称)?|客户名称|甲方|乙方|"
    "(?<![0-9A-Za-z_-])(?i:employer|company(?:[ _]?name)?|organi[sz]ation(?:[ _]?name)?|institution|workplace|"
    "business[ _]?name|firm|vendor[ _]?name|supplier))"
)
LONGEST_LABEL = 32
CHINESE = re.compile(f"[{HAN}A-Za-z0-9（）()·&]{{2,40}}")
CHINESE_END = re.compile(
    "公司|集团|银行|支行|分行|医院|大学|学院|学校|中学|小学|研究所|研究院|事务所|委员会|合作社|中心|[厂局院部所店社行]"
)
ENGLISH = re.compile(
    "[A-Z0-9][0-9A-Za-z&.'’/-]{0,30}(?: (?:[A-Z0-9&][0-9A-Za-z&.'’/-]{0,30}|of|the|and|for|de)){0,7}(?:, (?:Inc|LLC|"
    "Ltd|LLP|Co)\\.?)?"
)


def read_labelled(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Read the organisation that follows a label: in Chinese up to the last word that ends the name of one."""
    if not LABEL.search(text, max(0, start - LONGEST_LABEL), start):
        return
    value = CHINESE.match(text, end) if "\u4e00" <= text[end : end + 1] <= "\u9fff" else None
    if value:
        last = max((one.end() for one in CHINESE_END.finditer(value[0])), default=0)
        stop = end + last
    else:
        english = ENGLISH.match(text, end)
        stop = english.end() if english else end
    if stop - end > 1:
        yield end, stop


ORGANISATION_RULES: tuple[Rule, ...] = (
    Rule(
        ENTITY,
        "organisation after a label",
        (f"{JOIN}(?=[{HAN}A-Z0-9])",),
        0.5,
        gate=f"(?:单位|名称|公司|全称|企业|机构|雇主|银行|开户行|供应商|[甲乙]方|(?i:employer|company|name|organi[sz]ation|institution|workplace|firm|supplier)){CLOSING}{JOIN}[{HAN}A-Z0-9]",
        read=read_labelled,
    ),
)
