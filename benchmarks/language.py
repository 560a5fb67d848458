"""How often `language` names the language of a line rightly, by the length of the line: real sets, Debian's manuals."""

import csv
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

from benchmarks.stages import batch
from curate.core.stage import Step
from curate.stages.language import Language

BINS = ((8, 15), (15, 30), (30, 80), (80, 300))
"""Lengths in characters: from, and below."""
MOST = 2_000
"""Lines of one source and length that are judged, evenly spread over all there are."""
PART = re.compile(r"(?<=[。！？；!?;])|(?<=[.:] )|\n")
EASTERN = {"zh": "\u4e00-\u9fff", "ja": "\u3040-\u30ff\u4e00-\u9fff", "ko": "\uac00-\ud7a3"}
SCRIPT = {"zh-CN": "Hans", "zh_CN": "Hans", "zh-TW": "Hant"}
RIGHT = {"zh": {"zh", "zh-en"}, "nb": {"no"}, "id": {"id", "ms"}, "hr": {"hr", "sr", "bs", "sh"}}
"""What counts as right where it is not the language alone: Chinese mixed with English, and names that lid.176 gives."""


class Source(NamedTuple):
    """Documents of one language."""

    name: str
    language: str
    texts: Iterator[str]
    script: str | None = None


@dataclass(frozen=True)
class Line:
    """One source, or one language as a whole: lines and the share that is right, in %, by length."""

    source: str
    language: str
    lines: int
    from_8: str
    from_15: str
    from_30: str
    from_80: str
    all_of_them: str
    mixed: str
    """Share of all lines that are called `zh-en`, in %; they are right where the language is zh."""
    script: str
    """Share of the Chinese lines with a telling character whose writing is named rightly, in %."""


