"""Chinese postal addresses down to the door: known by the number of the house, or by a label."""

import re
from collections.abc import Iterator

from curate.stages.pii.checks import words
from curate.stages.pii.divisions import BEGINNINGS, KINDS, LONGEST, division
from curate.stages.pii.fields import CLOSING, JOIN, label
from curate.stages.pii.rule import Rule

ENTITY = "ADDRESS"
LEFT_OF_NUMBER, RIGHT_OF_NUMBER = 48, 72
"""How many characters before and after the number of a house can belong to its address."""

HAN = "\u4e00-\u9fff"
NUMERALS = "一二三四五六七八九十百〇零"
ENDS = "路街道巷弄里同坊条段线园苑庄村屯寨厦场城院府湾楼舍心镇乡区寓邸轩阁居徑邨"
"""Last signs of what has numbered houses: roads, estates, villages, buildings."""
NUMBER = (
    f"(?:[0-9]{{1,5}}(?:[-之#][0-9A-Za-z]{{1,4}}){{0,2}}[A-Za-z]?|[{NUMERALS}]{{1,4}}|"
    "[A-Za-z][0-9]{0,3}(?:-[0-9A-Za-z]{1,3})?|[甲乙丙丁])"
)
DOORS = "号院|号楼|单元|單元|号|號|弄|栋|棟|幢|座|楼|樓|层|層|室|组|組|队|社|院"
OTHER_NUMBERS = "线線文令码碼机機炉爐泵井车車箱柜櫃仓倉罐阀閥站台臺员員件案卷院令公"
"""What makes of `12号` the number of something else than a house."""
ANCHOR = (
    f"[{ENDS}](?:[东西南北中][{NUMERALS}]?段|[东西南北]|[0-9A-Za-z{NUMERALS}]{{1,2}}区)?[ ]?[甲乙]?{NUMBER}[ ]?"
    f"(?:号院|号楼|[号號](?![{OTHER_NUMBERS}])|[单單]元|弄|[栋棟幢座楼樓层層室]|组(?!织|成|合)|組(?!織|成|合))"
)
GATE = (
    f"[{ENDS}](?:[东西南北中][{NUMERALS}]?段|[东西南北]|[0-9０-９A-Za-zＡ-Ｚａ-ｚ{NUMERALS}]{{1,2}}区)?[ "
    f"\u3000]?[甲乙]?[0-9０-９{NUMERALS}A-Za-zＡ-Ｚａ-ｚ甲乙丙丁]"
    f"[0-9０-９{NUMERALS}A-Za-z#之－-]{{0,15}}[ \u3000]?[号號弄栋棟幢座单單楼樓层層室组組]"
)

ROADS = "路|街|大道|巷|弄|胡同"
ESTATES = (
    "小区|社区|花园|花苑|公寓|家园|嘉园|新苑|名苑|苑|新村|村|庄|屯|寨|大厦|大楼|广场|宿舍|家属院|大院|山庄|别墅|新城|名城|"
    "公馆|中心|雅居|华庭"
)
TECHNICAL = words(
    "电路 线路 回路 管路 油路 气路 水路 支路 公路 铁路 道路 网路 思路 通路 光路 旁路 短路 走路 马路 一路 沿路 多路 "
    "各路 "
    "信道 通道 管道 轨道 隧道 频道 渠道 跑道 航道 报道 车道 巷道 知道 味道 步行街 街道 大街 小巷 大道 中心 服务中心 "
    "小区 社区 "
    "花园 公寓 大厦 大楼 广场 宿舍 山庄 别墅 农村 本村 该村 乡村 村庄 数据中心 控制中心 高速公路 国家公园"
)
"""What ends like a road or an estate and is none, or names none."""
PROSE = (
    "的在于是为到住至往与及被把将对等有这那我他她你它您各每该本从由了着过向"
    "，。、；：？！“”‘’（）《》〈〉【】[]{}<>|\\/\"'!?;:,"
)
"""Signs that end an address to the left, unless they belong to the name of a division."""
NOT_PROSE = f"[^{re.escape(PROSE)}]"
LAST_PROSE = re.compile(f"[{re.escape(PROSE)}\n\t]")
LEADING = re.compile(
    "(?:现|常|暂)?(?:居|住|家)+|(?:位|坐落|地处|搬|迁|寄|送|前往|来|去|回|户籍|户口|地址|住址|住所|通讯|联系|收货|"
    "注册|所在地?|和|与){1,3}"
)
ROAD_NAME = re.compile(f"[{HAN}0-9]{{2}}(?:{ROADS})(?:[东西南北中][{NUMERALS}]?段|[东西南北])?\\Z")
ESTATE_NAME = re.compile(f"[{HAN}A-Za-z0-9]{{2}}(?:{ESTATES})\\Z")
LONGEST_END = 8
BUILDING = re.compile("号楼|号院|栋|幢|座|单元|室|组|弄|号")
KIND = re.compile(KINDS)
LONGEST_BARE = 12
"""How much may follow the name of a division that is not followed by its kind or by another division."""

