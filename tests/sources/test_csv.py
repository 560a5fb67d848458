import csv
import gzip
import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from curate.core.errors import DataError
from curate.sources.csv import Csv, cells
from tests.sources.reading import looked, read, rules, spans, tiled, write


def one(tmp_path, body, **settings):
    return Csv(name="s", path=str(write(tmp_path / "raw.csv", body)), **settings)


def test_values_stay_as_they_are_written(tmp_path):
    rows = read(one(tmp_path, "text,code,gap\nNA,007,\nnull,1e3,  x \n", keep=["code", "gap"]))
    assert [(row["text"], row["code"], row["gap"]) for row in rows] == [("NA", "007", ""), ("null", "1e3", "  x ")]


def test_line_feeds_delimiters_and_quotes_within_quotes_belong_to_the_value(tmp_path):
    body = 'text,b\r\n"一\r\n二, ""三""\n",x\r\ny,z\r\n'
    source = one(tmp_path, body)
    rows = read(source)
    assert [row["text"] for row in rows] == ['一\r\n二, "三"\n', "y"]
    assert tiled(rows, looked(source)[0])


def test_a_quote_counts_only_where_a_value_begins(tmp_path):
    rows = read(one(tmp_path, 'text,b\n5" pipe,2\n"5""",3\nand 6",4\n'))
    assert [row["text"] for row in rows] == ['5" pipe', '5"', 'and 6"']


def test_the_header_is_skipped_and_told_and_counts_as_no_record(tmp_path):
    source = one(tmp_path, b"\xef\xbb\xbftext,b\na,1\n")
    surveyed = looked(source)[0]
    assert surveyed.skipped == ((0, 3), (3, 7))
    assert [(row["text"], row["source_row"], row["source_offset"]) for row in read(source)] == [("a", 0, 10)]


def test_a_file_without_header_gets_its_names_from_the_settings(tmp_path):
    rows = read(one(tmp_path, "a,1\nb,2\n", header=False, columns=["text", "n"], keep={"n": "integer"}))
    assert [(row["text"], row["n"]) for row in rows] == [("a", 1), ("b", 2)]
    with pytest.raises(ValidationError, match="without a header the columns need names"):
        Csv(path="x.csv", header=False)


def test_names_in_the_settings_go_before_the_header(tmp_path):
    rows = read(one(tmp_path, "甲,乙\na,1\n", columns=["text", "n"]))
    assert [row["text"] for row in rows] == ["a"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter, tmp_path):
    body = "".join(f'{n}{delimiter}"text, with; all| of\tthem"{delimiter}{n}\n' for n in range(50))
    source = one(tmp_path, f"id{delimiter}text{delimiter}n\n{body}")
    assert {row["text"] for row in read(source)} == {"text, with; all| of\tthem"}
    assert looked(source)[0].pieces[0].extra["delimiter"] == delimiter


def test_the_delimiter_can_be_said_also_by_name(tmp_path):
    assert Csv(path="x", delimiter="tab").delimiter == "\t"
    rows = read(one(tmp_path, "text:n\na,b:1\n", delimiter=":"))
    assert rows[0]["text"] == "a,b"
    with pytest.raises(ValidationError, match="is not one character"):
        Csv(path="x", delimiter="::")


class TestARowThatIsFaulty:
    @pytest.mark.parametrize(
        ("row", "rule"),
        [
            (b"only one", "read:ragged"),
            (b"a,b,c", "read:ragged"),
            (b"\xff\xfe,b", "read:encoding"),
            (b'"never closed,b', "read:unclosed_quote"),
        ],
    )
    def test_is_rejected_with_its_span_and_harms_no_other(self, row, rule, tmp_path):
        source = one(tmp_path, b"text,b\ngood,1\n" + row + b"\ngood,2\n", encoding="utf-8", delimiter=",")
        rows = read(source)
        assert rules(rows) == [None, rule, None]
        assert spans(rows) == [(7, 7), (14, len(row) + 1), (15 + len(row), 7)]

    def test_tells_how_many_values_it_has(self, tmp_path):
        rows = read(one(tmp_path, "text,b\na\na,b,c\n"))
        told = [(row["lines"][0]["metric"], row["lines"][0]["value"], row["lines"][0]["operator"]) for row in rows]
        assert told == [("values", 1, "<"), ("values", 3, ">")]
        assert rows[0]["lines"][0]["threshold"] == 2

    def test_with_an_unclosed_quote_spoils_no_more_than_the_limit_of_a_record(self, tmp_path):
        body = 'text,b\n"never closed,0\n' + "".join(f"row {n},{n}\n" for n in range(100))
        for most in (40, 1 << 20):
            rows = read(one(tmp_path, body, max_record_bytes=most))
            assert rules(rows) == ["read:unclosed_quote"] + [None] * 100

    def test_because_it_is_too_long_is_not_held(self, tmp_path):
        source = one(tmp_path, b"text,b\n" + b"x" * (40 << 20) + b",1\ngood,2\n")
        tracemalloc.start()
        rows = read(source, looked(source)[0])
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert rules(rows) == ["read:too_long", None]
        assert peak < 60 << 20


