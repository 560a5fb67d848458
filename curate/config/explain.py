"""What is wrong with a setting, in words that name the value and say what to do."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, get_args, get_origin

from pydantic import BaseModel

from curate.config.places import At, Draft
from curate.core.errors import Mistakes, near

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

KINDS = {
    "int": "a whole number",
    "float": "a number",
    "finite_number": "a whole number",
    "decimal": "a number",
    "bool": "true or false",
    "string": "words",
    "path": "a path",
    "list": "a list",
    "tuple": "a list",
    "set": "a list",
    "frozen_set": "a list",
    "dict": "a mapping of names to values",
    "mapping": "a mapping of names to values",
    "model": "a mapping of settings",
    "dataclass": "a mapping of settings",
    "none": "nothing",
    "date": "a date like 2024-12-31",
}
"""What a setting wants, by the beginning of pydantic's type of error."""

KNOWN = "known: "
"""Begins a hint that lists all settings: any other hint says more."""
BOUNDS: dict[str, tuple[str, str]] = {
    "greater_than": ("more than {}", "gt"),
    "greater_than_equal": ("at least {}", "ge"),
    "less_than": ("less than {}", "lt"),
    "less_than_equal": ("at most {}", "le"),
    "multiple_of": ("a multiple of {}", "multiple_of"),
    "too_short": ("at least {} long", "min_length"),
    "too_long": ("at most {} long", "max_length"),
    "string_too_short": ("at least {} characters long", "min_length"),
    "string_too_long": ("at most {} characters long", "max_length"),
    "string_pattern_mismatch": ("of the form {}", "pattern"),
}


class Fault(NamedTuple):
    """One mistake below a value: where, the fact, what to do; `wanted` is set where only the type is wrong."""

    at: At
    fact: str
    hint: str = ""
    wanted: str = ""


def said_names(model: type[BaseModel]) -> dict[str, str]:
    """Return the settings that a configuration may write for a model, by the name that it writes, with descriptions."""
    return {field.alias or name: field.description or "" for name, field in model.model_fields.items()}


def report(error: "ValidationError", model: type[BaseModel], draft: Draft, top: At, hidden: Sequence[str] = ()) -> None:
    """Note every mistake that pydantic found in the value at `top`; `hidden` settings are offered to nobody."""
    value = draft.at(top)
    faults: dict[At, list[Fault]] = {}
    for details in error.errors(include_url=False):
        if mistakes_in(details) is not None:
            continue
        fault = explain(details, value, model, hidden)
        faults.setdefault(fault.at, []).append(fault)
    deepest = [at for at in faults if not any(other[: len(at)] == at and other != at for other in faults)]
    for at in deepest:
        fact, hint = together(faults[at], below(value, at))
        draft.report((*top, *at), fact, hint)
    for details in error.errors(include_url=False):
        found = mistakes_in(details)
        for at, fact, hint in found.found if found else ():
            draft.report((*top, *place_in(value, (*details["loc"], *at), last=False)), fact, hint)


def mistakes_in(details: "ErrorDetails") -> Mistakes | None:
    """Return what a validator of ours found, each with its own place; None where pydantic itself complains."""
    error = details.get("ctx", {}).get("error")
    return error if isinstance(error, Mistakes) else None


def settings_in(error: "ValidationError") -> Iterator[At]:
    """Yield the place of everything that was found wrong by itself, below the value that was validated."""
    for details in error.errors(include_url=False):
        found = mistakes_in(details) if details["loc"] else None
        if details["loc"]:
            yield from ((*details["loc"], *one.at) for one in found.found) if found else (details["loc"],)


def together(faults: Sequence[Fault], said: object) -> tuple[str, str]:
    """Make one mistake of the complaints of all branches of a union; the first that is no mere type counts alone."""
    real = [fault for fault in faults if not fault.wanted or len(faults) == 1]
    if real:
        return real[0].fact, real[0].hint
    wanted = " or ".join(dict.fromkeys(fault.wanted for fault in faults))
    hints = sorted((fault.hint for fault in faults if fault.hint), key=lambda hint: hint.startswith(KNOWN))
    return f"expected {wanted}, found {said!r}", next(iter(hints), "")


def below(value: object, at: At) -> object:
    """Return what stands below a value; None where nothing stands."""
    for part in at:
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, (list, tuple)) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            return None
    return value


