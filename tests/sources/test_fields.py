import pickle

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from curate.core.record import MESSAGES, SHARD, SOURCED, record_id
from curate.core.stage import FOUND
from curate.sources import fields
from curate.sources.fields import CASTS, KEPT_TYPE, Fault, Fields, Rows, Span
from tests.conftest import TEXT
from tests.sources.reading import Told


def rows_of(source, *records):
    rows = Rows(source)
    rows.begin("raw")
    for number, record in enumerate(records):
        rows.add(record, Span(number, number * 10, 10), 10)
    return rows.take()


def found(outcome):
    return (
        []
        if outcome.found is None
        else [(line["row"], line["rule"], line["action"]) for line in outcome.found.to_pylist()]
    )


class TestKeptFields:
    def test_are_columns_after_those_of_every_record_in_the_order_named(self):
        source = Told(path="x", keep={"b.c": "string", "a": "integer", "n": "number", "t": "boolean", "raw": "as_is"})
        assert source.kept_schema == pa.schema(
            [("b_c", pa.string()), ("a", pa.int64()), ("n", pa.float64()), ("t", pa.bool_()), ("raw", pa.string())]
        )
        assert rows_of(source, {"text": "x"}).batch.schema == pa.schema([*SOURCED, *source.kept_schema])
        assert source.exempt == ("raw",)

    def test_that_are_only_listed_are_strings(self):
        source = Told(path="x", keep=["a", "b"])
        outcome = rows_of(source, {"text": "x", "a": {"k": [1, "é"]}, "b": True}, {"text": "y", "a": "", "b": None})
        assert outcome.batch["a"].to_pylist() == ['{"k":[1,"é"]}', ""]
        assert outcome.batch["b"].to_pylist() == ["true", None]
        assert source.exempt == ()

    @pytest.mark.parametrize(
        ("kind", "value", "kept"),
        [
            ("integer", 7, 7),
            ("integer", "007", 7),
            ("integer", " -3 ", -3),
            ("integer", 3.0, 3),
            ("integer", 2**63 - 1, 2**63 - 1),
            ("integer", 2**63, KEPT_TYPE),
            ("integer", 3.5, KEPT_TYPE),
            ("integer", True, KEPT_TYPE),
            ("integer", "1_000", KEPT_TYPE),
            ("integer", "٣", KEPT_TYPE),
            ("integer", [1], KEPT_TYPE),
            ("number", 7, 7.0),
            ("number", "1.5e3", 1500.0),
            ("number", ".5", 0.5),
            ("number", "nan", KEPT_TYPE),
            ("number", 10**400, KEPT_TYPE),
            ("number", False, KEPT_TYPE),
            ("boolean", False, False),
            ("boolean", "TRUE", True),
            ("boolean", "yes", KEPT_TYPE),
            ("boolean", 1, KEPT_TYPE),
        ],
    )
    def test_of_a_type_hold_what_fits_it(self, kind, value, kept):
        got = CASTS[kind](value)
        assert got == kept
        assert type(got) is type(kept)

    def test_that_do_not_fit_are_null_and_tagged(self):
        source = Told(path="x", keep={"n": "integer"})
        outcome = rows_of(
            source, {"text": "a", "n": "many"}, {"text": "b", "n": None}, {"text": "c", "n": ""}, {"text": "d"}
        )
        assert outcome.batch["n"].to_pylist() == [None] * 4
        assert found(outcome) == [(0, "read:kept_type", "tag")]

    def test_with_half_a_surrogate_pair_are_null_and_tagged(self):
        outcome = rows_of(Told(path="x", keep=["k"]), {"text": "a", "k": "\udc00"}, {"text": "b", "k": "ok"})
        assert outcome.batch["k"].to_pylist() == [None, "ok"]
        assert found(outcome) == [(0, "read:kept_type", "tag")]

    @pytest.mark.parametrize("column", [*SHARD.names, "row"])
    def test_never_take_the_name_of_a_column_of_every_shard(self, column):
        with pytest.raises(ValidationError, match=f"a column '{column}' of its own"):
            Told(path="x", keep=[column])

    def test_never_share_a_name(self):
        with pytest.raises(ValidationError, match=r"'a_b' and 'a\.b' would be one column 'a_b'"):
            Told(path="x", keep=["a.b", "a_b"])


