import pytest

from benchmarks.crash import Bench, Trial, trials

POINTS = 20
STAGES = ("length", "exact_duplicates")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[Trial]:
    bench = Bench.build(tmp_path_factory.mktemp("crash"), workers=2, stages=STAGES)
    return trials(bench, POINTS, seed=20)


def test_a_killed_run_that_is_started_again_gives_the_bytes_of_an_undisturbed_one(made: list[Trial]) -> None:
    assert [trial for trial in made if not trial.identical] == []


def test_runs_were_killed_in_every_way_and_not_only_once_they_were_over(made: list[Trial]) -> None:
    killed = [trial.victim for trial in made if trial.killed]

    assert len(made) == POINTS
    assert len(killed) >= POINTS // 2
    assert set(killed) == {"group", "parent", "worker"}
