"""Write what the documentation takes from the code: `python docs/make.py` in the repository.

A stretch of a document between `<!-- made: NAME -->` and `<!-- end -->` is written by the function NAME of this file.
"""
# ruff: noqa: INP001 - a script, no package

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

sys.path.insert(0, str(Path(__file__).parents[1]))

from pydantic import BaseModel

import curate
from curate.config.describe import ROOMS, Described, Setting, columns_in_words, default_of, described, of_model
from curate.config.model import Config, Limits, Output
from curate.config.registry import SOURCES, STAGES
from curate.core import errors
from curate.engine.funnel import summed, table
from curate.sinks.rejects import ERASED, MEANINGS
from curate.sinks.words import EN
from curate.stages.dedup.near import NearDuplicates
from curate.stages.pii.rules import RULES
from curate.stages.quality.presets import PRESETS, PUBLISHED, Rule
from curate.stages.quality.signals import DATATROVE_SIGNALS, SIGNALS

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
MADE = re.compile(r"(<!-- made: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
COMMON = {"as", "sources", "languages", "action"}
COUNTED = ("in", "out", "rejected", "tagged", "edited")
ERRORS = (
    errors.CurateError,
    errors.ConfigError,
    errors.DataError,
    errors.StorageError,
    errors.StoppedError,
)


def grid(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Lay out a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


@cache
def funnel() -> str:
    """Run the quickstart and lay out its stage table: the line of all sources for each stage, without times."""
    with TemporaryDirectory() as folder:
        overrides = [f"output.path={folder}/quickstart", "work=none"]
        done = curate.run(ROOT / "configs" / "quickstart.yaml", overrides=overrides, workers=0)
        rows = done.funnel.to_dicts()
        account = done.manifest.accounting
    lines = []
    for stage in dict.fromkeys(row["stage"] for row in rows):
        whole = summed([row for row in rows if row["stage"] == stage])
        lines.append([stage, *(f"{whole[name]:,}" for name in COUNTED)])
    ending = f"{account.records:,} records = {account.written:,} written + {account.rejected:,} rejected"
    return f"```text\n{table(['stage', *COUNTED], lines)}\n{ending}\n```"


def settings(all_of_them: Iterable[Setting]) -> str:
    """Lay out settings: name, type, default, meaning."""
    rows = [
        (f"`{one.name}`", one.type, "required" if one.required else f"`{default_of(one)}`", one.description)
        for one in all_of_them
    ]
    return grid(("setting", "type", "default", "meaning"), rows)


def section(what: Described, known: set[str]) -> Iterator[str]:
    """Write the section of one stage or format; settings that are `known` stand elsewhere."""
    yield f"## `{what.name}`"
    yield what.summary
    if what.details:
        yield what.details
    if columns := columns_in_words(what, "`"):
        yield f"Columns: {columns}."
    own = [one for one in what.settings if one.name not in known]
    if own:
        yield settings(own)


def stages() -> str:
    """Write the settings that all stages share, then one section a stage."""
    all_of_them = [described(name) for name in STAGES]
    shared = [one for one in all_of_them[0].settings if one.name in COMMON]
    parts = [settings(shared)]
    for what in all_of_them:
        parts += section(what, {one.name for one in what.settings if one in shared})
        if what.name == "quality":
            parts += ["### Signals", signals(), "### Rules of the presets", rules()]
    return "\n\n".join(parts)


def signals() -> str:
    """List what `quality` measures, and what it measures for rules of datatrove's."""
    tables = [
        grid(("signal", "what it is"), [(f"`{name}`", said) for name, said in some.items()])
        for some in (SIGNALS, DATATROVE_SIGNALS)
    ]
    return "\n\nWhere a rule asks for one of them, also what datatrove's filters measure:\n\n".join(tables)


def rules() -> str:
    """List the rules of `base`, and where a preset says something else."""
    rows = []
    ours = {preset: said for preset, said in PRESETS.items() if preset not in PUBLISHED}
    for name, rule in ours["base"].items():
        others = {preset: said[name] for preset, said in ours.items() if said[name] != rule}
        differing = "; ".join(f"{preset}: {differs(rule, said)}" for preset, said in others.items())
        rows.append((f"`{name}`", worded(rule), rule.action, rule.chars or "", differing))
    for preset, said in ours.items():
        own = [(name, rule) for name, rule in said.items() if name not in ours["base"]]
        rows += [(f"`{name}`", "", rule.action, rule.chars or "", f"{preset}: {worded(rule)}") for name, rule in own]
    own_rules = grid(("rule", "in `base`", "action", "only from characters on", "in other presets"), rows)
    theirs = [
        (f"`{name}`", worded(rule), ", ".join(preset for preset, said in PUBLISHED.items() if name in said))
        for name, rule in PUBLISHED["fineweb"].items()
    ]
    said = "Rules of `gopher` and `fineweb`, in their order; each rejects, and none of the above is among them:"
    return "\n\n".join((own_rules, said, grid(("rule", "finds fault with", "presets"), theirs)))


def differs(rule: Rule, other: Rule) -> str:
    """Word a rule beside the one of `base`, whose condition may be the same."""
    said = worded(other) if worded(other) != worded(rule) else ""
    actions = f"{other.action}s" if other.action != rule.action else ""
    length = f"from {other.chars} characters on" if other.chars != rule.chars else ""
    return ", ".join(part for part in (said, actions, length) if part)


def worded(rule: Rule) -> str:
    """Word the condition of a rule."""
    chinese = f" ({rule.chinese:g} for zh)" if rule.chinese is not None else ""
    more = "".join(f" and {condition}" for condition in rule.also)
    types = f", of {', '.join(rule.types)}" if rule.types else ""
    return f"{rule.signal} {rule.operator} {rule.threshold:g}{chinese}{more}{types}"


def sources() -> str:
    """Write the settings that all formats share, then one section a format."""
    all_of_them = [described(name) for name in SOURCES]
    shared = {one.name for one in all_of_them[0].settings if one.name != "format"}
    parts = ["## Settings of `jsonl`, most of which every format has"]
    parts.append(settings(one for one in all_of_them[0].settings if one.name in shared))
    for what in all_of_them:
        lacking = sorted(shared - {one.name for one in what.settings})
        parts += section(what, shared | {"format"})
        if lacking:
            parts.append(f"It has no {', '.join(f'`{name}`' for name in lacking)}.")
    return "\n\n".join(parts)


def keys() -> str:
    """List the top-level keys of a configuration, and those of `output` and `limits`."""
    parts = []
    for title, model in (("Top level", Config), ("`output`", Output), ("`limits`", Limits)):
        parts += [f"### {title}", settings(named(model))]
    return "\n\n".join(parts)


def named(model: type[BaseModel]) -> list[Setting]:
    """List the settings of a model, `name` included; what is a mapping in a file is called one."""
    mapping = {"sources": "mapping of names to sources", "stages": "list of stages", "output": "mapping"}
    listed = [one._replace(type=mapping.get(one.name, one.type)) for one in of_model("", "", model).settings]
    if "name" in model.model_fields:
        description = cast("str", model.model_fields["name"].description)
        listed.insert(0, Setting("name", "text", None, required=True, description=description))
    return listed


def columns() -> str:
    """List the columns of every shard."""
    return grid(("column", "meaning"), [(f"`{name}`", said) for name, said in EN.column.items()])


def ledger() -> str:
    """List the columns of the ledger."""
    return grid(("column", "meaning"), [(f"`{name}`", said) for name, said in MEANINGS.items()])


def tombstones() -> str:
    """List the columns of tombstones."""
    return grid(("column", "meaning"), [(f"`{name}`", said) for name, said in ERASED.items()])


def personal() -> str:
    """List the types of personal data, and the rules that find each."""
    found: dict[str, list[str]] = {}
    for rule in RULES:
        found.setdefault(rule.entity, []).append(rule.name)
    return grid(("type", "found as"), [(f"`{kind}`", "; ".join(names)) for kind, names in found.items()])


def bands() -> str:
    """Say how probably a pair is proposed, at some thresholds with the other settings as they are."""
    rows = []
    for threshold in (0.7, 0.8, 0.85, 0.9):
        stage = NearDuplicates(threshold=threshold)
        chosen = stage.banding
        shares = [f"{chosen.found(min(1.0, threshold + more)):.4f}" for more in (0, 0.05, 0.1)]
        rows.append((f"{threshold:g}", chosen.bands, chosen.rows, f"{chosen.recall(threshold):.4f}", *shares))
    return grid(("threshold t", "bands", "rows", "mean from t to 1", "at t", "at t + 0.05", "at t + 0.1"), rows)


def exits() -> str:
    """List the exit codes."""
    rows: list[tuple[object, ...]] = [(0, "", "Done.")]
    rows += [(one.exit_code, f"`{one.__name__}`", (one.__doc__ or "").partition("\n")[0]) for one in ERRORS]
    return grid(("code", "error", "meaning"), rows)


MAKERS: dict[str, Callable[[], str]] = {
    maker.__name__: maker
    for maker in (funnel, stages, sources, keys, columns, ledger, tombstones, personal, bands, exits)
}


def remade(text: str) -> str:
    """Return a document with everything that is made, made anew."""
    return MADE.sub(lambda found: f"{found[1]}\n{MAKERS[found[2]]()}\n\n{found[3]}", text)


if __name__ == "__main__":
    assert set(ROOMS) == {"stages", "sources"}  # noqa: S101 - a third room would need a page
    for document in DOCUMENTS:
        document.write_text(remade(document.read_text("utf-8")), "utf-8")
