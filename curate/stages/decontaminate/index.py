"""The windows of benchmarks, where each comes from, and how much of an item a text holds."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curate.core.errors import ConfigError
from curate.core.kernels.passages import ENTRY, ROW, STOP_UNIT, UNITS, Known, Measure, Windows, known, seen_in, windows
from curate.core.kernels.strings import Places
from curate.stages.decontaminate.items import Benchmark, Item, items_of, printed
from curate.stages.decontaminate.reading import rows_of

Named = tuple[tuple[str, Benchmark], ...]
Marks = tuple[tuple[str, int, int], ...]


class Passages(NamedTuple):
    """The texts that are looked for, laid out on one line of units, and the item that each belongs to."""

    starts: Places
    """Where each begins on the line, ascending."""
    coverable: Places
    """How many of its units stand in a window."""
    items: Places


class Postings(NamedTuple):
    """Where the windows stand: those of key k are `starts[bounds[k]:bounds[k + 1]]`, places on the line of units."""

    bounds: Places
    starts: Places
    stops: Places


class Held(NamedTuple):
    """What texts hold of passages, by text, then by passage: numbers of both, and the share of the passage's units."""

    rows: Places
    passages: Places
    shares: npt.NDArray[np.float64]


class Index(NamedTuple):
    """All that is known of the benchmarks."""

    known: Known
    passages: Passages
    postings: Postings
    items: tuple[tuple[str, str], ...]
    """Benchmark and id of each item."""
    said: dict[str, dict[str, int]]
    """By benchmark: how many items, items too short to be looked for, passages, windows."""

    def held(self, seen: Places) -> Held:
        """Add up how much of each passage the windows cover that were seen in each text."""
        pairs = np.unique(seen[:, [ROW, ENTRY]], axis=0)
        firsts, lasts = self.postings.bounds[pairs[:, 1]], self.postings.bounds[pairs[:, 1] + 1]
        places = ranges(firsts, lasts - firsts)
        rows = np.repeat(pairs[:, 0], lasts - firsts)
        return self.covered(rows, self.postings.starts[places], self.postings.stops[places])

    def covered(self, rows: Places, starts: Places, stops: Places) -> Held:
        """Measure the union of stretches of the line in each row, passage by passage."""
        passages = np.searchsorted(self.passages.starts, starts, "right") - 1
        groups, sizes = covered(rows, passages, starts, stops)
        return Held(groups[:, 0], groups[:, 1], sizes / self.passages.coverable[groups[:, 1]])


def ranges(firsts: Places, sizes: Places) -> Places:
    """Return the numbers from each first on, so many of each, one after the other."""
    ends = np.cumsum(sizes)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) - np.repeat(ends - sizes, sizes) + np.repeat(firsts, sizes)


def covered(rows: Places, passages: Places, starts: Places, stops: Places) -> tuple[Places, Places]:
    """Return the pairs (row, passage) that there are, sorted, and the length of the union of the stretches of each."""
    if not len(rows):
        return np.zeros((0, 2), np.int64), np.zeros(0, np.int64)
    order = np.lexsort((starts, rows))  # passages lie one behind the other, so this is by passage too
    rows, passages, starts, stops = rows[order], passages[order], starts[order], stops[order]
    first = np.r_[True, (rows[1:] != rows[:-1]) | (passages[1:] != passages[:-1])]
    group = np.cumsum(first) - 1
    # Shifted apart so far that the ends of one group never reach into the next, all are united in one sweep.
    apart = group * (int(stops.max()) + 1)
    ends = np.maximum.accumulate(stops + apart)
    before = np.r_[0, ends[:-1]]
    fresh = np.maximum(0, stops + apart - np.maximum(starts + apart, before))
    return np.column_stack((rows[first], passages[first])), np.bincount(group, fresh).astype(np.int64)


@lru_cache(maxsize=4)
def index_of(benchmarks: Named, measure: Measure, marks: Marks) -> Index:  # noqa: ARG001 - marks tell states of files apart
    """Read benchmarks and index their windows, once a process for the same files (`marks`: name, size, time).

    ConfigError where a file cannot be read, or no item is long enough to be looked for.
    """
    names: dict[tuple[str, str], int] = {}
    rows: list[tuple[int, Item]] = []
    for name, benchmark in benchmarks:
        for item in items_of(benchmark):
            number = names.setdefault((name, item.id), len(names))
            rows.append((number, item))
    passages = list(dict.fromkeys(sought(rows, measure)))
    known_items = tuple(names)
    held = {known_items[number][0] for number, _ in passages}
    for name, benchmark in benchmarks:
        if name not in held:
            raise too_short(name, benchmark, measure)
    made = windows(pa.array([text for _, text in passages], pa.string()), measure)
    owners = np.array([number for number, _ in passages], np.int64)
    return built(made, owners, known_items)


