"""Write the same characters the same way, and drop the ones that nobody sees."""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import ClassVar, Literal

from pydantic import Field, field_validator

from curate.core.stage import Action, Edit, Editor
from curate.stages.normalize.editing import Editing, Wanted
from curate.stages.normalize.writing import Conversion


class Normalize(Editor):
    """Bring strings into one form that loses nothing that can be read.

    * UTF-8 that was read as Latin-1 or Windows-1252 is read again, where the way back gives the same characters and
      nobody writes such a run.
    * Unicode form NFC, never NFKC: NFKC turns `（），：！` into ASCII and destroys Chinese punctuation.
    * CR LF, CR, form feed, vertical tab, U+0085, U+2028 and U+2029 become a line feed.
    * Control characters other than line feed and tab go, and commands to a terminal with all that belongs to them
      (colours of a log: `ESC [31m`). So do zero-width characters, bidirectional controls, tags,
      soft hyphens and byte order marks. Joiners stay where they spell a word (Persian, Indic, Mongolian), bind an emoji
      or, as a variation selector, pick the glyph of a Han character or the style of a sign; so do fillers of Hangul
      beside it.
    * Full-width ASCII letters and digits become half-width; punctuation and quotes stay as they are.
    * Blanks at the end of lines go; indents stay, except that of a text of one line. More than two blank lines become
      one. White space around the text goes.

    Counts `mojibake` (characters that came out of it), `line_end`, `control`, `invisible`, `width` (characters),
    `space` (lines that lost blanks at an end), `blank_line`, `composed` (how often NFC changed the string),
    `converted` (1 where OpenCC did), `furniture` and `joined` (lines).

    Tags what is suspicious: `control` and `invisible` (their share of the characters), `hidden_run` (invisible
    characters in a row, which can spell a hidden text). Tags Chinese that is not in simplified writing: `hant`, and
    `hans_hant` where both are mixed.
    """

    version: ClassVar[int] = 7

    convert: Conversion | None = Field(
        None,
        description="Write Chinese of one writing as the other: an OpenCC conversion such as `t2s`, which needs the "
        "extra `opencc`. Texts that mix both, or are in the other writing, stay. Absent: none.",
    )

    hard_wraps: Literal["keep", "join"] = Field(
        "keep", description="Whether the lines of wrapped paragraphs are joined: for manuals and text out of pages."
    )
    page_furniture: Literal["keep", "cut"] = Field(
        "keep", description="Whether running heads, running feet and page numbers are cut."
    )

    @field_validator("convert")
    @classmethod
    def convertible(cls, name: Conversion | None) -> Conversion | None:
        """Refuse a conversion where the package is missing."""
        if name is not None and find_spec("opencc") is None:
            message = f"{name!r} needs the package opencc, which is not there: pip install 'curate[opencc]'"
            raise ValueError(message)
        return name

    @property
    def uses(self) -> tuple[str, ...]:  # type: ignore[override]
        """OpenCC, where it counts: its dictionaries come with it."""
        return () if self.convert is None else ("opencc",)

    @property
    def finds(self) -> Mapping[str, Action]:
        """What is suspicious, and the writings of Chinese."""
        rules = ("control", "invisible", "hidden_run", "hant", "hans_hant")
        return dict.fromkeys(rules, self.action or "tag")

    def open(self) -> Edit:
        """Build the tables of characters and compile the kernels; return the edit."""
        from curate.core.kernels import normal

        normal.action_table()
        joins, cuts = self.hard_wraps == "join", self.page_furniture == "cut"
        return Editing(Wanted(self.name or "normalize", self.action or "tag", self.convert, joins, cuts)).edit
