"""Export a manifest as the training data part of a Chinese filing (备案), with labels in Chinese.

What providers are asked in the table for filing and in the self-assessment of TC260-003 / GB/T 45654: size, number,
sources, share from abroad, annotation, personal information, intellectual property, sampling. The texts of the two
standards were not at hand; the labels paraphrase.
"""

from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from curate.lineage.export.entry import Entry, Status, described, entry, standing, to_fill, volume
from curate.lineage.manifest import UNKNOWN, Manifest
from curate.lineage.runrecord import RunRecord

CATEGORIES = {
    "open": "开源语料",
    "self-collected": "自采语料",
    "commercial": "商业语料",
    "user-input": "使用者输入信息",
    "synthetic": "合成语料",
    "internal": "自有语料",
    UNKNOWN: "来源类别未说明",
}
ORIGINS = {"domestic": "境内", "overseas": "境外", UNKNOWN: "境内外未说明"}
STATUSES: dict[Status, str] = {"known": "已知", "unknown": "未说明", "to_be_filled_by_provider": "由提供者填写"}
FILL = "（由提供者填写）"
SAID_BY_OPERATOR = "由清单（manifest）推导；来源信息为运营者自行声明。仅证明过程，不构成法律意见。"


def export(manifest: Manifest, run: RunRecord | None) -> dict[str, JsonValue]:
    """Fill in what the manifest knows; the provider, annotation and manual sampling stay to be filled in."""
    del run
    return {
        "form": "cn-filing",
        "title": "生成式人工智能服务备案：训练语料情况",
        "note": SAID_BY_OPERATOR,
        "dataset": manifest.dataset.name,
        "sections": [
            section("基本信息", [fill("provider", "单位名称与联系人"), fill("model", "模型名称与版本")]),
            section("语料规模", list(amounts(manifest))),
            section("语料来源", [*by_category(manifest), *by_origin(manifest), *sources(manifest)]),
            section("语料清洗与过滤", list(cleaning(manifest))),
            section("个人信息", list(personal(manifest))),
            section("知识产权", list(rights(manifest))),
            section("语料标注", [fill("annotation", "标注规则、标注人员、标注语料数量与抽检准确率")]),
            section(
                "抽检",
                [
                    fill("manual", "人工抽检：随机抽取不少于 4,000 条，合格率不低于 96%"),
                    fill("technical", "技术抽检：抽取不少于总量的 10%，合格率不低于 98%"),
                ],
            ),
        ],
    }


def section(title: str, entries: list[Entry]) -> dict[str, JsonValue]:
    """Lay out one section, each line with its status in Chinese too."""
    lines: list[JsonValue] = [{**one.as_json(), "status_label": STATUSES[one.status]} for one in entries]
    return {"title": title, "entries": lines}


def fill(name: str, label: str, note: str = "") -> Entry:
    """Leave a line to the provider, in Chinese."""
    return to_fill(name, label, note)._replace(value=FILL)


def amounts(manifest: Manifest) -> Iterator[Entry]:
    """Count files, bytes and records."""
    shards = manifest.outputs.shards
    whole = volume(manifest, manifest.sources)
    yield entry("storage_bytes", "存储规模（字节，Parquet 压缩后）", sum(s.bytes for s in shards), "outputs.shards")
    gone = "" if whole.text_bytes is not None else "清单只记录处理时的字节数；其后删除的记录未计入"
    yield entry("text_bytes", "文本规模（字节，UTF-8）", whole.text_bytes, "stages[-1].by_source", gone)
    yield entry("records", "语料数量（条）", whole.records, "accounting.written")
    yield fill("tokens", "语料数量（token）", "随模型的分词器而定；清单只含字节数与条数")
    yield entry(
        "languages", "按语种（条；und 为未判定）", dict(manifest.dataset.languages) or None, "dataset.languages"
    )
    splits: JsonValue = {name: amount.rows for name, amount in manifest.outputs.splits.items()}
    yield entry("splits", "按数据划分（条）", splits or None, "outputs.splits")
    yield entry("modality", "语料类型", "文本", "outputs.columns")


def by_category(manifest: Manifest) -> Iterator[Entry]:
    """Add up the sources of each category."""
    said = {card.id: known(card.category, CATEGORIES) for card in manifest.sources}
    for category, label in CATEGORIES.items():
        yield part(manifest, said, category, ("category", label))


