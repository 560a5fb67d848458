"""Commands that change an output after its run: records are erased; and what tells of it: the history of versions."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from curate.core.errors import ConfigError
from curate.evidence import JSON, OUT, existing, spoken
from curate.lineage.erase_basis import TICKET, Basis

if TYPE_CHECKING:
    from curate.lineage.erase_asked import By, Request

FORMS: tuple["By", ...] = ("ids", "source", "uri", "text_file", "subject")


@click.command()
@OUT
@existing("--ids", "File with the ids of records, one a line, whole.")
@click.option("--source", callback=spoken, help="A source: all of its records.")
@click.option("--uri", callback=spoken, help="A raw file, named as `source_uri` names it: all of its records.")
@existing("--text-file", "File with the text of a record, whole.")
@existing("--subject", "File with what is known of a person: one telephone number, id, card or e-mail address a line.")
@existing("--key-file", "Key of the digests, at least 32 bytes: that of the configuration. It is written nowhere.")
@click.option("--key-env", help="Variable of the environment that holds the key, where there is no file.")
@click.option("--basis", required=True, type=click.Choice(get_args(Basis)), help="Why it is erased.")
@click.option("--ticket", required=True, help="Reference of the request, such as DSR-2026-17: no blanks, no text.")
@click.option(
    "--suppression",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Suppression list to write; OUT.suppression.json beside OUT when absent.",
)
@click.option(
    "--keep-old", type=click.Path(path_type=Path), metavar="DIR", help="Keep the old version there; else it is removed."
)
@click.option("--dry-run", "trial", is_flag=True, help="Say what would be erased, and change nothing.")
@JSON
def erase(out: Path, **said: Any) -> None:
    """Erase records from OUT, named in one of five ways, and publish a version without them.

    Only files that hold something of them are written anew. Tombstones say what is gone, why and when; a suppression
    list of keyed digests keeps it out of later runs, also from a renamed file. Copies are named by their place. The old
    version is removed, with signatures, attached files and the work folder, as GDPR art. 17 and PIPL art. 47 have it.
    """
    from curate.lineage.erase import Options
    from curate.lineage.erase import erase as erased
    from curate.report.erased import page

    options = Options(said["suppression"], said["keep_old"], said["trial"])
    done = erased(out, asked(said), options)
    click.echo(done.model_dump_json(indent=2) if said["as_json"] else "\n".join(page(done, trial=options.trial)))


def asked(said: dict[str, Any]) -> "Request":
    """Put a request together; ConfigError where the options name nothing, several things, or no key."""
    from curate.core.keyfile import read_key
    from curate.lineage.erase_asked import Request

    forms = [form for form in FORMS if said[form] is not None]
    if len(forms) != 1:
        hint = "one of --ids FILE, --source NAME, --uri URI, --text-file FILE, --subject FILE"
        raise ConfigError("records are named in one way at a time", where=" ".join(forms) or "erase", hint=hint)
    if not TICKET.fullmatch(said["ticket"]):
        hint = "letters, digits and _.:#/+- only, at most 100: it is published and must not tell who asked"
        raise ConfigError(f"{said['ticket']!r} is no reference of a request", where="--ticket", hint=hint)
    try:
        key = read_key(said["key_file"], said["key_env"])
    except ValueError as wrong:
        raise ConfigError(str(wrong), where="--key-file" if said["key_file"] else "--key-env") from None
    if key is None:
        hint = "--key-file FILE or --key-env NAME: the `key_file` of the configuration, so that runs know the digests"
        raise ConfigError("the suppression list needs a key", where="--key-file", hint=hint)
    return Request(forms[0], str(said[forms[0]]), said["basis"], said["ticket"], key)


@click.command()
@OUT
@JSON
def history(out: Path, as_json: bool) -> None:  # noqa: FBT001 - click passes flags by name
    """Print the versions that OUT has had, what was erased between them, and whether each follows from the one before.

    Exit code 1 where the chain is broken.
    """
    from curate.lineage.history import history as read
    from curate.report.erased import chain

    said = read(out)
    click.echo(said.model_dump_json(indent=2) if as_json else "\n".join(chain(said)))
    if said.faults:
        raise click.exceptions.Exit(1)
