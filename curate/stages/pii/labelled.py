"""Rules for values that a label or a sign announces: e-mail, IPv6, IBAN, plates, QQ, WeChat."""

import re
from collections.abc import Iterator

from curate.stages.pii import checks, groups
from curate.stages.pii.allow import is_first_cell, is_other_number, is_version_or_own
from curate.stages.pii.mailboxes import is_public_mailbox
from curate.stages.pii.reasons import Reason
from curate.stages.pii.rule import APART, LEFT, RIGHT, SAID, TAG, Rule
from curate.stages.pii.words import Words

LOCAL = r"0-9A-Za-z._%+'\-"
DOMAIN = r"(?:[0-9A-Za-z](?:[0-9A-Za-z\-]{0,61}[0-9A-Za-z])?\.){1,8}(?:[A-Za-z]{2,24}|xn--[0-9A-Za-z\-]{2,59})"
PROVINCE = "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使]"
PLATE_SIGN = "[0-9A-HJ-NP-Z]"
IBAN_END = f"(?:(?P=a)[0-9A-Z]{{1,3}})?{RIGHT}"
ADDED = "(?:微[ ]?信|薇信|威信|V信|[Vv](?=[ ]?[:：])|[Ww]e[Cc]hat|[Ww]eixin|VX|vx|WX|wx)"
WECHAT_OPEN = "[\"'“]?"
WECHAT_SAID = (
    "[\"'”’】」』*]{0,2}[ ]?(?:[(（][^()（）\\n]{0,12}[)）])?"
    f"(?:[:：=|｜\\t]|[是为系][:：]?|(?:{TAG}){{1,3}}|(?<=[】」』])|(?=[「『【])|[(（])[*]{{0,2}}[ ]?[\"'“‘「『【]?"
)
FIELD_END = r"(?=[ \t]*(?:\r?\n|[，。；、|｜）)】,;]|\Z))"
ACCENTED, HAN = "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f", "\u4e00-\u9fff"
"""Letters beyond ASCII in the names of mailboxes (RFC 6531), and in those of their hosts (RFC 5890)."""
ACCENTED_LOCAL = (
    f"(?<![{LOCAL}{ACCENTED}])(?=[{LOCAL}]{{0,63}}[{ACCENTED}])[0-9A-Za-z_{ACCENTED}][{LOCAL}{ACCENTED}]{{0,63}}"
)
CHINESE_HOST = f"(?:[0-9A-Za-z{HAN}-]{{1,30}}\\.){{1,3}}(?:[A-Za-z]{{2,24}}|公司|网络|中国|商城)"
CHINESE_LOCAL = re.compile(f"[0-9A-Za-z_{HAN}][0-9A-Za-z{HAN}._-]*\\Z")
ANNOUNCES = re.compile("邮箱|邮件|信箱|联系|地址|发送|[到至给是为]")
"""Words in front of the name of a mailbox that nothing parts from it."""
LONGEST_LOCAL, SHORTEST_PROSE, LONGEST_NAME = 24, 4, 8
"""Signs that are looked at, from how many on they may hold such words, and how many a name in Chinese has at most."""
CHINESE_MAIL = (
    f"[{HAN}]@(?:[0-9A-Za-z{HAN}-]{{1,30}}\\.){{1,3}}"
    f"(?:com|cn|net|org|edu|gov|info|hk|tw|mo|io|cc|top|vip|tech|co|公司|网络|中国|商城)"
    f"{RIGHT}"
)


