"""Rounds that draw a sample of the stream and learn from it what tells good examples from all else."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import Field

from curate.core.errors import DataError, StorageError
from curate.core.scripts import NONE, SCRIPTS, Names, scripts_of
from curate.core.stage import QUOTE, Texts, Value, Yields
from curate.stages.relevance.judged import by_script, judged_scripts
from curate.stages.relevance.lexicon import DISTINCT, SPREAD, Lexicon, lexicon_in
from curate.stages.relevance.seeds import FEWEST, seeds_in

if TYPE_CHECKING:
    from curate.core.kernels.relevance import Bags

RANKED = pa.schema([("key", pa.uint64()), ("row", pa.uint64()), ("rank", pa.uint64())])
MODEL = pa.schema(
    [
        ("weights", pa.binary()),
        ("threshold", pa.float32()),
        ("figures", pa.string()),
        (QUOTE, pa.string()),
        ("weight", pa.float64()),
        ("share", pa.float64()),
    ]
)
"""The model, in the first line: weights of all folds (int16, little end first), the least score that passes, figures as
JSON. Every further line is a term that speaks for a text, its weight in nats, and the share of the examples that have
it."""

UNITS = 4096
"""So many units of a text are learnt from: an hour's reading, and no long one outweighs the rest."""
TAKEN = 300
"""Most first examples that a lexicon finds."""
LEAST_STREAM = 10
"""Fewer records are no background: each fifth is held out in turn."""


class Draw(Value):
    """Draw the records whose ranks, the heads of their ids, are smallest: a sample that no cut of the data moves."""

    by: Literal["key", "row", "all"] = "key"
    wants_text: bool = False
    sample: int

    def reduce(self, facts: pa.Table, texts: Texts | None) -> Yields:  # noqa: ARG002 - no text wanted
        """Yield RANKED, as many as might be drawn."""
        yield from drawn(facts, self.sample).to_batches()
        return None


def drawn(facts: pa.Table, sample: int) -> pa.Table:
    """Return the lines of the smallest ranks, by rank."""
    order = np.lexsort((facts["row"].to_numpy(), facts["rank"].to_numpy()))[:sample]
    return facts.select(RANKED.names).take(pa.array(order)).combine_chunks()


class Stream(NamedTuple):
    """The sampled records, by rank: their terms and scripts and, where a lexicon looks, its different words in each."""

    bags: "Bags"
    distinct: NDArray[np.int64]
    texts: tuple[str, ...]
    scripts: Names


class Sides(NamedTuple):
    """The examples and the stream: their terms and scripts, and the texts of the examples."""

    good: "Bags"
    stream: "Bags"
    texts: tuple[str, ...]
    scripts: tuple[Names, Names]

    def judged(self, scripts: Sequence[str]) -> "Sides":
        """Return those that are written in some scripts; the scripts stay those of all."""
        mine = [np.flatnonzero(np.isin(side, scripts)) for side in self.scripts]
        if sum(map(len, mine)) == sum(map(len, self.scripts)):
            return self
        texts = tuple(self.texts[place] for place in mine[0])
        return Sides(chosen(self.good, mine[0]), chosen(self.stream, mine[1]), texts, self.scripts)


