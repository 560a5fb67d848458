"""Words near a value that say what it is."""

import re
from collections import Counter

from curate.stages.pii.required import required

BEFORE, AFTER = 28, 14
"""How many characters before and after a value are searched for labels."""
NEXT_TO = 48
"""How many characters before a value a label that stands right next to it may take."""
BETWEEN = (
    r"(?:[ _]?(?:numbers?|num|nos?|nr|id|code|card)(?![a-z])|[ ]?#(?=[ ]?:))?\.?[ ]?"
    r"(?:[(（][^()（）\n]{0,16}[)）])?[\"'”’]?[ \t]{0,3}"
    r"(?:[:：=|#]|is|was|are|[是为][:：]?)?[ \t]{0,3}(?:\r?\n[ \t]{0,4})?[\"'“‘#]?"
)
"""What may stand between a label and its value: in a sentence, a form, a cell of a table, JSON; in lower case."""
TAIL, MANY_ALIKE = 2, 64
"""Of so many needed words that end alike, the end is enough to look for."""


class Words:
    """Words that stand near a value and say what it is: alternatives of a regular expression, in lower case.

    `anywhere` is for Chinese and for what may stand inside a word; `starting` begins where no ASCII letter stands
    before, `whole` also ends where none follows.
    """

    def __init__(self, anywhere: str, starting: str = "", whole: str = "") -> None:
        """Compile the words; `gate` matches whenever they do, and `quick`, which is nothing but plain words."""
        said = [words for words in (anywhere, starting, whole) if words]
        exact = [anywhere, starting and f"(?<![a-z])(?:{starting})", whole and f"(?<![a-z])(?:{whole})(?![a-z])"]
        self.said = "|".join(said)
        self.gate = f"(?i:{self.said})"
        self.quick = re.compile(plain_words(self.gate))
        self.exact = re.compile("|".join(words for words in exact if words))

    def last(self, window: str) -> int:
        """Return where the last word in a window of lower-case text ends, or -1."""
        if not self.quick.search(window):
            return -1
        return max((match.end() for match in self.exact.finditer(window)), default=-1)

    def near(self, text: str, start: int, end: int) -> bool:
        """Tell whether one stands within BEFORE characters before or AFTER characters after text[start:end]."""
        before, after = text[max(0, start - BEFORE) : start].lower(), text[end : end + AFTER].lower()
        return self.last(before) >= 0 or self.last(after) >= 0


class Next(Words):
    """Words of which one stands right before a value, with no more between them than `between` matches."""

    def __init__(self, anywhere: str, starting: str = "", *, between: str = BETWEEN) -> None:
        """Compile the words."""
        super().__init__(anywhere, starting)
        said = "|".join(words for words in (anywhere, starting and f"(?<![a-z])(?:{starting})") if words)
        self.ending = re.compile(f"(?:{said}){between}\\Z")

    def near(self, text: str, start: int, end: int) -> bool:
        """Tell whether one of the words stands right before text[start:end]."""
        del end
        return self.ending.search(text[max(0, start - NEXT_TO) : start].lower()) is not None


def plain_words(pattern: str) -> str:
    """Return the plain words of which one stands in all that a pattern of labels matches, as a pattern.

    Of alternatives that all begin with a plain sign those places are tried alone where one of these signs stands.
    """
    needed = required(pattern)[0].words
    tails = Counter(word[-TAIL:] for word in needed)
    said = {word[-TAIL:] if tails[word[-TAIL:]] > MANY_ALIKE else word for word in needed}
    return "|".join(map(re.escape, sorted(said)))
