"""Rules for English names of persons beside what they are in a record: patients, parties, signers, cards."""

import re
from collections.abc import Iterator

from curate.stages.pii.cells import is_named
from curate.stages.pii.english_names import FULL, PARTICLE, UPPER, is_person
from curate.stages.pii.rule import Rule

PARTY = (
    "(?:[Pp]atient|[Pp]laintiff|[Dd]efendant|[Cc]laimant|[Pp]etitioner|[Nn]urse|[Oo]fficer|[Dd]etective|[Ss]ergeant|"
    "[Ee]mployee|[Tt]enant|[Aa]pplicant|[Bb]orrower) "
)
ACTS = (
    "(?= (?:was|is|has|had|presents|presented|reports|reported|states|denies|denied|filed|alleges|testified|moved|"
    "called|said|told|resigned|signed|agreed|arrived|advised|observed)(?![a-z])|"
    " \\((?:ID|DOB|SSN|MRN|age|born)(?![a-z])|, born (?:on|in|[0-9A-Z]))"
)
"""What a patient or a party does, behind the name."""
SEEN = "(?= (?:testified|recalled|denies|denied|said|told|stated)(?![a-z])| \\((?:ID|DOB|SSN|MRN|age|born)(?![a-z]))"
"""The same behind `Witness` and `Pt`, which begin names of programmes and places as well."""
CARD, LONGEST_CARD = "BEGIN:VCARD", 2000
"""What opens an electronic business card (RFC 6350, section 6.1.1), and within how many characters a name counts."""
LINE = re.compile("^(?P<key>F?N)(?:;[^:\\n]{1,40})?:", re.MULTILINE)
PARTS = re.compile("(?P<last>[^\\s;:][^\\n;:]{0,40});(?P<first>[^\\s;:][^\\n;:]{0,40})[^\\n]{0,80}")
WHOLE = re.compile("[^\\s;:][^\\r\\n;:]{1,60}")


def read_card(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Read the names in the lines of a card: `FN` as it is said, `N` by its parts, the surname first."""
    behind = text.find(CARD, end, start + LONGEST_CARD)
    for line in LINE.finditer(text, end, min(len(text), behind if behind >= 0 else start + LONGEST_CARD)):
        name, parts = WHOLE.match(text, line.end()), PARTS.match(text, line.end())
        if line["key"] == "FN":
            if name and is_named(name[0]):
                yield name.span()
        elif parts and (is_named(f"{parts['first']} {parts['last']}") or is_named(parts["last"] + parts["first"])):
            yield parts.span("last")
            yield parts.span("first")


PARTY_RULES: tuple[Rule, ...] = (
    Rule(
        "PERSON",
        "English name of a patient or a party",
        (f"(?:{FULL}){ACTS}",),
        0.6,
        check=is_person,
        certain=False,
        label=f"(?<![A-Za-z]){PARTY}",
        gate=f"{PARTY}(?:{PARTICLE} )?[{UPPER}]",
    ),
    Rule(
        "PERSON",
        "English name of a witness or a patient in short",
        (f"(?:{FULL}){SEEN}",),
        0.6,
        check=is_person,
        certain=False,
        label="(?<![A-Za-z])(?:Witness|Pt\\.?) ",
        gate=f"(?:Witness|Pt\\.?) (?:{PARTICLE} )?[{UPPER}]",
    ),
    Rule(
        "PERSON",
        "English name of who signed",
        (f"(?:{FULL})(?=(?:, [A-Z][A-Za-z ,&]{{1,60}})?[,.]?[ ]{{0,12}}(?:[\\r\\n]|\\Z))",),
        0.6,
        check=is_person,
        certain=False,
        label="(?<![0-9A-Za-z/])/[sS]/[ ]{0,4}",
        gate=f"/[sS]/[ ]{{0,4}}[{UPPER}]",
    ),
    Rule(
        "PERSON",
        "name in an electronic business card",
        (CARD,),
        0.7,
        gate=CARD,
        read=read_card,
    ),
)
