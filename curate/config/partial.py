"""Ask of a source or a stage what does not hang on those of its settings that cannot be read."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, NamedTuple, TypeVar, Union, cast, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticUndefined

from curate.config.places import At
from curate.core.errors import Mistake, Mistakes

Part = TypeVar("Part", bound=BaseModel)
Said = TypeVar("Said")


class LeftOutError(ValueError):
    """A setting that cannot be read was asked for: what asked can say nothing."""


def checks(model: type[BaseModel]) -> tuple[str, ...]:
    """Return the names of the validators of a model that look at several settings."""
    found = model.__pydantic_decorators__.model_validators
    return tuple(name for name, one in found.items() if one.info.mode == "after")


def disagreeing(model: type[BaseModel], settings: Mapping[str, object], left_out: frozenset[str]) -> list[Mistake]:
    """Return what settings that are right by themselves say against each other: each validator is asked by itself.

    One that asks for a setting that is left out says nothing; what it finds before, or others find, is told. Settings
    of which only a part is left out are told to validators in the context, as `left_out`.
    """
    gone = frozenset(absent(model, settings, left_out))
    found: list[Mistake] = []
    for check in checks(model):
        try:
            seen(model, gone, check).model_validate(dict(settings), context={"left_out": left_out})
        except ValidationError as error:
            found += (one for one in complaints(error) if one not in found)
    return found


def absent(model: type[BaseModel], settings: Mapping[str, object], left_out: frozenset[str]) -> Iterator[str]:
    """Yield the fields of a model that are left out whole, by their own names."""
    for name, field in model.model_fields.items():
        if (field.alias or name) in left_out and not {field.alias, name} & settings.keys():
            yield name


def complaints(error: ValidationError) -> Iterator[Mistake]:
    """Yield what a validator of several settings found."""
    for details in error.errors(include_url=False):
        said = details.get("ctx", {}).get("error")
        if isinstance(said, Mistakes):
            yield from said.found
        elif not details["loc"] and not isinstance(said, LeftOutError):
            yield Mistake((), str(said or details["msg"]))


def without_checks(
    model: type[Part], settings: Mapping[str, object], left_out: frozenset[str]
) -> tuple[Part | None, list[tuple[str | int, ...]]]:
    """Build a part whatever its settings say against each other; also return the places of what is wrong by itself.

    What is left out is as when nothing is said of it, or None where something must be.
    """
    kind = loosened(model, frozenset(absent(model, settings, left_out)), None)
    try:
        return kind.model_validate(dict(settings)), []
    except ValidationError as error:
        return None, [details["loc"] for details in error.errors(include_url=False)]


def told(part: BaseModel, left_out: frozenset[str], ask: Callable[[Any], Said]) -> Said | None:
    """Return what a part says when it is asked; None where the answer hangs on a setting that is left out."""
    if not left_out:
        return ask(part)
    with suppress(LeftOutError, Mistakes):
        return ask(blinded(part, left_out))
    return None


def blinded(part: Part, left_out: frozenset[str]) -> Part:
    """Return a copy of a part that raises LeftOutError where a setting that is left out is asked for."""
    copy = part.model_copy()
    object.__setattr__(copy, "__class__", seen(type(part), left_out, None))
    return copy


def said_nothing(model: type[BaseModel], left_out: frozenset[str]) -> frozenset[str]:
    """Return those of the settings left out that are something when nothing is said: the others name no file then."""
    fields = {name: field for name, field in whole(model).model_fields.items() if {name, field.alias} & left_out}
    return frozenset(name for name, field in fields.items() if field.is_required() or field.get_default())


def whole(model: type[BaseModel]) -> type[BaseModel]:
    """Return the model that a loosened one was made of."""
    kin = [one for one in model.__mro__ if issubclass(one, BaseModel)]
    return next(one for one in reversed(kin) if one.__qualname__ == model.__qualname__)


def said_paths(kind: object, said: object) -> Iterator[tuple[At, str]]:
    """Yield every path that a setting of a type says, with its place below the setting, whatever else is wrong in it.

    `kind` is the annotation of a field: a path, a choice, a list or a mapping of such, or a model with fields.
    """
    if kind is Path and isinstance(said, str | Path):
        yield (), str(said)
        return
    below: list[tuple[str | int, object, object]] = []
    if isinstance(kind, type) and issubclass(kind, BaseModel) and isinstance(said, Mapping):
        fields = ((field.alias or name, field.annotation) for name, field in kind.model_fields.items())
        below = [(name, annotation, said[name]) for name, annotation in fields if name in said]
    elif get_origin(kind) is tuple and isinstance(said, list | tuple):
        below = [(place, get_args(kind)[0], one) for place, one in enumerate(said)]
    elif get_origin(kind) is dict and isinstance(said, Mapping):
        below = [(name, get_args(kind)[1], one) for name, one in said.items()]
    elif get_origin(kind) in (Union, UnionType):
        for one in get_args(kind):
            yield from said_paths(one, said)
    for place, inner, value in below:
        yield from (((place, *at), path) for at, path in said_paths(inner, value))


@cache
def loosened(model: type[Part], absent: frozenset[str], check: str | None) -> type[Part]:
    """Return the model without its validators of several settings but one; what is absent may be anything.

    It goes by the module and the name of the model, so that the registry knows it.
    """
    names = {"__module__": model.__module__, "__qualname__": model.__qualname__}
    passing = {name: _pass for name in checks(model) if name != check}
    fields = {name: model.model_fields[name] for name in absent}
    defaults = {name: field.get_default(call_default_factory=False) for name, field in fields.items()}
    defaults = {name: None if value is PydanticUndefined else value for name, value in defaults.items()}
    space = {**names, **passing, **defaults, "__annotations__": dict.fromkeys(absent, Any)}
    return _kind(model, model, space)


@cache
def seen(model: type[Part], absent: frozenset[str], check: str | None) -> type[Part]:
    """Return the loosened model with a guard before what is absent, but for the settings that every stage has."""
    hidden = absent - {"action", "sources", "languages", "name"} if check else absent
    loose = loosened(model, absent, check) if check else model

    def guard(self: Part, name: str) -> object:
        if name in hidden:
            raise LeftOutError(name)
        return object.__getattribute__(self, name)

    space = {"__module__": model.__module__, "__qualname__": model.__qualname__, "__getattribute__": guard}
    return _kind(model, loose, space)


def _kind(model: type[Part], base: type[Part], space: dict[str, object]) -> type[Part]:
    """Derive a kind of a model that goes by the model's name."""
    meta = cast("Callable[[str, tuple[type[Part]], dict[str, object]], type[Part]]", type(model))
    return meta(model.__name__, (base,), space)


