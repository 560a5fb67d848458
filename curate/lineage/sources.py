"""Hold sources against what was declared and decided about them: blacklist, gate, and the digests of evidence."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from fnmatch import fnmatchcase
from glob import escape
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import Field, ValidationError

from curate.core.files import digest_of
from curate.core.intervals import interval
from curate.core.register import UNKNOWN
from curate.core.stage import Value
from curate.lineage.manifest import ATTACHED, Count, Manifest, StageRecord
from curate.lineage.sight import DAMAGE, Sight, reason
from curate.lineage.verification import Check, Finding, judged

GATE = "source_gate"
EVIDENCE = f"{ATTACHED}/evidence"
EVIDENCE_TITLE = "documents of the source registry are those that were digested"
DIGITS = 6
"""To which the gate rounds its bounds."""


class Judged(Value):
    """What a gate says of one source."""

    records: int = Field(ge=1)
    bad: Count
    share: float
    lower: float
    upper: float
    blocked: bool


class Gate(Value):
    """What the manifest says of the verdicts of a `source_gate`."""

    limit: float
    by: Literal["share", "lower", "upper"]
    confidence: float
    rules: tuple[str, ...]
    sources: dict[str, Judged]
    verdicts: Count


def check_sources(out: Path, manifest: Manifest, sight: Sight) -> Finding:
    """Find no source in the output that is blacklisted or that its gate blocked, and take the gate's figures anew."""
    faults = [
        f"{card.id} is blacklisted, and the output has {sight.kept_by_source[card.id]} rows of it"
        for card in manifest.sources
        if card.registry.blacklisted
    ]
    gates = [stage for stage in manifest.stages if stage.stage == GATE]
    for gate in gates:
        faults += _gate_faults(out, manifest, gate, sight)
    bare = [card.id for card in manifest.sources if UNKNOWN in (card.license, card.lawful_basis)]
    said = f", {len(bare)} without licence or lawful basis" if bare else ""
    return Finding(faults, f"{len(manifest.sources)} sources, {len(gates)} gates{said}")


def _gate_faults(out: Path, manifest: Manifest, gate: StageRecord, sight: Sight) -> Iterator[str]:
    """Hold a gate's verdict on each source against its figures, its limit, the ledger and the tags of the rows."""
    try:
        said = Gate.model_validate(gate.lineage)
        later = {stage.name for stage in manifest.stages if stage.index > gate.index}
        bad = _tagged(out, manifest, said.rules, later)
    except ValidationError:
        yield f"{gate.name}: what the manifest says of its verdicts is not what a gate says"
        return
    except DAMAGE as wrong:
        yield f"{gate.name}: a shard {reason(wrong)}"
        return
    rejects, whole = gate.params.get("action") != "tag", gate.params.get("languages") is None
    for name, one in said.sources.items():
        lower, upper = (round(bound, DIGITS) for bound in interval(one.bad, one.records))
        figures = ((one.share, one.bad / one.records), (one.lower, lower), (one.upper, upper))
        if any(abs(told - taken) > 10**-DIGITS for told, taken in figures):
            yield f"{gate.name}: {name}: its share and bounds are not those of {one.bad} in {one.records}"
        held = {"share": one.share, "lower": one.lower, "upper": one.upper}[said.by]
        if (held > said.limit) != one.blocked:
            yield f"{gate.name}: {name} has {held} against the limit {said.limit}, the verdict says otherwise"
        left = sum(n for (stage, _, source), n in sight.ledger.items() if (stage, source) == (gate.name, name))
        if left > (one.records if one.blocked and rejects else 0):
            yield f"{gate.name}: {name}: {left} of {one.records} records in the ledger, blocked: {one.blocked}"
        if one.blocked and rejects and whole and sight.kept_by_source[name]:
            yield f"{gate.name}: {name} is blocked, and the output has {sight.kept_by_source[name]} rows of it"
        if bad[name] > one.bad:
            yield f"{gate.name}: {bad[name]} rows of {name} bear the tags that it counts, it counted {one.bad}"


def _tagged(out: Path, manifest: Manifest, rules: Sequence[str], later: Collection[str]) -> Counter[str]:
    """Count, by source, the rows of the shards with a tag that a rule names and that no later stage gave."""
    found: Counter[str] = Counter()
    for shard in manifest.outputs.shards:
        with pq.ParquetFile(out / shard.path, page_checksum_verification=True) as file:
            for batch in file.iter_batches(columns=["source_id", "tags"]):
                tags = pc.list_flatten(batch["tags"])
                given = [tag for tag in pc.unique(tags).to_pylist() if tag.partition(":")[0] not in later]
                chosen = [tag for tag in given if any(fnmatchcase(tag, rule) for rule in rules)]
                hits = pc.is_in(tags, pa.array(chosen, pa.string()))
                rows = pc.unique(pc.list_parent_indices(batch["tags"]).filter(hits))
                for line in pc.value_counts(batch["source_id"].take(rows)).to_pylist():
                    found[line["values"]] += line["counts"]
    return found


def check_evidence(out: Path, manifest: Manifest, folder: Path | None) -> Check:
    """Digest every document again that the registry names and that is at hand, in a folder or anywhere below it.

    The manifest has bare names, which two documents may share: one of that name has to have the digest. One that is
    named without a digest, or whose digest is another one, is a fault. One that nobody has brought makes the check
    impossible, which is excused where no folder was named.
    """
    named = [(card.id, one) for card in manifest.sources for one in card.registry.evidence if one.file is not None]
    folders = [place for place in (folder, out / EVIDENCE) if place is not None]
    faults, lost = [], []
    for source, one in named:
        name = Path(str(one.file)).name
        if one.sha256 is None:
            faults.append(f"{source}: {name} has no digest")
            continue
        try:
            paths = [path for place in folders for path in sorted(place.rglob(escape(name))) if path.is_file()]
            if not paths:
                lost.append(f"{source}: {name}")
            elif one.sha256 not in map(digest_of, paths):
                faults.append(f"{source}: {name} is not the document that was digested")
        except OSError as wrong:
            lost.append(f"{source}: {name} ({wrong.strerror})")
    if lost and not faults:
        detail = judged("evidence", EVIDENCE_TITLE, lost, "").detail
        return Check("evidence", EVIDENCE_TITLE, "unchecked", f"not at hand: {detail}", excused=folder is None)
    return judged("evidence", EVIDENCE_TITLE, faults, f"{len(named)} documents")
