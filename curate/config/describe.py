"""Stages, sources and their settings in words, read from the models themselves."""

from collections.abc import Mapping, Sequence
from inspect import getdoc
from textwrap import fill, indent
from typing import Any, NamedTuple
from unicodedata import east_asian_width

from pydantic import BaseModel, ValidationError

from curate.config.registry import load_class, names
from curate.core.errors import ConfigError, near
from curate.core.stage import Settings

ROOMS = ("stages", "sources")
SIMPLE = {"integer": "whole number", "number": "number", "boolean": "true or false", "string": "text", "null": "null"}
LIMITS = {"minimum": ">=", "exclusiveMinimum": ">", "maximum": "<=", "exclusiveMaximum": "<"}
PATHS = {"path", "file-path"}
ABSENT = "none"
WIDTH = 100


class Setting(NamedTuple):
    """One setting: what may be written, what holds when nothing is written, what it means."""

    name: str
    type: str
    default: object
    required: bool
    description: str


class Described(NamedTuple):
    """A stage or a source in words."""

    name: str
    room: str
    summary: str
    details: str
    columns: tuple[str, ...]
    """Columns that a stage with default settings fills or measures."""
    columns_tagged: tuple[str, ...]
    """Those that it has beside them with `action: tag`."""
    settings: tuple[Setting, ...]

    def as_json(self) -> dict[str, object]:
        """Return the same as JSON values."""
        return self._asdict() | {"settings": [setting._asdict() for setting in self.settings]}


def described(name: str) -> Described:
    """Describe a stage or a source format; raise ConfigError for a name that is neither."""
    for room in ROOMS:
        if name in names(room):
            return of_model(name, room, load_class(room, name))
    known = [known for room in ROOMS for known in names(room)]
    raise ConfigError(f"there is no stage and no source format {name!r}", hint=near(name, known))


def of_model(name: str, room: str, model: type[BaseModel]) -> Described:
    """Describe a model."""
    summary, _, details = (getdoc(model) or "").partition("\n")
    body = model.model_json_schema()
    defs, required = body.get("$defs", {}), body.get("required", [])
    settings = [
        Setting(key, spelled(spec, defs), spec.get("default"), key in required, spec.get("description", ""))
        for key, spec in body.get("properties", {}).items()
        if key != "name"
    ]
    if room == "sources":
        settings.insert(0, Setting("format", name, None, required=True, description="The format of the files."))
    usual = columns_of(name, model)
    tagged = tuple(one for one in columns_of(name, model, action="tag") if one not in usual)
    return Described(name, room, summary, details.strip(), usual, tagged, tuple(settings))


def columns_of(name: str, model: type[BaseModel], **said: object) -> tuple[str, ...]:
    """Return the columns that a stage adds, with default settings but for what is said."""
    if not issubclass(model, Settings):
        return ()
    settings: dict[str, Any] = {"as": name, **said}
    try:
        return tuple(model.model_validate(settings).adds.names)
    except ValidationError:  # some settings have no default; those of our stages name no column
        bare = model.model_construct(**settings)
    try:
        return tuple(bare.adds.names)
    except AttributeError:  # those of a stage of a stranger's may
        return ()


def columns_in_words(what: Described, mark: str = "") -> str:
    """List the columns of a stage; `mark` stands around each."""
    usual, tagged = (", ".join(f"{mark}{one}{mark}" for one in some) for some in (what.columns, what.columns_tagged))
    also = f"with {mark}action: tag{mark} {'also ' if usual else ''}{tagged}" if tagged else ""
    return "; ".join(part for part in (usual, also) if part)


def spelled(spec: Mapping[str, object], defs: Mapping[str, Mapping[str, object]]) -> str:
    """Write what a JSON Schema allows in few words.

    >>> spelled({"type": "array", "items": {"type": "number", "minimum": 0}}, {})
    'list of number >= 0'
    """
    items = spec.get("items")
    match spec:
        case {"$ref": str(ref)}:
            said = spelled(defs[ref.rpartition("/")[2]], defs)
        case {"anyOf": list(branches)}:
            said = " | ".join(dict.fromkeys(spelled(each, defs) for each in branches if each != {"type": "null"}))
        case {"const": value}:
            said = str(value)
        case {"enum": list(words)}:
            said = " | ".join(map(str, words))
        case {"type": "array"}:
            said = f"list of {spelled(items, defs)}" if isinstance(items, Mapping) else "list"
        case {"type": "object"}:
            said = spelled_mapping(spec, defs)
        case _:
            kind = "path" if spec.get("format") in PATHS else SIMPLE.get(str(spec.get("type")), "anything")
            said = " ".join([kind, *(f"{sign} {spec[key]}" for key, sign in LIMITS.items() if key in spec)])
    return said


def spelled_mapping(spec: Mapping[str, object], defs: Mapping[str, Mapping[str, object]]) -> str:
    """Write which keys a mapping has, or what its values are."""
    settings, values = spec.get("properties"), spec.get("additionalProperties")
    if isinstance(settings, Mapping):
        return f"{{{', '.join(settings)}}}"
    return f"{{name: {spelled(values, defs)}}}" if isinstance(values, Mapping) else "mapping"


def overview() -> str:
    """List every stage and every source format with its first sentence."""
    rooms = []
    for room, title in zip(ROOMS, ("Stages", "Sources"), strict=True):
        rows = [(f"  {name}", summary_of(name)) for name in names(room)]
        rooms.append(f"{title}:\n{table(rows)}")
    return "\n\n".join([*rooms, "`curate stages NAME` documents one of them with all its settings."])


def summary_of(name: str) -> str:
    """Return the first sentence about a stage or a source, or why it cannot be loaded."""
    try:
        return described(name).summary
    except ConfigError as error:
        return error.message


def page(what: Described) -> str:
    """Write the documentation of one stage or source as text."""
    parts = [f"{what.name}: {what.summary}"]
    if what.details:
        parts.append(indent(what.details, "  "))
    if columns := columns_in_words(what):
        parts.append(f"  Columns: {columns}")
    parts.append("  Settings:\n" + "\n".join(paragraph(setting) for setting in what.settings))
    return "\n\n".join(parts)


def paragraph(setting: Setting) -> str:
    """Write one setting: its name, type and default, then what it means."""
    default = "required" if setting.required else f"default {default_of(setting)}"
    said = fill(setting.description, WIDTH, initial_indent="      ", subsequent_indent="      ")
    return f"    {setting.name}: {setting.type} ({default})\n{said}"


def default_of(setting: Setting) -> str:
    """Spell a default as a configuration would write it."""
    if setting.default is None or setting.default == "":
        return ABSENT
    if isinstance(setting.default, bool):
        return str(setting.default).lower()
    return repr(setting.default) if setting.default in ([], {}) else str(setting.default)


def table(rows: Sequence[Sequence[str]]) -> str:
    """Align rows of cells; a Chinese character is two columns wide."""
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    padded = [[cell + " " * (w - width(cell)) for cell, w in zip(row, widths, strict=True)] for row in rows]
    return "\n".join("  ".join(row).rstrip() for row in padded)


def width(text: str) -> int:
    """Return the number of columns that a text takes on a terminal."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
