"""Rules for the columns of tables whose head says what they hold: cells between `|` or tabs, in text and Markdown."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, starmap
from typing import NamedTuple, Self

from curate.stages.pii.addresses import ENTITY as PLACE
from curate.stages.pii.cells import (
    ACCOUNT,
    DATE,
    FEWEST_DIGITS,
    count,
    fits,
    is_code,
    is_foreign_passport,
    is_named,
    is_passport,
    is_place,
    is_telephone,
)
from curate.stages.pii.checks import has_birth_date
from curate.stages.pii.memory import OfLastText
from curate.stages.pii.permits import MILITARY, PERMIT_SHAPE
from curate.stages.pii.required import reach_of
from curate.stages.pii.rule import Profile, Rule

LONGEST_CELL = 2000
"""Characters of a cell: what is longer is no value. Rows, columns and their length know no limit."""
SEPARATED = "[ ]{0,12}(?:[|\t]|\r?\n)"
RULE_LINE = re.compile(r"[|\s:+-]+")
EDGED = re.compile(SEPARATED)
FIGURES = re.compile("[0-9]{3}")
OTHER_HEADS = (
    "性别|年龄|民族|部门|职务|职位|备注|单位|日期|时间|序号|编号|邮箱|科室|班级|金额|学历|籍贯|"
    "(?i:sex|gender|age|department|dept|title|role|date|no|id|#|e-?mail|notes?|city|company|amount|ward)"
)

PASSPORT = "护照(?:号码?)?|(?i:passport(?:[ _]?(?:numbers?|no\\.?))?)"
HARBOUR = "(?:(?:往来)?港澳(?:居民来往内地)?通行证|回乡证)(?:号码?)?"
ISLAND = "(?:台胞证|(?:往来)?台湾(?:居民来往大陆)?通行证)(?:号码?)?"
LICENCE = "(?:驾驶证|驾照|驾驶执照)(?:档案)?(?:编?号码?)?"
SOLDIER = "(?:军官|士官|士兵|军人)证(?:号码?)?"
"""Heads of columns of documents that somebody carries."""


class Kind(NamedTuple):
    """What a column holds: its type, the words of its head, whose it is, and how to know a value in a cell."""

    entity: str
    name: str
    heads: str
    known: Callable[[str], bool]
    profile: Profile = ""


KINDS = (
    Kind(
        "PERSON",
        "name",
        "姓[ \u3000]{0,2}名|联系人|客户姓名|患者姓名|员工姓名|学生姓名|收件人|负责人|患者|经办人|"
        "(?i:(?:full|patient|customer|client|employee|contact|student)[ _]?names?|names?|patient|contact(?: person)?)",
        is_named,
    ),
    Kind(
        "PHONE_NUMBER",
        "telephone",
        "(?:联系|办公|家庭|单位)?(?:电话|手机|座机|传真)(?:号码?)?|联系方式|手机号|"
        "(?i:(?:(?:home|work|cell|mobile|tele|contact|office)[ -]?)?(?:phone|mobile|cell|tel|telephone|fax)"
        "(?:[ _]?(?:numbers?|no\\.?))?)",
        is_telephone,
    ),
    Kind(
        "MEDICAL_RECORD_NUMBER",
        "medical record number",
        "(?:病历|病案|住院|门诊|就诊)(?:卡)?号码?|(?i:mrn|medical record(?: (?:number|no\\.?))?|"
        "(?:patient|chart)[ _](?:id|no\\.?|number))",
        is_code,
    ),
    Kind(
        "HEALTH_INSURANCE_NUMBER",
        "health insurance number",
        "(?:医保|医保卡|医疗保险|保单|参保)(?:编?号)|"
        "(?i:(?:member|policy|insurance|subscriber)[ _](?:id|no\\.?|number))",
        is_code,
    ),
    Kind("CN_SOCIAL_SECURITY", "Chinese social security number", "(?:社保|社会保障)(?:卡|账)?号码?", is_code, "cn"),
    Kind("CN_RESIDENT_ID", "resident id of 15 digits", "身份证(?:件)?(?:号码?)?|证件号码?", has_birth_date, "cn"),
    Kind(
        "CN_BANK_ACCOUNT",
        "Chinese bank account",
        "(?:银行|收款|付款|工资)?(?:账|帐)[号户](?:号码)?|(?:银行|工资)?卡号",
        lambda cell: ACCOUNT.fullmatch(cell) is not None and count(cell) > FEWEST_DIGITS,
        "cn",
    ),
    Kind(
        "QQ_NUMBER",
        "QQ number",
        "[Qq]{2}(?:号码?)?",
        fits("[1-9][0-9]{4,10}|[1-9][0-9]{2,3}(?:[ -][0-9]{2,4}){1,2}"),
        "cn",
    ),
    Kind(
        "WECHAT_ID",
        "WeChat id",
        "微信号?|(?i:wechat(?:[ _]?id)?)",
        fits("(?=.*[0-9_-])[A-Za-z][0-9A-Za-z_-]{5,19}"),
        "cn",
    ),
    Kind(
        "DATE_OF_BIRTH",
        "date of birth",
        "出生(?:日期|年月)|生日|(?i:d\\.?o\\.?b\\.?|date of birth|birth ?date)",
        fits(DATE.pattern),
    ),
    Kind("CN_PASSPORT", "Chinese passport", PASSPORT, is_passport, "cn"),
    Kind("PASSPORT", "passport of another country", PASSPORT, is_foreign_passport),
    Kind("CN_HK_MACAO_PERMIT", "permit for Hong Kong and Macao", HARBOUR, fits(PERMIT_SHAPE), "cn"),
    Kind("CN_TAIWAN_PERMIT", "permit for Taiwan", ISLAND, fits("[TL]?[0-9]{8}|[0-9]{10}(?:[(（][0-9A-Z][)）])?"), "cn"),
    Kind("CN_DRIVER_LICENSE", "Chinese driving licence", LICENCE, fits("[0-9]{12}|[0-9]{17}[0-9Xx]"), "cn"),
    Kind(
        "CN_MILITARY_ID", "military identity card", SOLDIER, fits(f"(?:{MILITARY}{{1,2}}字?第?)?[0-9]{{6,8}}号?"), "cn"
    ),
    Kind(
        PLACE,
        "address",
        "(?:家庭|联系|收货|通讯|居住|现)?(?:地址|住址)|(?i:(?:home|mailing|street)[ _]?address|address)",
        is_place,
    ),
)
WEAK = re.compile("(?i:names?|contact)")
"""Heads of columns of persons, products or parameters."""
PERSONAL = re.compile(
    "|".join(f"(?:{kind.heads})" for kind in KINDS if kind.entity != "PERSON")
    + "|(?i:patient.*|sex|gender|age|e-?mail(?: address)?|department|dept|job title)|性别|年龄|邮箱|部门"
)
HEADS = "|".join(f"(?:{kind.heads})" for kind in KINDS)
HEAD = re.compile(f"(?:{HEADS}|{OTHER_HEADS})")
HEAD_ENDS = (
    "(?i:姓[ \u3000]{0,2}名|联系人|收件人|负责人|患者|经办人|电话|手机|座机|传真|号码?|方式|账户|帐户|微信|日期|年月|"
    "生日|[地住]址|"
    "护照|[行胞官兵人乡驶]证|驾照|执照|passport|"
    "qq|wechat|wechat[ _]?id|d\\.?o\\.?b\\.?|birth|birth ?date|names?|patient|contact|person|phone|mobile|"
    "cell|tel|telephone|fax|mrn|record|number|no\\.?|[ _]id|address)[ ]{0,12}"
)
GATE = (
    f"{HEAD_ENDS}[|\t][^0-9\n]{{0,60}}(?:[^|\t0-9\n]|[|\t][ ]{{0,12}}\r?\n)|"
    f"[|\t][^|\t0-9\n]{{0,24}}{HEAD_ENDS}[^ -\U0010ffff\t]"
)
"""The last column may have no sign behind its head."""


@dataclass(frozen=True)
class Column:
    """Reads the cells below the head of a column."""

    known: Callable[[str], bool]

    def __call__(self, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the cells below text[start:end] that are values, down to another head or the end of the table.

        A table has a line of dashes below its head, or two cells at least that say what columns hold.
        """
        edge = EDGED.match(text, end)
        table = table_at(text, start)
        if edge is None or table is None or edge[0][-1] not in (table.sign, "\n"):
            return
        place = bisect_left(table.edges, start)
        if not table.said or (WEAK.fullmatch(text, start, end) and not table.said.personal):
            return
        for row in table.rows():
            cell = row.cells[place].strip(" \r")
            if cell[-1:] in LAST_SIGNS and (is_head(cell) or (ends_in_head(cell) and opens_table(text, row))):
                return
            if cell and len(cell) <= LONGEST_CELL and self.known(cell):
                at = row.starts[place] + len(row.cells[place]) - len(row.cells[place].lstrip(" \r"))
                yield at, at + len(cell)


