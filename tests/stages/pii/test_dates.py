"""Dates: those of birth are found by their labels; fakes of dates keep form, intervals, weekdays."""

from datetime import date, timedelta

import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from curate.stages.pii import mask
from curate.stages.pii.dates import is_shifted, read, shifted
from curate.stages.pii.engine import Native
from curate.stages.pii.keys import Secret
from curate.stages.pii.rules import DEFAULT_TYPES
from curate.stages.pii.surrogates import Seed
from tests.stages.pii.keyed import keyed

DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))
SECRET = Secret(bytes(range(32)))
WRITTEN = {
    "ISO": "{0:%Y-%m-%d}",
    "dots": "{0:%Y.%m.%d}",
    "Chinese": "{0.year}年{0.month}月{0.day}日",
    "Chinese, padded": "{0:%Y}年{0:%m}月{0:%d}日",
    "US": "{0:%m/%d/%Y}",
    "German": "{0:%d.%m.%Y}",
    "English": "{0:%B} {0.day}, {0.year}",
    "short English": "{0.day} {0:%b} {0.year}",
}
"""Forms that can be read again without doubt: `read` is the judge of what they say."""


def fake(value: str, scope: str = "document:1") -> str | None:
    return shifted(SECRET, Seed(scope, "DATE_TIME", value), value)


def day(value: str | None) -> date:
    said = read(value or "")
    assert said is not None
    return said[1]


@pytest.mark.parametrize("form", WRITTEN)
class TestAFake:
    @given(one=DAYS, other=DAYS)
    def test_is_as_many_days_from_another_and_on_the_same_weekday(self, form, one, other):
        fakes = [fake(WRITTEN[form].format(which)) for which in (one, other)]
        assert day(fakes[1]) - day(fakes[0]) == other - one
        assert day(fakes[0]).weekday() == one.weekday()

    @given(which=DAYS)
    def test_has_the_form_of_the_value_and_a_year_of_nobody(self, form, which):
        assume(which.month != 5 or form != "short English")
        assume(min(which.month, which.day) < 10 or form != "Chinese, padded")
        made = fake(WRITTEN[form].format(which))
        assert made == WRITTEN[form].format(day(made))
        assert 2100 <= day(made).year < 2400
        assert is_shifted(made)
        assert not is_shifted(WRITTEN[form].format(which))

    @given(
        which=DAYS,
        scope=st.sampled_from(["document", "corpus"]),
        entity=st.sampled_from(["DATE_TIME", "DATE_OF_BIRTH"]),
    )
    def test_stays_when_the_stage_runs_again(self, form, which, scope, entity):
        edit = keyed(scope=scope, types=("DATE_TIME", "DATE_OF_BIRTH")).open()
        label = "DOB: " if entity == "DATE_OF_BIRTH" else "on "
        once = edit(pa.array([f"{label}{WRITTEN[form].format(which)}."]))
        assert "<" not in once.strings[0].as_py()
        twice = edit(once.strings)
        assert twice.strings.equals(once.strings)
        assert twice.counts is None


def test_all_dates_of_a_record_are_shifted_alike_and_those_of_another_otherwise():
    edit = keyed(types=("DATE_TIME", "DATE_OF_BIRTH")).open()
    texts = pa.array(["生日：1990年3月5日，2020-01-31就诊", "见 1990-03-05"])
    first, second = edit.of_records(pa.array(["a", "b"]))(texts).strings.to_pylist()
    born, seen = first.removeprefix("生日：").removesuffix("就诊").split("，")
    assert day(seen) - day(born) == date(2020, 1, 31) - date(1990, 3, 5)
    assert day(second.removeprefix("见 ")) != day(born)


def test_keeps_padding_width_time_and_the_place_of_the_day():
    assert len(fake("１９９０－０３－０５") or "") == len("１９９０－０３－０５")
    assert (fake("１９９０－０３－０５") or "").translate({n: n - 0xFEE0 for n in range(0xFF0D, 0xFF1A)}) == fake(
        "1990-03-05"
    )
    assert (fake("2024-03-18T12:30:45Z") or "").endswith("T12:30:45Z")
    european, american = ((fake(value) or "").split("/") for value in ("25/12/1999", "12/25/1999"))
    assert [european[1], european[0], european[2]] == american
    assert (fake("1990年3月") or "").endswith("月")


def test_numbers_ordinals_anew():
    made = {
        fake(f"March {number}{end}, 1990") for number, end in ((1, "st"), (2, "nd"), (3, "rd"), (11, "th"), (22, "nd"))
    }
    for one in made:
        number = day(one).day
        end = "th" if number in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
        assert f"{number}{end}," in (one or "")


@pytest.mark.parametrize("value", ["31/02/1990", "3/5/90", "last Tuesday", "1990", "Foo 5, 1990"])
def test_what_is_no_date_or_says_no_century_has_a_placeholder(value):
    assert fake(value) is None
    assert keyed().done().writing("")("DATE_TIME", value) == "<DATE_TIME>"


def test_the_earliest_and_the_latest_shift_keep_apart_from_what_rules_find():
    for scope in map(str, range(200)):
        assert day(fake("1900-01-01", scope)) >= date(2100, 1, 1)
        assert day(fake("2099-12-31", scope)) - date(2099, 12, 31) < timedelta(days=365 * 301)


@pytest.mark.parametrize(
    "text",
    [
        "出生日期：{}",
        "生日是{}",
        "| 出生年月 | {} |",
        "DOB: {}",
        "Date of Birth\n{}",
        '"date_of_birth": "{}"',
        "birthday = {}",
        "出生于{}",
    ],
    ids=range(8),
)
@pytest.mark.parametrize(
    "value",
    ["1990年3月5日", "1990-03-05", "05/03/1990", "March 5, 1990", "19900305", "１９９０－０３－０５"],
    ids=range(6),
)
def test_a_date_of_birth_is_found_by_its_label(text, value):
    assert mask(text.format(value)) == text.format("<DATE_OF_BIRTH>")


def test_a_date_of_birth_is_found_before_its_label():
    assert mask("男，1990年3月5日出生，汉族") == "男，<DATE_OF_BIRTH>出生，汉族"
    assert mask("1990年3月5日生，住") == "<DATE_OF_BIRTH>生，住"


@pytest.mark.parametrize(
    "text", ["1990年3月5日生效", "2024-03-18", "出生率为1990年3月", "birthrate 1990", "生日快乐 2024年3月18日"]
)
def test_other_dates_stay(text):
    assert mask(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "{}入院",
        "患者于{}行手术",
        "于{}, 出院",
        "入院日期：{}，",
        "就诊时间:{}",
        "病人{}复查",
    ],
)
def test_a_date_in_one_piece_beside_a_chinese_word_is_found_where_dates_are_asked_for(text):
    said, dates = text.format("20010412"), Native(frozenset({"DATE_TIME"}))
    rows, opened = dates.look(pa.array([said] * 200))
    assert rows == list(range(200))
    for spans in (dates.find(said), dates.find(said, opened[7])):
        assert [said[span.start : span.end] for span in spans] == ["20010412"]
    assert Native(frozenset(DEFAULT_TYPES)).find(said) == []


@pytest.mark.parametrize(
    "text",
    [
        "批号20010412合格",
        "编号20010412有效",
        "共20010412元",
        "有20010412人",
        "〔20010412号〕",
        "文件名20010412",
        "20011312入院",
        "x20010412入院",
        "2001-20010412入院",
        "120010412入院",
    ],
)
def test_what_is_no_date_in_one_piece_stays(text):
    assert Native(frozenset({"DATE_TIME"})).find(text) == []
