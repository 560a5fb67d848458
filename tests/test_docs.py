"""Every code block of the documentation runs.

A document's `python`, `bash` and `yaml` blocks run in order, in one folder that holds a copy of `configs/`, and in one
Python namespace; a `yaml` block with sources must load as a configuration, any other must be YAML. The line above a
block may say

    <!-- file: NAME -->        the block is written to NAME in that folder instead (and Python then also loads it)
    <!-- not run: REASON -->   the block is not run

Where two documents begin with the same commands, as twins in two languages do, these run once, in a folder that each
of the two goes on with a copy of.

Blocks in other languages (`text`, `console`) show what something looks like and are not run. What stands between
`<!-- made: NAME -->` and `<!-- end -->` is written by `docs/make.py`.
"""

import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

import pytest
from ruamel.yaml import YAML

from curate.config.registry import STAGES

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
FENCE = re.compile(
    r"^(?:<!-- (?P<mark>file|not run): (?P<said>.+?) -->\n\n?)?^```(?P<language>\w+)\n(?P<code>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
RUN = {"python", "bash", "sh", "yaml"}


class Block(NamedTuple):
    line: int
    language: str
    mark: str | None
    said: str | None
    code: str


def blocks(document: Path) -> list[Block]:
    text = document.read_text("utf-8")
    found = FENCE.finditer(text)
    return [Block(text.count("\n", 0, m.start("code")), m["language"], m["mark"], m["said"], m["code"]) for m in found]


class Reader:
    """Does what a document says, in a folder of its own."""

    def __init__(self, document: Path, folder: Path) -> None:
        self.document = document
        self.folder = folder
        self.names: dict[str, object] = {"__name__": "document"}

    def read(self, block: Block) -> None:
        if block.mark == "file" and block.said:
            path = self.folder / block.said
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.code, "utf-8")
        if block.language == "python":
            # The empty lines make a traceback point into the document.
            exec(compile("\n" * block.line + block.code, self.document.name, "exec"), self.names)  # noqa: S102
        elif block.language in {"bash", "sh"} and not block.mark:
            self.shell(block)
        elif block.language == "yaml":
            self.yaml(block)

    def shell(self, block: Block) -> None:
        """Run as a reader would, with the commands of this environment first on the path."""
        path = f"export PATH={Path(sys.executable).parent}:$PATH\n"
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", path + block.code],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, f"{self.document.name}:{block.line}\n{done.stdout}{done.stderr}"

    def yaml(self, block: Block) -> None:
        values = YAML(typ="safe").load(block.code)
        if isinstance(values, dict) and "sources" in values:
            from curate.config.model import Config

            Config.load(values)


def test_a_document_that_says_a_wrong_thing_is_noticed(tmp_path):
    document = tmp_path / "wrong.md"
    document.write_text(
        "# Wrong\n\n```python\nassert 1 + 1 == 3\n```\n\n<!-- not run: it costs money -->\n```bash\nfalse\n```\n"
    )
    wrong, costly = blocks(document)
    assert (wrong.language, costly.said) == ("python", "it costs money")
    with pytest.raises(AssertionError):
        Reader(document, tmp_path).read(wrong)
    with pytest.raises(AssertionError, match=r"wrong\.md"):
        Reader(document, tmp_path).read(costly._replace(mark=None))


def runnable(document: Path) -> list[Block]:
    """Return the blocks that are run, or written to a file."""
    said = (block for block in blocks(document) if block.mark != "not run")
    return [block for block in said if block.mark == "file" or block.language in RUN]


def same(some: Block, other: Block) -> bool:
    """Tell whether blocks do the same, on whatever line they stand."""
    return some._replace(line=0) == other._replace(line=0)


def beginning(some: Sequence[Block], other: Sequence[Block]) -> list[Block]:
    """Return the blocks with which both begin, up to the first of Python, whose names no folder holds.

    None, if no command is among them: they are not worth a copy.
    """
    pairs = takewhile(lambda pair: same(*pair) and pair[0].language != "python", zip(some, other, strict=False))
    shared = [block for block, _ in pairs]
    return shared if any(block.language in {"bash", "sh"} for block in shared) else []


