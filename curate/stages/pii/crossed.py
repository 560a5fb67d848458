"""Rules for names whose label, honorific or title is of the other language: `姓名：John Smith`, `Dear 李娜`."""

import re
from collections.abc import Iterator

from curate.stages.pii.chinese_names import ANY as SURNAME
from curate.stages.pii.chinese_names import (
    FOLLOWS,
    GIVEN,
    HONORIFIC_GATE,
    LABEL_GATE,
    NAMED,
    is_name,
    label_before,
)
from curate.stages.pii.english_names import (
    BEFORE_AGE,
    FULL,
    KEY_WINDOW,
    LAST_WORDS,
    LONGEST_LABEL,
    LONGEST_LAST,
    LONGEST_NAME,
    SIGNED,
    SIGNED_GATE,
    SURNAME_FIRST,
    TITLE,
    TITLE_GATE,
    is_person,
    is_record,
    is_sold,
    last_word,
    said_before,
)
from curate.stages.pii.english_names import CLOSING_SIGNS as CLOSING
from curate.stages.pii.english_names import LABEL_GATE as ENGLISH_LABEL_GATE
from curate.stages.pii.fields import JOIN, OPENING, SIGN
from curate.stages.pii.rule import Rule
from curate.stages.pii.surnames import SURNAMES

PERSONS = re.compile(
    "(?:姓名|名字|联系人|联络人|患者|病人|伤者|死者|申请人|签字|签名|签字人|签名人|收件人|"
    "收货人|寄件人|发件人|经办人|经手人|承办人|负责人|法定代表人|医生|医师|大夫|护士|家属|"
    "持卡人|持照人|参保人|被保险人|投保人|受益人|监护人|员工|职工|学生|学员|考生|教师|老师|"
    "教授|导师|译者|主编|记者|发明人|父亲|母亲|配偶|丈夫|妻子|本人|乘客|旅客|司机|驾驶员|"
    "车主|租客|董事长|发言人|主持人|报告人|报案人|证人|嫌疑人|开户人|户名|入住人|来访人|"
    "来电人|报修人|处理人|受理人|跟进人|见证人|证明人|登记人)\\Z"
)
"""Labels of persons alone: behind `甲方`, `客户`, `股东` and `作者` companies and titles stand as often."""
ENDS = "(?=[ ]{0,3}(?:[\\n\\r\\t,;，。；、（）()<>\"'|/\\\\\\]&”’」】]|\\.(?:\\s|\\Z)|\\Z|[\u4e00-\u9fff]))"
LATIN = re.compile(f"(?:(?i:{TITLE})\\.? ){{0,3}}(?P<name>{SURNAME_FIRST}|{FULL}){ENDS}")
HONORIFICS = "先生|女士|小姐|太太|教授|博士|医生|律师|经理|老师"


def read_latin(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Read the full name in Latin letters that the Chinese label of a person announces."""
    name = LATIN.match(text, end)
    if name and PERSONS.search(label_before(text, start)) and is_person(name["name"]) and not is_sold(name["name"]):
        yield name.span("name")


def read_before_honorific(text: str, start: int, _end: int) -> Iterator[tuple[int, int]]:
    """Read the full name in Latin letters that a Chinese honorific follows."""
    name = BEFORE_AGE.search(text, max(0, start - LONGEST_NAME), start - (text[start - 1 : start] == " "))
    if name and is_person(name[0]):
        yield name.span()


def read_han(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Read the Chinese name that an English label announces; where programs have it too, beside fields of persons."""
    name = NAMED.match(text, end)
    if name is None or not is_name(name[0]):
        return
    if last_word(text[max(0, start - LONGEST_LAST) : start].rstrip(CLOSING)) not in LAST_WORDS:
        return
    said = said_before(text[max(0, start - LONGEST_LABEL) : start])
    if said is None or (said["weak"] or "").lower() == "name":  # a bare name is that of things too: see introduced.py
        return
    doubtful = said["weak"] is not None and said["weak"].lower() not in {"attn", "attention", "to", "from", "cc", "bcc"}
    if not doubtful or is_record(text, start - KEY_WINDOW, end + KEY_WINDOW):
        yield name.span()


CROSSED_RULES: tuple[Rule, ...] = (
    Rule("PERSON", "Latin name after a Chinese label", (f"{JOIN}(?=[A-Z])",), 0.6, gate=LABEL_GATE, read=read_latin),
    Rule(
        "PERSON",
        "Latin name before a Chinese honorific",
        (f"(?<=[A-Za-z.])[ ]?(?:{HONORIFICS})",),
        0.6,
        gate=HONORIFIC_GATE,
        read=read_before_honorific,
    ),
    Rule(
        "PERSON",
        "Chinese name after an English label",
        (f"{SIGN}(?={OPENING}[{SURNAMES}]){OPENING}",),
        0.6,
        gate=ENGLISH_LABEL_GATE,
        read=read_han,
    ),
    Rule(
        "PERSON",
        "Chinese name after an English title or salutation",
        (f"{SURNAME}(?:{GIVEN}){{1,2}}?(?={FOLLOWS})",),
        0.6,
        check=is_name,
        certain=False,
        label=f"(?<![A-Za-z])(?:Dear (?:(?i:{TITLE})\\.? ?){{0,3}}|(?:{TITLE}\\.? ?){{1,3}})",
        gate=TITLE_GATE,
    ),
    Rule(
        "PERSON",
        "Chinese name under an English letter",
        (f"{SURNAME}(?:{GIVEN}){{1,2}}(?=[ \u3000]{{0,3}}(?:[\n\r,，(（]|\\Z))",),
        0.6,
        check=is_name,
        certain=False,
        label=f"(?<![A-Za-z]){SIGNED}",
        gate=SIGNED_GATE,
    ),
)
