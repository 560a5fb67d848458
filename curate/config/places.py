"""A configuration as it was said: plain values, and the line on which each of them stands."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

from curate.core.errors import ConfigError

if TYPE_CHECKING:
    from ruamel.yaml.error import MarkedYAMLError
    from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

At = tuple[str | int, ...]
"""Where a value stands: keys of mappings and numbers of list entries, from the top."""

NULL = "tag:yaml.org,2002:null"
MERGE = "tag:yaml.org,2002:merge"
PLAIN = {f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float")}
WORDS = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "timestamp")}
"""Scalars that stay words: a licence or a folder may look like a date."""

SYNTAX_HINTS = {
    "mapping values are not allowed": "one `key: value` on a line; a key whose settings follow below it ends in a "
    "colon; a value that holds `: ` is put in quotes",
    "cannot start any token": "indent with spaces, never with tabs; put a value that starts with % @ or ` in quotes",
    "but found '<scalar>'": "nothing follows a value in quotes or brackets; a quote before it is not closed, or is one "
    "too many",
    "expected <block end>": "entries of one list or mapping start in the same column",
    "expected ',' or": "a bracket or a brace is not closed",
    "expected the node content": "a bracket or a brace is not closed, or a value is missing",
    "quoted scalar": "a quote is not closed",
    "alias": "`*` stands for what `&` has named before; put a value that starts with * in quotes",
    "expected a single document": "a file holds one configuration; remove the `---`",
}

FULL_WIDTH = re.compile("[：，\u3000]")
QUOTED = re.compile(r"'[^']*'|\"(?:[^\"\\]|\\.)*\"|(?:^|\s)#.*")
"""What may hold any sign: words in quotes, and remarks."""
NARROW = "outside of quotes YAML knows `:`, `,` and the blank, not `：`, `，` and the ideographic space"


@dataclass
class Draft:
    """A configuration before it is judged: its values as said, where each one stands, and the mistakes found so far."""

    file: str = ""
    """How messages name the file; empty for a mapping that was handed over."""
    folder: Path = field(default_factory=Path)
    """What relative paths of inputs and assets start from."""
    values: dict[str, object] = field(default_factory=dict)
    lines: dict[At, int] = field(default_factory=dict)
    """Line of each key and list entry, from 1."""
    text: tuple[str, ...] = ()
    """The lines of the file, for hints that show corrected ones."""
    said: set[At] = field(default_factory=set)
    """What `--set` wrote over."""
    problems: list[tuple[int, ConfigError]] = field(default_factory=list)
    """Each mistake with its line, 0 for the command line: they are told in the order of the file."""

    def line_of(self, at: At) -> int:
        """Return the line of a place, or of the innermost place around it that has one; 1 where none has."""
        return next((self.lines[at[:n]] for n in range(len(at), -1, -1) if at[:n] in self.lines), 1)

    def is_set(self, at: At) -> bool:
        """Tell whether the command line said what stands at a place, or made the place."""
        made = () if at in self.lines else self.said
        return any(at[: len(over)] == over for over in self.said) or any(over[: len(at)] == at for over in made)

    def where(self, at: At) -> str:
        """Spell a place: `file:line path`; `--set path` for what the command line said; the path for a mapping."""
        path = spelled(at)
        if self.is_set(at):
            return f"--set {path}"
        if not self.file:
            return path or "configuration"
        return f"{self.file}:{self.line_of(at)} {path}".rstrip()

    def below_name(self, at: At) -> At:
        """Turn the place of a stage in the list into that of its settings, which stand below its name."""
        entry = self.at(at)
        return (*at, next(iter(entry))) if isinstance(entry, Mapping) and entry else at

    def report(self, at: At, message: str, hint: str = "") -> None:
        """Note a mistake at a place."""
        line = 0 if self.is_set(at) else self.line_of(at)
        self.problems.append((line, ConfigError(message, where=self.where(at), hint=hint)))

    def settle(self) -> None:
        """Raise one ConfigError that lists every mistake, in the order of the file, where there is any."""
        if self.problems:
            raise ConfigError.of([problem for _, problem in sorted(self.problems, key=lambda told: told[0])])

    def at(self, at: At) -> object:
        """Return the value that stands at a place as it was said; None where nothing stands."""
        value: object = self.values
        for part in at:
            if isinstance(value, Mapping):
                value = value.get(part)
            elif isinstance(value, list) and isinstance(part, int) and part < len(value):
                value = value[part]
            else:
                return None
        return value


def spelled(at: At) -> str:
    """Write a place as a path.

    >>> spelled(("stages", 3, "pii", "as"))
    'stages[3].pii.as'
    """
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in at)
    return path.removeprefix(".")


def read_file(path: Path) -> Draft:
    """Read a YAML file; raise ConfigError where it cannot be read or is not YAML, with its line and column."""
    draft = Draft(file=str(path), folder=path.parent)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        hint = "`curate init DIR --from RAW` writes a configuration for raw files"
        raise ConfigError(f"the configuration cannot be read: {error.strerror}", where=str(path), hint=hint) from error
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"byte {error.start} is not UTF-8", where=str(path), hint="save the configuration as UTF-8"
        ) from error
    draft.text = tuple(text.splitlines())
    top = compose(text, draft.file)
    values = Reader(draft).read(top, ()) if top is not None else None
    if isinstance(values, dict):
        draft.values = values
    else:
        draft.report((), f"a configuration is a mapping of settings, found {values!r}", "start with `name: ...`")
    return draft


def compose(text: str, file: str) -> "Node | None":
    """Parse YAML 1.2 into its nodes; raise ConfigError at the line and column of a mistake in its syntax."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        return cast("Node | None", YAML(typ="safe", pure=True).compose(text))
    except MarkedYAMLError as error:
        raise syntax_error(error, text, file) from error
    except YAMLError as error:
        fact = f"this is not YAML: {str(error).splitlines()[0]}"
        raise ConfigError(fact, where=file, hint="save the configuration as plain text") from error


