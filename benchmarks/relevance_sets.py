"""Real texts by domain, and the tasks that `relevance` is measured on: what is sought, and among what."""

import csv
import gzip
import json
import random
import re
from collections.abc import Callable, Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

CHARS = 1_500
"""A longer document stands for itself by so many characters from its middle: no title, no menu, no licence."""
LEAST = 60
"""Shorter texts are names of things, not documents."""
MOST = 1_500
"""Documents taken of a source."""
SILENT = {"script", "style", "head", "nav", "pre"}
CUTTING = {"h1", "h2", "h3"}
PAGES = {"gnucash-docs": "*-en/*.html*"}
"""Which pages of a package are of its language, where it holds several."""


class Task(NamedTuple):
    """A search: sources of what is sought, sources of everything else; `hard` where both are of one register."""

    name: str
    sought: tuple[str, ...]
    others: tuple[str, ...]
    hard: bool = False


class Sections(HTMLParser):
    """Collects the text of a page, cut at its headings."""

    def __init__(self) -> None:
        super().__init__()
        self.sections: list[list[str]] = [[]]
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - the parser's signature
        """Begin a section at a heading, and pass over what is not prose."""
        self.silent += tag in SILENT
        if tag in CUTTING:
            self.sections.append([])

    def handle_endtag(self, tag: str) -> None:
        """Hear again."""
        self.silent -= tag in SILENT and self.silent > 0

    def handle_data(self, data: str) -> None:
        """Take text."""
        if not self.silent:
            self.sections[-1].append(data)


def sections(page: str) -> list[str]:
    """Return the text of each section of an HTML page."""
    parser = Sections()
    parser.feed(page)
    return [re.sub(r"\s+", " ", "".join(parts)).strip() for parts in parser.sections]


