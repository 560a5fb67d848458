"""The classes of risk by which lexicons are kept: TC260-003, appendix A, 5 groups and 31 classes."""

from typing import NamedTuple


class Risk(NamedTuple):
    """One class."""

    id: str
    """Group and letter: `A.1.f`."""
    zh: str
    en: str


GROUPS = {
    "A.1": ("违反社会主义核心价值观", "against the core socialist values"),
    "A.2": ("歧视性内容", "discrimination"),
    "A.3": ("商业违法违规", "unlawful commerce"),
    "A.4": ("侵犯他人合法权益", "against the rights of others"),
    "A.5": ("无法满足特定服务类型的安全需求", "not safe enough for the kind of service"),
}
"""Groups: what each is called, Chinese and English."""

_CLASSES = {
    "A.1": (
        ("煽动颠覆国家政权、推翻社会主义制度", "incitement to subvert the state"),
        ("危害国家安全和利益、损害国家形象", "harm to the security, interests and image of the state"),
        ("煽动分裂国家、破坏国家统一和社会稳定", "incitement to separatism and unrest"),
        ("宣扬恐怖主义、极端主义", "terrorism and extremism"),
        ("宣扬民族仇恨", "ethnic hatred"),
        ("宣扬暴力、淫秽色情", "violence, obscenity, pornography"),
        ("传播虚假有害信息", "false and harmful information"),
        ("其他法律、行政法规禁止的内容", "what other laws and regulations forbid"),
    ),
    "A.2": (
        ("民族歧视", "by ethnicity"),
        ("信仰歧视", "by belief"),
        ("国别歧视", "by country"),
        ("地域歧视", "by region"),
        ("性别歧视", "by sex"),
        ("年龄歧视", "by age"),
        ("职业歧视", "by occupation"),
        ("健康歧视", "by health"),
        ("其他方面歧视", "by anything else"),
    ),
    "A.3": (
        ("侵犯他人知识产权", "intellectual property"),
        ("违反商业道德", "business ethics"),
        ("泄露他人商业秘密", "trade secrets"),
        ("实施垄断和不正当竞争行为", "monopoly and unfair competition"),
        ("其他商业违法违规行为", "any other unlawful commerce"),
    ),
    "A.4": (
        ("危害他人身心健康", "physical and mental health"),
        ("侵害他人肖像权", "portrait"),
        ("侵害他人名誉权", "reputation"),
        ("侵害他人荣誉权", "honour"),
        ("侵害他人隐私权", "privacy"),
        ("侵害他人个人信息权益", "personal information"),
        ("侵犯他人其他合法权益", "any other right"),
    ),
    "A.5": (
        ("内容不准确，严重不符合科学常识或主流认知", "inaccurate, against science or what is generally known"),
        ("内容不可靠，无法对使用者形成帮助", "of no help to the user"),
    ),
}

RISKS = {
    f"{group}.{letter}": Risk(f"{group}.{letter}", zh, en)
    for group, classes in _CLASSES.items()
    for letter, (zh, en) in zip("abcdefghi", classes, strict=False)
}
"""The 31 classes by id, in the order of the appendix. The wording is a short form; the standard's own text governs."""
