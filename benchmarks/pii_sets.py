"""Real and labelled sets: fields of records found again in their paragraphs, gold spans, and prose of nobody."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from ipaddress import ip_address
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.pii_values import id_check, listed

Record = dict[str, Any]

PERSON = frozenset({"PERSON"})
ADDRESS = frozenset({"ADDRESS", "CN_ADDRESS", "STREET_ADDRESS", "LOCATION", "US_ADDRESS", "POSTAL_ADDRESS"})
ID = frozenset({"CN_RESIDENT_ID"})
PHONE = frozenset({"PHONE_NUMBER"})
MAIL = frozenset({"EMAIL_ADDRESS"})

ANCHOR = re.compile(
    r"(?:医生|医师|大夫|专家|患者|病人|姓名|先生|女士|主任|教授|联系人|经办人)(?:是|为|：|:)?$|"
    r"\b(?:Dr|Mr|Mrs|Ms|Prof|Professor|Doctor|Patient|Name)\b[.:]? ?$",
    re.IGNORECASE,
)
TITLED = re.compile(r"(?:Dr|Mr|Mrs|Ms|Prof)\b", re.IGNORECASE)
HONOURED = re.compile(r"^(?:医生|医师|大夫|先生|女士|主任|教授|律师|经理)")
"""A name is anchored where a label or title touches it; `name` fields stand free."""


class Wanted(NamedTuple):
    """A value that is to be found."""

    text: str
    start: int
    end: int
    kind: str
    types: frozenset[str]
    """What the right type may be called."""


FIELDS: dict[str, tuple[str, frozenset[str]]] = {
    "idCardNumbers": ("resident id", ID),
    "phoneNumbers": ("phone", PHONE),
    "emailAddress": ("e-mail", MAIL),
    "name": ("name", PERSON),
    "doctor": ("name", PERSON),
    "location": ("address", ADDRESS),
}
"""Field of a MultiPriv record to kind and type."""
LABELS: dict[str, frozenset[str]] = {
    "PHONE": PHONE,
    "EMAIL": MAIL,
    "IBAN": frozenset({"IBAN_CODE"}),
    "CREDIT_CARD": frozenset({"CREDIT_CARD", "CN_BANK_CARD"}),
    "SSN": frozenset({"US_SSN"}),
    "IP_ADDRESS": frozenset({"IP_ADDRESS"}),
    "ID_NUM": frozenset({"CN_RESIDENT_ID", "US_SSN", "CN_PASSPORT", "US_PASSPORT", "UK_NHS", "MEDICAL_RECORD_NUMBER"}),
    "PERSON": PERSON,
    "STREET_ADDRESS": ADDRESS,
}
"""Gold label to the right types; other labels are nobody's promise."""
FIRST_YEAR = 1900
PROVINCES = listed(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83"
)
"""First two digits of GB/T 2260."""
RESERVED = re.compile(r"@(?:[\w-]+\.)*(?:example\.(?:com|net|org)|[\w-]+\.(?:example|test|invalid))$", re.IGNORECASE)
THROUGHPUT = re.compile(
    r"患者(?P<name>[\u4e00-\u9fff]{2,4})，证件号码(?P<id>[\dXx]{18})，电话(?P<phone>\d+)，于[\d-]+在(?P<place>.*?)复诊"
)


def parsed(path: Path) -> list[Any]:
    """Read a JSON file, or one of JSON Lines."""
    text = path.read_text("utf-8")
    return (
        [json.loads(line) for line in text.splitlines() if line.strip()]
        if path.suffix == ".jsonl"
        else [json.loads(text)]
    )


def valid(number: str) -> bool:
    """Tell whether the check sign of a resident id holds, for a province that there is and a day since 1900."""
    try:
        day = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    likely = day.year >= FIRST_YEAR and number[:2] in PROVINCES and number[:17].isdecimal()
    return likely and id_check(number[:17]) == number[17:].upper()


def nobodys(label: str, value: str) -> bool:
    """Tell whether a gold value is an example: a reserved domain (RFC 2606) or an address that is nobody's."""
    if label == "IP_ADDRESS":
        return not ip_address(value).is_global
    return label == "EMAIL" and bool(RESERVED.search(value))


def name_kind(text: str, start: int, end: int) -> str:
    """Tell whether a name is anchored where it stands."""
    before, after = text[max(0, start - 14) : start], text[end : end + 4]
    held = ANCHOR.search(before) or TITLED.match(text[start:end]) or HONOURED.match(after)
    return "name, anchored" if held else "name, free"


def multipriv(folder: Path) -> Iterator[Wanted]:
    """Yield every field that stands in the paragraph of its record, at its first place."""
    for record in parsed(folder / "records_0_400.json")[0]:
        text = record["naturalParagraph"]
        for field, (kind, types) in FIELDS.items():
            value = str(record[field]).strip()
            start = text.find(value) if value else -1
            if start < 0:
                continue
            end = start + len(value)
            yield Wanted(text, start, end, name_kind(text, start, end) if kind == "name" else kind, types)
            if kind == "resident id" and valid(value):
                yield Wanted(text, start, end, "resident id, check holds", types)


def gold(folder: Path) -> Iterator[tuple[str, Wanted]]:
    """Yield (language, value) for the gold spans of the OpenMed fixtures: zh, en or other."""
    for path in sorted(folder.rglob("*.json*")):
        for record in (one for document in parsed(path) for one in records(document)):
            language = record.get("language")
            group = language if language in {"zh", "en"} else "other languages"
            for span in record["gold_spans"]:
                start, end, label = span["start"], span["end"], span["label"]
                if label in LABELS:
                    kind = f"{label}, an example's" if nobodys(label, record["text"][start:end]) else label
                    yield group, Wanted(record["text"], start, end, kind, LABELS[label])


