"""The commands of `python -m benchmarks`: each builds its input, measures, and prints one table."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import gettempdir

import click
import orjson

from benchmarks import crash as crashes
from benchmarks import first_run as first
from benchmarks import memory as memories
from benchmarks import run as runs
from benchmarks import stages as single
from benchmarks import startup as starts
from benchmarks.corpora import ONLY, Corpus, Only, data
from benchmarks.measure import Row, table

FOLDER = Path(gettempdir()) / "curate-benchmarks"
folder = click.option(
    "--folder", type=click.Path(path_type=Path), default=FOLDER, show_default=True, help="Where inputs and outputs go."
)
form = click.option(
    "--json",
    "form",
    is_flag=True,
    flag_value="json",
    default="table",
    help="Print one JSON array instead of the table.",
)
seed = click.option("--seed", default=0, show_default=True, help="Seed of the input, and of the points of a crash.")
workers = click.option("--workers", default=1, show_default=True, help="Processes of the run.")


@click.group()
def main() -> None:
    """Measure curate on this machine. Trust ratios and CPU seconds; wall time knows the neighbours too."""


def show(rows: Sequence[Row], form: str) -> None:
    """Print rows as a plain table, or as JSON for a machine."""
    click.echo(orjson.dumps([asdict(row) for row in rows]).decode() if form == "json" else table(rows))


def real_sets() -> Path:
    """Return the folder of real sets, or say that there is none."""
    found = data()
    if found is None:
        raise click.UsageError("there is no folder of real sets; name one in the environment variable CURATE_DATA")
    return found


@main.command()
@click.option("--megabytes", default=200, show_default=True, help="Size of the input.")
@click.option("--only", type=click.Choice(ONLY), default="mixed", show_default=True, help="Language of the input.")
@workers
@folder
@form
def run(megabytes: int, only: Only, workers: int, folder: Path, form: str) -> None:
    """Measure a whole run: normalize, language, length, exact_duplicates, tokens."""
    show([runs.measured(Corpus(megabytes, only), folder, workers)], form)


@main.command("first_run")
@click.option("--workers", default=2, show_default=True, help="Processes of the run.")
@folder
def first_run(workers: int, folder: Path) -> None:
    """Run every stage over the real sets of the data folder, verify, and print the table of docs/first-run.md."""
    click.echo(first.measured(real_sets(), folder, workers))


@main.command()
def recall() -> None:
    """Count the near duplicates found in real texts, and print the tables of docs/near-duplicates.md."""
    from benchmarks.recall import report  # brings numba, which most other commands do without

    click.echo(report(real_sets()))


@main.command()
@click.option("--megabytes", default=(200, 1000), nargs=2, show_default=True, help="Sizes of the two inputs.")
@workers
@seed
@folder
@form
def memory(megabytes: tuple[int, int], workers: int, seed: int, folder: Path, form: str) -> None:
    """Set the peak memory of a small run beside that of a large one of the same kind of text."""
    show(memories.measured([Corpus(size, "mixed", seed) for size in megabytes], folder, workers), form)


@main.command()
@click.option("--times", default=5, show_default=True, help="How often each command runs; the middle one counts.")
@folder
@form
def startup(times: int, folder: Path, form: str) -> None:
    """Measure `curate --help` and `curate validate`."""
    show(starts.measured(folder, times), form)


@main.command()
@click.argument("names", nargs=-1)
@click.option("--megabytes", default=8, show_default=True, help="Size of the text in each language.")
@seed
@folder
@form
def stages(names: tuple[str, ...], megabytes: int, seed: int, folder: Path, form: str) -> None:
    """Measure streaming stages alone, warm, on Chinese and on English text; all of them when none is named."""
    corpora = [Corpus(megabytes, "zh", seed), Corpus(megabytes, "en", seed)]
    show(single.measured(names, corpora, folder), form)


@main.command()
@click.option("--edits", default=10_000, show_default=True, help="How many changes are made.")
@seed
@folder
@form
def tamper(edits: int, seed: int, folder: Path, form: str) -> None:
    """Change a signed output at random, one change at a time, and count those that `curate verify` does not notice."""
    from benchmarks import tamper as bench  # brings numpy and pyarrow, which other commands do without

    found = bench.measured(folder / "tamper", edits, seed)
    show(found, form)
    if any(one.unnoticed or one.unclear for one in found):
        raise SystemExit(1)


@main.command()
@click.option("--records", default=1_000_000, show_default=True, help="Size of the input; 200 characters each.")
@seed
@folder
@form
def erase(records: int, seed: int, folder: Path, form: str) -> None:
    """Erase one record of many, verify both versions, and run again over the raw file under another name."""
    from benchmarks import erase as bench  # brings pyarrow, which other commands do without

    show(bench.measured(folder / "erase", records, seed), form)


@main.command()
@click.option("--megabytes", default=3000, show_default=True, help="Size of the raw text that is run and verified.")
@click.option("--rows", default=1_000_000, show_default=True, help="Records among which one is traced.")
@seed
@folder
@form
def evidence(megabytes: int, rows: int, seed: int, folder: Path, form: str) -> None:
    """Measure how fast `verify`, `trace` by id and the reading of a large manifest are, in CPU seconds."""
    from benchmarks import evidence as bench  # brings numpy and pyarrow, which other commands do without

    show(bench.measured(folder / "evidence", megabytes, rows, seed), form)


@main.command()
@click.option("--points", default=200, show_default=True, help="How many runs are killed.")
@click.option("--workers", default=2, show_default=True, help="Processes of the run; one has no worker to kill.")
@seed
@folder
@form
def crash(points: int, workers: int, seed: int, folder: Path, form: str) -> None:
    """Kill runs at random points, start them again, and compare the bytes of what comes out."""
    trials = crashes.trials(crashes.Bench.build(folder / "crash", workers), points, seed)
    show(trials, form)
    if not all(trial.identical for trial in trials):
        raise SystemExit(1)


@main.command("near_duplicates")
@click.option("--documents", default=216_000, show_default=True, help="Size of the corpus; 2 KB each.")
@click.option("--peers", default="", help="Tools to measure beside: datatrove,datasketch,rensa,gaoya or some of them.")
@click.option("--threshold", default=0.7, show_default=True, help="Jaccard index from which on two texts are alike.")
@seed
@folder
@form
def near_duplicates(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    documents: int, peers: str, threshold: float, seed: int, folder: Path, form: str
) -> None:
    """Measure near-duplicate removal, from Parquet to verdicts on one core, and hold it against the exact truth."""
    from curate.engine.kernels import keep_kernels

    keep_kernels(folder)  # before numba is imported: beside their sources, kernels may be older than what they call
    from benchmarks import near_duplicates as near
    from benchmarks.duplicates import Duplicates
    from benchmarks.environments import PEERS

    wanted = [name for name in peers.split(",") if name]
    if strangers := set(wanted) - set(PEERS):
        raise click.UsageError(f"no peer is called {min(strangers)!r}; there are {', '.join(PEERS)}")
    found = near.Bench(Duplicates(documents, seed), threshold, folder).measured(wanted)
    if form == "json":
        click.echo(orjson.dumps(found))
        return
    for rows in (found.speeds, found.phases, found.recalls, [found.judgement]):
        click.echo(f"{table(rows)}\n")
    click.echo(f"facts on disk: {found.spill_bytes_per_record:.1f} bytes a record")


@main.command()
@click.option("--peers", default="", help="Tools to measure beside: presidio,data-juicer,datatrove or some of them.")
@click.option("--megabytes", default=8, show_default=True, help="Most text of a kind that is timed.")
@click.option("--values", default=4_000, show_default=True, help="Planted values.")
@seed
@folder
@form
def pii(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    peers: str, megabytes: int, values: int, seed: int, folder: Path, form: str
) -> None:
    """Measure what `pii` finds, what it leaves alone and how fast, and print the tables of docs/personal-data.md."""
    from benchmarks.pii import Bench  # brings polars, which most other commands do without
    from benchmarks.pii_report import report
    from benchmarks.pii_tools import PEERS

    wanted = [name for name in peers.split(",") if name]
    if strangers := set(wanted) - set(PEERS):
        raise click.UsageError(f"no peer is called {min(strangers)!r}; there are {', '.join(PEERS)}")
    found = Bench(real_sets(), folder, megabytes, values, seed).measured(wanted)
    click.echo(orjson.dumps(found.json()).decode() if form == "json" else report(found))


@main.command()
@click.option(
    "--debian",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of unpacked Debian packages (debian-handbook, installation-guide-amd64): more languages.",
)
@form
def language(debian: Path | None, form: str) -> None:
    """Count how often `language` is right, by the length of the line, and print the table of docs/languages.md."""
    from benchmarks.language import measured  # brings numba, which most other commands do without

    show(measured(real_sets(), debian), form)


@main.command()
@click.option("--debian", type=click.Path(path_type=Path, exists=True), help="Folder of Debian packages (.deb).")
@click.option("--draws", default=10, show_default=True, help="How often examples are drawn; means are printed.")
@click.option("--seeds", default=50, show_default=True, help="Good examples of a draw.")
@folder
@form
def relevance(debian: Path | None, draws: int, seeds: int, folder: Path, form: str) -> None:
    """Measure what `relevance` finds of unseen texts and how fast, and print the tables of docs/relevance.md."""
    from curate.engine.kernels import keep_kernels

    keep_kernels(folder)  # before numba is imported: beside their sources, kernels may be older than what they call
    from benchmarks.relevance import Bench

    bench = Bench.over(real_sets(), debian, folder, draws, seeds)
    for rows in (bench.measured(), bench.started(), bench.speeds()):
        show(rows, form)


@main.command()
@click.option("--each", default=200, show_default=True, help="Planted texts of each kind.")
@seed
@form
def safety(each: int, seed: int, form: str) -> None:
    """Count what `safety` finds of what was planted, what it marks in good texts, and its speed (docs/safety.md)."""
    from benchmarks import safety as bench  # brings polars and numba, which most other commands do without

    found = bench.measured(real_sets(), each, seed)
    text = f"{table(found.recalls)}\n\n{table(found.marks)}"
    click.echo(orjson.dumps(found.json()).decode() if form == "json" else text)


@main.command()
@folder
def decontaminate(folder: Path) -> None:
    """Look for known leaks and in unrelated text, time it, and print the tables of docs/decontaminate.md."""
    from curate.engine.kernels import keep_kernels

    keep_kernels(folder)
    from benchmarks.decontaminate import measured  # brings numba, which most other commands do without

    click.echo(measured(real_sets(), folder / "decontaminate").page())


@main.command()
@click.option("--records", default=10_000_000, show_default=True, help="How many records there seem to be.")
@folder
@form
def spill(records: int, folder: Path, form: str) -> None:
    """Bring made-up band keys through the engine's spool and rounds: bytes on disk, CPU seconds, peak memory."""
    from benchmarks.spill import measured_at  # brings numba, which the other commands do without

    found = measured_at(records, folder)
    if form == "json":
        click.echo(orjson.dumps(found))
        return
    click.echo(f"{table(found.parts)}\n\n{table([found.whole])}")


