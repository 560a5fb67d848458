"""Fakes for what has no form to keep: names of persons (Faker's lists), addresses, organisations."""

import re
from functools import cache
from typing import NamedTuple

from curate.stages.pii.checks import words as listed
from curate.stages.pii.keys import Secret
from curate.stages.pii.surrogates import Seed

HAN = re.compile("[\u4e00-\u9fff]")
COMPOUND = (
    "欧阳",
    "上官",
    "司马",
    "诸葛",
    "夏侯",
    "皇甫",
    "尉迟",
    "公孙",
    "令狐",
    "慕容",
    "司徒",
    "端木",
    "东方",
    "南宫",
)
RARE = "缑亓郏逄郗晁仉逯笪鄞昝郄虢璩鞅谯揭濮郐"
"""Surnames so rare that nobody is found by one of them."""
AVOIDED = frozenset(
    "男女性年电联手身住出民先生小姐公司银行集团中心医院大学学校委员会厂局院部所店社欧上诸夏皇尉令慕端东南"
)
"""Signs by which a name ends, or begins a word or a compound surname."""
SURNAMES, SECOND = 120, 8
"""How many Chinese surnames are used; how many English ones follow a first name, or begin in one way."""
LAST_SIGNS = "珧瑀琤琮璠瓒翙翚翮莳萸葳蒨蘅湜沄昉禔铄玙珣璆"
"""With what made names end: signs that hardly anybody's name ends with, so that no usual name is a fake."""
STARTS = sorted(
    listed(
        "Abel Brom Cald Dren Ebber Fenn Grim Harl Inger Jorr Kest Lomm Morv Nell Ost Perr Quill Rand Selv Tarr Ulm "
        "Varn Wend Yarr Zell Ashl Birr Corv Dask Elv Farn Gall"
    )
)
ENDS = sorted(
    listed(
        "owick enby ilcott ustead ermore aldine othrop undale ingrave oswell atrick umber ivane edore imond ustine "
        "orvale anthe ispell ewold achild omere utcher ilyard erbane odrick ambury ewyn inthal orsen ulby avard"
    )
)
"""English surnames that are made of two parts and are nobody's."""
STEMS, BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
OWN_PLACE = re.compile(f"某市某区|[{STEMS}][{BRANCHES}]路|[0-9] Example |Anytown")
OWN_ORGANISATION = re.compile(f"某[{STEMS}][{BRANCHES}]|\\AExample ")
"""What stands in fakes and in nothing else."""
PROVINCE = re.compile(
    "(?:中国)?((?:北京|天津|上海|重庆)市|(?:内蒙古|广西壮族|西藏|宁夏回族|新疆维吾尔)自治区|(?:香港|澳门)特别行政区|"
    "(?:河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾)省)"
)
STREET = re.compile("\\b(Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Way|Court|Ct|Place|Pl|Square)\\b")
KINDS = re.compile(
    "(有限责任公司|股份有限公司|有限公司|公司|集团|银行|医院|大学|学院|学校|中学|小学|法院|检察院|委员会|中心|研究所|事务所|厂|局|部|所|店|社)\\Z"
)
EN_KINDS = re.compile("(Inc|LLC|Ltd|Corp|Corporation|Company|Bank|University|Hospital|Group|GmbH|PLC)\\.?\\Z")
ORGANISATIONS = frozenset({"ORGANIZATION", "ORG"})
PLACES = frozenset({"ADDRESS", "LOCATION", "STREET_ADDRESS"})
PERSONS = frozenset({"PERSON"})
WORDED = PERSONS | PLACES | ORGANISATIONS


class Names(NamedTuple):
    """Lists that names are made of."""

    surnames: tuple[str, ...]
    signs: tuple[str, ...]
    """Of Chinese given names."""
    first: tuple[str, ...]


@cache
def names() -> Names:
    """Take the lists of Faker's zh_CN and en_US, without what would begin or end another word."""
    from faker.providers.person.en_US import Provider as English
    from faker.providers.person.zh_CN import Provider as Chinese

    signs = sorted({sign for name in Chinese.first_names for sign in name} - AVOIDED)
    surnames = [name for name in Chinese.last_names if len(name) == 1 and name not in AVOIDED]
    first = sorted(name for name in English.first_names if plain(name))
    return Names(tuple(surnames[:SURNAMES]), tuple(signs), tuple(first))


def plain(name: str) -> bool:
    """Tell whether a name is one capital and small letters."""
    return name.isascii() and name.isalpha() and name.istitle()


def worded(secret: Secret, seed: Seed, value: str) -> str:
    """Return the fake of a person, a place or an organisation; Chinese where the value has a Chinese sign."""
    chinese = HAN.search(value) is not None
    if seed.entity in PERSONS:
        return chinese_name(secret, seed, value) if chinese else english_name(secret, seed, value)
    if seed.entity in PLACES:
        return place(secret, seed, value, chinese=chinese)
    kind = (KINDS if chinese else EN_KINDS).search(value)
    if chinese:
        return f"某{pair(secret, seed)}{kind[1] if kind else '公司'}"
    return f"Example {kind[1] if kind else 'Company'}"


