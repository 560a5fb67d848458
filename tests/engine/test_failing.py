"""Records on which a stage fails: each stands alone in the ledger where `max_errors` allows, and its text nowhere."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curate.config import registry
from tests.engine import faults
from tests.engine.corpora import ledger, lines, shards
from tests.engine.trying import Trial, is_one_clear_error

BOTH = pytest.mark.parametrize("stage", ["brittle", "brittle_facts"])
PERSONAL = "王小明的电话"


@pytest.fixture
def trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trial:
    for name, place in faults.STAGES.items():
        monkeypatch.setitem(registry.STAGES, name, place)
    made = Trial(tmp_path)
    made.write("b.jsonl", "\n".join(lines(100, 40)))
    return made


def written(trial: Trial, word: str, *places: int) -> None:
    said = [json.loads(line) for line in lines(0, 60)]
    for place in places:
        said[place]["text"] = f"{PERSONAL} {word} {place}"
    trial.write("a.jsonl", "\n".join(json.dumps(one, ensure_ascii=False) for one in said))


def left_out(trial: Trial) -> list[tuple[str, str, int]]:
    return sorted(ledger(trial.out).select("rule", "source_uri", "source_row").iter_rows())


def traces(trial: Trial) -> list[str]:
    """Name the files, published or of the work folder, that hold the text of a record that failed."""
    files = [path for path in trial.out.parent.rglob("*") if path.is_file() and trial.raw not in path.parents]
    return [path.name for path in files if PERSONAL in content(path)]


def content(path: Path) -> str:
    """Return what a file says, unpacked where it is packed."""
    head = path.read_bytes()[:6]
    if head == b"ARROW1":
        return str(pa.ipc.open_file(path).read_all().to_pylist())
    return str(pq.read_table(path).to_pylist()) if head[:4] == b"PAR1" else path.read_text("utf-8")


class TestARecordOnWhichAStageRaises:
    @BOTH
    def test_is_left_out_alone_where_so_many_errors_are_allowed(self, trial: Trial, stage: str) -> None:
        written(trial, "RAISE", 7, 8, 59)
        trial.passes(stages=["normalize", stage, "exact_duplicates"], max_errors=3)

        assert left_out(trial) == [(f"error:{stage}:ZeroDivisionError", "a.jsonl", row) for row in (7, 8, 59)]
        assert len(shards(trial.out)) == 97
        assert traces(trial) == []

    @BOTH
    def test_stops_the_run_else_and_is_named_by_its_place_without_its_text(self, trial: Trial, stage: str) -> None:
        written(trial, "RAISE", 7)
        said = trial.refuses(65, f"a:a.jsonl record 7 (error:{stage}:ZeroDivisionError)", "max_errors", stages=[stage])

        assert PERSONAL not in said

    def test_is_counted_again_when_more_errors_are_allowed_and_nothing_is_done_again(self, trial: Trial) -> None:
        written(trial, "RAISE", 7)
        assert trial.run(stages=["brittle"]).exit_code == 65
        done = trial.run("--verbose", stages=["brittle"], max_errors=1)

        assert done.exit_code == 0
        early = [line for line in done.stderr.splitlines() if line.startswith(("survey", "pass"))]
        assert [line for line in early if "kept from before" not in line] == []
        assert left_out(trial) == [("error:brittle:ZeroDivisionError", "a.jsonl", 7)]


class TestARecordThatKillsItsWorker:
    @BOTH
    def test_is_found_and_left_out_where_so_many_errors_are_allowed(self, trial: Trial, stage: str) -> None:
        written(trial, "KILL", 7)
        trial.passes(stages=[stage], max_errors=1, workers=2)

        assert left_out(trial) == [(f"error:{stage}:Killed", "a.jsonl", 7)]
        assert len(shards(trial.out)) == 99
        assert traces(trial) == []

    def test_stops_the_run_else_and_is_named_by_its_place(self, trial: Trial) -> None:
        written(trial, "KILL", 7)
        done = trial.run(stages=["brittle"], workers=1)

        assert done.exit_code == 65
        assert is_one_clear_error(done.stderr, "a:a.jsonl record 7 (error:brittle:Killed)", "max_errors")
        assert not trial.out.exists()

    def test_is_not_looked_for_where_many_more_kill_than_are_allowed(self, trial: Trial) -> None:
        written(trial, "KILL", *range(60))
        done = trial.run(stages=["brittle"], workers=1)

        assert done.exit_code == 65
        assert is_one_clear_error(done.stderr, "at least 2 records kill their worker", "max_errors is 0")


def test_a_worker_that_dies_while_no_stage_looks_at_records_puts_the_blame_on_none(trial: Trial) -> None:
    done = trial.run(stages=["brittle", "deadly"], max_errors=100, workers=1)

    assert done.exit_code == 1
    assert is_one_clear_error(done.stderr, "pass 1, split 0 (a)", "killed whenever it does this task", "memory")
    assert not trial.out.exists()
