"""The source registry is read where it stands, taken over whole, and every mistake in it is told at its line."""

import json
import re
from hashlib import sha256
from pathlib import Path
from textwrap import dedent

import jsonschema
import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from curate.cli import main
from curate.config.model import Config
from curate.core.errors import ConfigError
from curate.core.register import UNKNOWN, Entry, Registry, unknowns
from curate.lineage.manifest import read_manifest

SCHEMA = Path(__file__).parents[2] / "schemas" / "source.schema.json"
ENTRY = """\
owner: Example Clinic
category: commercial
license: LicenseRef-agreement-7
origin: domestic
collected_from: 2026-03-01
collected_to: 2026-06-30
method: licensed delivery
jurisdiction: [CN]
storage: [CN]
pipl: art13(1)(1) consent
gdpr: not applicable
consent: CONSENT-7
contains: {personal_data: true, minors: false}
classification: {level: general, decided_by: data office, decided_at: 2026-07-01}
opt_out: {checked: true, mechanism: contract, checked_at: 2026-06-30, excluded_records: 3}
evidence:
- {kind: contract, ref: DMS-7, file: contract.txt}
- {kind: supplier_commitment, ref: DMS-8}
"""
DAY = re.compile(r"2026-\d\d-\d\d")


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("sources").mkdir()
    Path("sources/contract.txt").write_text("we agree", "utf-8")
    Path("qa.jsonl").write_text('{"text": "阀门已关闭。"}\n{"text": "The valve is shut."}\n', "utf-8")


def configured(registry: str, more: str = "") -> Path:
    source = f"  qa:\n    format: jsonl\n    path: qa.jsonl\n{more}    registry: {registry}\n"
    Path("c.yaml").write_text(f"name: x\nsources:\n{source}output: {{path: out}}\nworkers: 0\n", "utf-8")
    return Path("c.yaml")


def in_file(entry: str, more: str = "") -> Path:
    Path("sources/qa.yaml").write_text(entry, "utf-8")
    return configured("sources/qa.yaml", more)


def mistakes(path: Path) -> list[tuple[str, str]]:
    with pytest.raises(ConfigError) as told:
        Config.load(path)
    return [(problem.where, problem.message) for problem in told.value.problems]


class TestARegistry:
    @pytest.mark.parametrize("basis", ["PIPL 13(1)(2)", "pipl art13(1)(2)"])
    def test_names_a_law_once_where_the_basis_begins_with_it(self, basis):
        entry = ENTRY.replace("pipl: art13(1)(1) consent", f"pipl: {basis}")
        (source,) = Config.load(in_file(entry)).sources
        assert source.lawful_basis == f"{basis}; GDPR not applicable"

    def test_is_copied_whole_into_the_manifest_and_names_the_licence_of_every_record(self):
        done = CliRunner().invoke(main, ["run", str(in_file(ENTRY)), "--progress", "none"])
        assert done.exit_code == 0, done.output
        card = read_manifest(Path("out")).sources[0]
        said = YAML(typ="safe").load(DAY.sub(r'"\g<0>"', ENTRY))
        assert (card.license, card.category, card.owner) == (said["license"], said["category"], said["owner"])
        assert card.lawful_basis == "PIPL art13(1)(1) consent; GDPR not applicable"
        registry = json.loads(card.registry.model_dump_json())
        for name in ("method", "jurisdiction", "storage", "pipl", "gdpr", "consent", "collected_from", "collected_to"):
            assert registry[name] == said[name]
        for name in ("contains", "classification", "opt_out"):
            assert registry[name] == registry[name] | said[name]
        contract = registry["evidence"][0]
        assert (contract["file"], contract["sha256"]) == ("contract.txt", sha256(b"we agree").hexdigest())
        assert set(unknowns(card.registry)) == {
            "url",
            "assessment",
            "contains.sensitive_personal_data",
            "contains.important_data",
            "contains.copyrighted",
            "contains.user_input",
            "contains.synthetic",
        }

    def test_that_nobody_wrote_is_unknown_in_every_point(self):
        assert "contains.personal_data" in set(unknowns(Registry()))
        registry = Config.load(configured("{}")).sources[0].registered()
        assert {registry[name] for name in ("license", "pipl", "gdpr", "consent", "method", "url")} == {UNKNOWN}

    @pytest.mark.parametrize(
        "word", ["Unknown", "UNKNOWN ", "未知", " ", "", "TBD", "-", "N/A", "n.a.", "\u200b", "…", "暂无", "TBA"]
    )
    def test_with_a_word_that_says_nothing_has_declared_nothing(self, word):
        silent = dict.fromkeys(("owner", "license", "pipl", "consent", "method"), word)
        said = json.dumps({**silent, "jurisdiction": [word], "opt_out": {"mechanism": word}}, ensure_ascii=False)
        assert (
            Config.load(configured(said)).sources[0].registered()
            == Config.load(configured("{}")).sources[0].registered()
        )

    def test_says_the_same_in_its_place_as_in_a_file(self):
        lines = "".join(
            f"      {line}\n" for line in ENTRY.replace("contract.txt", "sources/contract.txt").splitlines()
        )
        inline = Config.load(configured(f"\n{lines}".rstrip("\n"))).sources[0]
        assert inline.registered() == Config.load(in_file(ENTRY)).sources[0].registered()

    def test_shapes_no_record_but_by_its_licence(self):
        from curate.engine.identity import source_identity

        plain = source_identity(Config.load(in_file("license: MIT\n")).sources[0])
        assert source_identity(Config.load(in_file("license: MIT\nowner: me\npipl: none\n")).sources[0]) == plain
        assert source_identity(Config.load(in_file("license: CC0-1.0\n")).sources[0]) != plain

    def test_fits_its_schema(self):
        schema = json.loads(SCHEMA.read_bytes())
        checker = jsonschema.Draft202012Validator(schema)
        assert list(checker.iter_errors({"owner": "x", "evidence": [{"kind": "contract", "ref": "y"}]})) == []
        assert list(checker.iter_errors({"ownr": "x"})) != []
        assert set(schema["properties"]) == set(Entry.model_fields)


