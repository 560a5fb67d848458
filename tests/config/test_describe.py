"""Stages and sources document themselves."""

from typing import ClassVar

import pyarrow as pa
import pytest
from pydantic import Field

from curate.config import registry
from curate.config.describe import ROOMS, described, of_model, overview, page
from curate.core.errors import ConfigError
from curate.core.stage import Settings

QUALITY = """\
quality: Measure how good a text is.

  Columns: quality_score

  Settings:
    as: text (default none)
      Another name for this stage, where it stands twice.
    sources: list of text (default none)
      Only records of these sources; all when absent.
    languages: list of text (default none)
      Only records of these languages, as `language` wrote them; all when absent.
    action: reject | tag (default none)
      What a finding does: `reject` leaves the record out, `tag` marks it. Absent: as each rule
      says.
    preset: base | finance | healthcare | legal (default base)
      Industry of the thresholds.
    min: whole number >= 0 (default 1)
      Fewest characters.
    share: number > 0 <= 1 (default 0.5)
      Largest share of digits.
    strict: true or false (default false)
      Whether everything rejects.
    lexicon: path (default none)
      File of words.
    weights: {table, first} (default {'table': None, 'first': 1.0})
      Weights of the kinds.
    rules: {name: {table, first} | off} (default {})
      Weights by rule."""


def test_a_page_tells_every_setting_with_type_default_and_meaning():
    assert page(described("quality")) == QUALITY


def test_a_source_has_its_format_first_and_no_name():
    lines = described("jsonl")
    assert [setting.name for setting in lines.settings] == ["format", "path", "text", "keep", "max_record_bytes"]
    assert [setting.type for setting in lines.settings[1:4]] == [
        "text | list of text",
        "text",
        "list of text | {name: string | integer}",
    ]
    assert [setting.required for setting in lines.settings] == [True, True, False, False, False]


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(ConfigError, match="there is no stage and no source format 'qualty'") as caught:
        described("qualty")
    assert caught.value.hint == "did you mean 'quality'?"


def test_a_broken_package_spoils_its_own_line_only(monkeypatch):
    monkeypatch.setitem(registry.STAGES, "foreign", "no_such_package:Stage")
    assert "  foreign    'foreign' cannot be loaded from no_such_package:Stage: No module named" in overview()
    assert "  normalize  Bring texts into one form." in overview()


def test_every_real_stage_and_source_documents_every_setting(monkeypatch):
    monkeypatch.undo()
    for room in ROOMS:
        for name in registry.names(room):
            what = described(name)
            assert what.summary.endswith("."), name
            assert [setting.name for setting in what.settings if not setting.description] == [], name


class Named(Settings):
    """Mark records by a column that has no default."""

    version: ClassVar[int] = 1

    column: str = Field(description="Name of the column.")

    @property
    def adds(self) -> pa.Schema:
        return pa.schema([pa.field(self.column, pa.bool_())])


def test_a_stage_of_somebody_else_that_names_a_column_by_a_setting_without_a_default_is_documented():
    said = of_model("named", "stages", Named)
    assert (said.columns, said.columns_tagged) == ((), ())
    assert "Name of the column." in page(said)
