"""What a person sees of a run in a terminal: progress while it works, a table by stage and source at the end."""

import json
import os
import shlex
import shutil
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

if TYPE_CHECKING:
    from curate.engine.crew import Event
    from curate.library import Run
    from curate.lineage.trace import Trace
    from curate.lineage.verification import Verification
    from curate.report.sidebyside import Row, Sheet

How = Literal["auto", "rich", "plain", "none"]
LINE_EVERY_SECONDS = 30
WIDTH = 120
"""Cells of a row where no terminal says how wide it is."""
STYLES: dict[str, dict[str, Any]] = {
    "plain": {},
    "head": {"bold": True},
    "faint": {"dim": True},
    "removed": {"fg": "white", "bg": "red"},
    "added": {"fg": "black", "bg": "green"},
    "gone": {"fg": "red"},
    "new": {"fg": "green"},
}
Show = Callable[["Event"], None]
T = TypeVar("T")


class Counts:
    """The running numbers of a run, added up from the receipts of its tasks."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.read = self.bytes = self.kept = 0
        self.rules: Counter[str] = Counter()

    def take(self, event: "Event") -> None:
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

    def line(self, event: "Event") -> str:
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

    def show(event: "Event") -> None:
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

        def show(event: "Event") -> None:
            counts.take(event)
            line = counts.line(event).partition("  ")[2]
            bar.update(task, description=event.phase, total=event.weight_total or 1, completed=event.weight, line=line)

        yield show


def dry_run(config: Path, said: dict[str, Any]) -> None:
    """Print what a run would do."""
    from curate.config.reach import ready
    from curate.engine.forecast import forecast

    seen = forecast(ready(config, said["overrides"]))
    if said["as_json"]:
        sources = [source._asdict() for source in seen.sources]
        click.echo(json.dumps({**seen._asdict(), "sources": sources}, ensure_ascii=False, indent=2))
    else:
        click.echo(seen.page())


def full_run(config: Path, said: dict[str, Any]) -> None:
    """Run, with progress, and print the table by stage and source."""
    from curate.engine.funnel import funnel_rows, stage_table
    from curate.library import run as run_config

    quiet = said["quiet"] or said["as_json"]
    command = shlex.join(["curate", *sys.argv[1:]])
    with progress(said["how"], quiet=quiet) as show:
        watch = told(show) if said["verbose"] else show
        options = {name: said[name] for name in ("overrides", "workers", "limit", "fresh")}
        done = run_config(config, watch=watch, command=command, **options)
    rows = funnel_rows(done.manifest, done.record)
    if said["as_json"]:
        account = done.manifest.accounting.model_dump()
        said = {"out": str(done.path), "accounting": account, "funnel": rows, "warnings": list(warnings_of(done))}
        click.echo(json.dumps(said, ensure_ascii=False))
    elif not quiet:
        click.echo(stage_table(rows))
        click.echo(ending(done))


def told(show: Show) -> Show:
    """Also print a line for every task that ends."""

    def watch(event: "Event") -> None:
        show(event)
        if event.receipt is not None:
            how = "kept from before" if event.cached else f"{event.receipt.seconds.get('task', 0.0):.2f} s"
            click.echo(f"{event.phase} {event.done}/{event.total}: {event.receipt.label} ({how})", err=True)

    return watch


def ending(done: "Run") -> str:
    """Word the result in the lines that a person looks for at the end."""
    account = done.manifest.accounting
    again = "" if done.made else " (all of it was done before)"
    warned = "".join(f"warning: {said}\n" for said in warnings_of(done))
    return (
        f"{warned}{account.records:,} records = {account.written:,} written + {account.rejected:,} rejected{again}\n"
        f"output: {done.path}\n"
        f"next: curate rejects {done.path}; curate verify {done.path}"
    )


def warnings_of(done: "Run") -> Iterator[str]:
    """Yield what stages have to say of the run, as the manifest has it, each under the name of the stage.

    Before them, which sources no record was read of, that no record was written, and which lists were not read of what
    was erased from other outputs in the same folder.
    """
    from curate.core.stage import WARNINGS

    account = done.manifest.accounting
    yield from (f"source {name!r} holds no record" for name, said in account.by_source.items() if not said.records)
    if not account.written:
        yield "no record was written, so the output has no shard"
    for path in done.unread:
        erased = "holds what was erased from another output and was not read; where it is to stay away"
        yield f"{path} {erased}: first of the stages, `- suppress: {{lists: [{path}]}}`"
    for stage in done.manifest.stages:
        said = stage.lineage.get(WARNINGS)
        yield from (f"{stage.name}: {one}" for one in said) if isinstance(said, list) else ()


def show_rejects(out: Path, said: dict[str, Any]) -> None:
    """Print ledger rows, with the texts where they are asked for."""
    from curate.library import open_output

    view = open_output(out).rejects.filter(rule=said["rule"], source=said["source"])
    total = len(view)
    view = (view.near_threshold() if said["near_threshold"] else view).limit(said["rows"])
    key = said["key_file"].read_bytes() if said["key_file"] else None
    rows = (view.with_text(key) if said["text"] else view.frame()).to_dicts()
    if said["as_json"]:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        click.echo(reject_line(row))
        if said["text"]:
            text = f"(not found: {row['not_found']})" if row["text"] is None else shortened(row["text"])
            click.echo(textwrap.indent(text, "    "))
    click.echo(f"{len(rows)} of {total:,} rows")


def reject_line(row: dict[str, Any]) -> str:
    """Word one ledger row."""
    whole = None not in (row["metric"], row["value"], row["threshold"])
    measure = f"  {row['metric']} {row['value']:g} {row['operator']} {row['threshold']:g}" if whole else ""
    copy = f"  copy of {row['duplicate_of']}" if row["duplicate_of"] else ""
    where = f"{row['source_id']}:{row['source_uri']} @{row['source_offset']}+{row['source_length']}"
    return f"{row['id']}  {row['rule']}{measure}{copy}  {where}"


def harmless(text: str, but: str = "") -> str:
    """Put a dot for every character that is not printed but acted on, such as line feeds, save those of `but`."""
    return "".join(char if char.isprintable() or char in but else "\N{MIDDLE DOT}" for char in text)


def shortened(text: str, most: int = 400) -> str:
    """Cut a long text to its head and tail, without what a terminal would act on."""
    text = harmless(text, but="\n\t")
    return (
        text
        if len(text) <= most
        else f"{text[: most // 2]}\n ... {len(text) - most:,} characters ...\n{text[-most // 2 :]}"
    )


def show_explanation(out: Path, name: str, said: dict[str, Any]) -> None:
    """Print what became of a record, with the texts side by side where they can be read."""
    from curate.library import open_output
    from curate.report.explained import page

    key = said["key_file"].read_bytes() if said["key_file"] else None
    paths = known_sources(out, dict(path_of(one) for one in said["raw"]))
    explained = open_output(out).explain(name, texts=said["texts"], raw=paths, uri_key=key)
    if said["as_json"]:
        click.echo(explained.model_dump_json(indent=2))
        return
    show_rows(lambda sheet: page(explained, sheet), said["width"])


def show_rows(page: "Callable[[Sheet], Iterable[Row]]", width: int | None = None) -> None:
    """Print the rows of a page, coloured where that is seen."""
    from curate.report.sidebyside import Sheet

    coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    sheet = Sheet(width or shutil.get_terminal_size((WIDTH, 0)).columns, marks=not coloured)
    for row in page(sheet):
        line = "".join(click.style(run.text, **STYLES[run.style]) if coloured else run.text for run in row)
        click.echo(line if coloured else line.rstrip())


def show_answer(out: Path, form: str, said: dict[str, Any]) -> None:
    """Print what a trace of one form found: by `name`, `text_file`, `uri` or `subject`."""
    from curate.lineage.passage import by_id, by_text, by_uri
    from curate.lineage.trace import trace
    from curate.report.traced import page

    if form == "subject":
        show_trace(trace(out, said["subject"], said["key_file"]), as_json=said["as_json"])
        return
    key = said["key_file"].read_bytes() if said["key_file"] else None
    answer = (
        by_id(out, said["name"])
        if form == "name"
        else by_text(out, said["text_file"], key)
        if form == "text_file"
        else by_uri(out, said["uri"], key, said["rows"])
    )
    if said["as_json"]:
        click.echo(answer.model_dump_json(indent=2))
    else:
        show_rows(lambda sheet: page(answer, sheet))


def show_trace(traced: "Trace", *, as_json: bool) -> None:
    """Print where the data of a person stood, record by record, and what this cannot find."""
    if as_json:
        click.echo(traced.model_dump_json(indent=2))
        return
    for one in traced.records:
        record = one.record
        where = f"{record.source_id}:{record.source_uri} @{record.source_offset}+{record.source_length}"
        state = "kept in" if record.kept else f"left out by {record.rejected.rule}, in" if record.rejected else "in"
        click.echo(f"{record.id}  {where}  {state} {record.file} row {record.file_row}")
        for place in one.places:
            stretch = f"{place.field}, characters {place.offset} to {place.offset + place.length}"
            click.echo(f"    line {place.line}: {place.type} in {stretch}")
    for name in traced.lost:
        click.echo(f"{name}  is in no shard and not in the ledger")
    places = sum(line.places for line in traced.asked)
    missed = [str(line.line) for line in traced.asked if not line.places]
    click.echo(f"{places} places in {len(traced.records)} records; {traced.searched:,} places were looked through")
    click.echo(f"manifest {traced.manifest_sha256}")
    if missed:
        click.echo(f"not found: line {', '.join(missed)}")
    for line in traced.since.sentences if traced.since is not None else ():
        click.echo(line)
    click.echo("this cannot find:")
    for said in traced.cannot:
        click.echo(textwrap.fill(said, WIDTH, initial_indent="  - ", subsequent_indent="    "))


def show_profile(folder: Path, said: dict[str, Any]) -> None:
    """Fit a preset to good documents, write it, and print how it does."""
    from curate.engine.profile import Wanted, profile
    from curate.engine.retune import check_free, write_preset

    check_free(said["file"], force=said["force"])
    found = profile(folder, Wanted(said["preset"], said["keep"], said["records"]))
    write_preset(said["file"], found.rules, found.remarks(), force=said["force"])
    if said["as_json"]:
        click.echo(json.dumps({"file": str(said["file"]), **found.as_json()}, ensure_ascii=False, indent=2))
        return
    click.echo(found.page())
    click.echo(f"written: {said['file']}; in a configuration: quality: {{preset_file: {said['file']}}}")


def show_retuned(out: Path, said: dict[str, Any]) -> None:
    """Print what other thresholds would do, and write the rules where that is asked for."""
    from curate.config.model import Config
    from curate.engine.retune import Asked, check_free, check_one, entry, remarks, retune, write_preset

    file = said["file"]
    check_free(file, force=said["force"])
    asked = Asked(*(said[name] for name in Asked._fields))
    config = Config.load(said["config"])
    found = retune(out, config, asked)
    if file is not None:
        check_one(found)
        write_preset(file, found[0].preset, remarks(out, found[0]), force=said["force"])
    if said["as_json"]:
        stages = [one.as_json() for one in found]
        click.echo(json.dumps({"out": str(out), "written": file and str(file), "stages": stages}, ensure_ascii=False))
        return
    click.echo("\n\n".join(one.page() for one in found))
    if file is not None:
        click.echo(f"written: {file}; in {said['config']} the stage becomes:")
        click.echo(f"  {entry(config, found[0].stage, file, said['config'].parent)}")


def path_of(said: str) -> tuple[str, str]:
    """Part `SOURCE=PATH`; a path alone, also one with `=` in a folder's name, is for all other sources."""
    source, parted, path = said.partition("=")
    return (source, path) if parted and "/" not in source else ("*", said)


