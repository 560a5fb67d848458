"""Rules for numbers that nothing parts from their label, such as `Tel138...`: there its letters are a border."""

from collections.abc import Iterator
from dataclasses import replace

from curate.stages.pii.network import NETWORK_RULES
from curate.stages.pii.numbers import CARDS, CODES, LEFT_OR_PAREN, PHONES, RESIDENT_ID
from curate.stages.pii.rule import CODE_OR_DIGITS, LEFT, OWN_WORD, Rule
from curate.stages.pii.western import WESTERN_RULES
from curate.stages.pii.words import Next

ANY_CARD = (
    "(?:bank|credit|debit)?(?:card|account|acct)(?:no|num(?:ber)?)?|"
    "(?:unionpay|cup|visa|master|amex|jcb|discover|diners|maestro|bank|credit|debit)(?:card)?(?:no|num(?:ber)?)?"
)
LABELS = {
    "Chinese mobile": "we(?:chat|ixin)|[vw]x|sms|ph|mob|tel(?:ephone)?(?:no)?|"
    "(?:tele|cell|mobile)?phone(?:no|num(?:ber)?)?|mobile|cell",
    "telephone by its label": "ph|tel(?:ephone)?(?:no)?|(?:tele|cell|mobile)?phone(?:no|num(?:ber)?)?|mobile|cell|fax|"
    "whatsapp",
    "international telephone": "ph|tel(?:ephone)?|(?:tele|cell|mobile)?phone|mobile|mob|cell|fax|whatsapp|sms",
    "resident id of 18 signs": "id(?:card)?(?:no|num(?:ber)?)?|identity|sfz(?:hm?)?|no",
    "resident id of 15 digits": "id(?:card)?no|idcard|sfz(?:hm?)?",
    "UnionPay card": ANY_CARD,
    "card of an international scheme": ANY_CARD,
    "card by its label": "card(?:no|num(?:ber)?)?",
    "US bank account by its label": "(?:account|acct)(?:no|num(?:ber)?)?",
    "unified social credit code": "uscc|(?:credit)?code|taxno",
    "Chinese passport by its label": "passport(?:no)?",
    "passport of another country by the label right before it": "passport(?:no)?",
    "social security number by its label": "ssn",
    "Western medical record number by its label": "mrn",
    "NHS number by its label": "nhs(?:no)?",
    "number of a mobile device by its label": "imei",
    "IPv4 address": "ip(?:v4)?",
}
"""By the name of a rule, the words that its values may be glued to, in any case."""
RESIDENT = "resident id of 18 signs"
SIGNS = (
    "[1-8](?:[ -]?[0-9]){5}[ -]?(?:1[ -]?[89]|2[ -]?0)(?:[ -]?[0-9]){2}[ -]?(?:0[ -]?[1-9]|1[ -]?[0-2])[ -]?"
    "(?:0[ -]?[1-9]|[12][ -]?[0-9]|3[ -]?[01])(?:[ -]?[0-9]){3}[ -]?[0-9Xx](?![0-9A-Za-z])"
)
"""A resident id whose check digit holds; by no other is so short a word as `id` a label."""
DIGITS_AHEAD = {"unified social credit code": "(?=[0-9]{8})"}
"""By the name of a rule, what a value has to begin with where letters in it could be those of a longer word."""
GATE = (
    "(?i:ph|tel|telephone|phone|mobile|cell|fax|whatsapp|ssn|mrn|nhs|imei|mob|wechat|weixin|[vw]x|sms|no|num|number)"
    "(?:[+(（][0-9]|[0-9]{2})|"
    "(?i:card|account|acct|unionpay|cup|visa|master|amex|jcb|discover|diners|maestro|bank|credit|debit)"
    "[0-9]{3}|(?i:id|idcard|identity|sfz|sfzhm?|no|num|number)[0-9](?:[ -]?[0-9]){8}|"
    "(?i:uscc|code|taxno)[0-9]{8}|(?i:ip|ipv4)[0-9]{1,3}\\.[0-9]|"
    "(?i:passport|passportno)[A-Za-z]{0,2}[0-9]{6}"
)
BORDERS = (CODE_OR_DIGITS, LEFT, LEFT_OR_PAREN, "(?<![0-9A-Za-z+])")
"""How the patterns of values begin."""
KNOWN = (*RESIDENT_ID, *CODES, *WESTERN_RULES, *NETWORK_RULES, *CARDS, *PHONES)


def bare(rule: Rule, value: str) -> str:
    """Return the pattern of a value of a rule without its left border."""
    border = next((one for one in BORDERS if value.startswith(one)), "")
    return DIGITS_AHEAD.get(rule.name, "") + value.removeprefix(border)


def glued() -> Iterator[Rule]:
    """Yield the same rules for values that are glued to a word, which is no end of another word but in camelCase."""
    for rule in KNOWN:
        words = LABELS.get(rule.name)
        if words:
            yield replace(
                rule,
                name=f"{rule.name.removesuffix(' by its label')} glued to its label",
                label=f"{OWN_WORD}(?i:{words})",
                values=(SIGNS,) if rule.name == RESIDENT else tuple(bare(rule, value) for value in rule.values),
                labels=Next(words, between=""),
                needs_label=False,
                gate=GATE,
                runs=frozenset(),
                joined=frozenset(),
                lead="digit",
            )


GLUED_RULES: tuple[Rule, ...] = tuple(glued())
