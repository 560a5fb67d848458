"""Write the quickstart's sample: invented records of six industries, and what must happen to each of them.

    python -m configs.quickstart.make [FOLDER]      # default: the folder of this file

The same bytes on every machine. `golden.jsonl` is made from what was planted here, never from what curate did.
"""

import re
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import TypeVar

from configs.quickstart import junk
from configs.quickstart.persons import HARMLESS, OTHER_SHAPES, PERSONAL, mailbox

Item = TypeVar("Item")

HERE = Path(__file__).parent
SEED = 20240607
PLAIN = 26
"""Plain records of each source."""
SLOT = re.compile(r"\{(\w+)(?::(\d+)-(\d+))?\}")
DIGITS = "零一二三四五六七八九"
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass(eq=False)
class Record:
    """A record, what was planted with it, and what must happen to it."""

    parts: tuple[str, ...]
    """What its source puts together: title and body, question and answer, or the text alone."""
    language: str | None
    planted: str = "plain"
    rule: str | None = None
    """The rule, or the stage, that rejects it; null where it is kept."""
    of: "Record | None" = None
    """The record that it duplicates."""
    values: list[tuple[str, str]] = field(default_factory=list)
    """Personal data in it: type and value."""
    raw: bytes | None = None
    """What stands in the file in place of a sound record."""
    contact: str = ""
    """A kept field beside the text."""
    uri: str = ""
    offset: int = 0


@dataclass
class Source:
    """One source of the configuration: where it lies and what its records are like."""

    name: str
    industry: str
    languages: tuple[str, ...]
    file: str
    joined: str = "{}"
    """How the parts of a record become its text."""
    records: list[Record] = field(default_factory=list)

    def text(self, record: Record) -> str:
        """Return the text of a record as its source renders it."""
        return self.joined.format(*record.parts)


def sources() -> list[Source]:
    """Return the sources of the quickstart in the order of its configuration, still empty."""
    return [
        Source("announcements", "finance", ("zh",), "announcements.csv", "{}\n{}"),
        Source("notes", "finance", ("en",), "notes.jsonl"),
        Source("consultations", "healthcare", ("zh", "en"), "consultations.jsonl", "user: {}\nassistant: {}"),
        Source("leaflets", "healthcare", ("en", "zh"), "leaflets.tsv", "{}\n{}"),
        Source("statutes", "legal", ("zh",), "statutes", "{}\n{}"),
        Source("clauses", "legal", ("en",), "clauses.json", "{}\n{}"),
        Source("procedures", "manufacturing", ("zh",), "procedures.jsonl"),
        Source("workorders", "manufacturing", ("en",), "workorders.csv"),
        Source("inspections", "energy", ("zh",), "inspections.json"),
        Source("incidents", "energy", ("en",), "incidents.jsonl"),
        Source("advisories", "cybersecurity", ("en", "en", "en", "zh"), "advisories.jsonl"),
        Source("alerts", "cybersecurity", ("zh",), "alerts.json"),
    ]


def chinese_number(n: int) -> str:
    """Write 1 to 99 in Chinese.

    >>> chinese_number(7), chinese_number(10), chinese_number(42)
    ('七', '十', '四十二')
    """
    tens, ones = divmod(n, 10)
    head = ("" if tens == 1 else DIGITS[tens]) + "十" if tens else ""
    return head + (DIGITS[ones] if ones else "")


