"""What has the shape of personal data and is none: hotlines, amounts, numbers of parts, versions, public mailboxes."""

import re

from curate.stages.pii.checks import TOLL_FREE, is_public_ip, words
from curate.stages.pii.words import Words

WINDOW = 24
"""How many characters before a value are searched for what else it may be."""
LIST_WINDOW = 64
"""The same for versions, which come in lists."""

NUMBERED = Words(
    "订单|单号|流水号|批号|批次|编号|专利|货号|料号|件号|条码|序列号|合同号|发票|案号|文号|型号|图号|物料|书号|刊号|准字|证书号|时间戳|"
    "编码|工单号|运单|快递单|条形码|备案号|许可证号|设备号|机身号|资产号|车次|航班",
    "p/n|s/n|gb/t|cve-",
    "order|batch|lot|part|serial|invoice|sku|model|patent|ticket|doi|isbn|issn|timestamp|iso|iec|ean|upc|gtin|tracking|nsn|rfc",
)
PERSONAL = Words(
    "电话|手机|座机|传真|联系|致电|拨打|身份证|卡号|银行卡|账号|帐号|phone|mobile|card|ssn", "cell|tel|fax"
)
SERVED = re.compile(r"[0-9]{3}[^0-9]{0,4}[，,；;。|\n][^0-9]*\Z")
"""A number and the end of its field, up to the number in question."""
AMOUNT_AFTER = re.compile(
    r"\s?(?:元(?!旦)|[万亿股吨%％‰℃]|千瓦|字节|美元|港元|(?:bytes|USD|RMB|CNY|kWh|MWh)(?![A-Za-z])|\.[0-9]{1,2}(?![0-9]))"
)
AMOUNT_BEFORE = re.compile(r"(?:[¥￥$€£]|(?<![0-9])0\.|RMB|USD|CNY)\s?\Z")
VERSION = Words(
    "版本|固件|升级|补丁|更新至|更新到|version|firmware|release|patch|fixed in|service pack|licensing server|software",
    "build|prior to|updat|upgrad",
    "ver|section|sections|sec|clause|clauses|oid",
)
ADDRESS = Words("地址|address|主机|登录|访问", "host|(?<!/)ip")
EXTENSION = re.compile("(?i:x|e|#|转|分)")
NATIONAL = re.compile(f"1?(?:400|{'|'.join(sorted(TOLL_FREE))})[0-9]{{7}}")
SECTION = re.compile(r"(?:\A|\n)[\s#]*\Z")
LARGEST_SECTION = 40
DNS = frozenset({"8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9", "114.114.114.114", "223.5.5.5", "223.6.6.6"})
EXAMPLE_DOMAIN = re.compile(r"(?:\A|\.)(?:example(?:\.(?:com|org|net))?|invalid|test|localhost)\Z")
"""Names that nobody can register (RFC 2606, RFC 6761); `example` below any other domain is somebody's."""
ROLES = words(
    "noreply no-reply donotreply do-not-reply postmaster mailer-daemon abuse git webmaster hostmaster info "
    "support security psirt cert csirt soc contact sales service services servicedesk helpdesk help central "
    "press media office hr jobs careers marketing orders billing feedback enquiries inquiries privacy legal "
    "compliance kefu admin administrator productsecurity"
)
"""Names of mailboxes that answer for an organisation or a machine (RFC 2142 and custom), not for a person."""
ROLE_ENDING = re.compile(
    "(?:support|service|servicedesk|helpdesk|security|psirt|csirt|noreply|webmaster|customercare|hotline|enquiries)s?\\Z"
)
"""How the names of other such mailboxes end: no family is called so."""
NOT_A_TLD = words(
    "service socket timer target mount png jpg jpeg gif svg webp ico css js ts json xml html htm php py so "
    "dll exe zip gz tar deb rpm jar log txt md yaml yml cfg conf local lan internal"
)


def says(one: Words, other: Words, text: str, start: int, window: int) -> bool:
    """Tell whether one kind of word stands in the window before `start`, and nearer than the other kind."""
    before = text[max(0, start - window) : start].lower()
    nearest = one.last(before)
    return nearest >= 0 and nearest > other.last(before)


def is_numbered(text: str, start: int, _end: int) -> bool:
    """Tell whether the nearest label before a number says order, batch, part, patent and the like.

    A label that has had its number, with a comma or a line break behind it, says nothing of the next one.
    """
    before = text[max(0, start - WINDOW) : start].lower()
    nearest = NUMBERED.last(before)
    return nearest >= 0 and nearest > PERSONAL.last(before) and SERVED.search(before, nearest) is None


def is_amount(text: str, start: int, end: int) -> bool:
    """Tell whether a unit or currency stands next to a number, or the number is a part of a decimal."""
    return bool(AMOUNT_AFTER.match(text, end) or AMOUNT_BEFORE.search(text, max(0, start - 5), start))


def is_other_number(text: str, start: int, end: int) -> bool:
    """Tell whether a number is an amount, or the number of something that is not a person."""
    return is_amount(text, start, end) or is_numbered(text, start, end)


def is_hotline(text: str, start: int, end: int) -> bool:
    """Tell whether a number belongs to a service: 400 and 800 of China, toll-free ones of North America.

    Short codes (95xxx, 12345) have too few digits for any rule.
    """
    digits = "".join(sign for sign in EXTENSION.split(text[start:end], 1)[0] if sign.isdigit())
    return NATIONAL.fullmatch(digits) is not None


def is_no_phone(text: str, start: int, end: int) -> bool:
    """Tell whether a number that is written like a telephone number is a hotline or another number."""
    return is_hotline(text, start, end) or is_other_number(text, start, end)


def is_version_or_own(text: str, start: int, end: int) -> bool:
    """Tell whether an address is nobody's (see `is_public_ip`), a well-known resolver, a version or a section."""
    value = text[start:end]
    if value in DNS or not is_public_ip(value):
        return True
    if ":" in value:
        return False
    if says(VERSION, ADDRESS, text, start, LIST_WINDOW):
        return True
    small = all(int(part) <= LARGEST_SECTION for part in value.split("."))
    return small and bool(SECTION.search(text, max(0, start - 8), start)) and text[end : end + 1].isspace()


def is_public_mailbox(text: str, start: int, end: int) -> bool:
    """Tell whether a mailbox is an example (RFC 2606), answers for an organisation, or is a file such as a@2x.png."""
    local, _, domain = text[start:end].lower().rpartition("@")
    last = domain.rpartition(".")[2]
    parts = re.split("[._+-]", local)
    return (
        local in ROLES
        or parts[0] in ROLES
        or parts[-1] in ROLES
        or ROLE_ENDING.search(local) is not None
        or last in NOT_A_TLD
        or EXAMPLE_DOMAIN.search(domain) is not None
    )
