"""Recognizers of Presidio's, from a file of the user's or from its defaults, made fit for a run without a network."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from os import environ
from pathlib import Path
from sys import modules

import regex
from presidio_analyzer import EntityRecognizer, Pattern, PatternRecognizer, RemoteRecognizer
from presidio_analyzer.predefined_recognizers import (
    EmailRecognizer,
    PhoneRecognizer,
    SpacyRecognizer,
)
from presidio_analyzer.recognizer_registry import RecognizerRegistryProvider
from presidio_analyzer.recognizer_registry.recognizers_loader_utils import (
    PredefinedRecognizerNotFoundError,
    RecognizerListLoader,
)
from tldextract import TLDExtract
from tldextract.tldextract import ExtractResult

from curate.core.errors import ConfigError
from curate.stages.pii.budget import BudgetError
from curate.stages.pii.plugs import MODEL_KEYS, Said, class_of, entries, import_path, local, read

THRESHOLD = 0.4
"""What scores less is not taken for personal data, unless a recognizer has thresholds of its own."""
FLAGS = 26
"""Presidio's default: a dot matches a line break, `^` and `$` any line, case does not matter."""
SECONDS = 60
"""A foreign pattern that takes longer on one text has the text rejected; Presidio would let it through."""
REFUSED = (ValueError, TypeError, ImportError, AttributeError, KeyError, OSError, PredefinedRecognizerNotFoundError)
"""What Presidio raises where a file asks for something that cannot be."""
DENIED, EDGES = (r"(?:^|(?<=\W))", r"(?:(?=\W)|$)"), (r"(?<![^\W\p{Han}])", r"(?![^\W\p{Han}])")
"""What stands around the words of a deny list: Presidio's, which takes Chinese for a part of a word, and ours."""
LEFT_OUT = {
    "EmailRecognizer": "takes the Chinese before an address for a part of it",
    "IpRecognizer": "ends an address only at a sign that is no Chinese character",
    "UrlRecognizer": "takes the Chinese behind an address for a part of it; 10 kB of `a.` take it 23 seconds",
    "DateRecognizer": "dates are no one's",
    "IbanRecognizer": "skips a pattern after a time-out",
    "PhoneRecognizer": "is loaded with the regions US, CN and GB",
    "SpacyRecognizer": "reads what an NLP engine found",
}
"""Presidio's English recognizers that `engine: presidio` does not load as they are, and why."""
REGIONS = {"us": "US", "cn": "CN", "uk": "GB"}
"""By profile, the region of which Presidio's recognizer of telephones reads the numbers."""
OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "STANZA_OFFLINE": "1"}


@contextmanager
def offline() -> Iterator[None]:
    """Keep hubs from being asked while models are loaded, and models on the processor: cards round differently."""
    before = {name: environ.get(name) for name in (*OFFLINE, "PRESIDIO_DEVICE")}
    environ.update(OFFLINE)
    environ.setdefault("PRESIDIO_DEVICE", "cpu")
    try:
        yield
    finally:
        for name, said in before.items():
            if said is None:
                environ.pop(name, None)
            else:
                environ[name] = said


class Bounded:
    """A compiled pattern whose time-out cannot be mistaken for the absence of matches."""

    def __init__(self, pattern: regex.Pattern[str], seconds: float | None) -> None:
        """Take a pattern and how long it may search one text; None: as long as it takes."""
        self.pattern, self.seconds = pattern, seconds

    def finditer(self, text: str, timeout: float | None = None) -> Iterator[regex.Match[str]]:
        """Yield the matches; BudgetError where they take too long. Presidio's own time-out does not count."""
        del timeout
        try:
            yield from self.pattern.finditer(text, timeout=self.seconds)
        except TimeoutError:
            raise BudgetError(f"a pattern took more than {self.seconds} seconds on one text") from None


def bounded(recognizer: EntityRecognizer, seconds: float | None) -> EntityRecognizer:
    """Make a recognizer fail where Presidio's would skip a pattern, and keep it from the network."""
    if isinstance(recognizer, PatternRecognizer):
        flags = recognizer.global_regex_flags or 0
        vars(recognizer)["patterns"] = [copied(one, flags, seconds) for one in vars(recognizer)["patterns"]]
    for kind in type(recognizer).__mro__:
        module = vars(modules[kind.__module__])
        if kind.__module__ != PatternRecognizer.__module__ and "REGEX_TIMEOUT_SECONDS" in module:
            module["REGEX_TIMEOUT_SECONDS"] = None
    if isinstance(recognizer, EmailRecognizer):
        vars(recognizer)["validate_result"] = has_public_suffix
    return recognizer


def copied(pattern: Pattern, flags: int, seconds: float | None) -> Pattern:
    """Copy a pattern, which classes share, and compile it; a deny list also finds words that are glued to Chinese."""
    text = pattern.regex
    if text.startswith(DENIED[0]) and text.endswith(DENIED[1]):
        text = f"{EDGES[0]}{text.removeprefix(DENIED[0]).removesuffix(DENIED[1])}{EDGES[1]}"
    own = Pattern(pattern.name, text, pattern.score)
    vars(own).update(compiled_regex=Bounded(regex.compile(text, flags), seconds), compiled_with_flags=flags)
    return own


def has_public_suffix(address: str) -> bool:
    """Tell whether an address ends in a public suffix, by the list that came with tldextract."""
    return bool(suffixes()(address).fqdn)


@cache
def suffixes() -> Callable[[str], ExtractResult]:
    """Return the list of public suffixes, never fetched and never cached."""
    return TLDExtract(cache_dir=None, suffix_list_urls=())


