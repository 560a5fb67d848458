"""What the page says, in English and in Chinese: the same facts in the same order."""

from typing import Literal, NamedTuple

Language = Literal["en", "zh"]


class Words(NamedTuple):
    """The phrases of a page in one language; `{...}` are filled in by the page."""

    tag: str
    title: str
    summary: str
    digest: str
    balance: str
    balance_line: str
    by_stage: str
    stage_head: tuple[str, ...]
    by_source: str
    source: str
    read: str
    written: str
    left_at: str
    total: str
    sources: str
    sources_head: tuple[str, ...]
    registry: str
    registry_note: str
    registry_head: tuple[str, ...]
    unknown: str
    rules: str
    rules_note: str
    rules_head: tuple[str, ...]
    personal: str
    personal_note: str
    personal_none: str
    personal_head: tuple[str, ...]
    fates_head: tuple[str, ...]
    residual_note: str
    residual_head: tuple[str, ...]
    canaries_note: str
    canaries_head: tuple[str, ...]
    languages: str
    languages_head: tuple[str, ...]
    undetermined: str
    inputs: str
    inputs_head: tuple[str, ...]
    outputs: str
    outputs_head: tuple[str, ...]
    more: str
    unchecked: str
    kept: str
    left: str
    tagged: str
    gaps: dict[str, str]


EN = Words(
    tag="en",
    title="Report on the data set {name}",
    summary="{rows} records from {files} files of {sources} sources, made by curate {curate} with Python {python}.",
    digest="Every number on this page is from _lineage/manifest.json with sha256",
    balance="Balance",
    balance_line="{records} records read = {written} written + {rejected} left out",
    by_stage="By stage",
    stage_head=("", "Stage", "", "In", "Out", "Left out", "Tagged", "Edited"),
    by_source="By source",
    source="Source",
    read="Read",
    written="Written",
    left_at="left out by {stage}",
    total="all",
    sources="Sources and licences",
    sources_head=("Source", "Format", "Licence", "Category", "Owner", "Origin", "Lawful basis"),
    registry="Source registry",
    registry_note="As declared by whoever made the data set; nobody has checked it here.",
    registry_head=("Source", "Declared", "Unknown"),
    unknown="unknown",
    rules="Rules",
    rules_note="A record counts once as left out, under the first rule that rejected it. It may carry several tags.",
    rules_head=("Rule", "", "Left out", "Tagged"),
    personal="Personal data",
    personal_note="Values found by {stage}, which did this with them: {operator}.",
    personal_none="None was found.",
    personal_head=("Type", "", "Values"),
    fates_head=("Type", "Source", "Found", "Replaced", "Tagged", "Allowed", "Why allowed"),
    residual_note="An independent detector looked through the written shards for resident ids and bank cards whose "
    "check digits hold, and for Chinese mobiles. Allowed: what stands around a number says that it is nobody's. "
    "Outside: no stage was to replace it. {count} values were left.",
    residual_head=("Kind", "Source", "Left", "Allowed", "Outside"),
    canaries_note="Invented values planted in scratch copies of records of this set, and what {stage} let through.",
    canaries_head=("Type", "Planted", "Leaked", "Allowed"),
    languages="Languages",
    languages_head=("Language", "", "Records"),
    undetermined="not determined",
    inputs="Files read",
    inputs_head=("Source", "File", "Records", "Bytes", "Encoding", "sha256"),
    outputs="Files written",
    outputs_head=("File", "Rows", "Bytes", "sha256"),
    more="{number} more files stand in the manifest.",
    unchecked="What was not checked",
    kept="kept",
    left="left out",
    tagged="tagged",
    gaps={
        "page": "This page repeats the manifest. It opened no shard, no ledger and no raw file; "
        "curate verify counts them again.",
        "limited": "A sample: only the first {number} records of each source were read.",
        "limits": "No limit stood on the share of records that may be left out.",
        "license": "No licence is stated for: {names}.",
        "category": "No category is stated for: {names}.",
        "owner": "No owner is stated for: {names}.",
        "origin": "No origin is stated for: {names}.",
        "lawful_basis": "No lawful basis for processing personal data is stated for: {names}.",
        "encoding": "The encoding of {number} files was guessed from their characters.",
        "undetermined": "The language of {number} records was not determined.",
        "sources": "Stage {stage} looked only at the sources {names}.",
        "languages": "Stage {stage} looked only at records in {names}.",
        "no_pii": "No stage looked for personal data.",
        "pii_tag": "Stage {stage} marked personal data and left it in the text.",
        "names": "Names of persons are found by rules only: after a label or title, in a header. "
        "Names in running text stay.",
        "as_is": "These kept fields go through no stage that edits, so personal data in them stays: {names}.",
        "no_exact_duplicates": "No stage looked for exact copies.",
        "no_near_duplicates": "No stage looked for near copies.",
        "recall": "Stage {stage} measures pairs that a search proposes. By its parameters it proposes a pair with "
        "similarity {threshold} with probability {share}.",
        "tokens": "Stage {stage} estimated the number of tokens; no tokenizer was given.",
        "meaning": "No stage of curate judges whether a text is true, harmful or biased, or whether a test set of a "
        "benchmark contains it.",
    },
)