@lru_cache(1024)
def is_head(cell: str) -> bool:
    """Tell whether a cell says what a column holds: then another table begins."""
    return HEAD.fullmatch(cell) is not None


@lru_cache(1024)
def ends_in_head(cell: str) -> bool:
    """Tell whether the last words of a cell say what a column holds."""
    return bool(kinds_of(cell[max(map(cell.rfind, CELLS)) + 1 :][-LONGEST_HEAD:], opens=True))


class Heads(NamedTuple):
    """What the first line of a table says."""

    sure: bool
    """Whether two cells at least say what columns hold."""
    personal: bool
    """Whether one says that the rows are persons, beside their names."""


class Row(NamedTuple):
    """A line of a table."""

    cells: list[str]
    starts: list[int]
    """Where its cells begin in the text."""
    stop: int
    """Where the line ends; -1 where the text ends with it."""
    is_rule: bool
    """Whether it is a line of dashes."""


@dataclass(frozen=True)
class Table:
    """The rows below a head; its columns ask for them one by one."""

    sign: str
    edges: list[int]
    """Where the signs stand that part the cells of the head."""
    said: Heads | None
    read: list[Row]
    """The rows that some column has asked for."""
    more: Iterator[Row]

    @classmethod
    def of(cls, text: str, begin: int, stop: int) -> Self:
        """Take the table whose head is text[begin:stop]."""
        head = text[begin:stop]
        sign = "|" if "|" in head else "\t"
        said = known_heads(head, sign)
        edges = [begin + at for at, one in enumerate(head) if one == sign]
        sure = said is not None and said.sure
        return cls(sign, edges, said, [], rows_below(text, stop, (sign, len(edges)), sure=sure))

    def rows(self) -> Iterator[Row]:
        """Yield the rows, reading no further than is asked."""
        yield from self.read
        for row in self.more:
            self.read.append(row)
            yield row


