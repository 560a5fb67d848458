"""Find what nobody has checked about an output, from its manifest: the list that a reviewer reads first."""

from collections.abc import Iterator
from html import escape

from pydantic import JsonValue

from curate.core.register import Rights
from curate.lineage.manifest import UNDETERMINED, UNKNOWN, Manifest, StageRecord
from curate.report.markup import Sheet
from curate.report.words import Said

STATED = tuple(Rights.model_fields)
Gap = tuple[str, dict[str, str]]
"""Name of a sentence of GAPS, and what fills it in."""
SOUGHT = ("pii", "exact_duplicates", "near_duplicates", "safety", "decontaminate")
TITLE = Said("What was not checked", "未经核验的事项")
GAPS = {
    "page": Said(
        "This page repeats the manifest, and counts in shards, ledger and signals what the manifest does not hold. "
        "It took no "
        "digest again and opened no raw file: curate verify does.",
        "本页转述清单，并在分片、台账和信号文件中统计清单未载的数字；没有重新计算摘要，也没有打开原始文件，请用 "
        "curate verify 核验。",
    ),
    "unsigned": Said("Nobody has signed this output.", "本输出没有签名。"),
    "signed": Said(
        "Whether the signatures hold was not checked: curate verify --key does.",
        "签名是否有效未作核验，请用 curate verify --key。",
    ),
    "limited": Said(
        "A sample: only the first {number} records of each source were read.",
        "这是样本：每个来源只读取了前 {number} 条记录。",
    ),
    "limits": Said("No limit stood on the share of records that may be left out.", "没有对剔除比例设置上限。"),
    "license": Said("No licence is stated for: {names}.", "以下来源未说明许可：{names}。"),
    "category": Said("No category is stated for: {names}.", "以下来源未说明类别：{names}。"),
    "owner": Said("No owner is stated for: {names}.", "以下来源未说明权利人：{names}。"),
    "origin": Said("No origin is stated for: {names}.", "以下来源未说明产地：{names}。"),
    "lawful_basis": Said(
        "No lawful basis for processing personal data is stated for: {names}.",
        "以下来源未说明处理个人信息的合法性基础：{names}。",
    ),
    "encoding": Said(
        "The encoding of {number} files was guessed from their characters.",
        "有 {number} 个文件的编码是根据字符推断的。",
    ),
    "undetermined": Said("The language of {number} records was not determined.", "有 {number} 条记录的语言未能判定。"),
    "sources": Said("Stage {stage} looked only at the sources {names}.", "阶段 {stage} 只检查了这些来源：{names}。"),
    "languages": Said(
        "Stage {stage} looked only at records in {names}.", "阶段 {stage} 只检查了这些语言的记录：{names}。"
    ),
    "pii_tag": Said(
        "Stage {stage} marked personal data and left it in the text.", "阶段 {stage} 只标记个人信息，原值仍留在文本中。"
    ),
    "names": Said(
        "Names of persons are found by rules only: after a label or title, in a header. Names in running text stay.",
        "人名仅凭规则识别：标签或称谓旁、邮件头中的人名会被替换，正文中随意出现的人名会保留。",
    ),
    "as_is": Said(
        "These kept fields go through no stage that edits, so personal data in them stays: {names}.",
        "以下保留字段不经任何修改类阶段，其中的个人信息会原样保留：{names}。",
    ),
    "residual": Said(
        "No independent detector looked for personal data left in the shards.",
        "没有独立检测器检查分片中残留的个人信息。",
    ),
    "no_pii": Said("No stage looked for personal data.", "没有任何阶段查找个人信息。"),
    "no_exact_duplicates": Said("No stage looked for exact copies.", "没有任何阶段查找完全重复的记录。"),
    "no_near_duplicates": Said("No stage looked for near copies.", "没有任何阶段查找近似重复的记录。"),
    "no_safety": Said(
        "No stage looked for unlawful content, secrets or hidden instructions.",
        "没有任何阶段查找违法内容、密钥或隐藏指令。",
    ),
    "no_decontaminate": Said(
        "No stage looked for the test sets of benchmarks.", "没有任何阶段检查文本是否出现在评测集中。"
    ),
    "uncovered": Said(
        "Stage {stage} has no keywords for these classes of TC260-003, appendix A: {names}.",
        "阶段 {stage} 没有以下类别（TC260-003 附录 A）的关键词：{names}。",
    ),
    "recall": Said(
        "Stage {stage} measures pairs that a search proposes. By its parameters it proposes a pair with similarity "
        "{threshold} with probability {share}.",
        "阶段 {stage} 只比对检索给出的候选对；按其参数计算，相似度恰为 {threshold} 的一对文本成为候选的概率为 "
        "{share}。",
    ),
    "tokens": Said(
        "Stage {stage} estimated the number of tokens; no tokenizer was given.",
        "阶段 {stage} 的词元数是估算值，未提供分词器。",
    ),
    "declared": Said(
        "What is declared about sources was not checked against the world: the operator answers for it.",
        "来源信息为运营者自行声明，未与事实核对，由其负责。",
    ),
    "meaning": Said(
        "No stage of curate judges whether a text is true or biased.", "curate 没有判断文本是否属实或带有偏见的阶段。"
    ),
}


