"""What the quickstart plants by hand: paragraphs that recur, short good records, what nobody wants or can read."""

BOILERPLATE = {
    ("finance", "zh"): "风险提示：以上内容不构成投资建议，市场有波动，决策需谨慎。",
    ("finance", "en"): "This note is for information only and is no offer to buy or sell anything.",
    ("healthcare", "zh"): "温馨提醒：线上回复仅供参考，不能代替面诊。",
    ("healthcare", "en"): "This leaflet supports, and does not replace, the advice of your own clinician.",
    ("legal", "zh"): "附则：本文自公布之日起三十日后施行，由原发布机关负责解释。",
    ("legal", "en"): "Headings are for convenience only and do not affect interpretation.",
    ("manufacturing", "zh"): "注意：作业前确认能量已隔离，作业后清点工具。",
    ("manufacturing", "en"): "Lockout applied and removed by the same fitter; area left clean.",
    ("energy", "zh"): "本记录由值班员填写，交接班时双方签认。",
    ("energy", "en"): "Entries are made by the duty engineer and countersigned at handover.",
    ("cybersecurity", "zh"): "处置完成后请在平台回填结果，逾期将自动升级。",
    ("cybersecurity", "en"): "Severity may change once more information becomes available.",
}
"""A paragraph of each industry that ends every fourth record, and is no reason to reject one."""

SHORT = {
    "announcements": (
        "项目\t本期\t上期\n营业收入\t4,218.30\t3,907.15\n营业成本\t2,990.02\t2,811.47\n净利润\t512.66\t498.01",
    ),
    "notes": ("Item | 2023 | 2022\nRevenue | 418.2 | 390.7\nCost of sales | 299.0 | 281.1\nProfit | 51.2 | 49.8",),
    "consultations": ("多喝水，注意休息。",),
    "leaflets": ("Do not chew the tablets.",),
    "statutes": ("第三条　本细则由街道办事处负责解释。",),
    "clauses": ("Time is of the essence.",),
    "procedures": (
        "G21 G90 G54\nG00 X0 Y0 Z50.\nM03 S1200\nG01 Z-2.5 F180\nX40. Y12.5\nM05\nM30",
        "阀门已关，压力正常。",
    ),
    "workorders": ("Idler bearing replaced; line 4 back in service.", "No fault found."),
    "inspections": ("未见异常。", "Breaker 7 racked in."),
    "incidents": ("False alarm, sensor wet.",),
    "advisories": (
        'rule stub {\n  strings:\n    $a = { 4D 5A }\n    $b = "svc_update"\n  condition:\n    $a at 0 and $b\n}',
        "Rotate the signing keys before Friday.",
    ),
    "alerts": ("主机已隔离，等待取证。",),
}
"""Short, tabular or code-like records that their trades want to keep."""

ACROSS = (
    ("announcements", "notes"),
    ("inspections", "incidents"),
    ("advisories", "alerts"),
    ("procedures", "inspections"),
    ("workorders", "advisories"),
)
"""Sources whose records turn up again in a later source: three within an industry, two across industries."""

UNWANTED: dict[str, tuple[str, str | None]] = {
    "loop_zh": ("点击领取优惠券。" * 160, "quality"),
    "loop_en": ("limited offer click here now " * 120, "quality"),
    "replaced": ("系统日\ufffd\ufffd\ufffd记录\ufffd\ufffd\ufffd\ufffd失\ufffd\ufffd。" * 6, "quality"),
    "binary": ("".join(chr((n * n * 31 + n * 73 + 11) % 251) for n in range(400)), "quality"),
    "mojibake": (
        "全年经营情况良好，设备检修按计划完成，未发生人身伤害事件。".encode("gbk").decode("latin-1") * 2,
        "quality",
    ),
    "noise": ("sdkfjh wqoeiu zxmcnb qpwoei lskdjf aslkdj mznxbc vbnmcx poiuqw hgjfkd ytrueq nbvcmx", None),
    "blank": (" \u3000\t \n ", "length"),
}
"""Texts that nobody wants, and the stage that rejects them; random typing is left to the user's own thresholds."""
WHERE = {
    "loop_zh": ("notes", "procedures", "alerts"),
    "loop_en": ("incidents", "advisories", "clauses"),
    "replaced": ("procedures", "inspections"),
    "binary": ("incidents", "advisories"),
    "mojibake": ("leaflets", "workorders"),
    "noise": ("advisories",),
    "blank": ("notes", "inspections"),
}
"""The sources that hold them."""

BROKEN = {
    "notes": ((b'{"ref": "N-901", "text": "The desk in Port Lisle closed early', "read:malformed"),),
    "consultations": ((b'{"id": "C-901", "conversations": "see paper file"}', "read:text_type"),),
    "clauses": ((b'{"no": "9.9", "clause": {}}', "read:no_text"),),
    "procedures": ((b'{"ref": "P-901", "text": 20240607}', "read:text_type"),),
    "inspections": ((b'"see paper file"', "read:not_an_object"),),
    "incidents": ((b"", "read:blank"), (b'{"ref": "I-902", "text": "caf\xe9 feeder"}', "read:encoding")),
    "advisories": ((b"[1, 2, 3]", "read:not_an_object"),),
    "alerts": ((b'{"ref": "A-902", "title": "\xe5\xb7\xb2\xe6\x92\xa4\xe9\x94\x80"}', "read:no_text"),),
}
"""Lines and items that hold no sound record, and the rule under which the ledger names them."""
