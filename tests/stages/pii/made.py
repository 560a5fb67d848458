"""Invented values whose check digits hold, by their own arithmetic, and sentences to plant them in."""

from collections.abc import Callable
from hashlib import sha256
from random import Random

USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F) if chr(code) != ":"}


def digits(chance: Random, n: int) -> str:
    return "".join(chance.choice("0123456789") for _ in range(n))


def luhn(body: str) -> str:
    for last in "0123456789":
        number = body + last
        doubled = [int(d) * (1 + i % 2) for i, d in enumerate(reversed(number))]
        if sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0:
            return number
    raise AssertionError


def resident(chance: Random) -> str:
    region = chance.choice(["110101", "310115", "440305", "510104", "620102", "650102"])
    born = f"{chance.randint(1940, 2012)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}"
    body = region + born + digits(chance, 3)
    rest = sum(int(d) * pow(2, 17 - i, 11) for i, d in enumerate(body)) % 11
    return body + str((12 - rest) % 11).replace("10", "X")


def uscc(chance: Random) -> str:
    body = "91" + digits(chance, 6) + "MA" + "".join(chance.choice(USCC) for _ in range(7))
    return body + USCC[(31 - sum(USCC.index(c) * pow(3, i, 31) for i, c in enumerate(body)) % 31) % 31]


def iban(chance: Random) -> str:
    rest = "NWBK" + digits(chance, 14)
    number = int("".join(str(int(c, 36)) for c in f"{rest}GB00"))
    return f"GB{98 - number % 97:02}{rest}"


def mobile(chance: Random) -> str:
    return f"1{chance.choice('3456789')}{digits(chance, 9)}"


def plate(chance: Random) -> str:
    city = chance.choice("京沪粤浙川") + chance.choice("ABCDEFGH")
    return city + chance.choice(
        [digits(chance, 5), f"D{digits(chance, 5)}", f"{digits(chance, 3)}AB", f"{digits(chance, 5)}F"]
    )


def union_pay(chance: Random) -> str:
    return luhn(f"62{digits(chance, chance.choice([13, 16]))}")


def address(chance: Random) -> str:
    host = f"{chance.choice([45, 61, 103, 202])}.{chance.randint(41, 250)}"
    return f"{host}.{chance.randint(1, 250)}.{chance.randint(1, 250)}"


MADE: dict[str, dict[str, Callable[[Random], str]]] = {
    "CN_RESIDENT_ID": {"resident id": resident},
    "PHONE_NUMBER": {
        "mobile": mobile,
        "mobile with code": lambda chance: f"+86 {mobile(chance)}",
        "landline": lambda chance: (
            f"0{chance.choice(['10', '21', '571', '755'])}-{chance.randint(2, 8)}{digits(chance, 7)}"
        ),
        "landline with extension": lambda chance: (
            f"(0{chance.choice(['10', '571'])}){chance.randint(2, 8)}{digits(chance, 7)}转801"
        ),
        "US telephone": lambda chance: f"({chance.randint(212, 399)}) {chance.randint(212, 999)}-{digits(chance, 4)}",
        "US telephone with code": lambda chance: (
            f"+1{chance.randint(212, 399)}{chance.randint(212, 999)}{digits(chance, 4)}"
        ),
        "UK telephone": lambda chance: f"+44 20 7{digits(chance, 3)} {digits(chance, 4)}",
    },
    "CN_BANK_CARD": {"UnionPay card": union_pay},
    "CREDIT_CARD": {
        "Visa": lambda chance: luhn(f"4{digits(chance, 14)}"),
        "Mastercard": lambda chance: luhn(f"5{chance.randint(1, 5)}{digits(chance, 13)}"),
        "Amex": lambda chance: luhn(f"37{digits(chance, 12)}"),
    },
    "CN_USCC": {"company code": uscc},
    "CN_PLATE": {"plate": plate},
    "EMAIL_ADDRESS": {"e-mail": lambda chance: f"wei.zhang{digits(chance, 2)}@mail{digits(chance, 1)}.hengtai.com.cn"},
    "IP_ADDRESS": {
        "IPv4": address,
        "IPv6": lambda chance: f"2400:da00:{chance.randint(1, 9999)}::{chance.randint(1, 999)}",
    },
    "US_SSN": {
        "SSN": lambda chance: f"{chance.randint(101, 665)}-{chance.randint(11, 99)}-{chance.randint(1001, 9999)}"
    },
    "IBAN_CODE": {"IBAN": iban},
}
"""Values that are found wherever they stand."""


def mod_11_10(body: str) -> str:
    for last in "0123456789":
        rest = 10
        for digit in body:
            rest = (int(digit) + rest) % 10 or 10
            rest = rest * 2 % 11
        if (rest + int(last)) % 10 == 1:
            return body + last
    raise AssertionError


def weighed(body: str, weights: tuple[int, ...], modulus: int) -> int:
    return sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % modulus


