"""What a review came to: pass rate with its exact bound, agreement of two readers, and nothing of any text."""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from pydantic import Field, JsonValue

from curate.core.intervals import interval
from curate.core.risks import RISKS
from curate.core.stage import Value
from curate.lineage.manifest import Count, Table
from curate.lineage.review.sample import Sample

PASS, FAIL = "pass", "fail"
LIMIT = 0.96
"""Pass rate that TC260-003, 9.2, asks for: 96 % of at least 4,000 records drawn at random."""
DIGITS = 6
"""Of what is computed: the last bits of a logarithm differ between machines."""


class Judgement(Value):
    """What was said of one record."""

    id: str
    source_id: str
    verdicts: tuple[Literal["pass", "fail"], ...] = Field(description="One a reading, the first reading first.")
    classes: tuple[str | None, ...] = Field(description="Class of risk by reading; null where the record passes.")

    @property
    def passes(self) -> bool:
        """Whether every reading passes it: a failure is not argued away by a second reader."""
        return set(self.verdicts) == {PASS}


class Rate(Value):
    """How many of some records pass."""

    records: Count
    passed: Count = Field(description="Records that every reading of them passes.")
    rate: float
    lower: float = Field(description="Exact one-sided lower bound at 95 % (Clopper and Pearson 1934).")


class Agreement(Value):
    """How two readers agree on the records that both have read."""

    records: Count
    same_verdict: Count
    kappa: float | None = Field(description="Cohen's kappa of the verdicts; null where each used one verdict only.")
    same_class: Count = Field(description="Of the same verdict and, where it is `fail`, of the same class.")
    kappa_class: float | None = Field(description="Cohen's kappa where every class is a label of its own.")


class Result(Value):
    """The result of a review: what `result.json` says. It holds no text and no note of a reviewer."""

    sample: Sample
    readers: tuple[str, ...] = Field(description="Who has read, by reading: names or roles as they were given.")
    total: Rate
    by_source: Table[Rate]
    classes: Table[Count] = Field(description="Records that fail, by class, as the first reading that fails them says.")
    agreement: Agreement | None = Field(description="Null where nothing was read twice.")
    limit: float = Field(LIMIT, description="Pass rate that TC260-003, 9.2, asks for.")
    enough: bool = Field(description="Whether as many records were read as the standard asks for (4,000), or all.")
    meets: bool = Field(description="Whether the pass rate is at least the limit, as the standard counts.")
    meets_with_confidence: bool = Field(description="Whether the lower bound is, too.")
    other_samples: tuple[str, ...] = Field(
        description="Other reviews for which samples of the same records were drawn before this result was written."
    )
    judgements: tuple[Judgement, ...] = Field(description="In the order of the draw.")

    @property
    def disputed(self) -> list[str]:
        """Ids of the records on whose verdict two readers differ."""
        return [one.id for one in self.judgements if len(set(one.verdicts)) > 1]


def result_of(
    sample: Sample, judgements: Sequence[Judgement], readers: Sequence[str], others: Sequence[str], least: int
) -> Result:
    """Compute a result: a function of what was said alone. `least` is how many records make a sample `enough`."""
    sources = dict.fromkeys(one.source_id for one in judgements)
    total = rate_of(judgements)
    return Result(
        sample=sample,
        readers=tuple(readers),
        total=total,
        by_source={name: rate_of([one for one in judgements if one.source_id == name]) for name in sources},
        classes=Counter(class_of(one) for one in judgements if not one.passes),
        agreement=agreement_of([one for one in judgements if len(one.verdicts) > 1]),
        enough=sample.drawn >= min(least, sample.population),
        meets=total.rate >= LIMIT,
        meets_with_confidence=total.lower >= LIMIT,
        other_samples=tuple(others),
        judgements=tuple(judgements),
    )


def class_of(one: Judgement) -> str:
    """Return the class under which a record fails: that of the first reading that fails it."""
    return next(name for name in one.classes if name is not None)


def rate_of(judgements: Sequence[Judgement]) -> Rate:
    """Count what passes; there is at least one."""
    passed = sum(one.passes for one in judgements)
    lower, _ = interval(passed, len(judgements))
    return Rate(
        records=len(judgements), passed=passed, rate=round(passed / len(judgements), DIGITS), lower=round(lower, DIGITS)
    )


def agreement_of(judgements: Sequence[Judgement]) -> Agreement | None:
    """Compare two readings; None where nothing was read twice."""
    if not judgements:
        return None
    verdicts = [(one.verdicts[0], one.verdicts[1]) for one in judgements]
    labels = [(one.classes[0] or PASS, one.classes[1] or PASS) for one in judgements]
    return Agreement(
        records=len(judgements),
        same_verdict=sum(first == second for first, second in verdicts),
        kappa=kappa(verdicts),
        same_class=sum(first == second for first, second in labels),
        kappa_class=kappa(labels),
    )


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Return Cohen's kappa (1960) of two readers; None where chance alone would make them agree on everything.

    >>> kappa([("pass", "pass")] * 20 + [("pass", "fail")] * 5 + [("fail", "pass")] * 10 + [("fail", "fail")] * 15)
    0.4
    """
    total = len(pairs)
    first, second = Counter(one for one, _ in pairs), Counter(two for _, two in pairs)
    chance = sum(first[name] * second[name] for name in first)
    if chance == total * total:
        return None
    seen = sum(one == two for one, two in pairs)
    return round((seen * total - chance) / (total * total - chance), DIGITS)


def same_reader(readers: Sequence[str]) -> str:
    """Return the name of a person who is named twice, in whatever case and width; empty where nobody is.

    Blanks and what nobody sees (format characters) do not count.
    """
    known: set[str] = set()
    for name in readers:
        folded = unicodedata.normalize("NFKC", name).casefold()
        plain = "".join(sign for sign in folded if not sign.isspace() and unicodedata.category(sign) != "Cf")
        if plain in known:
            return name
        known.add(plain)
    return ""


def faults_in(said: Result, sources: Mapping[str, str], least: int) -> Iterator[str]:
    """Say in what a result is not what its own judgements come to; `sources` has the source of each record drawn."""
    if [one.id for one in said.judgements] != list(sources):
        yield "its judgements are not of the records that the nonce draws"
        return
    for place, one in enumerate(said.judgements):
        readings = 2 if place < said.sample.doubled else 1
        risks = [verdict == FAIL for verdict in one.verdicts] == [name is not None for name in one.classes]
        known = all(name is None or name in RISKS for name in one.classes)
        if len(one.verdicts) != readings or not risks or not known or one.source_id != sources[one.id]:
            yield f"its judgement of {one.id} is none"
            return
    if same_reader(said.readers):
        yield "one person is named for two readings"
    if result_of(said.sample, said.judgements, said.readers, said.other_samples, least) != said:
        yield "its numbers are not those of its judgements"


def schema() -> dict[str, JsonValue]:
    """Return the JSON Schema of a result: `schemas/review.schema.json`."""
    said: dict[str, JsonValue] = Result.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **said}
