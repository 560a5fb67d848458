"""Keyed digests of personal data, the same however it was written, and of the names of files."""

import hmac
import re
import unicodedata

DIGEST_CHARS = 32
AS_WRITTEN = frozenset({"EMAIL_ADDRESS", "IP_ADDRESS", "MAC_ADDRESS", "URL"})
"""Types in which dots and hyphens say something."""
PHONE_WORDS = ("PHONE", "MOBILE", "FAX", "HOTLINE")
DASHES = re.compile("[\u2010-\u2015\u2212]")
UNSEEN = re.compile("[\\s\u200b-\u200d\u2060\ufeff\u00ad]+")
"""Blanks, and signs that nobody sees: of no width, and soft hyphens."""
NOT_ALNUM = re.compile(r"[\W]+")
TRUNK = re.compile(r"\(0\)[ -]?")
"""The 0 that nobody dials from abroad: `+44 (0)20 ...`."""
NORTH_AMERICAN = re.compile(r"1[ .(-]")
NORTH_AMERICAN_DIGITS = 11
MOBILE = re.compile("1[3-9][0-9]{9}")
AREA_AND_NUMBER = "0?(?:10|2[0-9]|[3-9][0-9]{2})[ )-]{0,2}[2-9][0-9]{2,3}[ -]?[0-9]{4}"
CHINESE_LANDLINE = re.compile(rf"\(?86\)?[ -]\(?{AREA_AND_NUMBER}")
EXTENSION = re.compile(r"(?i:[ (]*(?:[转轉]?[ ]?分机号?|[转轉]|ext(?:ension)?\.?|x|#)[:. ]*[0-9]{1,6}[ )]*)\Z")
JOINED_EXTENSION = re.compile(rf"((?:\(?(?:\+|00)?86\)?[ -]?)?\(?{AREA_AND_NUMBER})[-*][0-9]{{1,6}}")
LONGEST_LANDLINE = 12
ABROAD = (("00", 11), ("011", 14))
"""What is dialled for `+` in most of the world and in North America, and the fewest digits of such a number."""
FEWEST_PHONE, LONGEST_PHONE = 5, 18
IP = re.compile("[0-9]{1,3}(?:[.][0-9]{1,3}){3}|[0-9a-f]{0,4}(?::[0-9a-f.]{0,15}){2,7}", re.IGNORECASE)
MAC = re.compile("[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}|[0-9a-f]{4}(?:[.][0-9a-f]{4}){2}", re.IGNORECASE)


def key_id(key: bytes) -> str:
    """Name a key without giving it away: the first 8 hex characters of HMAC-SHA256(key, "kid")."""
    return hmac.digest(key, b"kid", "sha256").hex()[:8]


def keyed_uri(uri: str, key: bytes) -> str:
    """Return the published form of a file name, or of an id, under a key."""
    return hmac.digest(key, uri.encode(), "sha256").hex()[:32]


def digest_of_value(key: bytes, kind: str, value: str) -> str:
    """Digest a value of a type: 32 hex characters of HMAC-SHA256(key, "pii:" and the normal form).

    The type is not part of what is digested: a number that one rule took for a card and another one for an account is
    the same number.
    """
    return hmac.digest(key, f"pii:{normal_form(kind, value)}".encode(), "sha256").hex()[:DIGEST_CHARS]


def normal_form(kind: str, value: str) -> str:
    """Spell a value in the one way that all its spellings share.

    Full-width signs become ASCII (NFKC). A telephone number is its digits, without an extension, `+` or the 00 for it,
    the codes of China and of North America, and the 0 of an area code. Addresses of mail and networks are lower case.
    Of all else only letters, digits and `_` are kept, in upper case.

    >>> normal_form("PHONE_NUMBER", "+86 138-1234-5678") == normal_form("PHONE_NUMBER", "１３８１２３４５６７８")
    True
    >>> normal_form("CN_RESIDENT_ID", "110105 1949 1231 002x")
    '11010519491231002X'
    """
    plain = DASHES.sub("-", unicodedata.normalize("NFKC", value)).strip()
    if kind in AS_WRITTEN:
        return UNSEEN.sub("", plain).lower()
    if any(word in kind for word in PHONE_WORDS):
        return phone_form(plain)
    return NOT_ALNUM.sub("", plain).upper()


def phone_form(value: str) -> str:
    """Reduce a telephone number to the digits that every way to write it has."""
    form = reduced(without_extension(value))
    while form != (again := reduced(form)):
        form = again
    return form


def without_extension(value: str) -> str:
    """Leave out what is dialled once the number has answered."""
    joined = JOINED_EXTENSION.fullmatch(value)
    return joined[1] if joined else EXTENSION.sub("", value)


def reduced(value: str) -> str:
    """Leave out the code of a country, where that can be told, and the 0 of an area code."""
    value = TRUNK.sub("", value)
    digits = "".join(sign for sign in value if sign in "0123456789")
    abroad = value.startswith(("+", "(+"))
    for dialled, fewest in ABROAD:
        if not abroad and digits.startswith(dialled) and len(digits) >= fewest:
            abroad, digits = True, digits.removeprefix(dialled)
    if digits.startswith("1") and len(digits) == NORTH_AMERICAN_DIGITS and (abroad or NORTH_AMERICAN.match(value)):
        return digits[1:]
    rest = digits.removeprefix("86")
    if rest != digits and (abroad or MOBILE.fullmatch(rest) or CHINESE_LANDLINE.match(value)):
        digits, abroad = rest, False
    return digits[1:] if digits.startswith("0") and not abroad and len(digits) <= LONGEST_LANDLINE else digits


def digests_of(key: bytes, value: str) -> frozenset[str]:
    """Return the digests that a value may have whose type nobody said: those of the types whose shape it has."""
    return frozenset(digest_of_value(key, kind, value) for kind in kinds_of(value))


def kinds_of(value: str) -> tuple[str, ...]:
    """Return a type for each normal form that a value can have by its shape: a telephone number has no letters."""
    plain = UNSEEN.sub("", DASHES.sub("-", unicodedata.normalize("NFKC", value)))
    if IP.fullmatch(plain) or MAC.fullmatch(plain) or "@" in plain or "://" in plain:
        return ("EMAIL_ADDRESS",)
    number = without_extension(plain)
    digits = sum(sign in "0123456789" for sign in number)
    is_phone = FEWEST_PHONE <= digits <= LONGEST_PHONE and not any(sign.isalpha() for sign in number)
    return ("OTHER", *(("PHONE_NUMBER",) if is_phone else ()), *(("URL",) if "." in plain else ()))
