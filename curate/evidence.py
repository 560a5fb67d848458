"""Commands that read what a run left behind: trace, diff, report, export. They write nothing into an output."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, TypeVar

import click

from curate.core.errors import ConfigError, CurateError

FC = TypeVar("FC", bound=Callable[..., Any])

OUT = click.argument("out", type=click.Path(path_type=Path))


def spoken(_ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Return what an option says; a mistake of usage where it has bytes that are no UTF-8: no name in an output has."""
    try:
        (value or "").encode()
    except UnicodeEncodeError:
        raise click.BadParameter("it is not UTF-8; a locale such as C.UTF-8 reads names so", param=param) from None
    return value


JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for a machine to read.")


def existing(flag: str, text: str) -> Callable[[FC], FC]:
    """Declare an option that names a file which is there."""
    return click.option(flag, type=click.Path(exists=True, dir_okay=False, path_type=Path), help=text)


FORMS = {"name": "ID", "text_file": "--text-file", "uri": "--uri", "subject": "--subject"}
"""By what a record is traced, as parameters and as users write it."""


@click.command()
@OUT
@click.argument("name", metavar="[ID]", required=False)
@existing("--text-file", "File with the final text of a record, whole: finds exactly this text and no other.")
@click.option(
    "--uri", callback=spoken, help="A raw file, named as `source_uri` names it: what became of each of its records."
)
@existing("--subject", "File with what is known of a person: one telephone number, id, card or e-mail address a line.")
@existing(
    "--key-file",
    "Key with which OUT was made: for --subject, for --uri where names are keyed, for --text-file of erased records.",
)
@click.option("-n", "rows", type=click.IntRange(1), default=1000, show_default=True, help="Records that --uri lists.")
@JSON
def trace(out: Path, **said: Any) -> None:
    """Follow a record of OUT through the stages: by its ID, its text, its raw file, or the data of a person in it.

    ID is an id or its first six characters or more. A text is sought exactly, save its last line end. Data of a person
    are known by keyed digests; no value is read, written or shown. What is not found is an answer, too: it says what
    was searched and what was erased, and the exit code is 0.
    """
    from curate.terminal import show_answer

    forms = [form for form in FORMS if said[form] is not None]
    if len(forms) != 1:
        hint = "curate trace OUT ID, or one of --text-file FILE, --uri URI, --subject FILE --key-file KEY"
        asked = " and ".join(FORMS[form] for form in forms)
        fact = (
            f"{asked} are named, and one thing is traced at a time"
            if forms
            else "nothing is named that could be traced"
        )
        raise ConfigError(fact, where="trace", hint=hint)
    if said["subject"] is not None and said["key_file"] is None:
        raise ConfigError(
            "--subject needs the key of the digests", where="--key-file", hint="name the file that has it"
        )
    show_answer(out, forms[0], said)


@click.command()
@click.argument("out_a", type=click.Path(path_type=Path))
@click.argument("out_b", type=click.Path(path_type=Path))
@click.option("--fail-on", metavar="WHAT,...", help="Exit 1 where one of those above differs.")
@JSON
def diff(out_a: Path, out_b: Path, fail_on: str | None, as_json: bool) -> None:  # noqa: FBT001 - click passes flags by name
    """Compare two outputs: settings, versions, and every record by id, with the stage that made the difference.

    --fail-on names lost, gained, changed, moved, retagged, rejudged (records), settings, versions, source, inputs, pii.
    """
    from curate.lineage.diff import diff as compared
    from curate.lineage.diff import names_of
    from curate.report.compared import page
    from curate.terminal import harmless

    names = names_of(fail_on) if fail_on is not None else ()
    said = compared(out_a, out_b)
    click.echo(said.model_dump_json(indent=2) if as_json else "\n".join(map(harmless, page(said))))
    if found := said.failures(names):
        raise CurateError(f"the outputs differ: {', '.join(found)}", where="--fail-on")


@click.command()
@OUT
@click.option(
    "--profile", metavar="NAME|FILE", help="Judge OUT clause by clause: cn-genai, eu-gpai, generic, or a file."
)
@click.option("--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Language of the page.")
@click.option(
    "-o",
    "--out",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write; OUT/_lineage/attached/report.html when absent.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print what it says as JSON; the page is written only with --out."
)
def report(out: Path, profile: str | None, lang: Literal["en", "zh"], file: Path | None, as_json: bool) -> None:  # noqa: FBT001 - click passes flags by name
    """Write one HTML page about OUT for a reviewer: verdict by clause, balance, sources, rules, what was not checked.

    It is made from the files of OUT alone, holds no text of any record, and needs no network to be read. A profile says
    what is asked and by which clause. The page proves process, not legality.
    """
    from curate.lineage.attachments import check_place
    from curate.lineage.profiles.load import load
    from curate.report.page import PLACE, gathered, write_page

    if file is not None:
        check_place(out, file)
    said = gathered(out, None if profile is None else load(profile))
    if file is not None or not as_json:
        write_page(file or out / PLACE, said, lang)
    click.echo(said.said.model_dump_json(indent=2) if as_json else file or out / PLACE)


@click.command()
@click.argument("form", metavar="FORMAT")
@OUT
@click.option("-o", "file", type=click.Path(dir_okay=False, path_type=Path), help="File to write; printed when absent.")
@click.option(
    "--json", "as_json", is_flag=True, help="With -o, print what was written as JSON; formats are JSON anyway."
)
def export(form: str, out: Path, file: Path | None, as_json: bool) -> None:  # noqa: FBT001 - click passes flags by name
    """Say what the manifest of OUT says in a public FORMAT: croissant, openlineage, eu-training-summary or cn-filing.

    What the manifest does not know is said to be unknown, or left to the provider; nothing is made up.
    """
    from hashlib import sha256

    from curate.lineage.export.formats import exported, write_export

    body = exported(form, out)
    if file is None:
        click.echo(body.decode(), nl=False)
        return
    write_export(body, out, file)
    said = {"format": form, "file": str(file), "bytes": len(body), "sha256": sha256(body).hexdigest()}
    click.echo(json.dumps(said, ensure_ascii=False) if as_json else file)
