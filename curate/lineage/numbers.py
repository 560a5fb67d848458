"""Find what no corpus without personal data holds: resident ids, bank cards, Chinese mobiles; not by the stage's rules.

The stage `pii` matches regular expressions at places that gates open. This looks at the bytes of a whole column: where
digits stand, which of them hang together, and what their check digits say. The two share no code, so that a fault of
the one is not a fault of the other.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Numbers = npt.NDArray[np.int64]

DETECTOR = 3
"""Bumped by hand whenever the detector finds other things in the same text, or looks at other fields."""
NEEDS = {
    "CN_RESIDENT_ID": frozenset({"CN_RESIDENT_ID"}),
    "BANK_CARD": frozenset({"CN_BANK_CARD", "CREDIT_CARD"}),
    "CN_MOBILE": frozenset({"PHONE_NUMBER"}),
}
"""What is looked for, and the types that a stage has to replace so that none of it may be left."""

FEWEST = 11
"""Digits of a mobile: no number of interest has fewer."""
WIDE = {b"\xe3\x80\x80", b"\xef\xbc\x8d", b"\xe2\x80\x93", b"\xe2\x80\x90", b"\xe2\x80\x91"}
"""Ideographic space, full-width hyphen, dashes: they part digits as a blank or a hyphen does."""
PLUS = 0x2B
LETTERS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")

MOBILE = re.compile("1[3-9][0-9]{9}")
MOBILE_GROUPS = {(11,), (3, 4, 4), (13,), (2, 11), (2, 3, 4, 4), (15,), (4, 11), (4, 3, 4, 4)}
CARD_GROUPS = {(15,), (16,), (17,), (18,), (19,), (4, 4, 4, 4), (4, 6, 5), (6, 10), (6, 11), (6, 12), (6, 13)} | {
    (4, 4, 4, 4, rest) for rest in (1, 2, 3)
}
LONGEST_CARD, RESIDENT_DIGITS, OLD_RESIDENT_DIGITS = 19, 18, 15
WIDE_X = {"Ｘ".encode(), "ｘ".encode()}
HYPHEN, BLANK, TAB, LINE_FEED, CARRIAGE_RETURN = 0x2D, 0x20, 0x09, 0x0A, 0x0D
WIDEST_INDENT = 4
"""So many blanks may begin the line in which a broken number goes on."""
LENGTHS = frozenset({11, 13, *range(15, LONGEST_CARD + 1)})
MOST_RUNS = 6
REGIONS = frozenset(
    (
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
        "83",
    )
)
"""GB/T 2260: province codes; 83 is of residents from Taiwan."""
CARDS = (
    (16, 19, re.compile("62")),
    (16, 16, re.compile("4|5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)|35(?:2[89]|[3-8])|6011|64[4-9]|65")),
    (15, 15, re.compile("3[47]")),
)
"""Fewest and most digits, and how the numbers of issuers begin: UnionPay; Visa, Mastercard, JCB, Discover; Amex."""
SAMPLES = frozenset(
    (
        "4111111111111111",
        "4242424242424242",
        "4012888888881881",
        "5555555555554444",
        "5105105105105100",
        "6011111111111117",
        "378282246310005",
        "371449635398431",
        "3530111333300000",
        "13800138000",
    )
)
"""Numbers that makers of software and telephone companies print as examples: nobody's."""

