"""A reader with DuckDB and the page alone takes the numbers of a report again: no mismatch, and none unnoticed."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

import curate
from curate.lineage.erase import erase
from curate.lineage.erase_asked import Request
from curate.lineage.review.review import Wanted, take_back, write_sample
from tests.test_check_without_us import (
    CHECKS,
    REVIEWS,
    ROOT,
    answers,
    copied,
    first,
    ledger,
    manifest,
    shard,
    stage,
    told,
)

Change = Callable[[dict[str, Any]], object]
TERMS = "焊接 激光 磨损 装配 扭矩 轴承 齿轮"
"""Stand in most records of the source `procedures`: those of three of them are marked."""


@pytest.fixture(scope="module")
def rich(tmp_path_factory) -> Path:
    """An output with a gate that blocked a source, benchmarks, a key, two splits, a review and an erasure."""
    folder = tmp_path_factory.mktemp("rich")
    (folder / "key").write_bytes(b"k" * 32)
    (folder / "A.1.a.txt").write_text("\n".join(TERMS.split()), "utf-8")
    quickstart = ROOT / "configs" / "quickstart"
    task, *_ = (quickstart / "energy" / "incidents.jsonl").read_bytes().splitlines()
    item = {"id": "one", "question": json.loads(task)["text"]}
    (folder / "tasks.jsonl").write_text(json.dumps(item, ensure_ascii=False), "utf-8")
    said = yaml.safe_load((ROOT / "configs" / "quickstart.yaml").read_text("utf-8"))
    for source in said["sources"].values():
        source["path"] = str(ROOT / "configs" / source["path"])
    *stages, tokens = [{"pii": {"key_file": "key"}} if one == "pii" else one for one in said["stages"]]
    benchmark = {"path": "tasks.jsonl", "fields": ["question"], "id": "id"}
    gate = [{"safety": {"lexicons": ["A.1.a.txt"]}}, "source_gate"]
    said["stages"] = [*gate, *stages, {"decontaminate": {"benchmarks": {"tasks": benchmark}}}, tokens]
    said["output"] = {"path": str(folder / "out"), "splits": {"train": 0.8, "validation": 0.2}}
    (folder / "rich.yaml").write_text(yaml.safe_dump(said, allow_unicode=True), "utf-8")
    out = Path(curate.run(folder / "rich.yaml", workers=0).path)
    keeper = next(row["duplicate_of"] for row in rows_of(out) if row["stage"] == "near_duplicates")
    (folder / "ids.txt").write_text(keeper, "utf-8")
    erase(out, Request("ids", str(folder / "ids.txt"), "gdpr-17", "DSR-1", b"k" * 32))
    forms = [Path(form) for form in write_sample(out, folder, Wanted("nonce", 40, 0.25)).files]
    for form, failing in zip(forms, ({2: "A.1.a", 3: "A.2.b"}, {2: "A.1.a", 5: "A.3.c"}), strict=True):
        filled(form, failing)
    take_back(out, forms, ["first reader", "second reader"])
    return told(out)


def rows_of(out: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(next(out.glob("_lineage/rejects-*.parquet"))).to_pylist()
    return rows


def filled(form: Path, failing: dict[int, str]) -> None:
    with form.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        risk = failing.get(int(row["number"]), "")
        row.update({"verdict": "fail" if risk else "pass", "class": risk})
    with form.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize("name", [*CHECKS, REVIEWS])
def test_every_query_of_the_page_finds_no_mismatch_in_a_report_of_everything(rich, name, monkeypatch):
    assert answers(rich, name, monkeypatch) == []


def test_the_report_that_is_taken_again_has_something_of_everything(rich):
    said = json.loads((rich.parent / "report.json").read_bytes())
    assert any(one["blocked"] for one in said["shares"]["source_gate"].values())
    assert {one["of"] for one in said["counted"]["histograms"]} == {"signals", "ledger"}
    assert any(one["log"] for one in said["counted"]["histograms"])
    assert any("unknown" in owners for owners in said["counted"]["copies"]["near_duplicates"]["pairs"].values())
    assert said["reviews"][0]["failed"] > 0
    assert said["reviews"][0]["cohen_kappa"] is not None
    assert said["erasures"]


def report(change: Change) -> Callable[[Path], None]:
    def patch(out: Path) -> None:
        path = out.parent / "report.json"
        said = json.loads(path.read_bytes())
        change(said)
        path.write_text(json.dumps(said), "utf-8")

    return patch


def drawn(said: dict[str, Any], of: str) -> dict[str, Any]:
    return first(said["counted"]["histograms"], of=of)


def moved(numbers: list[int]) -> None:
    """Take one record out of the fullest stretch and put it into its neighbour: the sum stays."""
    place = numbers.index(max(numbers))
    numbers[place] -= 1
    numbers[place - 1] += 1


def pairs(said: dict[str, Any]) -> dict[str, int]:
    return next(iter(said["counted"]["copies"]["near_duplicates"]["pairs"].values()))


def share(said: dict[str, Any]) -> dict[str, Any]:
    return said["shares"]["source_gate"]["procedures"]


def verdict(said: dict[str, Any]) -> dict[str, Any]:
    return stage(said, "source_gate")["lineage"]["sources"]["procedures"]


def result(change: Change) -> Callable[[Path], None]:
    def patch(out: Path) -> None:
        path = next(out.glob("_lineage/attached/reviews/*/result.json"))
        said = json.loads(path.read_bytes())
        change(said)
        path.write_text(json.dumps(said), "utf-8")

    return patch


LIES: list[tuple[str, Callable[[Path], None]]] = [
    ("report and manifest", report(lambda said: said.update(manifest_sha256="0" * 64))),
    ("totals", manifest(lambda said: stage(said, "near_duplicates").update(tagged=7))),
    ("totals", manifest(lambda said: stage(said, "quality")["rules"]["quality:short"].update(rejected=99))),
    ("totals", manifest(lambda said: stage(said, "pii")["counts"].clear())),
    ("mix", report(lambda said: said["counted"]["languages"]["en"].update(tokens=1))),
    ("mix", report(lambda said: said["counted"]["languages"]["en"].update(sources=1))),
    ("mix", report(lambda said: said["counted"]["languages"].pop("en"))),
    ("mix", shard(lambda rows: rows[0].update(n_tokens=None))),
    ("histograms", report(lambda said: moved(drawn(said, "signals")["counts"]))),
    ("histograms", report(lambda said: moved(drawn(said, "signals")["out"]))),
    ("histograms", report(lambda said: moved(drawn(said, "ledger")["counts"]))),
    ("histograms", ledger(lambda rows: rows.remove(first(rows, metric="jaccard")))),
    ("ends", report(lambda said: drawn(said, "signals").update(high=4000.0))),
    ("ends", report(lambda said: drawn(said, "ledger").update(low=0.0))),
    ("ends", report(lambda said: drawn(said, "signals").update(log=not drawn(said, "signals")["log"]))),
    ("ends", report(lambda said: drawn(said, "ledger").update(thresholds=[0.06]))),
    ("ends", report(lambda said: said["counted"]["histograms"].pop())),
    ("copies", report(lambda said: pairs(said).update(procedures=1))),
    ("copies", report(lambda said: pairs(said).update({next(iter(pairs(said))): 99}))),
    ("copies", report(lambda said: said["counted"]["copies"]["exact_duplicates"]["sizes"].update({"3": 1}))),
    ("copies", ledger(lambda rows: first(rows, stage="near_duplicates").update(source_id="procedures"))),
    ("shares", report(lambda said: share(said).update(upper=0.05))),
    ("shares", report(lambda said: share(said).update(lower=0.01))),
    ("shares", report(lambda said: share(said).update(bad=1))),
    ("shares", report(lambda said: share(said).update(blocked=False))),
    ("shares", report(lambda said: said["shares"]["source_gate"].pop("procedures"))),
    ("shares", report(lambda said: said["limits"].update(source_gate=0.5))),
    ("gates", manifest(lambda said: verdict(said).update(upper=0.19))),
    ("gates", manifest(lambda said: verdict(said).update(lower=0.05))),
    ("gates", manifest(lambda said: verdict(said).update(blocked=False))),
    ("gates", manifest(lambda said: verdict(said).update(records=99))),
    (
        "gates",
        shard(lambda rows: [row["tags"].append("safety:A.1.a") for row in rows if row["source_id"] == "notes"]),
    ),
    ("reviews", report(lambda said: said["reviews"][0].update(passed=40))),
    ("reviews", report(lambda said: said["reviews"][0].update(pass_rate_lower95=0.96))),
    ("reviews", report(lambda said: said["reviews"][0].update(cohen_kappa=1.0))),
    ("reviews", report(lambda said: said["reviews"][0]["failed_by_class"].clear())),
    ("reviews", report(lambda said: said["reviews"].clear())),
    ("reviews", result(lambda said: said["judgements"].pop())),
]


@pytest.mark.parametrize(("name", "lie"), LIES, ids=[f"{number}-{name}" for number, (name, _) in enumerate(LIES)])
def test_a_query_finds_what_is_wrong_in_a_report(rich, tmp_path, name, lie, monkeypatch):
    out = copied(rich, tmp_path)
    lie(out)
    assert answers(out, name, monkeypatch)