ROOM = r"[ ]?[-#]?[0-9]{2,5}室?(?![0-9A-Za-z.年月日元人万个名户岁]|[ ]?[-/][0-9])"
SUITE = (
    "[ ]?(?:[0-9]{1,2}-[A-Z][0-9]{0,3}|[A-Z][0-9]{0,2}-[0-9]{1,4})室?"
    "(?![0-9A-Za-z-]|[ ]?(?:[年月日元人万个名户岁]|[-/.][0-9]))"
)
"""The door of an estate, a letter before it or behind the dash: `5-B1`."""
BLOCK = f"[0-9A-Z]{{1,3}}[ ]?(?:[栋棟幢座]|号楼)(?=[ ]?{NUMBER})"
"""A building, of which a door follows: then the name of the estate before it may end in any sign."""
UNIT = "(?<=[栋棟幢座楼樓元])[ ]?[0-9]{1,2}-[0-9]{1,2}室?(?![0-9A-Za-z-]|[ ]?(?:[年月日元人万个名户岁层楼]|[-/.][0-9]))"
"""Storey and door behind a building: `4幢17-8`."""
INNER = f"[^{re.escape(PROSE)} \n\t0-9]"
TAIL = re.compile(
    f"(?:(?:[ ]?{INNER}{{1,10}}?(?:{ESTATES}|城|楼|园|院|厦|府|区|期))?[ ]?(?:第|地下|负|附)?{NUMBER}[ ]?(?:{DOORS}|"
    "门|房|户|铺|期|区|塔(?![吊式架台基机器筒顶类]))(?:之[0-9]{1,3}|[东西南北中]侧?)?"
    f"|[ ]?{INNER}{{1,10}}?(?:{ESTATES}|城|楼|园|厦|府)[ ]?{SUITE}"
    f"|[ ]?{INNER}{{2,10}}?(?:小区|花园|公寓|家园|大厦|大楼|广场|宿舍|家属院)"
    f"|[ ]?{INNER}{{2,8}}?(?<![共建达约近设起]){BLOCK}"
    f"|[ ]?{INNER}{{1,10}}?(?:{ESTATES}|国际|园|厦|校区|学部){ROOM}(?![届期级周])"
    f"|{UNIT}|{SUITE}|{ROOM})"
    "{0,6}"
    "(?:[ ,]{0,2}(?:邮(?:政)?编(?:码)?[:： ]{0,2})?[1-9][0-9]{5}(?![0-9A-Za-z]))?"
)


BUILDING_CODE = "[0-9A-Za-z][0-9A-Za-z-]{0,6}[ ]?(?:[栋棟幢座]|号楼|號樓)"
"""A building of an estate that nobody names: `R2-B栋`."""
STOREY = "[楼樓层層](?![盘梯])"
HOME = f"(?:[ ]?{NUMBER}[ ]?(?:单元|單元|{STOREY}))?(?:{ROOM}|[ ]?{NUMBER}[ ]?(?:[室户房]|{STOREY}))"
"""A storey or a room behind it."""


