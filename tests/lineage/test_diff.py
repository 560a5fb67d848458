"""Two outputs are compared record by record, and what differs is laid at a stage's door."""

import copy
import json
from collections import Counter
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curate.cli import main
from curate.core.errors import ConfigError, StorageError
from curate.lineage import diff as module
from curate.lineage.diff import FAIL_ON, Diff, diff, names_of
from tests.lineage.made import NO_MEASURE, Corpus, Row, made, patched, publish

SHORT = {"stage": "length", "rule": "length:short", "metric": "characters", "value": 5.0} | {
    "threshold": 50.0,
    "operator": "<",
}


@pytest.fixture(scope="module")
def first() -> Corpus:
    return made()


@pytest.fixture(scope="module")
def a(tmp_path_factory, first) -> Path:
    return publish(first, tmp_path_factory.mktemp("a"))


def other(corpus: Corpus, folder: Path) -> Path:
    (folder / "b").mkdir(exist_ok=True)
    return publish(corpus, folder / "b")


def group_of(said: Diff, kind: str) -> module.Group:
    [group] = [group for group in said.groups if group.kind == kind]
    return group


def left_out(row: Row) -> Row:
    return {name: row[name] for name in ("id", "source_id", "source_uri", "source_row", "source_offset")} | {
        "source_length": row["source_length"],
        **NO_MEASURE,
        **SHORT,
    }


def test_an_output_differs_in_nothing_from_itself_or_from_its_copy(a, first, tmp_path):
    for b in (a, other(first, tmp_path)):
        said = diff(a, b)
        assert said.groups == ()
        assert said.failures(FAIL_ON) == ()
        assert (said.counts.both, said.counts.kept_a, said.counts.kept_b) == (len(first.rows),) * 3
        assert sum(counts.both for counts in said.by_source.values()) == len(first.rows)


def test_a_lost_record_names_the_rule_its_value_and_its_threshold(a, first, tmp_path):
    corpus = copy.deepcopy(first)
    row = corpus.rows.pop(5)
    corpus.ledger.append(left_out(row))
    group = group_of(diff(a, other(corpus, tmp_path)), "lost")
    assert (group.a, group.b, group.stages, group.because) == ("kept", "length:short", ("length",), ())
    assert group.by_source == {row["source_id"]: 1}
    [pair] = group.first
    assert (pair.id, pair.a.kept is not None) == (row["id"], True)
    assert (pair.b.rejected.value, pair.b.rejected.operator, pair.b.rejected.threshold) == (5.0, "<", 50.0)


def test_a_gained_record_names_the_rule_that_had_left_it_out(a, first, tmp_path):
    corpus = copy.deepcopy(first)
    row = corpus.rows.pop(5)
    corpus.ledger.append(left_out(row))
    group = group_of(diff(other(corpus, tmp_path), a), "gained")
    assert (group.a, group.b, group.stages) == ("length:short", "kept", ("length",))


def test_what_one_side_never_read_is_lost_or_gained_by_no_stage(a, first, tmp_path):
    corpus = copy.deepcopy(first)
    row = corpus.rows.pop(5)
    b = other(corpus, tmp_path)
    group = group_of(diff(a, b), "lost")
    assert (group.b, group.stages, group.first[0].b) == (None, (), None)
    group = group_of(diff(b, a), "gained")
    assert (group.a, group.stages, group.first[0].a, group.first[0].id) == (None, (), None, row["id"])


def test_text_split_and_tags_are_told_apart(a, first, tmp_path):
    corpus = copy.deepcopy(first)
    text, split, tags = corpus.rows[2], corpus.rows[8], corpus.rows[0]
    text["text"] += "!"
    text["ops"] = ["normalize"]
    split["split"] = "validation" if split["split"] == "train" else "train"
    tags["tags"] = ["quality:menu"]
    said = diff(a, other(corpus, tmp_path))
    counts = said.counts
    assert (counts.changed, counts.moved, counts.retagged, counts.lost, counts.gained) == (1, 1, 1, 0, 0)
    changed = group_of(said, "changed")
    assert (changed.first[0].id, changed.b) == (text["id"], "edited by normalize")
    assert group_of(said, "moved").first[0].id == split["id"]
    retagged = {(group.a, group.b, group.stages) for group in said.groups if group.kind == "retagged"}
    assert retagged == {("length:long", None, ("length",)), (None, "quality:menu", ("quality",))}


