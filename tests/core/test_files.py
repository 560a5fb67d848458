"""What a file is known by."""

from hashlib import sha256

import pytest
from xxhash import xxh3_128

from curate.core import files
from curate.core.files import digest_of, fingerprint_of, is_as_digested


@pytest.mark.parametrize("size", [0, 1, 6, 7, 8, 20, 21])
def test_a_file_is_digested_whole_whatever_its_size(tmp_path, monkeypatch, size):
    monkeypatch.setattr(files, "CHUNK_BYTES", 7)
    body = bytes(range(size))
    path = tmp_path / "file"
    path.write_bytes(body)
    assert digest_of(path) == sha256(body).hexdigest()
    assert fingerprint_of(path) == f"xxh3:{xxh3_128(body).hexdigest()}"


@pytest.mark.parametrize("of", [digest_of, fingerprint_of])
def test_damage_shows(tmp_path, of):
    path = tmp_path / "file"
    path.write_bytes(b"one")
    before = of(path)
    assert is_as_digested(path, before)
    path.write_bytes(b"two")
    assert not is_as_digested(path, before)
