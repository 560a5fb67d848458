"""What a report counts in shards, ledger and signals is what stands there."""

from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curate.core.errors import StorageError
from curate.lineage.figures import figures, found_in
from curate.lineage.histograms import BINS, Range
from curate.lineage.ids import parse_ids
from curate.lineage.manifest import Written, read_manifest
from tests.lineage.made import made, publish


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """An output whose signals hold the measure that `length:short` judged, of records kept and left out alike."""
    out = publish(made(), tmp_path_factory.mktemp("figures"))
    manifest = read_manifest(out)
    rows = [
        row
        for file in (*manifest.outputs.shards, *manifest.outputs.rejects)
        for row in pq.read_table(out / file.path, columns=["id", "source_id"]).to_pylist()
    ]
    left = {row["id"]: row["value"] for row in ledger(out, manifest) if row["rule"] == "length:short"}
    values = [left.get(row["id"], 60.0 + number if number % 9 else None) for number, row in enumerate(rows)]
    table = pa.Table.from_pylist(rows).append_column("characters", pa.array(values, pa.float32()))
    path = "_lineage/signals-own.parquet"
    pq.write_table(table, out / path, row_group_size=20)
    signals = (Written(path=path, rows=len(rows), bytes=1, sha256="0" * 64),)
    return (
        out,
        manifest.model_copy(update={"outputs": manifest.outputs.model_copy(update={"signals": signals})}),
        values,
    )


def ledger(out, manifest):
    return [row for file in manifest.outputs.rejects for row in pq.read_table(out / file.path).to_pylist()]


def test_values_are_drawn_with_those_that_the_rule_left_out(measured):
    out, manifest, values = measured
    drawn = {one.rule: one for one in figures(out, manifest).histograms}
    one = drawn["length:short"]
    known = [value for value in values if value is not None]
    assert (one.of, one.metric, one.operator, one.thresholds) == ("signals", "characters", "<", (50.0,))
    assert (sum(one.counts), one.low, one.high) == (len(known), min(known), max(known))
    assert sum(one.out) == sum(row["rule"] == "length:short" for row in ledger(out, manifest))
    last = max(place for place, count in enumerate(one.out) if count)
    assert sum(one.counts[: last + 1]) == sum(one.out), "nothing that was kept lies among what was too short"


def test_the_ends_are_those_of_the_values_however_files_are_cut(measured, monkeypatch):
    out, manifest, values = measured
    monkeypatch.setattr("curate.lineage.signals.BATCH_ROWS", 5)
    (written,) = manifest.outputs.signals
    table = pq.read_table(out / written.path)
    flat = [value if value is not None and value < 50 else 60.0 for value in values]
    flat[20] = 60.0625
    path = "_lineage/signals-flat.parquet"
    pq.write_table(table.set_column(2, "characters", pa.array(flat, pa.float32())), out / path)
    signals = (written.model_copy(update={"path": path}),)
    outputs = manifest.outputs.model_copy(update={"signals": signals})
    drawn = {one.rule: one for one in figures(out, manifest.model_copy(update={"outputs": outputs})).histograms}
    assert drawn["length:short"].high == 60.0625


def test_values_that_no_signal_holds_are_drawn_from_the_ledger(measured):
    out, manifest, _ = measured
    near = next(one for one in figures(out, manifest).histograms if one.stage == "near_duplicates")
    values = [row["value"] for row in ledger(out, manifest) if row["stage"] == "near_duplicates"]
    assert (near.of, sum(near.counts), near.counts) == ("ledger", len(values), near.out)
    assert (near.low, near.high) == (min(0.8, *values), max(values))


def test_groups_of_copies_are_those_of_the_ledger(measured):
    out, manifest, _ = measured
    said = figures(out, manifest).copies
    rows = [row for row in ledger(out, manifest) if row["duplicate_of"]]
    for stage in ("exact_duplicates", "near_duplicates"):
        own = [row for row in rows if row["stage"] == stage]
        sizes = Counter(Counter(row["duplicate_of"] for row in own).values())
        assert said[stage].sizes == {str(size + 1): n for size, n in sizes.items()}
        assert {source: sum(n.values()) for source, n in said[stage].pairs.items()} == Counter(
            row["source_id"] for row in own
        )


def test_a_scale_of_powers_of_ten_is_for_what_reaches_far():
    assert not Range(0, 1).log
    assert Range(0, 5000).log
    assert not Range(-1, 5000).log
    assert Range(0, 1).bins(np.array([0.0, 0.5, 1.0])).tolist() == [0, BINS // 2, BINS - 1]
    assert Range(0, 999).bins(np.array([0.0, 9.0, 999.0])).tolist() == [0, BINS // 3, BINS - 1]


def test_ids_are_found_by_both_their_halves():
    names = ["0" * 16 + "0" * 15 + digit for digit in "13"] + ["f" * 32]
    known = parse_ids(pa.array(names)).pairs
    asked = parse_ids(pa.array([names[1], "0" * 16 + "0" * 15 + "2", names[2], "1" * 32, names[0]])).pairs
    assert found_in(known, asked).tolist() == [1, -1, 2, -1, 0]


def test_a_file_that_is_not_there_is_one_clear_error(measured, tmp_path):
    _, manifest, _ = measured
    with pytest.raises(StorageError, match="is missing"):
        figures(tmp_path, manifest)
