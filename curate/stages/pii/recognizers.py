"""Our rules as Presidio recognizers, for any Presidio user, and the engine that runs them in Presidio's analyzer."""

from collections.abc import Sequence

import presidio_analyzer.pattern_recognizer
import pyarrow as pa
from presidio_analyzer import (
    AnalyzerEngine,
    EntityRecognizer,
    Pattern,
    PatternRecognizer,
    RecognizerRegistry,
    RecognizerResult,
)
from presidio_analyzer.nlp_engine import NlpArtifacts, NoOpNlpEngine
from presidio_analyzer.predefined_recognizers import (
    CreditCardRecognizer,
    IbanRecognizer,
    PhoneRecognizer,
    UsSsnRecognizer,
)

from curate.stages.pii.engine import Span, settle
from curate.stages.pii.gating import Opened, Stretch
from curate.stages.pii.rule import Rule, fold
from curate.stages.pii.rules import RULES

THRESHOLD = 0.4
"""Presidio's own recognizers say less than this of a bare number."""
UNSURE = len(RULES)
"""Priority of what a recognizer of Presidio's own found: behind every rule of ours."""


class RuleRecognizer(PatternRecognizer):
    """One of our rules in Presidio: its patterns, its check digit, and what its surroundings say.

    Full-width signs are read as ASCII. Context words are not left to Presidio's enhancer, which needs an NLP engine:
    labels are sought in a plain window before and after the value.
    """

    RULE: Rule

    def __init__(self, supported_language: str = "zh", *, lenient: bool = False) -> None:
        """Load the rule. `lenient` takes a label nearby for a check digit that does not hold."""
        rule = self.RULE
        super().__init__(
            supported_entity=rule.entity,
            name=type(self).__name__,
            supported_language=supported_language,
            patterns=[Pattern(f"{rule.name} {i}", text, rule.score) for i, text in enumerate(rule.patterns)],
            global_regex_flags=0,
        )
        self.lenient = lenient and rule.certain

    def validate_result(self, pattern_text: str) -> bool | None:
        """Say whether the check digit holds; None where there is none, or where it may not drop a match."""
        rule = self.RULE
        if rule.check is None:
            return None
        if rule.check(pattern_text):
            return True if rule.certain else None
        return None if self.lenient else False

    def analyze(
        self,
        text: str,
        entities: list[str],
        nlp_artifacts: NlpArtifacts | None = None,
        regex_flags: int | None = None,
    ) -> list[RecognizerResult]:
        """Return what the patterns match and the surroundings confirm; offsets are those of `text` as it came."""
        folded = fold(text)
        kept = []
        for result in super().analyze(folded, entities, nlp_artifacts, regex_flags):
            result.score = self.RULE.judge(folded, result.start, result.end, lenient=self.lenient)
            if result.score > 0:
                kept.append(result)
        return kept


def class_name(rule: Rule) -> str:
    """Name the recognizer class of a rule, such as `ChineseMobileRecognizer`."""
    words = "".join(sign if sign.isalnum() else " " for sign in rule.name).split()
    return "".join(word[:1].upper() + word[1:] for word in words) + "Recognizer"


RECOGNIZERS: tuple[type[RuleRecognizer], ...] = tuple(
    type(
        class_name(rule),
        (RuleRecognizer,),
        {"RULE": rule, "__doc__": f"Recognize: {rule.name}.", "__module__": __name__},
    )
    for rule in RULES
)
"""One class a rule, in the order of RULES; each is also an attribute of this module, as Presidio's YAML wants it."""
globals().update({recognizer.__name__: recognizer for recognizer in RECOGNIZERS})


def presidio_own() -> list[EntityRecognizer]:
    """Return Presidio's recognizers that add to ours in English.

    E-mail, IP and URL are left out: their word boundaries swallow Chinese that is glued to a value, and the first would
    fetch the public suffix list over the network.
    """
    phone = PhoneRecognizer(supported_regions=("US", "CN", "GB"))
    return [CreditCardRecognizer(), IbanRecognizer(), UsSsnRecognizer(), phone]


class PresidioEngine:
    """Finds personal data with Presidio's AnalyzerEngine, our recognizers and, unless told otherwise, Presidio's own.

    Needs no model and no network. Presidio gives a pattern up after a time-out and goes on, which lets personal data
    through and makes the output depend on the machine's load: here it has no time-out.
    """

    def __init__(self, types: frozenset[str], lenient: frozenset[str] = frozenset(), *, own: bool = True) -> None:
        """Build the analyzer for the types wanted."""
        vars(presidio_analyzer.pattern_recognizer)["REGEX_TIMEOUT_SECONDS"] = None
        ours = [one("en", lenient=one.RULE.entity in lenient) for one in RECOGNIZERS if one.RULE.entity in types]
        theirs = [one for one in presidio_own() if one.supported_entities[0] in types] if own else []
        self.ranks = {one.RULE.name: place for place, one in enumerate(RECOGNIZERS)}
        self.spares = {rule.entity: rule.spared for rule in reversed(RULES)}
        self.places = {one.id: self.ranks[one.RULE.name] for one in ours}
        self.engine = AnalyzerEngine(
            registry=RecognizerRegistry(recognizers=[*ours, *theirs], supported_languages=["en"]),
            nlp_engine=no_op(),
            supported_languages=["en"],
        )

    def look(self, strings: pa.StringArray) -> tuple[list[int], list[Opened | None]]:
        """Return every row that is not null: what Presidio's own recognizers need is not known."""
        rows = [row for row, valid in enumerate(strings.is_valid().to_pylist()) if valid]
        return rows, [None] * len(rows)

    def find(self, text: str, opened: Opened | None = None, near: Sequence[Stretch] | None = None) -> list[Span]:
        """Return the spans of personal data in text order, without overlaps, wherever in the text they are."""
        del opened, near
        results = self.engine.analyze(text, language="en", score_threshold=THRESHOLD)
        folded = fold(text)
        found = []
        for result in results:
            place = self.places.get(result.recognition_metadata[RecognizerResult.RECOGNIZER_IDENTIFIER_KEY], UNSURE)
            if place < UNSURE or not self.spares[result.entity_type](folded, result.start, result.end):
                found.append((place, Span(result.start, result.end, result.entity_type, result.score)))
        return settle(found)


def no_op() -> NoOpNlpEngine:
    """Return an NLP engine that loads no model."""
    engine = NoOpNlpEngine(models=[{"lang_code": "en", "model_name": "none"}])
    engine.load()
    return engine