def hong_kong_id(chance: Random) -> str:
    letter, body = chance.choice("ABCDEFGHKMPRVYZ"), digits(chance, 6)
    total = 36 * 9 + (ord(letter) - 55) * 8 + weighed(body, (7, 6, 5, 4, 3, 2), 11)
    return f"{letter}{body}({'0123456789A'[-total % 11]})"


def taiwan_id(chance: Random) -> str:
    body = f"{chance.choice('12')}{digits(chance, 7)}"
    rest = 1 + weighed(body, (8, 7, 6, 5, 4, 3, 2, 1), 10)
    return f"A{body}{-rest % 10}"


def nhs(chance: Random) -> str:
    while True:
        body = digits(chance, 9)
        last = -weighed(body, tuple(range(10, 1, -1)), 11) % 11
        if last < 10:
            return f"{body[:3]} {body[3:6]} {body[6:]}{last}"


def nir(chance: Random) -> str:
    body = f"{chance.choice('12')}{digits(chance, 2)}{chance.randint(1, 12):02}75{digits(chance, 6)}"
    return f"{body}{97 - int(body) % 97:02}"


def dni(chance: Random) -> str:
    body = digits(chance, 8)
    return body + "TRWAGMYFPDXBNJZSQVHLCKE"[int(body) % 23]