def place_in(value: object, loc: tuple[int | str, ...], *, last: bool) -> At:
    """Keep the parts of pydantic's place that stand in the value: the names of a union's branches do not.

    With `last`, the last part is kept whether it stands there or not: it names a missing or an unknown setting.
    """
    at: list[int | str] = []
    for n, part in enumerate(loc):
        here = below(value, tuple(at))
        stands = (isinstance(here, Mapping) and part in here) or (isinstance(here, list) and isinstance(part, int))
        if stands or (last and n == len(loc) - 1 and isinstance(here, Mapping)):
            at.append(part)
    return tuple(at)


def explain(details: "ErrorDetails", value: object, model: type[BaseModel], hidden: Sequence[str]) -> Fault:
    """Put one complaint of pydantic into our words."""
    kind = details["type"]
    at = place_in(value, details["loc"], last=kind in {"missing", "extra_forbidden"})
    said = below(value, at)
    owner = model_at(model, at[:-1])
    names = {name: about for name, about in said_names(owner).items() if name not in hidden} if owner else {}
    about = names.get(str(at[-1]), "") if at else ""
    if kind == "extra_forbidden":
        return Fault(at, f"there is no setting {at[-1]!r}, found with the value {said!r}", near(at[-1], names))
    if kind == "missing":
        return Fault(at, f"the setting {at[-1]!r} is missing", about)
    context = details.get("ctx", {})
    if kind in {"literal_error", "enum"}:
        options = choices(model, at) or [str(context.get("expected", ""))]
        return Fault(at, f"{said!r} is none of {', '.join(options)}", near(said, options), wanted=" or ".join(options))
    if kind in BOUNDS:
        words, bound = BOUNDS[kind]
        wanted = f"is out of bounds: it must be {words.format(spelled_number(context.get(bound)))}"
        return Fault(at, f"{said!r} {'is no number' if is_nan(said) else wanted}", about)
    if kind in {"value_error", "assertion_error"}:
        fact = str(context.get("error", details["msg"]))
        told = said is None or isinstance(said, (Mapping, list)) or repr(said) in fact
        return Fault(at, fact if told else f"{fact}, found {said!r}", about)
    wanted = next((words for sign, words in KINDS.items() if kind.startswith(sign)), "")
    fact = f"expected {wanted}, found {said!r}" if wanted else f"{details['msg']}, found {said!r}"
    inner = model_at(model, at) if wanted == KINDS["model"] else None
    known = f"{KNOWN}{', '.join(said_names(inner))}" if inner else ""
    return Fault(at, fact, quoted(said, wanted) or known or about, wanted=wanted)


def is_nan(said: object) -> bool:
    """Tell whether a value is the number that is none: it keeps no bound, and tells of none that was overstepped."""
    return isinstance(said, float) and math.isnan(said)


def spelled_number(bound: object) -> str:
    """Spell a bound without a needless `.0`."""
    return f"{bound:g}" if isinstance(bound, float) else str(bound)


def quoted(said: object, wanted: str) -> str:
    """Hint at the brackets that a list of one wants, and at quotes where YAML read words as something else."""
    if wanted == "a list" and isinstance(said, str):
        return f"write it as a list: [{said}]"
    if wanted not in {"words", "a path"} or isinstance(said, (dict, list)) or said is None:
        return ""
    return f'put it in quotes: "{str(said).lower() if isinstance(said, bool) else said}"'


def models_in(annotation: object) -> list[type[BaseModel]]:
    """Return the models that an annotation names, at any depth."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in models_in(part)]


def model_at(model: type[BaseModel], at: At) -> type[BaseModel] | None:
    """Return the model of the mapping that stands at a place below a model; names in a mapping of models are passed."""
    annotation: object = model
    for part in at:
        if isinstance(part, int):
            continue
        field = next((field for name, field in model.model_fields.items() if part in {name, field.alias}), None)
        if field is None and not maps(annotation):
            return None
        annotation = field.annotation if field else None
        inner = models_in(annotation) if field else [model]
        if not inner:
            return None
        model = inner[0]
    return model


def maps(annotation: object) -> bool:
    """Tell whether an annotation is a mapping of names, or a choice that has one."""
    return get_origin(annotation) in {dict, Mapping} or any(maps(part) for part in get_args(annotation))


def literals(annotation: object) -> list[str]:
    """Return the words that an annotation allows, at any depth."""
    found = [part for part in get_args(annotation) if isinstance(part, str)]
    return found or [word for part in get_args(annotation) for word in literals(part)]


def choices(model: type[BaseModel], at: At) -> list[str]:
    """Return the words that the setting at a place allows; of a list or a mapping, those of its values."""
    while at:
        owner = model_at(model, at[:-1])
        field = next((f for n, f in owner.model_fields.items() if at[-1] in {n, f.alias}), None) if owner else None
        if field is not None:
            return literals(field.annotation)
        at = at[:-1]
    return []
