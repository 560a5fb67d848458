from benchmarks.language import BINS, Source, lines_of, shown, spread


def test_lines_are_sorted_by_length_each_once_and_only_those_that_show_the_language():
    text = "更换轴承并检查油位。更换轴承并检查油位。\napt-get update\n第十二条 操作人员应当每年检查一次安全阀并记录。"
    lines = lines_of(Source("x", "zh", iter([text])))
    assert lines == {0: ["更换轴承并检查油位。"], 1: ["第十二条 操作人员应当每年检查一次安全阀并记录。"]}
    assert all(BINS[place][0] <= len(line) < BINS[place][1] for place, some in lines.items() for line in some)


def test_a_page_shows_its_blocks_and_not_what_is_typed(tmp_path):
    page = tmp_path / "page.html"
    page.write_text("<title>T</title><p>one <b>two</b>\nthree</p><pre>ls -l</pre><li>four &amp; five")
    assert [line for line in shown(page).split("\n") if line] == ["T", "one two three", "four & five"]


def test_many_lines_are_thinned_evenly():
    assert spread(["a"]) == ["a"]
    assert spread([str(n) for n in range(5000)])[1] == "2"
