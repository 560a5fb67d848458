"""datatrove: its four stages of MinHash deduplication, in this process, with the tokenizer that it has for a language.

The steps are called one after the other, without the executor and its logs, which leaves out work that a user pays for.
"""

from pathlib import Path
from shutil import rmtree

import pyarrow.compute as pc
import pyarrow.parquet as pq
from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupFilter, MinhashDedupSignature  # type: ignore[import-not-found]
from datatrove.pipeline.dedup.minhash import MinhashConfig  # type: ignore[import-not-found]
from datatrove.pipeline.readers import ParquetReader  # type: ignore[import-not-found]
from datatrove.utils.hashing import HashConfig  # type: ignore[import-not-found]
from datatrove.utils.logging import logger  # type: ignore[import-not-found]

from benchmarks.peers.trial import BANDS, NGRAM, ROWS, tried

LANGUAGES = {"zh": "cmn", "en": "eng"}


def removed_of(corpus: Path, place: Path) -> list[str]:
    """Return the ids of documents that the filter lets fall; a language by itself, as the tokenizers are."""
    rmtree(place, ignore_errors=True)
    removed: list[str] = []
    for language, code in LANGUAGES.items():
        read = place / language / "read"
        read.mkdir(parents=True)
        table = pq.read_table(corpus)
        table = table.filter(pc.equal(table["language"], language)).select(["id", "text"])
        pq.write_table(table, read / "all.parquet", compression="zstd")
        left = set(table["id"].to_pylist())
        left -= set(kept(read, code, place / language))
        removed += left
    return removed


def kept(read: Path, code: str, place: Path) -> list[str]:
    """Run the stages over one file and return the ids that come out of the last."""
    config = MinhashConfig(NGRAM, BANDS, ROWS, hash_config=HashConfig(precision=64, hash_fc="xxhash"))
    folders = [str(place / name) for name in ("signatures", "buckets", "remove")]
    reader = ParquetReader(str(read), read_metadata=False)
    MinhashDedupSignature(folders[0], config, code).run(reader.run(), 0, 1)
    buckets = MinhashDedupBuckets(*folders[:2], config=config, only_dedup_in_index=False)
    for rank in range(BANDS):
        buckets.run(None, rank, BANDS)
    MinhashDedupCluster(*folders[1:], config=config).run(None, 0, 1)
    return [document.id for document in MinhashDedupFilter(folders[2]).run(reader.run(), 0, 1)]


if __name__ == "__main__":
    logger.remove()
    tried(removed_of)
