"""Postal addresses of the United States, the United Kingdom and their like: house number, street, town, code."""

import re
from collections.abc import Iterator

from curate.stages.pii.addresses import ENTITY
from curate.stages.pii.checks import words
from curate.stages.pii.fields import CLOSING, JOIN, label
from curate.stages.pii.rule import Rule

LONG = "Street|Avenue|Road|Boulevard|Lane|Highway|Parkway|Terrace|Turnpike|Freeway|Expressway|Crescent|Mews"
"""Kinds of streets that are hardly anything else."""
SHORT = "St|Ave|Av|Rd|Blvd|Ln|Hwy|Pkwy|Ter|Cres|Ct|Pl|Sq|Dr|Cir|Trl"
VAGUE = "Drive|Court|Place|Way|Square|Circle|Trail|Close|Gardens|Grove|Hill|Row|Walk|Loop|Alley|Plaza|Park|Broadway"
"""Kinds of streets that are also plain words: only where an address goes on or the line ends."""
SUFFIX = f"(?:(?P<sure>{LONG})|(?P<short>{SHORT})\\b\\.?|(?P<vague>{VAGUE}))\\b"
COMPASS = "(?:North|South|East|West|Northeast|Northwest|Southeast|Southwest|NE|NW|SE|SW|N|S|E|W)"
GAP = "(?:,? ?[\\n\\r]{1,2} ?|, ?| )"
NO_UNIT = "(?!(?:Apt|Suite|Ste|Unit|Floor|Room|Flat)\\b)"
STREET_WORD = f"(?:{NO_UNIT}[A-Z][A-Za-z'’.-]{{0,20}}|[0-9]{{1,3}}(?:st|nd|rd|th)|of|the|de|la|del|du|and)"
NUMBER = "(?<![0-9A-Za-z.,$€£#/:-])(?:[0-9]{1,5}[A-Za-z]?(?:[-/][0-9]{1,4}[A-Za-z]?)?|[A-Z][0-9]{1,5})"
BEFORE = re.compile(f"{NUMBER},? (?:{STREET_WORD} ){{0,4}}\\Z")
NO_HOUSE = re.compile(
    "(?:[Ff]igures?|[Tt]ables?|[Ss]ections?|[Cc]hapters?|[Pp]arts?|[Pp]ages?|[Ss]teps?|[Ii]n|[Oo]f|[Ss]ince|[Bb]y|"
    "[Tt]he) \\Z"
)
"""What stands before a number that is none of a house."""
LEFT_OF_SUFFIX = 64
UNIT = "(?:Apt|Apartment|Suite|Ste|Unit|Floor|Fl|Room|Rm|Flat|Building|Bldg|#)\\.? ?#?[0-9A-Za-z-]{1,6}"
STATE = (
    "(?:A[LKZR]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|"
    "W[AIVY]|"
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois|"
    "Indiana|Iowa|Kansas|"
    "Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|"
    "New Hampshire|"
    "New Jersey|New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|South "
    "Carolina|"
    "South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|West Virginia|Wisconsin|Wyoming|D\\.C\\.)"
)
ZIP = "[0-9]{5}(?:-[0-9]{4})?(?![0-9A-Za-z])"
POSTCODE = "[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}(?![0-9A-Za-z])"
TOWN = "[A-Z][a-z'’.-]{1,20}(?: (?:[A-Z][a-z'’.-]{1,20}|upon|on|of|under|the)){0,3}"
PLACE = (
    f"(?:{GAP}(?:{TOWN}){GAP}{STATE}\\b\\.?(?:{GAP}{ZIP})?|{GAP}{STATE}{GAP}{ZIP}|{GAP}{TOWN},? {ZIP}"
    f"|(?:{GAP}{TOWN}){{1,3}}{GAP}{POSTCODE}|{GAP}{POSTCODE})"
)
COUNTRY = "(?:,? (?:USA|U\\.S\\.A\\.|United States(?: of America)?|UK|United Kingdom|England|Scotland|Wales))"
AFTER = re.compile(f"(?: {COMPASS}(?![A-Za-z]))?(?:{GAP}{UNIT}(?![0-9A-Za-z]))?(?P<place>{PLACE})?{COUNTRY}?")
GOES_ON = re.compile("[ ](?:and|in|on|at|is|was|for|with) |[ ]{0,2}(?:[,;)\\n\\r\"']|\\.(?:\\s|\\Z)|\\Z)")
NO_STREETS = words(
    "Hard Disk Solid USB Flash Tape Supreme High District Circuit Appeals First Second Third Market Public Test "
    "Drive Optical "
    "Network Backup State Federal County Central Main Data Code Page Table Figure Chapter Section Part Step Version "
    "Windows "
    "Release January February March April May June July August September October November December Mr Mrs Ms Dr The"
)
"""Words that stand before a vague kind of street and make it something else."""
MEASURES = words(
    "Way Hour Day Minute Week Month Year Lane Phase Volt Level Axis Speed Door Wheel Star Bit GB TB MB Amp Watt Inch "
    "Meter"
)
"""Behind a number they count something: `2 Way Street`, `24 Hour Road`."""
FLAT = re.compile("(?<![0-9A-Za-z])(?:Flat|Apartment|Apt\\.?|Unit|Suite) [0-9]{1,4}[A-Za-z]?,? \\Z")
OF = re.compile(" of (?:the )?[A-Z][a-z]{2,20}(?![A-Za-z])")
CODED = re.compile(f"{POSTCODE}|{ZIP}")
FRENCH_KIND = "(?:[Rr]ue|[Aa]venue|[Bb]oulevard|[Cc]hemin|[Ii]mpasse|[Qq]uai|[Aa]llées?|[Rr]oute)"
FRENCH_JOIN = "(?:de la|de l['’]|des|de|du|d['’]|la|le|les)"
FRENCH_WORD = "[A-ZÀ-Ý0-9][0-9A-Za-zÀ-ÿ'’-]{1,20}"
FRENCH_PLACE = f",?(?: |\\r?\\n)(?:F-)?[0-9]{{5}} {FRENCH_WORD}(?:[ -]{FRENCH_WORD}){{0,2}}(?:,? France)?"
FRENCH = (
    f"{NUMBER}(?: ?(?:bis|ter))?,? {FRENCH_KIND} (?:{FRENCH_JOIN} ?){FRENCH_WORD}(?: {FRENCH_WORD}){{0,3}}"
    f"(?:{FRENCH_PLACE})?|"
    f"{NUMBER}(?: ?(?:bis|ter))?,? {FRENCH_KIND} {FRENCH_WORD}(?:[ -]{FRENCH_WORD}){{0,3}}{FRENCH_PLACE}"
)
"""French order: number, kind of street, name; without a small word before the name only where a postcode follows."""
PO_BOX = "(?:P\\.? ?O\\.? ?Box|Post Office Box|GPO Box|PO BOX) ?#?[0-9]{1,6}"
ABODES = (
    "(?:[Rr]esid(?:es?|ed|ing)|[Ll]iv(?:es?|ed|ing)|[Dd]well(?:s|ing)|[Mm]ov(?:es?|ed|ing)|[Hh]ome|"
    "[Hh]ouse|[Aa]ddress is) (?:at |to )?"
)
ABODE = (
    f"[0-9]{{1,6}}[A-Za-z]?,? (?:{STREET_WORD} ){{0,3}}{NO_UNIT}[A-Z][A-Za-z'’-]{{1,20}}"
    f"(?:,? {COMPASS}(?![A-Za-z]))?(?:,? {UNIT}(?![0-9A-Za-z]))?(?:{PLACE})?"
)
LABELS = label(
    "(?<![0-9A-Za-z_-])(?i:(?:(?:home|mailing|street|postal|billing|shipping|delivery|residential|work|business|"
    "office|current|permanent|full)[ _]?)?"
    "address(?:[ _]?(?:line)?[ _]?1)?|residence|location)"
)
LABEL_ENDS = frozenset("sS1eEnN\"'”’】])）* \t")
LONGEST_LABEL = 36
VALUE = re.compile(
    f"(?:{UNIT}{GAP})?[0-9]{{1,6}}[A-Za-z]?(?:[-/][0-9]{{1,4}})?,? [A-Z0-9][0-9A-Za-z'’.# "
    f"-]{{2,60}}(?P<place>{PLACE})?{COUNTRY}?(?=\\s{{0,255}}(?:[,;\"'|<\\n\\r]|\\.\\s|\\Z))"
)


