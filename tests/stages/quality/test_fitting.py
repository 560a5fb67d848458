"""Fitted thresholds keep what was asked for, move no further than that takes, and never tighten what nobody wants."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.stages.quality.fitting import BASIC, FEWEST_JUDGED, FOLDS, beyond, fit, sparing, wilson
from curate.stages.quality.judging import COMPARED, Facts
from curate.stages.quality.presets import BASE
from curate.stages.quality.signals import SIGNALS

SIGNS = st.sampled_from(["<", "<=", ">", ">="])
VALUES = st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=60)


@given(values=VALUES, sign=SIGNS, data=st.data())
def test_a_threshold_that_was_found_hits_at_most_so_many_and_the_next_tighter_one_more(values, sign, data):
    most = data.draw(st.integers(0, len(values) - 1))
    column = np.array(values, np.float64)
    threshold = sparing(column, sign, most)
    assert COMPARED[sign](column, threshold).sum() <= most
    upward = sign in (">", ">=")
    spared = np.sort(column)[len(column) - 1 - most if upward else most]
    inclusive = ">=" if upward else "<="
    assert COMPARED[inclusive](column, spared).sum() > most, "the value that was spared is the first of too many"
    assert abs(threshold - spared) <= 10 ** (np.floor(np.log10(abs(spared))) - 2) * 1.01 if spared else True


@given(value=st.floats(-1e6, 1e6, width=32), upward=st.booleans(), strict=st.booleans())
def test_rounding_moves_away_from_what_a_rule_finds_fault_with(value, upward, strict):
    rounded = beyond(value, upward=upward, strict=strict)
    assert (rounded >= value) if upward else (rounded <= value)
    assert not strict or rounded != value


def test_the_interval_of_a_share_is_that_of_wilson():
    """Newcombe 1998, table I: 81 of 263 and 15 of 148, method 3; 0 of 20."""
    assert wilson(81, 263)[1:] == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148)[1:] == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson(0, 20)[1:] == pytest.approx((0, 0.1611), abs=5e-5)


def documents(count: int, seed: int) -> tuple[Facts, np.ndarray]:
    """Return made-up signals: most documents ordinary, some far out, a third of them Chinese."""
    rng = np.random.default_rng(seed)
    signals = {name: rng.beta(2, 6, count).astype(np.float32) for name in SIGNALS}
    signals |= {"chars": rng.integers(5, 4000, count).astype(np.float32)}
    signals |= {name: rng.integers(1, 900, count).astype(np.float32) for name in ("content_chars", "words", "lines")}
    signals |= {"compression": rng.uniform(0.1, 0.9, count).astype(np.float32)}
    signals |= {"order": rng.normal(20, 8, count).astype(np.float32)}
    signals["rare_han"][rng.random(count) < 0.5] = np.nan
    facts = Facts(signals, rng.integers(0, 6, count).astype(np.int8), rng.random(count) < 0.3)
    return facts, rng.integers(0, FOLDS, count)


@pytest.mark.parametrize("keep", [0.9, 0.98, 1.0])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("count", [FEWEST_JUDGED, 400, 3000])
class TestFittedRules:
    def test_together_find_fault_with_no_more_than_may_be_lost(self, count, seed, keep):
        facts, folds = documents(count, seed)
        found = fit(BASE, facts, folds, keep)
        hit = np.logical_or.reduce([facts.hit(rule) for rule in found.rules.values()])
        assert (hit == found.after).all()
        assert hit.sum() <= (1 - keep) * count + 1e-6
        assert not hit.any() or keep < 1

    def test_never_tighten_what_no_industry_wants_and_loosen_it_only_where_documents_ask_for_it(
        self, count, seed, keep
    ):
        facts, folds = documents(count, seed)
        found = fit(BASE, facts, folds, keep)
        start = np.logical_or.reduce([facts.hit(BASE[name]) for name in BASIC])
        for name in BASIC:
            hits, before = facts.hit(found.rules[name]), facts.hit(BASE[name])
            assert not (hits & ~before).any()
            if start.sum() <= ((1 - keep) * count + 1e-9) // 1 // 2 or not before.any():
                assert found.rules[name] == BASE[name]

    def test_move_nothing_but_thresholds(self, count, seed, keep):
        facts, folds = documents(count, seed)
        for name, rule in fit(BASE, facts, folds, keep).rules.items():
            assert rule._replace(threshold=0, chinese=None) == BASE[name]._replace(threshold=0, chinese=None)
            assert (rule.chinese is None) == (BASE[name].chinese is None)


def test_many_ordinary_documents_bear_out_tighter_thresholds_and_few_do_not():
    """Thirty documents say little about the thirty-first: one in thirty lies beyond all others, rule by rule."""
    facts, folds = documents(3000, 5)
    many = fit(BASE, facts, folds, 0.9)
    assert many.strictness.tightens
    assert many.held_out.share >= 0.9
    few = Facts({name: said[:30] for name, said in facts.signals.items()}, facts.kinds[:30], facts.chinese[:30])
    assert not fit(BASE, few, folds[:30], 0.98).strictness.tightens
