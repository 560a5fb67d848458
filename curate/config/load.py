"""From a file or a mapping to a configuration: every mistake is found before the first one is told."""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar, cast, get_args

from pydantic import BaseModel, ValidationError

from curate.config import registry
from curate.config.agree import Parts, disagreements
from curate.config.declared import declared, strangers
from curate.config.explain import maps, models_in, place_in, report, said_names, settings_in
from curate.config.indent import repaired
from curate.config.overrides import override
from curate.config.partial import assembled
from curate.config.places import At, Draft, read_file
from curate.config.sizes import to_bytes
from curate.core.errors import ConfigError, near
from curate.core.keyfile import KEY_BYTES, length_of, read_key
from curate.core.source import Source
from curate.core.stage import Settings

SOURCE_NAME = re.compile(r"\w[\w-]*")
STAGE_NAME = re.compile(r"[A-Za-z]\w*", re.ASCII)
TAKEN = ("read", "error")
"""What reading is called beside the stages, and how the rules of records begin in which a stage failed."""
SHARED = {"path", "sources", "languages", "action", "as"}
"""Settings that all sources or all stages have, and that other parts or files can gainsay."""

Whole = TypeVar("Whole", bound=BaseModel)
Part = TypeVar("Part", bound=BaseModel)


@dataclass(frozen=True)
class Drafted(Generic[Whole]):
    """A configuration with the mistakes found so far; its parts as far as they can be read, for further checks."""

    draft: Draft
    whole: Whole | None = None
    sources: Mapping[str, Source] = field(default_factory=dict)
    stages: Mapping[int, Settings] = field(default_factory=dict)
    """Stages by their place in the list."""
    left_out: Mapping[int, frozenset[str]] = field(default_factory=dict)
    """By the place of a stage, the settings of it that cannot be read."""

    def settled(self) -> Whole:
        """Return the configuration; raise one ConfigError that lists every mistake, where there is any."""
        self.draft.settle()
        if self.whole is None:
            raise ConfigError("the configuration cannot be built", where=self.draft.where(()))
        return self.whole


def drafted(
    model: type[Whole], source: Path | str | Mapping[str, object], overrides: Sequence[str] = ()
) -> Drafted[Whole]:
    """Read a configuration and keep its draft, which knows its mistakes and the line of every setting.

    Raises a ConfigError only where the file cannot be read or is not YAML.
    """
    draft = Draft(values=copied(source)) if isinstance(source, Mapping) else read_file(Path(source))
    if draft.problems and not draft.values:
        return Drafted(draft)
    override(draft, overrides, list(model.model_fields))
    return Builder(model, draft).drafted()


def copied(value: Mapping[str, object]) -> dict[str, object]:
    """Copy a mapping, tuples as lists, so that nothing said later writes into the caller's own."""

    def copy(part: object) -> object:
        if isinstance(part, Mapping):
            return copied(part)
        return [copy(entry) for entry in part] if isinstance(part, (list, tuple)) else part

    return {str(key): copy(part) for key, part in value.items()}


