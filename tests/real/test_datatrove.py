"""The presets `gopher` and `fineweb` beside datatrove itself, on real text of both languages."""

import os
from collections import Counter
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks.quality_sets import answers, good
from curate.stages.quality.stage import Quality
from tests.conftest import records

ROOT = Path(os.environ.get("CURATE_DATA", Path(__file__).parents[2] / "../shared/data")).resolve()
pytestmark = [
    pytest.mark.skipif(not ROOT.is_dir(), reason="real data is absent; CURATE_DATA names its folder"),
    pytest.mark.skipif(find_spec("datatrove") is None, reason="datatrove is not installed: pip install -e '.[test]'"),
]

EACH, LONGEST, AT_LEAST = 450, 4_000, 3_000
"""Texts of a category; characters of a text, for datatrove reads 0.25 MB a second; texts altogether."""


def texts():
    some = [text for _, of_category in good(ROOT, EACH).values() for text in of_category]
    some += [answer for of_model in answers(ROOT).values() for answer in of_model[: EACH // 3]]
    return [text[:LONGEST] for text in some]


def test_decision_and_reason_are_those_of_datatrove(monkeypatch):
    from datatrove.data import Document
    from datatrove.pipeline.filters import FineWebQualityFilter, GopherQualityFilter, GopherRepetitionFilter
    from datatrove.utils.typeshelper import Languages
    from datatrove.utils.word_tokenizers import load_word_tokenizer

    # Each filter cuts a text into words again, which is most of their time: the words of the last text are kept.
    tokenizer = load_word_tokenizer(Languages.english)
    monkeypatch.setattr(tokenizer, "word_tokenize", lru_cache(maxsize=1)(tokenizer.word_tokenize))
    filters = GopherRepetitionFilter(), GopherQualityFilter(), FineWebQualityFilter()
    some = texts()
    theirs = {"gopher": [], "fineweb": []}
    for text in some:
        said = (one.filter(Document(text=text, id="0")) for one in filters)
        number, reason = next(((n, one[1]) for n, one in enumerate(said) if one is not True), (len(filters), None))
        theirs["gopher"].append(reason if number < len(filters) - 1 else None)
        theirs["fineweb"].append(reason)
    assert len(some) >= AT_LEAST
    assert len(Counter(theirs["fineweb"])) > 10
    for preset, reasons in theirs.items():
        found = Quality(**{"as": "quality", "preset": preset}).open()(records(*some)).found
        ours = dict.fromkeys(range(len(some)))
        for line in found.to_pylist():
            ours[line["row"]] = ours[line["row"]] or line["rule"].partition(":")[2]
        different = [row for row, reason in enumerate(reasons) if ours[row] != reason]
        assert different == []