def too_short(name: str, benchmark: Benchmark, measure: Measure) -> ConfigError:
    """Word that a benchmark has no item that can be told from a mere phrase."""
    words = measure.least // measure.word
    fact = f"no item of the benchmark {name!r} is long enough to be looked for: {words} words, or twice as many "
    fact += "characters of a script without spaces, are the shortest"
    first = next((row.said for row in rows_of(benchmark.paths[0])), {})
    others = sorted({*first} - {*benchmark.fields, benchmark.id})
    more = f"name more `fields` ({', '.join(map(str, others))}), or " if others else ""
    where = f"decontaminate.benchmarks.{name}"
    return ConfigError(fact, where=where, hint=f"{more}lower `shortest`, or leave this benchmark out")


def sought(rows: Sequence[tuple[int, Item]], measure: Measure) -> Iterator[tuple[int, str]]:
    """Yield, with its item, each text that is long enough to be looked for; of rows without one, all texts in one.

    What has several parts is looked for as exams print it too, if it is long enough without their letters.
    """
    fields = [(place, parts) for place, (_, item) in enumerate(rows) for parts in item.parts]
    long = heavy(["\n".join(parts) for _, parts in fields], measure)
    have = {place for (place, _), is_long in zip(fields, long, strict=True) if is_long}
    for (place, parts), is_long in zip(fields, long, strict=True):
        if is_long:
            yield from ((rows[place][0], text) for text in ("\n".join(parts), *printed(parts)))
    rest = [item for place, item in enumerate(rows) if place not in have]
    long = heavy(["\n".join(item.texts) for _, item in rest], measure)
    for (number, item), is_long in zip(rest, long, strict=True):
        if is_long:
            first, *others = (part for parts in item.parts for part in parts)
            labelled = (f"{first}\n{text}" for text in printed(others))
            yield from ((number, text) for text in ("\n".join(item.texts), *labelled))


def heavy(texts: Sequence[str], measure: Measure) -> Sequence[bool]:
    """Tell which texts have a window."""
    mask = np.zeros(len(texts), np.bool_)
    mask[windows(pa.array(texts, pa.string()), measure).seen[:, ROW]] = True
    said: list[bool] = mask.tolist()
    return said


def built(made: Windows, owners: Places, items: tuple[tuple[str, str], ...]) -> Index:
    """Lay the passages out, and note where each window stands on their line."""
    lookup = known(made)
    bases = np.cumsum(made.units) - made.units
    stops = bases[made.seen[:, ROW]] + made.seen[:, STOP_UNIT]
    order = np.argsort(made.keys, kind="stable")
    bounds = np.searchsorted(made.keys[order], lookup.keys)
    postings = Postings(np.r_[bounds, len(order)], (stops - made.seen[:, UNITS])[order], stops[order])
    nobody = np.zeros(len(order), np.int64)
    whose, sizes = covered(nobody, made.seen[order, ROW], postings.starts, postings.stops)
    coverable = np.zeros(len(owners), np.int64)
    coverable[whose[:, 1]] = sizes
    counts = np.bincount(owners[made.seen[:, ROW]], minlength=len(items))
    passages = np.bincount(owners, minlength=len(items))
    return Index(lookup, Passages(bases, coverable, owners), postings, items, dict(told(items, passages, counts)))


def told(items: tuple[tuple[str, str], ...], passages: Places, counts: Places) -> Iterator[tuple[str, dict[str, int]]]:
    """Count, by benchmark, what there is to look for."""
    names = np.array([name for name, _ in items])
    for name in dict.fromkeys(names.tolist()):
        mine = names == name
        yield (
            name,
            {
                "items": int(mine.sum()),
                "too_short": int((passages[mine] == 0).sum()),
                "passages": int(passages[mine].sum()),
                "windows": int(counts[mine].sum()),
            },
        )


def look(strings: pa.StringArray, measure: Measure, index: Index) -> Places:
    """Return the windows of benchmarks that stand in strings, a row each (see `curate.core.kernels.passages`)."""
    return seen_in(strings, measure, index.known)