class Builder(Generic[Whole]):
    """Builds the parts of a draft one by one, so that a mistake in one does not hide those in another."""

    def __init__(self, model: type[Whole], draft: Draft) -> None:
        self.model = model
        self.draft = draft
        self.mistaken: dict[At, frozenset[str]] = {}
        """Places of sources and stages that were read only in part, with the settings that could not be."""
        self.unknown: set[int] = set()
        """Places of entries that name no known stage."""

    def drafted(self) -> Drafted[Whole]:
        """Return the configuration, or as much of it as can be read, with the mistakes in the draft."""
        values, known = self.draft.values, self.model.model_fields
        for key in values:
            if key not in known:
                fact = f"there is no setting {key!r}, found with the value {values[key]!r}"
                self.draft.report((key,), fact, near(key, known))
        sources, stages = self.sources(), self.stages()
        self.check_key()
        self.agree(sources, stages)
        rest = {key: value for key, value in values.items() if key in known}
        rest = self.anchored(self.model, rest, ())
        rest |= {"sources": tuple(sources.values()), "stages": tuple(stages.values())}
        return Drafted(self.draft, self.built(self.model, rest, ()), sources, stages, self.left_out(stages))

    def left_out(self, stages: Iterable[int]) -> dict[int, frozenset[str]]:
        """Return, by the place of each stage, the settings of it that cannot be read."""
        return {number: self.mistaken.get(("stages", number), frozenset()) for number in stages}

    def sources(self) -> dict[str, Source]:
        """Build the sources, each as far as it can be read."""
        said = self.draft.values.get("sources")
        example = "sources:\n      qa: {format: jsonl, path: raw/*.jsonl, text: body}"
        if not isinstance(said, dict) or not said:
            fact = "there are no sources" if not said else f"sources are a mapping of names to settings, found {said!r}"
            self.draft.report(("sources",), fact, f"name at least one:\n    {example}")
            return {}
        strangers(self.draft, said)
        built = {name: self.source(str(name), entry) for name, entry in said.items()}
        return {name: source for name, source in built.items() if source is not None}

    def source(self, name: str, entry: object) -> Source | None:
        """Build one source; None where nothing of it can be read."""
        at = ("sources", name)
        if not SOURCE_NAME.fullmatch(name):
            self.draft.report(at, f"{name!r} is no name for a source", "letters, digits, _ and - only")
        if not isinstance(entry, dict):
            fact = f"a source is a mapping of settings, found {entry!r}"
            self.draft.report(at, fact, f"write `{name}: {{format: jsonl, path: ...}}`")
            return None
        formats = registry.names("sources")
        if "format" not in entry:
            hint = f"write `format: ...`, one of {', '.join(formats)}"
            self.draft.report(at, f"the source {name!r} has no format", hint)
            return None
        model = self.named("sources", entry["format"], (*at, "format"), "source format")
        if model is None:
            return None
        settings = {key: value for key, value in entry.items() if key != "format" or "format" in model.model_fields}
        if settings.pop("name", None) is not None:
            self.draft.report((*at, "name"), "a source has its name already", f"it is the key {name!r}; remove `name`")
        said = self.defaulted(model, self.anchored(model, declared(self.draft, model, settings, at), at))
        built = self.partly(model, said, at, {"name": name})
        return built if isinstance(built, Source) else None

    def defaulted(self, model: type[BaseModel], settings: dict[str, object]) -> dict[str, object]:
        """Let a source that does not say how long a record may be take what the whole configuration says."""
        said = self.draft.values.get("max_record_bytes")
        if said is None or "max_record_bytes" not in model.model_fields:
            return settings
        try:
            return {"max_record_bytes": to_bytes(said), **settings}
        except ValueError:
            return settings

    def stages(self) -> dict[int, Settings]:
        """Build the stages by their place in the list, each as far as it can be read."""
        said = self.draft.values.get("stages", [])
        if not isinstance(said, list):
            self.draft.report(("stages",), f"stages are a list, found {said!r}", "start each stage with `- `")
            self.unknown.add(0)
            return {}
        built = {number: self.stage(number, entry) for number, entry in enumerate(said)}
        return {number: stage for number, stage in built.items() if stage is not None}

    def stage(self, number: int, entry: object) -> Settings | None:
        """Build one stage; of one that is not known, the settings that all stages have; None where it is no stage."""
        at: At = ("stages", number)
        if isinstance(entry, str):
            name, said, below = entry, {}, at
        elif isinstance(entry, dict) and entry:
            name = self.shaped(at, entry)
            said, below = entry[name], (*at, name)
        else:
            fact = f"a stage is a name, or a name with settings, found {entry!r}"
            self.draft.report(at, fact, "write `- normalize` or `- length: {min: 10}`")
            self.unknown.add(number)
            return None
        model = self.named("stages", name, at, "stage")
        settings = said if isinstance(said, dict) else {}
        if model is None:
            self.unknown.add(number)
            shared = {key: value for key, value in settings.items() if key in SHARED}
            return self.partly(Settings, shared, below, {})
        if settings is not said:
            fact = f"the settings of {name!r} are a mapping, found {said!r}"
            self.draft.report(below, fact, f"known: {', '.join(said_names(model))}")
            self.mistaken[at] = frozenset(said_names(model))
        said = self.with_key(model, self.anchored(model, self.named_once(settings, below), below))
        built = self.partly(model, said, below, {"as": name})
        return built if isinstance(built, Settings) else None

    def with_key(self, model: type[BaseModel], settings: dict[str, object]) -> dict[str, object]:
        """Let a stage that needs a key and names none take that of the run; one that cannot be read is noted once."""
        if "key_file" not in model.model_fields or {"key_file", "key_env"} & settings.keys():
            return settings
        path = self.run_key()
        with suppress(ValueError):
            if isinstance(path, (str, Path)) and read_key(Path(path), None):
                return {**settings, "key_file": path}
        return settings

    def run_key(self) -> object:
        """Return where the key of the run lies; None where none is named."""
        said = self.draft.values.get("key_file")
        return said if said is None or self.draft.is_set(("key_file",)) else self.rooted(said)

    def named_once(self, settings: dict[str, object], at: At) -> dict[str, object]:
        """Return the settings of a stage; note another name for it that is written wrongly."""
        if "name" in settings:
            hint = "another name for a stage is written `as:`"
            self.draft.report((*at, "name"), "there is no setting 'name'", hint)
        called = settings.get("as")
        if isinstance(called, str) and not STAGE_NAME.fullmatch(called):
            self.draft.report((*at, "as"), f"{called!r} is no name for a stage", "A to Z, digits and _, a letter first")
        elif called in TAKEN:
            self.draft.report(
                (*at, "as"), f"{called!r} is a name of the engine's own", f"another one: `as: {called}_2`"
            )
        return {key: value for key, value in settings.items() if key != "name"}

    def shaped(self, at: At, entry: dict[str, object]) -> str:
        """Return the stage that an entry names; several keys or a null are a mistake, repaired to be read on."""
        known = [key for key in entry if key in registry.names("stages")]
        name = known[0] if known else next(iter(entry))
        keys = ", ".join(map(repr, entry))
        if len(known) > 1:
            self.draft.report(at, f"one entry holds several stages: {keys}", "start each stage with its own `- `")
            self.unknown.update(part for part in at if isinstance(part, int))
            repaired(self.draft, at, entry, name)
            entry[name] = {}
        elif len(entry) > 1:
            lines = repaired(self.draft, at, entry, name)
            hint = f"indent the settings of `{name}` by two more spaces:\n{lines}"
            self.draft.report(at, f"one entry holds several keys: {keys}", hint)
        elif entry[name] is None:
            hint = f"write `- {name}`, or indent the settings of `{name}` by two more spaces"
            self.draft.report(at, f"{name!r} is followed by a colon and no settings", hint)
            entry[name] = {}
        return name

    def named(self, room: str, name: object, at: At, what: str) -> type[BaseModel] | None:
        """Return the class behind a name; None where there is none."""
        known = registry.names(room)
        if not isinstance(name, str) or name not in known:
            self.draft.report(at, f"there is no {what} {name!r}", near(name, known))
            return None
        try:
            return registry.load_class(room, name)
        except ConfigError as error:
            self.draft.report(at, error.message, error.hint)
            return None

    def built(self, model: type[Part], settings: Mapping[str, object], at: At) -> Part | None:
        """Build a value; None, with every mistake in the draft, where it has any."""
        try:
            return model.model_validate(settings, context={"drafted": True})
        except ValidationError as error:
            report(error, model, self.draft, at)
            return None

    def partly(
        self, model: type[Part], settings: Mapping[str, object], at: At, default: Mapping[str, object]
    ) -> Part | None:
        """Build a source or a stage; where it has mistakes, note them and build it without what has them.

        None where nothing of it can be read.
        """
        said = {**default, **settings}
        try:
            return model.model_validate(said)
        except ValidationError as error:
            wrong = set(settings_in(error))
            if wrong:
                report(error, model, self.draft, at, hidden=("name",) if issubclass(model, Source) else ())
        made = assembled(model, said, wrong, default)
        for below, fact, hint in made.faults:
            self.draft.report((*at, *place_in(self.draft.at(at), below, last=False)), fact, hint)
        self.mistaken[at[:2]] = made.left_out
        return cast("Part | None", made.part)

    def agree(self, sources: Mapping[str, Source], stages: Mapping[int, Settings]) -> None:
        """Note what one part says against another."""
        said_sources = self.draft.values.get("sources")
        names = tuple(said_sources) if isinstance(said_sources, dict) else ()
        splits, split_by = self.draft.at(("output", "splits")), self.draft.at(("output", "split_by"))
        columns = self.draft.at(("output", "columns"))
        numbers_only = isinstance(splits, dict) and all(type(share) in {int, float} for share in splits.values())
        parts = Parts(
            sources=sources,
            names=names,
            stages=stages,
            splits=cast("dict[str, float]", splits) if numbers_only else {"train": 1.0},
            split_by=split_by if isinstance(split_by, str) else None,
            columns=tuple(map(str, columns)) if isinstance(columns, list) else (),
            whole=len(sources) == len(names) > 0 and not any(at[0] == "sources" for at in self.mistaken),
            left_out=self.left_out(stages),
            unknown=frozenset(self.unknown),
        )
        for at, fact, hint in disagreements(parts):
            self.draft.report(self.inside(at), fact, hint)

    def inside(self, at: At) -> At:
        """Turn the place of a stage's setting into the place where the file says it, below the stage's name."""
        if at[0] != "stages" or len(at) < 3:  # noqa: PLR2004 - stages, number, setting
            return at
        below = self.draft.below_name(at[:2])
        return (*below, *at[2:]) if len(below) > len(at[:2]) else below

    def check_key(self) -> None:
        """Note a key that is missing, unreadable or too short to keep digests of names from being guessed."""
        said = self.draft.values.get("key_file")
        hint = "head -c 32 /dev/urandom > curate.key, then `key_file: curate.key`; keep it out of the repository"
        if said is None:
            if self.draft.values.get("uris") == "keyed":
                self.draft.report(("uris",), "'keyed' needs a key, found no `key_file`", hint)
            return
        rooted = self.run_key()
        if not isinstance(rooted, (str, Path)):
            return
        try:
            found = length_of(Path(rooted).read_bytes())
        except OSError as error:
            self.draft.report(("key_file",), f"the key {said!r} cannot be read: {error.strerror}", hint)
        else:
            if found < KEY_BYTES:
                self.draft.report(("key_file",), f"the key {said!r} has {found} bytes, fewer than {KEY_BYTES}", hint)

    def anchored(self, model: type[BaseModel], settings: Mapping[str, object], at: At) -> dict[str, object]:
        """Let relative paths of inputs and assets start from the file's folder.

        What the command line said starts from the current folder, as does the output.
        """
        anchored = dict(settings)
        for name, known in model.model_fields.items():
            key = known.alias or name
            value = settings.get(key)
            if key == "output" or value is None or self.draft.is_set((*at, key)):
                continue
            if names_path(known.annotation) or (key == "path" and issubclass(model, Source)):
                anchored[key] = self.rooted(value)
            elif isinstance(value, dict) and (inner := models_in(known.annotation)):
                anchored[key] = self.anchored_in(known.annotation, inner[0], value, (*at, key))
        return anchored

    def anchored_in(
        self, annotation: object, model: type[BaseModel], value: Mapping[str, object], at: At
    ) -> dict[str, object]:
        """Do so in a model that stands for itself, or in each of a mapping of names to models."""
        if not maps(annotation):
            return self.anchored(model, value, at)
        return {
            name: self.anchored(model, said, (*at, name)) if isinstance(said, dict) else said
            for name, said in value.items()
        }

    def rooted(self, path: object) -> object:
        """Put a relative path below the file's folder; URLs and absolute paths stay, and so does what is no path."""
        if isinstance(path, list):
            return [self.rooted(each) for each in path]
        if not isinstance(path, (str, Path)) or not str(path) or "://" in str(path):
            return path
        rooted = self.draft.folder / Path(path).expanduser()
        return str(rooted) if isinstance(path, str) else rooted


def names_path(annotation: object) -> bool:
    """Tell whether an annotation is a path, or a list or an option of paths."""
    return annotation is Path or any(names_path(part) for part in get_args(annotation))
