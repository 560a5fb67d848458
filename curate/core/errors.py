"""Every way in which curate fails, as one tree that carries its exit codes.

CurateError            1   something failed
├── ConfigError        2   the configuration or the command line is wrong
├── DataError         65   too many bad records, or a limit of the run was passed
├── StorageError      74   a file could not be read or written
└── StoppedError      75   stopped or locked: the same command goes on later
"""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import ClassVar, NamedTuple, Self


class CurateError(Exception):
    """What went wrong, where, and what to do about it.

    One positional message and keyword-only extras survive pickling, so an error crosses a process pool whole.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        hint = f"\n  hint: {self.hint}" if self.hint else ""
        return f"{place}{self.message}{hint}"


class ConfigError(CurateError):
    """The configuration or the command line is wrong; `problems` lists every mistake that was found."""

    exit_code: ClassVar[int] = 2

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(message, where=where, hint=hint)
        self.problems: tuple[ConfigError, ...] = (self,)

    @classmethod
    def of(cls, problems: "list[ConfigError]") -> Self:
        """Fold many mistakes into one error whose text lists them all, in the order given."""
        if len(problems) == 1:
            whole = cls(problems[0].message, where=problems[0].where, hint=problems[0].hint)
        else:
            whole = cls("\n".join(str(problem) for problem in problems))
        whole.problems = tuple(problems)
        return whole


class Mistake(NamedTuple):
    """One thing that is wrong with a setting of a source or a stage."""

    at: tuple[str | int, ...]
    """Where, below the source or the stage: names of settings, numbers of entries of a list."""
    fact: str
    hint: str = ""


class Mistakes(ValueError):  # noqa: N818 - several, each of which is told as an error
    """Everything that is wrong with the settings of a source or a stage, raised by what validates them.

    A ValueError, as pydantic wants; a configuration tells each mistake at its own line.
    """

    def __init__(self, found: Iterable[Mistake]) -> None:
        super().__init__(tuple(found))

    @property
    def found(self) -> tuple[Mistake, ...]:
        """The mistakes, in the order in which they were found."""
        said: tuple[Mistake, ...] = self.args[0]
        return said

    def __str__(self) -> str:
        places = [f"`{'.'.join(map(str, at))}`: {fact}" if at else fact for at, fact, _ in self.found]
        return "; ".join(
            f"{said} ({one.hint})" if one.hint else said for said, one in zip(places, self.found, strict=True)
        )


class DataError(CurateError):
    """Too many records are bad, or a limit on what may be left out was passed."""

    exit_code: ClassVar[int] = 65


class StorageError(CurateError):
    """A file could not be read or written."""

    exit_code: ClassVar[int] = 74


class StoppedError(CurateError):
    """The run was stopped, or another run holds the output; the same command goes on later."""

    exit_code: ClassVar[int] = 75


def near(said: object, known: Iterable[str]) -> str:
    """Hint at the known name that is nearest to what was said, or list the known names where none is near.

    >>> near("lenght", ["length", "language"])
    "did you mean 'length'?"
    >>> near("PHONE", ["PERSON", "PHONE_NUMBER", "URL"])
    "did you mean 'PHONE_NUMBER'?"
    """
    names = list(known)
    begun = [name for name in names if name.lower().startswith(f"{said}_".lower())]
    close = begun if len(begun) == 1 else get_close_matches(str(said), names, 1, 0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"known: {', '.join(names)}" if names else ""
