"""Say what a run would do without doing it: passes, splits, bytes, warnings."""

from typing import NamedTuple

from curate.config.model import Config
from curate.engine.plan import make_plan
from curate.engine.survey import packed

PACKED_RATIO = 4
"""About how many times a compressed text file grows when it is read (gzip of prose: 3 to 5)."""
PACKED_ENDS = (".gz", ".bz2", ".xz", ".zst", ".parquet")


class SourceForecast(NamedTuple):
    """What a source holds, by its listing alone."""

    name: str
    files: int
    bytes: int
    text_bytes: int
    """Estimated: plain files as they are, packed ones PACKED_RATIO times as long."""
    splits: int
    """Estimated from sizes; the survey cuts by what it finds."""


class Forecast(NamedTuple):
    """What a run would do."""

    passes: tuple[dict[str, list[str]], ...]
    """By pass: names of the stages that apply findings, that stream, that gather facts."""
    sources: tuple[SourceForecast, ...]
    work_bytes: int
    """Estimated space below the work folder: the text of every pass, packed at about half."""
    warnings: tuple[str, ...]

    def page(self) -> str:
        """Word the forecast for a terminal."""
        lines = []
        for source in self.sources:
            size = f"{source.bytes / 1e6:,.1f} MB"
            lines.append(f"{source.name}: {source.files:,} files, {size}, about {source.splits} splits")
        for number, one in enumerate(self.passes, 1):
            said = [f"{what} {', '.join(names)}" for what, names in one.items() if names]
            lines.append(f"pass {number}: " + ("; ".join(said) or "read and write"))
        lines.append(f"work folder: about {self.work_bytes / 1e6:,.1f} MB while it runs")
        lines += [f"warning: {warning}" for warning in self.warnings]
        return "\n".join(lines)


def forecast(config: Config) -> Forecast:
    """List the files and plan the passes; raise a ConfigError as a run would."""
    plan = make_plan(config)
    passes = tuple(
        {
            "apply": [stage.name for stage in one.apply],
            "stream": [stage.name for stage in one.stream],
            "gather": [stage.name for stage in one.gather],
        }
        for one in plan.passes
    )
    sources = []
    for source in config.sources:
        files = source.files()
        text = sum(file.size * (PACKED_RATIO if file.uri.endswith(PACKED_ENDS) else 1) for file in files)
        size = sum(file.size for file in files)
        sources.append(SourceForecast(source.name, len(files), size, text, len(list(packed(files)))))
    work = sum(source.text_bytes for source in sources) * len(passes) // 2
    return Forecast(passes, tuple(sources), work, plan.warnings)
