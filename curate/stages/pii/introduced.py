"""Rules for Chinese names: of somebody who introduces himself, and behind the plain key `name` of a record."""

import re
from collections.abc import Iterator

from curate.stages.pii.chinese_names import COMPOUND_STARTS, FREQUENT, GIVEN, HAN, HOUSES_OF_ONE, HOUSES_OF_TWO, is_name
from curate.stages.pii.rule import Rule
from curate.stages.pii.surnames import COMMON, COMPOUND

KINDS_OF_PEOPLE = "人员座狗族者党粉控迷手师生队家皮脸任姐单色多我猴"
"""With what words end that say what somebody or something is: a few given names end so too, and stay."""
SELF = f"(?:(?:{COMPOUND})(?:{GIVEN}){{1,2}}|[{COMMON}](?:{GIVEN}){{2}})(?<![某{KINDS_OF_PEOPLE}])(?=[，,。！!])"

PLAIN_KEY = "(?<![^\\n \\t])(?i:name)[ \\t]{0,3}[:=][ \\t]{0,3}[\"']?"
VALUE = re.compile(
    f"(?P<name>{FREQUENT}(?!某)(?:{GIVEN}){{1,2}})(?<!{HOUSES_OF_TWO})(?<![{HOUSES_OF_ONE}馆楼园])"
    "[\"']?[ \\t]{0,12}(?=\\r?\\n|\\Z)"
)
OF_PERSONS = "age|gender|sex|birth[ _-]?da(?:y|te)|date[ _]of[ _]birth|dob|id[ _]?card|性别|年龄|身份证号?"
OF_OTHERS = "phone|mobile|telephone|tel|e-?mail|wechat|手机号?|电话"
KEY = "^[ \\t]*(?:- )?[\"']?(?:{0})[\"']?[ \\t]*[:：=]"
"""A key in a line of its own."""
PERSONAL = re.compile(KEY.format(OF_PERSONS), re.MULTILINE | re.IGNORECASE)
SHARED = re.compile(KEY.format(f"{OF_PERSONS}|{OF_OTHERS}"), re.MULTILINE | re.IGNORECASE)
NEAR = 160
"""Within how many characters the other keys of a record count."""
BLANK_LINE = re.compile("\\n[ \\t\\r]*\\n")
SHORTEST_SURE = 3
"""Signs of a name that a telephone or a mailbox beside it suffices for: shops and places with two have these too."""


def read_record(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Read the name behind the key, where another key of its record says that it is a person's."""
    value = VALUE.match(text, end)
    if value is None or not is_name(value["name"]):
        return
    first = max(0, start - NEAR)
    above, below = text[first:start], text[value.end() : value.end() + NEAR]
    whole = above.partition("\n")[2] if first else above
    record = BLANK_LINE.split(whole)[-1] + "\n" + BLANK_LINE.split(below)[0]
    if (SHARED if len(value["name"]) >= SHORTEST_SURE else PERSONAL).search(record):
        yield value.span("name")


INTRODUCED_RULES: tuple[Rule, ...] = (
    Rule(
        "PERSON",
        "Chinese name by which somebody introduces himself",
        (SELF,),
        0.6,
        check=is_name,
        certain=False,
        label=f"(?<!{HAN})(?:[您你]好|大家好)?我是",
        gate=f"我是[{COMMON}{COMPOUND_STARTS}]{HAN}{{2,3}}[，,。！!]",
    ),
    Rule(
        "PERSON",
        "Chinese name behind the key of a record",
        (f"{PLAIN_KEY}(?=[{COMMON}{COMPOUND_STARTS}])",),
        0.6,
        gate=f"(?i:name)[ \\t\u3000]{{0,3}}[:=][ \\t\u3000]{{0,3}}[\"']?[{COMMON}{COMPOUND_STARTS}]{HAN}",
        read=read_record,
    ),
)
