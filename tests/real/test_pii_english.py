"""English structured types on synth_dataset_v2: no type is found less often than by plain Presidio."""

import os
from pathlib import Path

import pytest

from benchmarks.pii import NAMED
from benchmarks.pii_accuracy import recalled
from benchmarks.pii_sets import synthetic
from curate.stages.pii import Pii

ROOT = Path(os.environ.get("CURATE_DATA", Path(__file__).parents[2] / "../shared/data")).resolve()
pytestmark = pytest.mark.skipif(not ROOT.is_dir(), reason="real data is absent; CURATE_DATA names its folder")

PRESIDIO = {
    "CREDIT_CARD": 0.926,
    "EMAIL_ADDRESS": 1.0,
    "IBAN_CODE": 1.0,
    "IP_ADDRESS": 1.0,
    "US_SSN": 1.0,
    "US_DRIVER_LICENSE": 1.0,
    "DOMAIN_NAME": 1.0,
}
"""Recall of Presidio's own recognizers on the same set, as `python -m benchmarks pii` measured it."""
PHONES = 0.90


@pytest.fixture(scope="module")
def recall():
    wanted = synthetic(ROOT)
    finder = Pii(types=(*Pii().wanted, *NAMED.values())).finder()
    found = {one.text: [(span.start, span.end, span.entity) for span in finder.find(one.text)] for one in wanted}
    return recalled(wanted, found)


@pytest.mark.parametrize("label", PRESIDIO)
def test_a_structured_type_is_found_at_least_as_often_as_by_presidio(recall, label):
    assert recall[label].share >= PRESIDIO[label]


def test_nine_telephones_in_ten_are_found(recall):
    assert recall["PHONE_NUMBER"].share >= PHONES
