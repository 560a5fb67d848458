"""Read records again at their raw places: for a person who wants to see what was left out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from curate.config.registry import load_class
from curate.core.errors import StorageError
from curate.core.source import FileStat, Source, Split
from curate.engine.entry import keyed_uri
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
    def span(self) -> tuple[int, int]:
        """Where it stands in its file."""
        return self.offset, self.length


class Again(NamedTuple):
    """What was read at a place."""

    text: str | None = None
    why: str | None = None
    """Why there is no text; null where there is one."""


NO_FILE = Again(why="its file is no longer among those of the source, or its name is keyed by another key")
NO_TEXT = Again(why="no text can be read at its place")
NO_RECORD = Again(why="no record of the earlier outputs has its id")
Found = dict[Place, Again]


def sources_of(out: Path, raw: Mapping[str, Sequence[str]] | None = None) -> dict[str, Source]:
    """Build the sources of an output anew, with the paths of its run record or those given.

    StorageError where neither says where the raw files are.
    """
    record = read_run(out)
    paths = raw or (record.raw if record else {})
    sources: dict[str, Source] = {}
    said: Any = read_manifest(out).config.resolved["sources"]
    for settings in said:
        name = settings["name"]
        if name not in paths:
            hint = "give the raw files' place, or read the ledger without texts"
            raise StorageError(f"nothing says where the files of source {name!r} are", where=str(out), hint=hint)
        model = load_class("sources", settings["format"])
        values = {key: value for key, value in settings.items() if key != "format"}
        source = model(**{**values, "path": tuple(paths[name])})
        if isinstance(source, Source):
            sources[name] = source
    return sources


def texts_at(out: Path, places: Sequence[Place], uri_key: bytes | None = None) -> list[Again]:
    """Return the raw texts at places of the ledger, in the order given, or why there is none.

    A record of an earlier output has no place in what its source reads: it is looked up there by its id.
    """
    sources = sources_of(out)
    found: Found = {}
    for name in dict.fromkeys(place.source_id for place in places):
        mine = [place for place in places if place.source_id == name]
        read = _records_of if sources[name].carries_places else _texts_of
        found |= read(sources[name], mine, uri_key)
    return [found[place] for place in places]


def _texts_of(source: Source, places: Sequence[Place], uri_key: bytes | None) -> Found:
    """Read the spans of the files that the places name."""
    by_uri: dict[str, list[Place]] = {}
    for place in places:
        by_uri.setdefault(place.uri, []).append(place)
    found = dict.fromkeys(places, NO_FILE)
    for file in source.files():
        wanted = by_uri.get(published(file.uri, uri_key), [])
        if wanted:
            texts = _texts_in(source, file, sorted({place.span for place in wanted}))
            found |= {place: texts[place.span] for place in wanted}
    return found


def _texts_in(source: Source, file: FileStat, spans: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Again]:
    with TemporaryDirectory(prefix="curate-") as parts:
        surveyed = source.look(file, Path(parts))
        texts = list(source.again(file, surveyed, spans))
    read = {span: NO_TEXT if text is None else Again(text) for span, text in zip(spans, texts, strict=False)}
    return dict.fromkeys(spans, NO_TEXT) | read


def _records_of(source: Source, places: Sequence[Place], uri_key: bytes | None) -> Found:
    """Look for the records of the places in all that the source reads.

    Of records that share an id one keeps it; the ledger has the others under names made of it.
    """
    seen: Counter[str] = Counter()
    texts: dict[str, Again] = dict.fromkeys((place.id for place in places), NO_RECORD)
    with TemporaryDirectory(prefix="curate-") as parts:
        for file in source.files():
            for outcome in source.read(Split(source.name, source.look(file, Path(parts)).pieces)):
                for row in outcome.batch.select(["id", "text"]).to_pylist():
                    own = published(row["id"], uri_key)
                    seen[own] += 1
                    names = [own, *(repeat_id(own, again) for again in range(1, seen[own]))]
                    for name in [name for name in names if texts.get(name) is NO_RECORD][:1]:
                        texts[name] = Again(row["text"])
    return {place: texts[place.id] for place in places}


def published(name: str, uri_key: bytes | None) -> str:
    """Return the published form of a file name or an id."""
    return name if uri_key is None else keyed_uri(name, uri_key)
