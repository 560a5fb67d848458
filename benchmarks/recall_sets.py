"""Real sets whose own labels say which texts are versions or copies of each other, read by curate's sources."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from html.parser import HTMLParser
from itertools import combinations
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from benchmarks.first_run import ADVISORY, CONSULTATION
from curate.core.source import Source, Split
from curate.sources.csv import Csv
from curate.sources.json import Json
from curate.sources.text import Text

Pairs = NDArray[np.int64]
"""Shape (n, 2): the places of two texts, the smaller first; ascending, no pair twice."""

LABS, ADVISORIES = "zh_dedup_vulhub_history", "en_dedup_csaf_history"
CONSULTATIONS, PAGES, STATUTES = "zh_med_toyhom_gbk", "zh_web_debian_guide_archpair", "zh_law_national"

ENACTED = re.compile(r"\(\d{4}-\d\d-\d\d\)$")
"""The date at the end of a statute's file name."""
CONTENTS = "_index"
"""Name of the files that begin a folder of statutes: no statute."""
BETWEEN_NOTES = re.compile(r"\n{2,}")
UNSEEN = frozenset({"head", "script", "style"})


class Labelled(NamedTuple):
    """The texts of a set, and the pairs that its own truth names."""

    texts: pa.StringArray
    pairs: Pairs


def read(source: Source) -> list[dict[str, Any]]:
    """Return all records of a source: `text`, `source_uri`, and what it keeps beside."""
    with TemporaryDirectory() as parts:
        pieces = [piece for file in source.files() for piece in source.look(file, Path(parts)).pieces]
        return [row for batch, _ in source.read(Split(source.name, tuple(pieces))) for row in batch.to_pylist()]


def labelled(texts: Sequence[str], groups: Iterable[Sequence[int]]) -> Labelled:
    """Pair the members of each group with each other."""
    pairs = sorted({pair for group in groups for pair in combinations(sorted(group), 2)})
    return Labelled(pa.array(texts, pa.string()), np.array(pairs, np.int64).reshape(-1, 2))


def grouped(names: Iterable[object]) -> dict[object, list[int]]:
    """Return the places of each name."""
    places = defaultdict(list)
    for place, name in enumerate(names):
        places[name].append(place)
    return dict(places)


def versions(data: Path, folder: str, source: Source) -> Labelled:
    """Pair first and last version of a text: what lies in one of the folders that PAIRS.json lists."""
    rows = read(source)
    places = grouped(PurePosixPath(row["source_uri"]).parts[0] for row in rows)
    said = orjson.loads((data / folder / "PAIRS.json").read_bytes())
    return labelled([row["text"] for row in rows], [places[pair["pair"]] for pair in said])


def labs(data: Path) -> Labelled:
    """Read the guides of vulnerability labs, in Markdown."""
    return versions(data, LABS, Text(path=str(data / LABS / "*/*.md")))


def advisories(data: Path) -> Labelled:
    """Read security advisories as they are, identifiers, dates and history of revisions included."""
    return versions(data, ADVISORIES, Text(path=str(data / ADVISORIES / "*/*.json")))


def advisory_notes(data: Path) -> Labelled:
    """Read what people read of security advisories, title and notes: mostly what other advisories say, too."""
    return versions(data, ADVISORIES, Json(path=str(data / ADVISORIES / "*/*.json"), text=ADVISORY))


def consultations(data: Path) -> Labelled:
    """Pair the rows of a table with the notes of a text file that ask the same, where they ask it the same time.

    Both are GBK. A row has title, question and answer, and becomes a text with a label before question and answer; a
    note is a line `title,question`, then the answer. Several rows may ask the same: the n-th of them goes with the
    n-th such note.
    """
    folder = data / CONSULTATIONS
    table = read(Csv(path=str(folder / "*.csv"), text=CONSULTATION, keep=("title", "ask")))
    notes = [note for row in read(Text(path=str(folder / "*.txt"))) for note in BETWEEN_NOTES.split(row["text"])]
    notes = [note for note in notes if note]
    rows = grouped(f"{row['title']},{row['ask']}" for row in table)
    asked = grouped(note.split("\n", 1)[0] for note in notes)
    pairs = [
        (one, len(table) + two)
        for question in rows
        for one, two in zip(rows[question], asked.get(question, ()), strict=False)
    ]
    return labelled([*(row["text"] for row in table), *notes], pairs)


def pages(data: Path) -> Labelled:
    """Pair the pages of one name in two editions of a manual, tags taken out by the parser of the standard library."""
    rows = read(Text(path=str(data / PAGES / "*/*.html")))
    places = grouped(PurePosixPath(row["source_uri"]).name for row in rows)
    return labelled([Seen.of(row["text"]) for row in rows], places.values())


class Seen(HTMLParser):
    """Collects the text between the tags of a page's body."""

    def __init__(self) -> None:
        super().__init__()
        self.within: list[str] = []
        self.said: list[str] = []

    @classmethod
    def of(cls, page: str) -> str:
        """Return the text of a page."""
        parser = cls()
        parser.feed(page)
        parser.close()
        return "".join(parser.said)

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - the signature of the parser
        """Note that what follows is not shown."""
        if tag in UNSEEN:
            self.within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Note that it is over."""
        if tag in self.within:
            self.within.remove(tag)

    def handle_data(self, data: str) -> None:
        """Keep what is shown."""
        if not self.within:
            self.said.append(data)


def statutes(data: Path) -> Labelled:
    """Pair all versions of a statute: files whose names differ in the date or the folder alone."""
    rows = read(Text(path=str(data / STATUTES / "**/*.md")))
    texts = {row["source_uri"]: row["text"] for row in rows if PurePosixPath(row["source_uri"]).stem != CONTENTS}
    places = grouped(ENACTED.sub("", PurePosixPath(uri).stem) for uri in texts)
    return labelled(list(texts.values()), places.values())


SETS: dict[str, Callable[[Path], Labelled]] = {
    "lab guides": labs,
    "advisories, whole files": advisories,
    "advisories, title and notes": advisory_notes,
    "consultations": consultations,
    "manual pages": pages,
    "statutes": statutes,
}
