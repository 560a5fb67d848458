"""Names and addresses on labelled sets and on text without them: counts only, no value is ever shown."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pytest

from curate.stages.pii.engine import Native

ROOT = Path(os.environ.get("CURATE_DATA", Path(__file__).parents[2] / "../shared/data")).resolve()
pytestmark = pytest.mark.skipif(not ROOT.is_dir(), reason="real data is absent; CURATE_DATA names its folder")

NAMES, ADDRESSES = 0.95, 0.90
COVERED = 0.8
MOST_CHANGED = 0.002
NATIVE = Native(frozenset({"PERSON", "ADDRESS"}))
TITLE = re.compile("(?:副?主任)?(?:医生|医师|大夫|博士|教授)$")
FORMS = {
    "zh": {"name": "姓名：", "doctor": "主治医生：", "location": "住址："},
    "en": {"name": "Name: ", "doctor": "Physician: ", "location": "Address: "},
}
ENTITY = {"name": "PERSON", "doctor": "PERSON", "location": "ADDRESS"}


class Planted(NamedTuple):
    """A value in its text."""

    text: str
    value: str
    start: int
    entity: str


def covered(one: Planted) -> bool:
    spans = [span for span in NATIVE.find(one.text) if span.entity == one.entity]
    end = one.start + len(one.value)
    signs = sum(max(0, min(end, span.end) - max(one.start, span.start)) for span in spans)
    return signs >= COVERED * len(one.value)


def recall(planted: Iterator[Planted]) -> float:
    found = [covered(one) for one in planted]
    assert len(found) > 50
    return sum(found) / len(found)


def people(language: str) -> list[dict[str, object]]:
    return json.loads((ROOT / f"{language}_pii_multipriv_a/records_0_400.json").read_bytes())


def in_json(language: str, field: str) -> Iterator[Planted]:
    for record in people(language):
        text = json.dumps({k: v for k, v in record.items() if k != "naturalParagraph"}, ensure_ascii=False)
        yield planted(text, f'"{field}": "', str(record[field]), ENTITY[field])


def in_a_form(language: str, field: str) -> Iterator[Planted]:
    for record in people(language):
        text = "".join(f"{label}{record[key]}\n" for key, label in FORMS[language].items())
        yield planted(text, FORMS[language][field], str(record[field]), ENTITY[field])


def planted(text: str, label: str, value: str, entity: str) -> Planted:
    start = text.index(label + value) + len(label)
    return Planted(text, TITLE.sub("", value), start, entity)


def in_prose(language: str) -> Iterator[Planted]:
    for record in people(language):
        text, value = str(record["naturalParagraph"]), str(record["location"])
        if value in text:
            yield Planted(text, value, text.index(value), "ADDRESS")


def golden(group: int, entity: str) -> Iterator[Planted]:
    path = ROOT / "multi_pii_openmed_golden/tests/fixtures/i18n/zh_throughput.json"
    for line in json.loads(path.read_bytes())["text"].split("\n"):
        said = re.match(r"[^：]+：患者(.+?)，证件号码.*?，于[0-9-]+在(.+?)复诊", line)
        if said:
            yield Planted(line, said[group], said.start(group), entity)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("field", ["name", "doctor", "location"])
@pytest.mark.parametrize("written", [in_json, in_a_form], ids=["json", "form"])
def test_labelled_fields_are_found(language, field, written):
    assert recall(written(language, field)) >= (ADDRESSES if field == "location" else NAMES)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_addresses_are_found_in_prose(language):
    assert recall(in_prose(language)) >= ADDRESSES


def test_names_and_addresses_of_the_golden_set_are_found():
    assert recall(golden(1, "PERSON")) >= NAMES
    assert recall(golden(2, "ADDRESS")) >= ADDRESSES


def statutes() -> list[str]:
    return [path.read_text("utf-8") for path in sorted((ROOT / "zh_law_national").rglob("*.md"))]


def minutes() -> list[str]:
    return [path.read_text("utf-8", "replace") for path in sorted((ROOT / "en_fin_fomc_minutes").glob("*.txt"))]


def advisories() -> list[str]:
    documents = [json.loads(path.read_bytes())["document"] for path in (ROOT / "en_ot_csaf_2017_2021").rglob("*.json")]
    return ["\n".join(note["text"] for note in document.get("notes", [])) for document in documents]


@pytest.mark.parametrize("corpus", [statutes, minutes, advisories], ids=["statutes", "minutes", "advisories"])
def test_text_without_personal_data_stays_nearly_as_it_is(corpus):
    texts = corpus()
    rows, opened = NATIVE.look(pa.array(texts, pa.string()))
    changed = sum(
        span.end - span.start
        for row, where in zip(rows, opened, strict=True)
        for span in NATIVE.find(texts[row], where)
    )
    assert changed <= MOST_CHANGED * sum(map(len, texts))
