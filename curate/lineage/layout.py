"""Hold an output's files against SHA256SUMS, the manifest and the card."""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import JsonValue

from curate.core.errors import StorageError
from curate.core.files import digest_of
from curate.lineage.columns import column_faults
from curate.lineage.manifest import RUN, SUMS, Amount, Manifest, Written
from curate.lineage.sight import BARRED, DAMAGE, reason
from curate.lineage.sums import empty_folders, listed_files, read_sums
from curate.lineage.tables import promise_faults, table_faults
from curate.lineage.verification import Check, judged
from curate.sinks.card import data_files
from curate.sinks.features import METADATA_KEY, feature_of, with_features

SUMS_TITLE = f"files are those that {SUMS} describes"
LISTED_TITLE = f"no file or empty folder that {SUMS} does not list"
CARDS = ("README.md", "README.zh-CN.md")
SPLIT_LINE = re.compile(r"^\| `([^`\n]+)` \| ([0-9,]+)(?: \| [0-9,]+){3} \|$", re.MULTILINE)
"""A split in a card: its name, its records; then shards and bytes."""
SOURCE_LINE = re.compile(
    r"^\| `([^`\n]+)` \| (?![0-9,]+ \|).* \| ([0-9,]+) \| ([0-9,]+) \| ([0-9,]+) \|$", re.MULTILINE
)
"""A source in a card: its name, what the registry says; then records read, written and left out."""
RECORD_FOLDERS = ("data/", *(f"_lineage/{name}" for name in ("rejects-", "signals-", "pii-", "tombstones-")))


def check_sums(out: Path) -> tuple[Check, Check]:
    """Digest every file again; and look for files that nobody listed."""
    try:
        sums = read_sums(out)
    except StorageError as wrong:
        fail = judged("sums", SUMS_TITLE, [wrong.message], "")
        if isinstance(wrong.__cause__, PermissionError):
            fail = fail._replace(status="unchecked")
        return fail, Check("listed", LISTED_TITLE, "unchecked", wrong.message)
    found = set(listed_files(out))
    faults: list[str] = []
    barred: list[str] = []
    for path, digest in sums.items():
        if path not in found:
            faults.append(f"{path} is missing")
            continue
        try:
            if digest_of(out / path) != digest:
                faults.append(f"{path} has changed")
        except PermissionError:
            barred.append(f"{path} {BARRED}")
        except OSError as wrong:
            faults.append(f"{path} cannot be read ({wrong.strerror})")
    strangers = [f"{path} is not listed" for path in sorted(found - set(sums))]
    strangers += [f"{path}/ is not listed: an empty folder" for path in empty_folders(out)]
    first = judged("sums", SUMS_TITLE, faults, f"{len(sums)} files")
    if barred and not faults:
        first = Check("sums", SUMS_TITLE, "unchecked", "; ".join(barred))
    return first, judged("listed", LISTED_TITLE, strangers, f"{len(found)} files{beside(out, found)}")


def beside(out: Path, found: AbstractSet[str]) -> str:
    """Say what a reader should know of files that are as they were listed; empty where there is nothing."""
    links = sum((out / path).is_symlink() for path in found)
    linked = f"; {links} of them are links: what they lead to was read, and a copy of the links lacks it"
    alone = f"; no {RUN}: when, where and by whom it was made is not told"
    return (linked if links else "") + ("" if (out / RUN).exists() else alone)


def check_manifest(out: Path, manifest: Manifest) -> Check:
    """Compare what SHA256SUMS and the manifest say of the same files; look for data that the manifest does not know."""
    title = f"{SUMS} and manifest name the same files of records"
    try:
        sums = read_sums(out)
    except StorageError as wrong:
        return Check("manifest", title, "unchecked", wrong.message)
    written = all_written(manifest)
    faults = [
        f"{file.path}: {'two digests' if file.path in sums else f'not in {SUMS}'}"
        for file in written
        if sums.get(file.path) != file.sha256
    ]
    known = {file.path for file in written}
    if len(known) != len(written):
        faults.append("the manifest names a file twice")
    there = {*sums, *listed_files(out)}
    faults += [f"{path}: not in the manifest" for path in sorted(there - known) if path.startswith(RECORD_FOLDERS)]
    return judged("manifest", title, faults, f"{len(written)} files")


