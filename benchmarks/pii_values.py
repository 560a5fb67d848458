"""Invented personal data of China, kind by kind: what the standards prescribe, check digits included.

Nothing here knows the rules of `curate`; shapes come from the standards named at each maker.
"""

import string
from collections.abc import Callable
from datetime import date, timedelta
from ipaddress import IPv4Address
from random import Random
from typing import NamedTuple


def listed(words: str) -> tuple[str, ...]:
    """Take words apart."""
    return tuple(words.split())


REGIONS = listed("""
    110101 110105 110108 120101 120103 130102 130203 140105 150102 210102 210203 220102 230103 310101 310104
    310115 320102 320505 320583 330106 330203 330782 340104 350102 350203 360102 370102 370202 370613 410105
    420106 420111 430104 440103 440106 440305 440306 441900 450103 460105 500103 500112 510104 510107 520102
    530102 610113 620102 630102 640104 650102 653122
""")
"""County codes of GB/T 2260 that are or were in use."""
RESIDENCE_REGIONS = ("810000", "820000", "830000")
"""Residence permits of Hong Kong, Macao and Taiwan residents are numbered as ids."""
MOBILE = listed("""
    130 131 132 133 134 135 136 137 138 139 145 147 149 150 151 152 153 155 156 157 158 159 162 165 166 167 170
    171 172 173 175 176 177 178 180 181 182 183 184 185 186 187 188 189 190 191 192 193 195 196 197 198 199
""")
"""Network numbers of the three carriers, their resellers and China Broadnet."""
AREAS = listed("""
    010 020 021 022 023 024 025 027 028 029 0311 0351 0371 0431 0451 0471 0512 0531 0532 0551 0571 0574 0591
    0592 0731 0755 0757 0769 0771 0791 0851 0871 0898 0931 0951 0971 0991
""")
CARDS = listed("""
    621226 621700 622848 621661 622588 622202 622262 622908 621799 622622 622155 623052 621483 622700 622568
    621098 623668 622150 621288 621559
""")
"""Six leading digits of debit cards of Chinese banks, 19 digits long."""
CREDIT_CARDS = ("622575", "622580", "622836", "625955", "622230", "628288", "625333", "622752")
"""The same of UnionPay credit cards, 16 digits long."""
PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
PLATE_SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""GA 36: I and O would be taken for digits."""
GB32100 = "0123456789ABCDEFGHJKLMNPQRTUWXY"
DOMAINS = listed("""
    qq.com 163.com 126.com sina.com sina.cn sohu.com foxmail.com 139.com yeah.net gmail.com outlook.com
    hotmail.com huaxin-power.com.cn zhongyuan-law.cn mail.tsinghua.edu.cn hongda-group.com jiuzhou.net.cn
    rd.lantian-tech.com smtp.beifang-steel.com.cn minsheng-hosp.org.cn
""")
SURNAMES = listed("""
    zhang wang li zhao chen liu yang huang zhou wu xu sun ma zhu hu guo lin gao luo zheng liang xie tang
""")
GIVEN = listed("""
    wei fang jing lei qiang min jun yan tao ming jie xiulan yuzhen haiyan zihan yichen xin chao peng hui