AREA = (
    "(?:A[BL]|B[ABDHLNRST]?|C[ABFHMORTVW]|D[ADEGHLNTY]|E[CHNX]?|F[KY]|G[LUY]?|H[ADGPRSUX]|I[GMPV]|JE|K[ATWY]|"
    "L[ADELNSU]?|M[EKL]?|N[EGNPRW]?|O[LX]|P[AEHLOR]|R[GHM]|S[AEGKLMNOPRSTWY]?|T[ADFNQRSW]|UB|W[ACDFNRSV]?|YO|ZE)"
)
"""Postcode areas of Royal Mail."""
SURE_POSTCODE = f"{AREA}[0-9][0-9A-HJKMNPR-Y]? [0-9][ABD-HJLNP-UW-Z]{{2}}(?![0-9A-Za-z])"
"""A postcode that can be one (BS 7666): of a known area, and without the letters that no inward code has."""
UK_WORD = "[A-Z][A-Za-z'’.-]{1,20}"
UK_NAME = f"{UK_WORD}(?: (?:{UK_WORD}|upon|on|of|under|the|in|le|and)){{0,3}}"
UK_NEXT = "(?:, |,? ?\\r?\\n[ \\t]{0,8})"
UK_FLAT = "(?:(?:Flat|Apartment|Apt\\.?|Unit) [0-9]{1,4}[A-Za-z]?|(?:[A-Z][a-z]{2,8} )?(?:Floor )?Flat)"
UK_STREET = f"(?:[0-9]{{1,4}}[A-Za-z]?(?:-[0-9]{{1,4}})? )?(?:{UK_WORD} ){{1,3}}(?:{LONG}|{VAGUE}|Green|View|Rise|End)"
NAMED_HOUSE = re.compile(
    f"(?<![0-9A-Za-z'’&-])(?:{UK_FLAT}(?:, | )(?:{UK_NAME}{UK_NEXT})?|"
    f"(?!{UK_FLAT}{UK_NEXT})(?:[0-9]{{1,4}}[A-Za-z]? )?{UK_NAME}{UK_NEXT})"
    f"{UK_STREET}(?:{UK_NEXT}{UK_NAME}){{1,3}}(?:,? |{UK_NEXT})\\Z|"
    f"(?<![0-9A-Za-z'’&-]){UK_FLAT}(?:, | ){UK_NAME}(?:{UK_NEXT}{UK_NAME}){{1,3}}(?:,? |{UK_NEXT})\\Z"
)
"""Up to its postcode: a flat or the name of a house, street, village, town, county; of a flat in a house the street may
be missing."""
LEFT_OF_POSTCODE = 140
ENDED = re.compile(COUNTRY)


