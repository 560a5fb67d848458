"""Inputs to measure on: real text resampled to any size, or made-up Chinese and English where there is none."""

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from shutil import rmtree
from typing import Literal, get_args

import orjson

Only = Literal["zh", "en", "mixed"]
ONLY = get_args(Only)
FILE_BYTES = 50 * 10**6
MEGABYTE = 10**6

REAL = {
    "zh": ("zh_law_national/**/*.md",),
    "en": ("en_fin_fed_speeches_1996_2012/*.txt", "en_fin_fomc_minutes/*.txt", "en_cyber_owasp_cheatsheets/**/*.md"),
}

WORDS = {
    "zh": """
    设备 电压 变压器 检修 记录 温度 压力 阀门 系统 安全 风险 审计 贷款 利率 银行 客户 合同 条款 法院 判决 证据
    当事人 责任 赔偿 患者 血压 症状 治疗 药物 医生 检查 手术 网络 漏洞 攻击 权限 日志 服务器 加密 生产 质量 工艺
    零件 焊接 装配 供应 库存 电网 调度 发电 风机 光伏 储能 的 了 在 应当 可以 不得 以及 根据 按照 对于 进行 发现
    提高 降低 部门 规定 报告 分析 结果 原因 措施
    """,
    "en": """
    the of and to in that is for was with by as on at from this which be are have not or its were has device
    voltage valve pressure pump inspection report maintenance operator bearing lubricant warranty contract court
    evidence liability damages loan interest bank inflation committee policy growth market patient dose
    treatment diagnosis clinical trial symptom vulnerability attacker server credential patch network turbine
    grid transformer outage capacity supplier inventory
    """,
}
MADE_LINES = 20_000


@dataclass(frozen=True)
class Corpus:
    """A corpus of JSON Lines (id, text) of about a given size; the same values give the same bytes."""

    megabytes: int
    only: Only = "mixed"
    seed: int = 0
    made: bool = False
    """Made-up text even where real text is at hand."""

    def written(self, folder: Path) -> Path:
        """Write the corpus below `folder` unless it is there already; return its own folder."""
        kind = "made" if self.made or not data() else "real"
        return once(folder / f"{kind}-{self.only}-{self.megabytes}mb-{self.seed}", self.write)

    def write(self, folder: Path) -> None:
        """Write files of at most 50 MB and one document more."""
        left, number, records = self.megabytes * MEGABYTE, 0, self.records()
        while left > 0:
            with (folder / f"{number:03}.jsonl").open("wb") as stream:
                while stream.tell() < min(FILE_BYTES, left):
                    stream.write(orjson.dumps(next(records), option=orjson.OPT_APPEND_NEWLINE))
                left -= stream.tell()
            number += 1

    def records(self) -> Iterator[dict[str, object]]:
        """Yield records without end."""
        for number, text in enumerate(self.texts()):
            yield {"id": f"{self.only}-{number}", "text": text}

    def texts(self) -> Iterator[str]:
        """Yield documents without end: lengths drawn from real ones, filled with stretches of neighbouring lines."""
        draw = random.Random(self.seed)  # noqa: S311 - the same text again, no secrets
        languages = ("zh", "en") if self.only == "mixed" else (self.only,)
        while True:
            lines, lengths = pool(draw.choice(languages), made_up=self.made)
            wanted, taken, size = draw.choice(lengths), [], 0
            while size < wanted:
                start = draw.randrange(len(lines))
                taken += lines[start : start + draw.randint(2, 8)]
                size = sum(map(len, taken))
            yield "\n".join(taken)


def once(place: Path, write: Callable[[Path], None]) -> Path:
    """Have a folder written whole unless it is there already; return it."""
    if not place.exists():
        draft = place.with_suffix(".draft")
        rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        write(draft)
        draft.rename(place)
    return place


def data() -> Path | None:
    """Return the folder of real text: CURATE_DATA, else `../shared/data` beside the repository; None without one."""
    said = os.environ.get("CURATE_DATA")
    folder = Path(said) if said else Path(__file__).parents[2] / "shared" / "data"
    return folder if folder.is_dir() else None


@cache
def pool(language: str, *, made_up: bool) -> tuple[list[str], list[int]]:
    """Return the lines of a language, neighbours together, and the lengths of its documents in characters."""
    texts = (not made_up and real(language)) or list(islice(made(language), MADE_LINES // 20))
    lines = [line for text in texts for line in sentences(text)]
    return lines, [min(len(text), 20_000) for text in texts]


def real(language: str) -> list[str]:
    """Read the real documents of a language; none where the folder is absent."""
    folder = data()
    if folder is None:
        return []
    paths = [path for pattern in REAL[language] for path in sorted(folder.glob(pattern))]
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in paths]
    return [text for text in texts if len(text) > 200]  # noqa: PLR2004 - shorter files are indexes and titles


def sentences(text: str) -> Iterator[str]:
    """Yield the lines of a text that hold something; a line of many sentences (minutes in one line) falls apart."""
    for line in text.splitlines():
        stretch = line.replace(". ", ".\n").split("\n") if len(line) > 2000 else [line]  # noqa: PLR2004
        yield from (piece for piece in stretch if piece.strip())


def made(language: str) -> Iterator[str]:
    """Yield made-up documents of 20 lines without end, the same for ever."""
    draw = random.Random(language)  # noqa: S311 - likewise
    words = WORDS[language].split()
    weights = [1 / (place + 2) for place in range(len(words))]
    between, comma, stop = ("", "，", "。") if language == "zh" else (" ", ", ", ". ")
    while True:
        lines = []
        for _ in range(20):
            said = [between.join(draw.choices(words, weights, k=draw.randint(5, 14))) for _ in range(4)]
            lines.append(f"{draw.randint(1, 9999)} {comma.join(said[:2])}{stop}{comma.join(said[2:])}{stop}".strip())
        yield "\n".join(lines)
