"""Fakes for numbers and addresses of mail and networks: same form, nobody's, and known again by the key alone.

A fake keeps separators, width and length; digits stay digits, letters letters. It begins with what is given to nobody;
where that may be somebody's after all, its last signs are a keyed digest of those before. So the stage knows its own
fakes again, whatever rule finds them, and leaves them alone without having to remember one.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from curate.stages.pii import checks
from curate.stages.pii.groups import NO_WIDTH
from curate.stages.pii.keys import Secret
from curate.stages.pii.rule import fold

DIGITS, UPPER, LOWER = "0123456789", "ABCDEFGHJKLMNPQRTUWXY", "abcdefghjklmnpqrtuwxy"
"""Signs of fakes; letters that look like digits are spared, as in GB 32100."""
HEX = frozenset({"MAC_ADDRESS", "UUID"})
HEX_LETTERS = 6
"""Of the letters only A to F stand in hexadecimal numbers."""
FREE = "?"

UNSEEN = re.compile(f"[{NO_WIDTH}]")
MOBILE = re.compile(r"(?:\+?(?:00)?86)?(?:1[3-9][0-9]|129)[0-9]{8}")
NORTH_AMERICAN = re.compile(r"[(]?\+?(1?)[ .-]?[(]?[2-9][0-9]{2}[)]?[ .-]?[0-9]{3}[ .-]?[0-9]{4}(?![0-9])")
AREA = re.compile(r"[(]?0(?:10|2[0-9]|[3-9][0-9]{2}|600)[) -]")
SHORT_AREA = re.compile(r"[(]?0(?:10|2[0-9])")
CALLING = ("", "86", "0086", "1")
"""Codes that a telephone number keeps before the fake of what follows."""
NOBODYS = re.compile("000|129[0-9]{8}|29[0-9]0|0261|06001")
"""What fakes of telephones begin with: no country code begins with 0, the Chinese prefix 129 and the area codes 026 and
0600 are given to nobody, the North American area codes 29x are reserved, and no exchange begins with 0."""

EXAMPLES = ("example.com", "example.org", "example.net")
"""RFC 2606: names that nobody can register."""
OWN_DOMAIN = re.compile(r"@example\.(?:com|org|net)\Z", re.IGNORECASE)
NETS = ("192.0.2", "198.51.100", "203.0.113")
"""RFC 5737: addresses for documentation."""
OWN_NET = re.compile(r"(?:192\.0\.2|198\.51\.100|203\.0\.113)\.[0-9]{1,3}|2001:db8:.*", re.IGNORECASE)
HEADS = {
    "CN_RESIDENT_ID": "000",
    "CN_DRIVER_LICENSE": "000",
    "CN_BANK_CARD": "000",
    "CREDIT_CARD": "000",
    "CN_USCC": "000",
    "US_SSN": "000",
    "US_ITIN": "000",
    "QQ_NUMBER": "000",
    "IMEI": "000",
    "CN_PASSPORT": "Z",
    "IBAN_CODE": "ZZ00",
    "CN_PLATE": "I",
}
"""What fakes of a type begin with, beside telephones. No code of GB/T 2260, no card of ISO/IEC 7812, no area of a US
social security number begins with three zeros; no plate has the letter I, no country the code ZZ (ISO 3166)."""
RESIDENT_LIKE = frozenset({"CN_RESIDENT_ID", "CN_DRIVER_LICENSE"})
MAIL, NET, PLATE, PHONE = "EMAIL_ADDRESS", "IP_ADDRESS", "CN_PLATE", "PHONE_NUMBER"
PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
LONG = 9
"""Numbers of so many digits have room for three zeros."""
FEWEST = 4
"""A value of fewer letters and digits has no form worth keeping."""
TRIES = 64
LONG_ID = 18
"""The older form of a resident id has 15 digits, two of them for the year of birth."""


class Seed(NamedTuple):
    """What decides a fake: the scope in which equal values have equal fakes, the type, the value in its normal form."""

    scope: str
    entity: str
    value: str


class Form(NamedTuple):
    """What a fake has to look like."""

    kinds: list[str]
    """A sign of the kind that stands in each place."""
    head: str
    """The signs that it begins with; `?` is free."""


def signs_of(text: str) -> str:
    """Return the ASCII letters and digits of a text."""
    return "".join(sign for sign in text if sign.isascii() and sign.isalnum())


def can_fake(value: str) -> bool:
    """Tell whether a value has enough letters and digits for a fake of its form."""
    return len(signs_of(fold(value))) >= FEWEST


def faked(secret: Secret, seed: Seed, value: str) -> str:
    """Return the fake of a value of a type that has one of its form."""
    if seed.entity == NET:
        return net(secret, seed, value)
    if seed.entity == MAIL:
        local = fold(value).rpartition("@")[0]
        return mailbox(secret, seed, formed(secret, seed, local, "000" if local[:1].isdigit() else ""))
    if seed.entity == PHONE:
        code, head = phone_head(UNSEEN.sub("", fold(value)))
        return formed(secret, seed, value, head, len(code))
    fake = formed(secret, seed, value, HEADS.get(seed.entity) or usual_head(seed.entity, signs_of(fold(value))))
    if seed.entity == PLATE and fake[0] in PROVINCES:
        return PROVINCES[secret.choice(len(PROVINCES), "province", *seed)] + fake[1:]
    return fake


def mailbox(secret: Secret, seed: Seed, local: str) -> str:
    """Put a name before one of the domains of nobody, so that all its letters and digits together pass no check."""
    first = secret.choice(len(EXAMPLES), "domain", *seed)
    boxes = [f"{local}@{domain}" for domain in EXAMPLES[first:] + EXAMPLES[:first]]
    return next((box for box in boxes if not passes(signs_of(fold(box)))), boxes[0])


def is_fake(secret: Secret, entity: str, value: str) -> bool:
    """Tell whether a value is a fake of ours, whichever rule found it.

    Of types with a reserved beginning no value that is somebody's passes; of others, and of telephones without an area
    code, one in ten thousand may where there are eight signs, one in a thousand where there are six.
    """
    folded = fold(value)
    if OWN_NET.fullmatch(folded) or OWN_DOMAIN.search(folded):
        return True
    whole = signs_of(folded)
    if entity == PHONE and (len(whole) >= LONG or not marked(secret, whole, entity)):
        codes = ("1",) if folded.lstrip("(").startswith("+1") else CALLING
        number = "".join(sign for sign in whole if sign in DIGITS)  # letters of a telephone number stay, see `formed`
        return any(NOBODYS.match(number.removeprefix(code)) for code in codes if number.startswith(code))
    if entity in HEADS:
        return whole.upper().startswith(HEADS[entity])
    head = usual_head(entity, whole)
    return len(whole) >= FEWEST and whole.startswith(head) and marked(secret, whole, entity)


def usual_head(entity: str, signs: str) -> str:
    """Return what fakes begin with whose type has no beginning of its own: no rule then takes them for another type.

    A hardware address is one that no maker has, but a network gave (IEEE 802: the second bit of the first byte).
    """
    if entity in HEX:
        return "02" if entity == "MAC_ADDRESS" else ""
    if len(signs) >= LONG and signs[:3].isdigit():
        return "000"
    return "Z" if signs[:1].isupper() else ""


def net(secret: Secret, seed: Seed, value: str) -> str:
    """Return an address for documentation (RFC 5737, RFC 3849): the one form that cannot keep its width."""
    drawn = secret.draw("net", *seed)
    if ":" not in value:
        return f"{NETS[drawn[0] % len(NETS)]}.{1 + drawn[1] % 254}"
    groups = [f"{1 + int.from_bytes(drawn[n : n + 2]) % 0xFFFF:x}" for n in (0, 2, 4)]
    return f"2001:db8:{groups[0]}:{groups[1]}::{groups[2]}"


def phone_head(folded: str) -> tuple[str, str]:
    """Return the calling code that a telephone number keeps, and what the fake behind it begins with; `?` is free."""
    digits = "".join(sign for sign in folded if sign in DIGITS)
    plain = folded.replace(" ", "").replace("-", "").replace("(", "").replace(")", "")
    if MOBILE.fullmatch(plain) and not folded.startswith(("+1", "(+1")):
        return digits[:-11], "129"
    american = NORTH_AMERICAN.match(folded)
    if american:
        return american[1], f"29{FREE}0"
    if AREA.match(folded):
        return "", "0261" if SHORT_AREA.match(folded) else "06001"
    return ("86" if folded.lstrip("(").startswith("+86") else ""), "000"


def formed(secret: Secret, seed: Seed, value: str, head: str, kept: int = 0) -> str:
    """Return signs of the same kinds in the same places, the first of them those of `head`, check digits that fail.

    The first `kept` letters and digits stay, and so do the letters of a telephone number: those of its extension.
    """
    folded = fold(value)
    is_part = str.isdigit if seed.entity == PHONE else str.isalnum
    places = [n for n, sign in enumerate(folded) if sign.isascii() and is_part(sign)][kept:]
    kinds = [folded[n] for n in places]
    if seed.entity in RESIDENT_LIKE:
        kinds = ["0"] * len(kinds)
    signs = next(
        some for some in (composed(secret, seed, Form(kinds, head), n) for n in range(TRIES)) if not passes(some)
    )
    fake = list(value)
    for place, sign in zip(places, signs, strict=True):
        fake[place] = sign if value[place] == folded[place] else chr(ord(sign) + 0xFEE0)
    return "".join(fake)


def composed(secret: Secret, seed: Seed, form: Form, again: int) -> str:
    """Draw signs of given kinds, and close them with their mark where nothing else would tell them."""
    kinds, head = form
    letters = letters_of(seed.entity)
    drawn = secret.stream(len(kinds), "surrogate", *seed, str(again))
    among = [alphabet(kind, letters) for kind in kinds]
    signs = [some[byte % len(some)] for some, byte in zip(among, drawn, strict=True)]
    for place, sign in enumerate(head[: len(signs)]):
        if sign != FREE:
            signs[place] = sign.lower() if kinds[place].islower() else sign
    if seed.entity in RESIDENT_LIKE:
        born = f"{1950 + drawn[0] % 60}{1 + drawn[1] % 12:02}{1 + drawn[2] % 28:02}"
        born = born if len(signs) == LONG_ID else born[2:]
        if len(signs) >= 6 + len(born):
            signs[6 : 6 + len(born)] = born
    size = mark_size(len(signs), head)
    if seed.entity == PHONE or seed.entity in HEADS or not size:
        return "".join(signs)
    return "".join(signs[:-size]) + mark(secret, "".join(signs[:-size]), kinds[-size:], letters)


def letters_of(entity: str) -> int:
    """Return how many of the letters may stand in fakes of a type."""
    return HEX_LETTERS if entity in HEX else len(UPPER)


def alphabet(kind: str, letters: int) -> str:
    """Return the signs that may stand where such a sign stood."""
    return DIGITS if kind in DIGITS else (UPPER if kind.isupper() else LOWER)[:letters]


def mark_size(length: int, head: str) -> int:
    """Return how many signs of a fake are its mark: four of eight, six of fourteen or more, else half.

    Two fewer behind three zeros, so that enough are left to tell values apart.
    """
    size = 6 if length >= 14 else 4 if length >= 8 else length // 2  # noqa: PLR2004 - said in the docstring
    return size - 2 if head == "000" else size


def mark(secret: Secret, body: str, kinds: list[str], letters: int) -> str:
    """Return the last signs of a fake: a keyed digest of the signs before them, in signs of given kinds."""
    drawn = secret.draw("mark", body.upper())
    chosen = [(alphabet(kind, letters), byte) for kind, byte in zip(kinds, drawn, strict=False)]
    return "".join(signs[byte % len(signs)] for signs, byte in chosen)


def marked(secret: Secret, signs: str, entity: str) -> bool:
    """Tell whether the last signs are the mark of those before them."""
    size = mark_size(len(signs), usual_head(entity, signs))
    return size > 0 and mark(secret, signs[:-size], list(signs[-size:]), letters_of(entity)) == signs[-size:]


CHECKS: tuple[Callable[[str], bool], ...] = (checks.is_uscc, checks.is_iban)
SHORTEST_CARD = 12


def passes(signs: str) -> bool:
    """Tell whether a check digit holds by which somebody could take a fake for a value that is real."""
    number = signs.isdigit()
    if number and len(signs) >= SHORTEST_CARD and checks.is_luhn(signs):
        return True
    if number and len(signs) == LONG_ID and resident_check(signs):
        return True
    return any(check(signs) for check in CHECKS)


def resident_check(signs: str) -> bool:
    """Tell whether the check digit of GB 11643 holds, whatever the region."""
    total = sum(int(sign) * weight for sign, weight in zip(signs, checks.RESIDENT_WEIGHTS, strict=False))
    return checks.RESIDENT_CHECKS[total % 11] == signs[17]