class TestAFileBesideTheConfiguration:
    def test_is_the_registry_of_the_source_that_it_is_named_after(self):
        bare = configured("{}").read_text("utf-8").replace("    registry: {}\n", "")
        named = Config.load(in_file(ENTRY)).sources[0].registered()
        Path("c.yaml").write_text(bare, "utf-8")
        assert Config.load(Path("c.yaml")).sources[0].registered() == named
        assert Config.load(YAML(typ="safe").load(bare)).sources[0].registered()["owner"] == UNKNOWN

    def test_gives_way_to_what_the_source_says_itself(self):
        Path("sources/qa.yaml").write_text("owner: me\n", "utf-8")
        assert Config.load(configured("{}")).sources[0].registered()["owner"] == UNKNOWN
        Path("sources/other.yaml").write_text("owner: you\n", "utf-8")
        assert Config.load(configured("sources/other.yaml")).sources[0].registered()["owner"] == "you"

    def test_that_is_of_no_source_is_a_mistake_where_a_source_has_none(self):
        bare = configured("{}").read_text("utf-8").replace("    registry: {}\n", "")
        Path("sources/qaa.yaml").write_text("owner: me\n", "utf-8")
        Path("c.yaml").write_text(bare, "utf-8")
        assert mistakes(Path("c.yaml")) == [
            ("c.yaml:2 sources", "sources/qaa.yaml is the registry of no source: none is called 'qaa'")
        ]
        Path("sources/qa.yaml").write_text("owner: me\n", "utf-8")
        assert Config.load(Path("c.yaml")).sources[0].registered()["owner"] == "me"
        assert Config.load(configured("{}")).sources[0].registered()["owner"] == UNKNOWN

    @pytest.mark.parametrize("suffix", ["yml", "YAML"])
    def test_that_ends_in_another_way_is_a_mistake_so_that_no_blacklist_is_passed_over(self, suffix):
        bare = configured("{}").read_text("utf-8").replace("    registry: {}\n", "")
        Path(f"sources/qa.{suffix}").write_text("blacklisted: true\n", "utf-8")
        Path("c.yaml").write_text(bare, "utf-8")
        fact = f"sources/qa.{suffix} is not read: the registry of 'qa' is qa.yaml"
        assert mistakes(Path("c.yaml")) == [("c.yaml:2 sources", fact)]
        [(where, fact)] = mistakes(configured(f"sources/qa.{suffix}"))
        assert (where, fact) == (f"sources/qa.{suffix}:1 blacklisted", "the source is blacklisted")

    def test_has_its_mistakes_told_at_its_own_lines(self):
        bare = configured("{}").read_text("utf-8").replace("    registry: {}\n", "")
        Path("sources/qa.yaml").write_text("ownr: me\n", "utf-8")
        Path("c.yaml").write_text(bare, "utf-8")
        assert [where for where, _ in mistakes(Path("c.yaml"))] == ["sources/qa.yaml:1 ownr"]


