"""Within what duplicates are looked for: everything, one source, or one language."""

from hashlib import blake2b
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curate.core import compute as pc

Scope = Literal["corpus", "source", "language"]
COLUMNS = {"source": "source_id", "language": "language"}


def scopes_of(batch: pa.RecordBatch, scope: Scope) -> tuple[list[str], NDArray[np.int64]]:
    """Return the names of the scopes in a batch, and for each row the place of its own among them.

    Records whose language is not known share the scope "".
    """
    if scope == "corpus":
        return [""], np.zeros(batch.num_rows, np.int64)
    known = pc.dictionary_encode(pc.fill_null(batch[COLUMNS[scope]], ""))
    return known.dictionary.to_pylist(), known.indices.to_numpy().astype(np.int64)


def salts_of(batch: pa.RecordBatch, scope: Scope) -> NDArray[np.uint64]:
    """Return one number a row, the same for rows of one scope and for them alone."""
    names, places = scopes_of(batch, scope)
    salts = [int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little") for name in names]
    return np.array(salts, np.uint64)[places]
