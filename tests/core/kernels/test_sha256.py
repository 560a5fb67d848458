"""Digests of many strings at once are those of the standard library."""

from hashlib import sha256

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from curate.core.kernels.sha256 import hex_digests
from curate.core.record import record_id, record_ids


@given(st.binary(max_size=200), st.lists(st.none() | st.text(max_size=200), max_size=5), st.integers(0, 64))
def test_agrees_with_hashlib(before: bytes, strings: list[str | None], characters: int) -> None:
    found = hex_digests(before, pa.array(strings, pa.string()), characters)
    assert found.to_pylist() == [sha256(before + (s or "").encode()).hexdigest()[:characters] for s in strings]


def test_agrees_with_hashlib_at_every_length_up_to_five_blocks() -> None:
    strings = ["k" * length for length in range(5 * 64)]
    found = hex_digests(b"", pa.array(strings), 64).to_pylist()
    assert found == [sha256(string.encode()).hexdigest() for string in strings]


@given(st.text(max_size=20), st.lists(st.text(max_size=99), max_size=5))
def test_ids_of_many_are_the_ids_of_each(source: str, places: list[str]) -> None:
    found = record_ids(source, pa.array(["skipped", *places], pa.string())[1:])
    found.validate(full=True)
    assert found.to_pylist() == [record_id(source, place) for place in places]
