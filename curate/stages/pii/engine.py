"""The native engine: candidates at digit runs and behind gates, judged, cleared of overlaps, replaced in one join."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa

from curate.stages.pii.gating import REACH, SURE, Gates, Opened, Openings, Stretch, widened
from curate.stages.pii.marks import ALWAYS, JOINTS, Beginning
from curate.stages.pii.mentions import mentions
from curate.stages.pii.reasons import Reason
from curate.stages.pii.required import chains_of, reach_of
from curate.stages.pii.rule import CODE_START, Rule
from curate.stages.pii.rules import EVERY, RULES, Sought

LEFT_OF_AT = 140
"""How far an e-mail address can reach to the left of its `@`: a little more than its pattern allows."""
SIGHT = 64
"""Where a text is cut off, what ends so close to the cut may have been longer."""
MENTIONED = 0.5
"""How sure it is that the name of a person found means the same person elsewhere in the text."""
LOCAL_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._%+'-"

AFTER = frozenset(JOINTS)
LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
SIGNS = LETTERS | frozenset("+(（-_")
"""What may stand before a digit run and belong to the value."""
CODE = re.compile(f"{CODE_START}\\Z")
LONGEST_CODE = 12
"""How many letters and hyphens before the first digit run may belong to a code such as ZY-2024001."""


LEADS = {"any": {"digit", "paren", "plus", "letter"}, "code": {"digit", "code"}}
"""What may stand before the first digit run, for the rules that take more than one sign."""


class Span(NamedTuple):
    """A stretch of personal data: text[start:end], in characters of the original text."""

    start: int
    end: int
    entity: str
    score: float
    reason: Reason = ""
    """Which allow rule spared it; empty for what is personal data."""


class BudgetError(ValueError):
    """A text needs more work than it is allowed; the message never holds any of it."""


class Compiled(NamedTuple):
    """One regular expression of one rule."""

    place: int
    rule: Rule
    pattern: re.Pattern[str]
    lenient: bool
    reach: int
    """How many characters a match takes at most, with what it looks at around; REACH where that is not known."""


def settle(spans: Iterable[tuple[int, Span]]) -> list[Span]:
    """Keep spans that do not overlap, in text order: the longest first, then the surest, then by priority and place.

    `spans` come with the priority of the rule that found them, smaller being stronger.
    """
    kept: list[Span] = []
    cluster: list[tuple[int, Span]] = []
    reach = 0
    for one in sorted(spans, key=lambda ranked: ranked[1].start):
        start, end = one[1][:2]
        if start >= reach:
            kept += disjoint(cluster)
            cluster = [one]
            reach = end
        else:
            cluster.append(one)
            reach = max(reach, end)
    return kept + disjoint(cluster)


def mentioned(text: str, spans: list[Span]) -> list[Span]:
    """Add the further mentions of the persons found, unsurer than any rule; `spans` do not overlap."""
    named = [(span.start, span.end) for span in spans if span.entity == "PERSON"]
    if not named:
        return spans
    more = mentions(text, named, [(span.start, span.end) for span in spans])
    return sorted([*spans, *(Span(start, end, "PERSON", MENTIONED) for start, end in more)])


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


Key = tuple[str, int, str]
"""What stands before a digit run, its length, and the joint after it (empty: none)."""
Table = Mapping[Key, tuple[tuple[int, Compiled], ...]]
"""With the bit of the labels that a pattern needs."""


class Trial:
    """Patterns tried at one place in one go: most runs begin nothing (years, sizes, parts of dates)."""

    def __init__(self, patterns: Sequence[Compiled]) -> None:
        """Take the patterns, by priority."""
        self.patterns = patterns
        self.match = united([one.pattern.pattern for one in patterns]).match
        self.behind: dict[str, Trial] = {}
        """By the group of a pattern that matched: those that come after it."""

    def matches(self, text: str, at: int) -> Iterator[tuple[Compiled, tuple[int, int]]]:
        """Yield every pattern that matches at a place, and what."""
        trial: Trial | None = self
        while trial is not None and (match := trial.match(text, at)):
            group = str(match.lastgroup)
            place = int(group.rpartition("_")[2])
            yield trial.patterns[place], match.span()
            trial = trial.after(group, place)

    def after(self, group: str, place: int) -> "Trial | None":
        """Return the trial of the patterns behind one."""
        if group not in self.behind and place + 1 < len(self.patterns):
            self.behind[group] = Trial(self.patterns[place + 1 :])
        return self.behind.get(group)


class Choice(NamedTuple):
    """The patterns that may match where a digit run stands, by priority."""

    always: Trial | None
    labelled: tuple[Compiled, ...]


class Native:
    """Finds personal data with the compiled patterns of the rules, without Presidio at run time.

    What it finds is what Presidio finds with the same rules as recognizers (a test compares the two): the fast path
    only leaves out places where no rule can begin.
    """

    def __init__(
        self,
        types: frozenset[str],
        lenient: frozenset[str] = frozenset(),
        budget: int = 1_000_000,
        profiles: frozenset[str] = EVERY,
    ) -> None:
        """Compile the rules that are sought (see Sought). `budget`: candidates of one kind that one text may have."""
        sought = Sought(types, lenient, profiles)
        self.budget = budget
        self.at_runs: list[Compiled] = []
        gated: dict[str, list[Compiled]] = {}
        for place, rule in enumerate(RULES):
            if sought.has(rule):
                self.at_runs += compiled(place, rule, lenient=rule.entity in lenient) if not rule.gate else []
                if rule.gate:
                    gated.setdefault(rule.gate, []).extend(compiled(place, rule, lenient=rule.entity in lenient))
        self.gated = gated
        labels = dict.fromkeys(opener(one.rule) for one in self.at_runs if opener(one.rule))
        self.gates = Gates(
            list(labels), {gate: beyond(gate, some) for gate, some in gated.items()}, map(begun, self.at_runs)
        )
        self.table = tabled(self.at_runs, self.gates.marks.labels)
        self.choices: dict[tuple[int, str, int, str], Choice] = {}
        self.trials: dict[tuple[int, ...], Trial] = {}

    def choice(self, length: int, joint: str, labels: int, lead: str) -> Choice:
        """Return the patterns that may match where a digit run stands that has these labels around."""
        some = [(bit, one) for bit, one in self.table.get((lead, length, joint), ()) if bit & labels]
        always = tuple(one for bit, one in some if bit == ALWAYS)
        names = tuple(map(id, always))
        if always and names not in self.trials:
            self.trials[names] = Trial(always)
        return Choice(self.trials.get(names), tuple(one for bit, one in some if bit > ALWAYS))

    def find(
        self,
        text: str,
        opened: Opened | None = None,
        near: Sequence[Stretch] | None = None,
        allowed: list[Span] | None = None,
    ) -> list[Span]:
        """Return the spans of personal data in text order, without overlaps; BudgetError where they cost too much.

        `opened` is what `look` says of the text; all of it is open when it is absent. With `near`, only what begins
        less than REACH before or behind these stretches is looked for. What an allow rule spares is appended to
        `allowed`.
        """
        if opened is None:
            opened = self.gates.everywhere(text)
        if near is not None:
            opened = opened.within(widened(near, len(text)))
        found = self.numbers(opened)
        for gate, stretches in opened.gates.items():
            if gate == "@":
                found += self.by_at(opened.text, self.gated[gate][0], stretches)
            else:
                found += self.by_label(opened.text, self.gated[gate], stretches)
        spans = settle(found) if all(span.score > 0 for _, span in found) else parted(found, allowed)
        return mentioned(opened.text, spans)

    def look(
        self, strings: pa.StringArray, near: Sequence[Sequence[Stretch]] | None = None
    ) -> tuple[list[int], Openings]:
        """Return the rows that may hold personal data, ascending, and where in each of them.

        With `near`, one entry a row, only the parts around these stretches are looked at.
        """
        return self.gates.opened(strings, near)

    def numbers(self, opened: Opened) -> list[tuple[int, Span]]:
        """Try the rules of numbers at every digit run by which they may begin."""
        found: list[tuple[int, Span]] = []
        ends: dict[int, int] = {}
        text, choices = opened.text, self.choices
        self.spend(len(opened.runs.tried))
        for start, stop, labels in zip(*opened.runs[:3], strict=True):
            before, follows = text[start - 1 : start], text[stop : stop + 1]
            joint = follows if follows in AFTER else ""
            for lead, at in starts(text, start, before) if before in SIGNS else (("digit", start),):
                key = (stop - start, joint, labels, lead)
                chosen = choices.get(key)
                if chosen is None:
                    chosen = choices[key] = self.choice(*key)
                always, labelled = chosen
                hits = [*always.matches(text, at)] if always is not None else []
                for one in labelled:
                    match = one.pattern.match(text, at)
                    if match:
                        hits.append((one, match.span()))
                for one, span in hits:
                    if at >= ends.get(id(one), 0):
                        ends[id(one)] = span[1]
                        judged(found, one, text, span)
        return found

    def by_label(self, text: str, patterns: Sequence[Compiled], stretches: Sequence[Stretch]) -> list[tuple[int, Span]]:
        """Search the text for the patterns of one rule."""
        found: list[tuple[int, Span]] = []
        work = 0
        for one in patterns:
            for first, last in stretches:
                if one.rule.places is not None:
                    spans = one.rule.places(text, first, last)
                    work += len(spans)
                    for span in spans:
                        judged(found, one, text, span)
                    continue
                for match in one.pattern.finditer(text, first, last):
                    work += 1
                    if last == len(text) or match.end() + min(one.reach, SIGHT) <= last:
                        judged(found, one, text, match.span("value"))
                    elif again := one.pattern.match(text, match.start()):
                        judged(found, one, text, again.span("value"))
        self.spend(work)
        return found

    def by_at(self, text: str, one: Compiled, stretches: Sequence[Stretch]) -> list[tuple[int, Span]]:
        """Search around every `@` for e-mail addresses."""
        found: list[tuple[int, Span]] = []
        work, after = 0, 0
        for first, last in stretches:
            at = text.find("@", first, last)
            while at >= 0:
                work += 1
                before = text[max(0, at - LEFT_OF_AT) : at]
                start = at - len(before) + len(before.rstrip(LOCAL_SIGNS))
                match = one.pattern.match(text, start) if after <= start < at else None
                if match:
                    judged(found, one, text, match.span("value"))
                    after = match.end()
                at = text.find("@", max(after, at + 1), last)
        self.spend(work)
        return found

    def spend(self, work: int) -> None:
        """Raise BudgetError where one kind of candidate is more frequent than allowed."""
        if work > self.budget:
            message = f"{work} candidates, more than {self.budget}"
            raise BudgetError(message)


def opener(rule: Rule) -> str:
    """Return the gate that has to match a text before a rule is worth a try; empty where there is none."""
    return rule.gate or (rule.labels.gate if rule.needs_label and rule.labels else "")


def compiled(place: int, rule: Rule, *, lenient: bool) -> list[Compiled]:
    """Compile the patterns of a rule; what stands before the group `value` is its label."""
    texts = [f"(?:{rule.label})(?P<value>{value})" if rule.label else f"(?P<value>{value})" for value in rule.values]
    return [Compiled(place, rule, re.compile(text), lenient, min(reach_of(text), REACH)) for text in texts]


def beyond(gate: str, patterns: Iterable[Compiled]) -> int:
    """Return how far beyond what a gate matches its rules are tried; not at all at a sign.

    What they match meets what the gate matches. The same again: where a search begins it cannot be within a match that
    would hide another.
    """
    return 0 if gate in SURE else min(2 * max(one.reach for one in patterns), REACH)


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


def judged(found: list[tuple[int, Span]], one: Compiled, text: str, span: tuple[int, int]) -> None:
    """Add a match to what was found, where it is personal data or would be without an allow rule."""
    for start, end in one.rule.spans(text, *span):
        score, reason = one.rule.judge(text, start, end, lenient=one.lenient)
        if score:
            found.append((one.place, Span(start, end, one.rule.entity, score, reason)))


def parted(found: Sequence[tuple[int, Span]], allowed: list[Span] | None) -> list[Span]:
    """Settle what is personal data; append to `allowed` what an allow rule spares and no other rule claims."""
    spans = settle([one for one in found if one[1].score > 0])
    if allowed is not None:
        spared = settle([(place, span._replace(score=-span.score)) for place, span in found if span.score < 0])
        claimed = [False] * len(spared)
        for span in spans:
            for place in range(bisect_left(spared, span.start, key=lambda one: one.end), len(spared)):
                if spared[place].start >= span.end:
                    break
                claimed[place] |= spared[place].end > span.start
        allowed += [span for span, taken in zip(spared, claimed, strict=True) if not taken]
    return spans


def replaced(text: str, spans: Sequence[Span], write: Callable[[str, str], str]) -> tuple[str, list[Stretch]]:
    """Put `write(type, value)` in the place of every span; return the text, and where in it there is something new.

    Spans are in text order and do not overlap.
    """
    parts: list[str] = []
    written: list[Stretch] = []
    last = at = 0
    for span in spans:
        value = write(span.entity, text[span.start : span.end])
        parts += (text[last : span.start], value)
        at += span.start - last
        written.append((at, at + len(value)))
        at, last = at + len(value), span.end
    parts.append(text[last:])
    return "".join(parts), written