def section(sheet: Sheet) -> Iterator[str]:
    """Write the list."""
    lines = "".join(f"<li>{escape(sentence)}</li>" for sentence in gaps(sheet))
    yield f'<ul class="unchecked">{lines}</ul>'


def gaps(sheet: Sheet) -> list[str]:
    """Return one sentence for each thing that was not checked, plain text."""

    def said(name: str, **values: object) -> str:
        return sheet.say(GAPS[name], **values)

    manifest = sheet.manifest
    found: list[Gap] = [("page", {}), ("signed" if sheet.said.signatures else "unsigned", {})]
    found += [*_of_the_run(manifest), *_of_sources(manifest)]
    for stage in manifest.stages:
        found += _of_stage(stage)
    kinds = {stage.stage for stage in manifest.stages}
    found += [(f"no_{kind}", {}) for kind in SOUGHT if kind not in kinds]
    return [said(name, **values) for name, values in (*found, ("declared", {}), ("meaning", {}))]


def _of_the_run(manifest: Manifest) -> Iterator[Gap]:
    if manifest.limited is not None:
        yield "limited", {"number": f"{manifest.limited:,}"}
    if manifest.limits == "off":
        yield "limits", {}
    if manifest.residual is None:
        yield "residual", {}
    guessed = sum(file.confidence is not None and file.confidence < 1 for file in manifest.inputs)
    if guessed:
        yield "encoding", {"number": f"{guessed:,}"}
    undetermined = manifest.dataset.languages.get(UNDETERMINED, 0)
    if undetermined:
        yield "undetermined", {"number": f"{undetermined:,}"}


def _of_sources(manifest: Manifest) -> Iterator[Gap]:
    for what in STATED:
        names = [card.id for card in manifest.sources if getattr(card, what) == UNKNOWN]
        if names:
            yield what, {"names": ", ".join(names)}
    exempt = untouched(manifest.config.resolved.get("sources"))
    if exempt:
        yield "as_is", {"names": ", ".join(exempt)}


def untouched(sources: JsonValue) -> list[str]:
    """List kept fields that no stage edits, as `source.field`, from the resolved configuration of the sources."""
    found = []
    for source in sources if isinstance(sources, list) else []:
        if not isinstance(source, dict):
            continue
        keep, named = source.get("keep"), source.get("as_is")
        fields = [field for field, kind in keep.items() if kind == "as_is"] if isinstance(keep, dict) else []
        fields += [str(field) for field in named] if isinstance(named, list) else []
        found += [f"{source.get('name')}.{field}" for field in fields]
    return found


def _of_stage(stage: StageRecord) -> Iterator[Gap]:
    for what in ("sources", "languages"):
        only = stage.params.get(what)
        if isinstance(only, list):
            yield what, {"stage": stage.name, "names": ", ".join(map(str, only))}
    if stage.stage == "pii":
        done = stage.lineage.get("operators")
        if "tag" in (stage.params.get("operator"), *(done.values() if isinstance(done, dict) else ())):
            yield "pii_tag", {"stage": stage.name}
        yield "names", {}
    uncovered = stage.lineage.get("uncovered")
    if stage.stage == "safety" and isinstance(uncovered, list) and uncovered:
        yield "uncovered", {"stage": stage.name, "names": ", ".join(map(str, uncovered))}
    if stage.stage == "tokens" and not stage.params.get("tokenizer"):
        yield "tokens", {"stage": stage.name}
    threshold = stage.params.get("threshold")
    share = stage.lineage.get(f"found_at_{threshold:g}") if isinstance(threshold, float | int) else None
    if isinstance(share, float):
        yield "recall", {"stage": stage.name, "threshold": f"{threshold}", "share": f"{share:.1%}"}