class Learn(Value):
    """Learn from the examples, or from what a lexicon takes for some, against the sample."""

    by: Literal["key", "row", "all"] = "all"
    wants_text: bool = True
    sample: int
    keep_recall: float
    seeds: Path | None = Field(None, exclude=True)
    seeds_text: str = "text"
    lexicon: Path | None = Field(None, exclude=True)
    digest: str
    """Of the examples, or of the lexicon: what stands for the paths in the key of the task."""

    @cached_property
    def words(self) -> Lexicon | None:
        """The lexicon, where it is asked for examples."""
        return lexicon_in(self.lexicon) if self.lexicon else None

    def reduce(self, facts: pa.Table, texts: Texts | None) -> Yields:
        """Yield MODEL; DataError where the stream or what the lexicon finds in it is too small to learn from."""
        from curate.stages.relevance.learning import learned
        from curate.stages.relevance.terms import top_terms

        if texts is None:
            raise StorageError("nothing can be learnt without the texts of the sample")
        rows = np.sort(drawn(facts, self.sample)["row"].to_numpy())
        every = self.sides(self.sampled(rows, texts))
        judged = judged_scripts(every.scripts[0])
        sides = every.judged(judged)
        check_enough(sides, judged)
        model = learned(sides.good, sides.stream, self.keep_recall)
        figures = {
            "examples": len(sides.good.bounds) - 1,
            "stream": len(sides.stream.bounds) - 1,
            **{name: round(getattr(model, name), 4) for name in ("auc", "recall", "passing")},
            "scripts": by_script(every.scripts, judged, model.passes),
        }
        first = {
            "weights": model.weights.astype("<i2").tobytes(),
            "threshold": model.threshold,
            "figures": orjson.dumps(figures).decode(),
        }
        terms = [
            {QUOTE: term.text, "weight": term.weight, "share": term.share}
            for term in top_terms(sides.texts, sides.good, model.weights)
        ]
        yield pa.RecordBatch.from_pylist([first, *terms], MODEL)
        return None

    def sampled(self, rows: NDArray[np.uint64], texts: Texts) -> Stream:
        """Read the records of the sample."""
        from curate.core.kernels.relevance import bags, joined
        from curate.core.kernels.strings import views

        parts, distinct, spoken, scripts = [], [], [], [np.zeros(0, "<U4")]
        for batch in texts.of(rows):
            parts.append(bags(views(batch["text"]), UNITS))
            scripts.append(scripts_of(batch["text"]))
            if self.words is not None:
                said = batch["text"].to_pylist()
                distinct += [self.words.distinct(text) for text in said]
                spoken += said
        return Stream(joined(parts), np.array(distinct, np.int64), tuple(spoken), np.concatenate(scripts))

    def sides(self, stream: Stream) -> Sides:
        """Return the examples and the stream."""
        from curate.core.kernels.relevance import bags
        from curate.core.kernels.strings import views

        if self.seeds is not None:
            spoken = seeds_in(self.seeds, self.seeds_text).texts
            good = pa.array(spoken, pa.string())
            return Sides(bags(views(good), UNITS), stream.bags, spoken, (scripts_of(good), stream.scripts))
        found = np.array([*self.found(stream)], np.int64)
        if len(found) < FEWEST:
            fact = f"{len(found)} of {len(stream.distinct)} sampled records say {DISTINCT} words of the lexicon"
            hint = f"{FEWEST} are needed: give `seeds`, a longer lexicon, or more records"
            raise DataError(fact, where="relevance", hint=hint)
        rest = np.setdiff1d(np.arange(len(stream.distinct)), found)
        texts = tuple(stream.texts[place] for place in found)
        scripts = stream.scripts[found], stream.scripts[rest]
        return Sides(chosen(stream.bags, found), chosen(stream.bags, rest), texts, scripts)

    @staticmethod
    def found(stream: Stream) -> Iterator[int]:
        """Yield the places of the records that say most words of the lexicon for their length."""
        sizes = np.diff(stream.bags.bounds) + SPREAD
        likely = np.flatnonzero(stream.distinct >= DISTINCT)
        order = np.lexsort((likely, -stream.distinct[likely] / sizes[likely]))
        yield from sorted(likely[order][:TAKEN].tolist())


def check_enough(sides: Sides, judged: Sequence[str]) -> None:
    """Raise DataError where there are too few records, or too few in the scripts of the examples, to learn from."""
    count, total = len(sides.stream.bounds) - 1, len(sides.scripts[1])
    if count >= LEAST_STREAM:
        return
    hint = "relevance is told from the stream itself; give it more records"
    fact = f"{total} records are too few to learn from"
    if total >= LEAST_STREAM:
        written = " or ".join(SCRIPTS[name] for name in judged if name != NONE)
        fact = (
            f"{count} of {total} sampled records are written in {written}, as the examples are: too few to learn from"
        )
        hint = "give examples in the languages of the records"
    raise DataError(fact, where="relevance", hint=hint)


def chosen(some: "Bags", places: NDArray[np.int64]) -> "Bags":
    """Return some of the bags."""
    from curate.core.kernels.relevance import Bags

    spans = [slice(some.bounds[place], some.bounds[place + 1]) for place in places]
    bounds = np.concatenate([[0], np.cumsum(np.diff(some.bounds)[places])]).astype(np.int64)
    buckets, shares = (np.concatenate([some[place][:0], *(some[place][span] for span in spans)]) for place in (1, 2))
    return Bags(bounds, buckets, shares, some.folds[places])
