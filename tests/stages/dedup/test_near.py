import random
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

import curate.stages.dedup.pairs as pairs_module
from curate.core.kernels.graph import ALL_PAIRS
from curate.core.record import record_id
from curate.stages.dedup.near import NearDuplicates
from curate.stages.dedup.pairs import Measure
from curate.stages.dedup.propose import PROPOSED
from tests.conftest import records
from tests.core.test_shingles import shingles_of
from tests.stages.dedup.driver import Cuts, Judged, held_of, judge, judge_records, kept, wide

CUTS = st.builds(Cuts, st.integers(1, 9), st.integers(1, 9), st.integers(1, 4))
CHARACTERS = "压力容器安全技术监察规程变电站设备巡视检修作业指导书患者主诉诊断处理意见合同条款"


def near(**settings: object) -> NearDuplicates:
    return NearDuplicates(**{"as": "near_duplicates", **settings})


def jaccard(one: str, two: str, ngram: int = 5) -> float:
    left, right = set(shingles_of(one, ngram)), set(shingles_of(two, ngram))
    return len(left & right) / len(left | right) if left and right else 0.0


def changed(text: list[str], draw: random.Random, share: float) -> list[str]:
    return [f"x{draw.randrange(10**6)}" if draw.random() < share else token for token in text]


def families(seed: int, *, families: int, members: int, length: int = 120) -> list[str]:
    """Texts in families of graded similarity, half of them English words, half Chinese characters, shuffled."""
    draw = random.Random(seed)
    texts = []
    for family in range(families):
        words = family % 2 == 0
        base = [f"w{draw.randrange(5000)}" if words else draw.choice(CHARACTERS) for _ in range(length)]
        for _ in range(members):
            copy = changed(base, draw, draw.choice([0, 0.002, 0.005, 0.01, 0.02, 0.04]))
            texts.append((" " if words else "").join(copy[: draw.randint(length - 6, length)]))
    draw.shuffle(texts)
    return texts


def pairs_at(texts: Sequence[str], threshold: float) -> dict[tuple[int, int], float]:
    """All pairs of a threshold or more, by brute force."""
    sets = [set(shingles_of(text, 5)) for text in texts]
    found = {}
    for one, two in combinations(range(len(texts)), 2):
        shared = len(sets[one] & sets[two])
        if shared and (value := shared / (len(sets[one]) + len(sets[two]) - shared)) >= threshold:
            found[one, two] = value
    return found


def assert_led(judged: Sequence[Judged], threshold: float) -> None:
    """Each record that falls has the similarity stated, at or above the threshold, with a record that is kept."""
    by_id = {one.id: one for one in judged}
    for one in judged:
        if one.rule is not None:
            keeper = by_id[one.other]
            assert keeper.rule is None
            assert one.value == jaccard(one.text, keeper.text)
            assert one.value >= threshold
            assert one.columns["cluster"] == keeper.columns["cluster"]


@given(texts=st.lists(st.text(alphabet="甲乙丙 ab", max_size=9), max_size=14), cuts=CUTS)
def test_the_outcome_is_the_same_however_the_run_is_cut(texts, cuts):
    stage = near(threshold=0.5, ngram=2)
    whole, cut = judge(stage, {"one": texts}), judge(stage, {"one": texts}, cuts)
    assert cut == whole


@pytest.mark.parametrize("threshold", [0.6, 0.7, 0.8, 0.9])
def test_each_record_left_out_is_similar_to_one_that_is_kept(threshold):
    judged = judge(near(threshold=threshold), {"one": families(1, families=20, members=12)}, Cuts(70, 30, 3))
    assert_led(judged, threshold)
    assert sum(one.rule is not None for one in judged) > 50


@pytest.mark.parametrize("threshold", [0.7, 0.8])
def test_pairs_are_found_as_the_recall_says(threshold):
    texts = families(2, families=40, members=8)
    judged = judge(near(threshold=threshold), {"one": texts})
    true = pairs_at(texts, threshold)
    together = [pair for pair in true if len({judged[place].columns["cluster"] for place in pair} - {None}) == 1]
    parted = [pair for pair in true if all(judged[place].rule is None for place in pair)]
    assert len(true) > 300
    assert len(together) == len(true)
    assert not parted


def test_what_is_kept_has_no_near_copy():
    texts = families(3, families=25, members=9)
    stage = near(threshold=0.7)
    once = kept(judge(stage, {"one": texts}))
    assert kept(judge(stage, {"one": once})) == once
    assert len(once) < len(texts)


def test_a_large_family_keeps_few_although_it_is_not_compared_pair_by_pair():
    draw = random.Random(4)
    base = [f"w{number}" for number in range(100)]
    form = [
        " ".join([*base[:50], str(draw.randrange(10**6)), *base[51:], "!" * draw.randint(0, 9)]) for _ in range(400)
    ]
    assert len(kept(judge(near(), {"one": form}))) == 1


