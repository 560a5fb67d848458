"""The command line: each command parses, calls the library and prints."""

import json
from errno import EPIPE
from pathlib import Path
from typing import Any

import click

from curate import __version__, erasing, evidence, inspection
from curate.core.errors import ConfigError, CurateError, StoppedError, StorageError
from curate.core.light import spare_pandas_later
from curate.evidence import spoken

CONFIG = click.argument("config", type=click.Path(path_type=Path))
SET = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Say a setting over the file: output.path=out/new, stages.near_duplicates.threshold=0.7. Repeatable.",
)
OUT = click.argument("out", type=click.Path(path_type=Path))
FORCE = click.option("--force", is_flag=True, help="Replace the file where there is one.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for a machine to read.")


class Group(click.Group):
    """Commands in the order of this file; what fails says where, what and what to do, and sets the exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of this file."""
        del ctx
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; a CurateError goes to standard error and its exit code to the shell."""
        try:
            return super().invoke(ctx)
        except CurateError as error:
            complain(error)
            ctx.exit(error.exit_code)
        except OSError as error:
            if error.errno == EPIPE:
                raise  # who reads our output has gone: click ends without a word
            complain(unwritable(error))
            ctx.exit(StorageError.exit_code)
        except KeyboardInterrupt:
            complain(StoppedError("interrupted"))
            ctx.exit(StoppedError.exit_code)


def unwritable(error: OSError) -> StorageError:
    """Say which file could not be read or written, and why."""
    names = [str(name) for name in (error.filename, error.filename2) if name is not None]
    hint = "who runs this may not write or read there" if isinstance(error, PermissionError) else ""
    return StorageError(error.strerror or str(error), where=" -> ".join(names), hint=hint)


def complain(error: CurateError) -> None:
    """Print an error, each mistake of a configuration by itself."""
    for problem in error.problems if isinstance(error, ConfigError) else (error,):
        place = f"{problem.where}: " if problem.where else ""
        click.echo(f"{click.style('error:', fg='red')} {place}{problem.message}", err=True)
        if problem.hint:
            click.echo(f"  hint: {problem.hint}", err=True)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="curate", message="%(prog)s %(version)s")
def main() -> None:
    """Turn raw Chinese and English industry data into a corpus to train on, with evidence for every record.

    Exit codes: 0 done, 1 failed, 2 wrong configuration or usage, 65 too many bad records, 74 a file could not be read
    or written, 75 stopped or locked (the same command goes on later).
    """
    spare_pandas_later()


@main.command()
@CONFIG
@SET
@click.option("--workers", type=click.IntRange(0), help="Processes; all cores when absent, 0 for none but this one.")
@click.option("--limit", type=click.IntRange(1), help="Only the first so many records of each source.")
@click.option("--fresh", is_flag=True, help="Forget what an earlier run has finished.")
@click.option("--dry-run", is_flag=True, help="Say what would be done: passes, splits, bytes, warnings.")
@click.option(
    "--progress",
    "how",
    type=click.Choice(["auto", "rich", "plain", "none"]),
    default="auto",
    show_default=True,
    help="A live bar (rich), a line every 30 seconds (plain), or whichever fits the terminal (auto).",
)
@click.option("-v", "--verbose", is_flag=True, help="Also print a line for every finished task.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
@JSON
def run(config: Path, **said: Any) -> None:
    """Turn what CONFIG names into shards, a ledger and a manifest; a killed run goes on where it was."""
    from curate.terminal import dry_run, full_run

    (dry_run if said.pop("dry_run") else full_run)(config, said)


@main.command()
@OUT
@JSON
def status(out: Path, as_json: bool) -> None:  # noqa: FBT001 - click passes flags by name
    """Tell whether the run that writes OUT is running, dead or finished."""
    from curate.engine.status import state_of

    state = state_of(out)
    click.echo(state.model_dump_json() if as_json else state.sentence())


@main.command()
@CONFIG
@SET
@JSON
def validate(config: Path, overrides: tuple[str, ...], as_json: bool) -> None:  # noqa: FBT001 - click passes flags by name
    """Check CONFIG and the files that it names: every mistake at once.

    Relative paths of inputs and assets start from the folder of CONFIG; the output, and every path that --set says,
    from the current folder.
    """
    from curate.config.reach import reached

    if not as_json:
        click.echo(reached(config, overrides).page(config))
        return
    try:
        checked = reached(config, overrides)
    except ConfigError as error:
        problems = [{"where": p.where, "message": p.message, "hint": p.hint} for p in error.problems]
        click.echo(json.dumps({"valid": False, "problems": problems}, ensure_ascii=False, indent=2))
        raise click.exceptions.Exit(error.exit_code) from error
    click.echo(json.dumps({"valid": True, "problems": []} | checked.as_json(), ensure_ascii=False, indent=2))


@main.command()
@click.argument("name", required=False)
@JSON
def stages(name: str | None, as_json: bool) -> None:  # noqa: FBT001 - click passes flags by name
    """Document stages and source formats, or the one NAME.

    With NAME, every setting of it: its type, its default and what it means.
    """
    from curate.config.describe import ROOMS, described, overview, page
    from curate.config.registry import names

    if as_json:
        wanted = [name] if name else [each for room in ROOMS for each in names(room)]
        everything = [described(each).as_json() for each in wanted]
        click.echo(json.dumps(everything[0] if name else everything, ensure_ascii=False, indent=2))
    else:
        click.echo(page(described(name)) if name else overview())


@main.command()
@click.argument("name", default="base")
def presets(name: str) -> None:
    """Print the quality preset NAME as YAML: a start for a preset_file of your own."""
    from curate.stages.quality.presets import PRESETS, as_yaml

    if name not in PRESETS:
        raise ConfigError(f"there is no preset {name!r}", hint=f"there are {', '.join(PRESETS)}")
    click.echo(as_yaml(next(rules for known, rules in PRESETS.items() if known == name)), nl=False)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="GOOD_DIR")
@click.option("--preset", default="base", show_default=True, help="Preset, or preset file, to begin with.")
@click.option(
    "--keep",
    type=click.FloatRange(0.5, 1),
    default=0.98,
    show_default=True,
    help="Least share of the documents with which no rule may find fault.",
)
@click.option(
    "-o",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    default="preset.yaml",
    show_default=True,
    help="Preset file to write.",
)
@click.option("-n", "records", type=click.IntRange(1), help="Documents at most, drawn by digest; all when absent.")
@FORCE
@JSON
def profile(folder: Path, **said: Any) -> None:
    """Fit the thresholds of `quality` to the good documents of GOOD_DIR and write a preset file.

    Files are recognised as by `init`. Rules of what no industry wants move only where the documents need it; all others
    move both ways, as far as documents bear it out that they were not fitted to.
    """
    from curate.terminal import show_profile

    show_profile(folder, said)


@main.command()
@OUT
@click.option("--config", required=True, type=click.Path(path_type=Path), help="Configuration that OUT was made with.")
@click.option("--stage", help="Name of the stage, where OUT has several `quality`.")
@click.option("--preset", help="Begin with the rules of a preset, or of a preset file, instead.")
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="RULE=THRESHOLD",
    help="Another threshold; also RULE.chinese=THRESHOLD, RULE=reject, RULE=tag, RULE=off, RULE='digits > 0.6'.",
)
@click.option("--keep", multiple=True, metavar="RULE=SHARE", help="Find the threshold that spares so many. Repeatable.")
@click.option("--rule", "look", multiple=True, help="Draw the signal of this rule about its threshold. Repeatable.")
@click.option(
    "--write", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write the rules as a preset file."
)
@FORCE
@JSON
def retune(out: Path, **said: Any) -> None:
    """Show what other thresholds of `quality` would keep and reject in OUT, by rule and source, without reading text.

    The rules are those of the configuration, or of --preset, with what --set and --keep say. --keep is the share of the
    records that the rule is about (long enough, of its content types) and that it finds no fault with.
    """
    from curate.terminal import show_retuned

    show_retuned(out, said)


@main.command()
def schema() -> None:
    """Print the JSON Schema of configurations.

    Editors complete and check a file that starts with `# yaml-language-server: $schema=schemas/config.schema.json`.
    """
    from curate.config.schema import schema as of_configuration

    click.echo(json.dumps(of_configuration(), ensure_ascii=False, indent=2))


@main.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@click.option(
    "--from",
    "raw",
    type=click.Path(exists=True, path_type=Path),
    metavar="RAW",
    help="Folder of raw files, or one file. DIR itself when absent.",
)
def init(folder: Path, raw: Path | None) -> None:
    """Look at raw files and write DIR/curate.yaml for them.

    The configuration says beside each choice what it was made of, and is never written over one that is there.
    """
    from curate.config.reach import reached
    from curate.engine.starter import initialise

    path = initialise(folder, raw or folder)
    click.echo(reached(path).page(path))
    click.echo(f"Read it, then: curate preview {path}")


@main.command()
@CONFIG
@SET
@click.option("-n", "records", type=click.IntRange(1), default=2000, show_default=True, help="Records of the sample.")
@JSON
def preview(config: Path, overrides: tuple[str, ...], records: int, as_json: bool) -> None:  # noqa: FBT001
    """Run every stage of CONFIG on a sample and show what would happen; nothing is written."""
    from curate.config.reach import ready
    from curate.engine.preview import preview as look

    seen = look(ready(config, overrides), records)
    click.echo(json.dumps(seen.as_json(), ensure_ascii=False, indent=2) if as_json else seen.page())


@main.command()
@OUT
@click.option("--rule", callback=spoken, help="Only records that this rule left out, as `stage:what`.")
@click.option("--source", callback=spoken, help="Only records of this source.")
@click.option("-n", "rows", type=click.IntRange(1), default=10, show_default=True, help="Rows at most.")
@click.option("--near-threshold", is_flag=True, help="Nearest to their threshold first.")
@click.option("--text", is_flag=True, help="Read each record again at its raw place; personal data is masked.")
@click.option("--key-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Key of `uris: keyed`.")
@JSON
def rejects(out: Path, **said: Any) -> None:
    """Browse the ledger of OUT: what was left out, by which rule, at which value."""
    from curate.terminal import show_rejects

    show_rejects(out, said)


@main.command()
@OUT
@click.argument("name", metavar="ID")
@click.option(
    "--raw",
    multiple=True,
    metavar="[SOURCE=]PATH",
    help="Where raw files are now, as `path` in a configuration, of one source or of all others. Repeatable.",
)
@click.option("--key-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Key of `uris: keyed`.")
@click.option("--no-text", "texts", is_flag=True, default=True, flag_value=False, help="Places and reasons only.")
@click.option("--width", type=click.IntRange(40), help="Cells of a row; those of the terminal when absent.")
@JSON
def explain(out: Path, name: str, **said: Any) -> None:
    """Say what became of a record of OUT and why; a copy stands side by side with what was kept.

    ID is its id or the first six characters or more. Texts are read again from the raw files, or from the shard where
    those are away; personal data is masked.
    """
    from curate.terminal import show_explanation

    show_explanation(out, name, said)


main.add_command(evidence.trace)
main.add_command(evidence.diff)
main.add_command(inspection.verify)
main.add_command(inspection.review)


@main.group()
def keys() -> None:
    """Make the keys that sign outputs."""


@keys.command("new")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@JSON
def new(folder: Path, as_json: bool) -> None:  # noqa: FBT001 - click passes flags by name
    """Write a new pair of ed25519 keys into DIR: private.pem, which only its owner can read, and public.pem."""
    from curate.lineage.keys import new_keys

    pair = new_keys(folder)
    if as_json:
        said = {"private": str(pair.private), "public": str(pair.public), "keyid": pair.keyid}
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    click.echo(f"{pair.private}: keep it secret; who holds it can sign\n{pair.public}: give it to whoever verifies")
    click.echo(f"key id: {pair.keyid}")


@main.command()
@OUT
@click.option("--key", required=True, type=click.Path(path_type=Path), help="Private key (PEM) that signs.")
@click.option("--keyid", help="Name of the signature, such as a role; the digest of the public key when absent.")
@JSON
def sign(out: Path, key: Path, keyid: str | None, as_json: bool) -> None:  # noqa: FBT001 - click passes flags by name
    """Sign OUT: its manifest, SHA256SUMS, run record and documents root; a second key signs beside the first.

    The signatures lie in OUT/_lineage/attached and go with it when a run replaces OUT.
    """
    from curate.lineage.keys import read_signer
    from curate.lineage.signing import sign as signed

    done = signed(out, read_signer(key, keyid))
    if as_json:
        click.echo(json.dumps({"path": str(done.path), "keyid": done.keyid, "keyids": done.keyids}, ensure_ascii=False))
    else:
        click.echo(f"{done.path}\nsigned by {', '.join(done.keyids)}")


main.add_command(evidence.report)
main.add_command(evidence.export)
main.add_command(erasing.erase)
main.add_command(erasing.history)
