"""The examples in docstrings are true."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in sorted((ROOT / "curate").rglob("*.py"))
    if any(">>> " in line and "+SKIP" not in line for line in path.read_text("utf-8").splitlines())
]


@pytest.mark.parametrize("name", MODULES)
def test_what_a_docstring_shows_is_what_its_code_says(name):
    said = doctest.testmod(import_module(name))
    assert said.attempted > 0
    assert said.failed == 0


def test_there_are_examples():
    assert MODULES