def by_origin(manifest: Manifest) -> Iterator[Entry]:
    """Add up the sources from inside and outside the country; a card that names anything else counts as undeclared."""
    said = {card.id: known(card.origin, ORIGINS) for card in manifest.sources}
    for origin, label in ORIGINS.items():
        yield part(manifest, said, origin, ("origin", f"{label}语料"))


def part(manifest: Manifest, said: Mapping[str, str], word: str, key: tuple[str, str]) -> Entry:
    """Add up the sources, by id, of which one `word` is said; `key`: name of the declaration, and label of the line.

    That there are none is known only where every source says something.
    """
    name, label = key
    cards = [card for card in manifest.sources if said[card.id] == word]
    silent = sum(one == UNKNOWN for one in said.values()) if word != UNKNOWN else 0
    note = f"另有 {silent} 个来源未说明，可能属于此类" if silent else ""
    amount = volume(manifest, cards)
    value: JsonValue = {
        "sources": [card.id for card in cards],
        **amount.as_json(),
        **share(manifest, amount.records),
    }
    is_told = bool(cards) or not silent
    return entry(f"{name}.{word}", label, value if is_told else None, f"sources[{name}={word}]", note)


def known(said: str, words: dict[str, str]) -> str:
    """Return what a card says where a word of the form covers it."""
    return said if said in words else UNKNOWN


def share(manifest: Manifest, records: int) -> dict[str, JsonValue]:
    """Return the share of all records; null where there is none."""
    written = manifest.accounting.written
    return {"share_of_records": round(records / written, 6) if written else None}


def sources(manifest: Manifest) -> Iterator[Entry]:
    """Describe each source."""
    for card in manifest.sources:
        yield entry(f"source.{card.id}", f"来源：{card.id}", described(manifest, card), f"sources.{card.id}")


def cleaning(manifest: Manifest) -> Iterator[Entry]:
    """Count what each stage left out, tagged and edited."""
    account = manifest.accounting
    total: dict[str, JsonValue] = {"read": account.records, "written": account.written, "rejected": account.rejected}
    if account.erased:
        total["erased"] = account.erased
    yield entry(
        "balance", "读取、保留、剔除与删除（条）" if account.erased else "读取、保留与剔除（条）", total, "accounting"
    )
    for stage in manifest.stages:
        done: JsonValue = {"rejected": stage.rejected, "tagged": stage.tagged, "edited": stage.edited}
        rules: JsonValue = {rule: said.rejected for rule, said in stage.rules.items() if said.rejected}
        value: JsonValue = {**done, "rules": rules} if isinstance(done, dict) else done
        yield entry(f"stage.{stage.name}", f"处理步骤：{stage.name}", value, f"stages[{stage.index}]")


def personal(manifest: Manifest) -> Iterator[Entry]:
    """Count kinds and numbers of personal information."""
    counted = False
    for stage in manifest.stages:
        for kind, fates in stage.personal.items():
            counted = True
            value: JsonValue = {"found": fates.found, "replaced": fates.replaced, "left": fates.tagged + fates.allowed}
            yield entry(f"{stage.name}.{kind}", f"个人信息：{kind}", value, f"stages[{stage.index}].personal.{kind}")
    if not counted:
        yield entry("personal", "个人信息的种类与数量", None, "stages")
    yield residual(manifest)
    for card in manifest.sources:
        yield entry(f"lawful_basis.{card.id}", f"处理个人信息的合法性基础：{card.id}", card.lawful_basis, "sources")


def residual(manifest: Manifest) -> Entry:
    """Count what stands in the shards by the detector of its own: also what no stage was to replace."""
    label = "产出中仍存在的身份证号、银行卡号、手机号（项，独立检测）"
    value: JsonValue = standing(manifest)
    note = "left：应替换而未替换；not_to_be_replaced：没有步骤负责替换；allowed：依规则放行。姓名、住址等不在检测之列"
    return entry("residual", label, value, "residual", note)


def rights(manifest: Manifest) -> Iterator[Entry]:
    """Name licence and owner of each source."""
    for card in manifest.sources:
        yield entry(f"license.{card.id}", f"许可证：{card.id}", card.license, f"sources.{card.id}.license")
        yield entry(f"owner.{card.id}", f"权利人：{card.id}", card.owner, f"sources.{card.id}.owner")
    yield fill("ip_officer", "知识产权负责人与投诉渠道")
