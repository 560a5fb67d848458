"""What has the shape of personal data and is none: hotlines, amounts, numbers of parts, versions, public mailboxes."""

import re
import sys
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from curate.core import labels
from curate.stages.pii.checks import TOLL_FREE, is_public_ip
from curate.stages.pii.machines import LARGEST_SECTION, is_of_machine, is_program, is_section
from curate.stages.pii.memory import OfLastText
from curate.stages.pii.reasons import Reason
from curate.stages.pii.words import Words

WINDOW = 24
"""How many characters before a value are searched for what else it may be."""
LIST_WINDOW = 64
"""The same for versions, which come in lists."""

NUMBERED = Words(labels.THINGS, labels.BEGINNING, labels.WHOLE)
PERSONAL = Words(
    "电话|手机|座机|固话|总机|传真|联系|咨询|热线|客服|专线|致电|拨打|来电|短信|聯絡|電話|身份|身分|证件号|社会保障|卡号|银行卡|储蓄卡|借记卡|信用卡|账号|"
    "帐号|账户|帐户|银联|护照|信用代码|税号|纳税人|国民保险|驾照|驾驶证|phone|mobile|card|(?<!i)ssn|account|identity|identification|"
    "passport|telephone|iban|social security",
    "cell|tel|fax|call|text me|reach|dial|contact (?:me|us|him|her)|whatsapp|credit|debit|visa|national insurance|"
    "nino|itin|driv(?:er|ing)|tax(?:payer)? id",
)
"""What says that a number is a person's: the labels of every type whose rules heed the words above."""
OWN_TAILS = frozenset({"编号", "编码", "serial"})
"""Right behind a label of a person these are a part of it: the number of an account."""
ATTACHED = re.compile("(?:号码?|方式|me at|at|numbers?|no\\.?|#|is|为|是|[:：=|\\s\"'“(（])*")
"""All that stands between a label and its value where nothing else can be meant."""
LISTED_NUMBERS = re.compile(
    "[号码方式:：=|\\s\"'“(（]*[0-9][0-9 -]*(?:[ ]?[、/;；或和][ ]?[0-9][0-9 -]*)*[ ]?[、/;；或和][ ]?"
)
"""The same with other numbers of the label between."""
SERVED = re.compile(r"[0-9]{3}[^0-9]*?[，,；;。|\n)）][^0-9]*\Z")
"""A number and the end of its field, up to the number in question."""
SENTENCE = re.compile(r"[。！？]|(?<=[a-z]{4})[.!?]\s|\n\s*\n")
"""What ends the reach of a label."""
AMOUNT_AFTER = re.compile(
    r"\s?(?:元(?!旦)|[万亿股吨%％‰℃]|条(?![件款例约])|笔(?![者记录试])|次(?![日月年要])|件(?!号)|人次|平方|立方|公里|千米|公斤|千克|"
    r"个(?![人体])|千瓦|字节|美元|港元|(?:bytes|units|rows|records|USD|RMB|CNY|kWh|MWh)(?![A-Za-z]))"
)
AMOUNT_LABEL = re.compile(
    "(?:(?:amount|price|balance|quantity|(?<![a-z])(?:qty|total|sum|cost|fee|revenue|turnover))(?:[ _](?:due|paid))?|"
    "金额|总额|余额|价格|单价|总价|价款|合计|总计|数量|市值|净值|营收|收入|利润)"
    "[ \t]{0,3}(?:[(（][^()（）\n]{0,8}[)）])?[\"'”’]?[ \t]{0,3}(?:[:：=|]|is|was|of|[为是])[ \t]{0,3}[\"'“‘]?\\Z"
)
"""Right before a number, in lower case: whatever other label stands further away, it is none of a person."""
NUMBERED_AFTER = re.compile("[ ]?号(?:商标|专利|文件|公告|通知|决定|判决|裁定)")
VERSION_AFTER = re.compile("[ ]?版(?:本(?!号?[ ]?[:：=])|(?![本权面主图]))")
CONNECTS = re.compile("[ ]?(?:登录|登陆|访问|发起|连接|请求|攻击|扫描|远程)")
"""What a host does, and no version."""
DECIMALS = re.compile(r"\.[0-9]{1,2}(?![0-9])")
AMOUNT_BEFORE = re.compile(r"(?:[¥￥$€£]|(?<![0-9])0\.|RMB|USD|CNY)\s?\Z")
LAST_OF_AMOUNT = frozenset("¥￥$€£.BDY")
"""With what this ends."""
VERSION = Words(
    "版本|固件|升级|补丁|更新至|更新到|version|firmware|release|patch|fixed in|service pack|licensing server|software",
    "build|prior to|updat|upgrad",
    "ver|section|sections|sec|clause|clauses|oid",
)
ADDRESS = Words(
    "地址|address|主机|登录|访问|服务器|来源|来自|攻击|扫描|客户端|终端", "host|(?<!/)ip|client|attack|scan|from ip"
)
BOUND = re.compile(r"[<>≤≥](?:=\s?|\s)\Z")
"""What stands before a version up to which something holds."""
EXTENSION = re.compile("(?i:x|e|#|转|分)")
NO_DIGITS = re.compile("[^0-9]+")
HEALTH_NUMBER = re.compile(r"(?i:(?<![a-z])nhs(?:[ _-]?(?:numbers?|no\.?|num|id))?)(?:[ ]is)?[ :#=|]{0,3}\Z")
TEN = re.compile("[0-9]{3}([ -]?)[0-9]{3}\\1[0-9]{4}")
"""What the NHS writes its numbers like: behind its name they are that or nothing, and no telephone."""
GROUPED = re.compile("(?:1[ .-])?[0-9]{3}[ .-]")
SHORT_FOR = "p/?n|p\\.?[ ]?o\\.?|cat\\.|catalog(?:ue)?|dwg\\.?|drawing|docket|case|ref\\.?|part|item"
THING = re.compile(
    f"(?<![0-9A-Za-z])(?i:(?:{SHORT_FOR})(?:[ ]?(?:no\\.?|nos\\.?|numbers?|num\\.?|id))?[ ]?[#:=]?|"
    "(?:grant|award|contract|application|project|protocol|claim|asset|stock|reference|purchase order|work order|"
    "order|file|form|report|"
    "document|permit|certificate|job|quote|rfq)[ ]?(?:no\\.?|nos\\.?|numbers?|num\\.?|#|id)[ ]?[#:=]?|"
    "(?<=the )grant|(?<=this )grant|(?<=under )grant|(?<=by )grant|(?<=nih )grant|(?<=nsf )grant)[ ]?#?\\Z"
)
"""What stands right before a number of a thing that is written like a telephone or a social security number."""
IN_DOI = re.compile(r"(?<![0-9.])10\.[0-9]{4,9}/[!#-&(-+.-:=@-[\]-_a-z~-]{0,80}\Z")
"""The beginning of the name of a publication (ISO 26324), in which `cell` is a journal.

No quote, bar or query is part of one: behind it another field begins."""
LONGEST_DOI = 92
NATIONAL = re.compile(f"(?:1|(?:00)?86)?(?:400|{'|'.join(sorted(TOLL_FREE))})[0-9]{{7}}")
SECTION = re.compile(r"(?:\A|\n)[\s#]*\Z")
DNS = frozenset({"8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9", "114.114.114.114", "223.5.5.5", "223.6.6.6"})


