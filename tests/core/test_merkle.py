"""A root stands for its leaves in their order, and a path proves one of them and nothing else (RFC 9162)."""

from hashlib import sha256

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.core.merkle import LEAF_COLUMNS, Tree, leaf_hash, path_to, record_hashes, root_by, root_of

PUBLISHED = [
    ("", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
    ("00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
    ("10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
    ("2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
    ("3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
    ("40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
    ("5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
    ("606162636465666768696a6b6c6d6e6f", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
]
"""Leaves that Certificate Transparency's own tests append one by one, and the root after each."""


def defined(leaves: list[bytes]) -> bytes:
    """Follow the definition of RFC 9162, 2.1.1, word for word."""
    if len(leaves) < 2:
        return sha256(b"\0" + leaves[0]).digest() if leaves else sha256(b"").digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha256(b"\1" + defined(leaves[:half]) + defined(leaves[half:])).digest()


class TestARoot:
    @pytest.mark.parametrize("count", range(1, 9))
    def test_is_the_one_that_others_publish(self, count):
        leaves = [bytes.fromhex(leaf) for leaf, _ in PUBLISHED[:count]]
        assert root_of(leaves) == PUBLISHED[count - 1][1]

    @given(leaves=st.lists(st.binary(max_size=4), max_size=40), cut=st.integers(0, 40))
    def test_is_that_of_the_definition_however_the_tree_grew(self, leaves, cut):
        tree = Tree()
        for part in (leaves[:cut], leaves[cut:]):
            tree.extend(map(leaf_hash, part))
        assert tree.root() == root_of(leaves) == defined(leaves).hex()
        assert tree.size == len(leaves)


class TestAPath:
    @pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 31, 64])
    def test_leads_to_the_root_from_its_own_place_alone(self, size):
        hashes = [leaf_hash(bytes([number])) for number in range(size)]
        root = root_of(bytes([number]) for number in range(size))
        for place, leaf in enumerate(hashes):
            path = path_to(place, hashes)
            assert len(path) <= (size - 1).bit_length()
            assert root_by(leaf, place, size, path) == root
            assert not [at for at in range(-1, size + 2) if at != place and root_by(leaf, at, size, path) == root]
            assert root_by(leaf, place, size, [*path, leaf]) != root
            assert root_by(hashes[place - 1], place, size, path) != root or size == 1
            assert not path or root_by(leaf, place, size, path[:-1]) is None

    @pytest.mark.parametrize("place", [-1, 3])
    def test_of_a_leaf_that_is_not_there_cannot_be_asked(self, place):
        with pytest.raises(IndexError):
            path_to(place, [leaf_hash(b"")] * 3)


class TestALeaf:
    ROWS = (
        {
            "id": "ab" * 16,
            "source_id": "qa",
            "source_offset": 3,
            "source_length": 9,
            "text": "甲\t\n",
            "source_uri": "a\tb",
        },
        {
            "id": "cd" * 16,
            "source_id": "qa",
            "source_offset": 0,
            "source_length": None,
            "text": "",
            "source_uri": "文.md",
        },
        {"id": None, "source_id": None, "source_offset": None, "source_length": None, "text": None, "source_uri": None},
    )
    KINDS = pa.schema(
        [(name, pa.int64() if name in {"source_offset", "source_length"} else pa.string()) for name in LEAF_COLUMNS]
    )

    @staticmethod
    def spelled(row: dict[str, object]) -> bytes:
        """Write the bytes of a leaf as the documentation describes them."""
        text = row["text"]
        digest = None if text is None else sha256(str(text).encode()).hexdigest()
        parts = [row["id"], row["source_id"], row["source_offset"], row["source_length"], digest, row["source_uri"]]
        return "\t".join("-" if part is None else str(part) for part in parts).encode()

    def test_is_made_of_id_source_span_and_digest_of_the_text(self):
        batch = pa.RecordBatch.from_pylist(list(self.ROWS), self.KINDS)
        assert record_hashes(batch) == [leaf_hash(self.spelled(row)) for row in self.ROWS]

    def test_does_not_depend_on_the_batch_that_its_record_stands_in(self):
        batch = pa.RecordBatch.from_pylist(list(self.ROWS), self.KINDS)
        parts = [record_hashes(batch.slice(place, 1)) for place in range(3)]
        assert [leaf for part in parts for leaf in part] == record_hashes(batch)
        assert record_hashes(batch.slice(3)) == []
        folded = batch.set_column(1, "source_id", batch["source_id"].dictionary_encode())
        assert record_hashes(folded) == record_hashes(batch)
