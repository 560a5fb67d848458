"""What the fields of sampled records hold, and which of them are the text, the key, and worth keeping."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import NamedTuple

from curate.core.record import SHARD
from curate.engine.rawlook import Record

DEPTH = 4
"""How deep nested fields are looked at."""
FREE_CHARACTERS = 40
"""Median length from which a field is free text."""
SHORT_CHARACTERS = 40
KEY_CHARACTERS = 80
FILLED = 0.5
"""Share of records that have a field worth keeping."""
MOST_KEPT = 6
MOST_TEXTS = 8
WORTH = 0.04
"""Share of the free text from which a nested field belongs to the text."""
SEVERAL = 2
MOST = 0.8
"""Share of a field's values that have its kind: the others are faults of their records."""

QUESTIONS = (
    "instruction",
    "system",
    "context",
    "title",
    "question",
    "query",
    "ask",
    "prompt",
    "input",
    "problem",
    "标题",
    "题目",
    "问题",
    "提问",
    "问",
    "指令",
    "输入",
)
ANSWERS = (
    "answer",
    "answers",
    "response",
    "output",
    "reply",
    "completion",
    "solution",
    "reference",
    "答案",
    "回答",
    "回复",
    "答",
    "输出",
)
TEXTS = ("text", "content", "body", "raw_content", "full_text", "document", "article", "正文", "内容", "全文", "文本")
TITLES = ("title", "headline", "subject", "标题", "题目", "主题")
PERSONAL = re.compile(r"(?i)name|phone|mobile|mail|address|birth|url|link|href|姓名|电话|手机|身份|住址|地址|邮箱|生日")
"""Fields that are not proposed as columns: of a person, or addresses."""
KEYS = re.compile(r"(^|[._])(id|uid|uuid|guid|key|doi|pmid|编号|序号|案号|文号)$|_id$|Id$|ID$")
ROLES, CONTENTS = ("role", "from", "speaker"), ("content", "value", "text")
SPEAKERS = {"human": "user", "gpt": "assistant", "bot": "assistant"}
TEXTUAL = re.compile(
    r"(?i)(text|content|body|description|desc|summary|abstract|note|notes|comment|narrative)$|"
    r"(内容|正文|描述|摘要|备注|说明)$"
)
"""Fields that are called like text: they are chosen before longer ones."""
MARKUP = re.compile(r"(?i)html|xml|json|base64")
TEXTUAL_CHARACTERS = 12
CJK = re.compile(r"[\u3400-\u9fff]")
LETTER = re.compile(r"[A-Za-z\u3400-\u9fff]")
MACHINE = re.compile(r"\S+|https?://\S*|[\d\s.,:/+-]+")
"""A value that is one word, an address or numbers: nothing that teaches a language."""


class Fact(NamedTuple):
    """What the sample shows of one field."""

    path: str
    filled: float
    """Share of records that have a value."""
    kind: str
    """`string`, `integer`, `number`, `boolean` as most values are, or empty where no kind prevails or it is no such."""
    length: int
    """Median number of characters of the values."""
    longest: int
    different: float
    """Share of values that are different from each other."""
    values: int
    """How many values there are in the sample, several a record below a list."""
    free: bool
    """Whether most values are prose rather than one word, an address or numbers."""


class Choice(NamedTuple):
    """What a source should be told about its fields."""

    text: str = ""
    messages: tuple[tuple[str, str], ...] = ()
    key: str = ""
    keep: tuple[tuple[str, str], ...] = ()


def walked(record: Record, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, object]]:
    """Yield every value of a record by its dotted path, `*` for the items of a list; a field with a dot is left out."""
    for key, value in record.items():
        if "." in key or "{" in key or "}" in key:
            continue
        path = f"{prefix}{key}"
        if isinstance(value, Mapping) and depth < DEPTH:
            yield from walked(value, f"{path}.", depth + 1)
        elif isinstance(value, list) and value and all(isinstance(each, Mapping) for each in value) and depth < DEPTH:
            for each in value:
                yield from walked(each, f"{path}.*.", depth + 1)
        elif isinstance(value, list) and value and all(isinstance(each, str) for each in value):
            yield from ((f"{path}.*", each) for each in value)
        else:
            yield path, value