class TestAMistake:
    def test_is_told_with_all_others_each_at_its_line(self):
        path = in_file(
            dedent("""\
            ownr: me
            category: bought
            collected_from: 2026-13-01
            contains:
              minors: perhaps
            evidence:
            - {kind: contract, ref: x, sha256: abc}
            """)
        )
        told = mistakes(path)
        assert [where for where, _ in told] == [
            "sources/qa.yaml:1 ownr",
            "sources/qa.yaml:2 category",
            "sources/qa.yaml:3 collected_from",
            "sources/qa.yaml:5 contains.minors",
            "sources/qa.yaml:7 evidence[0].sha256",
        ]
        assert told[0][1] == "there is no setting 'ownr', found with the value 'me'"

    def test_stands_beside_those_of_the_configuration(self):
        told = mistakes(in_file("ownr: me\n", more="    txt: body\n"))
        assert [where for where, _ in told] == ["c.yaml:6 sources.qa.txt", "sources/qa.yaml:1 ownr"]

    @pytest.mark.parametrize(
        ("registry", "fact"),
        [
            ("sources/none.yaml", "the registry 'sources/none.yaml' is not there"),
            ("7", "a registry is a mapping of settings or the name of a YAML file, found 7"),
            ("{collected_from: 2026-05-02, collected_to: 2026-05-01}", "collection ends on 2026-05-01 and begins on"),
            ("{collected_to: 2026-02-30}", "2026-02-30 is no day of the calendar"),
            ("{evidence: [{kind: contract, ref: Unknown}]}", "evidence names neither `ref` nor `file`"),
            ("{evidence: [{kind: contract}]}", "evidence names neither `ref` nor `file`"),
            ("{evidence: [{kind: contract, file: none.pdf}]}", "'none.pdf' cannot be read"),
            (f"{{evidence: [{{kind: contract, file: qa.jsonl, sha256: {'ab' * 32}}}]}}", "the digest of 'qa.jsonl' is"),
        ],
    )
    def test_is_told_in_words(self, registry, fact):
        told = mistakes(configured(registry))
        assert len(told) == 1
        assert told[0][0].startswith("c.yaml:6 sources.qa.registry")
        assert told[0][1].startswith(fact)

    def test_is_a_thing_said_twice_in_two_ways(self):
        told = mistakes(in_file("license: MIT\nowner: me\n", more="    license: CC0-1.0\n    owner: me\n"))
        assert told == [("sources/qa.yaml:1 license", "'license' is 'MIT' here and 'CC0-1.0' at the source itself")]

    @pytest.mark.parametrize("body", ["- a\n", "a: [\n", ""])
    def test_is_a_file_that_is_no_mapping(self, body):
        (told,) = mistakes(in_file(body))
        assert told[0].startswith("sources/qa.yaml")
        assert "configuration" not in told[1]


def test_a_reason_to_blacklist_without_the_blacklist_is_a_mistake():
    ((where, fact),) = mistakes(in_file("owner: me\nblacklist_reason: unlawful\n"))
    assert (where, fact) == (
        "sources/qa.yaml:2 blacklist_reason",
        "why the source is blacklisted (unlawful), but not that it is",
    )


def test_a_blacklisted_source_stops_a_run_before_it_is_read():
    path = in_file("owner: me\nblacklisted: true\nblacklist_reason: 29 of 407 records are unlawful\n")
    done = CliRunner().invoke(main, ["run", str(path), "--progress", "none"])
    assert done.exit_code == 2
    assert "sources/qa.yaml:2 blacklisted: the source is blacklisted: 29 of 407 records are unlawful" in done.stderr
    assert not Path("out").exists()
    assert not Path("out.work").exists()
