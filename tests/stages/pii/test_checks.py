"""Check digits: what is made by the standard's arithmetic holds, and no other last sign does."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.stages.pii import checks, digits
from tests.stages.pii import made

SEEDS = st.integers(0, 10**6).map(Random)


@given(chance=SEEDS)
def test_one_last_sign_of_a_resident_id_holds_and_ten_do_not(chance):
    body = made.resident(chance)[:17]
    assert sum(checks.is_resident_id(body + last) for last in "0123456789X") == 1
    assert checks.is_resident_id(made.resident(chance).lower())


@given(chance=SEEDS)
def test_one_last_sign_of_a_company_code_holds(chance):
    code = made.uscc(chance)
    assert [last for last in made.USCC if checks.is_uscc(code[:17] + last)] == [code[17]]


@given(chance=SEEDS)
def test_one_last_digit_of_a_card_holds(chance):
    body = f"62{made.digits(chance, 16)}"
    assert sum(checks.is_luhn(body + last) for last in "0123456789") == 1
    assert checks.is_union_pay(made.luhn(body))


@given(chance=SEEDS)
def test_a_changed_digit_breaks_an_iban(chance):
    good = made.iban(chance)
    assert checks.is_iban(good)
    assert not checks.is_iban(good[:-1] + str((int(good[-1]) + 1) % 10))


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("11010119900230001X", "February has no 30th"),
        ("110101189912310010", "born before 1900"),
        ("990101199001010010", "no such province"),
        ("110101900101", "too short"),
    ],
    ids=["day", "year", "province", "length"],
)
def test_a_resident_id_needs_a_place_and_a_day_of_birth(value, why):
    assert not any(checks.is_resident_id(value[:-1] + last) for last in "0123456789X"), why


def test_numbers_that_were_never_issued_are_no_social_security_numbers():
    assert checks.is_ssn("123-45-6780")
    assert not any(map(checks.is_ssn, ["000-12-3456", "666-12-3456", "912-12-3456", "123-00-4567", "123-45-0000"]))


@pytest.mark.parametrize("issuer", ["4", "51", "55", "2221", "2720", "34", "37", "36", "3528", "6011", "65"])
def test_cards_of_every_scheme_are_known_by_their_first_digits(issuer):
    length = {"34": 15, "37": 15, "36": 14}.get(issuer, 16)
    assert checks.is_credit_card(made.luhn(issuer + "0" * (length - len(issuer) - 2) + "7"))


def test_addresses_that_belong_to_nobody_are_not_public():
    nobody = (
        "127.0.0.1 10.1.2.3 172.16.9.9 192.168.0.4 169.254.1.1 192.0.2.7 198.51.100.7 203.0.113.7 255.255.255.0 0.0.0.0"
    )
    assert not any(
        map(checks.is_public_ip, [*nobody.split(), "224.0.0.1", "::1", "fe80::1", "2001:db8::7", "ff02::1", "2001:::1"])
    )
    assert all(map(checks.is_public_ip, ["61.135.169.121", "2400:da00::6666"]))


@pytest.mark.parametrize(
    ("check", "make"),
    [
        (digits.is_business_registration, lambda chance: made.mod_11_10(f"110105{made.digits(chance, 8)}")),
        (digits.is_german_tax_id, lambda chance: made.mod_11_10(f"8{made.digits(chance, 9)}")),
        (digits.is_taiwan_id, made.taiwan_id),
        (digits.is_nhs, made.nhs),
        (digits.is_dea, made.dea),
        (digits.is_npi, made.npi),
        (digits.is_routing_number, made.routing),
    ],
    ids=["business", "German tax", "Taiwan", "NHS", "DEA", "NPI", "routing"],
)
@given(chance=SEEDS)
def test_one_last_digit_of_a_document_holds(check, make, chance):
    value = make(chance)
    assert [last for last in "0123456789" if check(value[:-1] + last)] == [value[-1]]


@given(chance=SEEDS)
def test_one_last_letter_holds(chance):
    for check, value in ((digits.is_spanish_id, made.dni(chance)), (digits.is_fiscal_code, made.fiscal_code(chance))):
        assert [last for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if check(value[:-1] + last)] == [value[-1]]


@given(chance=SEEDS)
def test_a_changed_sign_breaks_what_two_digits_or_a_digest_protect(chance):
    number, coin = made.nir(chance), made.bitcoin(chance)
    assert digits.is_french_nir(number)
    assert not digits.is_french_nir(number[:12] + str((int(number[12]) + 1) % 10) + number[13:])
    assert digits.is_coin_address(coin)
    assert not digits.is_coin_address(coin[:-1] + ("2" if coin[-1] == "3" else "3"))


@pytest.mark.parametrize(
    ("check", "value"),
    [
        (digits.is_german_insurance, "15070649C103"),
        (digits.is_french_nir, "255081416802538"),
        (digits.is_swiss_insurance, "756.9217.0769.85"),
        (digits.is_spanish_id, "X1234567L"),
        (digits.is_vin, "1M8GDM9AXKP042788"),
        (digits.is_imei, "490154203237518"),
        (digits.is_coin_address, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"),
        (digits.is_hong_kong_id, "A123456(3)"),
        (digits.is_hong_kong_id, "AB987654(3)"),
        (digits.is_taiwan_id, "A123456789"),
        (digits.is_fiscal_code, "RSSMRA85T10A562S"),
    ],
    ids=lambda _: None,
)
def test_the_samples_of_the_standards_hold(check, value):
    assert check(value)
    place = max(value.rfind(digit) for digit in "0123456789")
    assert not check(f"{value[:place]}{(int(value[place]) + 1) % 10}{value[place + 1 :]}")
