"""Rules of quality by industry: what no industry wants is rejected, the rest is marked."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

from curate.core.errors import Mistake, Mistakes
from curate.stages.quality.datatrove import FINEWEB, GOPHER
from curate.stages.quality.kinds import ContentType
from curate.stages.quality.ranges import strays
from curate.stages.quality.rules import Condition, Rule, rule_of

Preset = Literal[
    "base",
    "finance",
    "healthcare",
    "legal",
    "manufacturing",
    "energy",
    "cybersecurity",
    "chat",
    "general-web",
    "gopher",
    "fineweb",
]
PROSE: tuple[ContentType, ...] = ("prose",)
WORDED: tuple[ContentType, ...] = ("prose", "list", "form")
"""Content of words: not code, logs and tables."""
NAMED: tuple[ContentType, ...] = ("table", "code", "log", "list", "form")
"""What can consist of names and nothing else: an index of functions has no function word, noise has some by chance."""
ENTERED: tuple[ContentType, ...] = ("table", "code")
"""What repeats itself by nature; a log does so more than they, one that stands still is an alarm."""
UNLOGGED: tuple[ContentType, ...] = ("prose", "table", "code", "form", "list")
"""Where no clock tells lines apart that say the same."""

UNTRACED = Condition("trace_lines", "<", 0.4)
NOISY = (Condition("latin", ">", 0.9), Condition("encoded", "<", 0.3), Condition("unique_words", ">", 0.5))
STUCK = (
    Condition("compression", "<", 0.16),
    Condition("copied_lines", ">", 0.5),
    Condition("varied", "<", 0.9),
    UNTRACED,
)
CHANCE = (Condition("han", ">", 0.9), Condition("function_words", "<", 0.04), Condition("order", "<", 2))

BASE: dict[str, Rule] = {
    "empty": Rule("content_chars", "<", 1, "reject"),
    "unreadable": Rule("replacement", ">", 0.05, "reject", chars=20),
    "mojibake": Rule("high_latin", ">", 0.25, "reject", chars=20),
    "garbled_han": Rule("misread", ">", 0.25, "reject", also=(Condition("rare_han", ">", 0.1),)),
    "misread": Rule("misread", ">", 0.25, "reject", also=(Condition("han", "<", 0.5),)),
    "escaped": Rule("escaped", ">", 0.7, "reject", chars=60),
    "noisy_han": Rule(
        "rare_han", ">", 0.05, "reject", also=(Condition("words", ">=", 500), Condition("rare_kinds", ">", 0.75))
    ),
    "noisy_latin": Rule(
        "odd_pairs",
        ">",
        0.11,
        "reject",
        chars=200,
        types=PROSE,
        also=(*NOISY, Condition("function_words", "<", 0.25)),
    ),
    "noisy_lines": Rule(
        "odd_pairs",
        ">",
        0.11,
        "reject",
        chars=200,
        types=NAMED,
        also=(*NOISY, Condition("function_words", "<", 0.25), Condition("function_words", ">", 0.015)),
    ),
    "random_han": Rule("unlisted_han", ">", 0.15, "reject", also=(Condition("rare_kinds", ">", 0.75),)),
    "random_common_han": Rule(
        "unique_words",
        ">",
        0.86,
        "reject",
        also=(Condition("words", ">=", 600), Condition("unique_words", "<", 0.98), *CHANCE),
    ),
    "random_rare_han": Rule(
        "rare_han",
        ">",
        0.2,
        "reject",
        also=(
            Condition("words", ">=", 200),
            Condition("rare_kinds", ">", 0.75),
            Condition("unique_words", ">", 0.9),
            *CHANCE,
        ),
    ),
    "keys": Rule("keyed_pairs", ">", 0.5, "reject"),
    "stacked": Rule("stacked_marks", ">", 0.1, "reject", chars=20),
    "binary": Rule("control", ">", 0.1, "reject", chars=20),
    "encoded": Rule(
        "encoded",
        ">",
        0.8,
        "reject",
        chars=200,
        also=(Condition("encoded_lines", ">", 0.7), Condition("digests", "<", 0.5)),
    ),
    "dump": Rule("hexadecimal", ">", 0.5, "reject", chars=200, also=(Condition("dump_lines", ">", 0.87),)),
    "bytes": Rule("hexadecimal", ">", 0.95, "reject", chars=200, also=(Condition("digests", "<", 0.5),)),
    "loop": Rule(
        "compression", "<", 0.16, "reject", chars=200, types=WORDED, also=(Condition("varied", "<", 0.5), UNTRACED)
    ),
    "stutter": Rule("looped", ">", 0.5, "reject", chars=60, types=UNLOGGED, also=(UNTRACED,)),
    "stuck": Rule("repetition", ">", 0.9, "reject", chars=200, types=ENTERED, also=STUCK),
    "shuffled": Rule(
        "order",
        "<",
        2,
        "reject",
        types=PROSE,
        also=(
            Condition("words", ">=", 180),
            Condition("han", "<", 0.1),
            Condition("function_words", ">", 0.06),
            Condition("order", ">", -3),
        ),
    ),
    "misplaced": Rule("misplaced", ">", 0.05, "reject", also=(Condition("order", "<", 8),)),
    "shuffled_han": Rule(
        "order",
        "<",
        4,
        "reject",
        types=PROSE,
        also=(
            Condition("words", ">=", 400),
            Condition("han", ">=", 0.1),
            Condition("function_words", ">", 0.01),
            Condition("unique_words", "<", 0.8),
        ),
    ),
    "menu": Rule("menu", ">", 0.7, "reject", also=(Condition("navigation", ">", 0.12), Condition("duties", "<=", 0))),
    "small_menu": Rule(
        "navigation",
        ">",
        0.3,
        "reject",
        also=(
            Condition("lines", ">=", 5),
            Condition("short_lines", ">", 0.9),
            Condition("ended_lines", "<", 0.1),
            Condition("duties", "<=", 0),
        ),
    ),
    "notice": Rule("notice", ">", 0.6, "reject"),
    "filler": Rule("filler", ">", 0.6, "reject", chars=12),
    "styles": Rule("drawn", ">", 0.5, "reject", chars=100),
    "signs": Rule("content", "<", 0.2, "reject", also=(Condition("content_chars", "<", 10),), chars=50),
    "short": Rule("chars", "<", 20, chinese=10),
    "stuck_log": Rule("repetition", ">", 0.9, chars=200, types=("log",), also=STUCK),
    "damaged": Rule("replacement", ">", 0.005, chars=200),
    "odd_han": Rule("rare_han", ">", 0.1),
    "partly_encoded": Rule("encoded", ">", 0.3, chars=200),
    "symbols": Rule("content", "<", 0.45, chars=20, types=WORDED),
    "few_letters": Rule("letters", "<", 0.15, chars=20, types=WORDED),
    "repetition": Rule("repetition", ">", 0.5, chars=200, types=WORDED),
    "repeated_words": Rule("again_10_words", ">", 0.5, chars=200, types=WORDED),
    "duplicate_lines": Rule("duplicate_lines", ">", 0.45, chars=200, types=WORDED),
    "duplicate_paragraphs": Rule("duplicate_paragraphs", ">", 0.3, chars=200, types=WORDED),
    "entries": Rule("menu", ">", 0.9, types=WORDED),
    "random": Rule("compression", ">", 0.95, chars=1000),
    "markup": Rule("markup", ">", 0.3, chars=100),
    "links": Rule("urls", ">", 0.3, chars=100),
}
"""The rules of every preset.

