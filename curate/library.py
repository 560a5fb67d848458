"""The library: run a configuration, open an output, apply streaming stages to data that is at hand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from curate.config.model import Config
from curate.config.reach import ready
from curate.engine.crew import Event
from curate.engine.funnel import funnel_rows
from curate.engine.run import Options, execute
from curate.lineage.explain import Explanation, explain
from curate.lineage.ledger import Ledger
from curate.lineage.manifest import Manifest, read_manifest
from curate.lineage.runrecord import RunRecord, read_run
from curate.lineage.verification import Level, Verification

if TYPE_CHECKING:
    import datasets
    import polars as pl

    from curate.engine.retuned import Retuned


@dataclass(frozen=True)
class Rejects:
    """What a run left out: a view on the ledger, with texts where the raw files are at hand."""

    ledger: Ledger

    def filter(self, rule: str | None = None, source: str | None = None, stage: str | None = None) -> "Rejects":
        """Narrow the view to a rule (`stage:what`), a source or a stage."""
        return replace(self, ledger=self.ledger.filter(rule=rule, source=source, stage=stage))

    def near_threshold(self) -> "Rejects":
        """Order the view by how near the value was to its threshold."""
        return replace(self, ledger=self.ledger.near_threshold())

    def limit(self, rows: int) -> "Rejects":
        """Take the first so many rows."""
        return replace(self, ledger=self.ledger.limit(rows))

    def frame(self) -> "pl.DataFrame":
        """Return the ledger rows as a polars frame; columns as in `curate.sinks.rejects.REJECTS`."""
        import polars as pl

        frame = pl.from_arrow(self.ledger.table())
        assert isinstance(frame, pl.DataFrame)  # noqa: S101 - a table is never a series
        return frame

    def with_text(self, uri_key: bytes | None = None) -> "pl.DataFrame":
        """Return the frame with `text`, read again from the raw place and masked by `pii`, and `not_found`.

        `not_found` says why there is no text, and is null where there is one. StorageError where the raw files are
        gone; `uri_key` is the key of `uris: keyed`.
        """
        import polars as pl

        from curate.engine.reread import Place, Reader
        from curate.stages.pii import mask

        frame = self.frame()
        rows = frame.select("id", "source_id", "source_uri", "source_offset", "source_length").iter_rows()
        read = Reader(self.ledger.out, uri_key).texts_at([Place(*row) for row in rows])
        texts = [None if again.text is None else mask(again.text) for again in read]
        return frame.with_columns(
            pl.Series("text", texts, dtype=pl.String),
            pl.Series("not_found", [again.why for again in read], dtype=pl.String),
        )

    def __len__(self) -> int:
        """Count the rows of the view."""
        return self.ledger.count()


@dataclass(frozen=True)
class Run:
    """An output: what went in, what came out, what was left out and why."""

    path: Path
    made: tuple[str, ...] = ()
    """Tasks that this call performed; empty for an output that was opened, or where everything had been done before."""
    unread: tuple[Path, ...] = ()
    """Suppression lists of other outputs in the same folder that this call did not read: what they hold is back."""

    @cached_property
    def manifest(self) -> Manifest:
        """What input and settings decided."""
        return read_manifest(self.path)

    @cached_property
    def record(self) -> RunRecord | None:
        """When, who, how long; null where it was taken away."""
        return read_run(self.path)

    @property
    def funnel(self) -> "pl.DataFrame":
        """A polars frame, one row a stage and source: in, out, rejected, tagged, edited, seconds (CPU), MB/s."""
        import polars as pl

        return pl.DataFrame(funnel_rows(self.manifest, self.record))

    @property
    def rejects(self) -> Rejects:
        """The ledger."""
        return Rejects(Ledger(self.path))

    def explain(
        self,
        name: str,
        *,
        texts: bool = False,
        raw: Mapping[str, str | Sequence[str]] | None = None,
        uri_key: bytes | None = None,
    ) -> Explanation:
        """Say what became of the record of that id, or of the one id that begins so (6 characters at least), and why.

        With `texts`, its `sides` hold the record's text and that of the record it is compared with: read again from
        the raw place, else from the shard, and masked by `pii`. `raw` says by source (`*` for all others) where the
        files are now, as `path` does in a configuration; `uri_key` is the key of `uris: keyed`. ConfigError where
        `name` is no id or several begin so, CurateError where no record has it.
        """
        explained = explain(self.path, name)
        if not texts:
            return explained
        from curate.engine.sides import with_sides

        return with_sides(self.path, explained, raw, uri_key)

    def retune(
        self,
        config: Config | Path | str | Mapping[str, Any],
        *,
        stage: str | None = None,
        preset: str | None = None,
        changes: Sequence[str] = (),
        keep: Sequence[str] = (),
    ) -> "list[Retuned]":
        """Say what other thresholds of `quality` would keep and reject, stage by stage or for one, from signals alone.

        The arguments are the options of `curate retune`, `changes` those of `--set`; the rules that are asked about
        stand in the `preset` of what is returned.
        """
        from curate.engine.retune import Asked, retune

        whole = config if isinstance(config, Config) else Config.load(config)
        return retune(self.path, whole, Asked(stage, preset, tuple(changes), tuple(keep)))

    def dataset(self, split: str = "train") -> "datasets.Dataset":
        """Open one split as a Hugging Face dataset."""
        from datasets import load_dataset

        return load_dataset(str(self.path), split=split)

    def verify(
        self,
        raw: Mapping[str, Path] | None = None,
        keys: Sequence[Path] = (),
        *,
        evidence: Path | None = None,
        level: Level = "usual",
    ) -> Verification:
        """Recompute everything from the files; `raw` maps source ids to folders, `keys` are public keys that signed.

        `evidence` is the folder of the documents that the source registry names; `quick` reads no record, `full`
        excuses no check for which something could have been brought.
        """
        from curate.lineage.keys import read_verifier
        from curate.lineage.verify import verify

        verifiers = [read_verifier(path) for path in keys]
        return verify(self.path, raw, verifiers, evidence=evidence, level=level)


def run(  # noqa: PLR0913 - each is an option of the command
    config: Config | Path | str | Mapping[str, Any],
    *,
    overrides: Sequence[str] = (),
    workers: int | None = None,
    limit: int | None = None,
    fresh: bool = False,
    watch: Callable[[Event], None] = lambda _event: None,
    command: str = "",
) -> Run:
    """Run a configuration (a file, a mapping or a Config) and return the output.

    `limit` takes the first so many records of each source, `fresh` forgets earlier work, `watch` hears of finished
    tasks. What an earlier call finished is not done again. Raises a CurateError, with nothing half-published, where the
    run cannot end well.
    """
    whole = config if isinstance(config, Config) else ready(config, overrides)
    if workers is not None:
        whole = whole.model_copy(update={"workers": workers})
    finished = execute(whole, Options(limit=limit, fresh=fresh, command=command, watch=watch))
    return Run(finished.out, tuple(finished.made), tuple(finished.unread))


def open_output(out: Path | str) -> Run:
    """Open an output that `run` wrote; StorageError where there is none."""
    opened = Run(Path(out))
    _ = opened.manifest
    return opened


def apply(data: Any, stages: Sequence[str | Mapping[str, Any]]) -> Any:
    """Apply streaming stages to a datasets.Dataset, a polars or pandas DataFrame or a pyarrow Table.

    The text is the column `text`, or the rendering of `messages` (lists of {role, content}) in rows that have turns.
    Returns the same kind of thing without the rejected rows and those without a text, with the columns that the stages
    add, in place of former ones of their names; a pandas frame keeps its index. ConfigError where a stage is unknown or
    sees the whole corpus (duplicates), where the data are of another kind or have neither column.
    """
    from curate.engine.apply import applied

    return applied(data, stages)
