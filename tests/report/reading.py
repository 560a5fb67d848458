"""Reads a page as a browser would, and holds that every tag is closed in order."""

from html.parser import HTMLParser

VOID = {"meta", "br"}


class Read(HTMLParser):
    """A page: its tags, words, classes, and its tables by what they are called."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.table: list[list[str]] = []
        self.label = ""
        self.classes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.marks: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        self.tags.add(tag)
        self.attributes |= set(said)
        self.links += [said["href"]] if "href" in said else []
        if tag in VOID:
            return
        self.open.append(tag)
        self.marks.append(said.get("class", ""))
        if said.get("role") == "region":
            self.label = said["aria-label"]
        if tag == "table":
            self.table = self.tables.setdefault(self.label, [])
        elif tag == "tr":
            self.table.append([])
        elif tag in {"td", "th"}:
            self.table[-1].append("")

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        self.marks.pop()

    def handle_data(self, data):
        if not {"style", "title"} & set(self.open):
            self.words.append(data)
            self.classes.append((self.marks[-1] if self.marks else "", data))
            if {"td", "th"} & set(self.open):
                self.table[-1][-1] += data

    def rows(self, label: str) -> list[list[str]]:
        """Return the lines of a table, without its head."""
        return self.tables[label][1:]


def number(said: str) -> int:
    return int(said.replace(",", ""))
