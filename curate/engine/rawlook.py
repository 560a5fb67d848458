"""What a raw file looks like from its first megabytes: format, encoding, delimiter, and a sample of its records."""

import csv
import json
import re
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import PurePosixPath
from typing import NamedTuple

import pyarrow as pa

from curate.core.bytes import Stream
from curate.core.encoding import detected
from curate.core.source import FileStat

HEAD_BYTES = 4 << 20
"""How much of a file is looked at, unpacked."""
TREE_BYTES = 64 << 20
"""The same for one JSON object, which cannot be read in part."""
TEXT_CHARACTERS = 20_000
"""How much of a file that is one text is measured."""
RECORDS = 200
"""How many records of a file are looked at."""
LINES = {".jsonl", ".ndjson"}
PACKED = {".gz", ".bz2", ".xz", ".zst"}
SEPARATED = {".csv": ",", ".tsv": "\t", ".tab": "\t", ".psv": "|"}
DELIMITERS = ",\t;|"
SIGNED = (b"%PDF", b"{\\rtf", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"\xd0\xcf\x11\xe0")
"""How documents and pictures begin that may look like text further on."""
CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
GAP = re.compile(r"[\s,]*")
NUMBER = re.compile(r"[+-]?[\d.,:/ -]+")
MOST_CONTROLS = 0.01
"""Share of control characters above which a file is no text."""
HEADER_LENGTH = 60
MANY = 3
"""An object of so many objects of one form is a collection."""
MOST = 0.8
"""Share of a collection's items that have its form: the others are faults of records."""
DEPTH = 4
"""How deep within an object its records are looked for."""
RECORDS_SHARE = 0.8
"""Share of a JSON object's characters that a list has where the list holds the records and the rest is about them."""

Record = Mapping[str, object]


class Look(NamedTuple):
    """One file from its beginning."""

    file: FileStat
    format: str
    """Name of the source that reads it; empty where none does."""
    records: tuple[Record, ...] = ()
    encoding: str = ""
    confidence: float = 1.0
    settings: tuple[tuple[str, object], ...] = ()
    """What the source has to be told about the format: delimiter, header, path of the records."""
    array: bool = False
    """Whether the file is a JSON array rather than an object."""
    characters: int = 0
    """How many characters were looked at."""

    @property
    def columns(self) -> frozenset[str]:
        """Top-level fields of the sampled records."""
        return frozenset(key for record in self.records for key in record)


def suffix_of(uri: str) -> str:
    """Return the ending that tells the format, in small letters: `.txt` of `rfc1.txt.gz`."""
    path = PurePosixPath(uri.lower())
    return PurePosixPath(path.stem).suffix if path.suffix in PACKED else path.suffix


def look(file: FileStat) -> Look:
    """Look at the beginning of a file; raise StorageError where it cannot be read."""
    most = HEAD_BYTES
    head = b"".join(Stream(file.path, length=most))
    if len(head) == most and suffix_of(file.uri) == ".json" and head.lstrip().startswith(b"{"):
        most = TREE_BYTES
        head = b"".join(Stream(file.path, length=most))
    if head.startswith(b"PAR1"):
        return Look(file, "parquet", parquet_records(file))
    if not head or head.startswith(SIGNED):
        return Look(file, "")
    whole = len(head) < most
    head = head if whole else head[: head.rfind(b"\n") + 1] or head
    encoding = detected([head[:HEAD_BYTES]])
    text = head[encoding.bom :].decode(encoding.name, "replace")
    if len(CONTROLS.findall(text)) > MOST_CONTROLS * len(text):
        return Look(file, "")
    seen = as_json(file, text, whole=whole) or as_separated(file, text, whole=whole)
    seen = seen or Look(file, "text", ({"text": text[:TEXT_CHARACTERS]},))
    return seen._replace(encoding=encoding.name, confidence=encoding.confidence, characters=len(text))


def parquet_records(file: FileStat) -> tuple[Record, ...]:
    """Return the first records of a Parquet file; none where it is broken."""
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(file.path) as opened:
            batch = next(opened.iter_batches(batch_size=RECORDS), None)
    except pa.ArrowInvalid:
        return ()
    return tuple(batch.to_pylist()) if batch is not None else ()


def as_json(file: FileStat, text: str, *, whole: bool) -> Look | None:
    """Recognise JSON: an array, one object, or an object a line; None where it is none of them."""
    start = text.lstrip()[:1]
    if start == "[" and suffix_of(file.uri) in {".json", ""}:
        records = array_records(text)
        return Look(file, "json", records, array=True) if records else None
    if start != "{" and suffix_of(file.uri) not in LINES:
        return None
    # only a line feed ends a line: U+0085 and U+2028 may stand in a string
    lines = [line for line in text.split("\n") if line.strip()]
    lines = lines if whole or len(lines) == 1 else lines[:-1]
    parsed = [record for line in lines[:RECORDS] if (record := parsed_object(line)) is not None]
    if len(parsed) > len(lines[:RECORDS]) / 2 and (len(lines) > 1 or suffix_of(file.uri) in LINES):
        return Look(file, "jsonl", tuple(parsed))
    record = parsed_object(text)
    if record is None:
        return Look(file, "json") if suffix_of(file.uri) == ".json" else None
    return Look(file, "json", (record,))


