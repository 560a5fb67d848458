"""Find what no corpus without personal data holds: resident ids, bank cards, Chinese mobiles; not by the stage's rules.

The stage `pii` matches regular expressions at places that gates open. This looks at the bytes of a whole column: where
digits stand, which of them hang together, and what their check digits say. The two share no code, so that a fault of
the one is not a fault of the other.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from itertools import pairwise
from string import ascii_letters
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curate.core.labels import BEGINNING, THINGS, WHOLE
from curate.lineage import machines
from curate.lineage.chains import LINE_FEED, RESIDENT_SPREAD, SPREAD, Run, chains
from curate.lineage.listed import Listed
from curate.lineage.machines import is_machines

DETECTOR = 10
"""Bumped by hand whenever the detector finds other things in the same text, or looks at other fields."""
NEEDS = {
    "CN_RESIDENT_ID": frozenset({"CN_RESIDENT_ID"}),
    "BANK_CARD": frozenset({"CN_BANK_CARD", "CREDIT_CARD"}),
    "CN_MOBILE": frozenset({"PHONE_NUMBER"}),
}
"""What is looked for, and the types that a stage has to replace so that none of it may be left."""

LETTERS = frozenset(ascii_letters)
NARROW = {ord(letter) + 0xFEE0: letter for letter in ascii_letters}
"""Full-width letters are letters."""

MOBILE = re.compile("1[3-9][0-9]{9}")
UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
BARE = re.compile(f"(?:[0-9０-９][{UNSEEN}]*){{11}}")
"""The digits of a mobile in one piece, as machines write their numbers, whatever signs nobody sees stand within."""
MOBILE_GROUPS = {(11,), (3, 4, 4), (13,), (2, 11), (2, 3, 4, 4), (15,), (4, 11), (4, 3, 4, 4)}
CARD_GROUPS = {(15,), (16,), (17,), (18,), (19,), (4, 4, 4, 4), (4, 6, 5), (6, 10), (6, 11), (6, 12), (6, 13)} | {
    (4, 4, 4, 4, rest) for rest in (1, 2, 3)
}
LONGEST_CARD, RESIDENT_DIGITS, OLD_RESIDENT_DIGITS, MOBILE_DIGITS = 19, 18, 15, 11
WIDE_X = {"Ｘ".encode(), "ｘ".encode()}
LENGTHS = frozenset({11, 13, *range(15, LONGEST_CARD + 1)})
MOST_RUNS = 6
REGION = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
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
GLUED = {
    "CN_RESIDENT_ID": re.compile(
        r"(?:(?<![A-Za-z0-9])(?i:id|idcard|idno|sfz|sfzh)|(?<=[a-z])(?:ID|Id|IDCard|IdCard))\Z"
    ),
    "BANK_CARD": re.compile(
        r"(?:(?<![A-Za-z0-9])(?i:card|cardno|unionpay|(?:visa|master|amex|jcb|discover|bank|credit|debit)(?:card)?)|"
        r"(?<=[a-z])(?:Card|CardNo))\Z"
    ),
    "CN_MOBILE": re.compile(
        r"(?:(?<![A-Za-z0-9])(?i:ph|tel|phone|telephone|mobile|cell|fax|vx|wx|wechat)|(?<=[a-z])(?:Tel|TEL|Phone|Mobile|Cell))\Z"
    ),
}
"""The words that a number may be glued to; any other letters before it make it something else."""
WORD = re.compile(r"(?<![A-Za-z\d])[A-Za-z]{1,12}\Z")
"""Letters before a resident id or a UnionPay card, whose form is no accident; behind digits they are of a code."""
BEFORE, AFTER = 40, 8
"""How many characters around a number say what it is."""
OTHER_LABEL = re.compile(
    f"{THINGS}|(?<![a-z])(?:{BEGINNING})|(?<![a-z])(?:{WHOLE})(?![a-z])|"
    "流水|代码|序列|合同|证书|工单|快递|快件|保单|凭证|票号|校验|哈希|主键|索引|"
    "order|batch|lot|part|serial|invoice|sku|model|patent|ticket|tracking|doi|isbn|issn|timestamp|"
    r"(?<![a-z])(?:iso|iec|gb/t|cve|p/n|s/n|epoch|uuid|hash|md5|sha)(?![a-z])"
)
OWN_LABEL = re.compile(
    "电话|手机|座机|传真|联系|致电|拨打|身份|卡号|银行卡|储蓄卡|信用卡|账号|帐号|账户|phone|mobile|card|(?<!i)ssn|"
    "(?<![a-z])(?:cell|tel|fax)"
)
CALLED = re.compile(f"(?:{OWN_LABEL.pattern})(?:号码?|方式|numbers?|no\\.?|[#:：=是为\\s\"'“(（]){{0,8}}\\Z")
"""The same right before a number: then it is no machine's."""
UNIT = re.compile(
    r"\s?(?:元(?!旦)|[万亿股吨%％‰℃]|条(?![件款例约])|笔(?![者记录试])|次(?![日月年要])|件(?!号)|人次|平方|立方|公里|千米|公斤|千克|"
    r"号(?:商标|专利|文件|公告|通知|决定|判决|裁定)|"
    r"个(?![人体])|千瓦|字节|美元|港元|bytes|units(?![a-z])|rows(?![a-z])|records(?![a-z])|usd|rmb|cny|[km]wh)|[.．][0-9０-９]",
    re.IGNORECASE,
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
    listed: Listed | None = None
    for chain in chains(data, offsets):
        row = Row(data, int(offsets[chain.row]), int(offsets[chain.row + 1]))
        for kind, start, end, number in numbers_in(chain.runs, row):
            if chain.row != last:
                last, counted, chars, listed = chain.row, row.start, 0, None
            chars += row.chars(counted, start)
            counted = start
            allowed = number in SAMPLES or is_other(row, start, end, kind)
            if not allowed and kind != "CN_RESIDENT_ID":
                listed = listed or Listed(row.text(row.start, row.end), is_labelled)
                allowed = listed.has(chars, len(number))
            yield Hit(chain.row, chars, kind, allowed)


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
    """Say what neighbouring runs are together, if anything; letters beside it that are no label make it another."""
    number = "".join(run.number for run in runs)
    start, end = runs[0].start, runs[-1].end
    if len(number) == RESIDENT_DIGITS - 1:
        size = size_of_x(row, end)
        number, end = (f"{number}X", end + size) if size else (number, end)
    between = [bytes(row.data[one.end : other.start]) for one, other in pairwise(runs)]
    breaks, spread = [LINE_FEED in some for some in between].count(True), not SPREAD.isdisjoint(between)
    if breaks > 1 or (spread and len({*between}) > 1):
        return None
    said = row.text(start - 3 * BEFORE, start)[-BEFORE:].translate(NARROW)
    kind = kind_of(number, tuple(len(run.number) for run in runs), said, (breaks > 0, spread))
    if kind is None:
        return None
    behind = row.text(end, end + 3 * AFTER)
    if any(sign in UNSEEN for sign in row.text(start, end)):  # read without them, as what stands beside it is
        said, behind = said.rstrip(UNSEEN), behind.lstrip(UNSEEN)
    before, behind_it = said[-1:] in LETTERS, behind[:1].translate(NARROW) in LETTERS
    by_itself = len(runs) == 1 and (kind == "CN_RESIDENT_ID" or number.startswith("62"))
    if before and not (GLUED[kind].search(said) or (by_itself and WORD.search(said))):
        return None
    if behind_it and not (by_itself and len(number) == RESIDENT_DIGITS and kind == "CN_RESIDENT_ID"):
        return None
    return kind, start, end, number[-11:] if kind == "CN_MOBILE" else number


def kind_of(number: str, groups: tuple[int, ...], said: str, apart: tuple[bool, bool]) -> str | None:
    """Say what a number in groups is behind what is `said`; `apart`: whether a line end divides it, and SPREAD does.

    What is divided so has to stand behind its label, but for resident ids.
    """
    broken, spread = apart
    if (not spread or groups in RESIDENT_SPREAD) and (
        is_resident(number) or (is_old_resident(number) and RESIDENT_LABEL.search(said))
    ):
        return "CN_RESIDENT_ID"
    grouped = (broken and not spread) or groups in CARD_GROUPS
    if grouped and (CARD_LABEL.search(said) or not (broken or spread)) and is_card(number):
        return "BANK_CARD"
    grouped = (broken and not spread) or groups in MOBILE_GROUPS
    if grouped and (MOBILE_LABEL.search(said) or not (broken or spread)):
        codes = {"86"} if said.endswith("+") else {"", "86", "0086"}
        if number[:-11] in codes and MOBILE.fullmatch(number[-11:]):
            return "CN_MOBILE"
    return None


def size_of_x(row: Row, place: int) -> int:
    """Return how many bytes the X has that closes a resident id, of any width; 0 where there is none."""
    if row.sign(place) in b"Xx":
        return 1
    return 3 if row.data[place : min(place + 3, row.end)].tobytes() in WIDE_X else 0


def is_old_resident(number: str) -> bool:
    """Tell whether a number can be a resident id of the first generation: province, birth date without a century."""
    if len(number) != OLD_RESIDENT_DIGITS or not REGION.match(number):
        return False
    year, month, day = 1900 + int(number[6:8]), int(number[8:10]), int(number[10:12])
    return 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]  # noqa: PLR2004


def is_resident(number: str) -> bool:
    """Tell whether a resident id can have been given: province, birth date, check digit (GB 11643)."""
    if len(number) != RESIDENT_DIGITS or not REGION.match(number):
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
    after = row.text(end, end + 3 * AFTER).lstrip(UNSEEN)
    if UNIT.match(after) or CURRENCY.search(before) or is_labelled(before):
        return True
    bare = kind == "CN_MOBILE" and BARE.fullmatch(row.text(start, end)) and not CALLED.search(before)
    return bool(bare) and is_machines(row.text(start - machines.BEFORE, start), row.text(end, end + machines.AFTER))


def is_labelled(before: str) -> bool:
    """Tell whether the nearest label in what stands before a number, in lower case, says that it is a thing's."""
    other, own = (
        max((match.end() for match in label.finditer(before)), default=-1) for label in (OTHER_LABEL, OWN_LABEL)
    )
    return other > own
