"""A run that is told to stop, or killed, leaves nothing behind that the next one could not go on from."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import click.testing
import pytest

from benchmarks.measure import members
from curate.cli import main
from curate.config import registry
from tests.engine.corpora import bytes_of, lines
from tests.engine.faults import COMMAND, GATE, ROOT, STAGES
from tests.engine.trying import Trial, is_one_clear_error

AT_MOST_SECONDS = 120
SOON_SECONDS = 10


class Waiting:
    """A command whose worker waits before a gate, in the middle of its first pass."""

    def __init__(self, place: Path) -> None:
        self.trial, self.gate = Trial(place), place / "gate"
        said = [*lines(0, 30), json.dumps({"text": "WAIT: 等在门前的一行。"}, ensure_ascii=False), *lines(30, 30)]
        self.trial.write("a.jsonl", "\n".join(said))
        stages = ["normalize", "brittle", "exact_duplicates"]
        self.trial.config.write_text(json.dumps(self.trial.settings(stages=stages, workers=1)))

    def start(self) -> None:
        """Start the command in a session of its own."""
        said = [*COMMAND, "run", str(self.trial.config), "--progress", "none"]
        environment = {**os.environ, GATE: str(self.gate)}
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            said, env=environment, stderr=pipe, stdout=pipe, text=True, cwd=ROOT, start_new_session=True
        )

    def trail(self) -> str:
        """Return what the worker is at."""
        trails = list((self.trial.out.parent / "out.work/crumbs").glob("*"))
        return trails[0].read_text() if trails else ""

    def alive(self) -> list[int]:
        """Name the living processes of the command."""
        return list(members(self.process.pid))

    def status(self) -> str:
        """Return the state that `curate status` tells."""
        done = click.testing.CliRunner().invoke(main, ["status", str(self.trial.out), "--json"])
        state: str = json.loads(done.stdout)["state"]
        return state

    def goes_on(self) -> dict[str, str]:
        """Start the command again, without a gate, and return the digests of its output."""
        arguments = ["run", str(self.trial.config), "--quiet", "--workers", "0"]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(registry, "STAGES", registry.STAGES | STAGES)
            done = click.testing.CliRunner().invoke(main, arguments)
        assert (done.exit_code, done.output) == (0, "")
        return bytes_of(self.trial.out)


def soon(holds: Callable[[], bool], seconds: float = AT_MOST_SECONDS) -> None:
    """Wait until something holds."""
    for _ in range(int(seconds * 50)):
        if holds():
            return
        time.sleep(0.02)
    pytest.fail("it never held")


@pytest.fixture
def waiting(tmp_path: Path) -> Iterator[Waiting]:
    waiting = Waiting(tmp_path)
    assert waiting.status() == "absent"
    waiting.start()
    try:
        soon(lambda: waiting.trail().startswith("0 60 brittle"))
        yield waiting
    finally:
        with suppress(ProcessLookupError):
            os.killpg(waiting.process.pid, signal.SIGKILL)
        waiting.process.communicate()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return Waiting(tmp_path_factory.mktemp("undisturbed")).goes_on()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_told_to_stop_ends_what_is_in_flight_and_goes_on_later(
    waiting: Waiting, undisturbed: dict[str, str], number: signal.Signals
) -> None:
    if number == signal.SIGINT:
        os.killpg(waiting.process.pid, number)  # as a terminal does
    else:
        waiting.process.send_signal(number)
    time.sleep(0.2)
    assert waiting.status() == "running"
    waiting.gate.touch()
    _, said = waiting.process.communicate(timeout=AT_MOST_SECONDS)

    assert waiting.process.returncode == 75
    assert is_one_clear_error(said, ": stopped", "run the same command again")
    assert waiting.status() == "stopped"
    assert not waiting.trial.out.exists()
    assert waiting.goes_on() == undisturbed
    assert waiting.status() == "finished"


def test_a_stop_that_reaches_the_fork_server_too_ends_the_run_without_a_hang(waiting: Waiting) -> None:
    os.killpg(waiting.process.pid, signal.SIGTERM)
    _, said = waiting.process.communicate(timeout=AT_MOST_SECONDS)

    assert waiting.process.returncode == 75
    assert is_one_clear_error(said, "pass 1: stopped")
    soon(lambda: waiting.alive() == [], SOON_SECONDS)


def test_a_second_interrupt_stops_at_once_and_leaves_no_worker(waiting: Waiting, undisturbed: dict[str, str]) -> None:
    def interrupted() -> bool:
        waiting.process.send_signal(signal.SIGINT)
        time.sleep(0.1)
        return waiting.process.poll() is not None

    soon(interrupted, SOON_SECONDS)
    soon(lambda: waiting.alive() == [], SOON_SECONDS)
    assert waiting.status() == "dead"
    assert waiting.goes_on() == undisturbed


def test_a_run_that_is_killed_leaves_no_worker_and_the_next_one_starts(
    waiting: Waiting, undisturbed: dict[str, str]
) -> None:
    assert len(waiting.alive()) > 1
    waiting.process.kill()
    waiting.process.wait()
    soon(lambda: waiting.alive() == [], SOON_SECONDS)

    assert waiting.status() == "dead"
    assert waiting.goes_on() == undisturbed
    assert waiting.status() == "finished"