def fiscal_code(chance: Random) -> str:
    odd = dict(
        zip(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23),
            strict=True,
        )
    )
    odd |= dict(zip("0123456789", (1, 0, 5, 7, 9, 13, 15, 17, 19, 21), strict=True))
    body = f"RSSMRA{chance.randint(40, 99)}{chance.choice('ABCDEHLMPRST')}{chance.randint(10, 31)}H{digits(chance, 3)}"
    even = {sign: place for place, sign in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ")} | {str(n): n for n in range(10)}
    total = sum(odd[sign] if place % 2 == 0 else even[sign] for place, sign in enumerate(body))
    return body + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[total % 26]


def nie(chance: Random) -> str:
    first, body = chance.choice("XYZ"), digits(chance, 7)
    return f"{first}-{body}-{'TRWAGMYFPDXBNJZSQVHLCKE'[int(str('XYZ'.index(first)) + body) % 23]}"


def belgian(chance: Random) -> str:
    body = f"0{chance.randint(200, 799)}{digits(chance, 4)}"
    number = f"{body}{97 - int(body) % 97:02}"
    return f"BE {number[:4]}.{number[4:7]}.{number[7:]}"


def irish(chance: Random) -> str:
    body, second = digits(chance, 7), chance.choice(["", "A", "H"])
    total = weighed(body, (8, 7, 6, 5, 4, 3, 2), 10**9) + {"": 0, "A": 9, "H": 72}[second]
    return f"IE{body}{'WABCDEFGHIJKLMNOPQRSTUV'[total % 23]}{second}"


def swiss(chance: Random) -> str:
    while True:
        body = digits(chance, 8)
        last = -weighed(body, (5, 4, 3, 2, 7, 6, 5, 4), 11) % 11
        if last < 10:
            return f"CHE-{body[:3]}.{body[3:6]}.{body[6:]}{last}{chance.choice(['', ' MWST', ' TVA', ' IVA'])}"


def dea(chance: Random) -> str:
    body = digits(chance, 6)
    return f"BR{body}{weighed(body, (1, 2, 1, 2, 1, 2), 10)}"


def npi(chance: Random) -> str:
    return luhn(f"80840{chance.choice('12')}{digits(chance, 8)}")[5:]


def routing(chance: Random) -> str:
    body = f"0{chance.randint(1, 9)}{digits(chance, 6)}"
    return f"{body}{-weighed(body, (3, 7, 1, 3, 7, 1, 3, 7), 10) % 10}"


def hardware_address(chance: Random) -> str:
    return f"3c:22:fb:{chance.randint(16, 255):02x}:{chance.randint(16, 255):02x}:{chance.randint(16, 255):02x}"


def bitcoin(chance: Random) -> str:
    raw = b"\0" + chance.randbytes(20)
    number = int.from_bytes(raw + sha256(sha256(raw).digest()).digest()[:4])
    signs = ""
    while number:
        number, place = divmod(number, 58)
        signs = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"[place] + signs
    return f"1{signs}"


MADE |= {
    "HK_ID": {"Hong Kong id": hong_kong_id},
    "IT_FISCAL_CODE": {
        "fiscal code": fiscal_code,
        "fiscal code in lower case": lambda chance: fiscal_code(chance).lower(),
    },
    "UK_NINO": {
        "insurance number": lambda chance: f"AB {digits(chance, 2)} {digits(chance, 2)} {digits(chance, 2)} C",
        "insurance number with hyphens": lambda chance: (
            f"JC-{digits(chance, 2)}-{digits(chance, 2)}-{digits(chance, 2)}-A"
        ),
    },
    "ES_NIF": {"NIE with hyphens": nie},
    "EU_VAT_NUMBER": {"Belgian": belgian, "Irish": irish, "Swiss": swiss},
    "US_ITIN": {"taxpayer number": lambda chance: f"9{digits(chance, 2)}-{chance.randint(70, 88)}-{digits(chance, 4)}"},
    "MAC_ADDRESS": {"hardware address": hardware_address},
    "CRYPTO": {"Bitcoin address": bitcoin},
}

LABELLED: dict[str, dict[str, Callable[[Random], str]]] = {
    "CN_PASSPORT": {"护照号": lambda chance: f"E{digits(chance, 8)}"},
    "CN_HK_MACAO_PERMIT": {
        "港澳通行证": lambda chance: f"C{chance.choice('ABCDEFGH')}{digits(chance, 7)}",
        "回乡证号": lambda chance: f"H{digits(chance, 10)}",
    },
    "CN_TAIWAN_PERMIT": {
        "往来台湾通行证号": lambda chance: f"L{digits(chance, 8)}",
        "台胞证号": lambda chance: digits(chance, 8),
    },
    "TW_NATIONAL_ID": {"台湾身份证": taiwan_id},
    "CN_BUSINESS_REGISTRATION": {"营业执照注册号": lambda chance: mod_11_10(f"110105{digits(chance, 8)}")},
    "CN_SOCIAL_SECURITY": {"社保号": lambda chance: f"1{digits(chance, 9)}"},
    "HEALTH_INSURANCE_NUMBER": {
        "医保卡号": lambda chance: f"YB{digits(chance, 10)}",
        "Member ID": lambda chance: f"XYZ{digits(chance, 9)}",
    },
    "MEDICAL_RECORD_NUMBER": {
        "病历号": lambda chance: f"ZY-{digits(chance, 8)}",
        "住院号": lambda chance: digits(chance, 7),
        "MRN": lambda chance: f"AB{digits(chance, 6)}",
    },
    "CN_DRIVER_LICENSE": {"驾驶证档案编号": lambda chance: digits(chance, 12)},
    "CN_MILITARY_ID": {"军官证号": lambda chance: f"军字第{digits(chance, 7)}号"},
    "CN_BANK_ACCOUNT": {
        "收款账号": lambda chance: f"0{digits(chance, 16)}",
        "股东账户": lambda chance: f"A{digits(chance, 9)}",
    },
    "CN_TAX_ID": {"纳税人识别号": lambda chance: f"11010{digits(chance, 9)}A"},
    "QQ_NUMBER": {"QQ号": lambda chance: f"{chance.randint(1, 9)}{digits(chance, 8)}"},
    "WECHAT_ID": {"微信号": lambda chance: f"wei_{digits(chance, 5)}"},
    "US_DRIVER_LICENSE": {"Driver's license": lambda chance: f"D{digits(chance, 7)}"},
    "US_BANK_NUMBER": {
        "Account number": lambda chance: f"0{digits(chance, 11)}",
        "A/C No.": lambda chance: f"0{digits(chance, 11)}",
    },
    "UK_BANK_NUMBER": {"Sort code": lambda chance: f"20-{digits(chance, 2)}-{digits(chance, 2)}"},
    "ABA_ROUTING_NUMBER": {"Routing number": routing},
    "US_PASSPORT": {"Passport No.": lambda chance: f"A{digits(chance, 8)}"},
    "US_NPI": {"NPI": npi},
    "MEDICAL_LICENSE": {"DEA": dea},
    "UK_NHS": {"NHS number": nhs},
    "DE_TAX_ID": {"Steuer-ID": lambda chance: mod_11_10(f"8{digits(chance, 9)}")},
    "FR_SOCIAL_SECURITY": {"NIR": nir},
    "ES_NIF": {"DNI": dni},
    "EU_VAT_NUMBER": {"VAT": lambda chance: f"DE{digits(chance, 9)}"},
    "IMEI": {"IMEI": lambda chance: luhn(f"35{digits(chance, 12)}")},
}
"""Values that are found behind a label, by type and label."""

KINDS = [(entity, kind) for entity, kinds in MADE.items() for kind in kinds]

PLACES = {
    "alone": "{}",
    "glued to Chinese": "请记录{}并归档",
    "punctuated": "资料（{}）、附件，见后。",
    "after a full-width colon": "内容：{}；其余从略",
    "in English": "Please note {} for the file.",
    "at a line's end": "第一行{}\n第二行",
    "in JSON": '{{"value": "{}"}}',
}


def full_width(text: str) -> str:
    return text.translate(FULL_WIDTH)


def grouped(number: str, sizes: tuple[int, ...], joint: str) -> str:
    parts, at = [], 0
    for size in sizes:
        parts.append(number[at : at + size])
        at += size
    return joint.join(parts)
