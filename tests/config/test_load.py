"""Every mistake is told at once, with its line, its value and what to do."""

import pickle
import re
from pathlib import Path
from textwrap import dedent

import pytest

from curate.config.model import Config
from curate.core.errors import ConfigError

HEAD = "name: x\nsources:\n  qa: {format: jsonl, path: a.jsonl, keep: [year]}\noutput: {path: out/x}\n"


def message(source, overrides=()):
    with pytest.raises(ConfigError) as caught:
        Config.load(source, overrides)
    return str(caught.value)


EVERYTHING = """\
name: 12
sorces: {}
sources:
  qa: {format: jsnl, path: a.jsonl}
  laws:
    format: jsonl
    path: [b.jsonl, 3]
    keep: {year: integr}
    txt: body
  laws:
    format: jsonl
stages:
  - normalise
  - quality: {preset: healtcare, share: 1.5, strict: often, weights: {frist: 2}}
  - pii: {sources: [lawz, qa]}
  - pii
output: {path: out/x, splits: {train: 0.9, test: 0.2}, shard_bytes: 12XB}
limits: {rejected_share: 2}
work: keep
max_errors: many
uris: keyed
"""

TOLD = """\
curate.yaml:1 name: expected words, found 12
  hint: put it in quotes: "12"
curate.yaml:2 sorces: there is no setting 'sorces', found with the value {}
  hint: did you mean 'sources'?
curate.yaml:4 sources.qa.format: there is no source format 'jsnl'
  hint: did you mean 'jsonl'?
curate.yaml:7 sources.laws.path[1]: expected words, found 3
  hint: put it in quotes: "3"
curate.yaml:8 sources.laws.keep.year: 'integr' is none of string, integer
  hint: did you mean 'integer'?
curate.yaml:9 sources.laws.txt: there is no setting 'txt', found with the value 'body'
  hint: did you mean 'text'?
curate.yaml:10 sources.laws: the key 'laws' is repeated; it stands on line 5 already
  hint: keep one of the two
curate.yaml:13 stages[0]: there is no stage 'normalise'
  hint: did you mean 'normalize'?
curate.yaml:14 stages[1].quality.preset: 'healtcare' is none of base, finance, healthcare, legal
  hint: did you mean 'healthcare'?
curate.yaml:14 stages[1].quality.share: 1.5 is out of bounds: it must be at most 1
  hint: Largest share of digits.
curate.yaml:14 stages[1].quality.strict: expected true or false, found 'often'
  hint: Whether everything rejects.
curate.yaml:14 stages[1].quality.weights.frist: there is no setting 'frist', found with the value 2
  hint: did you mean 'first'?
curate.yaml:15 stages[2].pii.sources: there is no source 'lawz'
  hint: did you mean 'laws'?
curate.yaml:16 stages[3]: two stages are called 'pii'; the first is stages[2]
  hint: give one of them another name: `as: pii_2`
curate.yaml:17 output.splits: the shares of the splits sum to 1.1, found {'train': 0.9, 'test': 0.2}
  hint: they sum to 1
curate.yaml:17 output.shard_bytes: '12XB' is not a size; write it like 256MB or 1GiB
  hint: Uncompressed bytes a shard holds at most (about).
curate.yaml:18 limits.rejected_share: 2 is out of bounds: it must be at most 1
  hint: Largest share of records that stages may reject.
curate.yaml:19 work: 'keep' is none of keep_facts, keep_all, none
  hint: did you mean 'keep_all'?
curate.yaml:20 max_errors: expected a whole number, found 'many'
  hint: Records on which a stage may raise before the run stops.
curate.yaml:21 uris: 'keyed' needs a key, found no `key_file`
  hint: head -c 32 /dev/urandom > curate.key, then `key_file: curate.key`; keep it out of the repository"""


def test_every_mistake_is_told_at_once_in_the_order_of_the_file(write):
    assert message(write(EVERYTHING)) == TOLD


def test_each_mistake_can_be_taken_by_itself_and_crosses_a_process_pool(write):
    with pytest.raises(ConfigError) as caught:
        Config.load(write(EVERYTHING))
    assert len(caught.value.problems) == 20
    assert caught.value.exit_code == 2
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own
    assert [str(each) for each in again.problems] == re.split(r"\n(?!  )", TOLD)


