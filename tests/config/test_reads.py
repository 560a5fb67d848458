"""A column that a stage reads by name is there when the stage comes: a field kept, or a signal measured before it."""

from pathlib import Path

import pyarrow as pa
import pytest
from pydantic import Field

from curate.config import registry
from curate.config.model import Config
from curate.core.errors import ConfigError
from tests.config.conftest import Idle

HEAD = """\
name: x
sources:
  a: {format: jsonl, path: a.jsonl, keep: [year, score]}
  b: {format: jsonl, path: a.jsonl, keep: {weight: integer}}
output: {path: o}
stages:
"""


class Choose(Idle):
    """Read some columns by name."""

    by: tuple[str, ...] = Field((), description="Columns.")

    @property
    def reads(self) -> tuple[str, ...]:
        return self.by

    @property
    def adds(self) -> pa.Schema:
        return pa.schema([(f"{self.name}_choice", pa.string())])


@pytest.fixture(autouse=True)
def chooser(small_registry, monkeypatch):
    monkeypatch.setitem(registry.STAGES, "choose", f"{__name__}:Choose")


@pytest.fixture
def said(write):
    def said(*stages: str, head: str = HEAD) -> list[str]:
        """Return what is wrong with a configuration, each mistake as it is shown."""
        name = write(head + "".join(f"  - {stage}\n" for stage in stages))
        Path("a.jsonl").touch()
        try:
            Config.load(name)
        except ConfigError as error:
            return [str(problem) for problem in error.problems]
        return []

    return said


@pytest.mark.parametrize("name", ["year", "score", "weight"])
def test_a_field_that_some_source_keeps_may_be_read(said, name):
    assert said(f"choose: {{by: [{name}]}}") == []


def test_a_signal_that_an_earlier_stage_measures_may_be_read(said):
    assert said("quality", "choose: {by: [quality_score]}") == []
    assert said("quality: {as: grade}", "choose: {by: [grade_score, year]}") == []


@pytest.mark.parametrize("stages", [("choose: {by: [quality_score]}", "quality"), ("choose: {by: [choose_choice]}",)])
def test_a_signal_that_is_not_measured_yet_may_not(said, stages):
    (mistake,) = said(*stages)
    assert mistake.startswith("curate.yaml:7 stages[0]: 'choose' reads '")
    assert "which no source keeps and no stage before it measures" in mistake


def test_the_stage_is_named_and_the_nearest_column_proposed(said):
    (mistake,) = said("normalize", "choose: {as: best, by: [yaer]}")
    fact = "'best' reads 'yaer', which no source keeps and no stage before it measures"
    assert mistake == f"curate.yaml:8 stages[1]: {fact}\n  hint: did you mean 'year'?"


def test_where_none_is_near_the_columns_that_are_there_are_listed(said):
    (mistake,) = said("quality", "choose: {by: [datum]}")
    assert mistake.endswith("hint: known: quality_score, score, weight, year")


def test_where_there_is_none_the_way_to_one_is_told(said):
    head = "name: x\nsources: {a: {format: jsonl, path: a.jsonl}}\noutput: {path: o}\nstages:\n"
    (mistake,) = said("choose: {by: [day]}", head=head)
    assert mistake.endswith("hint: write `keep: [day]` in the source that has it")


def test_every_column_that_is_missing_is_told_at_once(said):
    first, second = said("choose: {by: [yaer, year, scroe]}")
    assert "'yaer'" in first
    assert "'scroe'" in second


@pytest.mark.parametrize("wrong", ["quality: {share: 2}", "qualty"])
def test_behind_a_stage_whose_signals_are_not_known_nothing_is_told_to_be_missing(said, wrong):
    assert not [mistake for mistake in said(wrong, "choose: {by: [quality_score]}") if "reads" in mistake]
    assert [mistake for mistake in said("choose: {by: [quality_score]}", wrong) if "reads" in mistake]


def test_beside_a_source_that_cannot_be_read_nothing_is_told_to_be_missing(said):
    head = HEAD.replace("{weight: integer}", "{weight: integr}")
    assert not [mistake for mistake in said("choose: {by: [day]}", head=head) if "reads" in mistake]


class Scoped(Choose):
    """Look within a language."""

    scope: str = Field("corpus", description="Within what.")


def test_a_scope_of_languages_needs_to_know_them(said, monkeypatch):
    monkeypatch.setitem(registry.STAGES, "scoped", f"{__name__}:Scoped")
    (problem,) = said("scoped: {scope: language}")
    assert "'scoped' cannot tell languages apart" in problem
    assert said("scoped: {scope: corpus}") == []