def test_another_reason_for_the_same_fate_is_told(a, first, tmp_path):
    corpus = copy.deepcopy(first)
    row = next(row for row in corpus.ledger if row["rule"] == "read:malformed")
    row |= SHORT
    said = diff(a, other(corpus, tmp_path))
    group = group_of(said, "rejudged")
    assert (group.a, group.b, group.records) == ("read:malformed", "length:short", 1)
    assert said.failures(["lost", "gained", "changed", "rejudged"]) == ("rejudged 1",)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fates=st.lists(st.integers(0, 5), min_size=64, max_size=64))
def test_every_record_is_counted_as_one_who_has_both_lists_would(a, first, tmp_path, fates):
    corpus = Corpus(first.raw, first.inputs)
    wanted: Counter[str] = Counter()
    for row, fate in zip(copy.deepcopy(first.rows), fates, strict=False):
        wanted[["both", "lost", "absent", "changed", "moved", "retagged"][fate]] += 1
        if fate == 1:
            corpus.ledger.append(left_out(row))
        elif fate != 2:
            row["text"] += "!" * (fate == 3)
            row["split"] = {"train": "validation", "validation": "train"}[row["split"]] if fate == 4 else row["split"]
            row["tags"] = ["new:tag", *row["tags"]] if fate == 5 else row["tags"]
            corpus.rows.append(row)
    corpus.rows.reverse()
    said = diff(a, other(corpus, tmp_path)).counts
    assert said.kept_a == min(len(first.rows), 64)
    assert said.lost == wanted["lost"] + wanted["absent"]
    assert (said.changed, said.moved, said.retagged) == (wanted["changed"], wanted["moved"], wanted["retagged"])
    assert said.kept_b == said.both == said.kept_a - said.lost


def test_settings_versions_and_cards_are_named_by_path(a, first, tmp_path):
    b = other(first, tmp_path)

    def patch(manifest: Row) -> None:
        manifest["config"]["resolved"]["seed"] = 3
        manifest["config"]["resolved"]["sources"][0]["key"] = "no"
        manifest["environment"]["packages"]["pyarrow"] = "27.0.0"
        manifest["stages"][3]["version"] = 9
        manifest["stages"][4]["assets"][0]["sha256"] = "f" * 64
        manifest["sources"][0]["license"] = "GPL-3.0-only"
        manifest["sources"][2]["registry"]["url"] = "https://other.invalid"
        manifest["inputs"][0]["uri"] = "other.jsonl"

    patched(b, patch)
    said = diff(a, b)
    assert {change.path for change in said.settings} == {"seed", "sources.qa.key"}
    assert {change.path: (change.a, change.b) for change in said.versions} == {
        "packages.pyarrow": ("26.0.1", "27.0.0"),
        "stages.near_duplicates.version": (1, 9),
        "stages.pii.assets.names.txt": ("0" * 64, "f" * 64),
    }
    assert {change.path: change.only for change in said.sources} == {
        "qa.license": None,
        "advisories.url": None,
    }
    assert (said.inputs.only_a.first, said.inputs.only_b.first) == (("qa: qa1.jsonl",), ("qa: other.jsonl",))
    assert said.inputs.renamed == 1
    assert [change.path for change in said.personal.handling] == ["stages.pii.assets.names.txt"]
    assert said.failures(FAIL_ON) == ("settings 2", "versions 3", "source 2", "inputs 2", "pii 1")


def test_stages_are_compared_by_name_and_their_order_by_itself(a, first, tmp_path):
    b = other(first, tmp_path)
    one = [{"name": "normalize", "x": 1}, {"name": "pii", "operator": "mask"}, {"name": "length", "min": 2}]
    two = [{"name": "length", "min": 3}, {"name": "normalize", "x": 1}]
    patched(a2 := other(first, tmp_path / "b"), lambda manifest: manifest["config"]["resolved"].update(stages=one))
    patched(b, lambda manifest: manifest["config"]["resolved"].update(stages=two))
    said = {change.path: (change.a, change.b, change.only) for change in diff(a2, b).settings}
    assert said == {
        "stages (order)": (["normalize", "length"], ["length", "normalize"], None),
        "stages.pii": ({"operator": "mask"}, None, "a"),
        "stages.length.min": (2, 3, None),
    }


