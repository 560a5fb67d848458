"""Write the files of an output anew without some of their rows, and keep count of what goes."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from curate.core.suppression import content_digest
from curate.lineage.erase_asked import Target
from curate.lineage.erasures import Rewritten
from curate.lineage.lookup import Files, opened, spots
from curate.lineage.manifest import UNDETERMINED, Manifest, Shard, Written
from curate.lineage.residual import look_of
from curate.lineage.sight import BATCH_ROWS
from curate.sinks.features import with_features
from curate.sinks.rejects import POSITIONS, REJECTS, TOMBSTONES, write_signals
from curate.sinks.shards import TableFacts, write_shard, write_table


class Text(NamedTuple):
    """What is remembered of the text of an erased record."""

    digest: str | None
    edited: bool
    """Whether a stage changed it, so that its raw text had another digest, perhaps."""


@dataclass
class Taken:
    """What an erasure takes out of an output."""

    files: dict[str, Written | None] = field(default_factory=dict)
    """By path: the file as it is now; null where no row was left."""
    rewritten: list[Rewritten] = field(default_factory=list)
    kept: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    """Records by source: taken out of shards, and out of the ledger."""
    languages: Counter[str] = field(default_factory=Counter)
    left: list[dict[str, object]] = field(default_factory=list)
    """What the detector of personal data found in the erased rows."""
    texts: dict[str, Text] = field(default_factory=dict)
    """By id."""
    places: int = 0
    """Places of personal data."""


@dataclass(frozen=True)
class Eraser:
    """Takes rows out of the files of an output, and writes what is left below another folder."""

    out: Path
    new: Path
    manifest: Manifest
    key: bytes = field(repr=False)
    taken: Taken = field(default_factory=Taken)

    def take(self, targets: list[Target]) -> Taken:
        """Write every file anew that holds something of the targets: shards, ledger, signals, places."""
        outputs = self.manifest.outputs
        by_file: dict[str, list[str]] = {}
        for target in targets:
            by_file.setdefault(target.file, []).append(target.id)
            (self.taken.kept if target.stage is None else self.taken.rejected)[target.source_id] += 1
        for shard in outputs.shards:
            if shard.path in by_file:
                self._shard(shard, pa.array(sorted(by_file[shard.path]), pa.string()))
        names = pa.array(sorted(target.id for target in targets), pa.string())
        for file in outputs.rejects:
            if file.path in by_file:
                self._table(file, REJECTS, names, len(by_file[file.path]))
        for file in (*outputs.signals, *outputs.pii):
            rows = sum(1 for _ in spots(Files(self.out, [file.path]), ["id"], lambda column: pc.is_in(column, names)))
            if rows:
                places = file in outputs.pii
                with opened(self.out, file.path) as source:
                    schema = POSITIONS if places else pa.schema(list(source.schema_arrow))
                self._table(file, schema, names, rows)
                self.taken.places += rows if places else 0
        return self.taken

    def _note(self, file: Written, rows: int) -> bool:
        """Enter a file that loses rows; tell whether any is left."""
        self.taken.rewritten.append(Rewritten(path=file.path, rows=file.rows, erased=rows, sha256=file.sha256))
        self.taken.files[file.path] = None
        return rows < file.rows

    def _shard(self, shard: Shard, names: pa.StringArray) -> None:
        """Write a shard anew, row group by row group; look at what goes."""
        whole = self._note(shard, len(names))
        with opened(self.out, shard.path) as source:
            schema = with_features(pa.schema(list(source.schema_arrow)))
            left = self._without(source, names)
            if not whole:
                for _ in left:
                    pass
                return
            facts = write_shard(self.new / shard.path, schema, left)
        self.taken.files[shard.path] = shard.model_copy(update=facts._asdict())

    def _without(self, source: pq.ParquetFile, names: pa.StringArray) -> Iterator[pa.RecordBatch]:
        """Yield the row groups without the rows named."""
        for group in range(source.metadata.num_row_groups):
            table = source.read_row_group(group).combine_chunks()
            gone = pc.is_in(table["id"], names)
            self._look_at(table.filter(gone).combine_chunks().to_batches())
            yield from table.filter(pc.invert(gone)).combine_chunks().to_batches()

    def _look_at(self, batches: list[pa.RecordBatch]) -> None:
        """Keep, of rows that go, what the manifest counts and what a later run must know them by."""
        if self.manifest.residual is not None:
            self.taken.left += look_of(self.manifest).among(batches).to_pylist()
        for batch in batches:
            self.taken.languages.update(code or UNDETERMINED for code in batch["language"].to_pylist())
            for line in batch.select(["id", "text", "ops"]).to_pylist():
                self.taken.texts[line["id"]] = Text(content_digest(self.key, line["text"]), bool(line["ops"]))

    def _table(self, file: Written, schema: pa.Schema, names: pa.StringArray, rows: int) -> None:
        """Write a file of the ledger, of signals or of places anew."""
        if not self._note(file, rows):
            return
        with opened(self.out, file.path) as source:
            left = (batch.filter(pc.invert(pc.is_in(batch["id"], names))) for batch in source.iter_batches(BATCH_ROWS))
            facts = write_signals(self.new / file.path, schema, left)
        if facts is not None:
            self.taken.files[file.path] = as_written(file.path, facts)


def as_written(path: str, facts: TableFacts) -> Written:
    """Describe a file that has been written."""
    return Written(path=path, rows=facts.rows, bytes=facts.bytes, sha256=facts.sha256)


def write_tombstones(path: Path, targets: list[Target], said: Mapping[str, object]) -> TableFacts:
    """Write a row for each erased record, in the order of shards and ledger; `said`: erasure, basis, ticket, at."""
    rows = [{**target._asdict(), **said} for target in targets]
    lines = [{name: row[name] for name in TOMBSTONES.names} for row in rows]
    facts = write_table(path, TOMBSTONES, pa.Table.from_pylist(lines, TOMBSTONES).to_batches(BATCH_ROWS))
    if facts is None:
        raise ValueError("an erasure names at least one record")
    return facts
