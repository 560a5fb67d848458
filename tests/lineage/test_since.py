"""Who asks for a text or a person is told what was erased, and whether the asked one can be among it."""

import json
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from curate.cli import main
from curate.core.errors import ConfigError, StorageError
from curate.core.files import digest_of
from curate.lineage.erase import erase
from curate.lineage.erase_asked import Request
from curate.lineage.manifest import SUPPRESSED
from curate.lineage.passage import by_id, by_text
from curate.lineage.since import LISTED, MOST, NO_KEY, NO_LIST, OTHER, Past, Since
from tests.lineage.made import made, patched

CORPUS = made()
KEPT, OTHERS = CORPUS.rows[4], CORPUS.rows[6]
LEFT = CORPUS.ledger[3]["id"]
KEY = b"k" * 32


def written(folder: Path, body: str) -> Path:
    path = folder / "asked.txt"
    path.write_text(body, "utf-8")
    return path


def gone(out: Path, name: str, ticket: str = "DSR-1") -> None:
    erase(out, Request("ids", str(written(out.parent, name)), "gdpr-17", ticket, KEY))


def told(out: Path, body: str, *more: str) -> str:
    done = CliRunner().invoke(main, ["trace", str(out), "--text-file", str(written(out.parent, body)), *more])
    assert done.exit_code == 0, done.output
    return " ".join(done.stdout.split())


def test_without_an_erasure_nothing_is_said(out):
    said = by_text(out, written(out.parent, "nowhere"), KEY)
    assert said.since is None
    assert not any("erased" in line for line in said.cannot)


def test_who_asks_for_an_erased_text_is_told_how_many_records_went_and_why(out):
    gone(out, KEPT["id"])
    gone(out, LEFT, "DSR-2")
    said = by_text(out, written(out.parent, KEPT["text"]))
    assert (said.found, said.since.known) == (0, "no key")
    assert [(one.basis, one.ticket, one.by, one.records, one.rejected) for one in said.since.erasures] == [
        ("gdpr-17", "DSR-1", "ids", 1, 0),
        ("gdpr-17", "DSR-2", "ids", 0, 1),
    ]
    assert NO_KEY in said.cannot
    words = told(out, KEPT["text"])
    assert "2 records were erased from this output" in words
    assert "basis gdpr-17, ticket DSR-1, named by ids" in words
    assert KEPT["text"] not in words


@pytest.mark.parametrize("change", [str, lambda text: text + "\r\n", lambda text: text.replace(" ", "\u3000")])
def test_with_the_key_it_is_told_that_a_record_that_said_so_was_erased(out, change):
    gone(out, KEPT["id"])
    key = out.parent / "key"
    key.write_bytes(KEY)
    assert by_text(out, written(out.parent, change(KEPT["text"])), KEY).since.known == "listed"
    assert LISTED in told(out, change(KEPT["text"]), "--key-file", str(key))


def test_with_the_key_another_text_was_said_by_none_that_was_taken_out_of_a_shard(out):
    gone(out, KEPT["id"])
    said = by_text(out, written(out.parent, OTHERS["text"]), KEY)
    assert (said.found, said.since.known) == (1, "not listed")
    assert OTHER in list(said.since.sentences)
    assert list(said.since.cannot()) == []
    gone(out, LEFT, "DSR-2")
    said = by_text(out, written(out.parent, OTHERS["text"]), KEY)
    assert said.cannot[0].startswith("whether one of the 1 taken out of the ledger said it")


def test_a_text_that_says_nothing_has_no_digest_to_compare(out):
    gone(out, KEPT["id"])
    said = by_text(out, written(out.parent, " \n"), KEY)
    assert said.since.known == "untold"
    assert NO_LIST in said.cannot


def test_another_key_is_refused_and_a_damaged_list_is_damage(out):
    gone(out, KEPT["id"])
    with pytest.raises(ConfigError, match="the suppression list was made with"):
        by_text(out, written(out.parent, "nowhere"), b"other" * 8)
    (out / SUPPRESSED).write_text("{}", "utf-8")
    patched(out, lambda said: said["suppression"].update(sha256=digest_of(out / SUPPRESSED)))
    with pytest.raises(StorageError, match="no suppression list") as caught:
        by_text(out, written(out.parent, "nowhere"), KEY)
    assert "curate verify" in caught.value.hint


def test_who_asks_by_id_is_told_of_the_record_itself_and_the_schema_holds(out):
    gone(out, KEPT["id"])
    assert by_id(out, KEPT["id"]).since is None
    schema = json.loads((Path(__file__).parents[2] / "schemas/answer.schema.json").read_bytes())
    jsonschema.validate(by_text(out, written(out.parent, "nowhere")).model_dump(mode="json"), schema)


def test_no_more_erasures_are_listed_in_words_than_a_page_takes():
    one = {"at": "2026-01-01T00:00:00+00:00", "basis": "ip", "ticket": "T", "by": "source", "records": 2, "rejected": 1}
    said = Since(erasures=tuple(Past(number=number, **one) for number in range(MOST + 5)), known="untold")
    lines = list(said.sentences)
    assert lines[0] == f"{3 * (MOST + 5)} records were erased from this output"
    assert lines[-1] == "and 5 erasures more: `curate history` lists them"
    assert len(lines) == MOST + 2