""")


class Kind(NamedTuple):
    """A kind of personal data."""

    make: Callable[[Random], str]
    types: frozenset[str]
    """What the right type may be called."""
    labelled: bool
    """Its shape says little: it is only asked for beside a label."""


def chance(draw: Random, share: float) -> bool:
    """Say yes in so many cases of one."""
    return draw.random() < share


def digits(draw: Random, count: int) -> str:
    """Return so many digits."""
    return "".join(draw.choices(string.digits, k=count))


def letters(draw: Random, count: int, among: str = string.ascii_uppercase) -> str:
    """Return so many letters."""
    return "".join(draw.choices(among, k=count))


def birthday(draw: Random, first: int = 1935, last: int = 2015) -> date:
    """Return a day between two years."""
    start = date(first, 1, 1)
    return start + timedelta(draw.randrange((date(last, 12, 31) - start).days))


def id_check(first: str) -> str:
    """Return the check sign of the first 17 digits of a resident id (GB 11643-1999, ISO 7064 MOD 11-2)."""
    rest = 0
    for sign in first:
        rest = (rest + int(sign)) * 2 % 11
    return "0123456789X"[(12 - rest) % 11]


def resident_id(draw: Random) -> str:
    """GB 11643: county, birthday, sequence, check sign; now and then a residence permit or a small x."""
    region = draw.choice(RESIDENCE_REGIONS if chance(draw, 0.04) else REGIONS)
    first = f"{region}{birthday(draw):%Y%m%d}{digits(draw, 3)}"
    check = id_check(first)
    return first + (check.lower() if chance(draw, 0.3) else check)


def old_id(draw: Random) -> str:
    """Make a number of the first generation, 15 digits: county, birthday without century, sequence."""
    return f"{draw.choice(REGIONS)}{birthday(draw, 1930, 1985):%y%m%d}{digits(draw, 3)}"


def mobile(draw: Random) -> str:
    """Make eleven digits behind a network number of the carriers."""
    return draw.choice(MOBILE) + digits(draw, 8)


def landline(draw: Random) -> str:
    """Area code and seven or eight digits, the first neither 0 nor 1; a third with an extension."""
    area = draw.choice(AREAS)
    count = 8 if len(area) == len("010") or area in {"0755", "0571", "0512", "0371", "0731"} else draw.choice((7, 8))
    number = f"{area}-{draw.choice('2345678')}{digits(draw, count - 1)}"
    if chance(draw, 1 / 3):
        number += draw.choice(("-", "转", "转分机", " ext. ", " 转 ")) + str(draw.randint(10, 8999))
    return number


def luhn(first: str) -> str:
    """Return the digit that completes a number (ISO/IEC 7812-1)."""
    total = 0
    for place, sign in enumerate(reversed(first)):
        doubled = int(sign) * (2 - place % 2)
        total += doubled // 10 + doubled % 10
    return str(-total % 10)


def bank_card(draw: Random) -> str:
    """UnionPay: a debit card of 19 digits, or a credit card of 16."""
    debit = chance(draw, 0.75)
    first = draw.choice(CARDS) + digits(draw, 12) if debit else draw.choice(CREDIT_CARDS) + digits(draw, 9)
    return first + luhn(first)


def organisation_check(first: str) -> str:
    """Return the check sign of an organisation code of eight signs (GB 11714-1997)."""
    signs = string.digits + string.ascii_uppercase
    total = sum(signs.index(sign) * weight for sign, weight in zip(first, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    return "0123456789X0"[11 - total % 11]


def uscc(draw: Random) -> str:
    """GB 32100-2015: registrar, category, county, organisation code, check sign modulo 31."""
    head = draw.choice(("91", "91", "91", "92", "93", "11", "12", "51", "52", "53")) + draw.choice(REGIONS)
    body = digits(draw, 8) if chance(draw, 0.4) else f"MA{letters(draw, 6, GB32100)}"
    first = head + body + organisation_check(body)
    total = sum(GB32100.index(sign) * pow(3, place, 31) for place, sign in enumerate(first))
    return first + GB32100[-total % 31]


def registration(draw: Random) -> str:
    """GS 15-2006: county, eight digits, check digit (ISO 7064 MOD 11,10)."""
    first = draw.choice(REGIONS) + draw.choice("0123") + digits(draw, 7)
    rest = 10
    for sign in first:
        rest = (rest + int(sign)) % 10 or 10
        rest = rest * 2 % 11
    return first + str((11 - rest) % 10)


def passport(draw: Random) -> str:
    """Make a number of an ordinary electronic passport (E, then EA, EB ...), an older one (G), of public affairs."""
    head = draw.choice(("E", "E", f"E{letters(draw, 1, 'ABCDEFGHJKLMNPQRSTUVWXYZ')}", "G", "PE", "SE", "DE"))
    return head + digits(draw, 9 - len(head))


def hk_macao_permit(draw: Random) -> str:
    """To Hong Kong and Macao (C, CA ..., W), or home from there (H, M and eight or ten digits)."""
    if chance(draw, 0.5):
        head = draw.choice(("C", "C", "W", f"C{letters(draw, 1, 'ABCDEFGHJKLMNPQRSTUVWXYZ')}"))
        return head + digits(draw, 9 - len(head))
    return draw.choice("HM") + digits(draw, draw.choice((8, 10)))


def taiwan_permit(draw: Random) -> str:
    """Make eight digits (to the mainland), or L or T and eight digits (to Taiwan)."""
    return draw.choice(("", "", "L", "T")) + draw.choice("0123456789") + digits(draw, 7)


def social_security(draw: Random) -> str:
    """Make a number as the places issue it: a letter and eight signs on the card, or eight to twelve digits."""
    return letters(draw, 1) + digits(draw, 8) if chance(draw, 0.4) else digits(draw, draw.choice((8, 9, 10, 12)))


def driving_licence(draw: Random) -> str:
    """Return the holder's id, or the file number of twelve digits that begins with the place."""
    return resident_id(draw) if chance(draw, 0.5) else draw.choice(REGIONS)[:4] + digits(draw, 8)


def plate(draw: Random) -> str:
    """GA 36-2018: five signs behind province and office; new energy six; some cars end in a character."""
    office = draw.choice(PROVINCES) + draw.choice("ABCDEFGHJKLM")
    if chance(draw, 0.3):
        return office + draw.choice("DFABCEGHJK") + draw.choice(string.digits + PLATE_SIGNS) + digits(draw, 4)
    if chance(draw, 0.15):
        return office + digits(draw, 5) + draw.choice("DF")
    if chance(draw, 0.05):
        return f"粤Z{digits(draw, 4)}{draw.choice('港澳')}"
    if chance(draw, 0.1):
        return office + digits(draw, 4) + draw.choice("警学挂")
    body = [*digits(draw, 5)]
    for place in draw.sample(range(5), draw.choice((0, 1, 1, 2))):
        body[place] = draw.choice(PLATE_SIGNS)
    return office + "".join(body)


