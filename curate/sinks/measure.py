"""How many bytes each record holds, so that cuts depend on the data and on nothing else."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curate.core import compute as pc

Bytes = npt.NDArray[np.int64]


def row_bytes(batch: pa.RecordBatch) -> Bytes:
    """Return the uncompressed bytes of each row: values and 4 bytes an offset.

    Validity bitmaps do not count, nor does what stands behind a null: both depend on how a batch was made, and a row
    must weigh the same in any batch.
    """
    total = np.zeros(batch.num_rows, np.int64)
    for column in batch.columns:
        total += _weights(column)
    return total


def _weights(array: pa.Array) -> Bytes:
    """Weigh each value of a column."""
    kind = array.type
    if pa.types.is_struct(kind):
        weights = np.zeros(len(array), np.int64)
        for place in range(kind.num_fields):
            weights += _weights(pc.struct_field(array, [place]))
        return weights
    if pa.types.is_list(kind):
        return 4 + _list_weights(array)
    if pa.types.is_string(kind) or pa.types.is_binary(kind):
        lengths = pc.binary_length(array)
        return 4 + np.asarray(pc.fill_null(lengths, 0), np.int64)
    return np.full(len(array), max(1, kind.bit_width // 8), np.int64)


def _list_weights(array: pa.ListArray) -> Bytes:
    """Weigh the items of each list; a null list weighs nothing."""
    inner = _weights(array.flatten())
    lengths = np.asarray(pc.fill_null(pc.list_value_length(array), 0), np.int64)
    sums = np.concatenate(([0], np.cumsum(inner)))
    ends = np.cumsum(lengths)
    return np.asarray(sums[ends] - sums[ends - lengths], np.int64)
