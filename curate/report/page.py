"""Show an output on one HTML page, from its manifest alone: no script, no request, fit to print and to file."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from html import escape
from pathlib import Path

from curate.core.errors import StorageError
from curate.core.files import write_whole
from curate.core.register import Registry, declarations, unknowns
from curate.lineage.manifest import (
    ATTACHED,
    UNDETERMINED,
    UNKNOWN,
    Manifest,
    Residual,
    StageRecord,
    manifest_bytes,
)
from curate.report.charts import Part, bar
from curate.report.gaps import STATED, gaps
from curate.report.words import WORDS, Language, Words

PLACE = f"{ATTACHED}/report.html"
"""Where the page lies in an output: among what SHA256SUMS does not list."""
MOST_FILES = 500
"""More files than this are counted, not listed."""

STYLE = """
:root { --ink: #1c2530; --soft: #5b6673; --line: #d5dbe1; --kept: #3d7ea6; --left: #c2452d; --tagged: #d9a441; }
* { box-sizing: border-box; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
body { margin: 2.5rem auto; max-width: 64rem; padding: 0 1.5rem; color: var(--ink); background: #fff;
  font: 14px/1.5 system-ui, "Noto Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
h1 { font-size: 1.7rem; margin: 0 0 .3rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .5rem; padding-top: .6rem; border-top: 2px solid var(--ink); }
h3 { font-size: 1rem; margin: 1.2rem 0 .3rem; }
p { margin: .3rem 0; max-width: 50rem; }
.soft { color: var(--soft); }
.balance { font-size: 1.25rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th { text-align: left; vertical-align: bottom; color: var(--soft); font-weight: 600; }
th, td { padding: .22rem .6rem .22rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
.number { text-align: right; font-variant-numeric: tabular-nums; overflow-wrap: normal; white-space: nowrap; }
th.number { white-space: normal; }
td:first-child:not(.number) { min-width: 8rem; }
.bar { width: 26%; min-width: 6rem; }
.sum td { font-weight: 600; border-bottom: 2px solid var(--line); }
code { font: .85em ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
svg { display: block; width: 100%; height: .8rem; background: #f0f2f4; }
.kept { fill: var(--kept); } .left { fill: var(--left); } .tagged { fill: var(--tagged); } .plain { fill: var(--soft); }
.legend span { margin-right: 1em; }
.legend i { display: inline-block; width: .8em; height: .8em; margin-right: .35em; }
.legend .kept { background: var(--kept); } .legend .left { background: var(--left); }
.legend .tagged { background: var(--tagged); }
.unknown { color: #b3261e; font-weight: 600; }
tr { break-inside: avoid; } h2, h3 { break-after: avoid; }
@media print { body { margin: 0; max-width: none; font-size: 10.5px; } }
"""


class Raw(str):
    """A string that is HTML already."""

    __slots__ = ()


Cell = str | int
Parts = Iterator[str]


def page(manifest: Manifest, lang: Language = "en") -> str:
    """Return the page as one HTML file: a function of the manifest and the language alone."""
    words = WORDS[lang]
    title = escape(words.title.format(name=manifest.dataset.name))
    makers = (_head, _balance, _sources, _rules, _personal, _languages, _files, _unchecked)
    body = "\n".join(part for maker in makers for part in maker(manifest, words))
    head = f'<meta charset="utf-8">\n<title>{title}</title>\n<style>{STYLE}</style>'
    return f'<!DOCTYPE html>\n<html lang="{words.tag}">\n<head>\n{head}\n</head>\n<body>\n{body}\n</body>\n</html>\n'


def write_page(path: Path, manifest: Manifest, lang: Language = "en") -> None:
    """Write the page to a file; StorageError where that is impossible."""
    try:
        write_whole(path, page(manifest, lang).encode())
    except OSError as error:
        hint = "name another file with `-o`"
        raise StorageError(f"cannot write: {error.strerror}", where=str(path), hint=hint) from error


def _head(manifest: Manifest, words: Words) -> Parts:
    yield f"<h1>{escape(words.title.format(name=manifest.dataset.name))}</h1>"
    summary = words.summary.format(
        rows=f"{manifest.dataset.rows:,}",
        files=f"{len(manifest.inputs):,}",
        sources=f"{len(manifest.sources):,}",
        curate=manifest.environment.curate,
        python=manifest.environment.python,
    )
    yield f"<p>{escape(summary)}</p>"
    digest = sha256(manifest_bytes(manifest)).hexdigest()
    yield f'<p class="soft">{escape(words.digest)} <code>{digest}</code></p>'


def _balance(manifest: Manifest, words: Words) -> Parts:
    account = manifest.accounting
    numbers = {name: f"{getattr(account, name):,}" for name in ("records", "written", "rejected")}
    yield f"<h2>{escape(words.balance)}</h2>"
    yield f'<p class="balance">{escape(words.balance_line.format(**numbers))}</p>'
    yield _legend(("kept", words.kept), ("left", words.left))
    yield f"<h3>{escape(words.by_stage)}</h3>"
    rows: list[Sequence[Cell]] = []
    for stage in manifest.stages:
        drawn = _two(stage.records_out, stage.rejected, account.records, words)
        counts = (stage.records_in, stage.records_out, stage.rejected, stage.tagged, stage.edited)
        rows.append((stage.index, _code(stage.name), drawn, *counts))
    yield _table(words.stage_head, rows)
    yield f"<h3>{escape(words.by_source)}</h3>"
    yield _by_source(manifest, words)


def _by_source(manifest: Manifest, words: Words) -> str:
    """Lay the funnel out by source: what was read, what each stage left out, what was written."""
    account = manifest.accounting
    judges = [stage for stage in manifest.stages if stage.rejected]
    left = [words.left_at.format(stage=stage.name) for stage in judges]
    most = max((each.records for each in account.by_source.values()), default=0)
    lines: list[Sequence[Cell]] = []
    for name in _in_order(manifest):
        one = account.by_source[name]
        drawn = _two(one.written, one.rejected, most, words)
        lines.append((_code(name), drawn, one.records, *(_left_of(stage, name) for stage in judges), one.written))
    total: Sequence[Cell] = (words.total, "", account.records, *(stage.rejected for stage in judges), account.written)
    return _table((words.source, "", words.read, *left, words.written), lines, total=total)


def _in_order(manifest: Manifest) -> list[str]:
    """Return the sources of the balance in the order of the configuration."""
    names = [card.id for card in manifest.sources if card.id in manifest.accounting.by_source]
    return [*names, *(name for name in manifest.accounting.by_source if name not in names)]


def _left_of(stage: StageRecord, source: str) -> int:
    numbers = stage.by_source.get(source)
    return numbers.rejected if numbers else 0


def _sources(manifest: Manifest, words: Words) -> Parts:
    yield f"<h2>{escape(words.sources)}</h2>"
    rows = [
        (_code(card.id), card.format, *(_stated(getattr(card, what), words) for what in STATED))
        for card in manifest.sources
    ]
    yield _table(words.sources_head, rows)
    yield f"<h3>{escape(words.registry)}</h3>"
    yield f'<p class="soft">{escape(words.registry_note)}</p>'
    yield _table(words.registry_head, [(_code(card.id), *_declared(card.registry)) for card in manifest.sources])


def _declared(registry: Registry) -> tuple[Cell, Cell]:
    """Show what somebody said about a source, and, in red, the names of what nobody did."""
    said = "; ".join(f"{name}: {value}" for name, value in declarations(registry))
    lacking = ", ".join(unknowns(registry))
    return said, Raw(f'<span class="unknown">{escape(lacking)}</span>') if lacking else ""


def _stated(value: str, words: Words) -> str:
    return Raw(f'<span class="unknown">{escape(words.unknown)}</span>') if value == UNKNOWN else value


def _rules(manifest: Manifest, words: Words) -> Parts:
    yield f"<h2>{escape(words.rules)}</h2>"
    yield f'<p class="soft">{escape(words.rules_note)}</p>'
    spoke = [(rule, said) for stage in manifest.stages for rule, said in stage.rules.items()]
    most = max((max(said.rejected, said.tagged) for _, said in spoke), default=0)
    rows: list[Sequence[Cell]] = []
    for rule, said in spoke:
        parts = [Part("left", said.rejected, words.left), Part("tagged", said.tagged, words.tagged)]
        rows.append((_code(rule), Raw(bar(parts, max(most, said.rejected + said.tagged))), said.rejected, said.tagged))
    yield _legend(("left", words.left), ("tagged", words.tagged))
    yield _table(words.rules_head, rows)


def _personal(manifest: Manifest, words: Words) -> Parts:
    yield f"<h2>{escape(words.personal)}</h2>"
    looked = [stage for stage in manifest.stages if stage.stage == "pii"]
    if not looked:
        yield f'<p class="unknown">{escape(words.gaps["no_pii"])}</p>'
    for stage in looked:
        note = words.personal_note.format(stage=stage.name, operator=stage.params.get("operator", words.unknown))
        yield f'<p class="soft">{escape(note)}</p>'
        most = max(stage.counts.values(), default=0)
        rows = [(_code(kind), _one(number, most, kind), number) for kind, number in stage.counts.items()]
        yield _table(words.personal_head, rows) if rows else f"<p>{escape(words.personal_none)}</p>"
        fates = [
            (_code(kind), _code(source), said.found, said.replaced, said.tagged, said.allowed, _reasons(said.reasons))
            for source, numbers in stage.by_source.items()
            for kind, said in numbers.personal.items()
        ]
        if fates:
            yield _table(words.fates_head, sorted(fates))
        if planted := manifest.canaries.get(stage.name):
            yield f'<p class="soft">{escape(words.canaries_note.format(stage=stage.name))}</p>'
            tried = [(_code(kind), said.planted, said.leaked, said.allowed) for kind, said in planted.items()]
            yield _table(words.canaries_head, tried)
    if manifest.residual is not None:
        yield from _residual(manifest.residual, words)


def _reasons(reasons: Mapping[str, int]) -> str:
    return ", ".join(f"{reason} {count}" for reason, count in sorted(reasons.items()))


def _residual(residual: Residual, words: Words) -> Parts:
    rows = [
        (_code(kind), _code(source), said.left, said.allowed, said.outside)
        for source, kinds in residual.by_source.items()
        for kind, said in kinds.items()
    ]
    count = sum(said.left for kinds in residual.by_source.values() for said in kinds.values())
    yield f'<p class="soft">{escape(words.residual_note.format(count=count))}</p>'
    if rows:
        yield _table(words.residual_head, rows)


def _languages(manifest: Manifest, words: Words) -> Parts:
    yield f"<h2>{escape(words.languages)}</h2>"
    spoken = sorted(manifest.dataset.languages.items(), key=lambda item: (-item[1], item[0]))
    rows: list[Sequence[Cell]] = []
    for code, number in spoken:
        name = words.undetermined if code == UNDETERMINED else code
        rows.append((name, _one(number, manifest.dataset.rows, name), number))
    yield _table(words.languages_head, rows)


def _files(manifest: Manifest, words: Words) -> Parts:
    inputs = [
        (_code(file.source_id), file.uri, file.records, file.bytes, file.encoding or "", _code(file.sha256))
        for file in manifest.inputs
    ]
    said = manifest.outputs
    outputs = [
        (file.path, file.rows, file.bytes, _code(file.sha256))
        for file in (*said.shards, *said.rejects, *said.signals, *said.pii)
    ]
    for title, head, rows in ((words.inputs, words.inputs_head, inputs), (words.outputs, words.outputs_head, outputs)):
        yield f"<h2>{escape(title)}</h2>"
        yield _table(head, rows[:MOST_FILES])
        if len(rows) > MOST_FILES:
            yield f"<p>{escape(words.more.format(number=f'{len(rows) - MOST_FILES:,}'))}</p>"


def _unchecked(manifest: Manifest, words: Words) -> Parts:
    yield f"<h2>{escape(words.unchecked)}</h2>"
    yield "<ul>" + "".join(f"<li>{escape(sentence)}</li>" for sentence in gaps(manifest, words)) + "</ul>"


def _legend(*kinds: tuple[str, str]) -> str:
    shown = "".join(f'<span><i class="{kind}"></i>{escape(said)}</span>' for kind, said in kinds)
    return f'<p class="legend soft">{shown}</p>'


def _two(kept: int, left: int, whole: int, words: Words) -> Raw:
    return Raw(bar([Part("kept", kept, words.kept), Part("left", left, words.left)], whole))


def _one(number: int, whole: int, said: str) -> Raw:
    return Raw(bar([Part("plain", number, said)], whole))


def _code(text: str) -> Raw:
    return Raw(f"<code>{escape(text)}</code>")


def _table(head: Sequence[str], rows: Iterable[Sequence[Cell]], total: Sequence[Cell] | None = None) -> str:
    """Write a table: whole numbers lean right, an SVG has a column of its own, everything else is escaped."""
    lines = [*rows, *([total] if total else [])]
    kinds = [_kind(cell) for cell in lines[0]] if lines else [""] * len(head)
    top = "".join(f"<th{kind}>{escape(name)}</th>" for name, kind in zip(head, kinds, strict=True))
    body = []
    for line in lines:
        cells = "".join(f"<td{_kind(cell)}>{_shown(cell)}</td>" for cell in line)
        mark = ' class="sum"' if line is total else ""
        body.append(f"<tr{mark}>{cells}</tr>")
    return f"<table><thead><tr>{top}</tr></thead><tbody>{''.join(body)}</tbody></table>"


def _kind(cell: Cell) -> str:
    if isinstance(cell, int):
        return ' class="number"'
    return ' class="bar"' if cell.startswith("<svg") and isinstance(cell, Raw) else ""


def _shown(cell: Cell) -> str:
    if isinstance(cell, int):
        return f"{cell:,}"
    return cell if isinstance(cell, Raw) else escape(cell)
