import numpy as np
import pyarrow as pa
import pytest
from datasketch import MinHash
from hypothesis import given
from hypothesis import strategies as st

from curate.core.kernels.minhash import Sketch, band_keys, permutations, signatures
from curate.core.kernels.shingles import shingle_sets
from tests.conftest import TEXT

SKETCH = Sketch(ngram=5, bands=9, rows=3, seed=1)


def unsalted(count: int) -> np.ndarray:
    return np.zeros(count, np.uint64)


def datasketch_of(shingles: list[int], sketch: Sketch) -> np.ndarray:
    said = MinHash(sketch.bands * sketch.rows, seed=sketch.seed, hashfunc=int, scheme="affine32")
    said.update_batch([shingle & 0xFFFFFFFF for shingle in shingles])
    return said.hashvalues


@pytest.mark.parametrize("seed", [0, 1, 42, 2**32 - 1])
@pytest.mark.parametrize("count", [1, 27, 128, 256])
def test_the_permutations_are_those_of_datasketch(count, seed):
    theirs = MinHash(count, seed=seed, scheme="affine32").permutations
    assert np.array_equal(np.array(permutations(count, seed)), theirs)


@given(texts=st.lists(st.one_of(TEXT, st.text(max_size=40)), max_size=4), rows=st.integers(1, 5))
def test_the_signatures_are_those_of_datasketch(texts, rows):
    sketch = SKETCH._replace(rows=rows)
    array = pa.array(texts, pa.string())
    values, bounds = shingle_sets(array, sketch.ngram)
    ours = signatures(array, sketch)
    assert ours.shape == (len(texts), sketch.bands * sketch.rows)
    for place, signature in enumerate(ours):
        shingles = values[bounds[place] : bounds[place + 1]].tolist()
        assert np.array_equal(signature, datasketch_of(shingles, sketch))


@given(texts=st.lists(st.none() | TEXT, max_size=6), data=st.data())
def test_a_text_has_its_keys_wherever_it_stands(texts, data):
    start = data.draw(st.integers(0, len(texts)))
    array = pa.array(texts, pa.string())
    keys, filled = band_keys(array, unsalted(len(texts)), SKETCH)
    part, places = band_keys(array.slice(start), unsalted(len(texts) - start), SKETCH)
    assert places.tolist() == [place - start for place in filled.tolist() if place >= start]
    assert np.array_equal(part, keys[filled >= start])


def test_a_text_without_tokens_has_no_keys():
    keys, filled = band_keys(pa.array(["a", "", "。！", None, "b"]), unsalted(5), SKETCH)
    assert filled.tolist() == [0, 4]
    assert keys.shape == (2, SKETCH.bands)


def test_keys_are_shared_where_all_rows_of_a_band_agree_and_nowhere_else():
    words = [f"word{number}" for number in range(300)]
    texts = pa.array([" ".join(words), " ".join([*words[:200], *words[280:]])])
    keys, _ = band_keys(texts, unsalted(2), SKETCH)
    rows = signatures(texts, SKETCH).reshape(2, SKETCH.bands, SKETCH.rows)
    agree = (rows[0] == rows[1]).all(axis=1)
    assert 0 < agree.sum() < SKETCH.bands
    assert np.array_equal(keys[0] == keys[1], agree)
    assert len(np.unique(keys)) == 2 * SKETCH.bands - agree.sum()


def test_texts_of_other_salts_share_no_key():
    keys, _ = band_keys(pa.array(["同一个文本在这里", "同一个文本在这里"]), np.array([1, 2], np.uint64), SKETCH)
    assert not set(keys[0].tolist()) & set(keys[1].tolist())


def test_signatures_estimate_the_index():
    words = [f"w{number}" for number in range(1000)]
    texts = pa.array([" ".join(words[:800]), " ".join(words[200:])])
    one, two = signatures(texts, Sketch(1, 256, 4, 7))
    assert abs((one == two).mean() - 0.6) < 4 * (0.6 * 0.4 / 1024) ** 0.5
