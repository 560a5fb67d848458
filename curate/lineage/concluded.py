"""Hold what stages that see the whole corpus say of it against their settings, their counts and the measurements."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import groupby
from math import isfinite

from pydantic import JsonValue

from curate.lineage.manifest import Manifest, Numbers, Ruled, StageRecord

LARGEST = 10
"""So many of the largest clusters are named."""
LONGEST_SIZE = 18
"""Digits of a number of records that fits into 64 bits."""
QUOTED = 50
"""So many of the units that recur are quoted of each source."""
MOST = 1e18
"""More records than there can be."""
UNITS = ("line", "paragraph")
NEAR, REPEATED, BENCHMARKS, RELEVANCE = "near_duplicates", "repeated_lines", "decontaminate", "relevance"
LENGTH = "length"
WHOLE = 1e-6
"""A share of whole numbers comes as near as that to one."""
FINAL = ("exact_duplicates", "source_gate")
"""Kinds of stages of which each verdict is one finding."""
Said = Mapping[str, JsonValue]


def concluded_faults(manifest: Manifest) -> Iterator[str]:
    """Yield what cannot be, or does not follow from what else the manifest says of the same stage."""
    checks = {NEAR: _cluster_faults, BENCHMARKS: _item_faults, RELEVANCE: _learnt_faults}
    unlearnt = unsettled(manifest)
    for stage in manifest.stages:
        for fault in _unit_faults(stage, unlearnt) if stage.stage == REPEATED else ():
            yield f"{stage.name}: {fault}"
        for fault in checks[stage.stage](stage) if stage.stage in checks else ():
            yield f"{stage.name}: {fault}"
        verdicts, spoken = stage.lineage.get("verdicts"), sum(one.rejected + one.tagged for one in stage.rules.values())
        surplus = _count(verdicts) - spoken + stage.errors
        if stage.stage in FINAL and verdicts is not None and not 0 <= surplus <= unlearnt.total():
            yield f"{stage.name}: {verdicts} verdicts are counted, its rules spoke {spoken} times"


def unsettled(manifest: Manifest) -> Counter[str]:
    """Count, by source, records at which a stage raised an error: others may have learnt of them, or not."""
    counted: Counter[str] = Counter()
    for stage in manifest.stages[1:]:
        counted.update({source: numbers.errors for source, numbers in stage.by_source.items()})
    return counted


def sizes_of(said: JsonValue) -> Counter[int]:
    """Read how many clusters there are of each size; what is no size that fits into 64 bits is left out."""
    pairs = said.items() if isinstance(said, dict) else ()
    return Counter({int(size): _count(n) for size, n in pairs if size.isdecimal() and len(size) <= LONGEST_SIZE})


def _cluster_faults(stage: StageRecord) -> Iterator[str]:
    """Hold clusters against their sizes, pairs against each other, and the largest clusters against the sizes."""
    said = stage.lineage
    if "clusters_by_size" not in said:
        return
    sizes = sizes_of(said["clusters_by_size"])
    if len(sizes) != len(_items(said["clusters_by_size"])):
        yield "it counts clusters of sizes that are none"
    if said.get("clusters") != sizes.total():
        yield f"{said.get('clusters')} clusters are counted, their sizes come to {sizes.total()}"
    named = [one for one in _list(said.get("largest_clusters")) if isinstance(one, dict)]
    ordered = sorted((size for size, n in sizes.items() if n), reverse=True)[:LARGEST]
    largest = [size for size in ordered for _ in range(min(sizes[size], LARGEST))][:LARGEST]
    if "largest_clusters" in said and [one.get("size") for one in named] != largest:
        yield f"its largest clusters are said to be others than {largest}"
    if len({str(one.get("cluster")) for one in named}) != len(named):
        yield "it names one of its largest clusters twice"
    verified, similar = _count(said.get("pairs_verified")), _count(said.get("pairs_similar"))
    if "pairs_proposed" in said:
        again = _count(said.get("pairs_reconsidered"))
        if _count(said["pairs_proposed"]) + again != verified or similar > verified:
            yield "pairs proposed, measured and similar do not come to each other"
        if similar < sum((size - 1) * n for size, n in sizes.items()):
            yield f"{similar} similar pairs do not make such clusters"
    runs, records = _count(said.get("long_runs")), _count(said.get("long_run_records"))
    if (runs == 0) != (records == 0) or records < runs:
        yield f"{records} records in {runs} runs"


def _unit_faults(stage: StageRecord, unlearnt: Mapping[str, int]) -> Iterator[str]:
    """Hold the units that recur against the settings, the records of their source, and what was cut of them."""
    quoted = [one for one in _list(stage.lineage.get("most_frequent")) if isinstance(one, dict)]
    units = stage.lineage.get("units")
    if not isinstance(units, int):
        return
    of_source = {name: list(some) for name, some in groupby(quoted, key=lambda one: str(one.get("source_id")))}
    if len(quoted) > units or sum(map(len, of_source.values())) != len(quoted) or (units > 0 and not quoted):
        yield f"{len(quoted)} units are quoted of {units}"
    for source, some in of_source.items():
        documents = [_count(one.get("documents")) for one in some]
        if len(some) > QUOTED or documents != sorted(documents, reverse=True):
            yield f"the units of {source} are not the most frequent first"
        for one in some:
            yield from _recurring_faults(stage, source, one, unlearnt.get(source, 0))
    for source, numbers in stage.by_source.items():
        if (numbers.edited or numbers.tagged or numbers.counts) and source not in of_source:
            yield f"it found units in {source}, and none recurs there"
        if numbers.edited > sum(numbers.counts.values()) or (numbers.counts and not numbers.edited + numbers.rejected):
            yield f"{numbers.edited} records of {source} were changed, not by what it says that it cut"


def _recurring_faults(stage: StageRecord, source: str, one: Said, unlearnt: int) -> Iterator[str]:
    """Hold one unit against the settings; of `unlearnt` records the stage may not know what they hold."""
    params, documents, share = stage.params, _count(one.get("documents")), _number(one.get("share"))
    if one.get("kind") not in UNITS or _count(one.get("chars")) < 1:
        yield f"a unit of {source} is no line and no paragraph"
    if documents < _number(params.get("min_documents")) or not _number(params.get("share")) <= share <= 1:
        yield f"a unit of {source} that is said to recur does not by the settings"
    records = stage.by_source.get(source, Numbers()).records_in
    total = documents / share if share > documents / MOST else 0.0
    exact = params.get("languages") is None
    if (
        abs(total - round(total)) > WHOLE * max(total, 1)
        or round(total) > records
        or (exact and round(total) < records - unlearnt)
    ):
        yield f"a unit of {source} stands in {documents} records, which is not {share:g} of {records}"


def _item_faults(stage: StageRecord) -> Iterator[str]:
    """Hold the benchmarks against the settings, and what was found of each against how much it has."""
    said, configured = stage.lineage.get("benchmarks"), stage.params.get("benchmarks")
    if not isinstance(said, dict) or not isinstance(configured, dict):
        return
    if said.keys() != configured.keys():
        yield "the benchmarks that it looked for are not those of its settings"
    found: Counter[str] = Counter()
    items: Counter[str] = Counter()
    for name, n in stage.counts.items():
        found[name.partition(":")[0]] += n
        items[name.partition(":")[0]] += 1
    if not items.keys() <= said.keys():
        yield "it counts items of other benchmarks"
    for name, one in said.items():
        has = {key: _count(n) for key, n in one.items()} if isinstance(one, dict) else {}
        if items[name] > has.get("items", 0) - has.get("too_short", 0) or has.get("passages", 0) > has.get(
            "windows", 0
        ):
            yield f"it found {items[name]} items of {name!r}, which has not so many"
        rule = stage.rules.get(f"{stage.name}:{name}")
        spoken = rule.rejected + rule.tagged if rule else 0
        alone = stage.params.get("action") != "reject"  # else a record counts for the first benchmark only
        if spoken > found[name] or (alone and bool(spoken) != bool(found[name])):
            yield f"{spoken} records hold items of {name!r}, {found[name]} are counted"


def _learnt_faults(stage: StageRecord) -> Iterator[str]:
    """Hold the figures of what was learnt against each other."""
    said = stage.lineage
    shares = [_number(said[name]) for name in ("auc", "recall", "passing") if said.get(name) is not None]
    scripts = {name: one for name, one in _items(said.get("scripts")) if isinstance(one, dict)}
    shares += [_number(one[name]) for one in scripts.values() for name in ("recall", "passing") if one.get(name)]
    if not all(0 <= share <= 1 for share in shares):
        yield "one of its shares is none"
    if "threshold" in said and not isfinite(_number(said["threshold"])):
        yield "its threshold is no number"
    for name in ("examples", "stream") if any("judged" in one for one in scripts.values()) else ():
        whole = sum(_count(one.get(name)) for one in scripts.values() if one.get("judged"))
        if name in said and said[name] != whole:
            yield f"{said[name]} of its {name} are counted, its scripts come to {whole}"


def measured_faults(stage: StageRecord, sizes: Counter[int], below: int) -> Iterator[str]:
    """Compare a stage with what was measured.

    That is: `sizes`, how many rows have a cluster of that size, or so many characters; how many have a score below the
    limit.
    """
    if stage.stage == LENGTH:
        yield from _length_faults(stage, sizes)
    if stage.stage == NEAR and "clusters_by_size" in stage.lineage:
        said = sizes_of(stage.lineage["clusters_by_size"])
        rows = {size: size * n for size, n in said.items()}
        if rows != dict(sizes):
            yield f"{stage.name}: by size of their cluster there are {dict(sorted(sizes.items()))} records, not {rows}"
    rule = stage.rules.get(f"{stage.name}:off_topic")
    spoken = rule.rejected + rule.tagged if rule else 0
    if stage.stage == RELEVANCE and spoken > below:
        yield f"{stage.name}: {spoken} records are off the topic, {below} have a score below the threshold"


def _length_faults(stage: StageRecord, chars: Counter[int]) -> Iterator[str]:
    """Find each record that is too short or too long by its measurement among those that the rules found."""
    low, high = _number(stage.params.get("min")), _number(stage.params.get("max"))
    crossing = {
        "too_short": sum(n for size, n in chars.items() if size < low),
        "too_long": sum(n for size, n in chars.items() if size > high),
    }
    for what, n in crossing.items():
        rule = stage.rules.get(f"{stage.name}:{what}", Ruled())
        if rule.rejected + rule.tagged != n:
            yield f"{stage.name}: {n} records are {what} as measured, the rule found {rule.rejected + rule.tagged}"


def _list(said: JsonValue) -> list[JsonValue]:
    return said if isinstance(said, list) else []


def _items(said: JsonValue) -> list[tuple[str, JsonValue]]:
    return list(said.items()) if isinstance(said, dict) else []


def _count(said: JsonValue) -> int:
    """Read a number of things; what is none, as a negative one, is 0."""
    return max(said, 0) if isinstance(said, int) and not isinstance(said, bool) else 0


def _number(said: JsonValue) -> float:
    return float(said) if isinstance(said, int | float) else float("nan")
