import pyarrow as pa
import pytest
from pydantic import ValidationError

from curate.stages.normalize import stage
from curate.stages.normalize.stage import Normalize

HANS, HANT = "操作人员应当每年检查安全阀并记录结果", "操作人員應當每年檢查安全閥並記錄結果"


def found(text, **settings):
    lines = Normalize(**settings).open()(pa.array([text], pa.string())).found
    return [] if lines is None else [(line["rule"], line["action"]) for line in lines.to_pylist()]


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        (HANS, []),
        (HANT, ["normalize:hant"]),
        (HANS + HANT, ["normalize:hans_hant"]),
        ("張先生", []),
        ("東京都の観光案内所では、各種の資料を無料で配布しています。発売中の雑誌も、駅の売店で買えます。", []),
        ("English", []),
    ],
)
def test_traditional_writing_is_tagged(text, rules):
    assert found(text) == [(rule, "tag") for rule in rules]


def test_the_user_may_reject_it():
    assert found(HANT, action="reject") == [("normalize:hant", "reject")]


def test_a_conversion_without_its_package_is_refused(monkeypatch):
    monkeypatch.setattr(stage, "find_spec", lambda _: None)
    with pytest.raises(ValidationError, match=r"pip install 'curate\[opencc\]'"):
        Normalize(convert="t2s")


def test_the_package_counts_only_where_it_converts():
    pytest.importorskip("opencc", reason="the extra `opencc` is not installed")
    assert Normalize().uses == ()
    assert Normalize(convert="t2s").uses == ("opencc",)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("t2s", HANT, HANS),
        ("s2t", HANS, HANT),
        ("tw2sp", "滑鼠與印表機的軟體", "鼠标与打印机的软件"),
        ("t2s", HANS, HANS),
        ("t2s", "簡體中文 简体中文 繁體 繁体", "簡體中文 简体中文 繁體 繁体"),
        ("t2s", "東京都の観光案内所では資料を無料で配布", "東京都の観光案内所では資料を無料で配布"),
    ],
)
def test_texts_of_one_writing_are_converted(name, text, expected):
    pytest.importorskip("opencc", reason="the extra `opencc` is not installed")
    edit = Normalize(convert=name).open()
    once = edit(pa.array([text, None]))
    assert once.strings.to_pylist() == [expected, None]
    assert edit(once.strings).strings.to_pylist() == [expected, None]
    kinds = [] if once.counts is None else [line["type"] for line in once.counts.to_pylist()]
    assert kinds == (["converted"] if text != expected else [])
