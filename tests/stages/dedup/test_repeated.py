from collections import Counter
from collections.abc import Mapping, Sequence

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.core.editing import Fields, edit_batch
from curate.core.stage import COUNTED, FOUND, VERDICTS, Edit, Findings
from curate.stages.dedup.repeated import RepeatedLines
from tests.conftest import TEXT, records
from tests.core.kernels import plain_units
from tests.stages.dedup.driver import Cuts, held_of, verdicts_of

CUTS = st.builds(Cuts, st.integers(1, 5), st.integers(1, 5), st.integers(1, 4))
LINE = (
    st.sampled_from(["", "页眉", "第 1 页", "第 2 页", "All rights reserved.", "ALL RIGHTS", "reserved.", "正文", "b"])
    | TEXT
)
TEXTS = st.lists(st.lists(LINE, max_size=8).map("\n".join), max_size=8)
SETTINGS = st.fixed_dictionaries(
    {
        "min_documents": st.sampled_from([2, 3]),
        "share": st.sampled_from([0, 0.3, 0.5]),
        "min_chars": st.sampled_from([1, 6]),
        "digits": st.sampled_from(["pages", "fold", "keep"]),
    }
)
NOTICE = "All rights reserved. No part of this may be reproduced."
CHAT = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))


def stage_of(**settings: object) -> RepeatedLines:
    return RepeatedLines(**{"as": "repeated_lines", "min_documents": 2, "share": 0, "min_chars": 6, **settings})


def recurring(stage: RepeatedLines, texts: Mapping[str, Sequence[str | None]], cuts: Cuts = Cuts()) -> pa.Table:  # noqa: B008
    return verdicts_of(stage, held_of(texts, cuts), cuts)


def edit_of(stage: RepeatedLines, texts: Mapping[str, Sequence[str | None]], source: str = "one") -> Edit:
    found = recurring(stage, texts)
    return stage.open(Findings(VERDICTS.empty_table(), found if "quote" in found.schema.names else None, source))


def edited(stage: RepeatedLines, texts: Sequence[str | None]):
    return edit_of(stage, {"one": texts})(pa.array(texts, pa.string()))


def plainly_recurring(stage: RepeatedLines, texts: Sequence[str]) -> dict[str, int]:
    counts = Counter(unit for text in texts for unit in plain_units.units_of(text, stage.units))
    least = max(stage.min_documents, stage.share * len(texts))
    return {unit: number for unit, number in counts.items() if number >= least}


@given(texts=TEXTS, settings=SETTINGS)
def test_units_are_counted_as_plain_python_counts_them(texts, settings):
    stage = stage_of(**settings)
    found = recurring(stage, {"one": texts}).to_pylist()
    expected = plainly_recurring(stage, texts) if texts else {}
    assert sorted(line.get("documents", 0) for line in found) == sorted(expected.values())
    assert all(line["total"] == len(texts) for line in found)


@given(texts=TEXTS, settings=SETTINGS)
def test_what_is_left_is_what_plain_python_leaves(texts, settings):
    stage = stage_of(**settings)
    known = set(plainly_recurring(stage, texts)) if texts else set()
    expected = [plain_units.cut(text, known, stage.units) for text in texts]
    said = edited(stage, texts)
    assert said.strings.to_pylist() == [text for text, _, _ in expected]
    numbers = [
        {"row": row, "type": kind, "count": number}
        for row, (_, *cut) in enumerate(expected)
        for kind, number in zip(("line", "paragraph"), cut, strict=True)
        if number
    ]
    assert ([] if said.counts is None else said.counts.to_pylist()) == numbers
    emptied = [row for row, (text, *cut) in enumerate(expected) if any(cut) and not text.strip()]
    assert ([] if said.found is None else said.found["row"].to_pylist()) == emptied


@given(texts=TEXTS, settings=SETTINGS, cuts=CUTS)
def test_the_cuts_of_a_run_change_nothing(texts, settings, cuts):
    stage = stage_of(**settings)
    whole, parts = (recurring(stage, {"one": texts, "two": texts[::2]}, some) for some in (Cuts(), cuts))
    assert parts.to_pylist() == whole.to_pylist()