def syntax_error(error: "MarkedYAMLError", text: str, file: str) -> ConfigError:
    """Put a parser's complaint into our form: where, what, what to do.

    A quote that is not closed is told where it opens: the parser sees that it is missing at the end of the file.
    """
    fact = " ".join(filter(None, [error.problem, error.context]))
    opened = error.context_mark if "scanning a quoted scalar" in fact else None
    mark = opened or error.problem_mark or error.context_mark
    begun = error.context_mark
    if mark and begun and begun.line != mark.line and "while parsing a flow" in fact:
        fact += f" that begins on line {begun.line + 1}"
    place = f"{file}:{mark.line + 1}:{mark.column + 1}" if mark else file
    hint = next((hint for sign, hint in SYNTAX_HINTS.items() if sign in fact), "check the indentation around this line")
    around = text.splitlines()[max(0, mark.line - 1) : mark.line + 1] if mark and not opened else []
    if any(FULL_WIDTH.search(QUOTED.sub("", line)) for line in around):
        hint = f"{NARROW}; else {hint}"
    return ConfigError(f"this is not YAML: {fact}", where=place, hint=hint)


def is_misread(key: "Node", value: "Node") -> bool:
    """Tell whether a full-width sign hides where a key begins or ends: a full-width colon leaves it without a value."""
    if getattr(key, "style", None):  # in quotes
        return False
    name = str(key.value)
    return name.startswith("\u3000") or ("：" in name and value.tag == NULL and not value.value)


class Reader:
    """Turns nodes into plain values and remembers the line of each; a repeated key is a mistake with both its lines."""

    def __init__(self, draft: Draft) -> None:
        from ruamel.yaml import YAML

        self.draft = draft
        self.constructor = YAML(typ="safe", pure=True).constructor
        self.open: list[int] = []

    def read(self, node: "Node", at: At) -> object:
        """Return the value of a node."""
        from ruamel.yaml.nodes import MappingNode, SequenceNode

        self.draft.lines.setdefault(at, node.start_mark.line + 1)
        if id(node) in self.open:
            self.draft.report(at, "an alias stands inside the value that it names")
            return None
        self.open.append(id(node))
        try:
            if isinstance(node, MappingNode):
                return self.mapping(node, at)
            if isinstance(node, SequenceNode):
                return [self.read(entry, (*at, n)) for n, entry in enumerate(node.value)]
            return self.scalar(cast("ScalarNode", node), at)
        finally:
            self.open.pop()

    def mapping(self, node: "MappingNode", at: At) -> dict[str, object]:
        """Return a mapping; merged keys (`<<`) stand behind its own."""
        own: dict[str, object] = {}
        merged: dict[str, object] = {}
        for key, value in node.value:
            if key.tag == MERGE:
                theirs = self.read(value, at)
                parts = theirs if isinstance(theirs, list) else [theirs]
                if not all(isinstance(part, dict) for part in parts):
                    hint = "write `<<: *name`, where `&name` stands before a mapping"
                    self.draft.report(at, f"`<<` takes in mappings, found {theirs!r}", hint)
                merged = {k: v for part in reversed(parts) if isinstance(part, dict) for k, v in part.items()} | merged
                continue
            name = str(key.value)
            line = key.start_mark.line + 1
            if name in own:
                self.repeated((*at, name), line)
                continue
            self.draft.lines[*at, name] = line
            if is_misread(key, value):
                self.draft.report((*at, name), f"the key {name!r} holds a full-width sign", NARROW)
                continue
            own[name] = self.read(value, (*at, name))
        return merged | own

    def repeated(self, at: At, line: int) -> None:
        """Note a key that stands twice, at its second line; the first one counts."""
        first = self.draft.lines[at]
        fact = f"the key {at[-1]!r} is repeated; it stands on line {first} already"
        self.draft.lines[at] = line
        self.draft.report(at, fact, "keep one of the two")
        self.draft.lines[at] = first

    def scalar(self, node: "ScalarNode", at: At) -> object:
        """Return null, a truth value, a number or words."""
        if node.tag in PLAIN:
            return cast("object", self.constructor.construct_object(node))
        if node.tag not in WORDS:
            self.draft.report(at, f"the YAML tag {str(node.tag)!r} is not known here", "write the value without a tag")
        return cast("object", node.value)


def parse_value(text: str) -> object:
    """Read a value of `--set` as YAML; raise ConfigError where it is none."""
    node = compose(text, "--set")
    return None if node is None else Reader(Draft()).read(node, ())
