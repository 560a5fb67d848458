"""Plant invented personal data in a scratch copy of real records and count what the configured stage lets through."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from curate.core.errors import StorageError
from curate.core.receipt import Receipt
from curate.core.stage import Editor, Settings
from curate.engine.apply import carried, records_of
from curate.engine.identity import key_id, stage_identity, task_key
from curate.engine.phases import Work
from curate.engine.space import Space
from curate.engine.task import Task
from curate.lineage.manifest import Canary, Manifest, StageRecord
from curate.lineage.numbers import hits
from curate.lineage.sight import DAMAGE, reason

Drawn = TypeVar("Drawn")
VERSION = 1
"""Bumped by hand whenever other values are planted, or otherwise."""
SHARDS, TEXTS, CHARS = 4, 40, 600
"""Records are drawn from so many shards, so many in all, and cut to so many characters."""
SIGN = re.compile(r"[0-9A-Za-z@._%+\-０-９]")
"""A value is not planted beside such a sign: it would be another value."""
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x30, 0x3A)}
LABELS = {
    "PHONE_NUMBER": ("，电话{}，", "请联系手机{}。", " call me at {} ", "，{}，"),
    "CN_RESIDENT_ID": ("，身份证号{}，", "（身份证：{}）", "，{}，"),
    "CN_BANK_CARD": ("，银行卡号{}，", "汇入账户{}。", "，{}，"),
    "CREDIT_CARD": (" card {}, ", "，信用卡{}，", " {} "),
    "EMAIL_ADDRESS": ("，邮箱{}，", " mail to {} ", "，{}，"),
}
"""How a value of each type is planted: by its label, in the other language, and bare."""


def digits(chance: Random, count: int) -> str:
    """Draw digits."""
    return "".join(chance.choice("0123456789") for _ in range(count))


def mobile(chance: Random) -> str:
    """Draw a Chinese mobile, written in one of the ways in which people write them."""
    number = chance.choice(("13", "15", "17", "18", "19")) + digits(chance, 9)
    parted = (number[:3], number[3:7], number[7:])
    ways = (number, " ".join(parted), "-".join(parted), f"+86{number}", number.translate(FULL_WIDTH))
    return chance.choice(ways)


def resident(chance: Random) -> str:
    """Draw a resident id whose check digit holds (GB 11643)."""
    region = chance.choice(("110105", "310104", "330106", "420106", "440305", "510107", "610113"))
    born = f"{chance.randint(1950, 2008)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}"
    body = f"{region}{born}{digits(chance, 3)}"
    total = sum(int(sign) * weight for sign, weight in zip(body, WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def with_luhn(body: str) -> str:
    """Append the check digit of ISO/IEC 7812."""
    total = sum(
        sum(divmod(2 * int(sign), 10)) if place % 2 == 0 else int(sign) for place, sign in enumerate(body[::-1])
    )
    return body + str(-total % 10)


def parted_card(chance: Random, number: str) -> str:
    """Write a card as it is, or in groups of four."""
    groups = [number[at : at + 4] for at in range(0, len(number), 4)]
    return chance.choice((number, " ".join(groups)))


MAKERS: dict[str, Callable[[Random], str]] = {
    "PHONE_NUMBER": mobile,
    "CN_RESIDENT_ID": resident,
    "CN_BANK_CARD": lambda chance: parted_card(chance, with_luhn(f"62{digits(chance, 16)}")),
    "CREDIT_CARD": lambda chance: parted_card(chance, with_luhn(f"4{digits(chance, 14)}")),
    "EMAIL_ADDRESS": lambda chance: (
        f"{chance.choice(('lin', 'zhou', 'meyer'))}{digits(chance, 4)}@mail{digits(chance, 3)}.cn"
    ),
}
"""Types of which values are planted. They share no code with the rules of the stage."""


@dataclass(frozen=True)
class CanaryJob:
    """Plants values in copies of texts of shards and runs one stage over them; nothing of it is kept but counts."""

    label: str
    stage: Editor
    shards: tuple[str, ...]
    count: int

    def perform(self, space: Space, key: str) -> Receipt:
        """Plant and count; the payload holds, by type, how many were planted and how many were left."""
        chance = Random(key)  # noqa: S311 - drawn by the key of the task, so that every run draws the same
        kinds = [kind for kind in MAKERS if kind in self.stage.clears]
        texts = self._texts(space) or [""]
        planted: list[tuple[str, str]] = []
        copies = []
        for number in range(self.count if kinds else 0):
            kind = kinds[number % len(kinds)]
            value = MAKERS[kind](chance)
            copies.append(plant(chance, texts[number % len(texts)], chance.choice(LABELS[kind]).format(value)))
            planted.append((kind, value))
        return Receipt(key, self.label, payload={"canaries": counted(planted, self._run(copies))})

    def _texts(self, space: Space) -> list[str]:
        """Read the beginnings of texts that lie evenly over the first row groups of the shards."""
        texts: list[str] = []
        for path in self.shards:
            with pq.ParquetFile(space.at(path), page_checksum_verification=True) as file:
                column = file.read_row_group(0, columns=["text"])["text"]
            share = -(-TEXTS // len(self.shards))
            step = max(1, len(column) // share)
            texts += [text[:CHARS] for text in column[::step][:share].to_pylist()]
        return texts

    def _run(self, copies: Sequence[str]) -> dict[int, str]:
        """Return what the stage makes of texts; what it rejects is not there."""
        stage = self.stage.model_copy(update={"sources": None, "languages": None})
        records, _ = records_of(pa.table({"text": pa.array(copies, pa.string())}))
        living = carried(records, [stage])
        return dict(zip(living["row"].to_pylist(), living["text"].to_pylist(), strict=True))


def plant(chance: Random, text: str, said: str) -> str:
    """Put words into a text at a place where they touch no number and no address."""
    start = chance.randint(0, len(text))
    for place in (*range(start, len(text) + 1), *range(start)):
        if not SIGN.search(text[max(0, place - 1) : place + 1]):
            return text[:place] + said + text[place:]
    return text + said


def counted(planted: Sequence[tuple[str, str]], left: dict[int, str]) -> dict[str, dict[str, int]]:
    """Count, by type, what was planted, what still stands there, and what may because of the words around it."""
    sums: dict[str, Counter[str]] = {}
    for place, (kind, value) in enumerate(planted):
        said = sums.setdefault(kind, Counter(planted=0, leaked=0, allowed=0))
        said["planted"] += 1
        if compact(value) in compact(left.get(place, "")):
            said["allowed" if is_excused(left[place]) else "leaked"] += 1
    return {kind: dict(said) for kind, said in sums.items()}


def is_excused(text: str) -> bool:
    """Tell whether words of the record, such as the label of an order, make everything in a text another number."""
    found = list(hits(pa.array([text], pa.string())))
    return bool(found) and all(hit.allowed for hit in found)


def compact(text: str) -> str:
    """Write full-width signs as ASCII and leave out what parts the digits of a number."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()