def read_named_house(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Read the address of a house with a name, or of a flat, that a British postcode ends."""
    house = NAMED_HOUSE.search(text, max(0, start - LEFT_OF_POSTCODE), start)
    if house:
        country = ENDED.match(text, end)
        yield house.start(), country.end() if country else end


def read_street(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Read the address around the kind of a street: to the left its name, number, flat, to the right town and code."""
    number = BEFORE.search(text, max(0, start - LEFT_OF_SUFFIX), start)
    if number is None:
        return
    kind = text[start:end].rstrip(".")
    named = OF.match(text, end) if kind in {"Avenue", "Boulevard"} else None
    after = AFTER.match(text, named.end() if named else end)
    stop = after.end() if after else end
    said = number[0].split()
    flat = FLAT.search(text, max(0, number.start() - LEFT_OF_SUFFIX // 2), number.start())
    place = after["place"] if after else None
    before = NO_HOUSE.search(text, max(0, number.start() - 12), number.start())
    if before and not (before[0] in {"of ", "Of "} and place and CODED.search(place)):
        return
    counted = len(said) == 2 and said[1] in MEASURES  # noqa: PLR2004 - a number and a word
    if kind in PLAIN:
        doubtful = (
            counted
            or (said[-1] in NO_STREETS and (said[-1], kind) != ("Main", "St"))
            or (kind in LOOSE and len(said[-1]) == 1)
        )
        vague = doubtful and not (flat or (place and CODED.search(place)))
        if len(said) < 2 or vague or not (place or flat or GOES_ON.match(text, stop)):  # noqa: PLR2004
            return
    elif (len(said) < 2 or counted) and not (place or named):  # noqa: PLR2004 - a number and a name
        return
    yield flat.start() if flat else number.start(), stop


LOOSE = frozenset(VAGUE.split("|"))
PLAIN = frozenset((*VAGUE.split("|"), *SHORT.split("|")))


def read_box(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Read a post office box with the town and code behind it."""
    after = AFTER.match(text, end)
    yield start, after.end() if after else end


def read_labelled(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Read what follows the label of an address and begins with the number of a house."""
    if text[start - 1 : start] in LABEL_ENDS and LABELS.search(text, max(0, start - LONGEST_LABEL), start):
        value = VALUE.match(text, end)
        if value:
            yield end, value.end()


FORCES = (
    "(?<![0-9A-Za-z])(?:(?:PSC|CMR|UNIT|Unit|USNS|USCGC|USS) [0-9A-Za-z]{1,16}(?:,? (?:BOX|Box) [0-9]{1,5})?"
    ",?[ ]?\\r?\\n?[ ]{0,4})?(?:APO|FPO|DPO),? A[AEP] [0-9]{5}(?:-[0-9]{4})?(?![0-9A-Za-z])"
)
"""Publication 28 of the US Postal Service, section 238: unit and box, then the office in the place of a town."""

STREET_RULES: tuple[Rule, ...] = (
    Rule(
        ENTITY,
        "English address by its street",
        (f"(?:{LONG}|(?:{SHORT})\\b\\.?|{VAGUE})(?![A-Za-z])",),
        0.6,
        gate=f"[0-9][0-9A-Za-z]{{0,4}},?(?: [0-9A-Za-z'’.-]{{1,20}}){{0,4}} (?:{LONG}|{SHORT}|{VAGUE})",
        read=read_street,
    ),
    Rule(
        ENTITY,
        "British address of a flat or a house with a name",
        (f"(?<=[A-Za-z.,][ \n\t]){SURE_POSTCODE}",),
        0.6,
        gate="[A-Za-z.,][ \t\r\n]{1,10}[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}",
        read=read_named_house,
    ),
    Rule(
        ENTITY,
        "French address by its street",
        (FRENCH,),
        0.6,
        gate=f"[0-9][A-Za-z]?(?: ?bis| ?ter)?,? {FRENCH_KIND} [A-Za-zÀ-Ý0-9]",
    ),
    Rule(ENTITY, "English address where somebody lives", (ABODE,), 0.6, label=ABODES, gate=f"{ABODES}[0-9]"),
    Rule(ENTITY, "post office box", (PO_BOX,), 0.7, gate="(?i:box ?#?[0-9])", read=read_box),
    Rule(ENTITY, "address of the US forces and embassies", (FORCES,), 0.8, gate="(?:APO|FPO|DPO),? A[AEP] [0-9]{5}"),
    Rule(
        ENTITY,
        "English address after a label",
        (f"{JOIN}(?=[0-9A-Z])",),
        0.7,
        gate=f"(?i:address(?:[ _]?(?:line)?[ _]?1)?|residence|location){CLOSING}{JOIN}[0-9A-Z]",
        read=read_labelled,
    ),
)
