"""Bytes of a file as they stand before characters are decoded: opened anywhere, unpacked, digested, cut into lines."""

import bz2
import lzma
import re
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import IO, Literal, NamedTuple

from curate.core.errors import ConfigError, StorageError
from curate.core.files import CHUNK_BYTES

Compression = Literal["infer", "gz", "bz2", "xz", "zst", "none"]
Pump = Generator[bytes, None, tuple[bool, bytes]]
"""Yields unpacked bytes of one member; returns whether it is over, and the input that is left."""

MAGIC: dict[str, re.Pattern[bytes]] = {
    "gz": re.compile(rb"\x1f\x8b\x08"),
    "bz2": re.compile(rb"BZh[1-9](1AY&SY|\x17\x72\x45\x38\x50\x90)", re.DOTALL),
    "xz": re.compile(rb"\xfd7zXZ\x00"),
    "zst": re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18", re.DOTALL),
}
HEAD_BYTES = 16
STEP_BYTES = 1 << 18
"""Most bytes that one call of a decompressor gives, so that a small file which unpacks to gigabytes costs no memory."""
SIP_BYTES = 1 << 14
"""Input of one call, so that little is lost where a stream turns out to be broken."""
ZST_SIPS = (1 << 4, 1 << 9)
"""The least and the most for zstd, which cannot bound its output: a block of 128 KiB may be 4 bytes long."""


class Damage(NamedTuple):
    """Where a packed stream breaks off."""

    offset: int
    """How many bytes were unpacked before it."""
    fact: str


class BrokenStreamError(Exception):
    """A packed stream that goes no further: cut off, or not what its format says."""


@contextmanager
def reading(path: str) -> Iterator[None]:
    """Turn what goes wrong while a file is read into a StorageError that names it."""
    try:
        yield
    except FileNotFoundError as error:
        raise StorageError("the file is gone", where=path, hint="it was there when the input was listed") from error
    except PermissionError as error:
        raise StorageError("the file may not be read", where=path, hint="check its permissions") from error
    except OSError as error:
        fact = f"the file cannot be read: {error.strerror or error}"
        raise StorageError(fact, where=path, hint="check the disk, the network or the store") from error


def opened(path: str) -> IO[bytes]:
    """Open a local path or an fsspec URL for reading; the caller closes it."""
    if "://" not in path:
        return open(path, "rb", buffering=0)  # noqa: PTH123 - Path.open knows no other flavour of path either, and costs a Path a file
    import fsspec

    try:
        return fsspec.open(path, "rb").open()  # type: ignore[no-any-return]
    except (ImportError, ValueError) as error:
        raise ConfigError(f"the store cannot be opened: {error}", where=path, hint="install its package") from error


def packed_as(head: bytes) -> str | None:
    """Name the compression of a file by its first bytes; None where they are no packed stream's."""
    return next((name for name, magic in MAGIC.items() if magic.match(head)), None)


