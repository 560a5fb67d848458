"""Rules for the numbers by which states of the EU know their people, each behind its own name."""

from curate.stages.pii import personal_numbers as checks
from curate.stages.pii.rule import LEFT, RIGHT, Rule
from curate.stages.pii.words import Words

WORDS = {
    "AT": ("sozialversicherungs|versicherungsnummer|svnr|sv-n", ""),
    "BE": ("rijksregister|registre national|nationalregister|insz|niss", "rrn|nrn"),
    "DK": ("personnummer|cpr", ""),
    "FI": ("henkilötunnus|hetu|personbeteckning|personal identity code", ""),
    "NL": ("burgerservicenummer|sofinummer|sofi-nummer", "bsn"),
    "PL": ("pesel", ""),
    "PT": ("contribuinte|número de identificação fiscal", "nif"),
    "SE": ("personnummer|samordningsnummer|personal identity number", ""),
}
"""By state, what its number is called: anywhere, and as a whole word."""
ALL = Words(*("|".join(filter(None, some)) for some in zip(*WORDS.values(), strict=True)))


class Named(Words):
    """What the number of one state is called; one gate is for all states, since there is room for few."""

    def __init__(self, state: str) -> None:
        """Take the words of a state."""
        anywhere, whole = WORDS[state]
        super().__init__(anywhere, "", whole)
        self.gate = ALL.gate


NATIONAL_RULES: tuple[Rule, ...] = (
    Rule(
        "AT_SOCIAL_SECURITY",
        "Austrian social insurance number by its label",
        (f"{LEFT}[1-9][0-9]{{3}}[ -]?[0-3][0-9][ ]?[01][0-9][ ]?[0-9]{{2}}{RIGHT}",),
        0.6,
        check=checks.is_austrian,
        labels=Named("AT"),
        needs_label=True,
        runs=frozenset({10}),
        joined=frozenset({4}),
        joints=" -",
        profile="eu",
    ),
    Rule(
        "BE_NATIONAL_NUMBER",
        "Belgian national number by its label",
        (f"{LEFT}[0-9]{{2}}[.]?[01][0-9][.]?[0-3][0-9][ -]?[0-9]{{3}}[. ]?[0-9]{{2}}{RIGHT}",),
        0.6,
        check=checks.is_belgian,
        labels=Named("BE"),
        needs_label=True,
        runs=frozenset({11}),
        joined=frozenset({2, 6}),
        joints=" .-",
        profile="eu",
    ),
    Rule(
        "DK_CPR",
        "Danish personal number by its label",
        (f"{LEFT}[0-3][0-9][01][0-9]{{3}}[ -]?[0-9]{{4}}{RIGHT}",),
        0.6,
        check=checks.is_danish,
        certain=False,
        labels=Named("DK"),
        needs_label=True,
        runs=frozenset({10}),
        joined=frozenset({6}),
        joints=" -",
        profile="eu",
    ),
    Rule(
        "FI_PERSONAL_IDENTITY_CODE",
        "Finnish personal identity code by its label",
        (f"{LEFT}[0-3][0-9][01][0-9]{{3}}[-+A-FU-Ya-fu-y][0-9]{{3}}[0-9A-Ya-y]{RIGHT}",),
        0.6,
        check=checks.is_finnish,
        labels=Named("FI"),
        needs_label=True,
        runs=frozenset({6}),
        profile="eu",
    ),
    Rule(
        "NL_BSN",
        "Dutch citizen number by its label",
        (f"{LEFT}[0-9]{{8,9}}{RIGHT}", f"{LEFT}[0-9]{{3,4}}(?P<a>[ .])[0-9]{{2,3}}(?P=a)[0-9]{{3}}{RIGHT}"),
        0.6,
        check=checks.is_dutch,
        labels=Named("NL"),
        needs_label=True,
        runs=frozenset({8, 9}),
        joined=frozenset({3, 4}),
        joints=" .",
        profile="eu",
    ),
    Rule(
        "PL_PESEL",
        "Polish PESEL by its label",
        (f"{LEFT}[0-9]{{11}}{RIGHT}",),
        0.6,
        check=checks.is_polish,
        labels=Named("PL"),
        needs_label=True,
        runs=frozenset({11}),
        profile="eu",
    ),
    Rule(
        "PT_NIF",
        "Portuguese tax number by its label",
        (f"{LEFT}[1-9][0-9]{{2}}(?P<a>[ .]?)[0-9]{{3}}(?P=a)[0-9]{{3}}{RIGHT}",),
        0.6,
        check=checks.is_portuguese,
        labels=Named("PT"),
        needs_label=True,
        runs=frozenset({9}),
        joined=frozenset({3}),
        joints=" .",
        profile="eu",
    ),
    Rule(
        "SE_PERSONNUMMER",
        "Swedish personal number by its label",
        (f"{LEFT}(?:19|20)?[0-9]{{6}}[ -]?[0-9]{{4}}{RIGHT}",),
        0.6,
        check=checks.is_swedish,
        labels=Named("SE"),
        needs_label=True,
        runs=frozenset({10, 12}),
        joined=frozenset({6, 8}),
        joints=" -",
        profile="eu",
    ),
)
