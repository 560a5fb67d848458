"""datatrove: the filters of FineWeb (English) and of FineWeb-2 (Chinese), and how fast they are.

The program is given a task and the name of a file for what it says, both JSON. A task is either `texts` (name to
language and texts) to judge and `speeds` (the same) to time, or `reasons` (texts) to say by which filter and why each
is rejected. English: Gopher repetition, Gopher quality, C4 without its rule of terminal marks, FineWeb quality, all as
they are when nothing is said. Chinese: what FineWeb-2 says for `cmn_Hani`, also without C4. What is timed, and gives
reasons, is Gopher repetition, Gopher quality and FineWeb quality.
"""

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from datatrove.data import Document  # type: ignore[import-not-found]
from datatrove.pipeline.filters import (  # type: ignore[import-not-found]
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
)
from datatrove.utils.logging import logger  # type: ignore[import-not-found]

CMN = "cmn_Hani"
WARMING = 20


def english() -> list[Any]:
    """Return the filters of FineWeb but C4, in their order."""
    return [GopherRepetitionFilter(), GopherQualityFilter(), FineWebQualityFilter()]


def chinese() -> list[Any]:
    """Return the filters of FineWeb-2 with its thresholds for Mandarin (its configs/cmn_Hani.yml)."""
    return [
        GopherRepetitionFilter(
            language=CMN,
            dup_para_frac=0,
            dup_line_char_frac=0,
            dup_para_char_frac=0,
            dup_line_frac=0.287,
            top_n_grams=((2, 0.256), (3, 0.201), (4, 0.171)),
            dup_n_grams=((5, 0.198), (6, 0.182), (7, 0.167), (8, 0.154), (9, 0.14), (10, 0.127)),
        ),
        FineWebQualityFilter(
            language=CMN, short_line_thr=999, char_duplicates_ratio=0.1, line_punct_thr=0.106, new_line_ratio=0.178
        ),
        GopherQualityFilter(
            language=CMN,
            max_avg_word_length=5,
            min_avg_word_length=1,
            stop_words=list("的年在月是和日了於·為有被人中为他與後也而由"),
            max_non_alpha_words_ratio=0.735,
            min_stop_words=2,
        ),
    ]


def kept(filters: Sequence[Any], text: str) -> bool:
    """Tell whether a text passes all filters; one that a filter cannot judge does not."""
    document = Document(text=text, id="0")
    for one in filters:
        try:
            said = one.filter(document)
        except ZeroDivisionError:  # a text without words
            return False
        if said is not True:
            return False
    return True


def reason(filters: Sequence[Any], text: str) -> tuple[int, str] | None:
    """Return which filter rejects a text, and why; None where all let it pass."""
    for number, one in enumerate(filters):
        said = one.filter(Document(text=text, id="0"))
        if said is not True:
            return number, said[1]
    return None


def reasons(texts: Sequence[str]) -> dict[str, Any]:
    """Return the reasons of the English chain without C4, and how fast it was, in megabytes by CPU second."""
    filters = english()
    reason(filters, "warm")
    started = time.process_time()
    said = [reason(filters, text) for text in texts]
    seconds = time.process_time() - started
    return {"reasons": said, "speed": sum(len(text.encode()) for text in texts) / 1e6 / seconds}


def main() -> None:
    """Do the task."""
    task = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    if "reasons" in task:
        Path(sys.argv[2]).write_text(json.dumps(reasons(task["reasons"])), "utf-8")
        print("{}")
        return
    chains = {"zh": chinese(), "en": english()}
    without = C4QualityFilter(filter_no_terminal_punct=False)
    whole = {"zh": chains["zh"], "en": [*chains["en"][:2], without, chains["en"][2]]}
    said: dict[str, Any] = {"kept": {}, "speeds": {}}
    for name, (language, texts) in task["texts"].items():
        said["kept"][name] = [kept(whole[language], text) for text in texts]
    for name, (language, texts) in task["speeds"].items():
        for text in texts[:WARMING]:
            kept(chains[language], text)
        started = time.process_time()
        for text in texts[WARMING:]:
            document = Document(text=text, id="0")
            for one in chains[language]:
                one.filter(document)
        seconds = time.process_time() - started
        said["speeds"][name] = sum(len(text.encode()) for text in texts[WARMING:]) / 1e6 / seconds
    Path(sys.argv[2]).write_text(json.dumps(said), "utf-8")
    print(json.dumps({"speeds": said["speeds"]}))


if __name__ == "__main__":
    logger.remove()
    main()