def read_address(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Read the address whose last road or estate ends at `start`, where the number of a house follows up to `end`.

    To the left it goes to the first division (GB/T 2260) from which on nothing but an address stands, else to the
    beginning of the name of the road or estate. To the right it takes buildings, units, storeys, rooms, a postcode.
    """
    begins = head(text, start + 1, text[start + 1 : end])
    if begins >= 0:
        yield begins, TAIL.match(text, end, end + RIGHT_OF_NUMBER).end()  # type: ignore[union-attr]


PHASE = re.compile(f"第?(?:[{NUMERALS}]{{1,3}}|[0-9]{{1,2}}|[A-Z])期\\Z")
"""Behind the name of an estate: which of its phases."""


def read_phase(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Read the address of a building in one of the phases of an estate, whose sign `期` stands at `start`."""
    phase = PHASE.search(text, max(0, start - 4), start + 1)
    begins = head(text, phase.start(), text[start + 1 : end]) if phase else -1
    if begins >= 0:
        yield begins, TAIL.match(text, end, end + RIGHT_OF_NUMBER).end()  # type: ignore[union-attr]


def head(text: str, stop: int, door: str) -> int:
    """Return where the address begins whose road or estate ends at `stop`, before its door; -1 where it is none."""
    first = max(0, stop - LEFT_OF_NUMBER)
    if text.endswith(TECHNICAL_ROADS, first, stop):
        return -1
    for at in range(first, stop - 1):
        if text[at : at + 2] not in BEGINNINGS:
            continue
        known = division(text, at, stop)
        if known >= 0 and continues(text, known, stop):
            return at
    return nameless(text, first, stop, door)


def continues(text: str, at: int, stop: int) -> bool:
    """Tell whether nothing but an address stands between the end of a division's name and the end of a road."""
    kind = KIND.match(text, at, stop)
    at = kind.end() if kind else at
    if not kind and stop - at > LONGEST_BARE and division(text, at, stop) < 0:
        return False
    while at < stop:
        known = division(text, at, stop)
        if known < 0 and text[at] in PROSE:
            return False
        at = max(known, at + 1)
    return True


TECHNICAL_ROADS = tuple(
    sorted(word for word in TECHNICAL if word[-1] in "路道" and word not in {"大道", "马路", "道路", "街道"})
)


def nameless(text: str, first: int, stop: int, door: str) -> int:
    """Return where a road or an estate begins of which no division is known, or -1."""
    for prose in LAST_PROSE.finditer(text, first, stop):
        first = prose.end()
    lead = LEADING.match(text, first, stop)
    first = lead.end() if lead else first
    name = text[first:stop].strip(" ")
    ending = name[-LONGEST_END:]
    road = ROAD_NAME.search(ending) is not None
    estate = ESTATE_NAME.search(ending) is not None and BUILDING.search(door) is not None
    if not (road or estate) or name in TECHNICAL or len(name) > LEFT_OF_NUMBER // 2 or not name[0] > "\u4e00":
        return -1
    return first + text[first:stop].index(name)


LABELS = label(
    "(?:(?:家庭|现|常|暂|居|收货|收件|寄件|发货|送货|邮寄|通讯|通信|联系|办公|单位|公司|注册|经营|户籍|户口|身份证|"
    "常住|详细|具体|工作|住宅)?"
    "(?:地址|住址|住所地?|居住地址?|住地)|户籍(?:所在地|地)?|户口所在地|经常居住地|家住|现住|[\"'](?i:(?:home_?|"
    "mailing_?|street_?|full_?)?address|location|residence)(?=\\\\?[\"']))"
)
VALUE = re.compile(f"[{HAN}0-9A-Za-z][{HAN}0-9A-Za-z ·#.()（）-]{{2,70}}")
NEXT_FIELD = re.compile(
    "[ ]*(?:电话|手机|联系|邮编|邮政编码|邮箱|身份证|证件|姓名|收件人|收货人|性别|年龄|传真|电子|微信|职业|民族|出生|"
    "法定代表人|户主|[. ]*(?:https?\\Z|www[.])|"
    "[ ]{2,}|[(（](?![^()（）]{0,20}[路号栋楼室层门村院][^()（）]{0,6}[)）])|[)）](?=[)）]))"
)
SIGNS_OF_PLACE = re.compile("省|市|[区县旗镇乡村]|街道|路|街|巷|弄|胡同|大道|小区|社区|花园|公寓|大厦|[号栋幢座室楼组]")
FEWEST_SIGNS = 2
NAMED_ESTATE = re.compile(f"(?![本该此各])[{HAN}]{{2,8}}(?:小区|花园|公寓|大厦|家园)")


LABEL_ENDS = frozenset("址所地籍住\"'”’】])）*\\ \t")
LONGEST_LABEL = 24


def read_labelled(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Read what stands behind the label of an address, where it is one: it names a division, or two kinds of places."""
    if text[start - 1 : start] not in LABEL_ENDS or not LABELS.search(text, max(0, start - LONGEST_LABEL), start):
        return
    value = VALUE.match(text, end)
    if value is None:
        return
    following = NEXT_FIELD.search(text, end, value.end())
    stop = following.start() if following else value.end()
    written = text[end:stop].rstrip(" -.#(（")
    signs = set(SIGNS_OF_PLACE.findall(written))
    known = division(written, 0, min(len(written), LONGEST)) >= 0
    if len(signs) >= FEWEST_SIGNS or (known and signs) or NAMED_ESTATE.search(written):
        yield end, end + len(written)


VILLAGE = (
    f"{INNER}{{2,30}}?(?:乡|镇|街道|苏木){INNER}{{1,10}}?(?:村|社区|屯|寨)"
    f"(?:(?:{INNER}|[0-9]){{1,6}}?(?:组(?![长织成合员建])|队(?![长员列伍])|屯|社(?![会区])))?(?:[0-9]{{1,4}}号)?"
)


def read_village(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Read the village where somebody lives, and the group in it, from the division on that it belongs to.

    One without its name (`某村`) is none.
    """
    if division(text, start, end) >= 0 and text.find("某", start, end) < 0:
        yield start, end


ADDRESS_RULES: tuple[Rule, ...] = (
    Rule(
        ENTITY,
        "Chinese address by the phase of an estate",
        ("期[0-9]{1,3}[ ]?(?:栋|幢|座|号楼)",),
        0.7,
        gate="期[0-9０-９]{1,3}[ \u3000]?[栋幢座号]",
        read=read_phase,
    ),
    Rule(ENTITY, "Chinese address by its house number", (ANCHOR,), 0.7, gate=GATE, read=read_address),
    Rule(
        ENTITY,
        "Chinese address after a label",
        (f"{JOIN}(?=[{HAN}]|{BUILDING_CODE})",),
        0.75,
        gate=f"(?:[址所地籍住]|(?i:address|location|residence)[\"']){CLOSING}{JOIN}(?:[{HAN}]|{BUILDING_CODE})",
        read=read_labelled,
    ),
    Rule(
        ENTITY,
        "Chinese address by the village where somebody lives",
        (VILLAGE,),
        0.7,
        label="(?:家住|现住(?:址|在)?|居住[在于]|住(?:址|所地?)|户籍(?:所在)?地?|户口所在地)[为是在于系]?[:：]?[ ]?",
        gate=f"(?:家住|现住|居住|住址|住所|户籍|户口所在地)(?:址|在|地|所在地|于)?[为是在于系]?[:：]?"
        f"[ \u3000]?[{HAN}]{{3,40}}[村社屯寨]",
        read=read_village,
    ),
    Rule(
        ENTITY,
        "Chinese address by the building where somebody lives",
        (f"{BUILDING_CODE}{HOME}",),
        0.7,
        label="(?<![入留])住(?:[在于址]|的是)?[ ]?",
        gate=f"住(?:[在于址]|的是)?[ ]?{BUILDING_CODE}",
    ),
)