def read_chinese(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the mailbox whose name ends in the Chinese sign at `start`; none where words and name cannot be parted."""
    local = CHINESE_LOCAL.search(text, max(0, start - LONGEST_LOCAL), start + 1)
    begins = local.start() if local else start
    if start + 1 - begins >= SHORTEST_PROSE:
        begins = max([begins, *(word.end() for word in ANNOUNCES.finditer(text, begins, start))])
    if start + 1 - begins <= LONGEST_NAME:
        yield begins, end


OPENED, CLOSED = "[\\[(（{]", "[\\])）}]"
SPELLED_AT, SPELLED_DOT = f"[ ]?{OPENED}[ ]?(?i:at)[ ]?{CLOSED}[ ]?", f"[ ]?{OPENED}[ ]?(?i:dot)[ ]?{CLOSED}[ ]?"
SPELLED_MAILBOX = (
    f"(?<![{LOCAL}])[0-9A-Za-z_][{LOCAL}]{{0,63}}{SPELLED_AT}"
    f"(?:[0-9A-Za-z-]{{1,63}}(?:{SPELLED_DOT}|\\.)){{1,4}}[A-Za-z]{{2,24}}{RIGHT}"
)
SPELLED = re.compile(f"(?P<at>{SPELLED_AT})|{SPELLED_DOT}")


def is_public_spelled(text: str, start: int, end: int) -> Reason:
    """Give the reason where a mailbox whose `@` and dots are spelled in brackets is nobody's."""
    value = SPELLED.sub(lambda sign: "@" if sign["at"] else ".", text[start:end])
    return is_public_mailbox(value, 0, len(value))


QUAD = "[0-9]{1,3}(?:\\.[0-9]{1,3}){3}"
COLONS = "(?=(?:[0-9A-Fa-f]{0,4}:){2})"


def is_public_at_number(text: str, start: int, end: int) -> Reason:
    """Give the reason where a mailbox at an address literal (RFC 5321, 4.1.3) is nobody's, or the host is none's."""
    host = text[text.index("@[", start, end) + 2 : end - 1].lower().removeprefix("ipv6:")
    return is_public_mailbox(text, start, end) or ("" if checks.is_public_ip(host) else "private_address")


LEFT_OF_IP = "(?<![0-9A-Za-z.])(?<![0-9:]:)"
LEFT_OF_WIDE = "(?<![0-9A-Za-z.])(?<![0-9A-Fa-f][0-9：]：)"
HEX = "[0-9A-Fa-f]"
END_OF_IP = "(?![0-9A-Za-z:])"
ALLOTTED = f"(?=[23]{HEX}{{3}}:|(?:{HEX}{{1,4}}:){{7}})"
"""Of IPv6 what is given to hosts (2000::/3), or is written out in eight groups; see `checks.is_public_ip`."""
NO_LONGER = "(?=[0-9A-Fa-f:]{3,65}+(?![0-9A-Za-z:]))"
"""No address is longer, and none has such a sign behind it: said first, a long row of groups costs less."""

MAIL_AND_NET = (
    Rule(
        "EMAIL_ADDRESS",
        "e-mail address",
        (f"[0-9A-Za-z_][{LOCAL}]{{0,127}}@{DOMAIN}{RIGHT}",),
        0.9,
        label=f"(?<![{LOCAL}])[.%+'\\-]{{0,8}}",
        spared=is_public_mailbox,
        gate="@",
    ),
    Rule(
        "EMAIL_ADDRESS",
        "e-mail address with letters beyond ASCII",
        (
            f"{ACCENTED_LOCAL}@{DOMAIN}{RIGHT}",
            f"(?<![{LOCAL}])[0-9A-Za-z_][{LOCAL}]{{0,63}}@(?=[0-9A-Za-z.-]{{0,60}}[{HAN}]){CHINESE_HOST}{RIGHT}",
            f'(?<![0-9A-Za-z])"[^"@\\n]{{1,64}}"@{DOMAIN}{RIGHT}',
        ),
        0.9,
        spared=is_public_mailbox,
        gate=f'[{ACCENTED}][{LOCAL}{ACCENTED}]{{0,63}}@|@[0-9A-Za-z.-]{{0,60}}[{HAN}]|"@[0-9A-Za-z]',
    ),
    Rule(
        "EMAIL_ADDRESS",
        "e-mail address with a Chinese name",
        (CHINESE_MAIL,),
        0.8,
        spared=is_public_mailbox,
        gate=f"[{HAN}]@[0-9A-Za-z{HAN}]",
        read=read_chinese,
    ),
    Rule(
        "EMAIL_ADDRESS",
        "e-mail address with its signs spelled in brackets",
        (SPELLED_MAILBOX,),
        0.8,
        spared=is_public_spelled,
        gate=f"{OPENED}[ ]?(?i:at)[ ]?{CLOSED}",
    ),
    Rule(
        "EMAIL_ADDRESS",
        "e-mail address at a number in brackets",
        (f"(?<![{LOCAL}@])[0-9A-Za-z_][{LOCAL}]{{0,63}}@\\[(?:{QUAD}|(?i:IPv6:){COLONS}[0-9A-Fa-f:.]{{2,45}})\\]",),
        0.8,
        spared=is_public_at_number,
        gate="@\\[[0-9Ii]",
    ),
    Rule(
        "IP_ADDRESS",
        "IPv6 address",
        (
            f"{LEFT_OF_IP}{ALLOTTED}{NO_LONGER}(?:{HEX}{{1,4}}:){{2,7}}(?::?{HEX}{{1,4}}(?::{HEX}{{1,4}}){{0,5}}|:){END_OF_IP}",
            f"{LEFT_OF_IP}{ALLOTTED}{HEX}{{1,4}}::{HEX}{{1,4}}(?::{HEX}{{1,4}}){{0,5}}{END_OF_IP}",
        ),
        0.9,
        spared=is_version_or_own,
        gate="[23][0-9A-Fa-f]{3}:[0-9A-Fa-f]{0,4}:|(?:[0-9A-Fa-f]{1,4}:){7}",
    ),
    Rule(
        "IP_ADDRESS",
        "IPv6 address in full width",
        (
            f"{LEFT_OF_WIDE}(?:{HEX}{{1,4}}：){{2,7}}(?:：?{HEX}{{1,4}}(?:：{HEX}{{1,4}}){{0,5}}|：)(?![0-9A-Za-z：])",
            f"{LEFT_OF_WIDE}{HEX}{{1,4}}：：{HEX}{{1,4}}(?:：{HEX}{{1,4}}){{0,5}}(?![0-9A-Za-z：])",
        ),
        0.9,
        spared=is_version_or_own,
        gate=f"{HEX}：[0-9A-Fa-f：]",
    ),
    Rule(
        "IBAN_CODE",
        "IBAN",
        (
            f"{LEFT}[A-Z]{{2}}[0-9]{{2}}[0-9A-Z]{{11,30}}{RIGHT}",
            f"{LEFT}[A-Z]{{2}}[0-9]{{2}}(?P<a>[ -])[0-9A-Z]{{4}}(?:(?P=a)[0-9A-Z]{{4}}){{1,6}}{IBAN_END}",
            f"{LEFT}[a-z]{{2}}[0-9]{{2}}[0-9a-z]{{11,30}}{RIGHT}",
        ),
        0.6,
        check=checks.is_iban,
        labels=Words("账号|帐号|账户|帐户", "iban|account"),
        gate=f"{APART}[A-Za-z]{{2}}[0-9]{{2}}[ -]?[0-9A-Za-z]{{4}}[ -]?[0-9A-Za-z]{{4}}",
    ),
)

PLATE_TAIL = f"(?:{PLATE_SIGN}{{6}}|{PLATE_SIGN}{{5}}|{PLATE_SIGN}{{4}}[挂学警港澳领使试超])"
PLATE = Rule(
    "CN_PLATE",
    "Chinese vehicle plate",
    (f"{PROVINCE}[A-HJ-NP-Z][ ·•.-]?{PLATE_TAIL}{RIGHT}",),
    0.8,
    check=checks.is_plate,
    certain=False,
    profile="cn",
    gate=f"{PROVINCE}[A-HJ-NP-Z][ ·•.-]?[0-9A-HJ-NP-Z]{{4}}",
)

PLATE_DOT = "[ ·•.-]?"
REGION_CODE = "(?:0[1-9]|[12][0-9]|3[0-4])"
TROOPS = "[消边通森金警电水]"
PLATE_WORDS = Words("车牌|号牌|牌照|车号|军车|军牌|武警|警车|车辆|驾驶", "plate")
FORCES = (
    Rule(
        "CN_PLATE",
        "vehicle plate of the armed police",
        (
            f"{LEFT}WJ{PLATE_DOT}{PROVINCE}{PLATE_DOT}[0-9]{{4}}(?:[0-9A-HJ-NP-Z]{RIGHT}|{TROOPS})",
            f"{LEFT}WJ{PLATE_DOT}{REGION_CODE}{PLATE_DOT}[0-9]{{4}}{TROOPS}",
            f"{LEFT}WJ[ ]?{REGION_CODE}[-·][0-9]{{5}}{RIGHT}(?!-)",
        ),
        0.8,
        spared=is_other_number,
        profile="cn",
        gate=f"WJ{PLATE_DOT}(?:{PROVINCE}|[0-3][0-9]){PLATE_DOT}[0-9]{{4}}",
    ),
    Rule(
        "CN_PLATE",
        "older vehicle plate of the armed police",
        (f"{LEFT}WJ{PLATE_DOT}{REGION_CODE}{PLATE_DOT}[0-9]{{5}}{RIGHT}",),
        0.7,
        labels=PLATE_WORDS,
        needs_label=True,
        profile="cn",
        gate=f"WJ{PLATE_DOT}[0-3][0-9]{PLATE_DOT}[0-9]{{5}}",
    ),
    Rule(
        "CN_PLATE",
        "older vehicle plate of the army",
        (f"军[A-HJ-NP-Z]{PLATE_DOT}[0-9]{{5}}{RIGHT}",),
        0.7,
        profile="cn",
        gate=f"军[A-HJ-NP-Z]{PLATE_DOT}[0-9]{{5}}",
    ),
    Rule(
        "CN_PLATE",
        "vehicle plate of the army or an embassy by its label",
        (
            f"[海空北沈兰济南广成][A-HJ-NP-Z]{PLATE_DOT}[0-9]{{5}}{RIGHT}",
            f"[VKHBSLJNGCE][A-HJ-NP-Z]{PLATE_DOT}[0-9]{{5}}{RIGHT}",
            f"使[0-9]{{3}}{PLATE_DOT}[0-9]{{3}}{RIGHT}",
        ),
        0.7,
        label='(?:车牌|号牌|牌照|车号|军车|军牌)(?:号码?)?[ ]?[:：为是]{0,2}[ ]?["“]?',
        profile="cn",
        gate='(?:车牌|号牌|牌照|车号|军车|军牌)(?:号码?)?[ ]?[:：为是]{0,2}[ ]?["“]?[海空北沈兰济南广成VKHBSLJNGCE使]',
    ),
)
"""GA 36 leaves the plates of the forces to them; `WJ` and the province since 2012, `WJ`, number of a region and of a
vehicle before, two Latin letters for the army since 2012, a sign of its service or region and one letter before."""

QQ_WORDS, QQ_CAMEL = "(?:[Qq][ ]?[Qq]|扣扣|企鹅号)", "QQ[0-9０-９:：号]"
"""In camelCase only where the number or a sign follows."""
QQ_LABEL = (
    f"(?:(?<![0-9A-Za-z]){QQ_WORDS}|(?<=[a-z])QQ(?=[0-9:：号]))(?:群)?(?:账号|帐号|群)?"
    f"(?:[ ]?[/／][ ]?(?:微信|[Vv][Xx]))?{SAID}"
)
QQ_ASKED = "(?:[加➕]|我的)[ ]?[Qq](?![Qq])[ ]?[:：]?[ ]?"
NOT_A_DAY = "(?!(?<=\n)(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?![0-9]))"
"""A day in the line below is no account."""
QQ_GATE = f"{APART}{QQ_WORDS}|[a-z]{QQ_CAMEL}|[加➕的][ ]?[Qq]"
QQ_GROUPS = groups.Reader(range(5, 12), sign=re.compile("[0-9]+(?![0-9@])"))
"""A mailbox at QQ begins with such a number, and is none."""
NOT_A_YEAR = "(?!(?:19|20)[0-9]{2}[ -])"
NO_FIGURE = "(?![0-9A-Za-z@%％]|[ .,:/-][0-9]|[ ]?(?:[年月日岁元万亿人件台套米天周次时分秒个%％℃]|公斤|千克))"
FEWEST_GROUPED, MOST_GROUPED = 7, 11


def is_grouped_account(value: str) -> bool:
    """Tell whether groups behind the bare name of QQ are one number: as long as one, and no round figures of a row."""
    groups = value.replace("-", " ").split(" ")
    whole = FEWEST_GROUPED <= sum(map(len, groups)) <= MOST_GROUPED
    return whole and not any(group.endswith("00") for group in groups)


WECHAT_WORDS, WECHAT_CAMEL = "(?:[Ww]e[Cc]hat|[Ww]eixin|VX|vx|WX|wx)", "(?:We[Cc]hat|Weixin)"
WECHAT_NAME = f"(?:微[ ]?信|薇信|威信|V信|(?<![0-9A-Za-z]){WECHAT_WORDS}|(?<=[a-z]){WECHAT_CAMEL})"
WECHAT_LABEL = f"{WECHAT_NAME}[ _]?(?:号码?|账号|帐号|[Ii][Dd]){SAID}"
WECHAT_ID = "[A-Za-z][0-9A-Za-z_-]{5,19}(?![0-9A-Za-z_@-])"
ASKED = "(?:[加➕]|添加|搜|扫码?加?|联系)[ ]?(?:一?下|我的?|个|本人)?[ ]?"
WECHAT_GATE = f"微[ ]?信|薇信|威信|V信|{ASKED}[Vv][ ]?[:：]|{APART}{WECHAT_WORDS}|[a-z]{WECHAT_CAMEL}"

MESSENGERS = (
    Rule(
        "QQ_NUMBER",
        "QQ number by its label",
        (f"{NOT_A_DAY}[1-9][0-9]{{4,10}}(?![0-9A-Za-z@])",),
        0.8,
        label=f"(?:{QQ_LABEL}|{QQ_ASKED})",
        spared=is_first_cell,
        gate=QQ_GATE,
        profile="cn",
    ),
    Rule(
        "QQ_NUMBER",
        "QQ number in groups by its label",
        (f"{NOT_A_DAY}[1-9]",),
        0.8,
        label=QQ_LABEL,
        spared=is_first_cell,
        gate=QQ_GATE,
        read=QQ_GROUPS,
        profile="cn",
    ),
    Rule(
        "QQ_NUMBER",
        "QQ number in groups after the bare name",
        (f"{NOT_A_YEAR}[1-9][0-9]{{2,4}}(?P<a>[ -])[0-9]{{3,4}}(?:(?P=a)[0-9]{{3,4}})?{NO_FIGURE}",),
        0.7,
        check=is_grouped_account,
        certain=False,
        label=f"(?<![0-9A-Za-z]){QQ_WORDS}群?[ ]",
        gate=QQ_GATE,
        profile="cn",
    ),
    Rule(
        "WECHAT_ID",
        "WeChat id by its label",
        (WECHAT_ID,),
        0.8,
        label=WECHAT_LABEL,
        gate=WECHAT_GATE,
        profile="cn",
    ),
    Rule(
        "WECHAT_ID",
        "WeChat id after the bare name",
        (f"(?=[A-Za-z-]*[0-9_]){WECHAT_ID}",),
        0.7,
        label=f"{WECHAT_NAME}{WECHAT_SAID}",
        gate=WECHAT_GATE,
        profile="cn",
    ),
    Rule(
        "WECHAT_ID",
        "WeChat id in the line below the bare name",
        (f"(?=[A-Za-z-]*[0-9_]){WECHAT_ID}{FIELD_END}",),
        0.7,
        label=f"{WECHAT_NAME}[ ]?[:：|｜]?[ \\t]{{0,4}}\\r?\\n[ \\t]{{0,4}}{WECHAT_OPEN}",
        gate=WECHAT_GATE,
        profile="cn",
    ),
    Rule(
        "WECHAT_ID",
        "WeChat id that the reader is asked to add",
        (f"(?=[A-Za-z-]*[0-9_]){WECHAT_ID}",),
        0.7,
        label=f"{ASKED}{ADDED}[ ]?[:：]?[ ]?{WECHAT_OPEN}",
        gate=WECHAT_GATE,
        profile="cn",
    ),
    Rule(
        "WECHAT_ID",
        "WeChat id right after the bare name",
        (f"(?=[A-Za-z-]*(?:_|[0-9]{{3}})){WECHAT_ID}",),
        0.6,
        label=f"{WECHAT_NAME}[ \\t]{{0,4}}",
        gate=WECHAT_GATE,
        profile="cn",
    ),
)

LABELLED_RULES: tuple[Rule, ...] = (*MAIL_AND_NET, PLATE, *FORCES, *MESSENGERS)
