"""Invented values whose check digits hold, by their own arithmetic, and sentences to plant them in."""

from collections.abc import Callable
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
