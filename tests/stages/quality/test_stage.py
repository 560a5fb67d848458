import random

import pytest
from pydantic import ValidationError

from curate.stages.quality.presets import BASE, PRESETS, PUBLISHED, as_yaml, parsed, preset_of
from curate.stages.quality.signals import DATATROVE_SIGNALS, SIGNALS
from curate.stages.quality.stage import Quality
from tests.conftest import records

PROSE = "检修人员应当在停机后检查轴承温度、振动值和润滑油液位，并将结果记入设备台账。更换密封件后须试运行两小时。" * 3
ENGLISH = """
The operator must stop the pump before the seal is changed. A seal that was run dry has to be replaced at
once, and the bearing beside it should be looked at as well, since heat will have reached the grease. When the
pump is started again, the pressure on the outlet side is read after ten minutes and written into the log of
the machine. If the pressure is below the value that the table gives for this size of impeller, the suction
strainer may be blocked: close the valve, open the cover, and clean the basket with water only. Solvents
attack the lining. After the basket has been put back, the cover is tightened crosswise with the torque on the
plate. No one may work on the line while it is under pressure, and the key of the main switch stays with the
person who does the work until the line has been handed over. Every repair is entered in the book, with the
date, the part that was changed and the name of the firm that made it. Parts of other firms can be used where
the drawing says so; in all other cases the maker has to be asked first. The oil of the gearbox is changed
every two thousand hours, or once a year, whichever comes first. Used oil belongs in the drum that is marked
for it and must not be mixed with coolant. A sample of a hundred millilitres goes to the laboratory, which
reports on water, metal and acid within a week. Should the report name copper above the limit, the bronze
wheel is worn and the gearbox has to be opened at the next stop of the plant. Until then the load is kept
below half.
"""
SMUDGED = "".join(chr(97 + n * 7 % 26) if one.isalpha() and n % 3 == 0 else one for n, one in enumerate(ENGLISH))
LEVELS = b"".join(bytes([row, cell]) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF)).decode(
    "gb2312", "ignore"
)
"""The Han of GB 2312: 3,755 of level 1, then those of level 2."""
JUNK = {
    "empty": "——……!!!",
    "unreadable": "设\ufffd\ufffd备" * 10,
    "mojibake": "设备运行状态正常请继续观察".encode().decode("latin-1"),
    "garbled_han": ("工业控制系统网络安全防护指南要求企业定期开展风险评估" * 2).encode().decode("gbk", "replace"),
    "binary": "ELF\x01\x02\x00\x00\x03\x00 .text \x00\x00 .data",
    "encoded": " ".join(f"{number * 40503 + 4660 & 0xFFFF:04x}a1" for number in range(100)),
    "noisy_han": "".join(chr(0x4E00 + number * 7919 % 20000) + "的一是在有" for number in range(120)),
    "noisy_latin": ENGLISH.translate(str.maketrans("aeoi", "xq7j")),
    "dump": "00000010: 6c69 6e65 2031 0a00 0f1e 2d3c 4b5a 6978  line 1..\n" * 6,
    "shuffled": " ".join(random.Random(1).sample(ENGLISH.split(), len(ENGLISH.split()))),
    "misplaced": " ".join(random.Random(2).sample(ENGLISH.split()[:150], 150)),
    "shuffled_han": "".join(random.Random(1).sample(PROSE * 4, 4 * len(PROSE))).replace("\n", ""),
    "menu": "首页\n产品中心\n关于我们\n联系我们\n男装\n女装\n数码\n图书\n" * 3,
    "small_menu": "首页\n新闻中心\n关于我们\n联系我们\n登录\n注册\n帮助",
    "notice": "404 Not Found\nThe requested URL was not found on this server.\nApache/2.4.1",
    "signs": "=====*****-----\n" * 8 + "a",
    "loop": "".join(f"第{number}次回答：当事人应当承担违约责任。" for number in range(1, 60)),
    "stutter": "答案是：当事人应当承担违约责任。" * 5,
    "random_han": "".join(chr(0x4E00 + number * 7919 % 20000) for number in range(60)),
    "keys": "asdf jkl asdfgh qwerty uiop sdfg zxcv hjkl dfgh rewq poiu lkjh",
    "stacked": "".join(
        letter + "\u0301\u0316\u0317\u0318\u0319" for letter in "the pump is lost and will not come back"
    ),
    "noisy_lines": "\n".join(f"| {line[:50]} | {line[50:]} |" for line in SMUDGED.split("\n") if line),
    "bytes": " ".join(f"{number * 40503 >> 3 & 0xFF:02x}" for number in range(600)),
    "filler": "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et "
    "dolore magna aliqua. Ut enim ad minim veniam.",
    "styles": "".join(f".c{n}{{margin:0;padding:{n}px;color:#fff}}" for n in range(9)),
    "misread": ("Насос следует остановить перед осмотром. " * 3).encode("koi8-r").decode("cp1251"),
    "escaped": PROSE.encode("unicode_escape").decode(),
    "random_common_han": "".join(random.Random(5).choices(LEVELS[:3755], k=600)),
    "random_rare_han": "".join(random.Random(5).choices(LEVELS, k=220)),
    "stuck": "| 1 | 合格 | 完成 |\n" * 200,
}
PACKAGES = "\n".join(
    f"2024-03-01 08:{n:02}:17 status installed libexample-{n}:amd64 {n % 7}.{n % 11}-1" for n in range(60)
)