def state(folder: Path) -> dict[Path, str]:
    return {path: sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def begun(tmp_path_factory) -> Iterator[Callable[[Path], tuple[int, Path]]]:
    """Say how many blocks of a document have run, and where: in a folder that nobody works in afterwards."""
    folders: dict[str, Path] = {}
    states: dict[Path, dict[Path, str]] = {}
    untouched = tmp_path_factory.mktemp("untouched")
    shutil.copytree(ROOT / "configs", untouched / "configs", ignore=shutil.ignore_patterns("__pycache__"))

    def go(document: Path) -> tuple[int, Path]:
        own = runnable(document)
        shared = max((beginning(own, runnable(other)) for other in DOCUMENTS if other != document), key=len)
        if not shared:
            return 0, untouched
        key = repr([block._replace(line=0) for block in shared])
        if key not in folders:
            folders[key] = tmp_path_factory.mktemp("begun") / "folder"
            shutil.copytree(untouched, folders[key])
            reader = Reader(document, folders[key])
            for block in shared:
                reader.read(block)
            states[folders[key]] = state(folders[key])
        return len(shared), folders[key]

    yield go
    assert {folder: state(folder) for folder in states} == states


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_block_of_a_document_runs(document, begun, tmp_path, monkeypatch):
    done, folder = begun(document)
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    reader = Reader(document, tmp_path)
    for block in runnable(document)[done:]:
        reader.read(block)


def test_every_fence_is_one_that_the_reader_sees():
    """A fence without a language, or one that is indented, would be skipped in silence."""
    for document in DOCUMENTS:
        text = document.read_text("utf-8")
        assert text.count("```") == 2 * len(blocks(document)), document.name


def maker():
    """Load `docs/make.py`, which is a script and lies in no package."""
    spec = importlib.util.spec_from_file_location("documentation", ROOT / "docs" / "make.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_is_made_from_the_code_is_up_to_date():
    """Else: `python docs/make.py`. The tables of the READMEs are those of a run of the quickstart."""
    make = maker()
    stale = [path.name for path in DOCUMENTS if make.remade(path.read_text("utf-8")) != path.read_text("utf-8")]
    assert stale == []
    used = {name for path in DOCUMENTS for _, name, _ in make.MADE.findall(path.read_text("utf-8"))}
    assert used == set(make.MAKERS)


def test_every_link_leads_to_a_file():
    for document in DOCUMENTS:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text("utf-8")):
            assert "://" in target or (document.parent / target).exists(), (document.name, target)


class TestTheFirstScreen:
    RUN = "python3 -m venv .venv && .venv/bin/pip install -e . && .venv/bin/curate run configs/quickstart.yaml\n"
    TEST = "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/pytest\n"

    @pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
    def test_has_the_two_commands_the_table_a_short_configuration_and_what_to_do_with_the_result(self, name):
        first, _, _ = (ROOT / name).read_text("utf-8").partition("\n## ")
        languages = [language for language, _ in re.findall(r"^```(\w+)\n(.*?)^```$", first, re.MULTILINE | re.DOTALL)]
        assert languages == ["bash", "bash", "text", "yaml", "bash", "python"]
        run, test, table, configuration, after, load = blocks(ROOT / name)[:6]
        assert (run.code, test.code) == (self.RUN, self.TEST)
        assert table.code.startswith("stage ")
        assert len(configuration.code.splitlines()) == 12
        assert all(f"curate {command} " in after.code for command in ("run", "rejects", "verify"))
        assert "load_dataset" in load.code

    @pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
    def test_names_every_stage(self, name):
        said = re.findall(r"^\| `(\w+)` \|", (ROOT / name).read_text("utf-8"), re.MULTILINE)
        assert set(STAGES) <= set(said)

    def test_has_the_same_code_in_both_languages(self):
        english, chinese = (blocks(ROOT / name) for name in ("README.md", "README.zh-CN.md"))
        code = [[block.code for block in said if block.language in RUN] for said in (english, chinese)]
        assert code[0] == code[1]
