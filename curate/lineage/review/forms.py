"""Forms for reviewers: CSV, xlsx with drop-downs, and tasks of Label Studio; written, and read when filled in."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from curate.core.errors import ConfigError, StorageError
from curate.core.files import write_whole
from curate.lineage.review.cells import cell
from curate.lineage.review.sample import Sample, Shown
from curate.lineage.review.words import (
    COLUMNS,
    VERDICTS,
    Kind,
    Language,
    Verdict,
    class_word,
    class_words,
    verdict_word,
)
from curate.lineage.review.workbook import read_rows, workbook

LABELS = ".xml"
"""Ending of the file with the labelling interface of Label Studio."""
NEEDED = ("review", "reading", "id", "verdict", "class")
TEXT = "text"
"""A column that a form may have lost: then nobody can say whether its reader saw the text of the shards."""
BOMS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class Answer(NamedTuple):
    """What a person says of a record; empty words where they have said nothing yet."""

    verdict: Verdict | None = None
    risk: str | None = None


class Form(NamedTuple):
    """One reading of a sample: what a form is made of."""

    sample: Sample
    reading: int
    """1 for the whole sample, 2 for the records that a second person reads."""
    rows: Sequence[Shown]
    lang: Language = "en"
    answers: Mapping[str, Answer] = {}
    """By id, where the review is done."""


class Said(NamedTuple):
    """A row of a form that came back, as it stands there."""

    line: str
    """Where it stands: `line 12`, `row 12`, `task 12`."""
    values: Mapping[str, str]
    """By the names of NEEDED, and TEXT where the form has it."""


def write_form(form: Form, kind: Kind, path: Path) -> list[Path]:
    """Write a form; return the files, of which Label Studio has two. StorageError where that is impossible."""
    bodies = {path: BODIES[kind](form)}
    if kind == "label-studio":
        bodies[path.with_suffix(LABELS)] = interface(form.lang)
    try:
        for place, body in bodies.items():
            write_whole(place, body)
    except OSError as wrong:
        raise StorageError(f"cannot write: {wrong.strerror}", where=str(path), hint="name another folder") from wrong
    return list(bodies)


def lines_of(form: Form) -> Iterator[dict[str, str | int]]:
    """Yield the rows of a form, by COLUMNS; texts are as they stand in the shards."""
    for one in form.rows:
        answer = form.answers.get(one.drawn.id, Answer())
        yield {
            "review": form.sample.review,
            "reading": form.reading,
            "number": one.drawn.number,
            "id": one.drawn.id,
            "source_id": one.source_id,
            "language": one.language or "",
            "shard": one.drawn.spot.file,
            "shard_row": one.drawn.spot.row,
            "text": one.text,
            "verdict": verdict_word(answer.verdict, form.lang) if answer.verdict else "",
            "class": class_word(answer.risk, form.lang) if answer.risk else "",
            "note": "",
        }


def cells_of(form: Form) -> Iterator[list[str | int]]:
    """Yield the rows of a form as cells of a spreadsheet."""
    for line in lines_of(form):
        yield [cell(value) if isinstance(value, str) else value for value in line.values()]


def as_csv(form: Form) -> bytes:
    """Spell a form as CSV (RFC 4180) with a BOM, by which Excel knows UTF-8."""
    body = io.StringIO(newline="")
    writer = csv.writer(body)
    writer.writerow(COLUMNS)
    writer.writerows(cells_of(form))
    return body.getvalue().encode("utf-8-sig")


def as_workbook(form: Form) -> bytes:
    """Spell a form as a workbook with drop-downs."""
    return workbook(list(cells_of(form)), form.lang)


def as_tasks(form: Form) -> bytes:
    """Spell a form as tasks of Label Studio; a review that is done has annotations."""
    tasks = []
    for line in lines_of(form):
        data = {name: value for name, value in line.items() if name not in {"verdict", "class", "note"}}
        chosen = [(name, line[name]) for name in ("verdict", "class") if line[name]]
        result = [
            {"from_name": name, "to_name": "text", "type": "choices", "value": {"choices": [value]}}
            for name, value in chosen
        ]
        tasks.append({"data": data} | ({"annotations": [{"result": result}]} if result else {}))
    return json.dumps(tasks, ensure_ascii=False, indent=1).encode() + b"\n"


BODIES: dict[Kind, Callable[[Form], bytes]] = {"csv": as_csv, "xlsx": as_workbook, "label-studio": as_tasks}


def interface(lang: Language) -> bytes:
    """Spell the labelling interface that the tasks want: two verdicts, and the classes where the second is chosen."""
    from xml.sax.saxutils import quoteattr

    def choices(words: Sequence[str]) -> str:
        return "".join(f"\n    <Choice value={quoteattr(word)}/>" for word in words)

    bad = quoteattr(VERDICTS[lang][1])
    return (
        '<View>\n  <Text name="text" value="$text"/>\n'
        f'  <Choices name="verdict" toName="text" choice="single" required="true">{choices(VERDICTS[lang])}\n'
        f'  </Choices>\n  <Choices name="class" toName="text" choice="single" required="true"'
        f' visibleWhen="choice-selected" whenTagName="verdict" whenChoiceValue={bad}>{choices(class_words(lang))}\n'
        "  </Choices>\n</View>\n"
    ).encode()


def read_form(path: Path) -> list[Said]:
    """Read a form that came back, by the ending of its name; ConfigError where it is none, or lacks a column."""
    readers = {".csv": _read_csv, ".txt": _read_csv, ".tsv": _read_csv, ".xlsx": _read_workbook, ".json": _read_tasks}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        hint = f"a form is one of {', '.join(sorted(readers))}"
        raise ConfigError(f"{path.name!r} has not the name of a form", where=str(path), hint=hint)
    try:
        return reader(path)
    except OSError as wrong:
        raise StorageError(f"the form cannot be read: {wrong.strerror}", where=str(path)) from wrong


def _read_csv(path: Path) -> list[Said]:
    """Read CSV as spreadsheets save it: UTF-8 with or without BOM, UTF-16 or GB 18030; `,`, `;` or tabs."""
    text = _decoded(path)
    head = text.partition("\n")[0]
    sign = max(",;\t", key=head.count)
    csv.field_size_limit(2**31 - 1)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
    rows, start = [], 1
    try:
        for row in reader:
            rows.append((f"line {start}", row))
            start = reader.line_num + 1
    except csv.Error as wrong:
        raise ConfigError(f"this is no CSV: {wrong}", where=f"{path} line {start}") from wrong
    return _named(path, rows)


def _decoded(path: Path) -> str:
    body = path.read_bytes()
    for encoding in (BOMS.get(body[:2], "utf-8-sig"), "gb18030"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ConfigError("the form is neither UTF-8 nor GB 18030", where=str(path), hint="save it as `CSV UTF-8`")


def _read_workbook(path: Path) -> list[Said]:
    rows = [(f"row {number}", row) for number, row in enumerate(read_rows(path), 1)]
    return _named(path, rows)


def _named(path: Path, rows: Sequence[tuple[str, Sequence[str]]]) -> list[Said]:
    """Name the cells of rows by the first row; rows of nothing are left out."""
    head = [name.strip() for name in rows[0][1]] if rows else []
    if lacking := [name for name in NEEDED if name not in head]:
        hint = "give back the form that `curate review sample` wrote, with its first line"
        raise ConfigError(f"the form has no column {lacking[0]!r}", where=str(path), hint=hint)
    places = {name: head.index(name) for name in (*NEEDED, TEXT) if name in head}
    return [
        Said(line, {name: row[place].strip() if place < len(row) else "" for name, place in places.items()})
        for line, row in rows[1:]
        if any(value.strip() for value in row)
    ]


def _read_tasks(path: Path) -> list[Said]:
    """Read tasks as Label Studio exports them (JSON): one annotation each, those that were cancelled left out."""
    try:
        tasks = json.loads(path.read_bytes())
        return [_task(number, task) for number, task in enumerate(tasks, 1)]
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as wrong:
        hint = "export the project from Label Studio in the format JSON"
        raise ConfigError("this is no list of tasks of Label Studio", where=str(path), hint=hint) from wrong


def _task(number: int, task: Mapping[str, Any]) -> Said:
    """Take a task's one annotation; several are spelled side by side, which is no label."""
    values = {name: str(task["data"].get(name, "")) for name in NEEDED[:3]}
    values |= {TEXT: str(task["data"][TEXT])} if TEXT in task["data"] else {}
    done = [one for one in task.get("annotations", []) if not one.get("was_cancelled")]
    for name in NEEDED[3:]:
        words = [
            word
            for one in done
            for part in one["result"]
            if part.get("from_name") == name
            for word in part["value"]["choices"]
        ]
        values[name] = " + ".join(words)
    return Said(f"task {number}", values)
