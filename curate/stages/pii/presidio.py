"""Presidio's analyzer behind our seam: every language in one pass, nothing skipped, the same order every time."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from operator import itemgetter

import pyarrow as pa
from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry, RecognizerResult
from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer
from presidio_analyzer.nlp_engine import NlpArtifacts, SpacyNlpEngine

from curate.stages.pii.budget import BudgetError
from curate.stages.pii.engine import Native, mentioned
from curate.stages.pii.gating import Opened, Stretch
from curate.stages.pii.hidden import NOWHERE
from curate.stages.pii.nlp import Languages, nlp_engine
from curate.stages.pii.plugs import NAMES, NOTHING, Plugs
from curate.stages.pii.recognizers import RECOGNIZERS, RuleRecognizer
from curate.stages.pii.registry import THRESHOLD, bounded, presidio_own, recognizers
from curate.stages.pii.rule import fold
from curate.stages.pii.rules import RULES, Sought
from curate.stages.pii.spans import Span, settle
from curate.stages.pii.words import AFTER, BEFORE

FACTOR, FLOOR = 0.35, 0.4
"""What a context word adds to a score, and the least that it makes of it: Presidio's own defaults."""
UNSURE = len(RULES)
"""Priority of what a recognizer that is not ours found: behind every rule of ours."""
PLACEHOLDER = "<[A-Z][A-Z0-9_]*(?:_(?:[a-z][0-9])+)?>"
"""A placeholder or a pseudonym of the stage's."""

SPARES = {rule.entity: rule.spared for rule in reversed(RULES)}
"""What our rules spare is spared in what Presidio's own recognizers find, too."""

Ranked = tuple[int, Span]
Holes = Sequence[tuple[int, int]]


class Window(ContextAwareEnhancer):
    """Raises the score of a result near which a context word of its recognizer stands.

    Presidio's own enhancer sees nothing without lemmas, takes only words before the value, and its time grows with the
    square of the text. Our recognizers have looked around themselves.
    """

    def __init__(self) -> None:
        """Take Presidio's defaults for what a word is worth."""
        super().__init__(FACTOR, FLOOR, BEFORE, AFTER)

    def enhance_using_context(
        self,
        text: str,
        raw_results: list[RecognizerResult],
        nlp_artifacts: NlpArtifacts,
        recognizers: list[EntityRecognizer],
        context: list[str] | None = None,
    ) -> list[RecognizerResult]:
        """Return the results, raised where a word stands near."""
        del nlp_artifacts, context
        words = {one.id: tuple(one.context or ()) for one in recognizers if not isinstance(one, RuleRecognizer)}
        for result in raw_results:
            said = words.get(result.recognition_metadata[RecognizerResult.RECOGNIZER_IDENTIFIER_KEY])
            if said and near(said, text, result.start, result.end):
                result.score = min(1.0, max(result.score + FACTOR, FLOOR))
        return raw_results


def near(words: tuple[str, ...], text: str, start: int, end: int) -> bool:
    """Tell whether one of the words stands near text[start:end]."""
    window = f"{text[max(0, start - BEFORE) : start]}\n{text[end : end + AFTER]}"
    return wanted(words).search(window.lower()) is not None


@cache
def wanted(words: tuple[str, ...]) -> re.Pattern[str]:
    """Compile context words: what begins with an ASCII letter does not begin inside of a word."""
    lower = [word.lower() for word in words]
    return re.compile("|".join(f"(?<![a-z]){re.escape(one)}" if one[:1].isascii() else re.escape(one) for one in lower))


class Analysis:
    """Presidio's analyzer, run once for each language of its recognizers."""

    def __init__(
        self,
        types: frozenset[str],
        plugs: Plugs,
        budget: int,
        ours: Sequence[EntityRecognizer] = (),
        own: Sequence[EntityRecognizer] = (),
    ) -> None:
        """Build the analyzer from our recognizers, Presidio's own, and what is plugged in.

        `budget` is how many results one text may have.
        """
        engine = nlp_engine(plugs.nlp_engine) if plugs.nlp_engine else None
        models = engine.get_supported_languages() if engine else []
        theirs = recognizers(plugs.recognizers) if plugs.recognizers else []
        names = [names_of(engine, language) for language in models] if engine else []
        loaded = [*ours, *own, *theirs, *names]
        self.languages = list(dict.fromkeys(one.supported_language for one in loaded))
        spoken = self.languages or ["en"]
        self.engine = AnalyzerEngine(
            registry=RecognizerRegistry(recognizers=loaded, supported_languages=spoken),
            nlp_engine=Languages(spoken, engine),
            supported_languages=spoken,
            context_aware_enhancer=Window(),
            default_score_threshold=THRESHOLD,
        )
        self.budget = budget
        self.ranks = {one.id: rank for rank, one in enumerate(loaded, start=UNSURE)}
        self.ranks |= {one.id: RECOGNIZERS.index(type(one)) for one in ours}
        self.own, self.names = {one.id for one in own}, {one.id for one in names}
        self.wanted: dict[str, frozenset[str]] = {one.id: types for one in loaded}
        if plugs.every:
            self.wanted |= {one.id: types | {*one.supported_entities} for one in theirs}
            self.wanted |= {one.id: types | NAMES for one in names}
        self.written = re.compile("|".join([PLACEHOLDER, *(re.escape(one) for one in plugs.written if one)]))

    def ranked(self, text: str) -> list[Ranked]:
        """Return what is found in any language, with the priorities of those who found it.

        BudgetError where it is too much, or where a pattern takes too long: Presidio would go on without it.
        """
        holes = [match.span() for match in self.written.finditer(text)]
        folded = fold(text)
        found: list[Ranked] = []
        for language in self.languages:
            for result in self.engine.analyze(text, language):
                by = result.recognition_metadata[RecognizerResult.RECOGNIZER_IDENTIFIER_KEY]
                if not 0 <= result.start < result.end <= len(text):
                    raise ValueError(f"a recognizer of {result.entity_type} found something outside of the text")
                if result.entity_type in self.wanted[by]:
                    found += ((self.ranks[by], span) for span in self.spans(folded, result, by, holes))
            if len(found) > self.budget:
                raise BudgetError(f"more than {self.budget} results in one text")
        return found

    def spans(self, text: str, result: RecognizerResult, by: str, holes: Holes) -> Iterator[Span]:
        """Yield what of a result is personal data: what the stage itself has written is not."""
        spared = SPARES.get(result.entity_type) if by in self.own else None
        if spared and spared(text, result.start, result.end):
            return
        if self.ranks[by] < UNSURE:
            yield Span(result.start, result.end, result.entity_type, float(result.score))
            return
        for start, end in outside(result.start, result.end, holes):
            whole = (start, end) == (result.start, result.end) and by not in self.names
            if whole or any(sign.isalnum() for sign in text[start:end]):
                yield Span(start, end, result.entity_type, float(result.score))


