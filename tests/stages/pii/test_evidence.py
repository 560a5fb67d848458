"""The evidence: what is found, replaced and allowed by type, and where it stood in the text as it came."""

from collections import Counter
from pathlib import Path
from random import Random
from typing import get_args

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.core.stage import JUDGED, POSITIONS
from curate.stages.pii import Pii
from curate.stages.pii.allow import is_no_phone, is_other_number, is_version_or_own
from curate.stages.pii.broken import in_parts, is_no_card
from curate.stages.pii.editing import replaced
from curate.stages.pii.english_names import is_street
from curate.stages.pii.evidence import Evidence, Trail
from curate.stages.pii.mailboxes import is_public_mailbox
from curate.stages.pii.reasons import REASONS, Reason
from curate.stages.pii.spans import Span
from tests.stages.pii.made import KINDS, MADE
from tests.stages.pii.test_stage import OPERATORS, TEXTS

PHONE = "13812345678"
SETTINGS = [*OPERATORS, "tag"]


def edited(*texts: str | None, **settings: object):
    return Pii(**settings).open()(pa.array(texts, pa.string()))


def lines(batch: pa.RecordBatch | None) -> list[dict[str, object]]:
    return [] if batch is None else batch.to_pylist()


def fates(edit) -> Counter[tuple[str, str]]:
    said: Counter[tuple[str, str]] = Counter()
    for line in lines(edit.judged):
        said[line["type"], line["fate"]] += line["count"]
    return said


def test_what_an_allow_rule_spares_is_found_and_allowed_for_a_reason_and_not_replaced():
    one = edited(f"订单号{PHONE}，客服热线400-820-8820，电话{PHONE}")
    assert one.judged.schema == JUDGED
    assert fates(one) == {
        ("PHONE_NUMBER", "found"): 3,
        ("PHONE_NUMBER", "replaced"): 1,
        ("PHONE_NUMBER", "allowed:numbered"): 1,
        ("PHONE_NUMBER", "allowed:hotline"): 1,
    }
    assert one.strings[0].as_py().startswith(f"订单号{PHONE}，客服热线400-820-8820，电话<")


def test_a_tag_finds_and_replaces_nothing():
    one = edited(f"电话{PHONE}", operator="tag")
    assert fates(one) == {("PHONE_NUMBER", "found"): 1, ("PHONE_NUMBER", "tagged"): 1}
    assert lines(one.positions) == [{"row": 0, "type": "PHONE_NUMBER", "offset": 2, "length": len(PHONE)}]


@pytest.mark.parametrize("operator", SETTINGS)
def test_a_position_is_where_the_value_stood_in_the_text_as_it_came(operator):
    values = [MADE[entity][kind](Random(seed)) for entity, kind in KINDS for seed in range(2)]
    texts = [f"前文，值{value}。后文{value}完" for value in values]
    one = edited(*texts, operator=operator)
    assert one.positions.schema == POSITIONS
    for row, value in enumerate(values):
        said = [line for line in lines(one.positions) if line["row"] == row]
        stretches = [texts[row][line["offset"] : line["offset"] + line["length"]] for line in said]
        assert all(stretch in value or value in stretch for stretch in stretches)


@given(texts=st.lists(TEXTS, max_size=5))
def test_as_many_positions_as_values_replaced_and_as_many_as_counted(texts):
    one = edited(*texts)
    placed, replaced_, counted = Counter(), Counter(), Counter()
    for line in lines(one.positions):
        placed[line["row"], line["type"]] += 1
        text = texts[line["row"]]
        assert 0 <= line["offset"] < line["offset"] + line["length"] <= len(text)
    for line in lines(one.judged):
        if line["fate"] == "replaced":
            replaced_[line["row"], line["type"]] += line["count"]
    for line in lines(one.counts):
        counted[line["row"], line["type"]] += line["count"]
    assert placed == replaced_ == counted


def test_every_reason_is_documented_and_given_somewhere():
    assert {*REASONS} == {*get_args(Reason)} - {""}
    page = (Path(__file__).parents[3] / "docs" / "personal-data.md").read_text(encoding="utf-8")
    assert all(f"| `{reason}` | {said} |" in page for reason, said in REASONS.items())
    given = {spared(*case) for spared, case in SPARED}
    assert given == {*REASONS}


