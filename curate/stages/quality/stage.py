"""Judge records by thresholds on what they are made of."""

from difflib import get_close_matches
from typing import ClassVar, Literal, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import Field, field_validator, model_validator

from curate.core.columns import with_columns
from curate.core.stage import Action, Outcome, Stage, Step, Value, found_lines, merged
from curate.stages.quality.presets import BASE, PRESETS, Preset, Rule, Sign
from curate.stages.quality.signals import SIGNALS, Values, measure

Mask = npt.NDArray[np.bool_]


class Threshold(Value):
    """What a user says about a rule; what is left out stays as the preset has it."""

    min: float | None = Field(None, description="Least value of the signal that passes.")
    max: float | None = Field(None, description="Greatest value of the signal that passes.")
    action: Action | None = Field(None, description="`reject` or `tag`; a threshold given here rejects when absent.")
    chars: int | None = Field(None, ge=0, description="Only texts of so many characters are judged.")


class Quality(Stage):
    """Measure seventeen signals of every text and find fault with those that cross a threshold.

    A preset names the rules. By default only what no industry wants is rejected: empty, unreadable, binary, looping;
    every other rule tags. `rules` changes a rule of the preset, adds one on a signal by the signal's name, or turns
    one `off`; a threshold written there rejects unless it says `action: tag`. What decides an action, the nearest
    first: the rule's own `action`, the stage's `action`, a threshold of the user's, the preset.
    """

    version: ClassVar[int] = 1

    preset: Preset = Field("base", description="Industry whose rules are used.")
    rules: dict[str, Threshold | Literal["off"]] = Field(
        {}, description="Changes to rules, by the name of a rule or of a signal: thresholds, or `off`."
    )

    @field_validator("rules", mode="before")
    @classmethod
    def _off_is_a_word(cls, said: object) -> object:
        """YAML 1.1 readers turn a bare `off` into false."""
        return {key: "off" if rule is False else rule for key, rule in said.items()} if isinstance(said, dict) else said

    @model_validator(mode="after")
    def _known(self) -> Self:
        for name in self.rules:
            if name not in BASE and name not in SIGNALS:
                near = get_close_matches(name, [*BASE, *SIGNALS], 1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise ValueError(f"there is no rule or signal {name!r}{hint}")
        self._resolved()
        return self

    @property
    def adds(self) -> pa.Schema:
        """One column a signal."""
        return pa.schema([(f"{self.name}_{signal}", pa.float32()) for signal in SIGNALS])

    def open(self) -> Step:
        """Compile the kernels and return the step."""
        rules = self._resolved()
        return lambda batch: self._judge(batch, rules)

    def _resolved(self) -> list[tuple[str, Rule]]:
        """Return the rules that are on: the preset's in its order, then the user's own."""
        preset = PRESETS[self.preset]
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
        sides: tuple[tuple[Sign, float | None], ...] = (("<", said.min), (">", said.max))
        bounds = [(sign, bound) for sign, bound in sides if bound is not None]
        if rule is None and not bounds:
            raise ValueError(f"rule {name!r} needs a min or a max")
        if rule is not None and any(sign != rule.operator for sign, _ in bounds):
            side = "min" if rule.operator == "<" else "max"
            raise ValueError(f"rule {name!r} takes a {side}; for another bound use its signal, {rule.signal!r}")
        start = rule or Rule(name, "<", 0.0)
        chars = start.chars if said.chars is None else said.chars
        if not bounds:
            return [start._replace(chars=chars, action=said.action or self.action or start.action)]
        action = said.action or self.action or "reject"
        return [Rule(start.signal, sign, bound, action, chars) for sign, bound in bounds]

    def _judge(self, batch: pa.RecordBatch, rules: list[tuple[str, Rule]]) -> Outcome:
        signals = measure(batch["text"])
        known = batch.schema.get_field_index("language") >= 0
        chinese = np.array([said == "zh" for said in batch["language"].to_pylist()] if known else [], np.bool_)
        chinese = chinese if known else np.zeros(batch.num_rows, np.bool_)
        found = [line for name, rule in rules for line in self._found(name, rule, signals, chinese)]
        columns = {f"{self.name}_{name}": pa.array(values, mask=np.isnan(values)) for name, values in signals.items()}
        return Outcome(with_columns(batch, self.adds, columns), merged(found))

    def _found(self, name: str, rule: Rule, signals: dict[str, Values], chinese: Mask) -> list[pa.RecordBatch | None]:
        values = signals[rule.signal].astype(np.float64)
        long = signals["chars"] >= rule.chars
        cases = [(rule.threshold, ~chinese if rule.chinese is not None else np.True_)]
        cases += [(rule.chinese, chinese)] if rule.chinese is not None else []
        return [
            found_lines(
                pa.array(where & long & (values < threshold if rule.operator == "<" else values > threshold)),
                f"{self.name}:{name}",
                action=rule.action,
                metric=f"{self.name}_{rule.signal}",
                value=pa.array(values),
                threshold=threshold,
                operator=rule.operator,
            )
            for threshold, where in cases
        ]
