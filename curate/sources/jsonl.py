"""JSON Lines: one JSON object a line, a faulty line harming no other."""

import json
from typing import ClassVar

import orjson

from curate.core.encoding import BOMS
from curate.core.source import Piece
from curate.sources.decoded import BLANK, Divided, Run, Taker
from curate.sources.fields import Fault, Fields, Rows
from curate.sources.objects import NOT_AN_OBJECT, Inexact, inexact_in, lenient

MARKS = {encoding: bom for bom, encoding in BOMS} | {"gb18030": "\ufeff".encode("gb18030")}
"""Byte order marks by encoding."""


class Jsonl(Fields, Divided):
    """Read JSON Lines (RFC 8259 values parted by line feeds), plain or packed, in any encoding.

    A carriage return, U+2028 or U+0085 parts no records. Of repeated keys in an object the last one counts. NaN and
    Infinity are read though JSON forbids them; integers of any size keep their digits. A byte order mark before a later
    line, as in files that were put together, is passed over.
    """

    version: ClassVar[int] = 2

    def taker(self, piece: Piece, rows: Rows) -> Taker:
        """Return what parses one line."""
        return JsonTaker(rows, piece.encoding, inexact_in(self))


class JsonTaker(Taker):
    """Parses lines with orjson, and with the slower and more lenient standard parser where that fails."""

    def __init__(self, rows: Rows, encoding: str, inexact: Inexact) -> None:
        super().__init__(rows, encoding)
        self.inexact = inexact
        self.plain = encoding == "utf-8"
        self.mark = MARKS.get(encoding)

    def __call__(self, run: Run) -> None:
        """Add the record of one line."""
        body = run.body or b""
        if self.mark and body.startswith(self.mark):
            body = unmarked(body, self.mark)
            if not body.decode(self.encoding, "replace").strip():
                self.rows.reject(run.span, BLANK)
                return
        try:
            record = orjson.loads(body if self.plain else body.decode(self.encoding))
            if type(record) is dict and self.inexact(record):
                record = json.loads(body.decode(self.encoding))
        except ValueError:
            record = lenient(body, self.encoding)
        if type(record) is dict:
            self.rows.add(record, run.span, run.span.length)
        else:
            self.rows.reject(run.span, record if isinstance(record, Fault) else NOT_AN_OBJECT)


def unmarked(body: bytes, mark: bytes) -> bytes:
    """Take away the byte order marks that stand in front of a line: an empty file that had one leaves two."""
    while body.startswith(mark):
        body = body[len(mark) :]
    return body