def is_worded(secret: Secret, entity: str, value: str) -> bool:
    """Tell whether a name, place or organisation is a fake of ours.

    A model may take the fake of a place or an organisation for a person. Names that people usually have are never among
    the fakes, so a value that is no fake has a fake that differs from it.
    """
    if OWN_PLACE.search(value) or OWN_ORGANISATION.search(value):
        return True
    if entity not in PERSONS:
        return False
    if HAN.search(value):
        return is_chinese_fake(secret, "".join(HAN.findall(value)))
    words = value.split()
    return bool(words) and english_words(secret, [word.title() for word in words]) == [word.title() for word in words]


def place(secret: Secret, seed: Seed, value: str, *, chinese: bool) -> str:
    """Return an address that keeps its province, or the kind of its street, and nothing else."""
    number = 1 + secret.choice(300, "number", *seed)
    if chinese:
        province = PROVINCE.match(value)
        return f"{province[1] if province else ''}某市某区{pair(secret, seed)}路{number}号"
    kind = STREET.search(value)
    return f"{number} Example {kind[1] if kind else 'Street'}, Anytown"


def pair(secret: Secret, seed: Seed) -> str:
    """Draw a stem and a branch: signs that number things and name nobody."""
    drawn = secret.draw("pair", *seed)
    return STEMS[drawn[0] % len(STEMS)] + BRANCHES[drawn[1] % len(BRANCHES)]


def chinese_name(secret: Secret, seed: Seed, value: str) -> str:
    """Return a name of as many signs, what stands between them kept; the last sign follows from those before."""
    length = len(HAN.findall(value))
    drawn = secret.stream(8 + length, "name", *seed)
    lists = names()
    if length == 1:
        fake = RARE[drawn[0] % len(RARE)]
    else:
        compound = length > 3  # noqa: PLR2004 - a surname of one sign has at most two more
        number = int.from_bytes(drawn[:4])
        fake = COMPOUND[number % len(COMPOUND)] if compound else lists.surnames[number % len(lists.surnames)]
        while len(fake) < length - 1:
            fake += lists.signs[drawn[8 + len(fake)] % len(lists.signs)]
        fake += closing(secret, fake, drawn[4] % closings(length))
    signs = iter(fake)
    return HAN.sub(lambda _: next(signs), value) if length == sum(map(str.isalnum, value)) else fake


def closings(length: int) -> int:
    """Return how many last signs a name of so many signs may have: two where only one stands behind the surname."""
    return 2 if length == 2 else 1  # noqa: PLR2004 - said in the docstring


def closing(secret: Secret, begun: str, number: int) -> str:
    """Return the sign that closes a name that begins so."""
    return LAST_SIGNS[secret.choice(len(LAST_SIGNS), "closing", begun, str(number))]


def is_chinese_fake(secret: Secret, name: str) -> bool:
    """Tell whether a name ends as the key has it end."""
    if len(name) == 1:
        return name in RARE
    surname = name[:2] in COMPOUND if len(name) > 3 else name[0] in names().surnames  # noqa: PLR2004 - see above
    return surname and name[-1] in {closing(secret, name[:-1], n) for n in range(closings(len(name)))}


def english_name(secret: Secret, seed: Seed, value: str) -> str:
    """Return a name of as many words, initials in their places, in capitals where the value is."""
    words = value.split() or [value]
    drawn = secret.draw("name", *seed)
    lists = names()
    if len(words) == 1:
        fake = [alone(secret, STARTS[drawn[0] % len(STARTS)], drawn[1] % SECOND)]
    else:
        first = lists.first[int.from_bytes(drawn[:4]) % len(lists.first)]
        fake = following(secret, first, drawn[4] % SECOND, words)
    said = " ".join(fake)
    return said.upper() if value.isupper() and len(value) > 1 else said


def alone(secret: Secret, start: str, number: int) -> str:
    """Return the surname that stands alone and begins so."""
    return start + ENDS[secret.choice(len(ENDS), "end", start, str(number))]


def following(secret: Secret, first: str, number: int, words: list[str]) -> list[str]:
    """Return a first name with all that the key has follow it: the shape of `words` says what are initials."""
    lists = names()
    drawn = secret.choice(len(STARTS) * len(ENDS), "last", first, str(number))
    last = STARTS[drawn % len(STARTS)] + ENDS[drawn // len(STARTS)]
    middle = []
    for place_, word in enumerate(words[1:-1]):
        drawn = secret.choice(len(lists.first), "middle", first, last, str(place_))
        initial = len(word.strip(".")) == 1
        middle.append(lists.first[drawn][0] + word[1:] if initial else lists.first[drawn])
    return [first, *middle, last]


def english_words(secret: Secret, words: list[str]) -> list[str] | None:
    """Return the fake that has these words; None where none has."""
    lists = names()
    if len(words) == 1:
        return words if words[0] in {alone(secret, one, n) for one in STARTS for n in range(SECOND)} else None
    if words[0] not in lists.first:
        return None
    return next((fake for n in range(SECOND) if (fake := following(secret, words[0], n, words)) == words), None)
