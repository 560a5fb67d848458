"""Check digits and plausibility of numbers: pure functions of one value, already folded to ASCII."""

import re
from calendar import monthrange
from functools import lru_cache
from operator import mul
from socket import AF_INET6, inet_pton

# ruff: noqa: PLR2004 - the numbers are those of the standards that the docstrings name


def words(said: str) -> frozenset[str]:
    """Return the words of a constant."""
    return frozenset(said.split())


FIRST_YEAR, LAST_YEAR = 1900, 2039
"""Birth years that are believed; a constant, because a clock would make the output depend on the day of the run."""
DATE_ENDS = 14
"""After so many of 18 signs the birth date of a resident id ends."""

PROVINCES = words(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83"
)
"""First two digits of a resident id: province codes of GB/T 2260, and 83 for residents from Taiwan."""

RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
RESIDENT_CHECKS = "10X98765432"
IBAN_LENGTHS = {
    said[:2]: int(said[2:])
    for said in words(
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 "
        "ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 "
        "LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 "
        "PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 "
        "YE30"
    )
}
"""Signs of an IBAN by country, of SWIFT's registry."""
IBAN_NUMBERS = {ord(sign): str(int(sign, 36)) for sign in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_AUTHORITIES = "123456789ANY"
USCC_WEIGHTS = tuple(3**i % 31 for i in range(17))
LUHN_DOUBLED, ZERO = bytes.maketrans(b"0123456789", b"0246813579"), ord("0")

CALLING_CODES = words(
    "1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 "
    "81 82 84 86 90 91 92 93 94 95 98 211 212 213 216 218 220 221 222 223 224 225 226 227 228 229 230 231 "
    "232 233 234 235 236 237 238 239 240 241 242 243 244 245 246 247 248 249 250 251 252 253 254 255 256 257 "
    "258 260 261 262 263 264 265 266 267 268 269 290 291 297 298 299 350 351 352 353 354 355 356 357 358 359 "
    "370 371 372 373 374 375 376 377 378 380 381 382 383 385 386 387 389 420 421 423 500 501 502 503 504 505 "
    "506 507 508 509 590 591 592 593 594 595 596 597 598 599 670 672 673 674 675 676 677 678 679 680 681 682 "
    "683 685 686 687 688 689 690 691 692 800 808 850 852 853 855 856 870 878 880 881 882 883 886 888 960 961 "
    "962 963 964 965 966 967 968 970 971 972 973 974 975 976 977 979 992 993 994 995 996 998"
)
"""Country calling codes of ITU-T E.164."""

FULL_COLONS = 7
NOBODYS: dict[int, tuple[tuple[tuple[int, int], tuple[int, int]], ...]] = {
    10: (((0, 0), (255, 255)),),
    100: (((64, 0), (127, 255)),),
    127: (((0, 0), (255, 255)),),
    169: (((254, 0), (254, 255)),),
    172: (((16, 0), (31, 255)),),
    192: (((0, 0), (0, 0)), ((0, 2), (0, 2)), ((88, 99), (88, 99)), ((168, 0), (168, 255))),
    198: (((18, 0), (19, 255)), ((51, 100), (51, 100))),
    203: (((0, 113), (0, 113)),),
}
"""Second and third octet, by the first, of what IANA's special-purpose registry (RFC 6890) gives to no public host."""
DATE_LIKE = re.compile(r"(?:19|20)[0-9]{2}[ .\-](?:0?[1-9]|1[0-2])[ .\-](?:0?[1-9]|[12][0-9]|3[01])(?![0-9])")
OTHER_FIGURE = re.compile("(?:19|20)[0-9]{2}-(?:(?:19|20)[0-9]{2}|[0-9]{5,6})|[0-9]{1,3}(?:[.][0-9]{1,3}){3}")
"""A span of years, a number of a year, an address of a network."""
EXTENSION = re.compile("(?i:x|e|#|转|分)")
"""Where the extension of a telephone number begins."""
JOINED_EXTENSION = re.compile("(0[1-9][0-9]{8,10})[-*#][0-9]{1,6}")
"""A Chinese landline in one piece, and its extension."""
LOCAL = re.compile("[2-9][0-9]{6,7}")
"""A telephone number without an area code."""
TOLL_FREE = frozenset({"800", "833", "844", "855", "866", "877", "888"})
FEWEST_OF_PHONE = 7
"""Digits of a telephone number that stands by a label."""


NO_DIGITS = re.compile("[^0-9X]")
NO_SIGNS = re.compile(r"[\W_]")
USCC_KNOWN = frozenset(USCC_SIGNS)


@lru_cache(256)
def digits_of(value: str) -> str:
    """Return the ASCII digits of a value, and a closing X of a resident id as `X`."""
    return value if value.isascii() and value.isdigit() else NO_DIGITS.sub("", value.upper())


def is_date(year: int, month: int, day: int) -> bool:
    """Tell whether a birth date exists and its year is believed."""
    return FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


def has_birth_date(value: str) -> bool:
    """Tell whether province and birth date of a resident id are plausible; its check digit does not matter.

    Reads 18 digits (GB 11643-1999) or the 15 of the older form, whose year has two digits and means 19xx. What is too
    short for a date, as an id of which stars hide a part, has none.
    """
    signs = digits_of(value)
    if len(signs) == 15:
        signs = f"{signs[:6]}19{signs[6:]}"
    if len(signs) < DATE_ENDS or signs[:2] not in PROVINCES or "X" in signs[:DATE_ENDS]:
        return False
    return is_date(int(signs[6:10]), int(signs[10:12]), int(signs[12:14]))


@lru_cache(256)
def is_resident_id(value: str) -> bool:
    """Tell whether the check digit of an 18-digit resident id holds (GB 11643-1999: ISO 7064, MOD 11-2).

    Several rules ask of the same number.
    """
    signs = digits_of(value)
    if len(signs) != 18 or "X" in signs[:17]:
        return False
    total = sum(map(mul, map(int, signs[:17]), RESIDENT_WEIGHTS))
    return RESIDENT_CHECKS[total % 11] == signs[17] and has_birth_date(signs)


def is_any_resident_id(value: str) -> bool:
    """Tell whether a number that is said to be a resident id can be one: by check digit, or an older one by date."""
    return is_resident_id(value) or (len(digits_of(value)) == 15 and has_birth_date(value))


def is_uscc(value: str) -> bool:
    """Tell whether the check sign of a unified social credit code holds (GB 32100-2015, MOD 31).

    One of digits alone must also name a province (third and fourth sign; 10 for central registries): else one resident
    id in thirty with a wrong check digit would be taken for a company.
    """
    signs = NO_SIGNS.sub("", value.upper())
    if len(signs) != 18 or not USCC_KNOWN.issuperset(signs):
        return False
    if signs[0] not in USCC_AUTHORITIES or (signs.isdigit() and signs[2:4] not in PROVINCES and signs[2:4] != "10"):
        return False
    total = sum(map(mul, map(USCC_SIGNS.index, signs), USCC_WEIGHTS))
    return USCC_SIGNS[-total % 31] == signs[17]


@lru_cache(256)
def is_luhn(digits: str) -> bool:
    """Tell whether the last digit is the Luhn check digit (ISO/IEC 7812-1) and not all digits are the same.

    Several rules ask of the same number.
    """
    signs = digits.encode()
    total = sum(signs[::-2]) + sum(signs[-2::-2].translate(LUHN_DOUBLED)) - ZERO * len(signs)
    return total % 10 == 0 and len(set(signs)) > 1


def is_union_pay(value: str) -> bool:
    """Tell whether a number is a UnionPay card: it starts with 62, has 16 to 19 digits, and its check digit holds."""
    digits = digits_of(value)
    return 16 <= len(digits) <= 19 and digits.startswith("62") and is_luhn(digits)


def is_bank_card(value: str) -> bool:
    """Tell whether a number that is said to be a bank card can be one: 16 to 19 digits and a check digit that holds.

    None begins with 0, 7 or 8 (ISO/IEC 7812: not of banks).
    """
    digits = digits_of(value)
    return 16 <= len(digits) <= 19 and digits[0] in "1234569" and is_luhn(digits)


def issuer_lengths(digits: str) -> range:
    """Return how many digits a card of this issuer may have (ISO/IEC 7812 ranges); empty for no issuer."""
    two, four = int(digits[:2]), int(digits[:4])
    if digits[0] == "4":
        return range(13, 20)
    if 51 <= two <= 55 or 2221 <= four <= 2720:
        return range(16, 17)
    if two in {34, 37}:
        return range(15, 16)
    if two in {36, 38, 39} or 3000 <= four <= 3059:
        return range(14, 17)
    if 3528 <= four <= 3589 or four in {2131, 1800}:
        return range(15, 20)
    return range(12, 20) if two in {50, 56, 57, 58, 60, 61, 63, 64, 65, 66, 67, 68, 69} else range(0)


def is_credit_card(value: str) -> bool:
    """Tell whether a number is a card of an international scheme: known issuer, its length, a Luhn digit that holds."""
    digits = digits_of(value)
    return len(digits) in issuer_lengths(digits) and is_luhn(digits)


def is_long_credit_card(value: str) -> bool:
    """Tell the same of numbers of 15 digits or more: shorter ones need a label."""
    return len(digits_of(value)) >= 15 and is_credit_card(value)


def is_any_card(value: str) -> bool:
    """Tell whether a number that is said to be a card passes the Luhn check, whoever issued it."""
    return is_luhn(digits_of(value))


def is_grouped_card(value: str) -> bool:
    """Tell the same of a number in groups of four that one kind of sign parts."""
    return is_luhn(value.replace(value[4], ""))


def is_iban(value: str) -> bool:
    """Tell whether an IBAN has its country's length and its two check digits hold (ISO 13616, MOD 97-10)."""
    signs = value.replace(" ", "").replace("-", "").upper()
    if IBAN_LENGTHS.get(signs[:2]) != len(signs) or not signs[2:4].isdigit():
        return False
    return int((signs[4:] + signs[:4]).translate(IBAN_NUMBERS)) % 97 == 1


def is_ssn(value: str) -> bool:
    """Tell whether a US social security number may have been issued: no group is void, and it is no known sample."""
    digits = digits_of(value)
    void = digits[:3] in {"000", "666"} or digits[0] == "9" or digits[3:5] == "00" or digits[5:] == "0000"
    return not void and digits not in {"123456789", "078051120", "219099999"} and len(set(digits)) > 1


def is_international(value: str) -> bool:
    """Tell whether `+...` starts with a country calling code and has 8 to 15 digits (ITU-T E.164)."""
    digits = digits_of(EXTENSION.split(value, maxsplit=1)[0])
    if digits.startswith("1"):
        return len(digits) == 11
    if digits.startswith("86") and len(digits) > 15:
        digits = digits_of(value.rpartition("-")[0])
    return 8 <= len(digits) <= 15 and any(digits[:n] in CALLING_CODES for n in (1, 2, 3))


def is_labelled_phone(value: str) -> bool:
    """Tell whether a number that stands by a label can be a telephone number: 7 to 13 digits, no date, no years.

    More only behind `00` and a country calling code.

    Of two different digits only local numbers are; others, and those that repeat one digit, fill forms.
    """
    joined = JOINED_EXTENSION.fullmatch(value)
    digits = digits_of(joined[1] if joined else EXTENSION.split(value, maxsplit=1)[0])
    other = DATE_LIKE.match(value) or OTHER_FIGURE.fullmatch(value)
    kinds = len(set(digits))
    varied = kinds > 2 or (kinds == 2 and LOCAL.fullmatch(digits) is not None)
    if len(digits) > 13 and digits.startswith("00"):
        return varied and not other and is_international(f"+{digits[2:]}")
    return FEWEST_OF_PHONE <= len(digits) <= 13 and varied and not other


def is_plate(value: str) -> bool:
    """Tell whether a plate has at least two digits after the letter of its city (GA 36)."""
    return sum(sign in "0123456789" for sign in value[2:]) >= 2


def is_public_ip(value: str) -> bool:
    """Tell whether an address is a host on the public internet.

    Of IPv6 that is what is allotted (2000::/3) or written out in eight groups. Loopback, RFC 1918, RFC 5737, RFC 3849,
    link-local, netmasks, multicast and 0.0.0.0 are nobody's. Own ranges, because `ipaddress` judges the same address
    otherwise from one version of Python to the next.
    """
    if ":" not in value:
        first, second, third = map(int, value.split(".")[:3])
        special = NOBODYS.get(first, ())
        return 1 <= first <= 223 and not any(low <= (second, third) <= high for low, high in special)
    try:
        address = int.from_bytes(inet_pton(AF_INET6, value))
    except OSError:
        return False
    documented = address >> 96 == 0x20010DB8 or address >> 108 == 0x3FFF0
    local = address >> 121 == 0xFC >> 1 or address >> 118 == 0xFE80 >> 6 or address >> 120 == 0xFF
    written_out = value.count(":") == FULL_COLONS and "::" not in value
    return not documented and not local and (address >> 125 == 1 or written_out)
