"""What all tests share: strategies for text, and batches made of plain strings."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import settings
from hypothesis import strategies as st

from curate.core.record import FILLED, ROW, SOURCED, place_of, record_id
from curate.engine.kernels import keep_kernels

# Tests and the commands that they start compile each kernel once between them; numba must not be imported before.
keep_kernels(Path(tempfile.gettempdir()))

settings.register_profile(
    "house",
    settings.get_profile("ci" if "CI" in os.environ else "default"),
    deadline=None,  # no test depends on how busy the machine is
    max_examples=50,
)
settings.load_profile("house")

CHINESE = st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=12)
MARKS = st.sampled_from(
    ["，", "。", "！", "？", "：", "（", "）", "“", "”", "、", "…", "\u3000", "～", "％", "１２", "ＡＢ"]
)
LATIN = st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=12)
BREAKS = st.sampled_from(["\n", "\r\n", "\r", "\n\n", " \n", "\t", "\u2028", "\x85"])
ODD = st.sampled_from(
    ["👩‍🔬", "🇨🇳", "é", "e\u0301", "ﬁ", "𠮷", "\ufeff", "\u200b", "\u00a0", "\x00", "\x1b", "\ufffd", "İ", "ß"]
)
ANY = st.text(max_size=8)

TEXT = st.lists(st.one_of(CHINESE, MARKS, LATIN, BREAKS, ODD, ANY), max_size=10).map("".join)
"""Any text that UTF-8 can hold: Chinese, emoji, every kind of line end, controls, combining marks, nothing at all."""


def records(*texts: str | None, **columns: Sequence[Any]) -> pa.RecordBatch:
    """Return a batch as the engine hands it to a stage: SOURCED, FILLED, `row`; `columns` replaces or appends by name.

    A column that is appended gets the type that Arrow sees in its values.
    """
    n = len(texts)
    values: dict[str, Sequence[Any]] = {
        "id": [record_id("test", place_of("test.jsonl", number)) for number in range(n)],
        "text": texts,
        "source_id": ["test"] * n,
        "source_uri": ["test.jsonl"] * n,
        "source_row": range(n),
        "source_offset": range(n),
        "source_length": [1] * n,
        "license": ["unknown"] * n,
        "tags": [[]] * n,
        "ops": [[]] * n,
        "pii": [[]] * n,
        "row": range(n),
        **columns,
    }
    known = pa.schema([*SOURCED, *FILLED, ROW])
    arrays = {field.name: pa.array(values.pop(field.name, [None] * n), field.type) for field in known}
    return pa.RecordBatch.from_pydict({**arrays, **{name: pa.array(column) for name, column in values.items()}})


LONGEST = ("test_docs.py", "test_crash.py", "test_real.py", "test_datatrove.py", "test_tamper.py", "test_quickstart.py")
"""These files take longest, the first some minutes: begun last, one would run on after all others have ended."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest before all others, in the order of LONGEST."""
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))
