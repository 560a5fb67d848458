"""The table of a run by stage and source: what came in, what went out, how long it took."""

from collections.abc import Sequence
from typing import Any
from unicodedata import east_asian_width

from curate.lineage.manifest import Manifest
from curate.lineage.runrecord import RunRecord


def funnel_rows(manifest: Manifest, record: RunRecord | None) -> list[dict[str, Any]]:
    """List what each stage did to each source; seconds and MB/s are null without a run record."""
    rows = []
    for stage in manifest.stages:
        for source, numbers in stage.by_source.items():
            seconds = record.stage_seconds.get(stage.name, {}).get(source) if record else None
            if record and seconds is not None:
                seconds += record.stage_seconds.get(f"{stage.name} (facts)", {}).get(source, 0.0)
            speed = numbers.bytes_in / 1e6 / seconds if seconds else None
            rows.append(
                {
                    "stage": stage.name,
                    "source": source,
                    "in": numbers.records_in,
                    "out": numbers.records_out,
                    "rejected": numbers.rejected,
                    "tagged": numbers.tagged,
                    "edited": numbers.edited,
                    "seconds": seconds,
                    "MB/s": speed,
                }
            )
    return rows


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
    """Align columns by what they look like (a Chinese character is two cells); the first `left` lean left."""
    widths = [max(width(line[place]) for line in [heads, *lines]) for place in range(len(heads))]
    out = []
    for line in [heads, ["-" * wide for wide in widths], *lines]:
        parts = [
            padded(cell, wide, lean_left=place < left)
            for place, (cell, wide) in enumerate(zip(line, widths, strict=True))
        ]
        out.append("  ".join(parts).rstrip())
    return "\n".join(out)


def padded(text: str, wide: int, *, lean_left: bool) -> str:
    """Fill a cell with spaces."""
    space = " " * (wide - width(text))
    return text + space if lean_left else space + text


def width(text: str) -> int:
    """Count the terminal cells that a text takes."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
