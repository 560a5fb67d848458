import pytest
from hypothesis import given
from pydantic import ValidationError

from curate.sources.paths import Chat, compact, fields_of, getter, texter
from tests.conftest import TEXT

RECORD = {"a": {"b": [{"c": "x"}, {"c": "y"}], "n": 0}, "d.e": "exact", "d": {"e": "deep"}, "null": None}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("a", RECORD["a"]),
        ("a.n", 0),
        ("a.b.1.c", "y"),
        ("a.b.*.c", "x\ny"),
        ("a.*", [RECORD["a"]["b"], 0]),
        ("d.e", "exact"),
        ("a.b.9.c", None),
        ("a.n.c", None),
        ("a.z.*", None),
        ("null", None),
        ("zzz", None),
    ],
)
def test_a_path_leads_to_a_value_or_to_nothing(path, value):
    assert getter(path)(RECORD) == value


@pytest.mark.parametrize(
    ("record", "text"),
    [
        ({"title": "头痛", "ask": "怎么办", "answer": "休息"}, "问：头痛 怎么办\n答：休息"),
        ({"title": "头痛"}, "问：头痛 \n答："),
        ({"title": None, "ask": "", "answer": 37.5}, "问： \n答：37.5"),
        ({"answer": False}, "问： \n答：false"),
        ({"answer": 0}, "问： \n答：0"),
        ({"title": "{ask}"}, "问：{ask} \n答："),
        ({}, None),
        ({"title": None, "ask": ""}, None),
        ({"title": "x", "ask": ["a"]}, ["a"]),
    ],
)
def test_a_template_renders_absent_fields_as_nothing_and_has_no_text_without_any(record, text):
    assert texter("问：{title} {ask}\n答：{answer}")(record) == text


@given(text=TEXT)
def test_a_template_changes_no_character_of_a_field(text):
    assert texter("<{{{t}}}>")({"t": text}) == (f"<{{{text}}}>" if text else None)


@pytest.mark.parametrize("template", ["{}", "{a!r}", "{a:>3}", "{a", "a}"])
def test_what_is_no_template_is_refused(template):
    with pytest.raises(ValueError, match="a field of a template is written"):
        fields_of(template)


def test_chat_turns_are_renamed_and_checked():
    chat = Chat.model_validate(
        {"from": "talk.turns", "role": "from", "content": "value", "roles": {"human": "user", "gpt": "assistant"}}
    )
    turns = chat.open()
    said = [{"from": "human", "value": "你好"}, {"from": "gpt", "value": None}, {"from": "tool", "value": "4", "x": 1}]
    assert turns({"talk": {"turns": said}}) == [
        {"role": "user", "content": "你好"},
        {"role": "assistant", "content": ""},
        {"role": "tool", "content": "4"},
    ]
    assert turns({"talk": {"turns": []}}) is None
    assert turns({}) is None
    for wrong in ("text", [{"from": "human", "value": 4}], [{"value": "a"}], [None], ["a"]):
        found = turns({"talk": {"turns": wrong}})
        assert found is not None
        assert not isinstance(found, list)


def test_a_chat_setting_that_is_unknown_is_a_mistake():
    with pytest.raises(ValidationError, match="Extra inputs"):
        Chat.model_validate({"form": "conversations"})


def test_json_is_written_without_spaces_and_without_escapes():
    assert compact({"甲": [1, None, {"b": "é"}]}) == '{"甲":[1,null,{"b":"é"}]}'
