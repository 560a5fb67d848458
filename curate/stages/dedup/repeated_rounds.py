"""Rounds that count the documents of each line and paragraph, and choose those that recur."""

import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import groupby, islice
from typing import Literal, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curate.core import compute as pc
from curate.core.errors import StorageError
from curate.core.stage import QUOTE, Texts, Value, Yields

Digits = Literal["pages", "fold", "keep"]

COUNTS = pa.schema([("key", pa.uint64()), ("row", pa.uint64()), ("source", pa.uint32()), ("documents", pa.int64())])
"""A unit, or the marker of a source: the first record that has it, and in how many records it stands."""

RECURRING = pa.schema(
    [
        ("key", pa.uint64()),
        ("source", pa.uint32()),
        ("documents", pa.int64()),
        ("total", pa.int64()),
        ("source_id", pa.string()),
        ("kind", pa.string()),
        ("chars", pa.int32()),
        (QUOTE, pa.string()),
    ]
)
"""A unit that recurs in a source: in how many of `total` documents; the last four are null where it is not quoted.

`kind` is `line` or `paragraph`, as it stands where it stands first; `chars` are its characters. By source, within it
the most frequent first.
"""

QUOTED = 50
"""So many units of each source are quoted."""
QUOTED_CHARS = 200
"""A longer unit is quoted up to the last word that ends before."""


def source_number(name: str) -> int:
    """Return 32 bits of a digest of the name of a source."""
    return int.from_bytes(blake2b(name.encode(), digest_size=4).digest(), "little")


class Count(Value):
    """Count the documents in which each unit stands."""

    by: Literal["key", "row", "all"] = "key"
    wants_text: bool = False
    min_documents: int

    def reduce(self, facts: pa.Table, texts: Texts | None) -> Yields:  # noqa: ARG002 - no text wanted
        """Yield COUNTS of markers and of the units that stand in enough documents."""
        from curate.core.kernels.units import marker_of

        key, row, source = (facts[name].to_numpy() for name in ("key", "row", "source"))
        starts = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]]))
        documents = np.diff(np.append(starts, len(key)))
        markers = np.array([*map(marker_of, np.unique(source).tolist())], np.uint64)
        kept = (documents >= self.min_documents) | np.isin(key[starts], markers)
        first = starts[kept]
        columns = [key[first], row[first], source[first], documents[kept]]
        yield pa.RecordBatch.from_arrays([pa.array(column) for column in columns], schema=COUNTS)
        return None


