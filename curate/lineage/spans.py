"""Whether spans tile a file, every byte (or record number) once: found in one pass, in constant memory a file."""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from curate.lineage.manifest import Input, Manifest

Numbers = npt.NDArray[np.int64]
Sums = npt.NDArray[np.uint64]
Place = tuple[str, str]
"""A file: (source id, uri)."""
NO_ROW = -1
"""In the place of a number that is null."""
STRIDE = np.uint64(0x9E3779B97F4A7C15)
"""Tells (offset, number) from any other pair by one number: odd, that of the golden ratio."""


class Tiling:
    """Collects spans of many files and says which files they tile.

    The spans of a file, none of negative length, tile it from 0 to its end if and only if the multiset of their
    starts, plus the end, equals the multiset of their ends, plus 0: a flow of one unit through a graph without
    circles is one path. The multisets are compared by two sums of a keyed 64-bit mixing function (SplitMix64,
    Steele et al. 2014), whose keys are drawn anew each time, so that no output can be made to fit them.
    """

    def __init__(self, inputs: Sequence[Input]) -> None:
        self.inputs = inputs
        self.records = np.zeros(len(inputs), np.int64)
        self.strangers: Counter[Place] = Counter()
        """Records by files that are no inputs."""
        self._number: dict[Place, int] = {(file.source_id, file.uri): place for place, file in enumerate(inputs)}
        self._misshapen = np.zeros(len(inputs), bool)
        self._keys = np.array([secrets.randbits(64), secrets.randbits(64)], np.uint64)
        self._flow = np.zeros((2, len(inputs)), np.uint64)
        self._order = np.zeros((2, len(inputs)), np.uint64)
        self._rows = np.zeros((2, len(inputs)), np.uint64)
        self._blank = np.zeros(len(inputs), np.int64)

    def number_of(self, place: Place) -> int:
        """Return the number of an input; -1 for a file that is none."""
        return self._number.get(place, -1)

    def add(self, numbers: Numbers, starts: Numbers, lengths: Numbers, rows: Numbers) -> None:
        """Take the spans of records of known inputs.

        `numbers` says which input each record stands in, `rows` which number it has among that input's records: NO_ROW
        where it has none, as a stretch without a record.
        """
        np.add.at(self.records, numbers, 1)
        self._misshapen[numbers[(lengths < 0) | (starts < 0)]] = True
        self._add_flow(numbers, starts, lengths)
        counted = rows != NO_ROW
        np.add.at(self._blank, numbers[~counted], 1)
        for place, key in enumerate(self._keys):
            np.add.at(self._rows[place], numbers[counted], _mixed(rows[counted].astype(np.uint64) + key))
        first = starts.astype(np.uint64) + rows.astype(np.uint64) * STRIDE
        last = first + lengths.astype(np.uint64) + STRIDE
        for place, key in enumerate(self._keys):
            np.add.at(self._order[place], numbers, _mixed(last + key) - _mixed(first + key))

    def gaps(self) -> Counter[str]:
        """Count what has no number among the records of its file, by source."""
        found: Counter[str] = Counter()
        for file, n in zip(self.inputs, self._blank.tolist(), strict=True):
            found[file.source_id] += n
        return found

    def disordered(self) -> list[int]:
        """Return the numbers of the inputs whose records are not numbered from 0 in the order of their spans.

        As with spans alone, from (0, 0) to the end and the number of records. Of a file in which something between
        records has no number, only the numbers are compared, in whatever order.
        """
        heads = [prefix_of(file) for file in self.inputs]
        starts = np.array([head or 0 for head in heads], np.uint64)
        ends = np.array([end_of(file) for file in self.inputs], np.uint64)
        ends += np.array([file.records for file in self.inputs], np.uint64) * STRIDE
        whole = np.stack([_mixed(ends + key) - _mixed(starts + key) for key in self._keys])
        known = np.array([head is not None for head in heads], np.bool_) & (self._blank == 0)
        amounts = self.records - self._blank
        every = np.arange(amounts.max(initial=0), dtype=np.uint64)
        sums = np.stack(
            [np.concatenate((np.zeros(1, np.uint64), np.cumsum(_mixed(every + key))))[amounts] for key in self._keys]
        )
        wrong = (self._rows != sums).any(axis=0) | ((self._order != whole).any(axis=0) & known)
        return [int(n) for n in np.flatnonzero(wrong)]

    def broken(self) -> list[int]:
        """Return the numbers of the inputs that are not tiled, once all records were taken; call it once."""
        every = np.arange(len(self.inputs))
        skipped = [(number, *span) for number, file in enumerate(self.inputs) for span in file.skipped]
        numbers, starts, lengths = np.array(skipped, np.int64).reshape(-1, 3).T
        self._add_flow(numbers, starts, lengths)
        ends = np.array([end_of(file) for file in self.inputs], np.int64)
        whole = self._mixed_ends(np.zeros_like(ends), ends)
        return [int(n) for n in every[(self._flow != whole).any(axis=0) | self._misshapen]]

    def _add_flow(self, numbers: Numbers, starts: Numbers, lengths: Numbers) -> None:
        """Add what spans contribute to the sums of their files."""
        for place, flow in enumerate(self._mixed_ends(starts, lengths)):
            np.add.at(self._flow[place], numbers, flow)

    def _mixed_ends(self, starts: Numbers, lengths: Numbers) -> Sums:
        """Return, for each key and span, its mixed end less its mixed start, modulo 2**64."""
        first = np.ascontiguousarray(starts).view(np.uint64)
        last = np.ascontiguousarray(starts + lengths).view(np.uint64)
        return np.stack([_mixed(last + key) - _mixed(first + key) for key in self._keys])


