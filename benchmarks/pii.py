"""Personal data: what curate finds on sets that know the truth, what it takes, and other tools on the same texts."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from benchmarks.environments import NotInstalledError
from benchmarks.peers.pii_trial import Found
from benchmarks.pii_accuracy import (
    Changed,
    Recall,
    changed,
    false_positives,
    left,
    recalled,
    unfounded,
    wanted_of,
)
from benchmarks.pii_negatives import negatives
from benchmarks.pii_planted import planted
from benchmarks.pii_sets import Wanted, labelled, prose, synthetic, traps
from benchmarks.pii_texts import Texts, part, single, whole
from benchmarks.pii_tools import OURS, Answer, Speed, Task, asked

PRESIDIO_TYPES = frozenset(
    {
        "CREDIT_CARD",
        "CRYPTO",
        "EMAIL_ADDRESS",
        "IBAN_CODE",
        "IP_ADDRESS",
        "MAC_ADDRESS",
        "MEDICAL_LICENSE",
        "PHONE_NUMBER",
        "UK_NHS",
        "US_BANK_NUMBER",
        "US_DRIVER_LICENSE",
        "US_ITIN",
        "US_PASSPORT",
        "US_SSN",
        "UUID",
    }
)
"""What Presidio looks for in English when nothing is said, without times and addresses of pages."""
CHECKED = (
    "CN_RESIDENT_ID",
    "CN_USCC",
    "CN_BANK_CARD",
    "CREDIT_CARD",
    "IBAN_CODE",
    "DE_TAX_ID",
    "UK_NHS",
)
"""Types with a check digit: `lenient` in the lenient half of the labelled sets."""
PERSONAL = {"raw mail", "judgments and exams"}
"""Texts that hold personal data: they are timed only."""
STRUCTURED = ("CREDIT_CARD", "EMAIL_ADDRESS", "IBAN_CODE", "IP_ADDRESS", "PHONE_NUMBER", "US_SSN", "US_DRIVER_LICENSE")
"""Types of synth_dataset_v2 that have a shape."""
NAMED = {"DOMAIN_NAME": "URL"}
"""Labels of synth_dataset_v2 whose type curate looks for only where `types` names it: most links are no one's."""


@dataclass
class Measured:
    """Everything that the benchmark found; tools by name, curate first."""

    planted: dict[str, dict[str, Recall]] = field(default_factory=dict)
    forms: dict[str, dict[str, Recall]] = field(default_factory=dict)
    negatives: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)
    """Kind to (how many there are, how many were taken for personal data)."""
    english: dict[str, dict[str, Recall]] = field(default_factory=dict)
    named: dict[str, dict[str, Recall]] = field(default_factory=dict)
    """The same of the types that are off unless they are named, where `types` names them; by tool, by label."""
    unfounded: dict[str, int] = field(default_factory=dict)
    """Spans of structured types in synth_dataset_v2 that touch nothing labelled."""
    labelled: dict[str, dict[str, tuple[Recall, Recall]]] = field(default_factory=dict)
    """Set, kind: strict and lenient."""
    trapped: int = 0
    """Spans in OpenMed's texts that hold nothing personal."""
    changed: list[Changed] = field(default_factory=list)
    left: int = 0
    """Planted values that still stand in what `curate.apply` writes."""
    whole: dict[str, Speed] = field(default_factory=dict)
    part: dict[str, dict[str, Speed]] = field(default_factory=dict)
    """Tool, text; `curate, same types` has Presidio's types only."""
    single: dict[str, Speed] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    """Tools that cannot be installed, and what pip said."""

    def json(self) -> dict[str, Any]:
        """Return it for a machine."""
        return asdict(self)


SAME = f"{OURS}, same types"