def person(draw: Random) -> str:
    """Return a name in pinyin, as accounts are called."""
    return draw.choice(SURNAMES) + draw.choice(("", "", "_", ".")) + draw.choice(GIVEN)


def wechat(draw: Random) -> str:
    """Make six to twenty signs behind a letter: letters, digits, underscores, hyphens."""
    head = draw.choice(("wxid_" + letters(draw, 14, string.ascii_lowercase + string.digits), ""))
    name = head or person(draw).replace(".", draw.choice("_-")) + digits(draw, draw.choice((2, 3, 4, 6)))
    return name if chance(draw, 0.8) else name.capitalize()


def qq(draw: Random) -> str:
    """Make five to eleven digits, the first not 0."""
    return draw.choice("123456789") + digits(draw, draw.choice((5, 6, 7, 8, 8, 9, 9, 9)))


def email(draw: Random) -> str:
    """Make a personal mailbox."""
    domain = draw.choice(DOMAINS)
    if domain == "qq.com" and chance(draw, 0.6):
        return f"{qq(draw)}@{domain}"
    return f"{person(draw)}{draw.choice(('', digits(draw, 2), digits(draw, 4)))}@{domain}"


def ipv4(draw: Random) -> str:
    """Make an address that is anybody's on the net."""
    while True:
        said = ".".join(str(draw.randint(1, 223)) for _ in range(4))
        if IPv4Address(said).is_global and not said.startswith(("255.", "8.8.", "1.1.1.", "114.114.", "1.0.0.")):
            return said


def ipv6(draw: Random) -> str:
    """Make an address out of blocks of Chinese networks, whole or shortened."""
    head = draw.choice(("2408:", "2409:", "240e:", "2001:da8:", "2001:250:"))
    count = 8 - head.count(":")
    groups = [f"{draw.randint(1, 0xFFFF):x}" for _ in range(count)]
    if chance(draw, 0.5):
        return head + ":".join(groups)
    return f"{head}{':'.join(groups[:2])}::{':'.join(groups[2 : draw.randint(3, count - 1)])}"


def medical_record(draw: Random) -> str:
    """Make what hospitals number patients and stays with: digits, with letters of the department or the year before."""
    head = draw.choice(("", "", "", "ZY", "MZ", "B", f"20{draw.randint(10, 24)}"))
    return head + digits(draw, draw.choice((6, 7, 8)))


def insurance(draw: Random) -> str:
    """Make a policy number of an insurer, or a number of the public health insurance."""
    head = draw.choice(("P", "PDAA20", "AHEZ", "", "", "6605"))
    return head + digits(draw, draw.choice((10, 12, 15)))


def kind(make: Callable[[Random], str], types: str, *, labelled: bool = False) -> Kind:
    """Write down a kind."""
    return Kind(make, frozenset(types.split()), labelled)


KINDS = {
    "resident_id": kind(resident_id, "CN_RESIDENT_ID"),
    "old_id": kind(old_id, "CN_RESIDENT_ID", labelled=True),
    "mobile": kind(mobile, "PHONE_NUMBER"),
    "landline": kind(landline, "PHONE_NUMBER"),
    "bank_card": kind(bank_card, "CN_BANK_CARD CREDIT_CARD CN_BANK_ACCOUNT"),
    "uscc": kind(uscc, "CN_USCC CN_TAX_ID"),
    "registration": kind(registration, "CN_BUSINESS_REGISTRATION", labelled=True),
    "passport": kind(passport, "CN_PASSPORT", labelled=True),
    "hk_macao_permit": kind(hk_macao_permit, "CN_HK_MACAO_PERMIT", labelled=True),
    "taiwan_permit": kind(taiwan_permit, "CN_TAIWAN_PERMIT", labelled=True),
    "social_security": kind(social_security, "CN_SOCIAL_SECURITY", labelled=True),
    "driving_licence": kind(driving_licence, "CN_DRIVER_LICENSE CN_RESIDENT_ID", labelled=True),
    "plate": kind(plate, "CN_PLATE"),
    "wechat": kind(wechat, "WECHAT_ID", labelled=True),
    "qq": kind(qq, "QQ_NUMBER", labelled=True),
    "email": kind(email, "EMAIL_ADDRESS"),
    "ipv4": kind(ipv4, "IP_ADDRESS"),
    "ipv6": kind(ipv6, "IP_ADDRESS"),
    "medical_record": kind(medical_record, "MEDICAL_RECORD_NUMBER", labelled=True),
    "insurance": kind(insurance, "HEALTH_INSURANCE_NUMBER INSURANCE_NUMBER CN_SOCIAL_SECURITY", labelled=True),
}