STAGES = {
    "settings not indented": (
        "  - quality:\n    preset: legal\n    # a comment\n    min: 3\n  - pii\n",
        """\
        curate.yaml:6 stages[0]: one entry holds several keys: 'quality', 'preset', 'min'
          hint: indent the settings of `quality` by two more spaces:
          - quality:
              preset: legal
              # a comment
              min: 3""",
    ),
    "settings half indented": (
        "- quality:\n    preset: legal\n  min: 3\n",
        """\
        curate.yaml:6 stages[0]: one entry holds several keys: 'quality', 'min'
          hint: indent the settings of `quality` by two more spaces:
        - quality:
            preset: legal
            min: 3""",
    ),
    "settings not indented and wrong": (
        "  - pii:\n    keeep: [A]\n",
        """\
        curate.yaml:6 stages[0]: one entry holds several keys: 'pii', 'keeep'
          hint: indent the settings of `pii` by two more spaces:
          - pii:
              keeep: [A]
        curate.yaml:7 stages[0].pii.keeep: there is no setting 'keeep', found with the value ['A']
          hint: did you mean 'keep'?""",
    ),
    "settings beside in braces": (
        "  - {pii: , keep: [A]}\n",
        """\
        curate.yaml:6 stages[0]: one entry holds several keys: 'pii', 'keep'
          hint: indent the settings of `pii` by two more spaces:
            - pii: {"keep": ["A"]}""",
    ),
    "no settings after the colon": (
        "  - pii:\n",
        """\
        curate.yaml:6 stages[0]: 'pii' is followed by a colon and no settings
          hint: write `- pii`, or indent the settings of `pii` by two more spaces""",
    ),
    "two stages in one entry": (
        "  - pii: {}\n    normalize: {}\n",
        """\
        curate.yaml:6 stages[0]: one entry holds several stages: 'pii', 'normalize'
          hint: start each stage with its own `- `""",
    ),
    "settings that are no mapping": (
        "  - pii: [A]\n",
        """\
        curate.yaml:6 stages[0].pii: the settings of 'pii' are a mapping, found ['A']
          hint: known: as, sources, languages, action, keep, drop""",
    ),
    "a list that is no list": (
        "  - pii: {keep: A}\n",
        """\
        curate.yaml:6 stages[0].pii.keep: expected a list, found 'A'
          hint: write it as a list: [A]""",
    ),
    "what a stage's own validators refuse": (
        "  - pii: {drop: [PHON]}\n  - pii: {keep: [A], drop: [A], as: other}\n",
        """\
        curate.yaml:6 stages[0].pii.drop: there is no type 'PHON'
          hint: Types that go.
        curate.yaml:7 stages[1].pii: 'A' cannot both stay and go""",
    ),
    "settings in a mapping of names": (
        "  - quality: {rules: {loops: {frist: 1}, lines: of, menu: {first: -1}}}\n",
        """\
        curate.yaml:6 stages[0].quality.rules.loops.frist: there is no setting 'frist', found with the value 1
          hint: did you mean 'first'?
        curate.yaml:6 stages[0].quality.rules.lines: expected a mapping of settings or off, found 'of'
          hint: did you mean 'off'?
        curate.yaml:6 stages[0].quality.rules.menu.first: -1 is out of bounds: it must be at least 0
          hint: Weight of the first kind.""",
    ),
    "neither name nor mapping": (
        "  - 5\n",
        """\
        curate.yaml:6 stages[0]: a stage is a name, or a name with settings, found 5
          hint: write `- normalize` or `- length: {min: 10}`""",
    ),
    "a name said the wrong way": (
        "  - pii: {name: other}\n  - quality: {as: a b}\n",
        """\
        curate.yaml:6 stages[0].pii.name: there is no setting 'name'
          hint: another name for a stage is written `as:`
        curate.yaml:7 stages[1].quality.as: 'a b' is no name for a stage
          hint: A to Z, digits and _, a letter first""",
    ),
    "names that the engine has": (
        "  - quality: {as: error}\n  - pii: {as: read, action: drop}\n  - quality: {as: errors}\n",
        """\
        curate.yaml:6 stages[0].quality.as: 'error' is a name of the engine's own
          hint: another one: `as: error_2`
        curate.yaml:7 stages[1].pii.as: 'read' is a name of the engine's own
          hint: another one: `as: read_2`
        curate.yaml:7 stages[1].pii.action: 'drop' is none of reject, tag
          hint: known: reject, tag""",
    ),
    "an unknown action": (
        "  - pii: {action: drop}\n",
        """\
        curate.yaml:6 stages[0].pii.action: 'drop' is none of reject, tag
          hint: known: reject, tag""",
    ),
}