def test_a_large_family_at_the_brink_keeps_hardly_a_pair():
    texts = families(4, families=1, members=300)
    judged = judge(near(threshold=0.7), {"one": texts})
    assert_led(judged, 0.7)
    survivors = kept(judged)
    assert len(pairs_at(survivors, 0.7)) <= len(survivors) // 10
    assert len(survivors) < 120


def test_copies_without_end_stay_linear():
    text = "同一份安全公告，逐字重复。" * 3
    judged = judge(near(), {"one": [text] * 20_000}, Cuts(8000, 4000, 3))
    assert [one.other for one in judged] == [None] + ["one/0"] * 19_999
    assert {one.columns["near_duplicates_size"] for one in judged} == {20_000}


def test_chains_do_not_pull_in_what_is_not_similar():
    words = [f"w{number}" for number in range(140)]
    chain = [" ".join(words[start : start + 100]) for start in range(0, 40, 8)]
    judged = judge(near(threshold=0.8), {"one": chain})
    assert jaccard(chain[0], chain[1]) >= 0.8 > jaccard(chain[0], chain[2])
    assert {one.columns["cluster"] for one in judged} == {"one/4"}  # the longest
    kept_here = [place for place, one in enumerate(judged) if one.rule is None]
    assert kept_here == [0, 2, 4]
    assert_led(judged, 0.8)


def test_a_threshold_is_met_exactly():
    sets = ["a b c d e f g", "a b c d e f g h i j"]
    stage = {"ngram": 1, "bands": 40, "rows": 2}
    assert judge(near(threshold=0.7, **stage), {"one": sets})[0][2:4] == ("near_duplicates:near_copy", 0.7)
    assert not judge(near(threshold=0.701, **stage), {"one": sets})[0].rule


class TestKeeping:
    TEXT = " ".join(f"w{number}" for number in range(100))

    def test_the_longest_is_kept(self):
        judged = judge(near(), {"one": [self.TEXT, self.TEXT + " more", self.TEXT]})
        assert [one.other for one in judged] == ["one/1", None, "one/1"]

    def test_the_first_source_comes_before_length(self):
        texts = {"short": [self.TEXT], "long": [self.TEXT + " more"]}
        assert [one.other for one in judge(near(), texts)] == [None, "short/0"]
        assert [one.other for one in judge(near(keep=["longest"]), texts)] == ["long/0", None]

    def test_in_the_end_the_first_is_kept(self):
        judged = judge(near(keep=[]), {"one": [self.TEXT, self.TEXT + " more", self.TEXT]})
        assert [one.other for one in judged] == [None, "one/0", "one/0"]


class TestScope:
    TEXT = "变电站设备巡视检修作业指导书第三版"

    @pytest.mark.parametrize(
        ("scope", "others"),
        [("corpus", [None, "a/0", "a/0", "a/0"]), ("source", [None, "a/0", None, "b/0"])],
    )
    def test_copies_are_looked_for_within_it(self, scope, others):
        judged = judge(near(scope=scope), {"a": [self.TEXT] * 2, "b": [self.TEXT] * 2})
        assert [one.other for one in judged] == others


class TestShortTexts:
    def test_an_empty_text_matches_nothing(self):
        judged = judge(near(), {"one": ["", "", " ", "。！", "。！", None, None]})
        assert [(one.rule, one.columns["cluster"]) for one in judged] == [(None, None)] * 7

    def test_fewer_tokens_than_a_shingle_match_when_all_agree(self):
        texts = ["重大事故", "重大事故！", "重大故障", "重大", "故障", "pump 7", "Pump 7."]
        judged = judge(near(threshold=0.1, recall=0.9), {"one": texts})
        assert [one.other for one in judged] == ["one/1", None, None, None, None, "one/6", None]

    def test_unlike_short_chinese_texts_are_all_kept(self):
        texts = ["".join(CHARACTERS[place : place + size]) for size in (1, 2, 3, 4) for place in range(8)]
        judged = judge(near(threshold=0.5), {"one": texts})
        copies = [one for one in judged if one.rule is not None]
        assert all(one.text == next(two.text for two in judged if two.id == one.other) for one in copies)
        assert len(copies) == len(texts) - len(set(texts))


