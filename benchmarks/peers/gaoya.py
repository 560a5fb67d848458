"""gaoya: its index of strings with its own tokenizer, words for English and characters for Chinese."""

from pathlib import Path

from gaoya.minhash import MinHashStringIndex  # type: ignore[import-not-found]

from benchmarks.peers.trial import BANDS, NGRAM, ROWS, documents, first_kept, tried

THRESHOLD = 0.7
UNITS = {"zh": "char", "en": "word"}


def removed_of(corpus: Path, place: Path) -> list[str]:
    """Return the ids of documents to which the index names an earlier one that was kept; a language by itself."""
    del place
    known = documents(corpus)
    removed = []
    for language, unit in UNITS.items():
        mine = [document for document in known if document.language == language]
        texts = [document.text for document in mine]
        index = MinHashStringIndex(
            jaccard_threshold=THRESHOLD,
            num_bands=BANDS,
            band_size=ROWS,
            analyzer=unit,
            lowercase=True,
            ngram_range=(NGRAM, NGRAM),
            id_container="vec",
        )
        index.par_bulk_insert_docs(list(range(len(texts))), texts)
        removed += [mine[at].id for at in first_kept(index.par_bulk_query(texts))]
    return removed


if __name__ == "__main__":
    tried(removed_of)
