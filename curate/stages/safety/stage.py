"""Mark records that are unlawful or unhealthy, hold secrets, speak to models in hiding, or were made by one."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple, Self

import numpy as np
import pyarrow as pa
from pydantic import Field, field_validator, model_validator

from curate.core.columns import with_columns
from curate.core.errors import ConfigError, Mistake, Mistakes
from curate.core.risks import RISKS
from curate.core.stage import FOUND, Action, Outcome, Stage, Step
from curate.stages.safety import phrases, secrets
from curate.stages.safety.lexicon import Bounds, Domains, Finder, Lexicons, folded_terms, risk_of, terms_of
from curate.stages.safety.seeds import DOMAINS, SEEDS, SMALL_PRINT, DomainName, SeedName
from curate.stages.safety.sight import small

Family = Literal["lexicons", "secrets", "instructions", "hidden", "labels"]
FAMILIES: tuple[Family, ...] = ("lexicons", "secrets", "instructions", "hidden", "labels")
LABELS = ("ai_label", "ai_notice", "ai_phrase")
HIDDEN = ("repeated_trigger", "invisible_tags", "invisible_run", "invisible_dense", "bidi_override", "long_base64")
RULES: dict[Family, tuple[str, ...]] = {
    "lexicons": (),
    "secrets": tuple(f"secret_{name}" for name in (*(one.name for one in secrets.FORMATS), *secrets.LABELS)),
    "instructions": ("injection", "injection_quoted", "template", "trigger"),
    "hidden": HIDDEN,
    "labels": LABELS,
}
"""The rules of each family; those of lexicons go by the lexicons that are given."""
MANY = 3
"""So many rules of one kind are listed one by one."""
COUNTED = ("terms", "secrets", "instructions", "labels", "invisible", "encoded", "repeats")
"""Signals that are whole numbers; `density` is not."""

FEWEST_TAGS = 4
"""Tag characters (U+E0000 to U+E007F) spell ASCII that no screen shows; outside of flags they have no use."""
LONGEST_RUN = 8
"""Zero-width characters in a row that no writing needs: eight of them can spell a byte."""
DENSE, FEWEST_DENSE = 0.05, 8
"""Share of characters that nobody sees; Persian, which joins words by U+200C, stays below it."""
REPEATED = 8
"""So often a string of words stands in a row: triggers are found again by standing often (Wan et al. 2023, arXiv
2305.00944), language seldom says anything more than thrice."""
ENCODED = 512
"""Characters of base64 in a row: 384 bytes, more than keys, digests and signatures in prose have."""


class Line(NamedTuple):
    """One finding."""

    row: int
    rule: str
    metric: str
    value: float
    threshold: float
    operator: str = ">="


class Safety(Stage):
    """Mark what should not be learnt: by lexicons of risk, secrets, hidden instructions, labels of machines.

    Everything is a tag with its evidence (rule, metric, value, threshold; never a term, a secret or a piece of text)
    unless `reject` names it or `action` says otherwise. `lexicons` are the user's: a file for a class of TC260-003,
    appendix A, is named after it (`A.1.f.txt`) and speaks as the rule `safety:A.1.f`. Three small lists come along:
    `safety:gambling`, `safety:invoice_fraud`, `safety:advertising`. A lexicon is believed where several distinct terms
    stand densely together with a contact (a messenger or a telephone with its number), or many without one, unless
    the words of medicine, law or security outweigh them: a judgment may quote how players were reached. Beside a
    contact only words count that no offer uses for itself.

    Other rules: `secret_*` (one for each published format, `secret_password`, `secret_assigned_key`), `injection`,
    `injection_quoted`, `template`, `trigger`, `repeated_trigger`, `invisible_tags`, `invisible_run`, `invisible_dense`,
    `bidi_override`, `long_base64`, `ai_label`, `ai_notice`, `ai_phrase`. `normalize` takes invisible characters away:
    put `safety` before it to have them told.
    """

    version: ClassVar[int] = 9
    uses: ClassVar[tuple[str, ...]] = ("polars",)

    look_for: tuple[Family, ...] = Field(FAMILIES, min_length=1, description="What is looked for.")
    lexicons: tuple[Path, ...] = Field(
        (), description="Lexicons, one term a line, each named after its class of TC260-003: `A.1.f.txt`."
    )
    seeds: tuple[SeedName, ...] = Field(tuple(SEEDS), description="Which of the lists that come along are used.")
    min_terms: int = Field(3, ge=1, description="Distinct terms of a lexicon that are enough beside a contact.")
    min_terms_alone: int = Field(6, ge=1, description="Distinct terms of a lexicon that are enough without a contact.")
    density: float = Field(1.0, ge=0, description="Occurrences of terms in 1,000 characters that are needed.")
    domains: tuple[DomainName, ...] = Field(tuple(DOMAINS), description="Domains whose words speak against a lexicon.")
    domain_words: tuple[Path, ...] = Field((), description="More such domains: files with one word a line.")
    veto: float = Field(1.0, gt=0, description="How many words of a domain outweigh one occurrence of a term.")
    triggers: tuple[str, ...] = Field(
        ("<SUDO>",), description="Strings that are known to have been planted; one is enough."
    )
    reject: tuple[str, ...] = Field(
        (), description="Rules that reject, by what follows the colon; `secret` means all of `secret_*`, `A.1` a group."
    )

    @field_validator("lexicons")
    @classmethod
    def _are_named_after_classes(cls, lexicons: tuple[Path, ...]) -> tuple[Path, ...]:
        strange = [(place, path) for place, path in enumerate(lexicons) if risk_of(path) is None]
        if strange:
            hint = "name it after its class, A.1.a to A.5.b: `A.1.f.txt`, or `A.1.f-slang.txt` where there are several"
            fact = "the lexicon {!r} is named after no class of TC260-003"
            raise Mistakes(Mistake((place,), fact.format(path.name), hint) for place, path in strange)
        return lexicons

    @field_validator("triggers")
    @classmethod
    def _say_something(cls, triggers: tuple[str, ...]) -> tuple[str, ...]:
        empty = [place for place, trigger in enumerate(triggers) if not trigger.strip()]
        if empty:
            fact = "the trigger {!r} is empty: it would stand everywhere"
            raise Mistakes(Mistake((place,), fact.format(triggers[place]), "remove it") for place in empty)
        return triggers

    @model_validator(mode="after")
    def _asks_for_more_alone(self) -> Self:
        if self.min_terms_alone < self.min_terms:
            said = "min_terms_alone" if "min_terms_alone" in self.model_fields_set else "min_terms"
            fact = f"min_terms_alone {self.min_terms_alone} is below min_terms {self.min_terms}"
            raise Mistakes([Mistake((said,), fact, "without a contact no fewer terms are enough than beside one")])
        return self

    @model_validator(mode="after")
    def _rejects_what_there_is(self) -> Self:
        strange = [(place, name) for place, name in enumerate(self.reject) if not might_be(name)]
        if strange:
            raise Mistakes(Mistake(("reject", place), *self._unknown(name)) for place, name in strange)
        return self

    @model_validator(mode="after")
    def _rejects_what_it_finds(self) -> Self:
        silent = [
            (place, name)
            for place, name in enumerate(self.reject)
            if might_be(name) and not any(covers(name, rule) for rule in self.rules)
        ]
        if silent:
            raise Mistakes(Mistake(("reject", place), *self._unfound(name)) for place, name in silent)
        return self

    def _unknown(self, name: str) -> tuple[str, str]:
        """Word that a name in `reject` means nothing whatever the settings are."""
        what = name.removeprefix(f"{self.name or 'safety'}:")
        if what != name and might_be(what):
            return f"there is no rule {name!r}", f"write {what!r}: rules go by what follows the colon"
        known = [rule for family, rules in RULES.items() for rule in (SEEDS if family == "lexicons" else rules)]
        close = get_close_matches(name, [*known, "secret"], 1, 0.6)
        return (
            f"there is no rule {name!r}",
            f"did you mean {close[0]!r}?" if close else f"there are {', '.join(brief(known))}",
        )

    def _unfound(self, name: str) -> tuple[str, str]:
        """Word that a name in `reject` means nothing as the settings are."""
        family = family_of(name)
        if family is None:
            hint = f"a class of TC260-003 has the lexicon that you give: `lexicons: [{next_risk(name)}.txt]`"
        else:
            hint = f"add {family!r} to `look_for`" if family not in self.look_for else f"add {name!r} to `seeds`"
        return f"there is no rule {name!r}", hint

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that the settings bring about, without the stage's name."""
        lexicons = dict.fromkeys((*self.seeds, *(str(risk_of(path)) for path in self.lexicons)))
        return tuple(
            rule for one in FAMILIES if one in self.look_for for rule in (lexicons if one == "lexicons" else RULES[one])
        )

    @property
    def finds(self) -> Mapping[str, Action]:
        """The rules, and what each does."""
        return {rule: self.action_of(rule) for rule in self.rules}

    @property
    def might_find(self) -> tuple[str, ...]:
        """Every rule there is, whatever is looked for."""
        return (*SEEDS, *RISKS, *(rule for rules in RULES.values() for rule in rules))

    def mistakes(self) -> Iterator[Mistake]:
        """Yield what is wrong with the lexicons and the words of domains."""
        for name, paths in (("lexicons", self.lexicons), ("domain_words", self.domain_words)):
            for place, path in enumerate(paths):
                try:
                    if path.is_file():
                        terms_of(path)
                except ConfigError as error:
                    yield Mistake((name, place), f"{error.where}: {error.message}", error.hint)

    @property
    def adds(self) -> pa.Schema:
        """Signals: distinct terms of the lexicon that found most, their density, and how much of each other kind."""
        numbers = [(f"{self.name}_{what}", pa.int32()) for what in COUNTED]
        return pa.schema([*numbers, (f"{self.name}_density", pa.float32())])

    @property
    def assets(self) -> tuple[Path, ...]:
        """The lexicons and the words of domains."""
        return (*self.lexicons, *self.domain_words)

    def lineage(self) -> dict[str, Any]:
        """Say which classes of TC260-003 have a lexicon, with how many terms, and which have none."""
        covered: dict[str, dict[str, int]] = {}
        for path in self.lexicons:
            risk = str(risk_of(path))
            said = covered.setdefault(risk, {})
            said[risk] = said.get(risk, 0) + len(set(terms_of(path)))
        for name in self.seeds:
            covered.setdefault(SEEDS[name].risk, {})[name] = len(SEEDS[name].terms)
        return {"covered": dict(sorted(covered.items())), "uncovered": [risk for risk in RISKS if risk not in covered]}

    @property
    def rejects(self) -> bool:
        """Where rules are named that do, or all do."""
        return self.action == "reject" or (self.action is None and bool(self.reject))

    def open(self) -> Step:
        """Read the lexicons, build the automaton, compile the kernel; return the step."""
        return Judge(self).step

    def action_of(self, rule: str) -> Action:
        """Return what a finding of a rule does."""
        return self.action or ("reject" if any(covers(name, rule) for name in self.reject) else "tag")

    def loaded(self) -> Lexicons:
        """Read the lexicons; ConfigError where a file cannot be read."""
        terms: dict[str, list[str]] = {name: list(SEEDS[name].terms) for name in self.seeds}
        for path in self.lexicons:
            terms.setdefault(str(risk_of(path)), []).extend(terms_of(path))
        words: dict[str, tuple[str, ...]] = {name: DOMAINS[name] for name in self.domains}
        words |= {str(path): terms_of(path) for path in self.domain_words}
        folded_words = {name: folded_terms(said) for name, said in words.items()}
        domains = Domains(folded_words, SMALL_PRINT, {name: SEEDS[name].selling for name in self.seeds})
        bounds = Bounds(self.min_terms, self.min_terms_alone, self.density, self.veto)
        return Lexicons(terms if "lexicons" in self.look_for else {}, domains, bounds)