@given(texts=TEXTS, settings=SETTINGS)
def test_an_edit_settles_after_one_pass(texts, settings):
    edit = edit_of(stage_of(**settings), {"one": texts})
    once = edit(pa.array(texts, pa.string())).strings
    assert edit(once).strings is once


@given(texts=TEXTS, more=TEXTS, settings=SETTINGS)
def test_an_edit_ignores_batch_mates_and_leaves_nulls(texts, more, settings):
    edit = edit_of(stage_of(**settings), {"one": [*texts, *more]})
    strings = pa.array([*texts, None, *more], pa.string())
    whole = edit(strings)
    parts = [edit(strings.slice(0, len(texts))), edit(strings.slice(len(texts)))]
    assert whole.strings.to_pylist() == [text for part in parts for text in part.strings.to_pylist()]
    assert whole.strings[len(texts)].as_py() is None
    for name, schema in (("found", FOUND), ("counts", COUNTED)):
        lines = getattr(whole, name)
        assert lines is None or lines.schema.equals(schema)
        first, second = ([] if (one := getattr(part, name)) is None else one.to_pylist() for part in parts)
        shifted = [line | {"row": line["row"] + len(texts)} for line in second]
        assert ([] if lines is None else lines.to_pylist()) == [*first, *shifted]


@given(texts=st.lists(TEXT, max_size=6))
def test_where_nothing_recurs_the_very_array_comes_back(texts):
    strings = pa.array(texts, pa.string())
    said = edit_of(stage_of(min_documents=100), {"one": texts})(strings)
    assert said.strings is strings
    assert said.found is said.counts is None


def test_a_notice_is_cut_and_the_rest_stays():
    texts = [f"  第 {number} 号\tpump failed \n\n{NOTICE.upper() if number else NOTICE}\n" for number in range(3)]
    assert edited(stage_of(), texts).strings.to_pylist() == [f"  第 {number} 号\tpump failed \n" for number in range(3)]


def test_a_paragraph_that_a_cut_makes_is_cut_too():
    texts = [
        f"alpha line\n{NOTICE}\nomega line",
        "alpha line\nomega line",
        f"other\n\n{NOTICE}",
        "alpha line omega line",
    ]
    stage = stage_of(min_chars=12)
    said = edited(stage, texts)
    assert said.strings.to_pylist() == ["", "", "other", ""]
    assert [line["count"] for line in said.counts.to_pylist()] == [1, 1, 1, 1, 1]


@pytest.mark.parametrize(("documents", "cut"), [(1, False), (2, False), (3, True), (4, True)])
def test_both_thresholds_hold(documents, cut):
    texts = [NOTICE] * documents + [f"text {word}" for word in "abcdefghij"[documents:]]
    assert (edited(stage_of(share=0.3), texts).counts is not None) == cut
    assert (edited(stage_of(min_documents=3), texts).counts is not None) == cut


def test_sources_do_not_count_together():
    texts = {"one": [NOTICE, "a"], "two": [NOTICE, NOTICE]}
    strings = pa.array([NOTICE])
    assert edit_of(stage_of(), texts, "one")(strings).counts is None
    assert edit_of(stage_of(), texts, "two")(strings).counts is not None


def test_what_has_nothing_left_is_rejected():
    (line,) = edited(stage_of(), [f"{NOTICE}\n", f"text\n{NOTICE}", ""]).found.to_pylist()
    assert line == dict.fromkeys(FOUND.names) | {"row": 0, "rule": "repeated_lines:nothing_left", "action": "reject"}


def test_a_tag_states_the_share_of_the_letters_and_changes_nothing():
    strings = pa.array([f"abcdefghij\n{NOTICE}", NOTICE, "text", None])
    said = edit_of(stage_of(action="tag", **{"as": "furniture"}), {"one": strings.to_pylist()})(strings)
    assert said.strings is strings
    assert said.counts is None
    lines = said.found.to_pylist()
    assert [line["row"] for line in lines] == [0, 1]
    assert [line["value"] for line in lines] == [pytest.approx(44 / 54), 1.0]
    told = {
        "rule": "furniture:boilerplate",
        "metric": "repeated_share",
        "operator": ">",
        "threshold": 0.0,
        "action": "tag",
    }
    assert all(line | told == line for line in lines)


