"""Write the invented records into files of the formats that real ones come in, and the golden file beside them."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from configs.quickstart.make import Record, Source

BOM = b"\xef\xbb\xbf"


def dumped(value: object) -> bytes:
    """Write one JSON value on one line."""
    return json.dumps(value, ensure_ascii=False).encode()


def row_of(values: Iterable[str], encoding: str, delimiter: str, end: str) -> bytes:
    """Write one CSV record with its terminator."""
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter, lineterminator=end).writerow(values)
    return line.getvalue().encode(encoding)


def as_csv(source: Source) -> bytes:
    """Write a delimited file; the offset of a record is that of its first byte."""
    encoding, delimiter, end, head, names = {
        "announcements": ("gbk", ",", "\r\n", b"", ("ref", "title", "body", "department")),
        "leaflets": ("utf-8", "\t", "\n", b"", ("ref", "question", "answer", "reviewed")),
        "workorders": ("utf-8", ",", "\n", BOM, ("ref", "asset", "note", "contact")),
    }[source.name]
    body = head + row_of(names, encoding, delimiter, end)
    for number, record in enumerate(source.records):
        record.uri, record.offset = source.file, len(body)
        ref = f"{source.name[:2].upper()}-{number:03}"
        row = {
            "announcements": (ref, *record.parts, ("投资者关系部", "董事会办公室", "资金部")[number % 3]),
            "leaflets": (ref, *record.parts, f"20{20 + number % 5}-0{1 + number % 9}"),
            "workorders": (ref, f"ASSET {300 + number * 7 % 90}", *record.parts, record.contact),
        }[source.name]
        body += row_of(row, encoding, delimiter, end)
    return body


def as_object(source: Source, number: int, record: Record) -> bytes:
    """Write a record as the object that its source keeps."""
    if record.raw is not None:
        return record.raw
    ref = f"{source.name[0].upper()}-{number:03}"
    if source.name == "consultations":
        turns = [{"from": role, "value": said} for role, said in zip(("human", "gpt"), record.parts, strict=True)]
        return dumped({"id": ref, "conversations": turns})
    if source.name == "clauses":
        return dumped(
            {
                "no": f"{1 + number // 6}.{1 + number % 6}",
                "clause": dict(zip(("heading", "body"), record.parts, strict=True)),
            }
        )
    return dumped({"ref": ref, "text": record.parts[0]})


def as_lines(source: Source) -> bytes:
    """Write JSON lines; the offset of a record is that of its first byte."""
    body = b""
    for number, record in enumerate(source.records):
        record.uri, record.offset = source.file, len(body)
        body += as_object(source, number, record) + b"\n"
    return body


def as_array(source: Source) -> bytes:
    """Write a JSON array, for inspections below a key of its own; the offset of a record is its number."""
    for number, record in enumerate(source.records):
        record.uri, record.offset = source.file, number
    items = b",\n".join(as_object(source, number, record) for number, record in enumerate(source.records))
    array = b"[\n" + items + b"\n]"
    return b'{"site": "demo", "log": {"entries": ' + array + b"}}\n" if source.name == "inspections" else array + b"\n"


def as_texts(source: Source) -> dict[str, bytes]:
    """Write one file a record."""
    for number, record in enumerate(source.records):
        record.uri, record.offset = f"{number:03}.txt", 0
    return {record.uri: f"{source.text(record)}\n".encode() for record in source.records}


def golden_line(source: Source, record: Record, names: dict[int, str]) -> bytes:
    """Say what must happen to a record."""
    of = record.of
    return dumped(
        {
            "source": source.name,
            "uri": record.uri,
            "offset": record.offset,
            "planted": record.planted,
            "outcome": "rejected" if record.rule else "kept",
            "rule": record.rule,
            "duplicate_of": [names[id(of)], of.uri, of.offset] if of else None,
            "language": record.language,
            "pii": dict(sorted(Counter(type_ for type_, _ in record.values).items())),
        }
    )


def contents(made: list[Source]) -> dict[str, bytes]:
    """Return every file of the sample by its path below the folder."""
    files: dict[str, bytes] = {}
    for source in made:
        if source.file == "statutes":
            files |= {f"{source.industry}/statutes/{name}": body for name, body in as_texts(source).items()}
            continue
        suffix = source.file.rpartition(".")[2]
        write = {"csv": as_csv, "tsv": as_csv, "jsonl": as_lines, "json": as_array}[suffix]
        files[f"{source.industry}/{source.file}"] = write(source)
    names = {id(record): source.name for source in made for record in source.records}
    lines = [golden_line(source, record, names) for source in made for record in source.records]
    return {**files, "golden.jsonl": b"\n".join(lines) + b"\n"}


def write(made: list[Source], folder: Path) -> None:
    """Write the sample below a folder."""
    for name, body in contents(made).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
