"""Numbers of the UK, the EU and Switzerland in the spellings of their countries, each beside what only looks so."""

from random import Random

import pyarrow as pa
import pytest

from curate.stages.pii import digits
from curate.stages.pii.engine import Native
from curate.stages.pii.rules import DEFAULT_TYPES
from tests.stages.pii.made import MADE

NATIVE = Native(frozenset(DEFAULT_TYPES))


def found(text, native=NATIVE):
    """Return what is found with the gates, which is what is found without."""
    rows, opened = native.look(pa.array([text]))
    spans = native.find(text, opened[0]) if rows else []
    assert spans == native.find(text)
    return [(span.entity, text[span.start : span.end]) for span in spans]


@pytest.mark.parametrize(
    ("text", "entity", "value"),
    [
        ("see AB-12-34-56-C.", "UK_NINO", "AB-12-34-56-C"),
        ("nino: ab123456c", "UK_NINO", "ab123456c"),
        ("National Insurance number jc 12 34 56 a,", "UK_NINO", "jc 12 34 56 a"),
        ("NI no. JC 123456 A", "UK_NINO", "JC 123456 A"),
        ("jc123456a (NINO)", "UK_NINO", "jc123456a"),
        ("国民保险号jc123456a", "UK_NINO", "jc123456a"),
        ("con X-1234567-L, vecino", "ES_NIF", "X-1234567-L"),
        ("con X-1234567L, vecino", "ES_NIF", "X-1234567L"),
        ("code rssmra80a01h501u.", "IT_FISCAL_CODE", "rssmra80a01h501u"),
        ("of BE 0403.170.701,", "EU_VAT_NUMBER", "BE 0403.170.701"),
        ("of BE0403170701,", "EU_VAT_NUMBER", "BE0403170701"),
        ("of BE 403.170.701,", "EU_VAT_NUMBER", "BE 403.170.701"),
        ("BTW 0403.170.701", "EU_VAT_NUMBER", "0403.170.701"),
        ("ondernemingsnummer 0403 170 701", "EU_VAT_NUMBER", "0403 170 701"),
        ("of IE6388047V,", "EU_VAT_NUMBER", "IE6388047V"),
        ("of IE 1234567FA,", "EU_VAT_NUMBER", "IE 1234567FA"),
        ("of IE8D79739I,", "EU_VAT_NUMBER", "IE8D79739I"),
        ("VAT no: 6388047V", "EU_VAT_NUMBER", "6388047V"),
        ("of CHE-116.281.710,", "EU_VAT_NUMBER", "CHE-116.281.710"),
        ("of CHE-116.281.710 MWST,", "EU_VAT_NUMBER", "CHE-116.281.710 MWST"),
        ("of CHE116281710TVA,", "EU_VAT_NUMBER", "CHE116281710TVA"),
        ("of CHE 116 281 710 IVA,", "EU_VAT_NUMBER", "CHE 116 281 710 IVA"),
        ("Sort code: 20-00-00", "UK_BANK_NUMBER", "20-00-00"),
        ("sorting code 200000", "UK_BANK_NUMBER", "200000"),
        ("Sort Code: 20 00 00", "UK_BANK_NUMBER", "20 00 00"),
        ("A/C No: 12345678", "US_BANK_NUMBER", "12345678"),
        ("a/c no. 12345678", "US_BANK_NUMBER", "12345678"),
    ],
)
def test_are_found(text, entity, value):
    assert found(text) == [(entity, value)]
    assert found(text, Native(frozenset({entity}))) == [(entity, value)]


@pytest.mark.parametrize(
    "text",
    [
        "see ab-12-34-56-c or jc123456a",
        "NI no. BG123456A and nino gb 12 34 56 a",
        "part AB-12-34-56-C",
        "AB-12-34-56-CD and XAB-12-34-56-C",
        "con X-1234567-A, vecino",
        "rssmra80a01h501v and xrssmra80a01h501u",
        "RSSmra80a01h501u",
        "of BE 0403.170.702, 0403.170.701",
        "BE 0403.170 701",
        "BTW 0403.170.702",
        "IE6388047A, 6388047V",
        "VAT no: 6388047A",
        "CHE-116.281.711, 116.281.710",
        "CHE-116.281 710",
        "order CHE-116.281.710",
        "20-00-00 and the sort code of 200000 lines",
        "A/C 12345678",
        "sort code 20-00-00-1",
        "Sort codes are 6 digits; 200000 lines",
    ],
)
def test_stay_where_the_check_fails_or_no_label_says_what_they_are(text):
    assert found(text) == []


def test_a_bank_account_is_found_under_the_profile_of_the_uk_alone():
    native = Native(frozenset(DEFAULT_TYPES), profiles=frozenset({"uk"}))
    assert found("Sort code 20-00-00, A/C No: 12345678", native) == [
        ("UK_BANK_NUMBER", "20-00-00"),
        ("UK_BANK_NUMBER", "12345678"),
    ]
    assert found("A/C No: 123456789", native) == []


def test_an_irish_check_letter_counts_the_second_letter():
    assert [letter for letter in "ABCDEFGHI" if digits.is_irish_vat(f"1234567F{letter}")] == ["A"]


def test_zeros_alone_are_no_number_of_anybody():
    assert found("CHE-000.000.000, IE0000000W, BE 0000.000.097") == []


@pytest.mark.parametrize(
    ("entity", "kinds"), [(kind, [*MADE[kind]]) for kind in ("UK_NINO", "ES_NIF", "EU_VAT_NUMBER")]
)
@pytest.mark.parametrize("words", [" and {} then", "，{}，"])
def test_what_is_found_in_a_text_alone_is_found_among_many(entity, kinds, words):
    chance = Random(5)
    values = [MADE[entity][kind](chance) for kind in kinds for _ in range(150)]
    texts = [words.format(value) for value in values]
    for types in ({entity}, set(DEFAULT_TYPES)):
        native = Native(frozenset(types))
        rows, opened = native.look(pa.array(texts))
        assert rows == list(range(len(texts)))
        said = [
            [texts[row][span.start : span.end] for span in native.find(texts[row], one)]
            for row, one in zip(rows, opened, strict=True)
        ]
        assert said == [[value] for value in values]
