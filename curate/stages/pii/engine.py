"""The native engine: candidates at digit runs and behind gates, judged, cleared of overlaps, replaced in one join."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pyarrow as pa

from curate.stages.pii.allow import Far, far_of
from curate.stages.pii.budget import BudgetError
from curate.stages.pii.gating import REACH, SURE, Gates, Opened, Openings, Stretch, widened
from curate.stages.pii.kinds import digits_within
from curate.stages.pii.marks import ALWAYS
from curate.stages.pii.mentions import mentions, names_in
from curate.stages.pii.rules import EVERY, RULES, Sought
from curate.stages.pii.spans import Span, settle
from curate.stages.pii.trials import (
    AFTER,
    SIGNS,
    Choice,
    Compiled,
    Hit,
    Trial,
    begun,
    compiled,
    mailbox,
    opener,
    searched,
    sifted,
    starts,
    tabled,
)

MENTIONED = 0.5
"""How sure it is that the name of a person found means the same person elsewhere in the text."""
AT = re.compile("@")
MANY = 2000
"""So many places of one kind in a text are compared with one another before they are judged."""
BEHIND = 4 * REACH
"""How many characters behind a place have to be the same: no match is so long, but a list of names, which is judged
anew."""


def mentioned(text: str, spans: list[Span], names: Iterable[str] | None = None) -> list[Span]:
    """Add the further mentions of the persons found, or of `names`, unsurer than any rule; `spans` do not overlap."""
    said = names_in(text, spans) if names is None else names
    more = mentions(text, said, [(span.start, span.end) for span in spans]) if said else ()
    return sorted([*spans, *(Span(start, end, "PERSON", MENTIONED) for start, end in more)]) if more else spans


class Judge:
    """Judges what is found at places of a text; of places with the same surroundings the first speaks for all.

    A text of nothing but values, or of what only looks like them, is mostly one that repeats itself.
    """

    def __init__(self, text: str, places: Sequence[int]) -> None:
        """Take the places, ascending; so few of them are judged sooner than compared."""
        self.text, self.places = text, places
        self.first: list[int] | None = None
        self.hits: dict[tuple[int, int], list[Hit]] = {}
        """What matches at places, by their keys."""
        self.spans: dict[tuple[int, int, int, int, Far], tuple[int, list[tuple[int, Span]]]] = {}
        if len(places) >= MANY:
            from curate.core.kernels.twins import twins

            first = twins(text, np.array(places, np.int64), REACH, BEHIND)
            self.first = first.tolist() if 2 * len(np.unique(first)) < len(places) else None

    def key(self, number: int, labels: int) -> tuple[int, int]:
        """Return by what the hits at a place with these labels are known: the same for all places that look the same.

        Where places are not compared those of the last one are forgotten.
        """
        if self.first is None:
            self.hits.clear()
            return number, labels
        return self.first[number], labels

    def found(self, number: int, one: Compiled, span: Stretch) -> list[tuple[int, Span]]:
        """Return what is personal data in a match, or would be without an allow rule, with the rank of its rule.

        Nothing is read from further away than its surroundings but what lists and tables say of it.
        """
        if self.first is None:
            return judged(one, self.text, span)
        place = self.places[number]
        key = self.first[number], span[0] - place, span[1] - place, id(one), far_of(self.text, *span)
        if key not in self.spans:
            said = judged(one, self.text, span)
            if max([span[1], *(some.end for _, some in said)]) > place + BEHIND - REACH:
                return said
            self.spans[key] = place, said
        origin, said = self.spans[key]
        shift = place - origin
        return [(rank, Span(some[0] + shift, some[1] + shift, *some[2:])) for rank, some in said] if shift else said


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
        groups = dict.fromkeys(one.pattern for one in self.at_runs if one.sift is not None)
        tried = [one for one in self.at_runs if one.sift is None]
        self.gates = Gates(
            list(labels),
            {gate: (beyond(gate, some), digits_within(some)) for gate, some in gated.items()},
            (list(map(begun, self.at_runs)), list(map(begun, tried)), list(groups)),
        )
        bits = self.gates.marks.labels
        self.table = tabled(tried, bits)
        self.sifted: dict[re.Pattern[str], dict[int, list[Compiled]]] = {one: {} for one in groups}
        """Patterns of which few matches are values, each by the bit of the labels that it needs."""
        for one in self.at_runs:
            if one.sift is not None:
                self.sifted[one.pattern].setdefault(bits.get(opener(one.rule), ALWAYS), []).append(one)
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
        found = self.numbers(opened) if len(opened.runs.tried) else []
        found += self.grouped(opened) if opened.runs.groups else ()
        for gate, stretches in opened.gates.items():
            if gate == "@":
                found += self.by_at(opened.text, self.gated[gate][0], stretches)
            else:
                found += self.by_label(opened.text, self.gated[gate], stretches)
        if not found:
            return []
        spans = settle(found) if all(span.score > 0 for _, span in found) else parted(found, allowed)
        return mentioned(opened.text, spans)

    def look(
        self, strings: pa.StringArray, near: Sequence[Sequence[Stretch]] | None = None
    ) -> tuple[list[int], Openings]:
        """Return the rows that may hold personal data, ascending, and where in each of them.

        With `near`, one entry a row, only the parts around these stretches are looked at.
        """
        return self.gates.opened(strings, near, self.budget)

    def numbers(self, opened: Opened) -> list[tuple[int, Span]]:
        """Try the rules of numbers at every digit run by which they may begin."""
        self.spend(len(opened.runs.tried))
        found: list[tuple[int, Span]] = []
        ends: dict[int, int] = {}
        text, starts = opened.text, opened.runs.starts
        judge = Judge(text, starts) if len(starts) >= MANY else None
        if judge is not None and judge.first is None:
            judge = None
        for number, run in enumerate(zip(*opened.runs[:3], strict=True)):
            start = run[0]
            if judge is None:
                hits = self.hits(text, run, ends)
            elif (known := judge.hits.get(key := judge.key(number, run[2]))) is None:
                hits = judge.hits[key] = self.hits(text, run, {})
            else:
                hits = known
            settled, best, rank = None, 0.0, 0
            for one, first, last in hits:
                if start + first >= ends.get(id(one), 0):
                    ends[id(one)] = start + last
                    if (first, last) == settled and (one.most, rank) <= (best, one.place):
                        continue  # the same characters, less sure or of less priority: settled before it is judged
                    span = start + first, start + last
                    said = judged(one, text, span) if judge is None else judge.found(number, one, span)
                    found += said
                    if said and 0 < one.most <= 1 and said[0][1].score > 0:
                        settled, best, rank = (first, last), said[0][1].score, one.place
        return found

    def grouped(self, opened: Opened) -> list[tuple[int, Span]]:
        """Try the patterns of which few matches are values, and judge these."""
        found: list[tuple[int, Span]] = []
        text, (starts, _, labels, _, places) = opened.text, opened.runs
        for by_bit in self.sifted.values():
            for bit, some in by_bit.items():
                begins = places
                if bit != ALWAYS:
                    near = {start for start, said in zip(starts, labels, strict=True) if said & bit}
                    begins = [start for start in places if start in near]
                spans = sifted(text, some[0], begins)
                judge = Judge(text, [start for start, _ in spans])
                for number, span in enumerate(spans):
                    for one in some:
                        said = judge.found(number, one, span)
                        found += said
                        if said and said[0][1].score == 1:
                            break  # rules come by priority
        return found

    def hits(self, text: str, run: tuple[int, int, int], ends: Mapping[int, int]) -> list[Hit]:
        """Return the patterns that match where a digit run stands, and from where to where, counted from its start.

        `ends` say up to where the last match of a pattern by a label reached: none begins within it.
        """
        start, stop, labels = run
        before, follows = text[start - 1 : start], text[stop : stop + 1]
        joint = follows if follows in AFTER else ""
        hits: list[Hit] = []
        for lead, at in starts(text, start, before) if before in SIGNS else (("digit", start),):
            key = (stop - start, joint, labels, lead)
            chosen = self.choices.get(key)
            if chosen is None:
                chosen = self.choices[key] = self.choice(*key)
            always, labelled = chosen
            if always is not None and (match := always.match(text, at)):
                hits += always.all(match, start)
            for one in labelled:
                if start >= ends.get(id(one), 0) and (match := one.pattern.match(text, at)):
                    hits.append((one, at - start, match.end() - start))
        return hits

    def by_label(self, text: str, patterns: Sequence[Compiled], stretches: Sequence[Stretch]) -> list[tuple[int, Span]]:
        """Search the text for the patterns of one rule."""
        found: list[tuple[int, Span]] = []
        work = 0
        for one in patterns:
            spans: list[tuple[int, int]] = []
            for first, last in stretches:
                spans += (
                    searched(text, one, first, last) if one.rule.places is None else one.rule.places(text, first, last)
                )
            if not spans:
                continue
            work += len(spans)
            judge = Judge(text, [start for start, _ in spans] if one.rule.places is None else ())
            for number, span in enumerate(spans):
                found += judge.found(number, one, span) if span[1] >= 0 else ()
        self.spend(work)
        return found

    def by_at(self, text: str, one: Compiled, stretches: Sequence[Stretch]) -> list[tuple[int, Span]]:
        """Search around every `@` for e-mail addresses."""
        found: list[tuple[int, Span]] = []
        work, after = 0, 0
        for first, last in stretches:
            signs = [sign.start() for sign in AT.finditer(text, first, last)]
            judge = Judge(text, signs)
            for number, at in enumerate(signs):
                if at < after and number:
                    continue
                work += 1
                key = judge.key(number, 0)
                hits = judge.hits.get(key)
                if hits is None:
                    hits = judge.hits[key] = mailbox(text, one, at)
                for _, begin, end in hits:
                    if after <= at + begin:
                        found += judge.found(number, one, (at + begin, at + end))
                        after = at + end
        self.spend(work)
        return found

    def spend(self, work: int) -> None:
        """Raise BudgetError where one kind of candidate is more frequent than allowed."""
        if work > self.budget:
            message = f"{work} candidates, more than {self.budget}"
            raise BudgetError(message)


def beyond(gate: str, patterns: Iterable[Compiled]) -> int:
    """Return how far beyond what a gate matches its rules are tried; not at all at a sign.

    What they match meets what the gate matches. The same again: where a search begins it cannot be within a match that
    would hide another.
    """
    return 0 if gate in SURE else min(2 * max(one.reach for one in patterns), REACH)


def judged(one: Compiled, text: str, span: Stretch) -> list[tuple[int, Span]]:
    """Return what is personal data in a match, or would be without an allow rule, with the rank of its rule."""
    rule = one.rule
    if rule.read is None:
        score, reason = rule.judge(text, *span, lenient=one.lenient)
        return [(one.place, Span(*span, rule.entity, score, reason))] if score else []
    found: list[tuple[int, Span]] = []
    for start, end in rule.read(text, *span):
        score, reason = rule.judge(text, start, end, lenient=one.lenient)
        if score:
            found.append((one.place, Span(start, end, rule.entity, score, reason)))
    return found


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
