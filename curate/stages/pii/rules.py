"""Every rule, by falling priority: of two equally long and equally sure spans the earlier rule's stands."""

from typing import NamedTuple, get_args

from curate.stages.pii.addresses import ADDRESS_RULES
from curate.stages.pii.broken import BROKEN_RULES
from curate.stages.pii.coded import CODED_RULES
from curate.stages.pii.columns import COLUMN_RULES
from curate.stages.pii.dates import BIRTH_RULES
from curate.stages.pii.delimited import DELIMITED_RULES
from curate.stages.pii.glued import GLUED_RULES
from curate.stages.pii.labelled import LABELLED_RULES
from curate.stages.pii.lettered import LETTERED_RULES
from curate.stages.pii.names import NAME_RULES
from curate.stages.pii.national import NATIONAL_RULES
from curate.stages.pii.network import NETWORK_RULES
from curate.stages.pii.numbers import CARDS, CODES, PHONES, RESIDENT_ID
from curate.stages.pii.organisations import ORGANISATION_RULES
from curate.stages.pii.permits import PERMIT_RULES
from curate.stages.pii.rule import Country, Rule
from curate.stages.pii.streets import STREET_RULES
from curate.stages.pii.western import WESTERN_RULES

RULES: tuple[Rule, ...] = (
    *RESIDENT_ID,
    *CODES,
    *PERMIT_RULES,
    *WESTERN_RULES,
    *NATIONAL_RULES,
    *NETWORK_RULES,
    *BIRTH_RULES,
    *CARDS,
    *PHONES,
    *LABELLED_RULES,
    *BROKEN_RULES,
    *GLUED_RULES,
    *LETTERED_RULES,
    *COLUMN_RULES,
    *DELIMITED_RULES,
    *ADDRESS_RULES,
    *STREET_RULES,
    *CODED_RULES,
    *NAME_RULES,
    *ORGANISATION_RULES,
)
TYPES = tuple(dict.fromkeys(rule.entity for rule in RULES))
"""Every type of personal data that the rules know."""
DEFAULT_OFF = frozenset({"DATE_TIME", "ORGANIZATION", "URL", "UUID"})
"""Types that are looked for only where they are asked for: replacing them destroys a corpus."""
DEFAULT_TYPES = tuple(entity for entity in TYPES if entity not in DEFAULT_OFF)
"""The types that are looked for unless others are named."""

PROFILES: tuple[Country, ...] = get_args(Country)
"""Every profile, in the order in which they are written."""
EVERY: frozenset[str] = frozenset(PROFILES)


class Sought(NamedTuple):
    """What an engine looks for: `types`, by the rules of no country and of those of `profiles`.

    For the types in `lenient` a label nearby suffices where a check digit does not hold.
    """

    types: frozenset[str]
    lenient: frozenset[str] = frozenset()
    profiles: frozenset[str] = EVERY

    def has(self, rule: Rule) -> bool:
        """Tell whether a rule is applied."""
        return rule.entity in self.types and (not rule.profile or rule.profile in self.profiles)


def types_under(profiles: frozenset[str]) -> tuple[str, ...]:
    """Return the types that some rule finds under these profiles, in the order of the rules."""
    sought = Sought(frozenset(TYPES), profiles=profiles)
    return tuple(dict.fromkeys(rule.entity for rule in RULES if sought.has(rule)))


def profiles_of(entity: str) -> tuple[str, ...]:
    """Return the profiles whose rules find a type, in the order of PROFILES; none where a rule of no country does."""
    known = {rule.profile for rule in RULES if rule.entity == entity}
    return () if "" in known else tuple(one for one in PROFILES if one in known)
