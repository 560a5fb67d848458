"""Find the implicit label of GB 45438-2025, the element `AIGC` of metadata, in the forms it has in text."""

import re
from collections.abc import Iterator

from curate.stages.safety.sight import places

GATE = "aigc"
WITHIN = 8192
"""Characters behind the head within which `Label` stands: signatures under `ReservedCode1` are long."""
LONGEST = 200
"""No `Label` with its number takes more characters."""

_QUOTE = r"(?:\\?[\"']|&quot;|&#34;)?"
NAMED = re.compile(r"(?<=\b)AIGC:(?:Label|ContentProducer|ProduceID)\b", re.IGNORECASE | re.ASCII)
OBJECT = re.compile(rf"AIGC{_QUOTE}\s{{0,80}}(?:[:=>]|content\s?=)\s{{0,80}}{_QUOTE}\{{", re.IGNORECASE | re.ASCII)
MEMBER = re.compile(
    rf"[{{}}]|{_QUOTE}\bLabel{_QUOTE}\s{{0,80}}:\s{{0,80}}{_QUOTE}(?P<made>[123])\b", re.IGNORECASE | re.ASCII
)
ELEMENT = re.compile(r"(?<=<)AIGC>", re.IGNORECASE | re.ASCII)
CHILD = re.compile(r"</AIGC>|<Label>\s{0,80}(?P<made>[123])\s{0,80}</Label>", re.IGNORECASE | re.ASCII)
BLOCK = re.compile(r"AIGC[\"']?:[ \t]{0,80}\r?\n(?=[ \t])", re.IGNORECASE | re.ASCII)
ENTRY = re.compile(
    r"\n(?=[^ \t\r\n])|(?:^|(?<=\n))[ \t]{1,80}[\"']?Label[\"']?:[ \t]{0,80}[\"']?(?P<made>[123])\b",
    re.IGNORECASE | re.ASCII,
)


META = re.compile(rf"\bcontent\s?=\s?{_QUOTE}\{{", re.IGNORECASE | re.ASCII)
NAME = re.compile(r"(?:name|property)\s?=\s?[\"']?\Z", re.IGNORECASE | re.ASCII)
NAME_LENGTH = 12


class Reading:
    """Reads behind the heads of one form what says that they are labels, no part of a text twice."""

    def __init__(self, head: re.Pattern[str], says: re.Pattern[str]) -> None:
        """Take how a head begins, and what says that it is a label (group `made`) or ends it; braces are counted."""
        self.head, self.says = head, says
        self.ended = self.read = 0
        """Up to where the last head reached that has an end, and up to where there was none and no label either."""

    def at(self, text: str, at: int) -> bool | None:
        """Tell whether the head at a place is a label; null where there is none of this form."""
        head = self.head.match(text, at)
        if head is None:
            return None
        return at >= self.ended and self.within(text, head.end(), head.end() + WITHIN)

    def within(self, text: str, start: int, stop: int) -> bool:
        """Tell whether what is open at `start` is a label, by text[start:stop]."""
        depth = 1
        for found in self.says.finditer(text, max(start, self.read - LONGEST), stop):
            depth += 0 if found["made"] else 1 if found[0] == "{" else -1
            if found["made"] or depth == 0:
                self.ended = found.end()
                return found["made"] is not None
        self.read = stop
        return False


def implicit_labels(text: str, lowered: str) -> Iterator[int]:
    """Yield where an `AIGC` begins that has a `Label` of 1 (made), 2 (perhaps) or 3 (suspected).

    What was read for one head is not read again for another, so the work is linear.
    """
    forms = Reading(OBJECT, MEMBER), Reading(ELEMENT, CHILD), Reading(BLOCK, ENTRY)
    behind = 0
    for at in places(lowered, GATE):
        said = next((said for form in forms if (said := form.at(text, at)) is not None), None)
        if said is None and NAME.search(text, max(0, at - NAME_LENGTH), at):
            said = _is_named(text, lowered, (max(behind, at - WITHIN), at))
            behind = at
        if said or NAMED.match(text, at):
            yield at


def _is_named(text: str, lowered: str, part: tuple[int, int]) -> bool:
    """Tell whether `<meta content={...} name=` ends a part of a text and its object is a label."""
    tag = lowered.rfind("<meta", *part)
    head = META.search(text, tag, part[1]) if tag >= 0 else None
    return head is not None and Reading(META, MEMBER).within(text, head.end(), part[1])
