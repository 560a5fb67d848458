"""Change a signed output at random places, one change at a time, and count what `curate verify` does not notice."""

import random
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson
import pyarrow.parquet as pq

from benchmarks.measure import CURATE
from curate.lineage.erase import erase
from curate.lineage.erase_asked import Request
from curate.lineage.keys import Verifier, new_keys, read_signer, read_verifier
from curate.lineage.signing import sign
from curate.lineage.verify import verify

ROOT = Path(__file__).parents[1]
NOTES = ROOT / "configs" / "quickstart" / "finance" / "notes.jsonl"
LONGEST = 64
"""Bytes that one change takes out, puts in or writes over at most."""
Change = Callable[[random.Random, bytes], bytes]


@dataclass(frozen=True)
class Tampered:
    """One kind of change: how often it was made, and how often nobody noticed."""

    change: str
    edits: int
    unnoticed: int
    unclear: int
    """Noticed, but by an error in place of a failed check that says in one line what is wrong."""
    files: str
    """Files that were changed unseen."""


def flip(rng: random.Random, body: bytes) -> bytes:
    """Turn one bit around."""
    place = rng.randrange(len(body))
    return body[:place] + bytes([body[place] ^ 1 << rng.randrange(8)]) + body[place + 1 :]


def overwrite(rng: random.Random, body: bytes) -> bytes:
    """Write random bytes over some."""
    start, end = _stretch(rng, body)
    return body[:start] + rng.randbytes(end - start) + body[end:]


def zero(rng: random.Random, body: bytes) -> bytes:
    """Write zeros over some bytes."""
    start, end = _stretch(rng, body)
    return body[:start] + bytes(end - start) + body[end:]


def cut(rng: random.Random, body: bytes) -> bytes:
    """Take some bytes out."""
    start, end = _stretch(rng, body)
    return body[:start] + body[end:]


def insert(rng: random.Random, body: bytes) -> bytes:
    """Put random bytes in."""
    place = rng.randrange(len(body) + 1)
    return body[:place] + rng.randbytes(rng.randint(1, LONGEST)) + body[place:]


def repeat(rng: random.Random, body: bytes) -> bytes:
    """Let some bytes stand twice."""
    start, end = _stretch(rng, body)
    return body[:end] + body[start:]


def truncate(rng: random.Random, body: bytes) -> bytes:
    """Break the file off."""
    return body[: rng.randrange(len(body))]


def digit(rng: random.Random, body: bytes) -> bytes:
    """Put another digit in the place of one: what keeps a text file readable."""
    places = [place for place, byte in enumerate(body) if 48 <= byte <= 57]  # noqa: PLR2004 - ASCII 0 to 9
    if not places:
        return flip(rng, body)
    place = rng.choice(places)
    return body[:place] + b"%d" % ((body[place] - 48 + rng.randint(1, 9)) % 10) + body[place + 1 :]


def blank(rng: random.Random, body: bytes) -> bytes:
    """Put a blank or a line feed in: what changes no meaning of a text file."""
    place = rng.randrange(len(body) + 1)
    return body[:place] + rng.choice((b" ", b"\n")) + body[place:]


def _stretch(rng: random.Random, body: bytes) -> tuple[int, int]:
    start = rng.randrange(len(body))
    return start, min(len(body), start + rng.randint(1, LONGEST))


CHANGES: tuple[Change, ...] = (flip, overwrite, zero, cut, insert, repeat, truncate, digit, blank)
MOVES = ("delete", "swap", "add")
KINDS = (*(change.__name__ for change in CHANGES), *MOVES)


def tampered(out: Path, keys: list[Verifier], edits: int, seed: int) -> list[Tampered]:
    """Make so many changes to an output, one after another, each undone; the untouched output must pass."""
    if verify(out, keys=keys).exit_code != 0:
        raise ValueError(f"{out.name} does not verify before it is changed")
    before = {path: path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}
    made, unseen, unclear = Counter[str](), Counter[str](), Counter[str]()
    files: dict[str, set[str]] = {}
    rng = random.Random(seed)  # noqa: S311 - drawn to be drawn again, not to be secret
    for number in range(edits):
        kind = KINDS[number % len(KINDS)]
        touched = _edit(rng, kind, out, before)
        said = noticed(out, keys)
        made[kind] += 1
        unclear[kind] += said is None
        if said is False:
            unseen[kind] += 1
            files.setdefault(kind, set()).add(touched[0].relative_to(out).as_posix())
        _undo(touched, before)
    if verify(out, keys=keys).exit_code != 0:
        raise ValueError(f"{out.name} does not verify after every change was undone")
    return [
        Tampered(kind, made[kind], unseen[kind], unclear[kind], ", ".join(sorted(files.get(kind, ())))) for kind in made
    ]