@pytest.mark.parametrize(("said", "told"), STAGES.values(), ids=STAGES)
def test_a_misshapen_stage_is_explained(write, said, told):
    assert message(write(f"{HEAD}stages:\n{said}")) == dedent(told)


WHOLE = {
    "no sources": (
        "name: x\nsources:\noutput: {path: o}\n",
        """\
        curate.yaml:2 sources: there are no sources
          hint: name at least one:
            sources:
              qa: {format: jsonl, path: raw/*.jsonl, text: body}""",
    ),
    "sources as a list": (
        "name: x\nsources: [a.jsonl]\noutput: {path: o}\n",
        """\
        curate.yaml:2 sources: sources are a mapping of names to settings, found ['a.jsonl']
          hint: name at least one:
            sources:
              qa: {format: jsonl, path: raw/*.jsonl, text: body}""",
    ),
    "a source without format and path": (
        """\
        name: x
        sources: {a: {path: b}, c: {format: jsonl}, d: b.jsonl, 'e f': {format: jsonl, path: b, name: g}}
        output: {path: o}
        """,
        """\
        curate.yaml:2 sources.a: the source 'a' has no format
          hint: write `format: ...`, one of jsonl
        curate.yaml:2 sources.c.path: the setting 'path' is missing
          hint: Files to read.
        curate.yaml:2 sources.d: a source is a mapping of settings, found 'b.jsonl'
          hint: write `d: {format: jsonl, path: ...}`
        curate.yaml:2 sources.e f: 'e f' is no name for a source
          hint: letters, digits, _ and - only
        curate.yaml:2 sources.e f.name: a source has its name already
          hint: it is the key 'e f'; remove `name`""",
    ),
    "name and output missing": (
        "sources: {a: {format: jsonl, path: b}}\n",
        """\
        curate.yaml:1 name: the setting 'name' is missing
          hint: Name of the data set.
        curate.yaml:1 output: the setting 'output' is missing
          hint: Where the corpus goes, at least `output: {path: out/name}`.""",
    ),
    "kept fields that clash": (
        """\
        name: x
        sources:
          a: {format: jsonl, path: b, keep: [year, text]}
          c: {format: jsonl, path: b, keep: {year: integer}}
        output: {path: o}
        """,
        """\
        curate.yaml:3 sources.a.keep: the kept field 'text' has the name of a column that every shard has
          hint: rename the field in the raw data, or do not keep it
        curate.yaml:4 sources.c.keep: the kept field 'year' is int64 here and string in the source 'a'
          hint: a column has one type: keep the field with the same type in both sources""",
    ),
    "output that names what is not there": (
        """\
        name: x
        sources: {a: {format: jsonl, path: b, keep: [year]}}
        stages: [quality]
        output: {path: o, split_by: yaer, columns: [quality_scor], splits: {a/b: 0.5, c: -0.5, d: 1}}
        """,
        """\
        curate.yaml:4 output.splits.a/b: 'a/b' is no name for a split
          hint: letters, digits and _ only
        curate.yaml:4 output.splits.c: the share -0.5 is no share
          hint: a share lies between 0 and 1
        curate.yaml:4 output.split_by: no source keeps the field 'yaer'
          hint: did you mean 'year'?
        curate.yaml:4 output.columns: no stage measures 'quality_scor'
          hint: did you mean 'quality_score'?""",
    ),
    "limits of the wrong kind": (
        f"{HEAD}limits: 3\nstages: 4\n",
        """\
        curate.yaml:5 limits: expected a mapping of settings or off, found 3
          hint: known: rejected_share, unreadable_share, by
        curate.yaml:6 stages: stages are a list, found 4
          hint: start each stage with `- `""",
    ),
    "a key that is not there": (
        f"{HEAD}uris: keyed\nkey_file: secret\n",
        """\
        curate.yaml:6 key_file: the key 'secret' cannot be read: No such file or directory
          hint: head -c 32 /dev/urandom > curate.key, then `key_file: curate.key`; keep it out of the repository""",
    ),
    "no number": (
        f"{HEAD}stages:\n  - quality: {{min: .nan, share: .nan}}\n",
        """\
        curate.yaml:6 stages[0].quality.min: expected a whole number, found nan
          hint: Fewest characters.
        curate.yaml:6 stages[0].quality.share: nan is no number
          hint: Largest share of digits.""",
    ),
    "nothing to merge": (
        f"{HEAD}limits: {{<<: 3, by: source}}\n",
        """\
        curate.yaml:5 limits: `<<` takes in mappings, found 3
          hint: write `<<: *name`, where `&name` stands before a mapping""",
    ),
    "full-width signs": (
        f"{HEAD}limits: {{rejected_share： 1}}\n\u3000work: none\n",
        """\
        curate.yaml:5 limits.rejected_share： 1: the key 'rejected_share： 1' holds a full-width sign
          hint: outside of quotes YAML knows `:`, `,` and the blank, not `：`, `，` and the ideographic space
        curate.yaml:6 \u3000work: the key '\\u3000work' holds a full-width sign
          hint: outside of quotes YAML knows `:`, `,` and the blank, not `：`, `，` and the ideographic space""",
    ),
    "a list instead of a mapping": (
        "- a\n",
        """\
        curate.yaml:1: a configuration is a mapping of settings, found ['a']
          hint: start with `name: ...`""",
    ),
    "nothing": (
        "# later\n",
        """\
        curate.yaml:1: a configuration is a mapping of settings, found None
          hint: start with `name: ...`""",
    ),
    "a tag": (
        f"{HEAD}engine: !local ray\n",
        """\
        curate.yaml:5 engine: the YAML tag '!local' is not known here
          hint: write the value without a tag""",
    ),
}


