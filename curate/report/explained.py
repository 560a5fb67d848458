"""Word what became of a record: where it was, where it is, by which rule, and for which record."""

from collections.abc import Collection, Iterator, Sequence

from curate.lineage.explain import Cluster, Copies, Explanation, Record, Rejected, Side, Tagged, Tombstone
from curate.report.difference import lines_of
from curate.report.sidebyside import Row, Run, Sheet, Style, broken, heads, side_by_side

LABEL = 12
"""Cells of the words at the left."""
SHORT_ID = 12
MOST_TEXT = 1_200
"""Characters that are shown of a text that stands alone: of a longer one, its beginning and its end."""
CROSSES = {"<": "is below", "<=": "is at most", ">": "is above", ">=": "is at least", "==": "is"}


def page(said: Explanation, sheet: Sheet) -> Iterator[Row]:
    """Yield the rows of an explanation, with the texts where it has some."""
    yield from record_rows("record", said.record, sheet)
    if said.record.kept is not None:
        yield from kept_rows(said, sheet)
    for place, one in enumerate(said.instead):
        yield []
        yield from record_rows("in favour of" if not place else "and that of", one, sheet)
    yield from ending(said, sheet)
    for tagged in said.tagged:
        yield from tagged_rows(tagged, sheet)
    if said.copies.rejected or said.copies.tagged:
        yield from copy_rows(said.copies, sheet)
    if said.cluster is not None:
        keepers = (tagged.record for tagged in said.tagged if tagged.record is not None)
        above = {one.id for one in (said.record, *said.instead, *keepers, *said.copies.listed)}
        yield from cluster_rows(said.cluster, above, sheet)
    if said.sides:
        yield from text_rows(said, sheet)


def labelled(label: str, text: str, sheet: Sheet, style: Style = "plain") -> Iterator[Row]:
    """Yield a text beside its label, broken at the width of the terminal."""
    for number, line in enumerate(broken(text, max(sheet.width - LABEL - 1, LABEL))):
        yield [Run(f"{'' if number else label:{LABEL}} ", "faint"), Run(line.rstrip(), style)]


def record_rows(label: str, record: Record, sheet: Sheet) -> Iterator[Row]:
    """Yield a record's id and fate, its raw place, and where it is now or why it was left out."""
    fate = "kept" if record.rejected is None else "left out"
    yield from labelled(label, f"{record.id}  {fate}", sheet, "head")
    yield from labelled("from", place_of(record), sheet)
    if record.rejected is None:
        yield from labelled("now in", f"{record.file}, row {record.file_row:,}", sheet)
    else:
        yield from labelled("because", reason_of(record.rejected), sheet)


def place_of(record: Record) -> str:
    """Word where a record stands in the raw data."""
    start, length = record.source_offset or 0, record.source_length or 0
    where = f"{record.source_id}: {record.source_uri}, row {record.source_row}"
    if record.unit == "records":
        return where
    if record.unit == "bytes":
        return f"{where}, bytes {start:,} to {start + length:,}"
    return f"{where} (of an earlier output's raw data)"


def reason_of(said: Rejected) -> str:
    """Word a rejection as a sentence."""
    stage = "" if said.rule.startswith(f"{said.stage}:") else f" (stage {said.stage})"
    if said.metric is None or said.value is None or said.threshold is None:
        return f"{said.rule}{stage}"
    crosses = CROSSES.get(said.operator or "", said.operator)
    return f"{said.rule}{stage}: {said.metric} {said.value:.6g} {crosses} the threshold {said.threshold:g}"


def kept_rows(said: Explanation, sheet: Sheet) -> Iterator[Row]:
    """Yield what stages noted on a kept record."""
    kept = said.record.kept
    if kept is None:
        return
    yield from labelled("language", kept.language or "not determined", sheet)
    yield from labelled("tags", ", ".join(kept.tags) or "none", sheet)
    yield from labelled("edited by", ", ".join(kept.ops) or "no stage", sheet)


def ending(said: Explanation, sheet: Sheet) -> Iterator[Row]:
    """Yield what has to be said where nothing stands for the record in the end."""
    if said.lost is not None:
        yield []
        label = "and that of" if said.instead else "in favour of"
        yield from labelled(label, f"{said.lost}, {absence(said.erased)}", sheet)
    elif said.instead and said.instead[-1].rejected is not None:
        yield []
        yield from labelled("in the end", "nothing that stands for it is in the output", sheet, "gone")


def absence(stone: Tombstone | None) -> str:
    """Say why a record that another one names is not there."""
    if stone is None:
        return "which this output does not have: run `curate verify`"
    return f"which was erased at {stone.at}: basis {stone.basis}, ticket {stone.ticket}"


