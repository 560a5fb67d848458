"""The native engine: candidates at digit runs and behind gates, judged, cleared of overlaps, replaced in one join."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa

from curate.stages.pii.rule import FOLDABLE, Rule, fold
from curate.stages.pii.rules import RULES

JOINTS = " -.()）"
RUN = re.compile("[0-9][0-9]*+(?:(?<=[0-9]{5})|(?=[-. )(）][ (-]?[0-9]))")
"""A digit run by which a value may begin: five digits or more, or fewer that a joint ties to more digits."""
RUN_GATE = "[0-9]{5}|[0-9][-. )(）][ (-]?[0-9]"
LEFT_OF_AT = 140
"""How far an e-mail address can reach to the left of its `@`: a little more than its pattern allows."""
LOCAL_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._%+-"

LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
SIGNS = LETTERS | frozenset("+(（")
"""What may stand before a digit run and belong to the value."""


class Span(NamedTuple):
    """A stretch of personal data: text[start:end], in characters of the original text."""

    start: int
    end: int
    entity: str
    score: float


class BudgetError(ValueError):
    """A text needs more work than it is allowed; the message never holds any of it."""


class Compiled(NamedTuple):
    """One regular expression of one rule."""

    place: int
    rule: Rule
    pattern: re.Pattern[str]
    lenient: bool


def settle(spans: Iterable[tuple[int, Span]]) -> list[Span]:
    """Keep spans that do not overlap, in text order: the longest first, then the surest, then by priority and place.

    `spans` come with the priority of the rule that found them, smaller being stronger.
    """
    kept: list[Span] = []
    cluster: list[tuple[int, Span]] = []
    reach = 0
    for one in sorted(spans, key=lambda ranked: ranked[1].start):
        if one[1].start >= reach:
            kept += disjoint(cluster)
            cluster = []
        cluster.append(one)
        reach = max(reach, one[1].end)
    return kept + disjoint(cluster)


def disjoint(cluster: list[tuple[int, Span]]) -> list[Span]:
    """Settle spans that hang together."""
    if len(cluster) <= 1:
        return [span for _, span in cluster]
    origin = min(span.start for _, span in cluster)
    taken = bytearray(max(span.end for _, span in cluster) - origin)
    kept = []
    for _, span in sorted(cluster, key=lambda one: (one[1].start - one[1].end, -one[1].score, one[0], one[1].start)):
        first, last = span.start - origin, span.end - origin
        if not (taken[first] or taken[last - 1]):
            taken[first:last] = bytes([1]) * (last - first)
            kept.append(span)
    return sorted(kept)


Table = Mapping[tuple[str, int, str], tuple[Compiled, ...]]


class Native:
    """Finds personal data with the compiled patterns of the rules, without Presidio at run time.

    What it finds is what Presidio finds with the same rules as recognizers (a test compares the two): the fast path
    only leaves out places where no rule can begin.
    """

    def __init__(self, types: frozenset[str], lenient: frozenset[str] = frozenset(), budget: int = 1_000_000) -> None:
        """Compile the rules of the types wanted. `budget` is how many candidates of one kind one text may have."""
        self.budget = budget
        self.at_runs: list[Compiled] = []
        gated: dict[str, list[Compiled]] = {}
        for place, rule in enumerate(RULES):
            if rule.entity in types:
                self.at_runs += compiled(place, rule, lenient=rule.entity in lenient) if not rule.gate else []
                gated.setdefault(opener(rule), [])
                gated[opener(rule)] += compiled(place, rule, lenient=rule.entity in lenient) if rule.gate else []
        self.gated = {gate: patterns for gate, patterns in gated.items() if gate}
        self.union = "|".join([RUN_GATE, FOLDABLE.pattern, *(gate for gate, some in self.gated.items() if some)])
        self.tables: dict[frozenset[str], Table] = {}

    def table(self, open_gates: frozenset[str]) -> Table:
        """Return which patterns are tried at which digit runs of a text that has these labels."""
        if open_gates not in self.tables:
            self.tables[open_gates] = tabled([one for one in self.at_runs if opener(one.rule) in {"", *open_gates}])
        return self.tables[open_gates]

    def find(self, text: str, open_gates: frozenset[str] | None = None) -> list[Span]:
        """Return the spans of personal data in text order, without overlaps; BudgetError where they cost too much.

        `open_gates` are those that match the text, as `gates` says; all are taken to be open when it is absent.
        """
        folded = fold(text)
        opened = frozenset(self.gated) if open_gates is None else open_gates
        found = self.numbers(folded, self.table(opened))
        for gate, patterns in self.gated.items():
            if patterns and gate in opened:
                found += self.by_at(folded, patterns[0]) if gate == "@" else self.by_label(folded, patterns)
        return settle(found)

    def numbers(self, text: str, table: Table) -> list[tuple[int, Span]]:
        """Try the rules of numbers at every digit run by which they may begin."""
        found: list[tuple[int, Span]] = []
        ends: dict[int, int] = {}
        work = 0
        for run in RUN.finditer(text):
            start, stop = run.span()
            work += 1
            follows = text[stop : stop + 1]
            key = (stop - start, follows if follows in JOINTS else "")
            before = text[start - 1] if start else ""
            for lead, at in starts(text, start, before) if before in SIGNS else (("digit", start),):
                for one in table.get((lead, *key), ()):
                    match = one.pattern.match(text, at)
                    if match and at >= ends.get(id(one), 0):
                        ends[id(one)] = match.end()
                        judged(found, one, text, match.span())
        self.spend(work)
        return found

    def by_label(self, text: str, patterns: list[Compiled]) -> list[tuple[int, Span]]:
        """Search the whole text for the patterns of one rule."""
        found: list[tuple[int, Span]] = []
        work = 0
        for one in patterns:
            for match in one.pattern.finditer(text):
                work += 1
                judged(found, one, text, match.span("value"))
        self.spend(work)
        return found

    def by_at(self, text: str, one: Compiled) -> list[tuple[int, Span]]:
        """Search around every `@` for e-mail addresses."""
        found: list[tuple[int, Span]] = []
        work, after = 0, 0
        at = text.find("@")
        while at >= 0:
            work += 1
            before = text[max(0, at - LEFT_OF_AT) : at]
            start = at - len(before) + len(before.rstrip(LOCAL_SIGNS))
            match = one.pattern.match(text, start) if after <= start < at else None
            if match:
                judged(found, one, text, match.span("value"))
                after = match.end()
            at = text.find("@", max(after, at + 1))
        self.spend(work)
        return found

    def spend(self, work: int) -> None:
        """Raise BudgetError where one kind of candidate is more frequent than allowed."""
        if work > self.budget:
            message = f"{work} candidates, more than {self.budget}"
            raise BudgetError(message)

    def gates(self, strings: pa.StringArray) -> tuple[list[int], list[frozenset[str] | None]]:
        """Return the rows that may hold personal data, ascending, and for each of them which gates are open.

        One scan of the whole column decides which rows Python sees at all; gates are tried on folded text.
        """
        import polars as pl

        column = pl.Series(pl.from_arrow(strings))
        rows = column.str.contains(self.union).arg_true()
        some = pl.Series([fold(text) for text in column.gather(rows)], dtype=pl.String)
        opened: list[list[str]] = [[] for _ in range(len(rows))]
        for gate in self.gated:
            for place in some.str.contains(gate).arg_true():
                opened[place].append(gate)
        return rows.to_list(), [frozenset(gates) for gates in opened]


def opener(rule: Rule) -> str:
    """Return the gate that has to match a text before a rule is worth a try; empty where there is none."""
    return rule.gate or (rule.labels.gate if rule.needs_label and rule.labels else "")


def compiled(place: int, rule: Rule, *, lenient: bool) -> list[Compiled]:
    """Compile the patterns of a rule; what stands before the group `value` is its label."""
    texts = [f"(?:{rule.label})(?P<value>{value})" if rule.label else f"(?P<value>{value})" for value in rule.values]
    return [Compiled(place, rule, re.compile(text), lenient) for text in texts]


def tabled(patterns: Sequence[Compiled]) -> Table:
    """Arrange patterns by what stands before a digit run, its length, and the joint after it (empty: none)."""
    table: dict[tuple[str, int, str], tuple[Compiled, ...]] = {}
    for one in patterns:
        for lead in ("digit", "paren", "plus", "letter"):
            if one.rule.lead in {lead, "any"}:
                keys = [(lead, length, joint) for length in one.rule.runs for joint in ("", *JOINTS)]
                keys += [
                    (lead, length, joint) for length in one.rule.joined - one.rule.runs for joint in one.rule.joints
                ]
                for key in keys:
                    table[key] = (*table.get(key, ()), one)
    return table


def starts(text: str, run: int, before: str) -> Iterable[tuple[str, int]]:
    """Yield where a value may begin whose first digit run begins at `run`: there, or at a sign before it."""
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


def judged(found: list[tuple[int, Span]], one: Compiled, text: str, span: tuple[int, int]) -> None:
    """Add a match to what was found, where it is personal data."""
    score = one.rule.judge(text, *span, lenient=one.lenient)
    if score > 0:
        found.append((one.place, Span(span[0], span[1], one.rule.entity, score)))


def replaced(text: str, spans: Sequence[Span], write: Callable[[str, str], str]) -> str:
    """Put `write(type, value)` in the place of every span; spans are in text order and do not overlap."""
    parts: list[str] = []
    last = 0
    for span in spans:
        parts += (text[last : span.start], write(span.entity, text[span.start : span.end]))
        last = span.end
    parts.append(text[last:])
    return "".join(parts)
