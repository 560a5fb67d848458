"""What has the shape of personal data and is none: hotlines, amounts, numbers of parts, versions, public mailboxes."""

import re

from curate.core import labels
from curate.stages.pii.checks import TOLL_FREE, is_public_ip, words
from curate.stages.pii.reasons import Reason
from curate.stages.pii.words import Words

WINDOW = 24
"""How many characters before a value are searched for what else it may be."""
LIST_WINDOW = 64
"""The same for versions, which come in lists."""

NUMBERED = Words(labels.THINGS, labels.BEGINNING, labels.WHOLE)
PERSONAL = Words(
    "电话|手机|座机|传真|联系|咨询|热线|客服|专线|致电|拨打|来电|短信|聯絡|電話|身份|身分|证件号|社会保障|卡号|银行卡|储蓄卡|借记卡|信用卡|账号|"
    "帐号|账户|帐户|银联|护照|信用代码|税号|纳税人|国民保险|驾照|驾驶证|phone|mobile|card|(?<!i)ssn|account|identity|identification|"
    "passport|telephone|iban|social security",
    "cell|tel|fax|call|text me|reach|dial|contact (?:me|us|him|her)|whatsapp|credit|debit|visa|national insurance|"
    "nino|itin|driv(?:er|ing)|tax(?:payer)? id",
)
"""What says that a number is a person's: the labels of every type whose rules heed the words above."""
OWN_TAILS = frozenset({"编号", "编码", "serial"})
"""Right behind a label of a person these are a part of it: the number of an account."""
ATTACHED = re.compile("(?:号码?|方式|me at|at|numbers?|no\\.?|#|is|为|是|[:：=|\\s\"'“(（])*")
"""All that stands between a label and its value where nothing else can be meant."""
SERVED = re.compile(r"[0-9]{3}[^0-9]*?[，,；;。|\n)）][^0-9]*\Z")
"""A number and the end of its field, up to the number in question."""
SENTENCE = re.compile(r"[。！？]|(?<=[a-z]{4})[.!?]\s|\n\s*\n")
"""What ends the reach of a label."""
AMOUNT_AFTER = re.compile(
    r"\s?(?:元(?!旦)|[万亿股吨%％‰℃]|条(?![件款例约])|笔(?![者记录试])|次(?![日月年要])|件(?!号)|人次|平方|立方|公里|千米|公斤|千克|"
    r"个(?![人体])|千瓦|字节|美元|港元|(?:bytes|USD|RMB|CNY|kWh|MWh)(?![A-Za-z]))"
)
NUMBERED_AFTER = re.compile("[ ]?号(?:商标|专利|文件|公告|通知|决定|判决|裁定)")
VERSION_AFTER = re.compile("[ ]?版(?:本|(?![权面主图]))")
CONNECTS = re.compile("[ ]?(?:登录|登陆|访问|发起|连接|请求|攻击|扫描|远程)")
"""What a host does, and no version."""
DECIMALS = re.compile(r"\.[0-9]{1,2}(?![0-9])")
AMOUNT_BEFORE = re.compile(r"(?:[¥￥$€£]|(?<![0-9])0\.|RMB|USD|CNY)\s?\Z")
VERSION = Words(
    "版本|固件|升级|补丁|更新至|更新到|version|firmware|release|patch|fixed in|service pack|licensing server|software",
    "build|prior to|updat|upgrad",
    "ver|section|sections|sec|clause|clauses|oid",
)
ADDRESS = Words(
    "地址|address|主机|登录|访问|服务器|来源|来自|攻击|扫描|客户端|终端", "host|(?<!/)ip|client|attack|scan|from ip"
)
BOUND = re.compile(r"[<>≤≥](?:=\s?|\s)\Z")
"""What stands before a version up to which something holds."""
EXTENSION = re.compile("(?i:x|e|#|转|分)")
HEALTH_NUMBER = re.compile(r"(?i:(?<![a-z])nhs(?:[ _-]?(?:numbers?|no\.?|num|id))?)(?:[ ]is)?[ :#=|]{0,3}\Z")
TEN = re.compile("[0-9]{3}([ -]?)[0-9]{3}\\1[0-9]{4}")
"""What the NHS writes its numbers like: behind its name they are that or nothing, and no telephone."""
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
APART = re.compile("[._+-]")
NOT_A_TLD = words(
    "service socket timer target mount png jpg jpeg gif svg webp ico css js ts json xml html htm php "
    "dll exe gz tar deb rpm jar log txt yaml yml cfg conf local lan internal"
)
"""Endings of files and of names within a network; not those that are domains too: md, py, so, zip."""
SURNAMES = frozenset({"jobs", "press"})
"""Names of mailboxes that are families, too: behind a point they are not taken for an office."""