def tagged_rows(tagged: Tagged, sheet: Sheet) -> Iterator[Row]:
    """Yield the record that stands for one that was tagged."""
    reach = f" (threshold {tagged.threshold:g})" if tagged.threshold is not None else ""
    yield []
    yield from labelled("tagged", f"{tagged.stage} found it to be a duplicate{reach} and left it in", sheet)
    if tagged.record is None:
        yield from labelled("of", f"{tagged.keeper}, {absence(tagged.erased)}", sheet)
    else:
        yield from record_rows("of", tagged.record, sheet)


def copy_rows(copies: Copies, sheet: Sheet) -> Iterator[Row]:
    """Yield how many records it stands for, and the first of them."""
    parts = [
        f"{count:,} {'record was' if count == 1 else 'records were'} {what}"
        for count, what in ((copies.rejected, "left out in its favour"), (copies.tagged, "tagged as its duplicates"))
        if count
    ]
    total = copies.rejected + copies.tagged
    which = "first" if copies.tagged else "least similar"  # nothing says how similar a tagged one is
    more = f"; the {len(copies.listed):,} {which}" if len(copies.listed) < total else ""
    yield []
    yield from labelled("stands for", f"{' and '.join(parts)}{more}", sheet, "head")
    yield from listed(copies.listed, sheet)


def cluster_rows(cluster: Cluster, above: Collection[str], sheet: Sheet) -> Iterator[Row]:
    """Yield how large its cluster is, and its first members, unless all of them stand above."""
    total = cluster.kept + cluster.rejected
    known = len(cluster.listed) == total and all(one.id in above for one in cluster.listed)
    more = "; all of them above" if known else f"; the first {len(cluster.listed):,}"
    counts = f"{total:,} {'record' if total == 1 else 'records'}, {cluster.kept:,} kept, {cluster.rejected:,} left out"
    counts += more if known or len(cluster.listed) < total else ""
    yield []
    yield from labelled("cluster", f"{cluster.id[:SHORT_ID]}: {counts}", sheet, "head")
    if not known:
        yield from listed(cluster.listed, sheet)


def listed(records: Sequence[Record], sheet: Sheet) -> Iterator[Row]:
    """Yield a line a record."""
    for one in records:
        fate = "kept" if one.rejected is None else one.rejected.rule
        jaccard = one.rejected.value if one.rejected is not None and one.rejected.metric == "jaccard" else None
        value = "" if jaccard is None else f" {jaccard:.4f}"
        where = f"{one.source_id}: {one.source_uri}, row {one.source_row}"
        yield from labelled("", f"{one.id[:SHORT_ID]}  {fate}{value}  {where}", sheet)


def text_rows(said: Explanation, sheet: Sheet) -> Iterator[Row]:
    """Yield the texts: two side by side, or the one that there is; and why there is none."""
    yield []
    there = [side for side in said.sides if side.text is not None]
    for why in dict.fromkeys(side.why for side in said.sides if side.why is not None):
        mine = [side for side in said.sides if side.why == why]
        instead = "; the text of its shard is shown" if any(side.text is not None for side in mine) else ""
        yield from labelled(
            "not read", f"{', '.join(side.id[:SHORT_ID] for side in mine)}: {why}{instead}", sheet, "gone"
        )
    if len(there) > 1:
        yield from both(said, there[0], there[1], sheet)
    for side in there if len(there) == 1 else ():
        yield from labelled("text", f"{side.id[:SHORT_ID]}, {origin(side)}; personal data is masked", sheet, "head")
        for line in cut(side.text or "").splitlines():
            yield from ([Run(row)] for row in broken(line, sheet.width))


def both(said: Explanation, one: Side, two: Side, sheet: Sheet) -> Iterator[Row]:
    """Yield two texts side by side."""
    jaccard = f", Jaccard index {said.jaccard:.4f} as the stage saw them" if said.jaccard is not None else ""
    yield from labelled("texts", f"side by side{jaccard}; personal data is masked", sheet, "head")
    stands = said.instead or any(tagged.record for tagged in said.tagged)
    names = ("this record", "what stands for it" if stands else "the first copy listed")
    left, right = (
        [name, f"{side.id[:SHORT_ID]}, {origin(side)}"] for name, side in zip(names, (one, two), strict=True)
    )
    yield from heads(left, right, sheet)
    if one.text == two.text:
        yield [Run(f"both are the same, {len(one.text or ''):,} characters:", "faint")]
    elif lines_of(one.text or "") == lines_of(two.text or ""):
        yield [Run("they differ in line ends only:", "faint")]
    yield from side_by_side(one.text or "", two.text or "", sheet)


def origin(side: Side) -> str:
    """Word where a text was read."""
    return "as its raw file has it" if side.read == "raw" else "as its shard has it"


def cut(text: str) -> str:
    """Cut a long text to its beginning and its end."""
    if len(text) <= MOST_TEXT:
        return text
    half = MOST_TEXT // 2
    return f"{text[:half]}\n ... {len(text) - MOST_TEXT:,} characters ...\n{text[-half:]}"
