"""Rules for documents of the UK and the EU with Switzerland: by shape and a strong check digit, else by a label."""

from curate.stages.pii import digits
from curate.stages.pii.allow import is_amount, is_numbered, is_other_number
from curate.stages.pii.rule import APART, LEFT, RIGHT, Rule, Spared
from curate.stages.pii.words import Next, Words

SHAPES = (
    f"{APART}[A-Za-z]{{2}}(?: ?[0-9]{{2}} ?[0-9]{{2}} ?[0-9]{{2}} ?|-[0-9]{{2}}-[0-9]{{2}}-[0-9]{{2}}-)[A-Da-d]|"
    "[A-Z9]{5}[0-9]{6}[A-Z9]{2}|"
    f"[A-Z]{{6}}[0-9]{{2}}[A-EHLMPRST][0-9]{{2}}[A-Z]|{APART}[a-z]{{6}}[0-9]{{2}}[a-ehlmprst][0-9]{{2}}[a-z]|"
    "[0-9]{3}\\.[0-9]{4}\\.[0-9]{4}\\.[0-9]{2}|[XYZ]-[0-9]{7}-?[A-Z]|"
    "[1-9][A-Z][0-9A-Z][0-9]-?[A-Z][0-9A-Z][0-9]-?[A-Z]{2}[0-9]{2}|"
    "AT ?U ?[0-9]{8}|ES ?[A-Z][0-9]{7}|GB [0-9]{3} [0-9]{4} [0-9]{2}|[A-Z]{2} [0-9]{8}|"
    "BE ?[0-9]{3}[0-9. ]{2}|IE ?[0-9][0-9A-Z][0-9]{5}|CHE[- ]?[0-9]{3}"
)
"""One scan for all that is known by its shape alone."""
ACCOUNT = Next("checking|savings", "(?:bank[ _])?(?:account|acct|a/c(?=\\.?[ ]?(?:n[ou]|#|:)))(?: ending)?")
NINO_PREFIX = "[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]"
NIR = "[1-478][0-9]{2}[0-9]{2}[0-9][0-9AB][0-9]{3}[0-9]{3}[ ]?[0-9]{2}"

UK_RULES: tuple[Rule, ...] = (
    Rule(
        "UK_NHS",
        "NHS number by its label",
        (f"{LEFT}[0-9]{{3}}(?P<a>[ -]?)[0-9]{{3}}(?P=a)[0-9]{{4}}{RIGHT}",),
        0.6,
        check=digits.is_nhs,
        labels=Words("health service", "", "nhs"),
        needs_label=True,
        runs=frozenset({10}),
        joined=frozenset({3}),
        profile="uk",
    ),
    Rule(
        "UK_NINO",
        "UK national insurance number",
        (f"{LEFT}{NINO_PREFIX}(?P<a>[ -]?)(?:[0-9]{{2}}(?P=a)){{3}}[A-D]{RIGHT}",),
        0.7,
        check=digits.is_nino,
        certain=False,
        spared=is_numbered,
        gate=SHAPES,
        profile="uk",
    ),
    Rule(
        "UK_NINO",
        "UK national insurance number in any case and grouping by its label",
        (f"{LEFT}(?i:{NINO_PREFIX}(?:[ ]?(?:[0-9]{{2}}[ ]?){{3}}|-(?:[0-9]{{2}}-){{3}})[A-D]){RIGHT}",),
        0.7,
        check=digits.is_nino,
        certain=False,
        labels=Words("national[ _-]?insurance|国民保险", "ni[ _]?n(?:o|um)|n\\.i\\.", "nino"),
        needs_label=True,
        gate=SHAPES,
        profile="uk",
    ),
    Rule(
        "UK_DRIVING_LICENCE",
        "UK driving licence",
        (
            f"{LEFT}[A-Z]{{1,5}}9{{0,4}}(?<=[A-Z9]{{5}})[0-9][0156][0-9][0-3][0-9]{{2}}[A-Z][A-Z9][0-9][A-Z]{{2}}{RIGHT}",
        ),
        0.8,
        spared=is_numbered,
        gate=SHAPES,
        profile="uk",
    ),
)

UK_BANK_RULES: tuple[Rule, ...] = (
    Rule(
        "UK_BANK_NUMBER",
        "UK sort code by its label",
        (f"{LEFT}(?:[0-9]{{2}}(?P<a>[ -]?)[0-9]{{2}}(?P=a)[0-9]{{2}}){RIGHT}(?!-[0-9])",),
        0.6,
        labels=Next("", "sort(?:ing)?[ _-]?code"),
        needs_label=True,
        runs=frozenset({6}),
        joined=frozenset({2}),
        profile="uk",
    ),
    Rule(
        "UK_BANK_NUMBER",
        "UK bank account by its label",
        (f"{LEFT}[0-9]{{8}}{RIGHT}(?!-[0-9])",),
        0.5,
        labels=ACCOUNT,
        needs_label=True,
        spared=is_amount,
        runs=frozenset({8}),
        profile="uk",
    ),
)

