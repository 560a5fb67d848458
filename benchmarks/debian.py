"""Documentation packages of Debian as texts by category: good text of industries that nobody here wrote or chose.

The packages are fetched by hand (`apt-get download` with the names below) into a folder, and unpacked beside it.
"""

import gzip
import re
import subprocess
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

FEWEST_CHARS = 200
"""What is shorter is a page of links, or a man page that names another."""
HAN_SHARE = 0.3
"""Han by letters from which on a page is Chinese: packages hold untranslated pages in Chinese folders."""


class Pages(NamedTuple):
    """Where the pages of a category lie in a package."""

    package: str
    pattern: str
    language: str


CATEGORIES: Mapping[str, Pages] = {
    "zh manual (LibreOffice)": Pages("libreoffice-help-zh-cn", "**/zh-CN/**/*.html", "zh"),
    "zh manual, traditional (LibreOffice)": Pages("libreoffice-help-zh-tw", "**/zh-TW/**/*.html", "zh"),
    "zh reference (Debian)": Pages("debian-reference-zh-cn", "**/*.html", "zh"),
    "zh installation guide": Pages("installation-guide-amd64", "**/zh_CN/*.html", "zh"),
    "zh handbook": Pages("debian-handbook", "**/zh-CN/*.html", "zh"),
    "zh man pages": Pages("manpages-zh", "**/man/zh_CN/**/*.gz", "zh"),
    "zh electronics (KiCad)": Pages("kicad-doc-zh", "**/*.html", "zh"),
    "zh graphics (GIMP)": Pages("gimp-help-zh-cn", "**/zh_CN/*.html", "zh"),
    "en manual (LibreOffice)": Pages("libreoffice-help-en-us", "**/en-US/**/*.html", "en"),
    "en reference (Debian)": Pages("debian-reference-en", "**/*.html", "en"),
    "en installation guide": Pages("installation-guide-amd64", "**/en/*.html", "en"),
    "en handbook": Pages("debian-handbook", "**/en-US/*.html", "en"),
    "en man pages": Pages("manpages-dev", "**/man/**/*.gz", "en"),
    "en database (PostgreSQL)": Pages("postgresql-doc-15", "**/*.html", "en"),
    "en accounting (GnuCash)": Pages("gnucash-docs", "**/gnucash-guide-en/*.html", "en"),
    "en graphics (GIMP)": Pages("gimp-help-en", "**/help/en/*.html", "en"),
    "en version control (git)": Pages("git-doc", "**/*.txt", "en"),
    "en programming (Python)": Pages("python3.11-doc", "**/html/library/*.html", "en"),
}
UNSEEN: Mapping[str, Pages] = {
    "zh web server (Apache)": Pages("apache2-doc", "**/manual/zh-cn/**/*.html", "zh"),
    "zh questions (Debian)": Pages("debian-faq-zh-cn", "**/FAQ/zh-cn/*.html", "zh"),
    "zh packaging (Debian)": Pages("maint-guide-zh-cn", "**/html/*.html", "zh"),
    "en web server (Apache)": Pages("apache2-doc", "**/manual/en/**/*.html", "en"),
    "en questions (Debian)": Pages("debian-faq", "**/FAQ/*.html", "en"),
    "en developers' reference (Debian)": Pages("developers-reference", "**/*.html", "en"),
    "en algebra (Maxima)": Pages("maxima-doc", "**/html/*.html", "en"),
    "en electronics (KiCad)": Pages("kicad-doc-en", "**/help/en/*.html", "en"),
}
"""Pages that nobody had looked at when the thresholds of `quality` were chosen."""

_BLOCKS = """
p div li tr h1 h2 h3 h4 h5 h6 dt dd pre br table ul ol dl blockquote section article figure
"""
BLOCKS = frozenset(_BLOCKS.split())
HIDDEN = frozenset(("script", "style", "head", "nav", "svg", "noscript"))
VOID = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


class _Page(HTMLParser):
    """Collects the text of a page, a line a block, cells parted by tabs."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.hidden = self.plain = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - their signature
        """Begin a line where a block begins."""
        self.hidden += tag in HIDDEN
        self.plain += tag == "pre"
        self.parts.append("\n" if tag in BLOCKS else "\t" if tag in {"td", "th"} else "")

    def handle_endtag(self, tag: str) -> None:
        """End a line where a block ends."""
        self.hidden -= tag in HIDDEN and self.hidden > 0
        self.plain -= tag == "pre" and self.plain > 0
        self.parts.append("\n\n" if tag in {"p", "pre", "table"} else "\n" if tag in BLOCKS else "")

    def handle_data(self, data: str) -> None:
        """Take text, outside of `pre` with its white space folded."""
        if not self.hidden:
            self.parts.append(data if self.plain else re.sub(r"\s+", " ", data))


def of_html(page: str) -> str:
    """Return the text of a page of HTML."""
    reader = _Page()
    reader.feed(page)
    reader.close()
    lines = "".join(reader.parts).splitlines()
    return VOID.sub("\n\n", "\n".join(line.strip(" \t") for line in lines)).strip()


def of_roff(page: str) -> str:
    """Return the text of a man page without its requests: roughly what a naive converter leaves."""
    lines: list[str] = []
    for line in page.splitlines():
        if line.startswith(('.\\"', "'\\\"")):
            continue
        request = re.match(r"[.'][ ]*([A-Za-z]+)[ ]*(.*)", line)
        said = line if request is None else request[2]
        if request is not None and request[1] in {"SH", "SS", "PP", "P", "TP", "IP", "LP"}:
            lines.append("")
        said = re.sub(r"\\f(?:\[\w*\]|\(..|.)|\\s[-+]?\d", "", said).replace("\\-", "-").replace("\\&", "")
        lines.append(re.sub(r"\\\((?:lq|rq|aq|dq)", '"', said).replace("\\e", "\\"))
    return VOID.sub("\n\n", "\n".join(lines)).strip()


def unpacked(folder: Path, package: str) -> Path | None:
    """Unpack a package once, below `folder`; null where it is not there."""
    place = folder / "unpacked" / package
    found = sorted(folder.glob(f"{package}_*.deb"))
    if not place.is_dir() and found:
        place.parent.mkdir(exist_ok=True)
        command = ("dpkg-deb", "-x", str(found[-1]), str(place))
        subprocess.run(command, check=True)
    return place if place.is_dir() else None


def texts(folder: Path, pages: Pages) -> Iterator[str]:
    """Yield the texts of a category, files in order of their paths."""
    place = unpacked(folder, pages.package)
    for path in [] if place is None else sorted(path for path in place.glob(pages.pattern) if path.is_file()):
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        said = raw.decode("utf-8", "replace")
        text = of_html(said) if ".html" in path.name else of_roff(said) if "/man/" in path.as_posix() else said
        if len(text) >= FEWEST_CHARS:
            yield text


def han_share(text: str) -> float:
    """Return the share of Han in the letters of a text."""
    letters = sum(character.isalpha() for character in text)
    return sum("\u3400" <= character <= "\u9fff" for character in text) / max(letters, 1)


def good(folder: Path, at_most: int, categories: Mapping[str, Pages] = CATEGORIES) -> dict[str, tuple[str, list[str]]]:
    """Return each category's language and some of its texts, evenly drawn; untranslated pages are left out."""
    found: dict[str, tuple[str, list[str]]] = {}
    for name, pages in categories.items():
        every = [text for text in texts(folder, pages) if pages.language == "en" or han_share(text) >= HAN_SHARE]
        every = list(dict.fromkeys(every))
        if every:
            found[name] = pages.language, every[:: max(1, len(every) // at_most)][:at_most]
    return found
