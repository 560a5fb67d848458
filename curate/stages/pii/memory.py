"""What was read of a text as a whole, kept while the same text is asked about again and again."""

from collections.abc import Callable
from typing import Generic, TypeVar

Read = TypeVar("Read")


class OfLastText(Generic[Read]):
    """A function of a text that remembers what it made of the last one.

    The last one is the same object: a cache would compare a text that came again as a copy with the one it knows,
    character by character at each question, which takes longer than to read it once more.
    """

    def __init__(self, read: Callable[[str], Read]) -> None:
        """Take the function."""
        self.read = read
        self.known: tuple[str, Read] | None = None

    def __call__(self, text: str) -> Read:
        """Return what the function makes of a text."""
        known = self.known
        if known is None or known[0] is not text:
            known = self.known = text, self.read(text)
        return known[1]

    def forget(self) -> None:
        """Forget the last text."""
        self.known = None