class Found(NamedTuple):
    """What was read of one text."""

    ends: list[int]
    """Where its lines end."""
    tables: dict[int, Table]
    """By where their heads begin."""
    rows: dict[tuple[int, str], Row]
    """By where they begin, and by the sign between cells: several tables may share them."""
    heads: dict[tuple[int, int], Sequence[Sequence[tuple[int, int]]]]
    """By part of the text, and by kind."""


@OfLastText
def found_in(text: str) -> Found:
    """Return what was read of a text so far, to be filled; nothing for another text than the last."""
    return Found([end.start() for end in re.finditer("\n", text)], {}, {}, {})


def table_at(text: str, start: int) -> Table | None:
    """Return the table whose head text[start:] is a part of; None in the last line of a text."""
    found = found_in(text)
    line = bisect_left(found.ends, start)
    if line == len(found.ends):
        return None
    begin = found.ends[line - 1] + 1 if line else 0
    if begin not in found.tables:
        found.tables[begin] = Table.of(text, begin, found.ends[line])
    return found.tables[begin]


def row_at(text: str, begin: int, sign: str) -> Row:
    """Take the line apart that begins at `begin`, once."""
    rows = found_in(text).rows
    row = rows.get((begin, sign))
    if row is None:
        stop = text.find("\n", begin)
        line = text[begin : stop if stop >= 0 else len(text)]
        cells = line.split(sign)
        starts = [begin, *(begin + reach + 1 + at for at, reach in enumerate(accumulate(map(len, cells[:-1]))))]
        is_rule = sign == "|" and "-" in line and RULE_LINE.fullmatch(line) is not None
        row = rows[begin, sign] = Row(cells, starts, stop, is_rule)
    return row


def opens_table(text: str, row: Row) -> bool:
    """Tell whether rows are read below a line as their head; so none is read below two heads of a column."""
    table = table_at(text, row.starts[0])
    return (
        table is not None
        and table.said is not None
        and (table.said.sure or row_at(text, row.stop + 1, table.sign).is_rule)
    )


