"""What of a record is compared: its text, or what one side of a chat said."""

from collections.abc import Sequence

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.core.record import render
from curate.stages.dedup.exact import ExactDuplicates
from curate.stages.dedup.keep import Keeping
from curate.stages.dedup.near import NearDuplicates
from curate.stages.dedup.scope import needed, said
from tests.conftest import TEXT, records
from tests.stages.dedup.driver import Cuts, Judged, judge_records

Turn = dict[str, str | None]
Record = str | None | list[Turn]
"""A text, or the turns of a chat."""

SAYINGS = (
    st.sampled_from(["泵为何振动？", "Why does the pump vibrate?", "why does the PUMP vibrate", "是", "", " "]) | TEXT
)
TURN = st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant", "system"]), "content": st.none() | SAYINGS})
RECORDS = st.lists(st.none() | SAYINGS | st.lists(TURN, max_size=3), max_size=8)
CUTS = st.builds(Cuts, st.integers(1, 5), st.integers(1, 5), st.integers(1, 3))


def batch_of(made: Sequence[Record]) -> pa.RecordBatch:
    chats = [one if isinstance(one, list) else None for one in made]
    texts = [render(one) if isinstance(one, list) else one for one in made]
    return records(*texts, messages=chats)


def told(one: Record, on: str) -> str | None:
    """What is compared of a record, said in plain Python."""
    if not isinstance(one, list):
        return one
    if on == "text":
        return render(one)
    return "\n".join(turn["content"] for turn in one if turn["role"] == on and turn["content"] is not None)


def chat(user: str | None, assistant: str | None) -> list[Turn]:
    return [{"role": "user", "content": user}, {"role": "assistant", "content": assistant}]


def stage_of(kind: type[Keeping], **settings: object) -> Keeping:
    return kind(**{"as": "twins", **settings})


def outcomes(judged: Sequence[Judged]) -> list[tuple[object, ...]]:
    return [(one.id, *one[2:]) for one in judged]


BOTH = pytest.mark.parametrize("kind", [ExactDuplicates, NearDuplicates])
ONS = pytest.mark.parametrize("on", ["text", "user", "assistant"])


@ONS
@given(made=RECORDS, data=st.data())
def test_a_side_of_a_chat_is_its_turns_in_lines_and_any_other_record_its_text(on, made, data):
    start = data.draw(st.integers(0, len(made)))
    batch = batch_of(made).slice(start)
    assert said(batch, on).to_pylist() == [told(one, on) for one in made[start:]]
    assert set(needed(on)) <= set(batch.schema.names)


@BOTH
@ONS
@given(made=RECORDS, cuts=CUTS)
def test_chats_fare_as_records_whose_text_is_what_is_compared(kind, on, made, cuts):
    stage = stage_of(kind, on=on)
    plain = records(*[told(one, on) for one in made])
    whole = judge_records(stage, {"one": batch_of(made)}, cuts)
    assert outcomes(whole) == outcomes(judge_records(stage_of(kind), {"one": plain}))


QUESTION, OTHER = "三号机组的轴承温度为什么升高了？", "变压器的油位应当多久检查一次？"
ANSWER, ANOTHER = "请检查润滑油的油位，并清洗冷却器。", "每班巡视一次，特殊天气应当增加次数。"
CASES = {
    "the question is a copy": (chat(QUESTION, ANSWER), chat(QUESTION, ANOTHER), {"user"}),
    "the answer is a copy": (chat(QUESTION, ANSWER), chat(OTHER, ANSWER), {"assistant"}),
    "all is a copy": (chat(QUESTION, ANSWER), chat(QUESTION, ANSWER), {"text", "user", "assistant"}),
    "nothing is": (chat(QUESTION, ANSWER), chat(OTHER, ANOTHER), set()),
    "nobody asked": (chat(None, ANSWER), chat(None, ANOTHER), set()),
    "nobody answered": (chat(QUESTION, "")[:1], chat(OTHER, None), set()),
    "a text says what was asked": (QUESTION, chat(QUESTION, ANSWER), {"user"}),
    "the question comes in two turns": (
        [*chat(QUESTION, ANSWER), {"role": "user", "content": OTHER}],
        [{"role": "user", "content": QUESTION}, {"role": "user", "content": OTHER}],
        {"user"},
    ),
}


@BOTH
@ONS
@pytest.mark.parametrize("case", CASES)
def test_a_chat_is_a_copy_where_what_is_compared_is(kind, on, case):
    one, two, copies = CASES[case]
    batch = batch_of([one, two])
    judged = judge_records(stage_of(kind, on=on, keep=[]), {"one": batch})
    assert [record.other for record in judged] == [None, batch["id"][0].as_py() if on in copies else None]
