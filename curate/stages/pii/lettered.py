"""Rules for numbers behind letters that are no label (`ICBC6222...`), whose check digit and shape are no accident."""

from collections.abc import Iterator
from string import ascii_letters

from curate.stages.pii import checks
from curate.stages.pii.allow import is_other_number
from curate.stages.pii.numbers import CARD_ZH, MONTH_DAY, NO_DIGIT, RESIDENT
from curate.stages.pii.rule import RIGHT, Rule

LONGEST_WORD = 12
"""Letters of a word or abbreviation at most; longer ones are encoded data."""


def behind_word(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield a number where the letters before it are a word: behind digits they would be part of a code or a hash."""
    beside = text[max(0, start - LONGEST_WORD - 1) : start]
    before = beside.rstrip(ascii_letters)
    if not before[-1].isdigit() if before else len(beside) <= LONGEST_WORD:
        yield start, end


LETTERED_RULES: tuple[Rule, ...] = (
    Rule(
        "CN_RESIDENT_ID",
        "resident id of 18 signs behind letters",
        (f"(?<=[A-Za-z])[1-8][0-9]{{5}}(?:19|20)[0-9]{{2}}{MONTH_DAY}[0-9]{{3}}[0-9Xx]{NO_DIGIT}",),
        0.6,
        check=checks.is_resident_id,
        labels=RESIDENT,
        runs=frozenset({17, 18}),
        lead="behind",
        profile="cn",
        read=behind_word,
    ),
    Rule(
        "CN_BANK_CARD",
        "UnionPay card behind letters",
        (f"(?<=[A-Za-z])62[0-9]{{14,17}}{RIGHT}",),
        0.6,
        check=checks.is_union_pay,
        labels=CARD_ZH,
        spared=is_other_number,
        runs=frozenset(range(16, 20)),
        lead="behind",
        profile="cn",
        read=behind_word,
    ),
)