def all_written(manifest: Manifest) -> list[Written]:
    """Return every file of records or about records, shards first."""
    return [file for _, file in written_by_kind(manifest)]


def written_by_kind(manifest: Manifest) -> Iterator[tuple[str, Written]]:
    """Yield every file of records or about records with what `outputs` lists it as."""
    for kind in ("shards", "rejects", "signals", "pii", "tombstones"):
        yield from ((kind, file) for file in getattr(manifest.outputs, kind))


def check_shards(out: Path, manifest: Manifest, faults_read: dict[str, str]) -> tuple[Check, Check]:
    """Count rows in the files' own footers, and compare their columns with what was promised."""
    counts: list[str] = [f"{path} {why}" for path, why in faults_read.items()]
    measured = {column.name: column.feature for column in manifest.outputs.columns if column.kind == "signal"}
    types: list[str] = list(promise_faults(manifest.outputs.tables, measured))
    rows: dict[str, int] = {}
    for kind, file in written_by_kind(manifest):
        if file.path in faults_read:
            continue
        try:
            with pq.ParquetFile(out / file.path) as opened:
                meta, schema = opened.metadata, opened.schema_arrow
        except DAMAGE as wrong:
            counts.append(f"{file.path} {reason(wrong)}")
            continue
        rows[file.path] = meta.num_rows
        counts += _count_faults(out, file, meta)
        types += _type_faults(manifest, kind, file, schema)
    if not counts:
        counts += _split_faults(manifest, rows)
    shards = judged("shards", "rows of the files are those of the manifest", counts, f"{len(rows)} files")
    if counts and all(why.endswith(BARRED) for why in counts):
        shards = shards._replace(status="unchecked")
    return shards, judged("schema", "columns are those that the manifest promises", types, f"{len(rows)} files")


def _count_faults(out: Path, file: Written, meta: pq.FileMetaData) -> Iterator[str]:
    """Compare rows and bytes of one file."""
    if meta.num_rows != file.rows:
        yield f"{file.path} has {meta.num_rows} rows, the manifest says {file.rows}"
    if meta.num_rows == 0:
        yield f"{file.path} is empty"
    size = (out / file.path).stat().st_size
    if size != file.bytes:
        yield f"{file.path} has {size} bytes, the manifest says {file.bytes}"


def _type_faults(manifest: Manifest, kind: str, file: Written, schema: pa.Schema) -> Iterator[str]:
    """Compare the columns of one file with the promise."""
    if kind != "shards" and not file.path.startswith(f"_lineage/{kind}-"):
        yield f"{file.path} is not named as {kind} are"
    faults = list(column_faults(file.path, schema))
    if kind != "shards":
        faults = faults or list(table_faults(manifest.outputs.tables, kind, schema))
    yield from (f"{file.path} {fault}" for fault in faults)
    if kind != "shards":
        return
    promised = [(column.name, column.feature) for column in manifest.outputs.columns]
    found: list[tuple[str, dict[str, JsonValue]]] = [(field.name, feature_of(field.type)) for field in schema]
    if found != promised:
        differing = [name for name, feature in found if (name, feature) not in promised]
        lacking = [name for name, _ in promised if name not in schema.names]
        yield f"{file.path} has other columns than promised: {', '.join(differing + lacking) or 'another order'}"
    if (schema.metadata or {}).get(METADATA_KEY) != with_features(schema).metadata[METADATA_KEY]:
        yield f"{file.path} describes its columns wrongly to Hugging Face readers"