def presidio_own(types: frozenset[str], profiles: frozenset[str]) -> list[EntityRecognizer]:
    """Return Presidio's own English recognizers of these types, in its order, but for those LEFT_OUT.

    Telephones are those of the countries of the profiles.
    """
    provider = RecognizerRegistryProvider(registry_configuration={"supported_languages": ["en"]})
    loaded = provider.create_recognizer_registry().recognizers
    regions = tuple(region for profile, region in REGIONS.items() if profile in profiles)
    phones = [PhoneRecognizer(supported_regions=regions)] if regions else []
    return [
        bounded(one, SECONDS)
        for one in (*loaded, *phones)
        if one in phones or type(one).__name__ not in LEFT_OUT
        if types & {*one.supported_entities}
    ]


def recognizers(path: Path) -> list[EntityRecognizer]:
    """Load the recognizers of a registry file, in its order; ConfigError where one cannot be, or needs a network."""
    said, whole = entries(path), read(path)
    languages = languages_of(whole, said)
    configuration = {
        "supported_languages": languages,
        "global_regex_flags": whole.get("global_regex_flags", FLAGS),
        "recognizers": [prepared(entry, languages, path) for entry in said],
    }
    try:
        with offline():
            provider = RecognizerRegistryProvider(registry_configuration=configuration)
            loaded = list(provider.create_recognizer_registry().recognizers)
    except REFUSED as error:
        cause = error.__cause__ or error
        fact = f"Presidio does not load it: {' '.join(str(cause).split())}"
        raise ConfigError(fact, where=str(path), hint="see the form of a recognizer registry of Presidio") from error
    for one in loaded:
        refuse(one, path)
    return [bounded(one, SECONDS) for one in loaded]


def languages_of(whole: Said, said: Sequence[Said]) -> list[str]:
    """Collect the languages of a file: Presidio would leave a recognizer out whose language the head does not name."""
    head = whole.get("supported_languages")
    found = list(map(str, head)) if isinstance(head, list) else []
    for entry in said:
        several = entry.get("supported_languages")
        one = [entry["supported_language"]] if entry.get("supported_language") else []
        for each in several if isinstance(several, list) else one:
            found.append(str(each["language"] if isinstance(each, dict) else each))
    return list(dict.fromkeys(found)) or ["en"]


def prepared(entry: Said, languages: Sequence[str], path: Path) -> Said:
    """Return an entry as Presidio wants it: classes imported, models by their whole path, one language at least.

    Every recognizer runs on every text; one that names no language is loaded once. Of a recognizer with a list of
    languages Presidio would forget the context words.
    """
    ready = {key: value for key, value in entry.items() if key != "enabled"}
    place = import_path(entry)
    if place is not None:
        ready["class_name"], ready["type"] = imported(place, path), "predefined"
    for key in MODEL_KEYS:
        if isinstance(entry.get(key), str):
            ready[key] = str(there(local(str(entry[key]), path), path))
    if not entry.get("supported_language"):
        several = entry.get("supported_languages")
        known, words = several if isinstance(several, list) and several else languages[:1], ready.pop("context", None)
        said = [one if isinstance(one, dict) else {"language": one} for one in known]
        ready["supported_languages"] = [{"context": words, **one} for one in said]
    if not ({"patterns", "deny_list"} & {*entry}) and entry.get("type") != "custom":
        only_one(class_of(ready), path)
    return ready


def imported(place: tuple[str, str], path: Path) -> str:
    """Import the module of a class and return the name of the class."""
    module, name = place
    try:
        kind = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        fact = f"the class {module}.{name} cannot be imported: {error}"
        raise ConfigError(fact, where=str(path), hint="install its package, or put its folder on PYTHONPATH") from error
    if not (isinstance(kind, type) and issubclass(kind, EntityRecognizer)):
        raise ConfigError(f"{module}.{name} is no recognizer of Presidio's", where=str(path))
    return name


def only_one(name: str, path: Path) -> None:
    """Refuse a class name that two classes have: Presidio would take either."""
    import_module("curate.stages.pii.recognizers")
    known = [one for one in RecognizerListLoader.get_all_existing_recognizers() if one.__name__ == name]
    if len(known) > 1:
        raise ConfigError(f"{len(known)} recognizers are called {name!r}", where=str(path), hint="rename one of them")


def there(folder: Path, path: Path) -> Path:
    """Return the folder of a model; ConfigError where it is not there: nothing is ever downloaded."""
    if not folder.exists():
        hint = "give the folder of a model on this machine; nothing is downloaded"
        raise ConfigError(f"there is no model {str(folder)!r}", where=str(path), hint=hint)
    return folder


def refuse(recognizer: EntityRecognizer, path: Path) -> None:
    """Raise ConfigError where a recognizer needs a network, an NLP engine, or context that it does not name."""
    name = vars(recognizer)["name"]
    if isinstance(recognizer, RemoteRecognizer) or ".third_party." in type(recognizer).__module__:
        raise ConfigError(f"{name!r} needs a network", where=str(path), hint="take it out: a run is offline")
    if isinstance(recognizer, SpacyRecognizer):
        hint = "take it out and set `nlp_engine`: what the engine finds is then found"
        raise ConfigError(f"{name!r} reads what an NLP engine found", where=str(path), hint=hint)
    if type(recognizer) is PatternRecognizer and not recognizer.context and not recognizer.score_thresholds:
        for pattern in vars(recognizer)["patterns"]:
            if pattern.score < THRESHOLD:
                fact = f"the pattern {pattern.name!r} of {name!r} scores {pattern.score}, and counts from {THRESHOLD}"
                hint = "raise its score, name `context` words, or set `score_thresholds: {default: 0}`"
                raise ConfigError(fact, where=str(path), hint=hint)
