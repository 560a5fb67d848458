import pytest

from curate.stages.normalize.pages import paged, without_furniture

BODIES = [
    f"Step {word}. Close the valve and wait until the pump stands still." for word in ("one", "two", "six", "ten")
]


def book(head, foot, bodies=BODIES, feed="\f"):
    return feed.join(
        "\n".join([head.format(page), "", body, "", foot.format(page)]) for page, body in enumerate(bodies, 1)
    )


@pytest.mark.parametrize(
    ("head", "foot"),
    [
        ("PUMP P-12 MANUAL", "{}"),
        ("Pump manual   Rev. 3", "Page {} of 4"),
        ("离心泵使用说明书", "第 {} 页 共 4 页"),
        ("RFC 1 Pumps", "Smith [Page {}]"),
    ],
)
def test_heads_feet_and_page_numbers_go(head, foot):
    assert without_furniture(book(head, foot)) == ("\n\n".join(BODIES), 8)


def test_heads_of_left_and_right_pages_go():
    bodies = BODIES * 2
    text = "\f".join(f"{'Chapter 1' if n % 2 else 'Pump manual'}\n{n}\n{body}" for n, body in enumerate(bodies, 1))
    assert without_furniture(text).lines == 16


def test_rows_of_a_table_that_goes_on_stay():
    text = "\f".join(f"motor {number} 7\n{body}" for number, body in zip((12, 99, 3, 41), BODIES, strict=True))
    assert without_furniture(text) == (text, 0)


TABLES = {
    "bars": ("| No | Part |\n|---|---|", "| {} | {} |"),
    "tabs": ("序号\t名称", "{}\t{}"),
    "commas": ("no,part,unit", "{},{},mm"),
    "blanks": ("No    Part    Unit", "{}    {}    mm"),
}


@pytest.mark.parametrize("kind", TABLES)
def test_the_head_of_a_table_that_goes_on_stays_where_it_first_stands(kind):
    head, row = TABLES[kind]
    rows = [[row.format(7 * page + 3 * n, word) for n, word in enumerate("ab")] for page in range(4)]
    text = "\f".join("\n".join(["PUMP LIST", head, *some, f"Page {page}"]) for page, some in enumerate(rows, 1))
    assert without_furniture(text).text == "\n".join([head, *(line for some in rows for line in some)])


def test_the_head_of_a_table_stays_where_other_text_ends_the_page_before():
    head, row = TABLES["bars"]
    pages = [[head, row.format(n, word), body] for n, (word, body) in enumerate(zip("abcd", BODIES, strict=True))]
    kept = without_furniture("\f".join("\n".join(["PUMP LIST", *lines]) for lines in pages))
    assert kept == ("\n\n".join("\n".join(lines) for lines in pages), 4)


@pytest.mark.parametrize("text", ["", "one page", "a\fa", "\f".join(BODIES), "}\ntext\f}\nmore\fother"])
def test_what_recurs_on_no_pages_stays(text):
    assert without_furniture(text) == (text, 0)


def test_a_line_inside_a_page_stays_even_if_it_is_a_head_elsewhere():
    bodies = [f"{body}\nPUMP MANUAL\n{body}" for body in BODIES]
    assert without_furniture(book("PUMP MANUAL", "{}", bodies)).text == "\n\n".join(bodies)


def test_a_sentence_that_goes_on_over_the_page_stays_in_one_paragraph():
    bodies = ["关闭阀门后应当检查", "压力表的读数。", "打开阀门。"]
    assert without_furniture(book("手册", "{}", bodies)).text == "关闭阀门后应当检查\n压力表的读数。\n\n打开阀门。"


def test_without_form_feeds_lines_that_number_pages_part_them():
    text = book("PUMP P-12 MANUAL", "- {} -", feed="\n")
    assert without_furniture(text).text == "\n\n".join(BODIES)
    assert len(paged(text.replace("- 2 -", "- 7 -"))) == 1


def test_a_book_that_was_cut_once_is_left_alone():
    once = without_furniture(book("HEAD", "{}")).text
    assert without_furniture(once) == (once, 0)
