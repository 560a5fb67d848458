"""Workbooks (xlsx) with drop-downs: the one place that knows openpyxl."""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

from curate.core.errors import ConfigError, CurateError
from curate.lineage.review.words import COLUMNS, INSTRUCTIONS, SHEETS, VERDICTS, Language, class_words

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

INSTALL = "pip install 'curate[xlsx]', or take the form csv"
WIDTHS = {"id": 34, "text": 80, "verdict": 12, "class": 40, "note": 30}
"""In characters."""


def workbook(rows: Sequence[Sequence[str | int]], lang: Language) -> bytes:
    """Return a workbook of two sheets: the rows to fill in, with drop-downs, and what to do.

    Every cell is a string or a number, none a formula. CurateError where the extra `xlsx` is not installed.
    """
    _installed()
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    sheet = book.active
    sheet.title, about = SHEETS[lang][0], book.create_sheet(SHEETS[lang][1])
    _fill(sheet, [COLUMNS, *rows])
    sheet.freeze_panes = "A2"
    for place, name in enumerate(COLUMNS, 1):
        sheet.cell(1, place).font = Font(bold=True)
        sheet.column_dimensions[sheet.cell(1, place).column_letter].width = WIDTHS.get(name, 10)
    for row in range(2, len(rows) + 2):
        sheet.cell(row, COLUMNS.index("text") + 1).alignment = Alignment(wrap_text=True, vertical="top")
    classes = class_words(lang)
    said = [*INSTRUCTIONS[lang], "", *classes]
    _fill(about, [[line] for line in said])
    about.column_dimensions["A"].width = 110
    first = len(said) - len(classes) + 1
    listed = f"'{about.title}'!$A${first}:$A${len(said)}"
    _offer(sheet, "verdict", f'"{",".join(VERDICTS[lang])}"', len(rows))
    _offer(sheet, "class", listed, len(rows))
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


def _fill(sheet: "Worksheet", rows: Sequence[Sequence[str | int]]) -> None:
    """Write cells; a string is a string, whatever it begins with."""
    for number, row in enumerate(rows, 1):
        for place, value in enumerate(row, 1):
            if value == "":
                continue
            one = sheet.cell(number, place)
            one.value = value
            if isinstance(value, str):
                one.data_type = "s"


def _offer(sheet: "Worksheet", name: str, choices: str, rows: int) -> None:
    """Let a column take one of some values and nothing else."""
    from openpyxl.worksheet.datavalidation import DataValidation

    offer = DataValidation(type="list", formula1=choices, allow_blank=True, showErrorMessage=True)
    letter = sheet.cell(1, COLUMNS.index(name) + 1).column_letter
    offer.add(f"{letter}2:{letter}{rows + 1}")
    sheet.add_data_validation(offer)


def read_rows(path: Path) -> Iterator[list[str]]:
    """Yield the rows of the sheet of the form as strings, whatever sheets a reader has put beside it.

    It is known by its name, else it is the first one. ConfigError where the file is no workbook.
    """
    _installed()
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
        named = [sheet for sheet in book.worksheets if sheet.title in {form for form, _ in SHEETS.values()}]
        rows = list((named or book.worksheets)[0].iter_rows(values_only=True))
        book.close()
    except (BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, SyntaxError) as wrong:
        raise ConfigError("this is no workbook (xlsx)", where=str(path), hint="save it as .xlsx") from wrong
    yield from (["" if value is None else str(value) for value in row] for row in rows)


def _installed() -> None:
    """Raise CurateError where the extra is not installed."""
    try:
        import openpyxl  # noqa: F401 - whether it is there is the question
    except ImportError as lost:
        raise CurateError("forms as xlsx need the package `openpyxl`", hint=INSTALL) from lost
