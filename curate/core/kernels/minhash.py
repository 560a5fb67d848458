"""MinHash signatures and band keys of texts, compiled: pure functions of Arrow buffers."""

from functools import cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curate.core.kernels.compiled import kernel
from curate.core.kernels.shingles import BASE, MIX_2, SHIFT, Alphabet, Longs, alphabet, mix, room, shingle, tokens
from curate.core.kernels.strings import Places, Strings, views

Words = NDArray[np.uint32]

LOW_32 = np.uint64(0xFFFFFFFF)
MIX_3 = np.uint32(0x85EBCA6B)
MIX_4 = np.uint32(0xC2B2AE35)
SHIFT_16 = np.uint32(16)
SHIFT_13 = np.uint32(13)
LANES = 8
"""Signatures are padded to a multiple of this, an AVX2 register, so that the loop over permutations has no tail."""


class Permutations(NamedTuple):
    """The permutations h -> a * h + b modulo 2**32, `a` odd, of `datasketch.MinHash(scheme="affine32")`."""

    a: Words
    b: Words


class Sketch(NamedTuple):
    """How a text becomes band keys: `bands` keys, each of `rows` permutations, over shingles of `ngram` tokens."""

    ngram: int
    bands: int
    rows: int
    seed: int


@cache
def permutations(count: int, seed: int) -> Permutations:
    """Draw the permutations that datasketch 2 draws for this seed (numpy keeps the stream of RandomState frozen)."""
    draw = np.random.RandomState(seed)
    a = draw.randint(0, 1 << 31, count, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    b = draw.randint(0, 1 << 32, count, dtype=np.uint32)
    a.flags.writeable = b.flags.writeable = False
    return Permutations(a, b)


def band_keys(texts: pa.StringArray, salts: Longs, sketch: Sketch) -> tuple[Longs, Places]:
    """Return the band keys, uint64 of shape (k, bands), of the k texts that have a token, and their positions.

    Two texts share a key where they share a salt and all rows of that band. `salts` holds one number a text.
    """
    found, filled = _band_keys(views(texts), salts, sketch, alphabet(), _padded(sketch))
    return found[filled], np.flatnonzero(filled)


def signatures(texts: pa.StringArray, sketch: Sketch) -> Words:
    """Return the MinHash signatures, uint32 of shape (n, bands * rows); all bits are set for a text without tokens."""
    count = sketch.bands * sketch.rows
    return _signatures(views(texts), sketch.ngram, alphabet(), _padded(sketch))[:, :count]


@cache
def _padded(sketch: Sketch) -> Permutations:
    count = sketch.bands * sketch.rows
    known = permutations(count, sketch.seed)
    missing = -count % LANES
    return Permutations(np.pad(known.a, (0, missing), constant_values=1), np.pad(known.b, (0, missing)))


@kernel
def _spread(shingle: np.uint64) -> np.uint32:
    """Keep the low 32 bits, scrambled by the 32-bit finalizer of MurmurHash3, as the affine32 scheme begins."""
    value = np.uint32(shingle & LOW_32)
    value = np.uint32((value ^ (value >> SHIFT_16)) * MIX_3)
    value = np.uint32((value ^ (value >> SHIFT_13)) * MIX_4)
    return np.uint32(value ^ (value >> SHIFT_16))


@kernel
def _minimise(shingles: Longs, count: int, chosen: Permutations, out: Words) -> None:
    """Write the least image of all shingles under each permutation; four shingles a turn save loads and stores."""
    a, b = chosen
    out[:] = np.uint32(LOW_32)
    for at in range(0, count, 4):
        one = _spread(shingles[at])
        two = _spread(shingles[min(at + 1, count - 1)])
        three = _spread(shingles[min(at + 2, count - 1)])
        four = _spread(shingles[min(at + 3, count - 1)])
        for k in range(len(out)):
            left = min(np.uint32(a[k] * one + b[k]), np.uint32(a[k] * two + b[k]))
            right = min(np.uint32(a[k] * three + b[k]), np.uint32(a[k] * four + b[k]))
            least = min(left, right)
            out[k] = min(out[k], least)


@kernel
def _signatures(texts: Strings, ngram: int, letters: Alphabet, chosen: Permutations) -> Words:
    out = np.empty((len(texts.starts), len(chosen.a)), np.uint32)
    scratch = np.empty(room(texts), np.uint64)
    for i in range(len(out)):
        count = tokens(texts.data, (texts.starts[i], texts.stops[i]), letters, scratch)
        _minimise(scratch, shingle(scratch, count, ngram), chosen, out[i])
    return out


@kernel
def _keys(signature: Words, salt: np.uint64, shape: tuple[np.uint64, np.uint64], out: Longs) -> None:
    """Write a key for each band of a signature; a kernel by itself: within the loop over texts it slows the rest."""
    bands, rows = shape
    at = np.uint64(0)
    for band in range(bands):
        key = mix(salt + (band + np.uint64(1)) * BASE)
        for _ in range(rows):
            key = (key ^ np.uint64(signature[at])) * MIX_2
            key ^= key >> SHIFT
            at += np.uint64(1)
        out[band] = mix(key)


@kernel
def _band_keys(
    texts: Strings, salts: Longs, sketch: Sketch, letters: Alphabet, chosen: Permutations
) -> tuple[Longs, NDArray[np.bool_]]:
    out = np.empty((len(texts.starts), sketch.bands), np.uint64)
    filled = np.zeros(len(out), np.bool_)
    scratch = np.empty(room(texts), np.uint64)
    least = np.empty(len(chosen.a), np.uint32)
    for i in range(len(out)):
        count = tokens(texts.data, (texts.starts[i], texts.stops[i]), letters, scratch)
        if count:
            filled[i] = True
            _minimise(scratch, shingle(scratch, count, sketch.ngram), chosen, least)
            _keys(least, salts[i], (np.uint64(sketch.bands), np.uint64(sketch.rows)), out[i])
    return out, filled