OURS = [preset for preset in PRESETS if preset not in PUBLISHED]
INDUSTRIES = [preset for preset in OURS if preset != "general-web"]
"""`general-web` is for crawled pages and rejects by more rules."""


def judge(*texts, language=None, **settings):
    batch = records(*texts, language=[language] * len(texts))
    outcome = Quality(**{"as": "quality", **settings}).open()(batch)
    return [] if outcome.found is None else outcome.found.to_pylist()


def rejected(*texts, **settings):
    return {line["rule"].partition(":")[2] for line in judge(*texts, **settings) if line["action"] == "reject"}


def rules_of(*texts, **settings):
    return {line["rule"].partition(":")[2] for line in judge(*texts, **settings)}


@pytest.mark.parametrize("preset", OURS)
@pytest.mark.parametrize("rule", [rule for rule in JUNK if rule not in {"encoded", "dump"}])
def test_what_no_industry_wants_is_rejected_by_every_preset(preset, rule):
    assert rule in rejected(JUNK[rule], preset=preset)


@pytest.mark.parametrize("preset", [preset for preset in OURS if preset != "cybersecurity"])
def test_a_dump_is_rejected_unless_security_is_the_business(preset):
    assert "encoded" in rejected(JUNK["encoded"], preset=preset)
    assert "dump" in rejected(JUNK["dump"], preset=preset)
    assert rejected(JUNK["encoded"], preset="cybersecurity") == set()


@pytest.mark.parametrize(
    "text",
    [
        PROSE,
        "BUCKET TOOTH BROKEN",
        "第三条 本法自公布之日起施行。",
        "Revenue | 2019 | 2018\n1,204.5 | 1,180.2 | 2.1%\n" * 3,
        "$ curl -s http://127.0.0.1:8080/api | jq '.items[] | {id, name}'",
        "问：血压高怎么办？\n答：低盐饮食，规律服药。",
        PACKAGES,
        "| 序号 | 设备 | 结果 |\n" + "".join(f"| {n} | 阀门V-{100 + n} | 合格 |\n" for n in range(79)),
        "".join(f'  add_part({n}, "valve-{n * 7}", {n % 13});\n' for n in range(60)),
        "x",
    ],
)
@pytest.mark.parametrize("preset", INDUSTRIES)
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


@pytest.mark.parametrize("preset", OURS)
def test_every_preset_of_ours_has_every_rule(preset):
    assert list(PRESETS[preset])[: len(BASE)] == list(BASE)


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_measures_known_signals(preset):
    known = DATATROVE_SIGNALS if preset in PUBLISHED else SIGNALS
    assert {rule.signal for rule in PRESETS[preset].values()} <= set(known)


