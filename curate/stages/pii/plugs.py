"""What a user plugs in from Presidio's world: files of recognizers and of NLP engines, read without Presidio."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from curate.core.errors import ConfigError

NAMES = frozenset({"PERSON", "LOCATION", "ORGANIZATION"})
"""What is taken from an NLP engine unless the types are listed: dates and nationalities are no one's."""
PACKAGES = {"spacy": ("spacy",), "transformers": ("spacy", "transformers", "torch"), "stanza": ("stanza", "torch")}
"""The NLP engines whose models are files, and the distributions that shape what they find."""
PARTS = {"transformers": ("spacy", "transformers")}
"""An NLP engine that needs more than one model a language."""
MODEL_KEYS = ("model_name", "tokenizer_name")
"""Settings of a recognizer that name a model."""
DOTTED = re.compile(r"(?P<module>[A-Za-z_][\w.]*)[:.](?P<name>[A-Za-z_]\w*)")

KEYS = (
    "name",
    "type",
    "class_name",
    "enabled",
    "supported_entity",
    "supported_entities",
    "supported_language",
    "supported_languages",
    "patterns",
    "deny_list",
    "deny_list_score",
    "context",
    "global_regex_flags",
    "version",
    "country_code",
    "score_thresholds",
)
"""What Presidio knows of an entry with patterns or a deny list."""
PATTERN_KEYS = ("name", "regex", "score")

Said = dict[str, object]


class Plugs(NamedTuple):
    """What is plugged in, and what the stage has to do with it."""

    recognizers: Path | None = None
    """A recognizer registry of Presidio (YAML)."""
    nlp_engine: Path | None = None
    """A configuration of an NLP engine of Presidio (YAML) whose models are local folders."""
    every: bool = True
    """Whether all types of the recognizers are wanted, and the NAMES of the engine; else only the types listed."""
    written: tuple[str, ...] = ()
    """What the stage writes in the place of values, beside `<TYPE>`: nobody's data."""

    def __bool__(self) -> bool:
        """Tell whether anything is plugged in."""
        return self.recognizers is not None or self.nlp_engine is not None

    @property
    def assets(self) -> tuple[Path, ...]:
        """The files that shape what is found: the YAML, the modules of its classes, every file of its models.

        A folder that is not there stands for itself. ConfigError where a file cannot be read as what it should be.
        """
        files = [path for path in (self.recognizers, self.nlp_engine) if path is not None]
        if self.recognizers is not None and self.recognizers.is_file():
            said = entries(self.recognizers)
            files += [module for entry in said if (module := module_of(entry))]
            files += [file for folder in folders_of(said, self.recognizers) for file in files_of(folder)]
        if self.nlp_engine is not None and self.nlp_engine.is_file():
            files += [file for _, folder in models(self.nlp_engine) for file in files_of(folder)]
        return tuple(dict.fromkeys(files))

    @property
    def marks(self) -> tuple[tuple[str, int, int], ...]:
        """Name, size and time of every asset: what tells one state of the files from another in one process."""
        there = [(str(path), path.stat()) for path in self.assets if path.exists()]
        return tuple((name, facts.st_size, facts.st_mtime_ns) for name, facts in there)

    @property
    def uses(self) -> tuple[str, ...]:
        """Distributions that shape what the NLP engine finds, as far as they are installed."""
        if self.nlp_engine is None or not self.nlp_engine.is_file():
            return ()
        return tuple(name for name in PACKAGES[engine_name(self.nlp_engine)] if is_installed(name))


NOTHING = Plugs()


def is_installed(distribution: str) -> bool:
    """Tell whether a distribution is there."""
    try:
        return bool(version(distribution))
    except PackageNotFoundError:
        return False


def declared(entry: Mapping[str, object]) -> list[str]:
    """Return the types that an entry says it finds."""
    several, one = entry.get("supported_entities"), entry.get("supported_entity")
    return list(map(str, several)) if isinstance(several, list) else [str(one)] if one else []


