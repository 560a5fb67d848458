"""Review an output: draw a sample and write its forms, take them back, give out what was found, and check it again."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from curate.core.errors import ConfigError, CurateError, StorageError
from curate.core.files import write_whole
from curate.core.once import read_as
from curate.lineage.lookup import Files, values_at
from curate.lineage.manifest import Manifest, read_manifest
from curate.lineage.review.answers import Reading, read_readings
from curate.lineage.review.forms import NEEDED, Answer, Form, read_form, write_form
from curate.lineage.review.result import Judgement, Result, faults_in, result_of, same_reader
from curate.lineage.review.sample import (
    RESULT,
    Drawn,
    Sample,
    Sampled,
    draw,
    faults_of,
    folder_of,
    read_sample,
    reviews_in,
    sample_of,
    save_sample,
    shown,
)
from curate.lineage.review.words import DOUBLED, KINDS, RECORDS, Kind, Language
from curate.lineage.verification import Check, judged

TITLE = "reviews are of the records that their nonces draw, and come to what they say"


class Wanted(NamedTuple):
    """What sample is wanted, and in which form."""

    nonce: str
    records: int = RECORDS
    doubled: float = DOUBLED
    kind: Kind = "csv"
    lang: Language = "en"


def write_sample(out: Path, folder: Path, wanted: Wanted) -> Sampled:
    """Draw a sample, put it on record in the output, and write its forms into a folder outside of it.

    The second form has the records that a second person reads; it does not say what the first one said.
    """
    if Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(out)):
        raise ConfigError(
            "forms hold texts and do not belong into the output", where=str(folder), hint="another folder"
        )
    manifest = read_manifest(out)
    sample = sample_of(manifest, wanted.nonce, wanted.records, wanted.doubled)
    paths = {reading: folder / f"{sample.review}-{reading}{KINDS[wanted.kind]}" for reading in (1, 2)}
    for path in paths.values():
        if path.exists():
            hint = "it may hold answers: take it away, or name another folder with -o"
            raise ConfigError("a form of this sample stands there already", where=str(path), hint=hint)
    rows = shown(out, draw(out, manifest, sample))
    save_sample(out, sample)
    files: list[Path] = []
    for reading, some in ((1, rows), (2, rows[: sample.doubled])):
        path = paths[reading]
        files += write_form(Form(sample, reading, some, wanted.lang), wanted.kind, path) if some else []
    return Sampled(sample=sample, files=tuple(map(str, files)))


def take_back(out: Path, forms: Sequence[Path], readers: Sequence[str], *, force: bool = False) -> Result:
    """Read filled-in forms, hold them against the sample drawn again, and write the result into the output.

    ConfigError, with every mistake, where the forms are not those of the sample or not filled in, and where there is a
    result already, unless `force`.
    """
    manifest = read_manifest(out)
    sample = read_sample(out, _named_in(forms[0]))
    if faults := list(faults_of(sample, manifest)):
        raise CurateError(f"the sample does not hold: {faults[0]}", where=str(folder_of(out, sample.review)))
    drawn = draw(out, manifest, sample)
    readings = read_readings(forms, sample, shown(out, drawn))
    _check_readers(readers, len(readings))
    path = folder_of(out, sample.review) / RESULT
    if path.exists() and not force:
        raise ConfigError("the review has a result already", where=str(path), hint="--force replaces it")
    names = readers or [f"reader {one.number}" for one in readings]
    others = [name for name in reviews_in(out) if name != sample.review]
    judgements = _judgements(out, drawn, readings)
    result = result_of(sample, judgements, names, others, RECORDS)
    write_whole(path, result.model_dump_json(indent=1).encode() + b"\n")
    return result


def _check_readers(readers: Sequence[str], readings: int) -> None:
    """Raise ConfigError where readers are named that are not one a reading, or where one person is named twice."""
    if readers and len(readers) != readings:
        raise ConfigError(f"{readings} readings have {len(readers)} readers", where="--by", hint="one a form")
    if blank := [name for name in readers if not name.strip()]:
        raise ConfigError(f"{blank[0]!r} names nobody", where="--by", hint="a name or a role")
    if same := same_reader(readers):
        hint = "a record is read twice where two people read it: name both, in the order of the readings"
        raise ConfigError(f"{same!r} has read twice", where="--by", hint=hint)


def _named_in(form: Path) -> str:
    """Return the review of which a form says that it is."""
    rows = read_form(form)
    name = rows[0].values[NEEDED[0]] if rows else ""
    if not name.isalnum():
        raise ConfigError("the form does not say of which review it is", where=str(form))
    return name


def _judgements(out: Path, drawn: Sequence[Drawn], readings: Sequence[Reading]) -> list[Judgement]:
    sources = sources_of(out, drawn)
    judgements = []
    for one in drawn:
        said = [reading.answers[one.id] for reading in readings if one.id in reading.answers]
        judgements.append(
            Judgement.model_validate(
                {
                    "id": one.id,
                    "source_id": sources[one.id],
                    "verdicts": tuple(answer.verdict for answer in said),
                    "classes": tuple(answer.risk for answer in said),
                }
            )
        )
    return judgements


def sources_of(out: Path, drawn: Sequence[Drawn]) -> dict[str, str]:
    """Return the source of each record drawn, in the order of the draw."""
    files = Files(out, list(dict.fromkeys(one.spot.file for one in drawn)))
    lines = values_at(files, [one.spot for one in drawn], ("source_id",))
    return {one.id: str(line["source_id"]) for one, line in zip(drawn, lines, strict=True)}


def read_result(out: Path, review: str) -> Result:
    """Read the result of a review; ConfigError where there is none, StorageError where it is damaged."""
    read_sample(out, review)
    path = folder_of(out, review) / RESULT
    try:
        return read_as(Result, path.read_bytes())
    except FileNotFoundError as lost:
        hint = f"curate review import {out} FORM"
        raise ConfigError(f"review {review!r} has no result yet", where=str(out), hint=hint) from lost
    except (OSError, ValueError) as wrong:
        raise StorageError("the result of the review is damaged or unreadable", where=str(path)) from wrong


def give_out(out: Path, review: str, folder: Path, kind: Kind, lang: Language) -> list[Path]:
    """Write the forms of a finished review as they were filled in, with the texts that stand in the shards."""
    if Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(out)):
        raise ConfigError(
            "forms hold texts and do not belong into the output", where=str(folder), hint="another folder"
        )
    manifest = read_manifest(out)
    result = read_result(out, review)
    if faults := _faults(out, manifest, result.sample, result):
        raise CurateError(f"the review does not hold: {faults[0]}", where=str(folder_of(out, review)))
    rows = shown(out, draw(out, manifest, result.sample))
    files: list[Path] = []
    for place, some in enumerate((rows, rows[: result.sample.doubled])):
        answers = {
            one.id: Answer(one.verdicts[place], one.classes[place])
            for one in result.judgements
            if place < len(one.verdicts)
        }
        form = Form(result.sample, place + 1, some, lang, answers)
        path = folder / f"{review}-{place + 1}-done{KINDS[kind]}"
        files += write_form(form, kind, path) if some else []
    return files


def check_reviews(out: Path, manifest: Manifest) -> Check:
    """Draw every sample on record again, and compute every result again from its judgements."""
    names = reviews_in(out)
    faults: list[str] = []
    open_ = 0
    for name in names:
        try:
            sample = read_sample(out, name)
            done = (folder_of(out, name) / RESULT).exists()
            result = read_result(out, name) if done else None
            wrong = ["it stands in the folder of another"] if sample.review != name else []
            wrong += _faults(out, manifest, sample, result)
        except CurateError as error:
            wrong, done = [error.message], True
        open_ += not done
        faults += [f"{name}: {fault}" for fault in wrong]
    waiting = f", {open_} of them without a result yet" if open_ else ""
    return judged("reviews", TITLE, faults, f"{len(names)} reviews{waiting}")


def _faults(out: Path, manifest: Manifest, sample: Sample, result: Result | None) -> list[str]:
    """Say what does not hold of a review."""
    faults = list(faults_of(sample, manifest))
    if faults or result is None:
        return faults
    if result.sample != sample:
        return ["its result is of another sample"]
    return list(faults_in(result, sources_of(out, draw(out, manifest, sample)), RECORDS))
