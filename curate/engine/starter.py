"""A first configuration, written for people: sources as proposed, every choice with its reason beside it."""

import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from curate.core.encoding import SURE
from curate.core.errors import ConfigError
from curate.core.files import write_whole
from curate.engine.fields import Fact
from curate.engine.propose import WILD, Proposal, Raw, propose

NAME = "curate.yaml"
PLAIN = re.compile(r"[A-Za-z_./\u3400-\u9fff][\w./*\u3400-\u9fff-]*")
WORDS = {"true", "false", "null", "yes", "no", "on", "off"}
SHOWN_FIELDS = 12
FAR = "../../.."
"""Beyond this a raw folder is named by its absolute path."""
BOOK_CHARACTERS = 200_000
MARKUP = re.compile(r"(?i)\.(x?html?|xml)\b")
LANGUAGES = ((0.7, "Chinese"), (0.2, "Chinese and other"), (0.0, "not Chinese"))


def initialise(folder: Path, raw: Path) -> Path:
    """Write a configuration for the raw files into a folder and return its path.

    Raises ConfigError where the folder has one already, or where there is nothing to read.
    """
    path = folder / NAME
    if path.exists():
        hint = "name another folder, or remove the file first"
        raise ConfigError("there is a configuration already, and it is not overwritten", where=str(path), hint=hint)
    text = written(propose(raw), folder, raw)
    write_whole(path, text.encode())
    return path


def written(raw: Raw, folder: Path, given: Path) -> str:
    """Return the text of a configuration for a folder."""
    name = re.sub(r"\W+", "-", given.resolve().name).strip("-").lower() or "corpus"
    top = given if given.is_dir() else given.parent
    base = Path(os.path.relpath(top.resolve(), folder.resolve())).as_posix()
    base = WILD.sub("?", top.resolve().as_posix() if base.startswith(FAR) else base)
    lines = [
        f"# A first configuration for {base},",
        "# from a look at a sample of each source. Check what it says, then:",
        "#   curate validate " + str(folder / NAME),
        "#   curate preview " + str(folder / NAME),
        "#   curate run " + str(folder / NAME),
        "# `curate stages NAME` explains a stage or a source format with all its settings.",
        f"name: {scalar(name)}",
        "",
        "# Paths of sources start from the folder of this file.",
        "sources:",
    ]
    for proposal in raw.sources:
        lines += ["", *source(proposal, base)]
    lines += [*left_out(raw), "", *stages(raw.sources), "", *output(name, raw.sources)]
    return "\n".join(lines) + "\n"


def scalar(value: object) -> str:
    """Write a value so that YAML reads it back unchanged."""
    text = str(value)
    if isinstance(value, str) and PLAIN.fullmatch(text) and text.lower() not in WORDS and not text.startswith("*"):
        return text
    return json.dumps(value, ensure_ascii=False)


def paths(values: Sequence[str]) -> str:
    """Write one path as itself, several as a list with a line for each."""
    if len(values) == 1:
        return f"    path: {scalar(values[0])}"
    return "\n".join(["    path:", *(f"      - {scalar(value)}" for value in values)])


def source(proposal: Proposal, base: str) -> Iterator[str]:
    """Write one source with what was seen of it."""
    language = next(name for share, name in LANGUAGES if proposal.chinese >= share)
    count = f"{proposal.files} file{'s' if proposal.files > 1 else ''}"
    size = f"{proposal.bytes / 1e6:.1f} MB"
    yield f"  {scalar(proposal.name)}:"
    yield f"    # {count}, {size}, about {proposal.characters} characters a record, {language}."
    yield from (f"    # {line}" for line in fields(proposal.facts))
    if proposal.format == "text" and proposal.characters > BOOK_CHARACTERS:
        yield "    # A whole file is one record here. Where it holds many, cut it into JSON Lines first."
    if proposal.format == "text" and MARKUP.search(" ".join(proposal.paths)):
        yield "    # Markup stays in the text: take it out beforehand where it is not meant to be learned."
    yield f"    format: {proposal.format}"
    yield paths([f"{base}/{path}" for path in proposal.paths])
    yield from encoding(proposal)
    yield from (f"    {key}: {said(value)}" for key, value in proposal.settings)
    yield from choice(proposal)
    yield "    license: unknown  # say the licence (best its SPDX identifier): it is a column of every record"


def said(value: object) -> str:
    """Write a setting, lists in brackets."""
    return f"[{', '.join(map(scalar, value))}]" if isinstance(value, list) else scalar(value)


