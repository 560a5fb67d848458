"""Put texts beside an explanation: read again at their raw places, else from the shard, personal data masked."""

from pathlib import Path

from curate.core.errors import CurateError
from curate.engine.reread import Again, Place, Raw, Reader
from curate.lineage.explain import Explanation, Record, Side, text_in_shard
from curate.stages.pii import WITHHELD, mask


def with_sides(out: Path, explained: Explanation, raw: Raw | None = None, uri_key: bytes | None = None) -> Explanation:
    """Return the explanation with the texts of its record and of the one that it is compared with.

    A kept record whose raw file is away, has changed or is not asked for has the text of its shard. Nothing that is
    wrong with raw files raises: the side says it.
    """
    records = [record for record in (explained.record, explained.other) if record is not None]
    alone = explained.other is None and explained.record.kept is not None
    again = [Again()] if alone else read_again(Reader(out, uri_key, raw), records)
    sides = tuple(side(out, record, read) for record, read in zip(records, again, strict=True))
    return explained.model_copy(update={"sides": sides})


def read_again(reader: Reader, records: list[Record]) -> list[Again]:
    """Read records at their raw places, those of a source together; what stops one source does not stop another."""
    found: dict[str, Again] = {}
    for source in dict.fromkeys(record.source_id for record in records):
        mine = [record for record in records if record.source_id == source]
        places = [Place(one.id, source, one.source_uri, one.source_offset or 0, one.source_length or 0) for one in mine]
        try:
            read = reader.texts_at(places)
        except CurateError as lost:
            read = [Again(why=f"{lost.where}: {lost.message}" if lost.where else lost.message)] * len(mine)
        found |= {record.id: again for record, again in zip(mine, read, strict=True)}
    return [found[record.id] for record in records]


def side(out: Path, record: Record, again: Again) -> Side:
    """Choose and mask the text of one record."""
    if again.text is None and record.kept is not None:
        return masked(Side(id=record.id, text=text_in_shard(out, record), read="shard", why=again.why))
    return masked(Side(id=record.id, text=again.text, read="raw" if again.text is not None else None, why=again.why))


def masked(side: Side) -> Side:
    """Replace personal data; a text that is too much work to search is not shown."""
    text = mask(side.text) if side.text is not None else None
    if text == WITHHELD:
        return side.model_copy(update={"text": None, "why": "it is too much work to search for personal data"})
    return side.model_copy(update={"text": text})