VAT = Words("ust-?id|umsatzsteuer|mwst|ondernemingsnummer|num[ée]ro d['’]entreprise", "", "vat|tva|iva|btw|nif|cif")

SPANISH = Words("identidad", "", "dni|nie|nif")


def numbered_unless(labels: Words) -> Spared:
    """Return what gives the reason where a number is that of a thing, and none of these labels stands near."""
    return lambda text, start, end: "" if labels.near(text, start, end) else is_numbered(text, start, end)


is_no_company, is_no_foreigner = numbered_unless(VAT), numbered_unless(SPANISH)

EU_RULES: tuple[Rule, ...] = (
    Rule(
        "DE_TAX_ID",
        "German tax id by its label",
        (f"{LEFT}[1-9][0-9](?P<a>[ ]?)[0-9]{{3}}(?P=a)[0-9]{{3}}(?P=a)[0-9]{{3}}{RIGHT}",),
        0.6,
        check=digits.is_german_tax_id,
        labels=Words("steuer|idnr|identifikationsnummer", "", "tin"),
        needs_label=True,
        runs=frozenset({11}),
        joined=frozenset({2}),
        joints=" ",
        profile="eu",
    ),
    Rule(
        "DE_SOCIAL_SECURITY",
        "German pension insurance number by its label",
        (f"{LEFT}[0-9]{{2}}[ ]?[0-3][0-9][01][0-9]{{3}}[ ]?[A-Z][ ]?[0-9]{{3}}{RIGHT}",),
        0.6,
        check=digits.is_german_insurance,
        labels=Words("sozialversicherung|rentenversicherung|versicherungsnummer|svnr|sv-nummer"),
        needs_label=True,
        runs=frozenset({8}),
        joined=frozenset({2}),
        joints=" ",
        profile="eu",
    ),
    Rule(
        "FR_SOCIAL_SECURITY",
        "French social security number by its label",
        (f"{LEFT}{NIR}{RIGHT}",),
        0.6,
        check=digits.is_french_nir,
        labels=Words("sécurité sociale|securite sociale|carte vitale|insee", "", "nir"),
        needs_label=True,
        runs=frozenset({6, 13, 15}),
        joined=frozenset({1, 13}),
        joints=" ",
        profile="eu",
    ),
    Rule(
        "FR_SOCIAL_SECURITY",
        "French social security number with a month of birth",
        (
            f"{LEFT}[12] [0-9]{{2}} (?:0[1-9]|1[0-2]) [0-9][0-9AB] [0-9]{{3}} [0-9]{{3}} [0-9]{{2}}{RIGHT}",
            f"{LEFT}[12][0-9]{{2}}(?:0[1-9]|1[0-2])[0-9][0-9AB][0-9]{{6}} ?[0-9]{{2}}{RIGHT}",
        ),
        0.6,
        check=digits.is_french_nir,
        labels=Words("sécurité sociale|securite sociale|carte vitale|insee", "", "nir"),
        spared=is_other_number,
        runs=frozenset({6, 13, 15}),
        joined=frozenset({1}),
        joints=" ",
        profile="eu",
    ),
    Rule(
        "IT_FISCAL_CODE",
        "Italian fiscal code",
        (
            f"{LEFT}[A-Z]{{6}}[0-9]{{2}}[A-EHLMPRST][0-7][0-9][A-Z][0-9]{{3}}[A-Z]{RIGHT}",
            f"{LEFT}[a-z]{{6}}[0-9]{{2}}[a-ehlmprst][0-7][0-9][a-z][0-9]{{3}}[a-z]{RIGHT}",
        ),
        0.6,
        check=digits.is_fiscal_code,
        labels=Words("fiscale", "c\\.?f"),
        gate=SHAPES,
        profile="eu",
    ),
    Rule(
        "ES_NIF",
        "Spanish DNI by its label",
        (f"{LEFT}(?:[0-9]{{8}}|[0-9]{{2}}[.][0-9]{{3}}[.][0-9]{{3}})[ -]?[A-Z]{RIGHT}",),
        0.6,
        check=digits.is_spanish_id,
        labels=SPANISH,
        needs_label=True,
        runs=frozenset({8}),
        joined=frozenset({2}),
        joints=".",
        profile="eu",
    ),
    Rule(
        "ES_NIF",
        "Spanish NIE",
        (f"{LEFT}[XYZ][0-9]{{7}}-?[A-Z]{RIGHT}",),
        0.6,
        check=digits.is_spanish_id,
        labels=SPANISH,
        spared=is_numbered,
        runs=frozenset({7}),
        lead="letter",
        profile="eu",
    ),
    Rule(
        "ES_NIF",
        "Spanish NIE with two hyphens",
        (f"{LEFT}[XYZ]-[0-9]{{7}}-?[A-Z]{RIGHT}",),
        0.6,
        check=digits.is_spanish_id,
        labels=SPANISH,
        spared=is_no_foreigner,
        gate=SHAPES,
        profile="eu",
    ),
    Rule(
        "CH_SOCIAL_SECURITY",
        "Swiss insurance number",
        (f"{LEFT}756\\.[0-9]{{4}}\\.[0-9]{{4}}\\.[0-9]{{2}}{RIGHT}",),
        0.6,
        check=digits.is_swiss_insurance,
        labels=Words("", "ahv|avs"),
        gate=SHAPES,
        profile="eu",
    ),
    Rule(
        "CH_SOCIAL_SECURITY",
        "Swiss insurance number by its label",
        (f"{LEFT}756(?P<a>[ ]?)[0-9]{{4}}(?P=a)[0-9]{{4}}(?P=a)[0-9]{{2}}{RIGHT}",),
        0.6,
        check=digits.is_swiss_insurance,
        labels=Words("", "ahv|avs"),
        needs_label=True,
        runs=frozenset({13}),
        joined=frozenset({3}),
        joints=" ",
        profile="eu",
    ),
    Rule(
        "EU_VAT_NUMBER",
        "VAT number by its label",
        (f"{LEFT}[A-Z]{{2}}[0-9]{{8,12}}(?:B[0-9]{{2}})?{RIGHT}",),
        0.6,
        labels=VAT,
        needs_label=True,
        runs=frozenset(range(8, 13)),
        lead="letter",
        profile="eu",
    ),
    Rule(
        "EU_VAT_NUMBER",
        "VAT number with blanks or more letters by its label",
        (
            f"{LEFT}(?:AT[ ]?U[ ]?[0-9]{{8}}|ES[ ]?[A-Z][0-9]{{7}}[0-9A-Z]){RIGHT}",
            f"{LEFT}(?:GB[ ][0-9]{{3}}[ ][0-9]{{4}}[ ][0-9]{{2}}|[A-Z]{{2}}[ ][0-9]{{8,12}}(?:B[0-9]{{2}})?){RIGHT}",
        ),
        0.6,
        labels=VAT,
        needs_label=True,
        gate=SHAPES,
        profile="eu",
    ),
    Rule(
        "EU_VAT_NUMBER",
        "Belgian enterprise number",
        (f"{LEFT}BE[ ]?(?:[01][0-9]|[1-9])[0-9]{{2}}(?P<a>[. ]?)[0-9]{{3}}(?P=a)[0-9]{{3}}{RIGHT}",),
        0.6,
        check=digits.is_belgian_enterprise,
        labels=VAT,
        spared=is_no_company,
        gate=SHAPES,
        profile="eu",
    ),
    Rule(
        "EU_VAT_NUMBER",
        "Belgian enterprise number by its label",
        (f"{LEFT}[01][0-9]{{3}}(?P<a>[. ]?)[0-9]{{3}}(?P=a)[0-9]{{3}}{RIGHT}",),
        0.6,
        check=digits.is_belgian_enterprise,
        labels=VAT,
        needs_label=True,
        runs=frozenset({10}),
        joined=frozenset({4}),
        joints=" .",
        profile="eu",
    ),
    Rule(
        "EU_VAT_NUMBER",
        "Irish VAT number",
        (f"{LEFT}IE[ ]?(?:[0-9]{{7}}[A-W][A-IW]?|[0-9][A-Z][0-9]{{5}}[A-W]){RIGHT}",),
        0.6,
        check=digits.is_irish_vat,
        labels=VAT,
        spared=is_no_company,
        gate=SHAPES,
        profile="eu",
    ),
    Rule(
        "EU_VAT_NUMBER",
        "Irish VAT number without its country by its label",
        (f"{LEFT}[0-9]{{7}}[A-W][A-IW]?{RIGHT}",),
        0.6,
        check=digits.is_irish_vat,
        labels=VAT,
        needs_label=True,
        runs=frozenset({7}),
        profile="eu",
    ),
    Rule(
        "EU_VAT_NUMBER",
        "Swiss enterprise number",
        (f"{LEFT}CHE[ -]?[0-9]{{3}}(?P<a>[. ]?)[0-9]{{3}}(?P=a)[0-9]{{3}}(?:[ ]?(?:MWST|TVA|IVA))?{RIGHT}",),
        0.6,
        check=digits.is_swiss_enterprise,
        labels=VAT,
        spared=is_no_company,
        gate=SHAPES,
        profile="eu",
    ),
)