ZH = Words(
    tag="zh-CN",
    title="数据集 {name} 审查报告",
    summary="共 {rows} 条记录，来自 {sources} 个来源的 {files} 个文件，由 curate {curate}（Python {python}）生成。",
    digest="本页所有数字均取自 _lineage/manifest.json，其 sha256 为",
    balance="收支平衡",
    balance_line="读入 {records} 条 = 写出 {written} 条 + 剔除 {rejected} 条",
    by_stage="按阶段",
    stage_head=("", "阶段", "", "输入", "输出", "剔除", "标记", "修改"),
    by_source="按来源",
    source="来源",
    read="读入",
    written="写出",
    left_at="由 {stage} 剔除",
    total="合计",
    sources="来源与许可",
    sources_head=("来源", "格式", "许可", "类别", "权利人", "产地", "处理个人信息的合法性基础"),
    registry="来源登记",
    registry_note="内容由数据集制作方申报，此处未作核实。",
    registry_head=("来源", "已申报", "未知"),
    unknown="未知",
    rules="规则",
    rules_note="一条记录只按首个将其剔除的规则计一次；一条记录可以带有多个标记。",
    rules_head=("规则", "", "剔除", "标记"),
    personal="个人信息",
    personal_note="由阶段 {stage} 发现的值，处理方式：{operator}。",
    personal_none="未发现。",
    personal_head=("类型", "", "个数"),
    fates_head=("类型", "来源", "发现", "替换", "标记", "放行", "放行原因"),
    residual_note="独立检测器检查了已写出的分片：校验位成立的居民身份证号和银行卡号，以及中国手机号。放行：前后文表明该号码不属于"
    "任何人；范围外：没有阶段负责替换。残留 {count} 个。",
    residual_head=("种类", "来源", "残留", "放行", "范围外"),
    canaries_note="在本数据集记录的临时副本中植入虚构的值，{stage} 漏过的数量如下。",
    canaries_head=("类型", "植入", "漏过", "放行"),
    languages="语言",
    languages_head=("语言", "", "记录数"),
    undetermined="未判定",
    inputs="读入的文件",
    inputs_head=("来源", "文件", "记录数", "字节数", "编码", "sha256"),
    outputs="写出的文件",
    outputs_head=("文件", "行数", "字节数", "sha256"),
    more="另有 {number} 个文件，见清单。",
    unchecked="未经核验的事项",
    kept="保留",
    left="剔除",
    tagged="标记",
    gaps={
        "page": "本页只是转述清单，没有打开任何分片、台账或原始文件；重新计数请用 curate verify。",
        "limited": "这是样本：每个来源只读取了前 {number} 条记录。",
        "limits": "没有对剔除比例设置上限。",
        "license": "以下来源未说明许可：{names}。",
        "category": "以下来源未说明类别：{names}。",
        "owner": "以下来源未说明权利人：{names}。",
        "origin": "以下来源未说明产地：{names}。",
        "lawful_basis": "以下来源未说明处理个人信息的合法性基础：{names}。",
        "encoding": "有 {number} 个文件的编码是根据字符推断的。",
        "undetermined": "有 {number} 条记录的语言未能判定。",
        "sources": "阶段 {stage} 只检查了这些来源：{names}。",
        "languages": "阶段 {stage} 只检查了这些语言的记录：{names}。",
        "no_pii": "没有任何阶段查找个人信息。",
        "pii_tag": "阶段 {stage} 只标记个人信息，原值仍留在文本中。",
        "names": "人名仅凭规则识别：标签或称谓旁、邮件头中的人名会被替换，正文中随意出现的人名会保留。",
        "as_is": "以下保留字段不经任何修改类阶段，其中的个人信息会原样保留：{names}。",
        "no_exact_duplicates": "没有任何阶段查找完全重复的记录。",
        "no_near_duplicates": "没有任何阶段查找近似重复的记录。",
        "recall": "阶段 {stage} 只比对检索给出的候选对；"
        "按其参数计算，相似度恰为 {threshold} 的一对文本成为候选的概率为 {share}。",
        "tokens": "阶段 {stage} 的词元数是估算值，未提供分词器。",
        "meaning": "curate 没有判断文本是否属实、有害或带有偏见的阶段，也不检查文本是否出现在评测集中。",
    },
)

WORDS: dict[Language, Words] = {"en": EN, "zh": ZH}
