"""Rules for Chinese names that nothing announces but the number behind them: lists of people, lines below a letter."""

import re
from collections.abc import Iterator

from curate.stages.pii.allow import is_other_number
from curate.stages.pii.checks import is_resident_id, is_union_pay, words
from curate.stages.pii.chinese_names import FREQUENT, GIVEN, HAN, is_name
from curate.stages.pii.divisions import DIVISIONS
from curate.stages.pii.rule import Rule
from curate.stages.pii.surnames import COMMON

MOBILE = "(?<![0-9A-Za-z])(?:86[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}(?![0-9A-Za-z])"
RESIDENT = (
    "(?<![0-9A-Za-z])[1-8][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]"
    "(?![0-9A-Za-z])"
)
"""Numbers that are hardly anything but a person's: landlines have shops and departments before them as well."""
CARD = "(?<![0-9A-Za-z])62[0-9]{2}(?P<a>[ -]?)[0-9]{4}(?P=a)[0-9]{4}(?P=a)[0-9]{4}(?:(?P=a)[0-9]{1,3})?(?![0-9A-Za-z])"

ITEM = (
    "(?:[0-9]{1,3}(?:[.、)）]|[ ](?=[ ]?[\u4e00-\u9fff]))|[(（][0-9一二三四五六七八九十]{1,3}[)）]|"
    "[一二三四五六七八九十]{1,3}、|[①-⑳]|[-*•·●○■◆▪>])?"
)
"""What may open the line of a list."""
EDGE = (
    f"(?:(?:\\A|[\\n\\r])[ \\t]{{0,8}}{ITEM}[ \\t]{{0,4}}|[;；|｜、，,\\t:：=(（>'\"“][ \\t]{{0,4}}[\"']?|[ ]{{1,6}}|"
    "联系|请找|拨打|(?:转账?|打|汇|寄|发|交)给|委托)"
)
"""Where a name may begin: with the line, behind a sign or a blank, behind who is to be called."""
SAID = (
    "(?:(?:联系|移动)?(?:电话|手机)(?:号码?)?[ ]?[:：]?[ ]?|(?:银行)?(?:卡|账|帐)号[ ]?[:：]?[ ]?|"
    "身份证(?:件)?(?:号码?)?[ ]?[:：]?[ ]?|[Tt](?:[Ee][Ll])?[.:：]{1,2}[ ]?)"
)
TAGS = "(?:<[^<>\\n]{1,24}>[ ]?){1,4}"
KEY = (
    "[\"'&,; \\t]{1,4}[\"']?[A-Za-z_]{0,10}(?i:phone|mobile|tel|cell|contact|id_?(?:card|no|number)|card|sfzh?)"
    "[A-Za-z_]{0,8}[\"']?[ ]?[:=][ ]?[\"']?"
)
GAP = (
    f"(?:[ \\t]{{1,8}}[:：，,、|｜/（(-]?|[:：，,、|｜/（(]|[-—–]{{1,2}}|[)）][:：]?)[ \\t]{{0,4}}{SAID}?|{SAID}|"
    f"[\"'],[ ]?[\"']|{TAGS}(?:{SAID}{TAGS})?|{KEY}"
)
"""What may stand between a name and the number behind it."""
MORE = "方解古商边乐佟项萧路"
"""Surnames that are words too, but not before a number."""
FOREIGN = f"(?!{HAN}{{0,5}}(?:联系|请找|拨打)){HAN}{{1,6}}(?:[·•・‧]{HAN}{{1,10}}){{1,3}}"
SHAPE = f"(?:(?:{FREQUENT}|[{MORE}])(?:{GIVEN}){{1,2}}|[{COMMON}{MORE}][ ]{HAN}|{FOREIGN})"
BEFORE = re.compile(f"{EDGE}(?P<name>{SHAPE})(?:[ \t，,|]{{1,3}}[男女])?(?:{GAP})(?:[+＋]|\\+86[ -]?|00)?\\Z")
BEHIND = re.compile(f"[ ]?[(（][ ]?(?P<name>{SHAPE})[ ]?[)）]")
SIGNED = re.compile(
    "(?:\\A|[\\n\\r])[ ]{0,4}(?:[MTP]|[Tt][Ee][Ll]|[Mm]obile|[Cc]ell|(?:联系|移动)?电话|手机)"
    "[ ]?[.:：]{1,2}[ ]{0,3}[+＋]?\\Z"
)
"""What opens the line of a number in the block below a letter."""
ABOVE = re.compile(
    f"(?:\\A|[\\n\\r])[ ]{{0,4}}(?P<name>(?:{FREQUENT}|[{MORE}])(?:{GIVEN}){{1,2}})[ ]{{0,4}}\\r?\\n"
    "(?:[^\\n]{0,40}\\n){0,3}[^\\n]{0,12}\\Z"
)
LONGEST_KEY, LONGEST_BLOCK = 16, 140
LONGEST, CARD_DIGITS = 64, 16

ENDS = frozenset(
    "店厂局院部所社县市省区镇乡村处队组科室场站楼路街巷馆线费款单价率量表卡证码车房班岗柜厅库群机台号期日点段级类型品件料"
    "板管泵阀总"
)
"""Last signs of shops, offices, places and things, and of a short form of address, which is no name."""
NO_PEOPLE = words(
    "顾问 顾客 管家 祝好 万科 万达 龙湖 金科 金地 华润 万豪 安利 康佳 汤臣 方太 方正 金蝶 金山 蒙牛 苏宁 施耐 海尔 "
    "海信 江铃 江淮 路由 卫浴 花艺 车行 马场 林场 易购 易车 乐居 谢绝 祝您 祝你 时差 毛料 文案 文创 文员 金工 石工 "
    "焦炉 高炉 冷链 白名 黄页 高低 单双 常备 常驻 安防 安监 司磅 史志 章程"
)
"""More words of two signs that stand before a number and begin like a name."""


def is_listed(name: str) -> bool:
    """Tell whether what stands before a number is a name: no place, no shop, no word that begins with a surname."""
    plain = name.replace(" ", "")
    return is_name(plain) and plain not in DIVISIONS and plain[-1] not in ENDS and plain not in NO_PEOPLE


def is_persons(value: str) -> bool:
    """Tell whether a number is a mobile, or a resident id or a card whose check digit holds."""
    long = len(value) >= CARD_DIGITS and not value.startswith("86")
    return not long or is_resident_id(value) or is_union_pay(value)


def read_beside(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Read the name right before a number, else the one in brackets right behind it, else that above its line."""
    if is_other_number(text, start, end) or not is_persons(text[start:end]):
        return
    name = BEFORE.search(text, max(0, start - LONGEST), start) or BEHIND.match(text, end)
    if name is None and SIGNED.search(text, max(0, start - LONGEST_KEY), start):
        name = ABOVE.search(text, max(0, start - LONGEST_BLOCK), start)
    if name and is_listed(name["name"]):
        yield name.span("name")


ROSTER_RULES: tuple[Rule, ...] = (
    Rule(
        "PERSON",
        "Chinese name beside a mobile, a resident id or a card",
        (MOBILE, RESIDENT, CARD),
        0.55,
        runs=frozenset({11, 13, *range(16, 20)}),
        joined=frozenset({2, 3, 4}),
        read=read_beside,
    ),
)
