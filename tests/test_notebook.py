"""The notebook shows what its code prints."""

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted(ROOT.glob("docs/**/*.ipynb"))


def shown(notebook: nbformat.NotebookNode) -> list[str]:
    """Return what each cell of code printed; an output that is not printed text has no place in the documentation.

    A kernel may send one line in several pieces: they are joined.
    """
    cells = [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]
    return ["".join(o.text if o.output_type == "stream" else repr(o) for o in cell) for cell in cells]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
class TestANotebook:
    # A kernel tells its own end: what asyncio and zmq say of it is not ours.
    @pytest.mark.filterwarnings("default")
    def test_prints_again_what_it_shows(self, path, tmp_path, monkeypatch):
        shutil.copytree(ROOT / "configs", tmp_path / "configs", ignore=shutil.ignore_patterns("__pycache__"))
        monkeypatch.setenv("PYTHONPATH", str(ROOT))
        monkeypatch.setenv("TMPDIR", str(tmp_path))
        notebook = nbformat.read(path, as_version=4)
        expected = shown(notebook)
        for cell in notebook.cells:
            cell.pop("outputs", None) if cell.cell_type != "code" else cell.update(outputs=[], execution_count=None)
        client = NotebookClient(notebook, timeout=300, kernel_name="python3", record_timing=False)
        client.execute(cwd=str(tmp_path))
        assert shown(notebook) == expected
        assert any(expected)

    def test_says_nothing_of_the_machine_that_it_was_made_on(self, path):
        notebook = nbformat.read(path, as_version=4)
        assert [cell.metadata for cell in notebook.cells if cell.metadata] == []
        assert set(notebook.metadata) == {"kernelspec", "language_info"}
        printed = "\n".join(shown(notebook))
        assert not re.search(r"/(tmp|home|root|usr|var|Users)/|Traceback|Warning", printed)


def test_there_is_a_notebook():
    assert NOTEBOOKS