class TestColumns:
    TEXTS = ("患者主诉头痛三天", "患者主诉头痛三天。", "无关的另一段文字在这里")

    def test_a_rejecting_stage_names_the_cluster_and_its_size(self):
        judged = judge(near(), {"one": self.TEXTS})
        assert [one.columns for one in judged] == [
            {"cluster": "one/1", "near_duplicates_size": 2},
            {"cluster": "one/1", "near_duplicates_size": 2},
            {"cluster": None, "near_duplicates_size": None},
        ]

    def test_a_tagging_stage_names_the_keeper_too(self):
        judged = judge(near(**{"as": "versions", "action": "tag"}), {"one": self.TEXTS})
        assert [one.action for one in judged] == ["tag", None, None]
        assert [one.rule for one in judged] == ["versions:near_copy", None, None]
        assert [one.columns["versions_keeper"] for one in judged] == ["one/1", "one/1", None]

    def test_nothing_said_leaves_all_columns_null(self):
        judged = judge(near(action="tag"), {"one": ["", "甲"]})
        assert [set(one.columns.values()) for one in judged] == [{None}, {None}]


class TestShortMemory:
    """There is room for so many shingles; a text that is larger than that gets room of its own."""

    ROOM = pytest.mark.parametrize("room", [1, 50, 200])

    @ROOM
    def test_texts_are_read_again(self, monkeypatch, room):
        texts = families(5, families=10, members=12)
        roomy = judge(near(threshold=0.7), {"one": texts}, Cuts(40, 7, 2))
        monkeypatch.setattr(pairs_module, "HELD_SHINGLES", room)
        assert judge(near(threshold=0.7), {"one": texts}, Cuts(40, 7, 2)) == roomy

    @ROOM
    @given(data=st.data(), sizes=st.lists(st.integers(0, 120), min_size=2, max_size=12), cuts=CUTS)
    def test_every_pair_has_its_exact_index(self, room, data, sizes, cuts):
        """Texts overlap in the words of the shorter one."""
        texts = [
            " ".join(f"w{word}" for word in range(place % 3, place % 3 + size)) for place, size in enumerate(sizes)
        ]
        places = st.integers(0, len(texts) - 1)
        some = data.draw(st.sets(st.tuples(places, places).filter(lambda pair: pair[0] < pair[1]), max_size=20))
        held = held_of({"one": texts}, cuts)
        rows = [wide(place // cuts.split, place % cuts.split) for place in range(len(texts))]
        ends = [np.array([rows[pair[end]] for pair in sorted(some)], np.uint64) for end in (0, 1)]
        measure = Measure(ngram=2, threshold=1e-9, keep=("longest",))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pairs_module, "HELD_SHINGLES", room)
            found = list(measure.reduce(pa.table(ends, schema=PROPOSED), held))
        measured = {(line["row"], line["other_row"]): line for batch in found for line in batch.to_pylist()}
        expected = {pair: jaccard(texts[pair[0]], texts[pair[1]], 2) for pair in some}
        assert {pair: line["jaccard"] for pair, line in measured.items()} == {
            (rows[one], rows[two]): value for (one, two), value in expected.items() if value
        }
        lengths = {row: -len(text) for row, text in zip(rows, texts, strict=True)}
        assert all(line["longest"] == lengths[one] for (one, _), line in measured.items())
        assert all(line["other_longest"] == lengths[two] for (_, two), line in measured.items())

    def test_a_text_for_which_nobody_waits_any_more_makes_room(self, monkeypatch):
        """Each text of a chain waits for the next one alone: two of them at a time are enough for a single pass."""
        texts = [" ".join(f"w{word}" for word in range(start, start + 21)) for start in range(40)]
        held, passes = held_of({"one": texts}, Cuts(7, 1)), []
        rows = np.array([wide(place // 7, place % 7) for place in range(40)], np.uint64)

        class Told:
            def of(self, wanted, columns):
                passes.append(len(wanted))
                return held.of(wanted, columns)

        monkeypatch.setattr(pairs_module, "HELD_SHINGLES", 45)
        measure = Measure(ngram=2, threshold=0.5, keep=())
        pairs = pa.table([rows[:-1], rows[1:]], schema=PROPOSED)
        (found,) = measure.reduce(pairs, Told())
        assert set(found["jaccard"].to_pylist()) == {19 / 21}
        assert found.num_rows == 39
        assert passes == [40]


FEW = st.lists(st.lists(st.sampled_from("甲乙丙丁"), min_size=1, max_size=12).map("".join), max_size=ALL_PAIRS)
"""So few texts that all of them are compared with each other, whatever keys they share."""


def keyed(texts: Sequence[tuple[int, str]]) -> pa.RecordBatch:
    """Records whose ids do not depend on their place."""
    return records(*[text for _, text in texts], id=[record_id("one", str(key)) for key, _ in texts])


class TestOrder:
    """Where ids decide, no place of a record decides anything."""

    @given(texts=FEW, cuts=CUTS, data=st.data())
    def test_the_same_records_are_kept_in_any_order(self, texts, cuts, data):
        stage = near(threshold=0.5, ngram=2, keep=["id"])
        named = list(enumerate(texts))
        shuffled = data.draw(st.permutations(named))
        first, second = (
            {one.id: one[1:] for one in judge_records(stage, {"one": keyed(said)}, cut)}
            for said, cut in ((named, Cuts()), (shuffled, cuts))
        )
        assert first == second

    @pytest.mark.parametrize(("count", "members"), [(20, 60), (4, 4 * ALL_PAIRS)])
    def test_the_same_records_of_graded_families_are_kept_in_any_order(self, count, members):
        texts = list(enumerate(families(7, families=count, members=members)))
        stage = near(threshold=0.7, keep=["id"])
        outcomes = []
        for seed, cuts in ((0, Cuts()), (1, Cuts(50, 20, 4)), (2, Cuts(33, 33, 1))):
            random.Random(seed).shuffle(texts)
            judged = judge_records(stage, {"one": keyed(texts)}, cuts)
            assert_led(judged, 0.7)
            outcomes.append({one.id: one[1:] for one in judged})
        assert outcomes[0] == outcomes[1] == outcomes[2]
        assert sum(rule is not None for _, rule, *_ in outcomes[0].values()) > 100

    @pytest.mark.parametrize("keep", [["id"], ["longest", "id"]])
    def test_the_same_records_are_kept_in_any_order_where_many_are_copies(self, keep):
        """Of copies in a long run one meets the others of the run: which one, `keep` decides and not the place."""
        draw = random.Random(2)
        base = families(11, families=2, members=160, length=60)
        texts = list(
            enumerate(text + draw.choice(["", " !", "。"]) for text in base for _ in range(draw.randint(1, 4)))
        )
        outcomes = []
        for seed in range(3):
            random.Random(seed).shuffle(texts)
            judged = judge_records(near(threshold=0.6, keep=keep), {"one": keyed(texts)})
            outcomes.append({one.id: one[1:] for one in judged})
        assert outcomes[0] == outcomes[1] == outcomes[2]


class TestIdempotence:
    @given(texts=FEW, cuts=CUTS, threshold=st.sampled_from([0.3, 0.5, 0.8]))
    def test_what_is_kept_of_few_has_no_near_copy(self, texts, cuts, threshold):
        stage = near(threshold=threshold, ngram=2, recall=0.9)
        once = kept(judge(stage, {"one": texts}, cuts))
        assert kept(judge(stage, {"one": once}, cuts)) == once

    @pytest.mark.parametrize("seed", [4, 9])
    @pytest.mark.parametrize("members", [300, 700])
    def test_what_is_kept_of_a_large_family_has_no_near_copy(self, seed, members):
        """Of its band keys most are shared by more texts than are all paired."""
        stage = near(threshold=0.7)
        once = kept(judge(stage, {"one": families(seed, families=1, members=members)}))
        assert 50 < len(once) < members
        assert kept(judge(stage, {"one": once})) == once


class TestSettings:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"threshold": 0},
            {"threshold": 1.01},
            {"bands": 10},
            {"rows": 4},
            {"threshold": 0.001},
            {"recall": 1},
            {"ngram": 0},
            {"keep": ["longest", "longest"]},
            {"keep": ["newest"]},
        ],
        ids=str,
    )
    def test_what_cannot_work_is_refused(self, wrong):
        with pytest.raises(ValidationError):
            near(**wrong)

    def test_the_threshold_shapes_the_facts_only_where_bands_follow_from_it(self):
        assert {"threshold", "recall"} <= set(near().facts_from)
        assert not {"threshold", "recall"} & set(near(bands=20, rows=5).facts_from)

    def test_the_lineage_says_how_probably_a_pair_is_found(self):
        said = near(threshold=0.7).lineage()
        assert (said["bands"], said["rows"], said["ngram"], said["seed"]) == (24, 5, 5, 1)
        assert said["recall"] >= said["recall_target"] == 0.999
        assert said["found_at_0.7"] == pytest.approx(1 - (1 - 0.7**5) ** 24)
        assert said["found_at_0.7"] < said["found_at_0.75"] < said["found_at_0.8"] < 1

    def test_a_threshold_of_one_has_one_probability(self):
        assert [name for name in near(threshold=1).lineage() if name.startswith("found")] == ["found_at_1"]

    @given(seed=st.integers(0, 2**32 - 1))
    @settings(max_examples=5)
    def test_any_seed_finds_a_copy_in_other_clothes(self, seed):
        texts = ["Replace the seal of pump P-101 now.", "replace the seal of PUMP p-101 now"]
        assert [one.other for one in judge(near(seed=seed), {"one": texts})] == [None, "one/0"]
