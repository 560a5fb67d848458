"""Every rule, by falling priority: of two equally long and equally sure spans the earlier rule's stands."""

from curate.stages.pii.addresses import ADDRESS_RULES
from curate.stages.pii.broken import BROKEN_RULES
from curate.stages.pii.labelled import LABELLED_RULES
from curate.stages.pii.names import NAME_RULES
from curate.stages.pii.network import NETWORK_RULES
from curate.stages.pii.numbers import CARDS, CODES, PHONES, RESIDENT_ID
from curate.stages.pii.organisations import ORGANISATION_RULES
from curate.stages.pii.permits import PERMIT_RULES
from curate.stages.pii.rule import Rule
from curate.stages.pii.streets import STREET_RULES
from curate.stages.pii.western import WESTERN_RULES

RULES: tuple[Rule, ...] = (
    *RESIDENT_ID,
    *CODES,
    *PERMIT_RULES,
    *WESTERN_RULES,
    *NETWORK_RULES,
    *CARDS,
    *PHONES,
    *LABELLED_RULES,
    *BROKEN_RULES,
    *ADDRESS_RULES,
    *STREET_RULES,
    *NAME_RULES,
    *ORGANISATION_RULES,
)
TYPES = tuple(dict.fromkeys(rule.entity for rule in RULES))
"""Every type of personal data that the rules know."""
DEFAULT_OFF = frozenset({"DATE_TIME", "ORGANIZATION", "URL", "UUID"})
"""Types that are looked for only where they are asked for: replacing them destroys a corpus."""
DEFAULT_TYPES = tuple(entity for entity in TYPES if entity not in DEFAULT_OFF)
"""The types that are looked for unless others are named."""
