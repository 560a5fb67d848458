"""JSON objects as records: what the fast parser gets wrong is parsed again by the lenient one."""

import json
from collections.abc import Callable, Mapping

from curate.sources.decoded import ENCODING
from curate.sources.fields import Fault, Fields
from curate.sources.paths import getter

MALFORMED = Fault("read:malformed")
NOT_AN_OBJECT = Fault("read:not_an_object")
EXACT = float(1 << 63)
"""A float beyond this may be an integer that orjson could not hold."""

Inexact = Callable[[Mapping[str, object]], bool]


def inexact_in(fields: Fields) -> Inexact:
    """Return a test for key and kept fields in which orjson may have turned a huge integer into a float."""
    getters = [getter(path) for path in fields.named]

    def inexact(record: Mapping[str, object]) -> bool:
        return any(type(value := get(record)) is float and abs(value) >= EXACT for get in getters)

    return inexact


def lenient(body: bytes, encoding: str) -> object:
    """Parse what orjson refused; a Fault where it is truly no JSON, or not even text."""
    try:
        return json.loads(body.decode(encoding))
    except UnicodeDecodeError:
        return ENCODING
    except (ValueError, RecursionError):
        return MALFORMED
