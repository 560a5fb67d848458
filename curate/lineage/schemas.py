"""Write the JSON Schemas of what an output holds: `python -m curate.lineage.schemas` in the repository."""

import json
from pathlib import Path

from curate.core import register, suppression
from curate.core.files import write_whole
from curate.lineage import diff, erase, explain, history, manifest, passage, reported, trace
from curate.lineage.profiles import model as profile
from curate.lineage.review import result, sample
from curate.sinks import rejects

SCHEMAS = {
    "manifest.schema.json": manifest.schema,
    "source.schema.json": register.schema,
    "profile.schema.json": profile.schema,
    "report.schema.json": reported.schema,
    "rejects.schema.json": rejects.schema,
    "explanation.schema.json": explain.schema,
    "trace.schema.json": trace.schema,
    "answer.schema.json": passage.schema,
    "diff.schema.json": diff.schema,
    "erasure.schema.json": erase.schema,
    "history.schema.json": history.schema,
    "suppression.schema.json": suppression.schema,
    "review.schema.json": result.schema,
    "review-sample.schema.json": sample.schema,
}


def write_schemas(folder: Path) -> None:
    """Write every schema into `folder`, replacing what is there."""
    for name, schema in SCHEMAS.items():
        write_whole(folder / name, (json.dumps(schema(), ensure_ascii=False, indent=1) + "\n").encode())


if __name__ == "__main__":
    write_schemas(Path("schemas"))