ITEM = "(?:[0-9]{7,20}|[0-9]{3,4}(?:[ -][0-9]{3,4}){1,4})"
IN_LINE = re.compile(rf"(?<![0-9A-Za-z.+-]){ITEM}(?:[ ]?[、，,;；/和及与][ ]?(?:\r?\n)?{ITEM})+(?![0-9A-Za-z])")
"""A list of numbers in a sentence."""
IN_LINES = re.compile(
    rf"(?<=\n)[ \t]{{0,4}}{ITEM}[ \t,，;；]{{0,3}}(?:\r?\n[ \t]{{0,4}}{ITEM}[ \t,，;；]{{0,3}})+(?=\r?\n|\Z)"
)
"""A list of numbers, one a line."""
JOINED = re.compile(r"[0-9][ ]?[、，,;；/和及与][ ]?(?:\r?\n)?[0-9]")
BELOW = re.compile(r"\n[ \t]{0,4}[0-9]")
"""What stands in every list of the one kind or the other: most texts have neither, which is told sooner."""
TO_LIST = re.compile(
    r"(?:号码?|编号|编码|码|代码|清单|列表|如下|分别|包括|有|为|是|numbers?|nos?\.?|ids?|list|codes?|are|is|[:：\s\"'(（_#*-])*"
)
"""All that stands between a label and the list that it speaks for."""
HEAD_END = re.compile("(?:[ _-]?(?:号码?|编号|编码|码|ids?|no\\.?|numbers?|num|nr|#|code|sn))?[\\s\"'*]*")
"""What may stand behind the label at the end of the head of a column."""
FEWEST_ITEMS = 3
"""Of a list whose commas may part the fields of a row as well."""
CELLS = ("|", "\t", ",")
LONGEST_LINE, LONGEST_HEAD, LONGEST_HEAD_LINE = 2000, 24, 400
DIGITS = re.compile("[0-9]")
FIGURES = re.compile("[0-9]{3}")
RULED = re.compile(r"[|\s:+-]*-[|\s:+-]*")


