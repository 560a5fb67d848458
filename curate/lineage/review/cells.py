"""Write texts of anybody's making into cells of a spreadsheet, so that they are shown and never run."""

import re

FORMULA = frozenset("=+-@\t\r\n|%＝＋－＠")
"""Signs with which a cell may begin that a spreadsheet takes for a formula or a command (OWASP, CSV Injection), the
full-width ones among them: Excel takes these for the plain ones where its language is Chinese or Japanese."""
GUARD = "'"
UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What XML 1.0, and so a workbook, cannot hold."""
LONGEST = 32_000
"""Characters of a text that a cell shows: Excel holds 32,767."""


def cell(text: str) -> str:
    """Return a text as a cell shows it: neutralised, without controls, and cut, which it then says.

    A guard `'` stands before what begins, after white space, with a sign of a formula.

    >>> cell("=1+1")
    "'=1+1"
    """
    plain = UNFIT.sub("\N{REPLACEMENT CHARACTER}", text)
    if len(plain) > LONGEST:
        more = f"{len(plain) - LONGEST:,}"
        plain = f"{plain[:LONGEST]}\n[... {more} more characters / 还有 {more} 个字符: --form label-studio]"
    risky = plain[:1] in FORMULA or plain.lstrip()[:1] in FORMULA
    return GUARD + plain if plain and risky else plain
