"""What a misindented entry of `stages` was meant to be."""

import json
from collections.abc import Sequence

from curate.config.places import At, Draft


def repaired(draft: Draft, at: At, entry: dict[str, object], name: str) -> str:
    """Put all settings of a misshapen entry below its stage, in the draft, and return the corrected lines.

    The draft goes on with what was meant, so that mistakes in the settings are found in the same reading.
    """
    own = entry[name]
    others = {key: value for key, value in entry.items() if key != name}
    lines = corrected(draft, at, list(entry), name)
    entry.clear()
    entry[name] = (own if isinstance(own, dict) else {}) | others
    draft.lines |= {(*at, name, key): draft.lines[*at, key] for key in others if (*at, key) in draft.lines}
    return lines or flowing(draft, name, entry[name])


def corrected(draft: Draft, at: At, keys: Sequence[str], name: str) -> str:
    """Return the entry's own lines, its settings two spaces further in; empty where it is not written line by line."""
    starts = [draft.lines.get((*at, key), 0) for key in keys]
    first = starts[0]
    if keys[0] != name or not first or len(starts) == 1 or starts[1] <= first or len(set(starts)) < len(starts):
        return ""
    depth = indent_of(draft.text[first - 1])
    shown = [draft.text[first - 1]]
    for number in range(first, len(draft.text)):
        line = draft.text[number]
        if line.strip() and indent_of(line) <= depth:
            break
        shown.append(f"  {line}" if number + 1 >= starts[1] and line.strip() else line)
    while not shown[-1].strip() or shown[-1].strip().startswith("#"):
        shown.pop()
    return "\n".join(shown)


def indent_of(line: str) -> int:
    """Return the number of spaces before the first character."""
    return len(line) - len(line.lstrip(" "))


def flowing(draft: Draft, name: str, settings: object) -> str:
    """Write a stage and its settings on one line, as the kind of configuration wants it: YAML or Python."""
    if not draft.file:
        return f"    { ({name: settings})!r}"
    return f"    - {name}: {json.dumps(settings, ensure_ascii=False, default=str)}"