@dataclass(frozen=True)
class Bench:
    """The folder of real sets, the folder for environments, and how much text."""

    root: Path
    folder: Path
    megabytes: int = 8
    values: int = 4_000
    seed: int = 0

    @cached_property
    def sets(self) -> dict[str, list[Wanted]]:
        """The labelled sets and presidio-research's own."""
        return labelled(self.root)

    @cached_property
    def looks(self) -> Texts:
        """What every tool looks at."""
        return {
            "planted": ("zh", [one.text for one in planted(self.values, self.seed)]),
            "negatives": ("zh", [one.text for one in negatives(seed=self.seed)]),
            "synthetic": ("en", texts_of(synthetic(self.root))),
        }

    def measured(self, peers: Sequence[str]) -> Measured:
        """Measure curate, then each peer."""
        said = Measured()
        texts = whole(self.root, self.megabytes, self.seed)
        parts = part(texts, self.seed)
        self.ours(said, texts, parts)
        for name in peers:
            try:
                types = self.shared() if name == "presidio" else None
                said.part[name] = asked(name, Task(speeds=parts, types=types), self.folder).speeds
                answer = asked(name, Task(looks=self.looks), self.folder)
                self.accuracy(said, name, answer)
                self.off(said, name, answer)
            except NotInstalledError as error:
                said.absent[name] = str(error)
        return said

    def shared(self) -> list[str]:
        """Return the types that both curate and Presidio know."""
        from curate.stages.pii.stage import Pii

        return [name for name in Pii().wanted if name in PRESIDIO_TYPES]

    def ours(self, said: Measured, texts: Texts, parts: Texts) -> None:
        """Measure curate: time first, alone, then with Presidio's types, then all that it finds."""
        timed = asked(OURS, Task(speeds=texts), self.folder).speeds
        said.whole = timed
        said.single = asked(OURS, Task(speeds=single(texts, self.seed)), self.folder).speeds
        said.part[OURS] = asked(OURS, Task(speeds=parts), self.folder).speeds
        said.part[SAME] = asked(OURS, Task(speeds=parts, types=self.shared()), self.folder).speeds
        innocent = {name: given for name, given in prose(self.root).items() if name not in PERSONAL}
        golden = self.root / "multi_pii_openmed_golden"
        fields: Texts = {name: ("zh", texts_of(wanted)) for name, wanted in self.sets.items()}
        looks = self.looks | innocent | fields | {"traps": ("en", traps(golden))}
        found = asked(OURS, Task(looks=looks), self.folder)
        lenient = [name for name in CHECKED if name in self.known()]
        loose = asked(OURS, Task(looks=fields, lenient=lenient), self.folder)
        self.accuracy(said, OURS, found)
        asking = Task(looks={"synthetic": looks["synthetic"]}, types=[*self.known(), *NAMED.values()])
        self.off(said, OURS, asked(OURS, asking, self.folder))
        said.changed = [changed(name, given[1], found.looks[name]) for name, given in innocent.items()]
        said.trapped = sum(map(len, found.looks["traps"]))
        for name, wanted in self.sets.items():
            strict, other = (recalled(wanted, by_text(wanted, one.looks[name])) for one in (found, loose))
            said.labelled[name] = {kind: (strict[kind], other[kind]) for kind in strict}
        said.left = left(planted(self.values, self.seed))

    def known(self) -> tuple[str, ...]:
        """Return the types that curate looks for when nothing is said."""
        from curate.stages.pii.stage import Pii

        return Pii().wanted

    def accuracy(self, said: Measured, tool: str, answer: Answer) -> None:
        """Hold what a tool found against the truth."""
        records = planted(self.values, self.seed)
        found = {one.text: spans for one, spans in zip(records, answer.looks["planted"], strict=True)}
        said.planted[tool] = recalled(wanted_of(records), found)
        said.forms[tool] = recalled(wanted_of(records, "form"), found)
        said.negatives[tool] = false_positives(negatives(seed=self.seed), answer.looks["negatives"])
        wanted = synthetic(self.root)
        seen = by_text(wanted, answer.looks["synthetic"])
        said.english[tool] = recalled(wanted, seen)
        said.unfounded[tool] = unfounded(wanted, seen, frozenset(STRUCTURED)).total()

    def off(self, said: Measured, tool: str, answer: Answer) -> None:
        """Hold what a tool found of the types in NAMED against the truth."""
        wanted = synthetic(self.root)
        seen = recalled(wanted, by_text(wanted, answer.looks["synthetic"]))
        said.named[tool] = {label: seen[label] for label in NAMED}


def texts_of(wanted: Sequence[Wanted]) -> list[str]:
    """Return the texts of values, each once, in order."""
    return list(dict.fromkeys(one.text for one in wanted))


def by_text(wanted: Sequence[Wanted], found: Sequence[Found]) -> dict[str, Found]:
    """Return what was found in the texts of values by text."""
    return dict(zip(texts_of(wanted), found, strict=True))
