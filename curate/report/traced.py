"""Word what a trace found: a record's way through the stages, or what became of a file's records."""

from collections.abc import Iterator

from pydantic import JsonValue

from curate.lineage.cards import NOTHING, declared
from curate.lineage.manifest import SourceCard
from curate.lineage.passage import Answer, Effect, Passage
from curate.report.explained import SHORT_ID, labelled, place_of, reason_of, record_rows
from curate.report.sidebyside import Row, Sheet

ASKED = {"id": "id", "text": "text, sha256", "uri": "file"}
MOST_MEASURED = 6
"""So many measurements of a stage are shown; `--json` has all."""
MOST_UNKNOWN = 8
"""So many names of what a card does not declare are shown."""


def page(said: Answer, sheet: Sheet) -> Iterator[Row]:
    """Yield the rows of an answer."""
    for one in said.passages:
        yield from passage_rows(one, sheet)
        yield []
    if said.by == "uri":
        yield from file_rows(said, sheet)
    yield from labelled("asked for", f"{ASKED[said.by]} {said.asked}", sheet)
    more = f", {len(said.passages):,} of them above" if 0 < len(said.passages) < said.found else ""
    gone = said.fates.get("erased", 0)
    absent = f"none; {records_of(gone)} {'was' if gone == 1 else 'were'} erased" if gone else "not found"
    found = f"{records_of(said.found)}{more}" if said.found else absent
    yield from labelled("found", found, sheet, "head")
    if said.erased is not None:
        yield from labelled("erased", said.erased.sentence, sheet)
    for place, line in enumerate(said.since.sentences if said.since is not None else ()):
        yield from labelled("" if place else "erased", line, sheet)
    seen = said.searched
    looked = f"{seen.rows:,} rows of {seen.shards:,} {'shard' if seen.shards == 1 else 'shards'}"
    looked += "" if said.by == "text" else f" and {seen.ledger_rows:,} rows of the ledger"
    yield from labelled("searched", f"{looked}; manifest {said.manifest_sha256}", sheet)
    for place, limit in enumerate(said.cannot):
        yield from labelled("" if place else "not sought", limit, sheet)


def passage_rows(said: Passage, sheet: Sheet) -> Iterator[Row]:
    """Yield where a record came from, its source, what each stage did, and where it is."""
    yield from record_rows("record", said.record, sheet)
    if said.source is not None:
        yield from labelled("source", card(said.source), sheet)
    if said.input is not None:
        yield from labelled("raw file", f"{said.input.bytes:,} bytes, sha256 {said.input.sha256}", sheet)
    for place, one in enumerate(said.effects):
        yield from labelled("" if place else "stages", f"{one.index} {one.stage}: {effect(one)}", sheet)
    if said.pii:
        yield from labelled("replaced", ", ".join(f"{kind} {count:,}" for kind, count in said.pii.items()), sheet)


def card(said: SourceCard) -> str:
    """Word the card of a source; what nobody declared is named as unknown."""
    every = {name: value for name, value in declared(said).items() if not implied(name, value, said)}
    known = [f"{name} {value}" for name, value in every.items() if value not in NOTHING]
    unknown = [name for name, value in every.items() if value in NOTHING]
    more = f" and {len(unknown) - MOST_UNKNOWN:,} more" if len(unknown) > MOST_UNKNOWN else ""
    words = [f"unknown: {', '.join(unknown[:MOST_UNKNOWN])}{more}"] if unknown else []
    return "; ".join((said.id, said.format, *known, *words))


def implied(name: str, value: JsonValue, said: SourceCard) -> bool:
    """Tell whether a card says this though nobody declared anything by it."""
    unclassified = said.registry.classification.level in NOTHING
    return (name == "blacklisted" and value is False) or (name == "classification.scheme" and unclassified)


def effect(said: Effect) -> str:
    """Word what a stage did."""
    parts: list[str] = [said.fate]
    if said.rejected is not None:
        copy = f", copy of {said.rejected.duplicate_of}" if said.rejected.duplicate_of else ""
        parts = [f"rejected by {reason_of(said.rejected)}{copy}"]
    if said.edited:
        parts.append("changed the text")
    if unsaid := [verb for verb, what in (("changed", said.edited), ("tagged", said.tags)) if what is None]:
        parts.append(f"not on record whether it {' or '.join(unsaid)} it")
    if said.tags:
        parts.append(f"tagged {', '.join(said.tags)}")
    if said.measured:
        few = [f"{name} {value:.6g}" if isinstance(value, float) else f"{name} {value}" for name, value in
               list(said.measured.items())[:MOST_MEASURED]]  # fmt: skip
        more = f" and {len(said.measured) - len(few):,} more" if len(said.measured) > len(few) else ""
        parts.append(f"measured {', '.join(few)}{more}")
    return "; ".join(parts)


def records_of(count: int) -> str:
    """Word a number of records."""
    return f"{count:,} {'record' if count == 1 else 'records'}"


def file_rows(said: Answer, sheet: Sheet) -> Iterator[Row]:
    """Yield what is known of a file, and what became of its records."""
    for file in said.inputs:
        fact = f"{file.source_id}: {file.uri}, {file.bytes:,} bytes, {records_of(file.records)}, sha256 {file.sha256}"
        yield from labelled("raw file", fact, sheet, "head")
    for place, (fate, count) in enumerate(said.fates.items()):
        yield from labelled("" if place else "became", f"{count:,} {fate}", sheet)
    for one in said.records:
        rejected = one.rejected
        fate = f"kept in {one.file}, row {one.file_row:,}" if rejected is None else reason_of(rejected)
        copy = f", copy of {rejected.duplicate_of[:SHORT_ID]}" if rejected and rejected.duplicate_of else ""
        yield from labelled("", f"{one.id}  {place_of(one)}  {fate}{copy}", sheet)
    if 0 < len(said.records) < said.found:
        yield from labelled("", f"the first {len(said.records):,} of {said.found:,}; -n lists more", sheet)
