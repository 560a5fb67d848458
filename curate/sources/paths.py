"""How a configuration names what it wants of a record: a field, a dotted path, a template of both, chat turns."""

import json
from collections.abc import Callable, Mapping
from string import Formatter

from pydantic import Field

from curate.core.stage import Value

Getter = Callable[[Mapping[str, object]], object]
"""What a path finds in a record; None where it is absent or null."""


def compact(value: object) -> str:
    """Write a value as JSON without spaces; what JSON does not know (dates, decimals) as its own text."""
    if value is not None and not isinstance(value, bool | int | float | str | list | tuple | dict):
        return str(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def getter(path: str) -> Getter:
    r"""Compile a field name or a dotted path.

    A field that is called exactly like the path wins. A number steps into a list, `*` into every item of a list or
    every value of an object: the strings found are put together with line feeds.

    >>> getter("a.b")({"a": {"b": 1}}), getter("a.*.t")({"a": [{"t": "x"}, {"t": "y"}]})
    (1, 'x\ny')
    """
    if "." not in path:
        return lambda record: record.get(path)
    parts = tuple(path.split("."))
    return lambda record: record[path] if path in record else descend(record, parts)


def descend(value: object, parts: tuple[str, ...]) -> object:
    """Follow the parts of a dotted path; None where they lead nowhere."""
    for place, part in enumerate(parts):
        if part == "*" and isinstance(value, Mapping | list):
            items = value if isinstance(value, list) else value.values()
            found = [end for item in items if (end := descend(item, parts[place + 1 :])) is not None]
            texts = [end for end in found if type(end) is str]
            return "\n".join(texts) if found and len(texts) == len(found) else found or None
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def fields_of(text: str) -> tuple[str, ...]:
    """Name the paths that a text setting reads: those of its template, or itself.

    >>> fields_of("问：{title}{ask}"), fields_of("body")
    (('title', 'ask'), ('body',))
    """
    if "{" not in text and "}" not in text:
        return (text,)
    return tuple(name for _, name, _, _ in parsed(text) if name is not None)


def parsed(template: str) -> list[tuple[str, str | None, str | None, str | None]]:
    """Part a template into literals and fields; ValueError where it is not one."""
    try:
        parts = list(Formatter().parse(template))
    except ValueError:
        parts = [("", "", "", "")]
    if any(name == "" or spec or conversion for _, name, spec, conversion in parts):
        message = f"{template!r}: a field of a template is written {{name}} or {{a.b}}, a brace as {{{{ or }}}}"
        raise ValueError(message)
    return parts


def texter(text: str) -> Getter:
    """Compile a text setting: the result is a string, None where there is no text, or a value of another type.

    In a template absent, null and empty fields render as nothing, and a record that has only such fields has no text;
    numbers and booleans render as JSON writes them.
    """
    if "{" not in text and "}" not in text:
        return getter(text)
    parts = [(literal, getter(name) if name is not None else None) for literal, name, _, _ in parsed(text)]
    blank = not any(get for _, get in parts)

    def fill(record: Mapping[str, object]) -> object:
        out = []
        some = blank
        for literal, get in parts:
            out.append(literal)
            value = get(record) if get else None
            if value is None or value == "":
                continue
            if isinstance(value, Mapping | list):
                return value
            some = True
            out.append(value if type(value) is str else compact(value))
        return "".join(out) if some else None

    return fill


class Chat(Value):
    """Where a record keeps its chat turns."""

    from_: str = Field("messages", alias="from", description="Field or dotted path of the list of turns.")
    role: str = Field("role", description="Field of a turn that says who speaks.")
    content: str = Field("content", description="Field of a turn that says what is said.")
    roles: dict[str, str] = Field({}, description="Other names for roles, such as {human: user, gpt: assistant}.")

    def open(self) -> Getter:
        """Compile to a function: list of {role, content}, None where there is no turn, or the value that is no chat.

        A null content is an empty one (a turn that only calls a tool).
        """
        find = getter(self.from_)

        def turns(record: Mapping[str, object]) -> object:
            said = find(record)
            if not isinstance(said, list):
                return said
            out = []
            for turn in said:
                role = turn.get(self.role) if isinstance(turn, Mapping) else None
                content = turn.get(self.content) if isinstance(turn, Mapping) else None
                content = "" if content is None else content
                if type(role) is not str or type(content) is not str:
                    return turn if turn is not None else False
                out.append({"role": self.roles.get(role, role), "content": content})
            return out or None

        return turns