@main.command()
@click.option(
    "--packages",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of Debian documentation packages (.deb), as benchmarks/debian.py names them.",
)
@click.option("--peer/--no-peer", default=False, help="Measure datatrove's FineWeb and FineWeb-2 settings beside.")
@click.option("--each", default=400, show_default=True, help="Most texts of a category.")
@seed
@folder
@form
def quality(  # noqa: PLR0913 - the options of a command are its arguments
    packages: Path | None, each: int, seed: int, folder: Path, form: str, *, peer: bool
) -> None:
    """Measure which good texts and which junk `quality` keeps, and its speed; print the tables of docs/quality.md."""
    from curate.engine.kernels import keep_kernels

    keep_kernels(folder)  # before numba is imported
    from benchmarks.quality import Bench, report

    found = Bench(real_sets(), packages, folder, each, seed).measured(peer=peer)
    click.echo(orjson.dumps(found.json()).decode() if form == "json" else report(found))


@main.command()
@click.option("--seeds", default=3, show_default=True, help="How often texts are drawn anew.")
@folder
@form
def worth(seeds: int, folder: Path, form: str) -> None:
    """Train character models on raw and on curated text of equal size, and print perplexities (docs/quality.md)."""
    from benchmarks.worth import Bench

    found = Bench(real_sets(), folder, seeds).measured()
    click.echo(orjson.dumps(found.json()).decode() if form == "json" else found.page())


@main.command()
@click.option("--each", default=300, show_default=True, help="Most texts of a set.")
@folder
@form
def presets(each: int, folder: Path, form: str) -> None:
    """Compare the presets `gopher` and `fineweb` with datatrove's filters: decisions, reasons, speed."""
    from curate.engine.kernels import keep_kernels

    keep_kernels(folder)  # before numba is imported
    from benchmarks.quality_same import same

    found = same(real_sets(), folder, each)
    click.echo(orjson.dumps(found.json()).decode() if form == "json" else found.report())