@pytest.mark.parametrize(("said", "told"), WHOLE.values(), ids=WHOLE)
def test_a_wrong_configuration_is_explained(write, said, told):
    assert message(write(dedent(said))) == dedent(told)


SYNTAX = {
    "a: b: c\n": """\
        curate.yaml:1:5: this is not YAML: mapping values are not allowed here
          hint: one `key: value` on a line; a key whose settings follow below it ends in a colon; a value that holds """
    """`: ` is put in quotes""",
    "a:\n\tb: c\n": """\
        curate.yaml:2:1: this is not YAML: found character '\\t' that cannot start any token while scanning for """
    """the next token
          hint: indent with spaces, never with tabs; put a value that starts with % @ or ` in quotes""",
    "a: *b\n": """\
        curate.yaml:1:4: this is not YAML: found undefined alias 'b'
          hint: `*` stands for what `&` has named before; put a value that starts with * in quotes""",
    "a: *.jsonl\n": """\
        curate.yaml:1:4: this is not YAML: found undefined alias '.jsonl'
          hint: `*` stands for what `&` has named before; put a value that starts with * in quotes""",
    "a:\n  b: {c: 1\n  d: 2\n": """\
        curate.yaml:3:4: this is not YAML: expected ',' or '}', but got ':' while parsing a flow mapping that begins """
    """on line 2
          hint: a bracket or a brace is not closed""",
    "a：1\nb: c\n": """\
        curate.yaml:2:2: this is not YAML: mapping values are not allowed here
          hint: outside of quotes YAML knows `:`, `,` and the blank, not `：`, `，` and the ideographic space; else """
    """one `key: value` on a line; a key whose settings follow below it ends in a colon; a value that holds """
    """`: ` is put in quotes""",
    "a: {b: c，d: e}\n": """\
        curate.yaml:1:11: this is not YAML: expected ',' or '}', but got ':' while parsing a flow mapping
          hint: outside of quotes YAML knows `:`, `,` and the blank, not `：`, `，` and the ideographic space; else """
    """a bracket or a brace is not closed""",
    "a: '：，' # 注：\nb: c: '：'\n": """\
        curate.yaml:2:5: this is not YAML: mapping values are not allowed here
          hint: one `key: value` on a line; a key whose settings follow below it ends in a colon; a value that holds """
    """`: ` is put in quotes""",
    'a: 1\nb: "c\nd: e\n': """\
        curate.yaml:2:4: this is not YAML: found unexpected end of stream while scanning a quoted scalar
          hint: a quote is not closed""",
    "a: 1\nb: 'c\n---\nd: e\n": """\
        curate.yaml:2:4: this is not YAML: found unexpected document separator while scanning a quoted scalar
          hint: a quote is not closed""",
    "a: 'don't'\n": """\
        curate.yaml:1:9: this is not YAML: expected <block end>, but found '<scalar>' while parsing a block mapping
          hint: nothing follows a value in quotes or brackets; a quote before it is not closed, or is one """
    """too many""",
}


@pytest.mark.parametrize(("said", "told"), SYNTAX.items())
def test_a_mistake_in_the_syntax_has_its_line_and_column(write, said, told):
    assert message(write(said)) == dedent(told)


