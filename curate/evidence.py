"""Commands that read what a run left behind: trace, diff, export. They write nothing into an output."""

from pathlib import Path

import click

from curate.core.errors import CurateError

OUT = click.argument("out", type=click.Path(path_type=Path))
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for a machine to read.")


@click.command()
@click.argument("out_a", type=click.Path(path_type=Path))
@click.argument("out_b", type=click.Path(path_type=Path))
@click.option("--fail-on", default="", metavar="WHAT,...", help="Exit 1 where one of these differs: see below.")
@JSON
def diff(out_a: Path, out_b: Path, fail_on: str, as_json: bool) -> None:  # noqa: FBT001 - click passes flags by name
    """Compare two outputs: settings, versions, and every record by id, with the stage that made the difference.

    --fail-on names lost, gained, changed, moved, retagged, rejudged (records), settings, versions, source, inputs, pii.
    """
    from curate.lineage.diff import diff as compared
    from curate.lineage.diff import names_of
    from curate.report.compared import page

    names = names_of(fail_on)
    said = compared(out_a, out_b)
    click.echo(said.model_dump_json(indent=2) if as_json else "\n".join(page(said)))
    if found := said.failures(names):
        raise CurateError(f"the outputs differ: {', '.join(found)}", where="--fail-on")
