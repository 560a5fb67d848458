"""Check digits and dates of the numbers by which states of the EU know their people: pure functions of one value."""

from calendar import monthrange

from curate.stages.pii.checks import is_luhn
from curate.stages.pii.digits import signs_of

# ruff: noqa: PLR2004 - the numbers are those of the standards that the docstrings name

FINNISH = "0123456789ABCDEFHJKLMNPRSTUVWXY"
CENTURIES = {"+": 1800} | dict.fromkeys("-YXWVU", 1900) | dict.fromkeys("ABCDEF", 2000)
PESEL_CENTURIES = {80: 1800, 0: 1900, 20: 2000, 40: 2100, 60: 2200}


def is_day(year: int, month: int, day: int) -> bool:
    """Tell whether a day exists."""
    return 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


def weighted(digits: str, weights: tuple[int, ...]) -> int:
    """Return the sum of digits times weights, as far as there are weights."""
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def is_austrian(value: str) -> bool:
    """Tell whether the fourth digit of an Austrian insurance number holds (ASVG § 31: weights, MOD 11)."""
    digits = signs_of(value)
    total = weighted(digits, (3, 7, 9, 0, 5, 8, 4, 2, 1, 6))
    return len(digits) == 10 and total % 11 == int(digits[3]) and 1 <= int(digits[6:8]) <= 15


def is_belgian(value: str) -> bool:
    """Tell whether the last two digits of a Belgian national number hold: 97 less the rest MOD 97.

    Since 2000 a 2 is thought before the number.
    """
    digits = signs_of(value)
    if len(digits) != 11:
        return False
    number, check = int(digits[:9]), int(digits[9:])
    return int(digits[2:4]) <= 12 and check in {97 - number % 97, 97 - (2_000_000_000 + number) % 97}


def is_danish(value: str) -> bool:
    """Tell whether a Danish personal number begins with a day that exists; its check digit holds no longer for all."""
    digits = signs_of(value)
    return len(digits) == 10 and is_day(2000 + int(digits[4:6]), int(digits[2:4]), int(digits[:2]))


def is_finnish(value: str) -> bool:
    """Tell whether day and last sign of a Finnish identity code hold (number of eleven signs, MOD 31)."""
    signs = value.upper()
    if len(signs) != 11 or signs[6] not in CENTURIES or int(signs[7:10]) < 2:
        return False
    born = is_day(CENTURIES[signs[6]] + int(signs[4:6]), int(signs[2:4]), int(signs[:2]))
    return born and FINNISH[int(signs[:6] + signs[7:10]) % 31] == signs[10]


def is_dutch(value: str) -> bool:
    """Tell whether a Dutch citizen number holds (elfproef: weights 9 to 2, -1, MOD 11)."""
    digits = signs_of(value).rjust(9, "0")
    total = weighted(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1))
    return len(digits) == 9 and int(digits) > 9_999_999 and total % 11 == 0


def is_polish(value: str) -> bool:
    """Tell whether day and check digit of a PESEL hold; the century is added to the month."""
    digits = signs_of(value)
    if len(digits) != 11:
        return False
    month = int(digits[2:4])
    century = PESEL_CENTURIES.get(month // 20 * 20, 0)
    day = century > 0 and is_day(century + int(digits[:2]), month % 20, int(digits[4:6]))
    return day and weighted(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)) % 10 == 0


def is_portuguese(value: str) -> bool:
    """Tell whether the check digit of a Portuguese tax number holds (weights 9 to 2, MOD 11; 10 and 11 are 0)."""
    digits = signs_of(value)
    rest = weighted(digits[:8], (9, 8, 7, 6, 5, 4, 3, 2)) % 11
    return len(digits) == 9 and int(digits[8]) == (0 if rest < 2 else 11 - rest)


def is_swedish(value: str) -> bool:
    """Tell whether day and check digit of a Swedish personal number hold (SKV 704: Luhn; coordination: day plus 60)."""
    digits = signs_of(value)
    if len(digits) not in {10, 12}:
        return False
    short = digits[-10:]
    day = int(short[4:6])
    return is_day(2000 + int(short[:2]), int(short[2:4]), day - 60 * (day > 60)) and is_luhn(short)
