"""Plain text files: each file is one record."""

from collections.abc import Iterator

from curate.core.source import Piece
from curate.sources.decoded import EMPTY, ENCODING, Divided, Run, Taker
from curate.sources.fields import Rows, Span


class Text(Divided):
    """Read text files of any kind (prose, Markdown, mail), plain or packed: each file is one record."""

    @property
    def cuttable(self) -> bool:
        """Whether a file may hold more than one piece: never."""
        return False

    @property
    def keeps_empty(self) -> bool:
        """Whether a file without a byte is a record: it is, and found wanting."""
        return True

    def runs(self, chunks: Iterator[bytes], piece: Piece) -> Iterator[Run]:
        """Take the whole stretch as one record, unless it is too long to be held."""
        length = piece.length or 0
        body = b"".join(chunks) if length <= self.max_record_bytes else None
        yield Run(Span(0, piece.offset, length), body)

    def ends(self, run: Run) -> bool:  # noqa: ARG002 - no text says that it is over
        """Tell whether a text at the break of a stream is whole: never."""
        return False

    def taker(self, piece: Piece, rows: Rows) -> Taker:
        """Return what decodes one file."""
        return TextTaker(rows, piece.encoding)


class TextTaker(Taker):
    """Decodes whole files."""

    def __call__(self, run: Run) -> None:
        """Add the text of one file."""
        if not run.body:
            self.rows.reject(run.span, EMPTY)
            return
        try:
            text = run.body.decode(self.encoding)
        except UnicodeDecodeError:
            self.rows.reject(run.span, ENCODING)
            return
        self.rows.add_text(text, run.span)