class Stream:
    """One pass over a file: iterate it for the unpacked bytes; its size, digest and damage are known afterwards.

    `start` and `length` are unpacked bytes; a plain file is sought, a packed one is unpacked from its beginning.
    A packed stream that breaks off gives everything that could be unpacked, then `damage`; it raises nothing.
    Raises StorageError where the file cannot be read.
    """

    def __init__(self, path: str, compression: str = "infer", *, start: int = 0, length: int | None = None) -> None:
        self.path = path
        self.compression: str | None = compression
        self.damage: Damage | None = None
        self.size = 0
        """Bytes of the file as it lies on the disk."""
        self.unpacked = 0
        self._start = start
        self._length = length
        self._digest = sha256()

    @property
    def whole(self) -> bool:
        """Whether the file is read from end to end."""
        return self._start == 0 and self._length is None

    @property
    def sha256(self) -> str:
        """Digest of the file as it lies on the disk, once it was read from end to end."""
        return self._digest.hexdigest()

    def __iter__(self) -> Iterator[bytes]:
        with reading(self.path), opened(self.path) as file:
            if self.compression == "infer":
                self.compression = packed_as(file.read(HEAD_BYTES))
                file.seek(0)
            elif self.compression == "none":
                self.compression = None
            if self.compression is None:
                file.seek(self._start)
                yield from trimmed(self._raw(file), 0, self._length)
            else:
                yield from trimmed(self._unpack(self._raw(file)), self._start, self._length)

    def _raw(self, file: IO[bytes]) -> Iterator[bytes]:
        whole = self.whole
        while chunk := file.read(CHUNK_BYTES):
            self.size += len(chunk)
            if whole:
                self._digest.update(chunk)
            if self.compression is None:
                self.unpacked += len(chunk)
            yield chunk

    def _unpack(self, raw: Iterator[bytes]) -> Iterator[bytes]:
        try:
            for chunk in unpacked(raw, self.compression or ""):
                self.unpacked += len(chunk)
                yield chunk
        except BrokenStreamError as broken:
            self.damage = Damage(self.unpacked, str(broken))
            for _ in raw:  # the digest is of the whole file
                pass


def trimmed(chunks: Iterable[bytes], start: int, length: int | None) -> Iterator[bytes]:
    """Yield the stretch of a stream that begins at `start`; stop reading where it ends."""
    left = length
    for chunk in chunks:
        if start >= len(chunk):
            start -= len(chunk)
            continue
        piece = chunk[start:] if start else chunk
        start = 0
        if left is not None:
            piece = piece[:left]
            left -= len(piece)
        if piece:
            yield piece
        if left == 0:
            return


def unpacked(raw: Iterator[bytes], compression: str) -> Iterator[bytes]:
    """Unpack a stream of any number of members; raise BrokenStreamError after the last byte that can be had.

    Zeros after a member are padding (as tar tools and tapes leave it), anything else begins another member.
    """
    make, pump, errors = PUMPS[compression]
    member = None
    for chunk in raw:
        rest = chunk
        while rest:
            if member is None:
                rest = rest.lstrip(b"\0")
                if not rest:
                    break
                member = make()
            try:
                over, rest = yield from pump(member, rest)
            except errors as error:
                raise BrokenStreamError(f"the {compression} stream is corrupt: {error}") from error
            if over:
                member = None
    if member is not None:
        raise BrokenStreamError(f"the {compression} stream is cut off")


def pump_gz(member: "zlib._Decompress", data: bytes) -> Pump:
    """Unpack one gzip member as far as `data` goes."""
    for at in range(0, len(data), SIP_BYTES):
        sip = data[at : at + SIP_BYTES]
        while True:
            before = member.copy()
            try:
                out = member.decompress(sip, STEP_BYTES)
            except zlib.error:
                yield from last_bytes(before, sip)
                raise
            if out:
                yield out
            if member.eof:
                return True, member.unused_data + data[at + SIP_BYTES :]
            sip = member.unconsumed_tail
            if not sip and len(out) < STEP_BYTES:
                break
    return False, b""


