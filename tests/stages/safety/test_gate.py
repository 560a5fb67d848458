"""Laws of `source_gate`: exact intervals, sources blocked whole, figures in the manifest."""

from math import comb

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

import curate
from curate.core.errors import DataError
from curate.stages.safety.gate import interval

JUNK = "第{}期 在线赌场 百家乐 老虎机 注册送彩金 加微信：abc12345 稳赚不赔"


def at_least(bad, seen, share):
    return sum(comb(seen, k) * share**k * (1 - share) ** (seen - k) for k in range(bad, seen + 1))


@given(seen=st.integers(1, 60), data=st.data())
def test_the_bounds_are_where_the_binomial_tails_hold_five_per_cent(seen, data):
    bad = data.draw(st.integers(0, seen))
    lower, upper = interval(bad, seen)
    assert lower <= bad / seen <= upper
    if bad:
        assert at_least(bad, seen, lower) == pytest.approx(0.05)
    if bad < seen:
        assert 1 - at_least(bad + 1, seen, upper) == pytest.approx(0.05)


def test_the_bounds_are_those_of_the_beta_distribution():
    """Quantiles .05 of Beta(k, n - k + 1) and .95 of Beta(k + 1, n - k)."""
    assert interval(50, 1000) == pytest.approx((0.0391635359, 0.0628634035))
    assert interval(500_000, 10_000_000) == pytest.approx((0.0498866825, 0.0501135099))
    assert interval(0, 10)[1] == pytest.approx(1 - 0.05**0.1)
    assert interval(40, 40)[0] == pytest.approx(0.05 ** (1 / 40))


def run(folder, shares, **gate):
    """Run `safety` and the gate over sources of (bad, seen) records."""
    sources = {}
    for name, (bad, seen) in shares.items():
        texts = [JUNK.format(i) if i < bad else f"泵站{name}第{i}次巡检正常。" for i in range(seen)]
        path = folder / f"{name}.jsonl"
        path.write_bytes(b"".join(orjson.dumps({"text": text}) + b"\n" for text in texts))
        sources[name] = {"format": "jsonl", "path": str(path)}
    stages = ["safety", {"source_gate": gate} if gate else "source_gate"]
    output = {"path": str(folder / "out")}
    done = curate.run({"name": "gate", "sources": sources, "stages": stages, "output": output, "workers": 0})
    said = next(stage.lineage for stage in done.manifest.stages if stage.name == "source_gate")
    table = done.funnel.filter(done.funnel["stage"] == "source_gate").to_dicts()
    return said, {row["source"]: (row["rejected"], row["tagged"]) for row in table}


def test_a_source_above_the_limit_goes_whole_one_at_the_limit_stays(tmp_path):
    said, left_out = run(tmp_path, {"good": (5, 100), "bad": (6, 100)})
    assert left_out == {"good": (0, 0), "bad": (100, 0)}
    assert {name: (one["bad"], one["records"], one["blocked"]) for name, one in said["sources"].items()} == {
        "good": (5, 100, False),
        "bad": (6, 100, True),
    }
    assert said["sources"]["bad"]["lower"] < 0.05 < said["sources"]["bad"]["upper"]


def test_a_bound_may_be_held_against_the_limit_and_the_gate_may_tag(tmp_path):
    (tmp_path / "upper").mkdir()
    (tmp_path / "lower").mkdir()
    shares = {"few": (1, 40), "many": (30, 100)}
    assert run(tmp_path / "upper", shares, by="upper", action="tag")[1] == {"few": (0, 40), "many": (0, 100)}
    assert run(tmp_path / "lower", shares, by="lower")[1] == {"few": (0, 0), "many": (100, 0)}


def test_what_the_gate_leaves_out_is_no_reason_to_publish_nothing_what_another_stage_leaves_out_is(tmp_path):
    for name in ("gate", "length"):
        (tmp_path / name).mkdir()
    assert run(tmp_path / "gate", {"good": (0, 20), "bad": (20, 20)})[1]["bad"] == (20, 0)
    path = tmp_path / "length" / "bad.jsonl"
    path.write_bytes(b"".join(orjson.dumps({"text": JUNK.format(i)}) + b"\n" for i in range(20)))
    source = {"format": "jsonl", "path": str(path)}
    stages, output = ["safety", {"length": {"min": 1000}}, "source_gate"], {"path": str(tmp_path / "length" / "out")}
    with pytest.raises(DataError, match=r"source 'bad'.*20 of 20 records are rejected"):
        curate.run({"name": "gate", "sources": {"bad": source}, "stages": stages, "output": output, "workers": 0})