Content below .45, letters below .15, lines duplicated above .45 and U+FFFD above .5 % come from a trial in which rules
of characters with them kept 98 % of good vertical text of 19 kinds, English and Chinese.

Of the Han between U+4E00 and U+9FFF 22 % are in no national set; at most .02 % are in the good texts of
docs/quality.md, 2 % in a list of fish. 9 % of the pairs of letters of those texts in English are of two keys side by
side, 22 % at most. No language stacks three marks on one letter. A dump has an offset before each line; frames
that a text quotes have none, and less than 95 % of such a text is pairs of digits. Words of the filler's list are at
most 8 % of those texts.

In lists of words drawn from a dictionary of Chinese by chance 82 % of the first 800 characters differ at most and 5 %
are rare, in the Hundred Family Surnames 92 % of 472 and 6 %; in Han drawn from level 1 of GB 2312 at least 87 % of 800
differ, of both levels a third are rare. Escapes are 30 % at most of good texts. Of the
messages of programs of Debian 12 in 169 languages, Kazakh, Mongolian and Tajik among them, none read as Chinese or
Russian in another encoding to more than 2 %.

A loop is text that zlib would bring below .15, from 200 characters on (.16 on the estimate), and that is no list: half
of it follows itself with at most one number changed at a turn, or it breaks off in the middle of what it repeats.
Lines in which a number changes that counts no items (a day, a valve, an address) are entries of a log or a list, and
so are those of a stack trace. That finds 98 to 99.8 % of such answers in LawBench's published predictions (Fei et al.
2023, arXiv 2309.16289), where half of the loops count. Exact repetition alone (`stutter`) makes up at most .16 of
14,000 good texts of 40 categories and of mails, .8 at the 5th percentile of loops made of sentences. `stuck` asks for
lines that are copies too: a log whose clock moves has none. In tables, code and logs phrases that come again make up
to .88 of the bytes (JSON files of Python packages; .42 in logs), but .90 at the 25th percentile of loops that look
like one. A log that says the same all the time is tagged (`stuck_log`): devices write such.

