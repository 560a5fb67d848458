"""The stage: rows stay in place, one pass settles a text, what costs too much is rejected, and no value is told."""

import socket
from random import Random

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from curate.core.stage import COUNTED, FOUND
from curate.stages.pii import Pii, mask
from curate.stages.pii.budget import BudgetError
from curate.stages.pii.engine import Native
from curate.stages.pii.rules import TYPES
from tests.conftest import TEXT
from tests.stages.pii.made import KINDS, MADE
from tests.stages.pii.test_presidio import FRAGMENTS

VALUES = [MADE[entity][kind](Random(seed)) for entity, kind in KINDS for seed in range(3)]
TEXTS = st.one_of(
    st.none(),
    TEXT,
    st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.sampled_from(VALUES), TEXT), max_size=8).map("".join),
)
OPERATORS = ["placeholder", "mask", "redact"]
PHONE = "13812345678"


def strings(*texts: str | None) -> pa.StringArray:
    return pa.array(texts, pa.string())


@pytest.mark.parametrize("operator", OPERATORS)
class TestEveryOperator:
    @given(texts=st.lists(TEXTS, max_size=4))
    def test_settles_a_text_in_one_pass(self, operator, texts):
        edit = Pii(operator=operator).open()
        once = edit(strings(*texts))
        twice = edit(once.strings)
        assert twice.strings.equals(once.strings)
        assert twice.counts is None

    @given(texts=st.lists(TEXTS, max_size=4))
    def test_gives_a_row_the_same_outcome_alone_as_among_others(self, operator, texts):
        edit = Pii(operator=operator).open()
        together = edit(strings(*texts))
        alone = [edit(strings(text)) for text in texts]
        assert together.strings.to_pylist() == [one.strings[0].as_py() for one in alone]
        lines = [] if together.counts is None else together.counts.to_pylist()
        assert lines == [
            {**line, "row": row} for row, one in enumerate(alone) if one.counts for line in one.counts.to_pylist()
        ]

    def test_leaves_no_value(self, operator):
        edited = Pii(operator=operator).open()(strings(*(f"值{value}完" for value in VALUES)))
        assert not [value for value, text in zip(VALUES, edited.strings.to_pylist(), strict=True) if value in text]


class TestWhatIsWritten:
    def test_is_a_placeholder_of_the_type_and_is_counted(self):
        edited = Pii().open()(strings(None, f"手机{PHONE}，备用{PHONE}；wei@hengtai.com.cn", "无"))
        assert edited.strings.to_pylist() == [None, "手机<PHONE_NUMBER>，备用<PHONE_NUMBER>；<EMAIL_ADDRESS>", "无"]
        assert edited.counts.schema == COUNTED
        assert edited.counts.to_pylist() == [
            {"row": 1, "type": "EMAIL_ADDRESS", "count": 1},
            {"row": 1, "type": "PHONE_NUMBER", "count": 2},
        ]
        assert edited.found is None

    def test_is_the_string_that_was_configured(self):
        edited = Pii(placeholders={"PHONE_NUMBER": "|||PHONE|||"}).open()(strings(f"手机{PHONE}"))
        assert edited.strings.to_pylist() == ["手机|||PHONE|||"]

    def test_is_stars_and_the_last_four_digits_of_a_long_number(self):
        edited = Pii(operator="mask").open()(strings(f"手机{PHONE}，wei.l@hengtai.com"))
        assert edited.strings.to_pylist() == ["手机*******5678，***.*@*******.***"]

    def test_is_nothing_where_values_are_redacted(self):
        assert Pii(operator="redact").open()(strings(f"手机{PHONE}。")).strings.to_pylist() == ["手机。"]

    def test_is_a_finding_and_no_other_text_where_values_are_tagged(self):
        texts = strings("无", f"手机{PHONE}，{PHONE}")
        edited = Pii(operator="tag", **{"as": "privacy"}).open()(texts)
        assert edited.strings is texts
        assert edited.counts is None
        assert edited.found.schema == FOUND
        (line,) = edited.found.to_pylist()
        assert (line["row"], line["rule"], line["value"], line["action"]) == (1, "privacy:PHONE_NUMBER", 2.0, "tag")

    def test_is_the_very_same_array_where_nothing_was_found(self):
        texts = strings("第一条 2024 年", None, "Nothing here: 12 of 34.")
        assert Pii().open()(texts).strings is texts

    def test_reads_a_slice_of_a_larger_array(self):
        edited = Pii().open()(strings("x", f"手机{PHONE}", None).slice(1))
        assert edited.strings.to_pylist() == ["手机<PHONE_NUMBER>", None]
        assert edited.counts.to_pylist() == [{"row": 0, "type": "PHONE_NUMBER", "count": 1}]


class TestTheBudget:
    def test_rejects_a_text_that_exceeds_it_and_no_other(self):
        edited = Pii(max_candidates=5, **{"as": "pii"}).open()(strings(f"手机{PHONE}", f"{PHONE}，" * 9))
        assert [(line["row"], line["rule"], line["action"]) for line in edited.found.to_pylist()] == [
            (1, "pii:budget", "reject")
        ]
        assert edited.strings.to_pylist()[0] == "手机<PHONE_NUMBER>"

    def test_tells_no_value_in_its_error(self):
        with pytest.raises(BudgetError) as told:
            Native(frozenset(TYPES), budget=1).find(f"{PHONE}，{PHONE}")
        assert PHONE[:6] not in str(told.value)

    @pytest.mark.parametrize(
        "unit", ["a.", "1.", "1 ", "13812345678 ", "@", "a@", "(1", "+1-", "QQ", "姓名：", "A1", "::", "王先"]
    )
    def test_is_not_reached_by_long_monotonous_texts(self, unit):
        edited = Pii().open()(strings(unit * (200_000 // len(unit))))
        assert edited.found is None


class TestTheSettings:
    @pytest.mark.parametrize(
        "said",
        [
            {"types": ["SHOE_SIZE"]},
            {"lenient": ["SHOE_SIZE"]},
            {"placeholders": {"SHOE_SIZE": "x"}},
            {"operator": "sing"},
        ],
        ids=["types", "lenient", "placeholders", "operator"],
    )
    def test_refuse_what_there_is_not(self, said):
        with pytest.raises(ValidationError, match=r"SHOE_SIZE|operator"):
            Pii(**said)

    def test_refuse_a_placeholder_that_is_personal_data_itself(self):
        with pytest.raises(ValidationError, match="could be taken for personal data"):
            Pii(placeholders={"PHONE_NUMBER": "nobody@nowhere.net"})


class TestMask:
    def test_hides_what_the_stage_finds(self):
        assert mask(f"手机{PHONE}。") == "手机<PHONE_NUMBER>。"
        assert mask("") == ""


def test_presidios_own_engine_edits_alike_without_a_network(monkeypatch):
    def refused(*_args, **_kwargs):
        raise AssertionError

    monkeypatch.setattr(socket.socket, "connect", refused)
    edited = Pii(engine="presidio").open()(strings(f"手机{PHONE}", None, "wei@hengtai.com.cn (314) 555-0142 x"))
    assert edited.strings.to_pylist() == ["手机<PHONE_NUMBER>", None, "<EMAIL_ADDRESS> <PHONE_NUMBER> x"]
