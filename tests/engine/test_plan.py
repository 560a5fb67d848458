"""Where passes begin, and what a plan warns of."""

import pytest

from curate.engine.plan import cut, warnings_of
from curate.stages.decontaminate.stage import Decontaminate
from curate.stages.dedup.exact import ExactDuplicates
from curate.stages.dedup.near import NearDuplicates
from curate.stages.dedup.repeated import RepeatedLines
from curate.stages.language import Language
from curate.stages.length import Length
from curate.stages.normalize.stage import Normalize
from curate.stages.pii.stage import Pii
from curate.stages.quality.stage import Quality
from curate.stages.safety.gate import SourceGate
from curate.stages.safety.stage import Safety

NORMAL, LENGTH = Normalize(**{"as": "normalize"}), Length(**{"as": "strict"})
EXACT, NEAR = ExactDuplicates(**{"as": "exact"}), NearDuplicates(**{"as": "near"})
LEAKS = Decontaminate(**{"as": "leaks", "benchmarks": {"exam": {"path": "exam.jsonl", "fields": ["question"]}}})
CUT = RepeatedLines(**{"as": "cut"})
BY_SIZE = ExactDuplicates(**{"as": "sized", "keep": ["quality"], "quality": "near_size"})


@pytest.mark.parametrize(
    ("stages", "passes"),
    [
        ([], ["//"]),
        ([NORMAL, EXACT, NEAR], ["/normalize/exact near", "exact near//"]),
        ([EXACT, NORMAL], ["//exact", "exact/normalize/"]),
        ([EXACT, CUT, NEAR], ["//exact cut", "exact cut//near", "near//"]),
        ([NEAR, BY_SIZE], ["//near", "near//sized", "sized//"]),
    ],
    ids=["nothing", "neighbours share a pass", "streams after", "edits", "reads what another adds"],
)
def test_a_pass_begins_where_the_text_or_a_column_has_to_be_there_first(stages, passes):
    found = cut(stages, keyed=False)
    said = [
        "/".join(" ".join(stage.name for stage in part) for part in (one.apply, one.stream, one.gather))
        for one in found
    ]
    assert said == passes
    assert [one.last for one in found] == [False] * (len(found) - 1) + [True]


@pytest.mark.parametrize(
    ("stages", "words"),
    [
        ([EXACT, LENGTH], ["'strict' rejects after 'exact'"]),
        ([EXACT, Language(**{"as": "language", "keep": ["en"]})], ["'language' rejects after 'exact'"]),
        ([EXACT, Language(**{"as": "language", "min_score": 0.5})], ["'language' rejects after 'exact'"]),
        ([EXACT, Language(**{"as": "language", "keep": ["en"], "action": "tag"})], []),
        ([NEAR, Pii(**{"as": "pii", "operators": {"EMAIL_ADDRESS": "reject_record"}})], ["'pii' rejects after 'near'"]),
        ([NEAR, Pii(**{"as": "pii", "max_density": 3})], ["'pii' rejects after 'near'"]),
        ([NEAR, Pii(**{"as": "pii", "max_density": 3, "action": "tag"})], []),
        ([NEAR, Pii(**{"as": "pii"})], []),
        ([NEAR, Safety(**{"as": "safety", "reject": ["secret"]})], ["'safety' rejects after 'near'"]),
        ([NEAR, Safety(**{"as": "safety"})], []),
        ([NEAR, Normalize(**{"as": "normalize", "action": "reject"})], ["'normalize' rejects after 'near'"]),
        ([NEAR, LEAKS.model_copy(update={"action": "reject"})], ["'leaks' rejects after 'near'"]),
        ([NEAR, LEAKS.model_copy(update={"action": "mask"})], []),
        ([NEAR, Quality(**{"as": "judge"})], ["'judge' rejects after 'near'"]),
        ([NEAR, Quality(**{"as": "judge", "action": "tag"})], []),
        ([NEAR, SourceGate(**{"as": "gate"})], ["'gate' rejects after 'near'"]),
        ([SourceGate(**{"as": "gate"}), LENGTH], []),
        ([NearDuplicates(**{"as": "near", "action": "tag"}), LENGTH], []),
        ([NearDuplicates(**{"as": "near", "sources": ["a"]}), Length(**{"as": "length", "sources": ["b"]})], []),
        ([NEAR, CUT], ["'cut' edits after 'near'"]),
        ([NEAR, NearDuplicates(**{"as": "again"})], ["'again' names clusters over 'near'"]),
        ([NearDuplicates(**{"as": "a", "sources": ["a"]}), NearDuplicates(**{"as": "b", "sources": ["b"]})], []),
        ([NORMAL, LENGTH, CUT, EXACT, NEAR, Language(**{"as": "language"})], []),
    ],
)
def test_stages_in_each_others_way_are_told(stages, words):
    said = warnings_of(stages)
    assert len(said) == len(words)
    assert all(word in line for word, line in zip(words, said, strict=True))
