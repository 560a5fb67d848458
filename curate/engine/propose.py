"""Sources for a folder of raw files: which files belong together, and what each group should be told."""

import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from curate.core.bytes import reading
from curate.core.errors import ConfigError
from curate.core.source import FileStat
from curate.engine.fields import Choice, Fact, choose, facts_of, share_of_chinese, texts_of
from curate.engine.rawlook import PACKED, Look, Record, collections, look, suffix_of
from curate.sources.listed import matcher, walk

LOOKED_AT = 40
"""How many files of one folder and ending are looked at; all of them where those disagree."""
SAMPLED = 400
"""How many records of a source are measured."""
MANY_FOLDERS = 4
"""More sibling folders of one format are parts of one set, fewer are sets of their own."""
AGREE = 0.5
"""Share of fields that two files of one source have in common."""
PAPERS = re.compile(
    r"(?i)licen[cs]e|readme|notice|copy(ing|right)|attribution|manifest|changelog|authors|contributing|curate\.yaml"
)
WILD = re.compile(r"[*?\[]")
"""What stands for other characters in a pattern; a name that has one is written with `?`."""
DATED = re.compile(r"\d+([-_.]\d+)*")
ARTICLE = re.compile(
    r"^[\s#*>]*(第\s*[一二三四五六七八九十百千零〇\d]+\s*条|(article|section|sec\.|§)\s*([ivxlc]+|\d+)\b)"
    r"|第[一二三四五六七八九十百千零〇\d]+条[*\s]",
    re.MULTILINE | re.IGNORECASE,
)
ADVISORY = re.compile(
    r"CVE-\d{4}-\d{4,}|\bCWE-\d+|\badvisory\b|CN[N]?VD-\d{4,}|GHSA-\w{4}-|\bSSA-\d{6}|\bICSA-\d\d-|(安全|漏洞)(公告|通告|预警)",
    re.IGNORECASE,
)
OFTEN = 0.3
"""Share of texts that look like statutes or advisories from which their likeness is meant."""


class Proposal(NamedTuple):
    """One source as it should stand in the configuration, with what was seen of it."""

    name: str
    format: str
    paths: tuple[str, ...]
    """Relative to the raw folder."""
    files: int
    bytes: int
    encoding: str
    confidence: float
    settings: tuple[tuple[str, object], ...]
    choice: Choice
    facts: tuple[Fact, ...]
    characters: int
    """Median number of characters of a sampled record's strings."""
    chinese: float
    versions: bool
    """Whether its texts are alike by nature (statutes, advisories), so that likeness is no reason to drop one."""


class Raw(NamedTuple):
    """What a folder of raw files holds."""

    root: str
    sources: tuple[Proposal, ...]
    unread: tuple[tuple[str, int], ...]
    """Endings that no source reads, with the number of files."""
    papers: tuple[str, ...]
    """Licences, read-mes and the like."""
    textless: tuple[str, ...] = ()
    """Files, or patterns of them, in whose records no field looks like text."""


def propose(raw: Path) -> Raw:
    """Look at the raw files below a folder (or at one file) and propose sources for them.

    Raises ConfigError where there is nothing to read.
    """
    if not raw.exists():
        raise ConfigError(f"there is no {str(raw)!r}", where="--from", hint="name the folder of the raw files")
    with reading(str(raw)):
        files = sorted(walk(raw.absolute(), None), key=lambda file: file.uri)
    papers = about_data(files)
    data = [file for file in files if file not in papers and file.size]
    looks = [group for alike in alike_by_name(data) for group in alike_by_look(alike)]
    read = [group for group in looks if group.looks[0].format and any(seen.records for seen in group.looks)]
    unread = Counter(suffix_of(file.uri) or "no ending" for group in looks if group not in read for file in group.files)
    if not read:
        hint = "jsonl, json, csv, parquet and text are read"
        raise ConfigError(f"no file below {str(raw)!r} can be read", where="--from", hint=hint)
    names = Names(raw)
    seen = [proposal(group, names, data) for group in joined(read)]
    sources = tuple(each for each in seen if each.format == "text" or each.choice.text or each.choice.messages)
    if not sources:
        hint = "write the configuration by hand: `text:` names a field, a dotted path or a template"
        raise ConfigError(f"no field of the files below {str(raw)!r} looks like text", where="--from", hint=hint)
    textless = tuple(path for each in seen if each not in sources for path in each.paths)
    return Raw(str(raw), sources, tuple(sorted(unread.items())), tuple(paper.uri for paper in papers), textless)


