"""Keep pyarrow from importing pandas in processes that have no use for it."""

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType


class NoPandas(MetaPathFinder):
    """Says that there is no pandas, and nothing of any other module."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        """Raise ModuleNotFoundError for pandas."""
        del path, target
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname, name=fullname)


class OnceArrowIsThere(MetaPathFinder, Loader):
    """Loads pyarrow as ever, when somebody imports it, and tells it then that there is no pandas."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the specification of pyarrow, with this loader around its own; nothing of any other module."""
        if fullname != "pyarrow":
            return None
        sys.meta_path.remove(self)
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            self.own, spec.loader = spec.loader, self
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Return what pyarrow's own loader makes."""
        return self.own.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Fill the module in as its own loader does."""
        self.own.exec_module(module)
        if module.__spec__ is not None:
            module.__spec__.loader = module.__loader__ = self.own
        spare_pandas()


def spare_pandas() -> None:
    """Let pyarrow find out now that there is no pandas, and then take it back.

    It imports pandas, where that is installed, at the first array that is made of a list: 0.4 seconds of CPU in every
    process. It asks once; a stage of a stranger's can still import pandas afterwards. Only `to_pandas` is lost here.
    """
    if "pandas" in sys.modules:
        return
    import pyarrow as pa

    finder = NoPandas()
    sys.meta_path.insert(0, finder)
    try:
        pa.array([0])
    finally:
        sys.meta_path.remove(finder)


def spare_pandas_later() -> None:
    """Do so as soon as pyarrow is imported; nothing where it is imported already, for its user may want pandas."""
    if "pyarrow" not in sys.modules and not any(isinstance(finder, OnceArrowIsThere) for finder in sys.meta_path):
        sys.meta_path.insert(0, OnceArrowIsThere())
