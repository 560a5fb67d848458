import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.core.kernels.boilerplate import known, without
from curate.core.kernels.units import Units, salt_of, unit_keys
from tests.core.kernels.plain_units import cut_once, letters_in, units_of
from tests.core.kernels.test_units import TEXTS, UNITS

SALT = salt_of(7)
NOTICE = "All rights reserved"


def table_of(texts: list[str], units: Units) -> np.ndarray:
    owners = np.arange(len(texts))
    return known(unit_keys(pa.array(texts, pa.string()), owners, np.full(len(texts), SALT), units)[0])


def cut(texts: list[str | None], boilerplate: list[str], units: Units) -> tuple[list[str], list[list[int]]]:
    data, ends, counts = without(pa.array(texts, pa.string()), table_of(boilerplate, units), SALT, units)
    starts = [0, *ends.tolist()]
    return [bytes(data[start:end]).decode() for start, end in zip(starts, ends.tolist(), strict=False)], counts.tolist()


@given(texts=st.lists(TEXTS, max_size=4), boilerplate=st.lists(TEXTS, max_size=2), units=UNITS)
def test_what_is_left_and_counted_is_what_plain_python_says(texts, boilerplate, units):
    recurring = set().union(*(units_of(text, units) for text in boilerplate))
    left, counts = cut(texts, boilerplate, units)
    expected = [cut_once(text, recurring, units) for text in texts]
    assert left == [text for text, _, _ in expected]
    assert [line[:2] for line in counts] == [list(numbers) for _, *numbers in expected]


@given(texts=st.lists(TEXTS, max_size=4), units=UNITS)
def test_without_a_known_unit_everything_stays(texts, units):
    left, counts = cut(texts, [], units)
    assert left == texts
    assert all(line[:3] == [0, 0, 0] for line in counts)
    assert [line[3] for line in counts] == [letters_in(text) for text in texts]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (NOTICE, ""),
        (f"a\n{NOTICE}\nb", "a\nb"),
        (f"a\n{NOTICE}\n", "a\n"),
        (f"a\n{NOTICE}", "a"),
        (f"a\n\n{NOTICE}\n\n\nb", "a\n\n\nb"),
        (f"a\n \n{NOTICE}\n\t\nb\n", "a\n \nb\n"),
        (f"\n\n{NOTICE}\n\na\n\n", "a\n\n"),
        (f"a\n\n{NOTICE}\n\n", "a\n"),
        (f"a\n\n{NOTICE}\n\n{NOTICE}\n\nb\n\n\n\nc", "a\n\nb\n\n\n\nc"),
        (f"\n\na\n{NOTICE}\r\nb  \r\n", "\n\na\nb  \r\n"),
    ],
)
def test_blank_lines_around_a_cut_become_those_of_one_side(text, left):
    assert cut([text], [NOTICE], Units(5, "keep"))[0] == [left]


def test_a_paragraph_goes_however_its_lines_are_broken():
    notice = "This notice is long and broken twice, here."
    text = "one\n\nThis notice is long\nand broken twice,\nhere.\n\ntwo"
    left, counts = cut([text], [notice], Units(9, "keep"))
    assert (left, counts[0][:3]) == (["one\n\ntwo"], [0, 1, 34])


def test_nulls_are_empty_and_slices_are_respected():
    strings = pa.array([NOTICE, None, f"a\n{NOTICE}", "b"]).slice(1, 2)
    data, ends, counts = without(strings, table_of([NOTICE], Units(5, "keep")), SALT, Units(5, "keep"))
    assert (bytes(data[: ends[-1]]), ends.tolist(), counts[:, 0].tolist()) == (b"a", [0, 1], [0, 1])


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Date | Output | Yield\n1 | 2 | 3\n", "Date | Output | Yield\n1 | 2 | 3\n"),
        ("x\nDate\tOutput\tYield\n1\t2\t3", "x\nDate\tOutput\tYield\n1\t2\t3"),
        ("Date,Output,Yield\n1,2,3", "Date,Output,Yield\n1,2,3"),
        ("Date | Output | Yield\n1 | 2\n", "1 | 2\n"),
        ("Date | Output | Yield\n", ""),
        ("1 | 2 | 3\nDate | Output | Yield", "1 | 2 | 3"),
    ],
)
def test_the_header_of_a_table_stays_where_the_row_below_it_does(text, left):
    headers = ["Date | Output | Yield", "Date\tOutput\tYield", "Date,Output,Yield"]
    assert cut([text], headers, Units(5, "keep"))[0] == [left]