def noticed(out: Path, keys: list[Verifier]) -> bool | None:
    """Tell whether a check fails; None where that is not said cleanly: one line a check, exit code 1, no exception."""
    try:
        found = verify(out, keys=keys)
    except (Exception, RecursionError):  # noqa: BLE001 - any exception is what is looked for
        return None
    if found.exit_code == 0:
        return False
    faults = [check.detail for check in found.checks if check.status == "fail"]
    clean = found.exit_code == 1 and all(faults) and not any("\n" in one or "Traceback" in one for one in faults)
    return True if clean else None


def _edit(rng: random.Random, kind: str, out: Path, before: dict[Path, bytes]) -> list[Path]:
    """Make one change; return the files that it touched."""
    path = rng.choice(list(before))
    if kind == "delete":
        path.unlink()
        return [path]
    if kind == "swap":
        other = rng.choice([one for one in before if before[one] != before[path]])
        path.write_bytes(before[other])
        other.write_bytes(before[path])
        return [path, other]
    if kind == "add":
        folder = rng.choice([one for one in path.parents if one.is_relative_to(out)])
        name = rng.choice(("extra", ".hidden", "00009-of-00010")) + path.suffix
        if folder.name == "attached":
            folder = out
        (folder / name).write_bytes(before[path])
        return [folder / name]
    change = next(one for one in CHANGES if one.__name__ == kind)
    body = before[path]
    while body == before[path]:
        body = change(rng, before[path])
    path.write_bytes(body)
    return [path]


def _undo(touched: list[Path], before: dict[Path, bytes]) -> None:
    for path in touched:
        if path in before:
            path.write_bytes(before[path])
        else:
            path.unlink()


def measured(folder: Path, edits: int, seed: int) -> list[Tampered]:
    """Run the notes of the quickstart with every kind of file that an output may hold, sign twice, and change it.

    A record is erased, the output made anew by a run that reads the suppression list, and another record erased.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "curate.key").write_bytes(random.Random(seed).randbytes(32))  # noqa: S311 - nothing depends on its secrecy
    config = folder / "curate.yaml"
    for lists in ([], [str(folder / "out.suppression.json")]):
        config.write_bytes(orjson.dumps(_configured(folder, lists)))
        subprocess.run([*CURATE, "run", str(config), "--progress", "none"], check=True, capture_output=True, cwd=ROOT)
        _erase_one(folder)
    keys = list(_signed(folder, folder / "out"))
    return tampered(folder / "out", keys, edits, seed)


def _erase_one(folder: Path) -> None:
    """Erase the first record, so that the output has tombstones, a suppression list and a version before it."""
    path = next(folder.glob("out/data/train/*.parquet"))
    (folder / "ids.txt").write_text(pq.ParquetFile(path).read(["id"])["id"][0].as_py(), "utf-8")
    key = (folder / "curate.key").read_bytes()
    erase(folder / "out", Request("ids", str(folder / "ids.txt"), "gdpr-17", "tampered", key))


def _configured(folder: Path, lists: list[str]) -> dict[str, object]:
    return {
        "name": "tampered",
        "sources": {"notes": {"format": "jsonl", "path": str(NOTES), "license": "CC0-1.0"}},
        "stages": [
            {"suppress": {"lists": lists}},
            "normalize",
            "language",
            {"quality": {"preset": "finance"}},
            "exact_duplicates",
            "near_duplicates",
            "pii",
        ],
        "output": {"path": str(folder / "out"), "splits": {"train": 0.8, "validation": 0.2}, "shard_bytes": "8KB"},
        "key_file": str(folder / "curate.key"),
        "workers": 0,
    }


def _signed(folder: Path, out: Path) -> Iterator[Verifier]:
    for name in ("engineering", "compliance"):
        pair = new_keys(folder / name)
        sign(out, read_signer(pair.private, name))
        yield read_verifier(pair.public, name)
