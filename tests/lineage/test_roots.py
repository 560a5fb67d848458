"""The roots of an output are those of its records and files, and prove each record to whoever holds them."""

import json
from hashlib import sha256

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curate.core.errors import StorageError
from curate.core.merkle import root_of
from curate.lineage.manifest import MANIFEST, SUMS, read_manifest
from curate.lineage.roots import Inclusion, merkle_of, prove
from curate.sinks.shards import ROOT_KEY
from tests.lineage.made import failed, patched


def leaf_bytes(row: dict[str, object]) -> bytes:
    names = ("id", "source_id", "source_offset", "source_length")
    digest = sha256(str(row["text"]).encode()).hexdigest()
    return "\t".join([*(str(row[name]) for name in names), digest, str(row["source_uri"])]).encode()


def test_roots_can_be_taken_again_without_curate(out):
    said = json.loads((out / MANIFEST).read_bytes())
    roots = []
    for shard in said["outputs"]["shards"]:
        table = pq.read_table(out / shard["path"])
        roots.append(root_of(leaf_bytes(row) for row in table.to_pylist()))
        assert shard["content_root"] == roots[-1]
        assert pq.read_metadata(out / shard["path"]).metadata[ROOT_KEY.encode()].decode() == roots[-1]
    assert len(roots) > 2
    assert said["merkle"]["documents_root"] == root_of(bytes.fromhex(root) for root in roots)
    sums = (out / SUMS).read_text("utf-8").splitlines()
    lines = {line.partition("  ")[2]: line for line in sums}
    files = [one["path"] for kind in ("shards", "rejects", "signals", "pii") for one in said["outputs"][kind]]
    assert said["merkle"]["files_root"] == root_of(lines[path].encode() for path in files)


def test_every_record_is_proved_by_a_few_hashes(out):
    manifest = read_manifest(out)
    for shard in manifest.outputs.shards:
        rows = pq.read_table(out / shard.path).to_pylist()
        for place in (0, shard.rows // 2, shard.rows - 1):
            proof = Inclusion.model_validate_json(prove(out, shard.path, place).model_dump_json())
            assert proof.leaf == sha256(b"\0" + leaf_bytes(rows[place])).hexdigest()
            assert proof.root() == manifest.merkle.documents_root
            assert proof.model_copy(update={"leaf": "0" * 64}).root() != manifest.merkle.documents_root
            assert proof.model_copy(update={"row": shard.rows}).root() is None
            assert proof.model_copy(update={"number": proof.shards}).root() is None


@pytest.mark.parametrize(("shard", "row"), [("data/train/none.parquet", 0), (None, 1000), (None, -1)])
def test_what_is_not_there_is_not_proved(out, shard, row):
    with pytest.raises(StorageError):
        prove(out, shard or read_manifest(out).outputs.shards[0].path, row)


@pytest.mark.parametrize("change", [{"text": "another text"}, {"source_uri": "more/qa2.jsonl.gz"}, {"id": "ab" * 16}])
def test_a_record_that_was_changed_is_found_by_its_root_although_all_digests_fit(out, change):
    shard = read_manifest(out).outputs.shards[1]
    table = pq.read_table(out / shard.path)
    rows = table.to_pylist()
    rows[0] |= change
    rewritten(out, shard.path, pa.Table.from_pylist(rows, table.schema))
    assert "roots" in failed(out)


def test_records_in_another_order_are_found_by_their_root_alone(out):
    shard = read_manifest(out).outputs.shards[1]
    table = pq.read_table(out / shard.path)
    rewritten(out, shard.path, table.take(list(reversed(range(table.num_rows)))))
    assert failed(out) == {"roots"}


def test_a_footer_that_names_another_root_is_found(out):
    shard = read_manifest(out).outputs.shards[0]
    table = pq.read_table(out / shard.path)
    rewritten(out, shard.path, table.replace_schema_metadata({**table.schema.metadata, ROOT_KEY: "0" * 64}))
    assert failed(out) == {"roots"}


@pytest.mark.parametrize("name", ["documents_root", "files_root", "leaf"])
def test_a_root_of_the_manifest_that_is_not_that_of_the_files_is_found(out, name):
    patched(out, lambda said: said["merkle"].update({name: "0" * 64}))
    assert failed(out) == {"roots"}


def rewritten(out, path: str, table: pa.Table) -> None:
    """Write a shard anew and make every digest fit it, the roots left as they were."""
    pq.write_table(table, out / path, write_page_checksum=True)
    body = (out / path).read_bytes()

    def patch(said) -> None:
        shard = next(one for one in said["outputs"]["shards"] if one["path"] == path)
        shard |= {"bytes": len(body), "sha256": sha256(body).hexdigest()}

    patched(out, patch)
    patched(out, lambda said: said["merkle"].update(files_root=merkle_of(read_manifest(out).outputs).files_root))