The other thresholds that reject lie in the gap between 31 categories of good text and junk made of them
(docs/quality.md). Pairs of letters in words of four letters and more are odd in up to 9.4 % of good prose, lists and
forms at the 99.9th percentile (7.9 % of code, 5.2 % of tables at most), in 12 % and more of text whose letters were
put into an order of chance or a third of whose letters are wrong, at the 1st percentile; names and shorthand come
again, in noise nine words in ten differ, and lists of identifiers have no function words, of which noise has one word
in sixty or more by chance. Common Chinese comes out of 2 % at most of a list of rare characters or of noise when it is
read as UTF-8, out of 45 % and more of what was UTF-8 and read as GBK. Rare Han are up to 12 % in consultations that
name a drug again and again, and then a third of them differ, where in noise nine in ten do. Words of good text follow
each other six standard deviations more often than chance would have it, but for texts that are too short to tell: 180
words are asked for (below two deviations: none of 1,000 abstracts; below three 2 of them, and 2 of 18,700 pages of
Debian's packages), and what follows each other less often than by chance, as the names of a list, has its own order;
400 of Chinese, where characters come again, and function words, which glossaries have none of. At most 2 % of articles
and prepositions stand before a word that they cannot stand before in 99 % of 8,900 good English texts (above 5 % only
where the order of words is far from chance), 14 % where words are shuffled. The thresholds that reject lie further out
than those that tag.
"""

FIGURES = {
    "symbols": Rule("content", "<", 0.35, chars=20, types=WORDED),
    "few_letters": Rule("letters", "<", 0.05, chars=20, types=WORDED),
}
"""Where text is full of figures and units."""
NOTES = {**FIGURES, "short": Rule("chars", "<", 8, chinese=4)}
"""Work orders are short."""

PUBLISHED: dict[Preset, dict[str, Rule]] = {"gopher": GOPHER, "fineweb": FINEWEB}
"""Rules of others, as they published them; none of BASE is among them."""

PRESETS: dict[Preset, dict[str, Rule]] = {
    "base": BASE,
    "finance": BASE | FIGURES | {"short": Rule("chars", "<", 30, chinese=15)},
    "healthcare": BASE | {"repetition": Rule("repetition", ">", 0.6, chars=200, types=WORDED)},
    "legal": BASE
    | {
        "short": Rule("chars", "<", 30, chinese=15),
        "repetition": Rule("repetition", ">", 0.7, chars=200, types=WORDED),
        "repeated_words": Rule("again_10_words", ">", 0.7, chars=200, types=WORDED),
        "duplicate_lines": Rule("duplicate_lines", ">", 0.6, chars=200, types=WORDED),
    },
    "manufacturing": BASE | NOTES,
    "energy": BASE | NOTES,
    "cybersecurity": BASE
    | {
        "encoded": Rule(
            "encoded",
            ">",
            0.9,
            "reject",
            chars=1000,
            also=(Condition("encoded_lines", ">", 0.7), Condition("digests", "<", 0.5)),
        ),
        "dump": Rule("hexadecimal", ">", 0.9, "reject", chars=1000, also=(Condition("dump_lines", ">", 0.87),)),
        "bytes": Rule("hexadecimal", ">", 0.95, "reject", chars=1000, also=(Condition("digests", "<", 0.5),)),
        "partly_encoded": Rule("encoded", ">", 0.5, chars=200),
        "symbols": Rule("content", "<", 0.3, chars=20, types=WORDED),
        "few_letters": Rule("letters", "<", 0.1, chars=20, types=WORDED),
        "markup": Rule("markup", ">", 0.6, chars=100),
        "links": Rule("urls", ">", 0.6, chars=100),
    },
    "chat": BASE
    | {
        "short": Rule("chars", "<", 4, chinese=2),
        "duplicate_lines": Rule("duplicate_lines", ">", 0.6, chars=200, types=WORDED),
        "echo": Rule("again_5_words", ">", 0.5, chars=200, types=WORDED),
    },
    "general-web": BASE
    | {
        "short": Rule("chars", "<", 200, "reject", chinese=80),
        "symbols": Rule("content", "<", 0.6, "reject", chars=200, types=WORDED),
        "repetition": Rule("repetition", ">", 0.4, "reject", chars=200, types=WORDED),
        "duplicate_lines": Rule("duplicate_lines", ">", 0.3, "reject", chars=200, types=WORDED),
        "duplicate_paragraphs": Rule("duplicate_paragraphs", ">", 0.2, "reject", chars=200, types=WORDED),
        "top_pair": Rule("top_2_words", ">", 0.2, "reject", chars=200, types=WORDED, chinese=0.256),
        "top_four": Rule("top_4_words", ">", 0.16, "reject", chars=200, types=WORDED, chinese=0.171),
        "unended": Rule("ended_lines", "<", 0.12, "reject", chars=200, types=PROSE, chinese=0.106),
        "ellipses": Rule("ellipsis_lines", ">", 0.3, "reject", chars=200),
        "bullets": Rule("bullet_lines", ">", 0.9, "reject", chars=200),
        "hashes": Rule("hashes", ">", 0.1, "reject", chars=200),
        "short_lines": Rule("short_lines", ">", 0.67, "reject", chars=200, types=PROSE),
        "entries": Rule("menu", ">", 0.6, "reject"),
        "markup": Rule("markup", ">", 0.2, "reject", chars=100),
        "links": Rule("urls", ">", 0.2, "reject", chars=100),
    },
    **PUBLISHED,
}


HINT = "a preset file maps names of rules to `when`, `action`, `chinese`, `types`: `curate presets base` prints one"


def preset_of(path: Path) -> dict[str, Rule]:
    """Read a preset from a YAML file: rule names to what `rule_of` reads; Mistakes tell all that is wrong, by line."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as mistake:
        why = mistake.strerror if isinstance(mistake, OSError) else mistake
        raise Mistakes([Mistake((), f"{path.name} cannot be read: {why}", HINT)]) from mistake
    return dict(parsed(text, path.name))


@lru_cache(maxsize=8)  # a run asks hundreds of times what a file says, and each parse costs as much as a small run
def parsed(text: str, file: str) -> Mapping[str, Rule]:
    """Return the rules that stand in the text of a preset file; Mistakes name the file and the lines."""
    said, lines = written(text, file)
    found: dict[str, Rule] = {}
    wrong: list[Mistake] = []
    for name, rule in said.items():
        if not isinstance(rule, Mapping):
            fact = f"{file}:{lines[name,]} {name}: {rule!r} is no rule with a `when`"
            wrong.append(Mistake((), fact, f"write `{name}: {{when: digits > 0.5, action: tag}}`"))
            continue
        try:
            found[name] = rule_of(rule)
            faults = [one._replace(at=one.at or ("when",)) for one in strays(found[name])]
        except Mistakes as mistakes:
            faults = [*mistakes.found]
        for at, fact, hint in faults:
            line = lines.get((name, *at), lines[name,])
            wrong.append(Mistake((), f"{file}:{line} {'.'.join(map(str, (name, *at)))}: {fact}", hint))
    if wrong:
        raise Mistakes(wrong)
    return found


def written(text: str, file: str) -> tuple[dict[str, object], dict[tuple[object, ...], int]]:
    """Return what stands in YAML, and the line of each rule and of each of its parts, from 1."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        said = YAML(typ="safe", pure=True).load(text)
        top = YAML(typ="safe", pure=True).compose(text)
    except YAMLError as mistake:
        mark = mistake.problem_mark if isinstance(mistake, MarkedYAMLError) else None
        place = f"{file}:{mark.line + 1}" if mark else file
        why = getattr(mistake, "problem", None) or mistake
        raise Mistakes([Mistake((), f"{place} cannot be read: {why}", HINT)]) from mistake
    if not isinstance(said, Mapping) or not said:
        raise Mistakes([Mistake((), f"{file} is no mapping of rule names to rules", HINT)])
    lines: dict[tuple[object, ...], int] = {}
    for key, value in top.value:
        lines[key.value,] = key.start_mark.line + 1
        for part, _ in value.value if isinstance(value.value, list) and value.id == "mapping" else ():
            lines[key.value, part.value] = part.start_mark.line + 1
    return {str(name): rule for name, rule in said.items()}, lines


def as_yaml(rules: Mapping[str, Rule]) -> str:
    """Write rules as a preset file, which `preset_of` reads again."""
    from io import StringIO

    from ruamel.yaml import YAML

    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = None
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # their stubs know no value of it
    yaml.width = 200
    said = StringIO()
    yaml.dump({name: rule.data() for name, rule in rules.items()}, said)
    return said.getvalue()
