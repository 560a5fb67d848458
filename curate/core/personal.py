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
NORTH_AMERICAN = re.compile(r"\(?\+1|1[ .(-]")
MOBILE = re.compile("1[3-9][0-9]{9}")
LONGEST_LANDLINE = 12


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

    Full-width signs become ASCII (NFKC). A telephone number is its digits, without the code of China before a mobile,
    of North America, and the 0 of an area code; an extension stays. Addresses of mail and networks are lower case. Of
    all else only letters, digits and `_` are kept, in upper case.

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
    digits = "".join(sign for sign in value if sign in "0123456789")
    if NORTH_AMERICAN.match(value) and len(digits) > 10:  # noqa: PLR2004 - the length of such a number (NANP)
        return digits[1:]
    for code in ("0086", "86"):
        rest = digits.removeprefix(code)
        if rest != digits and (MOBILE.fullmatch(rest) or value.startswith(("+", "(+", "0086"))):
            digits = rest
            break
    return digits[1:] if digits.startswith("0") and len(digits) <= LONGEST_LANDLINE else digits


def digests_of(key: bytes, value: str) -> frozenset[str]:
    """Return the digests that a value may have whose type nobody said."""
    return frozenset(digest_of_value(key, kind, value) for kind in ("PHONE_NUMBER", "EMAIL_ADDRESS", "OTHER"))