def traps(folder: Path) -> list[str]:
    """Return the texts of the OpenMed fixtures in Chinese and English that hold nothing personal."""
    documents = [document for path in sorted(folder.rglob("*.json*")) for document in parsed(path)]
    found = [record for document in documents for record in records(document)]
    return [record["text"] for record in found if not record["gold_spans"] and record.get("language") in {"zh", "en"}]


def records(document: object) -> Iterator[Record]:
    """Yield what has gold spans within a document."""
    if isinstance(document, Mapping):
        if "gold_spans" in document and "text" in document:
            yield dict(document)
        else:
            for part in document.values():
                yield from records(part)
    elif isinstance(document, list):
        for part in document:
            yield from records(part)


def throughput(folder: Path) -> Iterator[Wanted]:
    """Yield the fields of the Chinese template records, a record a text."""
    whole = parsed(folder / "tests/fixtures/i18n/zh_throughput.json")[0]["text"]
    fields = {
        "name": ("name, anchored", PERSON),
        "id": ("resident id", ID),
        "phone": ("phone", PHONE),
        "place": ("address", ADDRESS),
    }
    for text in whole.splitlines():
        found = THROUGHPUT.search(text)
        if found:
            for field, (kind, types) in fields.items():
                yield Wanted(text, found.start(field), found.end(field), kind, types)


def small(folder: Path) -> Iterator[Wanted]:
    """Yield the Chinese names and addresses of the OpenMed regression cases; a name at its first place."""
    for case in parsed(folder / "tests/fixtures/pii/chinese_names_synthetic.json")[0]["cases"]:
        for name in dict.fromkeys(case["names"]):
            start = case["text"].find(name)
            yield Wanted(case["text"], start, start + len(name), "name, regression cases", PERSON)
    for case in parsed(folder / "tests/fixtures/pii/zh_address_cases.json")[0]["cases"]:
        start = case["text"].find(case["address"])
        yield Wanted(case["text"], start, start + len(case["address"]), "address, regression cases", ADDRESS)


def labelled(root: Path) -> dict[str, list[Wanted]]:
    """Return the labelled sets that are there, by name."""
    sets: dict[str, list[Wanted]] = {}
    for name in ("zh_pii_multipriv_a", "en_pii_multipriv_a"):
        if (root / name).is_dir():
            sets[name] = list(multipriv(root / name))
    golden = root / "multi_pii_openmed_golden"
    if golden.is_dir():
        sets["openmed, Chinese records"] = [*throughput(golden), *small(golden)]
        for language, wanted in gold(golden):
            sets.setdefault(f"openmed gold, {language}", []).append(wanted)
    return sets


def synthetic(root: Path) -> list[Wanted]:
    """Return every span of presidio-research's synth_dataset_v2; its own name is the only right type."""
    path = root / "en_pii_presidio_research" / "synth_dataset_v2.json"
    alike = {"STREET_ADDRESS": ADDRESS, "DOMAIN_NAME": frozenset({"URL", "DOMAIN_NAME"})}
    return [
        Wanted(
            record["full_text"],
            span["start_position"],
            span["end_position"],
            span["entity_type"],
            alike.get(span["entity_type"], frozenset({span["entity_type"]})),
        )
        for record in parsed(path)[0]
        for span in record["spans"]
    ]


def advisory(document: object) -> Iterator[str]:
    """Yield the strings of a CSAF advisory that hold prose, in their order."""
    if isinstance(document, Mapping):
        for key, part in document.items():
            if key in {"text", "title", "summary", "details", "name"} and isinstance(part, str):
                yield part
            else:
                yield from advisory(part)
    elif isinstance(document, list):
        for part in document:
            yield from advisory(part)


def prose(root: Path) -> dict[str, tuple[str, list[str]]]:
    """Return texts by kind, each with its language: Chinese first."""
    advisories = [
        "\n".join(advisory(json.loads(path.read_bytes())))
        for path in sorted((root / "en_ot_csaf_2017_2021").rglob("*.json"))
    ]
    return {
        "statutes": ("zh", texts(root, "zh_law_national/**/*.md")),
        "judgments and exams": ("zh", sorted(set(answered(root)))),
        "Fed minutes": ("en", texts(root, "en_fin_fomc_minutes/*.txt")),
        "advisories": ("en", advisories),
        "raw mail": ("en", texts(root, "en_mail_spamassassin_2002/*/*.txt")),
    }


def answered(root: Path) -> Iterator[str]:
    """Yield questions and answers of LawBench, among them facts of real cases."""
    for path in sorted((root / "zh_law_lawbench" / "zero_shot").glob("*.json")):
        for record in parsed(path)[0]:
            yield f"{record['question']}\n{record['answer']}"


def texts(root: Path, pattern: str) -> list[str]:
    """Read the files of a pattern; bytes that are no UTF-8 become replacement characters."""
    return [path.read_text("utf-8", errors="replace") for path in sorted(root.glob(pattern))]


def cut(text: str, longest: int) -> list[str]:
    """Cut a text into stretches of at most so many characters."""
    bounds = [*range(0, len(text), longest), len(text)]
    return [text[low:high] for low, high in pairwise(bounds)]
