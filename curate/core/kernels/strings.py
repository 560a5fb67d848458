"""Arrow strings as numpy views, the form in which kernels read them."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]


class Strings(NamedTuple):
    """The UTF-8 bytes of n strings: string i is `data[starts[i]:stops[i]]`; a null one is empty."""

    data: Bytes
    starts: Places
    stops: Places

    @property
    def nbytes(self) -> int:
        """Bytes of all strings together."""
        return int((self.stops - self.starts).sum())


def views(strings: pa.StringArray) -> Strings:
    """Look at the buffers of an Arrow string array without copying its text.

    Slices are respected. What lies behind a null slot is undefined in Arrow, so a null is shown as an empty string.
    """
    _, offsets_buffer, data_buffer = strings.buffers()
    n = len(strings)
    if offsets_buffer is None or n == 0:
        nothing = np.zeros(n, np.int64)
        return Strings(np.zeros(0, np.uint8), nothing, nothing)
    offsets = np.frombuffer(offsets_buffer, np.int32)[strings.offset : strings.offset + n + 1].astype(np.int64)
    data = np.zeros(0, np.uint8) if data_buffer is None else np.frombuffer(data_buffer, np.uint8)
    starts, stops = offsets[:-1], offsets[1:]
    if strings.null_count:
        valid = pc.is_valid(strings).to_numpy(zero_copy_only=False)
        stops = np.where(valid, stops, starts)
    return Strings(data, starts, stops)


def as_array(data: Bytes, stops: Places, valid: pa.BooleanArray) -> pa.StringArray:
    """Make an Arrow string array of n strings that lie one behind the other in `data`, string i ending at `stops[i]`.

    `data` must be valid UTF-8. `valid` says which strings are not null.
    """
    n = len(stops)
    offsets = np.zeros(n + 1, np.int32)
    offsets[1:] = stops
    total = int(offsets[-1])
    bitmap = None if valid.false_count == 0 else pa.concat_arrays([valid]).buffers()[1]
    return pa.StringArray.from_buffers(n, pa.py_buffer(offsets), pa.py_buffer(data[:total]), bitmap)