def facts_of(records: Sequence[Record]) -> list[Fact]:
    """Measure every field of the sample, in the order of appearance."""
    values: dict[str, list[object]] = {}
    holders: dict[str, set[int]] = {}
    for number, record in enumerate(records):
        for path, value in walked(record):
            values.setdefault(path, [])
            if value is not None and value not in ("", [], {}):
                values[path].append(value)
                holders.setdefault(path, set()).add(number)
    return [fact(path, found, len(holders.get(path, ())) / len(records)) for path, found in values.items()]


def fact(path: str, values: Sequence[object], filled: float) -> Fact:
    """Measure one field."""
    said = [value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str) for value in values]
    lengths = [len(value) for value in said] or [0]
    free = sum(not MACHINE.fullmatch(value.strip()) or bool(CJK.search(value)) for value in said)
    kind = kind_of_most(Counter(map(kind_of, values)))
    different = len(set(said)) / max(1, len(said))
    return Fact(path, filled, kind, int(median(lengths)), max(lengths), different, len(said), free > len(said) / 2)


def kind_of_most(kinds: Counter[str]) -> str:
    """Name the kind that most values have, integers among numbers being numbers; empty where none prevails."""
    if kinds["number"]:
        kinds["number"] += kinds.pop("integer", 0)
    kind, count = max(kinds.items(), key=lambda item: item[1], default=("", 0))
    return kind if count >= MOST * kinds.total() else ""


def kind_of(value: object) -> str:
    """Name the kind of a value as `keep` does; empty for lists and objects."""
    if isinstance(value, bool):
        return "boolean"
    return {str: "string", int: "integer", float: "number"}.get(type(value), "")


def choose(records: Sequence[Record]) -> Choice:
    """Choose text, key and kept fields for a sample of records; an empty text where nothing looks like one."""
    facts = facts_of(records)
    messages = chat(records)
    text = "" if messages else text_of(facts, records)
    used = set(re.findall(r"\{([^{}]+)\}", text)) | {text}
    inside = messages[0][1] if messages else ""
    plain = [one for one in facts if "*" not in one.path and one.path not in used]
    plain = [one for one in plain if not inside or not one.path.startswith(inside)]
    key = next((one.path for one in plain if is_key(one, len(records))), "")
    return Choice(text, messages, key, kept([one for one in plain if one.path != key]))


def chat(records: Sequence[Record]) -> tuple[tuple[str, str], ...]:
    """Find the list of chat turns that most records have: its field, and those of role and content within a turn."""
    turns: dict[tuple[str, str, str], list[list[Record]]] = {}
    for record in records:
        for path, value in record.items():
            if not (isinstance(value, list) and value and all(isinstance(turn, Mapping) for turn in value)):
                continue
            role = next((name for name in ROLES if name in value[0]), "")
            content = next((name for name in CONTENTS if name in value[0]), "")
            if role and content:
                turns.setdefault((path, role, content), []).append(value)
    (path, role, content), chats = max(turns.items(), key=lambda item: len(item[1]), default=(("", "", ""), []))
    if not chats or len(chats) < FILLED * len(records):
        return ()
    spoken = sorted({str(turn.get(role)) for chat_ in chats for turn in chat_})
    roles = ", ".join(f"{name}: {SPEAKERS[name]}" for name in spoken if name in SPEAKERS)
    found = (("from", path), ("role", role), ("content", content))
    return (*found, ("roles", f"{{{roles}}}")) if roles else found


