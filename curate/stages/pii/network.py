"""Rules for what machines write: hardware and Bitcoin addresses, UUIDs, links, dates, zones of travel documents."""

from collections.abc import Iterator

from curate.stages.pii import digits
from curate.stages.pii.allow import is_other_number
from curate.stages.pii.rule import APART, LEFT, RIGHT, Rule
from curate.stages.pii.words import Next, Words

HEX = "[0-9A-Fa-f]"
PAIR = f"{HEX}{{2}}"
HARDWARE = (
    "[0-9A-Fa-f]{2}[:-][0-9A-Fa-f]{2}[:-][0-9A-Fa-f]{2}[:-][0-9A-Fa-f]{2}[:-]|"
    "[0-9A-Fa-f]{4}\\.[0-9A-Fa-f]{4}\\.[0-9A-Fa-f]{4}"
)
COIN = f"{APART}(?:[13][1-9A-HJ-NP-Za-km-z]{{25}}|bc1[02-9ac-hj-np-z]{{11}}|BC1[02-9AC-HJ-NP-Z]{{11}})"
ZONE = "[A-Z0-9]<<"
VEHICLE = f"{APART}[0-9A-HJ-NPR-Z]{{17}}"
"""Shapes that prose has not."""
MONTHS = (
    "(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sep(?:t(?:ember)?)?|Oct(?:ober)?|"
    "Nov(?:ember)?|Dec(?:ember)?)"
)
DAY, MONTH = "(?:0?[1-9]|[12][0-9]|3[01])", "(?:0?[1-9]|1[0-2])"
IN_ROW = "(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
CLOCK = "(?:[ T]?[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9](?:\\.[0-9]{1,6})?)?Z?)?"
MRZ_SIGN = "[A-Z0-9<]"
FILLED = "(?=(?:[A-Z0-9<]{1,44}(?:\\r?\\n)?){1,3}?(?<=[A-Z0-9])<<)"
"""Two fillers part the names (ICAO Doc 9303, part 3, 4.6), and most lines end with some."""

CLOSING = frozenset(".,:;!?*_~")
"""What ends a sentence or an emphasis behind a link and is no part of it."""


