"""Hold the manifest's numbers against the counts taken from files, and against each other."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import pairwise

import orjson
from pydantic import JsonValue

from curate.config.registry import STAGES
from curate.lineage.manifest import Account, Manifest, Numbers, StageRecord, reread_sources
from curate.lineage.sight import Sight
from curate.lineage.verification import Finding

READ = "read"
SUMMED = ("records_in", "records_out", "rejected", "tagged", "edited", "errors", "bytes_in", "bytes_out")
OURS = frozenset({*STAGES, READ})
"""Kinds of stages of which the engine counts every edit."""
FATES = ("found", "replaced", "tagged", "allowed")


def check_accounting(manifest: Manifest, sight: Sight) -> Finding:
    """Find every record that was read in a shard, in the ledger or erased: by source, by file where that is known."""
    kept, rejected, erased = sight.kept_by_source, sight.rejected_by_source, sight.erased_by_source
    read: Counter[str] = Counter()
    for file in manifest.inputs:
        read[file.source_id] += file.records
    faults = [
        f"{name or 'no source'}: {read[name]} read, {kept[name]} in shards + {rejected[name]} in the ledger"
        f"{f' + {erased[name]} erased' if erased else ''}"
        for name in sorted({*read, *kept, *rejected, *erased})
        if read[name] != kept[name] + rejected[name] + erased[name]
    ]
    faults += _file_faults(manifest, sight)
    faults += _claims(manifest, sight)
    gone = f" + {erased.total()} erased" if erased else ""
    return Finding(faults, f"{read.total()} = {kept.total()} + {rejected.total()}{gone}")


def _file_faults(manifest: Manifest, sight: Sight) -> Iterator[str]:
    """Count by file, except for records of an earlier output."""
    reread = reread_sources(manifest)
    tiling = sight.tiling
    for number, file in enumerate(manifest.inputs):
        if file.source_id not in reread and tiling.records[number] != file.records:
            yield f"{file.source_id} {file.uri}: {file.records} read, {tiling.records[number]} in shards and ledger"
        if file.compression is None and file.decoded_bytes not in (None, file.bytes):
            yield f"{file.source_id} {file.uri}: {file.bytes} bytes, not packed, give {file.decoded_bytes}"
    for (source, uri), n in sorted(tiling.strangers.items()):
        if source not in reread:
            yield f"{source} {uri}: {n} records of a file that is no input"


def _claims(manifest: Manifest, sight: Sight) -> Iterator[str]:
    """Compare the manifest's own balance with the counts."""
    kept, rejected, said = sight.kept_by_source, sight.rejected_by_source, manifest.accounting
    erased, unwritten = sight.erased_by_source, sight.unwritten_by_source
    for name in sorted({*kept, *rejected, *erased, *said.by_source}):
        account = said.by_source.get(name, Account())
        if (account.written, account.rejected) != (kept[name], rejected[name]):
            claim = f"{account.written} + {account.rejected}"
            yield f"the manifest counts {claim} for {name}, the files {kept[name]} + {rejected[name]}"
        if (account.erased, account.erased_written) != (erased[name], unwritten[name]):
            yield f"the manifest counts {account.erased} erased of {name}, there are {erased[name]} tombstones"
    if (said.written, said.rejected) != (kept.total(), rejected.total()):
        yield f"the manifest counts {said.written} written and {said.rejected} rejected"
    if (said.erased, said.erased_written) != (erased.total(), unwritten.total()):
        yield f"the manifest counts {said.erased} erased, {said.erased_written} of them from shards"
    for name, account in {"the run": said, **said.by_source}.items():
        if account.records != account.written + account.rejected + account.erased:
            parts = f"{account.written} + {account.rejected} + {account.erased}"
            yield f"the manifest's balance of {name} is {account.records} = {parts}"


def check_stages(manifest: Manifest) -> Finding:
    """Hold the chain of stages: in = out + rejected, and what leaves a stage enters the next, in all and by source."""
    faults = [*_chain_faults(manifest), *_settings_faults(manifest)]
    for place, stage in enumerate(manifest.stages):
        if stage.index != place:
            faults.append(f"stage {place} is numbered {stage.index}")
        faults += _number_faults(stage.name, stage)
        for source, numbers in stage.by_source.items():
            faults += _number_faults(f"{stage.name} ({source})", numbers)
            if stage.stage in OURS:
                faults += _byte_faults(f"{stage.name} ({source})", numbers)
        faults += _sum_faults(stage)
    return Finding(faults, f"{len(manifest.stages)} stages")


