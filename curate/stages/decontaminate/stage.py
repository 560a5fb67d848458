"""The stage `decontaminate`: what is done with text that stands in a benchmark too."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from curate.core.errors import Mistake, Mistakes
from curate.core.stage import Action, Edit, Editor
from curate.stages.decontaminate.items import Benchmark, faults_of

if TYPE_CHECKING:
    from curate.core.kernels.passages import Measure
    from curate.stages.decontaminate.index import Index

NAMES = r"^[A-Za-z0-9_.\-]+$"


class Decontaminate(Editor):
    """Find the items of benchmarks in texts, and tag, mask or reject the records that hold them.

    A window is 13 words, the size of GPT-3's overlap study (Brown et al. 2020, appendix C), or 26 characters of a
    script without spaces: twice as many, since 13 Han characters are but a phrase. In mixed text such a character
    counts as half a word. An item shorter than a window is looked for as a whole, from 8 words on (the study's least),
    or 16 characters. Matching looks past case, compatibility forms (full width, ligatures), diacritics, punctuation and
    white space; the text itself keeps them all.

    The text of an item is that of its `fields`, each by itself. An item is found where at least `share` of the words of
    one of them stand in matching windows of one text: of `text`, of one message, or of one kept column. Answers to
    choose from are looked for with the letters or numbers before them, too. What is found is tagged as
    `decontaminate:NAME`, and the manifest counts hits by benchmark and item as `NAME:ID`, never with text.
    """

    version: ClassVar[int] = 3

    action: Literal["tag", "mask", "reject"] | None = Field(  # type: ignore[assignment]
        None,
        description="What is done: `tag` (the default) marks the record, `mask` also replaces what matches, `reject` "
        "leaves the record out.",
    )
    benchmarks: dict[str, Benchmark] = Field(min_length=1, description="Files of each benchmark, by its name.")
    words: int = Field(13, ge=5, le=100, description="Words of a window.")
    characters: int = Field(26, ge=10, le=200, description="Characters of a window in scripts without spaces.")
    shortest: int = Field(
        8, ge=4, description="Words of the shortest item that is looked for; characters count in proportion."
    )
    share: float = Field(
        0.5, gt=0, le=1, description="Share of the words of an item's field from which on the item is found."
    )
    placeholder: str = Field("<BENCHMARK>", description="What `mask` writes in the place of what matches.")

    @property
    def assets(self) -> tuple[Path, ...]:
        """The files of the benchmarks."""
        return tuple(path for benchmark in self.benchmarks.values() for path in benchmark.paths)

    @property
    def finds(self) -> Mapping[str, Action]:
        """The benchmarks."""
        return dict.fromkeys(self.benchmarks, "reject" if self.action == "reject" else "tag")

    @property
    def measure(self) -> "Measure":
        """What words, characters and windows weigh, in whole numbers."""
        from curate.core.kernels.passages import Measure

        return Measure(self.characters, self.words, self.words * self.characters, self.shortest * self.characters)

    @field_validator("benchmarks")
    @classmethod
    def _have_names(cls, benchmarks: dict[str, Benchmark]) -> dict[str, Benchmark]:
        strange = [name for name in benchmarks if not re.fullmatch(NAMES, name)]
        if strange:
            hint = "letters, digits, `_`, `.` and `-` only"
            raise Mistakes(Mistake((name,), f"{name!r} is no name of a benchmark", hint) for name in strange)
        return benchmarks

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        if self.shortest > self.words:
            fact = f"shortest {self.shortest} is above words {self.words}: no window is so long"
            raise Mistakes([Mistake(("shortest",), fact, f"at most {self.words}")])
        return self

    @model_validator(mode="after")
    def _leaves_no_item(self) -> Self:
        units = re.findall(r"[A-Za-z0-9]+|\w", unicodedata.normalize("NFKD", self.placeholder))
        if len(units) >= self.shortest:
            fact = f"the placeholder {self.placeholder!r} is so long that it could be an item itself"
            hint = f"it has {len(units)} words; fewer than {self.shortest} will do"
            raise Mistakes([Mistake(("placeholder",), fact, hint)])
        return self

    def mistakes(self) -> Iterator[Mistake]:
        """Yield what is wrong with the files of the benchmarks: the fields that each lacks, or its first fault."""
        for name, benchmark in self.benchmarks.items():
            for place, path in enumerate(benchmark.paths):
                entry = () if isinstance(benchmark.path, Path) else (place,)
                for at, fact, hint in faults_of(benchmark, path) if path.is_file() else ():
                    yield Mistake(("benchmarks", name, *(at or ("path", *entry))), fact, hint)

    def index(self) -> "Index":
        """Read the benchmarks; once a process for the same files."""
        from curate.stages.decontaminate.index import index_of

        marks = tuple((str(path), (facts := path.stat()).st_size, facts.st_mtime_ns) for path in self.assets)
        return index_of(tuple(self.benchmarks.items()), self.measure, marks)

    def open(self) -> Edit:
        """Index the benchmarks and return the edit; ConfigError where a file cannot be read."""
        from curate.stages.decontaminate.editing import Editing, Wording

        wording = Wording(self.name or "decontaminate", self.action or "tag", self.share, self.placeholder)
        return Editing(self.index(), self.measure, wording)

    def lineage(self) -> dict[str, Any]:
        """Say how much there was to look for in each benchmark."""
        return {"benchmarks": self.index().said}
