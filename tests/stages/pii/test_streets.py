"""English addresses and, where they are asked for, organisations."""

import pyarrow as pa
import pytest

from curate.stages.pii.engine import Native

NATIVE = Native(frozenset({"ADDRESS"}))
ORGANISATIONS = Native(frozenset({"ORGANIZATION"}))


def found(text: str, native: Native = NATIVE) -> list[str]:
    return [text[span.start : span.end] for span in native.find(text)]


ADDRESSES = [
    "1600 Larkspur Avenue",
    "221B Harcourt Street",
    "4400 North 12th Street",
    "77 Massengill Rd.",
    "350 Fifth Avenue, Suite 3300, New York, NY 10118",
    "12 Elm St, Springfield, IL 62704-1234",
    "9 Kestrel Lane, Apt 4B",
    "18 Wharf Road, London, N1 7RW",
    "3 Abbey Gardens, Bath BA1 5LP",
    "1 Microdrive Parkway, Redford, WA 98052, USA",
    "PO Box 1234, Austin, TX 78701",
    "P.O. Box 77",
]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    "place", ["{}", "She lives at {}, thanks", "Ship to: {}\n", "Address: {}\nPhone: none", '{{"address": "{}"}}']
)
def test_an_address_is_found_whole_wherever_it_stands(address, place):
    assert found(place.format(address)) == [address]


@pytest.mark.parametrize(
    "address",
    [
        "PSC 4802, Box 1157\nAPO AE 09012",
        "Unit 9150 Box 33\nDPO AP 96521",
        "USNS Halvorsen\nFPO AA 34055-1234",
        "APO AE 09012",
    ],
)
@pytest.mark.parametrize("place", ["{}", "Send it to {}, please.", "寄到{}即可"])
def test_an_address_of_the_us_forces_is_found_whole(address, place):
    assert found(place.format(address)) == [address]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("18 Corvid Dr\nApt. 7\nSalem, OR 97301\n", "18 Corvid Dr\nApt. 7\nSalem, OR 97301"),
        ("He resides at 4021 Hollis Ferry Apt. 12 and", "4021 Hollis Ferry Apt. 12"),
        ("living at 88 Quarry Shoals, she", "88 Quarry Shoals"),
        ("Address: 500 Broadway\n", "500 Broadway"),
        ("moved to 19 Alder Drive and stayed", "19 Alder Drive"),
    ],
)
def test_after_a_verb_or_a_label_less_is_enough(text, address):
    assert found(text) == [address]


NAMED = [
    "Rose Cottage, Mill Lane, Ashford TN26 1AB",
    "The Old Rectory, Church Road, Stoke-on-Trent ST4 2AB",
    "Rose Cottage, Mill Lane, Little Chart, Ashford, Kent TN26 1AB",
    "Flat 3, 12 High Street, Leeds LS1 4DY",
    "Flat 7a, The Old Mill, Ashford TN26 1AB",
    "Flat 3, Albany House, 14 Park Road, London N8 9AB",
    "Ground Floor Flat, 12 High Street, Leeds LS1 4DY",
    "Rose Cottage\nMill Lane\nASHFORD\nTN26 1AB",
    "Rose Cottage, Mill Lane, Ashford TN26 1AB, United Kingdom",
    "96 Albany Quay\n   Mill Lane, Leeds LS1 4DY",
]


@pytest.mark.parametrize("address", NAMED)
@pytest.mark.parametrize("place", ["{}", "She lives at {}, thanks", "Ship to: {}\n", "寄到{}即可"])
def test_a_british_flat_or_house_with_a_name_is_found_whole_by_its_postcode(address, place):
    text = place.format(address)
    rows, opened = NATIVE.look(pa.array([text]))
    assert rows == [0]
    assert [text[span.start : span.end] for span in NATIVE.find(text, opened[0])] == found(text) == [address]


@pytest.mark.parametrize(
    "text",
    [
        "Rose Cottage, Mill Lane, Ashford",
        "Rose Cottage, Mill Lane, Ashford QX26 1AB",
        "Rose Cottage, Mill Lane, Ashford TN26 1CB",
        "Rose Cottage TN26 1AB",
        "Rose Cottage, Ashford TN26 1AB",
        "Mill Lane, Ashford TN26 1AB",
        "rose cottage, mill lane, ashford TN26 1AB",
        "Rose Cottage, Mill Lane, Ashford TN26 1ABC",
    ],
)
def test_without_street_town_or_postcode_a_house_with_a_name_is_no_address(text):
    assert found(text) == []


HARMLESS = [
    "2 Hard Drive bays",
    "In 2008 Wall Street fell",
    "section 3 Supreme Court, 9 District Court",
    "Figure 2 Main Street effect is",
    "10 Release Way",
    "a street, 3 roads and 4 lanes",
    "1 of 2 Test Drive, end",
    "e-mail address: 10.0.0.1",
    "address: 0x7fff",
    "Location: 42 degrees",
    "the 1990 Road Act",
    "$40 Park and",
    "Box 12 of the form",
    "lives at risk 24 hours",
]


@pytest.mark.parametrize("text", HARMLESS, ids=range(len(HARMLESS)))
def test_what_is_no_address_is_left_alone(text):
    assert found(text) == []


@pytest.mark.parametrize(
    "unit", ["1 Main ", "St ", "1 A St, ", "Road ", "PO Box 1, ", "Address: 1 ", "at 1 ", "Leeds LS1 4DY "]
)
def test_a_long_monotonous_text_costs_no_more_than_its_length(unit):
    text = unit * (30_000 // len(unit))
    half = text[: len(text) // 2 // len(unit) * len(unit)]
    assert len(NATIVE.find(text)) <= 2 * len(NATIVE.find(half)) + 2


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("工作单位：杭州恒泰精密仪器有限公司，职务：焊工", "杭州恒泰精密仪器有限公司"),
        ("公司名称: 青岚科技集团\n", "青岚科技集团"),
        ("开户行：中国工商银行和州支行 账号", "中国工商银行和州支行"),
        ("Employer: Larkspur & Sons Ltd\n", "Larkspur & Sons Ltd"),
        ('{"company": "Hollis Freight, Inc."}', "Hollis Freight, Inc."),
    ],
)
def test_an_organisation_is_found_after_its_label(text, name):
    assert found(text, ORGANISATIONS) == [name]


@pytest.mark.parametrize(
    "text", ["单位：毫米", "计量单位：千克", "单位：万元", "某公司的产品", "company policy: See below"]
)
def test_what_is_no_organisation_is_left_alone(text):
    assert found(text, ORGANISATIONS) == []