def text_of(facts: Sequence[Fact], records: Sequence[Record]) -> str:
    """Choose the text: question and answer, else a field that is called so, else the longest prose."""
    chinese = share_of_chinese(records) > 0.3  # noqa: PLR2004 - mixed text reads as Chinese
    strings = [one for one in facts if one.kind == "string" and one.filled > 0]
    flat = {one.path.lower(): one.path for one in strings if "." not in one.path}
    asked = [path for name, path in flat.items() if name in QUESTIONS]
    answers = [path for name, path in flat.items() if name in ANSWERS]
    if {"q", "a"} <= flat.keys():  # so short a name says something only beside the other
        asked, answers = [*asked, flat["q"]], [*answers, flat["a"]]
    if answers and asked:
        said = " ".join(f"{{{path}}}" for path in asked)
        return f"问：{said}\n答：{{{answers[0]}}}" if chinese else f"Question: {said}\nAnswer: {{{answers[0]}}}"
    free = [one for one in strings if one.free and one.length >= (FREE_CHARACTERS // (2 if chinese else 1))]
    named = [one for one in free if one.path.lower() in TEXTS]
    nested = [one for one in free if "." in one.path]
    if named or not nested:
        called = [one for one in strings if one.free and one.length >= TEXTUAL_CHARACTERS and TEXTUAL.search(one.path)]
        plain = [one for one in free if not MARKUP.search(one.path)]
        best = max(named or called or plain or free, key=lambda one: one.length * one.filled, default=None)
        return titled(flat, best.path) if best else ""
    titles = [one for one in strings if one.path.rpartition(".")[2].lower() in TITLES and "*" not in one.path]
    total = sum(map(weight, free))
    chosen = [one for one in sorted(free, key=weight)[-MOST_TEXTS:] if weight(one) >= WORTH * total]
    order = [one for one in facts if one in chosen or one in titles[:1]]
    order.sort(key=lambda one: one not in titles[:1])
    return "\n".join(f"{{{one.path}}}" for one in order)


def weight(one: Fact) -> float:
    """Return how many different characters a field brings: what stands in every record teaches nothing."""
    return one.length * one.values * one.different


def titled(flat: Mapping[str, str], text: str) -> str:
    """Put a title before the text where there is one."""
    title = next((flat[name] for name in TITLES if name in flat and flat[name] != text), "")
    return f"{{{title}}}\n{{{text}}}" if title else text


def is_key(one: Fact, sampled: int) -> bool:
    """Tell whether a field names its record: called so, always there, never twice, short."""
    unique = one.filled == 1 and one.different == 1 and sampled > 1
    short = one.kind in {"string", "integer"} and one.longest <= KEY_CHARACTERS
    return unique and short and bool(KEYS.search(one.path))


def kept(facts: Sequence[Fact]) -> tuple[tuple[str, str], ...]:
    """Choose short, well-filled fields that tell records apart into groups, with their kinds."""
    taken = {*SHARD.names, "row"}
    chosen: list[tuple[str, str]] = []
    for one in facts:
        name = one.path.replace(".", "_")
        short = 0 < one.length <= SHORT_CHARACTERS and one.longest <= SEVERAL * KEY_CHARACTERS
        tells = one.different * one.values > 1 and not PERSONAL.search(one.path)
        if tells and one.filled >= FILLED and one.kind and short and name not in taken and len(chosen) < MOST_KEPT:
            taken.add(name)
            chosen.append((one.path, one.kind))
    return tuple(chosen)


def texts_of(records: Sequence[Record]) -> list[str]:
    """Return everything that a record says, a string for each."""
    return ["\n".join(value for _, value in walked(record) if isinstance(value, str)) for record in records]


def share_of_chinese(records: Sequence[Record]) -> float:
    """Return the share of Chinese characters among the letters, an English word of five letters counting as one."""
    text = "".join(texts_of(records))[:1_000_000]
    chinese = len(CJK.findall(text))
    latin = (len(LETTER.findall(text)) - chinese) / 5
    return chinese / max(1, chinese + latin)
