"""Count in shards, ledger and signals what a report shows and no manifest holds: mix, copies, measured values."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from pydantic import Field, JsonValue

from curate.core.errors import StorageError
from curate.core.stage import Value
from curate.lineage.columns import HINT
from curate.lineage.coverage import is_about, stages_about
from curate.lineage.histograms import Histogram, histograms
from curate.lineage.ids import NOWHERE, Pairs, found_in, parse_ids
from curate.lineage.lookup import opened
from curate.lineage.manifest import UNDETERMINED, UNKNOWN, Count, Manifest, StageRecord, Table
from curate.lineage.sight import BATCH_ROWS, grouped

SAFETY = "safety"


class Spoken(Value):
    """Records of one language and one source."""

    records: Count = 0
    tokens: Count = Field(0, description="Sum of `n_tokens`.")
    uncounted: Count = Field(0, description="Records without `n_tokens`.")


class Language(Value):
    """Records of one language."""

    sources: Count = Field(0, description="How many sources they come from.")
    records: Count = 0
    tokens: Count = 0
    by_source: Table[Spoken] = Field({}, description="The same, by source.")


class Copies(Value):
    """What one stage left out because another record stands for it."""

    sizes: Table[Count] = Field(
        {}, description="Groups by size: the record that stands for others, and those it stands for."
    )
    pairs: Table[Table[Count]] = Field(
        {}, description="By source of the record left out, then by that of the record that stands for it."
    )


class Figures(Value):
    """What was counted in the files of an output; `counted` in the paths of a profile."""

    languages: Table[Language] = Field({}, description="By language, where one was determined.")
    undetermined: Language = Field(Language(), description="Records of no determined language.")
    keywords: Table[Table[Count]] = Field(
        {}, description="Terms that `safety` looked for, by group of TC260-003, appendix A (`A1`), and class (`A.1.a`)."
    )
    keywords_by_source: Table[Table[Table[Count]]] = Field(
        {},
        description="By source: the fewest terms of each class that records of any of its languages were searched for.",
    )
    copies: Table[Copies] = Field({}, description="By stage: from the ledger's `duplicate_of`.")
    histograms: tuple[Histogram, ...] = Field((), description="By rule that spoke, in the order of the stages.")


def figures(out: Path, manifest: Manifest) -> Figures:
    """Count; StorageError where a file of the output cannot be read. No text is read."""
    languages = _languages(out, manifest)
    return Figures(
        languages={name: said for name, said in languages.items() if name != UNDETERMINED},
        undetermined=languages.get(UNDETERMINED, Language()),
        keywords=_keywords(manifest.stages),
        keywords_by_source=keywords_by_source(manifest, languages),
        copies=_copies(out, manifest),
        histograms=tuple(histograms(out, manifest)),
    )


def _languages(out: Path, manifest: Manifest) -> dict[str, Language]:
    """Count records and tokens of the shards by language and source."""
    sums: dict[tuple[str, str], Counter[str]] = {}
    for shard in manifest.outputs.shards:
        with opened(out, shard.path) as file:
            for batch in file.iter_batches(BATCH_ROWS, columns=["source_id", "language", "n_tokens"]):
                tokens = batch["n_tokens"]
                for (source, language), rows in grouped([batch["source_id"], batch["language"]]):
                    some = tokens.take(pa.array(rows))
                    sums.setdefault((language or UNDETERMINED, source), Counter()).update(
                        records=len(rows), tokens=int(pa.compute.sum(some).as_py() or 0), uncounted=some.null_count
                    )
    said: dict[str, Language] = {}
    for name in sorted({language for language, _ in sums}):
        own = {source: Spoken(**count) for (language, source), count in sums.items() if language == name}
        whole = {what: sum(getattr(one, what) for one in own.values()) for what in ("records", "tokens")}
        said[name] = Language(sources=len(own), by_source=own, **whole)
    return said


def _keywords(stages: Iterable[StageRecord]) -> dict[str, dict[str, int]]:
    """Count the terms of each class of TC260-003 that `safety` had, 0 for a class without a lexicon."""
    counted: dict[str, dict[str, int]] = {}
    for stage in stages:
        covered, uncovered = stage.lineage.get("covered"), stage.lineage.get("uncovered")
        if stage.stage != SAFETY or not isinstance(covered, dict) or not isinstance(uncovered, list):
            continue
        terms: dict[str, JsonValue] = {**dict.fromkeys(map(str, uncovered)), **covered}
        for risk, lists in terms.items():
            often = sum(n for n in lists.values() if isinstance(n, int)) if isinstance(lists, dict) else 0
            group = counted.setdefault("".join(risk.split(".")[:2]), {})
            group[risk] = max(often, group.get(risk, 0))
    return counted


def languages_of(counted: Figures, source: str) -> frozenset[str]:
    """Return the languages of the written records of a source; `und` where none was determined."""
    return _spoken({**counted.languages, UNDETERMINED: counted.undetermined}, source)


def _spoken(languages: Mapping[str, Language], source: str) -> frozenset[str]:
    return frozenset(name for name, said in languages.items() if source in said.by_source)


def keywords_by_source(manifest: Manifest, languages: Mapping[str, Language]) -> dict[str, dict[str, dict[str, int]]]:
    """Count the terms of each class by source: what is missing in one of its languages is missing."""
    said: dict[str, dict[str, dict[str, int]]] = {}
    for card in manifest.sources:
        stages = list(stages_about(manifest, card.id))
        found = [_keywords(stage for stage in stages if is_about(stage, name)) for name in _spoken(languages, card.id)]
        classes = {(group, risk): 0 for one in found for group, risks in one.items() for risk in risks}
        for group, risk in sorted(classes):
            fewest = min(one.get(group, {}).get(risk, 0) for one in found)
            said.setdefault(card.id, {}).setdefault(group, {})[risk] = fewest
    return said


class Led(NamedTuple):
    """Rows of the ledger for which another record stands."""

    target: Pairs
    stage: tuple[str, ...]
    source: tuple[str, ...]


def _copies(out: Path, manifest: Manifest) -> dict[str, Copies]:
    """Group what was left out as a copy by the record that stands for it, and look up the source of that record."""
    led = [one for one in _led(out, manifest) if len(one.target)]
    if not led:
        return {}
    targets = np.concatenate([one.target for one in led])
    unique, places = np.unique(targets, axis=0, return_inverse=True)
    names = _owners(out, manifest, unique)
    sizes: dict[str, Counter[int]] = {}
    pairs: dict[str, Counter[tuple[str, str]]] = {}
    stages = [stage for one in led for stage in one.stage]
    sources = [source for one in led for source in one.source]
    for stage, source, place in zip(stages, sources, places.reshape(-1).tolist(), strict=True):
        sizes.setdefault(stage, Counter())[place] += 1
        pairs.setdefault(stage, Counter())[source, names[place]] += 1
    return {stage: _copies_of(sizes[stage], pairs[stage]) for stage in sizes}


def _copies_of(sizes: Counter[int], pairs: Counter[tuple[str, str]]) -> Copies:
    table: dict[str, dict[str, int]] = {}
    for (source, owner), n in pairs.items():
        table.setdefault(source, {})[owner] = n
    ordered = {source: {owner: kept[owner] for owner in sorted(kept)} for source, kept in table.items()}
    return Copies(sizes={f"{size + 1}": n for size, n in Counter(sizes.values()).items()}, pairs=ordered)


def _led(out: Path, manifest: Manifest) -> Iterator[Led]:
    for written in manifest.outputs.rejects:
        with opened(out, written.path) as file:
            for batch in file.iter_batches(BATCH_ROWS, columns=["stage", "source_id", "duplicate_of"]):
                parsed = parse_ids(batch["duplicate_of"])
                rows = pa.array(parsed.rows)
                columns = [batch[name].take(rows).to_pylist() for name in ("stage", "source_id")]
                if any(None in column for column in columns):
                    fact = "a copy in the file has no stage or no source"
                    raise StorageError(fact, where=str(out / written.path), hint=HINT)
                yield Led(parsed.pairs, *map(tuple, columns))


def _owners(out: Path, manifest: Manifest, wanted: Pairs) -> list[str]:
    """Return the source of each record wanted, `unknown` where no file has it. `wanted` is sorted and unique."""
    names: list[str] = [UNKNOWN] * len(wanted)
    for written in (*manifest.outputs.shards, *manifest.outputs.rejects):
        with opened(out, written.path) as file:
            for batch in file.iter_batches(BATCH_ROWS, columns=["id", "source_id"]):
                parsed = parse_ids(batch["id"])
                found = found_in(wanted, parsed.pairs)
                here = np.flatnonzero(found != NOWHERE)
                for place, row in zip(found[here].tolist(), parsed.rows[here].tolist(), strict=True):
                    names[place] = str(batch["source_id"][row])
    return names
