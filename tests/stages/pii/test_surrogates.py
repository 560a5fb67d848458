"""Fakes: of the same form, nobody's, the same for the same value, and left alone by whoever made them."""

import re
from random import Random

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from curate.core.record import render
from curate.stages.pii import Pii, checks
from curate.stages.pii.fakes import LAST_SIGNS, Seed, is_worded, names, worded
from curate.stages.pii.keys import Secret
from curate.stages.pii.rules import TYPES
from curate.stages.pii.surrogates import HEX, faked, is_fake, signs_of
from tests.conftest import TEXT, records
from tests.stages.pii.keyed import LABELLED, SAID, keyed
from tests.stages.pii.made import KINDS, MADE, PLACES, full_width
from tests.stages.pii.test_presidio import FRAGMENTS

SECRET = Secret(bytes(range(32)))
SEEDS = st.integers(0, 10**6)
WITHOUT_FORM = {"IP_ADDRESS", "EMAIL_ADDRESS"}
VALUES = st.builds(lambda make, seed: make(Random(seed)), st.sampled_from(SAID), SEEDS)
LABELS = [
    "账号",
    "银行卡号：",
    "开户行账号",
    "护照号",
    "病历号：",
    "医保卡号",
    "社保号",
    "驾驶证号：",
    "QQ：",
    "电话：",
    "手机",
]
LABELS += ["身份证号", "统一社会信用代码", "SSN:", "MRN:", "account:", "Passport:", "phone:", "card:", "IMEI", "IBAN"]
NUMBERS = st.builds(
    "{}{}{}".format,
    st.sampled_from(LABELS),
    st.sampled_from(["", " ", "E", "GB"]),
    st.from_regex("[0-9]{7,19}", fullmatch=True),
)
TEXTS = st.lists(st.one_of(st.sampled_from(FRAGMENTS), VALUES, NUMBERS, VALUES.map(full_width), TEXT), max_size=7).map(
    "".join
)


def strings(*texts: str | None) -> pa.StringArray:
    return pa.array(texts, pa.string())


def fake(entity: str, value: str, scope: str = "") -> str:
    return faked(SECRET, Seed(scope, entity, value), value)


def form(text: str, *, hexadecimal: bool) -> str:
    text = re.sub("[0-9A-Fa-f]", "0", text) if hexadecimal else text
    return re.sub("[A-Z]", "A", re.sub("[a-z]", "a", re.sub("[0-9]", "9", text)))


@pytest.mark.parametrize("scope", ["document", "corpus"])
class TestAnEdit:
    @settings(max_examples=50)
    @given(texts=st.lists(TEXTS, max_size=3))
    def test_changes_nothing_the_second_time(self, scope, texts):
        edit = keyed(scope=scope, types=TYPES, lenient=TYPES).open()
        once = edit(strings(*texts))
        twice = edit(once.strings)
        assert once.found is None
        assert twice.strings.equals(once.strings)
        assert twice.counts is None

    @settings(max_examples=50)
    @given(texts=st.lists(TEXTS, max_size=3))
    def test_gives_a_row_the_same_outcome_alone_as_among_others(self, scope, texts):
        edit = keyed(scope=scope).open()
        alone = [edit(strings(text)).strings[0].as_py() for text in texts]
        assert edit(strings(*texts)).strings.to_pylist() == alone

    @pytest.mark.parametrize("place", PLACES)
    def test_leaves_no_value_wherever_it_stands(self, scope, place):
        edit = keyed(scope=scope).open()
        values = [make(Random(seed)) for make in SAID for seed in range(5)]
        after = edit(strings(*(PLACES[place].format(value) for value in values))).strings.to_pylist()
        bare = [signs_of(value) for value in values]
        assert [one for one, text in zip(bare, after, strict=True) if len(one) > 7 and one in signs_of(text)] == []


