"""Word how two outputs differ, line by line."""

import json
from collections.abc import Iterator, Sequence

from curate.lineage.diff import Counts, Diff, Group, Pair
from curate.lineage.explain import Record
from curate.lineage.settings import Change, Files
from curate.report.explained import reason_of

COLUMNS = ("kept_a", "kept_b", "lost", "gained", "changed", "moved", "retagged")
HEADS = ("source", "kept A", "kept B", "lost", "gained", "changed", "moved", "retagged")
LONGEST = 60
"""Characters that are shown of a value."""
FILES = {"only_a": "only A read", "only_b": "only B read", "changed": "with another content in B"}


def page(said: Diff) -> Iterator[str]:
    """Yield the lines of a comparison."""
    for side, one in (("A", said.a), ("B", said.b)):
        yield f"{side}  {one.name}: {one.kept:,} kept, {one.rejected:,} left out; manifest {one.manifest_sha256[:12]}"
    for title, some in (
        ("settings", said.settings),
        ("versions", said.versions),
        ("sources", said.sources),
        ("treatment of personal data", said.personal.handling),
        ("personal data, worse in B", said.personal.worse),
    ):
        yield from change_lines(title, some)
    yield from input_lines(said)
    yield from value_lines(said)
    yield ""
    yield from table(said)
    for group in said.groups:
        yield ""
        yield from group_lines(group)
    if not said.groups:
        yield "the same records in both, with the same texts, splits and tags"


def change_lines(title: str, some: Sequence[Change]) -> Iterator[str]:
    """Yield what differs under a title, nothing where nothing does."""
    if some:
        yield ""
        yield f"{title}: {differences(len(some))}"
    for one in some:
        a, b = ("(absent)" if one.only == other else shown(value) for value, other in ((one.a, "b"), (one.b, "a")))
        yield f"  {one.path}: {a} -> {b}"


def differences(count: int) -> str:
    """Count differences in words."""
    return f"{count:,} {'difference' if count == 1 else 'differences'}"


def shown(value: object) -> str:
    """Spell a value in one short line."""
    said = json.dumps(value, ensure_ascii=False)
    return said if len(said) <= LONGEST else f"{said[: LONGEST - 4]} ..."


def input_lines(said: Diff) -> Iterator[str]:
    """Yield the raw files that differ."""
    files: dict[str, Files] = {name: getattr(said.inputs, name) for name in FILES}
    if said.inputs.count:
        yield ""
        yield f"raw files: {differences(said.inputs.count)}"
    for name, some in files.items():
        if some.count:
            more = ", ..." if some.count > len(some.first) else ""
            yield f"  {some.count:,} {FILES[name]}: {', '.join(some.first)}{more}"
    if said.inputs.renamed:
        yield f"  {said.inputs.renamed:,} of them only have another name, which gives their records other ids"


def value_lines(said: Diff) -> Iterator[str]:
    """Yield the counts of personal data that differ."""
    if said.personal.values:
        yield ""
        yield "values of personal data (found / replaced / tagged / allowed):"
    for one in said.personal.values:
        a, b = (f"{x.found:,} / {x.replaced:,} / {x.tagged:,} / {x.allowed:,}" for x in (one.a, one.b))
        yield f"  {one.stage} {one.type}: {a} -> {b}"


def table(said: Diff) -> Iterator[str]:
    """Yield the counts by source."""
    lines = [HEADS, *(cells(name, counts) for name, counts in said.by_source.items()), cells("all", said.counts)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(HEADS))]
    for line in lines:
        first, *rest = (f"{cell:{'>' if place else '<'}{widths[place]}}" for place, cell in enumerate(line))
        yield "  ".join((first, *rest))


def cells(name: str, counts: Counts) -> tuple[str, ...]:
    """Spell one line of the table."""
    return (name, *(f"{getattr(counts, column):,}" for column in COLUMNS))


def group_lines(group: Group) -> Iterator[str]:
    """Yield what the records of a group have in common, and the first of them."""
    many = f"{group.records:,} {'record' if group.records == 1 else 'records'}"
    yield f"{group.kind}: {many}, {group.a or absent(group)} -> {group.b or absent(group)}"
    if group.stages:
        yield f"  by {', '.join(group.stages)}; {differs(group)}"
    yield f"  {', '.join(f'{name} {count:,}' for name, count in group.by_source.items())}"
    for pair in group.first:
        yield from pair_lines(pair, group)


def absent(group: Group) -> str:
    """Word what is not there."""
    return "no such tag" if group.kind == "retagged" else "not read"


def differs(group: Group) -> str:
    """Word whether the stages themselves differ."""
    if group.because:
        return f"what differs there: {', '.join(group.because)}"
    return "it has the same settings and version in both, so the difference came to it"


def pair_lines(pair: Pair, group: Group) -> Iterator[str]:
    """Yield where a record came from, and what became of it in both outputs."""
    known = pair.a or pair.b
    yield f"    {pair.id}" + (f"  {known.source_id}: {known.source_uri}, row {known.source_row}" if known else "")
    for side, record, said in (("A", pair.a, group.a), ("B", pair.b, group.b)):
        yield f"      {side}: {fate(record) if record else 'erased' if said == 'erased' else 'not read'}"


def fate(record: Record) -> str:
    """Word what became of a record in one output."""
    if record.rejected is not None:
        copy = f", copy of {record.rejected.duplicate_of}" if record.rejected.duplicate_of else ""
        return f"{reason_of(record.rejected)}{copy}"
    return f"{record.file} row {record.file_row:,}"