class TestAMissingColumn:
    def test_is_one_error_that_names_the_file_and_the_columns_there_are(self, tmp_path):
        source = one(tmp_path, "title,ask\na,b\n", text="{title}{body}", keep=["dept"])
        with pytest.raises(DataError, match="there is no column 'body', 'dept'") as caught:
            looked(source)
        assert (caught.value.where, caught.value.exit_code) == ("raw.csv", 65)
        assert "'title', 'ask'" in caught.value.hint

    def test_is_one_error_also_where_it_stands_twice(self, tmp_path):
        with pytest.raises(DataError, match="'text' stands 2 times"):
            looked(one(tmp_path, "text,text\na,b\n"))


def test_a_row_whose_template_has_only_empty_cells_has_no_text(tmp_path):
    rows = read(one(tmp_path, "title,ask\n,\n,问\n", text="问：{title}{ask}"))
    assert rules(rows) == ["read:no_text", None]
    assert rows[1]["text"] == "问：问"


def test_a_gbk_file_is_found_out_and_its_spans_are_bytes(tmp_path):
    body = "科室,title,ask\r\n" + "".join(f'内科,症状{n},"患者发热，\n请问怎么办？"\r\n' for n in range(30))
    source = one(tmp_path, body.encode("gbk"), text="问：{title} {ask}", keep=["科室"])
    surveyed = looked(source)[0]
    rows = read(source, surveyed)
    assert surveyed.encoding == "gb18030"
    assert [row["text"] for row in rows] == [f"问：症状{n} 患者发热，\n请问怎么办？" for n in range(30)]
    assert {row["科室"] for row in rows} == {"内科"}
    assert tiled(rows, surveyed)


def test_utf16_is_read_with_and_without_a_byte_order_mark(tmp_path):
    body = 'text,b\n"一\n二",1\nਊ਀,2\n' * 1 + "".join(f"第{n}行,3\n" for n in range(9))
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        source = one(tmp_path, body.encode(encoding), encoding=encoding)
        surveyed = looked(source)[0]
        rows = read(source, surveyed)
        assert [row["text"] for row in rows] == ["一\n二", "ਊ਀", *(f"第{n}行" for n in range(9))]
        assert tiled(rows, surveyed)


@pytest.mark.parametrize("body", ["", "\n\n", "text,b", "text,b\n"])
def test_a_file_without_a_row_has_no_record(body, tmp_path):
    source = one(tmp_path, body)
    rows = read(source)
    assert set(rules(rows)) <= {"read:blank"}
    assert tiled(rows, looked(source)[0])


def test_a_row_at_the_break_of_a_packed_file_is_not_taken_for_whole(tmp_path):
    packed = gzip.compress(b"text,b\ngood,1\nhal") + gzip.compress(b"f,2\n")[:9]
    rows = read(one(tmp_path, packed))
    assert rules(rows) == [None, "read:truncated"]
    assert rows[1]["source_length"] == 3


CELL = st.text(alphabet='a中 ,;"\n\r', max_size=6)


@given(
    table=st.lists(st.lists(CELL, min_size=2, max_size=2), min_size=1, max_size=8), end=st.sampled_from(["\n", "\r\n"])
)
def test_what_pythons_csv_module_writes_is_read_back(table, end, tmp_path_factory):
    out = io.StringIO()
    csv.writer(out, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([["text", "b"], *table])
    source = one(tmp_path_factory.mktemp("back"), out.getvalue(), keep=["b"])
    surveyed = looked(source)[0]
    rows = read(source, surveyed)
    assert [[row["text"], row["b"]] for row in rows] == table
    assert tiled(rows, surveyed)


@given(line=st.text(alphabet='ab,"', max_size=12))
def test_a_line_is_parted_as_pythons_csv_module_parts_it(line):
    values, unclosed = cells(line, ",", '"')
    if not unclosed:
        assert values == (next(csv.reader([line])) or [""])


@given(
    parts=st.lists(
        st.sampled_from([b"", b" ", b"a,b", b'"', b'"a', b'b",c', b'"x,""y""",z', b"\r", b"\xff", b"a"]), max_size=20
    ),
    most=st.integers(1, 60),
)
def test_spans_tile_every_byte_of_any_file(parts, most, tmp_path_factory):
    source = one(
        tmp_path_factory.mktemp("tile"),
        b"\n".join(parts),
        header=False,
        columns=["text", "b"],
        encoding="utf-8",
        max_record_bytes=most,
    )
    surveyed = looked(source)[0]
    assert tiled(read(source, surveyed), surveyed)
