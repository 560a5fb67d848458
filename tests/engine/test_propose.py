"""`init` looks at raw files and proposes a configuration that is right about them."""

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curate.config.model import Config
from curate.config.reach import reached
from curate.core.errors import ConfigError
from curate.engine.propose import propose
from curate.engine.starter import initialise

PROSE = "The pump of line {n} lost pressure and so the fitter closed valve {n} and changed its seal. "
ZH = "第{n}号水泵压力下降，维修人员关闭阀门并更换密封圈，之后恢复运行。"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def put(path: str, body: str | bytes) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(body if isinstance(body, bytes) else body.encode())


def lines(records) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def proposed(raw: str = "raw"):
    return {source.name: source for source in propose(Path(raw)).sources}


def loaded(raw: str = "raw") -> Config:
    return reached(initialise(Path("new"), Path(raw))).config


def test_question_and_answer_become_a_template_in_their_language():
    rows = "".join(f"{'内外'[n % 2]}科,泵{n},{ZH.format(n=n)},请先停机{n}。\n" for n in range(30))
    put("raw/zh.csv", f"科室,标题,问题,回答\n{rows}")
    put("raw/en.jsonl", lines({"question": PROSE.format(n=n), "answer": "Yes."} for n in range(30)))
    sources = proposed()
    assert sources["zh"].choice.text == "问：{标题} {问题}\n答：{回答}"
    assert sources["zh"].choice.keep == (("科室", "string"),)
    assert sources["en"].choice.text == "Question: {question}\nAnswer: {answer}"


def test_the_encoding_and_the_delimiter_are_found_out():
    rows = "".join(f"{n};{'内外'[n % 2]}科;{ZH.format(n=n) * 3}\n" for n in range(60))
    put("raw/a.csv", f"编号;科室;内容\n{rows}".encode("gb18030"))
    source = proposed()["a"]
    assert (source.format, source.encoding, source.settings) == ("csv", "gb18030", (("delimiter", ";"),))
    assert (source.choice.text, source.choice.key, source.choice.keep) == ("内容", "编号", (("科室", "string"),))
    assert source.chinese > 0.9


def test_columns_without_names_are_numbered():
    put("raw/a.tsv", "".join(f"{n}\t{PROSE.format(n=n)}\n" for n in range(30)))
    source = proposed()["a"]
    assert source.settings == (("delimiter", "\t"), ("header", False), ("columns", ["c0", "c1"]))
    assert source.choice.text == "c1"
    assert loaded().sources[0].columns == ("c0", "c1")


def test_chat_turns_are_recognised_with_their_roles():
    turns = [{"from": "human", "value": "Hello"}, {"from": "gpt", "value": "Hi"}]
    put("raw/chat.jsonl", lines({"id": n, "conversations": turns} for n in range(9)))
    (source,) = loaded().sources
    assert source.messages.model_dump(by_alias=True) == {
        "from": "conversations",
        "role": "from",
        "content": "value",
        "roles": {"human": "user", "gpt": "assistant"},
    }
    assert source.key == "id"


def test_a_key_is_called_so_and_never_twice():
    records = [{"id": f"a{n // 2}", "uid": f"u{n}", "text": PROSE.format(n=n)} for n in range(20)]
    put("raw/a.jsonl", lines(records))
    assert proposed()["a"].choice.key == "uid"


def test_what_is_kept_is_short_filled_and_nobody_s_name():
    records = [
        {"text": PROSE.format(n=n), "year": 2000 + n % 3, "site": "ABC"[n % 3], "same": "x", "full_name": f"N{n % 4}"}
        | ({"rare": n} if n < 5 else {})
        for n in range(30)
    ]
    put("raw/a.jsonl", lines(records))
    assert proposed()["a"].choice.keep == (("year", "integer"), ("site", "string"))
    assert loaded().sources[0].keep == {"year": "integer", "site": "string"}