def says(one: Words, other: Words, text: str, start: int, window: int) -> bool:
    """Tell whether one kind of word stands in the sentence before `start`, and nearer than the other kind."""
    before = text[max(0, start - window) : start].lower()
    nearest = one.last(before)
    return nearest >= 0 and nearest > other.last(before) and SENTENCE.search(before, nearest) is None


def is_numbered(text: str, start: int, end: int) -> Reason:
    """Give the reason where the nearest label before a number says order, batch, part and the like.

    A label that has had its number, with a comma or a line break behind it, says nothing of the next one; nor does one
    of the sentence before. `第...号商标` and the like say it behind the number.
    """
    if NUMBERED_AFTER.match(text, end):
        return "numbered"
    before = text[max(0, start - WINDOW) : start].lower()
    nearest = NUMBERED.last(before)
    if nearest < 0:
        return ""
    own = PERSONAL.last(before)
    belongs = nearest <= own or before[own:nearest].strip() in OWN_TAILS
    is_other = not belongs and not SERVED.search(before, nearest) and not SENTENCE.search(before, nearest)
    return "numbered" if is_other else ""


def is_announced(text: str, start: int) -> bool:
    """Tell whether a label of a person stands right before a number."""
    before = text[max(0, start - WINDOW) : start].lower()
    own = PERSONAL.last(before)
    return own >= 0 and ATTACHED.fullmatch(before, own) is not None


def is_amount(text: str, start: int, end: int) -> Reason:
    """Give the reason where a unit or currency stands next to a number, or the number is a part of a decimal.

    Behind the label of a person what follows is no unit but the next word (`电话 ... 万先生`).
    """
    if DECIMALS.match(text, end) or AMOUNT_BEFORE.search(text, max(0, start - 5), start):
        return "amount"
    is_some = AMOUNT_AFTER.match(text, end) is not None and not is_announced(text, start)
    return "amount" if is_some else ""


def is_other_number(text: str, start: int, end: int) -> Reason:
    """Give the reason where a number is an amount, or the number of something that is not a person."""
    return is_amount(text, start, end) or is_numbered(text, start, end)


def is_hotline(text: str, start: int, end: int) -> Reason:
    """Give the reason where a number belongs to a service: 400 and 800 of China, toll-free ones of North America.

    Short codes (95xxx, 12345) have too few digits for any rule.
    """
    digits = "".join(sign for sign in EXTENSION.split(text[start:end], 1)[0] if sign.isdigit())
    return "hotline" if NATIONAL.fullmatch(digits) else ""


def is_no_phone(text: str, start: int, end: int) -> Reason:
    """Give the reason where a number that is written like a telephone number is a hotline or another number."""
    if TEN.fullmatch(text, start, end) and HEALTH_NUMBER.search(text, max(0, start - WINDOW), start):
        return "numbered"
    return is_hotline(text, start, end) or is_other_number(text, start, end)


def is_version(text: str, start: int, end: int) -> bool:
    """Tell whether four numbers are a version: by what stands before them or right behind, unless they do something."""
    if VERSION_AFTER.match(text, end) or BOUND.search(text, max(0, start - 3), start):
        return True
    return not CONNECTS.match(text, end) and says(VERSION, ADDRESS, text, start, LIST_WINDOW)


def is_version_or_own(text: str, start: int, end: int) -> Reason:
    """Give the reason where an address is nobody's (`is_public_ip`), a well-known resolver, a version or a section."""
    value = text[start:end].replace("：", ":")
    if value in DNS:
        return "resolver"
    if not is_public_ip(value):
        return "private_address"
    if ":" in value:
        return ""
    if is_version(text, start, end):
        return "version"
    small = all(int(part) <= LARGEST_SECTION for part in value.split("."))
    opens = small and SECTION.search(text, max(0, start - 8), start) and text[end : end + 1].isspace()
    return "section" if opens else ""


def is_public_mailbox(text: str, start: int, end: int) -> Reason:
    """Give the reason where a mailbox answers for an organisation, is an example, or a file such as a@2x.png."""
    local, _, domain = text[start:end].lower().rpartition("@")
    last = domain.rpartition(".")[2]
    parts = APART.split(local)
    is_surname = parts[-1] in SURNAMES and "." in local
    if local in ROLES or parts[0] in ROLES or (parts[-1] in ROLES and not is_surname) or ROLE_ENDING.search(local):
        return "role_mailbox"
    if last in NOT_A_TLD:
        return "file_name"
    return "example_domain" if EXAMPLE_DOMAIN.search(domain) else ""
