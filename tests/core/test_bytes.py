import bz2
import gzip
import lzma
import os
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import fsspec
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from curate.core.bytes import STEP_BYTES, Line, Stream, lines, packed_as, stretches
from curate.core.errors import StorageError

PACK = {
    "gz": lambda body: gzip.compress(body, mtime=0),
    "bz2": bz2.compress,
    "xz": lambda body: lzma.compress(body, preset=0),
    "zst": zstandard.ZstdCompressor().compress,
    "none": bytes,
}
PACKED = [name for name in PACK if name != "none"]
LINES = st.lists(
    st.sampled_from([b"", b"a", b"\r", "中".encode(), b"\xff", b"\n", b"\n\n", b"\r\n", b"longer line"])
).map(b"".join)


def body_of(size: int) -> bytes:
    """Text that packs, but not to nothing."""
    return b"".join(sha256(b"%d" % number).hexdigest().encode() + b"\n" for number in range(size // 65 + 1))[:size]


def chunked(body: bytes, cuts: list[int]) -> list[bytes]:
    ends = [0, *sorted(min(cut, len(body)) for cut in cuts), len(body)]
    return [body[begin:end] for begin, end in pairwise(ends)]


@pytest.fixture
def write(tmp_path):
    def write(body: bytes, name: str = "raw") -> str:
        path = tmp_path / name
        path.write_bytes(body)
        return str(path)

    return write


@pytest.mark.parametrize("compression", PACK)
class TestEveryCompression:
    def test_gives_back_the_bytes_and_digests_the_file_as_it_lies_on_the_disk(self, compression, write):
        body = body_of(1_300_000)
        packed = PACK[compression](body)
        stream = Stream(write(packed))
        assert b"".join(stream) == body
        assert stream.compression == (None if compression == "none" else compression)
        assert (stream.size, stream.unpacked, stream.damage) == (len(packed), len(body), None)
        assert stream.sha256 == sha256(packed).hexdigest()

    def test_may_consist_of_several_members(self, compression, write):
        packed = PACK[compression](b"first\n") + PACK[compression](b"") + PACK[compression](b"second\n")
        assert b"".join(Stream(write(packed))) == b"first\nsecond\n"

    def test_is_read_from_any_byte_for_any_length(self, compression, write):
        body = body_of(1_250_000)
        path = write(PACK[compression](body))
        for start, length in [(0, 10), (1_048_576, 1), (1_048_575, 2), (1_200_000, None), (5, 0), (1_249_999, 99)]:
            end = None if length is None else start + length
            assert b"".join(Stream(path, compression, start=start, length=length)) == body[start:end]

    def test_of_an_empty_body_is_empty(self, compression, write):
        stream = Stream(write(PACK[compression](b"")))
        assert b"".join(stream) == b""
        assert stream.damage is None

    def test_is_read_from_any_store(self, compression):
        url = f"memory://test-bytes/{compression}"
        with fsspec.open(url, "wb") as out:
            out.write(PACK[compression](b"remote\n"))
        assert b"".join(Stream(url)) == b"remote\n"


@pytest.mark.parametrize("compression", PACKED)
class TestEveryBrokenStream:
    def test_gives_what_can_be_unpacked_then_the_place_where_it_broke(self, compression, write):
        body = body_of(400_000)
        packed = PACK[compression](body)
        for cut in (1, 7, 40, len(packed) // 3, len(packed) // 2, len(packed) - 9, len(packed) - 1):
            stream = Stream(write(packed[:cut]), compression)
            had = b"".join(stream)
            assert body.startswith(had)
            assert stream.damage is not None
            assert stream.damage.offset == len(had) == stream.unpacked
            assert stream.sha256 == sha256(packed[:cut]).hexdigest()

    def test_keeps_the_members_before_the_broken_one(self, compression, write):
        packed = PACK[compression](b"whole\n") + PACK[compression](body_of(5000))[:20]
        stream = Stream(write(packed))
        assert b"".join(stream).startswith(b"whole\n")
        assert stream.damage is not None

    def test_ends_where_a_stranger_follows(self, compression, write):
        stream = Stream(write(PACK[compression](b"whole\n") + b"stranger"))
        assert b"".join(stream) == b"whole\n"
        assert stream.damage is not None
        assert stream.damage.offset == 6

    def test_that_never_was_one_gives_nothing(self, compression, write):
        stream = Stream(write(b'{"text": "plain"}\n'), compression)
        assert b"".join(stream) == b""
        assert stream.damage is not None
        assert stream.damage.offset == 0


def test_a_gzip_stream_with_a_wrong_checksum_still_gives_every_byte(write):
    body = body_of(50_000)
    packed = bytearray(PACK["gz"](body))
    packed[-8] ^= 1
    stream = Stream(write(bytes(packed)))
    assert b"".join(stream) == body
    assert stream.damage is not None
    assert stream.damage.offset == len(body)


def test_half_of_a_gzip_stream_gives_half_of_the_bytes(write):
    body = body_of(1_500_000)
    packed = PACK["gz"](body)
    assert len(b"".join(Stream(write(packed[: len(packed) // 2])))) > len(body) * 0.49


@pytest.mark.parametrize("compression", PACKED)
def test_a_small_file_that_unpacks_to_much_is_given_in_small_chunks(compression, write):
    most = 0
    stream = Stream(write(PACK[compression](bytes(24 << 20))))
    for chunk in stream:
        most = max(most, len(chunk))
    assert stream.unpacked == 24 << 20
    assert most <= (STEP_BYTES if compression != "zst" else 8 << 20)


def test_zeros_after_a_gzip_member_are_padding(write):
    stream = Stream(write(PACK["gz"](b"a\n") + bytes(512) + PACK["gz"](b"b\n") + bytes(7)))
    assert b"".join(stream) == b"a\nb\n"
    assert stream.damage is None


def test_the_first_bytes_decide_and_not_the_name(write):
    assert b"".join(Stream(write(b"plain\n", "called.gz"))) == b"plain\n"
    assert b"".join(Stream(write(PACK["xz"](b"packed\n"), "called.txt"))) == b"packed\n"
    assert packed_as(b"BZhang is no bzip2 stream") is None


class TestAFileThatCannotBeRead:
    def test_is_a_storage_error_that_names_it(self, tmp_path):
        with pytest.raises(StorageError, match=r"gone\.jsonl: the file is gone") as caught:
            list(Stream(str(tmp_path / "gone.jsonl")))
        assert caught.value.exit_code == 74
        assert caught.value.hint

    def test_is_a_storage_error_also_where_it_is_a_folder(self, tmp_path):
        with pytest.raises(StorageError, match="cannot be read"):
            list(Stream(str(tmp_path)))

    def test_is_a_storage_error_in_a_store_too(self):
        with pytest.raises(StorageError, match="the file is gone"):
            list(Stream("memory://test-bytes/gone"))

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_is_a_storage_error_where_permission_is_missing(self, write):
        path = write(b"secret")
        Path(path).chmod(0)
        with pytest.raises(StorageError, match="may not be read"):
            list(Stream(path))


class TestLines:
    @given(body=LINES, cuts=st.lists(st.integers(0, 200)), offset=st.integers(0, 99))
    def test_tile_every_byte_however_the_chunks_fall(self, body, cuts, offset):
        found = list(lines(chunked(body, cuts), offset, 1 << 20))
        at = offset
        for line in found:
            assert (line.offset, line.body) == (at, body[at - offset :][: line.length].removesuffix(b"\n"))
            at += line.length
        assert at == offset + len(body)
        assert [line.body for line in found] == (body.removesuffix(b"\n").split(b"\n") if body else [])

    @given(body=LINES, cuts=st.lists(st.integers(0, 200)), most=st.integers(1, 12))
    def test_that_are_too_long_are_passed_over_with_their_span(self, body, cuts, most):
        whole = list(lines([body], 0, 1 << 20))
        found = list(lines(chunked(body, cuts), 0, most))
        assert found == [Line(at, length, text if length <= most else None) for at, length, text in whole]

    @given(text=st.text(alphabet="a中\n\r\u0a0a\u0a00\u010a𠮷", max_size=40), cuts=st.lists(st.integers(0, 200)))
    @pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le"])
    def test_of_wide_characters_end_at_line_feeds_and_not_at_bytes_that_look_like_one(self, encoding, text, cuts):
        found = list(lines(chunked(text.encode(encoding), cuts), 0, 1 << 20, "\n".encode(encoding)))
        assert [line.body.decode(encoding) for line in found] == (text.removesuffix("\n").split("\n") if text else [])
        assert sum(line.length for line in found) == len(text.encode(encoding))


@given(
    body=st.binary(max_size=60),
    cuts=st.lists(st.integers(0, 60)),
    ends=st.lists(st.integers(0, 60)),
    most=st.integers(1, 9),
)
def test_stretches_are_slices_of_the_stream(body, cuts, ends, most):
    spans = [(begin, end - begin) for begin, end in pairwise(sorted(ends))]
    assert list(stretches(chunked(body, cuts), spans, most)) == [
        body[at : at + min(length, most)] for at, length in spans
    ]
