"""What a person sees of a run in a terminal: progress while it works, a table by stage and source at the end."""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal
from unicodedata import east_asian_width

import click

from curate.engine.crew import Event

How = Literal["auto", "rich", "plain", "none"]
LINE_EVERY_SECONDS = 30
Show = Callable[[Event], None]


class Counts:
    """The running numbers of a run, added up from the receipts of its tasks."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.read = self.bytes = self.kept = 0
        self.rules: Counter[str] = Counter()

    def take(self, event: Event) -> None:
        """Add up a finished task."""
        if event.receipt is None:
            return
        for tally in event.receipt.tallies:
            if tally.stage == "read":
                self.read += tally.records_in
                self.bytes += tally.bytes_in
            for rule, said in tally.rules.items():
                self.rules[rule] += said.get("rejected", 0)
        self.kept += sum(rows for groups in event.receipt.payload.get("groups", {}).values() for rows, _ in groups)

    @property
    def rejected(self) -> int:
        """Records left out so far."""
        return self.rules.total()

    def line(self, event: Event) -> str:
        """Word the state of the run in one line."""
        seconds = max(time.monotonic() - self.started, 1e-9)
        heaviest = ", ".join(f"{rule} {count:,}" for rule, count in self.rules.most_common(3) if count)
        parts = [
            f"{event.phase}: {event.done}/{event.total}",
            f"{self.read:,} records",
            f"{self.bytes / 1e6 / seconds:.1f} MB/s",
            f"{self.kept:,} kept",
            f"{self.rejected:,} rejected" + (f" ({heaviest})" if heaviest else ""),
        ]
        return "  ".join(parts)


@contextmanager
def progress(how: How, quiet: bool = False) -> Iterator[Show]:  # noqa: FBT001, FBT002 - a flag of the command
    """Give a function that shows events: a live bar on a terminal, else a line every 30 seconds, else nothing."""
    if how == "auto":
        how = "rich" if sys.stderr.isatty() else "plain"
    if quiet or how == "none":
        yield lambda _event: None
    elif how == "plain":
        yield plain_show()
    else:
        yield from rich_show()


def plain_show() -> Show:
    """Print a line to standard error every 30 seconds, and one for the end of every phase that took as long."""
    counts = Counts()
    last = [time.monotonic()]

    def show(event: Event) -> None:
        counts.take(event)
        if time.monotonic() - last[0] >= LINE_EVERY_SECONDS:
            last[0] = time.monotonic()
            click.echo(counts.line(event), err=True)

    return show


def rich_show() -> Iterator[Show]:
    """Draw a live bar: the phase, how far it is, what is left of its time, and the running numbers."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[line]}"), TimeRemainingColumn())
    counts = Counts()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1, line="")

        def show(event: Event) -> None:
            counts.take(event)
            line = counts.line(event).partition("  ")[2]
            bar.update(
                task, description=event.phase, total=event.weight_total or 1, completed=event.weight, line=line
            )

        yield show


def stage_table(rows: Sequence[dict[str, Any]]) -> str:
    """Lay out the funnel of a run: a line a stage and source, the sum of a stage first where it has several sources."""
    lines = []
    for stage in dict.fromkeys(row["stage"] for row in rows):
        mine = [row for row in rows if row["stage"] == stage]
        if len(mine) > 1:
            lines.append(cells({**summed(mine), "stage": stage, "source": "all"}))
        lines += [cells(row if len(mine) == 1 else {**row, "stage": ""}) for row in mine]
    heads = ["stage", "source", "in", "out", "rejected", "tagged", "edited", "seconds", "MB/s"]
    return table(heads, lines, left=2)


def summed(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Add up the lines of a stage; speed is taken anew from bytes and seconds."""
    names = ("in", "out", "rejected", "tagged", "edited")
    total: dict[str, Any] = {name: sum(row[name] for row in rows) for name in names}
    timed = [row for row in rows if row["seconds"]]
    total["seconds"] = sum(row["seconds"] for row in timed) or None
    moved = sum(row["MB/s"] * row["seconds"] for row in timed if row["MB/s"])
    total["MB/s"] = moved / total["seconds"] if total["seconds"] else None
    return total


def cells(row: dict[str, Any]) -> list[str]:
    """Word one line of the funnel; what was not measured stays blank."""
    numbers = [f"{row[name]:,}" for name in ("in", "out", "rejected", "tagged", "edited")]
    seconds = "" if row["seconds"] is None else f"{row['seconds']:.2f}"
    speed = "" if row["MB/s"] is None else f"{row['MB/s']:.1f}"
    return [row["stage"], row["source"], *numbers, seconds, speed]


def table(heads: Sequence[str], lines: Sequence[Sequence[str]], left: int = 1) -> str:
    """Align columns by what they look like: a Chinese character is two cells wide; the first `left` columns lean left."""
    widths = [max(width(line[place]) for line in [heads, *lines]) for place in range(len(heads))]
    out = []
    for line in [heads, ["-" * wide for wide in widths], *lines]:
        parts = [padded(cell, wide, lean_left=place < left) for place, (cell, wide) in enumerate(zip(line, widths, strict=True))]
        out.append("  ".join(parts).rstrip())
    return "\n".join(out)


def padded(text: str, wide: int, *, lean_left: bool) -> str:
    """Fill a cell with spaces."""
    space = " " * (wide - width(text))
    return text + space if lean_left else space + text


def width(text: str) -> int:
    """Count the terminal cells that a text takes."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
