"""What the dataset card says, in English and in Chinese: the same facts in the same order."""

from typing import NamedTuple


class Words(NamedTuple):
    """The phrases of a card in one language; `{...}` are filled in by the card."""

    other: str
    summary: str
    limited: str
    empty: str
    load: str
    load_note: str
    splits: str
    split_head: tuple[str, ...]
    languages: str
    language_head: tuple[str, ...]
    undetermined: str
    sources: str
    sources_note: str
    source_head: tuple[str, ...]
    unknown: str
    previous: str
    stages: str
    stages_note: str
    erased: str
    stage_head: tuple[str, ...]
    rules: str
    rule_head: tuple[str, ...]
    columns: str
    column_head: tuple[str, ...]
    kept: str
    signal: str
    column: dict[str, str]
    check: str
    check_note: str
    lineage: str
    lineage_note: tuple[str, ...]


EN = Words(
    other="[中文说明](README.zh-CN.md)",
    summary="{rows} records from {files} files of {sources} sources, made by curate {curate}.",
    limited="**A sample:** only the first {limited} records of each source were read.",
    empty="**No record is left:** there is no data file to load; the ledger says why.",
    load="How to load it",
    load_note="Each folder below `data/` holds the shards of one split and nothing else.",
    splits="Splits",
    split_head=("Split", "Records", "Shards", "Bytes, uncompressed", "Bytes on disk"),
    languages="Languages",
    language_head=("Language", "Records"),
    undetermined="not determined",
    sources="Sources and licences",
    sources_note="`unknown` means that the configuration did not say.",
    source_head=("Source", "Format", "Licence", "Category", "Owner", "Origin", "Files", "Read", "Written", "Left out"),
    unknown="unknown",
    previous="Source `{source}` reads an earlier output; the sha256 of its manifest is `{sha256}`.",
    stages="What was done",
    stages_note="Every record that was read is either in a shard or in the ledger of what was left out.",
    erased="{records} of them were erased since, in {erasures} erasures: `_lineage/tombstones-*.parquet` names their"
    " places, `curate history .` tells why and when.",
    stage_head=("", "Stage", "In", "Out", "Left out", "Tagged", "Edited"),
    rules="Rules that spoke",
    rule_head=("Rule", "Left out", "Tagged"),
    columns="Columns",
    column_head=("Column", "Type", "Meaning"),
    kept="Field of the source, kept.",
    signal="Measurement.",
    column={
        "id": "Name of the record: 32 hex characters; the same in the ledger and in the measurements.",
        "text": "The text to train on. For a chat: its turns, rendered.",
        "messages": "Turns of a chat; null for other records.",
        "source_id": "Source that the record came from.",
        "source_uri": "File that it came from.",
        "source_row": "Its number in that file, from 0.",
        "source_offset": "Where it starts there: bytes after decompression, or its number (json, parquet).",
        "source_length": "How long it is there: bytes, or 1 (json, parquet).",
        "license": "Licence of its source.",
        "language": "Language of the text; null where it was not determined.",
        "n_tokens": "Number of tokens; null where they were not counted.",
        "tags": "Rules that found something worth knowing and left the record in.",
        "ops": "Stages that changed the text.",
        "pii": "Personal data that was replaced: type and count.",
        "cluster": "Cluster of near duplicates; null outside clusters.",
    },
    check="How to check it",
    check_note="The first command needs no tool of ours. The second counts again: inputs = shards + ledger.",
    lineage="What lies beside the data",
    lineage_note=(
        "`_lineage/manifest.json`: inputs, sources, settings, stages and outputs, with digests.",
        "`_lineage/rejects-*.parquet`: a row for each record left out: place, stage, rule, value, threshold. No text.",
        "`_lineage/signals-*.parquet`: measurements by record id. No text.",
        "`_lineage/run.json`: when and where it was made; the only file that two equal runs do not share.",
    ),
)

ZH = Words(
    other="[English](README.md)",
    summary="共 {rows} 条记录，来自 {sources} 个来源的 {files} 个文件，由 curate {curate} 生成。",
    limited="**样本：** 每个来源只读取了前 {limited} 条记录。",
    empty="**没有剩下任何记录：** 没有可加载的数据文件；原因见剔除台账。",
    load="如何加载",
    load_note="`data/` 下每个文件夹只存放一个划分的分片，别无他物。",
    splits="数据划分",
    split_head=("划分", "记录数", "分片数", "未压缩字节数", "磁盘字节数"),
    languages="语言",
    language_head=("语言", "记录数"),
    undetermined="未判定",
    sources="来源与许可",
    sources_note="“未知”表示配置中没有说明。",
    source_head=("来源", "格式", "许可", "类别", "权利人", "产地", "文件数", "读入", "写出", "剔除"),
    unknown="未知",
    previous="来源 `{source}` 读取的是此前的产出，其清单的 sha256 为 `{sha256}`。",
    stages="处理过程",
    stages_note="读入的每一条记录，要么在分片中，要么在剔除台账中。",
    erased="其中 {records} 条此后经 {erasures} 次删除而去除：`_lineage/tombstones-*.parquet` 只记其位置，"
    "`curate history .` 说明原因与时间。",
    stage_head=("", "阶段", "输入", "输出", "剔除", "标记", "修改"),
    rules="命中的规则",
    rule_head=("规则", "剔除", "标记"),
    columns="字段",
    column_head=("字段", "类型", "含义"),
    kept="来源中保留的字段。",
    signal="度量值。",
    column={
        "id": "记录编号：32 个十六进制字符；在台账与度量文件中相同。",
        "text": "用于训练的文本；对话记录为各轮次的拼接。",
        "messages": "对话的各轮次；非对话记录为空。",
        "source_id": "记录的来源。",
        "source_uri": "记录所在的文件。",
        "source_row": "记录在文件中的序号，从 0 开始。",
        "source_offset": "记录在文件中的起点：解压后的字节位置，或序号（json、parquet）。",
        "source_length": "记录在文件中的长度：字节数，或 1（json、parquet）。",
        "license": "来源的许可。",
        "language": "文本的语言；未判定时为空。",
        "n_tokens": "词元数；未计数时为空。",
        "tags": "命中但未剔除该记录的规则。",
        "ops": "修改过文本的阶段。",
        "pii": "已替换的个人信息：类型与次数。",
        "cluster": "近似重复簇；不属于任何簇时为空。",
    },
    check="如何核验",
    check_note="第一条命令无需本工具；第二条命令从文件重新计数：输入 = 分片 + 台账。",
    lineage="数据旁边的文件",
    lineage_note=(
        "`_lineage/manifest.json`：输入、来源、设置、阶段与产出及其摘要值。",
        "`_lineage/rejects-*.parquet`：每条被剔除的记录一行：位置、阶段、规则、数值、阈值；不含文本。",
        "`_lineage/signals-*.parquet`：按记录编号的度量值；不含文本。",
        "`_lineage/run.json`：何时何地生成；两次相同的运行之间唯一不同的文件。",
    ),
)
