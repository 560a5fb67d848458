"""Kill an erasure before its changes to the disk: `python erase_killed.py OUT IDS TRIALS [all]`, prints old and new.

The output must then be the old version or the new one, and the same command must end what was begun.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow.dataset  # noqa: F401 - loaded once, for all children
import ruamel.yaml  # noqa: F401

from curate.core.suppression import read_suppression
from curate.lineage.erase import Options, erase
from curate.lineage.erase_asked import Request
from curate.lineage.manifest import read_manifest
from curate.lineage.verify import verify

CHANGES = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "shutil.rmtree", "ctypes.dlsym"}
KEY = b"k" * 32


def forked(work: Callable[[], None]) -> int:
    """Do something in a child; return how it ended, as `subprocess` counts."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed(out: Path, ids: str, change: int) -> Callable[[], None]:
    """Erase, and be killed before the change of that number; where there are fewer, write down how many there are."""
    seen = []

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if event in CHANGES or writes:
            if len(seen) == change:
                os.kill(os.getpid(), signal.SIGKILL)
            seen.append(event)

    def work() -> None:
        sys.addaudithook(watch)
        ended(out, ids)
        total = len(seen)
        (out.parent / "changes").write_text(str(total))

    return work


def ended(out: Path, ids: str) -> None:
    """Erase."""
    erase(out, Request("ids", ids, "gdpr-17", "T-1", KEY), Options(keep_old=out.parent / "kept"))


def looked_at(out: Path, erasures: int) -> Callable[[], None]:
    """Check that the output holds, and that it has seen so many erasures."""

    def work() -> None:
        if verify(out).exit_code or len(read_manifest(out).erasures) != erasures:
            os._exit(3)

    return work


def finished(out: Path) -> Callable[[], None]:
    """Check that nothing is left of what was begun."""

    def work() -> None:
        listed = read_suppression(out.parent / f"{out.name}.suppression.json")
        left = [path.name for path in out.parent.iterdir()]
        whole = sorted(left) == sorted([out.name, "kept", f"{out.name}.lock", f"{out.name}.suppression.json"])
        if not whole or listed.size != 1:
            os._exit(4)

    return work


def changes(source: Path, ids: str, folder: Path) -> int:
    """Count the changes of an erasure that nobody kills."""
    shutil.copytree(source, folder / "out")
    forked(killed(folder / "out", ids, sys.maxsize))
    return int((folder / "changes").read_text())


def trial(source: Path, ids: str, folder: Path, change: int) -> str:
    """Kill one erasure; return what stands then: `old` or `new`."""
    out = folder / "out"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source, out)
    code = forked(killed(out, ids, change))
    stands = next((name for number, name in enumerate(("old", "new")) if forked(looked_at(out, number)) == 0), "half")
    ends = [forked(lambda: ended(out, ids)), forked(looked_at(out, 1)), forked(looked_at(folder / "kept", 0))]
    if code != -signal.SIGKILL or stands == "half" or any((*ends, forked(finished(out)))):
        sys.exit(
            f"killed before change {change}: {stands} stands, then {ends}, {[path.name for path in folder.iterdir()]}"
        )
    return stands


def main() -> None:
    """Try all changes, or some of them and the last ones, between which the versions are exchanged."""
    source, ids, trials = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    total = changes(source, ids, trials)
    chosen = range(total) if sys.argv[4:] else sorted({*range(0, total, total // 4), *range(total - 30, total, 6)})
    counts = {"old": 0, "new": 0}
    for change in chosen:
        counts[trial(source, ids, trials, change)] += 1
    sys.stdout.write(f"{counts['old']} {counts['new']}\n")


if __name__ == "__main__":
    main()
