"""An NLP engine of Presidio's whose models are local folders: what it finds in running text, without a network."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, cast

from presidio_analyzer.nlp_engine import (
    NlpArtifacts,
    NlpEngine,
    NlpEngineProvider,
    NoOpNlpEngine,
    SpacyNlpEngine,
    StanzaNlpEngine,
    TransformersNlpEngine,
)
from presidio_analyzer.nlp_engine.huggingface_token_pipe import HuggingFaceTokenPipe
from presidio_analyzer.nlp_engine.stanza_nlp_engine import load_pipeline

from curate.core.errors import ConfigError
from curate.stages.pii.budget import BudgetError
from curate.stages.pii.plugs import NAMES, Said, engine_name, local, models, read
from curate.stages.pii.registry import offline, there

HAN, LATIN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"), re.compile("[A-Za-z]")
SCRIPTS: Mapping[str, re.Pattern[str]] = {"zh": HAN, "en": LATIN}
"""A sign without which a text has nothing for a model of the language to find."""
PUNCTUATION = str.maketrans(dict.fromkeys("，：（）、“”‘’《》【】\u3000", " ") | dict.fromkeys("。！？；", "\n"))
"""What an English model is shown for Chinese punctuation, sign for sign: it knows no word that ends before it."""
REFUSED = (OSError, ValueError, TypeError, ImportError, KeyError, AttributeError)
"""What the libraries raise where a folder holds no model of theirs."""


class LocalStanzaNlpEngine(StanzaNlpEngine):
    """Stanza with the folder of a model in the place of its name: Presidio's own asks the network for the list."""

    def load(self) -> None:
        """Load the pipelines of all languages."""
        vars(self)["nlp"] = {
            model["lang_code"]: load_pipeline(
                model["lang_code"],
                dir=model["model_name"],
                processors="tokenize,pos,lemma,ner",
                device="cpu",
                download_method=None,
            )
            for model in self.models
        }


class Languages(NlpEngine):
    """An NLP engine for every language: the user's models where there is one, and nothing where there is none."""

    engine_name = "curate"
    is_available = True

    def __init__(self, languages: list[str], engine: SpacyNlpEngine | None = None) -> None:
        """Take the languages that are run, and the user's engine."""
        self.engine = engine
        self.models: dict[str, Any] = dict(vars(engine)["nlp"]) if engine else {}
        self.blank = NoOpNlpEngine(models=[{"lang_code": one, "model_name": "none"} for one in languages])
        self.blank.load()

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        """Run the model of a language; BudgetError where the text is longer than the model takes.

        A text without a single letter of the language is not shown to its model. An English model is shown a blank for
        each Chinese character: names that are glued to Chinese are words then, and it makes nothing of the rest.
        """
        script = SCRIPTS.get(language)
        if self.engine is None or language not in self.models or (script and not script.search(text)):
            return self.blank.process_text(text, language)
        if len(text) > getattr(self.models[language], "max_length", len(text)):
            raise BudgetError(f"a text of {len(text)} characters is longer than the model takes")
        shown = HAN.sub(" ", text.translate(PUNCTUATION)) if language == "en" else text
        return self.engine.process_text(shown, language)

    def load(self) -> None:
        """Everything is loaded."""

    def is_loaded(self) -> bool:
        """Everything is loaded."""
        return True

    def process_batch(
        self, texts: Iterable[str], language: str, batch_size: int = 1, n_process: int = 1, **_options: object
    ) -> Iterator[tuple[str, NlpArtifacts]]:
        """Run the model of a language on texts, one by one."""
        del batch_size, n_process
        return ((text, self.process_text(text, language)) for text in texts)

    def is_stopword(self, word: str, language: str) -> bool:
        """Ask the model, where there is one."""
        return bool(self.engine and language in self.models and self.engine.is_stopword(word, language))

    def is_punct(self, word: str, language: str) -> bool:
        """Ask the model, where there is one."""
        return bool(self.engine and language in self.models and self.engine.is_punct(word, language))

    def get_supported_entities(self) -> list[str]:
        """Return the types that the models find."""
        return sorted(self.engine.get_supported_entities()) if self.engine else []

    def get_supported_languages(self) -> list[str]:
        """Return the languages that have a model."""
        return list(self.models)


def nlp_engine(path: Path) -> SpacyNlpEngine:
    """Load the NLP engine that a file configures; ConfigError where a model is not there or cannot be loaded."""
    name, said = engine_name(path), read(path)
    for _, folder in models(path):
        there(folder, path)
    kinds = (SpacyNlpEngine, LocalStanzaNlpEngine, TransformersNlpEngine)
    if not {kind.engine_name: kind.is_available for kind in kinds}[name]:
        raise ConfigError(f"the NLP engine {name!r} is not installed", where=str(path), hint=f"pip install {name}")
    said["models"] = [rooted(model, path) for model in listed(said)]
    try:
        with offline():
            made = NlpEngineProvider(nlp_engines=kinds, nlp_configuration=said).create_engine()
    except REFUSED as error:
        fact = f"the model cannot be loaded: {type(error).__name__}: {' '.join(str(error).split())}"
        raise ConfigError(fact, where=str(path), hint="give the folder in which the model was saved") from error
    engine = cast("SpacyNlpEngine", made)
    for pipeline in vars(engine)["nlp"].values():
        close(pipeline)
    ignore(engine)
    return engine


def close(pipeline: Any) -> None:
    """Have a model of transformers that raises on a text raise: Presidio would go on as if it had found nothing."""
    for _, part in getattr(pipeline, "pipeline", ()):
        if isinstance(part, HuggingFaceTokenPipe):
            vars(part)["_predict_one"] = partial(predicted, part)


def predicted(part: HuggingFaceTokenPipe, doc: Any) -> object:
    """Return what a model of transformers finds in a text."""
    return part._validate_predictions(part.pipeline(doc.text))  # noqa: SLF001 - judges what Presidio makes of it


def listed(said: Said) -> list[Said]:
    """Return the models of a file that `plugs.models` has judged."""
    found = said["models"]
    return found if isinstance(found, list) else []


def rooted(model: Said, path: Path) -> Said:
    """Return a model with the whole path of its folder."""
    name = model["model_name"]
    whole: Callable[[object], str] = lambda folder: str(local(str(folder), path))  # noqa: E731
    return {**model, "model_name": {k: whole(v) for k, v in name.items()} if isinstance(name, dict) else whole(name)}


def ignore(engine: SpacyNlpEngine) -> None:
    """Leave out the labels of a pipeline that stand for no type, without a warning at each of them."""
    known = engine.ner_model_configuration
    mapping = {name: name for name in sorted(NAMES)} | (known.model_to_presidio_entity_mapping or {})
    labels = {label for one in vars(engine)["nlp"].values() for some in one.pipe_labels.values() for label in some}
    known.model_to_presidio_entity_mapping = mapping
    known.labels_to_ignore = [*(known.labels_to_ignore or ()), *sorted(labels - {*mapping, *mapping.values()})]
