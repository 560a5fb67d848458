import json

import pytest

from curate.core.errors import ConfigError
from curate.stages.tokens import Tokens
from tests.conftest import records

ENGLISH = "The committee decided to maintain the target range for the federal funds rate at its current level. " * 5
CHINESE = "中华人民共和国境内的用人单位与劳动者建立劳动关系，订立、履行、变更、解除合同，适用本法。" * 5
CODE = "for (int i = 0; i < n; i++) {\n    total += values[i] * weight;\n}\n" * 5


def counted(*texts, **settings):
    return Tokens(**settings).open()(records(*texts)).batch["n_tokens"].to_pylist()


@pytest.mark.parametrize(("text", "low", "high"), [(ENGLISH, 4.0, 6.0), (CHINESE, 1.4, 1.9), (CODE, 2.0, 3.5)])
def test_an_estimate_is_near_what_a_large_vocabulary_gives(text, low, high):
    assert low < len(text) / counted(text)[0] < high


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("the cat sat on the mat", 6),
        ("industrialisation", 2),
        ("NASA", 2),
        ("2024", 2),
        ("a\n\nb", 3),
        ("a  b", 3),
        ("a = b;", 4),
        ("----", 2),
        ("你好", 2),
        ("你好，世界", 4),
        ("🙂", 2),
        ("Привет", 3),
    ],
)
def test_an_estimate_adds_up_words_and_characters(text, tokens):
    assert counted(text) == [tokens]


def test_null_stays_null():
    assert counted("a", None) == [1, None]


@pytest.fixture
def tokenizers():
    return pytest.importorskip("tokenizers", reason="counting tokens needs the package tokenizers")


def words_of(path):
    tokenizer = {
        "version": "1.0",
        "truncation": {"direction": "Right", "max_length": 2, "strategy": "LongestFirst", "stride": 0},
        "padding": None,
        "added_tokens": [],
        "normalizer": None,
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": None,
        "decoder": None,
        "model": {"type": "WordLevel", "vocab": {"[UNK]": 0, "pump": 1}, "unk_token": "[UNK]"},
    }
    path.write_text(json.dumps(tokenizer), "utf-8")
    return path


def test_a_tokenizer_counts_whole_texts_and_is_an_asset(tmp_path, tokenizers):
    path = words_of(tmp_path / "tokenizer.json")
    assert counted("pump pump failed again", "", None, tokenizer=path) == [4, 0, None]
    assert Tokens(tokenizer=path).assets == (path,)
    assert Tokens().assets == ()


def test_a_tokenizer_that_is_not_there_is_a_mistake(tmp_path, tokenizers):
    with pytest.raises(ConfigError, match="no tokenizer"):
        Tokens(tokenizer=tmp_path / "absent.json").open()


@pytest.mark.parametrize("body", ["{}", "[1]", "{", "\x00"])
def test_a_file_that_is_no_tokenizer_is_a_mistake(tmp_path, body, tokenizers):
    path = tmp_path / "tokenizer.json"
    path.write_text(body, "utf-8")
    with pytest.raises(ConfigError, match=r"tokenizer\.json"):
        Tokens(tokenizer=path).open()
