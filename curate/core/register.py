"""What is declared about a source: whose it is, why it may be used, how it came here; what nobody said is `unknown`."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from unicodedata import category

from pydantic import AfterValidator, Field, JsonValue, model_validator

from curate.core.stage import Value

UNKNOWN: Final = "unknown"
Unknown = Literal["unknown"]
Known = bool | Unknown
SILENT = frozenset(
    f"{UNKNOWN}|tbd|tba|todo|fixme|n/a|n.a.|not available|to be determined|to be confirmed|null|"
    "未知|不详|不明|待定|待补充|待确认|待填写|暂无|暂缺".split("|")
)
"""Words that say nothing, in small letters: who writes one of them has declared nothing. (`NA` is Namibia.)"""


def silent(words: str) -> bool:
    """Tell whether words declare nothing: without a letter or digit, `unknown` in any letters, or a placeholder."""
    heard = "".join(sign for sign in words if category(sign) != "Cf").strip().lower()
    return heard in SILENT or not any(sign.isalnum() for sign in heard)


def _spoken(words: str) -> str:
    return UNKNOWN if silent(words) else words


def _all_spoken(entries: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one for one in entries if not silent(one))


def _in_calendar(day: str) -> str:
    """Return a day of the calendar, or `unknown`, as it is; ValueError for a day that no month has."""
    try:
        return day if day == UNKNOWN else date.fromisoformat(day).isoformat()
    except ValueError as wrong:
        raise ValueError(f"{day} is no day of the calendar") from wrong


Said = Annotated[str, AfterValidator(_spoken)]
"""What somebody declares in words; words that say nothing become `unknown`."""
Listed = Annotated[tuple[str, ...], AfterValidator(_all_spoken)]
"""Several of them; such as say nothing are left out."""
Day = Annotated[
    str, Field(pattern=r"^(unknown|[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]))$"), AfterValidator(_in_calendar)
]
"""A day of the calendar as YYYY-MM-DD, or `unknown`; days of one spelling are in order as words."""
Category = Literal["open", "self-collected", "commercial", "user-input", "synthetic", "internal", "unknown"]
Level = Literal["general", "important", "core", "unknown"]
Kind = Literal[
    "open_license",
    "collection_log",
    "contract",
    "supplier_commitment",
    "user_authorisation",
    "domain_list",
    "assessment",
    "other",
]


class Contains(Value):
    """What the records of a source hold."""

    personal_data: Known = Field(UNKNOWN, description="Data about identified or identifiable people.")
    sensitive_personal_data: Known = Field(UNKNOWN, description="Such data of the kinds of PIPL 28 or GDPR 9.")
    minors: Known = Field(UNKNOWN, description="Data of people below 14 (PIPL) or of children (GDPR).")
    important_data: Known = Field(UNKNOWN, description="Important data as in article 21 of the Data Security Law.")
    copyrighted: Known = Field(UNKNOWN, description="Works in which somebody holds rights.")
    user_input: Known = Field(UNKNOWN, description="What users of a service put in.")
    synthetic: Known = Field(UNKNOWN, description="Texts that a model generated.")


class Classification(Value):
    """The level at which the data of a source is classified, and who decided so."""

    scheme: str = Field("GB/T 43697-2024", description="By which standard.")
    level: Level = Field(UNKNOWN, description="general, important or core.")
    decided_by: Said = Field(UNKNOWN, description="Office or role.")
    decided_at: Day = Field(UNKNOWN, description="Day of the decision, as YYYY-MM-DD.")


class OptOut(Value):
    """Whether owners have reserved their rights against mining, and what was done about it."""

    checked: Known = Field(UNKNOWN, description="Whether anybody looked.")
    mechanism: Said = Field(UNKNOWN, description="Where: robots.txt, TDMRep, a contract, a switch in the product.")
    checked_at: Day = Field(UNKNOWN, description="Day of the check, as YYYY-MM-DD.")
    excluded_records: int | None = Field(None, ge=0, description="How many records were left out for it.")


class Evidence(Value):
    """A document that bears out what is declared."""

    kind: Kind = Field(description="What it is: a licence, a log, a contract, an assessment ...")
    ref: str = Field("", description="How to find it: a number in a register, an address.")
    file: Path | None = Field(None, description="The document itself; its name and its digest go into the manifest.")
    sha256: str | None = Field(
        None, pattern=r"^[0-9a-f]{64}$", description="Digest of the document; taken of `file` where one is named."
    )
    retrieved_at: Day = Field(UNKNOWN, description="Day on which it was obtained, as YYYY-MM-DD.")

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if silent(self.ref) and self.file is None:
            raise ValueError("evidence names neither `ref` nor `file`")
        return self


class Rights(Value):
    """Whose the records of a source are, and why they may be used: what its card says at first sight."""

    license: Said = Field(UNKNOWN, description="Licence of the records, best as an SPDX identifier.")
    category: Category = Field(UNKNOWN, description="How the source was come by, as in TC260-003, 5.1.")
    owner: Said = Field(UNKNOWN, description="Who holds the rights in the records.")
    origin: Said = Field(UNKNOWN, description="Where the records come from: domestic or overseas, a publisher, a site.")
    lawful_basis: Said = Field(UNKNOWN, description="Legal ground for using the records for training.")


class Collection(Value):
    """Where the records of a source were obtained, and when."""

    url: Said = Field(UNKNOWN, description="Where the records were obtained.")
    notes: str = Field("", description="Free notes for the reviewer.")
    collected_from: Day = Field(UNKNOWN, description="First day of collection, as YYYY-MM-DD.")
    collected_to: Day = Field(UNKNOWN, description="Last day of collection, as YYYY-MM-DD.")

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if UNKNOWN not in {self.collected_from, self.collected_to} and self.collected_from > self.collected_to:
            raise ValueError(f"collection ends on {self.collected_to} and begins on {self.collected_from}")
        return self


class Registry(Collection):
    """What is declared about a source, beside what its card says at first sight."""

    method: Said = Field(UNKNOWN, description="How the records were collected: a crawler and its name, a delivery.")
    jurisdiction: Listed = Field((), description="Countries whose law applies, as ISO 3166 codes.")
    storage: Listed = Field((), description="Countries where the records are stored, as ISO 3166 codes.")
    pipl: Said = Field(UNKNOWN, description="Basis under PIPL, article 13, or why there need be none.")
    gdpr: Said = Field(UNKNOWN, description="Basis under GDPR, articles 6 and 9, or why there need be none.")
    consent: Said = Field(UNKNOWN, description="Reference to the consent, or why there need be none.")
    assessment: Said = Field(UNKNOWN, description="Reference to the impact assessment (PIPL 55, GDPR 35).")
    contains: Contains = Field(Contains(), description="What the records hold.")
    classification: Classification = Field(Classification(), description="Level of the data.")
    opt_out: OptOut = Field(OptOut(), description="Reservations of rights.")
    evidence: tuple[Evidence, ...] = Field((), description="Documents that bear this out.")
    blacklisted: bool = Field(False, description="Whether the source must not be used: no run reads it.")
    blacklist_reason: str = Field("", description="Why.")


class Entry(Registry, Rights):
    """What `registry` of a source says, there or in a file of its own."""


STATED = (*Rights.model_fields, *Collection.model_fields)
"""Fields that may stand at the source itself, too; they shape no record but `license`, and stand in the manifest."""


def unknowns(said: Value, before: str = "") -> Iterator[str]:
    """Yield the dotted names of what nobody said: `unknown`, and lists without an entry."""
    for name in type(said).model_fields:
        value = getattr(said, name)
        if isinstance(value, Value):
            yield from unknowns(value, f"{before}{name}.")
        elif value in (UNKNOWN, ()):
            yield f"{before}{name}"


def declarations(said: Value, before: str = "") -> Iterator[tuple[str, str]]:
    """Yield the dotted name and the value of what somebody said, documents by what finds them."""
    for name in type(said).model_fields:
        value = getattr(said, name)
        if isinstance(value, Value):
            yield from declarations(value, f"{before}{name}.")
        elif isinstance(value, tuple):
            yield from ((name, one if isinstance(one, str) else _found_by(one)) for one in value)
        elif value not in (UNKNOWN, "", None) and name not in {"scheme", "blacklisted"}:
            yield f"{before}{name}", str(value).lower() if isinstance(value, bool) else str(value)


def _found_by(document: Evidence) -> str:
    """Spell where a document is found, and its digest."""
    digest = f"sha256 {document.sha256}" if document.sha256 else ""
    return " ".join(part for part in (document.kind, document.ref, str(document.file or ""), digest) if part)


def schema() -> dict[str, JsonValue]:
    """Return the JSON Schema of a file of the source registry: what `schemas/source.schema.json` holds."""
    said: dict[str, JsonValue] = Entry.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **said, "title": "Source of curate"}
