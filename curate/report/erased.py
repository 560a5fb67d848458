"""Word what an erasure came to, and the versions of an output, for a terminal."""

import textwrap
from collections.abc import Iterator

from curate.lineage.erase import Erased, Gone
from curate.lineage.erase_copies import Copy
from curate.lineage.erasures import Version
from curate.lineage.history import History

LISTED = 20
"""So many records of one kind are named; --json has all."""
WIDTH = 96
WAYS = {
    "raw": "by their raw text, in any file",
    "key": "by the key that their source names them by",
    "final": "only by their text as stages had edited it: `docs/erase.md` says what to do",
    "unknown": "not at all: purge them from the raw files",
}


def page(said: Erased, *, trial: bool) -> Iterator[str]:
    """Say what is gone, what is like it, what later runs know, and what is left to do."""
    if not said.records:
        before = f"; {said.before:,} of what was asked for had been erased before" if said.before else ""
        yield f"nothing was erased: no record of {said.out} is what was asked for{before}. Nothing has changed."
        yield from listed("not found", said.missing)
        return
    count = len(said.records)
    yield f"{'would erase' if trial else 'erased'} {count:,} {'record' if count == 1 else 'records'}"
    yield from listed("", [where(one) for one in said.records])
    yield from listed("not found", said.missing)
    kept = sum(copy.kept for copy in said.copies)
    if said.copies:
        yield f"copies elsewhere in the input: {len(said.copies):,}; still in the output: {kept:,}"
        yield from listed(
            "",
            [f"{where(copy)}  {copy.relation}{', still in the output' if copy.kept else ''}" for copy in said.copies],
        )
    if said.erasure is not None:
        yield from published(said)
    yield "this does not reach:"
    for line in said.cannot:
        yield textwrap.fill(line, WIDTH, initial_indent="  - ", subsequent_indent="    ")


def published(said: Erased) -> Iterator[str]:
    """Say what was written and what went."""
    if said.erasure is None:
        return
    for file in said.erasure.files:
        left = file.rows - file.erased
        yield f"{'rewritten' if left else 'taken away'}: {file.path}, {left:,} of {file.rows:,} rows left"
    yield "all other files of records are the same, byte for byte"
    if said.suppression is not None:
        list_ = said.suppression
        size = f"{list_.added:,} digests added, {list_.total:,} in all, key {list_.key_id}"
        yield f"suppression list: {list_.file}, {size}"
    for name, way in WAYS.items():
        count = getattr(said.reach, name)
        if count:
            yield f"  later runs know {count:,} {way}"
    yield f"old version: {'removed' if said.old is None else f'kept in {said.old}'}"
    if said.work:
        yield "work folder: emptied; the next run reads everything again"
    if said.attached:
        yield from listed("went with the old version; sign and review again", said.attached)
    yield f"manifest: {said.manifest_sha256}\nbefore:   {said.previous_sha256}"


def listed(title: str, lines: "tuple[str, ...] | list[str]") -> Iterator[str]:
    """List the first of many lines under a title."""
    if lines and title:
        yield f"{title}:"
    yield from (f"  {line}" for line in lines[:LISTED])
    if len(lines) > LISTED:
        yield f"  and {len(lines) - LISTED:,} more: --json names them"


def where(one: Gone | Copy) -> str:
    """Say where a record stands in the raw data, and where it stood in the output."""
    place = f"{one.source_id}:{one.source_uri} @{one.source_offset}+{one.source_length}"
    return f"{one.id}  {place}  {one.file} row {one.file_row}"


def counted(count: int, what: str) -> str:
    """Word a number of things."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def chain(said: History) -> Iterator[str]:
    """Say what versions there were, and what is wrong with their chain; former outputs first."""
    for old in said.former:
        for one in old.versions:
            yield from version(one)
        yield "replaced by a run, which kept this and the tombstones:"
    for one in said.versions:
        yield from version(one)
    yield from (f"broken: {fault}" for fault in said.faults)
    yield f"{counted(len(said.versions), 'version')}, {'the chain is broken' if said.faults else 'the chain holds'}"


def version(one: Version) -> Iterator[str]:
    """Say what a version held, and what was erased to make it."""
    yield f"{one.number}  {one.manifest_sha256}  {counted(one.rows, 'row')} in {counted(one.shards, 'shard')}"
    if one.basis is not None:
        took = f"{counted(one.records, 'record')} and {counted(one.rejected, 'ledger row')}"
        yield f"   {one.at}  erased {took}  basis {one.basis}  ticket {one.ticket}"
        yield f"   files: {', '.join(one.touched[:LISTED])}{' ...' if len(one.touched) > LISTED else ''}"
    if not one.quotes:
        yield "   what its manifest quoted of texts was taken out of the kept copy"
