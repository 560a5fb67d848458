"""Rules that find nothing without a digit are tried where one stands near."""

import pyarrow as pa
import pytest

from curate.stages.pii.engine import Native
from curate.stages.pii.gating import OVERLAP, REACH
from curate.stages.pii.rules import TYPES

NATIVE = Native(frozenset(TYPES))
ANNOUNCED = ("护照号", "身份证", "社保卡号", "驾驶证档案", "营业执照注册号", "港澳通行证", "mrn", "NHS number")


@pytest.mark.parametrize("label", ANNOUNCED)
def test_a_label_without_a_digit_near_opens_nothing(label):
    far = f"{label}，{'。' * (2 * OVERLAP + 2 * REACH)}3"
    rows, _ = NATIVE.look(pa.array([f"请出示{label}，谢谢", far, f"{label}：<CN_PASSPORT>"]))
    assert rows == []


@pytest.mark.parametrize("sign", ["7", "７"])
@pytest.mark.parametrize("kind", ["社保卡号", "住院号"])
def test_it_opens_where_one_stands_behind_all_that_may_lie_between(kind, sign):
    number = f"E{sign}6543215"
    text = f"{kind}（新证的号码）：</td>  <td class=narrow-cell>  <span class=value>  <b>\n{number}"
    (row,), (opened,) = NATIVE.look(pa.array([text]))
    assert row == 0
    assert NATIVE.find(text, opened) == NATIVE.find(text)
    assert [text[span.start : span.end] for span in NATIVE.find(text)] == [number]
