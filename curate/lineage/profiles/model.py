"""What a profile is: rules with their clause, limit and evidence, and the registry fields that it requires."""

import math
from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, JsonValue, model_validator

from curate.core.register import Entry
from curate.core.stage import Value
from curate.lineage.profiles.paths import steps_of

Operator = Literal["<=", "<", ">=", ">", "==", "!=", "in", "known"]
Take = Literal["each", "any", "count", "sum", "min", "max"]
Read = Literal["text", "quoted", "memory"]
ORDERS = frozenset({"<=", "<", ">=", ">"})


def fields_of(model: type[Value] = Entry, before: str = "") -> Iterator[str]:
    """Yield the dotted names of all that a registry can say of a source."""
    for name, field in model.model_fields.items():
        below = field.annotation
        if isinstance(below, type) and issubclass(below, Value):
            yield from fields_of(below, f"{before}{name}.")
        else:
            yield f"{before}{name}"


def _is_path(said: str) -> str:
    steps_of(said)
    return said


def _is_field(said: str) -> str:
    if said not in set(fields_of()):
        raise ValueError(f"the registry of a source has no field {said!r}")
    return said


Evidence = Annotated[str, AfterValidator(_is_path)]
"""A path into the evidence, such as `stages[stage=source_gate].lineage.sources.{source}.share`."""


class Both(Value):
    """The same words in two languages."""

    en: str
    zh: str


Text = str | Both
"""Words for readers: in one language, or in English and Chinese."""


def in_language(said: Text, lang: Literal["en", "zh"]) -> str:
    """Return words in a language; what is said in one language only, in that."""
    return said if isinstance(said, str) else str(getattr(said, lang))


class Document(Value):
    """A text that clauses are of."""

    id: str = Field(description="How clauses name it: `TC260-003`.")
    label: Text = Field("", description="How the report names it, where not by its id.")
    title: Text = Field(description="Its full name.")
    date: str = Field("", description="When it was published or came into force.")
    read: Read = Field(
        description="How whoever wrote the profile knows it: `text` read its words (in whole or in the part cited), "
        "`quoted` read others that quote it, `memory` neither."
    )


class Clause(Value):
    """A place in a text."""

    of: str = Field(description="Id of the document.")
    at: Text = Field(description="Article, section, letter.")
    read: Read | None = Field(None, description="How it is known, where not as its document.")


class Condition(Value):
    """A comparison of evidence with a limit."""

    evidence: Evidence = Field(
        description="Path into the manifest, or below `attached` (signatures, reviews, erasures), `counted` (what the "
        "report counts in shards, ledger and signals) or `covered` (by source, an entry for each kind of stage that is "
        "about it: `stage`, `names`, `looked`, `acts`, `content`, `whole`). `{source}` stands for the id of each "
        "source in turn."
    )
    take: Take = Field("each", description="What is compared: each value, any value, or one number made of them all.")
    operator: Operator = Field(description="How it is compared; `known` asks only that somebody said something.")
    limit: JsonValue = Field(
        None, description="With what: a number for an order, a list for `in`, nothing for `known`."
    )
    empty: float | None = Field(
        None, description="What is compared where the path leads to nothing; else nothing never meets a limit."
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        number = isinstance(self.limit, (int, float)) and not isinstance(self.limit, bool)
        if (self.operator in ORDERS or self.take in {"count", "sum", "min", "max"}) and not number:
            raise ValueError(f"{self.take} {self.operator} needs a number as its limit, found {self.limit!r}")
        if any(isinstance(one, float) and not math.isfinite(one) for one in (self.limit, self.empty)):
            raise ValueError(f"a limit is a number with an end: found {self.limit!r}, {self.empty!r} where empty")
        if self.operator == "in" and not isinstance(self.limit, list):
            raise ValueError(f"`in` needs a list as its limit, found {self.limit!r}")
        if (self.operator == "known") != (self.limit is None):
            raise ValueError("`known` has no limit" if self.limit is not None else f"{self.operator!r} has no limit")
        return self


class Ruling(Value):
    """What rules and requirements have in common."""

    clauses: tuple[Clause, ...] = Field((), description="Where it is written.")
    applies: Condition | None = Field(None, description="Only where this holds; where it does not, not applicable.")


class Rule(Ruling):
    """One thing that is asked of an output."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Name, for machines.")
    title: Text = Field(description="What is asked, in one sentence.")
    note: Text = Field("", description="What a reader of the verdict has to know.")
    check: Condition | None = Field(
        None, description="What has to hold; absent where no output has evidence of it: then the verdict is `unknown`."
    )
    needs: tuple[Condition, ...] = Field(
        (), description="What has to hold for `check` to say anything; where one does not, the verdict is `unknown`."
    )

    @model_validator(mode="after")
    def _has_grounds(self) -> Self:
        if self.check is not None and self.check.empty is not None and not self.needs:
            raise ValueError("`empty` lets nothing count as evidence: name in `needs` what shows that somebody looked")
        return self


class Requirement(Ruling):
    """A field of the source registry that must be filled in, for every source of which records were written."""

    field: Annotated[str, AfterValidator(_is_field)] = Field(description="Dotted name: `contains.personal_data`.")


class Profile(Value):
    """A profile: what is asked, where it is written, and what bears it out."""

    profile_version: Literal["1.0"] = Field(description='Version of the form of profiles: `profile_version: "1.0"`.')
    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$", description="Name of the profile.")
    version: str = Field(description="Version of its content; raise it whenever a verdict can change.")
    title: Text = Field(description="What it stands for.")
    note: Text = Field("", description="What whoever reads its verdicts has to know.")
    documents: tuple[Document, ...] = Field((), description="Texts that its clauses are of.")
    required: tuple[Requirement, ...] = Field((), description="Fields of the source registry that must be filled in.")
    rules: tuple[Rule, ...] = Field((), description="What else is asked.")

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        known = {document.id for document in self.documents}
        for ruling in (*self.required, *self.rules):
            for clause in ruling.clauses:
                if clause.of not in known:
                    raise ValueError(f"a clause is of {clause.of!r}, which is none of `documents`")
        for what, names in (
            ("rule", [rule.id for rule in self.rules]),
            ("field", [one.field for one in self.required]),
        ):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"the {what} {twice[0]!r} stands twice")
        if not (self.rules or self.required):
            raise ValueError("it asks nothing: it has neither `rules` nor `required`")
        return self

    def how_read(self, clause: Clause) -> Read:
        """Say how a clause is known."""
        return clause.read if clause.read is not None else self.document(clause).read

    def document(self, clause: Clause) -> Document:
        """Return the text that a clause is of."""
        return next(one for one in self.documents if one.id == clause.of)


def schema() -> dict[str, JsonValue]:
    """Return the JSON Schema of a profile: what `schemas/profile.schema.json` holds."""
    said: dict[str, JsonValue] = Profile.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **said, "title": "Profile of curate"}
