"""datatrove: PIIFormatter, which cleans mailboxes and public IPv4 addresses."""

from collections.abc import Sequence

from datatrove.pipeline.formatters import PIIFormatter  # type: ignore[import-not-found]

from benchmarks.peers.pii_trial import MARK, Tool, of_texts, tried


def opened(_language: str, _types: Sequence[str] | None, _lenient: Sequence[str]) -> Tool:
    """Make the formatter as it is when nothing is said, but for what it writes."""
    return of_texts(PIIFormatter(email_replacement=MARK, ip_replacement=MARK).format)


if __name__ == "__main__":
    tried(opened)
