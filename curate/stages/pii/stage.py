"""The stage `pii`: what is done with personal data in Chinese and English text, type by type."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import pyarrow as pa
from pydantic import Field, PrivateAttr, computed_field, model_validator

from curate.core.errors import ConfigError, Mistake, Mistakes, near
from curate.core.keyfile import HINT, read_key
from curate.core.personal import key_id
from curate.core.record import FILLED
from curate.core.stage import Edit, Editor
from curate.stages.pii.editing import Editing, Wording
from curate.stages.pii.finders import finder, offered, plugged
from curate.stages.pii.hidden import Unseen
from curate.stages.pii.keys import Secret
from curate.stages.pii.operators import KEYED, Operator, Operators, Scope
from curate.stages.pii.plugs import Plugs, coverage, titles
from curate.stages.pii.presets import Preset, lenient_of, types_of
from curate.stages.pii.rule import Country
from curate.stages.pii.rules import PROFILES, RULES, TYPES, Sought, profiles_of, types_under

WITHHELD = "<WITHHELD>"
"""What `mask` returns in the place of a text that it cannot mask."""
COVERAGE = {
    "structured": "rules",
    "names": "rules only: labels, honorifics, salutations, headers",
    "addresses": "rules only: grammar of addresses",
    "organisations": "rules only",
}
"""By what each kind of personal data is found; nothing that reads sentences is among it."""
KINDS = {"names": "PERSON", "addresses": "ADDRESS", "organisations": "ORGANIZATION"}
"""The type that stands for a kind of personal data."""


class Pii(Editor):
    """Replace personal data in Chinese and English text.

    Rules find it by shape, check digit and label; names only by label, title and header. What is nobody's stays:
    private and documentation addresses, versions, hotlines, amounts, numbers of orders, parts and standards.
    A text that needs more work than `max_candidates` is rejected as `pii:budget`, never let through.
    """

    version: ClassVar[int] = 10
    edits_roles: ClassVar[bool] = True

    preset: Preset = Field("general", description="Types that an industry looks for; see `docs/personal-data.md`.")
    types: tuple[str, ...] | None = Field(
        None, description="Types of personal data to look for; those of `preset` when absent."
    )
    profiles: tuple[Country, ...] = Field(
        PROFILES,
        description="Whose identifiers are looked for: China with Hong Kong, Macao and Taiwan, the US, the UK, the EU "
        "with Switzerland. Names, addresses, mail, cards and the like are of no country and are looked for anyway.",
    )
    operator: Operator = Field(
        "placeholder",
        description="What is done: a typed placeholder, a keyed fake of the same form, a keyed pseudonym, stars, "
        "nothing left, only a tag `pii:TYPE` on the record, or a rejection above `max_density`.",
    )
    operators: dict[str, Operator] = Field({}, description="What is done with values of a type; else `operator`.")
    placeholders: dict[str, str] = Field({}, description="Placeholders by type; `<TYPE>` where none is given.")
    scope: Scope = Field(
        "document", description="Where equal values have equal fakes and pseudonyms: in one record, or everywhere."
    )
    max_density: float | None = Field(
        None,
        ge=0,
        description="Values per 1,000 characters of a text above which a record is rejected; `reject_record`: 0.",
    )
    key_file: Path | None = Field(
        None,
        exclude=True,
        description="File of at least 32 bytes that keys fakes and pseudonyms; that of the run when absent.",
    )
    key_env: str | None = Field(
        None, exclude=True, description="Variable of the environment that holds the key, where there is no file."
    )
    lenient: tuple[str, ...] | None = Field(
        None,
        description="Types for which a label nearby suffices where the check digit does not hold; as `preset` says "
        "when absent.",
    )
    engine: Literal["native", "presidio"] = Field(
        "native", description="The fast engine, or Presidio's analyzer with the same rules and its own English ones."
    )
    recognizers: Path | None = Field(
        None, description="More recognizers: a YAML file in the form of Presidio's recognizer registry."
    )
    nlp_engine: Path | None = Field(
        None,
        description="An NLP engine of Presidio that finds names in running text: its YAML, models as local folders.",
    )
    max_candidates: int = Field(1_000_000, ge=1, description="How many candidates of one kind one text may have.")

    _key: bytes | None = PrivateAttr(None)

    @property
    def adds(self) -> pa.Schema:
        """The counts by type: core fills the column from what the edit counted."""
        return pa.schema([FILLED.field("pii")])

    @property
    def wanted(self) -> tuple[str, ...]:
        """The types that are looked for."""
        return types_of(self.preset, frozenset(self.profiles)) if self.types is None else self.types

    @property
    def rejects(self) -> bool:
        """Where personal data, or much of it, is a reason to leave a record out."""
        operators = {self.operator, *self.operators.values()}
        return self.action != "tag" and (self.max_density is not None or "reject_record" in operators)

    @property
    def clears(self) -> tuple[str, ...]:
        """What is replaced; a tag clears nothing.

        What is looked for afterwards is Chinese: a type with Chinese rules counts only where these are applied.
        """
        chinese = frozenset() if "cn" in self.profiles else {rule.entity for rule in RULES if rule.profile == "cn"}
        replaced = (entity for entity in self.wanted if self.operators.get(entity, self.operator) != "tag")
        return tuple(entity for entity in replaced if entity not in chinese)

    @property
    def uses(self) -> tuple[str, ...]:  # type: ignore[override]
        """Presidio, the maker of names, and the libraries of the NLP engine."""
        return ("faker", "presidio-analyzer", "phonenumbers", *self.plugs.uses)

    @property
    def plugs(self) -> Plugs:
        """What is plugged in; all of its types are wanted where `types` is the default."""
        return Plugs(self.recognizers, self.nlp_engine, self.types is None, tuple(self.placeholders.values()))

    @property
    def assets(self) -> tuple[Path, ...]:
        """The files of recognizers and NLP engines, and those of their models."""
        return self.plugs.assets

    @computed_field(description="Name of the key; the key itself is in no output.")  # type: ignore[prop-decorator]
    @property
    def key_id(self) -> str | None:
        """Name the key without giving it away: so a changed key makes every task anew."""
        return None if self._key is None else key_id(self._key)

    @model_validator(mode="after")
    def findable(self) -> Self:
        """Refuse types that nothing finds: neither a rule, under the profiles where it is looked for, nor a plug-in."""
        named = (*(self.types or ()), *self.operators, *self.placeholders)
        try:
            more = offered(self.plugs, named)
            beside = plugged(self.plugs) if {*(self.types or ())} & self.excluded else frozenset()
        except ConfigError as error:
            raise ValueError(str(error)) from error
        said = {"types": self.types or (), "operators": self.operators, "placeholders": self.placeholders}
        faults = [unknown(key, name, sorted(more)) for key, names in said.items() for name in names if name not in more]
        faults += [unknown("lenient", name, TYPES) for name in self.lenient or () if name not in TYPES]
        faults += [left_out("types", name) for name in self.types or () if name in self.excluded - beside]
        faults += [left_out("lenient", name) for name in self.lenient or () if name in self.excluded]
        if faults:
            raise Mistakes(faults)
        return self

    @property
    def excluded(self) -> frozenset[str]:
        """The types of rules of ours that none of the profiles applies."""
        return frozenset(TYPES) - {*types_under(frozenset(self.profiles))}

    @model_validator(mode="after")
    def settled(self) -> Self:
        """Refuse placeholders that the stage would take for personal data, or for a type that there is not."""
        if not self.placeholders:
            return self
        native = finder("native", Sought(frozenset(TYPES), frozenset(TYPES)), self.max_candidates)
        for entity, text in self.placeholders.items():
            if native.find(text) or any(sign.isdigit() for sign in text):
                message = f"the placeholder {text!r} of {entity} could be taken for personal data itself"
                raise ValueError(message)
        return self

    @model_validator(mode="after")
    def keyed(self) -> Self:
        """Read the key, so that it travels to workers with the stage and stands nowhere else."""
        self._key = read_key(self.key_file, self.key_env)
        keyed = sorted({self.operator, *self.operators.values()} & KEYED)
        if keyed and self._key is None:
            fact = f"{keyed[0]!r} needs a key, found neither `key_file` nor `key_env`"
            raise Mistakes([Mistake((), fact, HINT)])
        return self

    def key(self) -> bytes | None:
        """Return the key, for digests of what was found."""
        return self._key

    def finder(self) -> Unseen:
        """Compile the rules, or build Presidio's analyzer; once a process for the same settings."""
        lenient = lenient_of(self.preset) if self.lenient is None else self.lenient
        sought = Sought(frozenset(self.wanted), frozenset(lenient), frozenset(self.profiles))
        return finder(self.engine, sought, self.max_candidates, self.plugs)

    def done(self) -> Operators:
        """Return what is done with each type."""
        secret = None if self._key is None else Secret(self._key)
        types = frozenset(TYPES)
        return Operators(self.operator, self.operators, self.placeholders, secret, self.scope, types)

    def open(self) -> Edit:
        """Load the engine and return the edit."""
        operators = self.done()
        rejects = "reject_record" in operators.used
        limit = 0.0 if self.max_density is None and rejects else self.max_density
        return Editing(self.finder(), operators, Wording(self.name or "pii", self.action, limit))

    def lineage(self) -> dict[str, Any]:
        """Say what is looked for and by what, what is written, and which key decided it."""
        operators = self.done()
        beside = plugged(self.plugs) if self.types is None else frozenset()
        sought = (*self.wanted, *sorted(beside - {*self.wanted}))
        models = titles(self.plugs) if "ORGANIZATION" in sought else []
        plugs = {kind: said for kind, said in coverage(self.plugs).items() if self.plugs}
        profiles = [profile for profile in PROFILES if profile in self.profiles]
        structured = "rules" if len(profiles) == len(PROFILES) else f"rules of {' '.join(profiles) or 'no country'}"
        covered = {kind: said for kind, said in COVERAGE.items() if KINDS.get(kind, "") in ("", *self.wanted)}
        if models:
            ruled = "rules and " if "ORGANIZATION" in self.wanted else ""
            covered["organisations"] = f"{ruled}{', '.join(dict.fromkeys(models))}"
        return {
            "types": list(sought),
            "profiles": profiles,
            "coverage": {**dict.fromkeys(KINDS, "not looked for"), **covered, "structured": structured, **plugs},
            "operators": {entity: operators.of(entity) for entity in sought},
            "placeholders": sorted({operators.placeholder(one) for one in sought if operators.writes_placeholder(one)}),
            "key_id": self.key_id,
        }


def unknown(setting: str, name: str, known: Sequence[str]) -> Mistake:
    """Say that there is no such type, and which may have been meant."""
    return Mistake((setting,), f"{name!r} is not a type of personal data", near(name, known))


def left_out(setting: str, name: str) -> Mistake:
    """Say that the profiles leave out every rule of a type."""
    profiles = " or ".join(map(repr, profiles_of(name)))
    fact = f"{name!r} is found under the profile {profiles} alone, which `profiles` leaves out"
    return Mistake((setting,), fact, "name the profile too, or leave the type out")


def mask(text: str) -> str:
    """Return a text with placeholders for all that the stage finds, for people to look at.

    A text that exceeds the budget is withheld whole.
    """
    edited = Pii().open()(pa.array([text], pa.string()))
    return WITHHELD if edited.found is not None else str(edited.strings[0].as_py())
