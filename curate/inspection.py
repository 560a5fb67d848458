"""Commands for whoever checks an output: verify, review. Of an output they change `_lineage/attached` alone."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from curate.lineage.review.words import DOUBLED, KINDS, RECORDS, Language

if TYPE_CHECKING:
    from curate.lineage.review.result import Result
    from curate.lineage.verification import Check

OUT = click.argument("out", type=click.Path(path_type=Path))
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for a machine to read.")
KEYED = "Key of `uris: keyed`, for --raw; without it, raw files are known by their sha256."
FOLDER = click.option(
    "-o",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default="review",
    show_default=True,
    help="Folder for the forms, outside of OUT.",
)
FORM = click.option(
    "--form", "kind", type=click.Choice(list(KINDS)), default="csv", show_default=True, help="What kind of form."
)
LANG = click.option(
    "--lang",
    type=click.Choice(get_args(Language)),
    default="en",
    show_default=True,
    help="Language of the choices; both are understood when forms come back.",
)


@click.command()
@OUT
@click.option(
    "--raw",
    multiple=True,
    metavar="[SOURCE=]DIR",
    help="Folder of the raw files, of one source or of all others. Repeatable.",
)
@click.option(
    "--key",
    "keys",
    multiple=True,
    metavar="[NAME=]PUB",
    help="Public key (PEM) that must have signed OUT, and the name under which it did. Repeatable.",
)
@click.option("--key-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help=KEYED)
@click.option(
    "--evidence",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the documents that the source registry names, beside OUT/_lineage/attached/evidence.",
)
@click.option("--quick", "level", flag_value="quick", help="Digests, manifest, roots as named, signature: no record.")
@click.option(
    "--full", "level", flag_value="full", help="Nothing is excused: raw files, evidence and a key must be given."
)
@click.option("--replay", "records", type=click.IntRange(1), metavar="N", help="Run N random input records again.")
@click.option("--nonce", help="Draws the records of --replay; one that was not used before when absent.")
@click.option(
    "--config",
    type=click.Path(exists=True, path_type=Path),
    help="Configuration that OUT was made with, for --replay where it needs files or keys.",
)
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="As `curate run` was told. Repeatable.")
@JSON
def verify(out: Path, raw: tuple[str, ...], keys: tuple[str, ...], **said: Any) -> None:
    """Recompute from the files of OUT what its manifest says; exit 0 pass, 1 fail, 3 could not check.

    --replay runs records through the streaming stages again and compares outcome and text; what global stages
    (duplicates) decided is taken from the ledger. It needs the raw files where the run found them, or --config.
    """
    from curate.core.errors import ConfigError
    from curate.core.keyfile import read_key
    from curate.lineage.keys import read_verifier
    from curate.lineage.raw import RawFiles
    from curate.lineage.verification import Verification
    from curate.lineage.verify import verify as check
    from curate.terminal import known_sources, show_checks

    if said["key_file"] and not raw:
        raise click.UsageError("--key-file goes with --raw: it keys the names of raw files")
    parts = [one.rpartition("=") for one in raw]
    folders = known_sources(out, {source or "*": Path(folder) for source, _, folder in parts})
    if any(key.startswith("=") for key in keys):
        raise click.BadParameter("no name stands before `=`", param_hint="--key")
    verifiers = [read_verifier(Path(path), name or None) for name, _, path in (key.rpartition("=") for key in keys)]
    try:
        key = read_key(said["key_file"], None)
    except ValueError as wrong:
        raise ConfigError(str(wrong), where="--key-file") from None
    found = check(out, RawFiles(folders, key), verifiers, evidence=said["evidence"], level=said["level"] or "usual")
    if said["records"] and found.named("readable").status == "pass":
        found = Verification((*found.checks, _replayed(out, said)))
    raise click.exceptions.Exit(show_checks(found, as_json=said["as_json"]))


def _replayed(out: Path, said: dict[str, Any]) -> "Check":
    """Run records again, as `verify` was asked to."""
    from secrets import token_hex

    from curate.config.model import Config
    from curate.engine.replay import Asked, replay

    if said["overrides"] and not said["config"]:
        raise click.UsageError("--set goes with --config; without it a replay takes the settings that OUT records")
    config = Config.load(said["config"], said["overrides"]) if said["config"] else None
    return replay(out, Asked(said["records"], said["nonce"] or token_hex(8), config))


@click.group()
def review() -> None:
    """Let people read a random sample of OUT, and put on record what they found."""


@review.command("sample")
@OUT
@click.option("--nonce", required=True, help="Chosen by the reviewer once the run is done; it draws the sample.")
@click.option("-n", "--n", "records", type=click.IntRange(1), default=RECORDS, show_default=True, help="Records.")
@click.option(
    "--double",
    "doubled",
    type=click.FloatRange(0, 1),
    default=DOUBLED,
    show_default=True,
    help="Share of them that a second person reads, on a form of their own.",
)
@FORM
@FOLDER
@LANG
@JSON
def sample(out: Path, **said: Any) -> None:
    """Draw a sample of OUT and write the forms of its two readings.

    It is drawn by HMAC-SHA256 under sha256(documents root, nonce): nobody can choose it, anybody can draw it again.
    That it was drawn is put on record in OUT/_lineage/attached/reviews. TC260-003, 9.2, asks for 4,000 records.
    """
    from curate.lineage.review.review import Wanted, write_sample

    folder, as_json = said.pop("folder"), said.pop("as_json")
    done = write_sample(out, folder, Wanted(**said))
    if as_json:
        click.echo(done.model_dump_json(indent=2))
        return
    one = done.sample
    click.echo(f"review {one.review}: {one.drawn:,} of {one.population:,} records, {one.doubled:,} of them read twice")
    click.echo("\n".join(done.files))
    click.echo(f"When they are filled in: curate review import {out} FORM ...")


@review.command("import")
@OUT
@click.argument("forms", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", "readers", multiple=True, metavar="NAME", help="Who has read, one a reading. Repeatable.")
@click.option("--force", is_flag=True, help="Replace a result that is there.")
@JSON
def take(out: Path, forms: tuple[Path, ...], readers: tuple[str, ...], **said: bool) -> None:
    """Take back the FORMS of a review of OUT: refuse what is not the sample, else say what it came to.

    The result, without any text or note, goes into OUT/_lineage/attached/reviews, where `verify` computes it again.
    """
    from curate.lineage.review.review import take_back

    result = take_back(out, forms, readers, force=said["force"])
    if said["as_json"]:
        click.echo(result.model_dump_json(indent=2))
        return
    for line in told(result):
        click.echo(line)


def told(result: "Result") -> list[str]:
    """Word a result for a terminal."""
    one, total = result.sample, result.total
    lines = [
        f"review {one.review}: {total.passed:,} of {total.records:,} records pass: {total.rate:.2%}",
        f"with 95 % confidence at least {total.lower:.2%} of the set (Clopper-Pearson, one-sided)",
        f"{result.limit:.0%} as TC260-003, 9.2, counts: {'met' if result.meets else 'not met'};"
        f" with confidence: {'met' if result.meets_with_confidence else 'not met'}"
        + ("" if result.enough else f"; the standard asks for {RECORDS:,} records"),
    ]
    lines += [f"  {name}: {rate.passed:,} of {rate.records:,} pass" for name, rate in result.by_source.items()]
    lines += [f"  {name}: {count:,} fail" for name, count in result.classes.items()]
    if result.agreement:
        said = result.agreement
        shown = "not defined: each used one verdict only" if said.kappa is None else f"{said.kappa:.3f}"
        lines.append(f"read twice: {said.records:,}, same verdict {said.same_verdict:,}, Cohen's kappa {shown}")
        lines += [f"  readers differ on {name}" for name in result.disputed]
    if result.other_samples:
        lines.append(f"other samples drawn of these records: {', '.join(result.other_samples)}")
    return lines


@review.command("export")
@OUT
@click.argument("name", metavar="REVIEW", required=False)
@FORM
@FOLDER
@LANG
@JSON
def give(out: Path, name: str | None, **said: Any) -> None:
    """Write the forms of a finished REVIEW of OUT as they were filled in; without REVIEW, of the only one.

    With --json, print its result, as `review import` does, and write nothing.
    """
    from curate.core.errors import ConfigError
    from curate.lineage.manifest import read_manifest
    from curate.lineage.review.review import give_out, read_result
    from curate.lineage.review.sample import reviews_in

    read_manifest(out)
    known = reviews_in(out)
    if name is None and len(known) != 1:
        draw = f"draw one: curate review sample {out} --nonce NONCE"
        hint = f"name one: {', '.join(known)}" if known else draw
        raise ConfigError(f"there are {len(known)} reviews", where=str(out), hint=hint)
    chosen = name or known[0]
    if said["as_json"]:
        click.echo(read_result(out, chosen).model_dump_json(indent=2))
        return
    for path in give_out(out, chosen, said["folder"], said["kind"], said["lang"]):
        click.echo(path)
