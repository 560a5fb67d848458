"""Stages for records of some languages are applied to data at hand where the data, or a stage, say the language."""

import pyarrow as pa
import pytest

import curate
from curate.core.errors import ConfigError

STAGES = [{"length": {"min": 100, "languages": ["zh"]}}]


def test_languages_that_the_data_name_choose_records():
    table = pa.table({"text": ["short", "短"], "language": ["en", "zh"]})
    assert curate.apply(table, STAGES)["text"].to_pylist() == ["short"]


def test_stages_for_some_languages_need_to_be_told_the_language():
    with pytest.raises(ConfigError, match=r"stages\[0\].length.languages: 'length' never applies"):
        curate.apply(pa.table({"text": ["short", "短"]}), STAGES)
