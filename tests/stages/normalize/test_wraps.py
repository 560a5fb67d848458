import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.stages.normalize.wraps import unhyphenated, unwrapped

PROSE = (
    "The operator shall inspect the pressure relief valve at least once a year and record the results in the log. "
    "A valve that leaks is replaced before the pump is started again, and the old one is sent to the workshop. "
    "Nobody may enter the pit while the pump is running or while the main switch has not been locked."
)
CHINESE = "操作人员应当每年至少检查一次安全阀并将结果记入台账。泄漏的阀门在重新启动水泵之前必须更换，旧阀门送维修车间。"


def wrapped_chinese(text, width):
    return "\n".join(text[start : start + width] for start in range(0, len(text), width))


@pytest.mark.parametrize("width", [40, 60, 72, 100])
def test_wrapped_english_becomes_paragraphs(width):
    text = "\n\n".join([textwrap.fill(PROSE, width)] * 3)
    assert unwrapped(text).text == "\n\n".join([PROSE] * 3)


def test_han_meets_han_without_a_space():
    assert unwrapped(wrapped_chinese(CHINESE * 4, 30)).text == CHINESE * 4


@pytest.mark.parametrize(
    "text",
    [
        "床前明月光，\n疑是地上霜。\n举头望明月，\n低头思故乡。",
        "- check the oil level of every single gearbox\n- check the belt for cracks and for tension\n" * 3,
        "\n".join(f"| pump {n} | running | the operator inspected it today |" for n in range(8)),
        "def area(width, height):\n    return width * height\n\nprint(area(2, 3))\n" * 4,
        "\n".join(f"第{n}条 本规定自公布之日起施行，原规定同时废止，各单位应当遵照执行。" for n in "一二三四五六"),
        "One line.\nAnother short one.\nA third line, a little longer than those.\nEnd.",
        "",
    ],
)
def test_lines_that_end_where_they_mean_to_stay(text):
    assert unwrapped(text) == (text, 0)


def test_points_and_their_hanging_lines_stay_apart():
    point = "- " + textwrap.fill(PROSE, 60, subsequent_indent="  ")
    assert unwrapped("\n".join([point] * 3)).text == "\n".join(["- " + PROSE] * 3)


def test_a_broken_word_loses_its_hyphen_only_where_the_text_knows_it_whole():
    lines = [
        "The shop-floor staff and all of the operators of the well-",
        "known pump station maintain the main-",
        "tenance schedule of every pump in the station, and the log",
        "of the maintenance is kept in the office of the station.",
    ]
    joined = unwrapped("\n".join(lines)).text
    assert joined.count("\n") == 0
    assert "of the well-known pump" in joined
    assert "the maintenance schedule" in joined


def test_a_word_that_a_soft_hyphen_broke_is_put_together():
    assert unhyphenated("re\xad\n  placed") == ("replaced", 1)


@given(
    words=st.lists(st.text(alphabet="abcdefg中文字，。", min_size=1, max_size=9), min_size=1, max_size=120),
    width=st.integers(10, 100),
)
def test_nothing_but_white_space_goes(words, width):
    text = textwrap.fill(" ".join(words), width, break_long_words=False, break_on_hyphens=False)
    assert "".join(unwrapped(text).text.split()) == "".join(text.split())


def test_headings_over_their_paragraphs_do_not_speak_against_a_page():
    chapters = (
        "值班人员应当每两小时巡视一次，记录汽包水位、压力与温度，发现异常立即报告值长并采取措施。",
        "给水泵应当定期切换，备用泵须处于良好状态，切换前检查油位、冷却水与出口门位置，并观察十分钟。",
        "电气设备检修前必须停电、验电、接地，并悬挂标示牌，工作负责人应当向班组成员交代安全事项。",
    )
    wrapped = [f"第{'一二三'[place]}章\n{said[:30]}\n{said[30:]}" for place, said in enumerate(chapters)]
    whole = [f"第{'一二三'[place]}章\n{said}" for place, said in enumerate(chapters)]
    assert unwrapped("\n\n".join(wrapped)) == ("\n\n".join(whole), 3)


@pytest.mark.parametrize(
    "line",
    [
        "2024-05-01 10:07:3{} INFO  [main] com.acme.Pump - bearing temperature is 53 degrees",
        "May  1 10:07:3{} gateway sshd[812]: Failed password for invalid user admin from port 22",
        "07:0{} Unit 1 running at full load, cooling water pumps one and two in service",
        "Q{}: What must be checked before the pump is started by the operator of the unit",
        "Fault: The bearing temperature of pump number {} is above the limit of the alarm",
        "处理{}：检修人员到场后更换轴承并复测振动值合格后恢复运行并填写工单确认闭环",
    ],
)
def test_entries_of_logs_and_forms_stay_apart(line):
    text = "\n".join(line.format(number) for number in range(1, 9))
    assert unwrapped(text) == (text, 0)