def turns(*said: tuple[str, str]) -> list[dict[str, str]]:
    return [{"role": role, "content": content} for role, content in said]


@pytest.mark.parametrize(
    ("on", "cut"), [("text", {"user", "assistant"}), ("user", {"user"}), ("assistant", {"assistant"})]
)
def test_turns_are_looked_at_each_by_itself(on, cut):
    lines = {role: f"Standing words of {role} again and again" for role in ("system", "user", "assistant")}
    chats = [turns(*((role, f"{line}\n{role} {number}") for role, line in lines.items())) for number in "ab"]
    batch = records("a", "b", f"c\n{NOTICE}", messages=pa.array([*chats, None], CHAT))
    stage = stage_of(on=on)
    facts = stage.facts(batch)
    assert facts["row"].to_pylist() == sorted(facts["row"].to_pylist())
    for one in stage.rounds():
        facts = next(
            one.reduce(
                pa.Table.from_batches([facts]).sort_by([("key", "ascending"), ("row", "ascending")]), Read(batch)
            )
        )
    edit = stage.open(Findings(VERDICTS.empty_table(), pa.Table.from_batches([facts]), "test"))
    outcome, *_ = edit_batch(batch, edit, "repeated_lines", Fields((), stage.roles))
    assert [turn["content"] for turn in outcome.batch["messages"][0].as_py()] == [
        f"{role} a" if role in cut else f"{line}\n{role} a" for role, line in lines.items()
    ]
    assert set(facts["quote"].to_pylist()) == {lines[role] for role in cut}


class Read:
    """The records of one batch, as the engine reads them from the work files."""

    def __init__(self, batch: pa.RecordBatch) -> None:
        self.batch = batch

    def of(self, rows, columns=("text",)):
        some = self.batch.take(pa.array(rows))
        yield pa.RecordBatch.from_arrays([pa.array(rows), *(some[name] for name in columns)], ["row", *columns])


def test_the_most_frequent_units_are_quoted_by_source():
    header = "\n\n".join(f"Annual Report | Page {number}" for number in (1, 2, 3))
    texts = [f"{header}\n\nThis notice is\nbroken.", f"{header}\n\nThis notice is broken.", "This\nnotice is broken."]
    stage = stage_of(min_chars=12)
    found = recurring(stage, {"one": ["x"], "two": texts}, Cuts(2, 1, 3))
    told = [
        (line["source_id"], line["kind"], line["documents"], line["total"], line["quote"]) for line in found.to_pylist()
    ]
    pages = [("two", "line", 2, 3, f"Annual Report | Page {number}") for number in range(4)]
    assert told[0] == ("two", "paragraph", 3, 3, "This notice is broken.")
    assert sorted(told[1:]) == sorted(pages)
    said = stage.concluded(iter(found.to_batches()), {"units": 5})
    assert said["units"] == 5
    assert said["most_frequent"][0] == {
        "source_id": "two",
        "kind": "paragraph",
        "documents": 3,
        "share": 1.0,
        "chars": 22,
        "quote": "This notice is broken.",
    }


def test_a_unit_is_quoted_only_in_part_and_only_the_most_frequent_are():
    text = "\n\n".join(f"{'word ' * 60}{chr(97 + number // 26)}{chr(97 + number % 26)}" for number in range(60))
    found = recurring(stage_of(), {"one": [text, text]}).to_pylist()
    quotes = [line["quote"] for line in found if line["quote"] is not None]
    assert (len(found), len(quotes), set(quotes)) == (60, 50, {"word " * 39 + "word…"})
    assert {line["chars"] for line in found} == {302, None}


def test_a_share_is_met_exactly():
    texts = [f"{NOTICE}\nbody {number}" if number < 14 else f"body {number}" for number in range(50)]
    assert recurring(stage_of(share=0.28), {"one": texts}).num_rows == 1
    assert recurring(stage_of(share=0.2801), {"one": texts}).num_rows == 0
