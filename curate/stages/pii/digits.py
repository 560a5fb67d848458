"""Check digits of documents, accounts and devices beyond resident ids and cards: pure functions of one value."""

import hashlib
import re
from datetime import date

from curate.stages.pii.checks import is_luhn

# ruff: noqa: PLR2004 - the numbers are those of the standards that the docstrings name

DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
IRISH_LETTERS = "WABCDEFGHIJKLMNOPQRSTUV"
FISCAL_ODD = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
VIN_VALUES = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)), strict=True))
VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
TW_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
BECH32_POLYMOD = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
MRZ_LINE = frozenset({30, 36, 44})

NO_SIGNS = re.compile("[^0-9A-Z]+")


def signs_of(value: str) -> str:
    """Return the ASCII letters and digits of a value, in upper case."""
    return NO_SIGNS.sub("", value.upper())


def holds_mod_11_10(digits: str) -> bool:
    """Tell whether the last digit is the check digit of ISO/IEC 7064, MOD 11,10."""
    product = 10
    for digit in digits[:-1]:
        product = ((int(digit) + product - 1) % 10 + 1) * 2 % 11
    return (product + int(digits[-1])) % 10 == 1


def is_business_registration(value: str) -> bool:
    """Tell whether the check digit of a Chinese business registration number holds (GS 15-2006: MOD 11,10)."""
    digits = signs_of(value)
    return len(digits) == 15 and digits.isdigit() and len(set(digits)) > 2 and holds_mod_11_10(digits)


def is_hong_kong_id(value: str) -> bool:
    """Tell whether the check digit of a Hong Kong identity card holds (sum of nine weighted signs, MOD 11)."""
    signs = signs_of(value).rjust(9)
    if len(signs) != 9:
        return False
    numbers = [36 if sign == " " else int(sign, 36) for sign in signs[:-1]]
    last = 10 if signs[-1] == "A" else int(signs[-1], 36)
    return (sum(number * (9 - i) for i, number in enumerate(numbers)) + last) % 11 == 0


def is_taiwan_id(value: str) -> bool:
    """Tell whether the check digit of an identity number of Taiwan holds; reads the older form with two letters too."""
    signs = signs_of(value)
    if len(signs) != 10 or not signs[2:].isdigit() or signs[0] not in TW_LETTERS:
        return False
    first = TW_LETTERS.index(signs[0]) + 10
    second = int(signs[1]) if signs[1].isdigit() else TW_LETTERS.find(signs[1]) % 10
    digits = [first // 10, first % 10, second, *map(int, signs[2:])]
    weights = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)
    return sum(digit * weight for digit, weight in zip(digits, weights, strict=True)) % 10 == 0


def is_itin(value: str) -> bool:
    """Tell whether a number is one that the IRS gives to taxpayers: 9xx, then 50-65, 70-88, 90-92 or 94-99."""
    digits = signs_of(value)
    group = int(digits[3:5])
    return digits[0] == "9" and (50 <= group <= 65 or 70 <= group <= 88 or (90 <= group <= 99 and group != 93))


def is_dea(value: str) -> bool:
    """Tell whether the check digit of a DEA registration holds: odd digits and twice the even ones, MOD 10."""
    digits = [int(sign) for sign in signs_of(value)[2:]]
    return len(digits) == 7 and (sum(digits[0:6:2]) + 2 * sum(digits[1:6:2])) % 10 == digits[6]


def is_npi(value: str) -> bool:
    """Tell whether the check digit of a US provider number holds (Luhn behind the prefix 80840)."""
    digits = signs_of(value)
    return len(digits) == 10 and digits[0] in "12" and is_luhn(f"80840{digits}")


def is_routing_number(value: str) -> bool:
    """Tell whether the check digit of a US bank's routing number holds (weights 3, 7, 1, MOD 10)."""
    digits = signs_of(value)
    total = sum(int(digit) * (3, 7, 1)[i % 3] for i, digit in enumerate(digits))
    return len(digits) == 9 and total % 10 == 0 and len(set(digits)) > 1


def is_nhs(value: str) -> bool:
    """Tell whether the check digit of an NHS number holds (MOD 11)."""
    digits = signs_of(value)
    if len(digits) != 10 or len(set(digits)) == 1:
        return False
    return sum(int(digit) * (10 - i) for i, digit in enumerate(digits)) % 11 == 0


def is_nino(value: str) -> bool:
    """Tell whether a UK national insurance number has a prefix that is given out."""
    return signs_of(value)[:2] not in {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}


def is_german_tax_id(value: str) -> bool:
    """Tell whether the check digit of a German tax id holds (ISO/IEC 7064, MOD 11,10)."""
    digits = signs_of(value)
    return len(digits) == 11 and len(set(digits)) > 2 and holds_mod_11_10(digits)


