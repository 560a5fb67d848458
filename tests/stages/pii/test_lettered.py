"""Resident ids and UnionPay cards with letters beside them that are no label, seen by the rules and by the check."""

from random import Random
from string import ascii_letters

import pyarrow as pa
import pytest

from curate.lineage.numbers import hits
from curate.stages.pii import Pii
from tests.stages.pii.made import FULL_WIDTH, digits, luhn, mobile, resident, union_pay
from tests.stages.pii.test_found import found

MADE = {"CN_RESIDENT_ID": resident, "CN_BANK_CARD": union_pay}


def seen(text: str) -> list[bool]:
    return [hit.allowed for hit in hits(pa.array([text]))]


@pytest.mark.parametrize("entity", MADE)
@pytest.mark.parametrize("before", ["ph", "ICBC", "转入ICBC", "客户zjh", "x", "/user", "a-B", "twelvelettrs"])
@pytest.mark.parametrize("seed", range(3))
def test_a_number_behind_letters_is_found(entity, before, seed):
    value = MADE[entity](Random(seed))
    for text in (f"{before}{value}", f"{before}{value}，已核对。", f"第一行\n{before}{value}\n"):
        assert found(text) == [(entity, value)]
        assert seen(text) == [False]
        assert seen(text.replace(value, f"<{entity}>")) == []


@pytest.mark.parametrize("entity", MADE)
@pytest.mark.parametrize("before", ["a1b", "deadbeef1a", "Ab3Ab3Ab3", "thirteenletts", "7", "a7"])
def test_it_is_part_of_a_code_where_digits_or_too_many_letters_stand_before(entity, before):
    text = f"{before}{MADE[entity](Random(5))}"
    assert found(text) == []
    assert seen(text) == []


def test_a_card_behind_letters_that_are_those_of_an_order_stays():
    text = f"订单号DD{union_pay(Random(1))}"
    assert found(text) == []
    assert seen(text) == [True]


def test_only_cards_of_union_pay_are_found_behind_letters():
    text = f"visum{luhn('4' + '19283746501928')}"
    assert found(text) == []
    assert seen(text) == []


def test_a_wrong_check_digit_makes_it_another_number():
    value = resident(Random(2))
    wrong = value[:-1] + "X0123456789"["0123456789X".index(value[-1])]
    assert found(f"zjh{wrong}") == []
    assert seen(f"zjh{wrong}") == []


@pytest.mark.parametrize("behind", ["abc", "Li", "f0"])
def test_a_resident_id_before_letters_is_seen_by_the_check_too(behind):
    value = resident(Random(4))
    assert found(f"zjh{value}{behind}") == [("CN_RESIDENT_ID", value)]
    assert seen(f"zjh{value}{behind}") == seen(f"{value}{behind}") == [False]


@pytest.mark.parametrize("label", ["ph", "PH", "Ph"])
def test_a_mobile_is_found_glued_to_ph_and_not_to_any_letters(label):
    value = mobile(Random(6))
    assert found(f"call {label}{value}") == [("PHONE_NUMBER", value)]
    assert seen(f"call {label}{value}") == [False]
    assert found(f"graph{value}") == seen(f"graph{value}") == []


def beside(chance: Random) -> str:
    """Write a number between letters, of any width, and signs, some that nobody sees."""
    value = chance.choice([resident, union_pay, mobile, lambda one: luhn(f"4{digits(one, 14)}")])(chance)
    place = chance.randrange(1, len(value))
    value = value[:place] + chance.choice(["", "", "", "\u200b", "\u00ad", " ", "-"]) + value[place:]
    value = value.translate(FULL_WIDTH) if chance.random() < 0.2 else value
    before = chance.choice(["", "转入", "_", "/", "a1", "１", "Ａ", "é", "\u200b", "：", "订单号", "0x"])
    word = "".join(chance.choices(ascii_letters, k=chance.choice([0, 1, 4, 12, 13])))
    glue = chance.choice(["", "", "\u200b", "Ａ"])
    behind = chance.choice(["", "x", "Ａ", "号", "RMB", "。"])
    return f"{before}{word}{glue}{value}{behind}完"


@pytest.mark.parametrize("seed", range(4))
def test_the_check_sees_nothing_beside_letters_that_the_rules_leave(seed):
    chance = Random(seed)
    texts = pa.array([beside(chance) for _ in range(3000)])
    assert sum(not hit.allowed for hit in hits(texts)) > 500
    assert [hit for hit in hits(Pii().open()(texts).strings) if not hit.allowed] == []
