"""Hold forms that came back against the sample as it is drawn again: every mistake at once, with its line."""

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from curate.core.errors import ConfigError
from curate.core.risks import RISKS
from curate.lineage.review.cells import GUARD, cell
from curate.lineage.review.forms import Answer, Said, read_form
from curate.lineage.review.sample import Sample, Shown
from curate.lineage.review.words import SPELLINGS, VERDICTS

TOLD = 50
"""So many mistakes of one form are told one by one; the rest is counted."""
READINGS = ("1", "2")
CHANGED = "a verdict is about the text in the shards: draw the form again, copy the answers into it, edit no text"
WHITE = re.compile(r"[\s\u200b\ufeff]+|_x000[Dd]_")
"""What spreadsheets write otherwise than they read it: white space, and how a workbook spells a carriage return."""


class Reading(NamedTuple):
    """What one person says of the records that they read, by id."""

    number: int
    answers: dict[str, Answer]


def read_readings(forms: Sequence[Path], sample: Sample, rows_drawn: Sequence[Shown]) -> list[Reading]:
    """Read the forms of a review, the first reading and, where records are read twice, the second.

    ConfigError, with every mistake, where a form is of another review, has records that were not drawn, lacks one or
    has one twice, shows another text than the shards hold, or says something that is no verdict or no class; or where
    a reading is missing.
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
        wanted = {one.drawn.id: one.text for one in rows_drawn[: sample.drawn if number == 1 else sample.doubled]}
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


def _faults(rows: Sequence[Said], sample: Sample, reading: Reading, wanted: Mapping[str, str]) -> Iterator[Fault]:
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
            if "text" in values and not is_shown(wanted[name], values["text"]):
                yield line, f"the text of {name!r} is not the one that was given out", CHANGED
            answer = yield from _answered(line, values["verdict"], values["class"])
            if answer is not None:
                reading.answers[name] = answer
    for name in sorted(wanted.keys() - first.keys()):
        yield "", f"the record {name!r} is missing", "a review is of every record that was drawn"


def is_shown(text: str, said: str) -> bool:
    """Tell whether a form still has its text: as it is, as a cell shows it, or as a spreadsheet saves it in GBK."""
    plain = WHITE.sub("", said)
    shown = (text, cell(text), cell(text).encode("gbk", "replace").decode("gbk"))
    return plain.removeprefix(GUARD) in {WHITE.sub("", one).removeprefix(GUARD) for one in shown}


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
