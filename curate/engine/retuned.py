"""What other thresholds would do to a run, as values, and how a person sees it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from textwrap import fill
from typing import Any, NamedTuple, cast

import numpy as np

from curate.engine.funnel import table
from curate.engine.rulings import NOBODY_ELSE, Change, Counts, Rulings
from curate.stages.quality.judging import Facts
from curate.stages.quality.rules import Rule, spelled

BINS = 10
QUANTILES = (0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)
BAR, WIDTH = 30, 120
SHOWN_ID = 12
"""Characters of an id on a page: `curate explain` knows a record by them."""
TITLES: Mapping[Change, str] = {
    "rejected": "kept now, rejected with the new rules",
    "kept": "rejected now, kept with the new rules",
    "tagged": "kept now and then, tags with the new rules only",
    "untagged": "kept now and then, tags now only",
}


@dataclass(frozen=True)
class Numbers:
    """What one set of rules does to the records of a source."""

    kept: int
    rejected: int
    tagged: int


@dataclass(frozen=True)
class SourceLine:
    """A source: records that the stage judged, and what becomes of them."""

    source: str
    judged: int
    now: Numbers
    new: Numbers


@dataclass(frozen=True)
class Spoken:
    """What one rule does to the records of a source."""

    hit: int
    rejected: int
    """As the ledger has it: a record falls by the first rule that rejects it."""
    alone: int
    """Records that no other rule would reject: what turning the rule off would keep."""
    tagged: int


@dataclass(frozen=True)
class RuleLine:
    """A rule and a source, now and with the new rules; null where the rule is not there."""

    rule: str
    source: str
    now: Spoken | None
    new: Spoken | None


@dataclass(frozen=True)
class Move:
    """Records of one source that one rule treats otherwise."""

    change: Change
    rule: str
    source: str
    records: int
    later: int
    """Those of them that a later stage of the run left out."""
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Drawing:
    """How a signal lies about the thresholds of a rule."""

    rule: str
    signal: str
    operator: str
    about: str
    """Which records: `all`, or, where a rule has two thresholds, `zh` or `not zh`."""
    now: float | None
    new: float | None
    records: int
    quantiles: dict[str, float]
    edges: tuple[float, ...]
    """Where a bin ends and the next begins: one fewer than bins. The thresholds are among them."""
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Retuned:
    """One stage: the rules that were, the rules that would be, and the difference, exact for this stage."""

    stage: str
    judged: int
    left_out_before: dict[str, int]
    """Records without signals, by the earlier stage that had left them out; by its own name: it raised an error."""
    not_asked: int
    """Records without signals because they are not of the sources or languages of the stage."""
    sources: tuple[SourceLine, ...]
    changed: dict[str, dict[str, dict[str, object] | None]]
    """By rule: `now` and `new`, as in a preset file; null where it is not there."""
    rules: tuple[RuleLine, ...]
    silent: tuple[str, ...]
    """Rules, of now and new, that find fault with no record."""
    moved: tuple[Move, ...]
    drawings: tuple[Drawing, ...]
    unknown: tuple[str, ...]
    """What cannot be known from here."""
    preset: dict[str, Rule]

    def as_json(self) -> dict[str, Any]:
        """Return everything as JSON values."""
        return {**asdict(self), "preset": {name: rule.data() for name, rule in self.preset.items()}}

    def page(self) -> str:
        """Word it for a terminal."""
        parts = [*self._head(), *self._changes(), funnel(self), *rule_table(self), *self._moves()]
        parts += [draw(drawing) for drawing in self.drawings]
        parts += ["what this cannot know:", *(f"  - {said}" for said in self.unknown)] if self.unknown else []
        return "\n".join(parts)

    def _head(self) -> Iterator[str]:
        yield f"{self.stage}: {self.judged:,} records judged"
        for stage, count in self.left_out_before.items():
            why = f"left out before, by {stage}" if stage != self.stage else "it raised an error on them"
            yield f"  {count:,} more have no signals: {why}"
        if self.not_asked:
            yield f"  {self.not_asked:,} more have no signals: not of the sources or languages of this stage"

    def _changes(self) -> Iterator[str]:
        for name, sides in self.changed.items():
            yield f"{name}: {worded(sides['now'])}  ->  {worded(sides['new'])}"
        if self.changed:
            yield "in what follows, `then` is what a run with the new rules does at this stage"

    def _moves(self) -> Iterator[str]:
        for change, title in TITLES.items():
            moves = [move for move in self.moved if move.change == change]
            if moves:
                yield f"{title}: {sum(move.records for move in moves):,}"
                heads = ["  rule", "source", "a few ids", "records", "left out later anyway"]
                lines = [
                    [
                        f"  {m.rule}",
                        m.source,
                        " ".join(name[:SHOWN_ID] for name in m.ids),
                        f"{m.records:,}",
                        f"{m.later:,}",
                    ]
                    for m in moves
                ]
                yield table(heads, lines, left=3)


class Found(NamedTuple):
    """What a reading of the signals came to."""

    rulings: Rulings
    sources: Sequence[str]
    earlier: Sequence[str]
    """Stages that worked before, and the stage itself."""
    rules: tuple[dict[str, Rule], dict[str, Rule]]
    drawings: tuple[Drawing, ...]


def retuned(stage: str, found: Found, caveats: Sequence[str]) -> Retuned:
    """Put counts into words of the field."""
    rulings, (now, new) = found.rulings, found.rules
    before = {name: rulings.before[name] for name in found.earlier if rulings.before[name]}
    names = list(dict.fromkeys([*now, *new]))
    changed = {name: {"now": data(now.get(name)), "new": data(new.get(name))} for name in names}
    lines = [line for name in names for line in rule_lines(name, found)]
    spoke = {line.rule for line in lines}
    moved = [
        Move(change, rule, found.sources[source], one.records, one.later, tuple(one.ids))
        for (change, rule, source), one in sorted(
            rulings.moved.items(), key=lambda item: (item[0][0], names.index(item[0][1]), item[0][2])
        )
    ]
    return Retuned(
        stage=stage,
        judged=int(rulings.judged.sum()),
        left_out_before=before,
        not_asked=rulings.before.total() - sum(before.values()),
        sources=tuple(source_lines(found)),
        changed={name: sides for name, sides in changed.items() if sides["now"] != sides["new"]},
        rules=tuple(lines),
        silent=tuple(name for name in names if name not in spoke),
        moved=tuple(moved),
        drawings=found.drawings,
        unknown=(*caveats, *unknown(found)),
        preset=new,
    )


def data(rule: Rule | None) -> dict[str, object] | None:
    """Return a rule as a preset file has it."""
    return None if rule is None else rule.data()


def source_lines(found: Found) -> Iterator[SourceLine]:
    """Yield a line for each source of which a record was judged."""
    rulings = found.rulings
    for place, source in enumerate(found.sources):
        judged = int(rulings.judged[place])
        if judged:
            sides = [numbers(counts, place, judged) for counts in (rulings.now, rulings.new)]
            yield SourceLine(source, judged, *sides)


def numbers(counts: Counts, source: int, judged: int) -> Numbers:
    """Return what a set of rules does to a source."""
    rejected = int(counts.rejected[source])
    return Numbers(judged - rejected, rejected, int(counts.tagged[source]))


def rule_lines(name: str, found: Found) -> Iterator[RuleLine]:
    """Yield a line for each source in which a rule finds fault with a record, now or then."""
    sides = [spoken(counts, name) for counts in (found.rulings.now, found.rulings.new)]
    for place, source in enumerate(found.sources):
        now, new = (None if side is None else side[place] for side in sides)
        if (now and now.hit) or (new and new.hit):
            yield RuleLine(name, source, now, new)


def spoken(counts: Counts, name: str) -> list[Spoken] | None:
    """Return what a rule does, source by source; None where the set does not have it."""
    place = next((place for place, (said, _) in enumerate(counts.rules) if said == name), None)
    if place is None:
        return None
    columns = (counts.hits[place], counts.rejects[place], counts.alone[place], counts.tags[place])
    return [Spoken(*said) for said in zip(*(column.tolist() for column in columns), strict=True)]


def unknown(found: Found) -> Iterator[str]:
    """Say what signals and ledger cannot tell."""
    rulings = found.rulings
    early = sum(rulings.before[name] for name in found.earlier)
    if early:
        yield f"{early:,} records were left out before {rulings.stage!r}, without signals: no threshold changes that"
    back = sum(one.records for (change, *_), one in rulings.moved.items() if change == "kept")
    if back:
        yield f"{back:,} records would go on to the stages after {rulings.stage!r}, which may reject, tag or edit them"
    others = sorted(set(rulings.after) - {rulings.stage, NOBODY_ELSE})
    later = ", ".join(f"{stage} {rulings.after[stage]:,}" for stage in others)
    if later:
        yield f"of the records that {rulings.stage!r} keeps now, later stages left out: {later}"
    if any(change in ("kept", "rejected") for change, *_ in rulings.moved):
        yield "stages that compare records (duplicates, repeated lines) may decide otherwise about others than these"


class Near:
    """Gathers the values of a rule's signal, to be drawn about its thresholds."""

    def __init__(self, name: str, now: Rule | None, new: Rule | None) -> None:
        self.name, self.now, self.new = name, now, new
        self.rule = rule = cast("Rule", new or now)
        self.values: list[list[np.ndarray[Any, Any]]] = [[] for _ in range(1 if rule.chinese is None else 2)]

    def take(self, facts: Facts) -> None:
        """Gather the values of a batch."""
        rule = self.rule
        values, open_to = facts.signals[rule.signal].astype(np.float64), facts.open_to(rule)
        for side, (_, where) in zip(self.values, facts.bounds(rule), strict=True):
            side.append(values[open_to & where & ~np.isnan(values)])

    def drawings(self) -> Iterator[Drawing]:
        """Draw each threshold of the rule."""
        abouts = ("all",) if len(self.values) == 1 else ("not zh", "zh")
        for place, (about, parts) in enumerate(zip(abouts, self.values, strict=True)):
            values = np.sort(np.concatenate(parts)) if parts else np.zeros(0)
            if len(values):
                now, new = (bound(rule, self.rule, place) for rule in (self.now, self.new))
                edges, counts = histogram(values, self.rule.operator, [one for one in (now, new) if one is not None])
                quantiles = {f"{share:g}": float(np.quantile(values, share, method="lower")) for share in QUANTILES}
                names = (self.name, self.rule.signal, self.rule.operator, about)
                yield Drawing(*names, now, new, len(values), quantiles, edges, counts)


