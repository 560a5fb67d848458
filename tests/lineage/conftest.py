"""An output with its raw files: one that stays as it is, and copies that may be changed."""

import shutil
from pathlib import Path

import pytest

from tests.lineage.made import made, publish, write_raw


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """An output and its raw files, not to be changed."""
    folder = tmp_path_factory.mktemp("whole")
    corpus = made()
    publish(corpus, folder)
    write_raw(corpus, folder)
    return folder


@pytest.fixture
def out(whole, tmp_path) -> Path:
    """A copy that may be changed."""
    shutil.copytree(whole, tmp_path, dirs_exist_ok=True)
    return tmp_path / "out"
