"""Small raw corpora and what an independent reader makes of an output."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl

TEXTS = [
    "设备巡检记录：{n}号机组轴承温度正常，振动值在允许范围以内，油位符合要求，未见渗漏。",
    "The pump P-{n} was inspected after the outage; the seal was replaced and the bearing temperature is stable.",
    "第{n}条 用人单位应当按照合同约定和国家规定，向劳动者及时足额支付劳动报酬。",
    "Quarter {n}: revenue grew in the domestic market while inventory and receivables stayed within the plan.",
]


def lines(start: int, count: int) -> list[str]:
    """Return JSON lines, each text different from all others."""
    texts = [TEXTS[n % len(TEXTS)].format(n=n * 7919) + f" 编号{n}" for n in range(start, start + count)]
    return [json.dumps({"text": text, "kind": f"k{n % 3}"}, ensure_ascii=False) for n, text in enumerate(texts)]


def write_corpus(raw: Path) -> None:
    """Write two jsonl files with copies across them, broken lines, a GBK table and text files."""
    (raw / "laws").mkdir(parents=True)
    first, second = lines(0, 120), lines(120, 80)
    (raw / "a.jsonl").write_text("\n".join([*first, "{broken", "", "", '{"text": 5}']) + "\n", "utf-8")
    (raw / "b.jsonl").write_text("\n".join([*second, *first[:30]]), "utf-8")
    rows = [f"内科,第{n}问,能否服用阿司匹林{n * 13}片？,遵医嘱。" for n in range(60)]
    (raw / "qa.csv").write_bytes("\n".join(["科室,标题,问,答", *rows, *rows[:5]]).encode("gb18030"))
    for n in range(12):
        body = "".join(f"第{k}条 本办法第{n}章所称单位，是指第{k * n + 3}类组织。\n" for k in range(1, 30))
        (raw / "laws" / f"{n:02d}.md").write_text(body, "utf-8")


def config(raw: Path, out: Path, **more: Any) -> dict[str, Any]:
    """Return a configuration over `write_corpus` with both kinds of duplicates."""
    return {
        "name": "small",
        "sources": {
            "lines": {"format": "jsonl", "path": str(raw / "*.jsonl"), "keep": ["kind"]},
            "qa": {"format": "csv", "path": str(raw / "qa.csv"), "text": "问：{标题} {问}\n答：{答}", "keep": ["科室"]},
            "laws": {"format": "text", "path": str(raw / "laws/*.md"), "license": "public-domain"},
        },
        "stages": ["normalize", "length", "exact_duplicates", {"near_duplicates": {"threshold": 0.8}}],
        "output": {"path": str(out), "splits": {"train": 0.9, "validation": 0.1}},
        "limits": "off",
        "workers": 0,
        **more,
    }


def bytes_of(out: Path) -> dict[str, str]:
    """Return the digest of every published file but the run record."""
    files = sorted(path for path in out.rglob("*") if path.is_file())
    names = {path.relative_to(out).as_posix(): path for path in files}
    return {name: sha256(path.read_bytes()).hexdigest() for name, path in names.items() if name != "_lineage/run.json"}


def shards(out: Path) -> pl.DataFrame:
    """Read all shards."""
    return pl.read_parquet(sorted(out.glob("data/*/*.parquet")))


def ledger(out: Path) -> pl.DataFrame:
    """Read the whole ledger."""
    return pl.read_parquet(sorted(out.glob("_lineage/rejects-*.parquet")))