def _pass(self: Part) -> Part:
    return self


class Assembled(NamedTuple):
    """A source or a stage of which some settings are wrong."""

    part: Any
    """As much of it as can be read; None where nothing can."""
    faults: list[Mistake]
    """What those of its settings that can be read say against each other."""
    left_out: frozenset[str]
    """Settings that are not as they were said."""


def assembled(
    model: type[BaseModel], said: Mapping[str, object], wrong: Collection[At], default: Mapping[str, object]
) -> Assembled:
    """Build a part without what is wrong by itself; of a mapping of names only the wrong ones are left out.

    A part whose settings gainsay each other is built all the same, so that what it says to other parts and of files can
    be checked: without what is at fault where that is a value, else with all of it, unchecked.
    """
    right, gone = dict(said), frozenset[str]()
    while True:
        before = right, gone
        right, gone = without(right, wrong, default), gone | {str(place[0]) for place in wrong}
        if wrong and right == before[0] and gone == before[1]:  # places that name branches of a union
            right = without(right, {place[:1] for place in wrong}, default)
        part, more = without_checks(model, right, gone)
        if part is not None:
            break
        if (right, gone | {str(place[0]) for place in more}) == before:
            return Assembled(None, [], frozenset(said))
        wrong = more
    gone |= set(nearly(model, said))
    faults = disagreeing(model, right, gone)
    rest, left = right, faults
    while any(fault.at for fault in left):
        rest = without(rest, {fault.at for fault in left}, default)
        left_out = gone | {key for key in said if key not in rest or rest[key] != said[key]}
        with suppress(ValidationError):
            return Assembled(model.model_validate(rest, context={"left_out": left_out}), faults, left_out)
        left = [fault for fault in disagreeing(model, rest, left_out) if fault.at and fault.at[0] in rest]
    if not faults:
        with suppress(ValidationError):
            return Assembled(model.model_validate(right, context={"left_out": gone}), faults, gone)
    return Assembled(part, faults, gone | {str(fault.at[0]) for fault in faults if fault.at})


def nearly(model: type[BaseModel], said: Mapping[str, object]) -> Iterator[str]:
    """Yield the settings that are not said, and that something is nearly called that is: they may be what is meant."""
    known = {field.alias or name for name, field in model.model_fields.items()}
    for key in said.keys() - known - model.model_fields.keys():
        yield from get_close_matches(key, sorted(known - said.keys()), 1, 0.6)


def without(said: Mapping[str, object], wrong: Iterable[At], default: Mapping[str, object]) -> dict[str, object]:
    """Return settings without those that are wrong; of a mapping of names only the wrong ones are left out."""
    right = dict(said)
    for key, *below in sorted((place for place in wrong if place), key=len):
        value = right.get(str(key))
        inner = {name: part for name, part in value.items() if name not in below[:1]} if isinstance(value, dict) else {}
        right.pop(str(key), None)
        if below and inner:
            right[str(key)] = inner
    return {**default, **right}
