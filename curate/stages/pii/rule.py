"""What a recognizer knows: the shape of a value, its check and labels, and how a match is judged in its place."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Literal

from curate.stages.pii.reasons import Reason

if TYPE_CHECKING:
    from curate.stages.pii.words import Words

Lead = Literal["digit", "paren", "plus", "letter", "any", "code", "behind"]
Country = Literal["cn", "us", "uk", "eu"]
"""Whose identifiers: mainland China with Hong Kong, Macao and Taiwan, the US, the UK, the EU with Switzerland."""
Profile = Literal["", "cn", "us", "uk", "eu"]
"""Whose identifiers a rule knows; empty: those of no country, looked for under every profile."""

LEFT, RIGHT = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"
"""Where a value may begin and end: no word boundary, for Chinese characters are word characters glued to values."""

OWN_WORD = "(?:(?<![0-9A-Za-z])|(?<=[a-z])(?=[A-Z]))"
"""Where a Latin label may begin: at no other word's end, but for camelCase."""

TAG = r"<(?!/?[A-Z][A-Z_]{2,}>)[^<>0-9\n]{1,20}>"
"""A tag of HTML; a placeholder (`<QQ_NUMBER>`) is none."""
SAID = (
    r"(?:号码|编号|证号|卡号|号|码|[Nn][Oo]\.?)?[ ]?(?:[(（][^()（）\n]{0,12}[)）])?[\"'”’】」』\])）*]{0,2}[ \t]{0,4}"
    rf"(?:[:：=|｜]|[是为系](?:[:：])?)?[*]{{0,2}}[ \t]{{0,4}}(?:{TAG}[ \t]{{0,4}}){{0,4}}"
    r"(?:\r?\n[ \t]{0,4})?[\"'“‘「『【\[(（*]{0,2}"
)
"""What may stand between a Chinese label and its value: in a sentence, a form, a cell of a table, JSON, HTML."""
APART = "(?:^|[^0-9A-Za-z])"
"""LEFT as a gate says it: without look-around."""

FOLDABLE = re.compile("[０-９Ａ-Ｚａ-ｚ＠－．＋＿\u2010-\u2015\u2212\ufe63\u00a0\u2002-\u200a\u202f\u205f]")
IDEOGRAPHIC_SPACE = "\u3000"
FOLDS = {chr(full): chr(full - 0xFEE0) for full in range(0xFF01, 0xFF5F)}
FOLDS |= dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63", "-")
FOLDS |= dict.fromkeys("\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f", " ")


def fold(text: str) -> str:
    """Write full-width signs, dashes and blanks as ASCII, sign for sign, so that offsets hold in the original too."""
    if text.isascii():
        return text
    text = text.replace(IDEOGRAPHIC_SPACE, " ")
    return FOLDABLE.sub(lambda sign: FOLDS[sign[0]], text)


CODE_START = "(?<![0-9A-Za-z])(?<![A-Za-z][-_])(?:[A-Za-z]{1,5}[-_])?[A-Za-z]{1,5}[-_]?"
"""Letters that a code begins with, such as `ZY-` or `HPB-AB`; where it begins is never in doubt."""
CODE_OR_DIGITS = f"(?:{CODE_START}|{LEFT}(?<![A-Za-z][-_]))"

Spared = Callable[[str, int, int], Reason]
"""(folded text, start, end): why a value that has the right shape is nevertheless left in place; empty: it is not."""


Read = Callable[[str, int, int], Iterable[tuple[int, int]]]
"""(folded text, start, end of a match): where the values stand that the match announces; none where it does not."""

Places = Callable[[str, int, int], Sequence[tuple[int, int]]]
"""(folded text, first, last): where in text[first:last] `values` match, in order, as a search would find them."""


Begins = Callable[[str], Sequence[int]]
"""(folded text): where alone a match may begin, ascending."""


def never(_text: str, _start: int, _end: int) -> Reason:
    """Spare nothing."""
    return ""