class Numbers(NamedTuple):
    """Where in a text the numbers of things stand in lists and below heads; each ascending."""

    lists: list[tuple[int, int, int]]
    """From, to, and how many digits an item has."""
    rows: list[tuple[int, int, str, frozenset[int]]]
    """From, to, what parts the cells, and which of them hold numbers of things."""


def speaks(text: str, lines: re.Pattern[str], found: re.Match[str]) -> bool:
    """Tell whether a label right before a list says that it holds numbers of things."""
    before = text[max(0, found.start() - WINDOW) : found.start()].lower()
    label = NUMBERED.last(before)
    if label <= PERSONAL.last(before) or TO_LIST.fullmatch(before, label) is None:
        return False
    between = before[label:]
    if lines is IN_LINES:
        return not any(sign in before[before.rfind("\n", 0, label) + 1 : label] for sign in "|\t,，;；")
    sure = not any(sign in found[0] for sign in "，,;；/") or len(re.findall(ITEM, found[0])) >= FEWEST_ITEMS
    return sure and ("\n" not in between or ":" in between or "：" in between)


def columns_of(line: str) -> tuple[str, frozenset[int]] | None:
    """Say what parts the cells of a head, and which of them name numbers of things; None where it is none."""
    sign = next((one for one in CELLS if one in line), "")
    if not sign or FIGURES.search(line):
        return None
    cells = [cell.lower() for cell in line.split(sign)]
    if max(map(len, cells)) > LONGEST_HEAD:
        return None
    ends = [-1 if PERSONAL.last(cell) >= 0 else NUMBERED.last(cell) for cell in cells]
    named = (place for place, end in enumerate(ends) if end >= 0 and HEAD_END.fullmatch(cells[place], end))
    return sign, frozenset(named)


def rows_of(text: str) -> Iterator[tuple[int, int, str, frozenset[int]]]:
    """Yield the rows of tables below heads that name numbers of things."""
    head: tuple[str, int, frozenset[int]] | None = None
    at = 0
    for line in text.split("\n"):
        begin, at = at, at + len(line) + 1
        said = columns_of(line) if len(line) <= LONGEST_LINE else None
        if said is not None and not (head and RULED.fullmatch(line)):
            head = (said[0], line.count(said[0]), said[1])
        elif head is None or line.count(head[0]) != head[1] or len(line) > LONGEST_LINE:
            head = None
        elif head[2] and FIGURES.search(line):
            yield begin, begin + len(line), head[0], head[2]


@OfLastText
def numbers_of(text: str) -> Numbers:
    """Walk a text once for the lists and tables of numbers of things; the last text is remembered."""
    lists = [
        (*found.span(), len(DIGITS.findall(re.findall(ITEM, found[0])[0])))
        for pattern, sign in ((IN_LINE, JOINED), (IN_LINES, BELOW))
        for found in (pattern.finditer(text) if sign.search(text) else ())
        if speaks(text, pattern, found)
    ]
    return Numbers(sorted(lists), list(rows_of(text)) if "\n" in text else [])


class Far(NamedTuple):
    """What the lists and tables of a text say of a number: all that comes from further away than its surroundings."""

    reach: int
    """How many characters before the number may name it: WINDOW, or less where its row begins sooner."""
    is_thing: bool
    """Whether it is a cell of a column that holds numbers of things."""
    is_listed: bool
    """Whether it is one of a list whose label says order, batch, part and the like."""


NOT_FAR = Far(WINDOW, is_thing=False, is_listed=False)


