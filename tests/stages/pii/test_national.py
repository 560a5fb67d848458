"""Numbers of people of the EU behind their names: made by formulas of their own, and what only looks so."""

from random import Random

import pytest

from curate.stages.pii.engine import Native
from tests.stages.pii.made import digits
from tests.stages.pii.test_european import found


def pesel(chance: Random) -> str:
    body = (
        f"{chance.randint(10, 99)}{chance.choice(['01', '12', '21', '32'])}{chance.randint(10, 28)}{digits(chance, 4)}"
    )
    return body + str(-sum(int(one) * weight for one, weight in zip(body, [1, 3, 7, 9] * 3, strict=False)) % 10)


def bsn(chance: Random) -> str:
    while True:
        body = f"{chance.randint(1, 9)}{digits(chance, 7)}"
        last = sum(int(one) * (9 - place) for place, one in enumerate(body)) % 11
        if last < 10:
            return f"{body}{last}"


def swedish(chance: Random) -> str:
    body = f"{chance.randint(10, 99)}{chance.randint(10, 12)}{chance.randint(10, 28)}{digits(chance, 3)}"
    total = sum(sum(divmod(int(one) * (2 - place % 2), 10)) for place, one in enumerate(body))
    return f"{body[:6]}-{body[6:]}{-total % 10}"


def finnish(chance: Random) -> str:
    day, number = (
        f"{chance.randint(10, 28)}{chance.randint(10, 12)}{chance.randint(10, 99)}",
        f"{chance.randint(2, 899):03}",
    )
    return f"{day}{chance.choice('-AUF')}{number}" + "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(day + number) % 31]


def belgian(chance: Random) -> str:
    body = f"{chance.randint(10, 99)}{chance.randint(10, 12)}{chance.randint(10, 28)}{digits(chance, 3)}"
    number = int(body) + chance.choice([0, 2_000_000_000])
    return f"{body[:2]}.{body[2:4]}.{body[4:6]}-{body[6:]}.{97 - number % 97:02}"


def austrian(chance: Random) -> str:
    while True:
        serial, born = (
            f"{chance.randint(100, 999)}",
            f"{chance.randint(10, 28)}{chance.randint(10, 12)}{digits(chance, 2)}",
        )
        pairs = zip(serial + born, (3, 7, 9, 5, 8, 4, 2, 1, 6), strict=True)
        check = sum(int(one) * weight for one, weight in pairs) % 11
        if check < 10:
            return f"{serial}{check} {born}"


def portuguese(chance: Random) -> str:
    body = f"{chance.choice('125')}{digits(chance, 7)}"
    rest = sum(int(one) * (9 - place) for place, one in enumerate(body)) % 11
    return f"{body}{0 if rest < 2 else 11 - rest}"


MADE = {
    "PL_PESEL": ("PESEL", pesel),
    "NL_BSN": ("BSN", bsn),
    "SE_PERSONNUMMER": ("Personnummer", swedish),
    "FI_PERSONAL_IDENTITY_CODE": ("Henkilötunnus", finnish),
    "BE_NATIONAL_NUMBER": ("Rijksregisternummer", belgian),
    "AT_SOCIAL_SECURITY": ("SVNR", austrian),
    "PT_NIF": ("NIF", portuguese),
    "DK_CPR": (
        "CPR-nr.",
        lambda chance: f"{chance.randint(10, 28)}{chance.randint(10, 12)}{digits(chance, 2)}-{digits(chance, 4)}",
    ),
}


@pytest.mark.parametrize("entity", MADE)
@pytest.mark.parametrize("seed", range(8))
def test_a_number_behind_its_name_is_found_alone_and_among_all_types(entity, seed):
    label, make = MADE[entity]
    value = make(Random(seed))
    for text in (f"{label}: {value}", f"员工{label.upper()}为{value}，已核对", f'{{"{label.lower()}": "{value}"}}'):
        assert found(text, Native(frozenset({entity}))) == [(entity, value)]
        assert found(text) == [(entity, value)]


@pytest.mark.parametrize("entity", sorted({*MADE} - {"DK_CPR"}))
def test_a_number_whose_last_sign_is_another_or_that_nothing_names_is_none(entity):
    label, make = MADE[entity]
    only = Native(frozenset({entity}))
    value = make(Random(1))
    place = -1 if entity != "AT_SOCIAL_SECURITY" else 3
    wrong = [*value]
    wrong[place] = "1" if value[place] != "1" else "3"
    assert found(f"{label}: {''.join(wrong)}", only) == []
    assert found(f"Order of {value}.", only) == []


def test_a_day_that_does_not_exist_begins_no_danish_number():
    assert found("CPR: 311102-1234", Native(frozenset({"DK_CPR"}))) == []


def test_numbers_that_are_known_hold():
    for text in (
        "PESEL 44051401359",
        "BSN 111222333",
        "personnummer 811228-9874",
        "hetu 131052-308T",
        "CPR 070761-4285",
    ):
        assert [value for _, value in found(text)] == [text.split(" ")[1]]
