from collections import Counter
from hashlib import sha256
from itertools import combinations, pairwise

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.duplicates import JACCARD, KINDS, Duplicates
from benchmarks.truth import NGRAM, exact, texts_of, truth_of
from curate.core.kernels.shingles import shingle_sets


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return Duplicates(2_000).written(tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="module")
def table(corpus):
    return pq.read_table(corpus)


def digests(folder):
    return [sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*.parquet"))]


def compared(table):
    """Every pair of documents that shares a shingle: place, place, Jaccard index."""
    values, bounds = shingle_sets(table["text"].combine_chunks(), NGRAM)
    sets = [values[low:high].tolist() for low, high in pairwise(bounds.tolist())]
    holders = {}
    for number, shingles in enumerate(sets):
        for shingle in shingles:
            holders.setdefault(shingle, []).append(number)
    shared = Counter(pair for numbers in holders.values() for pair in combinations(numbers, 2))
    return {(a, b): n / (len(sets[a]) + len(sets[b]) - n) for (a, b), n in shared.items()}


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(tmp_path):
    one, two = Duplicates(1_200, 3).written(tmp_path / "one"), Duplicates(1_200, 3).written(tmp_path / "two")
    assert digests(one) == digests(two)
    assert digests(one) != digests(Duplicates(1_200, 4).written(tmp_path / "one"))


def test_documents_are_as_many_and_as_long_as_said(table):
    sizes = [len(text.encode()) for text in table["text"].to_pylist()]
    assert table.num_rows == len(set(table["id"].to_pylist())) == 2_000
    assert min(sizes) > 0
    assert 1_800 < sum(sizes) / len(sizes) < 2_600


def test_all_kinds_are_there_in_both_languages(table):
    counts = Counter(zip(table["kind"].to_pylist(), table["language"].to_pylist(), strict=True))
    assert {kind for kind, _ in counts} == set(KINDS)
    assert {language for _, language in counts} == {"zh", "en"}
    assert 0.7 < sum(n for (kind, _), n in counts.items() if kind == "base") / table.num_rows < 0.85


def test_copies_are_as_similar_as_their_kind_says(table):
    known = compared(table)
    base = {
        family: place
        for place, (kind, family) in enumerate(zip(table["kind"].to_pylist(), table["family"].to_pylist(), strict=True))
        if kind == "base"
    }
    found = {}
    for place, (kind, family) in enumerate(zip(table["kind"].to_pylist(), table["family"].to_pylist(), strict=True)):
        if kind not in {"base", "template"}:
            pair = min(place, base[family]), max(place, base[family])
            found.setdefault(kind, []).append(known.get(pair, 0.0))
    assert set(found["exact"]) == {1.0}
    assert min(found["format"]) > 0.95
    low, high = JACCARD
    assert sum(found["subst"]) / len(found["subst"]) == pytest.approx((low + high) / 2, abs=0.06)
    assert all(any(at < value <= at + 0.1 for value in found["subst"]) for at in (0.5, 0.6, 0.7, 0.8, 0.9))


def test_the_truth_is_what_comparing_every_pair_gives(corpus, table):
    known = compared(table)
    for least in (0.6, 0.8):
        truth = truth_of(corpus, least)
        found = zip(truth.one.tolist(), truth.two.tolist(), truth.jaccard.tolist(), strict=True)
        assert {(one, two): jaccard for one, two, jaccard in found} == {
            pair: jaccard for pair, jaccard in known.items() if jaccard >= least
        }


def test_texts_without_a_token_match_nothing(tmp_path):
    texts = ["", "", "!", "same words here", "same words here", "other"]
    pq.write_table(pa.table({"text": texts}), tmp_path / "000.parquet")
    truth = truth_of(tmp_path)
    assert (truth.one.tolist(), truth.two.tolist(), truth.jaccard.tolist()) == ([3], [4], [1.0])
    assert exact(tmp_path, truth.one, truth.two).tolist() == [1.0]
    assert sum(map(len, texts_of(tmp_path))) == len(texts)
