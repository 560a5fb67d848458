"""Hold forms that came back against the sample as it is drawn again: every mistake at once, with its line."""

from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from curate.core.errors import ConfigError
from curate.core.risks import RISKS
from curate.lineage.review.forms import Answer, Said, read_form
from curate.lineage.review.sample import Drawn, Sample
from curate.lineage.review.words import SPELLINGS, VERDICTS

TOLD = 50
"""So many mistakes of one form are told one by one; the rest is counted."""
READINGS = ("1", "2")


class Reading(NamedTuple):
    """What one person says of the records that they read, by id."""

    number: int
    answers: dict[str, Answer]


def read_readings(forms: Sequence[Path], sample: Sample, drawn: Sequence[Drawn]) -> list[Reading]:
    """Read the forms of a review, the first reading and, where records are read twice, the second.

    ConfigError, with every mistake, where a form is of another review, has records that were not drawn, lacks one or
    has one twice, or says something that is no verdict or no class; or where a reading is missing.
    """
    problems: list[ConfigError] = []
    readings: list[Reading] = []
    for path in forms:
        rows = read_form(path)
        if not rows:
            problems.append(ConfigError("the form has no row", where=str(path)))
            continue
        number = int(rows[0].values["reading"]) if rows[0].values["reading"] in READINGS else 1
        reading = Reading(number, {})
        wanted = {one.id for one in drawn[: sample.drawn if number == 1 else sample.doubled]}
        faults = list(_faults(rows, sample, reading, wanted))
        problems += [
            ConfigError(fact, where=f"{path} {line}".rstrip(), hint=hint) for line, fact, hint in faults[:TOLD]
        ]
        if len(faults) > TOLD:
            problems.append(ConfigError(f"and {len(faults) - TOLD:,} more mistakes", where=str(path)))
        if any(one.number == number for one in readings):
            problems.append(ConfigError(f"reading {number} comes twice", where=str(path)))
        readings.append(reading)
    needed = {1, 2} if sample.doubled else {1}
    lost = sorted(needed - {one.number for one in readings})
    hint = "name the forms of both readings: curate review import OUT FORM-1 FORM-2"
    problems += [ConfigError(f"the form of reading {number} is missing", hint=hint) for number in lost if not problems]
    if problems:
        raise ConfigError.of(problems)
    return sorted(readings, key=lambda one: one.number)


Fault = tuple[str, str, str]
"""Where (in the form), what, and a hint."""


def _faults(rows: Sequence[Said], sample: Sample, reading: Reading, wanted: set[str]) -> Iterator[Fault]:
    """Take in the rows of a form; yield what is wrong with them."""
    first: dict[str, str] = {}
    for line, values in rows:
        name = values["id"]
        if values["review"] != sample.review:
            yield line, f"the row is of review {values['review']!r}, not of {sample.review!r}", ""
        elif values["reading"] != str(reading.number):
            yield line, f"the row is of reading {values['reading']!r}, the first one of {reading.number}", ""
        elif name not in wanted:
            yield line, f"the record {name!r} was not drawn", "ids are those of the form; a spreadsheet may cut them"
        elif name in first:
            yield line, f"the record {name!r} stands at {first[name]} already", ""
        else:
            first[name] = line
            answer = yield from _answered(line, values["verdict"], values["class"])
            if answer is not None:
                reading.answers[name] = answer
    for name in sorted(wanted - set(first)):
        yield "", f"the record {name!r} is missing", "a review is of every record that was drawn"


def _answered(line: str, verdict: str, risk: str) -> Generator[Fault, None, Answer | None]:
    """Understand an answer; yield what is wrong with it, and return it where nothing is."""
    said = SPELLINGS.get(verdict.lower())
    name = risk.split(maxsplit=1)[0] if risk else None
    choices = " or ".join(word for words in VERDICTS.values() for word in words)
    if not verdict:
        yield line, "there is no verdict", f"write {choices}"
    elif said is None:
        yield line, f"{verdict!r} is no verdict", f"write {choices}"
    elif name is not None and name not in RISKS:
        yield line, f"{risk!r} is no class of risk", f"one of {next(iter(RISKS))} to {list(RISKS)[-1]}"
    elif said == "fail" and name is None:
        yield line, "the record fails and has no class", f"one of {next(iter(RISKS))} to {list(RISKS)[-1]}"
    elif said == "pass" and name is not None:
        yield line, f"the record passes and has the class {name!r}", "a record that passes has none"
    else:
        return Answer(said, name)
    return None
