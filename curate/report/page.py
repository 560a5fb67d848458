"""Show an output on one HTML page, from its files alone: no script, no request, fit to print and to file."""

import re
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import NamedTuple

from curate.core.errors import StorageError
from curate.core.files import write_whole
from curate.lineage.manifest import ATTACHED, Manifest
from curate.lineage.profiles.load import Loaded, names
from curate.lineage.profiles.model import Profile
from curate.lineage.reported import Reported, reported
from curate.report import balance, clauses, copies, gaps, later, making, mix, origins, personal, rules
from curate.report.markup import Cell, Raw, Sheet, code, listed, paired, paragraph, red
from curate.report.style import STYLE
from curate.report.words import LEFT_OUT_HEAD, NONE, TAGS, TOKENS, Language, Said

PLACE = f"{ATTACHED}/report.html"
"""Where the page lies in an output: among what SHA256SUMS does not list."""
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Signs in what an operator declared that no page may hold, or that turn the order of what is read: spelled out."""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""What a browser may load for this page: nothing."""
TITLE = Said("Report on the data set {name}", "数据集 {name} 审查报告")
OVER = Said("Report on a training data set", "训练数据集审查报告")
SUMMARY = Said(
    "{rows} records from {files} files of {sources} sources, made by curate {curate} with Python {python}.",
    "共 {rows} 条记录，来自 {sources} 个来源的 {files} 个文件，由 curate {curate}（Python {python}）生成。",
)
LAWFUL = Said(
    "This report proves process, not legality. It shows what was done to which records by which rule; it is no legal "
    "advice, "
    "and what is declared under “Sources” is the operator's word.",
    "本报告证明处理过程，不证明合法性：它说明哪些记录因何规则经过何种处理，不构成法律意见；"
    "“来源”一节的内容由运营者自行声明。",
)
WRITTEN = Said("Records written", "写出记录")
SOURCES, FILES = Said("Sources", "来源"), Said("Files read", "读入文件")
PROFILE, SIGNED = Said("Profile", "规则集"), Said("Signatures", "签名")
MANIFEST = Said("Manifest, sha256", "清单的 sha256")
ROOT = Said("Root of all records (RFC 9162)", "全部记录的 Merkle 根（RFC 9162）")
FILES_ROOT = Said("Root of all files", "全部文件的 Merkle 根")
CONTENTS = Said("Contents", "目录")
ENDING = Said(
    "Made by curate report from the files of the output; the same output, profile and language give the same bytes.",
    "由 curate report 根据输出文件生成；同一输出、规则集与语言得到逐字节相同的页面。",
)


class Report(NamedTuple):
    """What a page is made of."""

    manifest: Manifest
    said: Reported
    profile: Profile | None = None


def gathered(out: Path, loaded: Loaded | None = None) -> Report:
    """Read an output; StorageError where a file of it cannot be read."""
    manifest, said = reported(out, loaded)
    return Report(manifest, said, loaded.profile if loaded else None)


def page(report: Report, lang: Language = "en") -> str:
    """Return the page as one HTML file: a function of the output's files, the profile and the language alone."""
    sheet = Sheet(report.manifest, report.said, lang)
    sections = _sections(sheet, report.profile)
    title = escape(sheet.say(TITLE, name=report.manifest.dataset.name))
    head = (
        f'<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n'
        f"<style>{STYLE}</style>"
    )
    body = "\n".join((*_head(sheet, report.profile), _contents(sheet, sections), "<main>"))
    for number, (words, parts) in enumerate(sections, 1):
        inside = "\n".join(parts)
        name = escape(sheet.say(words))
        body += (
            f'\n<section aria-labelledby="s{number}">\n<h2 id="s{number}">{number}. {name}</h2>\n{inside}\n</section>'
        )
    end = f"</main>\n<footer>{sheet.p(LAWFUL)}{sheet.p(ENDING)}</footer>"
    top = f'<!DOCTYPE html>\n<html lang="{TAGS[lang]}">\n<head>\n{head}\n</head>\n'
    return spelled(f"{top}<body>\n{body}\n{end}\n</body>\n</html>\n")


def spelled(html: str) -> str:
    """Spell out signs that nobody sees."""
    return UNSEEN.sub(lambda sign: f"&lt;U+{ord(sign[0]):04X}&gt;", html)


def write_page(path: Path, report: Report, lang: Language = "en") -> None:
    """Write the page to a file; StorageError where that is impossible."""
    try:
        write_whole(path, page(report, lang).encode())
    except OSError as error:
        hint = "name another file with `--out`"
        raise StorageError(f"cannot write: {error.strerror}", where=str(path), hint=hint) from error


def _sections(sheet: Sheet, profile: Profile | None) -> list[tuple[Said, Iterable[str]]]:
    return [
        (clauses.TITLE, clauses.section(sheet, profile, names())),
        (balance.TITLE, balance.section(sheet)),
        (origins.TITLE, origins.section(sheet, profile)),
        (rules.TITLE, rules.section(sheet)),
        (personal.TITLE, personal.section(sheet)),
        (copies.TITLE, copies.section(sheet)),
        (mix.TITLE, mix.section(sheet)),
        (later.REVIEWS, later.reviews(sheet)),
        (later.ERASURES, later.erasures(sheet)),
        (making.ENVIRONMENT, making.environment(sheet)),
        (making.FILES, making.files(sheet)),
        (gaps.TITLE, gaps.section(sheet)),
    ]


def _head(sheet: Sheet, profile: Profile | None) -> Iterable[str]:
    manifest, said = sheet.manifest, sheet.said
    counted = [*said.counted.languages.values(), said.counted.undetermined]
    tokens = sum(one.tokens for one in counted)
    summary = sheet.say(
        SUMMARY,
        rows=f"{manifest.dataset.rows:,}",
        files=f"{len(manifest.inputs):,}",
        sources=f"{len(manifest.sources):,}",
        curate=manifest.environment.curate,
        python=manifest.environment.python,
    )
    yield f"<header>\n{sheet.p(OVER, 'over')}\n<h1>{escape(manifest.dataset.name)}</h1>\n{paragraph(summary)}"
    signed = ", ".join(str(one["keyid"])[:16] for one in said.signatures)
    facts: list[tuple[str, Cell]] = [
        (sheet.say(WRITTEN), manifest.dataset.rows),
        (sheet.say(LEFT_OUT_HEAD), manifest.accounting.rejected),
        (sheet.say(TOKENS), tokens or "–"),
        (sheet.say(SOURCES), len(manifest.sources)),
        (sheet.say(FILES), len(manifest.inputs)),
        (sheet.say(PROFILE), profile.id if profile else sheet.say(NONE)),
        (sheet.say(SIGNED), signed or red(sheet.say(NONE))),
    ]
    yield listed("facts", facts)
    roots: list[tuple[str, Raw]] = [
        (sheet.say(MANIFEST), code(said.manifest_sha256)),
        (sheet.say(ROOT), code(manifest.merkle.documents_root)),
        (sheet.say(FILES_ROOT), code(manifest.merkle.files_root)),
    ]
    yield paired("proof", roots)
    yield f'<p class="warning" role="note">{escape(sheet.say(LAWFUL))}</p>\n</header>'


def _contents(sheet: Sheet, sections: Iterable[tuple[Said, Iterable[str]]]) -> str:
    lines = "".join(
        f'<li><a href="#s{number}">{escape(sheet.say(words))}</a></li>' for number, (words, _) in enumerate(sections, 1)
    )
    return f'<nav aria-label="{escape(sheet.say(CONTENTS))}"><ol>{lines}</ol></nav>'
