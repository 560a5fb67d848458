"""Check digits: what is made by the standard's arithmetic holds, and no other last sign does."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.stages.pii import checks
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