def collections(looks: Sequence[Look]) -> list[Look]:
    """Read the records within JSON objects that are collections of them.

    An object of like objects is one; an object with a long list is one where most objects beside it are.
    """
    paths = [records_path(seen.records[0]) if is_object(seen) else "" for seen in looks]
    others = [path for seen, path in zip(looks, paths, strict=True) if is_object(seen) and path != "*"]
    sure = {path for path in paths if path == "*" or (path and others.count(path) > len(others) / 2)}
    return [
        seen._replace(records=within(seen.records[0], path), settings=(("records", path),)) if path in sure else seen
        for seen, path in zip(looks, paths, strict=True)
    ]


def is_object(seen: Look) -> bool:
    """Tell whether a file was seen to be one JSON object."""
    return seen.format == "json" and len(seen.records) == 1 and not seen.array


def within(whole: Record, path: str) -> tuple[Record, ...]:
    """Return the first records that an object holds at a path."""
    inner: object = whole
    for part in path.split("."):
        if isinstance(inner, Mapping):
            inner = list(inner.values()) if part == "*" else inner[part]
    items = inner if isinstance(inner, list) else []
    return tuple(item for item in items[:RECORDS] if isinstance(item, dict))


def parsed_object(text: str) -> Record | None:
    """Return the JSON object that a text is; None where it is none."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def overlap(one: Record, other: Record) -> bool:
    """Tell whether two objects have half of their fields or more in common."""
    return 2 * len(one.keys() & other.keys()) >= len(one.keys() | other.keys()) > 0


def array_records(text: str) -> tuple[Record, ...]:
    """Return the first objects of a JSON array, which may be cut off; none where most items are something else."""
    decoder = json.JSONDecoder()
    records: list[Record] = []
    at, others = text.index("[") + 1, 0
    while len(records) + others < RECORDS:
        try:
            value, at = decoder.raw_decode(text, at + len(GAP.match(text, at)[0]))  # type: ignore[index] # always matches
        except ValueError:
            break
        if isinstance(value, dict):
            records.append(value)
        else:
            others += 1
    return tuple(records) if len(records) > others else ()


def records_path(whole: Record, total: int = 0, depth: int = 0) -> str:
    """Name where an object holds its records: in a list, at any depth, or (`*`) as its values.

    Empty where it is a record itself. `total` is how many characters the whole file has as JSON.
    """
    if are_alike(list(whole.values())):
        return "*"
    sizes = {key: len(json.dumps(value, ensure_ascii=False, default=str)) for key, value in whole.items()}
    total = total or sum(sizes.values())
    best = max(sizes, key=sizes.__getitem__, default="")
    if not best or "." in best or sizes[best] <= RECORDS_SHARE * total:
        return ""
    value = whole[best]
    if isinstance(value, list):
        objects = sum(isinstance(each, dict) for each in value)
        return best if objects > 1 and objects >= MOST * len(value) else ""
    inner = records_path(value, total, depth + 1) if isinstance(value, dict) and depth < DEPTH else ""
    return f"{best}.{inner}" if inner else ""


def are_alike(values: Sequence[object]) -> bool:
    """Tell whether values are MANY objects, most of one form."""
    objects = [value for value in values[:RECORDS] if isinstance(value, dict)]
    enough = max(MANY, MOST * len(values[:RECORDS]))
    return any(sum(overlap(one, other) for other in objects) >= enough for one in objects[:MANY])


def as_separated(file: FileStat, text: str, *, whole: bool) -> Look | None:
    """Recognise separated values by the file's ending; None where they have fewer than two columns."""
    usual = SEPARATED.get(suffix_of(file.uri))
    if usual is None:
        return None
    delimiter = max(DELIMITERS, key=lambda sign: (evenness(text, sign), sign == usual))
    rows = rows_of(text, delimiter)
    if not whole and len(rows) <= RECORDS:
        rows.pop()
    if not rows or len(rows[0]) < 2:  # noqa: PLR2004 - one column is no table
        return None
    named = is_header(rows[0])
    names = rows[0] if named else [f"c{n}" for n in range(len(rows[0]))]
    records = tuple(dict(zip(names, row, strict=False)) for row in rows[named : RECORDS + named])
    settings: list[tuple[str, object]] = [] if delimiter == "," else [("delimiter", delimiter)]
    if not named:
        settings += [("header", False), ("columns", names)]
    return Look(file, "csv", records, settings=tuple(settings))


def rows_of(text: str, delimiter: str) -> list[list[str]]:
    """Return the first rows of separated values, as far as they can be read."""
    rows: list[list[str]] = []
    try:
        for row in csv.reader(StringIO(text, newline=""), delimiter=delimiter):
            if row:
                rows.append(row)
            if len(rows) > RECORDS:
                break
    except csv.Error:
        pass
    return rows


def evenness(text: str, delimiter: str) -> float:
    """Return how many more columns than one the rows have, weighted by how many rows agree."""
    counts = [len(row) for row in rows_of(text[:100_000], delimiter)]
    if not counts:
        return 0
    usual = max(set(counts), key=counts.count)
    return (usual - 1) * (counts.count(usual) / len(counts)) ** 4


def is_header(row: Sequence[str]) -> bool:
    """Tell whether a row looks like names: short, different, none empty, none a number."""
    names = [cell.strip() for cell in row]
    short = all(0 < len(name) <= HEADER_LENGTH for name in names)
    return short and len(set(names)) == len(names) and not any(NUMBER.fullmatch(name) for name in names)
