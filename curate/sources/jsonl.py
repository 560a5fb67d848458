"""JSON Lines: one JSON object a line, a faulty line harming no other."""

import json

import orjson

from curate.core.source import Piece
from curate.sources.decoded import Decoded, Run, Taker
from curate.sources.fields import Fault, Fields, Rows
from curate.sources.objects import NOT_AN_OBJECT, Inexact, inexact_in, lenient


class Jsonl(Fields, Decoded):
    """Read JSON Lines (RFC 8259 values parted by line feeds), plain or packed, in any encoding.

    A carriage return, U+2028 or U+0085 parts no records. Of repeated keys in an object the last one counts. NaN and
    Infinity are read though JSON forbids them; integers of any size keep their digits.
    """

    def taker(self, piece: Piece, rows: Rows) -> Taker:
        """Return what parses one line."""
        return JsonTaker(rows, piece.encoding, inexact_in(self))


class JsonTaker(Taker):
    """Parses lines with orjson, and with the slower and more lenient standard parser where that fails."""

    def __init__(self, rows: Rows, encoding: str, inexact: Inexact) -> None:
        super().__init__(rows, encoding)
        self.inexact = inexact
        self.plain = encoding == "utf-8"

    def __call__(self, run: Run) -> None:
        """Add the record of one line."""
        body = run.body or b""
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