RESIDENT_LABEL = re.compile(r"(?:身份|身分|证件号|公民|(?i:identity|id card))[^0-9０-９，。；\n]{0,12}\Z")
CARD_LABEL = re.compile(r"(?:银行卡|储蓄卡|信用卡|卡号)[^0-9０-９，。；\n]{0,12}\Z")
MOBILE_LABEL = re.compile(r"(?:电话|手机|联系方式)[^0-9０-９，。；\n]{0,12}\Z")
"""Right before a number, in its line: needed by what neither a check digit nor its form makes certain."""
BEFORE, AFTER = 40, 8
"""How many characters around a number say what it is."""
OTHER_LABEL = re.compile(
    "订单|单号|流水|批号|批次|编号|编码|代码|专利|货号|料号|件号|条码|条形码|序列|合同|发票|案号|文号|型号|图号|物料|书号|刊号|准字|"
    "证书|时间戳|工单|运单|快递|快件|保单|凭证|票号|校验|哈希|主键|索引|"
    "order|batch|lot|part|serial|invoice|sku|model|patent|ticket|tracking|doi|isbn|issn|timestamp|"
    r"(?<![a-z])(?:iso|iec|gb/t|cve|p/n|s/n|epoch|uuid|hash|md5|sha)(?![a-z])"
)
OWN_LABEL = re.compile(
    "电话|手机|座机|传真|联系|致电|拨打|身份|卡号|银行卡|储蓄卡|信用卡|账号|帐号|账户|phone|mobile|card|ssn|"
    "(?<![a-z])(?:cell|tel|fax)"
)
UNIT = re.compile(
    r"\s?(?:元(?!旦)|[万亿股吨%％‰℃]|千瓦|字节|美元|港元|bytes|usd|rmb|cny|[km]wh)|[.．][0-9０-９]", re.IGNORECASE
)
CURRENCY = re.compile(r"(?:[¥￥$€£]|rmb|usd|cny|[0-9０-９][.．])\s?\Z", re.IGNORECASE)


class Hit(NamedTuple):
    """A number that should not be there."""

    row: int
    offset: int
    """In characters of the string."""
    kind: str
    """One of NEEDS."""
    allowed: bool
    """Whether what stands around it, or the number itself, says that it is nobody's: an order, an amount, a sample."""


class Digits(NamedTuple):
    """The digits of a column, in order: where each begins and ends (bytes), its value, and the row it stands in."""

    starts: Numbers
    ends: Numbers
    values: npt.NDArray[np.uint8]
    rows: Numbers


class Row(NamedTuple):
    """The bytes of one string, where they lie among those of its column."""

    data: npt.NDArray[np.uint8]
    start: int
    end: int

    def sign(self, place: int) -> int:
        """Return the byte at a place, 0 outside of the string."""
        return int(self.data[place]) if self.start <= place < self.end else 0

    def text(self, start: int, end: int) -> str:
        """Return what stands from one byte to another, as far as the string goes and signs are whole."""
        return self.data[max(start, self.start) : min(end, self.end)].tobytes().decode(errors="ignore")

    def chars(self, start: int, end: int) -> int:
        """Count the characters that begin from one byte to another."""
        return int(np.count_nonzero((self.data[start:end] & np.uint8(0xC0)) != 0x80))  # noqa: PLR2004 - UTF-8


def hits(strings: pa.StringArray) -> Iterator[Hit]:
    """Yield what is found in a column, in order; null and empty strings hold nothing."""
    if not len(strings) or strings.buffers()[2] is None:
        return
    offsets = np.frombuffer(strings.buffers()[1], np.int32)[strings.offset : strings.offset + len(strings) + 1]
    data = np.frombuffer(strings.buffers()[2], np.uint8)[: offsets[-1]]
    last, counted, chars = -1, 0, 0
    for chain in chains(data, offsets):
        row = Row(data, int(offsets[chain.row]), int(offsets[chain.row + 1]))
        for kind, start, end, number in numbers_in(chain.runs, row):
            if chain.row != last:
                last, counted, chars = chain.row, row.start, 0
            chars += row.chars(counted, start)
            counted = start
            allowed = number in SAMPLES or is_other(row, start, end, kind)
            yield Hit(chain.row, chars, kind, allowed)


class Chain(NamedTuple):
    """Runs of digits of one string, each parted from the next by one blank, one hyphen or the end of a line."""

    row: int
    runs: list["Run"]


