"""datasketch: MinHash of xxh32 over shingles made in Python, then an LSH index that is asked before it is told."""

from pathlib import Path

import xxhash
from datasketch import MinHash, MinHashLSH

from benchmarks.peers.trial import BANDS, ROWS, documents, shingles, tried


def removed_of(corpus: Path, place: Path) -> list[str]:
    """Return the ids of documents that meet an earlier one which was kept."""
    del place
    count = BANDS * ROWS
    index = MinHashLSH(num_perm=count, params=(BANDS, ROWS))
    known = documents(corpus)
    sets = ([shingle.encode() for shingle in shingles(document.text)] for document in known)
    removed = []
    for document, sketch in zip(known, MinHash.generator(sets, num_perm=count, hashfunc=hashed), strict=True):
        if index.query(sketch):
            removed.append(document.id)
        else:
            index.insert(document.id, sketch, check_duplication=False)
    return removed


def hashed(shingle: bytes) -> int:
    """Return 32 bits of a shingle: faster than the SHA-1 that is taken when nothing is said."""
    return xxhash.xxh32_intdigest(shingle)


if __name__ == "__main__":
    tried(removed_of)
