import re
from collections import Counter
from datetime import date

import orjson
import pytest

from benchmarks.peers.pii_trial import MARK, marked, of_texts, timed
from benchmarks.pii import SAME, STRUCTURED, Measured
from benchmarks.pii_accuracy import (
    Recall,
    changed,
    false_positives,
    is_covered,
    left,
    recalled,
    together,
    wanted_of,
)
from benchmarks.pii_negatives import MAY_BE, US_PHONE, is_false, negatives
from benchmarks.pii_planted import english, forms_of, planted
from benchmarks.pii_report import ASIDE, report
from benchmarks.pii_sets import cut, nobodys, valid
from benchmarks.pii_templates import GLUED, LABELS, SAID
from benchmarks.pii_tools import OURS, Speed
from benchmarks.pii_values import KINDS
from curate.stages.pii.stage import Pii


@pytest.fixture(scope="module")
def records():
    return planted()


def of_kind(records, kind):
    return [one.value for one in records if one.kind == kind]


def test_the_same_seed_plants_the_same_and_another_one_something_else(records):
    assert planted() == records
    assert planted(200, 1) != records[:200]
    assert negatives() == negatives()


def test_there_are_at_least_three_thousand_values_of_twelve_kinds_each_in_many_forms(records):
    counts = Counter(one.kind for one in records)
    assert len(records) >= 3_000
    assert len(counts) >= 12
    assert min(counts.values()) >= 100
    assert all(len({one.form for one in records if one.kind == kind}) >= 4 for kind in counts)


def test_spans_point_at_what_was_planted(records):
    for one in records:
        written = one.text[one.start : one.end]
        assert written.strip() == written
        narrow = written.translate({code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)})
        signs = re.sub(r"[\W_]|转|分机|ext", "", narrow)
        wanted = re.sub(r"[\W_]|转|分机|ext", "", one.value)
        assert signs in {wanted, "86" + wanted, "0086" + wanted, "86" + wanted[1:]}, (one.kind, one.form)


def test_every_kind_has_sentences_of_its_own():
    for kind in KINDS:
        assert len(GLUED[kind]) >= 3
        assert len(SAID[kind]) >= 3
        assert LABELS[kind]
        assert len(forms_of(kind)) >= 4
    assert all(template.count("{v}") == 1 for said in (GLUED, SAID) for some in said.values() for template in some)


def test_resident_ids_hold_gb_11643(records):
    for value in of_kind(records, "resident_id"):
        weights = [pow(2, place, 11) for place in range(17, 0, -1)]
        total = sum(int(sign) * weight for sign, weight in zip(value[:17], weights, strict=True))
        check = 10 if value[17] in "Xx" else int(value[17])
        assert (total + check) % 11 == 1
        assert date(int(value[6:10]), int(value[10:12]), int(value[12:14])).year > 1900


def test_cards_hold_luhn(records):
    doubled = {str(digit): sum(map(int, str(2 * digit))) for digit in range(10)}
    for value in of_kind(records, "bank_card"):
        assert value.startswith("62")
        assert (sum(map(int, value[-1::-2])) + sum(doubled[sign] for sign in value[-2::-2])) % 10 == 0


def test_social_credit_codes_hold_gb_32100(records):
    signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    weights = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    for value in of_kind(records, "uscc"):
        total = sum(signs.index(sign) * weight for sign, weight in zip(value, weights, strict=False))
        assert signs[(31 - total % 31) % 31] == value[17]


def test_registration_numbers_hold_mod_11_10(records):
    for value in of_kind(records, "registration"):
        product = 10
        for sign in value[:14]:
            total = (product + int(sign)) % 10
            product = (total or 10) * 2 % 11
        assert (product + int(value[14])) % 10 == 1


def test_there_are_two_thousand_negatives_in_their_places():
    some = negatives()
    assert len(some) == 2_000
    assert all(one.text[one.start : one.end].strip() for one in some)


def test_a_telephone_of_the_united_states_may_be_found_whole_and_not_in_part():
    phone = next(one for one in negatives() if one.kind == US_PHONE)
    entity = max(MAY_BE)
    assert phone.text[phone.start] == "+"
    assert not is_false(phone, phone.start, phone.end, entity)
    assert is_false(phone, phone.start + 1, phone.end, entity)
    assert is_false(phone, phone.start, phone.end, "CN_BANK_CARD")
    assert not is_false(phone, phone.end, phone.end + 1, entity)


