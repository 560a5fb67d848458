"""What stages that see the whole corpus say of it is held against settings, counts and measurements."""

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pyarrow as pa
import pytest

from curate.lineage.columns import NUMBERS
from curate.lineage.concluded import concluded_faults, measured_faults
from curate.lineage.ids import parse_ids
from curate.lineage.manifest import Outputs, StageRecord
from curate.lineage.marks import Marks, check_marks
from curate.lineage.measures import by_id, take_in, unlike
from curate.lineage.profiles.covered import acts_of
from tests.lineage.made import Row, made, manifest_of

UNIT = {"source_id": "qa", "kind": "line", "documents": 7, "share": 7 / 31, "chars": 22, "quote": "..."}
SOURCE = {"records_in": 31, "records_out": 31}
TRUE: dict[str, Row] = {
    "near_duplicates": {
        "clusters": 12,
        "clusters_by_size": {"2": 11, "4": 1},
        "largest_clusters": [{"cluster": f"{n:032x}", "size": size} for n, size in enumerate([4, *[2] * 9])],
        "pairs_proposed": 20,
        "pairs_reconsidered": 2,
        "pairs_verified": 22,
        "pairs_similar": 14,
        "long_runs": 0,
        "long_run_records": 0,
    },
    "repeated_lines": {
        "units": 2,
        "most_frequent": [UNIT, {**UNIT, "kind": "paragraph", "documents": 5, "share": 5 / 31}],
    },
    "decontaminate": {"benchmarks": {"exam": {"items": 3, "too_short": 1, "passages": 2, "windows": 288}}},
    "relevance": {
        "auc": 0.98,
        "examples": 156,
        "recall": 0.96,
        "passing": 0.0,
        "stream": 25,
        "scripts": {
            "Hani": {"examples": 156, "stream": 25, "judged": True, "recall": 0.96, "passing": 0.0},
            "Latn": {"examples": 0, "stream": 59, "judged": False},
        },
        "threshold": 2.5,
    },
    "exact_duplicates": {"verdicts": 3},
    "source_gate": {"verdicts": 3},
    "length": {},
}
SETTINGS: dict[str, Row] = {
    "length": {"min": 5, "max": 90},
    "repeated_lines": {"min_documents": 3, "share": 0.01, "languages": None},
    "decontaminate": {"action": None, "benchmarks": {"exam": {"path": "sha256:"}}},
}
COUNTS: dict[str, Row] = {
    "repeated_lines": {
        "by_source": {
            "qa": {**SOURCE, "edited": 7, "counts": {"line": 7, "paragraph": 2}},
            "laws": {"records_in": 40, "records_out": 40},
        }
    },
    "decontaminate": {"counts": {"exam:q0": 1, "exam:q1": 2}, "rules": {"decontaminate:exam": {"tagged": 2}}},
    "relevance": {"rules": {"relevance:off_topic": {"tagged": 31}}},
    "exact_duplicates": {"rules": {"exact_duplicates:copy": {"rejected": 2, "tagged": 1}}},
    "source_gate": {"rules": {"source_gate:over_limit": {"rejected": 3}}},
    "length": {"rules": {"length:too_short": {"rejected": 2}, "length:too_long": {"tagged": 1}}},
}


MANIFEST = manifest_of(made(), Outputs())


def told(kind: str) -> Row:
    """Return the record of a stage as a manifest has it."""
    said = {"index": 1, "name": kind, "stage": kind, "params": SETTINGS.get(kind, {}), "lineage": TRUE[kind]}
    return deepcopy(said | COUNTS.get(kind, {}))


def lineage(**more: Any) -> Callable[[Row], None]:
    return lambda said: said["lineage"].update(more)


def unit(**more: Any) -> Callable[[Row], None]:
    return lambda said: said["lineage"]["most_frequent"][0].update(more)


FORGED: list[tuple[str, Callable[[Row], Any]]] = [
    ("near_duplicates", lineage(clusters=13)),
    ("near_duplicates", lineage(largest_clusters=[])),
    ("near_duplicates", lambda said: said["lineage"]["largest_clusters"].pop(0)),
    ("near_duplicates", lambda said: said["lineage"]["largest_clusters"][0].update(cluster=f"{1:032x}")),
    ("near_duplicates", lineage(pairs_proposed=21)),
    ("near_duplicates", lineage(pairs_similar=23)),
    ("near_duplicates", lineage(pairs_similar=13)),
    ("near_duplicates", lineage(long_runs=1)),
    ("repeated_lines", lineage(units=1)),
    ("repeated_lines", lineage(most_frequent=[])),
    ("repeated_lines", unit(documents=2, share=2 / 31)),
    ("repeated_lines", unit(documents=4, share=4 / 31)),
    ("repeated_lines", unit(share=0.2)),
    ("repeated_lines", unit(share=7 / 28)),
    ("repeated_lines", unit(documents=700)),
    ("repeated_lines", unit(kind="page")),
    ("repeated_lines", unit(documents=-1, share=0)),
    ("repeated_lines", unit(documents=-(2**63), share=-1e-300)),
    ("repeated_lines", unit(source_id="laws")),
    ("repeated_lines", lambda said: said["by_source"]["laws"].update(edited=1, counts={"line": 1})),
    ("repeated_lines", lambda said: said["by_source"]["qa"].update(counts={"line": 1})),
    ("repeated_lines", lambda said: said["by_source"]["qa"].update(edited=0)),
    ("decontaminate", lambda said: said["lineage"]["benchmarks"].update(other={"items": 1})),
    ("decontaminate", lambda said: said["lineage"]["benchmarks"]["exam"].update(items=2)),
    ("decontaminate", lambda said: said["lineage"]["benchmarks"]["exam"].update(windows=1)),
    ("decontaminate", lambda said: said.update(counts={})),
    ("decontaminate", lambda said: said.update(rules={})),
    ("decontaminate", lambda said: said["counts"].update({"other:q0": 1})),
    ("relevance", lineage(auc=1.2)),
    ("relevance", lineage(threshold=None)),
    ("relevance", lineage(examples=157)),
    ("relevance", lineage(stream=84)),
    ("relevance", lambda said: said["lineage"]["scripts"]["Hani"].update(recall=-1)),
    ("exact_duplicates", lineage(verdicts=2)),
    ("source_gate", lineage(verdicts=4)),
]


