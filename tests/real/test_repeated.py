"""Advisories that share only their legal notices and standing advice are no near duplicates once those are cut."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from numpy.typing import NDArray

import curate
from benchmarks.corpora import data
from curate.core.kernels.shingles import shingle_sets

ROOT = data() or Path()
pytestmark = pytest.mark.skipif(data() is None, reason="real data is absent; CURATE_DATA names its folder")

ADVISORY = (
    "{document.title}\n{document.notes.*.text}\n"
    "{vulnerabilities.*.notes.*.text}\n{vulnerabilities.*.remediations.*.details}"
)
SAME_PRODUCT = 5
"""Pairs of advisories at 0.7 or more that are left: the same flaws, described in the same words, in sister products."""


def configuration(out: Path, folder: str, stages: list[Any], **source: Any) -> dict[str, Any]:
    return {
        "name": "repeated",
        "sources": {"one": {"path": str(ROOT / folder), **source}},
        "stages": stages,
        "output": {"path": str(out)},
        "work": "none",
    }


def advisories(out: Path, stages: list[Any]) -> pl.DataFrame:
    said = {"format": "json", "text": ADVISORY, "keep": ["document.tracking.id"]}
    curate.run(configuration(out, "en_ot_csaf_2017_2021/**/*.json", stages, **said), workers=2)
    return pl.read_parquet(out / "data/**/*.parquet", columns=["document_tracking_id", "text"])


def similarities(texts: list[str]) -> NDArray[np.float64]:
    """Return the Jaccard index of every pair that shares a 5-gram, from an inverted index."""
    values, bounds = shingle_sets(pa.array(texts), 5)
    owners = np.repeat(np.arange(len(texts)), np.diff(bounds))
    order = np.argsort(values, kind="stable")
    values, owners = values[order], owners[order]
    shared = np.zeros((len(texts), len(texts)), np.int32)
    for group in np.split(owners, np.flatnonzero(values[1:] != values[:-1]) + 1):
        if len(group) > 1:
            shared[np.ix_(group, group)] += 1
    sizes = np.diff(bounds)
    ones, twos = np.triu_indices(len(texts), 1)
    both = shared[ones, twos]
    return both / (sizes[ones] + sizes[twos] - both)


def test_advisories_are_no_near_duplicates_through_boilerplate(tmp_path: Path) -> None:
    before = advisories(tmp_path / "before", ["normalize"])
    after = advisories(tmp_path / "after", ["normalize", "repeated_lines"])
    assert before["document_tracking_id"].n_unique() == len(before) == len(after)
    one, two = (similarities(frame["text"].to_list()) for frame in (before, after))
    assert (one >= 0.5).sum() > 14_000
    assert (one >= 0.7).sum() > 100
    assert (two >= 0.5).sum() < 30
    assert (two >= 0.7).sum() <= SAME_PRODUCT


@pytest.mark.parametrize(
    ("folder", "most"),
    [
        ("zh_law_national/**/*.md", 0.002),
        ("en_fin_fomc_minutes/*.txt", 0.0),
        ("en_cyber_owasp_cheatsheets/**/*.md", 0.0),
        ("zh_en_cyber_vulhub/**/*.md", 0.02),
        ("en_net_rfc_std/*.gz", 0.02),
    ],
)
def test_real_text_stays(folder: str, most: float, tmp_path: Path) -> None:
    stages = ["normalize", "repeated_lines"]
    run = curate.run(configuration(tmp_path / "out", folder, stages, format="text"), workers=2)
    account = {stage.name: stage for stage in run.manifest.stages}["repeated_lines"]
    assert account.rejected == 0
    assert account.bytes_in - account.bytes_out <= most * account.bytes_in