def test_a_value_is_covered_by_four_fifths_of_its_characters():
    assert is_covered([(0, 4, "A"), (5, 9, "B")], 0, 10)
    assert not is_covered([(0, 4, "A"), (5, 9, "B")], 0, 10, frozenset({"A"}))
    assert not is_covered([(3, 10, "A")], 0, 10)


def test_a_valid_id_has_a_check_sign_and_a_day():
    assert valid("11010519491231002X")
    assert not valid("110105194912310021")
    assert not valid("110105194913310021")
    assert not valid("990105194912310024")


def test_examples_are_told_from_values():
    assert nobodys("EMAIL", "someone@example.org")
    assert nobodys("IP_ADDRESS", "192.0.2.1")
    assert not nobodys("IP_ADDRESS", "36.110.1.2")
    assert not nobodys("PHONE", "192.0.2.1")


def test_marks_tell_where_a_tool_cleaned():
    text = "邮箱a@b.cn与a@b.cn，来自1.2.3.4"
    tool = of_texts(lambda given: re.sub(r"a@b\.cn|1\.2\.3\.4", MARK, given))
    assert [text[start:end] for start, end, _ in tool.look(text)] == ["a@b.cn", "a@b.cn", "1.2.3.4"]
    assert marked("nothing", "nothing") == []


def test_time_is_taken_over_all_texts(monkeypatch):
    monkeypatch.setattr("benchmarks.peers.pii_trial.AT_LEAST_SECONDS", 0.001)
    said = timed(of_texts(str.upper), ["字" * 1_000, "letters"])
    assert said["megabytes"] == pytest.approx(said["rounds"] * 3_007 / 1e6)
    assert said["seconds"] >= 0.001


def test_texts_fall_into_stretches_without_a_loss():
    assert "".join(cut("a" * 10, 4)) == "a" * 10
    assert [len(piece) for piece in cut("a" * 10, 4)] == [4, 4, 2]


def test_accuracy_is_counted_on_a_small_set(records):
    some, innocent = records[:100], negatives(60)
    finder = Pii().finder()
    found = {one.text: [(span.start, span.end, span.entity) for span in finder.find(one.text)] for one in some}
    counts = recalled(wanted_of(some), found)
    whole = together(counts)
    assert whole.values == 100
    assert whole.typed <= whole.covered
    assert counts["email"].share == 1.0
    assert left(some) <= 100 - whole.covered + 5
    spans = [[(span.start, span.end, span.entity) for span in finder.find(one.text)] for one in innocent]
    assert sum(count for count, _ in false_positives(innocent, spans).values()) == 60
    assert changed("x", ["0123456789"], [[(0, 5, "A")]]).share == 0.5


def test_english_texts_hold_what_is_looked_for():
    texts = english(10, ["The pump was inspected."], 0)
    assert len(texts) == 10
    assert any("@" in text for text in texts)


def test_the_report_lays_out_every_table_and_four_lines(records):
    some, innocent = records[:100], negatives(60)
    found = {one.text: [(one.start, one.end, "EMAIL_ADDRESS")] for one in some}
    said = Measured()
    said.planted[OURS] = recalled(wanted_of(some), found)
    said.forms[OURS] = recalled(wanted_of(some, "form"), found)
    said.negatives[OURS] = false_positives(innocent, [[] for _ in innocent])
    said.english[OURS] = {kind: Recall(2, 1, 1) for kind in (*STRUCTURED, *ASIDE)}
    said.named[OURS] = {"DOMAIN_NAME": Recall(2, 2, 2)}
    said.unfounded[OURS] = 0
    said.labelled["set"] = {"phone": (Recall(2, 1, 1), Recall(2, 2, 2))}
    said.changed = [changed("statutes", ["0123456789"], [[(0, 5, "A")]])]
    said.whole = {"statutes": Speed(10.0, 2.0, 1)}
    said.part = {OURS: said.whole, SAME: said.whole, "presidio": {"statutes": Speed(1.0, 2.0, 1)}}
    said.single = {"1 MB": Speed(1.0, 0.5, 2)}
    assert orjson.loads(orjson.dumps(said.json()))["whole"]["statutes"]["seconds"] == 2.0
    text = report(said)
    assert text.count("### ") == 9
    assert "| `DOMAIN_NAME`, with `URL` among `types` | 2 | 1.000 / 1.000 |" in text
    assert "| all | 100 | 1.000 | 0.050 |" in text
    assert "| statutes | 5.0 | 5.00 | 5.00 | 0.50 | 10 |" in text
    assert "| 1 MB | 0.250 |" in text
    assert len(text.split("### In four lines")[1].strip().splitlines()) == 4