def spared_in(rule_spares, text: str, value: str):
    start = text.index(value)
    return rule_spares, (text, start, start + len(value))


SPARED = [
    spared_in(is_other_number, "订单号13812345678", PHONE),
    spared_in(is_other_number, "金额13812345678元", PHONE),
    spared_in(is_no_phone, "热线400-820-8820", "400-820-8820"),
    spared_in(is_version_or_own, "主机 192.168.1.1", "192.168.1.1"),
    spared_in(is_version_or_own, "DNS 8.8.8.8", "8.8.8.8"),
    spared_in(is_version_or_own, "版本 45.2.3.4", "45.2.3.4"),
    spared_in(is_version_or_own, "3.4.5.6 Scope", "3.4.5.6"),
    spared_in(is_public_mailbox, "noreply@hengtai.com.cn", "noreply@hengtai.com.cn"),
    spared_in(is_public_mailbox, "ann@example.org", "ann@example.org"),
    spared_in(is_public_mailbox, "icon@2x.png", "icon@2x.png"),
    spared_in(is_street, "12 Main Dr Smith", "Smith"),
    spared_in(is_no_card, "1 2\n62220212\n34567890\n3", "62220212\n34567890"),
    spared_in(in_parts, "1381234\n56\n78", "1381234\n56\n78"),
]


def test_what_a_later_round_replaces_is_not_allowed_any_more():
    evidence = Evidence()
    evidence.allow(0, [Span(2, 6, "A", 1.0, "amount"), Span(8, 9, "A", 1.0, "hotline")])
    evidence.replace(0, [Span(3, 5, "B", 1.0)], [(3, 3)])
    judged, _ = evidence.told()
    assert [(line["type"], line["fate"], line["count"]) for line in lines(judged)] == [
        ("A", "found", 1),
        ("B", "found", 1),
        ("B", "replaced", 1),
        ("A", "allowed:hotline", 1),
    ]


@pytest.mark.parametrize("operator", SETTINGS)
@given(texts=st.lists(st.one_of(TEXTS, st.lists(st.sampled_from([case[1][0] for case in SPARED])).map("，".join))))
def test_all_that_is_found_is_replaced_tagged_or_allowed(operator, texts):
    found: Counter[str] = Counter()
    rest: Counter[str] = Counter()
    for (kind, fate), count in fates(edited(*texts, operator=operator)).items():
        (found if fate == "found" else rest)[kind] += count
        assert fate in {"found", "replaced", "tagged"} or fate.removeprefix("allowed:") in REASONS
    assert found == rest


@given(
    text=st.text("ab1.", max_size=30),
    rounds=st.lists(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 6)), max_size=4), max_size=4),
    written=st.sampled_from(["", "#", "<XY>", "#########"]),
)
def test_after_any_edits_what_was_not_written_is_led_back_to_where_it_stood(text, rounds, written):
    trail, now = Trail(), [(place, sign) for place, sign in enumerate(text)]
    for steps in rounds:
        spans, at = [], 0
        for gap, length in steps:
            start, end = at + gap, at + gap + length
            if end > len(now):
                break
            spans.append(Span(start, end, "X", 1.0))
            at = end
        trail.edited(spans, [len(written)] * len(spans))
        for span in reversed(spans):
            now[span.start : span.end] = [(None, sign) for sign in written]
    for place, (origin, _) in enumerate(now):
        first, last = trail.origin(place, place + 1)
        assert 0 <= first <= last <= len(text)
        if origin is not None:
            assert first <= origin < last


def test_a_later_round_speaks_of_the_text_as_it_came():
    evidence = Evidence()
    spans = [Span(2, 6, "A", 1.0)]
    now, written = replaced("xx1234yy5678", spans, lambda _entity, _value: "<AAAAAAAA>")
    assert written == [(2, 12)]
    assert now == "xx<AAAAAAAA>yy5678"
    evidence.replace(0, spans, written)
    evidence.replace(0, [Span(14, 18, "B", 1.0)], [(14, 14)])
    _, positions = evidence.told()
    assert [(line["type"], line["offset"], line["length"]) for line in lines(positions)] == [("A", 2, 4), ("B", 8, 4)]
