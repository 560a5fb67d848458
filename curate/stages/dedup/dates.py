"""Dates as people and programs write them, as numbers that order them."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
MONTH = "|".join(f"{name[:3]}{'t?' if name == 'September' else ''}(?:{name[3:]})?" for name in MONTHS)
HAN_DIGITS = dict(zip("〇零○一二三四五六七八九", "000123456789", strict=True))
HAN_NUMBER = re.compile("[〇零○一二三四五六七八九十]+(?=[年月日号號时時点點分秒])")

ZONE = r"\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?"
CLOCK = (
    r"(?P<hour>\d{1,2})(?:\s*[:：时時点點]\s*(?:(?P<minute>\d{1,2})"
    r"(?:\s*[:：分]\s*(?:(?P<second>\d{1,2})(?:[.,](?P<fraction>\d+))?\s*秒?)?)?)?)?" + ZONE
)
SPELLINGS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # 20240301, 20240301T103000Z
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
        r"(?:[T\s]?(?P<hour>\d{2})(?P<minute>\d{2})(?:(?P<second>\d{2})(?:[.,](?P<fraction>\d+))?)?" + ZONE + ")?",
        # 2024, 2024-03, 2024-03-01T10:30, 2024/3/1 10:30, 2024. 3. 1., 2024年3月1日10时30分
        (
            r"(?P<year>\d{4})(?:\s*[-/.年]\s*(?P<month>\d{1,2})(?:\s*[-/.月]\s*(?P<day>\d{1,2})\s*[日号號.]?)?\s*月?)?年?"
            rf"(?:(?:T|\s+|(?<=[日号號])){CLOCK})?"
        ),
        # 1 March 2024, 1st Mar. 2024, 01-Mar-2024 10:30
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s-]+(?P<name>{MONTH})\.?,?[\s-]+(?P<year>\d{{4}})(?:,?\s+{CLOCK})?",
        # March 1, 2024; March 2024
        rf"(?P<name>{MONTH})\.?(?:\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?)?,?\s+(?P<year>\d{{4}})(?:,?\s+{CLOCK})?",
    )
]
HOURS, MINUTES, SECONDS = 24, 60, 60


def instant(date: str | None) -> int | None:
    """Read a date, at its earliest (2024 is January the first), as microseconds since 1970; null where it is none.

    It is one of UTC where it names no zone. Quotes around it fall: so a source writes a date that was no string. Null
    too is what says not which number is the month, as 01/03/2024. The rest is ISO 8601 (basic and extended forms of
    days), RFC 5322, and the ways of Chinese and English to write a day.
    """
    said = HAN_NUMBER.sub(lambda found: han(found[0]), (date or "").strip().strip('"'))
    try:
        for spelling in SPELLINGS:
            found = spelling.fullmatch(said)
            if found:
                return (of_parts(found.groupdict()) - EPOCH) // timedelta(microseconds=1)
        when = parsedate_to_datetime(said)
        return ((when if when.tzinfo else when.replace(tzinfo=UTC)) - EPOCH) // timedelta(microseconds=1)
    except (ValueError, OverflowError):
        return None


def han(number: str) -> str:
    """Spell a Chinese number in digits: 二〇二四 is 2024, 三十一 is 31."""
    tens, ten, ones = number.partition("十")
    first, last = ("".join(HAN_DIGITS.get(sign, sign) for sign in part) for part in (tens, ones))
    return (first or "1") + (last or "0") if ten else first


def of_parts(parts: Mapping[str, str | None]) -> datetime:
    """Put the parts of a date together; ValueError or OverflowError where there is no such day or time.

    An hour 24 is the end of a day, a second 60 a leap second (ISO 8601-1:2019, 4.3.8 and 4.3.10).
    """
    name = parts.get("name")
    month = next(n for n, known in enumerate(MONTHS, 1) if name[:3].lower() == known[:3].lower()) if name else None
    day = datetime(int(parts["year"] or 0), month or int(parts.get("month") or 1), int(parts["day"] or 1), tzinfo=UTC)
    hour, minute, second = (int(parts.get(part) or 0) for part in ("hour", "minute", "second"))
    if minute >= MINUTES or second > SECONDS or (hour, minute, second) > (HOURS, 0, 0):
        raise ValueError("there is no such time")
    clock = timedelta(hours=hour, minutes=minute, seconds=second)
    clock += timedelta(microseconds=int(f"{parts.get('fraction') or '':0<6}"[:6]))
    return day.replace(tzinfo=zone_of(parts.get("zone"))) + clock


def zone_of(said: str | None) -> timezone:
    """Read a zone; ValueError where there is none so far from UTC."""
    if said is None or said[0] not in "+-":
        return UTC
    hours, minutes = int(said[1:3]), int(said[3:].lstrip(":") or 0)
    if minutes >= MINUTES:
        raise ValueError("there is no such zone")
    return timezone((1 if said[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))