def middle(text: str) -> str:
    """Return the middle of a text."""
    start = max(0, (len(text) - CHARS) // 2)
    return text[start : start + CHARS]


class Shelf(NamedTuple):
    """Where texts are: the shared sets, and unpacked Debian packages by name (null: none)."""

    data: Path
    debian: Path | None

    def texts(self, source: str) -> list[str]:
        """Return the documents of a source, at most MOST of them, in an order that says nothing."""
        return list(_texts(self, source))

    def files(self, pattern: str) -> Iterator[str]:
        """Yield the files of the shared sets that fit a pattern."""
        for path in sorted(self.data.glob(pattern)):
            yield path.read_text("utf-8", "replace")

    def pages(self, package: str) -> Iterator[str]:
        """Yield the sections of the pages of a Debian package; nothing where it is not there."""
        for path in sorted((self.debian / package).rglob(PAGES.get(package, "*.html*"))) if self.debian else []:
            if path.is_file() and not path.is_symlink():
                body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
                yield from sections(body.decode("utf-8", "replace"))


@cache
def _texts(shelf: Shelf, source: str) -> tuple[str, ...]:
    said = READERS[source](shelf) if source in READERS else shelf.pages(source)
    texts = [middle(text) for text in dict.fromkeys(said) if len(text) >= LEAST]
    random.Random(source).shuffle(texts)  # noqa: S311 - the same order again, no secrets
    return tuple(texts[:MOST])


def table(shelf: Shelf, pattern: str) -> Iterator[dict[str, str]]:
    """Yield the rows of CSV files in GBK."""
    for path in sorted(shelf.data.glob(pattern)):
        yield from csv.DictReader(path.read_text("gb18030", "replace").splitlines())


def questions(shelf: Shelf, department: Callable[[str], bool]) -> Iterator[str]:
    """Yield the questions to doctors whose department fits, with their answers."""
    for row in table(shelf, "zh_med_toyhom_gbk/*.csv"):
        if department(row["department"]):
            yield f"{row['title']}\n{row['ask']}\n{row['answer']}"


def advisories(shelf: Shelf, pattern: str) -> Iterator[str]:
    """Yield what security advisories say of their own: summary and risk, without the standing advice."""
    for body in shelf.files(f"en_ot_csaf_2017_2021/*/{pattern}"):
        said = json.loads(body)
        notes = [note["text"] for note in said["document"]["notes"] if note.get("category") == "summary"]
        faults = [note["text"] for one in said.get("vulnerabilities", []) for note in one.get("notes", [])]
        yield "\n".join([said["document"]["title"], *notes, *faults])


def contexts(shelf: Shelf) -> Iterator[str]:
    """Yield the paragraphs and tables of annual reports."""
    for body in shelf.files("en_fin_tatqa_dev/*.json"):
        for one in json.loads(body):
            rows = [" | ".join(row) for row in one["table"]["table"]]
            yield "\n".join([*(paragraph["text"] for paragraph in one["paragraphs"]), *rows])


def abstracts(shelf: Shelf) -> Iterator[str]:
    """Yield medical abstracts."""
    for body in shelf.files("en_med_pubmedqa/ori_pqal.json"):
        for one in json.loads(body).values():
            yield "\n".join([one["QUESTION"], *one["CONTEXTS"], one["LONG_ANSWER"]])


def standards(shelf: Shelf) -> Iterator[str]:
    """Yield stretches of RFCs."""
    for path in sorted(shelf.data.glob("en_net_rfc_std/**/*.gz")):
        body = gzip.decompress(path.read_bytes()).decode("utf-8", "replace")
        yield from (body[at : at + CHARS] for at in range(CHARS, len(body), 12 * CHARS))


def cases(shelf: Shelf, folder: str) -> Iterator[str]:
    """Yield legal exam and case questions with their answers."""
    for body in shelf.files(f"{folder}/zero_shot/*.json"):
        yield from (f"{one['question']}\n{one['answer']}" for one in json.loads(body))


def answers(shelf: Shelf) -> Iterator[str]:
    """Yield what models answered."""
    for body in shelf.files("zh_lowq_lawbench_predictions/**/*.json"):
        yield from (str(one["prediction"]) for one in json.loads(body).values())


def pages(shelf: Shelf) -> Iterator[str]:
    """Yield the sections of the Chinese installation guide."""
    for body in shelf.files("zh_web_debian_guide_archpair/amd64/**/*.html"):
        yield from sections(body)


def mails(shelf: Shelf) -> Iterator[str]:
    """Yield the bodies of mails."""
    for path in sorted(shelf.data.glob("en_mail_spamassassin_2002/**/*")):
        if path.is_file():
            yield path.read_bytes().decode("utf-8", "replace").partition("\n\n")[2]


def roff(shelf: Shelf) -> Iterator[str]:
    """Yield Chinese manual pages without their markup."""
    for path in sorted((shelf.debian / "manpages-zh").rglob("zh_CN/**/*.gz")) if shelf.debian else []:
        if path.is_file():
            body = gzip.decompress(path.read_bytes()).decode("utf-8", "replace")
            lines = [re.sub(r"^\.\w+ ?|\\f.|\\", "", line) for line in body.splitlines() if not line.startswith('.\\"')]
            yield "\n".join(lines)


def chinese(texts: Iterator[str]) -> Iterator[str]:
    """Pass on what is a third Han at least."""
    return (text for text in texts if 3 * len(re.findall("[\u4e00-\u9fff]", text)) >= len(text))


CARDIOLOGY = "心血管科"
READERS: dict[str, Callable[[Shelf], Iterator[str]]] = {
    "statutes": lambda shelf: shelf.files("zh_law_national/**/*.md"),
    "cases": lambda shelf: cases(shelf, "zh_law_lawbench"),
    "answers": answers,
    "questions": lambda shelf: questions(shelf, lambda _: True),
    "cardiology": lambda shelf: questions(shelf, CARDIOLOGY.__eq__),
    "other departments": lambda shelf: questions(shelf, CARDIOLOGY.__ne__),
    "installation guide zh": lambda shelf: chinese(pages(shelf)),
    "labs zh": lambda shelf: shelf.files("zh_en_cyber_vulhub/**/README.zh-cn.md"),
    "labs": lambda shelf: shelf.files("zh_en_cyber_vulhub/**/README.md"),
    "manual pages zh": lambda shelf: chinese(roff(shelf)),
    "libreoffice zh": lambda shelf: chinese(shelf.pages("libreoffice-help-zh-cn")),
    "reference zh": lambda shelf: chinese(shelf.pages("debian-reference-zh-cn")),
    "minutes": lambda shelf: shelf.files("en_fin_fomc_minutes/*.txt"),
    "speeches": lambda shelf: shelf.files("en_fin_fed_speeches_1996_2012/*.txt"),
    "annual reports": contexts,
    "abstracts": abstracts,
    "guides": lambda shelf: shelf.files("en_cyber_owasp_cheatsheets/**/*.md"),
    "advisories": lambda shelf: advisories(shelf, "*.json"),
    "medical advisories": lambda shelf: advisories(shelf, "icsma*.json"),
    "other advisories": lambda shelf: advisories(shelf, "icsa-*.json"),
    "standards": standards,
    "mails": mails,
}
"""By source: what yields its documents; any other source is a Debian package."""

CHINESE = ("cases", "installation guide zh", "labs zh", "manual pages zh", "libreoffice zh", "reference zh")
FINANCE = ("minutes", "speeches", "annual reports")
MANUALS = (
    "octave-doc",
    "maxima-doc",
    "gimp-help-en",
    "postgresql-doc-15",
    "git-doc",
    "libreoffice-help-en-us",
    "debian-reference-en",
    "python3.11-doc",
)
ENGLISH = ("mails", "standards", *MANUALS)
TASKS = (
    Task("Chinese law", ("statutes",), (*CHINESE[1:], "questions")),
    Task("Chinese medicine", ("questions",), ("statutes", *CHINESE)),
    Task("English finance", FINANCE, ("abstracts", "guides", "advisories", *ENGLISH)),
    Task("English medicine", ("abstracts",), (*FINANCE, "guides", "advisories", *ENGLISH)),
    Task("English security", ("guides", "advisories", "labs"), (*FINANCE, "abstracts", *ENGLISH)),
    Task("accounting among manuals", ("gnucash-docs",), MANUALS, hard=True),
    Task("circuit boards among manuals", ("kicad-doc-en",), MANUALS, hard=True),
    Task("cardiology among departments", ("cardiology",), ("other departments",), hard=True),
    Task("medical devices among advisories", ("medical advisories",), ("other advisories",), hard=True),
)
PACKAGES = (*MANUALS, "gnucash-docs", "kicad-doc-en", "manpages-zh", "libreoffice-help-zh-cn", "debian-reference-zh-cn")
