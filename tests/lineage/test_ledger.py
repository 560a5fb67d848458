"""The ledger is browsed by rule, source and stage, and by distance from the threshold."""

from pathlib import Path

import pytest

from curate.core.errors import StorageError
from curate.lineage.ledger import Ledger
from curate.sinks.rejects import REJECTS
from tests.lineage.made import made, publish


@pytest.fixture(scope="module")
def out(tmp_path_factory) -> Path:
    return publish(made(), tmp_path_factory.mktemp("ledger"))


def test_all_rows_come_in_the_order_of_the_ledger(out):
    assert Ledger(out).rows() == made().ledger
    assert Ledger(out).count() == len(made().ledger)


@pytest.mark.parametrize(
    "filters",
    [
        {"rule": "length:short"},
        {"source": "advisories"},
        {"stage": "read"},
        {"rule": "length:short", "source": "advisories"},
        {"rule": "no:such"},
    ],
    ids=str,
)
def test_filters_keep_what_they_name(out, filters):
    names = {"rule": "rule", "source": "source_id", "stage": "stage"}
    wanted = [row for row in made().ledger if all(row[names[key]] == value for key, value in filters.items())]
    assert Ledger(out).filter(**filters).rows() == wanted
    assert Ledger(out).filter(**filters).count() == len(wanted)


def test_filters_add_up(out):
    assert Ledger(out).filter(rule="length:short").filter(source="qa").rows() == [
        row for row in made().ledger if row["rule"] == "length:short" and row["source_id"] == "qa"
    ]


def test_a_limit_gives_the_first_rows(out):
    for most in (0, 1, 5, 1000):
        assert Ledger(out).limit(most).rows() == made().ledger[:most]


def test_the_nearest_come_first_relative_to_their_threshold(out):
    measured = [row for row in made().ledger if row["threshold"] is not None]
    wanted = sorted(measured, key=lambda row: abs(row["value"] - row["threshold"]) / row["threshold"])
    assert Ledger(out).near_threshold().rows() == wanted
    assert Ledger(out).near_threshold().limit(3).rows() == wanted[:3]
    assert Ledger(out).near_threshold().count() == len(measured)


def test_a_table_has_the_columns_of_the_ledger(out):
    table = Ledger(out).filter(rule="length:short").table()
    assert table.schema == REJECTS
    assert table.to_pylist() == Ledger(out).filter(rule="length:short").rows()


def test_what_is_no_output_is_one_clear_error(tmp_path):
    with pytest.raises(StorageError, match="no output of curate"):
        Ledger(tmp_path).rows()


def test_a_damaged_ledger_is_one_clear_error(tmp_path):
    out = publish(made(), tmp_path)
    (out / "_lineage/rejects-00000-of-00001.parquet").write_bytes(b"PAR1")
    with pytest.raises(StorageError, match="is damaged"):
        Ledger(out).rows()
