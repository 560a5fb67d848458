"""Words near a value that say what it is."""

import re

BEFORE, AFTER = 28, 14
"""How many characters before and after a value are searched for labels."""


class Words:
    """Words that stand near a value and say what it is: alternatives of a regular expression, in lower case.

    `anywhere` is for Chinese and for what may stand inside a word; `starting` begins where no ASCII letter stands
    before, `whole` also ends where none follows.
    """

    def __init__(self, anywhere: str, starting: str = "", whole: str = "") -> None:
        """Compile the words, and a quicker pattern without look-around that matches whenever they do."""
        said = [words for words in (anywhere, starting, whole) if words]
        exact = [anywhere, starting and f"(?<![a-z])(?:{starting})", whole and f"(?<![a-z])(?:{whole})(?![a-z])"]
        self.gate = f"(?i:{'|'.join(said)})"
        self.quick = re.compile("|".join(said))
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
