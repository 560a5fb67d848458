"""Files that are plugged in: a mistake in one is told where the settings are read."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from curate.stages.pii import Pii

pytest.importorskip("presidio_analyzer")


def saved(place: Path, text: str) -> Path:
    path = place / "said.yaml"
    path.write_text(text, "utf-8")
    return path


def registry(place: Path, *lines: str) -> Path:
    return saved(place, "\n".join(("recognizers:", *lines, "")))


ENTRY = "  - {name: Badges, supported_entity: BADGE, patterns: [{name: b, regex: 'B[0-9]{6}', score: 0.9}]"


class TestAFileWithAMistake:
    """Each is told where the settings are read, as `curate validate` does: before anything is opened."""

    def test_is_told_with_line_and_hint_where_it_is_no_yaml(self, tmp_path):
        path = registry(tmp_path, ENTRY + "}", "  - {name: [x}")
        with pytest.raises(ValidationError, match=r"(?s)said\.yaml:3:\d+.*this is not YAML.*single quotes"):
            Pii(recognizers=path)

    def test_is_told_with_the_line_where_it_is_not_utf8(self, tmp_path):
        path = registry(tmp_path, ENTRY + "}")
        path.write_bytes(path.read_bytes() + "# 工牌".encode("gb18030"))
        with pytest.raises(ValidationError, match=r"(?s)said\.yaml:3: .*UTF-8"):
            Pii(recognizers=path)

    @pytest.mark.parametrize(
        ("entry", "fact"),
        [
            (ENTRY + ", contxt: [工牌]}", "'Badges' has an unknown key 'contxt'.*did you mean 'context'"),
            (ENTRY + ", colour: red}", "'Badges' has an unknown key 'colour'.*there are name"),
            ("  - {name: B, supported_entity: B, paterns: []}", "unknown key 'paterns'.*did you mean 'patterns'"),
            (
                ENTRY.replace("B[0-9]{6}", "B[0-9") + "}",
                "pattern 1 of the recognizer 'Badges' has a `regex` that is none",
            ),
            (ENTRY.replace("score: 0.9", "scor: 0.9") + "}", "pattern 1 of the recognizer 'Badges' .*'scor'"),
            (ENTRY.replace(", score: 0.9", "") + "}", "pattern 1 of the recognizer 'Badges' lacks `score`"),
            ("  - {name: B, supported_entity: B, patterns: ['B[0-9]']}", "is no mapping but str"),
        ],
    )
    def test_is_told_with_the_recognizer_and_what_may_have_been_meant(self, tmp_path, entry, fact):
        with pytest.raises(ValidationError, match=rf"(?s)said\.yaml.*{fact}"):
            Pii(recognizers=registry(tmp_path, entry))

    def test_is_none_where_a_class_takes_keys_of_its_own_or_the_entry_is_off(self, tmp_path):
        entries = ("  - {name: X, class_name: a.B, colour: red}", "  - {name: Y, enabled: false, paterns: []}")
        assert Pii(recognizers=registry(tmp_path, *entries, ENTRY + "}")).recognizers is not None
