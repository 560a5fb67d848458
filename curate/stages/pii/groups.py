"""Read the number that a label announces: in one piece, or in groups that blanks, hyphens or one line break part."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

BREAK = r"[ -]?\r?\n[ \t]{0,4}"
"""The end of a line within a number; a blank or hyphen may end the line, a few blanks begin the next."""
NO_WIDTH = "\u200b-\u200d\u2060\ufeff\u00ad"
"""Signs that nobody sees: zero-width blank, joiners and non-joiners, word joiner, byte order mark, soft hyphen."""
JOINT = re.compile(f"{BREAK}|[ ]-[ ]|[ ]{{1,3}}|\t|-|[{NO_WIDTH}]{{1,3}}")
FAR_APART = "~"
"""The joint of groups that two or three blanks, a tab or a dash between blanks part."""
SIGN = "[0-9A-Za-z]"
"""What a rule matches whose number is read here: the first sign behind the label."""
NEXT_SIGN = re.compile(SIGN)
FAR = 60
"""No number reaches further than so many characters, its joints with it."""
LONGEST_GROUP = 6
"""Digits of a group that somebody sets apart by blanks: what is longer stands for itself."""
LEAST_LAST, MOST_LAST = 0.5, 1.5
"""How long the last of such groups is, measured by the first, where the first could stand for itself."""

NO_HEAD = re.compile("")
CODE_HEAD = re.compile(
    f"(?:[A-Z]{{1,6}}(?:[ ]|{BREAK})(?=[0-9])|[A-Z]{{1,5}}{BREAK}[A-Z]{{1,5}}(?=[0-9])|"
    "(?:[A-Za-z]{1,5}[-_])?[A-Za-z]{1,6}[-_]?)?"
)
"""Letters before the digits of a code: `ZY`, `HPB-AB`, `PDAA `."""
DIGITS = re.compile("[0-9]+")
DIGITS_X = re.compile("[0-9]+[Xx]?|[Xx]")
CODE = re.compile("[0-9]+(?:[A-Z]{1,2}[0-9]+){0,3}")
NO_TAIL = re.compile("")

OTHER = re.compile(
    r"[.:/~～][0-9]|:[0-9A-Fa-f]{0,4}:|,[0-9]{3}(?![0-9])|"
    r"[ ]?(?:[年月日岁元万亿人件台套米天周次时分秒床个%％℃°‰]|厘米|公斤|千克|毫|(?:kg|cm|mm|m[lLg])(?![a-z]))"
)
"""What follows a figure that is no group of a number: a decimal, a time, the next group of an IPv6 address, a unit."""
LISTED = re.compile(r"[0-9]{1,2}(?:[、．)）]|\.[^0-9])")
"""The number of an item at the beginning of a line."""
OTHER_LINE = re.compile(
    "1[3-9][0-9]{9}|(?:19|20)[0-9]{2}(?P<joint>-?)(?:0[1-9]|1[0-2])(?P=joint)(?:0[1-9]|[12][0-9]|3[01])"
)
"""A mobile or a day: not the rest of the number that ends the line above."""
SAYING = re.compile(r"(?:[^\s|｜]|(?:号|码|[Ii][Dd]|[Nn][Oo]|[Nn]umber|MRN|[:：=])[^0-9A-Za-z]{0,9})\Z")
"""What stands before a number in groups: something glued to it, or a label that speaks of a number.

