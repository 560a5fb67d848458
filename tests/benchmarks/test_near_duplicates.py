import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from benchmarks.duplicates import Duplicates
from benchmarks.environments import NotInstalledError, Peer, python_of
from benchmarks.judged import Known
from benchmarks.near_duplicates import OURS, Bench
from benchmarks.peers.trial import first_kept, shingles
from benchmarks.spill import BANDS, Population, measured_at
from curate.core.kernels.shingles import shingle_sets


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("bench")


@pytest.fixture(scope="module")
def bench(folder):
    return Bench(Duplicates(3_000), 0.7, folder)


@pytest.fixture(scope="module")
def found(bench):
    return bench.measured([])


def test_no_record_is_removed_without_a_similar_one_that_is_kept(found):
    assert found.judgement.removed > 0
    assert found.judgement.unfounded == 0
    assert found.judgement.kept_pairs < found.judgement.true_pairs / 100


def test_true_pairs_are_proposed_in_both_languages(found):
    assert {(line.language, line.jaccard) for line in found.recalls} == {
        (language, jaccard) for language in ("zh", "en") for jaccard in (0.7, 0.8)
    }
    assert min(line.percent for line in found.recalls) > 99


def test_the_phases_are_all_of_the_run(found):
    (speed,) = found.speeds
    assert (speed.tool, speed.documents) == (OURS, 3_000)
    assert sum(phase.cpu_seconds for phase in found.phases) == pytest.approx(speed.cpu_seconds)
    assert {"survey", "read", "facts", "write"} < {phase.phase for phase in found.phases}


def test_a_part_holds_whole_families(bench):
    whole, part = (pq.read_table(place) for place in (bench.corpus.written(bench.folder), bench.part(1_000)))
    assert 800 < part.num_rows <= 1_000
    kin = whole.filter(pc.is_in(whole["family"], part["family"].combine_chunks()))
    assert kin["id"].to_pylist() == part["id"].to_pylist()


def test_a_wrong_verdict_is_seen(bench):
    known = Known.of(bench.corpus.written(bench.folder), 0.6)
    truth = known.truth
    alike, unlike = np.flatnonzero(truth.jaccard >= 0.7)[0], np.flatnonzero(truth.jaccard < 0.7)[0]
    for pair, unfounded in ((alike, 0), (unlike, 1)):
        verdict = np.array([[truth.two[pair], truth.one[pair]]])
        assert known.judged(verdict, 0.7).unfounded == unfounded
    chain = np.array([[truth.two[alike], truth.one[alike]], [truth.one[alike], truth.two[alike]]])
    assert known.judged(chain, 0.7).unfounded == 2


def test_a_peer_is_given_the_shingles_that_curate_counts(bench):
    table = pq.read_table(bench.corpus.written(bench.folder))
    texts = table.filter(pc.not_equal(table["kind"].cast(pa.string()), "format"))["text"].combine_chunks()
    _, bounds = shingle_sets(texts, 5)
    assert [len(set(shingles(text))) for text in texts.to_pylist()] == np.diff(bounds).tolist()


def test_of_similar_documents_the_first_is_kept():
    assert first_kept([[0, 1], [0, 1, 2], [1, 2], [3]]) == [1]


def test_a_peer_that_cannot_be_installed_says_why(tmp_path):
    peer = Peer("none", (str(tmp_path / "nothing.whl"),), 1)
    with pytest.raises(NotInstalledError, match=r"nothing\.whl"):
        python_of(peer, tmp_path)


def test_spill_and_pairs_stay_in_proportion_to_the_records(folder):
    found = measured_at(120_000, folder)
    assert found.whole.spill_bytes_per_record < 240
    assert found.whole.peak_mb < found.whole.allowed_mb
    steps = {part.step: part for part in found.parts}
    assert steps["facts"].lines == 120_000 * BANDS
    assert steps["near_duplicates 1"].lines < 120_000
    assert 0 < found.whole.removed < 120_000 * 0.2


def test_made_up_clusters_share_keys_and_others_do_not():
    people = Population(10_000)
    keys = people.keys(0, 10_000)
    number = people.cast(np.arange(10_000, dtype=np.uint64))
    _, first, count = np.unique(keys[:, 1:].ravel(), return_index=True, return_counts=True)
    assert count.max() == 4
    assert (number[first[count > 1] // (BANDS - 1)] < people.clustered).all()
    assert np.unique(keys[:, 0], return_counts=True)[1].max() == people.bucket