def _split_faults(manifest: Manifest, rows: dict[str, int]) -> Iterator[str]:
    """Compare the splits' sizes with the rows of their shards, and where the shards lie."""
    totals = dict.fromkeys(manifest.outputs.splits, 0)
    for shard in manifest.outputs.shards:
        totals[shard.split] = totals.get(shard.split, 0) + rows.get(shard.path, 0)
        if not shard.path.startswith(f"data/{shard.split}/"):
            yield f"{shard.path} does not lie in the folder of split {shard.split!r}"
    for name, total in totals.items():
        said = manifest.outputs.splits.get(name, Amount(rows=0, bytes=0))
        if said.rows != total:
            yield f"split {name!r} has {total} rows, the manifest says {said.rows}"
        if said.bytes != sum(shard.uncompressed_bytes for shard in manifest.outputs.shards if shard.split == name):
            yield f"split {name!r}: its bytes are not the sum of its shards' bytes"


def check_card(out: Path, manifest: Manifest) -> Check:
    """Compare the sizes that the cards promise to `load_dataset` and tell to people with the shards' rows."""
    title = "the cards promise what the shards hold"
    rows: dict[str, int] = {}
    for shard in manifest.outputs.shards:
        try:
            rows[shard.split] = rows.get(shard.split, 0) + pq.read_metadata(out / shard.path).num_rows
        except DAMAGE as wrong:
            return Check("card", title, "unchecked", f"{shard.path} {reason(wrong)}")
    try:
        said = _promised(out / "README.md")
    except PermissionError:
        return Check("card", title, "unchecked", f"README.md {BARRED}")
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        said = None
    if said is None:
        return judged("card", title, ["its front matter is missing or unreadable"], "")
    examples, paths = said
    faults = [
        f"split {name!r}: {examples.get(name, 0)} records promised, {rows.get(name, 0)} there"
        for name in sorted({*examples, *rows})
        if examples.get(name) != rows.get(name)
    ]
    if paths != data_files(rows):
        faults.append("its data files are not the folders of the splits")
    for name in CARDS:
        faults += _told_faults(out / name, manifest, rows)
    return judged(
        "card", title, faults, f"{sum(rows.values())} records, {len(rows)} {'split' if len(rows) == 1 else 'splits'}"
    )


def _told_faults(path: Path, manifest: Manifest, rows: dict[str, int]) -> Iterator[str]:
    """Compare the tables that people read, by their numbers alone: splits with the shards, sources with the balance."""
    try:
        body = path.read_text("utf-8")
    except (OSError, ValueError):
        yield f"{path.name} is missing or unreadable"
        return
    splits, sources = (
        {line[1]: tuple(int(number.replace(",", "")) for number in line.groups()[1:]) for line in table.finditer(body)}
        for table in (SPLIT_LINE, SOURCE_LINE)
    )
    for name in sorted({*splits, *rows}):
        told = splits.get(name, (0,))[0]
        if told != rows.get(name, 0):
            yield f"{path.name} counts {told} records of split {name!r}, {rows.get(name, 0)} are there"
    for name, account in manifest.accounting.by_source.items():
        if sources.get(name) != (account.records, account.written, account.rejected):
            yield f"{path.name} counts {sources.get(name)} of source {name!r}, not as its balance says"


def _promised(path: Path) -> tuple[dict[str, int], dict[str, str]]:
    """Read the records by split, and the files by split, from a card's front matter."""
    _, front, _ = path.read_text("utf-8").split("---\n", 2)
    return _front_matter(front)


@lru_cache(maxsize=8)
def _front_matter(body: str) -> tuple[dict[str, int], dict[str, str]]:
    """Read YAML: in pure Python this is half of what the verification of a small output takes."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        said = YAML(typ="safe", pure=True).load(body)
    except YAMLError as wrong:
        raise ValueError("no YAML") from wrong
    splits = said.get("dataset_info", {}).get("splits", [])
    files = {entry["split"]: entry["path"] for entry in said["configs"][0]["data_files"]}
    return {entry["name"]: entry["num_examples"] for entry in splits}, files
