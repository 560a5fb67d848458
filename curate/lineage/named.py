"""Hold ids against the places that they are digests of."""

from collections.abc import Iterator
from hashlib import sha256

import numpy as np

from curate.config.registry import SOURCES
from curate.core.record import place_of
from curate.lineage.ids import ID_CHARS, Pairs, spell
from curate.lineage.manifest import Manifest, reread_sources
from curate.lineage.spans import Numbers, Place


def named_by_place(manifest: Manifest) -> frozenset[str]:
    """Return the sources whose ids follow from file and offset.

    Not such as declare a key, as were read from an earlier output, or are read by a plug-in; none where names of files
    are keyed, since the ids are then digests under that key.
    """
    sources = manifest.config.resolved.get("sources")
    if manifest.uris != "plain" or not isinstance(sources, list):
        return frozenset()
    said = [one for one in sources if isinstance(one, dict) and one.get("key") is None]
    ours = {str(one.get("name")) for one in said if str(one.get("format")) in {*SOURCES} - {"curate"}}
    return frozenset(ours) - reread_sources(manifest)


def unlike_places(place: Place, pairs: Pairs, starts: Numbers) -> Iterator[str]:
    """Yield the ids, records of one file, that are not the digests of their offsets: `core.record.record_id`."""
    source, uri = place
    base = f"{source}\0{place_of(uri, '')}".encode()
    halves = [sha256(base + b"%d" % start).digest()[: ID_CHARS // 2] for start in starts.tolist()]
    wanted = np.frombuffer(b"".join(halves), ">u8").reshape(-1, 2)
    for row in np.flatnonzero((wanted != pairs).any(axis=1)).tolist():
        yield f"{spell(pairs[row])} is not the id of the record at {starts[row]} of {source} {uri}"