class Choose(Value):
    """Choose the units that stand in a large enough share of the documents of their source, and quote some."""

    by: Literal["key", "row", "all"] = "all"
    wants_text: bool = True
    min_documents: int
    share: float
    min_chars: int
    digits: Digits
    roles: tuple[str, ...]

    def reduce(self, facts: pa.Table, texts: Texts | None) -> Yields:
        """Yield RECURRING; count the units."""
        from curate.core.kernels.units import marker_of

        key, row, source, documents = (facts[name].to_numpy() for name in COUNTS.names)
        total = np.ones(len(key), np.int64)
        marker = np.zeros(len(key), np.bool_)
        for number in np.unique(source).tolist():
            here = source == number
            mine = here & (key == marker_of(number))
            marker |= mine
            total[here] = documents[mine].sum() if mine.any() else 1
        enough = (documents >= self.min_documents) & (documents / total >= self.share)
        chosen = np.flatnonzero(~marker & enough)
        chosen = chosen[np.lexsort((key[chosen], -documents[chosen], source[chosen]))]
        if len(chosen):
            wanted = Wanted(key[chosen], row[chosen], source[chosen])
            numbers = [pa.array(column[chosen]) for column in (key, source, documents, total)]
            quotes = pa.RecordBatch.from_pylist(self.quoted(wanted, texts), pa.schema(list(RECURRING)[4:]))
            yield pa.RecordBatch.from_arrays([*numbers, *quotes.columns], schema=RECURRING)
        return {"units": len(chosen)}

    def quoted(self, wanted: "Wanted", texts: Texts | None) -> list[dict[str, object]]:
        """Return the last columns of RECURRING, a line for each unit."""
        if texts is None:
            raise StorageError("units cannot be quoted without the texts in which they stand")
        lines: list[dict[str, object]] = [{} for _ in wanted.key]
        places = wanted.most_frequent()
        by_row: dict[int, list[int]] = {}
        for place in places:
            by_row.setdefault(int(wanted.row[place]), []).append(place)
        for batch in texts.of(np.array(sorted(by_row), np.uint64), ("text", "messages", "source_id")):
            strings, owners = strings_of(batch, self.roles)
            for at, (row, name) in enumerate(
                zip(batch["row"].to_pylist(), batch["source_id"].to_pylist(), strict=True)
            ):
                spoken = strings.filter(pa.array(owners == at)).to_pylist()
                source = int(wanted.source[by_row[row][0]])
                known = self.units_of(spoken, source)
                for place in by_row[row]:
                    lines[place] = {"source_id": name, **known.get(int(wanted.key[place]), {})}
        return lines

    def units_of(self, strings: Sequence[str], source: int) -> dict[int, dict[str, object]]:
        """Return what is said of each unit of some strings, by its key."""
        from curate.core.kernels.units import Units, salt_of, unit_keys

        candidates = list(dict.fromkeys(unit for string in strings for unit in units_in(string)))
        said = pa.array([unit.text for unit in candidates], pa.string())
        salts = np.full(len(candidates), salt_of(source), np.uint64)
        known: dict[int, dict[str, object]] = {}
        for digits in ("fold", "keep"):
            keys, places = unit_keys(said, np.arange(len(candidates)), salts, Units(self.min_chars, digits))
            for key, place in zip(keys.tolist(), places.tolist(), strict=True):
                kind, text = candidates[place]
                text = re.sub("[0-9]+", "0", text) if digits == "fold" else text
                known.setdefault(key, {"kind": kind, "chars": len(text), QUOTE: shortened(text)})
        return known


class Wanted(NamedTuple):
    """Units that recur: key, first row, source; by source, within it the most frequent first."""

    key: NDArray[np.uint64]
    row: NDArray[np.uint64]
    source: NDArray[np.uint32]

    def most_frequent(self) -> list[int]:
        """Return the places of those that are quoted."""
        groups = groupby(range(len(self.key)), key=lambda place: int(self.source[place]))
        return [place for _, group in groups for place in islice(group, QUOTED)]


def shortened(text: str) -> str:
    """Return a text up to QUOTED_CHARS, no word of it in part: half an address or number would not be masked."""
    return text if len(text) <= QUOTED_CHARS else re.sub("[!-~]*$", "", text[:QUOTED_CHARS]).rstrip() + "…"


class Unit(NamedTuple):
    """A line or a paragraph, white space folded."""

    kind: str
    text: str


def units_in(string: str) -> Iterator[Unit]:
    """Yield the lines of a string, and its paragraphs of more than one line."""
    lines = [" ".join(line.split()) for line in string.split("\n")]
    yield from (Unit("line", line) for line in lines if line)
    for blank, group in groupby(lines, key=lambda line: not line):
        paragraph = [] if blank else list(group)
        if len(paragraph) > 1:
            yield Unit("paragraph", " ".join(paragraph))


def strings_of(batch: pa.RecordBatch, roles: Iterable[str]) -> tuple[pa.StringArray, NDArray[np.int64]]:
    """Return the strings that an edit will see, and the place of the record that each belongs to, ascending.

    That is the text of a record that is no chat, and of a chat each turn of one of the roles.
    """
    messages = batch["messages"]
    if messages.null_count == len(messages):
        return batch["text"], np.arange(batch.num_rows)
    sizes = pc.fill_null(pc.list_value_length(messages), 0).to_numpy()
    spoken_by, contents = messages.flatten().flatten()
    wanted = pc.fill_null(pc.is_in(spoken_by, pa.array(list(roles))), False)
    texts = messages.is_null()
    strings = pa.concat_arrays([contents.filter(wanted), batch["text"].filter(texts)])
    owners = np.concatenate(
        [
            np.repeat(np.arange(batch.num_rows), sizes)[wanted.to_numpy(zero_copy_only=False)],
            np.flatnonzero(texts.to_numpy(zero_copy_only=False)),
        ]
    )
    order = np.argsort(owners, kind="stable")
    return strings.take(pa.array(order)), owners[order]
