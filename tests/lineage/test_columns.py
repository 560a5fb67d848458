"""Files whose columns are not what they should be end every reader in one message, though all digests fit."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from curate.cli import main
from curate.lineage.columns import column_faults
from curate.lineage.erase import erase
from curate.lineage.erase_asked import Request
from curate.lineage.manifest import read_manifest
from curate.lineage.roots import merkle_of
from curate.lineage.verify import verify
from curate.sinks.rejects import POSITIONS, REJECTS, TOMBSTONES
from tests.lineage.made import SCHEMA, made, publish
from tests.lineage.test_tamper import LEDGER, SHARD, SIGNALS, Case

CORPUS = made()
KEPT = CORPUS.rows[9]
COPY = next(row for row in CORPUS.ledger if row["rule"] == "near_duplicates:copy")
ERASED = CORPUS.rows[4]["id"]
TOMBS = "_lineage/tombstones-00000.parquet"
KEY = b"k" * 32


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """An output from which one record was erased, with a key and a file of ids beside it."""
    folder = tmp_path_factory.mktemp("columns")
    publish(CORPUS, folder)
    (folder / "key").write_bytes(KEY)
    (folder / "ids").write_text(ERASED, "utf-8")
    erase(folder / "out", Request("ids", str(folder / "ids"), "gdpr-17", "DSR-1", KEY))
    (folder / "ids").write_text(f"{COPY['duplicate_of']}\n{COPY['id']}", "utf-8")
    return folder


@pytest.fixture
def case(whole, tmp_path) -> Case:
    shutil.copytree(whole, tmp_path, dirs_exist_ok=True)
    return Case(tmp_path, ())


def without(name: str) -> Callable[[pa.Table], pa.Table]:
    return lambda table: table.drop_columns([name])


def typed(name: str, value: object) -> Callable[[pa.Table], pa.Table]:
    return lambda table: table.set_column(table.schema.names.index(name), name, pa.array([value] * len(table)))


def emptied(name: str) -> Callable[[pa.Table], pa.Table]:
    def change(table: pa.Table) -> pa.Table:
        place = table.schema.names.index(name)
        return table.set_column(place, table.schema.field(place), pa.nulls(len(table), table.schema.field(place).type))

    return change


def changed(case: Case, path: str, change: Callable[[pa.Table], pa.Table]) -> None:
    """Write a file anew with other columns, and make every digest fit."""
    pq.write_table(change(pq.ParquetFile(case.out / path).read()), case.out / path, write_page_checksum=True)
    case.entered(path)


def told(case: Case, *words: str) -> tuple[int, str]:
    """Run a command; an error that is none of curate's is raised."""
    done = CliRunner().invoke(main, [*words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stderr


READERS: dict[str, Callable[[Case], list[str]]] = {
    "report": lambda case: ["report", str(case.out), "--json"],
    "trace": lambda case: ["trace", str(case.out), COPY["id"]],
    "trace --uri": lambda case: ["trace", str(case.out), "--uri", COPY["source_uri"]],
    "explain": lambda case: ["explain", str(case.out), COPY["id"], "--no-text"],
    "rejects": lambda case: ["rejects", str(case.out)],
    "diff": lambda case: ["diff", str(case.out), str(case.out)],
    "erase": lambda case: [
        *("erase", str(case.out), "--ids", str(case.whole / "ids"), "--dry-run"),
        *("--basis", "gdpr-17", "--ticket", "DSR-2", "--key-file", str(case.whole / "key")),
    ],
}
READ = {
    LEDGER: set(READERS) - {"diff"},
    SIGNALS: {"report", "trace", "explain", "erase"},
    TOMBS: {"trace --uri", "erase"},
    SHARD: {"report", "trace", "trace --uri", "explain", "erase"},
}
"""Who reads the file whatever is asked; `diff` reads a few columns and leaves the others alone."""
CHANGES = {
    (LEDGER, "metric of numbers"): typed("metric", 7),
    (LEDGER, "value of strings"): typed("value", "much"),
    (LEDGER, "no source_id"): without("source_id"),
    (LEDGER, "stage of lists"): typed("stage", ["length"]),
    (LEDGER, "source_row of structs"): typed("source_row", {"row": 1}),
    (LEDGER, "no id"): without("id"),
    (SIGNALS, "id of numbers"): typed("id", 7),
    (SIGNALS, "no source_id"): without("source_id"),
    (TOMBS, "no id"): without("id"),
    (TOMBS, "at of lists"): typed("at", ["now"]),
    (SHARD, "cluster of numbers"): typed("cluster", 7),
    (SHARD, "no source_uri"): without("source_uri"),
}


@pytest.mark.parametrize(("path", "what"), CHANGES)
def test_columns_that_are_missing_or_of_another_type_end_every_reader_in_one_message(case, path, what):
    changed(case, path, CHANGES[path, what])
    for name in READ[path]:
        code, said = told(case, *READERS[name](case))
        assert code == 74, name
        assert said.startswith(f"error: {case.out / path}: the "), name
        assert "column" in said
        assert "hint: `curate verify" in said, name
    assert {"schema", "shards"} & {check.id for check in verify(case.out).checks if check.status == "fail"}


@pytest.mark.parametrize("name", ["id", "source_id", "source_uri", "stage", "rule"])
def test_a_row_of_the_ledger_that_lacks_what_every_row_has_ends_no_reader_in_a_traceback(case, name):
    changed(case, LEDGER, emptied(name))
    codes = {reader: told(case, *words(case))[0] for reader, words in READERS.items()}
    assert 74 in codes.values()
    assert {reader for reader, code in codes.items() if code not in {0, 74}} <= {"explain"}, "which may find no record"
    assert verify(case.out).exit_code == 1


@pytest.mark.parametrize("name", ["metric", "value", "threshold"])
def test_a_measure_of_which_a_part_is_missing_is_browsed_without_it(case, name):
    changed(case, LEDGER, emptied(name))
    assert told(case, *READERS["rejects"](case))[0] == 0


def test_a_measure_that_a_rule_held_against_a_threshold_is_a_number(case):
    changed(case, SIGNALS, typed("characters", "many"))
    code, said = told(case, *READERS["report"](case))
    assert code == 74
    fault = "has a column 'characters' of the type string, and a rule took it for a number"
    assert fault in said
    found = {check.id: check.detail for check in verify(case.out).checks if check.status == "fail"}
    assert fault in found["measures"]


def test_a_measure_of_dates_is_drawn_nowhere_and_no_fault(tmp_path):
    case = Case(tmp_path, ())
    publish(CORPUS, tmp_path)
    changed(case, SIGNALS, typed("characters", date(2026, 1, 1)))
    day = {"dtype": "date32", "_type": "Value"}
    case.patch(lambda said: said["outputs"]["tables"]["signals"][3].update(feature=day))
    assert told(case, *READERS["report"](case))[0] == 0
    assert verify(case.out).exit_code == 0


def test_a_measurement_dropped_from_all_files_is_missed(case):
    changed(case, SIGNALS, without("characters"))
    found = {check.id: check.detail for check in verify(case.out).checks if check.status == "fail"}
    assert found["schema"] == f"{SIGNALS} has no column 'characters' of the type promised"


def test_a_measurement_that_nobody_promised_is_found(case):
    changed(case, SIGNALS, lambda table: table.append_column("more", pa.array([1.0] * len(table))))
    found = {check.id: check.detail for check in verify(case.out).checks if check.status == "fail"}
    assert found["schema"] == f"{SIGNALS} has a column 'more' that the manifest does not promise"


def test_measurements_in_another_order_are_found(case):
    changed(case, SIGNALS, lambda table: table.select(["id", "source_id", "characters", "quality_zipf"]))
    found = {check.id: check.detail for check in verify(case.out).checks if check.status == "fail"}
    assert found["schema"] == f"{SIGNALS} has its columns in another order than promised"


def test_measurements_that_went_whole_are_missed(case):
    (case.out / SIGNALS).unlink()
    case.patch(lambda said: said["outputs"].update(signals=[]))
    roots = merkle_of(read_manifest(case.out).outputs)
    case.patch(lambda said: said["merkle"].update(roots.model_dump()))
    found = {check.id: check.detail for check in verify(case.out).checks if check.status == "fail"}
    assert "0 rows of measurements" in found["measures"]


@pytest.mark.parametrize("kind", ["rejects", "pii", "tombstones"])
def test_a_manifest_that_promises_other_columns_of_a_ledger_fails(case, kind):
    case.patch(lambda said: said["outputs"]["tables"][kind].pop())
    found = {check.id: check.detail for check in verify(case.out).checks if check.status == "fail"}
    assert f"the manifest promises other columns of {kind} than every output has" in found["schema"]


def test_a_manifest_that_promises_a_measurement_in_the_shards_alone_fails(case):
    case.patch(lambda said: said["outputs"]["tables"].update(signals=said["outputs"]["tables"]["signals"][:2]))
    found = {check.id: check.detail for check in verify(case.out).checks if check.status == "fail"}
    assert "a measurement 'quality_zipf' in the shards, and not the same in the signals" in found["schema"]


def test_a_signal_that_the_shards_have_too_is_of_the_type_that_was_promised(case):
    changed(case, SIGNALS, typed("quality_zipf", "much"))
    found = {check.id: check.detail for check in verify(case.out).checks if check.status == "fail"}
    assert "'quality_zipf'" in found["schema"]


def test_a_file_of_the_ledger_has_a_name_that_says_so(case):
    other = "_lineage/left-00000-of-00001.parquet"
    (case.out / LEDGER).rename(case.out / other)
    case.patch(lambda said: said["outputs"]["rejects"][0].update(path=other))
    found = {check.id: check.detail for check in verify(case.out).checks if check.status == "fail"}
    assert f"{other} is not named as rejects are" in found["schema"]


@pytest.mark.parametrize(
    ("path", "schema"), [(SHARD, SCHEMA), (LEDGER, REJECTS), (TOMBS, TOMBSTONES), ("_lineage/pii-0.parquet", POSITIONS)]
)
def test_what_curate_writes_has_its_columns_and_nothing_that_differs_has(path, schema):
    def faults(said: pa.Schema) -> list[str]:
        return list(column_faults(path, said))

    assert faults(schema) == []
    swapped = pa.schema([schema.field(1), schema.field(0), *list(schema)[2:]])
    assert faults(swapped) == ["has its columns in another order"]
    assert faults(schema.remove(0)) == ["lacks the column 'id'"]
    assert "has several columns 'id'" in faults(schema.append(schema.field(0)))
    assert faults(schema.set(0, pa.field("id", pa.large_string()))) == [
        "has a column 'id' of the type large_string, which is to be string"
    ]
    more = faults(schema.append(pa.field("more", pa.int8())))
    assert more == ([] if path == SHARD else ["has a column 'more' that is none of its own"])


def test_whom_a_signal_calls_the_keeper_is_an_id():
    begin = [("id", pa.string()), ("source_id", pa.string())]
    assert list(column_faults(SIGNALS, pa.schema([*begin, ("copies_keeper", pa.string())]))) == []
    [fault] = column_faults(SIGNALS, pa.schema([*begin, ("copies_keeper", pa.int64())]))
    assert fault == "has a column 'copies_keeper' of the type int64, which is to be string"
