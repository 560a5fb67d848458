"""The dataset card: README.md, which Hugging Face reads, and its Chinese twin; both say what the manifest says."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from curate.sinks.features import card_feature
from curate.sinks.words import EN, ZH, Words

Said = dict[str, Any]
"""A manifest as JSON: `schemas/manifest.schema.json` is its type."""

SPLITS = ("train", "validation", "test")
UNKNOWN = "unknown"
UNDETERMINED = "und"
# fmt: off
LICENSES = frozenset({
    "afl-3.0", "agpl-3.0", "apache-2.0", "artistic-2.0", "bsd", "bsd-2-clause", "bsd-3-clause", "bsl-1.0", "cc",
    "cc-by-2.0", "cc-by-2.5", "cc-by-3.0", "cc-by-4.0", "cc-by-nc-2.0", "cc-by-nc-3.0", "cc-by-nc-4.0",
    "cc-by-nc-nd-3.0", "cc-by-nc-nd-4.0", "cc-by-nc-sa-2.0", "cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0", "cc-by-nd-4.0",
    "cc-by-sa-3.0", "cc-by-sa-4.0", "cc0-1.0", "cdla-permissive-1.0", "cdla-permissive-2.0", "cdla-sharing-1.0",
    "eupl-1.1", "gfdl", "gpl", "gpl-2.0", "gpl-3.0", "isc", "lgpl", "lgpl-2.1", "lgpl-3.0", "mit", "mpl-2.0", "ms-pl",
    "odbl", "odc-by", "ofl-1.1", "osl-3.0", "pddl", "unlicense", "wtfpl", "zlib",
})
# fmt: on
"""Identifiers that the Hugging Face Hub knows; anything else is `other` with a name."""


def cards(manifest: Said) -> dict[str, bytes]:
    """Return the two cards by file name: a function of the manifest and of nothing else."""
    front = _front_matter(manifest)
    return {
        "README.md": (front + _body(manifest, EN)).encode(),
        "README.zh-CN.md": _body(manifest, ZH).encode(),
    }


def splits_of(manifest: Said) -> list[str]:
    """Return the splits that hold records: train, validation, test, then others by name."""
    held = [name for name, amount in manifest["outputs"]["splits"].items() if amount["rows"]]
    return sorted(held, key=lambda name: (SPLITS.index(name) if name in SPLITS else len(SPLITS), name))


def data_files(splits: Iterable[str]) -> dict[str, str]:
    """Return the pattern of each split's shards.

    A set without a record names a folder that is not there: `load_dataset` then says that there is no data file, where
    without an entry it would look for some itself and take the ledger for training data.

    >>> data_files([])
    {'train': 'data/train/*.parquet'}
    """
    return {name: f"data/{name}/*.parquet" for name in [*splits] or SPLITS[:1]}


def size_category(rows: int) -> str:
    """Name the size of a set as the Hub does: from `n<1K` to `n>1T`.

    >>> size_category(999), size_category(1000), size_category(5 * 10**9)
    ('n<1K', '1K<n<10K', '1B<n<10B')
    """
    names = [f"{number}{unit}" for unit in "KMB" for number in (1, 10, 100)] + ["1T"]
    place = max(0, len(str(rows)) - 3) if rows else 0
    if place == 0:
        return f"n<{names[0]}"
    return f"{names[place - 1]}<n<{names[place]}" if place < len(names) else f"n>{names[-1]}"


def _front_matter(manifest: Said) -> str:
    """Write the YAML that the Hub and `load_dataset` read; every string is a JSON string, which YAML reads alike."""
    lines = ["---", f"pretty_name: {_quoted(manifest['dataset']['name'])}", *_license(manifest)]
    languages = [code for code in manifest["dataset"]["languages"] if code != UNDETERMINED]
    if languages:
        lines += ["language:", *(f"- {_quoted(code)}" for code in languages)]
    lines += ["size_categories:", f"- {_quoted(size_category(manifest['dataset']['rows']))}"]
    splits = splits_of(manifest)
    lines += ["configs:", "- config_name: default", "  data_files:"]
    for name, pattern in data_files(splits).items():
        lines += [f"  - split: {name}", f"    path: {_quoted(pattern)}"]
    if splits:
        lines += _dataset_info(manifest, splits)
    return "\n".join([*lines, "---", "", ""])


def _license(manifest: Said) -> list[str]:
    """Say the one licence of all sources where there is one, else `other` and why."""
    said = sorted({card["license"] for card in manifest["sources"]} or {UNKNOWN})
    if said == [UNKNOWN]:
        return ["license: unknown"]
    if len(said) == 1 and said[0].lower() in LICENSES:
        return [f"license: {said[0].lower()}"]
    name = said[0] if len(said) == 1 else "by-source"
    return ["license: other", f"license_name: {_quoted(name)}", 'license_link: "README.md"']


def _dataset_info(manifest: Said, splits: Sequence[str]) -> list[str]:
    """Write features and exact sizes: `load_dataset` refuses a set whose `num_examples` does not hold."""
    lines = ["dataset_info:", "  config_name: default", "  features:"]
    for column in manifest["outputs"]["columns"]:
        lines.append(f"  - name: {_quoted(column['name'])}")
        spelled = card_feature(column["feature"])
        lines += [f"    {key}: {json.dumps(value, ensure_ascii=False)}" for key, value in spelled.items()]
    lines.append("  splits:")
    amounts = manifest["outputs"]["splits"]
    for name in splits:
        lines += [
            f"  - name: {name}",
            f"    num_bytes: {amounts[name]['bytes']}",
            f"    num_examples: {amounts[name]['rows']}",
        ]
    lines.append(f"  download_size: {sum(shard['bytes'] for shard in manifest['outputs']['shards'])}")
    lines.append(f"  dataset_size: {sum(amounts[name]['bytes'] for name in splits)}")
    return lines


def _body(manifest: Said, words: Words) -> str:
    """Write the card that people read."""
    parts = [
        f"# {manifest['dataset']['name']}",
        words.other,
        words.summary.format(
            rows=_number(manifest["dataset"]["rows"]),
            files=_number(len(manifest["inputs"])),
            sources=_number(len(manifest["sources"])),
            curate=manifest["environment"]["curate"],
        ),
    ]
    if manifest["limited"] is not None:
        parts.append(words.limited.format(limited=_number(manifest["limited"])))
    parts += _loading(manifest, words)
    parts += [f"## {words.sources}", _sources(manifest, words), words.sources_note]
    parts += [
        words.previous.format(source=card["id"], sha256=old["sha256"])
        for card in manifest["sources"]
        for old in card["previous"]
    ]
    parts += [f"## {words.stages}", _stages(manifest, words), words.stages_note]
    if manifest["erasures"]:
        gone, times = manifest["accounting"]["erased"], len(manifest["erasures"])
        parts.append(words.erased.format(records=_number(gone), erasures=_number(times)))
    rules = _rules(manifest)
    if rules:
        parts += [f"### {words.rules}", _table(words.rule_head, rules)]
    parts += [f"## {words.columns}", _table(words.column_head, _columns(manifest, words))]
    commands = "sha256sum -c SHA256SUMS\ncurate verify ."
    parts += [f"## {words.check}", f"```sh\n{commands}\n```", words.check_note]
    parts += [f"## {words.lineage}", "\n".join(f"* {note}" for note in words.lineage_note)]
    return "\n\n".join(parts) + "\n"


def _loading(manifest: Said, words: Words) -> Iterator[str]:
    """Say how to open the set, what its splits hold and which languages it speaks."""
    splits = splits_of(manifest)
    if not splits:
        yield words.empty
    else:
        code = f'from datasets import load_dataset\n\ndata = load_dataset(".", split="{splits[0]}")  # this folder'
        yield f"## {words.load}"
        yield f"```python\n{code}\n```"
        yield words.load_note
        yield f"## {words.splits}"
        yield _table(words.split_head, [_split(manifest, name) for name in splits])
    languages = manifest["dataset"]["languages"]
    if languages:
        yield f"## {words.languages}"
        named = ((words.undetermined if code == UNDETERMINED else code, n) for code, n in languages.items())
        yield _table(words.language_head, [(name, _number(n)) for name, n in named])


def _split(manifest: Said, name: str) -> list[str]:
    """Return one line of the table of splits."""
    shards = [shard for shard in manifest["outputs"]["shards"] if shard["split"] == name]
    amount = manifest["outputs"]["splits"][name]
    numbers = (amount["rows"], len(shards), amount["bytes"], sum(shard["bytes"] for shard in shards))
    return [f"`{name}`", *map(_number, numbers)]


def _sources(manifest: Said, words: Words) -> str:
    """Return the table of sources: what the registry says, and what became of their records."""
    rows = []
    for card in manifest["sources"]:
        account = manifest["accounting"]["by_source"].get(card["id"], {"records": 0, "written": 0, "rejected": 0})
        files = sum(1 for file in manifest["inputs"] if file["source_id"] == card["id"])
        said = [card[key] for key in ("license", "category", "owner", "origin")]
        numbers = (files, account["records"], account["written"], account["rejected"])
        told = [words.unknown if value == UNKNOWN else value for value in said]
        rows.append([f"`{card['id']}`", card["format"], *told, *map(_number, numbers)])
    return _table(words.source_head, rows)


def _stages(manifest: Said, words: Words) -> str:
    """Return the funnel: what went into each stage and what came out."""
    keys = ("records_in", "records_out", "rejected", "tagged", "edited")
    rows = [
        [str(stage["index"]), f"`{stage['name']}`", *(_number(stage[key]) for key in keys)]
        for stage in manifest["stages"]
    ]
    return _table(words.stage_head, rows)


def _rules(manifest: Said) -> list[list[str]]:
    """Return one line for each rule that rejected or tagged something, in the order of the stages."""
    return [
        [f"`{rule}`", _number(ruled["rejected"]), _number(ruled["tagged"])]
        for stage in manifest["stages"]
        for rule, ruled in stage["rules"].items()
        if ruled["rejected"] or ruled["tagged"]
    ]


def _columns(manifest: Said, words: Words) -> Iterator[list[str]]:
    """Yield one line for each column of the shards."""
    for column in manifest["outputs"]["columns"]:
        name, kind = column["name"], column["kind"]
        meaning = words.column.get(name, "") if kind == "record" else getattr(words, kind)
        yield [f"`{name}`", f"`{_type(column['feature'])}`", meaning]


def _type(feature: Said) -> str:
    """Spell a feature for people: `list<string>`, `list<struct<role: string, content: string>>`."""
    if feature.get("_type") == "Value":
        return str(feature["dtype"])
    if feature.get("_type") == "List":
        return f"list<{_type(feature['feature'])}>"
    return f"struct<{', '.join(f'{name}: {_type(child)}' for name, child in feature.items())}>"


def _table(head: Sequence[str], rows: "Sequence[Sequence[str]] | Iterator[Sequence[str]]") -> str:
    """Write a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    """Keep a cell in its cell."""
    return " ".join(text.split()).replace("|", "\\|")


def _number(number: int) -> str:
    return f"{number:,}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
