"""The ceilings and customs of the house, held for every module of `curate`."""

import ast
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "curate").rglob("*.py"))

FILE_LINES = 400
FUNCTION_LINES = 40
ARGUMENTS = 5
BROAD = {"Exception", "BaseException"}
ROOMS_WITHOUT_A_SUBJECT = {"utils", "util", "helpers", "helper", "base", "common", "misc"}
# The brackets keep this line from saying what it forbids.
UNFINISHED = re.compile(r"\b(T[O]DO|F[I]XME|X[X]X|H[A]CK)\b|pragma: no cover")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Return all nodes of a module, its own the first; no test changes any."""
    return tuple(ast.walk(ast.parse(path.read_text("utf-8"), filename=name_of(path))))


def functions(path: Path) -> Iterator[Function]:
    return (node for node in nodes(path) if isinstance(node, Function))


def lines_of(function: Function) -> int:
    """Count from `def` to the last line; a docstring is documentation and does not count."""
    first = function.body[0]
    spoken = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    docstring = first.end_lineno - first.lineno + 1 if spoken and first.end_lineno else 0
    return (function.end_lineno or function.lineno) - function.lineno + 1 - docstring


def arguments_of(function: Function) -> int:
    said = function.args
    named = [argument.arg for argument in [*said.posonlyargs, *said.args, *said.kwonlyargs]]
    return len([name for name in named if name not in {"self", "cls"}])


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("curate", cache_dir=None, exclude_type_checking_imports=True)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
class TestEveryModule:
    def test_says_what_it_is_for(self, path):
        assert ast.get_docstring(nodes(path)[0]), "a module begins with one sentence that says what it is for"

    def test_stays_below_the_ceiling_of_lines(self, path):
        assert len(path.read_text("utf-8").splitlines()) <= FILE_LINES

    def test_has_functions_of_one_screen(self, path):
        assert {f.name: lines_of(f) for f in functions(path) if lines_of(f) > FUNCTION_LINES} == {}

    def test_has_functions_of_few_arguments(self, path):
        """More arguments need a `noqa: PLR0913` with its reason on the line of the `def`."""
        lines = path.read_text("utf-8").splitlines()
        reasoned = re.compile(r"noqa: (?:\w+, ?)*PLR0913(?:, ?\w+)* - \w+")
        crowded = [f for f in functions(path) if arguments_of(f) > ARGUMENTS]
        assert [f.name for f in crowded if not reasoned.search(lines[f.lineno - 1])] == []

    def test_catches_no_exception_in_general(self, path):
        """Only the engine's task does: a record on which a stage fails is a rejected record."""
        handlers = [node for node in nodes(path) if isinstance(node, ast.ExceptHandler)]
        named = {name.id for h in handlers if h.type for name in ast.walk(h.type) if isinstance(name, ast.Name)}
        bare = any(handler.type is None for handler in handlers)
        assert name_of(path) == "curate/engine/task.py" or (not named & BROAD and not bare)

    def test_is_finished(self, path):
        with path.open("rb") as stream:
            comments = [token.string for token in tokenize.tokenize(stream.readline) if token.type == tokenize.COMMENT]
        assert [comment for comment in comments if UNFINISHED.search(comment)] == []

    def test_is_named_after_a_subject(self, path):
        assert not {path.stem, path.parent.name} & ROOMS_WITHOUT_A_SUBJECT

    def test_prints_through_click_or_rich_only(self, path):
        calls = [node.func for node in nodes(path) if isinstance(node, ast.Call)]
        assert not [call for call in calls if isinstance(call, ast.Name) and call.id == "print"]

    def test_never_uses_the_salted_hash(self, path):
        calls = [node.func for node in nodes(path) if isinstance(node, ast.Call)]
        assert not [call for call in calls if isinstance(call, ast.Name) and call.id == "hash"]


def test_no_module_imports_itself_by_a_detour(graph):
    """Imports inside functions count: what is lazy today is eager tomorrow."""
    order = TopologicalSorter({name: graph.find_modules_directly_imported_by(name) for name in graph.modules})
    order.prepare()  # raises CycleError, which names the circle


def test_every_module_is_seen_by_the_import_contracts(graph):
    files = {name_of(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in MODULES}
    assert files == graph.modules