class TestAFake:
    @pytest.mark.parametrize(("entity", "kind"), [one for one in KINDS if one[0] not in WITHOUT_FORM])
    @given(seed=SEEDS)
    def test_keeps_separators_width_and_the_places_of_digits(self, entity, kind, seed):
        value = MADE[entity][kind](Random(seed)).replace("X", "0")
        hexadecimal = entity in HEX
        assert form(fake(entity, value)[1:], hexadecimal=hexadecimal) == form(value[1:], hexadecimal=hexadecimal)
        assert len(fake(entity, value)) == len(value)

    def test_keeps_full_width_digits(self):
        assert re.fullmatch("１２９[０-９]{8}", fake("PHONE_NUMBER", "１３８１２３４５６７８"))

    @pytest.mark.parametrize(
        "value", ["(212) 555-2671 ext. 204", "415-555-2671 x12", "010-65551234转801", "+1 415 555 2671 Ext 7"]
    )
    def test_keeps_the_word_before_an_extension(self, value):
        made = fake("PHONE_NUMBER", value)
        assert re.sub("[0-9]", "9", made) == re.sub("[0-9]", "9", value)
        assert made[-1:].isdigit()
        assert made != value
        assert is_fake(SECRET, "PHONE_NUMBER", made)

    @given(seed=SEEDS)
    def test_passes_no_check_by_which_it_could_be_taken_for_real(self, seed):
        for entity, kind in KINDS:
            if entity == "IP_ADDRESS":
                continue
            signs = signs_of(fake(entity, MADE[entity][kind](Random(seed))))
            assert not checks.is_resident_id(signs)
            assert not checks.is_uscc(signs)
            assert not checks.is_iban(signs)
            assert entity == "PHONE_NUMBER" or len(signs) < 12 or not signs.isdigit() or not checks.is_luhn(signs)
            assert re.search("(?<![0-9])1[3-9][0-9]{9}(?![0-9])", signs) is None

    @given(local=st.from_regex("[a-z0-9][a-z0-9._-]{0,15}", fullmatch=True))
    def test_of_a_mailbox_passes_none_either_even_where_its_signs_are_run_together(self, local):
        signs = signs_of(fake("EMAIL_ADDRESS", f"{local}@hengtai.com.cn"))
        assert not checks.is_iban(signs)
        assert not checks.is_uscc(signs)

    @pytest.mark.parametrize("seed", [1452, 29593])
    def test_of_a_mailbox_is_no_iban_by_letters_in_the_place_of_check_digits(self, seed):
        made = MADE["EMAIL_ADDRESS"]["e-mail"](Random(seed))
        assert not checks.is_iban(signs_of(fake("EMAIL_ADDRESS", made)))

    @pytest.mark.parametrize("entity", sorted({entity for entity, _ in KINDS}))
    @given(seed=SEEDS)
    def test_is_known_again_and_no_real_value_is(self, entity, seed):
        for kind in MADE[entity]:
            value = MADE[entity][kind](Random(seed))
            assert is_fake(SECRET, entity, fake(entity, value))
            assert not is_fake(SECRET, entity, value)

    def test_of_an_address_is_one_for_documentation(self):
        assert checks.is_public_ip(fake("IP_ADDRESS", "45.77.3.200")) is False
        assert fake("IP_ADDRESS", "2400:da00::5").startswith("2001:db8:")
        assert fake("EMAIL_ADDRESS", "li.wei88@corp.cn").partition("@")[2] in {
            "example.com",
            "example.org",
            "example.net",
        }

    def test_of_a_resident_id_has_a_birth_date_and_no_region(self):
        for seed in range(50):
            made = fake("CN_RESIDENT_ID", MADE["CN_RESIDENT_ID"]["resident id"](Random(seed)))
            assert made[:2] not in checks.PROVINCES
            assert checks.is_date(int(made[6:10]), int(made[10:12]), int(made[12:14]))

    @pytest.mark.parametrize("name", ["王伟", "李娜", "张秀英", "欧阳娜娜", "Smith", "James Smith", "Mary A. Johnson"])
    def test_of_a_usual_name_is_never_the_name(self, name):
        for number in range(40):
            secret = Secret(bytes([number]) * 32)
            assert not is_worded(secret, "PERSON", name)
            assert worded(secret, Seed("", "PERSON", name), name) != name

    def test_ignores_how_a_number_is_written(self):
        written = ["13812345678", "138-1234-5678", "+86 138 1234 5678", "０８６１３８１２３４５６７８"[1:]]
        edit = keyed(scope="corpus").open()
        digits = {signs_of_text(text)[-11:] for text in edit(strings(*written)).strings.to_pylist()}
        assert len(digits) == 1

    @pytest.mark.parametrize("sign", ["\u200b", "\u2060", "\u00ad"])
    def test_ignores_signs_that_nobody_sees(self, sign):
        texts = [f"手机{number}，" for number in ("13912345678", sign.join("13912345678"))]
        plain, parted = keyed("surrogate").open()(strings(*texts)).strings.to_pylist()
        assert plain != texts[0]
        assert parted.replace(sign, "") == plain

    def test_differs_from_value_to_value(self):
        numbers = {fake("PHONE_NUMBER", f"138{n:08}") for n in range(2000)}
        assert len(numbers) > 1980


def signs_of_text(text: str) -> str:
    return "".join(chr(ord(sign) - 0xFEE0) if "０" <= sign <= "９" else sign for sign in text if sign.isdigit())


class TestANameOfNobody:
    def test_has_as_many_signs_and_the_script_of_the_name(self):
        for value in ("王伟", "王小明", "欧阳修远", "Ann Lee", "John A. Smith"):
            made = worded(SECRET, Seed("", "PERSON", value), value)
            assert made != value
            assert len(made.split()) == len(value.split())
            assert not re.match("[\u4e00-\u9fff]", value) or len(made) == len(value)

    def test_is_made_of_fakers_lists(self):
        made = worded(SECRET, Seed("", "PERSON", "x"), "王小明")
        assert made[0] in names().surnames
        assert set(made[1:-1]) <= set(names().signs)
        assert made[-1] in LAST_SIGNS
        assert worded(SECRET, Seed("", "PERSON", "x"), "Ann Baker").split()[0] in names().first

    def test_stays_nowhere_where_people_usually_have_it(self):
        edit = keyed(scope="corpus").open()
        said = [
            f"姓名：{surname}{sign}{other}，"
            for surname in "王李张"
            for sign in "伟芳敏静丽"
            for other in "伟芳敏静丽强磊"
        ]
        after = edit(strings(*said)).strings.to_pylist()
        assert [one for one, two in zip(said, after, strict=True) if one == two] == []