A word and a blank may also be the head of a row of figures."""
SAYING_WINDOW = 12
CELL_OPENS = re.compile(r"[|｜][ ]{0,4}\Z")
CELL_ENDS = re.compile("[ ]{0,8}[|｜]")
BLANKS = frozenset({" ", FAR_APART})
"""Joints that part the figures of a row as well."""
BESIDE = 60
"""How many characters of its lines before and after a number are looked at."""
WORD = re.compile(r"[^\W\d_]")


def in_column(text: str, start: int, end: int) -> bool:
    """Tell whether a number's lines are rows of a table: no words beside it, or the rows around them end or begin so.

    The row before would end in a digit, or the row behind begin with one.
    """
    first = text.rfind("\n", max(0, start - BESIDE), start)
    last = text.find("\n", end, end + BESIDE)
    beside = text[first + 1 if first >= 0 else max(0, start - BESIDE) : start] + " "
    beside += text[end : last if last >= 0 else end + BESIDE]
    before, behind = text[max(0, first - 5) : max(0, first)].rstrip(), text[last + 1 : last + 6].lstrip()
    rows = (first >= 0 and before[-1:].isdigit()) or (last >= 0 and behind[:1].isdigit())
    return rows or WORD.search(beside) is None


def begins_line(text: str, start: int) -> bool:
    """Tell whether nothing but signs of a table stands before a number in its line: its label stands above it."""
    return WORD.search(text, max(text.rfind("\n", max(0, start - BESIDE), start), start - BESIDE, 0), start) is None


def fills_cell(text: str, start: int, end: int) -> bool:
    """Tell whether a number is all that stands in a cell of a table."""
    return CELL_ENDS.match(text, end) is not None and CELL_OPENS.search(text, max(0, start - 5), start) is not None


def joint_of(between: str) -> str:
    """Return what kind of joint stands between two groups."""
    if "\n" in between:
        return "\n"
    return between if between in {" ", "-"} else FAR_APART if between.isspace() or "-" in between else ""


class Group(NamedTuple):
    """A stretch of a number without joints: text[start:end]."""

    start: int
    end: int
    reach: int
    """Where the number ends if this is its last group: with letters behind it that do not count."""
    joint: str
    """What parts it from the group before: a blank, a hyphen, a line break, FAR_APART, or nothing that one sees."""

    @property
    def size(self) -> int:
        """How many signs it has."""
        return self.end - self.start


@dataclass(frozen=True)
class Reader:
    """How the numbers of one kind are written; called with a place behind a label, it yields the span of a number."""

    sizes: Sequence[int]
    """How many signs a number may have, ascending, without the letters before and behind it."""
    head: re.Pattern[str] = NO_HEAD
    """Letters that may stand before it."""
    sign: re.Pattern[str] = DIGITS
    """A group of it."""
    tail: re.Pattern[str] = NO_TAIL
    """What may stand behind it."""
    check: Callable[[str], bool] | None = None
    """Judges head and number without their joints; one that holds lets any grouping pass, in any surroundings."""

    def __call__(self, text: str, start: int, _end: int) -> Iterator[tuple[int, int]]:
        """Yield where the number stands that begins at text[start], if one does."""
        head = self.head.match(text, start)
        first = start if head is None else head.end()
        broken = "\n" in text[start:first]
        if broken and begins_line(text, start):
            return
        groups = self.own(text, start, self.groups(text, first, broken=broken))
        letters = "".join(NEXT_SIGN.findall(text[start:first]))
        for count in self.counts(groups):
            number = "".join(text[one.start : one.end] for one in groups[:count])
            if self.check is None or self.check(letters + number):
                yield start, groups[count - 1].reach
                return

    def groups(self, text: str, first: int, *, broken: bool) -> list[Group]:
        """Take apart what hangs together by one kind of joint and, unless there was one before, one line break."""
        groups: list[Group] = []
        place, kind, joint = first, "", ""
        while match := self.sign.match(text, place, first + FAR):
            tail = self.tail.match(text, match.end())
            reach = match.end() if tail is None else tail.end()
            if NEXT_SIGN.match(text, reach):
                break
            groups.append(Group(place, match.end(), reach, joint))
            between = JOINT.match(text, reach)
            if between is None:
                break
            joint = joint_of(between[0])
            if (joint == "\n" and broken) or (joint == FAR_APART and self.stands(groups[0])):
                break
            if joint not in {"", "\n"} and kind not in {"", joint}:
                tied = joint == "-" and DIGITS.match(text, between.end())
                return groups[:-1] if tied else groups
            broken, kind = broken or joint == "\n", kind if joint in {"", "\n"} else joint
            place = between.end()
        return groups

    def stands(self, first: Group) -> bool:
        """Tell whether the first group may be the whole number: what stands far from it is then another."""
        return self.check is None and first.size >= self.sizes[0]

    def own(self, text: str, start: int, groups: list[Group]) -> list[Group]:
        """Leave out what hangs together with a number, but is another: the next line, or the next figure of a row."""
        wrapped = next((place for place, one in enumerate(groups) if one.joint == "\n"), None)
        if wrapped is not None and self.check is None:
            next_line = text[groups[wrapped].start : groups[-1].end]
            column = begins_line(text, start) or in_column(text, start, groups[-1].end)
            if column or OTHER_LINE.fullmatch(next_line) or LISTED.match(text, groups[wrapped].start):
                groups = groups[:wrapped]
        while len(groups) > 1 and OTHER.match(text, groups[-1].end):
            groups = groups[:-1]
        spaced = next((place for place, one in enumerate(groups) if one.joint in BLANKS), None)
        if spaced is not None and self.check is None and not SAYING.search(text, max(0, start - SAYING_WINDOW), start):
            own_line = spaced if wrapped is None or spaced < wrapped else wrapped
            groups = groups if fills_cell(text, start, groups[-1].reach) else groups[:own_line]
        return groups

    def counts(self, groups: Sequence[Group]) -> Iterator[int]:
        """Yield how many of the groups may be the number, most first."""
        totals = list(accumulate(one.size for one in groups))
        for count in range(len(groups), 0, -1):
            follows = groups[count].joint if count < len(groups) else ""
            whole = follows in {"", "\n"} or (follows in BLANKS and (count == 1 or self.check is not None))
            if totals[count - 1] in self.sizes and whole and (self.check is not None or self.even(groups[:count])):
                yield count

    def even(self, groups: Sequence[Group]) -> bool:
        """Tell whether groups look like those of one number, not like the figures of a row."""
        if not any(one.joint in BLANKS for one in groups):
            return True
        sizes = [one.size for one in groups]
        if max(sizes[:-1]) > LONGEST_GROUP and sizes[0] >= self.sizes[0]:
            return False
        last = LEAST_LAST * sizes[0] <= sizes[-1] <= MOST_LAST * sizes[0]
        alike = last and max(sizes[:-1]) - min(sizes[:-1]) <= 1
        return alike or sizes[0] < self.sizes[0]