def chains(data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int32]) -> Iterator[Chain]:
    """Yield the chains of a column that have digits enough for a number of interest."""
    digits = digits_of(data, offsets)
    if len(digits.starts) < FEWEST:
        return
    gaps = digits.starts[1:] - digits.ends[:-1]
    same = digits.rows[1:] == digits.rows[:-1]
    glued = same & (gaps == 0)
    cuts = np.flatnonzero(~(glued | (same & is_joint(data, digits.ends[:-1], gaps)))) + 1
    edges = np.concatenate(([0], cuts, [len(digits.starts)]))
    for place in np.flatnonzero(np.diff(edges) >= FEWEST).tolist():
        first, last = int(edges[place]), int(edges[place + 1])
        yield Chain(int(digits.rows[first]), runs_of(digits, glued, first, last))


def digits_of(data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int32]) -> Digits:
    """Find ASCII and full-width digits."""
    base = int(offsets[0])
    used = data[base:]
    plain = np.flatnonzero((used - np.uint8(0x30)) < 10)  # noqa: PLR2004 - ten digits; uint8 wraps below the first
    wide = np.flatnonzero(used[:-2] == 0xEF) if len(used) > 2 else plain[:0]  # noqa: PLR2004 - full-width: EF BC 90..99
    wide = wide[(used[wide + 1] == 0xBC) & ((used[wide + 2] - np.uint8(0x90)) < 10)]  # noqa: PLR2004
    starts = np.concatenate((plain, wide)) + base
    ends = np.concatenate((plain + 1, wide + 3)) + base
    if len(wide):
        order = np.argsort(starts, kind="stable")
        starts, ends = starts[order], ends[order]
    values = data[ends - 1] & np.uint8(0x0F)
    return Digits(starts, ends, values, np.searchsorted(offsets, starts, side="right") - 1)


def is_joint(data: npt.NDArray[np.uint8], ends: Numbers, gaps: Numbers) -> npt.NDArray[np.bool_]:
    """Tell after which digits one blank or hyphen stands, or a line ends, and then a digit."""
    signs = data[np.minimum(ends, len(data) - 1)]
    joint: npt.NDArray[np.bool_] = (gaps == 1) & ((signs == BLANK) | (signs == HYPHEN))
    for place in np.flatnonzero((gaps == 3) & (signs > 0xE0)).tolist():  # noqa: PLR2004 - signs of three bytes
        joint[place] = bytes(data[ends[place] : ends[place] + 3]) in WIDE
    return joint | is_line_end(data, ends, gaps)


def is_line_end(data: npt.NDArray[np.uint8], ends: Numbers, gaps: Numbers) -> npt.NDArray[np.bool_]:
    """Tell after which digits a line ends, perhaps with a blank or hyphen, and the next begins with a digit."""

    def sign(places: Numbers) -> npt.NDArray[np.uint8]:
        return data[np.minimum(places, len(data) - 1)]

    last = (sign(ends) == BLANK) | (sign(ends) == HYPHEN)
    returns = sign(ends + last) == CARRIAGE_RETURN
    feeds = ends + last + returns
    indent = gaps - last - returns - 1
    ended: npt.NDArray[np.bool_] = (sign(feeds) == LINE_FEED) & (indent >= 0) & (indent <= WIDEST_INDENT)
    for place in range(1, WIDEST_INDENT + 1):
        blank = (sign(feeds + place) == BLANK) | (sign(feeds + place) == TAB)
        ended &= (indent < place) | blank
    return ended


class Run(NamedTuple):
    """Digits without anything between them, and where their bytes lie in the column."""

    start: int
    end: int
    number: str


def runs_of(digits: Digits, glued: npt.NDArray[np.bool_], first: int, last: int) -> list[Run]:
    """Cut a chain of digits where a blank or hyphen stands."""
    edges = [first, *(np.flatnonzero(~glued[first : last - 1]) + first + 1).tolist(), last]
    return [
        Run(
            int(digits.starts[low]),
            int(digits.ends[high - 1]),
            (digits.values[low:high] + np.uint8(0x30)).tobytes().decode(),
        )
        for low, high in pairwise(edges)
    ]


def numbers_in(runs: list[Run], row: Row) -> Iterator[tuple[str, int, int, str]]:
    """Yield (kind, start, end, number) of what a chain holds: the first kind that fits, then on behind it."""
    place = 0
    while place < len(runs):
        length = 0
        for count, run in enumerate(runs[place : place + MOST_RUNS], 1):
            length += len(run.number)
            found = number_of(runs[place : place + count], row) if length in LENGTHS else None
            if found is not None:
                yield found
                place += count - 1
                break
            if length > LONGEST_CARD:
                break
        place += 1


