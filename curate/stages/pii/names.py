"""Rules for names of persons, without any model: by labels, honorifics, titles, headers, signatures, ages, numbers."""

from curate.stages.pii.bracketed import BRACKETED_RULES
from curate.stages.pii.chinese_names import CHINESE_NAME_RULES
from curate.stages.pii.crossed import CROSSED_RULES
from curate.stages.pii.elements import ELEMENT_RULES
from curate.stages.pii.english_names import ENGLISH_NAME_RULES
from curate.stages.pii.introduced import INTRODUCED_RULES
from curate.stages.pii.parties import PARTY_RULES
from curate.stages.pii.rosters import ROSTER_RULES
from curate.stages.pii.rule import Rule

NAME_RULES: tuple[Rule, ...] = (
    *CHINESE_NAME_RULES,
    *ROSTER_RULES,
    *ENGLISH_NAME_RULES,
    *PARTY_RULES,
    *ELEMENT_RULES,
    *BRACKETED_RULES,
    *INTRODUCED_RULES,
    *CROSSED_RULES,
)
