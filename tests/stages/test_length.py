import pytest
from pydantic import ValidationError

from curate.stages.length import Length
from tests.conftest import records


def judged(*texts, **settings):
    outcome = Length(**{"as": "length", **settings}).open()(records(*texts))
    lines = [] if outcome.found is None else outcome.found.to_pylist()
    return outcome.batch["length_chars"].to_pylist(), lines


def test_characters_are_counted_not_bytes_and_white_space_around_is_not():
    assert judged("你好", " ab c \n", "🙂", "", None)[0] == [2, 4, 1, 0, None]


def test_empty_texts_are_rejected_by_default_and_nothing_else():
    _, lines = judged("a", " \n\u3000", "字" * 5000)
    assert [(line["row"], line["rule"], line["action"]) for line in lines] == [(1, "length:too_short", "reject")]


def test_both_bounds_are_included_and_each_finding_says_what_it_measured():
    _, lines = judged("abc", "ab", "abcdef", "abcde", min=3, max=5)
    said = [
        (line["row"], line["rule"], line["metric"], line["value"], line["operator"], line["threshold"])
        for line in lines
    ]
    assert said == [
        (1, "length:too_short", "length_chars", 2.0, "<", 3.0),
        (2, "length:too_long", "length_chars", 6.0, ">", 5.0),
    ]


def test_a_tag_is_no_rejection():
    assert [line["action"] for line in judged("a", min=3, action="tag")[1]] == ["tag"]


def test_bounds_that_nothing_could_pass_are_a_mistake():
    with pytest.raises(ValidationError, match="above max"):
        Length(min=5, max=3)
