"""One run by the command as a user starts it, and what may be expected of any run that cannot end well."""

import json
import shutil
from pathlib import Path
from typing import Any

import click.testing

from curate.cli import main
from tests.engine.corpora import bytes_of, lines


def good(count: int = 60) -> list[str]:
    """Return lines without a fault: so many that one bad one stays below every limit."""
    return lines(0, count)


class Trial:
    """A folder with raw files, a configuration and its output."""

    def __init__(self, place: Path) -> None:
        self.raw, self.out, self.config = place / "raw", place / "out", place / "c.yaml"
        self.raw.mkdir(exist_ok=True)

    def write(self, name: str, body: bytes | str) -> Path:
        """Write a raw file."""
        path = self.raw / name
        path.write_bytes(body.encode() if isinstance(body, str) else body)
        return path

    def settings(self, **more: Any) -> dict[str, Any]:
        """Return a configuration over all raw files of one source, `a`; settings of the source stand under `source`."""
        source = {"format": "jsonl", "path": str(self.raw), **more.pop("source", {})}
        said = {"name": "trial", "sources": {"a": source}, "stages": ["normalize", "length", "exact_duplicates"]}
        return {**said, "output": {"path": str(self.out)}, "workers": 0, **more}

    def run(self, *options: str, text: str | None = None, **more: Any) -> click.testing.Result:
        """Run the command; `text` is the configuration where it is not that of `settings`."""
        self.config.write_text(text or json.dumps(self.settings(**more), ensure_ascii=False), "utf-8")
        arguments = ["run", str(self.config), "--progress", "none", *options]
        return click.testing.CliRunner().invoke(main, arguments, prog_name="curate")

    def passes(self, **more: Any) -> None:
        """Run, and hold the output against the raw files."""
        done = self.run(**more)
        assert (done.exit_code, done.stderr) == (0, ""), done.output
        checked = click.testing.CliRunner().invoke(main, ["verify", str(self.out), "--raw", str(self.raw)])
        assert checked.exit_code == 0, checked.output

    def refuses(self, code: int, *words: str, text: str | None = None, **more: Any) -> str:
        """Run where there is no output and where there is one: one clear error, and either stays as it was."""
        done = self.run(text=text, **more)
        assert not self.out.exists()
        self.former()
        before = bytes_of(self.out)
        again = self.run(text=text, **more)
        assert bytes_of(self.out) == before
        assert [done.exit_code, again.exit_code] == [code, code], done.output
        assert is_one_clear_error(done.stderr, *words), done.stderr
        return done.stderr

    def former(self) -> None:
        """Put an earlier output of other records in the place of the output, without what its run worked with."""
        other = self.config.parent / "other"
        other.mkdir(exist_ok=True)
        trial = Trial(other)
        trial.write("a.jsonl", "\n".join(lines(500, 20)))
        assert trial.run().exit_code == 0
        shutil.copytree(trial.out, self.out)


def is_one_clear_error(said: str, *words: str) -> bool:
    """Tell whether the last words of a run are a single error with its place and a hint."""
    first, *rest = said.splitlines()
    hints = [line for line in rest if line.startswith("  hint: ")]
    one = first.startswith("error: ") and said.count("error: ") == 1 and "Traceback" not in said
    return one and first.count(": ") > 1 and len(hints) == 1 and all(word in said for word in words)
