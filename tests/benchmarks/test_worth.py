import random

import pytest

from benchmarks.worth import cut
from benchmarks.worth_sets import SHARED, Mix, Text, apart, copies, framed, made, taken

GOOD = [f"第{n}条 操作人员应当每年检查一次第{n * 7}号安全阀，并将结果记入第{n * 31}号台账。" * 3 for n in range(40)]


def test_what_is_held_out_is_no_copy_no_near_copy_and_no_excerpt_of_raw_text():
    draw = random.Random(0)
    texts = ["".join(draw.choices("泵阀轴油压温水电网机器检修记录安全风险审计贷款", k=3000)) for _ in range(6)]
    raw = [texts[0], f"首页\n{texts[1]}\n联系我们", texts[2][:1500], "".join((texts[3][:300], texts[5]))]
    assert apart(texts[:5], raw) == texts[3:5]
    assert 300 / 3000 < SHARED < 1500 / 3000


def test_raw_and_curated_text_are_cut_to_the_same_bytes():
    found = cut(["阀门。", "abc", "泵"], 13)
    assert found == ["阀门。", "abc", ""]
    assert cut(["阀门。", "abc"], 11) == ["阀门。", "ab"]
    assert sum(len(text.encode()) for text in cut(GOOD, 1000)) in range(998, 1001)


def test_dirt_is_copies_framed_copies_and_junk_of_every_kind(tmp_path):
    draw = random.Random(0)
    assert all(text in GOOD for text in taken(copies(tmp_path, "zh", GOOD, draw), 3000))
    assert all(
        any(one in text and one != text for one in GOOD) for text in taken(framed(tmp_path, "zh", GOOD, draw), 3000)
    )
    long = ["".join(draw.choices("泵阀轴油压温水电网机", k=2500)) for _ in range(5)]
    junk = taken(made(tmp_path, "zh", long, draw), 100_000)
    assert not {*junk} & {*long}


@pytest.mark.parametrize(("held", "tally"), [([], (0, 0, 1)), (["ab", "c"], (2, 3, 1))])
def test_the_tally_counts_texts_characters_and_what_was_left_out(held, tally):
    assert Mix([Text("good", "x")], held, 1).tally == tally
