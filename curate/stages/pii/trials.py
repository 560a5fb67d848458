"""The patterns of numbers: how they are compiled, at which digit runs they are tried, and many at a place in one go."""

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
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


Key = tuple[str, int, str]
"""What stands before a digit run, its length, and the joint after it (empty: none)."""
Table = Mapping[Key, tuple[tuple[int, Compiled], ...]]
"""With the bit of the labels that a pattern needs."""


class Trial:
    """Patterns tried at one place in one go: most runs begin nothing (years, sizes, parts of dates)."""

    def __init__(self, patterns: Sequence[Compiled]) -> None:
        """Take the patterns, by priority; rules that share one are tried with it."""
        shared: dict[str, list[Compiled]] = {}
        for one in patterns:
            shared.setdefault(one.pattern.pattern, []).append(one)
        self.shared = list(shared.values())
        self.match = united(list(shared)).match
        self.behind: dict[str, tuple[list[Compiled], Trial | None]] = {}
        """By the group of a pattern that matched: the rules that share it, and those that come after them."""

    def all(self, match: re.Match[str], last: int = sys.maxsize) -> list[tuple[Compiled, int]]:
        """Return every pattern that matches where one does, before `last`, and where its match ends."""
        found: list[tuple[Compiled, int]] = []
        trial: Trial | None = self
        text, at = match.string, match.start()
        one: re.Match[str] | None = match
        while trial is not None and one is not None:
            end = one.end()
            some, trial = trial.after(str(one.lastgroup))
            found += [(each, end) for each in some]
            one = None if trial is None else trial.match(text, at, last)
        return found

    def after(self, group: str) -> "tuple[list[Compiled], Trial | None]":
        """Return the rules of a pattern that matched, and the trial of the patterns behind it."""
        known = self.behind.get(group)
        if known is None:
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
    texts = [f"(?:{rule.label})(?P<value>{value})" if rule.label else f"(?P<value>{value})" for value in rule.values]
    return [Compiled(place, rule, re.compile(text), lenient, min(reach_of(text), REACH)) for text in texts]


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
        return
    if before == "+":
        if run > 1 and text[run - 2] in "(（":
            yield "plus", run - 2
        yield "plus", run - 1
    elif before in "(（":
        yield "paren", run - 1
    yield "digit", run