def number_of(runs: list[Run], row: Row) -> tuple[str, int, int, str] | None:
    """Say what neighbouring runs are together, if anything; letters right before or after make it something else."""
    number = "".join(run.number for run in runs)
    start, end = runs[0].start, runs[-1].end
    if len(number) == RESIDENT_DIGITS - 1:
        size = size_of_x(row, end)
        number, end = (f"{number}X", end + size) if size else (number, end)
    if row.sign(start - 1) in LETTERS or row.sign(end) in LETTERS:
        return None
    breaks = [LINE_FEED in row.data[one.end : other.start] for one, other in pairwise(runs)].count(True)
    if breaks > 1:
        return None
    said = row.text(start - 3 * BEFORE, start)[-BEFORE:]
    if is_resident(number) or (is_old_resident(number) and RESIDENT_LABEL.search(said)):
        return "CN_RESIDENT_ID", start, end, number
    groups = tuple(len(run.number) for run in runs)
    if (CARD_LABEL.search(said) if breaks else groups in CARD_GROUPS) and is_card(number):
        return "BANK_CARD", start, end, number
    if MOBILE_LABEL.search(said) if breaks else groups in MOBILE_GROUPS:
        bare = number[-11:]
        codes = {"86"} if row.sign(start - 1) == PLUS else {"", "86", "0086"}
        if number[:-11] in codes and MOBILE.fullmatch(bare):
            return "CN_MOBILE", start, end, bare
    return None


def size_of_x(row: Row, place: int) -> int:
    """Return how many bytes the X has that closes a resident id, of any width; 0 where there is none."""
    if row.sign(place) in b"Xx":
        return 1
    return 3 if row.data[place : min(place + 3, row.end)].tobytes() in WIDE_X else 0


def is_old_resident(number: str) -> bool:
    """Tell whether a number can be a resident id of the first generation: province, birth date without a century."""
    if len(number) != OLD_RESIDENT_DIGITS or number[:2] not in REGIONS:
        return False
    year, month, day = 1900 + int(number[6:8]), int(number[8:10]), int(number[10:12])
    return 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]  # noqa: PLR2004


def is_resident(number: str) -> bool:
    """Tell whether a resident id can have been given: province, birth date, check digit (GB 11643)."""
    if len(number) != RESIDENT_DIGITS or number[:2] not in REGIONS:
        return False
    year, month, day = int(number[6:10]), int(number[10:12]), int(number[12:14])
    if not (1900 <= year <= 2039 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]):  # noqa: PLR2004
        return False
    rest = 0
    for sign in number:
        rest = (rest * 2 + (10 if sign == "X" else int(sign))) % 11
    return rest == 1


def is_card(number: str) -> bool:
    """Tell whether a card can have been issued: beginning and length of an issuer, Luhn digit (ISO/IEC 7812)."""
    known = any(low <= len(number) <= high and begins.match(number) for low, high, begins in CARDS)
    if not known or len(set(number)) == 1:
        return False
    backwards = [int(sign) for sign in reversed(number)]
    return (sum(backwards[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in backwards[1::2])) % 10 == 0


def is_other(row: Row, start: int, end: int, kind: str) -> bool:
    """Tell whether the words around a number say that it is none: the nearest label before it, a unit, a currency.

    A resident id is one whatever stands before it: eighteen signs with province, date and check digit are no accident.
    """
    if kind == "CN_RESIDENT_ID":
        return False
    before = row.text(start - 3 * BEFORE, start)[-BEFORE:].lower()
    after = row.text(end, end + 3 * AFTER)
    if UNIT.match(after) or CURRENCY.search(before):
        return True
    other, own = (
        max((match.end() for match in label.finditer(before)), default=-1) for label in (OTHER_LABEL, OWN_LABEL)
    )
    return other > own