def rows_below(text: str, stop: int, shape: tuple[str, int], *, sure: bool) -> Iterator[Row]:
    """Yield the rows below a head that ends at `stop`, with so many signs between cells as that has.

    Only rows below a line of dashes, unless the head is `sure`.
    """
    sign, columns = shape
    ruled = False
    while stop >= 0:
        row = row_at(text, stop + 1, sign)
        if row.is_rule:
            ruled = True
        elif len(row.cells) != columns + 1 or not (ruled or sure):
            return
        else:
            yield row
        stop = row.stop


@lru_cache(64)
def known_heads(head: str, sign: str) -> Heads | None:
    """Read the first line of a table; None where it is no head, for it has figures."""
    if FIGURES.search(head):
        return None
    cells = [cell.strip() for cell in head.split(sign)]
    return Heads(sum(map(bool, map(HEAD.fullmatch, cells))) > 1, any(map(PERSONAL.fullmatch, cells)))


LAST_SIGNS = frozenset(
    "".join(one.lower() + one.upper() for one in HEADS + OTHER_HEADS + "\u017f\u0130\u0131\u212a" if not one.isdigit())
)
"""With which a head may end: most cells of a table end otherwise."""
SAID = {sign for sign in HEADS if sign.isalnum()} | {".", *"\u017f\u0130\u0131\u212a"}
"""What a head may end with, and the letters that count as others where the case does not matter."""
EDGE = re.compile(f"(?<=[{re.escape(''.join(sorted({*map(str.lower, SAID)} | {*map(str.upper, SAID)})))}]){SEPARATED}")
"""Where a cell ends, and blanks before it."""
LONGEST_HEAD = max(reach_of(kind.heads) for kind in KINDS)
CELLS = ("|", "\t", "\n")
KNOWN = tuple(re.compile(kind.heads) for kind in KINDS)
ANY_KIND = re.compile(f"(?<![^ ])(?:{HEADS})\\Z")


def heads_in(text: str, first: int, last: int) -> tuple[list[tuple[int, int]], ...]:
    """Return by kind where in text[first:last] heads stand, with what parts them from the next cell behind them.

    The same as the patterns of their rules match, all of them in one go.
    """
    found: tuple[list[tuple[int, int]], ...] = tuple([] for _ in KINDS)
    for edge in EDGE.finditer(text, first, last):
        end = edge.start()
        low = max(first, end - LONGEST_HEAD)
        cell = text[low:end]
        low += max(map(cell.rfind, CELLS)) + 1
        opens = low == 0 or text[low - 1] in "|\t\n "
        for kind, at in kinds_of(text[low:end], opens=opens):
            found[kind].append((low + at, end))
    return found


@lru_cache(1024)
def kinds_of(cell: str, *, opens: bool) -> tuple[tuple[int, int], ...]:
    """Return which kinds of columns the end of a cell names, and where in it; a name begins at a word.

    `opens`: whether it may begin where the cell does.
    """
    if ANY_KIND.search(cell) is None:
        return ()
    places = [at for at in range(len(cell)) if (cell[at - 1] == " " if at else opens)]
    ways = ((kind, next((at for at in places if one.fullmatch(cell, at)), -1)) for kind, one in enumerate(KNOWN))
    return tuple((kind, at) for kind, at in ways if at >= 0)


def heads_of(kind: int) -> Callable[[str, int, int], Sequence[tuple[int, int]]]:
    """Return what finds the heads of a kind of column."""

    def heads(text: str, first: int, last: int) -> Sequence[tuple[int, int]]:
        known = found_in(text).heads
        if (first, last) not in known:
            known[first, last] = heads_in(text, first, last)
        return known[first, last][kind]

    return heads


def column(number: int, kind: Kind) -> Rule:
    """Return the rule of the values below a head."""
    return Rule(
        kind.entity,
        f"{kind.name} in a column below its head",
        (f"(?:(?<![^\n])|(?<=[|\t ]))(?:{kind.heads})(?={SEPARATED})",),
        0.8,
        gate=GATE,
        profile=kind.profile,
        places=heads_of(number),
        read=Column(lru_cache(1024)(kind.known)),
    )


COLUMN_RULES: tuple[Rule, ...] = tuple(starmap(column, enumerate(KINDS)))
