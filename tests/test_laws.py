"""The laws that every registered stage keeps: rows stay in place, batch mates do not matter, values travel."""

import pickle
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.config.registry import STAGES, load_class
from curate.core.stage import (
    COUNTED,
    FOUND,
    JUDGED,
    POSITIONS,
    Edit,
    Editor,
    GlobalStage,
    Outcome,
    Settings,
    Stage,
    Step,
)
from tests.conftest import TEXT, records

LANGUAGES = st.sampled_from(["zh", "en", None])
RECORDS = st.lists(st.tuples(TEXT, LANGUAGES), max_size=5)
"""A few texts with what a language stage may have said about them."""


def stands(target: str) -> bool:
    try:
        return find_spec(target.partition(":")[0]) is not None
    except ModuleNotFoundError:
        return False


EXAM = Path(__file__).parent / "stages" / "decontaminate" / "exam.jsonl"
NEEDED = {
    "decontaminate": {"benchmarks": {"exam": {"path": EXAM, "fields": ["question"]}}},
    "relevance": {"industry": "legal"},
    "suppress": {"key_file": EXAM},
}
"""What a stage must be told before it can be."""


def made(name: str) -> Settings:
    return load_class("stages", name)(**{"as": name, **NEEDED.get(name, {})})


def stages() -> list[Settings]:
    return [made(name) for name, target in STAGES.items() if stands(target)]


def of(kind: type[Settings]) -> list[Settings]:
    return [stage for stage in stages() if isinstance(stage, kind)]


def name_of(stage: Settings) -> str:
    return stage.name


@cache
def opened(name: str) -> Step | Edit:
    return made(name).open()


def step_of(stage: Stage) -> Step:
    return opened(stage.name)


def edit_of(editor: Editor) -> Edit:
    return opened(editor.name)


def batch_of(said: list[tuple[str, str | None]]) -> pa.RecordBatch:
    return records(*(text for text, _ in said), language=[language for _, language in said])


def found_in(outcome: Outcome) -> list[dict[str, object]]:
    return [] if outcome.found is None else outcome.found.to_pylist()


def shifted(lines: list[dict[str, object]], rows: int) -> list[dict[str, object]]:
    return [line | {"row": line["row"] + rows} for line in lines]


def strings(texts: list[str | None]) -> pa.StringArray:
    return pa.array(texts, pa.string())


@pytest.mark.parametrize("stage", stages(), ids=name_of)
class TestEveryStage:
    def test_is_a_value_that_travels_to_a_worker(self, stage):
        assert pickle.loads(pickle.dumps(stage)) == stage  # noqa: S301 - our own bytes

    def test_has_a_version_and_names_the_distributions_that_shape_its_output(self, stage):
        from importlib.metadata import version

        assert stage.version >= 1
        assert all(version(distribution) for distribution in stage.uses)

    def test_brings_the_files_it_needs(self, stage):
        assert all(path.is_file() for path in stage.assets)

    def test_documents_itself_and_each_of_its_settings(self, stage):
        assert type(stage).__doc__
        undocumented = [name for name, field in type(stage).model_fields.items() if not field.description]
        assert undocumented == []

    def test_is_of_one_kind(self, stage):
        assert sum(isinstance(stage, kind) for kind in (Stage, Editor, GlobalStage)) == 1


@pytest.mark.parametrize("stage", of(Stage), ids=name_of)
class TestEveryStreamingStage:
    @given(said=RECORDS)
    def test_keeps_rows_and_sets_exactly_the_columns_that_it_says(self, stage, said):
        batch = batch_of(said)
        after = step_of(stage)(batch).batch
        added = {field.name: field for field in stage.adds}
        assert after.schema.names == [*batch.schema.names, *(name for name in added if name not in batch.schema.names)]
        for field in after.schema:
            assert field.type == (added.get(field.name) or batch.schema.field(field.name)).type
            assert field.name in added or after[field.name].equals(batch[field.name])
        assert after.num_rows == batch.num_rows

    @given(said=RECORDS)
    def test_finds_lines_of_its_own_rules_in_the_order_of_the_rows(self, stage, said):
        found = step_of(stage)(batch_of(said)).found
        if found is not None:
            assert found.schema.equals(FOUND)
            rows = found["row"].to_pylist()
            assert rows == sorted(rows)
            assert set(rows) <= set(range(len(said)))
            assert {rule.partition(":")[0] for rule in found["rule"].to_pylist()} == {stage.name}
            assert set(found["action"].to_pylist()) <= {"reject", "tag"}

    @given(said=RECORDS, more=RECORDS)
    def test_ignores_batch_mates(self, stage, said, more):
        whole = step_of(stage)(batch_of([*said, *more]))
        batch = batch_of([*said, *more])
        parts = [step_of(stage)(batch.slice(0, len(said))), step_of(stage)(batch.slice(len(said)))]
        rows = [row for part in parts for row in part.batch.to_pylist()]
        assert whole.batch.to_pylist() == rows
        assert found_in(whole) == [*found_in(parts[0]), *shifted(found_in(parts[1]), len(said))]

    @given(said=RECORDS)
    def test_says_only_what_crosses_its_threshold(self, stage, said):
        crosses = {
            "<": float.__lt__,
            "<=": float.__le__,
            ">": float.__gt__,
            ">=": float.__ge__,
            "==": float.__eq__,
        }
        for line in found_in(step_of(stage)(batch_of(said))):
            assert line["operator"] is None or crosses[line["operator"]](line["value"], line["threshold"])

    @given(said=RECORDS)
    def test_gives_the_same_in_every_worker(self, stage, said):
        fresh = pickle.loads(pickle.dumps(stage)).open()  # noqa: S301 - our own bytes
        here, there = step_of(stage)(batch_of(said)), fresh(batch_of(said))
        assert here.batch.to_pylist() == there.batch.to_pylist()
        assert found_in(here) == found_in(there)