class Blocks(HTMLParser):
    """Collects the text of paragraphs, headings, points and cells; what is shown as typed is left out."""

    BLOCKS = frozenset({"p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "td", "th", "dt", "dd", "title", "div", "br"})
    SKIPPED = frozenset({"pre", "script", "style", "code"})

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.skipping = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - HTMLParser's
        """Begin a block."""
        self.skipping += tag in self.SKIPPED
        self.parts += ["\n"] if tag in self.BLOCKS else []

    def handle_endtag(self, tag: str) -> None:
        """End a block."""
        self.skipping -= tag in self.SKIPPED and self.skipping > 0
        self.parts += ["\n"] if tag in self.BLOCKS else []

    def handle_data(self, data: str) -> None:
        """Take text."""
        if not self.skipping:
            self.parts.append(" ".join(data.split()).join((" " * data[:1].isspace(), " " * data[-1:].isspace())))


def shown(path: Path) -> str:
    """Read the text that an HTML page shows."""
    blocks = Blocks()
    blocks.feed(path.read_text("utf-8", errors="replace"))
    return "".join(blocks.parts)


def plain(folder: Path, pattern: str) -> Iterator[str]:
    """Read text files."""
    return (path.read_text("utf-8", errors="replace") for path in sorted(folder.glob(pattern)))


def rows(path: Path, encoding: str, columns: Sequence[str]) -> Iterator[str]:
    """Read columns of a CSV file."""
    with path.open(encoding=encoding, errors="replace", newline="") as stream:
        for row in csv.DictReader(stream):
            yield from (row[column] for column in columns)


def objects(paths: Sequence[Path], keys: Sequence[str]) -> Iterator[str]:
    """Read values of the records in JSON arrays."""
    for path in paths:
        for one in json.loads(path.read_text("utf-8")):
            yield from (str(one[key]) for key in keys)


def notes(folder: Path) -> Iterator[str]:
    """Read the notes of security advisories."""
    for path in sorted(folder.rglob("*.json")):
        document = json.loads(path.read_text("utf-8")).get("document", {})
        yield from (note["text"] for note in document.get("notes", []))


def abstracts(path: Path) -> Iterator[str]:
    """Read the contexts of medical questions."""
    for one in json.loads(path.read_text("utf-8")).values():
        yield from one["CONTEXTS"]


def real(folder: Path) -> Iterator[Source]:
    """Name what there is among the real sets."""
    yield Source("statutes", "zh", plain(folder, "zh_law_national/**/*.md"), "Hans")
    law = sorted((folder / "zh_law_lawbench").rglob("*.json"))
    yield Source("law exams and cases", "zh", objects(law, ("question", "answer")), "Hans")
    table = next((folder / "zh_med_toyhom_gbk").glob("*.csv"))
    yield Source("medical questions", "zh", rows(table, "gb18030", ("title", "ask", "answer")), "Hans")
    yield Source("vulnerability labs", "zh", plain(folder, "zh_en_cyber_vulhub/**/README.zh-cn.md"), "Hans")
    yield Source("speeches", "en", plain(folder, "en_fin_fed_speeches_1996_2012/*.txt"))
    yield Source("minutes", "en", plain(folder, "en_fin_fomc_minutes/*.txt"))
    yield Source("cheat sheets", "en", plain(folder, "en_cyber_owasp_cheatsheets/**/*.md"))
    yield Source("medical abstracts", "en", abstracts(folder / "en_med_pubmedqa" / "ori_pqal.json"))
    orders = folder / "en_mfg_nestor_mwo" / "excavators-cleaned.csv"
    yield Source("work orders", "en", rows(orders, "utf-8", ("OriginalShorttext",)))
    yield Source("advisories", "en", notes(folder / "en_ot_csaf_2017_2021"))


def translated(folder: Path) -> Iterator[Source]:
    """Name Debian's manuals below a folder into which packages were unpacked: one folder a language."""
    for manual in ("debian-handbook/html", "installation-guide-amd64"):
        place = folder / "usr" / "share" / "doc" / manual
        for tongue in sorted(path for path in place.glob("*") if path.is_dir()):
            pages = map(shown, sorted(tongue.glob("*.html")))
            name = f"{manual.partition('-')[0]} {tongue.name}"
            yield Source(name, tongue.name[:2], pages, SCRIPT.get(tongue.name))


def lines_of(source: Source) -> dict[int, list[str]]:
    """Sort the lines and sentences of a source by length, each once; of an Eastern language only those that show it."""
    eastern = re.compile(f"[{EASTERN[source.language]}]") if source.language in EASTERN else re.compile("")
    found: dict[int, dict[str, None]] = defaultdict(dict)
    for text in source.texts:
        for part in (piece.strip() for piece in PART.split(text)):
            place = next((at for at, (low, high) in enumerate(BINS) if low <= len(part) < high), None)
            if place is not None and eastern.search(part) and any(map(str.isalpha, part)):
                found[place][part] = None
    return {place: list(lines) for place, lines in found.items()}


def spread(lines: Sequence[str]) -> list[str]:
    """Return at most MOST lines, evenly spread."""
    step = max(1.0, len(lines) / MOST)
    return [lines[int(number * step)] for number in range(min(len(lines), MOST))]


class Judged(NamedTuple):
    """Lines of one length: how many, and how many are right, called mixed, telling by their writing, right in that."""

    lines: int = 0
    right: int = 0
    mixed: int = 0
    telling: int = 0
    written: int = 0


def added(one: Judged, other: Judged) -> Judged:
    """Add up."""
    return Judged(*map(sum, zip(one, other, strict=True)))


def judged(step: Step, source: Source, lines: Sequence[str]) -> Judged:
    """Have lines judged."""
    said = step(batch(lines, "", 0)).batch if lines else None
    if said is None:
        return Judged()
    names, scripts = (said[column].to_pylist() for column in ("language", "language_script"))
    right = RIGHT.get(source.language, {source.language})
    telling = [script for script in scripts if source.script and script in {"Hans", "Hant", "mixed"}]
    return Judged(
        len(names),
        sum(map(right.__contains__, names)),
        names.count("zh-en"),
        len(telling),
        telling.count(source.script),
    )


def share(part: int, whole: int) -> str:
    """Write a share in %."""
    return f"{100 * part / whole:.1f}" if whole else "-"


def row(name: str, language: str, bins: dict[int, Judged]) -> Line:
    """Lay out one line of the table."""
    by_length = [share(bins.get(place, Judged()).right, bins.get(place, Judged()).lines) for place in range(len(BINS))]
    whole = Judged()
    for one in bins.values():
        whole = added(whole, one)
    mixed, written = share(whole.mixed, whole.lines), share(whole.written, whole.telling)
    return Line(name, language, whole.lines, *by_length, share(whole.right, whole.lines), mixed, written)


def measured(folder: Path, debian: Path | None) -> list[Line]:
    """Judge every source, and sum up by language, Chinese first. What stands in English too is no translation."""
    step = Language(**{"as": "language"}).open()
    sources = [*real(folder), *(translated(debian) if debian is not None else ())]
    sources.sort(key=lambda source: source.language != "en")
    english: set[str] = set()
    found: list[Line] = []
    whole: dict[str, dict[int, Judged]] = defaultdict(dict)
    for source in sources:
        lines = lines_of(source)
        if source.language == "en":
            english.update(*lines.values())
        else:
            lines = {place: [one for one in some if one not in english] for place, some in lines.items()}
        bins = {place: judged(step, source, spread(some)) for place, some in lines.items()}
        for place, one in bins.items():
            whole[source.language][place] = added(whole[source.language].get(place, Judged()), one)
        found.append(row(source.name, source.language, bins))
    order = sorted(whole, key=lambda language: (language not in {"zh", "en"}, language == "en", language))
    shown_ones = [one for one in found if one.language in {"zh", "en"}]
    shown_ones.sort(key=lambda one: one.language == "en")
    return [*shown_ones, *(row("all", language, whole[language]) for language in order)]
