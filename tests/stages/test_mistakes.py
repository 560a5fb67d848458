"""Every mistake in the settings of stages, and in files that they name, is told at once, at its line, with a hint."""

import gzip
from pathlib import Path

import pytest

from curate.config.reach import reached, ready
from curate.core.errors import ConfigError

HEAD = "name: x\nsources:\n  s: {format: jsonl, path: in.jsonl}\n  t: {format: jsonl, path: in.jsonl}\nstages:\n"
WORDS = "one two three four five six seven eight nine ten"


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("in.jsonl").write_text('{"text": "a pump"}\n', "utf-8")

    def written(text):
        Path("curate.yaml").write_text(text, "utf-8")
        return "curate.yaml"

    return written


@pytest.fixture
def stages(write):
    def said(*lines, output="{path: out}"):
        return write(HEAD + "".join(f"  - {line}\n" for line in lines) + f"output: {output}\n")

    return said


def told(name):
    """Return each mistake as (place, fact, hint); a run that is to start says the same as `validate`."""
    with pytest.raises(ConfigError) as caught:
        reached(name)
    with pytest.raises(ConfigError) as again:
        ready(name)
    problems = [(one.where.removeprefix("curate.yaml:"), one.message, one.hint) for one in caught.value.problems]
    assert [(one.where.removeprefix("curate.yaml:"), one.message, one.hint) for one in again.value.problems] == problems
    return problems


def places(name):
    return [(place, fact) for place, fact, _ in told(name)]


class TestQuality:
    def test_every_rule_is_judged_by_itself(self, stages):
        rules = "digits: {max: many}, lop: off, own: {when: 'charz < 3 and foo('}, loop: {max: 2}, entropy: {min: 1}"
        assert told(stages(f"quality: {{rules: {{{rules}}}}}")) == [
            (
                "6 stages[0].quality.rules.digits.max",
                "expected a number, found 'many'",
                "Greatest value of the signal that passes.",
            ),
            ("6 stages[0].quality.rules.lop", "there is no rule or signal 'lop'", "did you mean 'loop'?"),
            ("6 stages[0].quality.rules.own.when", "there is no signal 'charz'", "did you mean 'chars'?"),
            (
                "6 stages[0].quality.rules.own.when",
                "'foo(' is no comparison",
                "a comparison is one such as `digits > 0.5`; several are joined by `and`",
            ),
            (
                "6 stages[0].quality.rules.loop",
                "rule 'loop' takes a min",
                "for another bound use its signal, 'compression'",
            ),
        ]

    def test_a_preset_that_cannot_be_read_makes_no_rule_of_it_a_mistake(self, stages):
        (one,) = told(stages("quality: {preset: finanze, rules: {short: {action: reject}, digits: {max: 0.5}}}"))
        assert (one[0], one[2]) == ("6 stages[0].quality.preset", "did you mean 'finance'?")

    def test_a_preset_file_is_told_by_its_lines(self, stages):
        Path("p.yaml").write_text(
            "loop:\n  when: compresion < 0.1\n  action: drop\nfoo: 3\nok: {when: chars > 1}\n", "utf-8"
        )
        name = stages(
            "quality: {preset_file: p.yaml, rules: {mine: {max: 3}}}", "quality: {as: q2, preset_file: q.yaml}"
        )
        assert told(name)[:3] == [
            (
                "6 stages[0].quality.preset_file",
                "p.yaml:3 loop.action: 'drop' is none of reject, tag",
                "known: reject, tag",
            ),
            (
                "6 stages[0].quality.preset_file",
                "p.yaml:2 loop.when: there is no signal 'compresion'",
                "did you mean 'compression'?",
            ),
            (
                "6 stages[0].quality.preset_file",
                "p.yaml:4 foo: 3 is no rule with a `when`",
                "write `foo: {when: digits > 0.5, action: tag}`",
            ),
        ]
        assert places(name)[3:] == [
            ("7 stages[1].quality.preset_file", "q.yaml cannot be read: No such file or directory")
        ]

    def test_what_is_right_is_taken(self, stages):
        Path("p.yaml").write_text("mine: {when: chars > 10 and words >= 2}\n", "utf-8")
        assert reached(stages("quality: {preset_file: p.yaml, rules: {mine: {action: reject}, digits: {max: 0.5}}}"))