@pytest.mark.parametrize("preset", INDUSTRIES)
def test_only_what_no_industry_wants_is_rejected_by_a_preset(preset):
    rejecting = {name for name, rule in PRESETS[preset].items() if rule.action == "reject"}
    assert rejecting == set(JUNK)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_can_be_written_as_a_file_and_read_again(preset, tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(as_yaml(PRESETS[preset]), "utf-8")
    assert preset_of(path) == PRESETS[preset]
    assert list(preset_of(path)) == list(PRESETS[preset])


def test_a_preset_of_a_file_takes_the_place_of_the_named_one(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text("long: {when: chars > 10 and words >= 2, action: reject, types: [prose]}\n", "utf-8")
    assert rejected("two words of prose", preset_file=path) == {"long"}
    assert rejected(JUNK["loop"] * 2, "x", preset_file=path, rules={"long": "off"}) == set()
    assert Quality(preset_file=path).assets == (path,)


def test_a_preset_file_is_parsed_once_however_often_a_run_asks_for_its_rules_and_again_when_it_changes(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(as_yaml(PRESETS["base"]), "utf-8")
    parsed.cache_clear()
    stage = Quality(preset_file=path)
    assert stage.rejects
    assert set(stage.finds) == {said["rule"] for said in stage.lineage()["rules"]}
    assert stage.open()(records("ok")).batch.num_columns == len(records("ok").schema) + len(stage.adds)
    assert parsed.cache_info().misses == 1
    path.write_text("long: {when: chars > 10}\n", "utf-8")
    assert set(stage.finds) == {"long"}
    preset_of(path).clear()
    assert set(preset_of(path)) == {"long"}


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("- a", "no mapping"),
        ("a: 1", "no rule with a `when`"),
        ("a: {when: chars}", "no comparison"),
        ("a: {when: chors > 1}", "no signal 'chors'"),
        ("a: {when: chars > 1, action: drop}", "'drop'"),
        ("a: {when: chars > 1, types: [poem]}", "poem"),
        ("a: {when: chars > 1, least: 2}", "'least'"),
        ("a: {when: [}", "cannot be read"),
    ],
)
def test_a_preset_that_means_nothing_is_a_mistake(said, message, tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(said, "utf-8")
    with pytest.raises(ValidationError, match=message):
        Quality(preset_file=path)


def test_a_rule_of_ones_own_is_an_expression():
    lines = judge(PROSE, rules={"mine": {"when": "lines <= 1 and chars > 50"}})
    (line,) = (line for line in lines if "mine" in line["rule"])
    said = [line[name] for name in ("rule", "metric", "operator", "threshold", "action")]
    assert said == ["quality:mine", "quality_lines", "<=", 1, "reject"]
    assert rejected(PROSE, rules={"mine": {"when": "lines <= 1 and chars > 5000"}}) == set()
    assert rejected(PROSE, rules={"mine": {"when": "lines <= 1", "types": ["code"]}}) == set()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (PROSE, "prose"),
        ("Year | 2019 | 2018\nRevenue | 1,204.5 | 1,180.2\nCost | 801.0 | 799.4", "table"),
        ("日期\t产量\t合格率\n1月\t120\t0.98\n2月\t130\t0.97", "table"),
        ("def f(x):\n    y = g(x)[0]\n    return {y: 'a'}\n", "code"),
        ('{\n  "id": 1,\n  "name": "pump"\n}', "code"),
        ("2024-01-02 10:11:12 INFO start\n2024-01-02 10:11:13 INFO up\n2024-01-02 10:11:14 ERROR no", "log"),
        ("姓名：某某\n科室：内科\n诊断：高血压", "form"),
        ("- stop the pump\n- close the valve\n- change the seal", "list"),
        ("一、停机\n二、断电\n三、挂牌", "list"),
        ("", None),
        (None, None),
    ],
)
def test_a_text_has_a_content_type(text, kind):
    batch = Quality(**{"as": "quality"}).open()(records(text)).batch
    assert batch["quality_content_type"].to_pylist() == [kind]


@pytest.mark.parametrize("preset", OURS)
def test_code_tables_and_logs_are_not_judged_by_rules_on_prose(preset):
    code = "for (i = 0; i < n; i++) { a[i] = b[i]; }\n" + "".join(f"x{n} = y[{n}] + {{{n * 7}}};\n" for n in range(40))
    table = "\n".join(f"{n} | {n * n} | {n * 37 % 101}" for n in range(60))
    log = "\n".join(f"2024-01-02 10:{n:02}:12 INFO pump {n * 7919 % 97} on" for n in range(60))
    for text in (code, table, log):
        assert not rules_of(text, preset=preset) & {"symbols", "few_letters", "repetition", "shuffled", "unended"}


def test_a_slice_is_judged_like_the_whole():
    batch = records(PROSE, None, *JUNK.values(), language=["zh"] * (2 + len(JUNK)))
    step = Quality(**{"as": "quality"}).open()
    whole, part = step(batch), step(batch.slice(3, 4))
    assert whole.batch.slice(3, 4).to_pylist() == part.batch.to_pylist()
    lines = [line | {"row": line["row"] - 3} for line in whole.found.to_pylist() if 3 <= line["row"] < 7]
    assert lines == part.found.to_pylist()