def test_nested_records_become_a_template_of_what_differs():
    for n in range(12):
        notes = [{"name": "Summary", "text": PROSE.format(n=n)}, {"name": "Legal", "text": f"Note {n} on pumps."}]
        document = {"title": f"Pump {n} fails", "tracking": {"id": f"P-{n}"}, "notes": notes, "terms": "All is ours."}
        put(f"raw/20{10 + n}/{n}.json", json.dumps({"document": document}))
    (source,) = proposed().values()
    assert (source.format, source.paths, source.files) == ("json", ("**/*.json",), 12)
    assert source.choice.text == "{document.title}\n{document.notes.*.text}"
    assert source.choice.key == "document.tracking.id"


def test_collections_within_json_are_entered():
    body = {f"r{n}": {"abstract": PROSE.format(n=n) * 2, "year": n} for n in range(9)}
    put("raw/map.json", json.dumps(body))
    put("raw/list.json", json.dumps({"version": 1, "data": list(body.values())}))
    put("raw/array.json", json.dumps(list(body.values())))
    sources = proposed()
    assert sources["map"].settings == (("records", "*"),)
    assert sources["array"].settings == ()
    assert {source.choice.text for source in sources.values()} == {"abstract"}
    assert len(loaded().sources) == len(sources)


def test_parquet_is_looked_into():
    table = pa.table({"doc_id": [f"d{n}" for n in range(30)], "body": [PROSE.format(n=n) for n in range(30)]})
    Path("raw").mkdir()
    pq.write_table(table, "raw/p.parquet")
    source = proposed()["p"]
    assert (source.format, source.choice.text, source.choice.key) == ("parquet", "body", "doc_id")


def test_files_of_different_columns_in_one_folder_are_sources_of_their_own():
    for n in range(3):
        put(f"raw/orders-{n}.csv", "asset,shorttext\n" + "".join(f"A,Bucket {k} won't open\n" for k in range(9)))
    put("raw/people.csv", "role,story\n" + "".join(f"fitter,{PROSE.format(n=k)}\n" for k in range(9)))
    assert {source.paths for source in proposed().values()} == {("orders-*.csv",), ("people.csv",)}


def test_packed_files_are_looked_into():
    for n in range(3):
        put(f"raw/{n}.txt.gz", gzip.compress(PROSE.format(n=n).encode()))
    (source,) = proposed().values()
    assert (source.format, source.paths, source.characters) == ("text", ("*.txt.gz",), len(PROSE.format(n=0)))


def test_likeness_of_statutes_and_advisories_is_tagged():
    for n in range(5):
        put(f"raw/law/{n}.md", "\n".join(f"第{digit}条　{ZH.format(n=n)}" for digit in "一二三四"))
        put(f"raw/guides/{n}.md", PROSE.format(n=n) * 4)
    near = [stage for stage in loaded().stages if type(stage).__name__ == "NearDuplicates"]
    assert [(stage.name, stage.sources, stage.action) for stage in near] == [
        ("near_duplicates", ("guides",), None),
        ("versions", ("law",), "tag"),
    ]


def test_only_a_line_feed_ends_a_line_of_json_lines():
    records = [{"text": f"{PROSE.format(n=n)}\x85\u2028\x0c{PROSE.format(n=n)}"} for n in range(9)]
    put("raw/a.jsonl", lines(records))
    source = proposed()["a"]
    assert (source.format, source.choice.text) == ("jsonl", "text")


def test_what_is_left_out_is_said():
    put("raw/a.jsonl", lines({"text": PROSE.format(n=n)} for n in range(9)))
    put("raw/LICENSE", "MIT License")
    put("raw/scan.pdf", b"%PDF-1.7\n")
    put("raw/numbers.csv", "a,b\n1,2\n3,4\n")
    text = initialise(Path("new"), Path("raw")).read_text("utf-8")
    assert "# Not read, since no source knows the format: 1 .pdf." in text
    assert "# Left out, since no field of them looks like text: numbers.csv." in text
    assert "# Left out, since they are about the data: LICENSE." in text


