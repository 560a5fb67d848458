"""Take out of a manifest what its stages quote of the texts of some sources."""

from pydantic import JsonValue

from curate.core.stage import QUOTE
from curate.lineage.manifest import StageRecord


def withheld(stages: tuple[StageRecord, ...], sources: set[str]) -> tuple[tuple[StageRecord, ...], int]:
    """Empty what stages quote of the texts of some sources; return the stages, and how many quotes went."""
    hidden = 0

    def emptied(said: JsonValue) -> JsonValue:
        nonlocal hidden
        if isinstance(said, list):
            return [emptied(one) for one in said]
        if not isinstance(said, dict):
            return said
        mine = said.get(QUOTE) and said.get("source_id", "") in {*sources, ""}
        hidden += bool(mine)
        return {name: "" if mine and name == QUOTE else emptied(one) for name, one in said.items()}

    left = [
        stage.model_copy(update={"lineage": {name: emptied(one) for name, one in stage.lineage.items()}})
        for stage in stages
    ]
    return (tuple(left), hidden) if hidden else (stages, 0)