class TestTheText:
    def test_of_a_chat_is_its_rendering(self):
        source = Told(path="x", messages={"from": "c", "roles": {"human": "user"}})
        outcome = rows_of(
            source,
            {"c": [{"role": "human", "content": "你好"}, {"role": "assistant", "content": "Hi"}]},
            {"c": []},
            {"c": [{"role": 1, "content": "x"}]},
            {"c": [{"role": "user", "content": "\ud800"}]},
        )
        assert outcome.batch["text"].to_pylist() == ["user: 你好\nassistant: Hi", None, None, None]
        assert outcome.batch["messages"].to_pylist()[0][0] == {"role": "user", "content": "你好"}
        assert outcome.batch["messages"].null_count == 3
        assert outcome.batch.schema.field("messages").type == MESSAGES
        assert [line[1] for line in found(outcome)] == ["read:no_text", "read:text_type", "read:surrogate"]

    def test_is_given_once(self):
        with pytest.raises(ValidationError, match="give one of the two"):
            Told(path="x", text="body", messages={"from": "c"})

    def test_is_a_template_that_can_be_read(self):
        with pytest.raises(ValidationError, match="a field of a template is written"):
            Told(path="x", text="{}")

    @given(texts=st.lists(TEXT, max_size=6))
    def test_is_kept_character_for_character(self, texts):
        outcome = rows_of(Told(name="s", path="x", text="t"), *({"t": text} for text in texts))
        assert outcome.batch["text"].to_pylist() == texts
        assert outcome.found is None


class TestTheKey:
    def test_names_a_record_wherever_it_stands(self):
        source = Told(name="s", path="x", key="k")
        assert source.keyed
        assert not Told(path="x").keyed
        first = rows_of(source, {"text": "a", "k": 7}, {"text": "b", "k": "甲"}, {"text": "c", "k": [1]})
        assert first.batch["id"].to_pylist() == [record_id("s", "7"), record_id("s", "甲"), record_id("s", "[1]")]

    @pytest.mark.parametrize("key", [None, "", "\ud800"])
    def test_that_is_missing_leaves_the_place_and_a_tag(self, key):
        outcome = rows_of(Told(name="s", path="x", key="k"), {"text": "a", "k": key})
        assert outcome.batch["id"].to_pylist() == [record_id("s", "raw\x000")]
        assert found(outcome) == [(0, "read:no_key", "tag")]


class TestRows:
    def test_are_full_by_bytes_or_by_number(self, monkeypatch):
        rows = Rows(Told(path="x"))
        rows.add({"text": "a"}, Span(0, 0, 1), Fields.batch_bytes - 1)
        assert not rows.full
        rows.add({"text": "a"}, Span(0, 0, 1), 1)
        assert rows.full
        rows.take()
        assert not rows.full
        monkeypatch.setattr(fields, "BATCH_ROWS", 1)
        rows.reject(Span(None, 0, 0), Fault("read:blank"))
        assert rows.full

    def test_found_wanting_are_told_in_order_with_their_measure(self):
        rows = Rows(Told(path="x", keep=["k"]))
        rows.add({"text": "\ud800", "k": "\ud800"}, Span(0, 0, 1), 1)
        rows.reject(Span(1, 1, 5), Fault("read:too_long", "bytes", 5.0, 4.0, ">"))
        outcome = rows.take()
        assert outcome.found.schema == FOUND
        assert found(outcome) == [
            (0, "read:surrogate", "reject"),
            (0, "read:kept_type", "tag"),
            (1, "read:too_long", "reject"),
        ]
        assert outcome.found.to_pylist()[2]["value"] == 5.0
        assert outcome.batch["text"].null_count == 2

    def test_of_no_record_are_an_empty_batch(self):
        outcome = Rows(Told(path="x")).take()
        assert outcome.batch.num_rows == 0
        assert outcome.batch.schema == SOURCED


def test_settings_are_a_value_that_travels_between_processes():
    source = Told(name="s", path="x", text="{a}", keep={"b": "integer"}, key="c")
    assert pickle.loads(pickle.dumps(source)) == source  # noqa: S301 - our own bytes
    assert Told.model_validate(source.model_dump(by_alias=True)) == source
    assert source.named == ("a", "c", "b")
