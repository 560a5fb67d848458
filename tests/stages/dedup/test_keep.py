"""Which copy stays: criteria as numbers, and as outcomes of the stages that decide by them."""

import math
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import format_datetime
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from curate.core.record import record_id, render
from curate.stages.dedup.dates import instant
from curate.stages.dedup.exact import ExactDuplicates
from curate.stages.dedup.keep import WORST, Judge, Keeping, columns_of, greatest_first, newest_first
from curate.stages.dedup.near import NearDuplicates
from tests.conftest import TEXT, records
from tests.stages.dedup.driver import Cuts, judge_records

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WHOLE = st.integers(-(2**63) + 1, 2**63 - 1)
NEIGHBOURS = st.sampled_from([2**53 - 1, 2**53, 2**53 + 1, 2**63 - 1, -(2**63) + 1, 0, -1, 1])
FLOATS = st.floats() | st.sampled_from([0.0, -0.0, math.inf, -math.inf, math.nan, 5e-324, -5e-324, 1.0])
CUTS = st.builds(Cuts, st.integers(1, 5), st.integers(1, 5), st.integers(1, 4))


def order_by(merits: np.ndarray) -> list[int]:
    return np.argsort(merits, kind="stable").tolist()


def worst(value: float | None) -> bool:
    return value is None or value != value  # noqa: PLR0124 - the question is whether it is NaN


def greatest(values: Sequence[float | None]) -> list[int]:
    """The order of values, the greatest first, those without one last, said in plain Python."""
    return sorted(range(len(values)), key=lambda k: (worst(values[k]), 0 if worst(values[k]) else -values[k]))


class TestQuality:
    @given(values=st.lists(st.none() | WHOLE | NEIGHBOURS, max_size=9))
    def test_whole_numbers_stand_as_python_sorts_them(self, values):
        merits = greatest_first(pa.array(values, pa.int64()))
        assert order_by(merits) == greatest(values)
        assert [merit == WORST for merit in merits] == [value is None for value in values]

    @given(values=st.lists(st.none() | FLOATS, max_size=9))
    @example(values=[-math.inf, None, math.nan, math.inf, -0.0, 0.0])
    def test_numbers_stand_as_python_sorts_them(self, values):
        merits = greatest_first(pa.array(values, pa.float64(), from_pandas=False))
        assert order_by(merits) == greatest(values)
        assert [merit == WORST for merit in merits] == [worst(value) for value in values]

    @given(one=FLOATS, two=FLOATS)
    def test_numbers_are_equal_where_python_says_so(self, one, two):
        left, right = greatest_first(pa.array([one, two]))
        assert (left == right) == (one == two or (worst(one) and worst(two)))

    @given(values=st.lists(st.none() | st.floats(width=32), max_size=6))
    def test_numbers_of_32_bits_are_taken_as_they_are(self, values):
        assert order_by(greatest_first(pa.array(values, pa.float32(), from_pandas=False))) == greatest(values)

    @given(values=st.lists(st.integers(-(10**15), 10**15) | st.floats(allow_nan=False), max_size=6))
    def test_numbers_that_are_kept_as_strings_count_as_numbers(self, values):
        assert order_by(greatest_first(pa.array(map(str, values), pa.string()))) == greatest([*map(float, values)])

    @pytest.mark.parametrize("said", ["", "n/a", "优", "1,5", "0x10", "nan", None])
    def test_what_is_no_number_is_the_worst(self, said):
        assert greatest_first(pa.array([said, "-inf"], pa.string()))[0] == WORST
        assert order_by(greatest_first(pa.array([said, "-inf"], pa.string()))) == [1, 0]

    def test_true_is_better_than_false_and_false_than_nothing(self):
        assert order_by(greatest_first(pa.array([None, False, True]))) == [2, 1, 0]

    def test_a_column_without_values_decides_nothing(self):
        assert set(greatest_first(pa.nulls(3))) == {WORST}

    @given(values=st.lists(st.none() | FLOATS, min_size=1, max_size=6), data=st.data())
    def test_a_slice_has_the_merits_of_its_rows(self, values, data):
        start = data.draw(st.integers(0, len(values)))
        array = pa.array(values, pa.float64(), from_pandas=False)
        assert np.array_equal(greatest_first(array.slice(start)), greatest_first(array)[start:])


