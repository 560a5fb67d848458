"""Invented personal data whose check digits hold, and what looks like personal data and is none.

Region codes, card issuers, mobile prefixes and QQ numbers are ones that were not given out, mail domains are
invented, telephone numbers of the US lie in the range kept for fiction.
"""

from collections.abc import Callable

PROVINCE = "139900"
"""A region code of Hebei that no county has."""
USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def resident_id(n: int) -> str:
    """Return a resident id of 18 signs (GB 11643: ISO 7064, MOD 11-2)."""
    body = f"{PROVINCE}{1952 + n * 7 % 48}{1 + n * 5 % 12:02}{1 + n * 11 % 28:02}{n * 37 % 1000:03}"
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(body))
    return body + "10X98765432"[total % 11]


def mobile(n: int) -> str:
    """Return a mobile number with a prefix that no carrier has."""
    return f"154{(70010203 + n * 1234577) % 10**8:08}"


def mobile_abroad(n: int) -> str:
    """Return a mobile number as one dials it from abroad."""
    return f"+86 {mobile(n)}"


def landline(n: int) -> str:
    """Return a landline number with an area code."""
    return f"03{10 + n % 9}-8{(990123 + n * 7717) % 10**6:06}"


def telephone(n: int) -> str:
    """Return a telephone number of the US from the range 555-01xx, which is kept for fiction."""
    return f"({212 + n * 101 % 600}) 555-01{n * 7 % 100:02}"


def luhn(body: str) -> str:
    """Append the check digit of ISO/IEC 7812-1."""
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body))]
    return body + str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def bank_card(n: int) -> str:
    """Return a card number of 19 digits that begins like UnionPay's, of no bank."""
    return luhn(f"629999{(314159265358 + n * 271828182845) % 10**12:012}")


def credit_card(n: int) -> str:
    """Return a card number of 16 digits that begins like an international one, of no bank."""
    return luhn(f"499999{(161803398 + n * 98765431) % 10**9:09}")


def company_code(n: int) -> str:
    """Return a unified social credit code (GB 32100: MOD 31) around an organisation code (GB 11714: MOD 11)."""
    organisation = f"MA{n * 13 % 10}Q{n * 7919 % 10000:04}"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    check = -sum(letters.index(sign) * weight for sign, weight in zip(organisation, weights, strict=True)) % 11
    body = f"91{PROVINCE}{organisation}{'X' if check == 10 else check}"  # noqa: PLR2004 - X stands for ten
    total = sum(USCC_SIGNS.index(sign) * 3**place for place, sign in enumerate(body))
    return body + USCC_SIGNS[-total % 31]


def plate(n: int) -> str:
    """Return the plate of a car, of a city letter that Hebei does not use."""
    return f"冀X·{'ABCDEFGH'[n % 8]}{n * 7919 % 10000:04}"


def passport(n: int) -> str:
    """Return a Chinese passport number."""
    return f"E{(90000017 + n * 104729) % 10**8:08}"


def mailbox(n: int) -> str:
    """Return an e-mail address at an invented domain."""
    names = ("valve.desk", "t_morrow", "hexiang01", "night-shift", "q.lindqvist", "zhb2031")
    domains = ("qinghe-pumpworks.com.cn", "tollgate-mutual.net", "heron-gateway.io", "langu-bank.cn")
    return f"{names[n % 6]}{n}@{domains[n % 4]}"


def address(n: int) -> str:
    """Return an address of a block that is not routed on the public internet, but is public by its range."""
    return f"11.{n * 29 % 250 + 3}.{n * 53 % 250 + 2}.{n * 17 % 250 + 4}"


def wechat(n: int) -> str:
    """Return a WeChat id."""
    return f"wx_hengyu{n * 37 % 1000:03}"


def qq(n: int) -> str:
    """Return a QQ number beyond those that were given out."""
    return str(9990012345 + n * 104729)


PERSONAL: dict[str, tuple[Callable[[int], str], dict[str, tuple[str, ...]]]] = {
    "CN_RESIDENT_ID": (resident_id, {"zh": ("申请人身份证号{}，复印件已归档。", "（证件号码：{}）")}),
    "PHONE_NUMBER": (
        mobile,
        {"zh": ("如有疑问请拨打{}联系值班人员。", "现场负责人手机：{}。")},
    ),
    "CN_BANK_CARD": (bank_card, {"zh": ("退款请汇入银行卡{}。", "收款卡号{}，开户行略。")}),
    "CN_USCC": (company_code, {"zh": ("统一社会信用代码：{}。", "开票单位信用代码{}。")}),
    "CN_PLATE": (plate, {"zh": ("送货车辆车牌{}，到场后登记。", "肇事车辆{}已移交。")}),
    "CN_PASSPORT": (passport, {"zh": ("外籍专家护照号{}。", "登记护照：{}。")}),
    "EMAIL_ADDRESS": (
        mailbox,
        {
            "zh": ("资料请发至{}。", "邮箱{}，三日内回复。"),
            "en": ("Questions go to {}.", "Send the log to {} by Friday."),
        },
    ),
    "IP_ADDRESS": (
        address,
        {"zh": ("告警源地址为{}，已封禁。",), "en": ("The session came from {} at night.", "Block {} at the edge.")},
    ),
    "WECHAT_ID": (wechat, {"zh": ("加微信号：{}，备注单位名称。", "微信：{}。")}),
    "QQ_NUMBER": (qq, {"zh": ("QQ：{}。", "技术交流QQ号{}。")}),
    "CREDIT_CARD": (credit_card, {"en": ("The refund went to card {}.", "Charged to credit card {} twice.")}),
}
"""Types of personal data, how a value is made, and sentences that hold one."""
OTHER_SHAPES: dict[str, tuple[Callable[[int], str], dict[str, tuple[str, ...]]]] = {
    "landline": (landline, {"zh": ("值班电话{}。", "传真：{}。")}),
    "mobile abroad": (mobile_abroad, {"en": ("The shift mobile is {}.", "Text {} on arrival.")}),
    "telephone": (telephone, {"en": ("Call {} before noon.", "Phone {} for access.")}),
}
"""More ways to write a PHONE_NUMBER."""

HARMLESS = {
    "zh": (
        "订单号202403180012347已关闭。",
        "执行标准GB/T 19001-2016，批次号20240611003。",
        "网关内网地址192.168.10.24，掩码255.255.255.0。",
        "客服热线400-810-9988与95599照常服务。",
        "流水号139900199001011230留档备查。",
        "固件版本10.4.2.17已下发。",
        "合同金额13800000000元，分三期支付。",
        "模板邮箱noreply@example.com不接收回信。",
    ),
    "en": (
        "Order 4471 2093 8812 was closed.",
        "The lab network uses 192.168.40.12 and 203.0.113.9 only.",
        "Firmware version 12.30.4.19 is the last good one.",
        "The toll-free line 800-555-0199 stays open.",
        "Part number 62-4471-9920 replaces 62-4471-9919.",
        "Sample mail goes to user@example.org.",
        "ISBN 978-7-111-54742-6 covers the basics.",
    ),
}
"""Numbers and addresses that are nobody's and must stay as they are."""