def titles(plugs: Plugs) -> list[str]:
    """Name the models of the NLP engine."""
    if plugs.nlp_engine is None:
        return []
    name = engine_name(plugs.nlp_engine)
    return [f"{name}:{model_title(folder)}" for part, folder in models(plugs.nlp_engine) if part == name]


def coverage(plugs: Plugs) -> dict[str, str]:
    """Say by what names in running text are found: `rules only`, or the models and recognizers beside the rules."""
    more = titles(plugs)
    if plugs.recognizers is not None:
        for entry in entries(plugs.recognizers):
            model = entry.get("model_name")
            if model or "PERSON" in declared(entry):
                more.append(f"{class_of(entry)}:{Path(str(model)).name}" if model else str(entry["name"]))
    return {"names": f"rules and {', '.join(dict.fromkeys(more))}" if more else "rules only"}


def read(path: Path) -> Said:
    """Read a YAML file; ConfigError where it cannot be read, or is no mapping."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        said = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        hint = "a relative path starts from the folder of the configuration"
        raise ConfigError(f"the file cannot be read: {error.strerror}", where=str(path), hint=hint) from error
    except YAMLError as error:
        marked = error if isinstance(error, MarkedYAMLError) else None
        mark = marked and (marked.problem_mark or marked.context_mark)
        fact = " ".join(filter(None, [marked.problem, marked.context])) if marked else str(error).splitlines()[0]
        where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        hint = "look at brackets, colons and indents there; a pattern stands in single quotes: `regex: '[0-9]{6}'`"
        raise ConfigError(f"this is not YAML: {fact}", where=where, hint=hint) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError("this is not UTF-8", where=f"{path}:{line}", hint="save it as UTF-8") from error
    if not isinstance(said, dict):
        raise ConfigError(f"a mapping of settings is wanted, found {type(said).__name__}", where=str(path))
    return said


def entries(path: Path) -> list[Said]:
    """Return the enabled recognizers of a registry, each as a mapping; ConfigError where there is none."""
    said = read(path).get("recognizers")
    if not isinstance(said, list) or not said:
        hint = "Presidio's form: `recognizers:`, and below it a list with `name: ...`"
        raise ConfigError("the file lists no `recognizers`", where=str(path), hint=hint)
    found: list[Said] = []
    for entry in said:
        if isinstance(entry, str):
            found.append({"name": entry, "type": "predefined"})
        elif isinstance(entry, dict) and isinstance(entry.get("name"), str):
            found += [checked(entry, path)] if entry.get("enabled", True) else []
        else:
            fact = f"recognizer {len(found) + 1} has no `name`"
            raise ConfigError(fact, where=str(path), hint="give each recognizer a name")
    return found


def checked(entry: Said, path: Path) -> Said:
    """Return an entry; ConfigError where a key is misspelt or a pattern is none: known before Presidio is loaded.

    A class may take keys of its own: of an entry that names one, only what is nearly a key of Presidio's is refused.
    """
    name = str(entry["name"])
    patterned = bool({"patterns", "deny_list"} & {*entry}) or entry.get("type") == "custom"
    for key in map(str, entry):
        near = get_close_matches(key, KEYS, 1, 0.85)
        if key not in KEYS and (near or (patterned and "class_name" not in entry)):
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(KEYS)}"
            raise ConfigError(f"the recognizer {name!r} has an unknown key {key!r}", where=str(path), hint=hint)
    patterns = entry.get("patterns") or []
    for number, pattern in enumerate(patterns if isinstance(patterns, list) else [patterns], 1):
        fault = fault_of(pattern)
        if fault:
            fact = f"pattern {number} of the recognizer {name!r} {fault}"
            hint = "`patterns: [{name: badge, regex: 'B[0-9]{6}', score: 0.9}]`"
            raise ConfigError(fact, where=str(path), hint=hint)
    return entry


def fault_of(pattern: object) -> str:
    """Say what is wrong with a pattern, if anything."""
    import regex

    if not isinstance(pattern, dict):
        return f"is no mapping but {type(pattern).__name__}"
    if more := [str(key) for key in pattern if key not in PATTERN_KEYS]:
        return f"has an unknown key {more[0]!r}"
    if lacking := [key for key in PATTERN_KEYS if pattern.get(key) is None]:
        return f"lacks `{lacking[0]}`"
    try:
        regex.compile(str(pattern["regex"]))
    except regex.error as error:
        return f"has a `regex` that is none: {error}"
    return ""


def class_of(entry: Mapping[str, object]) -> str:
    """Return the class of an entry as it was said: a bare name of Presidio's, or `package.module.Class`."""
    return str(entry.get("class_name") or entry["name"])


