"""What is done with each type: placeholders, pseudonyms, stars, nothing, tags, rejections; and presets."""

import re
from random import Random

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from curate.stages.pii import Pii
from curate.stages.pii.operators import OPERATORS, masked
from curate.stages.pii.presets import CHOICES, OFF, PRESETS, types_of
from curate.stages.pii.rules import TYPES
from tests.stages.pii.keyed import SAID, key_file, keyed
from tests.stages.pii.test_surrogates import TEXTS

PHONE, MAIL = "13812345678", "li.wei@hengtai.com.cn"
TITLES = ["Mr", "Mrs", "Ms", "Miss", "Mx", "Dr", "Prof", "Professor", "Sir", "Dame", "Rev"]
WRITING = [one for one in OPERATORS if one not in {"tag", "reject_record"}]


def strings(*texts: str | None) -> pa.StringArray:
    return pa.array(texts, pa.string())


def edited(text: str, **said: object) -> str:
    return str(Pii(key_file=key_file(), **said).open()(strings(text)).strings[0].as_py())


class TestEveryOperator:
    @pytest.mark.parametrize("operator", WRITING)
    def test_leaves_no_value(self, operator):
        values = [make(Random(seed)) for make in SAID for seed in range(3)]
        after = keyed(operator).open()(strings(*(f"值{value}完" for value in values))).strings.to_pylist()
        assert [value for value, text in zip(values, after, strict=True) if len(value) > 9 and value in text] == []

    @pytest.mark.parametrize("operator", OPERATORS)
    @settings(max_examples=25)
    @given(texts=st.lists(TEXTS, max_size=2))
    def test_settles_a_text_in_one_pass(self, operator, texts):
        edit = keyed(operator, max_density=10**6).open()
        once = edit(strings(*texts)).strings
        assert edit(once).strings.equals(once)

    @given(texts=st.lists(TEXTS, max_size=2), chosen=st.lists(st.sampled_from(OPERATORS), min_size=len(TYPES)))
    def test_settles_beside_any_other(self, texts, chosen):
        edit = keyed(operators=dict(zip(TYPES, chosen, strict=False)), max_density=10**6).open()
        once = edit(strings(*texts)).strings
        assert edit(once).strings.equals(once)


class TestATitle:
    @pytest.mark.parametrize("operator", WRITING)
    @pytest.mark.parametrize("before", ["Dear ", "Seen by ", "Physician: ", "Our doctor is "])
    @pytest.mark.parametrize("behind", [",", "\n", ". Yours", ""])
    def test_is_no_name_when_the_name_behind_it_is_replaced(self, operator, before, behind):
        written = [f"{title}{dot} " for title in TITLES for dot in ("", ".")] + ["Prof. Dr. ", "Rev. Dr "]
        texts = [f"{before}{title}Thistledown{behind}" for title in written]
        outcome = keyed(operator).open()(strings(*texts))
        after = outcome.strings.to_pylist()
        assert [text for text in after if "Thistle" in text] == []
        assert [line["count"] for line in outcome.counts.to_pylist()] == [1] * len(texts)
        kept = [text.startswith(f"{before}{title}") for text, title in zip(after, written, strict=True)]
        assert all(kept)

    @pytest.mark.parametrize("title", ["DR.", "MS.", "PROF.", "Dr. PROF."])
    def test_may_be_in_any_case_in_a_salutation(self, title):
        assert edited(f"Dear {title} QUILLFEATHER,") == f"Dear {title} <PERSON>,"


class TestOperatorsByType:
    def test_are_those_that_the_type_names_else_the_one_for_all(self):
        said = {"PHONE_NUMBER": "mask", "EMAIL_ADDRESS": "redact"}
        text = f"姓名：王小明，电话{PHONE}，{MAIL}。"
        assert edited(text, operators=said) == "姓名：<PERSON>，电话*******5678，。"

    def test_may_leave_one_type_and_replace_another(self):
        stage = Pii(operators={"EMAIL_ADDRESS": "tag"}, **{"as": "pii"})
        outcome = stage.open()(strings(f"{PHONE} {MAIL}"))
        assert outcome.strings.to_pylist() == [f"<PHONE_NUMBER> {MAIL}"]
        assert [(line["rule"], line["action"]) for line in outcome.found.to_pylist()] == [("pii:EMAIL_ADDRESS", "tag")]
        assert [line["type"] for line in outcome.counts.to_pylist()] == ["PHONE_NUMBER"]
        assert "EMAIL_ADDRESS" not in stage.clears

    @pytest.mark.parametrize("said", [{"SHOE_SIZE": "mask"}, {"PERSON": "sing"}])
    def test_refuse_what_there_is_not(self, said):
        with pytest.raises(ValidationError, match=r"SHOE_SIZE|PERSON"):
            Pii(operators=said)