def far_of(text: str, start: int, end: int) -> Far:
    """Ask the lists and tables of a text, wherever they begin and end, about a number."""
    known = numbers_of(text)
    if not known.lists and not known.rows:
        return NOT_FAR
    row, is_thing = column_of(text, start, end, known.rows)
    place = bisect_right(known.lists, (start, sys.maxsize)) - 1
    is_listed = (
        place >= 0 and end <= known.lists[place][1] and len(DIGITS.findall(text, start, end)) == known.lists[place][2]
    )
    return Far(min(WINDOW, start - row), is_thing, is_listed)


def column_of(
    text: str, start: int, end: int, rows: Sequence[tuple[int, int, str, frozenset[int]]]
) -> tuple[int, bool]:
    """Return where the row of a number begins, 0 without a known head above it, and whether it is its column's."""
    place = bisect_right(rows, (start, sys.maxsize)) - 1
    if place < 0 or end > rows[place][1]:
        return 0, False
    begin, stop, sign, columns = rows[place]
    cell = text[max(begin, text.rfind(sign, begin, start) + 1) : start]
    behind = text[end:stop].split(sign, 1)[0]
    return begin, text.count(sign, begin, start) in columns and not (cell + behind).strip(" \t\r\"'*")


def says(one: Words, other: Words, text: str, start: int, window: int) -> bool:
    """Tell whether one kind of word stands in the sentence before `start`, and nearer than the other kind."""
    before = text[max(0, start - window) : start].lower()
    nearest = one.last(before)
    return nearest >= 0 and nearest > other.last(before) and SENTENCE.search(before, nearest) is None


def is_numbered(text: str, start: int, end: int) -> Reason:
    """Give the reason where the nearest label before a number says order, batch, part and the like.

    A label that has had its number, with a comma or a line break behind it, says nothing of the next one; nor does one
    of the sentence before; one right before a list or above a column speaks for all of it.
    `第...号商标` and the like say it behind the number.
    """
    if "号" in text[end : end + 2] and NUMBERED_AFTER.match(text, end):
        return "numbered"
    reach, is_thing, is_listed = far_of(text, start, end)
    before = text[max(0, start - reach) : start].lower()
    if is_thing or (is_listed and (PERSONAL.last(before) < 0 or not is_announced(text, start))):
        return "numbered"
    nearest = NUMBERED.last(before)
    if nearest < 0:
        return ""
    own = PERSONAL.last(before)
    belongs = nearest <= own or before[own:nearest].strip() in OWN_TAILS
    is_other = not belongs and not SERVED.search(before, nearest) and not SENTENCE.search(before, nearest)
    return "numbered" if is_other else ""


def is_announced(text: str, start: int) -> bool:
    """Tell whether a label of a person stands right before a number."""
    before = text[max(0, start - WINDOW) : start].lower()
    own = PERSONAL.last(before)
    return own >= 0 and ATTACHED.fullmatch(before, own) is not None


def is_called(text: str, start: int) -> bool:
    """Tell whether a label of a person stands right before a number, or before others that a list joins to it."""
    before = text[max(0, start - WINDOW) : start].lower()
    own = PERSONAL.last(before)
    return own >= 0 and (LISTED_NUMBERS.fullmatch(before, own) or ATTACHED.fullmatch(before, own)) is not None


def is_amount(text: str, start: int, end: int) -> Reason:
    """Give the reason where a unit or currency stands next to a number, or the number is a part of a decimal.

    Behind the label of a person what follows is no unit but the next word (`电话 ... 万先生`).
    """
    if text[end : end + 1] == "." and DECIMALS.match(text, end):
        return "amount"
    ends = text[max(0, start - 2) : start].rstrip()[-1:]
    if ends in LAST_OF_AMOUNT and AMOUNT_BEFORE.search(text, max(0, start - 5), start):
        return "amount"
    is_some = AMOUNT_AFTER.match(text, end) is not None and not is_announced(text, start)
    return "amount" if is_some else ""


@lru_cache(4)
def is_other_number(text: str, start: int, end: int) -> Reason:
    """Give the reason where a number is an amount, or the number of something that is not a person.

    Several rules ask of the same number, one after another.
    """
    return is_amount(text, start, end) or is_numbered(text, start, end)