def faults(said: Row) -> list[str]:
    return list(concluded_faults(MANIFEST.model_copy(update={"stages": (StageRecord.model_validate(said),)})))


@pytest.mark.parametrize("kind", TRUE)
def test_what_a_run_says_agrees_with_itself(kind):
    assert faults(told(kind)) == []


@pytest.mark.parametrize(("kind", "forge"), FORGED, ids=[f"{kind}-{n}" for n, (kind, _) in enumerate(FORGED)])
def test_what_cannot_be_is_found(kind, forge):
    said = told(kind)
    forge(said)
    assert said != told(kind)
    assert faults(said)


@pytest.mark.parametrize(("errors", "found"), [(0, 2), (1, 2), (2, 0), (3, 0)])
def test_records_at_which_a_stage_raised_an_error_may_be_known_to_no_earlier_one_of_the_same_pass(errors, found):
    said = told("repeated_lines")
    said["by_source"]["qa"].update(records_in=33, records_out=33)
    later = StageRecord(index=said["index"] + 1, name="acme", stage="acme:Facts", by_source={"qa": {"errors": errors}})
    stages = MANIFEST.stages[0], StageRecord.model_validate(said), later
    assert len(list(concluded_faults(MANIFEST.model_copy(update={"stages": stages})))) == found


@pytest.mark.parametrize(
    ("kind", "sizes", "below", "found"),
    [
        ("near_duplicates", {2: 22, 4: 4}, 0, 0),
        ("near_duplicates", {2: 20, 4: 4}, 0, 1),
        ("near_duplicates", {2: 22}, 0, 1),
        ("relevance", {}, 31, 0),
        ("relevance", {}, 90, 0),
        ("relevance", {}, 30, 1),
        ("length", {0: 1, 4: 1, 5: 6, 90: 2, 91: 1}, 0, 0),
        ("length", {4: 3, 5: 6, 91: 1}, 0, 1),
        ("length", {4: 2, 5: 6}, 0, 1),
        ("length", {5: 6}, 0, 2),
    ],
)
def test_what_was_measured_of_each_record_is_what_the_stage_counts(kind, sizes, below, found):
    assert len(list(measured_faults(StageRecord.model_validate(told(kind)), Counter(sizes), below))) == found


IDS = pa.array([f"{n:032x}" for n in (1, 2)])


@pytest.mark.parametrize(("kind", "n"), [("acme:Fuzzy", 0), ("length", 2), ("near_duplicates", 1)])
def test_copies_and_clusters_of_a_stage_of_somebody_else_are_its_own_matter(kind, n):
    stage = StageRecord(index=0, name="fuzzy", stage=kind)
    marks = Marks(clusters=[parse_ids(IDS).pairs])
    marks.named["fuzzy", True] = marks.named["fuzzy", False] = 3
    manifest = MANIFEST.model_copy(update={"stages": (stage,), "sources": MANIFEST.sources})
    told = [fault for fault in check_marks(manifest, marks).faults if "copies" in fault or "cluster" in fault]
    assert len(told) == n


@pytest.mark.parametrize(
    ("column", "other"),
    [
        (pa.array([float("nan"), 1.0]), pa.array([0.0, 1.0])),
        (pa.array([2**53 + 1, 3]), pa.array([2**53, 3])),
        (pa.array([2**64 - 1, 3], pa.uint64()), pa.array([2**64 - 2, 3], pa.uint64())),
        (pa.array([0.1, None], pa.float32()), pa.array([0.2, None], pa.float32())),
        (pa.array([True, None]), pa.array([None, True])),
    ],
    ids=lambda column: str(column.type),
)
def test_a_measurement_is_compared_in_its_own_type(column, other):
    parsed = parse_ids(IDS)
    assert any(is_one(column.type) for is_one in NUMBERS)
    for said, n in ((column, 0), (other, 1)):
        parts: dict[str, Any] = {}
        take_in(parts, "x", IDS, said)
        found = [fault for _, one in by_id(parts) for fault in unlike(column, parsed.pairs, parsed.rows, one, "")]
        assert len(found) == n


@pytest.mark.parametrize(("action", "acts"), [("tag", "none"), ("reject", "all")])
@pytest.mark.parametrize("finds", [True, False])
def test_rules_of_quality_do_what_they_spell_out_where_nothing_else_says_it(action, acts, finds):
    lineage = {"rules": [{"rule": "x", "when": "order < 1", "action": action}]}
    stage = StageRecord(
        index=1, name="quality", stage="quality", lineage=lineage, finds={"x": action} if finds else None
    )
    assert acts_of(stage) == acts