DAYS = st.dates(date(1, 1, 2), date(9999, 12, 30))
TIMES = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30))  # noqa: DTZ001 - the zone is what is drawn next
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))

OF_DAYS: dict[str, Callable[[date], str]] = {
    "2024-03-01": lambda day: f"{day.year:04}-{day.month:02}-{day.day:02}",
    "2024-3-1": lambda day: f"{day.year:04}-{day.month}-{day.day}",
    "2024/03/01": lambda day: f"{day.year:04}/{day.month:02}/{day.day:02}",
    "2024/3/1": lambda day: f"{day.year:04}/{day.month}/{day.day}",
    "2024.3.1": lambda day: f"{day.year:04}.{day.month}.{day.day}",
    "20240301": lambda day: f"{day.year:04}{day.month:02}{day.day:02}",
    "2024年3月1日": lambda day: f"{day.year:04}年{day.month}月{day.day}日",
    "2024年03月01日": lambda day: f"{day.year:04}年{day.month:02}月{day.day:02}日",
    "2024 年 3 月 1 日": lambda day: f" {day.year:04} 年 {day.month} 月 {day.day} 日\n",
    '"2024-03-01"': lambda day: f'"{day.year:04}-{day.month:02}-{day.day:02}"',
}
OF_TIMES: dict[str, Callable[[datetime], str]] = {
    "2024-03-01T09:05": lambda at: f"{at.isoformat(timespec='minutes')}",
    "2024-03-01 09:05:30": lambda at: at.isoformat(" ", "seconds"),
    "2024-03-01 9:05:30": lambda at: f"{at.date().isoformat()} {at.hour}:{at.minute:02}:{at.second:02}",
    "2024/3/1 9:05": lambda at: f"{at.year:04}/{at.month}/{at.day} {at.hour}:{at.minute:02}",
    "2024年3月1日 9:05": lambda at: f"{at.year:04}年{at.month}月{at.day}日 {at.hour}:{at.minute:02}",
    "2024-03-01T09:05:30.123": lambda at: at.isoformat(timespec="milliseconds"),
    "2024-03-01 09:05:30,123456": lambda at: at.isoformat(" ", "microseconds").replace(".", ","),
}


