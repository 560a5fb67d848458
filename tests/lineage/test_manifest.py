"""A manifest is one value with one spelling, and its published schema is that of the models."""

import json
import subprocess
from pathlib import Path

import jsonschema
import pytest
from pydantic import ValidationError

from curate.core.errors import StorageError
from curate.lineage import explain
from curate.lineage import manifest as module
from curate.lineage.manifest import MANIFEST, Manifest, manifest_bytes, read_manifest, reread_sources
from curate.lineage.runrecord import read_run
from curate.lineage.sums import read_sums, sha256sums
from curate.sinks import rejects
from tests.lineage.made import made, publish

SCHEMAS = Path(__file__).parents[2] / "schemas"


@pytest.fixture(scope="module")
def out(tmp_path_factory) -> Path:
    return publish(made(), tmp_path_factory.mktemp("manifest"))


def test_reading_gives_back_what_was_written(out):
    body = (out / MANIFEST).read_bytes()
    assert manifest_bytes(read_manifest(out)) == body
    assert body.endswith(b"}\n")
    assert "med-law" in body.decode()


def test_the_order_of_what_has_no_order_leaves_no_trace(out):
    said = json.loads((out / MANIFEST).read_bytes())
    for table in (said["environment"]["packages"], said["accounting"]["by_source"], said["outputs"]["splits"]):
        entries = list(table.items())[::-1]
        table.clear()
        table.update(entries)
    assert manifest_bytes(Manifest.model_validate_json(json.dumps(said))) == (out / MANIFEST).read_bytes()


def test_a_struct_column_keeps_the_order_of_its_fields(out):
    feature = next(column.feature for column in read_manifest(out).outputs.columns if column.name == "messages")
    assert list(feature["feature"]) == ["role", "content"]


def test_an_unknown_key_or_a_wrong_digest_is_a_mistake(out):
    said = json.loads((out / MANIFEST).read_bytes())
    for patch in ({"surprise": 1}, {"config": {"sha256": "abc"}}, {"manifest_version": "2.0"}):
        with pytest.raises(ValidationError):
            Manifest.model_validate(said | patch)


def test_what_is_missing_or_damaged_is_one_clear_error(tmp_path):
    with pytest.raises(StorageError, match=r"no output of curate.*\n.*hint: name the folder") as missing:
        read_manifest(tmp_path)
    assert missing.value.where == str(tmp_path)
    (tmp_path / "_lineage").mkdir()
    for body in (b"", b"{", b"[]", b"\xff", b'{"manifest_version": "7"}'):
        (tmp_path / MANIFEST).write_bytes(body)
        with pytest.raises(StorageError, match="damaged"):
            read_manifest(tmp_path)


@pytest.mark.parametrize("whole", [2**64, -(2**63) - 1, 10**400])
def test_a_whole_number_of_which_no_digest_can_be_taken_is_a_mistake_and_the_same_digits_as_a_text_are_none(
    out, tmp_path, whole
):
    said = json.loads((out / MANIFEST).read_bytes())
    (tmp_path / MANIFEST).parent.mkdir()
    for odd in (str(whole), 2**64 - 1, f"{whole}]"):
        said["limits"] = [odd]
        (tmp_path / MANIFEST).write_text(json.dumps(said))
        assert read_manifest(tmp_path).limits == [odd]
    said["limits"] = [whole]
    (tmp_path / MANIFEST).write_text(json.dumps(said))
    with pytest.raises(StorageError, match="64 bits"):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    ("name", "schema"),
    [("manifest", module.schema), ("rejects", rejects.schema), ("explanation", explain.schema)],
)
def test_the_published_schema_is_that_of_the_models(name, schema):
    spelled = json.dumps(schema(), ensure_ascii=False, indent=1) + "\n"
    assert (SCHEMAS / f"{name}.schema.json").read_text("utf-8") == spelled, "run `python -m curate.lineage.schemas`"


def test_an_output_fits_the_published_schemas(out):
    said = json.loads((out / MANIFEST).read_bytes())
    checker = jsonschema.Draft202012Validator(json.loads((SCHEMAS / "manifest.schema.json").read_bytes()))
    assert [error.message for error in checker.iter_errors(said)] == []
    rows = jsonschema.Draft202012Validator(json.loads((SCHEMAS / "rejects.schema.json").read_bytes()))
    assert [error.message for row in made().ledger for error in rows.iter_errors(row)] == []
    assert not checker.is_valid(said | {"surprise": 1})


def test_sources_that_read_earlier_outputs_are_known(out):
    said = json.loads((out / MANIFEST).read_bytes())
    assert reread_sources(Manifest.model_validate_json(json.dumps(said))) == frozenset()
    previous = [{"path": "x", "sha256": "0" * 64, "sources": ["laws", "mail"]}]
    said["sources"].append({"id": "old", "format": "curate", "previous": previous})
    assert reread_sources(Manifest.model_validate_json(json.dumps(said))) == {"old"}


def test_sha256sum_checks_an_output_without_any_tool_of_ours(out):
    command = ["sha256sum", "-c", "--strict", "SHA256SUMS"]
    done = subprocess.run(command, cwd=out, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(done.stdout.splitlines()) == len(read_sums(out))


def test_sums_list_every_file_but_themselves_the_run_record_and_attachments(out):
    everything = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert list(read_sums(out)) == sorted(everything - {"SHA256SUMS", "_lineage/run.json"})
    assert sha256sums(out) == (out / "SHA256SUMS").read_bytes()


def test_a_run_record_is_read_or_missing_or_one_clear_error(tmp_path):
    out = publish(made(), tmp_path)
    record = read_run(out)
    assert record is not None
    assert record.seconds == 1.0
    (out / "_lineage" / "run.json").write_text("{}")
    with pytest.raises(StorageError, match="run record"):
        read_run(out)
    (out / "_lineage" / "run.json").unlink()
    assert read_run(out) is None