class TestAPseudonym:
    def test_is_the_type_and_a_digest_that_equal_values_share(self):
        text = edited(f"{PHONE}，138-1234-5678，13912345678", operator="pseudonym")
        one, same, other = re.findall("<PHONE_NUMBER_(?:[a-z][0-9]){3}>", text)
        assert one == same != other

    def test_is_longer_where_it_has_to_tell_a_corpus_apart(self):
        text = edited(PHONE, operator="pseudonym", scope="corpus")
        assert re.fullmatch("<PHONE_NUMBER_(?:[a-z][0-9]){6}>", text)

    def test_differs_from_record_to_record(self):
        edit = keyed("pseudonym").open().of_records(pa.array(["a", "b"], pa.string()))
        assert len(set(edit(strings(PHONE, PHONE)).strings.to_pylist())) == 2


class TestADensity:
    def test_above_the_limit_rejects_the_record_and_says_by_what_measure(self):
        stage = Pii(operator="reject_record", max_density=2, **{"as": "pii"})
        found = stage.open()(strings(f"{PHONE}，{MAIL}", f"{PHONE}，{MAIL}，13912345678")).found.to_pylist()
        assert found == [
            {
                "row": 1,
                "rule": "pii:density",
                "metric": "density",
                "value": 3.0,
                "threshold": 2.0,
                "operator": ">",
                "action": "reject",
                "other": None,
            }
        ]

    def test_of_a_long_text_is_that_of_a_thousand_characters(self):
        found = Pii(max_density=1).open()(strings("第一条" * 1000 + PHONE, "第一条" * 1000 + f"{PHONE}，" * 4)).found
        assert found["row"].to_pylist() == [1]

    def test_of_nothing_is_none(self):
        outcome = Pii(operator="reject_record").open()(strings("第一条", None, PHONE))
        assert outcome.found["row"].to_pylist() == [2]

    def test_counts_the_types_that_say_so(self):
        stage = Pii(operators={"CN_RESIDENT_ID": "reject_record"})
        assert stage.open()(strings(f"{PHONE}，{MAIL}")).found is None


class TestThePlaceholders:
    def test_of_the_manifest_are_all_that_may_stand_in_the_output(self):
        stage = Pii(placeholders={"PHONE_NUMBER": "|||PHONE|||"}, operators={"EMAIL_ADDRESS": "mask"})
        said = stage.lineage()["placeholders"]
        assert "|||PHONE|||" in said
        assert not {"<PHONE_NUMBER>", "<EMAIL_ADDRESS>"} & set(said)
        text = stage.open()(strings(*(make(Random(1)) for make in SAID))).strings.to_pylist()
        assert set(re.findall(r"<[A-Z_]+>|\|\|\|[A-Z]+\|\|\|", "".join(text))) <= set(said)


class TestTheManifest:
    def test_says_by_what_names_are_found(self):
        coverage = Pii().lineage()["coverage"]
        assert coverage["structured"] == "rules"
        assert coverage["names"].startswith("rules only")
        assert Pii(types=["PHONE_NUMBER"]).lineage()["coverage"]["names"] == "not looked for"

    def test_says_what_is_done_with_each_type(self):
        said = keyed("pseudonym", operators={"PERSON": "surrogate"}).lineage()
        assert said["operators"]["PERSON"] == "surrogate"
        assert set(said["operators"]) == set(said["types"])
        assert re.fullmatch("[0-9a-f]{8}", said["key_id"])


class TestThePresets:
    def test_name_types_that_there_are_or_will_be(self):
        for choice in CHOICES.values():
            for name in choice.adds | choice.keeps | choice.lenient:
                assert re.fullmatch("[A-Z]+(_[A-Z]+)*", name)
        assert set(CHOICES) == set(PRESETS)

    @pytest.mark.parametrize("preset", PRESETS)
    def test_look_for_known_types_and_leave_what_they_keep(self, preset):
        assert set(types_of(preset)) <= set(TYPES)
        assert not set(types_of(preset)) & CHOICES[preset].keeps
        assert {"PHONE_NUMBER", "CN_RESIDENT_ID", "PERSON", "EMAIL_ADDRESS"} <= set(types_of(preset))

    def test_leave_destructive_types_off_where_nobody_asks(self):
        assert not set(types_of("general")) & OFF
        assert {*CHOICES["healthcare"].adds} & {*TYPES} <= set(types_of("healthcare"))

    def test_keep_indicators_of_compromise(self):
        assert (
            edited(f"C2 at 45.77.3.200, call {PHONE}", preset="cybersecurity")
            == "C2 at 45.77.3.200, call <PHONE_NUMBER>"
        )

    def test_are_overruled_by_types(self):
        assert edited("C2 at 45.77.3.200", preset="cybersecurity", types=["IP_ADDRESS"]) == "C2 at <IP_ADDRESS>"


@given(value=st.text(max_size=30))
def test_a_mask_shows_nothing_but_the_last_four_digits_of_a_long_number(value):
    stars = masked(value)
    assert len(stars) == len(value)
    assert not any(sign.isalnum() for sign in stars[:-4])
    is_long = sum(sign.isdigit() for sign in value) >= 11
    assert is_long or not any(sign.isalnum() for sign in stars)
