"""SHA-256 of many short strings, compiled: of what a record costs, a call of hashlib for each was a tenth.

FIPS 180-4, section 6.2.
"""

from functools import cache
from math import isqrt

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curate.core.kernels.compiled import inlined, kernel
from curate.core.kernels.strings import Bytes, Strings, as_array, views

Words = NDArray[np.uint32]

BLOCK, LENGTH = 64, 8
"""Bytes of a block, and of the length at the end of the last one."""
ROUNDS = 64
HEX = np.frombuffer(b"0123456789abcdef", np.uint8)


@cache
def constants() -> tuple[Words, Words]:
    """Return the state that a digest begins with, and the number that each round adds.

    They are the first 32 bits behind the point of the square roots of the first 8 primes, and of the cube roots of the
    first 64 (FIPS 180-4, sections 5.3.3 and 4.2.2).
    """
    primes = [n for n in range(2, 312) if all(n % k for k in range(2, isqrt(n) + 1))]
    squares = [isqrt(prime << 64) & 0xFFFFFFFF for prime in primes[:8]]
    cubes = [_cube_root(prime << 96) & 0xFFFFFFFF for prime in primes]
    return np.array(squares, np.uint32), np.array(cubes, np.uint32)


def _cube_root(number: int) -> int:
    """Return the largest whole number whose cube is not above another."""
    root = 0
    for bit in reversed(range(number.bit_length() // 3 + 1)):
        if (root | 1 << bit) ** 3 <= number:
            root |= 1 << bit
    return root


def hex_digests(before: bytes, strings: pa.StringArray, characters: int) -> pa.StringArray:
    """Return the first hexadecimal characters of sha256(before, string), up to 64; a null counts as empty."""
    out = np.empty((len(strings), characters), np.uint8)
    _hex_digests(np.frombuffer(before, np.uint8), views(strings), constants(), out)
    stops = np.arange(1, len(strings) + 1) * characters
    return as_array(out.ravel(), stops, pa.array(np.ones(len(strings), np.bool_)))


@kernel
def _hex_digests(before: Bytes, strings: Strings, known: tuple[Words, Words], out: Bytes) -> None:
    first, added = known
    longest = 0
    for start, stop in zip(strings.starts, strings.stops):  # noqa: B905 - numba knows no `strict`
        longest = max(longest, stop - start)
    padded = np.empty((len(before) + longest + LENGTH) // BLOCK * BLOCK + BLOCK, np.uint8)
    padded[: len(before)] = before
    state, words = np.empty(8, np.uint32), np.empty(ROUNDS, np.uint32)
    for k in range(len(strings.starts)):
        start, stop = strings.starts[k], strings.stops[k]
        size = len(before) + stop - start
        end = (size + LENGTH) // BLOCK * BLOCK + BLOCK
        for at in range(start, stop):
            padded[len(before) + at - start] = strings.data[at]
        padded[size] = 0x80
        padded[size + 1 : end] = 0
        for place in range(LENGTH):
            padded[end - 1 - place] = size * 8 >> 8 * place & 0xFF
        state[:] = first
        for at in range(0, end, BLOCK):
            _compress(state, padded[at : at + BLOCK], added, words)
        for place in range(out.shape[1]):
            out[k, place] = HEX[state[place // 8] >> np.uint32(28 - place % 8 * 4) & np.uint32(0xF)]


@inlined
def _turned(word: np.uint32, bits: int) -> np.uint32:
    """Rotate to the right."""
    return np.uint32(word >> np.uint32(bits) | word << np.uint32(32 - bits))


@kernel
def _compress(state: Words, block: Bytes, added: Words, words: Words) -> None:
    """Take a block of 64 bytes into the state."""
    for t in range(16):
        four = np.uint32(block[4 * t]) << np.uint32(24) | np.uint32(block[4 * t + 1]) << np.uint32(16)
        words[t] = four | np.uint32(block[4 * t + 2]) << np.uint32(8) | np.uint32(block[4 * t + 3])
    for t in range(16, ROUNDS):
        near, far = words[t - 2], words[t - 15]
        one = _turned(near, 17) ^ _turned(near, 19) ^ near >> np.uint32(10)
        two = _turned(far, 7) ^ _turned(far, 18) ^ far >> np.uint32(3)
        words[t] = one + words[t - 7] + two + words[t - 16]
    a, b, c, d, e, f, g, h = state
    for t in range(ROUNDS):
        one = _turned(e, 6) ^ _turned(e, 11) ^ _turned(e, 25)
        two = _turned(a, 2) ^ _turned(a, 13) ^ _turned(a, 22)
        new = np.uint32(h + one + (e & f ^ ~e & g) + added[t] + words[t])
        most = a & b ^ a & c ^ b & c
        h, g, f, e, d, c, b, a = g, f, e, np.uint32(d + new), c, b, a, np.uint32(new + two + most)
    for place, word in enumerate((a, b, c, d, e, f, g, h)):
        state[place] += word