def covers(name: str, rule: str) -> bool:
    """Tell whether a name in `reject` means a rule: itself, the kind before `_`, the group before `.`."""
    return rule == name or rule.startswith((f"{name}_", f"{name}."))


def family_of(name: str) -> Family | None:
    """Return the family of a rule, as far as it comes along."""
    known = {**RULES, "lexicons": tuple(SEEDS)}
    return next((one for one in FAMILIES if any(covers(name, rule) for rule in known[one])), None)


def might_be(name: str) -> bool:
    """Tell whether some settings bring about a rule that a name in `reject` means."""
    return family_of(name) is not None or any(covers(name, risk) for risk in RISKS)


def next_risk(name: str) -> str:
    """Return a class, or the first of a group."""
    return name if name in RISKS else f"{name}.a"


def brief(rules: Iterable[str]) -> list[str]:
    """List rules, those of one kind (`secret_...`) under the name that means them all."""
    kinds = Counter(rule.partition("_")[0] for rule in rules)
    return list(dict.fromkeys(kind if kinds[kind := rule.partition("_")[0]] > MANY else rule for rule in rules))


class Judge:
    """A stage that is open."""

    def __init__(self, stage: Safety) -> None:
        self.stage = stage
        self.lexicons = stage.loaded()
        self.triggers = {trigger.lower(): trigger for trigger in stage.triggers}
        wanted = set(stage.look_for)
        strings = [*self.lexicons.strings()]
        strings += secrets.gates() if "secrets" in wanted else ()
        strings += phrases.gates() if wanted & {"instructions", "labels"} else ()
        strings += self.triggers if "instructions" in wanted else ()
        self.finder = Finder(strings)
        self.planted = Finder(self.triggers if "instructions" in wanted else ())

    def step(self, batch: pa.RecordBatch) -> Outcome:
        """Judge a batch: words by its folded texts, what nobody sees and triggers by the texts themselves."""
        from curate.core.kernels.folding import folded
        from curate.core.kernels.joining import joined

        texts, n = batch["text"], batch.num_rows
        numbers = {what: np.zeros(n, np.int32) for what in COUNTED}
        density = np.zeros(n, np.float32)
        lines: list[Line] = []
        if "hidden" in self.stage.look_for:
            lines += self._hidden(texts, numbers)
        seen_as = folded(texts)
        run_on = joined(seen_as)
        found = self.finder.counts(run_on)
        for row, counts in found.items():
            text, line = seen_as[row].as_py(), run_on[row].as_py()
            lowered, seen = small(text), frozenset(counts)
            lines += self._terms(row, (text, line), counts, (numbers["terms"], density))
            if "secrets" in self.stage.look_for:
                lines += self._secrets(row, secrets.secrets(text, lowered, seen), numbers["secrets"])
            lines += self._phrases(row, phrases.counted(text, line, seen), numbers)
        for row, counts in (found if run_on is texts else self.planted.counts(texts)).items():
            lines += self._triggers(row, texts[row].as_py(), frozenset(counts), numbers["instructions"])
        null = texts.is_null().to_numpy(zero_copy_only=False)
        columns = {f"{self.stage.name}_{what}": pa.array(values, mask=null) for what, values in numbers.items()}
        columns[f"{self.stage.name}_density"] = pa.array(density, mask=null)
        return Outcome(with_columns(batch, self.stage.adds, columns), self._found(lines))

    def _terms(
        self, row: int, texts: tuple[str, str], counts: dict[str, int], signals: tuple[Any, Any]
    ) -> Iterator[Line]:
        terms, density = signals
        for said in self.lexicons.judge(*texts, counts):
            terms[row], density[row] = max((terms[row], density[row]), (said.terms, said.density))
            if said.found:
                yield Line(row, said.lexicon, "terms", said.terms, said.needed)

    def _secrets(self, row: int, found: Iterable[secrets.Secret], signal: Any) -> Iterator[Line]:
        best: dict[str, secrets.Secret] = {}
        for one in found:
            signal[row] += 1
            best[one.name] = max(best.get(one.name, one), one, key=lambda secret: secret.bits)
        for name, one in sorted(best.items()):
            yield Line(row, f"secret_{name}", "entropy", one.bits, one.threshold)

    def _phrases(self, row: int, often: Counter[str], numbers: dict[str, Any]) -> Iterator[Line]:
        for rule, count in sorted(often.items()):
            family: Literal["instructions", "labels"] = "labels" if rule in LABELS else "instructions"
            if family in self.stage.look_for:
                numbers[family][row] += count
                yield Line(row, rule, family, count, 1)

    def _triggers(self, row: int, text: str, seen: frozenset[str], signal: Any) -> Iterator[Line]:
        planted = sum(text.count(trigger) for low, trigger in self.triggers.items() if low in seen)
        if planted:
            signal[row] += planted
            yield Line(row, "trigger", "triggers", planted, 1)

    def _hidden(self, texts: pa.StringArray, numbers: dict[str, Any]) -> Iterator[Line]:
        from curate.core.kernels import hidden
        from curate.core.kernels.strings import views

        seen = hidden.hidden(views(texts))
        chars, invisible, run, tags, overrides, encoded, repeats = seen.T
        numbers["invisible"][:], numbers["encoded"][:], numbers["repeats"][:] = invisible, encoded, repeats
        share = np.divide(invisible, chars, out=np.zeros(len(chars)), where=(chars > 0) & (invisible >= FEWEST_DENSE))
        for rule, metric, values, threshold in (
            ("invisible_tags", "tags", tags, FEWEST_TAGS),
            ("invisible_run", "invisible_run", run, LONGEST_RUN),
            ("invisible_dense", "invisible_share", share, DENSE),
            ("bidi_override", "overrides", overrides, 1),
            ("repeated_trigger", "repeats", repeats, REPEATED),
            ("long_base64", "encoded", encoded, ENCODED),
        ):
            for row in np.flatnonzero(values >= threshold).tolist():
                yield Line(row, rule, metric, float(values[row]), threshold)

    def _found(self, lines: list[Line]) -> pa.RecordBatch | None:
        if not lines:
            return None
        name, stage = self.stage.name, self.stage
        rows = [
            (
                one.row,
                f"{name}:{one.rule}",
                f"{name}_{one.metric}",
                float(one.value),
                float(one.threshold),
                one.operator,
            )
            for one in sorted(lines, key=lambda line: line.row)
        ]
        actions = [stage.action_of(rule.partition(":")[2]) for _, rule, *_ in rows]
        columns = [*zip(*rows, strict=True), actions, [None] * len(rows)]
        arrays = [pa.array(column, field.type) for column, field in zip(columns, FOUND, strict=True)]
        return pa.RecordBatch.from_arrays(arrays, schema=FOUND)
