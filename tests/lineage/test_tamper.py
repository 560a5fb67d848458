"""Whatever is done to a signed output is a failed check; what can be hidden without the key is said here by name."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.tamper import tampered
from curate.lineage.balance import digest_of_settings
from curate.lineage.envelope import ENVELOPE
from curate.lineage.erase import erase
from curate.lineage.erase_asked import Request
from curate.lineage.keys import Pair, new_keys, read_signer, read_verifier
from curate.lineage.manifest import MANIFEST, RUN, SUMS, manifest_bytes, read_manifest
from curate.lineage.roots import merkle_of, root_in
from curate.lineage.signing import sign
from curate.lineage.verify import verify
from curate.sinks.card import cards
from curate.sinks.shards import regroup, write_shard
from tests.lineage.made import SCHEMA, Corpus, batches, configured, folders, made, patched, publish, seal, write_raw

SHARD = "data/train/00000-of-00002.parquet"
OTHER = "data/train/00001-of-00002.parquet"
LEDGER = "_lineage/rejects-00000-of-00001.parquet"
SIGNALS = "_lineage/signals-00000-of-00001.parquet"
NAMES = ("engineering", "compliance")
Edit = Callable[["Case"], None]


@dataclass
class Case:
    """A signed output, its raw files, and what a forger can lay hands on."""

    whole: Path
    pairs: tuple[Pair, Pair]
    corpus: Corpus = field(default_factory=made)

    @property
    def out(self) -> Path:
        return self.whole / "out"

    def verified(self, *, with_keys: bool) -> tuple[int, set[str]]:
        keys = (
            [read_verifier(pair.public, name) for pair, name in zip(self.pairs, NAMES, strict=True)]
            if with_keys
            else []
        )
        found = verify(self.out, folders(self.whole), keys)
        faults = [check for check in found.checks if check.status == "fail"]
        assert all(check.detail and "\n" not in check.detail and "Traceback" not in check.detail for check in faults)
        return found.exit_code, {check.id for check in faults}

    def rewrite(self, path: str, change: Callable[[list[dict[str, Any]]], Any], digests: str = "none") -> None:
        """Write the rows of a file anew; make no digest fit, or those of the sums, or of the manifest as well."""
        table = pq.read_table(self.out / path)
        rows = table.to_pylist()
        change(rows)
        pq.write_table(pa.Table.from_pylist(rows, table.schema), self.out / path, write_page_checksum=True)
        if digests == "sums":
            seal(self.out)
        if digests == "manifest":
            self.entered(path)

    def entered(self, path: str) -> None:
        """Enter a file into the manifest as it lies there, roots included where they were taken of it."""
        body = (self.out / path).read_bytes()
        said = {
            "bytes": len(body),
            "sha256": sha256(body).hexdigest(),
            "rows": pq.read_metadata(self.out / path).num_rows,
        }
        patched(self.out, lambda manifest: next(one for one in entries(manifest) if one["path"] == path).update(said))
        roots = merkle_of(read_manifest(self.out).outputs)
        patched(self.out, lambda manifest: manifest["merkle"].update(roots.model_dump()))

    def perfect(self, path: str, change: Callable[[list[dict[str, Any]]], Any]) -> None:
        """Write a shard anew as curate does, and make everything that anybody can compute without a key fit it."""
        rows = pq.read_table(self.out / path).to_pylist()
        change(rows)
        facts = write_shard(self.out / path, SCHEMA, regroup(batches(rows, SCHEMA), rows=10))
        said = facts._asdict()
        assert root_in(self.out / path) == facts.content_root

        def patch(manifest: dict[str, Any]) -> None:
            shards = manifest["outputs"]["shards"]
            next(one for one in shards if one["path"] == path).update(said)
            for name, split in manifest["outputs"]["splits"].items():
                split["bytes"] = sum(one["uncompressed_bytes"] for one in shards if one["split"] == name)

        self.patch(patch)
        self.entered(path)

    def patch(self, change: Callable[[dict[str, Any]], Any]) -> None:
        """Change the manifest, spell it as curate does, write the cards anew, and make SHA256SUMS fit."""
        patched(self.out, change)
        manifest = read_manifest(self.out)
        (self.out / MANIFEST).write_bytes(manifest_bytes(manifest))
        for name, body in cards(manifest.model_dump(mode="json")).items():
            (self.out / name).write_bytes(body)
        seal(self.out)

    def republish(self, lie: Callable[[Corpus], Any]) -> None:
        """Publish an output that tells another story, with the envelope of the first one."""
        told = deepcopy(self.corpus)
        lie(told)
        envelope = (self.out / ENVELOPE).read_bytes()
        shutil.rmtree(self.out)
        publish(told, self.whole)
        (self.out / ENVELOPE).parent.mkdir()
        (self.out / ENVELOPE).write_bytes(envelope)

    def envelope(self, change: Callable[[dict[str, Any]], Any]) -> None:
        said = json.loads((self.out / ENVELOPE).read_bytes())
        change(said)
        (self.out / ENVELOPE).write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", "utf-8")


def entries(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for kind in ("shards", "rejects", "signals", "pii", "tombstones") for one in manifest["outputs"][kind]]


def first(corpus: Corpus, rule: str) -> dict[str, Any]:
    return next(row for row in corpus.ledger if row["rule"] == rule)


def swap(case: Case, one: str, other: str) -> None:
    body = (case.out / one).read_bytes()
    shutil.copyfile(case.out / other, case.out / one)
    (case.out / other).write_bytes(body)


def write(case: Case, path: str, body: bytes) -> None:
    (case.out / path).write_bytes(body)


def sealed(case: Case) -> None:
    seal(case.out)


def both(*edits: Edit) -> Edit:
    def edit(case: Case) -> None:
        for one in edits:
            one(case)

    return edit


def say(name: str, value: Any) -> Callable[[list[dict[str, Any]]], None]:
    """Change one cell of a table."""
    return lambda rows: rows[3].update({name: value})


def resign(case: Case) -> None:
    """Sign what is there with keys of one's own, under the names of the others."""
    (case.out / ENVELOPE).unlink()
    for name in NAMES:
        sign(case.out, read_signer(new_keys(case.whole / "forged" / name).private, name))


