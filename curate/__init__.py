"""Turn raw Chinese and English industry data into corpora that can be trained on, with evidence for every record."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from curate.config.model import Config
    from curate.library import Run, apply, run
    from curate.library import open_output as open  # noqa: A004 - curate.open reads as builtins.open does

__all__ = ["Config", "Run", "__version__", "apply", "open", "run"]
__version__ = "0.1.0"

_WHERE = {
    "Config": ("curate.config.model", "Config"),
    "Run": ("curate.library", "Run"),
    "apply": ("curate.library", "apply"),
    "open": ("curate.library", "open_output"),
    "run": ("curate.library", "run"),
}


def __getattr__(name: str) -> Any:
    """Import what is asked for at the moment it is asked for: `import curate` stays light."""
    from importlib import import_module

    if name not in _WHERE:
        msg = f"module 'curate' has no attribute {name!r}"
        raise AttributeError(msg)
    module, attribute = _WHERE[name]
    return getattr(import_module(module), attribute)
