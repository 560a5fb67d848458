import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from curate.core.kernels.strings import as_array, views
from tests.conftest import TEXT

TEXTS = st.lists(st.none() | TEXT, max_size=6)


def seen(array):
    strings = views(array)
    return [bytes(strings.data[a:b]).decode() for a, b in zip(strings.starts, strings.stops, strict=True)]


@given(texts=TEXTS, start=st.integers(0, 6), length=st.integers(0, 6))
def test_a_view_shows_the_strings_of_a_slice_and_nulls_as_empty(texts, start, length):
    array = pa.array(texts, pa.string()).slice(min(start, len(texts)), length)
    assert seen(array) == [text or "" for text in array.to_pylist()]


def test_what_lies_behind_a_null_slot_is_not_shown():
    offsets, data = pa.py_buffer(np.array([0, 3, 6], np.int32)), pa.py_buffer(b"abcdef")
    array = pa.StringArray.from_buffers(2, offsets, data, pa.array([False, True]).buffers()[1])
    assert seen(array) == ["", "def"]


def test_a_view_shares_the_text():
    array = pa.array(["你好"])
    assert views(array).data.__array_interface__["data"][0] == array.buffers()[2].address


@given(texts=TEXTS, start=st.integers(0, 6))
def test_an_array_made_of_a_view_equals_what_was_looked_at(texts, start):
    array = pa.array(texts, pa.string()).slice(min(start, len(texts)))
    joined = "".join(text or "" for text in array.to_pylist()).encode()
    strings = views(array)
    ends = np.cumsum(strings.stops - strings.starts)
    made = as_array(np.frombuffer(joined, np.uint8), ends, array.is_valid())
    made.validate(full=True)
    assert made.equals(array)
