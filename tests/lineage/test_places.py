"""Places of personal data whose columns are not what they should be end every reader in one message."""

from pathlib import Path
from shutil import copytree
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from curate.cli import main
from curate.lineage.verify import verify
from curate.sinks.rejects import POSITIONS
from tests.lineage.test_erase_runs import EDITING, PHONE, corpus, run
from tests.lineage.test_tamper import Case

PLACES = "_lineage/pii-00000.parquet"
OTHERS: dict[str, Any] = {
    "numbers": pa.scalar(7, pa.int64()),
    "fractions": pa.scalar(1.5),
    "strings": pa.scalar("x"),
    "bytes": pa.scalar(b"\xff"),
    "lists": pa.scalar(["a"]),
    "structs": pa.scalar({"a": 1}),
    "truths": pa.scalar(True),
    "nulls": pa.scalar(None),
    "large strings": pa.scalar("x", pa.large_string()),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """An output that says where personal data stood, not to be changed."""
    folder = tmp_path_factory.mktemp("places")
    run(folder / "out", corpus(folder / "raw"), EDITING)
    (folder / "person").write_text(f"手机: {PHONE}", "utf-8")
    return folder


@pytest.fixture
def case(whole, tmp_path) -> Case:
    copytree(whole, tmp_path, dirs_exist_ok=True)
    return Case(tmp_path, ())


def changed(case: Case, name: str, column: pa.Array | None) -> None:
    """Give the places another column, or none, and make every digest fit."""
    table = pq.ParquetFile(case.out / PLACES).read()
    at = table.schema.names.index(name)
    table = table.drop_columns([name]) if column is None else table.set_column(at, name, column)
    pq.write_table(table, case.out / PLACES, write_page_checksum=True)
    case.entered(PLACES)


def readers(case: Case) -> dict[str, list[str]]:
    out, person, key = str(case.out), str(case.whole / "person"), ["--key-file", str(case.whole / "k.key")]
    return {
        "trace": ["trace", out, "--subject", person, *key],
        "erase": ["erase", out, "--subject", person, *key, "--basis", "gdpr-17", "--ticket", "DSR-2", "--dry-run"],
        "report": ["report", out, "--json"],
        "verify": ["verify", out],
    }


def codes(case: Case) -> dict[str, int]:
    """Run every reader; an error that is none of curate's is raised."""
    found = {}
    for name, words in readers(case).items():
        done = CliRunner().invoke(main, words)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code in {0, 1} or done.stderr.startswith(f"error: {case.out / PLACES}: "), done.stderr
        found[name] = done.exit_code
    return found


@pytest.mark.parametrize(
    ("name", "what"),
    [
        (one.name, what)
        for one in POSITIONS
        for what in ("dropped", *OTHERS)
        if (one.type, what) != (pa.string(), "strings")
    ],
)
def test_a_column_of_another_type_ends_every_reader_in_one_message(case, name, what):
    rows = pq.read_metadata(case.out / PLACES).num_rows
    changed(case, name, None if what == "dropped" else pa.repeat(OTHERS[what], rows))
    said = codes(case)
    assert (said["trace"], said["erase"], said["verify"]) == (74, 74, 1)


@pytest.mark.parametrize("name", POSITIONS.names)
def test_no_part_of_a_place_may_be_missing(case, name):
    assert verify(case.out).passed
    rows = pq.read_metadata(case.out / PLACES).num_rows
    changed(case, name, pa.nulls(rows, POSITIONS.field(name).type))
    assert codes(case)["verify"] == 1
    assert verify(case.out).named("positions").status == "fail"