def test_no_value_of_a_record_stands_in_the_configuration():
    put("raw/a.jsonl", lines({"text": PROSE.format(n=n), "phone": "13912345678", "at": "AB"[n % 2]} for n in range(9)))
    text = initialise(Path("new"), Path("raw")).read_text("utf-8")
    assert "13912345678" not in text
    assert "pressure" not in text


def test_the_configuration_may_stand_among_the_raw_files_under_odd_names():
    put("设备 [1]/记录 *.jsonl", lines({"text": PROSE.format(n=n)} for n in range(9)))
    path = initialise(Path("设备 [1]"), Path("设备 [1]/记录 *.jsonl"))
    assert path == Path("设备 [1]/curate.yaml")
    assert len(propose(Path("设备 [1]")).sources) == 1


def test_nothing_to_read_is_one_clear_error():
    with pytest.raises(ConfigError, match="there is no 'raw'"):
        propose(Path("raw"))
    put("raw/scan.pdf", b"%PDF-1.7\n")
    with pytest.raises(ConfigError, match="no file below 'raw' can be read"):
        propose(Path("raw"))
    put("raw/numbers.csv", "a,b\n1,2\n3,4\n")
    with pytest.raises(ConfigError, match="no field of the files below 'raw' looks like text"):
        propose(Path("raw"))


def test_a_configuration_is_never_written_over():
    put("raw/a.jsonl", lines({"text": PROSE.format(n=n)} for n in range(9)))
    initialise(Path("new"), Path("raw"))
    with pytest.raises(ConfigError, match="not overwritten"):
        initialise(Path("new"), Path("raw"))


def test_a_few_wrongly_typed_values_decide_nothing():
    records = [{"id": f"z{n}", "text": PROSE.format(n=n), "year": 2000 + n % 3} for n in range(40)]
    turns = [{"from": "human", "value": "Hello"}]
    odd = [{"id": "z40", "text": 123, "year": "2001?"}, {"id": "z41", "text": PROSE.format(n=41), "notes": turns}]
    put("raw/a.jsonl", lines([odd[0], *records, odd[1]]))
    put("raw/b.jsonl", "broken\n" + lines({"body": PROSE.format(n=n)} for n in range(9)))
    put("raw/c.json", json.dumps([3, *({"story": PROSE.format(n=n)} for n in range(9))]))
    put("raw/d/d.json", json.dumps({f"r{n}": {"tale": PROSE.format(n=n)} for n in range(9)} | {"none": "x"}))
    sources = proposed()
    assert {name: (source.format, source.choice.text) for name, source in sources.items()} == {
        "a": ("jsonl", "text"),
        "b": ("jsonl", "body"),
        "c": ("json", "story"),
        "d": ("json", "tale"),
    }
    assert sources["a"].choice.key == "id"
    assert sources["a"].choice.keep == (("year", "integer"),)
    assert sources["d"].settings == (("records", "*"),)


def test_values_of_two_kinds_are_of_none():
    records = [{"id": n, "text": PROSE.format(n=n), "mixed": "AB"[n % 2] if n % 3 else n % 2} for n in range(40)]
    put("raw/a.jsonl", lines(records))
    assert proposed()["a"].choice.keep == ()


def test_a_list_of_records_deep_within_json_is_a_source_of_its_own_beside_an_array():
    asked = [{"q": f"Why did pump {n} stop?", "a": PROSE.format(n=n)} for n in range(34)]
    put("raw/array.json", json.dumps(asked))
    put("raw/nested.json", json.dumps({"version": 1, "a": {"total": 34, "list": asked}}))
    sources = proposed()
    assert {name: source.settings for name, source in sources.items()} == {
        "array": (),
        "nested": (("records", "a.list"),),
    }
    assert {source.choice.text for source in sources.values()} == {"Question: {q}\nAnswer: {a}"}
    assert [source.records for source in loaded().sources] == [None, "a.list"]


def test_an_array_of_one_object_is_no_object():
    put("raw/one.json", json.dumps([{"a": {"list": [{"text": PROSE.format(n=n)} for n in range(9)]}}]))
    (source,) = proposed().values()
    assert source.settings == ()
    assert source.choice.text == "{a.list.*.text}"
