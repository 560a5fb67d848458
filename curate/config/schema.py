"""The configuration as one JSON Schema, so that editors complete and check it while it is written."""

from pydantic import BaseModel

from curate.config.model import Config
from curate.config.registry import load_class, names

Schema = dict[str, object]


def schema() -> Schema:
    """Return the JSON Schema (2020-12) of a configuration, each source and stage with the settings of its own kind."""
    defs: dict[str, Schema] = {}
    whole = rooted(Config, "config", defs)
    properties = whole["properties"]
    if isinstance(properties, dict):
        properties["sources"] = sources(defs) | {"description": Config.model_fields["sources"].description}
        properties["stages"] = stages(defs) | {"description": Config.model_fields["stages"].description}
    used = {name: body for name, body in defs.items() if name not in {"config.Source", "config.Settings"}}
    top: Schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Configuration of curate"}
    return top | untitled(whole) | {"$defs": {name: untitled(used[name]) for name in sorted(used)}}


def rooted(model: type[BaseModel], prefix: str, defs: dict[str, Schema]) -> Schema:
    """Return the schema of a model; what it refers to goes into `defs` under names that start with the prefix."""
    body = model.model_json_schema(ref_template=f"#/$defs/{prefix}.{{model}}")
    defs |= {f"{prefix}.{name}": inner for name, inner in body.pop("$defs", {}).items()}
    return body


def sources(defs: dict[str, Schema]) -> Schema:
    """Return the schema of `sources`: the settings of each follow from its format."""
    formats = list(names("sources"))
    for name in formats:
        body = rooted(load_class("sources", name), f"source.{name}", defs)
        settings = body.get("properties")
        own = {key: value for key, value in settings.items() if key != "name"} if isinstance(settings, dict) else {}
        defs[f"source.{name}"] = body | {"properties": {"format": {"const": name}} | own}
    by_format = [
        {
            "if": {"properties": {"format": {"const": name}}, "required": ["format"]},
            "then": {"$ref": f"#/$defs/source.{name}"},
        }
        for name in formats
    ]
    each: Schema = {"type": "object", "required": ["format"], "properties": {"format": {"enum": formats}}}
    return {"type": "object", "minProperties": 1, "additionalProperties": each | {"allOf": by_format}}


def stages(defs: dict[str, Schema]) -> Schema:
    """Return the schema of `stages`: a list of names, or of names with settings."""
    known = list(names("stages"))
    for name in known:
        defs[f"stage.{name}"] = rooted(load_class("stages", name), f"stage.{name}", defs)
    settings = {name: {"$ref": f"#/$defs/stage.{name}"} for name in known}
    with_settings: Schema = {"type": "object", "properties": settings, "additionalProperties": False}
    return {
        "type": "array",
        "items": {"anyOf": [{"enum": known}, with_settings | {"minProperties": 1, "maxProperties": 1}]},
    }


def untitled(body: Schema) -> Schema:
    """Drop the titles that pydantic makes of field names: they say nothing, and editors show them before the text."""
    return {key: plain(value) for key, value in body.items() if not (key == "title" and isinstance(value, str))}


def plain(value: object) -> object:
    """Drop titles at any depth."""
    if isinstance(value, dict):
        return untitled(value)
    return [plain(each) for each in value] if isinstance(value, list) else value
