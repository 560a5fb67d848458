"""Find the implicit label of GB 45438-2025, the element `AIGC` of metadata, in the forms it has in text."""

import re
from collections.abc import Iterator

from curate.stages.safety.sight import places

GATE = "aigc"
WITHIN = 8192
"""Characters behind the head within which `Label` stands: signatures under `ReservedCode1` are long."""

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


def implicit_labels(text: str, lowered: str) -> Iterator[int]:
    """Yield where an `AIGC` begins that has a `Label` of 1 (made), 2 (perhaps) or 3 (suspected).

    What was read for one head is not read again for another, so the work is linear.
    """
    done = 0
    for at in places(lowered, GATE):
        if at < done:
            continue
        if NAMED.match(text, at):
            yield at
        elif head := OBJECT.match(text, at):
            made, done = _member(text, head.end())
            if made:
                yield at
        else:
            for opens, says in ((ELEMENT, CHILD), (BLOCK, ENTRY)):
                if head := opens.match(text, at):
                    found = says.search(text, head.end(), head.end() + WITHIN)
                    done = found.end() if found else head.end() + WITHIN
                    if found and found["made"]:
                        yield at


def _member(text: str, start: int) -> tuple[bool, int]:
    """Tell whether the object that is open at a place has the label, and where reading ended."""
    depth = 1
    for found in MEMBER.finditer(text, start, start + WITHIN):
        if found["made"]:
            return True, found.end()
        depth += 1 if found[0] == "{" else -1
        if depth == 0:
            return False, found.end()
    return False, start + WITHIN
