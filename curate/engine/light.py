"""Keep pyarrow from importing pandas in processes that have no use for it."""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType

import pyarrow as pa


class NoPandas(MetaPathFinder):
    """Says that there is no pandas, and nothing of any other module."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        """Raise ModuleNotFoundError for pandas."""
        del path, target
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname, name=fullname)


def spare_pandas() -> None:
    """Let pyarrow find out now that there is no pandas, and then take it back.

    It imports pandas, where that is installed, at the first array that is made of a list: 0.4 seconds of CPU in every
    process. It asks once; a stage of a stranger's can still import pandas afterwards. Only `to_pandas` is lost here.
    """
    if "pandas" in sys.modules:
        return
    finder = NoPandas()
    sys.meta_path.insert(0, finder)
    try:
        pa.array([0])
    finally:
        sys.meta_path.remove(finder)