@pytest.mark.parametrize("editor", of(Editor), ids=name_of)
class TestEveryEditor:
    @given(texts=st.lists(st.none() | TEXT, max_size=5))
    def test_gives_as_many_strings_as_it_gets_and_leaves_nulls(self, editor, texts):
        edited = edit_of(editor)(strings(texts))
        assert edited.strings.type == pa.string()
        assert [text is None for text in edited.strings.to_pylist()] == [text is None for text in texts]
        for lines, schema in zip(edited[1:], (FOUND, COUNTED, JUDGED, POSITIONS), strict=True):
            assert lines is None or lines.schema.equals(schema)
            rows = [] if lines is None else lines["row"].to_pylist()
            assert rows == sorted(rows)
            assert all(texts[row] is not None for row in rows)

    @given(texts=st.lists(TEXT, max_size=5))
    def test_settles_after_one_pass(self, editor, texts):
        once = edit_of(editor)(strings(texts)).strings
        assert edit_of(editor)(once).strings.to_pylist() == once.to_pylist()

    @given(texts=st.lists(TEXT, max_size=4), more=st.lists(TEXT, max_size=4))
    def test_ignores_batch_mates(self, editor, texts, more):
        both = strings([*texts, *more])
        whole = edit_of(editor)(both)
        parts = [edit_of(editor)(part) for part in (both.slice(0, len(texts)), both.slice(len(texts)))]
        assert whole.strings.to_pylist() == [text for part in parts for text in part.strings.to_pylist()]
        for lines in ("found", "counts", "judged", "positions"):
            first, second = ([] if (b := getattr(part, lines)) is None else b.to_pylist() for part in parts)
            all_lines = getattr(whole, lines)
            assert ([] if all_lines is None else all_lines.to_pylist()) == [*first, *shifted(second, len(texts))]


@pytest.mark.parametrize("stage", of(GlobalStage), ids=name_of)
class TestEveryGlobalStage:
    @given(said=RECORDS)
    def test_says_facts_by_key_about_the_rows_it_sees(self, stage, said):
        facts = stage.facts(batch_of(said))
        assert facts.schema.field("key").type == pa.uint64()
        assert facts.schema.field("row").type == pa.uint32()
        assert set(facts["row"].to_pylist()) <= set(range(len(said)))

    @given(said=RECORDS, more=RECORDS)
    def test_ignores_batch_mates_when_it_says_facts(self, stage, said, more):
        batch = batch_of([*said, *more])
        parts = [stage.facts(batch.slice(0, len(said))), stage.facts(batch.slice(len(said)))]

        def lines(facts: list[pa.RecordBatch]) -> list[str]:
            return sorted(repr(line) for part in facts for line in part.to_pylist())

        assert lines([stage.facts(batch)]) == lines(parts)

    def test_ends_in_rounds_whose_values_travel(self, stage):
        rounds = stage.rounds()
        assert rounds
        assert list(pickle.loads(pickle.dumps(tuple(rounds)))) == list(rounds)  # noqa: S301 - our own bytes

    def test_names_settings_of_its_own_as_those_that_shape_facts(self, stage):
        assert set(stage.facts_from) <= set(type(stage).model_fields)


def test_every_registered_name_leads_to_a_stage():
    assert [name for name, target in STAGES.items() if not stands(target)] == []
