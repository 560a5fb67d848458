"""Merkle trees over records (RFC 9162, section 2.1): one hash stands for all, a few prove that one of them is there."""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curate.core import compute as pc

ALGORITHM = "RFC9162-SHA256"
LEAF, NODE = b"\0", b"\1"
"""What stands before the bytes that are hashed, so that no node can be passed off as a leaf."""
LEAF_VERSION = 1
"""Bumped whenever the bytes of a record's leaf change; part of the key of every shard's task."""
LEAF_COLUMNS = ("id", "source_id", "source_offset", "source_length", "text", "source_uri")
LEAF_BYTES = "id TAB source_id TAB source_offset TAB source_length TAB sha256(text) TAB source_uri"
"""The bytes of a record's leaf: UTF-8, numbers in decimal, the digest of the text's UTF-8 in 64 lower-case hex
characters, `-` for null. The name of the file stands last because it alone may hold a tab."""
NULL = "-"
Digests = npt.NDArray[np.uint8]
"""Shape (n, 32): sha256 of n strings."""


class Tree:
    """A tree that grows at its end and holds one hash a level: memory is logarithmic, a leaf costs one node."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: dict[int, bytes] = {}
        """Roots of the perfect trees that the leaves fill so far, by their height."""

    def extend(self, hashes: Iterable[bytes]) -> None:
        """Append leaves by their hashes, in order."""
        level, height = list(hashes), 0
        self.size += len(level)
        while level:
            if height in self._peaks:
                level.insert(0, self._peaks.pop(height))
            if len(level) % 2:
                self._peaks[height] = level.pop()
            pairs = zip(level[::2], level[1::2], strict=True)
            level = [sha256(NODE + left + right).digest() for left, right in pairs]
            height += 1

    def root(self) -> str:
        """Return the hash of the whole tree, 64 hex characters; that of no leaf is sha256 of nothing."""
        if not self._peaks:
            return sha256().hexdigest()
        lowest, *higher = (self._peaks[height] for height in sorted(self._peaks))
        root = lowest
        for peak in higher:
            root = sha256(NODE + peak + root).digest()
        return root.hex()


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf: sha256(0x00, data)."""
    return sha256(LEAF + data).digest()


def root_of(leaves: Iterable[bytes]) -> str:
    """Return the root over leaves that are given as bytes, 64 hex characters."""
    tree = Tree()
    tree.extend(map(leaf_hash, leaves))
    return tree.root()


def record_hashes(batch: pa.RecordBatch, digests: Digests | None = None) -> list[bytes]:
    """Return the hash of the leaf of each record; the batch has at least LEAF_COLUMNS.

    `digests` are those of its texts, where they have been taken already.
    """
    number, source, start, length, text, uri = (batch[name] for name in LEAF_COLUMNS)
    hexes = pc.if_else(text.is_valid(), _spelled(text_digests(text) if digests is None else digests), NULL)
    parts = (number, source, start, length, hexes, uri)
    lines = pc.binary_join_element_wise(*(pc.fill_null(part.cast(pa.string()), NULL) for part in parts), "\t")
    return [sha256(LEAF + line).digest() for line in _stretches(lines)]


def text_digests(texts: pa.StringArray) -> Digests:
    """Return sha256 of each text; what stands for null means nothing."""
    return np.frombuffer(b"".join([sha256(text).digest() for text in _stretches(texts)]), np.uint8).reshape(-1, 32)


def _stretches(strings: pa.StringArray) -> Iterator[memoryview]:
    """Yield the bytes of each string."""
    _, offsets, data = strings.buffers()
    ends = np.frombuffer(offsets, np.int32, len(strings) + 1, 4 * strings.offset).tolist() if len(strings) else [0]
    view = memoryview(data if data is not None else b"")
    return (view[start:end] for start, end in pairwise(ends))


def _spelled(digests: Digests) -> pa.StringArray:
    """Spell digests in hex characters."""
    offsets = np.arange(len(digests) + 1, dtype=np.int32) * 64
    body = digests.tobytes().hex().encode()
    return pa.StringArray.from_buffers(len(digests), pa.py_buffer(offsets), pa.py_buffer(body))


def path_to(place: int, hashes: Sequence[bytes]) -> list[bytes]:
    """Return the hashes that prove a leaf's place (RFC 9162, 2.1.3.1), the nearest first; at most log2 of the size.

    `hashes` are those of all leaves. IndexError where there is no such leaf.
    """
    if not 0 <= place < len(hashes):
        raise IndexError(place)
    path: list[bytes] = []
    level = list(hashes)
    while len(level) > 1:
        beside = place ^ 1
        if beside < len(level):
            path.append(level[beside])
        pairs = zip(level[::2], level[1::2], strict=False)
        odd = level[-1:] if len(level) % 2 else []
        level = [sha256(NODE + left + right).digest() for left, right in pairs] + odd
        place >>= 1
    return path


def root_by(leaf: bytes, place: int, size: int, path: Sequence[bytes]) -> str | None:
    """Return the root to which a path leads from the hash of a leaf (RFC 9162, 2.1.3.2); None where it cannot fit.

    Whoever holds the root compares: the leaf stands at that place of a tree of that size if both are equal.
    """
    if not 0 <= place < size:
        return None
    last = size - 1
    found = leaf
    for beside in path:
        if not last:
            return None
        if place & 1 or place == last:
            found = sha256(NODE + beside + found).digest()
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = sha256(NODE + found + beside).digest()
        place, last = place >> 1, last >> 1
    return found.hex() if not last else None
