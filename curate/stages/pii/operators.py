"""What is done with personal data: a placeholder, a fake, a pseudonym, stars, nothing, a tag, a rejection."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, get_args

from curate.core.personal import normal_form
from curate.stages.pii.dates import DATES, is_shifted, shifted
from curate.stages.pii.fakes import WORDED, is_worded, worded
from curate.stages.pii.keys import Secret
from curate.stages.pii.surrogates import Seed, can_fake, faked, is_fake

Operator = Literal["placeholder", "surrogate", "pseudonym", "mask", "redact", "tag", "reject_record"]
Scope = Literal["document", "corpus"]
OPERATORS: tuple[str, ...] = get_args(Operator)
KEYED = frozenset({"surrogate", "pseudonym"})
"""Operators whose outcome a key decides."""

LONG_NUMBER, KEPT_DIGITS = 11, 4
"""A number of so many digits keeps its last four when it is masked."""
PAIRS = {"document": 3, "corpus": 6}
"""Pairs of a letter and a digit in a pseudonym: 24 and 48 bits, so that no two values of a scope are likely to meet."""
LETTERS = "abcdefghijklmnopqrstuvwxyz"
NO_FAKES = DATES | {"URL"}
"""Types whose placeholder `surrogate` may write: links, and dates that it cannot read."""

Write = Callable[[str, str], str]
"""(type, value): what stands in its place."""


def masked(value: str) -> str:
    """Write a star for each letter and digit, but for the last four digits of a number of eleven or more."""
    is_number = sum(sign.isdigit() for sign in value) >= LONG_NUMBER and not any(sign.isalpha() for sign in value)
    kept = KEPT_DIGITS if is_number else 0
    stars = ["*" if sign.isalnum() else sign for sign in value[: len(value) - kept]]
    return "".join(stars) + value[len(value) - kept :]


@dataclass(frozen=True)
class Operators:
    """What is done with each type."""

    default: Operator = "placeholder"
    by_type: Mapping[str, Operator] = field(default_factory=dict)
    placeholders: Mapping[str, str] = field(default_factory=dict)
    secret: Secret | None = None
    """Set wherever an operator is keyed."""
    scope: Scope = "document"
    types: frozenset[str] = frozenset()
    """Types of our own rules, whose form is known; a value of any other has a pseudonym for a fake."""

    def of(self, entity: str) -> Operator:
        """Return what is done with values of a type."""
        return self.by_type.get(entity, self.default)

    @cached_property
    def used(self) -> frozenset[Operator]:
        """Operators that some type may meet."""
        return frozenset({self.default, *self.by_type.values()})

    def placeholder(self, entity: str) -> str:
        """Return the placeholder of a type."""
        return self.placeholders.get(entity, f"<{entity}>")

    def writes_placeholder(self, entity: str) -> bool:
        """Tell whether the placeholder of a type may stand in the output."""
        chosen = self.of(entity)
        return chosen in {"placeholder", "reject_record"} or (chosen == "surrogate" and entity in NO_FAKES)

    def counts(self, entity: str) -> bool:
        """Tell whether values of a type count for the density: those of `reject_record`, else all."""
        return "reject_record" not in self.used or self.of(entity) == "reject_record"

    @cached_property
    def sifts(self) -> bool:
        """Tell whether some value that is found may stay."""
        return bool(self.used & {"tag", "surrogate"})

    @property
    def needs_records(self) -> bool:
        """Tell whether what is written depends on the record."""
        return self.scope == "document" and bool(self.used & KEYED)

    def is_own(self, entity: str, value: str) -> bool:
        """Tell whether a value is a fake that this key has written: it stays, so that a second run changes nothing."""
        if self.secret is None or self.of(entity) != "surrogate":
            return False
        if entity in DATES:
            return is_shifted(value)
        return is_fake(self.secret, entity, value) or (entity in WORDED and is_worded(self.secret, entity, value))

    def writing(self, record: str) -> Write:
        """Return what is written for values of a record, named by its id; the scope `corpus` takes no notice of it."""
        scope = record if self.scope == "document" else ""

        placeholders: dict[str, str] = {}

        def write(entity: str, value: str) -> str:
            if entity in placeholders:
                return placeholders[entity]
            chosen = self.of(entity)
            if chosen == "mask":
                return masked(value)
            if chosen == "redact":
                return ""
            if self.secret is not None and chosen in KEYED:
                seed = Seed(f"{self.scope}:{scope}", entity, normal_form(entity, value))
                return self.fake(self.secret, seed, value) if chosen == "surrogate" else self.pseudonym(seed)
            return placeholders.setdefault(entity, self.placeholder(entity))

        return write

    def fake(self, secret: Secret, seed: Seed, value: str) -> str:
        """Return a fake of the same form; where there can be none, a pseudonym or a placeholder."""
        if seed.entity in DATES:
            return shifted(secret, seed, value) or self.placeholder(seed.entity)
        if seed.entity in NO_FAKES:
            return self.placeholder(seed.entity)
        if seed.entity in WORDED:
            return worded(secret, seed, value)
        return faked(secret, seed, value) if seed.entity in self.types and can_fake(value) else self.pseudonym(seed)

    def pseudonym(self, seed: Seed) -> str:
        """Return `<TYPE_a1b2c3>`: letters and digits take turns, for a run of digits could be taken for a number."""
        if self.secret is None:
            return self.placeholder(seed.entity)
        drawn = self.secret.draw("pseudonym", *seed)
        pairs = [LETTERS[drawn[2 * n] % len(LETTERS)] + str(drawn[2 * n + 1] % 10) for n in range(PAIRS[self.scope])]
        return f"<{seed.entity}_{''.join(pairs)}>"
