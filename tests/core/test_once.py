"""JSON that says a key twice is refused: readers differ in which of the two they take."""

import pytest
from pydantic import BaseModel

from curate.core.once import check_keys, read_as


class Said(BaseModel):
    """A model."""

    rows: int
    more: dict[str, int] = {}


@pytest.mark.parametrize(
    "body", [b'{"rows": 1, "rows": 1}', b'{"rows": 1, "more": {"a": 1, "\\u0061": 2}}', b'{"rows": "x"}', b"{"]
)
def test_what_is_ambiguous_or_no_model_is_refused(body):
    with pytest.raises(ValueError, match=r"twice|valid"):
        read_as(Said, body)


def test_the_same_key_in_two_objects_is_none_said_twice():
    assert read_as(Said, b'{"rows": 1, "more": {"rows": 2}}') == Said(rows=1, more={"rows": 2})
    check_keys(b'[{"a": 1}, {"a": 1}]')