class TestAPlaceOfNobody:
    @pytest.mark.parametrize(
        ("value", "made"),
        [
            ("广东省深圳市南山区科技园路8号", "广东省某市某区..路[0-9]+号"),
            ("朝阳区望京街12号", "某市某区..路[0-9]+号"),
            ("12 Main Street, Springfield, IL 62701", "[0-9]+ Example Street, Anytown"),
        ],
    )
    def test_keeps_its_province_or_the_kind_of_its_street(self, value, made):
        fake_place = worded(SECRET, Seed("", "ADDRESS", value), value)
        assert re.fullmatch(made, fake_place)
        assert is_worded(SECRET, "ADDRESS", fake_place)
        assert not is_worded(SECRET, "ADDRESS", value)

    @pytest.mark.parametrize(
        ("value", "made"), [("恒泰电力股份有限公司", "某..股份有限公司"), ("Hengtai Power Ltd", "Example Ltd")]
    )
    def test_or_the_kind_of_the_organisation(self, value, made):
        fake_name = worded(SECRET, Seed("", "ORGANIZATION", value), value)
        assert re.fullmatch(made, fake_name)
        assert is_worded(SECRET, "ORGANIZATION", fake_name)
        assert not is_worded(SECRET, "ORGANIZATION", value)


class TestTheScope:
    def texts(self, scope: str, ids: list[str], *texts: str) -> list[str]:
        edit = keyed(scope=scope).open().of_records(pa.array(ids, pa.string()))
        return edit(strings(*texts)).strings.to_pylist()

    @pytest.mark.parametrize("make", SAID)
    def test_of_a_document_has_one_fake_in_a_record_and_others_elsewhere(self, make):
        text = make(Random(5))
        one, same, other = self.texts("document", ["a", "a", "b"], text, text, text)
        assert one == same
        assert other != one or make in LABELLED.values()  # few surnames: two records may draw one

    @pytest.mark.parametrize("make", SAID)
    def test_of_the_corpus_has_one_fake_everywhere(self, make):
        text = make(Random(5))
        assert len(set(self.texts("corpus", ["a", "b"], text, text))) == 1

    def test_of_a_document_spans_turns_and_kept_columns(self):
        from curate.core.editing import Fields, edit_batch

        phone, turns = "手机13812345678", [{"role": "user", "content": "手机13812345678"}]
        batch = records("手机13812345678", render(turns), "手机13812345678")
        batch = batch.set_column(
            batch.schema.get_field_index("messages"),
            batch.schema.field("messages"),
            pa.array([None, turns * 2, None], batch.schema.field("messages").type),
        ).append_column("contact", strings(phone, phone, None))
        after = edit_batch(batch, keyed().open(), "pii", Fields(("contact",))).outcome.batch.to_pylist()
        assert after[0]["text"] == after[0]["contact"]
        assert after[1]["messages"][0] == after[1]["messages"][1]
        assert after[1]["messages"][0]["content"] == after[1]["contact"]
        assert after[1]["text"].count(after[1]["contact"].removeprefix("手机")) == 2
        assert len({row["text"][-11:] for row in after}) == 3

    @given(seed=SEEDS)
    def test_and_the_key_decide_alone(self, seed):
        text = SAID[seed % len(SAID)](Random(seed))
        one, again = (keyed().open()(strings(text)).strings[0].as_py() for _ in range(2))
        assert one == again


def test_another_key_makes_other_fakes():
    texts = [make(Random(3)) for make in SAID]
    one, two = (keyed(number=number).open()(strings(*texts)).strings.to_pylist() for number in (0, 7))
    assert sum(a != b for a, b in zip(one, two, strict=True)) >= len(texts) - 2


@given(entity=st.sampled_from(TYPES), seed=SEEDS)
@example(entity="PHONE_NUMBER", seed=39069)
def test_a_value_of_any_type_has_a_fake_that_stays(entity, seed):
    operators = keyed(types=TYPES).done()
    value = SAID[seed % len(SAID)](Random(seed)).partition("：")[2] or SAID[seed % len(KINDS)](Random(seed))
    made = operators.writing("x")(entity, value)
    assert operators.is_own(entity, made) or re.fullmatch(f"<{entity}(_(?:[a-z][0-9]){{3}})?>", made)


def test_presidios_engine_leaves_fakes_alone_too():
    edit = Pii(engine="presidio", operator="surrogate", key_file=keyed().key_file).open()
    texts = [make(Random(9)) for make in SAID]
    once = edit(strings(*texts))
    assert edit(once.strings).strings.equals(once.strings)