def last_bytes(member: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
    """Unpack what comes before the fault in `data`, which one call for all of it would throw away."""
    for byte in range(len(data)):
        try:
            out = member.decompress(data[byte : byte + 1])
        except zlib.error:
            return
        if out:
            yield out


def pump_blocks(member: "bz2.BZ2Decompressor | lzma.LZMADecompressor", data: bytes) -> Pump:
    """Unpack one bz2 or xz stream as far as `data` goes."""
    for at in range(0, len(data), SIP_BYTES):
        sip = data[at : at + SIP_BYTES]
        while not member.eof:
            out = member.decompress(sip, STEP_BYTES)
            sip = b""
            if out:
                yield out
            if member.needs_input:
                break
        if member.eof:
            return True, member.unused_data + data[at + SIP_BYTES :]
    return False, b""


class Zst:
    """One zstd frame, unpacked little by little."""

    def __init__(self) -> None:
        import zstandard

        self.member = zstandard.ZstdDecompressor().decompressobj()
        self.error = zstandard.ZstdError
        self.sip = ZST_SIPS[0]

    def pump(self, data: bytes) -> Pump:
        """Unpack the frame as far as `data` goes, in smaller sips where much comes of little."""
        at = 0
        while at < len(data):
            end = at + self.sip
            try:
                out = self.member.decompress(data[at:end])
            except self.error as error:
                raise EOFError(str(error)) from error
            if out:
                yield out
            if self.member.eof:
                return True, self.member.unused_data + data[end:]
            self.sip = ZST_SIPS[0] if len(out) > STEP_BYTES else min(2 * self.sip, ZST_SIPS[1])
            at = end
        return False, b""


PUMPS: dict[str, tuple[Callable[[], object], Callable[..., Pump], tuple[type[Exception], ...]]] = {
    "gz": (lambda: zlib.decompressobj(31), pump_gz, (zlib.error,)),
    "bz2": (bz2.BZ2Decompressor, pump_blocks, (OSError, EOFError)),
    "xz": (lzma.LZMADecompressor, pump_blocks, (lzma.LZMAError, EOFError)),
    "zst": (Zst, Zst.pump, (EOFError,)),
}


class Line(NamedTuple):
    """One line of a stream."""

    offset: int
    length: int
    """With its terminator."""
    body: bytes | None
    """Without its terminator; None where the line is longer than was allowed, and was not held."""


def lines(chunks: Iterable[bytes], offset: int, most: int, newline: bytes = b"\n") -> Iterator[Line]:
    """Cut a stream into lines at line feeds and nowhere else; the lines tile every byte.

    `newline` is the line feed as encoded: where it is wider than a byte (UTF-16, UTF-32), it counts only in places that
    are multiples of its width. A line of more than `most` bytes is passed over without being held.
    """
    width = len(newline)
    held: list[bytes] = []
    length = 0
    for chunk in chunks if width == 1 else aligned(chunks, width):
        parts = chunk.split(newline) if width == 1 else split_units(chunk, newline)
        rest = parts.pop()
        for part in parts:
            body: bytes | None = part
            size = length + len(part) + width
            if length:
                body = b"".join([*held, part]) if size <= most else None
                held.clear()
                length = 0
            yield Line(offset, size, body if size <= most else None)
            offset += size
        if rest:
            length += len(rest)
            held.append(rest)
            if length > most:
                held.clear()
    if length:
        yield Line(offset, length, b"".join(held) if length <= most else None)


def aligned(chunks: Iterable[bytes], width: int) -> Iterator[bytes]:
    """Cut a stream anew so that all but the last chunk are multiples of `width`."""
    rest = b""
    for chunk in chunks:
        whole = rest + chunk
        end = len(whole) - len(whole) % width
        rest = whole[end:]
        if end:
            yield whole[:end]
    if rest:
        yield rest


def split_units(data: bytes, newline: bytes) -> list[bytes]:
    """Split at every line feed that stands at a multiple of its own width."""
    width = len(newline)
    parts = []
    begin = at = 0
    while (at := data.find(newline, at)) >= 0:
        if at % width:
            at += 1
            continue
        parts.append(data[begin:at])
        begin = at = at + width
    parts.append(data[begin:])
    return parts


def stretches(stream: Iterable[bytes], spans: Iterable[tuple[int, int]], most: int) -> Iterator[bytes]:
    """Yield the bytes of spans (offset, length), which ascend and do not overlap, in one pass; `most` of each."""
    chunks = iter(stream)
    chunk, at = b"", 0
    for offset, length in spans:
        out: list[bytes] = []
        begin, end = offset, offset + min(length, most)
        while begin < end:
            if begin >= at + len(chunk):
                at += len(chunk)
                more = next(chunks, None)
                chunk = more or b""
                if more is None:
                    break
                continue
            out.append(chunk[begin - at : end - at])
            begin += len(out[-1])
        yield b"".join(out)
