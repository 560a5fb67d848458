"""Rules for names in documents of HTML and XML: in the element behind their label, or in one called like a label."""

import re
from collections.abc import Iterator

from curate.stages.pii import chinese_names as zh
from curate.stages.pii import english_names as en
from curate.stages.pii.bracketed import is_no_field
from curate.stages.pii.fields import CLOSING
from curate.stages.pii.rule import Rule
from curate.stages.pii.surnames import SURNAMES

BLANK = "(?:[ \t\u3000]|&nbsp;|\r?\n){0,12}"
ITEM_END = "/(?:a|li|option|button|title|h[1-6])"
TAGS = f"(?:<(?!/?(?:[A-Z][A-Z_]{{2,}}[0-9a-z]{{0,12}}|{ITEM_END})>)/?[A-Za-z][^<>\n]{{0,160}}>{BLANK}){{1,4}}"
"""What parts a label from its value: no placeholder (`<PERSON>`), no end of an item of a menu or a list."""
BEHIND = f"(?:[:：]{BLANK}|{BLANK}(?=</)){TAGS}"
"""A label has a colon, or is all that its element holds: not the `to` of a sentence before a link."""
BEFORE = f"(?:[:：]{BLANK}<|{BLANK}</)"
BEFORE_ENGLISH = f"(?:[:：]?{BLANK}</|[:：]{BLANK}(?:<[^<>\n]{{1,160}}>{BLANK}){{1,3}}[^<>]{{0,80}}</)"
"""What gates ask of it: the end of an element is rare in mail."""
OPENED = re.compile("<(?P<name>[A-Za-z][0-9A-Za-z]{0,15})[^<>\n]{0,160}>[^<>]{0,12}\\Z")
"""The tag in which a value stands."""
SHUT = re.compile(f"{BLANK}</")
"""The end of its element, right behind it."""
LONGEST_TAG = 190
HAN_NAME = f"(?:[{SURNAMES}{zh.COMPOUND_STARTS}]|{zh.HAN}{{1,8}}[·•・‧])"
CALLED = (
    "(?:(?:full|real|true|user|patient|customer|contact|client|employee|legal|student|member|owner|applicant|doctor|"
    "receiver|sender|consignee|holder)[_-]?name|contact(?:[_-]?person)?|patient|physician|doctor|legal[_-]?person|"
    "xing_?ming|xm|姓名|联系人|法定代表人|法人|患者|负责人|申请人|收件人|经办人)"
)
"""Elements that hold the name of a person, in any case."""
NAME_ELEMENT = "<(?:[0-9A-Za-z]{1,12}:)?name"


def is_head(text: str, start: int, end: int) -> bool:
    """Tell whether the last tag of text[start:end] opens the head of a column: what stands there is a label itself."""
    opened = OPENED.search(text, max(start, end - LONGEST_TAG), end)
    return opened is not None and opened["name"].lower() == "th"


def read_chinese_behind(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Read the names behind a label and the tags between."""
    if not is_head(text, start, end):
        yield from zh.read_labelled(text, start, end)


def read_chinese_inside(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Read the name that is all that an element holds; in one called `name` only beside fields that persons have."""
    name = zh.NAMED.match(text, end)
    if name is None or not zh.is_name(name[0]) or not SHUT.match(text, name.end()):
        return
    weak = re.search(f"(?i:{NAME_ELEMENT})>\\Z", text[start:end].rstrip()) is not None
    if not weak or en.is_record(text, start - en.KEY_WINDOW, end + en.KEY_WINDOW):
        yield name.span()


def read_english(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Read the name that is all that an element behind its label, or called like one, holds.

    Behind a bare `Name`, in any case, only beside fields that persons have.
    """
    said = en.said_before(text[max(0, start - en.LONGEST_LABEL) : start])
    bare = said is not None and (said["weak"] or "").lower() == "name"
    if is_head(text, start, end) or (bare and not en.is_record(text, start - en.KEY_WINDOW, end + en.KEY_WINDOW)):
        return
    for first, last in en.read_labelled(text, start, end):
        if SHUT.match(text, last) and is_no_field(text[first:last]):
            yield first, last


ELEMENT_RULES: tuple[Rule, ...] = (
    Rule(
        "PERSON",
        "Chinese name in the element behind its label",
        (f"{BEHIND}(?={HAN_NAME})",),
        0.7,
        gate=f"[{zh.LAST_SIGNS}]{CLOSING}{BEFORE}",
        read=read_chinese_behind,
    ),
    Rule(
        "PERSON",
        "Chinese name in an element called like a label",
        (f"<(?:[0-9A-Za-z]{{1,12}}:)?(?i:{CALLED}|name)>{BLANK}(?={HAN_NAME})",),
        0.7,
        gate=f"(?i:name|person|contact|patient|physician|doctor|xingming|xing_ming|xm|姓名|人|患者)>{BLANK}{HAN_NAME}[^<>]{{0,24}}</",
        read=read_chinese_inside,
    ),
    Rule(
        "PERSON",
        "English name in the element behind its label, or called like one",
        (f"{BEHIND}(?=[A-Za-zÀ-ÿ])", f">{BLANK}(?=[A-Za-zÀ-ÿ])"),
        0.7,
        gate=f"(?i:{'|'.join(sorted(en.LAST_WORDS))})(?:{CLOSING}{BEFORE_ENGLISH}|>{BLANK}[A-Za-zÀ-ÿ][^<>]{{0,120}}</)",
        read=read_english,
    ),
)