class TestSafety:
    def test_lexicons_rules_and_triggers_are_told_together(self, stages):
        Path("A.1.f.txt").write_bytes("这是一个不应当出现的词语，检修人员在现场记录的内容\n".encode("gb18030"))
        Path("A.1.g.txt").write_text("# a remark\n", "utf-8")
        Path("slang.txt").write_text("word\n", "utf-8")
        said = "lexicons: [A.1.f.txt, A.1.g.txt, slang.txt, A.1.h.txt], reject: ['safety:gambling', secrets, A.2]"
        assert places(stages(f"safety: {{{said}, triggers: [' '], min_terms: 9}}")) == [
            ("6 stages[0].safety.lexicons[2]", "the lexicon 'slang.txt' is named after no class of TC260-003"),
            ("6 stages[0].safety.triggers[0]", "the trigger ' ' is empty: it would stand everywhere"),
            ("6 stages[0].safety.min_terms", "min_terms_alone 6 is below min_terms 9"),
            ("6 stages[0].safety.reject[0]", "there is no rule 'safety:gambling'"),
            ("6 stages[0].safety.reject[1]", "there is no rule 'secrets'"),
            ("6 stages[0].safety.lexicons[3]", "'safety' needs 'A.1.h.txt', which is not there"),
        ]
        name = stages(
            "safety: {lexicons: [A.1.f.txt, A.1.g.txt, A.1.h.txt], reject: ['safety:gambling', secrets, A.2, A.1]}"
        )
        problems = told(name)
        assert [place for place, *_ in problems] == [
            *(f"6 stages[0].safety.reject[{place}]" for place in range(3)),
            "6 stages[0].safety.lexicons[2]",
            "6 stages[0].safety.lexicons[0]",
            "6 stages[0].safety.lexicons[1]",
        ]
        assert [hint for *_, hint in problems][:3] == [
            "write 'gambling': rules go by what follows the colon",
            "did you mean 'secret'?",
            "a class of TC260-003 has the lexicon that you give: `lexicons: [A.2.a.txt]`",
        ]
        assert "iconv -f gb18030" in problems[4][2]

    def test_a_rule_that_is_not_looked_for_cannot_reject(self, stages):
        (one,) = told(stages("safety: {look_for: [secrets], reject: [gambling]}"))
        assert one[1:] == ("there is no rule 'gambling'", "add 'lexicons' to `look_for`")
        assert reached(stages("safety: {look_for: [secrets], reject: [secret]}"))


class TestSourceGate:
    @pytest.mark.parametrize(
        ("said", "hint"),
        [
            (("source_gate",), "put `- safety` before it, or say in its `rules` which tags count"),
            (("source_gate", "safety"), "put 'safety' before 'source_gate'"),
            (("safety: {sources: [s]}", "source_gate: {sources: [t]}"), "put `- safety` before it"),
            (("safety: {look_for: [secrets]}", "source_gate"), "earlier stages find safety:secret_*"),
            (("safety: {action: reject}", "source_gate"), "let 'safety' tag"),
        ],
    )
    def test_a_gate_that_never_counts_anything_is_a_mistake(self, stages, said, hint):
        (one,) = told(stages(*said))
        assert "source_gate" in one[1]
        assert hint in one[2]

    @pytest.mark.parametrize(
        ("rule", "hint"),
        [
            ("safty:gambling", "did you mean 'safety:gambling'?"),
            ("gambling", "did you mean 'safety:gambling'?"),
            ("safety:A.1.*", "did you mean 'safety:"),
            ("pii:*", "put `- pii` before 'source_gate'"),
            ("normalize:hidden_run", "put 'normalize' before 'source_gate'"),
        ],
    )
    def test_a_rule_that_nothing_before_it_finds_is_one_at_its_place(self, stages, rule, hint):
        said = f"source_gate: {{rules: ['safety:gambling', '{rule}']}}"
        ((place, fact, hinted),) = told(stages("safety", said, "normalize"))
        assert place == "7 stages[1].source_gate.rules[1]"
        assert fact == f"'source_gate' counts {rule!r}, which no stage before it finds"
        assert hint in hinted

    @pytest.mark.parametrize(
        "said",
        [
            ("safety", "source_gate"),
            ("safety: {as: harm}", "source_gate: {rules: ['harm:*']}"),
            ("safety", "normalize", "source_gate: {rules: ['safety:secret_*', 'normalize:hidden_run']}"),
            ("safety: {sources: [s]}", "source_gate"),
            ("pii: {action: tag}", "source_gate: {rules: ['pii:*']}"),
            ("safety: {reject: [gambling]}", "source_gate"),
            ("quality: {preset: legal}", "source_gate: {rules: ['quality:short']}"),
        ],
    )
    def test_a_gate_behind_what_it_counts_is_taken(self, stages, said):
        assert reached(stages(*said))


class TestLanguages:
    def test_a_stage_for_a_language_that_no_record_is_in_is_a_mistake(self, stages):
        assert told(stages("language: {keep: [zh, chinese]}", "pii: {languages: [zh-CN, en]}")) == [
            (
                "6 stages[0].language.keep[1]",
                "no record is in 'chinese'",
                "did you mean 'zh'? languages go by their codes of ISO 639-1",
            ),
            (
                "7 stages[1].pii.languages[0]",
                "'pii' never applies: no record is in 'zh-CN'",
                "did you mean 'zh'? languages go by their codes of ISO 639-1",
            ),
        ]

    def test_languages_that_records_are_in_are_taken(self, stages):
        assert reached(stages("language: {keep: [zh, en, zh-en, und]}", "pii: {languages: [zh-en, de]}"))


