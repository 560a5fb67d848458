"""What every peer is given and asked for: documents in, removed ids out, CPU seconds between."""

import json
import re
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

BANDS, ROWS = 14, 8
"""What datatrove takes when nothing is said, and what other tools come to at a threshold of 0.7 and 128 permutations:
the S-curve has its middle at 0.72. Fewer permutations than `curate` spends at that threshold."""
NGRAM = 5
ALONE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3021-\u312f\u31a0-\u31ff\u3400-\u9fff\uf900-\ufaff"
TOKEN = re.compile(rf"[{ALONE}]|[^\W{ALONE}]+")
"""The tokens of `curate` as a regular expression: a Han character, or letters and digits that stand together."""


class Document(NamedTuple):
    """A document of the corpus."""

    id: str
    text: str
    language: str


def documents(corpus: Path) -> list[Document]:
    """Read all documents of a folder of Parquet files, in order."""
    found: list[Document] = []
    for path in sorted(corpus.glob("*.parquet")):
        table = pq.read_table(path, columns=list(Document._fields))
        found += map(Document, *(table[name].to_pylist() for name in Document._fields))
    return found


def shingles(text: str) -> list[str]:
    """Return the runs of five tokens of a text; fewer tokens are one shingle."""
    tokens = TOKEN.findall(text.lower())
    if len(tokens) <= NGRAM:
        return [" ".join(tokens)] if tokens else []
    return list(map(" ".join, zip(*(tokens[place:] for place in range(NGRAM)), strict=False)))


def first_kept(neighbours: Sequence[Sequence[int]]) -> list[int]:
    """Go through documents in order; return those that have a kept one before them among their neighbours."""
    removed: set[int] = set()
    for place, near in enumerate(neighbours):
        if any(other < place and other not in removed for other in near):
            removed.add(place)
    return sorted(removed)


def spent() -> float:
    """Return the CPU seconds of this process and of all its children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def tried(removed_of: Callable[[Path, Path], list[str]]) -> None:
    """Run a peer over a small corpus, which warms it up, then over the one that is measured; print a line of JSON.

    The program is given the small corpus, the corpus, and a folder to work in, where it leaves the ids of the removed.
    """
    small, corpus, place = map(Path, sys.argv[1:4])
    removed_of(small, place / "small")
    started = spent()
    removed = removed_of(corpus, place / "large")
    seconds = spent() - started
    (place / "removed.json").write_text(json.dumps(sorted(removed)), "utf-8")
    print(json.dumps({"cpu_seconds": seconds, "removed": len(removed)}))
