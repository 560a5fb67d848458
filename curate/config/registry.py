"""The names that a configuration may use, and where each one lives; strangers come in by entry points."""

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import cast

from pydantic import BaseModel

from curate.core.errors import ConfigError

STAGES = {
    "suppress": "curate.stages.suppress:Suppress",
    "normalize": "curate.stages.normalize.stage:Normalize",
    "language": "curate.stages.language:Language",
    "length": "curate.stages.length:Length",
    "quality": "curate.stages.quality.stage:Quality",
    "relevance": "curate.stages.relevance.stage:Relevance",
    "safety": "curate.stages.safety.stage:Safety",
    "source_gate": "curate.stages.safety.gate:SourceGate",
    "exact_duplicates": "curate.stages.dedup.exact:ExactDuplicates",
    "repeated_lines": "curate.stages.dedup.repeated:RepeatedLines",
    "near_duplicates": "curate.stages.dedup.near:NearDuplicates",
    "pii": "curate.stages.pii.stage:Pii",
    "decontaminate": "curate.stages.decontaminate.stage:Decontaminate",
    "tokens": "curate.stages.tokens:Tokens",
}

SOURCES = {
    "jsonl": "curate.sources.jsonl:Jsonl",
    "json": "curate.sources.json:Json",
    "csv": "curate.sources.csv:Csv",
    "parquet": "curate.sources.parquet:Parquet",
    "text": "curate.sources.text:Text",
    "curate": "curate.sources.curate:Curate",
}


def names(room: str) -> dict[str, str]:
    """Return every known name of a room (`stages` or `sources`) with its `module:Class`; ours come first and win."""
    ours = STAGES if room == "stages" else SOURCES
    return ours | {name: place for name, place in strangers(room) if name not in ours}


@cache
def strangers(room: str) -> tuple[tuple[str, str], ...]:
    """Return what other packages bring, by name: looked up once, it takes some milliseconds."""
    return tuple(sorted((point.name, point.value) for point in entry_points(group=f"curate.{room}")))


def load_class(room: str, name: str) -> type[BaseModel]:
    """Import the class behind a name; KeyError when the name is unknown, ConfigError when its package is broken."""
    place = names(room)[name]
    module, _, attribute = place.partition(":")
    try:
        return cast("type[BaseModel]", getattr(import_module(module), attribute))
    except (ImportError, AttributeError) as error:
        hint = "install the package that brings it again, or update it"
        fact = f"{name!r} cannot be loaded from {place}: {error}"
        raise ConfigError(fact, where=f"curate.{room}", hint=hint) from error


def name_of(room: str, model: type) -> str:
    """Return the name under which a class is registered, or its `module:Class` where it is not."""
    place = f"{model.__module__}:{model.__qualname__}"
    return next((name for name, known in names(room).items() if known == place), place)
