"""What the command line says over the file: `--set key.path=value`."""

from collections.abc import Sequence

from curate.config.places import At, Draft, parse_value
from curate.core.errors import ConfigError, near


def override(draft: Draft, overrides: Sequence[str], known: Sequence[str]) -> None:
    """Write each `key.path=value` into the draft, later ones over earlier ones; `known` are the top-level settings.

    A source is named by its key and a stage by its `as` or its own name, so both must stand in the file already. What
    matches nothing is a mistake of the draft.
    """
    for said in overrides:
        path, equals, value = said.partition("=")
        if not equals or not path.strip():
            error = ConfigError(f"{said!r} is no setting", where="--set", hint="write --set output.path=out/new")
            draft.problems.append((0, error))
            continue
        try:
            at = place(draft, path.strip().split("."), known)
            write(draft, at, parse_value(value))
        except ConfigError as error:
            draft.problems.append((0, ConfigError(error.message, where=f"--set {path.strip()}", hint=error.hint)))


def place(draft: Draft, parts: list[str], known: Sequence[str]) -> At:
    """Find the place that a dotted path names; raise ConfigError where its beginning stands for nothing."""
    top, *rest = parts
    if top not in known:
        raise ConfigError(f"there is no setting {top!r}", hint=near(top, known))
    value = draft.values.get(top)
    if top == "sources" and rest and isinstance(value, dict) and rest[0] not in value:
        raise ConfigError(f"there is no source {rest[0]!r}", hint=near(rest[0], value))
    if top != "stages" or not rest or not isinstance(value, list):
        return tuple(parts)
    places = {name: at for n, entry in enumerate(value) for name, at in [named(entry, n)] if name}
    if rest[0] not in places:
        raise ConfigError(f"there is no stage {rest[0]!r}", hint=near(rest[0], places))
    number, key = places[rest[0]]
    if not isinstance(value[number], dict):
        value[number] = {key: {}}
    return ("stages", number, key, *rest[1:])


def named(entry: object, number: int) -> tuple[str, tuple[int, str]]:
    """Return what an entry of `stages` is called and where its settings stand; an empty name where it is misshapen."""
    if isinstance(entry, str):
        return entry, (number, entry)
    if isinstance(entry, dict) and len(entry) == 1:
        key, settings = next(iter(entry.items()))
        name = settings.get("as", key) if isinstance(settings, dict) else key
        return str(name), (number, str(key))
    return "", (number, "")


def write(draft: Draft, at: At, value: object) -> None:
    """Put a value at a place; mappings that are missing on the way are made."""
    *way, last = at
    here: object = draft.values
    for part in way:
        if isinstance(here, list) and isinstance(part, int):
            here = here[part]
        elif isinstance(here, dict):
            if not isinstance(here.get(part), (dict, list)):
                here[part] = {}
            here = here[part]
    if not isinstance(here, dict):
        raise ConfigError(f"{value!r} has no place in a list", hint="set the whole list: --set key='[a, b]'")
    here[last] = value
    draft.said.add(at)