def prefix_of(file: Input) -> int | None:
    """Return where the first record must start; None where something is skipped between records."""
    at = 0
    for start, length in sorted(file.skipped):
        if start != at:
            return None
        at += length
    return at


def end_of(file: Input) -> int:
    """Return where the spans of a file must end: at its last decompressed byte, or its last record number."""
    return file.records if file.decoded_bytes is None else file.decoded_bytes


def _mixed(numbers: Sums) -> Sums:
    """Mix 64-bit numbers (SplitMix64's finalizer)."""
    mixed = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)), np.uint64)


def first_gap(file: Input, starts: Numbers, lengths: Numbers) -> str:
    """Say where the spans of a file that is not tiled first leave a gap, overlap or run past its end."""
    skipped = np.array(file.skipped, np.int64).reshape(-1, 2)
    starts, lengths = np.concatenate((starts, skipped[:, 0])), np.concatenate((lengths, skipped[:, 1]))
    at = 0
    for place in np.lexsort((lengths, starts)).tolist():
        start = int(starts[place])
        if start != at:
            return f"{'a gap' if start > at else 'an overlap'} at {min(start, at)}..{max(start, at)}"
        at += int(lengths[place])
    return f"the spans end at {at}, the file at {end_of(file)}"


def unfinished(manifest: Manifest, gaps: Mapping[str, int]) -> tuple[set[str], list[str]]:
    """Return the sources that a limit may have cut off, so that nothing tiles them; and what no limit explains.

    `gaps` are stretches without a record, by source: inputs count them, a limit does not.
    """
    if manifest.limited is None:
        return set(), []
    read: Counter[str] = Counter()
    for file in manifest.inputs:
        read[file.source_id] += file.records
    read.subtract({source: n for source, n in gaps.items() if source in read})
    over = [
        f"{name}: {n} records were read, of each source no more than {manifest.limited}" for name, n in read.items()
    ]
    faults = [fault for fault, n in zip(over, read.values(), strict=True) if n > manifest.limited]
    return {name for name, n in read.items() if n == manifest.limited}, faults
