"""A person whom one turn of a chat names is known in its other turns, and in no other chat."""

import pyarrow as pa
import pytest

from curate.core.editing import Fields, edit_batch
from curate.core.record import render
from curate.stages.pii.stage import Pii
from tests.conftest import records

NAMED = {"陆晓岚": "姓名：{}", "Ines Halvorsen": "Customer name: {}"}


def edited(*chats, **settings):
    turns = [None if chat is None else [{"role": "user", "content": said} for said in chat] for chat in chats]
    batch = records(*(("" if one is None else render(one)) for one in turns))
    place = batch.schema.get_field_index("messages")
    field = batch.schema.field("messages")
    batch = batch.set_column(place, field, pa.array(turns, field.type))
    told = edit_batch(batch, Pii(**settings).open(), "pii", Fields())
    after = told.outcome.batch["messages"].to_pylist()
    return [None if one is None else [turn["content"] for turn in one] for one in after], told


@pytest.mark.parametrize("name", NAMED)
def test_a_name_is_found_in_the_turns_before_and_behind(name):
    chat = [f"{name}, ok", "好的", NAMED[name].format(name), None, f"请转告 {name} 谢谢"]
    after, told = edited(None, chat, [f"{name}, ok"])
    assert after[1] == ["<PERSON>, ok", "好的", NAMED[name].format("<PERSON>"), None, "请转告 <PERSON> 谢谢"]
    assert after[0] is None
    assert after[2] == [f"{name}, ok"]
    assert told.counts.to_pylist() == [{"row": 1, "type": "PERSON", "count": 3}]
    assert name not in told.outcome.batch["text"][1].as_py()


def test_a_name_known_by_nothing_but_a_number_is_not_looked_for_elsewhere():
    after, _ = edited(["陆晓岚 13812345678", "陆晓岚来了"])
    assert after == [["<PERSON> <PHONE_NUMBER>", "陆晓岚来了"]]


def test_other_values_in_the_turn_are_found_as_ever():
    after, _ = edited(["姓名：陆晓岚", "陆晓岚的手机13812345678"])
    assert after == [["姓名：<PERSON>", "<PERSON>的手机<PHONE_NUMBER>"]]


def test_a_tag_leaves_all_turns_as_they_are_and_counts_them():
    chat = ["姓名：陆晓岚", "陆晓岚来了"]
    after, told = edited(chat, operator="tag")
    assert after == [chat]
    assert [line["value"] for line in told.outcome.found.to_pylist()] == [1.0, 1.0]


def test_a_second_run_changes_nothing():
    from tests.stages.pii.keyed import keyed

    turns = [{"role": "user", "content": said} for said in ("姓名：陆晓岚", "陆晓岚来了", "再问陆晓岚")]
    batch = records(render(turns))
    place, field = batch.schema.get_field_index("messages"), batch.schema.field("messages")
    batch = batch.set_column(place, field, pa.array([turns], field.type))
    edit = keyed().open()
    once = edit_batch(batch, edit, "pii", Fields()).outcome.batch
    assert "陆晓岚" not in once["text"][0].as_py()
    assert edit_batch(once, edit, "pii", Fields()).outcome.batch.equals(once)