def _settings_faults(manifest: Manifest) -> Iterator[str]:
    """Hold settings against the digests that the run took of them."""
    if digest_of_settings(manifest.config.resolved) != manifest.config.sha256:
        yield "the resolved configuration is not the one whose digest stands beside it"
    for stage in manifest.stages:
        if stage.params_sha256 is not None and digest_of_settings(stage.params) != stage.params_sha256:
            yield f"{stage.name}: its settings are not those whose digest stands beside them"


def digest_of_settings(said: Mapping[str, JsonValue]) -> str:
    """Return sha256 of settings as JSON without blanks, with sorted keys."""
    return sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _chain_faults(manifest: Manifest) -> Iterator[str]:
    """Hold both ends of the chain of stages, and its links."""
    stages = manifest.stages
    if not stages or stages[0].name != READ:
        yield f"the first stage is not {READ!r}"
        return
    read = sum(file.records for file in manifest.inputs)
    if stages[0].records_in != read:
        yield f"{stages[0].records_in} go into {READ!r}, the inputs hold {read}"
    yield from _link_faults(stages)
    gone = manifest.accounting.erased_written
    if stages[-1].records_out != manifest.dataset.rows + gone:
        since = f" and {gone} were erased" if gone else ""
        yield f"{stages[-1].records_out} leave the last stage, the set has {manifest.dataset.rows} rows{since}"
    for source, account in manifest.accounting.by_source.items():
        came = stages[0].by_source.get(source, Numbers()).records_in
        left = stages[-1].by_source.get(source, Numbers()).records_out
        if (came, left) != (account.records, account.written + account.erased_written):
            yield f"{source}: {came} enter the first stage and {left} leave the last, not as its balance says"


def _link_faults(stages: Sequence[StageRecord]) -> Iterator[str]:
    """Hold what leaves a stage against what enters the next."""
    for before, after in pairwise(stages):
        if before.records_out != after.records_in:
            yield f"{before.records_out} leave {before.name!r}, {after.records_in} enter {after.name!r}"
        if before.bytes_out != after.bytes_in:
            yield f"{before.bytes_out} bytes leave {before.name!r}, {after.bytes_in} enter {after.name!r}"
        for source in sorted({*before.by_source, *after.by_source}):
            left = before.by_source.get(source, Numbers()).records_out
            entered = after.by_source.get(source, Numbers()).records_in
            if left != entered:
                yield f"{source}: {left} leave {before.name!r}, {entered} enter {after.name!r}"
            went = before.by_source.get(source, Numbers()).bytes_out
            came = after.by_source.get(source, Numbers()).bytes_in
            if went != came:
                yield f"{source}: {went} bytes leave {before.name!r}, {came} enter {after.name!r}"


def _number_faults(name: str, said: Numbers) -> Iterator[str]:
    """Hold one stage's numbers, or its numbers for one source, against each other."""
    if said.records_in != said.records_out + said.rejected:
        yield f"{name}: {said.records_in} in, {said.records_out} out, {said.rejected} rejected"
    ruled = sum(rule.rejected for rule in said.rules.values())
    if ruled != said.rejected:
        yield f"{name}: its rules reject {ruled}, the stage {said.rejected}"
    errors = sum(rule.rejected for rule_name, rule in said.rules.items() if rule_name.startswith("error:"))
    if errors != said.errors:
        yield f"{name}: {said.errors} errors, its rules have {errors}"
    tagged = [rule.tagged for rule in said.rules.values()]
    if not max(tagged, default=0) <= said.tagged <= sum(tagged):
        yield f"{name}: {said.tagged} records tagged, which its rules do not come to"
    if max(said.tagged, said.edited) > said.records_in:
        yield f"{name}: more records tagged or edited than came in"
    for kind, fates in said.personal.items():
        if fates.found != fates.replaced + fates.tagged + fates.allowed:
            parts = f"{fates.replaced} replaced, {fates.tagged} tagged, {fates.allowed} allowed"
            yield f"{name}: {fates.found} {kind} found, {parts}"
        if fates.allowed != sum(fates.reasons.values()):
            yield f"{name}: {fates.allowed} {kind} allowed, not for as many reasons"


