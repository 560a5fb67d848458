"""rensa: R-MinHash over whole sets of shingles made in Python, in one matrix, and its LSH index.

The sets come one after the other: all of them in a list take a third more time and five times the memory.
"""

from pathlib import Path

from rensa import RMinHash, RMinHashLSH  # type: ignore[import-not-found]

from benchmarks.peers.trial import BANDS, ROWS, documents, shingles, tried

THRESHOLD = 0.7
SEED = 1


def removed_of(corpus: Path, place: Path) -> list[str]:
    """Return the ids of documents that are flagged: all that meet another one, the first of them included."""
    del place
    count = BANDS * ROWS
    known = documents(corpus)
    sets = (shingles(document.text) for document in known)
    matrix = RMinHash.digest_matrix_from_token_sets(sets, count, SEED)
    flags = RMinHashLSH(THRESHOLD, count, BANDS).insert_matrix_and_query_duplicate_flags(matrix)
    return [document.id for document, flag in zip(known, flags, strict=True) if flag]


if __name__ == "__main__":
    tried(removed_of)