def microseconds(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def of_day(day: date) -> int:
    return microseconds(datetime(day.year, day.month, day.day, tzinfo=UTC))


class TestNewest:
    @pytest.mark.parametrize("spelling", OF_DAYS)
    @given(day=DAYS)
    def test_a_day_is_read_in_every_spelling(self, spelling, day):
        assert instant(OF_DAYS[spelling](day)) == of_day(day)

    @pytest.mark.parametrize("spelling", OF_TIMES)
    @given(at=TIMES, zone=st.sampled_from(["", "Z", " Z"]))
    def test_a_time_without_a_zone_is_one_of_utc(self, spelling, at, zone):
        fine = 1 if "123456" in spelling else 1000 if ".123" in spelling else 10**6 if ":30" in spelling else 60 * 10**6
        assert instant(OF_TIMES[spelling](at) + zone) == microseconds(at.replace(tzinfo=UTC)) // fine * fine

    @pytest.mark.parametrize("sign", [":", "", "hours"])
    @given(at=TIMES, zone=ZONES)
    def test_a_zone_is_counted_in(self, sign, at, zone):
        if sign == "hours":
            zone = timezone(timedelta(hours=zone.utcoffset(None) // timedelta(hours=1)))
        at = at.replace(tzinfo=zone)
        said = at.isoformat(" ")
        spelled = said if sign == ":" else said[:-3] if sign == "hours" else said[:-3] + said[-2:]
        assert instant(spelled) == microseconds(at)

    @given(at=st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 30)), zone=st.none() | ZONES)  # noqa: DTZ001
    def test_the_date_of_a_mail_is_read(self, at, zone):
        at = at.replace(microsecond=0, tzinfo=zone)
        assert instant(format_datetime(at)) == microseconds(at if zone else at.replace(tzinfo=UTC))

    @pytest.mark.parametrize(
        ("said", "at"),
        [
            ("2024年3月1日10:30", "2024-03-01T10:30"),
            ("2024年3月1日 10时30分", "2024-03-01T10:30"),
            ("2024年3月1日10时30分15秒", "2024-03-01T10:30:15"),
            ("2024年3月1号", "2024-03-01"),
            ("二〇二四年三月一日", "2024-03-01"),
            ("二○二四年十二月三十一日十点", "2024-12-31T10:00"),
            ("2024. 3. 1.", "2024-03-01"),
            ("20240301103000", "2024-03-01T10:30"),
            ("20240301T103000Z", "2024-03-01T10:30"),
            ("202403011030", "2024-03-01T10:30"),
            ("2024-03-01T10", "2024-03-01T10:00"),
            ("2024-03-01T10:30:00z", "2024-03-01T10:30"),
            ("2024-03-01 10:30:00 UTC", "2024-03-01T10:30"),
            ("2024-03-01T24:00:00", "2024-03-02"),
            ("2016-12-31T23:59:60Z", "2017-01-01"),
            ("March 1, 2024", "2024-03-01"),
            ("Sept. 3rd, 2024", "2024-09-03"),
            ("1 Mar 2024", "2024-03-01"),
            ("01-mar-2024 10:30 +0800", "2024-03-01T02:30"),
            ("March 2024", "2024-03-01"),
        ],
    )
    def test_other_ways_to_write_a_date_are_read(self, said, at):
        assert instant(said) == microseconds(datetime.fromisoformat(at).replace(tzinfo=UTC))

    @pytest.mark.parametrize(
        ("said", "earliest"),
        [
            ("2024", "2024-01-01"),
            ("2024年", "2024-01-01"),
            ("2024-10", "2024-10-01"),
            ("2024/9", "2024-09-01"),
            ("2024年9月", "2024-09-01"),
        ],
    )
    def test_what_names_no_day_counts_at_its_earliest(self, said, earliest):
        assert instant(said) == of_day(date.fromisoformat(earliest))

    @pytest.mark.parametrize(
        "said",
        [
            *["", " ", "no date", "昨天", "12", "99999999", "2023-02-29", "2024-13-01", "0000-01-01", None],
            *["2024-03-01 25:00", "2024-03-01-02", "Fri, 40 Mar 2024 10:00:00 +0000"],
            *["01/03/2024", "2024-03-01T24:00:01", "2024-03-01T10:60", "2024-03-01T10:30:61", "31 Feb 2024", "十月"],
            *["2024-03-01T10:30+25:00", "2024-03-01T10:30+08:75", "2024-03-01T10:30 PM"],
            "Fri, 01 Mar 2024 10:00:00 +99999999999999999999",
        ],
    )
    def test_what_is_no_date_is_older_than_any(self, said):
        assert instant(said) is None
        assert order_by(newest_first(pa.array([said, "0001-01-01"], pa.string()))) == [1, 0]

    @given(said=TEXT | st.text("0123456789-/:. +TZ年月日JanFriGMT,()", max_size=40))
    def test_any_string_is_a_date_or_none(self, said):
        assert instant(said) is None or abs(instant(said)) < 2**62

    @given(dates=st.lists(st.none() | DAYS, max_size=8), data=st.data())
    def test_dates_stand_as_python_sorts_them_however_they_are_spelled(self, dates, data):
        spell = st.sampled_from(sorted(OF_DAYS)).map(OF_DAYS.__getitem__)
        said = ["someday" if day is None else data.draw(spell)(day) for day in dates]
        days = [None if day is None else day.toordinal() for day in dates]
        assert order_by(newest_first(pa.array(said, pa.string()))) == greatest(days)

    @pytest.mark.parametrize("kind", [pa.date32(), pa.date64()], ids=str)
    @given(dates=st.lists(st.none() | DAYS, max_size=6))
    def test_a_column_of_dates_says_what_strings_say(self, kind, dates):
        said = pa.array([day and day.isoformat() for day in dates], pa.string())
        assert np.array_equal(newest_first(pa.array(dates, kind)), newest_first(said))

    @pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
    @pytest.mark.parametrize("zone", [None, "UTC", "Asia/Shanghai"])
    @given(times=st.lists(st.none() | st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)), max_size=6))  # noqa: DTZ001
    def test_a_column_of_times_says_what_strings_say(self, unit, zone, times):
        times = [at and at.replace(microsecond=0, tzinfo=UTC) for at in times]
        said = pa.array([at and at.isoformat() for at in times], pa.string())
        column = pa.array(times, pa.timestamp("us", "UTC")).cast(pa.timestamp(unit, zone or "UTC"))
        column = column if zone else column.cast(pa.timestamp(unit))
        assert np.array_equal(newest_first(column), newest_first(said))

    @given(numbers=st.lists(st.none() | WHOLE | NEIGHBOURS, max_size=8))
    def test_numbers_are_dates_by_their_size(self, numbers):
        assert order_by(newest_first(pa.array(numbers, pa.int64()))) == greatest(numbers)

    @given(numbers=st.lists(st.none() | st.floats(0, 1e12), max_size=8))
    def test_seconds_in_fractions_are_dates_by_their_size(self, numbers):
        assert order_by(newest_first(pa.array(numbers, pa.float64()))) == greatest(numbers)

    def test_the_least_number_of_all_is_not_the_newest(self):
        assert order_by(newest_first(pa.array([-(2**63), 0, 2**63 - 1], pa.int64()))) == [2, 1, 0]

    def test_a_column_without_values_decides_nothing(self):
        assert set(newest_first(pa.nulls(3))) == {WORST}


