"""The formats of `curate export`, by name: another one is a file beside this and a line here."""

import difflib
import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from pydantic import JsonValue

from curate.core.errors import ConfigError
from curate.core.files import write_whole
from curate.lineage.attachments import check_place
from curate.lineage.export import cn_filing, croissant, eu_summary, openlineage
from curate.lineage.manifest import Manifest, read_manifest
from curate.lineage.runrecord import RunRecord, read_run

Export = Callable[[Manifest, RunRecord | None], JsonValue | dict[str, JsonValue] | list[JsonValue]]


class Format(NamedTuple):
    """A format."""

    export: Export
    lines: bool = False
    """Whether each item of the list is a line of its own (ndjson)."""


FORMATS = {
    "croissant": Format(croissant.export),
    "openlineage": Format(openlineage.export, lines=True),
    "eu-training-summary": Format(eu_summary.export),
    "cn-filing": Format(cn_filing.export),
}


def exported(name: str, out: Path) -> bytes:
    """Spell an output in a format: UTF-8, the same bytes for the same manifest and run record.

    ConfigError where there is no such format; StorageError where the manifest cannot be read.
    """
    if name not in FORMATS:
        near = difflib.get_close_matches(name, FORMATS, 1)
        meant = f"did you mean {near[0]}? " if near else ""
        hint = f"{meant}there are {', '.join(FORMATS)}"
        raise ConfigError(f"there is no format {name!r}", where="curate export", hint=hint)
    form = FORMATS[name]
    said = form.export(read_manifest(out), read_run(out))
    if form.lines and isinstance(said, list):
        return "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in said).encode()
    return f"{json.dumps(said, ensure_ascii=False, indent=2)}\n".encode()


def write_export(body: bytes, out: Path, file: Path) -> None:
    """Write an export beside the output, or among its attachments; ConfigError where it would be a part of it."""
    check_place(out, file)
    write_whole(file, body)
