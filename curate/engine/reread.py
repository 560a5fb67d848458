"""Read records again at their raw places: for a person who wants to see what was left out."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from curate.config.registry import load_class
from curate.core.errors import StorageError
from curate.core.source import FileStat, Source
from curate.engine.entry import keyed_uri
from curate.lineage.manifest import read_manifest
from curate.lineage.runrecord import read_run

Place = tuple[str, str, int, int]
"""Source id, published uri, offset, length: the columns of the ledger that say where a record stands."""


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


def texts_at(out: Path, places: Sequence[Place], uri_key: bytes | None = None) -> list[str | None]:
    """Return the raw texts at places of the ledger, in the order given; null where nothing can be read."""
    sources = sources_of(out)
    found: dict[Place, str | None] = {}
    for name in dict.fromkeys(place[0] for place in places):
        mine = [place for place in places if place[0] == name]
        found |= _texts_of(sources[name], mine, uri_key)
    return [found.get(place) for place in places]


def _texts_of(source: Source, places: Sequence[Place], uri_key: bytes | None) -> dict[Place, str | None]:
    wanted = {uri for _, uri, _, _ in places}
    found: dict[Place, str | None] = {}
    for file in source.files():
        uri = file.uri if uri_key is None else keyed_uri(file.uri, uri_key)
        if uri in wanted:
            spans = sorted({(offset, length) for _, where, offset, length in places if where == uri})
            found |= _texts_in(source, file, uri, spans)
    return found


def _texts_in(source: Source, file: FileStat, uri: str, spans: Sequence[tuple[int, int]]) -> dict[Place, str | None]:
    with TemporaryDirectory(prefix="curate-") as parts:
        surveyed = source.look(file, Path(parts))
        texts = list(source.again(file, surveyed, spans))
    return {(source.name, uri, *span): text for span, text in zip(spans, texts, strict=True)}
