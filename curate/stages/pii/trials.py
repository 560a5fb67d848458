"""The patterns of numbers: how they are compiled, at which digit runs they are tried, and many at a place in one go."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from curate.stages.pii.gating import REACH
from curate.stages.pii.marks import JOINTS, Beginning
from curate.stages.pii.required import chains_of, reach_of
from curate.stages.pii.rule import CODE_START, Rule

AFTER = frozenset(JOINTS)
LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
SIGNS = LETTERS | frozenset("+(（-_")
"""What may stand before a digit run and belong to the value."""
CODE = re.compile(f"{CODE_START}\\Z")
LEFT_OF_AT = 140
"""How far an e-mail address can reach to the left of its `@`: a little more than its pattern allows."""
LOCAL_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._%+'-"
SIGHT = 64
"""Where a text is cut off, what ends so close to the cut may have been longer."""
SHORT = 256
"""A part of so many characters is searched sooner than it is found out where in the text something may begin."""
LONGEST_CODE = 12
"""How many letters and hyphens before the first digit run may belong to a code such as ZY-2024001."""


LEADS = {"any": {"digit", "paren", "plus", "letter"}, "code": {"digit", "code"}}
"""What may stand before the first digit run, for the rules that take more than one sign."""


class Compiled(NamedTuple):
    """One regular expression of one rule."""

    place: int
    rule: Rule
    pattern: re.Pattern[str]
    lenient: bool
    reach: int
    """How many characters a match takes at most, with what it looks at around; REACH where that is not known."""
    sift: Callable[[str], bool] | None
    """What all values fulfil, which is asked first."""
    most: float
    """See Rule."""


Key = tuple[str, int, str]
"""What stands before a digit run, its length, and the joint after it (empty: none)."""
Table = Mapping[Key, tuple[tuple[int, Compiled], ...]]
"""With the bit of the labels that a pattern needs."""


Hit = tuple[Compiled, int, int]
"""A pattern that matches, from and to, counted from the place where it was tried."""


class Trial:
    """Patterns tried at one place in one go: most runs begin nothing (years, sizes, parts of dates)."""

    def __init__(self, patterns: Sequence[Compiled]) -> None:
        """Take the patterns, by priority; rules that share one are tried with it."""
        shared: dict[str, list[Compiled]] = {}
        for one in patterns:
            shared.setdefault(one.pattern.pattern, []).append(one)
        self.shared = list(shared.values())
        self.match = united(list(shared)).match
        self.behind: dict[str | None, tuple[list[Compiled], Trial | None]] = {}
        """By the group of a pattern that matched: the rules that share it, and those that come after them."""

    def all(self, match: re.Match[str], start: int) -> list[Hit]:
        """Return every pattern that matches where one does, and from where to where, counted from `start`."""
        found: list[Hit] = []
        trial: Trial | None = self
        text, at = match.string, match.start()
        first = at - start
        one: re.Match[str] | None = match
        while trial is not None and one is not None:
            group = one.lastgroup
            some, trial = trial.behind.get(group) or trial.after(str(group))
            last = one.end() - start
            found += [(each, first, last) for each in some]
            one = None if trial is None else trial.match(text, at)
        return found

    def after(self, group: str) -> "tuple[list[Compiled], Trial | None]":
        """Make out the rules of a pattern that matched, and the trial of the patterns behind it."""
        place = int(group.rpartition("_")[2])
        rest = [one for some in self.shared[place + 1 :] for one in some]
        known = self.behind[group] = self.shared[place], Trial(rest) if rest else None
        return known


class Choice(NamedTuple):
    """The patterns that may match where a digit run stands, by priority."""

    always: Trial | None
    labelled: tuple[Compiled, ...]


def opener(rule: Rule) -> str:
    """Return the gate that has to match a text before a rule is worth a try; empty where there is none."""
    return rule.gate or (rule.labels.gate if rule.needs_label and rule.labels else "")


def compiled(place: int, rule: Rule, *, lenient: bool) -> list[Compiled]:
    """Compile the patterns of a rule; what stands before the group `value` is its label."""
    label = f"(?:{rule.label})" if rule.label else ""
    texts = {value: f"{label}(?P<value>{value})" for value in rule.values}
    sifted = frozenset() if lenient else rule.sifted
    return [
        Compiled(
            place,
            rule,
            re.compile(text),
            lenient,
            min(reach_of(text), REACH),
            rule.sift if value in sifted else None,
            rule.most,
        )
        for value, text in texts.items()
    ]


GROUP = re.compile(r"\(\?P([<=])(\w+)")


def united(patterns: Sequence[str]) -> re.Pattern[str]:
    """Return a pattern that matches where any of these does; each keeps its own groups under another name."""
    texts = [GROUP.sub(rf"(?P\g<1>\g<2>_{place}", text) for place, text in enumerate(patterns)]
    return re.compile("|".join(f"(?:{text})" for text in texts))


def begun(one: Compiled) -> Beginning:
    """Say at which digit runs a pattern is worth a try."""
    rule = one.rule
    leads = frozenset(LEADS.get(rule.lead, {rule.lead}))
    said = one.pattern.pattern
    return Beginning(leads, rule.runs, rule.joined, rule.joints, chains_of(said), opener(rule), said, rule.digits)


def tabled(patterns: Sequence[Compiled], bits: Mapping[str, int]) -> Table:
    """Arrange patterns by the digit runs at which they are tried, with the bits of the labels that they need."""
    table: dict[Key, list[tuple[int, Compiled]]] = {}
    for one in patterns:
        keys = {(lead, length, joint if joint in AFTER else "") for (lead, length, joint), _ in begun(one).tried()}
        for key in keys:
            table.setdefault(key, []).append((bits.get(opener(one.rule), 1), one))
    return {key: tuple(some) for key, some in table.items()}


def starts(text: str, run: int, before: str) -> Iterable[tuple[str, int]]:
    """Yield where a value may begin whose first digit run begins at `run`: there, or at a sign before it."""
    code = CODE.search(text, max(0, run - LONGEST_CODE), run) if before not in "+(（" else None
    if code:
        yield "code", code.start()
    if before in LETTERS:
        yield "letter", run - 1
        if run > 1 and text[run - 2] in LETTERS:
            yield "letter", run - 2
        yield "behind", run
        return
    if before == "+":
        if run > 1 and text[run - 2] in "(（":
            yield "plus", run - 2
        yield "plus", run - 1
    elif before in "(（":
        yield "paren", run - 1
    yield "digit", run


def searched(text: str, one: Compiled, first: int, last: int) -> list[tuple[int, int]]:
    """Return what a pattern matches as a value in a part of a text, as if it had been searched for in all of it.

    What ends so close to the end of the part that it could go on, and does not match beyond it, counts as (-1, -1).
    """
    spans: list[tuple[int, int]] = []
    quick = one.rule.begins is not None and last - first > SHORT
    for match in tried(text, one, first, last) if quick else one.pattern.finditer(text, first, last):
        if last == len(text) or match.end() + min(one.reach, SIGHT) <= last:
            spans.append(match.span("value"))
        else:
            again = one.pattern.match(text, match.start())
            spans.append(again.span("value") if again else (-1, -1))
    return spans


def sifted(text: str, one: Compiled, places: Iterable[int]) -> list[tuple[int, int]]:
    """Return where at these places, which ascend, a pattern matches what may be a value; no match overlaps another."""
    match, is_one, spans, end = one.pattern.match, one.sift, [], 0
    for start in places:
        if start >= end and (found := match(text, start)):
            end = found.end()
            if is_one is None or is_one(found[0]):
                spans.append((start, end))
    return spans


def tried(text: str, one: Compiled, first: int, last: int) -> Iterator[re.Match[str]]:
    """Yield what a search would, by trying the pattern of a rule that says where it begins."""
    begins = one.rule.begins(text) if one.rule.begins else ()
    for start in begins[bisect_left(begins, first) : bisect_left(begins, last)]:
        if start >= first and (match := one.pattern.match(text, start, last)):
            first = match.end()
            yield match


def mailbox(text: str, one: Compiled, at: int) -> list[Hit]:
    """Return from where to where, counted from the `@`, an address stands around it; none where there is none."""
    before = text[max(0, at - LEFT_OF_AT) : at]
    start = at - len(before) + len(before.rstrip(LOCAL_SIGNS))
    match = one.pattern.match(text, start) if start < at else None
    return [(one, match.start("value") - at, match.end() - at)] if match else []