def about_data(files: Sequence[FileStat]) -> list[FileStat]:
    """Return the files that tell about the data: licences and read-mes, unless they stand everywhere."""
    often = Counter(PurePosixPath(file.uri).name.lower() for file in files)
    few = [file for file in files if often[PurePosixPath(file.uri).name.lower()] <= MANY_FOLDERS]
    return [file for file in few if PAPERS.match(PurePosixPath(file.uri).name) and len(files) > 1]


class Group(NamedTuple):
    """Files of one format, and what was seen of some of them."""

    files: tuple[FileStat, ...]
    looks: tuple[Look, ...]


def first_folder(uri: str) -> str:
    """Return the topmost folder of a relative name; empty for a file at the top."""
    return uri.partition("/")[0] if "/" in uri else ""


def alike_by_name(files: Iterable[FileStat]) -> list[list[FileStat]]:
    """Put files of one topmost folder and ending together."""
    groups: dict[tuple[str, str], list[FileStat]] = {}
    for file in files:
        groups.setdefault((first_folder(file.uri), suffix_of(file.uri)), []).append(file)
    return list(groups.values())


def alike_by_look(files: Sequence[FileStat]) -> list[Group]:
    """Part files of one folder and ending by what they hold; of many only some are looked at where those agree."""
    step = max(1, len(files) // LOOKED_AT)
    looks = collections([look(file) for file in files[::step]])
    groups = parted(looks)
    if step > 1 and len(groups) == 1:
        return [Group(tuple(files), tuple(looks))]
    groups = parted(collections([look(file) for file in files])) if step > 1 else groups
    return [Group(tuple(seen.file for seen in group), tuple(group)) for group in groups]


def parted(looks: Iterable[Look]) -> list[list[Look]]:
    """Put looks together that have the same format, settings and mostly the same fields."""
    groups: list[list[Look]] = []
    for seen in looks:
        for group in groups:
            if same(group[0], seen):
                group.append(seen)
                break
        else:
            groups.append([seen])
    return groups


def same(one: Look, other: Look) -> bool:
    """Tell whether one source can read both files."""
    if (one.format, one.settings) != (other.format, other.settings):
        return False
    union = one.columns | other.columns
    share = len(one.columns & other.columns) / len(union) if union else 1.0
    return share > AGREE if one.array != other.array else share >= AGREE


def joined(groups: Sequence[Group]) -> list[Group]:
    """Put the groups of sibling folders together where they are parts of one set: years, or many of one format."""
    sets: dict[tuple[str, str], list[Group]] = {}
    for group in groups:
        sets.setdefault((group.looks[0].format, suffix_of(group.files[0].uri)), []).append(group)
    whole: list[Group] = []
    for parts in sets.values():
        folders = {first_folder(part.files[0].uri) for part in parts}
        dated = len(folders) > 1 and all(DATED.fullmatch(folder) for folder in folders)
        rest = list(parts)
        while rest:
            first = rest[0]
            mates = [part for part in rest if same(first.looks[0], part.looks[0])]
            mates = mates if dated or len(folders) > MANY_FOLDERS else [first]
            files = sorted((file for part in mates for file in part.files), key=lambda file: file.uri)
            whole.append(Group(tuple(files), tuple(seen for part in mates for seen in part.looks)))
            rest = [part for part in rest if part not in mates]
    return sorted(whole, key=lambda group: group.files[0].uri)


class Names:
    """Gives each source a name of its own, after its folder or its file."""

    def __init__(self, raw: Path) -> None:
        self.raw = raw
        self.taken: set[str] = set()

    def of(self, group: Group) -> str:
        """Return a name that no other source has."""
        uris = [file.uri for file in group.files]
        folder = os.path.commonpath([str(PurePosixPath(uri).parent) for uri in uris])
        stem = PurePosixPath(uris[0]).name.partition(".")[0]
        said = stem if len(uris) == 1 else PurePosixPath(folder).name or self.raw.resolve().name
        slug = re.sub(r"\W+", "_", said).strip("_").lower() or "source"
        name, number = slug, 2
        while name in self.taken:
            name, number = f"{slug}_{number}", number + 1
        self.taken.add(name)
        return name


def proposal(group: Group, names: Names, everything: Sequence[FileStat]) -> Proposal:
    """Say what a source of these files should be told."""
    each = max(1, SAMPLED // len(group.looks))
    records: list[Record] = [record for seen in group.looks for record in seen.records[:each]]
    texts = texts_of(records)
    lengths = sorted(seen.characters for seen in group.looks) if group.looks[0].format == "text" else []
    lengths = lengths or sorted(len(text) for text in texts)
    weakest = min(group.looks, key=lambda seen: seen.confidence)
    alike = sum(len(ARTICLE.findall(text)) > 1 or len(ADVISORY.findall(text)) > 1 for text in texts)
    first = group.looks[0]
    structured = first.format != "text"
    return Proposal(
        name=names.of(group),
        format=first.format,
        paths=paths_of(group.files, everything),
        files=len(group.files),
        bytes=sum(file.size for file in group.files),
        encoding=weakest.encoding,
        confidence=weakest.confidence,
        settings=first.settings,
        choice=choose(records) if structured else Choice(),
        facts=tuple(facts_of(records)) if structured else (),
        characters=lengths[len(lengths) // 2],
        chinese=share_of_chinese(records),
        versions=alike > OFTEN * len(texts),
    )


def paths_of(files: Sequence[FileStat], everything: Sequence[FileStat]) -> tuple[str, ...]:
    """Name files by one pattern where it matches no others, else by patterns of their names, else one by one."""
    uris = {file.uri for file in files}
    if len(uris) == 1:
        return tuple(WILD.sub("?", uri) for uri in uris)
    folder = os.path.commonpath([str(PurePosixPath(uri).parent) for uri in uris])
    deep = any(PurePosixPath(uri).parent != PurePosixPath(folder) for uri in uris)
    endings = {ending_of(PurePosixPath(uri)) for uri in uris}
    first, last = min(stems := [PurePosixPath(uri).name for uri in uris]), max(stems)
    stem = first[: next((n for n, pair in enumerate(zip(first, last, strict=False)) if len({*pair}) > 1), len(first))]
    for start in ("", stem):
        patterns = [f"{'**/' if deep else ''}{start}*{ending}" for ending in sorted(endings)]
        patterns = patterns if folder in {"", "."} else [f"{folder}/{pattern}" for pattern in patterns]
        if all(file.uri in uris or not matches(file.uri, patterns) for file in everything):
            return tuple(patterns)
    return tuple(WILD.sub("?", uri) for uri in sorted(uris))


def ending_of(path: PurePosixPath) -> str:
    """Return the ending of a name, with that of a packed file's inside: `.txt.gz`."""
    return "".join(path.suffixes[-2:]) if path.suffix.lower() in PACKED else path.suffix


def matches(uri: str, patterns: Iterable[str]) -> bool:
    """Tell whether a relative name is one that a pattern stands for, as sources understand it."""
    return any(matcher(pattern).fullmatch(uri) for pattern in patterns)
