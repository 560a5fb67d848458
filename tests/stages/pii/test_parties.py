"""Names and numbers beside what they are in a record: parties, signers, cards, certificates, columns of documents."""

import pytest

from curate.stages.pii.engine import Native
from curate.stages.pii.rules import DEFAULT_TYPES

NATIVE = Native(frozenset(DEFAULT_TYPES))


def found(text: str) -> list[tuple[str, str]]:
    return [(span.entity, text[span.start : span.end]) for span in NATIVE.find(text)]


@pytest.mark.parametrize(
    "form",
    [
        "/s/ {}\nChief Executive Officer",
        "Pt {} (MRN pending) seen",
        "Defendant {}, born in Leeds",
        "Witness {} testified",
    ],
)
@pytest.mark.parametrize("name", ["Ines Halvorsen", "HUGO BRANDT", "Pieter van der Meer"])
def test_an_english_name_is_found_beside_what_somebody_is(form, name):
    assert found(form.format(name)) == [("PERSON", name)]


@pytest.mark.parametrize(
    "form",
    [
        *(f"{label}：{{}}\n" for label in ("参保人", "持照人", "曾用名", "开票人")),
        "今借到{}人民币伍仟元整",
        "兹证明{}（男，汉族）",
        "兹证明{}系我公司员工",
        "请与联系人{}老师确认",
    ],
)
def test_a_chinese_name_is_found_beside_what_somebody_is(form):
    assert found(form.format("陆晓岚")) == [("PERSON", "陆晓岚")]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("lines", "names"),
    [
        (("N:Halvorsen;Ines;;;", "FN:Ines Halvorsen"), ["Halvorsen", "Ines", "Ines Halvorsen"]),
        (("N;CHARSET=UTF-8:陆;晓岚;;;", "FN:陆晓岚"), ["陆", "晓岚", "陆晓岚"]),
    ],
)
def test_the_names_of_a_business_card_are_found(lines, names, end):
    card = end.join(["BEGIN:VCARD", "VERSION:3.0", *lines, "END:VCARD"])
    assert found(card) == [("PERSON", name) for name in names]
    assert found(end.join(lines)) == []


COLUMNS = [
    ("CN_PASSPORT", ["护照", "护照号", "护照号码", "passport no", "Passport Number"], "E12345678"),
    ("CN_HK_MACAO_PERMIT", ["港澳通行证", "往来港澳通行证号"], "C12345678"),
    ("CN_TAIWAN_PERMIT", ["台胞证", "台胞证号"], "12345678"),
    ("CN_DRIVER_LICENSE", ["驾驶证号", "驾驶证档案编号"], "330100123456"),
    ("CN_MILITARY_ID", ["军官证", "军官证号码"], "南字第1234567号"),
]


@pytest.mark.parametrize(
    ("entity", "head", "value"), [(one, head, value) for one, heads, value in COLUMNS for head in heads]
)
@pytest.mark.parametrize("form", ["| 性别 | {} |\n|---|---|\n", "性别\t{}\n"])
def test_the_numbers_of_documents_are_found_in_every_row_below_their_head(entity, head, value, form):
    row = "| 男 | {} |\n" if form[0] == "|" else "男\t{}\n"
    text = form.format(head) + row.format("无") * 60 + row.format(value)
    assert found(text) == [(entity, value)]
    assert found(form.format("货号") + row.format("无") * 60 + row.format("12345678")) == []


def test_an_address_is_found_behind_of_where_a_town_with_its_code_follows():
    assert found("Hugo is of 8526 Oakwood Blvd, Portland, OR 97205.") == [
        ("ADDRESS", "8526 Oakwood Blvd, Portland, OR 97205")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Witness Protection Program is funded",
        "Pt Reyes Lighthouse is open",
        "/s/ Hollis Freight LLP\n",
        "兹证明高新技术企业资格有效",
        "今借到单位现金",
        "FN: False Negatives\n",
        "a length of 12 Main Street",
    ],
)
def test_what_is_nobody_is_left_alone(text):
    assert found(text) == []


@pytest.mark.parametrize(
    "office", ["", ", Chief Financial Officer", ", Director", ", Vice President, Legal & Compliance"]
)
def test_who_signed_is_found_before_an_office(office):
    text = f"/s/ Jane Doe{office}\nDate: 1 May\n"
    assert [text[span.start : span.end] for span in NATIVE.find(text)] == ["Jane Doe"]


@pytest.mark.parametrize("key", ["customer_name: ", "patientName=", 'full_name: "', "legal_name = "])
def test_chinese_names_are_found_behind_plain_keys_that_persons_have(key):
    text = f"id: 7\n{key}王建国\n"
    assert [text[span.start : span.end] for span in NATIVE.find(text)] == ["王建国"]


@pytest.mark.parametrize("line", ["name: 王建国", "file_name: 高速公路", "host_name=王府井", "username: 管理员"])
def test_behind_other_plain_keys_it_stays(line):
    assert NATIVE.find(f"id: 7\n{line}\n") == []
