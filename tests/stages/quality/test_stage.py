import pytest
from pydantic import ValidationError

from curate.stages.quality.presets import BASE, PRESETS
from curate.stages.quality.signals import SIGNALS
from curate.stages.quality.stage import Quality
from tests.conftest import records

PROSE = "检修人员应当在停机后检查轴承温度、振动值和润滑油液位，并将结果记入设备台账。更换密封件后须试运行两小时。" * 3
JUNK = {
    "empty": "——……!!!",
    "unreadable": "设\ufffd\ufffd备" * 10,
    "mojibake": "设备运行状态正常请继续观察".encode().decode("latin-1"),
    "garbled_han": ("工业控制系统网络安全防护指南要求企业定期开展风险评估" * 2).encode().decode("gbk", "replace"),
    "binary": "ELF\x01\x02\x00\x00\x03\x00 .text \x00\x00 .data",
    "encoded": "7f45 4c46 02f1 0a1b " * 20,
    "loop": "答案是：当事人应当承担违约责任。" * 30,
}


def judge(*texts, language=None, **settings):
    batch = records(*texts, language=[language] * len(texts))
    outcome = Quality(**{"as": "quality", **settings}).open()(batch)
    return [] if outcome.found is None else outcome.found.to_pylist()


def rejected(*texts, **settings):
    return {line["rule"].partition(":")[2] for line in judge(*texts, **settings) if line["action"] == "reject"}


def rules_of(*texts, **settings):
    return {line["rule"].partition(":")[2] for line in judge(*texts, **settings)}


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("rule", [rule for rule in JUNK if rule != "encoded"])
def test_what_no_industry_wants_is_rejected_by_every_preset(preset, rule):
    assert rule in rejected(JUNK[rule], preset=preset)


@pytest.mark.parametrize("preset", [preset for preset in PRESETS if preset != "cybersecurity"])
def test_a_dump_is_rejected_unless_security_is_the_business(preset):
    assert "encoded" in rejected(JUNK["encoded"], preset=preset)
    assert rejected(JUNK["encoded"][:300], preset="cybersecurity") <= {"loop"}


@pytest.mark.parametrize(
    "text",
    [
        PROSE,
        "BUCKET TOOTH BROKEN",
        "第三条 本法自公布之日起施行。",
        "Revenue | 2019 | 2018\n1,204.5 | 1,180.2 | 2.1%\n" * 3,
        "$ curl -s http://127.0.0.1:8080/api | jq '.items[] | {id, name}'",
        "问：血压高怎么办？\n答：低盐饮食，规律服药。",
        "x",
    ],
)
@pytest.mark.parametrize("preset", PRESETS)
def test_the_text_of_an_industry_is_not_rejected(preset, text):
    assert rejected(text, preset=preset) == set()


def test_good_prose_has_no_findings():
    assert judge(PROSE, language="zh") == []


def test_a_null_text_has_no_findings():
    assert judge(None) == []


def test_a_finding_says_what_was_measured():
    (line,) = (line for line in judge(JUNK["loop"]) if line["rule"] == "quality:loop")
    assert line["metric"] == "quality_compression"
    assert line["value"] < line["threshold"] == BASE["loop"].threshold
    assert line["operator"] == "<"


def test_a_short_chinese_text_is_measured_by_its_own_threshold():
    assert "short" in rules_of("更换三号机组的主轴承外圈", language="en")
    assert rules_of("更换三号机组的主轴承外圈", language="zh") == set()
    assert rules_of("更换轴承", language="zh") == {"short"}


def test_a_threshold_that_the_user_wrote_rejects():
    assert rejected(PROSE, rules={"short": {"min": 1000}}) == {"short"}
    assert rejected(PROSE, rules={"short": {"min": 1000, "action": "tag"}}) == set()


def test_a_rule_can_be_changed_in_its_action_alone():
    assert rejected(JUNK["loop"], rules={"loop": {"action": "tag"}}) == set()
    assert "short" in rejected("BUCKET", rules={"short": {"action": "reject"}})


@pytest.mark.parametrize("off", ["off", False])
def test_a_rule_can_be_turned_off(off):
    assert "loop" not in rules_of(JUNK["loop"], rules={"loop": off})


def test_a_signal_can_have_a_rule_of_its_own_with_both_bounds():
    lines = judge("12 34 ab", "abcdefgh", rules={"digits": {"min": 0.1, "max": 0.5}, "short": "off"})
    said = [(line["row"], line["rule"], line["operator"], line["action"]) for line in lines]
    assert said == [(0, "quality:digits", ">", "reject"), (1, "quality:digits", "<", "reject")]


def test_the_action_of_the_stage_outranks_the_preset_but_not_a_rule():
    assert rejected(JUNK["loop"], action="tag") == set()
    assert "loop" in rejected(JUNK["loop"], action="tag", rules={"loop": {"action": "reject"}})


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"lop": {"min": 0.2}}, "did you mean 'loop'"),
        ({"digits": {"action": "tag"}}, "needs a min or a max"),
        ({"loop": {"max": 0.2}}, "takes a min"),
        ({"loop": {"least": 0.2}}, "least"),
    ],
)
def test_rules_that_mean_nothing_are_mistakes(rules, message):
    with pytest.raises(ValidationError, match=message):
        Quality(rules=rules)


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_has_every_rule_and_measures_known_signals(preset):
    assert list(PRESETS[preset]) == list(BASE)
    assert {rule.signal for rule in PRESETS[preset].values()} <= set(SIGNALS)


def test_only_what_no_industry_wants_is_rejected_by_a_preset():
    rejecting = {name for rules in PRESETS.values() for name, rule in rules.items() if rule.action == "reject"}
    assert rejecting == set(JUNK)


def test_a_slice_is_judged_like_the_whole():
    batch = records(PROSE, None, *JUNK.values(), language=["zh"] * (2 + len(JUNK)))
    step = Quality(**{"as": "quality"}).open()
    whole, part = step(batch), step(batch.slice(3, 4))
    assert whole.batch.slice(3, 4).to_pylist() == part.batch.to_pylist()
    lines = [line | {"row": line["row"] - 3} for line in whole.found.to_pylist() if 3 <= line["row"] < 7]
    assert lines == part.found.to_pylist()
