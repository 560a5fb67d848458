"""What a run cannot do ends it with one clear error, the right exit code, and nothing half-published."""

import json
import os
import resource
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from curate.cli import main
from tests.engine.corpora import bytes_of, lines
from tests.engine.faults import COMMAND, ROOT
from tests.engine.trying import Trial, good, is_one_clear_error


def within_seconds(trial: Trial, code: int, *words: str, **more: Any) -> None:
    """Run in a process that can be ended from outside: whatever waits for a pipe fails."""
    trial.config.write_text(json.dumps(trial.settings(**more)), "utf-8")
    command = [*COMMAND, "run", str(trial.config), "--progress", "none"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == code, said
    assert is_one_clear_error(said, *words), said


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    made = Trial(tmp_path)
    made.write("a.jsonl", "\n".join(good()))
    return made


class TestTheInput:
    def test_may_not_be_an_empty_folder(self, trial: Trial) -> None:
        empty = trial.config.parent / "empty"
        empty.mkdir()
        trial.refuses(2, "sources.a.path", "holds no file", source={"path": str(empty)})

    def test_has_to_be_there(self, trial: Trial) -> None:
        (trial.raw / "link.jsonl").symlink_to("nowhere")
        trial.refuses(2, "sources.a.path", "there is no", source={"path": str(trial.raw / "link.jsonl")})

    def test_is_no_pipe(self, trial: Trial) -> None:
        os.mkfifo(trial.raw / "p.jsonl")
        told = trial.refuses(2, "sources.a.path", "p.jsonl", source={"path": str(trial.raw / "p.jsonl")})
        assert "neither a file nor a folder" in told

    @pytest.mark.parametrize("name", ["SHA256SUMS", "_lineage/manifest.json", "README.md"])
    def test_that_is_an_earlier_output_holds_no_pipe(self, trial: Trial, name: str) -> None:
        trial.former()
        old = trial.out.rename(trial.config.parent / "old")
        (old / name).unlink()
        os.mkfifo(old / name)
        code = 65 if name == "README.md" else 2
        within_seconds(trial, code, str(old), name, source={"format": "curate", "path": str(old)})

    @pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs /proc, where reading fails for everybody")
    def test_that_cannot_be_read_is_an_error_of_storage(self, trial: Trial) -> None:
        (trial.raw / "b.jsonl").symlink_to("/proc/self/mem")
        trial.refuses(74, "b.jsonl")

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_that_may_not_be_read_is_an_error_of_storage(self, trial: Trial) -> None:
        trial.write("b.jsonl", "").chmod(0)
        trial.refuses(74, "b.jsonl", "Permission denied")

    def test_needs_the_columns_that_are_named(self, trial: Trial) -> None:
        shutil.rmtree(trial.raw)
        trial.raw.mkdir()
        trial.write("a.csv", "title,answer\n一,二\n")
        said = {"format": "csv", "text": "{title} {body}"}
        trial.refuses(65, "a.csv", "'body'", "answer", source=said)
        shutil.rmtree(trial.out)
        (trial.raw / "a.csv").unlink()
        pq.write_table(pa.table({"title": ["一"], "answer": ["二"]}), trial.raw / "a.parquet")
        trial.refuses(65, "a.parquet", "'body'", "answer", source={**said, "format": "parquet"})


class TestTheConfiguration:
    def test_names_every_source_once(self, trial: Trial) -> None:
        source = f"  a: {{format: jsonl, path: {trial.raw}}}\n"
        text = f"name: x\nsources:\n{source}{source}output: {{path: {trial.out}}}\n"
        trial.refuses(2, "c.yaml:4", "'a'", text=text)

    def test_has_no_unknown_setting(self, trial: Trial) -> None:
        trial.refuses(2, "c.yaml:1", "stages[0]", "'mini'", "did you mean 'min'", stages=[{"length": {"mini": 3}}])

    def test_has_one_stage_an_entry(self, trial: Trial) -> None:
        text = (
            f"name: x\nsources:\n  a: {{format: jsonl, path: {trial.raw}}}\n"
            f"stages:\n  - length:\n    min: 3\noutput: {{path: {trial.out}}}\n"
        )
        trial.refuses(2, "c.yaml:5", "'length'", "two more spaces", text=text)


class TestTheOutput:
    def test_is_not_put_in_the_place_of_a_file(self, trial: Trial) -> None:
        trial.out.write_text("mine")
        done = trial.run()
        assert done.exit_code == 2
        assert is_one_clear_error(done.stderr, "c.yaml:1 output.path", str(trial.out), "is a file")
        assert trial.out.read_text() == "mine"
        assert not trial.out.with_name("out.lock").exists()

    @pytest.mark.parametrize("name", ["SHA256SUMS", "_lineage/manifest.json", "README.md", "data/pipe"])
    def test_is_not_read_where_a_pipe_lies_in_it(self, trial: Trial, name: str) -> None:
        trial.passes()
        (trial.out / name).unlink(missing_ok=True)
        os.mkfifo(trial.out / name)
        within_seconds(trial, 74, "neither a file nor a folder" if "manifest" not in name else "no output of curate")

    @pytest.mark.parametrize("inside", [True, False])
    def test_is_not_run_into_where_its_suppression_list_is_a_pipe(self, trial: Trial, *, inside: bool) -> None:
        trial.passes()
        os.mkfifo(trial.out / "_lineage/suppressed.json" if inside else trial.out.with_name("out.suppression.json"))
        within_seconds(trial, 74, "neither a file nor a folder")

    def test_is_not_put_in_the_place_of_a_folder_of_something_else(self, trial: Trial) -> None:
        trial.out.mkdir()
        (trial.out / "thesis.txt").write_text("mine")
        done = trial.run()
        assert done.exit_code == 2
        assert is_one_clear_error(done.stderr, "c.yaml:1 output.path", str(trial.out), "no output of curate")
        assert [path.name for path in trial.out.iterdir()] == ["thesis.txt"]
        assert not trial.out.with_name("out.lock").exists()

    @pytest.mark.parametrize(
        "path", ["{here}", "{here}/**/*", "{here}/*", "{here}/**/*.parquet", "file://{here}/*/*.md"]
    )
    def test_is_not_put_where_a_source_looks_for_its_files(self, trial: Trial, path: str) -> None:
        here = trial.out.parent / "here"
        (here / "sub").mkdir(parents=True)
        for name in ("a.txt", "sub/a.md", "sub/a.parquet"):
            (here / name).touch()
        sources = {"qa": {"format": "text", "path": path.format(here=here)}}
        done = trial.run(sources=sources, output={"path": str(here / "out")})
        assert done.exit_code == 2
        assert is_one_clear_error(done.stderr, "c.yaml:1 output.path", "'qa' looks for its files")
        assert sorted(path.name for path in here.iterdir()) == ["a.txt", "sub"]

    @pytest.mark.parametrize("path", [None, [], 3, ["a.txt", 3], {"a": 1}])
    def test_is_told_of_no_source_whose_path_cannot_be_read(self, trial: Trial, path: object) -> None:
        done = trial.run(sources={"qa": {"format": "text", "path": path}})
        assert done.exit_code == 2
        assert is_one_clear_error(done.stderr, "sources.qa.path")

    @pytest.mark.parametrize("path", ["here/*.txt", "here/**/*.jsonl", "here.txt"])
    def test_may_lie_beside_what_a_source_reads(self, trial: Trial, path: str) -> None:
        folder = trial.out.parent
        (folder / "here").mkdir()
        for name in ("here/a.txt", "here/a.jsonl", "here.txt"):
            (folder / name).write_text("The pump was inspected and its seal replaced.")
        sources = {"qa": {"format": "text", "path": str(folder / path)}}
        done = trial.run(sources=sources, output={"path": str(folder / "here/out")})
        assert done.exit_code == 0, done.stderr

    @pytest.mark.parametrize("name", ["file/out", "out"])
    def test_needs_a_folder_that_can_be_written_to(self, trial: Trial, name: str) -> None:
        (trial.config.parent / "file").write_text("mine")
        (trial.config.parent / "out.work").write_text("mine")
        out = trial.config.parent / name
        done = trial.run(output={"path": str(out)})
        assert done.exit_code == 74
        assert is_one_clear_error(done.stderr, "output.path")
        assert not out.exists()

    def test_of_a_disk_that_is_full_stays_as_it_was_and_goes_on_when_there_is_room(self, trial: Trial) -> None:
        def cramped() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

        trial.write("a.jsonl", "\n".join(lines(0, 900)))
        trial.passes()
        whole = bytes_of(trial.out)
        for folder in (trial.out, trial.out.parent / "out.work"):
            shutil.rmtree(folder)
        trial.former()
        before = bytes_of(trial.out)
        said = [*COMMAND, "run", str(trial.config), "--quiet"]
        done = subprocess.run(said, preexec_fn=cramped, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 74
        assert is_one_clear_error(done.stderr, "File too large", "free space", str(trial.out)), done.stderr
        assert bytes_of(trial.out) == before
        assert trial.run().exit_code == 0
        assert bytes_of(trial.out) == whole

    def test_on_a_small_file_system_that_is_full_is_one_error_too(self, trial: Trial) -> None:
        place = trial.config.parent / "small"
        place.mkdir()
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", place], capture_output=True, check=False
        )
        if mounted.returncode:
            pytest.skip("a file system of its own needs root and the right to mount")
        try:
            trial.write("a.jsonl", "\n".join(lines(0, 3000)))
            done = trial.run(output={"path": str(place / "out")})
            assert done.exit_code == 74
            assert is_one_clear_error(done.stderr, str(place), "No space left on device", "free space"), done.stderr
            assert not (place / "out").exists()
        finally:
            subprocess.run(["umount", "--lazy", place], check=True)


def test_an_input_without_a_record_is_told(trial: Trial) -> None:
    trial.write("a.jsonl", "")
    done = trial.run()
    assert done.exit_code == 0
    assert (
        "warning: source 'a' holds no record\nwarning: no record was written, so the output has no shard\n"
        in done.stdout
    )
    assert not (trial.out / "data").exists()


def test_too_many_broken_lines_stop_the_run_and_name_the_heaviest_rules(trial: Trial) -> None:
    trial.write("b.jsonl", "{broken\n" * 30)
    trial.refuses(65, "source 'a'", "30 of 90", "read:malformed 30 (first a:b.jsonl record 0)")


def test_a_field_that_no_record_has_is_named_by_the_run_and_its_first_record_by_a_preview(trial: Trial) -> None:
    trial.refuses(65, "read:no_text 60 (first a:a.jsonl record 0, which has no 'body')", source={"text": "body"})
    seen = CliRunner().invoke(main, ["preview", str(trial.config)])
    assert "read:no_text: 60 rejected (100.00%), first a:a.jsonl record 0\n" in seen.stdout + "\n"
