"""Choose a sample by the digest of each record's id: the same records whatever the order of files."""

from heapq import nsmallest

import pyarrow.compute as pc

from curate.core.source import Piece, Source, Split
from curate.engine.phases import Work
from curate.engine.spool import text_bytes

COUNTED_BYTES = 512 << 20
"""Up to here every id is read and the sample is exact; above, its size is estimated from the length of records."""
PROBE = 500
"""How many records of a source tell how long its records are."""


def sample_bound(work: Work, records: int) -> int | None:
    """Return the number that ids have to be below for about so many records; null where there are no more than that."""
    if sum(piece.size for split in work.splits for piece in split.pieces) > COUNTED_BYTES:
        total = sum(estimated(work, source) for source in work.config.sources)
        return None if total <= records else int(records / total * (1 << 128))
    drawn: list[int] = []
    for split in work.splits:
        ids = [name for outcome in work.source_of(split).read(split) for name in outcome.batch["id"].to_pylist()]
        drawn = nsmallest(records + 1, [*drawn, *(int(name, 16) for name in ids)])
    return None if len(drawn) <= records else drawn[-1]


def estimated(work: Work, source: Source) -> float:
    """Estimate how many records a source holds, from the size of its pieces and what its first ones gave."""
    pieces = [piece for split in work.splits if split.source == source.name for piece in split.pieces]
    rows = size = 0.0
    for piece in pieces:
        given, span = probed(source, piece)
        rows += given
        size += span
        if rows >= PROBE:
            break
    return max(rows, rows * sum(piece.size for piece in pieces) / max(size, 1))


def probed(source: Source, piece: Piece) -> tuple[int, int]:
    """Read a piece as far as the probe goes; return how many records it gave, and how much of the piece they took."""
    batches = [outcome.batch for outcome in source.read(Split(source.name, (piece,), PROBE))]
    rows = sum(batch.num_rows for batch in batches)
    if rows < PROBE:
        return rows, piece.size
    spans = sum(pc.sum(batch["source_length"]).as_py() or 0 for batch in batches)
    return rows, spans if spans > rows else sum(text_bytes(batch) for batch in batches)