def known_sources(out: Path, folders: dict[str, T]) -> dict[str, T]:
    """Return the folders; ConfigError where one is said to hold the files of a source that the output does not have."""
    from curate.core.errors import ConfigError, StorageError
    from curate.lineage.manifest import read_manifest

    if not set(folders) - {"*"}:
        return folders
    try:
        names = [source.id for source in read_manifest(out).sources]
    except StorageError:
        return folders  # verify says what is wrong with the output
    for name in set(folders) - {"*", *names}:
        raise ConfigError(f"there is no source {name!r}", where="--raw", hint=f"sources: {', '.join(names)}")
    return folders


def show_checks(verification: "Verification", *, as_json: bool) -> int:
    """Print one line a check; return the exit code."""
    checks = verification.checks
    if as_json:
        said = {"passed": verification.passed, "checks": [check._asdict() for check in checks]}
        click.echo(json.dumps(said, ensure_ascii=False, indent=2))
        return verification.exit_code
    colours = {"pass": "green", "fail": "red", "unchecked": "yellow"}
    for check in checks:
        mark = click.style(f"{check.status:9}", fg=colours[check.status])
        # What an output says of itself may hold line feeds: no name in it may print a verdict of its own.
        click.echo(f"{mark} {check.title}: {harmless(check.detail)}")
    failed = sum(check.status == "fail" for check in checks)
    unchecked = sum(check.status == "unchecked" for check in checks)
    click.echo(f"{len(checks)} checks, {failed} failed{f', {unchecked} unchecked' if unchecked else ''}")
    return verification.exit_code
