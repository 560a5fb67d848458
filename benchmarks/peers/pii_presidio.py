"""Plain Presidio: AnalyzerEngine with its default recognizers and the engine that needs no model, offline."""

import logging
from collections.abc import Iterable, Sequence

import tldextract  # type: ignore[import-not-found,unused-ignore]
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry  # type: ignore[import-not-found,unused-ignore]
from presidio_analyzer.nlp_engine import NoOpNlpEngine  # type: ignore[import-not-found,unused-ignore]

from benchmarks.peers.pii_trial import Found, Tool, tried

# mailboxes are checked against a list of domains that is otherwise fetched at first use
tldextract.extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)  # type: ignore[assignment,unused-ignore]


def opened(language: str, types: Sequence[str] | None, _lenient: Sequence[str]) -> Tool:
    """Build the analyzer for one language; of the types those that it has."""
    registry = RecognizerRegistry(supported_languages=[language])
    registry.load_predefined_recognizers(languages=[language])
    registry.remove_recognizer("SpacyRecognizer")  # wants a model
    nlp = NoOpNlpEngine(models=[{"lang_code": language, "model_name": "none"}])
    analyzer = AnalyzerEngine(registry=registry, nlp_engine=nlp, supported_languages=[language])
    known = analyzer.get_supported_entities(language)
    wanted = None if types is None else [name for name in types if name in known]

    def look(text: str) -> Found:
        found = analyzer.analyze(text, language=language, entities=wanted)
        return [(result.start, result.end, result.entity_type) for result in found]

    def run(texts: Iterable[str]) -> None:
        for text in texts:
            look(text)

    return Tool(look, run)


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    tried(opened)
