"""What a configuration is once it has been read: frozen values, defaults filled in."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from curate.config.agree import Parts, disagreements
from curate.config.load import drafted
from curate.config.places import spelled
from curate.config.registry import name_of
from curate.config.resolve import resolved
from curate.config.sizes import Bytes
from curate.core.errors import ConfigError
from curate.core.source import MAX_RECORD_BYTES, Source
from curate.core.stage import Settings, Value


class Output(Value):
    """Where the corpus goes and how it is cut."""

    path: Path = Field(description="Folder of the output; replaced whole when a run ends well.")
    store: str | None = Field(
        None,
        description="Address (fsspec URL, such as s3://bucket/corpus) to which a finished output is copied as well.",
    )
    shard_bytes: Bytes = Field(256 * 10**6, ge=1, description="Uncompressed bytes a shard holds at most (about).")
    splits: dict[str, float] = Field({"train": 1.0}, description="Splits and their shares; the shares sum to 1.")
    split_by: str | None = Field(None, description="Kept field whose equal values stay in one split.")
    seed: int = Field(0, description="Seed of the assignment to splits.")
    columns: tuple[str, ...] = Field(
        (), description="Signals to write into the shards too; `language` and other columns of every shard are there."
    )
    residual: Literal["stop", "report", "off"] = Field(
        "stop",
        description="Where check-valid resident ids, bank cards or Chinese mobiles are left in the shards that a stage "
        "was to replace: publish nothing, publish and count them, or do not look.",
    )
    canaries: int = Field(
        200,
        ge=0,
        description="How many invented values are planted in scratch copies of records to measure what each stage that "
        "replaces personal data lets through; 0 for none.",
    )


class Limits(Value):
    """Above a limit nothing is published."""

    rejected_share: float = Field(0.5, ge=0, le=1, description="Largest share of records that stages may reject.")
    unreadable_share: float = Field(0.05, ge=0, le=1, description="Largest share of records that cannot be read.")
    by: Literal["source", "run"] = Field("source", description="Whether a share is taken of each source or of the run.")


class Config(Value):
    """A whole configuration: what goes in, what is done, where it goes."""

    name: str = Field(description="Name of the data set.")
    sources: tuple[Source, ...] = Field(description="Where records come from, in order of priority.")
    stages: tuple[Settings, ...] = Field((), description="What is done, in order.")
    output: Output = Field(description="Where the corpus goes, at least `output: {path: out/name}`.")
    workers: int | None = Field(
        None, ge=0, description="Processes; the number of cores when absent; 0 runs everything in this process."
    )
    engine: Literal["local", "ray"] = Field("local", description="Where tasks run.")
    ray_address: str | None = Field(None, description="Cluster to join; a new local one when absent.")
    work: Literal["keep_facts", "keep_all", "none"] = Field(
        "keep_facts", description="What stays in the work folder after a run: facts without text, everything, nothing."
    )
    limits: Limits | Literal["off"] = Field(Limits(), description="Shares above which nothing is published.")
    max_errors: int = Field(0, ge=0, description="Records on which a stage may raise before the run stops.")
    max_record_bytes: Bytes = Field(MAX_RECORD_BYTES, ge=1, description="Longer records are rejected unread.")
    uris: Literal["plain", "keyed"] = Field(
        "plain",
        description="`keyed` publishes keyed digests of file names, but for names that `path` spells out: write `*`.",
    )
    key_file: Path | None = Field(None, description="File of at least 32 bytes whose content keys the digests.")

    @classmethod
    def load(cls, source: Path | str | Mapping[str, object], overrides: Sequence[str] = ()) -> Self:
        """Read a YAML file or a mapping; raise one ConfigError that lists every mistake with its place.

        `overrides` are `key.path=value`, the value written as YAML: `output.path=out/new`, `sources.qa.path=raw/x.csv`,
        `stages.near_duplicates.threshold=0.7` (a stage goes by its `as` or its own name). Relative paths of inputs and
        assets start from the folder of the file; the output, and every path that an override says, from the current
        folder.
        """
        return drafted(cls, source, overrides).settled()

    def resolved(self) -> dict[str, object]:
        """Return what decides the corpus as JSON values, defaults filled in, in a stable order.

        Left out is what does not decide it or must not be published: folders, the number of workers, where tasks run,
        what stays in the work folder, keys. Of a source's path the pattern stays, of an asset's the name of its file.
        """
        return resolved(self, self.sources, self.stages)

    @field_validator("stages")
    @classmethod
    def _have_names(cls, stages: tuple[Settings, ...]) -> tuple[Settings, ...]:
        return tuple(
            stage if stage.name else stage.model_copy(update={"name": name_of("stages", type(stage))})
            for stage in stages
        )

    @model_validator(mode="after")
    def _agrees(self, info: ValidationInfo) -> Self:
        if info.context and info.context.get("drafted"):
            return self
        parts = Parts(
            {source.name: source for source in self.sources},
            tuple(source.name for source in self.sources),
            dict(enumerate(self.stages)),
            self.output.splits,
            self.output.split_by,
            self.output.columns,
        )
        problems = [ConfigError(fact, where=spelled(at), hint=hint) for at, fact, hint in disagreements(parts)]
        if len(parts.sources) < len(parts.names):
            problems.append(ConfigError(f"two sources have one name: {parts.names!r}", where="sources"))
        if problems:
            raise ConfigError.of(problems)
        return self