def names_of(engine: SpacyNlpEngine, language: str) -> EntityRecognizer:
    """Return the recognizer that reads what the model of a language found."""
    kind = RecognizerRegistry.get_nlp_recognizer(engine)
    return kind(supported_language=language, supported_entities=sorted(engine.get_supported_entities()))


def outside(start: int, end: int, holes: Holes) -> Iterator[tuple[int, int]]:
    """Yield the parts of a stretch that lie in no hole; holes are in text order."""
    for first, last in holes[bisect_right(holes, start, key=itemgetter(1)) :]:
        if first >= end:
            break
        if start < first:
            yield start, first
        start = last
    if start < end:
        yield start, end


def every_row(strings: pa.StringArray) -> list[int]:
    """Return every row that is not null: what foreign recognizers need is not known."""
    return [row for row, valid in enumerate(strings.is_valid().to_pylist()) if valid]


class PresidioEngine:
    """Finds personal data with Presidio's AnalyzerEngine, our recognizers and, unless told otherwise, Presidio's own.

    Presidio gives a pattern up after a time-out and goes on, which lets personal data through: here that rejects the
    text.
    """

    def __init__(
        self,
        sought: Sought,
        budget: int = 1_000_000,
        plugs: Plugs = NOTHING,
        *,
        own: bool = True,
    ) -> None:
        """Build the analyzer for what is sought."""
        types = sought.types
        ours = [one("en", lenient=one.RULE.entity in sought.lenient) for one in RECOGNIZERS if sought.has(one.RULE)]
        for one in ours:
            one.score_thresholds = {"default": 0.0}
        own_ones = presidio_own(types, sought.profiles) if own else []
        self.analysis = Analysis(types, plugs, budget, [bounded(one, None) for one in ours], own_ones)

    def look(
        self, strings: pa.StringArray, near: Sequence[Sequence[Stretch]] | None = None
    ) -> tuple[list[int], list[Opened | None]]:
        """Return every row that is not null."""
        del near
        rows = every_row(strings)
        return rows, [None] * len(rows)

    def find(
        self,
        text: str,
        opened: Opened | None = None,
        near: Sequence[Stretch] | None = None,
        allowed: list[Span] | None = None,
    ) -> list[Span]:
        """Return the spans of personal data in text order, without overlaps, wherever in the text they are."""
        del opened, near, allowed
        return mentioned(fold(text), settle(self.analysis.ranked(text)))


class Bridged:
    """The native engine, and what is plugged in beside it."""

    def __init__(self, native: Native, types: frozenset[str], plugs: Plugs) -> None:
        """Take the native engine and load what is plugged in."""
        self.native, self.analysis = native, Analysis(types, plugs, native.budget)

    def look(
        self, strings: pa.StringArray, near: Sequence[Sequence[Stretch]] | None = None
    ) -> tuple[list[int], list[Opened]]:
        """Return every row that is not null, and where in it the native engine looks."""
        opened = dict(zip(*self.native.look(strings, near), strict=True))
        rows = every_row(strings)
        return rows, [opened.get(row, NOWHERE) for row in rows]

    def find(
        self,
        text: str,
        opened: Opened | None = None,
        near: Sequence[Stretch] | None = None,
        allowed: list[Span] | None = None,
    ) -> list[Span]:
        """Return the spans of personal data in text order: ours among themselves, then all, cleared of overlaps.

        What is plugged in looks at the whole text, also where only a part of it has changed: a model reads sentences.
        """
        ours = ((0, span) for span in self.native.find(text, opened, near, allowed))
        return settle([*ours, *self.analysis.ranked(text)])
