"""Whatever is said, the answer is a configuration or a ConfigError: nothing else ever escapes."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from curate.config.model import Config
from curate.config.places import Draft, Reader, compose
from curate.core.errors import ConfigError

LEAF = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.floats(allow_nan=True),
    st.text(max_size=5),
    st.sampled_from(["quality", "pii", "jsonl", "off", "reject", "keyed", "256MB", "a.jsonl"]),
)
TOP = ["name", "sources", "stages", "output", "limits", "uris", "key_file"]
WITHIN = ["qa", "format", "path", "keep", "text", "splits", "train", "split_by", "columns", "shard_bytes", "x.y"]
OF_STAGES = ["quality", "pii", "as", "action", "weights", "first", "rules", "lexicon"]
KEYS = st.sampled_from([*TOP, *WITHIN, *OF_STAGES])
ANYTHING = st.recursive(
    LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)
SOURCE = st.one_of(
    ANYTHING, st.fixed_dictionaries({"format": st.just("jsonl"), "path": ANYTHING}, optional={"keep": ANYTHING})
)
STAGE = st.one_of(ANYTHING, st.dictionaries(st.sampled_from(["quality", "pii"]), ANYTHING, min_size=1, max_size=2))
WHOLE = st.fixed_dictionaries(
    {"name": st.just("x"), "output": ANYTHING | st.fixed_dictionaries({"path": st.just("o"), "splits": ANYTHING})},
    optional={
        "sources": ANYTHING | st.dictionaries(st.sampled_from(["qa", "b c"]), SOURCE, min_size=1, max_size=2),
        "stages": ANYTHING | st.lists(STAGE, max_size=3),
        "limits": ANYTHING,
        "uris": LEAF,
        "max_record_bytes": LEAF,
    },
)
ONCE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=150)


def judged(source, overrides=()):
    problems: tuple[ConfigError, ...] = ()
    try:
        Config.load(source, overrides).resolved()
    except ConfigError as error:
        problems = error.problems
    assert all(problem.message and problem.where for problem in problems)


@ONCE
@given(said=WHOLE | ANYTHING.filter(lambda value: isinstance(value, dict)))
def test_any_mapping_is_a_configuration_or_a_configerror(said):
    judged(said)


@ONCE
@given(
    path=st.lists(KEYS, min_size=1, max_size=4).map(".".join),
    value=st.text(max_size=6) | st.sampled_from(["{a: 1}", "[a", "3", "", "null", "[pii]"]),
)
def test_any_override_is_taken_or_a_configerror(path, value):
    said = {
        "name": "x",
        "sources": {"qa": {"format": "jsonl", "path": "a"}},
        "stages": ["pii", {"quality": {"min": 2}}],
        "output": {"path": "o"},
    }
    judged(said, [f"{path}={value}"])


@ONCE
@given(text=st.text(alphabet="ab:-{}[],&*<?!|>'\"#% \n\t\\", max_size=30))
def test_any_text_is_read_or_a_configerror(text):
    try:
        top = compose(text, "file")
    except ConfigError:
        return
    if top is not None:
        Reader(Draft()).read(top, ())


@pytest.mark.parametrize(
    "text", ["a: 0x1F\nb: 1_000\nc: 1e3\nd: ~\ne: yes\nf: true\ng: '2'\nh: .inf\ni: 0o17\nj: |\n  x\n"]
)
def test_plain_values_are_those_of_yaml_1_2(text):
    top = compose(text, "file")
    assert top is not None
    assert Reader(Draft()).read(top, ()) == dict(YAML(typ="safe", pure=True).load(text))