def read_link(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield a link without the signs that end the sentence, and without a bracket that was opened before it."""
    opened = text.count("(", start, end) - text.count(")", start, end)
    while end > start and (text[end - 1] in CLOSING or (text[end - 1] == ")" and opened < 0)):
        opened += text[end - 1] == ")"
        end -= 1
    yield start, end


NETWORK_RULES: tuple[Rule, ...] = (
    Rule(
        "MAC_ADDRESS",
        "hardware address",
        (
            f"(?<![0-9A-Za-z:-]){PAIR}(?P<a>[:-]){PAIR}(?:(?P=a){PAIR}){{4}}(?![0-9A-Za-z]|[:-]{HEX})",
            f"(?<![0-9A-Za-z.]){HEX}{{4}}\\.{HEX}{{4}}\\.{HEX}{{4}}(?![0-9A-Za-z]|\\.{HEX})",
        ),
        0.8,
        check=digits.is_mac,
        certain=False,
        gate=HARDWARE,
    ),
    Rule(
        "CRYPTO",
        "Bitcoin address",
        (
            f"{LEFT}[13][1-9A-HJ-NP-Za-km-z]{{25,34}}{RIGHT}",
            f"{LEFT}(?:bc1[02-9ac-hj-np-z]{{11,71}}|BC1[02-9AC-HJ-NP-Z]{{11,71}}){RIGHT}",
        ),
        0.6,
        check=digits.is_coin_address,
        labels=Words("比特币|钱包|錢包", "bitcoin|wallet", "btc"),
        gate=COIN,
    ),
    Rule(
        "PASSPORT_MRZ",
        "machine-readable zone of a travel document",
        (
            f"(?<!{MRZ_SIGN}){FILLED}[PV][A-Z<][A-Z]{{3}}{MRZ_SIGN}{{31,39}}\\r?\\n{MRZ_SIGN}{{36,44}}(?!{MRZ_SIGN})",
            f"(?<!{MRZ_SIGN}){FILLED}[ACI][A-Z<][A-Z]{{3}}{MRZ_SIGN}{{25}}\\r?\\n{MRZ_SIGN}{{30}}\\r?\\n{MRZ_SIGN}{{30}}(?!{MRZ_SIGN})",
        ),
        0.9,
        check=digits.is_mrz,
        certain=False,
        gate=ZONE,
    ),
    Rule(
        "IMEI",
        "number of a mobile device by its label",
        (f"{LEFT}[0-9]{{15}}{RIGHT}", f"{LEFT}[0-9]{{2}}[ -][0-9]{{6}}[ -][0-9]{{6}}[ -][0-9]{RIGHT}"),
        0.6,
        check=digits.is_imei,
        labels=Next("设备识别码|串号|device[ _]identifier", "imei"),
        needs_label=True,
        runs=frozenset({15}),
        joined=frozenset({2}),
    ),
    Rule(
        "VIN",
        "vehicle identification number by its label",
        (f"{LEFT}[0-9A-HJ-NPR-Z]{{17}}{RIGHT}",),
        0.6,
        check=digits.is_vin,
        labels=Next(
            "车架号|識別代號|识别代号|识别码|车辆识别|vehicle[ _]identifi(?:er|cation(?:[ _]number)?)|chassis", "vin"
        ),
        needs_label=True,
        gate=VEHICLE,
    ),
    Rule(
        "UUID",
        "UUID",
        (f"{LEFT}{HEX}{{8}}-{HEX}{{4}}-[1-8]{HEX}{{3}}-[89ABab]{HEX}{{3}}-{HEX}{{12}}{RIGHT}",),
        0.8,
        gate=f"{HEX}{{4}}-{HEX}{{4}}-[1-8]{HEX}{{3}}-",
    ),
    Rule(
        "URL",
        "link",
        (
            f"{LEFT}(?:https?|ftp)://[^\\s<>\"'`，。；、！？）（】【》《”“\u3000\u4e00-\u9fff]{{3,2000}}",
            f"{LEFT}www\\.[0-9A-Za-z-]{{1,63}}\\.[^\\s<>\"'`，。；、！？）（】【》《”“\u3000\u4e00-\u9fff]{{2,2000}}",
        ),
        0.6,
        gate="://|www\\.",
        read=read_link,
    ),
    Rule(
        "DATE_TIME",
        "date written as numbers",
        (
            f"{LEFT}(?:19|20)[0-9]{{2}}(?P<a>[-/.]){MONTH}(?P=a){DAY}{CLOCK}{RIGHT}",
            f"{LEFT}(?:19|20)[0-9]{{2}}[ ]?年[ ]?{MONTH}[ ]?月(?:[ ]?{DAY}[ ]?[日号])?",
        ),
        0.6,
        gate="(?:19|20)[0-9]{2}[ ]?[-/.年][ ]?[0-9]",
    ),
    Rule(
        "DATE_TIME",
        "date with the day or month first",
        (
            f"{LEFT}{DAY}(?P<b>[-/.]){DAY}(?P=b)(?:19|20)?[0-9]{{2}}{CLOCK}{RIGHT}",
            f"{LEFT}{MONTHS}\\.?[ ]{{1,2}}{DAY}(?:st|nd|rd|th)?,?[ ](?:19|20)[0-9]{{2}}{RIGHT}",
            f"{LEFT}{DAY}(?:st|nd|rd|th)?[ ]{MONTHS}\\.?,?[ ](?:19|20)[0-9]{{2}}{RIGHT}",
        ),
        0.6,
        gate="[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2}|"
        "(?:Jan|Feb|Ma[ry]|Apr|Ju[nl]|Aug|Sep|Oct|Nov|Dec)[a-z.,]* {1,2}[0-9]",
    ),
    Rule(
        "DATE_TIME",
        "date in one piece beside a Chinese word",
        (
            f"{LEFT}(?<![-./_]){IN_ROW}(?=[一-鿿])(?![号期版批卷页人户名口家台套辆亩])",
            f"(?:(?<=[于自至到从])|(?<=日期)|(?<=日期[:：])|(?<=时间)|(?<=时间[:：])){IN_ROW}{RIGHT}(?![-./_])",
        ),
        0.6,
        spared=is_other_number,
        runs=frozenset({8}),
    ),
)