def encoding(proposal: Proposal) -> Iterator[str]:
    """Write the encoding where it is not plain UTF-8."""
    if proposal.encoding in {"", "utf-8"}:
        return
    note = f"found out for each file; here {proposal.encoding}, confidence {proposal.confidence:.2f}"
    yield f"    encoding: auto  # {note}{'' if proposal.confidence >= SURE else ': check it, name it if it is wrong'}"


def choice(proposal: Proposal) -> Iterator[str]:
    """Write text, key and kept fields, with the reason of each."""
    chosen = proposal.choice
    if chosen.messages:
        pairs = ", ".join(f"{key}: {value}" for key, value in chosen.messages)
        yield f"    messages: {{{pairs}}}  # chat turns: `text` is their rendering"
    elif chosen.text:
        yield f"    text: {scalar(chosen.text)}  # a field, or a template of several"
    if chosen.key:
        yield f"    key: {scalar(chosen.key)}  # different in every sampled record: ids outlive renamed files"
    if chosen.keep:
        kinds = {kind for _, kind in chosen.keep}
        fields = [scalar(path) for path, _ in chosen.keep]
        typed = ", ".join(f"{field}: {kind}" for field, (_, kind) in zip(fields, chosen.keep, strict=True))
        kept = f"[{', '.join(fields)}]" if kinds == {"string"} else f"{{{typed}}}"
        yield f"    keep: {kept}  # short, mostly filled: columns of the output"


def fields(facts: Sequence[Fact]) -> Iterator[str]:
    """Describe the fields of a source: how often filled, how long; never a value."""
    if not facts:
        return
    said = [f"{one.path} ({one.filled:.0%} filled, {one.length} characters)" for one in facts[:SHOWN_FIELDS]]
    rest = f", and {len(facts) - SHOWN_FIELDS} more" if len(facts) > SHOWN_FIELDS else ""
    yield from wrapped(f"Fields: {', '.join(said)}{rest}.")


def wrapped(text: str) -> list[str]:
    """Break a comment into lines."""
    from textwrap import wrap

    return wrap(text, 110, break_long_words=False, break_on_hyphens=False)


def left_out(raw: Raw) -> Iterator[str]:
    """Say which files no source takes."""
    if raw.unread:
        said = ", ".join(f"{count} {ending}" for ending, count in raw.unread)
        yield ""
        yield from (f"  # {line}" for line in wrapped(f"Not read, since no source knows the format: {said}."))
    reasons = ((raw.textless, "no field of them looks like text"), (raw.papers, "they are about the data"))
    for left, reason in reasons:
        if left:
            yield ""
            more = f" and {len(left) - SHOWN_FIELDS} more" if len(left) > SHOWN_FIELDS else ""
            said = ", ".join(left[:SHOWN_FIELDS]) + more
            yield from (f"  # {line}" for line in wrapped(f"Left out, since {reason}: {said}."))


def stages(sources: Sequence[Proposal]) -> Iterator[str]:
    """Write the stages: statutes and advisories are alike by nature, so their likeness is tagged."""
    versions = [proposal.name for proposal in sources if proposal.versions]
    others = [proposal.name for proposal in sources if not proposal.versions]
    yield "# In this order. A stage takes `sources: [...]` where it is not meant for all of them."
    yield "stages:"
    yield "  - normalize  # characters and line ends in one form"
    yield "  - language  # writes the column `language`"
    yield "  - length  # drops what is empty"
    yield "  - quality: {preset: base}  # also finance, healthcare, legal, manufacturing, energy, cybersecurity"
    yield "  - exact_duplicates"
    if others:
        only = f"{{sources: [{', '.join(map(scalar, others))}]}}"
        yield f"  - near_duplicates: {only}" if versions else "  - near_duplicates"
    if versions:
        yield "  # Statutes and advisories are alike by nature: their likeness is tagged, it rejects nothing."
        name = ", as: versions" if others else ""
        only = f"sources: [{', '.join(map(scalar, versions))}], " if others else ""
        yield f"  - near_duplicates: {{{only}action: tag{name}}}"
    yield "  - pii  # replaces phone numbers, identity numbers, addresses and the like by their types"
    yield "  - tokens  # writes the column `n_tokens`"


def output(name: str, sources: Sequence[Proposal]) -> Iterator[str]:
    """Write where the corpus goes, and that what is tagged as alike can be told by the shards."""
    yield "# The output starts from the folder in which the command runs."
    yield "output:"
    yield f"  path: out/{name}"
    yield "  splits: {train: 0.99, validation: 0.01}"
    if any(proposal.versions for proposal in sources):
        called = "versions" if any(not proposal.versions for proposal in sources) else "near_duplicates"
        yield f"  columns: [{called}_size, {called}_keeper]  # how many are alike, and which stands for them"
