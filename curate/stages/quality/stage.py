"""Judge records by thresholds on what they are made of."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from difflib import get_close_matches
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import numpy as np
import pyarrow as pa
from pydantic import Field, ValidationInfo, field_validator, model_validator

from curate.core.columns import with_columns
from curate.core.errors import Mistake, Mistakes
from curate.core.stage import Action, Outcome, Stage, Step, Value, found_lines, merged
from curate.stages.quality.datatrove import english, measure_datatrove, measured
from curate.stages.quality.judging import CHINESE, CONTENT_TYPE, Facts
from curate.stages.quality.kinds import ContentType, kinds, named
from curate.stages.quality.presets import PRESETS, Preset, preset_of
from curate.stages.quality.ranges import strays
from curate.stages.quality.rules import Rule, Sign, rule_of, spelled
from curate.stages.quality.signals import DATATROVE_SIGNALS, SIGNALS, Exact, Values, measure


class Threshold(Value):
    """What a user says about a rule; what is left out stays as the preset has it."""

    min: float | None = Field(None, description="Least value of the signal that passes.")
    max: float | None = Field(None, description="Greatest value of the signal that passes.")
    action: Action | None = Field(None, description="`reject` or `tag`; a threshold given here rejects when absent.")
    chars: int | None = Field(None, ge=0, description="Only texts of so many characters are judged.")
    types: tuple[ContentType, ...] | None = Field(None, description="Only records of these content types are judged.")
    when: str | None = Field(
        None, description="Expression of a rule of your own: `order < 2 and words >= 300`; the first part is reported."
    )

    def crossed(self) -> Iterator[Mistake]:
        """Yield that the bounds leave nothing between them."""
        if self.min is not None and self.max is not None and self.min > self.max:
            fact = f"min {spelled(self.min)} is above max {spelled(self.max)}: no text could pass"
            yield Mistake((), fact, "min is the least value that passes, max the greatest")


class Quality(Stage):
    """Measure some sixty signals of every text, tell its content type, and find fault with what crosses a threshold.

    A preset names the rules. By default only what no industry wants is rejected: empty, unreadable, binary, looping,
    shuffled, dumps, menus, notices of a site; every other rule tags (`general-web`, for crawled pages, rejects more).
    `rules` changes a rule of the preset, adds one on a signal by the signal's name or under a name of your own with
    `when`, or turns one `off`; a threshold written there rejects unless it says `action: tag`. What decides an action,
    the nearest first: the rule's own `action`, the stage's `action`, a threshold of the user's, the preset.
    `preset_file` has rules of your own in place of a preset.

    The signal `_content_type` is `prose`, `table`, `code`, `log`, `form` or `list`. Rules on prose do not judge the
    others: code is not blamed for brackets, nor a table for figures. `_chinese` tells whether the record was judged by
    the thresholds for Chinese.

    The presets `gopher` and `fineweb` reject what datatrove's filters of these names reject, for the same reason, and
    measure signals of their own. They are made for English pages: hardly a Chinese text passes.
    """

    version: ClassVar[int] = 8

    preset: Preset = Field("base", description="Industry whose rules are used.")
    preset_file: Path | None = Field(
        None, description="Preset of your own (YAML): a mapping of rule names to `when`, `action`, `chinese`, `types`."
    )
    rules: dict[str, Threshold | Literal["off"]] = Field(
        {}, description="Changes to rules, by the name of a rule or of a signal: thresholds, or `off`."
    )

    @field_validator("rules", mode="before")
    @classmethod
    def _off_is_a_word(cls, said: object) -> object:
        """YAML 1.1 readers turn a bare `off` into false."""
        return {key: "off" if rule is False else rule for key, rule in said.items()} if isinstance(said, dict) else said

    @model_validator(mode="after")
    def _known(self, info: ValidationInfo) -> Self:
        found = list(self._mistaken((info.context or {}).get("left_out", frozenset())))
        if found:
            raise Mistakes(found)
        return self

    def _mistaken(self, left_out: AbstractSet[object]) -> Iterator[Mistake]:
        """Yield what is wrong with the preset file and with each rule; `left_out` are settings that cannot be read."""
        known: dict[str, Rule] = {name: rule for rules in PRESETS.values() for name, rule in rules.items()}
        sure = not left_out & {"preset", "preset_file"}
        try:
            known = self._preset() if sure else known
        except Mistakes as mistakes:
            yield from (Mistake(("preset_file",), fact, hint) for _, fact, hint in mistakes.found)
            sure = False
        for name, said in self.rules.items():
            own = isinstance(said, Threshold) and said.when is not None
            if name not in {*known, *SIGNALS, *DATATROVE_SIGNALS} and not own:
                if sure or self.preset_file is None:
                    close = get_close_matches(name, [*known, *SIGNALS], 1)
                    hint = f"did you mean {close[0]!r}?" if close else "a rule of your own has an expression: `when`"
                    yield Mistake(("rules", name), f"there is no rule or signal {name!r}", hint)
                if isinstance(said, Threshold):
                    yield from (Mistake(("rules", name), fact, hint) for _, fact, hint in said.crossed())
            elif said != "off" and (sure or own or name not in known):
                faults = self._faults(name, known.get(name), said)
                yield from (Mistake(("rules", name, *at), fact, hint) for at, fact, hint in faults)

    def _faults(self, name: str, rule: Rule | None, said: Threshold) -> Iterator[Mistake]:
        """Yield what is wrong with what was said about one rule."""
        try:
            changed = self._changed(name, rule, said)
        except Mistakes as mistakes:
            yield from mistakes.found
            return
        for one in changed if {"min", "max", "when"} & said.model_fields_set else ():
            side = "when" if said.when is not None else "min" if one.operator == "<" else "max"
            yield from (Mistake((side,), fact, hint) for _, fact, hint in strays(one))
        yield from said.crossed()

    @property
    def adds(self) -> pa.Schema:
        """One column a signal, the content type, and whether the thresholds for Chinese held."""
        signals = [(f"{self.name}_{signal}", pa.float32()) for signal in SIGNALS]
        if self._datatrove:
            signals += [(f"{self.name}_{signal}", pa.float64()) for signal in DATATROVE_SIGNALS]
        others = [(f"{self.name}_{CONTENT_TYPE}", pa.string()), (f"{self.name}_{CHINESE}", pa.bool_())]
        return pa.schema([*signals, *others])

    @property
    def assets(self) -> tuple[Path, ...]:
        """The preset of the user's, if there is one."""
        return () if self.preset_file is None else (self.preset_file,)

    @property
    def finds(self) -> Mapping[str, Action]:
        """The rules that are on, and what each does."""
        return {name: rule.action for name, rule in self.resolved()}

    @property
    def rejects(self) -> bool:
        """Where a rule does."""
        return any(rule.action == "reject" for _, rule in self.resolved())

    @property
    def uses(self) -> tuple[str, ...]:  # type: ignore[override]
        """spaCy, where a rule is about its words."""
        return ("spacy",) if self._datatrove else ()

    @property
    def _datatrove(self) -> bool:
        """Whether a rule is about what datatrove measures."""
        return measured(rule for _, rule in self.resolved())

    def open(self) -> Step:
        """Compile the kernels and return the step."""
        rules = self.resolved()
        if self._datatrove:
            english()
        return lambda batch: self._judge(batch, rules)

    def lineage(self) -> dict[str, Any]:
        """Return the rules that judge, in their order, so that thresholds of a preset or a file can be read later."""
        return {"rules": [{"rule": name, **rule.data()} for name, rule in self.resolved()]}

    def _preset(self) -> dict[str, Rule]:
        return PRESETS[self.preset] if self.preset_file is None else preset_of(self.preset_file)

    def resolved(self) -> list[tuple[str, Rule]]:
        """Return the rules that are on: the preset's in its order, then the user's own."""
        preset = self._preset()
        rules: list[tuple[str, Rule]] = []
        for name in [*preset, *(name for name in self.rules if name not in preset)]:
            said = self.rules.get(name)
            if said == "off":
                continue
            rules.extend((name, rule) for rule in self._changed(name, preset.get(name), said))
        return rules

    def _changed(self, name: str, rule: Rule | None, said: Threshold | None) -> list[Rule]:
        """Return a rule with what the user said about it; two where both bounds of a signal were given."""
        if said is None and rule is not None:
            return [rule._replace(action=self.action or rule.action)]
        said = said or Threshold()
        if said.when is not None:
            return [self._own(name, said)]
        sides: tuple[tuple[Sign, float | None], ...] = (("<", said.min), (">", said.max))
        bounds = [(sign, bound) for sign, bound in sides if bound is not None]
        if rule is None and not bounds:
            raise Mistakes(
                [Mistake((), f"rule {name!r} needs a min or a max", "it is a signal, and judges by no bound")]
            )
        if rule is not None and any(sign != rule.operator for sign, _ in bounds):
            side = "min" if rule.operator == "<" else "max"
            fact, hint = f"rule {name!r} takes a {side}", f"for another bound use its signal, {rule.signal!r}"
            raise Mistakes([Mistake((), fact, hint)])
        start = rule or Rule(name, "<", 0.0)
        chars = start.chars if said.chars is None else said.chars
        types = start.types if said.types is None else said.types
        start = start._replace(chars=chars, types=types)
        if not bounds:
            return [start._replace(action=said.action or self.action or start.action)]
        action = said.action or self.action or "reject"
        return [start._replace(operator=s, threshold=bound, action=action, chinese=None) for s, bound in bounds]

    def _own(self, name: str, said: Threshold) -> Rule:
        """Return a rule that the user wrote as an expression."""
        if said.min is not None or said.max is not None:
            fact = f"rule {name!r} has an expression: min and max have no place beside it"
            raise Mistakes([Mistake((), fact, "write them into `when`")])
        rule = rule_of({"when": said.when, "action": said.action or self.action or "reject"})
        return rule._replace(types=said.types or (), chars=rule.chars if said.chars is None else said.chars)

    def _judge(self, batch: pa.RecordBatch, rules: list[tuple[str, Rule]]) -> Outcome:
        own = measure(batch["text"])
        found_kinds = kinds(own)
        signals: dict[str, Values | Exact] = dict(own)
        if measured(rule for _, rule in rules):
            signals |= measure_datatrove(batch["text"])
        known = batch.schema.get_field_index("language") >= 0
        chinese = np.array([said == "zh" for said in batch["language"].to_pylist()] if known else [], np.bool_)
        chinese = chinese if known else np.zeros(batch.num_rows, np.bool_)
        facts = Facts(signals, found_kinds, chinese)
        found = [line for name, rule in rules for line in self._found(name, rule, facts)]
        columns = {f"{self.name}_{name}": pa.array(values, mask=np.isnan(values)) for name, values in signals.items()}
        columns[f"{self.name}_{CONTENT_TYPE}"] = named(found_kinds)
        columns[f"{self.name}_{CHINESE}"] = pa.array(chinese, mask=np.isnan(signals["chars"]))
        return Outcome(with_columns(batch, self.adds, columns), merged(found))

    def _found(self, name: str, rule: Rule, facts: Facts) -> list[pa.RecordBatch | None]:
        value = pa.array(facts.signals[rule.signal].astype(np.float64))
        return [
            found_lines(
                pa.array(mask),
                f"{self.name}:{name}",
                action=rule.action,
                metric=f"{self.name}_{rule.signal}",
                value=value,
                threshold=threshold,
                operator=rule.operator,
            )
            for threshold, mask in facts.crossed(rule)
        ]
