"""Hot loops over Arrow buffers, compiled by numba: pure functions of arrays."""