@dataclass(frozen=True)
class Rule:
    """One way in which one type of personal data is written.

    `values` are regular expressions in the common part of Python's `re` and of the `regex` module; a rule with a
    `label` matches it right before the value and leaves it in place. A rule either says by which digit runs its values
    may begin (`runs`, `joined`), and is then tried at such runs alone, or has a `gate`.
    """

    entity: str
    """Type of the data: Presidio's name where it has one."""
    name: str
    values: tuple[str, ...]
    score: float
    """How sure a match is that no check digit confirms, from 0 to 1."""
    label: str = ""
    check: Callable[[str], bool] | None = None
    """Judges the value alone: true makes the score 1, false drops the match unless the type is `lenient`."""
    certain: bool = True
    """Whether a check that holds makes the match certain, or merely does not speak against it."""
    labels: "Words | None" = None
    needs_label: bool = False
    """Whether one of the labels has to stand near."""
    spared: Spared = never
    runs: frozenset[int] = frozenset()
    """Lengths of digit runs by which a value may begin, whatever follows."""
    joined: frozenset[int] = frozenset()
    """Lengths of digit runs by which a value may begin where one of the `joints` follows."""
    digits: int = 0
    """Fewest digits that `check` lets pass, joints aside; what it judges goes on with nothing but `CHAINED` signs."""
    joints: str = " -"
    lead: Lead = "digit"
    """What stands before the first digit run of a value: nothing, a parenthesis, `+`, one or two letters (`any` of
    these), or nothing or what `CODE_START` says (`code`); or letters that are not part of the value (`behind`)."""
    gate: str = ""
    """Cheap necessary condition, in the common part of RE2 and Rust's regex, or with look-around, which is slower.

    It may match more than the rule. Its rarest words are looked for first, those of all gates in one walk: a rare gate
    for each rule costs less than one for many."""
    profile: Profile = ""
    sifted: frozenset[str] = frozenset()
    """Those of `values` of which texts can be full that are none."""
    sift: Callable[[str], bool] | None = None
    """What all of these that `check` lets pass fulfil: asked of all matches first, unless a label makes up for the
    check."""
    begins: Begins | None = None
    """Says where alone `values` may begin, where there is something quicker than a search for that."""
    places: Places | None = None
    """Finds all that `values` match, where there is something quicker than a search; without a `label`."""
    read: Read | None = None
    """Reads the values around a match, where `values` match only the rare sign that announces them.

    For what has no rare beginning: an address is known by its house number, a name by the honorific behind it. Looks at
    no more than a bounded window, so that the work stays linear.
    """
    whole: bool = False
    """Whether `read` yields the match itself or nothing."""

    def spans(self, text: str, start: int, end: int) -> Iterable[tuple[int, int]]:
        """Return where the values stand that the match text[start:end] of folded text announces."""
        return ((start, end),) if self.read is None else self.read(text, start, end)

    @property
    def most(self) -> float:
        """The highest score that a match can have; infinite where `read` may yield other characters."""
        if self.read is not None and not self.whole:
            return inf
        return 1.0 if self.check is not None and self.certain else self.score

    @property
    def patterns(self) -> tuple[str, ...]:
        r"""Regular expressions whose whole match is the value: `\K`, which only `regex` knows, cuts the label off."""
        return tuple(f"(?:{self.label})\\K(?:{value})" if self.label else value for value in self.values)

    def labelled(self, text: str, start: int, end: int) -> bool:
        """Tell whether one of the labels stands near text[start:end]."""
        return self.labels is not None and self.labels.near(text, start, end)

    def judge(self, text: str, start: int, end: int, *, lenient: bool) -> tuple[float, Reason]:
        """Score the match text[start:end] of folded text, 0 where it is no personal data; say why it is allowed, if so.

        What is allowed is a value of the right shape and check that `spared` speaks for; its score is below 0.

        `lenient` takes a label nearby for a check digit that does not hold, if the check is `certain`.
        """
        score = self.score
        if self.check is not None:
            if self.check(text[start:end]):
                score = 1.0 if self.certain else score
            elif not (lenient and self.certain and self.labelled(text, start, end)):
                return 0.0, ""
        if self.needs_label and not self.labelled(text, start, end):
            return 0.0, ""
        reason = self.spared(text, start, end)
        return (-score if reason else score), reason