def test_personal_data_that_is_left_where_none_was_is_worse_and_less_is_not(a, first, tmp_path):
    b = other(first, tmp_path)
    left = {"qa": {"CN_MOBILE": {"left": 2, "allowed": 0, "outside": 0}}}
    patched(b, lambda manifest: manifest["residual"].update(by_source=left))
    assert [(c.path, c.a, c.b) for c in diff(a, b).personal.worse] == [("residual.qa.CN_MOBILE.left", 0, 2)]
    assert diff(b, a).personal.worse == ()
    patched(b, lambda manifest: manifest.update(residual=None))
    assert [change.path for change in diff(a, b).personal.worse] == ["residual"]


def test_planted_values_that_get_through_are_worse_by_their_share(a, first, tmp_path):
    def planted(count: int, leaked: int) -> Row:
        return {"pii": {"EMAIL_ADDRESS": {"planted": count, "leaked": leaked, "allowed": 0}}}

    b, c = other(first, tmp_path), other(first, tmp_path / "b")
    patched(b, lambda manifest: manifest.update(canaries=planted(10, 1)))
    patched(c, lambda manifest: manifest.update(canaries=planted(40, 3)))
    assert diff(b, c).personal.worse == ()
    assert [change.path for change in diff(c, b).personal.worse] == ["canaries.pii.EMAIL_ADDRESS"]
    assert [change.only for change in diff(b, a).personal.worse] == ["a"]


def test_the_command_fails_on_what_it_is_told_and_on_nothing_else(a, first, tmp_path):
    corpus = copy.deepcopy(first)
    corpus.rows[2]["text"] += "!"
    b = other(corpus, tmp_path)
    run = CliRunner().invoke
    assert run(main, ["diff", str(a), str(b), "--fail-on", "lost,gained"]).exit_code == 0
    failed = run(main, ["diff", str(a), str(b), "--fail-on", "lost, changed"])
    assert failed.exit_code == 1
    assert failed.stderr.splitlines() == ["error: --fail-on: the outputs differ: changed 1"]
    wrong = run(main, ["diff", str(a), str(b), "--fail-on", "settigns"])
    assert wrong.exit_code == 2
    assert "did you mean settings?" in wrong.stderr


def test_the_json_is_of_its_schema_and_no_text_stands_in_any_form_of_it(a, first, tmp_path):
    corpus = copy.deepcopy(first)
    corpus.ledger.append(left_out(corpus.rows.pop(5)))
    corpus.rows[7]["text"] = "SECRET"
    b = other(corpus, tmp_path)
    plain, asked = (CliRunner().invoke(main, ["diff", str(a), str(b), *more]).stdout for more in ((), ("--json",)))
    jsonschema.validate(json.loads(asked), module.schema())
    texts = [row["text"] for row in (*corpus.rows, *first.rows)]
    assert not [text for text in texts if text in plain or text in asked]


def test_a_damaged_output_is_one_clear_error(first, a, tmp_path):
    b = other(first, tmp_path)
    (b / "data/train/00000-of-00002.parquet").write_bytes(b"PAR1")
    with pytest.raises(StorageError, match="is damaged") as damaged:
        diff(a, b)
    assert "curate verify" in damaged.value.hint
    corpus = copy.deepcopy(first)
    corpus.rows[3]["id"] = corpus.ledger[3]["id"]
    twice = other(corpus, tmp_path / "b")
    with pytest.raises(StorageError, match="stands there twice"):
        diff(a, twice)


def test_a_forged_name_prints_no_line_of_its_own(a, first, tmp_path):
    b = other(first, tmp_path)
    patched(b, lambda manifest: manifest["dataset"].update(name="x\nsettings: none\x1b[2J"))
    said = CliRunner().invoke(main, ["diff", str(a), str(b)]).stdout
    assert "x·settings: none·[2J" in said
    assert "\nsettings: none" not in said


def test_names_to_fail_on_are_parted_by_commas():
    assert names_of(" lost,pii , ") == ("lost", "pii")
    with pytest.raises(ConfigError, match="nothing is named"):
        names_of(" , ")
    with pytest.raises(ConfigError, match="nothing called 'all'"):
        names_of("all")