class TestDecontaminate:
    def test_every_file_is_told_by_its_line(self, stages):
        files = {
            "a.jsonl": f'{{"q": "{WORDS}"}}\n\n{{broken\n'.encode(),
            "b.csv": "q\n某个装置的离心泵在启动之前操作人员应当首先检查吸入管路上的阀门是否全部打开\n".encode(
                "gb18030"
            ),
            "c.csv": b'q,answer\n"one, two",3\nfour, five, six\n',
            "d.csv": b"q;answer\n1;2\n",
            "e.jsonl": b'[{"q": "x"}]\n',
            "f.jsonl": b"",
            "g.jsonl": b'{"question": "x"}\n',
            "h.jsonl": b'{"q": null, "other": "x"}\n',
            "i.jsonl.gz": gzip.compress(b'{"q": "x"}\n', mtime=0)[:-9],
            "j.json": b"[]",
        }
        for name, body in files.items():
            Path(name).write_bytes(body)
        benchmarks = ", ".join(f"{name[0]}: {{path: {name}, fields: [q]}}" for name in files)
        said = {
            place.removeprefix("6 stages[0].decontaminate.benchmarks."): (fact, hint)
            for place, fact, hint in told(stages(f"decontaminate: {{benchmarks: {{{benchmarks}}}}}"))
        }
        assert list(said) == [f"{name[0]}.{'fields[0]' if name[0] == 'g' else 'path'}" for name in files]
        facts = {place[0]: fact for place, (fact, _) in said.items()}
        hints = {place[0]: hint for place, (_, hint) in said.items()}
        assert facts["a"] == "a.jsonl:3: the line is not JSON from character 2 on"
        assert facts["b"] == "b.csv:2: the file is not UTF-8: byte 0xb8"
        assert "iconv -f gb18030 -t utf-8 b.csv" in hints["b"]
        assert facts["c"] == "c.csv:3: the row has 3 cells, and the header has 2"
        assert facts["d"] == "d.csv:1: the header is one cell, 'q;answer': its names are parted by ';'"
        assert facts["e"] == "e.jsonl:1: the line holds a list and no object"
        assert facts["f"] == "f.jsonl: the file has no rows"
        assert (facts["g"], hints["g"]) == ("g.jsonl: no row has the field 'q'", "known: question")
        assert (facts["h"], hints["h"]) == ("h.jsonl: no row has text in the field 'q'", "other fields: other")
        assert "the file is damaged" in facts["i"]
        assert "jq -c '.[]' j.json" in hints["j"]

    def test_a_file_that_is_right_is_taken_and_a_folder_is_none(self, stages):
        Path("ok.csv").write_text(f'id,q\n1,"{WORDS}, eleven"\n', "utf-8-sig")
        assert reached(stages("decontaminate: {benchmarks: {a: {path: ok.csv, fields: [q], id: id}}}"))
        Path("set").mkdir()
        (one,) = places(stages("decontaminate: {benchmarks: {a: {path: set, fields: [q]}}}"))
        assert one[0] == "6 stages[0].decontaminate.benchmarks.a.path"
        assert one[1].endswith("needs the file 'set', which is a folder")


class TestRelevance:
    def test_examples_and_lexicons_are_told_by_their_lines(self, stages):
        Path("a.jsonl").write_text('{"text": "x"}\n{oops\n', "utf-8")
        Path("b.jsonl").write_text('{"body": "x"}\n', "utf-8")
        Path("words.txt").write_bytes("轴承\n润滑油\n离心泵\n振动超标\n".encode("gb18030"))
        names = ("a.jsonl", "b.jsonl", "nowhere")
        lines = [f"relevance: {{as: r{place}, seeds: {name}}}" for place, name in enumerate(names)]
        problems = told(stages(*lines, "relevance: {as: r4, lexicon: words.txt}", "relevance: {as: r5}"))
        assert [(place, fact.partition(" from")[0]) for place, fact, _ in problems] == [
            ("6 stages[0].relevance.seeds", "a.jsonl:2: the line is not JSON"),
            ("7 stages[1].relevance.seeds", "b.jsonl:1: an example has no text in the field 'text'"),
            ("8 stages[2].relevance.seeds", "nowhere: there is no such folder or file"),
            ("9 stages[3].relevance.lexicon", "words.txt: the file is not UTF-8: byte 0xd6"),
            ("10 stages[4].relevance", "give one of seeds (a folder of 30 good examples), industry, lexicon; got none"),
        ]
        assert "one of body" in problems[1][2]


def test_a_column_that_every_shard_has_may_be_named_where_a_stage_fills_it(stages):
    named = reached(stages("language", output="{path: out, columns: [language, language_script]}"))
    assert named.config.output.columns == ("language", "language_script")
    (one,) = told(stages("normalize", output="{path: out, columns: [language]}"))
    assert one[1] == "no stage measures 'language'"
