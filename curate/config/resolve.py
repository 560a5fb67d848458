"""A configuration as the manifest shows it: what decides the corpus, and nothing of the machine or of secrets."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import BaseModel, SecretStr

from curate.config.registry import name_of
from curate.core.register import STATED, Entry
from curate.core.source import Source
from curate.core.stage import Settings

UNDECIDED = {"sources", "stages", "workers", "engine", "ray_address", "work", "key_file"}
"""Top-level settings that are shown elsewhere or decide nothing about the corpus."""

WILD = re.compile(r"[*?\[]")


def resolved(config: BaseModel, sources: Iterable[Source], stages: Iterable[Settings]) -> dict[str, object]:
    """Return the settings as JSON values: names, then sources and stages in their order, then the rest."""
    rest = {key: value for key, value in shown(config).items() if key not in UNDECIDED}
    name = rest.pop("name")
    output = rest.pop("output")
    if isinstance(output, dict):
        output.pop("path")
        output.pop("store")
    return {
        "name": name,
        "sources": [shown_source(source) for source in sources],
        "stages": [{"stage": name_of("stages", type(stage)), **shown(stage)} for stage in stages],
        "output": output,
        **rest,
    }


def shown_source(source: Source) -> dict[str, object]:
    """Return the settings of a source with its registry; its path from the first wildcard on, or by its last name.

    Of the registry there is all that stands nowhere else: what its card says at first sight is a setting of the source.
    """
    settings: dict[str, object] = {"format": name_of("sources", type(source)), **shown(source)}
    path = settings.get("path")
    if isinstance(path, str):
        settings["path"] = pattern(path)
    elif isinstance(path, list):
        settings["path"] = [pattern(str(each)) for each in path]
    entry = getattr(source, "registry", None)
    if isinstance(entry, Entry):
        settings["registry"] = entry.model_dump(mode="json", exclude=set(STATED))
    return settings


def pattern(path: str) -> str:
    """Return what of a path is the same on every machine.

    >>> pattern("/data/raw/laws/**/*.md"), pattern("s3://key:secret@bucket/raw/qa.csv")
    ('**/*.md', 'qa.csv')
    """
    parts = path.rstrip("/").split("/")
    first = next((n for n, part in enumerate(parts) if WILD.search(part)), len(parts) - 1)
    return "/".join(parts[first:])


def shown(value: BaseModel) -> dict[str, object]:
    """Return the fields of a value that may be shown, as JSON values, by the names that a configuration writes.

    A stage's own name stays `name`, as everywhere else in the manifest; what a field excludes from its dump (where a
    key lies) is not shown.
    """
    names = {
        name: name if name == "name" else field.alias or name
        for name, field in type(value).model_fields.items()
        if not field.exclude
    }
    fields = {said: getattr(value, name) for name, said in names.items()}
    return {said: plain(field) for said, field in fields.items() if not isinstance(field, SecretStr)}


def plain(value: object) -> object:
    """Turn one value into JSON; an asset becomes the name of its file."""
    if isinstance(value, BaseModel):
        return shown(value)
    if isinstance(value, Path):
        return value.name
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(map(str, value))
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)
