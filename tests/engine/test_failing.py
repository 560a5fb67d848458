"""Records on which a stage fails: each stands alone in the ledger where `max_errors` allows, and its text nowhere."""

import json
from pathlib import Path

import pytest

from curate.config import registry
from curate.core.errors import CurateError
from curate.engine.crew import suspected
from curate.engine.crumbs import AT_REST, Crumbs
from curate.engine.passes import PassJob
from curate.engine.task import Task
from tests.engine import faults
from tests.engine.corpora import ledger, lines, shards
from tests.engine.trying import Trial, is_one_clear_error

BOTH = pytest.mark.parametrize("stage", ["brittle", "brittle_facts"])
SECRET = "王小明的电话"


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
        said[place]["text"] = f"{SECRET} {word} {place}"
    trial.write("a.jsonl", "\n".join(json.dumps(one, ensure_ascii=False) for one in said))


def left_out(trial: Trial) -> list[tuple[str, str, int]]:
    return sorted(ledger(trial.out).select("rule", "source_uri", "source_row").iter_rows())


def traces(trial: Trial) -> list[str]:
    """Name the files, published or of the work folder, that hold the text of a record that failed."""
    files = [path for path in trial.out.parent.rglob("*") if path.is_file() and trial.raw not in path.parents]
    return [path.name for path in files if SECRET.encode() in path.read_bytes()]


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

        assert SECRET not in said

    def test_is_counted_again_when_more_errors_are_allowed_and_nothing_is_done_again(self, trial: Trial) -> None:
        written(trial, "RAISE", 7)
        assert trial.run(stages=["brittle"]).exit_code == 65
        done = trial.run("--verbose", stages=["brittle"], max_errors=1)

        assert done.exit_code == 0
        assert [line for line in done.stderr.splitlines() if line.startswith(("survey", "pass")) and "kept" not in line] == []
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


class TestASuspicion:
    """A worker may die of other things than a record: of memory, while it reads or writes."""

    @pytest.fixture
    def task(self, tmp_path: Path) -> Task:
        return Task("key", "pass 1, split 0", PassJob.__new__(PassJob))

    def test_falls_on_no_record_while_no_stage_is_at_work(self, task: Task, trial: Trial) -> None: ...
