"""Our rules as Presidio recognizers, for any Presidio user."""

from presidio_analyzer import Pattern, PatternRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from curate.stages.pii.context import words_of
from curate.stages.pii.hidden import UNSEEN, Seen
from curate.stages.pii.rule import Rule, fold
from curate.stages.pii.rules import RULES


class RuleRecognizer(PatternRecognizer):
    """One of our rules in Presidio: its patterns, its check digit, and what its surroundings say.

    Full-width signs are read as ASCII. Labels are sought in a plain window before and after the value, so that it works
    with Presidio's `NoOpNlpEngine`; `context` lists them for Presidio's own enhancer, which needs an NLP engine.
    """

    RULE: Rule

    def __init__(
        self,
        supported_language: str = "zh",
        *,
        name: str | None = None,
        context: list[str] | None = None,
        lenient: bool = False,
    ) -> None:
        """Load the rule. `lenient` takes a label nearby for a check digit that does not hold."""
        rule = self.RULE
        labels = words_of(rule.labels.said) if rule.labels else []
        super().__init__(
            supported_entity=rule.entity,
            name=name or type(self).__name__,
            supported_language=supported_language,
            patterns=[Pattern(f"{rule.name} {i}", text, rule.score) for i, text in enumerate(rule.patterns)],
            context=labels if context is None else context,
        )
        self.lenient = lenient and rule.certain

    @property
    def global_regex_flags(self) -> int:
        """No flags: a rule says itself where case does not matter. Presidio's YAML would set its own."""
        return 0

    @global_regex_flags.setter
    def global_regex_flags(self, flags: int) -> None:
        """Leave the rule as it is."""

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
        """Return what the patterns match and the surroundings confirm; offsets are those of `text` as it came.

        Signs that nobody sees hide nothing: what they divide is found with them.
        """
        del regex_flags
        kept = self.read(text, entities, nlp_artifacts)
        if UNSEEN.search(text):
            seen = Seen.of(text)
            for result in self.read(seen.text, entities, nlp_artifacts):
                kept.append(read_at(result, *seen.spread(result.start, result.end), result.score))
        return kept

    def read(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None) -> list[RecognizerResult]:
        """Return the same of a text in which every sign is seen."""
        folded = fold(text)
        kept = []
        for result in super().analyze(folded, entities, nlp_artifacts):
            for start, end in self.RULE.spans(folded, result.start, result.end):
                score, _ = self.RULE.judge(folded, start, end, lenient=self.lenient)
                if score > 0:
                    kept.append(read_at(result, start, end, score))
        return kept


def read_at(result: RecognizerResult, start: int, end: int, score: float) -> RecognizerResult:
    """Return a result that says the same of another stretch."""
    return RecognizerResult(
        result.entity_type, start, end, score, result.analysis_explanation, result.recognition_metadata
    )


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
