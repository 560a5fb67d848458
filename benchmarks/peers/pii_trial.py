"""What every tool is given and asked for: texts in; where it finds personal data, and CPU seconds, out.

The program is given a task and the name of a file for what it found, both JSON. A task names `types` (null: all that
the tool knows), `lenient` types, texts to time (`speeds`) and texts to look at (`looks`), each with its language.
"""

import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

MARK = "\ue000"
"""What a tool that only cleans writes in the place of a value: a character that no text has."""
WARMING = 50_000
"""Characters on which packages are imported and tables filled before the clock starts."""
AT_LEAST_SECONDS = 2.0

Found = list[tuple[int, int, str]]
"""Start, end, type."""


class Tool(NamedTuple):
    """A tool, opened for one language."""

    look: Callable[[str], Found]
    """Return where personal data stands in a text."""
    run: Callable[[Any], object]
    """Do to many texts what the tool does; this is timed."""
    given: Callable[[list[str]], Any] = list
    """Bring texts into the form in which the tool takes them, before the clock starts."""


Opening = Callable[[str, Sequence[str] | None, Sequence[str]], Tool]
"""(language, types, lenient types)."""


def timed(tool: Tool, texts: list[str]) -> dict[str, float]:
    """Warm up, then go through the texts until enough CPU time has passed; return megabytes and seconds."""
    some, size = [], 0
    for text in texts:
        some.append(text[:WARMING])
        size += len(some[-1])
        if size >= WARMING:
            break
    tool.run(tool.given(some))
    given = tool.given(texts)
    rounds, started = 0, time.process_time()
    spent = 0.0
    while spent < AT_LEAST_SECONDS:
        tool.run(given)
        rounds += 1
        spent = time.process_time() - started
    return {"megabytes": rounds * sum(len(text.encode()) for text in texts) / 1e6, "seconds": spent, "rounds": rounds}


def marked(text: str, cleaned: str) -> Found:
    """Return what a cleaned text has marks for: the stretches between them stand in the text one after the other."""
    pieces = cleaned.split(MARK)
    found: Found = []
    place = len(pieces[0])
    for number, piece in enumerate(pieces[1:], 1):
        last = number == len(pieces) - 1
        start = len(text) - len(piece) if last else text.index(piece, place)
        found.append((place, start, ""))
        place = start + len(piece)
    return found


def of_texts(clean: Callable[[str], str]) -> Tool:
    """Make a tool of a function that cleans one text."""

    def run(texts: Iterable[str]) -> None:
        for text in texts:
            clean(text)

    return Tool(lambda text: marked(text, clean(text)), run)


def tried(opening: Opening) -> None:
    """Do a task, write what was found, and print one line of JSON."""
    task = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    types, lenient = task.get("types"), task.get("lenient", ())
    said: dict[str, dict[str, Any]] = {"speeds": {}, "looks": {}}
    for name, (language, texts) in task["speeds"].items():
        said["speeds"][name] = timed(opening(language, types, lenient), texts)
    for name, (language, texts) in task["looks"].items():
        tool = opening(language, types, lenient)
        said["looks"][name] = [tool.look(text) for text in texts]
    Path(sys.argv[2]).write_text(json.dumps(said), "utf-8")
    print(json.dumps({"speeds": said["speeds"]}))