class TestOtherCriteria:
    @given(texts=st.lists(st.none() | TEXT, max_size=8))
    def test_the_longest_has_most_characters(self, texts):
        merits = Judge(["longest"], None, None, "text").merits(records(*texts))["longest"]
        assert order_by(merits) == sorted(range(len(texts)), key=lambda k: -len(texts[k] or ""))

    def test_of_a_chat_the_side_that_is_compared_is_measured(self):
        talk = [[("user", "短"), ("assistant", "很长的一个回答")], [("user", "一个问题"), ("assistant", "是")]]
        chats = [[{"role": role, "content": content} for role, content in turns] for turns in talk]
        batch = records(*map(render, chats), messages=chats)
        lengths = {on: Judge(["longest"], None, None, on).merits(batch)["longest"] for on in ("user", "assistant")}
        assert {on: merits.tolist() for on, merits in lengths.items()} == {"user": [-1, -4], "assistant": [-7, -1]}

    @given(places=st.lists(st.integers(0, 10**6), unique=True, max_size=20))
    def test_ids_stand_as_python_sorts_them(self, places):
        ids = [record_id("a", str(place)) for place in places]
        merits = Judge(["id"], None, None, "text").merits(records(*[""] * len(ids), id=ids))["id"]
        assert order_by(merits) == sorted(range(len(ids)), key=ids.__getitem__)

    def test_only_the_columns_that_decide_are_read(self):
        assert columns_of(["source_priority", "longest"], None, None) == ()
        assert columns_of(["id", "newest", "quality"], "score", "day") == ("id", "day", "score")
        assert columns_of(["newest", "quality"], "year", "year") == ("year",)


class Said(NamedTuple):
    """A record by what may decide whether it is kept."""

    group: int
    """Records of one group are copies of each other."""
    source: int
    quality: float | None
    day: date | None
    tail: int
    """So many more characters, none of which is in a token."""


SAID = st.builds(
    Said,
    st.integers(0, 2),
    st.integers(0, 2),
    st.none() | st.sampled_from([0.0, -0.0, 1.5, math.nan, math.inf]),
    st.none() | st.dates(date(2024, 1, 1), date(2024, 1, 3)),
    st.integers(0, 2),
)
BODIES = ("变电站设备巡视检修作业指导书", "replace the seal of pump seven", "合同条款")


class Sources(NamedTuple):
    """Records by source, and what is known of each by its id."""

    batches: dict[str, pa.RecordBatch]
    known: dict[str, tuple[Said, int]]
    """What was said of a record, and its place in the corpus."""


def sources_of(said: Sequence[Said], *, tails: bool) -> Sources:
    batches, known = {}, {}
    for source in range(3):
        mine = [one for one in said if one.source == source]
        ids = [record_id(f"s{source}", str(place)) for place in range(len(mine))]
        for name, one in zip(ids, mine, strict=True):
            known[name] = (one, len(known))
        spell = [sorted(OF_DAYS)[place % len(OF_DAYS)] for place in range(len(mine))]
        batches[f"s{source}"] = records(
            *[BODIES[one.group] + "。" * one.tail * tails for one in mine],
            id=ids,
            source_id=[f"s{source}"] * len(mine),
            score=pa.array([one.quality for one in mine], pa.float64(), from_pandas=False),
            day=pa.array(
                [one.day and OF_DAYS[how](one.day) for one, how in zip(mine, spell, strict=True)], pa.string()
            ),
        )
    return Sources(batches, known)