def some(shards: Sequence[Drawn]) -> Sequence[Drawn]:
    """Draw the shards in whose records values are planted."""
    return shards[:: max(1, len(shards) // SHARDS)][:SHARDS]


def planting(stage: Settings, key: str | None, shards: Mapping[str, str], count: int) -> tuple[str, CanaryJob] | None:
    """Return how a stage is tried, and under which key; null for one that replaces no personal data.

    `shards` says the digest of each shard that was drawn by its path, `key` the id of the stage's own key.
    """
    if not count or not isinstance(stage, Editor) or not set(MAKERS) & set(stage.clears):
        return None
    identity = [stage_identity(stage), key, [*shards.values()]]
    job = CanaryJob(f"canaries of {stage.name}", stage, tuple(shards), count)
    return task_key("canaries", VERSION, count, identity), job


def replanted(out: Path, manifest: Manifest, stages: Sequence[tuple[StageRecord, Settings | None]]) -> Iterator[str]:
    """Plant the same values in the same records again; yield the stages of which the manifest counts something else.

    It takes the shards as they were first published, and the versions that made them.
    """
    shards = {shard.path: shard.sha256 for shard in some(manifest.outputs.shards)}
    for record, stage in stages:
        said = manifest.canaries.get(record.name, {})
        planted = sum(one.planted for one in said.values())
        plan = planting(stage, record.key_id, shards, planted) if stage is not None else None
        if plan is not None:
            try:
                counts = plan[1].perform(Space(out), plan[0]).payload["canaries"]
            except DAMAGE as wrong:
                raise StorageError(f"a shard {reason(wrong)}", where=record.name) from wrong
            if {kind: Canary(**one) for kind, one in counts.items()} != said:
                yield f"{record.name}: planted again, other canaries are left than the manifest counts"


def plant_canaries(work: Work, count: int) -> None:
    """Try every stage that replaces personal data on so many planted values, and keep what came of it."""
    drawn = some([receipt for _, receipt in work.shards])
    shards = {ref.path: ref.digest for ref in (receipt.outputs["shard"] for receipt in drawn)}
    reads = tuple((receipt.key, "shard") for receipt in drawn)
    tasks = []
    for stage in work.config.stages:
        plan = planting(stage, key_id(work.keys.get(stage.name)), shards, count)
        if plan is not None:
            tasks.append((stage.name, Task(plan[0], plan[1].label, plan[1], reads)))
    done = work.crew.complete("canaries", [task for _, task in tasks])
    for (name, _), receipt in zip(tasks, done, strict=True):
        work.canaries[name] = {kind: Canary(**said) for kind, said in receipt.payload["canaries"].items()}