def test_a_file_that_cannot_be_read_is_explained(write):
    assert message("missing.yaml") == (
        "missing.yaml: the configuration cannot be read: No such file or directory\n"
        "  hint: `curate init DIR --from RAW` writes a configuration for raw files"
    )
    name = write("")
    Path(name).write_bytes("name: 数据".encode("gb18030"))
    assert message(name) == "curate.yaml: byte 6 is not UTF-8\n  hint: save the configuration as UTF-8"


def test_a_short_key_is_told_by_its_length(write):
    name = write(f"{HEAD}uris: keyed\nkey_file: short.key\n")
    Path("short.key").write_bytes(b"0" * 31)
    assert message(name).startswith("curate.yaml:6 key_file: the key 'short.key' has 31 bytes, fewer than 32\n  hint: ")
    Path("short.key").write_bytes(b"0" * 32)
    assert Config.load(name).key_file == Path("short.key")


def test_a_mapping_is_read_like_a_file_and_told_by_path():
    said = {"name": "x", "sources": {"qa": {"format": "jsonl", "path": ("a", "b")}}, "output": {"path": "o"}}
    assert Config.load(said).sources[0].path == ("a", "b")
    said["sources"]["qa"]["txt"] = "body"
    said["stages"] = [{"pii": None, "keep": ["A"]}]
    assert message(said) == dedent("""\
        sources.qa.txt: there is no setting 'txt', found with the value 'body'
          hint: did you mean 'text'?
        stages[0]: one entry holds several keys: 'pii', 'keep'
          hint: indent the settings of `pii` by two more spaces:
            {'pii': {'keep': ['A']}}""")
    assert said["stages"] == [{"pii": None, "keep": ["A"]}], "the caller's mapping stays as it was"


AGREEMENTS = {
    "a column that a stage with mistakes may measure": (
        "stages: [quality: {min: few}]\n",
        "[quality_score]",
        """\
        curate.yaml:5 stages[0].quality.min: expected a whole number, found 'few'
          hint: Fewest characters.""",
    ),
    "a column that no stage measures, beside a stage with mistakes": (
        "stages: [quality: {min: few, as: second}]\n",
        "[quality_score]",
        """\
        curate.yaml:4 output.columns: no stage measures 'quality_score'
          hint: known: second_score
        curate.yaml:5 stages[0].quality.min: expected a whole number, found 'few'
          hint: Fewest characters.""",
    ),
    "a column that a misspelled stage may measure": (
        "stages: [qualty]\n",
        "[quality_score]",
        """\
        curate.yaml:5 stages[0]: there is no stage 'qualty'
          hint: did you mean 'quality'?""",
    ),
    "a stage with settings of the wrong kind keeps its name": (
        "stages: [quality: 3, quality]\n",
        "[]",
        """\
        curate.yaml:5 stages[0].quality: the settings of 'quality' are a mapping, found 3
          hint: known: as, sources, languages, action, preset, min, share, strict, lexicon, weights, rules
        curate.yaml:5 stages[1]: two stages are called 'quality'; the first is stages[0]
          hint: give one of them another name: `as: quality_2`""",
    ),
}


@pytest.mark.parametrize(("stages", "columns", "told"), AGREEMENTS.values(), ids=AGREEMENTS)
def test_parts_with_mistakes_are_held_against_each_other_as_far_as_they_can_be_read(write, stages, columns, told):
    head = HEAD.replace("out/x", f"out/x, columns: {columns}")
    assert message(write(head + stages)) == dedent(told)


NEVER = "'pii' never applies: nothing before it says which language a record is written in"


@pytest.mark.parametrize(
    ("stages", "wrong"),
    [
        ("pii: {languages: [zh]}", True),
        ("pii: {languages: [zh]}, speak", True),
        ("speak, pii: {languages: [zh]}", False),
        ("speak: {sources: [other]}, pii: {languages: [zh], sources: [qa]}", True),
        ("speak: {sources: [other]}, pii: {languages: [zh]}", False),
        ("speak: {sources: 3}, pii: {languages: [zh]}", False),
        ("speek, pii: {languages: [zh]}", False),
    ],
)
def test_a_stage_for_some_languages_needs_one_before_it_that_says_the_language(write, stages, wrong):
    stages = "stages: [" + ", ".join(stages.split(", ")) + "]\n"
    said = HEAD.replace("output:", "  other: {format: jsonl, path: b.jsonl}\noutput:") + stages
    try:
        told = str(Config.load(write(said)))
    except ConfigError as error:
        told = str(error)
    assert (NEVER in told) is wrong
    assert (".pii.languages: " in told and "put `language` before it" in told) is wrong
