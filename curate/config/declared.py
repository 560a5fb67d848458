"""The source registry: what `registry` of a source says, in its place or in a file, is read, checked and taken over."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import cast

from pydantic import BaseModel, ValidationError

from curate.config.explain import report
from curate.config.places import At, Draft, read_file
from curate.core.errors import ConfigError
from curate.core.files import digest_of
from curate.core.register import UNKNOWN, Entry, Evidence

KEY = "registry"
FOLDER = "sources"
"""Beside the configuration: its files `NAME.yaml` are the registries of the sources that name none."""
NOWHERE = object()
LEAVE = "take it out of the configuration; nothing of it was read"


def declared(draft: Draft, model: type[BaseModel], settings: Mapping[str, object], at: At) -> dict[str, object]:
    """Return the settings of a source with its registry read; every mistake is noted where it stands.

    A source that names no registry has the one in `sources/NAME.yaml` beside the configuration, where that is there.
    What the registry says of licence, category, owner, origin and lawful basis becomes a setting of the source. A
    document that is named is digested, and only its name is kept. A source that is blacklisted is a mistake.
    """
    rest = {key: value for key, value in settings.items() if key != KEY}
    said = settings.get(KEY, _beside(draft).get(str(at[-1]), NOWHERE))
    if said is NOWHERE or KEY not in model.model_fields or isinstance(said, Entry):
        return dict(settings)
    if isinstance(said, Mapping):
        return _taken(draft, (*at, KEY), said, model, rest)
    if not isinstance(said, (str, Path)):
        fact = f"a registry is a mapping of settings or the name of a YAML file, found {said!r}"
        draft.report((*at, KEY), fact, f"write `{KEY}: {{owner: ...}}` or `{KEY}: sources/{at[-1]}.yaml`")
        return rest
    path = Path(said).expanduser()
    path = path if draft.is_set((*at, KEY)) or KEY not in settings else draft.folder / path
    if not path.is_file():
        draft.report((*at, KEY), f"the registry {str(said)!r} is not there", "a relative path starts from this file")
        return rest
    try:
        own = read_file(path)
        if not own.values:
            own.problems.clear()
            own.report((), "a registry is a mapping of settings, and this is none", "start with `owner: ...`")
        taken = _taken(own, (), own.values, model, rest) if not own.problems else rest
        faults = [fault for _, fault in sorted(own.problems, key=lambda told: told[0])]
    except ConfigError as error:
        taken, faults = rest, list(error.problems)
    line = 0 if draft.is_set((*at, KEY)) else draft.line_of((*at, KEY))
    draft.problems += [(line, fault) for fault in faults]
    return taken


def strangers(draft: Draft, sources: Mapping[str, object]) -> None:
    """Note registries beside the configuration that are of no source, while a source has none: a name may be wrong.

    Where every source has its registry, or says `registry: {}`, other files are those of other configurations.
    """
    beside = _beside(draft)
    said = {name: entry.get(KEY) for name, entry in sources.items() if isinstance(entry, dict)}
    bare = [name for name in said if KEY not in cast("dict[str, object]", sources[name]) and name not in beside]
    named = {(draft.folder / str(path)).resolve() for path in said.values() if isinstance(path, (str, Path))}
    for name, path in beside.items():
        if bare and name not in sources and path.resolve() not in named:
            close = get_close_matches(name, bare, 1)
            hint = (
                f"did you mean {close[0]!r}?" if close else f"say `{KEY}: {{}}` at {', '.join(bare)} if they have none"
            )
            fact = f"{FOLDER}/{path.name} is the registry of no source: none is called {name!r}"
            draft.report((FOLDER,), fact, hint)
    for path in _misspelt(draft):
        if path.stem in bare and path.resolve() not in named:
            fact = f"{FOLDER}/{path.name} is not read: the registry of {path.stem!r} is {path.stem}.yaml"
            draft.report((FOLDER,), fact, f"rename it, or say `{KEY}: {FOLDER}/{path.name}` at {path.stem}")


def _misspelt(draft: Draft) -> list[Path]:
    """Return the files beside the registries that end nearly as they do: one of them may forbid its source."""
    files = sorted((draft.folder / FOLDER).glob("*.*")) if draft.file else []
    return [path for path in files if path.suffix != ".yaml" and path.suffix.lower() in {".yaml", ".yml"}]


def _beside(draft: Draft) -> dict[str, Path]:
    """Return the registries beside the configuration by the name of their source; none where it is no file."""
    return {path.stem: path for path in sorted((draft.folder / FOLDER).glob("*.yaml"))} if draft.file else {}


def _taken(
    draft: Draft, at: At, said: Mapping[str, object], model: type[BaseModel], settings: dict[str, object]
) -> dict[str, object]:
    """Read a registry that stands in a draft; return the settings of its source with what it says."""
    try:
        entry = Entry.model_validate(said)
    except ValidationError as error:
        report(error, Entry, draft, at)
        return settings
    entry = entry.model_copy(update={"evidence": tuple(_borne_out(draft, (*at, "evidence"), entry.evidence))})
    if entry.blacklisted:
        reason = f": {entry.blacklist_reason}" if entry.blacklist_reason else ""
        draft.report((*at, "blacklisted"), f"the source is blacklisted{reason}", LEAVE)
    elif entry.blacklist_reason:
        fact = f"why the source is blacklisted ({entry.blacklist_reason}), but not that it is"
        draft.report((*at, "blacklist_reason"), fact, "add `blacklisted: true`, or leave the reason out")
    stated = {name: getattr(entry, name) for name in Entry.model_fields if name in said and name in model.model_fields}
    for name, value in stated.items():
        if name in settings and settings[name] != value:
            fact = f"{name!r} is {value!r} here and {settings[name]!r} at the source itself"
            draft.report((*at, name), fact, "say it once")
    return _based(entry) | stated | settings | {KEY: entry}


def _based(entry: Entry) -> dict[str, object]:
    """Put the bases under both laws into one line, for where nobody else says one."""
    bases = [(law, basis) for law, basis in (("PIPL", entry.pipl), ("GDPR", entry.gdpr)) if basis != UNKNOWN]
    said = [basis if basis.upper().startswith(law) else f"{law} {basis}" for law, basis in bases]
    return {"lawful_basis": "; ".join(said)} if said else {}


def _borne_out(draft: Draft, at: At, evidence: tuple[Evidence, ...]) -> Iterator[Evidence]:
    """Digest the documents that are named, and keep no more than their names."""
    for number, one in enumerate(evidence):
        if one.file is None:
            yield one
            continue
        path = draft.folder / one.file.expanduser()
        try:
            digest = digest_of(path)
        except OSError as error:
            draft.report((*at, number, "file"), f"{str(one.file)!r} cannot be read: {error.strerror}", "check the path")
            continue
        if one.sha256 not in {None, digest}:
            fact = f"the digest of {path.name!r} is {digest}, not {one.sha256}"
            draft.report((*at, number, "sha256"), fact, "the document has changed, or it is another one")
        yield one.model_copy(update={"file": Path(path.name), "sha256": digest})
