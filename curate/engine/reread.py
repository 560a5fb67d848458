"""Read records again at their raw places: for a person who wants to see what was left out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from curate.config.registry import load_class
from curate.core.errors import StorageError
from curate.core.personal import keyed_uri
from curate.core.source import FileStat, Source, Split
from curate.engine.keys import repeat_id
from curate.lineage.manifest import read_manifest
from curate.lineage.runrecord import read_run


class Place(NamedTuple):
    """The columns of the ledger that say which record it is and where it stands."""

    id: str
    source_id: str
    uri: str
    """As published: of an earlier output's record, where that output found it."""
    offset: int
    length: int

    @property
    def span(self) -> "Span":
        """Where it stands in its file."""
        return self.offset, self.length


class Again(NamedTuple):
    """What was read at a place."""

    text: str | None = None
    why: str | None = None
    """Why there is no text; null where there is one."""


NO_FILE = Again(why="its file is no longer among those of the source, or its name is keyed by another key")
CHANGED = Again(why="its file has changed since the run read it")
NO_TEXT = Again(why="no text can be read at its place")
NO_RECORD = Again(why="no record of the earlier outputs has its id")
Found = dict[Place, Again]
Span = tuple[int, int]
Raw = Mapping[str, str | Sequence[str]]
"""Where raw files are now: a path as in a configuration by source, `*` for all other sources."""
EVERY = "*"


class Reader:
    """Reads records of an output again."""

    def __init__(self, out: Path, uri_key: bytes | None = None, raw: Raw | None = None) -> None:
        self.out, self.uri_key, self.raw = out, uri_key, raw or {}
        self.manifest = read_manifest(out)
        self.record = read_run(out)
        self.digests = {(file.source_id, file.uri): file.sha256 for file in self.manifest.inputs}

    def source(self, name: str) -> Source:
        """Build a source anew, with the path that is given or else that of the run record.

        StorageError where neither says where the raw files are.
        """
        recorded = self.record.raw if self.record else {}
        path = self.raw.get(name, self.raw.get(EVERY, recorded.get(name)))
        said: Any = self.manifest.config.resolved["sources"]
        settings = next((one for one in said if one["name"] == name), None)
        if path is None or settings is None:
            hint = "give the raw files' place, or read the ledger without texts"
            raise StorageError(f"nothing says where the files of source {name!r} are", where=str(self.out), hint=hint)
        values = {key: value for key, value in settings.items() if key != "format"}
        values["path"] = path if isinstance(path, str) else tuple(path)
        source = load_class("sources", settings["format"])(**values)
        assert isinstance(source, Source)  # noqa: S101 - the registry's room of sources holds nothing else
        return source

    def texts_at(self, places: Sequence[Place]) -> list[Again]:
        """Return the raw texts at places of the ledger, in the order given, or why there is none.

        A record of an earlier output has no place in what its source reads: it is looked up there by its id.
        """
        found: Found = {}
        for name in dict.fromkeys(place.source_id for place in places):
            source = self.source(name)
            mine = [place for place in places if place.source_id == name]
            found |= (self._records_of if source.carries_places else self._texts_of)(source, mine)
        return [found[place] for place in places]

    def _texts_of(self, source: Source, places: Sequence[Place]) -> Found:
        """Read the spans of the files that the places name."""
        by_uri: dict[str, list[Place]] = {}
        for place in places:
            by_uri.setdefault(place.uri, []).append(place)
        found = dict.fromkeys(places, NO_FILE)
        for file in source.files():
            wanted = by_uri.get(published(file.uri, self.uri_key), [])
            if wanted:
                texts = self._texts_in(source, file, sorted({place.span for place in wanted}))
                found |= {place: texts[place.span] for place in wanted}
        return found

    def _texts_in(self, source: Source, file: FileStat, spans: Sequence[Span]) -> dict[Span, Again]:
        with TemporaryDirectory(prefix="curate-") as parts:
            surveyed = source.look(file, Path(parts))
            if self.digests.get((source.name, published(file.uri, self.uri_key))) != surveyed.sha256:
                return dict.fromkeys(spans, CHANGED)
            texts = list(source.again(file, surveyed, spans))
        read = {span: NO_TEXT if text is None else Again(text) for span, text in zip(spans, texts, strict=False)}
        return dict.fromkeys(spans, NO_TEXT) | read

    def _records_of(self, source: Source, places: Sequence[Place]) -> Found:
        """Look for the records of the places in all that the source reads.

        Of records that share an id one keeps it; the ledger has the others under names made of it.
        """
        seen: Counter[str] = Counter()
        texts: dict[str, Again] = dict.fromkeys((place.id for place in places), NO_RECORD)
        with TemporaryDirectory(prefix="curate-") as parts:
            for file in source.files():
                for outcome in source.read(Split(source.name, source.look(file, Path(parts)).pieces)):
                    for row in outcome.batch.select(["id", "text"]).to_pylist():
                        own = published(row["id"], self.uri_key)
                        seen[own] += 1
                        names = [own, *(repeat_id(own, again) for again in range(1, seen[own]))]
                        for name in [name for name in names if texts.get(name) is NO_RECORD][:1]:
                            texts[name] = Again(row["text"])
        return {place: texts[place.id] for place in places}


def published(name: str, uri_key: bytes | None) -> str:
    """Return the published form of a file name or an id."""
    return name if uri_key is None else keyed_uri(name, uri_key)
