"""Score records by how like a folder of good examples they are, and tag or leave out those that are not."""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import orjson
import pyarrow as pa
from pydantic import Field, ValidationInfo, model_validator

from curate.core import compute as pc
from curate.core.columns import with_columns
from curate.core.errors import CurateError, Mistake, Mistakes
from curate.core.scripts import NONE, scripts_of
from curate.core.stage import QUOTE, WARNINGS, Action, Findings, GlobalStage, Outcome, Round, Step, found_lines, merged
from curate.stages.relevance.judged import warnings
from curate.stages.relevance.lexicon import Industry, lexicon_in, shipped
from curate.stages.relevance.rounds import Draw, Learn
from curate.stages.relevance.seeds import FEWEST, files_in, seeds_in

GROUP = np.uint64(52)
"""Ranks are grouped by their first 12 bits: the key of facts, of which no one may stand alone."""
OFF_TOPIC, OTHER_SCRIPT = "off_topic", "other_script"
TERMS = 10
"""Shorter texts (six words) are scored and never found wanting."""


class Relevance(GlobalStage):
    """Score every record by how like a folder of good examples it is; tag, or reject, those that are not.

    A model of hashed words, Han characters and pairs of them (digits all alike) is learnt: of the examples against a
    sample of the stream itself. The sample may hold what is sought: what scores as examples do is left out of it. The
    model starts from the ratio of DSIR (Xie et al. 2023, arXiv 2302.03169) and takes some steps of logistic regression.
    The signal `_score` is the mean weight of the terms of a text, in nats: above 0 they are commoner in the examples
    than in the stream; null where there are none. A record below the score that `keep_recall` of unseen examples reach
    is found `relevance:off_topic`, unless it has fewer than ten terms. By default it is tagged; `action: reject` leaves
    it out.

    Examples in Chinese say nothing of English texts: a script (Chinese characters, Latin letters ...) is judged where
    ten examples or more are written in it, and only records in such scripts are learnt from. All others are tagged
    `relevance:other_script`, whatever the action; the manifest has the figures by script, and the end of a run says
    where records are not judged or next to nothing passes.

    Examples are texts in .jsonl, .parquet, .txt or .md files, packed or not, 30 different ones or more. Without any, an
    industry's lexicon, or one of your own, takes from the sample the 300 records at most that say most of its words for
    their length, three different ones at least: a start, to be replaced by examples that a person has looked at.

    The manifest states digests of examples and model, AUC, recall and share that passes, each on held-out records, and
    the terms that add most to the scores of the examples, of those that stand in a fifth of them.
    """

    version: ClassVar[int] = 5
    shares: ClassVar[bool] = True
    facts_from: ClassVar[tuple[str, ...]] = ()
    open_from: ClassVar[tuple[str, ...]] = ("action",)

    seeds: Path | None = Field(None, exclude=True, description="Folder, or one file, of good examples.")
    seeds_text: str = Field("text", description="Field of .jsonl and .parquet examples that holds the text.")
    industry: Industry | None = Field(None, description="Where there are no examples: whose lexicon finds some.")
    lexicon: Path | None = Field(
        None, description="Where there are no examples: a lexicon of your own, a word or a phrase a line."
    )
    keep_recall: float = Field(0.95, gt=0, lt=1, description="Share of unseen good examples that is to pass.")
    sample: int = Field(5000, ge=100, description="Records of the stream that are learnt from.")

    @model_validator(mode="after")
    def _one_start(self, info: ValidationInfo) -> Self:
        unread = (info.context or {}).get("left_out", frozenset())  # said, and not to be asked for
        starts = ("seeds", "industry", "lexicon")
        given = [name for name in starts if name in unread or getattr(self, name) is not None]
        if len(given) != 1:
            said = " and ".join(given) or "none"
            fact = f"give one of seeds (a folder of {FEWEST} good examples), industry, lexicon; got {said}"
            hint = "`seeds: good/` where there are examples; `industry: finance` starts without any"
            raise Mistakes([Mistake((), fact, hint)])
        return self

    @property
    def called(self) -> str:
        """The name under which findings and columns go."""
        return self.name or "relevance"

    @property
    def adds(self) -> pa.Schema:
        """The score."""
        return pa.schema([(f"{self.called}_score", pa.float32())])

    @property
    def assets(self) -> tuple[Path, ...]:
        """The lexicon; examples are known by one digest of them all, since that of one text may give it away."""
        return (self.words,) if self.words else ()

    def mistakes(self) -> Iterator[Mistake]:
        """Yield what is wrong with the examples, or with the lexicon."""
        try:
            if self.seeds is not None:
                files_in(self.seeds)
                seeds_in(self.seeds, self.seeds_text)
            elif self.words is not None and self.words.is_file():
                lexicon_in(self.words)
        except CurateError as error:
            yield Mistake(
                ("lexicon" if self.seeds is None else "seeds",), f"{error.where}: {error.message}", error.hint
            )

    @property
    def words(self) -> Path | None:
        """Where the lexicon lies."""
        return shipped(self.industry) if self.industry else self.lexicon

    @property
    def digest(self) -> str:
        """What is learnt from, by its content."""
        if self.seeds is not None:
            return seeds_in(self.seeds, self.seeds_text).sha256
        return lexicon_in(self.words).sha256 if self.words else ""

    @property
    def finds(self) -> Mapping[str, Action]:
        """What is off the topic, and what is in no script of the examples."""
        return {OFF_TOPIC: self.action or "tag", OTHER_SCRIPT: "tag"}

    def facts(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return key uint64, row uint32, rank uint64 of each record that has a text: ranks are the heads of ids."""
        batch = batch.filter(batch["text"].is_valid())
        raw = bytes.fromhex("".join(batch["id"].to_pylist()))
        ranks = np.frombuffer(raw, ">u8")[::2].astype(np.uint64)
        keys = ranks >> GROUP << GROUP
        columns = [pa.array(keys), batch["row"], pa.array(ranks)]
        return pa.RecordBatch.from_arrays(columns, ["key", "row", "rank"])

    def rounds(self) -> Sequence[Round]:
        """Draw the sample; learn."""
        learn = Learn(
            sample=self.sample,
            keep_recall=self.keep_recall,
            seeds=self.seeds,
            seeds_text=self.seeds_text,
            lexicon=self.words,
            digest=self.digest,
        )
        return (Draw(sample=self.sample), learn)

    def open(self, findings: Findings) -> Step:
        """Return the step that scores."""
        from curate.core.kernels.relevance import weighed
        from curate.core.kernels.strings import views
        from curate.stages.relevance.learning import SCALE

        name, metric, action = self.called, f"{self.called}_score", self.action or "tag"
        if findings.shared is None:
            return Outcome
        weights = np.frombuffer(findings.shared["weights"][0].as_py(), "<i2").astype(np.int16)
        threshold = findings.shared["threshold"][0].as_py()

        scripts = orjson.loads(findings.shared["figures"][0].as_py())["scripts"]
        judged = pa.array([script for script, said in scripts.items() if said["judged"]] or [NONE], pa.string())

        def step(batch: pa.RecordBatch) -> Outcome:
            sums, counts = weighed(views(batch["text"]), weights)
            scores = pa.array((sums / np.maximum(counts, 1) / SCALE).astype(np.float32), mask=counts == 0)
            known = pc.is_in(pa.array(scripts_of(batch["text"]), pa.string()), judged)
            long = pa.array(counts >= TERMS)
            off_topic = found_lines(
                pc.and_(pc.less(scores, pa.scalar(threshold, pa.float32())), pc.and_(long, known)),
                f"{name}:{OFF_TOPIC}",
                action=action,
                metric=metric,
                value=scores,
                threshold=threshold,
                operator="<",
            )
            strange = found_lines(pc.and_(long, pc.invert(known)), f"{name}:{OTHER_SCRIPT}", action="tag")
            return Outcome(with_columns(batch, self.adds, {metric: scores}), merged([off_topic, strange]))

        return step

    def concluded(self, lines: Iterator[pa.RecordBatch], counts: Mapping[str, int]) -> dict[str, Any]:
        """Return the digests, the held-out figures and the top terms."""
        said = [line for batch in lines for line in batch.to_pylist()]
        if not said:
            return {**counts}
        first, *terms = said
        source = "examples_sha256" if self.seeds is not None else "lexicon_sha256"
        shown = [{"term": line[QUOTE], "weight": line["weight"], "share": line["share"]} for line in terms]
        figures = orjson.loads(first["figures"])
        told = list(warnings(self.called, figures["scripts"], from_lexicon=self.seeds is None))
        return {
            **figures,
            **({WARNINGS: told} if told else {}),
            "threshold": first["threshold"],
            "model_sha256": sha256(first["weights"]).hexdigest(),
            source: self.digest,
            "terms": shown,
            **counts,
        }