def import_path(entry: Mapping[str, object]) -> tuple[str, str] | None:
    """Return module and class of an entry that names a class by its import path."""
    if entry.get("type") == "custom" or "patterns" in entry or "deny_list" in entry:
        return None
    found = DOTTED.fullmatch(class_of(entry))
    return (found["module"], found["name"]) if found else None


def module_of(entry: Mapping[str, object]) -> Path | None:
    """Return the file of the module that an entry names, if it names one that can be found."""
    place = import_path(entry)
    if place is None:
        return None
    try:
        spec = find_spec(place[0])
    except (ImportError, ValueError):
        return None
    return Path(spec.origin) if spec and spec.origin and Path(spec.origin).is_file() else None


def folders_of(said: Iterable[Mapping[str, object]], path: Path) -> Iterator[Path]:
    """Yield the folders of models that recognizers name."""
    for entry in said:
        for key in MODEL_KEYS:
            if isinstance(entry.get(key), str):
                yield local(str(entry[key]), path)


def local(name: str, path: Path) -> Path:
    """Return a place as a file names it: a relative one starts from the file's own folder."""
    return path.parent / Path(name).expanduser()


def files_of(folder: Path) -> list[Path]:
    """Return the files of a model in the order of their names; the folder itself where it is none or empty."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    return sorted(files, key=partial(named_in, folder)) if files else [folder]


def named_in(folder: Path, file: Path) -> str:
    """Name a file by its path in a folder, alike on every machine."""
    return file.relative_to(folder).as_posix()


def engine_name(path: Path) -> str:
    """Return which NLP engine a file configures; ConfigError where it has no models of its own."""
    name = read(path).get("nlp_engine_name")
    if not isinstance(name, str) or name not in PACKAGES:
        fact = f"`nlp_engine_name` is {name!r}; an engine that finds names is one of {', '.join(PACKAGES)}"
        raise ConfigError(fact, where=str(path))
    return name


def models(path: Path) -> list[tuple[str, Path]]:
    """Return which part of the engine each model serves, and its folder; ConfigError where one is not said."""
    said = read(path).get("models")
    parts = PARTS.get(engine_name(path), (engine_name(path),))
    found: list[tuple[str, Path]] = []
    for model in said if isinstance(said, list) and said else [None]:
        one = model if isinstance(model, dict) and isinstance(model.get("lang_code"), str) else {}
        name = one.get("model_name")
        for part in parts:
            folder = name.get(part) if isinstance(name, dict) else name
            if not isinstance(folder, str) or isinstance(name, dict) == (len(parts) == 1):
                hint = "`models: [{lang_code: zh, model_name: path/of/the/folder}]`"
                raise ConfigError(f"the file does not say which model is its {part}", where=str(path), hint=hint)
            found.append((part, local(folder, path)))
    return found


def mapped(path: Path) -> frozenset[str]:
    """Return the types to which a file maps the labels of its models."""
    said = read(path).get("ner_model_configuration")
    mapping = said.get("model_to_presidio_entity_mapping") if isinstance(said, dict) else None
    return frozenset(map(str, mapping.values())) if isinstance(mapping, dict) else frozenset()


def model_title(folder: Path) -> str:
    """Name a model as its makers did: language, name and version of a spaCy model, else its folder."""
    try:
        said = json.loads((folder / "meta.json").read_bytes())
    except (OSError, ValueError):
        return folder.name
    return f"{said['lang']}_{said['name']}-{said['version']}" if {"lang", "name", "version"} <= {*said} else folder.name