def is_german_insurance(value: str) -> bool:
    """Tell whether the check digit of a German pension insurance number holds (weights of the VKVV, MOD 10)."""
    signs = signs_of(value)
    digits = f"{signs[:8]}{ord(signs[8]) - 64:02}{signs[9:]}"
    weighted = (int(d) * w for d, w in zip(digits[:12], (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=True))
    return sum(product // 10 + product % 10 for product in weighted) % 10 == int(digits[12])


def is_french_nir(value: str) -> bool:
    """Tell whether the key of a French social security number holds (97 less the rest MOD 97; Corsica's 2A, 2B)."""
    signs = signs_of(value)
    signs = signs[:5] + signs[5:7].replace("2A", "19").replace("2B", "18") + signs[7:]
    return len(signs) == 15 and signs.isdigit() and 97 - int(signs[:13]) % 97 == int(signs[13:])


def is_fiscal_code(value: str) -> bool:
    """Tell whether the last letter of an Italian codice fiscale holds (DM 23/12/1976)."""
    signs = signs_of(value)
    total = 0
    for i, sign in enumerate(signs[:15]):
        number = int(sign) if sign.isdigit() else ord(sign) - 65
        total += number if i % 2 else FISCAL_ODD[number]
    return len(signs) == 16 and chr(65 + total % 26) == signs[15]


def is_spanish_id(value: str) -> bool:
    """Tell whether the letter of a Spanish DNI or NIE holds (MOD 23)."""
    signs = signs_of(value)
    number = signs[:-1].replace("X", "0").replace("Y", "1").replace("Z", "2")
    return len(signs) == 9 and number.isdigit() and DNI_LETTERS[int(number) % 23] == signs[-1]


def is_swiss_insurance(value: str) -> bool:
    """Tell whether the check digit of a Swiss AHV number holds (EAN-13)."""
    digits = signs_of(value)
    return len(digits) == 13 and sum(int(digit) * (3 if i % 2 else 1) for i, digit in enumerate(digits)) % 10 == 0


def is_belgian_enterprise(value: str) -> bool:
    """Tell whether the two check digits of a Belgian enterprise number hold (97 less the rest MOD 97).

    Reads the older form of nine digits too, which lacks the leading zero; `BE` before it does not matter.
    """
    number = signs_of(value).removeprefix("BE").rjust(10, "0")
    if len(number) != 10 or not number.isdigit() or number[0] not in "01":
        return False
    return int(number[:8]) > 0 and 97 - int(number[:8]) % 97 == int(number[8:])


def is_irish_vat(value: str) -> bool:
    """Tell whether the check letter of an Irish VAT number holds (weights 8 to 2, 9 for a second letter, MOD 23).

    Reads the older form too, whose second sign is a letter: its check takes the first digit last. `IE` before it does
    not matter.
    """
    number = signs_of(value).removeprefix("IE")
    if number[1:2].isalpha():
        number = f"0{number[2:7]}{number[0]}{number[7:]}"
    total = sum(int(digit) * (8 - i) for i, digit in enumerate(number[:7]))
    return total > 0 and IRISH_LETTERS[(total + 9 * sum(map(IRISH_LETTERS.index, number[8:]))) % 23] == number[7]


def is_swiss_enterprise(value: str) -> bool:
    """Tell whether the check digit of a Swiss enterprise number holds (weights of eCH-0097, MOD 11)."""
    digits = [int(sign) for sign in signs_of(value) if sign.isdigit()]
    total = sum(digit * weight for digit, weight in zip(digits[:8], (5, 4, 3, 2, 7, 6, 5, 4), strict=True))
    return len(digits) == 9 and any(digits) and -total % 11 == digits[8]


def is_imei(value: str) -> bool:
    """Tell whether the check digit of a mobile device's number holds (Luhn)."""
    digits = signs_of(value)
    return len(digits) == 15 and is_luhn(digits)


def is_vin(value: str) -> bool:
    """Tell whether the ninth sign of a vehicle's number is its check sign (ISO 3779, GB 16735, 49 CFR 565)."""
    signs = signs_of(value)
    if len(signs) != 17 or len(set(signs)) < 3:
        return False
    numbers = [int(sign) if sign.isdigit() else VIN_VALUES.get(sign, 0) for sign in signs]
    rest = sum(number * weight for number, weight in zip(numbers, VIN_WEIGHTS, strict=True)) % 11
    return "0123456789X"[rest] == signs[8]


def is_mac(value: str) -> bool:
    """Tell whether a hardware address is a device's: no broadcast, no multicast, no zeros, none of documentation."""
    signs = signs_of(value)
    shared = int(signs[1], 16) % 2 == 1
    return not shared and len(set(signs)) > 2 and not signs.startswith("00005E")


def is_coin_address(value: str) -> bool:
    """Tell whether a Bitcoin address holds: Base58Check (SHA-256 twice), or the checksum of Bech32 (BIP 173, 350)."""
    if value[:3].lower() == "bc1":
        return is_bech32(value)
    number = 0
    for sign in value:
        number = number * 58 + BASE58.index(sign)
    if number.bit_length() > 200:
        return False
    raw = number.to_bytes(25, "big")
    return hashlib.sha256(hashlib.sha256(raw[:21]).digest()).digest()[:4] == raw[21:]


def is_bech32(value: str) -> bool:
    """Tell whether the checksum of a Bech32 or Bech32m address of Bitcoin holds."""
    if value not in {value.lower(), value.upper()} or any(sign not in BECH32 for sign in value[3:].lower()):
        return False
    check = 1
    for number in (3, 3, 0, 2, 3, *(BECH32.index(sign) for sign in value[3:].lower())):
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ number
        for i, part in enumerate(BECH32_POLYMOD):
            check ^= part if top >> i & 1 else 0
    return check in {1, 0x2BC830A3}


def is_mrz(value: str) -> bool:
    """Tell whether lines are a machine-readable zone (ICAO 9303): of one known length, with fillers."""
    lines = value.split()
    return len({len(line) for line in lines}) == 1 and len(lines[0]) in MRZ_LINE and "<<" in value


def is_day(value: str) -> bool:
    """Tell whether a date written as year, month, day exists."""
    parts = [int(part) for part in "".join(sign if sign.isdigit() else " " for sign in value[:11]).split()[:3]]
    try:
        date(*parts)
    except (TypeError, ValueError):
        return False
    return True