def bound(rule: Rule | None, drawn: Rule, place: int) -> float | None:
    """Return a threshold of a rule, if it is about the signal that is drawn."""
    if rule is None or (rule.signal, rule.operator) != (drawn.signal, drawn.operator):
        return None
    return rule.chinese if place and rule.chinese is not None else rule.threshold


def histogram(
    values: np.ndarray[Any, Any], sign: str, bounds: Sequence[float]
) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Count sorted values between edges over their middle 98 %; no bin holds values of both sides of a threshold."""
    low, high = np.quantile(values, (0.01, 0.99), method="lower")
    inner = np.linspace(low, high, BINS + 1)[1:-1] if high > low else np.zeros(0)
    edges = np.unique([*inner, *bounds])
    passed = np.searchsorted(edges, values, side="left" if sign in (">", "<=") else "right")
    return tuple(edges.tolist()), tuple(np.bincount(passed, minlength=len(edges) + 1).tolist())


def worded(said: object) -> str:
    """Word a rule as data on one line."""
    if not isinstance(said, dict):
        return "off"
    chinese = f", chinese {spelled(said['chinese'])}" if "chinese" in said else ""
    types = f", of {', '.join(said['types'])}" if "types" in said else ""
    return f"{said['when']}{chinese}{types} ({said['action']})"


def funnel(said: Retuned) -> str:
    """Lay out what becomes of the records of each source, and of all."""
    heads = ["source", "judged", "kept", "rejected", "tagged"]
    heads += ["kept then", "rejected then", "tagged then"] if said.changed else []
    rows = [[line.judged, *vars(line.now).values(), *vars(line.new).values()] for line in said.sources]
    lines = [(line.source, row) for line, row in zip(said.sources, rows, strict=True)]
    if len(rows) > 1:
        lines.insert(0, ("all", [sum(column) for column in zip(*rows, strict=True)]))
    return table(heads, [[source, *(f"{n:,}" for n in row)][: len(heads)] for source, row in lines])


def rule_table(said: Retuned) -> Iterator[str]:
    """Lay out what each rule does, by source."""
    if not said.rules:
        yield "no rule finds fault with any record"
        return
    heads = ["rule", "source", "hit", "rejects", "only it", "tags"]
    heads += ["hit then", "rejects then", "only it then", "tags then"] if said.changed else []
    rows: list[list[str]] = []
    names = list(dict.fromkeys(line.rule for line in said.rules))
    alike = [name for name in names if said.changed and all(x.now == x.new for x in said.rules if x.rule == name)]
    for name in names:
        if name in alike:
            continue
        mine = [line for line in said.rules if line.rule == name]
        cells = [[*spoken_cells(line.now), *spoken_cells(line.new)] for line in mine]
        if len(mine) > 1:
            whole = [None if None in column else sum(column) for column in zip(*cells, strict=True)]
            rows.append([name, "all", *map(number, whole)][: len(heads)])
        rows += [
            ["" if len(mine) > 1 else name, line.source, *map(number, row)][: len(heads)]
            for line, row in zip(mine, cells, strict=True)
        ]
    if rows:
        yield table(heads, rows, left=2)
    if alike:
        yield listed("the same as now", alike)
    if said.silent:
        yield listed("find fault with no record", said.silent)


def listed(what: str, names: Sequence[str]) -> str:
    """Write names on lines of the usual width."""
    return fill(f"{what}: {', '.join(names)}", WIDTH, subsequent_indent="  ")


def spoken_cells(said: Spoken | None) -> list[int | None]:
    """Return the numbers of a rule; nulls where it is not there."""
    return [None] * 4 if said is None else list(vars(said).values())


def number(value: int | None) -> str:
    """Write a count; a dash where there is none."""
    return "-" if value is None else f"{value:,}"


def draw(drawing: Drawing) -> str:
    """Draw a signal as bars, the thresholds between them; neighbouring empty bins become one."""
    language = "" if drawing.about == "all" else f", language {drawing.about}"
    quantiles = ", ".join(f"{float(share):.0%} {value:.4g}" for share, value in drawing.quantiles.items())
    lines = [
        f"{drawing.rule}: {drawing.signal} of the {drawing.records:,} records that it is about{language}",
        f"  quantiles: {quantiles}",
    ]
    marks = {drawing.now: "now"}
    marks[drawing.new] = "now and new" if drawing.new == drawing.now else "new"
    counts = drawing.counts
    for place, count in enumerate(counts):
        end = drawing.edges[place] if place < len(drawing.edges) else None
        following = counts[place + 1] if end is not None else 1
        if end in marks or count or following:
            lines.append(f"  {'':>10} {'#' * -(-BAR * count // max(counts))} {count:,}")
            if end is not None:
                lines.append(f"  {end:>10.4g}" + (f" ---- {drawing.operator} {marks[end]}" if end in marks else ""))
    return "\n".join(lines)
