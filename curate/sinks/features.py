"""How Hugging Face spells a column: features for the schema metadata and for the card, without importing `datasets`."""

import json
from collections.abc import Mapping

import pyarrow as pa
from pydantic import JsonValue

from curate.core.errors import ConfigError

Feature = dict[str, JsonValue]
"""One column as `Features.to_dict` of datasets 4 and later writes it: a Value, a List, or a struct as an object."""

METADATA_KEY = b"huggingface"


def publishable(kind: pa.DataType, where: str = "") -> pa.DataType:
    """Return the type under which a column is published: plain strings and lists, no dictionaries.

    `large_string` halves what old readers can open, a dictionary is a way of storing, and a `map` or a column of nulls
    makes `load_dataset` fail for the whole set: those two raise ConfigError.
    """
    if pa.types.is_dictionary(kind):
        return publishable(kind.value_type, where)
    if pa.types.is_large_string(kind) or kind == pa.string_view():
        return pa.string()
    if pa.types.is_large_binary(kind) or kind == pa.binary_view():
        return pa.binary()
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return pa.list_(publishable(kind.value_type, where))
    if pa.types.is_struct(kind):
        return pa.struct([(child.name, publishable(child.type, where)) for child in kind])
    if pa.types.is_nested(kind) or pa.types.is_null(kind):
        raise ConfigError(
            f"a column of type {str(kind)!r} cannot be published",
            where=where,
            hint="readers of the shards have no type for it; leave it out or turn it into a string",
        )
    return kind


def feature_of(kind: pa.DataType) -> Feature:
    """Spell an Arrow type (as `publishable` returns it) as a Hugging Face feature."""
    if pa.types.is_struct(kind):
        return {child.name: feature_of(child.type) for child in kind}
    if pa.types.is_list(kind):
        return {"feature": feature_of(kind.value_type), "_type": "List"}
    return {"dtype": _dtype_of(kind), "_type": "Value"}


def _dtype_of(kind: pa.DataType) -> str:
    """Arrow calls a double `double`, Hugging Face calls it `float64`; and so on."""
    if pa.types.is_floating(kind):
        return f"float{kind.bit_width}"
    if pa.types.is_date(kind):
        return f"date{kind.bit_width}"
    return str(kind)


def with_features(schema: pa.Schema) -> pa.Schema:
    """Put the features into the schema's metadata, where `load_dataset` looks for them; other metadata goes."""
    features = {field.name: feature_of(field.type) for field in schema}
    body = json.dumps({"info": {"features": features}}, ensure_ascii=False, separators=(",", ":"))
    return schema.with_metadata({METADATA_KEY: body.encode()})


def card_feature(feature: Mapping[str, JsonValue]) -> Feature:
    """Spell a feature as the card's front matter wants it: `{dtype: string}`, `{list: string}`, `{struct: [...]}`."""
    if feature.get("_type") == "Value":
        return {"dtype": feature["dtype"]}
    if feature.get("_type") == "List":
        inner = card_feature(_mapping(feature["feature"]))
        said: JsonValue = next(iter(inner.values())) if set(inner) < {"dtype", "struct"} else inner
        return {"list": said}
    return {"struct": [{"name": name, **card_feature(_mapping(child))} for name, child in feature.items()]}


def _mapping(value: JsonValue) -> Feature:
    """Take what must be a feature for one."""
    if not isinstance(value, dict):
        raise TypeError(f"a feature is an object, not {value!r}")
    return value
