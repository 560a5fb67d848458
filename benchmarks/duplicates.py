"""A corpus full of near-duplicates: made-up Chinese and English documents and their copies of six kinds.

Of a hundred documents, 78 are unrelated but for sentences that they share by chance; the others are copies of some of
these with words replaced, blocks moved or deleted, a header and a footer, nothing changed, or only the format; or forms
of one template, in groups of 60 to 240.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from benchmarks.corpora import once
from benchmarks.sentences import FORMS, LANGUAGES, WORD_COUNT, Ids, Places, Pool, pool, vocabulary

KINDS = ("base", "subst", "block", "boiler", "exact", "format", "template")
SHARES = {"subst": 0.065, "block": 0.05, "boiler": 0.029, "exact": 0.039, "format": 0.016, "template": 0.0155}
ENGLISH = 0.6
"""Share of the documents; of the bytes it is about the same."""
FAMILY = 2.2
"""Mean number of copies of a document that is copied at all."""
JACCARD = (0.45, 0.98)
"""What edited copies aim at, evenly spread."""
TEMPLATE = (0.4, 0.8)
"""What the forms of one template aim at: most are as unlike as different records should be."""
GROUP = (60, 240)
"""Forms that are filled in from one template."""
MEDIAN = {"zh": 23, "en": 15}
"""Sentences of a document: lognormal with sigma 0.7, so that a document has 2 KB on average."""
GOES_ON = 0.65
"""Probability that a sentence is followed by its neighbour in the pool."""
REUSED = 4.6
"""How many times a sentence of the pool is used on average."""
FURNITURE = 40
"""Different headers and footers in each language."""
SHINGLE = 5
FILE_DOCUMENTS = 27_000
GROUP_DOCUMENTS = 4_000
SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("text", pa.string()),
        ("language", pa.string()),
        ("kind", pa.dictionary(pa.int8(), pa.string())),
        ("family", pa.int32()),
    ]
)


class Document(NamedTuple):
    """How one document is made: the sentences of a pool, then what is done to them."""

    kind: str
    language: str
    family: int
    sentences: Places
    replaced: float = 0.0
    """Probability of each word to be replaced."""
    slots: int | None = None
    """Seed of the places where words are replaced: the same for all forms of a template; None: anywhere."""
    form: str = "plain"


@dataclass(frozen=True)
class Duplicates:
    """A corpus of zstd Parquet (id, text, language, kind, family) of so many documents; the same values, same bytes."""

    documents: int
    seed: int = 0

    def written(self, folder: Path) -> Path:
        """Write the corpus below `folder` unless it is there already; return its own folder."""
        return once(folder / f"duplicates-{self.documents}-{self.seed}", self.write)

    def write(self, folder: Path) -> None:
        """Write files of at most 27,000 documents in row groups of 4,000."""
        made = Maker(self).batches()
        for number in range(-(-self.documents // FILE_DOCUMENTS)):
            left = min(FILE_DOCUMENTS, self.documents - number * FILE_DOCUMENTS)
            with pq.ParquetWriter(folder / f"{number:03}.parquet", SCHEMA, compression="zstd") as writer:
                while left > 0:
                    batch = next(made)
                    writer.write_batch(batch)
                    left -= batch.num_rows


class Maker:
    """Lays out a corpus: which documents there are and in what order; texts are made a row group at a time."""

    def __init__(self, said: Duplicates) -> None:
        self.draw = np.random.default_rng([said.seed, len(LANGUAGES)])
        self.count = said.documents
        copies = {kind: round(share * said.documents) for kind, share in SHARES.items()}
        self.bases = said.documents - sum(copies.values())
        used = self.bases / len(LANGUAGES) * 26 / REUSED
        self.pools = {language: pool(language, max(500, int(used)), said.seed) for language in LANGUAGES}
        self.languages = np.where(self.draw.random(self.bases) < ENGLISH, "en", "zh")
        self.lengths = self.sentence_counts(self.languages)
        self.starts = np.concatenate([[0], np.cumsum(self.lengths)])
        self.sentences = self.runs(np.repeat(self.languages, self.lengths))
        documents = [*self.base(), *self.copies(copies), *self.templates(copies["template"])]
        self.documents = [documents[place] for place in self.draw.permutation(len(documents)).tolist()]

    def sentence_counts(self, languages: NDArray[np.str_]) -> Places:
        """Draw how many sentences documents have."""
        medians = np.array([MEDIAN[language] for language in languages.tolist()])
        return np.clip(medians * self.draw.lognormal(0, 0.7, len(medians)), 1, 150).astype(np.int64)

    def runs(self, languages: NDArray[np.str_]) -> Places:
        """Choose sentences: runs of neighbours from anywhere in the pool of the language."""
        jumps = self.draw.random(len(languages)) > GOES_ON
        jumps[:1] = True
        begun = np.flatnonzero(jumps)[np.cumsum(jumps) - 1]
        sizes = {language: len(known.bounds) - 1 for language, known in self.pools.items()}
        limits = np.where(languages == "en", sizes["en"], sizes["zh"])
        starts = self.draw.integers(0, 1 << 40, len(languages))
        chosen: Places = (starts[begun] + np.arange(len(languages)) - begun) % limits
        return chosen

    def sentences_of(self, base: int) -> Places:
        """Return the sentences of a document that is no copy."""
        return self.sentences[self.starts[base] : self.starts[base + 1]]

    def base(self) -> Iterator[Document]:
        """Yield the documents that are no copies."""
        for family, language in enumerate(self.languages.tolist()):
            yield Document("base", language, family, self.sentences_of(family))

    def copies(self, wanted: dict[str, int]) -> Iterator[Document]:
        """Yield the copies of documents, of all kinds but templates."""
        copied = self.draw.choice(self.bases, max(1, int(sum(wanted.values()) / FAMILY)))
        furniture = {
            language: [self.fresh(language, int(count)) for count in self.draw.integers(2, 9, FURNITURE)]
            for language in LANGUAGES
        }
        for kind in ("subst", "block", "boiler", "exact", "format"):
            for family in self.draw.choice(copied, wanted[kind]).tolist():
                language = str(self.languages[family])
                plain = Document(kind, language, family, self.sentences_of(family))
                if kind == "subst":
                    yield plain._replace(replaced=self.replaced(language, self.draw.uniform(*JACCARD)))
                elif kind == "block":
                    yield plain._replace(sentences=self.moved(plain.sentences))
                elif kind == "boiler":
                    head, foot = self.draw.integers(0, FURNITURE, 2).tolist()
                    around = (furniture[language][head], plain.sentences, furniture[language][foot])
                    yield plain._replace(sentences=np.concatenate(around))
                elif kind == "format":
                    yield plain._replace(form=FORMS[2 + int(self.draw.integers(3))])
                else:
                    yield plain

    def templates(self, wanted: int) -> Iterator[Document]:
        """Yield groups of forms: what differs stands at the same places in all of a group."""
        family = self.bases
        while wanted > 0:
            size = min(wanted, int(self.draw.integers(*GROUP, endpoint=True)))
            language = "en" if self.draw.random() < ENGLISH else "zh"
            sentences = self.fresh(language, int(self.draw.integers(6, 30)))
            replaced = self.replaced(language, self.draw.uniform(*TEMPLATE))
            for _ in range(size):
                yield Document("template", language, family, sentences, replaced, family)
            family, wanted = family + 1, wanted - size

    def fresh(self, language: str, count: int) -> Places:
        """Choose so many neighbouring sentences."""
        size = len(self.pools[language].bounds) - 1
        return (int(self.draw.integers(size)) + np.arange(count)) % size

    def replaced(self, language: str, jaccard: float) -> float:
        """Return how probably a word must be replaced for two texts to have that index.

        Of n shingles on either side, d are lost: J = (n - d) / (n + d). A shingle of five tokens is lost with any of
        the words that it touches: five in English, fewer in Chinese, where a token is a character.
        """
        lost = (1 - jaccard) / (1 + jaccard)
        touched = SHINGLE if language == "en" else 1 + (SHINGLE - 1) / vocabulary().characters
        return float(1 - (1 - lost) ** (1 / touched))

    def moved(self, sentences: Places) -> Places:
        """Delete a block, or put one elsewhere, or both; one sentence of a few always stays."""
        wanted = self.draw.uniform(*JACCARD)
        count = len(sentences)
        if self.draw.random() < 0.7:  # noqa: PLR2004 - most copies are shorter
            size = min(round((1 - wanted) * count), count - 1)
            start = int(self.draw.integers(0, count - size + 1))
            sentences = np.delete(sentences, slice(start, start + size))
        if self.draw.random() < 0.5:  # noqa: PLR2004 - half of them are in another order
            cuts = np.sort(self.draw.integers(0, len(sentences) + 1, 3))
            one, two, three, four = np.split(sentences, cuts)
            sentences = np.concatenate([one, three, two, four])
        return sentences

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the corpus in row groups that do not reach over the border of a file."""
        for first in range(0, self.count, FILE_DOCUMENTS):
            end = min(first + FILE_DOCUMENTS, self.count)
            for start in range(first, end, GROUP_DOCUMENTS):
                yield self.batch(start, min(start + GROUP_DOCUMENTS, end))

    def batch(self, start: int, end: int) -> pa.RecordBatch:
        """Make the documents from `start` to `end`."""
        documents = self.documents[start:end]
        pieces = [self.pieces(document) for document in documents]
        offsets = np.concatenate([[0], np.cumsum([len(one) for one in pieces])]).astype(np.int32)
        spelled = vocabulary().spelled.take(pa.array(np.concatenate(pieces)))
        texts = pc.binary_join(pa.ListArray.from_arrays(offsets, spelled), "")
        kinds = pa.array([KINDS.index(document.kind) for document in documents], pa.int8())
        columns = [
            pa.array([f"{number:08}" for number in range(start, end)]),
            texts,
            pa.array([document.language for document in documents]),
            pa.DictionaryArray.from_arrays(kinds, pa.array(KINDS)),
            pa.array([document.family for document in documents], pa.int32()),
        ]
        return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)

    def pieces(self, document: Document) -> Ids:
        """Put the sentences of a document together and do to them what its kind asks for."""
        known = vocabulary()
        pieces = strung(self.pools[document.language], document.sentences)
        if document.replaced:
            places = self.draw if document.slots is None else np.random.default_rng(document.slots)
            first = known.first(document.language)
            plain = pieces % known.size - first
            chosen = (places.random(len(pieces)) < document.replaced) & (plain >= 0) & (plain < WORD_COUNT)
            others = known.drawn(document.language, int(chosen.sum()), self.draw)
            pieces[chosen] += others - first - plain[chosen]
        if document.form != "plain":
            pieces = pieces % known.size + known.size * FORMS.index(document.form)
        return pieces


def strung(known: Pool, sentences: Places) -> Ids:
    """Return the pieces of sentences, one behind the other."""
    starts, lengths = known.bounds[sentences], np.diff(known.bounds)[sentences]
    ends = np.cumsum(lengths)
    pieces: Ids = known.pieces[np.repeat(starts - ends + lengths, lengths) + np.arange(ends[-1])]
    return pieces
