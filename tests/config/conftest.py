"""A registry of three small stages and one source, so that no text here depends on the real ones."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, Self

import pyarrow as pa
import pytest
from pydantic import Field, field_validator, model_validator

from curate.config import registry
from curate.core.errors import ConfigError
from curate.core.source import FileStat, Source, Split, Surveyed
from curate.core.stage import Outcome, Stage, Step, Value

KINDS = {"string": pa.string(), "integer": pa.int64()}


class Lines(Source):
    """Read one record a line."""

    path: str | tuple[str, ...] = Field(description="Files to read.")
    text: str | None = Field(None, description="Field of the text.")
    keep: tuple[str, ...] | dict[str, Literal["string", "integer"]] = Field((), description="Fields to keep.")
    max_record_bytes: int = Field(1 << 24, ge=1, description="Longer records are rejected.")

    @property
    def kept_schema(self) -> pa.Schema:
        kinds = self.keep if isinstance(self.keep, dict) else dict.fromkeys(self.keep, "string")
        return pa.schema([(name, KINDS[kind]) for name, kind in kinds.items()])

    def files(self) -> Sequence[FileStat]:
        paths = (self.path,) if isinstance(self.path, str) else self.path
        for path in map(Path, paths):
            if not path.exists():
                raise ConfigError(f"there is no {path.name!r}", where="elsewhere", hint="check the path")
        return [FileStat(path.name, str(path), path.stat().st_size, "") for path in map(Path, paths)]

    def look(self, file: FileStat, parts: Path) -> Surveyed:
        raise OSError(f"nothing here looks at {file.uri} or {parts}")

    def read(self, split: Split) -> Iterator[Outcome]:
        raise OSError(f"nothing here reads {split.source}")


class Weights(Value):
    """Weights of two kinds."""

    table: Path | None = Field(None, description="Table of weights.")
    first: float = Field(1.0, ge=0, description="Weight of the first kind.")


class Idle(Stage):
    """Change nothing."""

    def open(self) -> Step:
        return Outcome


class Quality(Idle):
    """Measure how good a text is."""

    preset: Literal["base", "finance", "healthcare", "legal"] = Field("base", description="Industry of the thresholds.")
    min: int = Field(1, ge=0, description="Fewest characters.")
    share: float = Field(0.5, gt=0, le=1, description="Largest share of digits.")
    strict: bool = Field(False, description="Whether everything rejects.")
    lexicon: Path | None = Field(None, description="File of words.")
    weights: Weights = Field(Weights(), description="Weights of the kinds.")
    rules: dict[str, Weights | Literal["off"]] = Field({}, description="Weights by rule.")

    @property
    def adds(self) -> pa.Schema:
        return pa.schema([(f"{self.name}_score", pa.float64())])

    @property
    def assets(self) -> tuple[Path, ...]:
        return (self.lexicon,) if self.lexicon else ()


class Speak(Idle):
    """Say which language a record is written in."""

    @property
    def adds(self) -> pa.Schema:
        return pa.schema([("language", pa.string())])


class Normalize(Idle):
    """Bring texts into one form."""

    form: Literal["NFC", "NFKC"] | None = Field("NFC", description="Unicode form.")


class Pii(Idle):
    """Replace personal data."""

    keep: tuple[str, ...] = Field((), description="Types that stay.")
    drop: tuple[str, ...] = Field((), description="Types that go.")

    @field_validator("drop")
    @classmethod
    def _is_known(cls, drop: tuple[str, ...]) -> tuple[str, ...]:
        if "PHON" in drop:
            raise ValueError("there is no type 'PHON'")
        return drop

    @model_validator(mode="after")
    def _is_clear(self) -> Self:
        if set(self.keep) & set(self.drop):
            raise ValueError("'A' cannot both stay and go")
        return self


@pytest.fixture(autouse=True)
def small_registry(monkeypatch):
    stages = {"quality": "Quality", "normalize": "Normalize", "pii": "Pii", "speak": "Speak"}
    monkeypatch.setattr(registry, "STAGES", {name: f"{__name__}:{each}" for name, each in stages.items()})
    monkeypatch.setattr(registry, "SOURCES", {"jsonl": f"{__name__}:Lines"})


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write `curate.yaml` into the current folder and return its name."""
    monkeypatch.chdir(tmp_path)

    def write(text: str) -> str:
        Path("curate.yaml").write_text(text, "utf-8")
        return "curate.yaml"

    return write