def flipped(case: Case, path: str) -> None:
    body = bytearray((case.out / path).read_bytes())
    body[len(body) // 2] ^= 1
    write(case, path, bytes(body))


def said_twice(case: Case, path: str, before: bytes, key: bytes) -> None:
    """Say a key of a JSON file twice: some readers take the first, others the last."""
    body = (case.out / path).read_bytes()
    assert before in body
    (case.out / path).write_bytes(body.replace(before, key + before, 1))


def dropped_line(case: Case) -> None:
    body = (case.out / SUMS).read_text("utf-8").splitlines(keepends=True)
    write(case, SUMS, "".join(body[1:]).encode())


def removed_shard(said: dict[str, Any]) -> None:
    gone = said["outputs"]["shards"].pop(1)
    split = said["outputs"]["splits"]["train"]
    split["rows"] -= gone["rows"]
    split["bytes"] -= gone["uncompressed_bytes"]


def replayed(case: Case) -> None:
    """Put the envelope of an earlier version of the output beside this one."""
    old = (case.out / ENVELOPE).read_bytes()
    case.patch(lambda said: said["sources"][2]["registry"].update(method="by hand"))
    write(case, ENVELOPE, old)


def edited_row(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return next(row for row in rows if row["ops"])


def turned_row(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return next(row for row in rows if row["messages"])


def size_of(row: dict[str, Any]) -> int:
    return len(row["text"].encode())


def untagged(rows: list[dict[str, Any]]) -> None:
    """Take the tags of a record of a source of which no later stage left out any."""
    next(row for row in rows if row["source_id"] == "laws" and row["tags"]).update(tags=[])


def clustered(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return next(row for row in rows if row["cluster"])


def copied(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return next(row for row in rows if row["duplicate_of"])


def short(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return next(row for row in rows if row["stage"] == "length")


def counted(said: dict[str, Any], stage: str, name: str, more: int) -> None:
    """Count more, or fewer, of something in a stage and in one of its sources."""
    one = next(one for one in said["stages"] if one["name"] == stage)
    for numbers in (one, one["by_source"]["qa"]):
        numbers[name] += more


def resettled(stage: dict[str, Any], **params: Any) -> None:
    """Say other settings of a stage, and make their digest fit."""
    stage["params"] |= params
    stage["params_sha256"] = digest_of_settings(stage["params"])


def raw(case: Case) -> Path:
    return case.whole / "raw" / "qa" / "qa1.jsonl"


DIGESTS = {"sums", "manifest", "roots"}
NO_REASON = dict.fromkeys(("metric", "value", "threshold", "operator"))
KINDS: dict[str, tuple[Edit, set[str]]] = {
    # Changed, and no digest made to fit.
    "a flipped bit in a shard": (lambda case: flipped(case, SHARD), {"sums"}),
    "a shard that breaks off": (
        lambda case: write(case, SHARD, (case.out / SHARD).read_bytes()[:-100]),
        {"sums", "shards"},
    ),
    "an edited text in a rewritten shard": (lambda case: case.rewrite(SHARD, say("text", "x")), DIGESTS - {"manifest"}),
    "a shard deleted": (lambda case: (case.out / OTHER).unlink(), {"sums", "shards"}),
    "a shard added": (lambda case: shutil.copy(case.out / SHARD, case.out / "data/train/2.parquet"), {"listed"}),
    "two shards swapped": (lambda case: swap(case, SHARD, OTHER), {"sums", "roots"}),
    "a shard renamed": (lambda case: (case.out / SHARD).rename(case.out / "data/train/9.parquet"), {"sums", "listed"}),
    "a ledger deleted": (lambda case: (case.out / LEDGER).unlink(), {"sums", "shards"}),
    "a hidden file added": (lambda case: write(case, "data/train/.x", b"x"), {"listed"}),
    "an empty folder added": (lambda case: (case.out / "data" / "test").mkdir(), {"listed"}),
    "a link out of the output": (lambda case: (case.out / "data/more").symlink_to(case.whole), {"listed"}),
    "a changed word in a card": (lambda case: write(case, "README.md", b"x"), {"sums", "card"}),
    "a manifest that is none": (lambda case: write(case, MANIFEST, b"{}"), {"sums", "readable"}),
    "a count said twice in the manifest, sums made to fit": (
        both(lambda case: said_twice(case, MANIFEST, b'"rows":', b'"rows": 999, '), sealed),
        {"readable"},
    ),
    "a licence said twice in the manifest, sums made to fit": (
        both(lambda case: said_twice(case, MANIFEST, b'"license":', b'"license": "CC0-1.0", '), sealed),
        {"readable"},
    ),
    "a time said twice in the run record": (
        lambda case: said_twice(case, RUN, b'"started":', b'"started": "2025-01-01T00:00:00Z", '),
        {"erasures"},
    ),
    "no manifest": (lambda case: (case.out / MANIFEST).unlink(), {"sums", "readable"}),
    "a line of the sums dropped": (dropped_line, {"listed"}),
    "no sums": (lambda case: (case.out / SUMS).unlink(), {"sums"}),
    "sums that are none": (lambda case: write(case, SUMS, b"x"), {"sums"}),
    **{
        f"sums whose first line ends in {end!r}": (
            lambda case, end=end: write(case, SUMS, (case.out / SUMS).read_bytes().replace(b"\n", end, 1)),
            {"sums"},
        )
        for end in (b"\r", b"\r\n", b"\v", b"\x1c", "\u2028".encode())
    },
    "sums in another order": (
        lambda case: write(case, SUMS, b"".join(reversed((case.out / SUMS).read_bytes().splitlines(keepends=True)))),
        {"sums"},
    ),
    "sums without their last byte": (
        lambda case: write(case, SUMS, (case.out / SUMS).read_bytes()[:-1]),
        {"sums"},
    ),
    # Changed, and SHA256SUMS made to fit.
    "an edited text, sums made to fit": (
        lambda case: case.rewrite(SHARD, say("text", "x"), "sums"),
        {"manifest", "roots"},
    ),
    "edited turns, sums made to fit": (lambda case: case.rewrite(SHARD, say("messages", None), "sums"), {"manifest"}),
    "a measurement changed, sums made to fit": (
        lambda case: case.rewrite(SIGNALS, say("quality_zipf", 1.0), "sums"),
        {"manifest"},
    ),
    "a flipped bit, sums made to fit": (both(lambda case: flipped(case, LEDGER), sealed), {"manifest"}),
    "two shards swapped, sums made to fit": (
        both(lambda case: swap(case, SHARD, OTHER), sealed),
        {"manifest", "roots"},
    ),
    "a shard added, sums made to fit": (
        both(lambda case: shutil.copy(case.out / SHARD, case.out / "data/train/2.parquet"), sealed),
        {"manifest"},
    ),
    "numbers in a card, sums made to fit": (
        lambda case: (
            write(case, "README.md", (case.out / "README.md").read_bytes().replace(b"| 65 |", b"| 66 |")),
            seal(case.out),
        ),
        {"card"},
    ),
    # Changed, and digests of the manifest made to fit as well, but for what must be computed from records.
    "an edited text, digests made to fit": (lambda case: case.rewrite(SHARD, say("text", "x"), "manifest"), {"roots"}),
    "records in another order": (lambda case: case.rewrite(SHARD, list.reverse, "manifest"), {"roots"}),
    "two texts exchanged": (
        lambda case: case.rewrite(SHARD, lambda rows: rows[0].update(text=rows[1]["text"]), "manifest"),
        {"roots"},
    ),
    "a record under another source": (
        lambda case: case.perfect(SHARD, say("source_id", "laws")),
        {"accounting", "spans"},
    ),
    "a record of another file": (lambda case: case.perfect(SHARD, say("source_uri", "x")), {"accounting", "spans"}),
    "a record at another place": (lambda case: case.perfect(SHARD, say("source_offset", 4)), {"spans"}),
    "a licence changed in a record": (lambda case: case.perfect(SHARD, say("license", "CC0-1.0")), {"licenses"}),
    "a language changed in a record": (lambda case: case.perfect(SHARD, say("language", "fr")), {"dataset"}),
    "an id that is none": (lambda case: case.perfect(SHARD, say("id", "x")), {"ids"}),
    "a ledger row dropped": (
        lambda case: case.rewrite(LEDGER, lambda rows: rows.pop(), "manifest"),
        {"accounting", "spans"},
    ),
    "a ledger row added": (
        lambda case: case.rewrite(LEDGER, lambda rows: rows.append(rows[0] | {"id": "ab" * 16}), "manifest"),
        {"accounting", "spans", "ledger"},
    ),
    "another rule in the ledger": (lambda case: case.rewrite(LEDGER, say("rule", "pii:x"), "manifest"), {"ledger"}),
    "a value that crosses no threshold": (
        lambda case: case.republish(lambda told: first(told, "length:short").update(value=51.0)),
        {"thresholds"},
    ),
    "a wrong threshold": (
        lambda case: case.republish(lambda told: first(told, "near_duplicates:copy").update(threshold=0.95)),
        {"thresholds"},
    ),
    "another threshold in the settings of a stage": (
        lambda case: case.patch(lambda said: said["stages"][3]["params"].update(threshold=0.6)),
        {"stages"},
    ),
    "an operator turned around": (
        lambda case: case.republish(lambda told: first(told, "length:short").update(operator=">")),
        {"thresholds"},
    ),
    "a dangling duplicate_of": (
        lambda case: case.republish(lambda told: first(told, "near_duplicates:copy").update(duplicate_of="cd" * 16)),
        {"duplicates"},
    ),
    "a record dropped from shards and counts": (lambda case: case.republish(lambda told: told.rows.pop(5)), {"spans"}),
    "a record that stands twice": (
        lambda case: case.republish(lambda told: told.rows.append(told.rows[5])),
        {"ids", "spans"},
    ),
    "a record both kept and left out": (
        lambda case: case.republish(lambda told: told.ledger[2].update(id=told.rows[4]["id"])),
        {"disjoint"},
    ),
    "a shard taken out of manifest and folder": (
        both(lambda case: (case.out / OTHER).unlink(), lambda case: case.patch(removed_shard)),
        {"accounting", "spans", "dataset", "roots"},
    ),
    "a licence changed in the manifest": (
        lambda case: case.patch(lambda said: said["sources"][0].update(license="CC0-1.0")),
        {"licenses"},
    ),
    "a count changed in the manifest": (
        lambda case: case.patch(lambda said: said["stages"][2].update(rejected=0)),
        {"stages"},
    ),
    "a content root changed in the manifest": (
        lambda case: case.patch(lambda said: said["outputs"]["shards"][0].update(content_root="0" * 64)),
        {"roots"},
    ),
    "a documents root changed in the manifest": (
        lambda case: case.patch(lambda said: said["merkle"].update(documents_root="0" * 64)),
        {"roots"},
    ),
    "a root changed in a footer": (
        lambda case: (
            write(case, SHARD, (case.out / SHARD).read_bytes().replace(root_of(case), b"0" * 64)),
            case.entered(SHARD),
        ),
        {"roots"},
    ),
    "the digest of an input changed": (
        lambda case: case.patch(lambda said: said["inputs"][0].update(sha256="0" * 64)),
        {"raw"},
    ),
    # What stages say of records, and records of stages.
    "a tag taken from a record": (lambda case: case.perfect(OTHER, untagged), {"marks"}),
    "a tag that no stage gives": (lambda case: case.perfect(SHARD, say("tags", ["safety:checked"])), {"marks"}),
    "no word of an edit in a record": (
        lambda case: case.perfect(SHARD, lambda rows: edited_row(rows).update(ops=[])),
        {"marks"},
    ),
    "more edits in the manifest": (lambda case: case.patch(lambda said: counted(said, "pii", "edited", 1)), {"marks"}),
    "fewer edits in the manifest": (
        lambda case: case.patch(lambda said: counted(said, "pii", "edited", -1)),
        {"marks"},
    ),
    "no count of personal data in a record": (
        lambda case: case.perfect(SHARD, lambda rows: edited_row(rows).update(pii=[])),
        {"marks"},
    ),
    "more tagged in the manifest": (
        lambda case: case.patch(lambda said: counted(said, "length", "tagged", 1)),
        {"stages"},
    ),
    "a cluster taken from a record": (
        lambda case: case.rewrite(LEDGER, lambda rows: clustered(rows).update(cluster=None), "manifest"),
        {"marks"},
    ),
    "another size of clusters in the manifest": (
        lambda case: case.patch(
            lambda said: said["stages"][3]["lineage"].update(clusters_by_size={"3": 1}, clusters=1),
        ),
        {"marks"},
    ),
    "a copy that names no record": (
        lambda case: case.rewrite(LEDGER, lambda rows: copied(rows).update(duplicate_of=None), "manifest"),
        {"marks"},
    ),
    "a short record called a copy": (
        lambda case: case.rewrite(
            LEDGER, lambda rows: short(rows).update(duplicate_of=copied(rows)["duplicate_of"]), "manifest"
        ),
        {"marks"},
    ),
    "errors of a stage that no record died of": (
        lambda case: case.patch(lambda said: counted(said, "length", "errors", 1)),
        {"stages"},
    ),
    "bytes between two stages": (
        lambda case: case.patch(lambda said: counted(said, "length", "bytes_in", 1)),
        {"stages"},
    ),
    "measurements of a record that is not there, digests made to fit": (
        lambda case: case.rewrite(SIGNALS, lambda rows: rows.append(rows[0] | {"id": "ab" * 16}), "manifest"),
        {"measures"},
    ),
    "a value in the ledger that was not measured": (
        lambda case: case.republish(lambda told: first(told, "length:short").update(value=5.5)),
        {"measures"},
    ),
    "a measurement changed, digests made to fit": (
        lambda case: case.rewrite(SIGNALS, say("quality_zipf", 1.0), "manifest"),
        {"measures"},
    ),
    "a measurement of no record, digests made to fit": (
        lambda case: case.rewrite(SIGNALS, lambda rows: rows[9].update(id="ab" * 16), "manifest"),
        {"measures"},
    ),
    "the size of a raw file changed in the manifest": (
        lambda case: case.patch(lambda said: said["inputs"][0].update(bytes=said["inputs"][0]["bytes"] + 1)),
        {"accounting"},
    ),
    "a measurement taken away, digests made to fit": (
        lambda case: case.rewrite(SIGNALS, lambda rows: rows.pop(3), "manifest"),
        {"measures"},
    ),
    "a measurement changed in a shard": (lambda case: case.perfect(SHARD, say("quality_zipf", 1.0)), {"measures"}),
    "a threshold that the settings do not say": (
        lambda case: case.republish(lambda told: first(told, "near_duplicates:copy").update(threshold=0.7)),
        {"thresholds"},
    ),
    "an operator that the settings do not say": (
        lambda case: case.republish(lambda told: first(told, "near_duplicates:copy").update(operator=">")),
        {"thresholds"},
    ),
    "a metric that the settings do not say": (
        lambda case: case.republish(lambda told: first(told, "near_duplicates:copy").update(metric="overlap")),
        {"thresholds"},
    ),
    "a rejection without its measure": (
        lambda case: case.republish(lambda told: first(told, "near_duplicates:copy").update(NO_REASON)),
        {"thresholds"},
    ),
    "a record dropped from a run that is said to have been limited": (
        both(
            lambda case: case.republish(lambda told: told.rows.pop(5)),
            lambda case: case.patch(lambda said: said.update(limited=1000)),
        ),
        {"spans"},
    ),
    "a limited run that read more": (lambda case: case.patch(lambda said: said.update(limited=3)), {"spans"}),
    "personal data left that nobody is said to have looked for": (
        lambda case: case.patch(lambda said: said.update(residual=None)),
        {"settings"},
    ),
    "personal data left that was only to be reported": (
        lambda case: case.patch(lambda said: said["residual"].update(policy="report")),
        {"settings"},
    ),
    "canaries forgotten": (lambda case: case.patch(lambda said: said.update(canaries={})), {"settings"}),
    "other limits": (lambda case: case.patch(lambda said: said.update(limits={"rejected_share": 0.9})), {"settings"}),
    "another setting in stage and digest": (
        lambda case: case.patch(lambda said: resettled(said["stages"][3], threshold=0.6)),
        {"settings"},
    ),
    "a stage that was not configured": (
        lambda case: case.patch(lambda said: said["stages"][2].update(stage="tokens")),
        {"settings"},
    ),
    "another name of the set": (lambda case: case.patch(lambda said: said["dataset"].update(name="x")), {"settings"}),
    # What records say of themselves.
    "an edited text, everything made to fit": (lambda case: case.perfect(SHARD, say("text", "x")), {"contents"}),
    "edited turns, everything made to fit": (
        lambda case: case.perfect(SHARD, lambda rows: turned_row(rows)["messages"][1].update(content="x")),
        {"contents"},
    ),
    "a role of a turn, everything made to fit": (
        lambda case: case.perfect(SHARD, lambda rows: turned_row(rows)["messages"][1].update(role="user")),
        {"contents"},
    ),
    # Raw files.
    "a truncated raw file": (lambda case: raw(case).write_bytes(raw(case).read_bytes()[:-1]), {"raw"}),
    "an edited raw file": (lambda case: raw(case).write_bytes(raw(case).read_bytes().replace(b"3", b"4")), {"raw"}),
    # What no check can tell without a key: everything that can be computed has been computed anew.
    "another text of as many bytes, everything made to fit": (
        lambda case: case.perfect(SHARD, lambda rows: edited_row(rows).update(text="x" * size_of(edited_row(rows)))),
        set(),
    ),
    "a whole run that is said to have been limited": (
        lambda case: case.patch(lambda said: said.update(limited=1000)),
        set(),
    ),
    "a tag taken from a source that lost records later": (
        lambda case: case.perfect(SHARD, lambda rows: rows[0].update(tags=[])),
        set(),
    ),
    "a kept field, signed again under other keys": (
        both(lambda case: case.perfect(SHARD, say("department", "x")), resign),
        set(),
    ),
    "a measurement that nothing else tells, digests made to fit": (
        lambda case: case.rewrite(SIGNALS, lambda rows: rows[-1].update(quality_zipf=1.0), "manifest"),
        set(),
    ),
    "a licence changed in records and manifest": (
        both(
            lambda case: case.republish(lambda told: [row.update(license="CC0-1.0") for row in told.rows]),
            lambda case: case.patch(lambda said: [card.update(license="CC0-1.0") for card in said["sources"]]),
        ),
        {"settings"},
    ),
    "a licence changed in records, manifest and configuration": (
        both(
            lambda case: case.republish(lambda told: [row.update(license="CC0-1.0") for row in told.rows]),
            lambda case: case.patch(lambda said: [configured(said, n, license="CC0-1.0") for n in range(3)]),
        ),
        set(),
    ),
    "an owner changed in the manifest": (
        lambda case: case.patch(lambda said: said["sources"][0].update(owner="me")),
        {"settings"},
    ),
    "a field of the registry changed in the manifest": (
        lambda case: case.patch(lambda said: said["sources"][2]["registry"].update(method="by hand")),
        set(),
    ),
    "a setting changed in the manifest": (
        lambda case: case.patch(lambda said: said["config"]["resolved"].update(stages=[])),
        {"stages"},
    ),
    "words changed in a card": (
        lambda case: (
            write(case, "README.md", (case.out / "README.md").read_bytes() + b"Free of charge.\n"),
            seal(case.out),
        ),
        set(),
    ),
    "another run record": (
        lambda case: write(case, RUN, (case.out / RUN).read_bytes().replace(b"2026", b"2025")),
        set(),
    ),
    "no run record": (lambda case: (case.out / RUN).unlink(), set()),
    "a replayed old signature": (replayed, set()),
    # Signatures.
    "no signature": (lambda case: (case.out / ENVELOPE).unlink(), set()),
    "one signature of two": (lambda case: case.envelope(lambda said: said["signatures"].pop()), set()),
    "names of signatures exchanged": (
        lambda case: case.envelope(
            lambda said: [one.update(keyid=name) for one, name in zip(said["signatures"], NAMES[::-1], strict=True)]
        ),
        set(),
    ),
    "the algorithm of a signature changed": (
        lambda case: case.envelope(lambda said: said["signatures"][0].update(algorithm="sm2")),
        set(),
    ),
    "signatures of other keys": (resign, set()),
    "an envelope that is none": (lambda case: write(case, ENVELOPE, b"{}"), set()),
}
"""By name: what is done, and checks that fail even where the forger has taken the signatures away."""


def second(said: dict[str, Any]) -> dict[str, Any]:
    """The erasure that was done last."""
    return said["erasures"][1]


def returned(case: Case) -> None:
    """Put an erased record back into the shard that it was taken from."""
    row = next(row for row in case.corpus.rows if row["id"] == ERASED[0])
    case.perfect(SHARD, lambda rows: rows.append({name: row[name] for name in SCHEMA.names}))


def measured_again(case: Case) -> None:
    case.rewrite(SIGNALS, lambda rows: rows.append(rows[0] | {"id": ERASED[0]}), "manifest")


def forgotten(case: Case) -> None:
    """Let nothing tell of erasures: tombstones, list, chain and balance."""
    for path in (STONES, OTHER_STONES, LISTED, HISTORY, OTHER_HISTORY):
        (case.out / path).unlink()
    (case.out / HISTORY).parent.rmdir()

    def patch(said: dict[str, Any]) -> None:
        said.update(erasures=[], previous=None, suppression=None)
        said["outputs"].update(tombstones=[])
        for account in (said["accounting"], *said["accounting"]["by_source"].values()):
            account["records"] -= account["erased"]
            account.update(erased=0, erased_written=0)

    case.patch(patch)


def relisted(case: Case) -> None:
    """Take a digest from the suppression list, and make the manifest fit."""
    said = json.loads((case.out / LISTED).read_bytes())
    said["content"].pop()
    write(case, LISTED, json.dumps(said, indent=1).encode() + b"\n")
    digest = sha256((case.out / LISTED).read_bytes()).hexdigest()
    case.patch(lambda manifest: manifest["suppression"].update(sha256=digest))


def rewritten_history(case: Case) -> None:
    """Tell another story of the version before, and make the chain fit."""
    said = json.loads((case.out / OTHER_HISTORY).read_bytes())
    said["dataset"]["rows"] += 1
    write(case, OTHER_HISTORY, json.dumps(said).encode())
    digest = sha256((case.out / OTHER_HISTORY).read_bytes()).hexdigest()
    case.patch(lambda manifest: manifest["previous"].update(sha256=digest, kept_sha256=digest))


def restored(case: Case) -> None:
    """Put the version before the last erasure in the place of this one, all of its digests as they were."""
    envelope = (case.out / ENVELOPE).read_bytes()
    shutil.rmtree(case.out)
    shutil.copytree(case.whole / "between", case.out)
    (case.out / ENVELOPE).parent.mkdir()
    write(case, ENVELOPE, envelope)


def stone(path: str, **said: Any) -> Edit:
    """Change what a tombstone says, digests made to fit."""
    return lambda case: case.rewrite(path, lambda rows: rows[0].update(said), "manifest")


def listed(change: Callable[[bytes], bytes]) -> Edit:
    return lambda case: write(case, LISTED, change((case.out / LISTED).read_bytes()))


def told(change: Callable[[dict[str, Any]], Any]) -> Edit:
    return lambda case: case.patch(change)


LAST, LISTED = {"erasures"}, "_lineage/suppressed.json"
STONES, OTHER_STONES = "_lineage/tombstones-00000.parquet", "_lineage/tombstones-00001.parquet"
HISTORY, OTHER_HISTORY = "_lineage/history/00000.json", "_lineage/history/00001.json"
ERASED = [made().rows[4]["id"], made().ledger[3]["id"]]
ERASURES: dict[str, tuple[Edit, set[str]]] = {
    "tombstones deleted": (lambda case: (case.out / STONES).unlink(), {"sums", "shards"}),
    "a tombstone taken away, digests made to fit": (
        lambda case: case.rewrite(STONES, lambda rows: rows.pop(), "manifest"),
        {"accounting", "spans", "shards"},
    ),
    "a tombstone added, digests made to fit": (
        lambda case: case.rewrite(STONES, lambda rows: rows.append(rows[0] | {"id": "ab" * 16}), "manifest"),
        {"accounting", "spans"} | LAST,
    ),
    "a tombstone at another place": (stone(STONES, source_offset=5), {"spans"}),
    "a tombstone of another source": (stone(STONES, source_id="laws"), {"accounting", "spans"}),
    "a tombstone under the id of a record that is there": (stone(STONES, id=made().rows[6]["id"]), LAST),
    "a tombstone under an id that is none": (stone(STONES, id="x"), {"ids"}),
    "a tombstone of another file": (stone(STONES, file=OTHER), LAST),
    "a rule in a tombstone of a shard": (stone(STONES, rule="length:short"), LAST),
    "a tombstone for another reason": (stone(STONES, basis="other"), LAST),
    "a tombstone for another request": (stone(STONES, ticket="DSR-9"), LAST),
    "a tombstone of another day": (stone(STONES, at="2020-01-01T00:00:00+00:00"), LAST),
    "a tombstone of another erasure": (stone(STONES, erasure=1), LAST),
    "another rule in a tombstone of the ledger": (stone(OTHER_STONES, rule="pii:x"), {"ledger"}),
    "a tombstone of the ledger as if it were of a shard": (stone(OTHER_STONES, stage=None), LAST),
    "two files of tombstones swapped, digests made to fit": (
        both(
            lambda case: swap(case, STONES, OTHER_STONES),
            lambda case: case.entered(STONES),
            lambda case: case.entered(OTHER_STONES),
        ),
        LAST,
    ),
    "an erased record put back": (returned, {"accounting", "spans"} | LAST),
    "measurements of an erased record put back": (measured_again, LAST),
    "no suppression list": (lambda case: (case.out / LISTED).unlink(), {"sums"} | LAST),
    "an edited suppression list": (listed(lambda body: body.replace(b"a", b"b")), {"sums"} | LAST),
    "an edited suppression list, sums made to fit": (
        both(listed(lambda body: body.replace(b"a", b"b")), sealed),
        LAST,
    ),
    "a suppression list spelled otherwise, sums made to fit": (both(listed(lambda body: body + b" "), sealed), LAST),
    "a digest taken from the suppression list, manifest made to fit": (relisted, LAST),
    "a suppression list under another key": (told(lambda said: said["suppression"].update(key_id="00000000")), LAST),
    "no suppression list in the manifest": (told(lambda said: said.update(suppression=None)), LAST),
    "the version before deleted": (lambda case: (case.out / OTHER_HISTORY).unlink(), {"sums"} | LAST),
    "an older version deleted, sums made to fit": (both(lambda case: (case.out / HISTORY).unlink(), sealed), LAST),
    "an edited version before, sums made to fit": (
        both(lambda case: write(case, HISTORY, (case.out / HISTORY).read_bytes() + b" "), sealed),
        LAST,
    ),
    "versions swapped, sums made to fit": (both(lambda case: swap(case, HISTORY, OTHER_HISTORY), sealed), LAST),
    "another story of the version before, digests made to fit": (rewritten_history, LAST),
    "another digest of the version before": (told(lambda said: said["previous"].update(kept_sha256="0" * 64)), LAST),
    "no version before": (told(lambda said: said.update(previous=None)), LAST),
    "an erasure taken out of the manifest": (told(lambda said: said["erasures"].pop()), LAST),
    "another ticket in manifest and tombstones": (
        both(stone(STONES, ticket="DSR-9"), told(lambda said: said["erasures"][0].update(ticket="DSR-9"))),
        LAST,
    ),
    "fewer erased in the manifest": (told(lambda said: second(said).update(rejected=0)), LAST),
    "a touched file not named": (told(lambda said: second(said)["files"].pop()), LAST),
    "another shard changed by the way": (lambda case: case.perfect(OTHER, say("text", "x")), LAST),
    "a setting changed by the way": (told(lambda said: said["config"]["resolved"].update(stages=[])), LAST),
    "a balance without the erased": (
        told(lambda said: said["accounting"].update(erased=0, erased_written=0)),
        {"accounting"},
    ),
    "no word of any erasure": (forgotten, {"accounting", "spans"}),
    # What no check can tell without a key.
    "the version before put back whole": (restored, set()),
    "the last ticket in manifest and tombstones": (
        both(stone(OTHER_STONES, ticket="DSR-9"), told(lambda said: second(said).update(ticket="DSR-9"))),
        set(),
    ),
}
"""The same, of an output from which a record of a shard and one of the ledger were erased."""


def root_of(case: Case) -> bytes:
    return read_manifest(case.out).outputs.shards[0].content_root.encode()


@pytest.fixture(scope="module")
def signed(tmp_path_factory) -> Case:
    """An output that two have signed, not to be changed."""
    whole = tmp_path_factory.mktemp("signed")
    case = Case(whole, (new_keys(whole / "keys" / "a"), new_keys(whole / "keys" / "b")))
    publish(case.corpus, whole)
    write_raw(case.corpus, whole)
    for pair, name in zip(case.pairs, NAMES, strict=True):
        sign(case.out, read_signer(pair.private, name))
    return case


@pytest.fixture(scope="module")
def erased(tmp_path_factory) -> Case:
    """An output from which two records were erased, one after the other, and that two have signed then."""
    whole = tmp_path_factory.mktemp("erased")
    case = Case(whole, (new_keys(whole / "keys" / "a"), new_keys(whole / "keys" / "b")))
    publish(case.corpus, whole)
    write_raw(case.corpus, whole)
    for number, name in enumerate(ERASED):
        if number:
            shutil.copytree(case.out, whole / "between")
        (whole / "ids.txt").write_text(name, "utf-8")
        erase(case.out, Request("ids", str(whole / "ids.txt"), "gdpr-17", f"DSR-{number}", b"k" * 32))
    for pair, name in zip(case.pairs, NAMES, strict=True):
        sign(case.out, read_signer(pair.private, name))
    return case


@pytest.fixture
def case(signed, tmp_path) -> Case:
    """A copy that may be changed."""
    shutil.copytree(signed.whole, tmp_path, dirs_exist_ok=True)
    return Case(tmp_path, signed.pairs)


def test_an_untouched_copy_passes_with_keys_and_raw_files(case):
    assert case.verified(with_keys=True) == (0, set())
    assert len(KINDS) >= 90


@pytest.mark.parametrize("name", KINDS)
def test_tampering_is_noticed(case, name):
    edit, without_a_key = KINDS[name]
    edit(case)
    code, found = case.verified(with_keys=True)
    assert code == 1
    assert without_a_key <= found
    (case.out / ENVELOPE).unlink(missing_ok=True)
    _, found = case.verified(with_keys=False)
    assert without_a_key <= found
    assert without_a_key or not found, "it is said to need a key, and does not"


@pytest.mark.parametrize("name", [SHARD, MANIFEST, SUMS, ENVELOPE, "data/train/more"])
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_what_reading_would_never_end_of_is_noticed_and_not_read(case, name, kind):
    (case.out / name).unlink(missing_ok=True)
    os.mkfifo(case.out / name) if kind == "pipe" else (case.out / name).symlink_to("/dev/zero")
    command = [sys.executable, "-m", "curate", "verify", str(case.out)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert f"{name} is neither a file nor a folder" in done.stdout


def test_no_random_change_of_any_published_file_goes_unnoticed(case):
    keys = [read_verifier(pair.public, name) for pair, name in zip(case.pairs, NAMES, strict=True)]
    found = tampered(case.out, keys, edits=300, seed=6)
    assert sum(kind.edits for kind in found) == 300
    assert [kind for kind in found if kind.unnoticed or kind.unclear] == []


@pytest.mark.parametrize("name", ERASURES)
def test_tampering_with_erasures_is_noticed(erased, tmp_path, name):
    shutil.copytree(erased.whole, tmp_path, dirs_exist_ok=True)
    edit, without_a_key = ERASURES[name]
    case = Case(tmp_path, erased.pairs)
    edit(case)
    code, found = case.verified(with_keys=True)
    assert code == 1
    assert without_a_key <= found


def test_an_untouched_copy_of_an_erased_output_passes(erased):
    assert erased.verified(with_keys=True) == (0, set())
