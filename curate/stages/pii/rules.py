"""Every rule, by falling priority: of two equally long and equally sure spans the earlier rule's stands."""

from curate.stages.pii.labelled import LABELLED_RULES
from curate.stages.pii.names import NAME_RULES
from curate.stages.pii.numbers import NUMBER_RULES
from curate.stages.pii.rule import Rule

RULES: tuple[Rule, ...] = (*NUMBER_RULES, *LABELLED_RULES, *NAME_RULES)
TYPES = tuple(dict.fromkeys(rule.entity for rule in RULES))
"""Every type of personal data that the rules know."""
