"""Laws of editing records: every text-bearing field, nothing else, and nothing twice."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.core.editing import PLAIN_ROLES, Fields, edit_batch
from curate.core.record import render
from curate.core.stage import COUNTED, POSITIONS, Edited, found_lines
from tests.conftest import TEXT, records


def masked(strings):
    """Replace every `x` by `y`, find each string that held one, count them."""
    held = pc.fill_null(pc.count_substring(strings, "x"), 0)
    some = pc.indices_nonzero(pc.greater(held, 0))
    kinds = pa.array(["X"] * len(some), pa.string())
    counts = pa.RecordBatch.from_arrays(
        [some.cast(pa.int32()), kinds, held.take(some).cast(pa.int32())], schema=COUNTED
    )
    found = found_lines(pc.greater(held, 0), "mask:x", action="tag")
    return Edited(pc.replace_substring(strings, "x", "y"), found, counts)


def untouched(strings):
    return Edited(strings)


def turns(*contents):
    return [{"role": "user", "content": content} for content in contents]


def chat(*conversations, **columns):
    texts = [None if turn is None else render(turn) for turn in conversations]
    return records(*texts, messages=list(conversations), **columns)


def rows(batch):
    return [] if batch is None else [(line["row"], line["type"], line["count"]) for line in batch.to_pylist()]


def test_edits_text_of_records_without_messages():
    outcome, counts, *_ = edit_batch(records("axx", "b", None), masked, "mask", Fields())
    assert outcome.batch["text"].to_pylist() == ["ayy", "b", None]
    assert outcome.batch["ops"].to_pylist() == [["mask"], [], []]
    assert rows(counts) == [(0, "X", 2)]


def test_edits_the_content_of_each_message_and_renders_the_text_again():
    batch = chat(turns("x", "b"), turns("c"), turns("d", "ex", None))
    outcome, counts, *_ = edit_batch(batch, masked, "mask", Fields())
    assert outcome.batch["messages"].to_pylist() == [turns("y", "b"), turns("c"), turns("d", "ey", None)]
    assert outcome.batch["text"].to_pylist()[:2] == ["user: y\nuser: b", "user: c"]
    assert outcome.batch["ops"].to_pylist() == [["mask"], [], ["mask"]]
    assert rows(counts) == [(0, "X", 1), (2, "X", 1)]
    assert outcome.batch.schema == batch.schema


def test_the_role_and_the_rendered_text_of_a_chat_are_not_edited_themselves():
    batch = records("x: a", messages=[[{"role": "x", "content": "a"}]])
    outcome, counts, *_ = edit_batch(batch, masked, "mask", Fields())
    assert outcome.batch.to_pylist() == batch.to_pylist()
    assert counts is None


def test_records_with_and_without_messages_stand_side_by_side():
    batch = records("x", render(turns("x")), "", messages=[None, turns("x"), None])
    outcome, *_ = edit_batch(batch, masked, "mask", Fields())
    assert outcome.batch["text"].to_pylist() == ["y", "user: y", ""]
    assert outcome.batch["messages"].to_pylist() == [None, turns("y"), None]


def test_named_columns_are_edited_and_others_are_not():
    batch = records("a", "b", title=["x", None], author=["x", "x"])
    outcome, counts, *_ = edit_batch(batch, masked, "mask", Fields(("title",)))
    assert outcome.batch["title"].to_pylist() == ["y", None]
    assert outcome.batch["author"].to_pylist() == ["x", "x"]
    assert outcome.batch["ops"].to_pylist() == [["mask"], []]
    assert rows(counts) == [(0, "X", 1)]


def test_counts_are_summed_over_the_fields_of_a_record_and_findings_name_the_record():
    batch = records("a", render(turns("x", "xx")), messages=[None, turns("x", "xx")], title=["", "x"])
    outcome, counts, *_ = edit_batch(batch, masked, "mask", Fields(("title",)))
    assert rows(counts) == [(1, "X", 4)]
    assert outcome.found["row"].to_pylist() == [1, 1, 1]


def test_ops_grow_in_order():
    batch = records("x", "a", "x", "x", ops=[["first"], ["first", "second"], [], None])
    outcome, *_ = edit_batch(batch, masked, "mask", Fields())
    assert outcome.batch["ops"].to_pylist() == [["first", "mask"], ["first", "second"], ["mask"], ["mask"]]
    sliced, *_ = edit_batch(batch.slice(1), masked, "mask", Fields())
    assert sliced.batch.to_pylist() == outcome.batch.slice(1).to_pylist()


@pytest.mark.parametrize("edit", [untouched, masked])
def test_a_batch_in_which_nothing_changed_is_shared(edit):
    batch = chat(turns("a"), None)
    outcome, counts, *_ = edit_batch(batch, edit, "mask", Fields())
    assert outcome.batch is batch
    assert outcome.found is None
    assert counts is None


def test_an_empty_batch_stays_empty():
    outcome, counts, *_ = edit_batch(records(), masked, "mask", Fields())
    assert outcome.batch.num_rows == 0
    assert counts is None


TURNS = st.none() | st.lists(TEXT | st.sampled_from(["x", "xx"]), max_size=3).map(lambda texts: turns(*texts))
RECORDS = st.lists(st.tuples(TEXT | st.just("x"), TURNS), max_size=4)


def batch_of(said):
    texts = [text if messages is None else render(messages) for text, messages in said]
    return records(*texts, messages=[messages for _, messages in said])


@given(said=RECORDS, more=RECORDS)
def test_a_record_is_edited_alike_whatever_stands_beside_it(said, more):
    both = batch_of([*said, *more])
    whole, *_ = edit_batch(both, masked, "mask", Fields())
    parts = [
        edit_batch(part, masked, "mask", Fields())[0] for part in (both.slice(0, len(said)), both.slice(len(said)))
    ]
    assert whole.batch.to_pylist() == [row for part in parts for row in part.batch.to_pylist()]


@given(said=RECORDS)
def test_the_text_of_a_chat_is_always_its_rendering(said):
    outcome, *_ = edit_batch(batch_of(said), masked, "mask", Fields())
    for row in outcome.batch.to_pylist():
        assert row["messages"] is None or row["text"] == render(row["messages"])


ROLES = st.sampled_from(["user", "assistant", "system"])
CHOSEN = st.lists(ROLES, min_size=1, max_size=3, unique=True).map(tuple)
TURN = st.fixed_dictionaries({"role": ROLES, "content": st.sampled_from(["x", "axx", "b", ""]) | st.none() | TEXT})
CHATS = st.lists(st.tuples(TEXT | st.just("x"), st.none() | st.lists(TURN, max_size=3)), max_size=5)


def edited_by_hand(text, messages, roles):
    """What becomes of a record, and how many letters were replaced, said in plain Python."""
    if messages is None:
        return text.replace("x", "y"), None, text.count("x")
    mended = [
        turn | {"content": turn["content"].replace("x", "y")} if turn["role"] in roles and turn["content"] else turn
        for turn in messages
    ]
    held = sum((turn["content"] or "").count("x") for turn in messages if turn["role"] in roles)
    return render(mended), mended, held


@given(said=CHATS, roles=CHOSEN, start=st.integers(0, 5))
def test_of_a_chat_only_turns_of_the_roles_named_are_edited_and_counted(said, roles, start):
    batch, said = batch_of(said).slice(min(start, len(said))), said[start:]
    outcome, counts, *_ = edit_batch(batch, masked, "mask", Fields((), roles))
    expected = [edited_by_hand(text, messages, roles) for text, messages in said]
    assert outcome.batch["text"].to_pylist() == [text for text, _, _ in expected]
    assert outcome.batch["messages"].to_pylist() == [messages for _, messages, _ in expected]
    assert rows(counts) == [(row, "X", held) for row, (*_, held) in enumerate(expected) if held]
    assert outcome.batch["ops"].to_pylist() == [["mask"] if held else [] for *_, held in expected]
    assert outcome.batch.schema == batch.schema


@given(said=CHATS, roles=CHOSEN)
def test_findings_on_turns_of_some_roles_name_the_records_that_they_stand_in(said, roles):
    found = edit_batch(batch_of(said), masked, "mask", Fields((), roles))[0].found
    chats = [[{"role": roles[0], "content": text}] if messages is None else messages for text, messages in said]
    held = [[one["role"] in roles and "x" in (one["content"] or "") for one in turns] for turns in chats]
    expected = [row for row, turns in enumerate(held) for one in turns if one]
    assert ([] if found is None else found["row"].to_pylist()) == expected


@given(said=CHATS)
def test_all_roles_named_are_as_good_as_none(said):
    batch = batch_of(said)
    named = edit_batch(batch, masked, "mask", Fields((), ("user", "assistant", "system")))
    free = edit_batch(batch, masked, "mask", Fields())
    assert named[0].batch.to_pylist() == free[0].batch.to_pylist()
    assert rows(named[1]) == rows(free[1])


@pytest.mark.parametrize("edit", [untouched, masked])
def test_a_batch_without_a_turn_of_the_roles_named_is_shared(edit):
    batch = chat(turns("x"), turns(None, "xx"), None)
    outcome, counts, *_ = edit_batch(batch, edit, "mask", Fields((), ("assistant",)))
    assert outcome.batch is batch
    assert counts is None


def test_a_turn_of_which_nothing_would_be_left_stays_where_turns_are_spared():
    turns = [{"role": "user", "content": "xx"}, {"role": "assistant", "content": "xa"}]
    batch = records("xx", None, messages=[None, turns])
    emptied = lambda strings: Edited(pc.replace_substring(strings, "x", ""), *lines_on(strings))  # noqa: E731
    spared, counts, *_ = edit_batch(batch, emptied, "cut", Fields(spare_turns=True))
    assert spared.batch["text"].to_pylist() == ["", "user: xx\nassistant: a"]
    assert [(line["row"], line["rule"]) for line in spared.found.to_pylist()] == [(0, "cut:x"), (1, "cut:x")]
    assert [(line["row"], line["count"]) for line in counts.to_pylist()] == [(0, 2), (1, 1)]
    whole, *_ = edit_batch(batch, emptied, "cut", Fields())
    assert whole.batch["text"].to_pylist() == ["", "user: \nassistant: a"]


def lines_on(strings):
    """A finding on every string with an x in it, and how many it has."""
    found = found_lines(pc.match_substring(strings, "x"), "cut:x", action="tag")
    sums = [(row, text.count("x")) for row, text in enumerate(strings.to_pylist()) if text and "x" in text]
    lines = [{"row": row, "type": "x", "count": count} for row, count in sums]
    return found, pa.RecordBatch.from_pylist(lines, schema=COUNTED)


def spoken(*turns):
    return [{"role": role, "content": content} for role, content in turns]


def placing(strings):
    """Do what `masked` does, and say where each first `x` stood."""
    edited = masked(strings)
    places = [(row, text.index("x")) for row, text in enumerate(strings.to_pylist()) if text and "x" in text]
    lines = [{"row": row, "type": "X", "offset": offset, "length": 1} for row, offset in places]
    return edited._replace(positions=pa.RecordBatch.from_pylist(lines, schema=POSITIONS))


def test_an_edit_of_roles_changes_those_that_are_not_plain_and_the_rendered_text():
    said = [None, spoken(("user", "a"), ("x1", "bx"), (None, "c")), spoken(("user", "a")), spoken(("xx", "d"))]
    batch = records("a", *map(render, said[1:]), messages=said)
    outcome, counts, _, placed = edit_batch(batch, placing, "mask", Fields(edits_roles=True, key=b"k" * 32))
    mended = [None, spoken(("user", "a"), ("y1", "by"), (None, "c")), said[2], spoken(("yy", "d"))]
    assert outcome.batch["messages"].to_pylist() == mended
    assert outcome.batch["text"].to_pylist() == ["a", *map(render, mended[1:])]
    assert outcome.batch["ops"].to_pylist() == [[], ["mask"], [], ["mask"]]
    assert rows(counts) == [(1, "X", 2), (3, "X", 2)]
    assert outcome.found["row"].to_pylist() == [1, 1, 3]
    assert [(line["row"], line["field"], line["offset"]) for line in placed.to_pylist()] == [
        (1, "messages[1].role", 0), (1, "messages[1]", 1), (3, "messages[0].role", 0)
    ]  # fmt: skip


def test_an_edit_of_roles_passes_over_the_plain_ones():
    said = spoken(*((role, "a") for role in PLAIN_ROLES.to_pylist()))
    batch = records(render(said), messages=[said])
    emptied = lambda strings: Edited(pc.replace_substring_regex(strings, "[b-z]", "_"))  # noqa: E731
    assert edit_batch(batch, emptied, "mask", Fields(edits_roles=True)).outcome.batch is batch


@given(said=CHATS, more=CHATS)
def test_roles_are_edited_alike_whatever_chats_stand_beside_them(said, more):
    renamed = [
        (text, messages and [turn | {"role": turn["role"].replace("user", "ax")} for turn in messages])
        for text, messages in (*said, *more)
    ]
    both, fields = batch_of(renamed), Fields(edits_roles=True)
    whole, *_ = edit_batch(both, masked, "mask", fields)
    parts = [edit_batch(part, masked, "mask", fields)[0] for part in (both.slice(0, len(said)), both.slice(len(said)))]
    assert whole.batch.to_pylist() == [row for part in parts for row in part.batch.to_pylist()]
    for row in whole.batch.to_pylist():
        assert row["messages"] is None or row["text"] == render(row["messages"])
        assert not any("x" in turn["role"] for turn in row["messages"] or ())
