"""The good examples: texts of a folder, read once, known by one digest of them all."""

from collections.abc import Iterator
from functools import cache
from hashlib import blake2b, sha256
from pathlib import Path
from typing import NamedTuple

import orjson
import pyarrow as pa

from curate.core.bytes import Stream
from curate.core.encoding import Sampler, detected
from curate.core.errors import ConfigError, DataError

FEWEST = 30
"""Fewer examples say too little: a recall of 0.95 would hang on one of them."""
LINES = frozenset({".jsonl", ".ndjson"})
TABLES = frozenset({".parquet"})
TEXTS = frozenset({".txt", ".md", ".text"})
PACKED = frozenset({".gz", ".bz2", ".xz", ".zst"})


class Seeds(NamedTuple):
    """Distinct texts in an order that no name of a file decides, and the digest of them all."""

    texts: tuple[str, ...]
    sha256: str


def seeds_in(folder: Path, field: str) -> Seeds:
    """Read the examples of a folder, or of one file; ConfigError where there are fewer than FEWEST."""
    files = files_in(folder)
    marks = tuple((str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files)
    return _read(str(folder), field, marks)


def files_in(folder: Path) -> list[Path]:
    """List the files of examples; ConfigError where the folder is not there."""
    if folder.is_file():
        return [folder]
    if not folder.is_dir():
        hint = "give a folder of good examples: .jsonl, .parquet, or a .txt or .md for each"
        raise ConfigError("there is no such folder or file", where=str(folder), hint=hint)
    return sorted(path for path in folder.rglob("*") if path.is_file() and kind_of(path) in LINES | TABLES | TEXTS)


def kind_of(path: Path) -> str:
    """Return what a file is by the end of its name, without that of its packing."""
    name = path.with_suffix("") if path.suffix.lower() in PACKED else path
    return name.suffix.lower()


@cache
def _read(folder: str, field: str, marks: tuple[tuple[str, int, int], ...]) -> Seeds:
    texts = {text.strip() for name, _, _ in marks for text in texts_in(Path(name), field)} - {""}
    if len(texts) < FEWEST:
        hint = f"give {FEWEST} or more different texts; jsonl and parquet files have them in the field {field!r}"
        if not marks:
            hint = f"{hint}; the folder holds no .jsonl, .parquet, .txt or .md file"
        raise ConfigError(f"{len(texts)} different examples are too few", where=folder, hint=hint)
    digests = {blake2b(text.encode(), digest_size=16).digest(): text for text in texts}
    total = sha256(b"".join(sorted(digests)))
    return Seeds(tuple(digests[digest] for digest in sorted(digests)), total.hexdigest())


def texts_in(path: Path, field: str) -> Iterator[str]:
    """Yield the texts of one file."""
    kind = kind_of(path)
    if kind in TABLES:
        yield from column_of(path, field)
        return
    text = decoded(path)
    if kind in LINES:
        numbered = enumerate(text.split("\n"), 1)
        yield from (said_by(line, field, f"{path}:{number}") for number, line in numbered if line.strip())
    else:
        yield text


def column_of(path: Path, field: str) -> Iterator[str]:
    """Yield the strings of a column of a Parquet file."""
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        known = file.schema_arrow
        strings = [one.name for one in known if is_text(one.type)]
        if field not in strings:
            hint = f"set `seeds_text` to one of {', '.join(strings)}" if strings else "it has no column of strings"
            raise ConfigError(f"there is no column of strings {field!r}", where=str(path), hint=hint)
        for batch in file.iter_batches(columns=[field]):
            yield from (text for text in batch[field].to_pylist() if text is not None)


def is_text(kind: pa.DataType) -> bool:
    """Tell whether a type is a string of any make; dictionaries count."""
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def said_by(line: str, field: str, where: str) -> str:
    """Return the text of one line of JSON."""
    try:
        said = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        fact = f"the line is not JSON from character {error.pos + 1} on"
        raise ConfigError(fact, where=where, hint="a line holds one object: {...}") from None
    text = said.get(field) if isinstance(said, dict) else None
    if not isinstance(text, str):
        known = [name for name, value in said.items() if isinstance(value, str)] if isinstance(said, dict) else []
        hint = (
            f"set `seeds_text` to the field that holds the text, one of {', '.join(known)}"
            if known
            else "set `seeds_text`"
        )
        raise ConfigError(f"an example has no text in the field {field!r}", where=where, hint=hint)
    return text


def decoded(path: Path) -> str:
    """Return the characters of a file, its packing and its encoding found out."""
    sampler, chunks = Sampler(), []
    stream = Stream(str(path))
    for chunk in stream:
        sampler.feed(chunk)
        chunks.append(chunk)
    if stream.damage is not None:
        raise DataError("the examples break off", where=str(path), hint="the packed file is damaged")
    encoding = detected(sampler.samples())
    return b"".join(chunks)[encoding.bom :].decode(encoding.name, "replace")
