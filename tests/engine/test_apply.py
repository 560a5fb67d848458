"""Stages applied to data at hand do what they do in a run, whatever kind of thing the data are."""

import datasets
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import curate
from curate.core.errors import ConfigError

PHONE = "13912345678"
ROWS = {"text": [f"电话：{PHONE}。", "ok", None, "Ｐｕｍｐ ２ is running."], "n": [1, 2, 3, 4]}
CLEAN = ["电话：<PHONE_NUMBER>。", "Pump 2 is running."]
STAGES = ["normalize", {"length": {"min": 3}}, "pii"]
TURNS = [{"role": "user", "content": f"我的电话是{PHONE}"}, {"role": "assistant", "content": "好的"}]
KINDS = {
    "arrow": pa.table,
    "polars": pl.DataFrame,
    "pandas": pd.DataFrame,
    "datasets": datasets.Dataset.from_dict,
}


def columns_of(data) -> dict[str, list]:
    table = data if isinstance(data, pa.Table) else pa.table(data) if not isinstance(data, datasets.Dataset) else data
    return table.to_pydict() if isinstance(table, pa.Table) else table.to_dict()


@pytest.mark.parametrize("make", KINDS.values(), ids=list(KINDS))
class TestAnyKind:
    def test_comes_back_as_it_was_without_rejected_rows_and_those_without_text(self, make):
        done = curate.apply(make(ROWS), STAGES)
        assert type(done) is type(make(ROWS))
        said = columns_of(done)
        assert (said["text"], said["n"]) == (CLEAN, [1, 4])
        assert list(said) == ["text", "n", "length_chars", "pii", "tags"]

    def test_may_be_given_twice(self, make):
        once = curate.apply(make(ROWS), [*STAGES, "language", "quality"])
        again = curate.apply(once, [*STAGES, "language", "quality"])
        first, second = columns_of(once), columns_of(again)
        assert {name for name in first if first[name] != second[name]} == {"length_chars"}, "pii came after it"
        assert list(first) == list(second)
        assert columns_of(curate.apply(again, [*STAGES, "language", "quality"])) == second

    def test_may_hold_nothing_but_turns(self, make):
        done = columns_of(curate.apply(make({"messages": [TURNS, [], None], "n": [1, 2, 3]}), ["pii", "tokens"]))
        assert [turn["content"] for turn in done["messages"][0]] == ["我的电话是<PHONE_NUMBER>", "好的"]
        assert [turn["role"] for turn in done["messages"][0]] == ["user", "assistant"]
        assert (done["n"], "text" in done, done["n_tokens"][0] > 0) == ([1], False, True)

    def test_may_lose_every_row(self, make):
        done = columns_of(curate.apply(make(ROWS), [{"length": {"min": 100}}]))
        assert {name: len(values) for name, values in done.items()} == {"text": 0, "n": 0, "length_chars": 0, "tags": 0}


@pytest.mark.parametrize(
    "data",
    [
        pl.DataFrame({"text": ["a b c"], "who": [PHONE]}, schema_overrides={"who": pl.Categorical}),
        pl.DataFrame({"text": [PHONE]}, schema_overrides={"text": pl.Enum([PHONE])}),
        pd.DataFrame({"text": ["a b c"], "who": pd.Categorical([PHONE])}),
        pd.DataFrame({"text": pd.Categorical([PHONE])}),
        pa.table({"text": ["a b c"], "who": pa.array([PHONE]).dictionary_encode()}),
        pa.table({"text": pa.array([PHONE], pa.string_view()), "who": pa.array([PHONE], pa.large_string())}),
    ],
    ids=["polars categorical", "polars enum", "pandas kept", "pandas text", "arrow dictionary", "views"],
)
def test_personal_data_is_found_however_strings_are_stored(data):
    said = columns_of(curate.apply(data, ["pii"]))
    assert PHONE not in repr(said)
    assert "<PHONE_NUMBER>" in repr(said)


def test_the_text_of_a_chat_is_the_rendering_of_its_turns():
    table = pa.table({"text": [f"stale {PHONE}", "plain"], "messages": [TURNS, None]})
    said = curate.apply(table, ["pii"]).to_pydict()
    assert said["text"] == ["user: 我的电话是<PHONE_NUMBER>\nassistant: 好的", "plain"]


def test_a_turn_without_content_is_an_empty_one_and_one_without_a_role_is_no_text():
    turns = [[{"role": "user", "content": None}], [{"role": None, "content": "a"}]]
    assert curate.apply(pa.table({"messages": turns}), []).to_pydict()["messages"] == [
        [{"role": "user", "content": ""}]
    ]


def test_a_pandas_frame_keeps_the_index_of_the_rows_that_stay():
    frame = pd.DataFrame(ROWS, index=pd.Index(["a", "b", "c", "d"], name="case"))
    done = curate.apply(frame, STAGES)
    assert list(done.index) == ["a", "d"]
    assert done.index.name == "case"


def test_columns_may_be_called_like_those_of_a_record_and_hold_something_else():
    table = pa.table({"text": ["abc"], "row": ["x"], "id": [7], "tags": ["t"], "pii": [True], "license": [1.5]})
    said = curate.apply(table, [{"length": {"min": 9, "action": "tag"}}]).to_pydict()
    assert said == {
        "text": ["abc"],
        "row": ["x"],
        "id": [7],
        "tags": [["length:too_short"]],
        "pii": [True],
        "license": [1.5],
        "length_chars": [3],
    }


@pytest.mark.parametrize(
    "data",
    [
        pl.LazyFrame({"text": ["a"]}),
        pl.Series("text", ["a"]),
        datasets.DatasetDict({"train": datasets.Dataset.from_dict({"text": ["a"]})}),
        [{"text": "a"}],
        "a",
    ],
    ids=lambda data: type(data).__name__,
)
def test_what_is_no_table_is_refused_and_the_refusal_says_what_is_taken(data):
    with pytest.raises(ConfigError, match=type(data).__name__) as caught:
        curate.apply(data, ["normalize"])
    assert "datasets.Dataset, a polars or pandas DataFrame (collect a LazyFrame first)" in caught.value.hint


@pytest.mark.parametrize(
    ("columns", "fact"),
    [
        ({"body": ["a"]}, "no column 'text' or 'messages'"),
        ({"text": [1]}, "'text' is int64"),
        ({"messages": ["a"]}, "'messages' is string"),
        ({"messages": [[{"role": "user", "content": "a", "name": "b"}]]}, "'messages' is list"),
    ],
    ids=["none", "number", "string", "more"],
)
def test_columns_that_hold_no_text_are_refused(columns, fact):
    with pytest.raises(ConfigError, match=fact):
        curate.apply(pa.table(columns), ["normalize"])
