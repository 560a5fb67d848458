"""What a verification says: one line a check, and an exit code that a script can trust."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

Status = Literal["pass", "fail", "unchecked"]
Level = Literal["quick", "usual", "full"]
SHOWN = 3
"""How many faults of one kind a line names before it counts the rest."""


class Check(NamedTuple):
    """One thing that was looked at."""

    id: str
    title: str
    """What holds where it passes."""
    status: Status
    detail: str
    excused: bool = False
    """Unchecked because nobody asked for it or because it does not apply: no reason for exit code 3."""


class Verification(NamedTuple):
    """All checks of an output, in the order in which a reviewer reads them."""

    checks: tuple[Check, ...]

    @property
    def exit_code(self) -> int:
        """1 where a check failed, else 3 where one could not be made though it should have been, else 0."""
        if any(check.status == "fail" for check in self.checks):
            return 1
        return 3 if any(check.status == "unchecked" and not check.excused for check in self.checks) else 0

    @property
    def passed(self) -> bool:
        """Whether everything that should have been checked was, and holds."""
        return self.exit_code == 0

    def named(self, name: str) -> Check:
        """Return the check of that id; KeyError where it was not made."""
        for check in self.checks:
            if check.id == name:
                return check
        raise KeyError(name)


class Finding(NamedTuple):
    """What one look found: faults, none of which may be there, and what to say where there is none."""

    faults: Sequence[str]
    passed: str


def judged(name: str, title: str, faults: Sequence[str], passed: str) -> Check:
    """Fail where there is a fault, naming the first few; else pass and say what was looked at."""
    if not faults:
        return Check(name, title, "pass", passed)
    more = f" (and {len(faults) - SHOWN} more)" if len(faults) > SHOWN else ""
    return Check(name, title, "fail", "; ".join(faults[:SHOWN]) + more)