def _byte_faults(name: str, said: Numbers) -> Iterator[str]:
    """Find texts that grew or shrank where no record is said to have been edited; a plug-in may edit without a word."""
    lost = said.bytes_in - said.bytes_out
    if not said.edited and (lost < 0 or (lost > 0 and not said.rejected)):
        yield f"{name}: {said.bytes_in} bytes in, {said.bytes_out} out, and no record edited"


def _sum_faults(stage: StageRecord) -> Iterator[str]:
    """Compare a stage's numbers with the sums over its sources."""
    summed: Counter[str] = Counter()
    for numbers in stage.by_source.values():
        summed.update(_flat(numbers))
    whole = _flat(stage)
    for key in sorted({*summed, *whole}):
        if summed[key] != whole[key]:
            yield f"{stage.name}: {key} is {whole[key]}, its sources sum to {summed[key]}"


def _flat(said: Numbers) -> Counter[str]:
    """Spell all numbers of a stage, or of a stage for one source, under one name each."""
    flat = Counter({key: getattr(said, key) for key in SUMMED})
    for rule, ruled in said.rules.items():
        flat[f"{rule} rejected"] = ruled.rejected
        flat[f"{rule} tagged"] = ruled.tagged
    flat.update({f"{kind} counted": n for kind, n in said.counts.items()})
    for kind, fates in said.personal.items():
        flat.update({f"{kind} {fate}": getattr(fates, fate) for fate in FATES})
        flat.update({f"{kind} allowed as {reason}": n for reason, n in fates.reasons.items()})
    return flat


def check_ledger(manifest: Manifest, sight: Sight) -> Finding:
    """Count the ledger by stage, rule and source, and compare with what the stages say that they rejected."""
    counted = sight.ledger
    said: Counter[tuple[str, str, str]] = Counter()
    faults: list[str] = []
    for stage in manifest.stages:
        for source, numbers in stage.by_source.items():
            for rule, ruled in numbers.rules.items():
                said[stage.name, rule, source] += ruled.rejected
        faults += _rule_faults(stage, sight)
    faults += [
        f"{', '.join(why)}: {counted[why]} in the ledger, {said[why]} in the manifest"
        for why in sorted({*counted, *said})
        if counted[why] != said[why]
    ]
    return Finding(faults, f"{counted.total()} rows, {len(counted)} reasons")


def _rule_faults(stage: StageRecord, sight: Sight) -> Iterator[str]:
    """Compare a stage's own table of rules with the ledger."""
    counted: Counter[str] = Counter()
    for (name, rule, _), n in sight.ledger.items():
        if name == stage.name:
            counted[rule] += n
    for rule in sorted({*counted, *stage.rules}):
        said = stage.rules[rule].rejected if rule in stage.rules else 0
        if said != counted[rule]:
            yield f"{stage.name}, {rule}: {counted[rule]} in the ledger, {said} in the manifest"


def check_licenses(manifest: Manifest, sight: Sight) -> Finding:
    """Compare each row's licence with the one that the manifest says its source has.

    Records of an earlier output have any of the licences that the manifest says that output has.
    """
    said = {card.id: {card.license} for card in manifest.sources}
    for card in manifest.sources:
        if card.previous:
            said[card.id] = {name for output in card.previous for name in output.licenses} or said[card.id]
    faults = [
        f"{n} rows of {source or 'no source'} have the licence {name!r}, the manifest says"
        f" {' or '.join(map(repr, sorted(said.get(source, ())))) or 'none'}"
        for (source, name), n in sorted(sight.licenses.items())
        if name not in said.get(source, ())
    ]
    licenses = len({name for _, name in sight.licenses})
    return Finding(faults, "1 licence" if licenses == 1 else f"{licenses} licences")


def check_dataset(manifest: Manifest, sight: Sight) -> Finding:
    """Compare the set's size and its languages with the shards."""
    rows = sum(sight.kept_by_source.values())
    faults = []
    if manifest.dataset.rows != rows:
        faults.append(f"{rows} rows in the shards, {manifest.dataset.rows} in the manifest")
    counted = {code: n for code, n in sorted(sight.languages.items()) if n}
    if counted != {code: n for code, n in manifest.dataset.languages.items() if n}:
        faults.append(f"the shards' languages are {counted}")
    return Finding(faults, f"{rows} rows, {len(counted)} languages")
