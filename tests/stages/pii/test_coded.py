"""Addresses from a house number to a ZIP code or postcode, in any letters, over lines; and what only looks like one."""

import pytest

from tests.stages.pii.test_found import found


@pytest.mark.parametrize(
    "address",
    [
        "482 OAK AVENUE, SPRINGFIELD, IL 62704",
        "482 OAK AVENUE\nSPRINGFIELD IL 62704",
        "482 Oak Avenue, 3rd Floor, Springfield, IL 62704-1234",
        "18 Broadway, New York, NY 10004",
        "1 INFINITE LOOP, CUPERTINO, CA 95014",
        "500 S BUENA VISTA ST BURBANK CA 91521",
        "1600 PENNSYLVANIA AVE NW, WASHINGTON, DC 20500",
        "Suite 400, 1201 K STREET, SACRAMENTO CA 95814",
        "P.O. BOX 1234, AUSTIN, TX 78701",
        "Box 12, Ely, MN 55731",
        "742 Evergreen Terrace\r\n    Springfield\r\n    OR 97403",
        "12 HIGH STREET, OXFORD OX1 4AA",
        "34 Strand, London WC2N 5HY",
        "221B Baker St, London NW1 6XE",
    ],
)
@pytest.mark.parametrize("place", ["{}", "Ship to {}\n", "   {}\n   USA", "| {} |"])
def test_an_address_is_found_whole(address, place):
    assert found(place.format(address)) == [("ADDRESS", address)]


@pytest.mark.parametrize(
    "text",
    [
        "In 2019 Apple Park, Cupertino, CA 95014",
        "On May 5 Acme Corp, Austin, TX 78701",
        "on May 5, 2019, Acme Corp, Austin, TX 78701",
        "Acme Corp, Austin, TX 78701",
        "Total 500 Units sold in CA 95014",
        "20 Dogs of War, TX 90210",
        "See Figure 3 Oak Hill, IL 62704",
        "version 3.5 The End, CA 95014",
        "costs $12 Million Dollars, TX 78701",
        "12 monkeys went to Austin, TX 78701",
    ],
)
def test_another_number_before_a_code_begins_no_address(text):
    assert found(text) == []