def rank(keep: Sequence[str], name: str, known: dict[str, tuple[Said, int]]) -> tuple[object, ...]:
    """The place of a record in the total order that `keep` states, said in plain Python: the least is kept."""
    said, place = known[name]
    by = {
        "source_priority": said.source,
        "quality": (worst(said.quality), 0 if worst(said.quality) else -said.quality),
        "newest": -said.day.toordinal() if said.day else 0,
        "longest": -said.tail,
        "id": name,
    }
    return (*(by[criterion] for criterion in keep), place)


def settings_for(keep: Sequence[str]) -> dict[str, object]:
    columns = {"quality": ("quality", "score"), "newest": ("date", "day")}
    return {"keep": keep, **dict(columns[name] for name in keep if name in columns)}


def orders(*criteria: str) -> st.SearchStrategy[list[str]]:
    """Lists of some criteria, in any order."""
    return st.permutations(criteria).flatmap(lambda them: st.integers(0, len(them)).map(lambda count: them[:count]))


def assert_best_is_kept(stage: Keeping, said: Sequence[Said], cuts: Cuts, *, tails: bool) -> None:
    sources = sources_of(said, tails=tails)
    judged = judge_records(stage, sources.batches, cuts)
    assert len(judged) == len(said)
    for one in judged:
        group = [other for other, (two, _) in sources.known.items() if two.group == sources.known[one.id][0].group]
        best = min(group, key=lambda name: rank(stage.keep, name, sources.known))
        assert one.other == (None if one.id == best else best)


class TestTheBestInTheOrderStatedIsKept:
    @given(said=st.lists(SAID, max_size=10), cuts=CUTS, keep=orders("source_priority", "quality", "newest", "id"))
    def test_of_equal_texts(self, said, cuts, keep):
        stage = ExactDuplicates(**{"as": "exact_duplicates"}, **settings_for(keep))
        assert_best_is_kept(stage, said, cuts, tails=False)

    @given(
        said=st.lists(SAID, max_size=10),
        cuts=CUTS,
        keep=orders("source_priority", "quality", "newest", "longest", "id"),
    )
    def test_of_similar_texts(self, said, cuts, keep):
        stage = NearDuplicates(**{"as": "near_duplicates"}, **settings_for(keep))
        assert_best_is_kept(stage, said, cuts, tails=True)


BOTH = pytest.mark.parametrize("stage", [ExactDuplicates, NearDuplicates])


class TestSettings:
    @BOTH
    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"keep": ["quality"]}, "name the column that it is decided by as `quality`"),
            ({"keep": ["id", "newest"]}, "name the column that it is decided by as `date`"),
            ({"keep": ["newest"], "quality": "day"}, "`quality` decides nothing: `keep` does not name 'quality'"),
            ({"quality": "score"}, "`quality` decides nothing: `keep` does not name 'quality'"),
            ({"keep": ["id"], "date": "day"}, "`date` decides nothing: `keep` does not name 'newest'"),
            ({"keep": ["id", "source_priority", "id"]}, "`keep` names a criterion twice"),
            ({"keep": ["oldest"]}, "Input should be"),
        ],
        ids=str,
    )
    def test_what_decides_nothing_is_refused(self, stage, wrong, words):
        with pytest.raises(ValidationError, match=words.replace("[", r"\[")):
            stage(**wrong)

    def test_equal_texts_are_equally_long(self):
        with pytest.raises(ValidationError, match="keep"):
            ExactDuplicates(keep=["longest"])

    @BOTH
    def test_the_columns_that_decide_are_those_that_the_configuration_is_asked_for(self, stage):
        assert stage().reads == ()
        assert stage(keep=["id"]).reads == ()
        assert stage(keep=["newest", "quality"], date="day", quality="score").reads == ("score", "day")

    @BOTH
    def test_what_decides_shapes_what_is_kept_on_disk_or_a_round(self, stage):
        one, two = (stage(keep=["newest"], date=name) for name in ("day", "year"))
        shaped = one.facts_from if stage is ExactDuplicates else [name for r in one.rounds() for name in r.model_dump()]
        assert {"keep", "date", "quality"} <= set(shaped)
        assert one.rounds() != two.rounds() or stage is ExactDuplicates
