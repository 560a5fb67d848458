"""A reader with DuckDB and the page alone takes the numbers of an output again: no mismatch, and none unnoticed."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import curate
from curate.lineage.erase import erase
from curate.lineage.erase_asked import Request
from curate.lineage.reported import reported

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "check-without-us.md").read_text("utf-8")
BLOCK = re.compile(r"^```sql\n-- (\w[\w ]*):(.*?)^```$", re.MULTILINE | re.DOTALL)
QUERIES = {m[1]: f"--{m[2]}" for m in BLOCK.finditer(PAGE)}
"""By name: SQL, of which the last statement answers with what differs."""
FIGURES = "figures"
VIEWS, TOMBSTONES, REPORT = "views", "tombstones", "report"
INSTEAD = {"data/": "no shard", "_lineage/rejects-": "no ledger"}
"""By the files that a view reads: the block that takes its place where there are none."""
REVIEWS = "reviews"
"""Needs an output that was reviewed: tests/test_check_the_report.py has one."""
CHECKS = [name for name in QUERIES if name not in {VIEWS, TOMBSTONES, REPORT, FIGURES, REVIEWS, *INSTEAD.values()}]
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def quickstart(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("quickstart")
    done = curate.run(ROOT / "configs" / "quickstart.yaml", overrides=[f"output.path={folder / 'out'}"], workers=0)
    return told(Path(done.path))


def told(out: Path) -> Path:
    """Write what the report says of an output beside its folder."""
    _, said = reported(out, None)
    (out.parent / "report.json").write_text(said.model_dump_json(), "utf-8")
    return out


def copied(out: Path, folder: Path) -> Path:
    shutil.copy(out.parent / "report.json", folder)
    return shutil.copytree(out, folder / "out")


def answers(out: Path, name: str, monkeypatch) -> list[tuple[Any, ...]]:
    monkeypatch.chdir(out)
    with duckdb.connect() as connection:
        for view in QUERIES[VIEWS].split(";\n"):
            missing = [block for files, block in INSTEAD.items() if f"'{files}" in view and not there(files)]
            connection.execute(QUERIES[missing[0]] if missing else view)
        if list(Path().glob("_lineage/tombstones-*.parquet")):
            connection.execute(QUERIES[TOMBSTONES])
        connection.execute(QUERIES[REPORT])
        return connection.execute(QUERIES[name]).fetchall()


def there(files: str) -> bool:
    return bool([*Path().glob(f"{files}*/*.parquet"), *Path().glob(f"{files}*.parquet")])


@pytest.mark.parametrize("name", CHECKS)
def test_every_query_of_the_page_finds_no_mismatch_in_the_quickstart(quickstart, name, monkeypatch):
    assert answers(quickstart, name, monkeypatch) == []


def test_the_page_has_a_query_for_each_kind_of_number():
    assert {"rows", "balance", "rules", "stages", "languages", "personal data", "duplicates"} <= set(CHECKS)
    assert PAGE.count("```sql") == len(QUERIES)


def test_the_figures_are_those_of_the_shards(quickstart, monkeypatch):
    lines = answers(quickstart, FIGURES, monkeypatch)
    manifest = json.loads((quickstart / "_lineage" / "manifest.json").read_bytes())
    assert sum(line[2] for line in lines) == manifest["dataset"]["rows"]
    assert all(line[4] > 0 for line in lines)


@pytest.fixture(scope="module")
def erased(quickstart, tmp_path_factory) -> Path:
    """A version without two records that were kept and one that was left out, erased at two times."""
    folder = tmp_path_factory.mktemp("erased")
    out = shutil.copytree(quickstart, folder / "out")
    kept = pq.read_table(next(out.glob("data/*/*.parquet"))).to_pylist()
    left = pq.read_table(next(out.glob("_lineage/rejects-*.parquet"))).to_pylist()
    asked = [[row["id"] for row in kept if row["cluster"]][:1] + [row["id"] for row in kept if row["pii"]][:1]]
    asked.append([row["id"] for row in left if row["stage"] == "quality"][:1])
    for number, names in enumerate(asked):
        (folder / "ids.txt").write_text("\n".join(names), "utf-8")
        erase(out, Request("ids", str(folder / "ids.txt"), "gdpr-17", f"DSR-{number}", b"k" * 32))
    return told(out)


@pytest.mark.parametrize("name", CHECKS)
def test_every_query_of_the_page_finds_no_mismatch_where_something_was_erased(erased, name, monkeypatch):
    assert answers(erased, name, monkeypatch) == []


NAMES = ["filename", "shard", "rule", "file_row_number", "stage", "value", "n", "kept"]


@pytest.fixture(scope="module")
def oddly_named(tmp_path_factory) -> Path:
    """An output that keeps fields whose names the queries use for something else."""
    folder = tmp_path_factory.mktemp("named")
    rows = [{"text": f"阀门{n}已关闭。电话13800{n:06}。"[: n + 5], **dict.fromkeys(NAMES, f"x{n}")} for n in range(40)]
    (folder / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    source = {"format": "jsonl", "path": str(folder / "in.jsonl"), "keep": NAMES}
    stages = ["normalize", "language", {"length": {"min": 9}}, "near_duplicates", "pii"]
    said = {"name": "named", "sources": {"in": source}, "stages": stages, "limits": "off"}
    return told(Path(curate.run(said | {"output": {"path": str(folder / "out")}}, workers=0).path))


@pytest.mark.parametrize("name", [name for name in CHECKS if name != "measured"])
def test_every_query_of_the_page_finds_no_mismatch_whatever_kept_fields_are_called(oddly_named, name, monkeypatch):
    assert answers(oddly_named, name, monkeypatch) == []


@pytest.fixture(scope="module", params=["no shard", "no ledger"])
def one_sided(request, tmp_path_factory) -> Path:
    """An output of which nothing was kept, or from which nothing was left out."""
    folder = tmp_path_factory.mktemp("one_sided")
    (folder / "in.jsonl").write_text('{"text": "阀门已关闭。"}\n{"text": "泵已停止运行。"}\n', "utf-8")
    least = 100 if request.param == "no shard" else 1
    source = {"format": "jsonl", "path": str(folder / "in.jsonl")}
    stages = ["normalize", "language", {"length": {"min": least}}, "pii"]
    said = {"name": "one_sided", "sources": {"in": source}, "stages": stages, "limits": "off"}
    return told(Path(curate.run(said | {"output": {"path": str(folder / "out")}}, workers=0).path))


@pytest.mark.parametrize("name", [name for name in CHECKS if name != "measured"])
def test_every_query_of_the_page_finds_no_mismatch_where_one_side_is_empty(one_sided, name, monkeypatch):
    assert answers(one_sided, name, monkeypatch) == []


@pytest.fixture(scope="module")
def reread(quickstart, tmp_path_factory) -> Path:
    """An output made of an earlier one: its rows bring clusters and counts of personal data along."""
    folder = tmp_path_factory.mktemp("reread")
    stages = ["normalize", {"near_duplicates": {"threshold": 0.5}}, "pii"]
    source = {"format": "curate", "path": str(quickstart)}
    said = {"name": "again", "sources": {"before": source}, "stages": stages, "output": {"path": str(folder / "out")}}
    return told(Path(curate.run(said, workers=0).path))


@pytest.mark.parametrize("name", CHECKS)
def test_every_query_of_the_page_finds_no_mismatch_where_an_earlier_output_was_read(reread, name, monkeypatch):
    assert list(reread.glob("_lineage/rejects-*.parquet"))
    assert answers(reread, name, monkeypatch) == []


def test_the_roots_of_a_version_without_the_erased_are_those_that_the_page_takes(erased, monkeypatch):
    (code,) = [
        block for block in re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL) if "root(" in block
    ]
    monkeypatch.chdir(erased)
    exec(code.replace('Path("out/quickstart")', "Path()"), {})  # noqa: S102 - the page as it stands


def tombs(change: Callable[[Rows], object], *, last: bool = False) -> Callable[[Path], None]:
    return lambda out: rewrite(sorted(out.glob("_lineage/tombstones-*.parquet"))[-1 if last else 0], change)


def first(rows: Rows, **said: object) -> dict[str, Any]:
    return next(row for row in rows if all(row[name] == value for name, value in said.items()))


def shard(change: Callable[[Rows], object]) -> Callable[[Path], None]:
    return lambda out: rewrite(next(out.glob("data/*/*.parquet")), change)


def ledger(change: Callable[[Rows], object]) -> Callable[[Path], None]:
    return lambda out: rewrite(next(out.glob("_lineage/rejects-*.parquet")), change)


def manifest(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    def patch(out: Path) -> None:
        path = out / "_lineage" / "manifest.json"
        said = json.loads(path.read_bytes())
        change(said)
        path.write_text(json.dumps(said), "utf-8")

    return patch


def rewrite(path: Path, change: Callable[[Rows], object]) -> None:
    table = pq.read_table(path)
    rows = table.to_pylist()
    change(rows)
    pq.write_table(pa.Table.from_pylist(rows, table.schema), path)


def stage(said: dict[str, Any], name: str) -> dict[str, Any]:
    return first(said["stages"], name=name)


def some(said: dict[str, Any], name: str, key: str) -> dict[str, Any]:
    """Return the numbers of a stage for the first source that has any under a key."""
    return next(numbers for numbers in stage(said, name)["by_source"].values() if numbers[key])


LIES: list[tuple[str, Callable[[Path], None]]] = [
    ("rows", shard(lambda rows: rows.pop())),
    ("rows", manifest(lambda said: said["dataset"].update(rows=7))),
    ("rows", manifest(lambda said: said["outputs"]["splits"]["train"].update(rows=7))),
    ("balance", ledger(lambda rows: rows.pop())),
    ("balance", manifest(lambda said: said["accounting"].update(rejected=1))),
    ("balance", manifest(lambda said: said["accounting"]["by_source"]["notes"].update(written=1))),
    ("inputs", manifest(lambda said: said["inputs"][0].update(records=3))),
    ("inputs", shard(lambda rows: rows[0].update(source_uri="elsewhere.csv"))),
    ("spans", shard(lambda rows: rows[0].update(source_length=rows[0]["source_length"] + 1))),
    ("spans", ledger(lambda rows: rows.pop())),
    ("spans", manifest(lambda said: first(said["inputs"], source_id="notes").update(decoded_bytes=10**6))),
    ("ids", shard(lambda rows: rows[0].update(id=rows[1]["id"]))),
    ("ids", ledger(lambda rows: rows[0].update(id="x"))),
    ("rules", ledger(lambda rows: first(rows, stage="quality").update(rule="quality:other"))),
    ("rules", manifest(lambda said: some(said, "quality", "rejected")["rules"].clear())),
    ("stages", manifest(lambda said: some(said, "pii", "records_in").update(records_in=1))),
    ("stages", manifest(lambda said: stage(said, "length").update(rejected=99))),
    ("thresholds", ledger(lambda rows: first(rows, metric="jaccard").update(value=0.1))),
    ("bytes", shard(lambda rows: rows[0].update(text=rows[0]["text"] + "!"))),
    ("tags and edits", manifest(lambda said: some(said, "pii", "edited").update(edited=0))),
    ("languages", shard(lambda rows: rows[0].update(language=None))),
    ("licences", shard(lambda rows: rows[0].update(license="MIT"))),
    ("personal data", shard(lambda rows: next(row for row in rows if row["pii"]).update(pii=[]))),
    (
        "personal data",
        manifest(lambda said: next(iter(some(said, "pii", "personal")["personal"].values())).update(found=99)),
    ),
    ("duplicates", ledger(lambda rows: first(rows, rule="near_duplicates:near_copy").update(duplicate_of="0" * 32))),
    (
        "keepers",
        ledger(lambda rows: first(rows, stage="near_duplicates").update(duplicate_of=first(rows, stage="read")["id"])),
    ),
    ("chats", shard(lambda rows: next(row for row in rows if row["messages"])["messages"][0].update(content="x"))),
    ("chats", shard(lambda rows: next(row for row in rows if not row["messages"]).update(messages=[]))),
    ("measurements", ledger(lambda rows: rows[0].update(id="0" * 32))),
    ("clusters", shard(lambda rows: next(row for row in rows if row["cluster"]).update(cluster=None))),
    ("clusters", manifest(lambda said: stage(said, "near_duplicates")["lineage"].update(clusters_by_size={"2": 3}))),
]


@pytest.mark.parametrize(("name", "lie"), LIES, ids=[f"{number}-{name}" for number, (name, _) in enumerate(LIES)])
def test_a_query_finds_what_it_is_there_to_find(quickstart, tmp_path, name, lie, monkeypatch):
    copied(quickstart, tmp_path)
    lie(tmp_path / "out")
    assert answers(tmp_path / "out", name, monkeypatch)


def test_equal_texts_are_found_where_nothing_edited_after_exact_duplicates(quickstart, tmp_path, monkeypatch):
    copied(quickstart, tmp_path)
    shard(lambda rows: rows[0].update(text=rows[1]["text"]))(tmp_path / "out")
    assert answers(tmp_path / "out", "equal texts", monkeypatch) == []
    manifest(lambda said: stage(said, "pii").update(edited=0))(tmp_path / "out")
    assert len(answers(tmp_path / "out", "equal texts", monkeypatch)) == 1


GONE: list[tuple[str, Callable[[Path], None]]] = [
    ("balance", tombs(lambda rows: rows.pop())),
    ("inputs", tombs(lambda rows: rows.pop())),
    ("spans", tombs(lambda rows: rows[0].update(source_offset=rows[0]["source_offset"] + 1))),
    ("ids", tombs(lambda rows: rows[0].update(id=rows[1]["id"]))),
    ("stages", tombs(lambda rows: rows.pop())),
    (
        "rules",
        lambda out: rewrite(max(out.glob("_lineage/tombstones-*.parquet")), lambda rows: rows[0].update(rule="x:y")),
    ),
    ("erasures", tombs(lambda rows: rows[0].update(erasure=1))),
    ("erasures", manifest(lambda said: said["erasures"].pop())),
]


@pytest.mark.parametrize(("name", "lie"), GONE, ids=[f"{number}-{name}" for number, (name, _) in enumerate(GONE)])
def test_a_query_finds_what_is_wrong_with_tombstones(erased, tmp_path, name, lie, monkeypatch):
    copied(erased, tmp_path)
    lie(tmp_path / "out")
    assert answers(tmp_path / "out", name, monkeypatch)