class Author:
    """Writes records from `phrases.toml` by one seeded stream of choices."""

    def __init__(self) -> None:
        self.random = Random(SEED)
        self.phrases = tomllib.loads((HERE / "phrases.toml").read_text("utf-8"))
        self.used: Counter[str] = Counter()

    def upto(self, n: int) -> int:
        """Choose a number below n; `random()` alone is the same in every version of Python."""
        return int(self.random.random() * n)

    def pick(self, options: Sequence[Item]) -> Item:
        """Choose one."""
        return options[self.upto(len(options))]

    def fill(self, template: str, words: dict[str, list[str]]) -> str:
        """Put a choice into every slot of a template and begin it with a capital."""

        def choice(slot: re.Match[str]) -> str:
            name, low, high = slot.groups()
            if low:
                return str(int(low) + self.upto(int(high) - int(low) + 1))
            return chinese_number(1 + self.upto(98)) if name == "num" else self.pick(words[name])

        text = SLOT.sub(choice, template)
        return text[0].upper() + text[1:]

    def sentences(self, source: Source, language: str, n: int) -> list[str]:
        """Write n sentences on n different patterns; patterns used least come first, so that records differ."""
        words = self.phrases[source.industry][language]
        chosen = sorted(words["sentences"], key=lambda pattern: (self.used[pattern] // 2, self.random.random()))[:n]
        self.used.update(chosen)
        return [self.fill(pattern, words) for pattern in chosen]

    def record(self, source: Source, language: str) -> Record:
        """Write one plain record."""
        words = self.phrases[source.industry][language]
        body = joined(self.sentences(source, language, 5), language)
        if source.joined == "{}":
            return Record((body,), language)
        heads = words["titles"] if "titles" in words else words["questions"]
        return Record((self.fill(self.pick(heads), words), body), language)

    def add_later(self, source: Source, record: Record, after: int) -> None:
        """Put a record somewhere behind the place `after`."""
        source.records.insert(after + 1 + self.upto(len(source.records) - after), record)


def joined(sentences: Sequence[str], language: str | None) -> str:
    """Put sentences together as their language does."""
    return ("" if language == "zh" else " ").join(sentences)


def parted(body: str, language: str | None) -> list[str]:
    """Part a body into its sentences."""
    return re.findall(r"[^。]*。", body) if language == "zh" else re.split(r"(?<=\.) (?=[A-Z])", body)


def with_body(record: Record, body: str, planted: str, rule: str | None = None) -> Record:
    """Return a record like another one, with another body."""
    return replace(record, parts=(*record.parts[:-1], body), values=list(record.values), planted=planted, rule=rule)


def almost(body: str) -> str:
    """Lose one number in the middle: for a text of 60 tokens or more the Jaccard similarity stays above 0.85.

    The copy is shorter and comes later, so nobody would keep it in place of the original.
    """
    number = re.compile(r"\d+ ?").search(body, len(body) // 2)
    return body if number is None else body[: number.start()] + body[number.end() :]


def untidy(body: str) -> str:
    """Write the same text with full-width digits, blanks at the end and another line end, as if never normalized."""
    return body.translate(FULL_WIDTH) + " \u3000\r\n"


def write_plain(author: Author, source: Source) -> None:
    """Fill a source with plain records, every fourth of which ends in the same paragraph."""
    for number in range(PLAIN):
        language = source.languages[number % len(source.languages)]
        record = author.record(source, language)
        if number % 4 == 1:
            body = f"{record.parts[-1]}\n{junk.BOILERPLATE[source.industry, language]}"
            record = with_body(record, body, "boilerplate")
        source.records.append(record)
        if source.name == "workorders" and number in (7, 19):
            record.contact, record.planted = mailbox(500 + number), "contact"
            record.values.append(("EMAIL_ADDRESS", record.contact))
    for text in junk.SHORT.get(source.name, ()):
        source.records.append(Record((*source_heads(source, text), text), None, "short"))


def source_heads(source: Source, text: str) -> tuple[str, ...]:
    """Return a heading for a hand-written text where the source has headings."""
    if source.joined == "{}":
        return ()
    return ("补充说明" if re.search("[一-龥]", text) else "Addendum",)


def plant_personal(author: Author, source: Source, round_: int) -> None:
    """Give every third plain record a sentence with personal data, and every third other numbers that are nobody's."""
    shapes = [(type_, *shape) for type_, shape in PERSONAL.items()]
    shapes += [("PHONE_NUMBER", *shape) for shape in OTHER_SHAPES.values()]
    for number, record in enumerate(source.records[:PLAIN]):
        language = record.language or "en"
        if record.planted != "plain":
            continue
        if number % 3 == 0:
            fit = [(type_, make, said[language]) for type_, make, said in shapes if language in said]
            type_, make, said = fit[(number // 3 + round_ * 5) % len(fit)]
            value = make(round_ * PLAIN + number)
            record.parts = (*record.parts[:-1], joined([record.parts[-1], author.pick(said).format(value)], language))
            record.values.append((type_, value))
            record.planted = "personal"
        elif number % 3 == 2:  # noqa: PLR2004 - every third, beginning with the third
            said = HARMLESS[language]
            record.parts = (
                *record.parts[:-1],
                joined([record.parts[-1], said[(number + round_) % len(said)]], language),
            )
            record.planted = "harmless"


def plant_copies(author: Author, source: Source) -> None:
    """Plant copies behind plain records: exact, untidy, nearly the same, and (no copies any more) similar."""
    plain = [record for record in source.records if record.planted == "plain"]
    edits: list[tuple[str, str, Callable[[str], str]]] = [
        ("exact", "exact_duplicates", str),
        ("near", "near_duplicates", almost),
        ("near", "near_duplicates", almost),
    ]
    if source.file.endswith(".jsonl"):
        edits.append(("untidy", "exact_duplicates", untidy))
    for original, (planted, rule, edit) in zip(plain, edits, strict=False):
        copy = with_body(original, edit(original.parts[-1]), planted, rule)
        copy.of = original
        author.add_later(source, copy, source.records.index(original))
    model = plain[len(edits)]
    fresh = author.sentences(source, model.language or "en", 1)
    body = joined([*parted(model.parts[-1], model.language)[:-1], *fresh], model.language)
    author.add_later(source, with_body(model, body, "similar"), source.records.index(model))


def plant_across(author: Author, by_name: dict[str, Source]) -> None:
    """Plant exact copies of records of one source in a later one, within an industry and across two."""
    for first, later in junk.ACROSS:
        plain = [record for record in by_name[first].records if record.planted == "plain"]
        original = plain[-1]
        text = by_name[first].text(original)
        author.add_later(by_name[later], Record((text,), original.language, "across", "exact_duplicates", original), 0)


def plant_junk(author: Author, source: Source) -> None:
    """Plant what nobody wants, and what cannot be read, each in the sources that can hold it."""
    for planted, (text, rule) in junk.UNWANTED.items():
        if source.name in junk.WHERE[planted]:
            author.add_later(source, Record((*source_heads(source, text), text), None, planted, rule), 0)
    for number, (raw, rule) in enumerate(junk.BROKEN.get(source.name, ())):
        author.add_later(source, Record((), None, f"broken_{number}", rule, raw=raw), 0)


def corpus() -> list[Source]:
    """Return the whole sample, source by source, in the order of its files."""
    author = Author()
    made = sources()
    for round_, source in enumerate(made):
        write_plain(author, source)
        plant_personal(author, source, round_)
        plant_copies(author, source)
    plant_across(author, {source.name: source for source in made})
    for source in made:
        plant_junk(author, source)
    return made


if __name__ == "__main__":
    from configs.quickstart.files import write

    write(corpus(), Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
