"""What the manifest says that follows from the settings of stages is held against them, and nothing true is."""

import json
from collections.abc import Callable, Iterator
from math import inf, nan
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner

from curate.cli import main
from curate.lineage.balance import check_stages
from curate.lineage.followed import LARGEST_SEED
from curate.lineage.manifest import Manifest
from curate.lineage.marks import Marks, check_marks, check_reasons
from curate.lineage.numbers import NEEDS
from curate.lineage.settled import check_settings
from curate.stages.safety.seeds import SEEDS

CONFIG = """\
name: all
sources:
  a:
    format: jsonl
    path: a.jsonl
    keep: {asset: as_is, contact: string}
    license: MIT
    registry:
      {owner: Works, pipl: "13(2)", contains: {personal_data: true}, evidence: [{kind: contract, ref: "7"}]}
  b: {format: jsonl, path: b.jsonl, key: uid}
stages:
  - normalize
  - language: {keep: [zh, en, de], action: tag}
  - length: {min: 4, as: short}
  - length: {min: 12, as: shorter, action: tag, languages: [zh]}
  - quality:
      rules: {chars: {min: 3, max: 9000}, own: {when: "chars < 5"}, damaged: {action: reject}, links: "off"}
      action: tag
  - quality: {as: strict, sources: [b], rules: {digits: {max: 0.9}, odd: {when: "digits >= 0.99", action: tag}}}
  - safety: {as: safe, lexicons: [A.1.f.txt], reject: [secret, A.1], seeds: [gambling], look_for: [lexicons, secrets]}
  - decontaminate: {benchmarks: {exam: {path: exam.jsonl, fields: [question]}}, action: mask}
  - decontaminate: {benchmarks: {exam: {path: exam.jsonl, fields: [question]}}, action: reject, as: leaks}
  - source_gate: {rules: ["safe:*"], action: tag, limit: 0.9, by: upper}
  - exact_duplicates: {action: tag, as: exact}
  - near_duplicates: {threshold: 0.7, bands: 20, rows: 5, as: near, action: tag}
  - near_duplicates: {threshold: 0.9, recall: 0.99, ngram: 3, languages: [en]}
  - pii: {operators: {PHONE_NUMBER: mask, EMAIL_ADDRESS: tag}, sources: [a], as: names}
  - pii: {types: [PHONE_NUMBER, CN_RESIDENT_ID], as: some, sources: [b]}
  - pii: {profiles: [us, uk], as: abroad}
  - pii: {languages: [zh], as: chinese}
output: {path: out, residual: report, canaries: 30}
limits: "off"
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory) -> dict[str, Any]:
    """The manifest of a run, as JSON."""
    place = tmp_path_factory.mktemp("run")
    lines = [
        {"text": f"The valve number {n} was closed and checked by the shift.", "asset": n, "contact": "x"}
        for n in range(6)
    ]
    (place / "a.jsonl").write_text("".join(json.dumps(line) + "\n" for line in [*lines, {"text": "no"}]), "utf-8")
    (place / "b.jsonl").write_text(
        json.dumps({"uid": "b1", "text": "阀门已经关闭，值班人员检查了压力表和温度计。"}) + "\n", "utf-8"
    )
    (place / "A.1.f.txt").write_text("闪杀\n横祸\n血刃\n", "utf-8")
    leak = "The relief valve of the second boiler opens at sixteen bar and closes again at fifteen bar."
    (place / "exam.jsonl").write_text(json.dumps({"question": leak}) + "\n", "utf-8")
    (place / "c.yaml").write_text(CONFIG, "utf-8")
    command = ["run", str(place / "c.yaml"), "--workers", "0", "--set", f"output.path={place / 'out'}"]
    ran = CliRunner().invoke(main, command)
    assert ran.exit_code == 0, ran.output
    told: dict[str, Any] = json.loads((place / "out" / "_lineage" / "manifest.json").read_bytes())
    return told


def stage(said: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in said["stages"] if one["name"] == name)


def rejecting(name: str) -> Callable[[dict[str, Any]], None]:
    """Say that every finding of a stage leaves its record out."""

    def forge(said: dict[str, Any]) -> None:
        finds = stage(said, name)["finds"]
        assert "tag" in finds.values()
        stage(said, name)["finds"] = dict.fromkeys(finds, "reject")

    return forge


def spelled(name: str) -> Callable[[dict[str, Any]], None]:
    """Say so in the rules that are spelled out, too."""

    def forge(said: dict[str, Any]) -> None:
        rejecting(name)(said)
        for rule in stage(said, name)["lineage"]["rules"]:
            rule["action"] = "reject"

    return forge


def lineage(name: str, **more: Any) -> Callable[[dict[str, Any]], None]:
    return lambda said: stage(said, name)["lineage"].update(more)


def covered(risk: str, name: str, terms: int) -> Callable[[dict[str, Any]], None]:
    return lambda said: stage(said, "safe")["lineage"]["covered"].setdefault(risk, {}).update({name: terms})


def moved(said: dict[str, Any]) -> None:
    """Say that what one canary found out was planted elsewhere."""
    kinds = said["canaries"]["names"]
    kinds["PHONE_NUMBER"]["planted"] -= 2
    kinds["CREDIT_CARD"]["planted"] += 2


FORGERIES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "what safety finds": rejecting("safe"),
    "what normalize finds": rejecting("normalize"),
    "what length finds": rejecting("shorter"),
    "what a gate finds": rejecting("source_gate"),
    "what quality finds": rejecting("quality"),
    "what quality finds and spells out": spelled("quality"),
    "what an own rule does": spelled("strict"),
    "what is found is not said": lambda said: stage(said, "safe").update(finds=None),
    "a rule that tagged is said to reject": lambda said: stage(said, "short").update(finds={"too_long": "reject"}),
    "a rule that was off": lambda said: stage(said, "quality")["lineage"]["rules"].append(
        {"rule": "links", "when": "links > 1", "action": "tag"}
    ),
    "another threshold of quality": lambda said: next(
        one for one in stage(said, "strict")["lineage"]["rules"] if one["rule"] == "digits"
    ).update(when="digits > 0.1"),
    "no owner, filled in": lambda said: said["sources"][1].update(owner="Works"),
    "no category, filled in": lambda said: said["sources"][0].update(category="open"),
    "no licence, filled in": lambda said: said["sources"][1].update(license="MIT"),
    "what a source contains": lambda said: said["sources"][0]["registry"]["contains"].update(personal_data=False),
    "a basis of a source": lambda said: said["sources"][0]["registry"].update(pipl="13(1)"),
    "another document": lambda said: said["sources"][0]["registry"]["evidence"][0].update(ref="8"),
    "no document, filled in": lambda said: said["sources"][1]["registry"].update(
        evidence=[{"kind": "contract", "ref": "7"}]
    ),
    "another level": lambda said: said["sources"][1]["registry"]["classification"].update(level="general"),
    "no day, filled in": lambda said: said["sources"][1]["registry"].update(collected_to="2026-01-01"),
    "a list that does not come along": covered("A.2.a", "A.2.a", 200),
    "a list of ours that is larger": covered("A.1.h", "gambling", 20000),
    "a list of ours under another class": covered("A.1.a", "gambling", 42),
    "a class without terms left out": lambda said: stage(said, "safe")["lineage"]["uncovered"].pop(),
    "other lists as assets": lambda said: stage(said, "safe")["assets"][0].update(name="A.2.f.txt"),
    "another n-gram": lineage("near", ngram=9),
    "another seed": lineage("near", seed=9),
    "other bands": lineage("near", bands=9),
    "another probability": lambda said: stage(said, "near")["lineage"].update({"found_at_0.7": 1.0}),
    "another recall": lineage("near_duplicates", recall=1.0),
    "another recall asked for": lineage("near_duplicates", recall_target=0.9999),
    "another confidence of a gate": lineage("source_gate", confidence=0.99),
    "another file behind a list": lambda said: stage(said, "safe")["assets"][0].update(sha256="0" * 64),
    "more verdicts": lineage("exact", verdicts=9),
    "more clusters": lineage("near", clusters=7),
    "clusters of a size that is none": lineage("near", clusters_by_size={"9" * 5000: 1}),
    "more clusters than fit anywhere": lineage("near", clusters_by_size={"2": 2**62}),
    "bands that are none": lineage("near", rows=0, bands=-1),
    "a threshold of quality that is none": lambda said: stage(said, "strict")["lineage"]["rules"][0].update(
        when="digits > 1.2.3"
    ),
    "a format that is none": lambda said: said["config"]["resolved"]["sources"][0].update(format={}, license=None),
    "other types": lineage("some", types=["PHONE_NUMBER", "CN_RESIDENT_ID", "CREDIT_CARD"]),
    "another operator": lambda said: stage(said, "names")["lineage"]["operators"].update(EMAIL_ADDRESS="redact"),
    "more that is cleared": lambda said: said["residual"]["cleared"].update(b=list(NEEDS)),
    "less that is cleared": lambda said: said["residual"]["cleared"].pop("a"),
    "more columns that stay": lambda said: said["residual"]["exempt"].update(a=["asset", "contact"]),
    "another column that stays": lambda said: said["residual"]["exempt"].update(a=["contact"]),
    "a source whose columns stay": lambda said: said["residual"]["exempt"].update(b=["contact"]),
    "canaries of a type that nothing replaces": lambda said: said["canaries"]["some"].update(
        CREDIT_CARD={"planted": 10, "leaked": 0, "allowed": 0}
    ),
    "canaries of a type forgotten": lambda said: said["canaries"]["names"].pop("PHONE_NUMBER"),
    "canaries of a stage forgotten": lambda said: said["canaries"].pop("some"),
    "canaries of no stage": lambda said: said["canaries"].update(pii=said["canaries"].pop("some")),
    "canaries moved to another type": moved,
    "more canaries left than planted": lambda said: said["canaries"]["names"]["PHONE_NUMBER"].update(leaked=31),
}


def faults(said: dict[str, Any]) -> list[str]:
    return list(check_settings(Manifest.model_validate(said)).faults)


def test_the_manifest_of_a_run_follows_from_its_settings(said):
    assert faults(said) == []
    assert said["residual"]["cleared"]["b"] == ["CN_RESIDENT_ID", "CN_MOBILE"]
    assert {*said["canaries"]} >= {"names", "some"}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_manifest_contradicts_its_settings(said, name):
    forged = json.loads(json.dumps(said))
    FORGERIES[name](forged)
    assert forged != said
    assert faults(forged)


ODD = (None, True, -1, 0, 2**62, 1e308, nan, inf, "", "9" * 5000, "x < 1.2.3", [None], [{}], {}, {"9" * 5000: 1})
FREE = {"lineage", "params", "resolved", "limits"}
"""Where a manifest holds values to no type."""


def places(said: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, Any]]:
    """Yield every place below the free ones: what holds it, and its name there."""
    for name, value in said.items() if isinstance(said, dict) else enumerate(said) if isinstance(said, list) else ():
        if FREE.intersection(path):
            yield said, name
        yield from places(value, (*path, name))


def test_no_value_that_a_forger_puts_anywhere_makes_a_check_raise(said):
    chance, found = Random(5), 0
    for _ in range(20):
        forged = json.loads(json.dumps(said))
        for holder, name in chance.sample(list(places(forged)), 15):
            holder[name] = chance.choice(ODD)
        manifest = Manifest.model_validate(forged)
        checks = check_settings(manifest), check_stages(manifest), check_marks(manifest, Marks())
        found += all([*check_reasons(manifest, Marks()), *(check.faults for check in checks[:2])])
    assert found == 20


def test_lists_that_come_along_are_small():
    assert max(len(seed.terms) for seed in SEEDS.values()) <= LARGEST_SEED