def is_hotline(text: str, start: int, end: int) -> Reason:
    """Give the reason where a number belongs to a service: 400 and 800 of China, toll-free ones of North America.

    Short codes (95xxx, 12345) have too few digits for any rule.
    """
    digits = NO_DIGITS.sub("", EXTENSION.split(text[start:end], 1)[0])
    return "hotline" if NATIONAL.fullmatch(digits) else ""


def is_written_by_machine(text: str, start: int, end: int) -> bool:
    """Tell whether eleven digits are a machine's (see `is_of_machine`), with no label of a person right before them."""
    return is_of_machine(text, start, end) and not is_announced(text, start)


def is_no_mobile(text: str, start: int, end: int) -> Reason:
    """Give the reason where a number that is written like a Chinese mobile is another number, or a machine's."""
    return is_other_number(text, start, end) or ("numbered" if is_written_by_machine(text, start, end) else "")


def is_no_western(text: str, start: int, end: int) -> Reason:
    """Give the reason where a number in western groups is that of a case, a part and the like, said right before it."""
    thing = text[start - 1 : start] != "\n" and THING.search(text, max(0, start - WINDOW), start)
    return "numbered" if thing else is_other_number(text, start, end)


CELL_END = re.compile("[ ]?([\\t|,])")
ROW_NAMES = re.compile(
    "[\"' ]*(?:序号?|行号|工号|学号|编号|员工(?:编号|号)|职工(?:编号|号)|(?i:id|no\\.?|nr\\.?|index|code)|#)[\"' ]*"
)
"""Heads of columns that number the rows."""


def is_first_cell(text: str, start: int, end: int) -> Reason:
    """Give the reason where nothing but the last cell of the head above names a number that opens the row below it.

    Only where the head says that the first column numbers the rows.
    """
    closed = CELL_END.match(text, end) if text[start - 1 : start] == "\n" else None
    if closed is None or not text[start:end].isdigit():
        return ""
    head = text[text.rfind("\n", max(0, start - LONGEST_HEAD_LINE), start - 1) + 1 : start - 1]
    row = text[start : start + LONGEST_HEAD_LINE].split("\n", 1)[0]
    is_row = head.count(closed[1]) == row.count(closed[1]) and not head.rstrip().endswith((":", "："))
    return "table" if is_row and ROW_NAMES.fullmatch(head.split(closed[1], 1)[0]) else ""


def is_no_phone(text: str, start: int, end: int) -> Reason:
    """Give the reason where a number that is written like a telephone number is a hotline or another number."""
    if is_written_by_machine(text, start, end) or (
        GROUPED.match(text, start, end) and THING.search(text, max(0, start - WINDOW), start)
    ):
        return "numbered"
    if text[start - 1 : start] in {".", "/", "-"} and IN_DOI.search(text, max(0, start - LONGEST_DOI), start):
        return "numbered"
    if TEN.fullmatch(text, start, end) and HEALTH_NUMBER.search(text, max(0, start - WINDOW), start):
        return "numbered"
    return is_hotline(text, start, end) or is_other_number(text, start, end)


def is_no_labelled_phone(text: str, start: int, end: int) -> Reason:
    """Give the reason like `is_no_phone` for a number that only its label tells, if no amount's is right before it."""
    if AMOUNT_LABEL.search(text[max(0, start - WINDOW) : start].lower()):
        return "amount"
    return is_first_cell(text, start, end) or is_no_phone(text, start, end)


def is_version(text: str, start: int, end: int) -> bool:
    """Tell whether four numbers are a version: by what stands before them or right behind, unless they do something."""
    if VERSION_AFTER.match(text, end) or BOUND.search(text, max(0, start - 3), start):
        return True
    return not CONNECTS.match(text, end) and says(VERSION, ADDRESS, text, start, LIST_WINDOW)


def is_version_or_own(text: str, start: int, end: int) -> Reason:
    """Give the reason where an address is nobody's (`is_public_ip`), a well-known resolver, a version or a section."""
    value = text[start:end].replace("：", ":")
    if value in DNS:
        return "resolver"
    if not is_public_ip(value):
        return "private_address"
    if ":" in value:
        return ""
    if is_version(text, start, end) or is_program(text, start, end):
        return "version"
    small = all(int(part) <= LARGEST_SECTION for part in value.split("."))
    if is_section(text, start, end):
        return "section"
    opens = small and SECTION.search(text, max(0, start - 8), start) and text[end : end + 1].isspace()
    return "section" if opens else ""
