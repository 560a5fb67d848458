"""Which types of personal data are looked for in the texts of an industry."""

from typing import Literal, NamedTuple, get_args

from curate.stages.pii.rules import DEFAULT_OFF, EVERY, TYPES, types_under

Preset = Literal["general", "cybersecurity", "healthcare", "finance", "legal", "manufacturing", "energy", "chat"]
PRESETS: tuple[str, ...] = get_args(Preset)


class Choice(NamedTuple):
    """How an industry differs from what is looked for anyway; names of types that no rule finds say nothing."""

    adds: frozenset[str] = frozenset()
    """Types beside the usual ones."""
    keeps: frozenset[str] = frozenset()
    """Types that stay in the text."""
    lenient: frozenset[str] = frozenset()
    """Types for which a label nearby suffices where the check digit does not hold."""


OFF = DEFAULT_OFF
"""Types that are looked for only where they are asked for."""
INDICATORS = frozenset({"IP_ADDRESS", "MAC_ADDRESS", "URL", "UUID", "CRYPTO"})
"""Indicators of compromise: what an alert is about. Mail addresses are not among them: those of victims, of reporters
and of attackers look alike."""
DEVICES = frozenset({"MAC_ADDRESS", "IMEI", "VIN"})
"""Numbers of machines and vehicles, which a plant makes or runs."""

CHOICES: dict[str, Choice] = {
    "general": Choice(),
    "cybersecurity": Choice(keeps=INDICATORS),
    "healthcare": Choice(adds=frozenset({"DATE_TIME", "URL"})),
    "finance": Choice(lenient=frozenset({"CN_BANK_CARD", "CREDIT_CARD", "IBAN_CODE"})),
    "legal": Choice(),
    "manufacturing": Choice(keeps=DEVICES),
    "energy": Choice(keeps=DEVICES),
    "chat": Choice(adds=frozenset({"URL"})),
}


def types_of(preset: str, profiles: frozenset[str] = EVERY) -> tuple[str, ...]:
    """Return the types that a preset looks for under these profiles, in the order of the rules."""
    choice = CHOICES[preset]
    found = types_under(profiles)
    return tuple(one for one in found if (one not in OFF or one in choice.adds) and one not in choice.keeps)


def lenient_of(preset: str) -> tuple[str, ...]:
    """Return the types for which a preset lets a label suffice, in the order of the rules."""
    return tuple(one for one in TYPES if one in CHOICES[preset].lenient)
