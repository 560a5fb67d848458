"""The sections on how the output was made and of what it consists: software, settings, files with their digests."""

from collections.abc import Sequence

from curate.report.markup import Cell, Parts, Sheet, code, paired, table
from curate.report.words import RECORDS, SHA256, SOURCE, STAGE, Said

ENVIRONMENT = Said("Environment", "环境")
NOTE = Said(
    "Who made the run, when, and on which machine stands in _lineage/run.json, which no digest covers: it is left "
    "out here, "
    "so that the same output always gives the same page.",
    "运行者、时间与机器见 _lineage/run.json，该文件不受摘要保护，故不列入本页，使同一输出始终得到同一页面。",
)
PYTHON, CONFIG = Said("Python", "Python"), Said("Configuration, sha256", "配置的 sha256")
LIMITS = Said("Limits of a run", "运行限值")
LIMITED = Said("Records a source at most", "每个来源最多读取")
NAMES = Said("Names of raw files", "原始文件名")
PLAIN, KEYED = Said("as they are", "原样"), Said("keyed digests", "带密钥的摘要")
PACKAGES = Said("Packages that shape the output", "影响输出的软件包")
PACKAGES_HEAD = (Said("Package", "软件包"), Said("Version", "版本"))
STAGES = Said("Stages", "各阶段")
STAGES_HEAD = (
    STAGE,
    Said("Kind", "种类"),
    Said("Version", "版本"),
    Said("Settings, sha256", "设置的 sha256"),
    Said("Files that shaped it", "所用文件"),
)
FILES = Said("Files", "文件")
INPUTS = Said("Files read", "读入的文件")
INPUTS_HEAD = (SOURCE, Said("File", "文件"), RECORDS, Said("Bytes", "字节数"), Said("Encoding", "编码"), SHA256)
OUTPUTS = Said("Files written", "写出的文件")
OUTPUTS_HEAD = (Said("File", "文件"), Said("Rows", "行数"), Said("Bytes", "字节数"), SHA256)
MORE = Said("{number} more files stand in the manifest.", "另有 {number} 个文件，见清单。")
MOST_FILES = 500
"""More files than this are counted, not listed."""


def environment(sheet: Sheet) -> Parts:
    """Write versions, settings and assets."""
    manifest = sheet.manifest
    said = manifest.environment
    items: list[tuple[str, Cell]] = [("curate", said.curate), (sheet.say(PYTHON), said.python)]
    items.append((sheet.say(CONFIG), code(manifest.config.sha256, "digest")))
    items.append((sheet.say(LIMITS), code(_plain(manifest.limits))))
    if manifest.limited is not None:
        items.append((sheet.say(LIMITED), manifest.limited))
    items.append((sheet.say(NAMES), sheet.say(KEYED if manifest.uris == "keyed" else PLAIN)))
    yield paired("proof", items)
    yield sheet.p(NOTE, "note")
    yield sheet.h3(STAGES)
    rows = [
        (
            code(stage.name),
            stage.stage,
            stage.version,
            code((stage.params_sha256 or "–")[:16], "digest"),
            ", ".join(f"{asset.name} ({asset.sha256[:12]})" for asset in stage.assets),
        )
        for stage in manifest.stages
    ]
    yield table(sheet.say(STAGES), sheet.head(*STAGES_HEAD), rows)
    if said.packages:
        yield sheet.h3(PACKAGES)
        yield table(sheet.say(PACKAGES), sheet.head(*PACKAGES_HEAD), list(said.packages.items()))


def _plain(limits: object) -> str:
    return ", ".join(f"{name} {value}" for name, value in limits.items()) if isinstance(limits, dict) else str(limits)


def files(sheet: Sheet) -> Parts:
    """Write every file that was read or written, with its digest."""
    manifest = sheet.manifest
    inputs: list[Sequence[Cell]] = [
        (code(file.source_id), file.uri, file.records, file.bytes, file.encoding or "", code(file.sha256, "digest"))
        for file in manifest.inputs
    ]
    said = manifest.outputs
    outputs: list[Sequence[Cell]] = [
        (file.path, file.rows, file.bytes, code(file.sha256, "digest"))
        for file in (*said.shards, *said.rejects, *said.signals, *said.pii, *getattr(said, "tombstones", ()))
    ]
    for title, head, rows in ((INPUTS, INPUTS_HEAD, inputs), (OUTPUTS, OUTPUTS_HEAD, outputs)):
        yield sheet.h3(title)
        yield table(sheet.say(title), sheet.head(*head), rows[:MOST_FILES])
        if len(rows) > MOST_FILES:
            yield sheet.p(MORE, "note", number=f"{len(rows) - MOST_FILES:,}")
