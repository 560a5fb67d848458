"""Ways to say a password without a mark between label and value, or with a label that means more, and where one stands.

The forms are those that the makers of devices, tools and formats document: Cisco IOS (`enable secret`, `password 7`),
Huawei and H3C (`password cipher`), Net-SNMP, wpa_supplicant and Windows (`psk`, `keyMaterial`), XML elements and
attributes, SQL (`IDENTIFIED BY`), command lines.
"""
# ruff: noqa: E501 - a form is read in one line

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from curate.stages.safety.sight import by_gate, places


class Form(NamedTuple):
    """Strings, in small letters, one of which stands in every text that says a password so; and the form."""

    gates: tuple[str, ...]
    pattern: re.Pattern[str]
    """The first group that matched is the value; it needs letters and a digit as any password does."""


def form(gates: str, pattern: str, flags: int = re.IGNORECASE | re.ASCII) -> Form:
    """Compile a form; gates are parted by `|`."""
    return Form(tuple(gates.split("|")), re.compile(pattern, flags))


_LOGIN = r"(?:user(?:name)?|login|account|acct|uid|usr|账号|帐号|账户|用户名?)"
_ENDS = r"(?=[\s'\"`;|&]|$)"
_CLOSES = r"(?=[\"'`,;，。；)<\s]|$)"
_SHOWN = rf"([!-~]{{6,128}}){_ENDS}"
_LABEL = r"(?:password|passwd|passphrase|pwd|pass|secret|keymaterial|sharedkey|api[_-]?key|token|psk|密码|口令)"
_NO_WORD = r"(?!\w+(?:-[a-z]+\d{0,3})+[.,;:)]*(?:\s|$))"
"""`8-character`, `base64-encoded`, `PBKDF2-hashed`: what is said of passwords."""
FORMS = (
    form(
        "pass:|pass =|pass=|pass：",
        rf"{_LOGIN}\b[^\n]{{1,80}}?[\s,;/|]\s{{0,8}}pass\s?[:=：]\s{{0,3}}[\"']?([!-~]{{6,128}}?){_CLOSES}",
    ),
    form("mysql|mariadb", rf"\b(?:mysql|mariadb)[\w-]*\b[^\n|;&]{{0,120}}?\s-p['\"]?{_SHOWN}", 0),
    form("sshpass", rf"\bsshpass\s+-p\s?['\"]?{_SHOWN}", 0),
    form("curl ", rf"\bcurl\s[^\n|;&]{{0,120}}?(?:-u|--user)\s?['\"]?[\w.@-]{{1,64}}:{_SHOWN}", 0),
    form(
        "net use", rf"\bnet\s+use\s[^\n]{{0,80}}?(?:/user:\S{{1,64}}\s+|\\\\\S{{1,80}}\s+)(?!/)([!-~]{{6,128}}){_ENDS}"
    ),
    form("requirepass|masterauth", rf"^\s*(?:requirepass|masterauth)\s+[\"']?{_SHOWN}", re.MULTILINE),
    form("isakmp key", r"\bisakmp\s+key\s+(?:[06]\s+)?([!-~]{6,64})\s+(?:address|hostname)\b"),
    form("_pass", rf"(?:^|[\s\"';])\w{{1,24}}_pass\s?[:=]\s?[\"']?([!-~]{{6,128}}?){_CLOSES}"),
    form("identified by", r"\bidentified\s+by\s+[\"']([!-~]{6,128}?)[\"']"),
    form("-password|-passwd|/password", rf"(?:\s--?|/)(?:password|passwd)\s+['\"]?{_SHOWN}"),
    form("密码|口令", r"(?:密码|口令)\s{1,3}(?=[!-~]{0,127}[a-z])([!-~]{8,128})(?=[\s,;，。；、（）)]|$)", re.ASCII),
    form(
        "密码|口令",
        r"(?:账号|帐号|账户|用户名?)\s?[/和与及、]?\s?(?:密码|口令)(?:分别)?(?:\s{1,3}|\s?[:：是为]\s{0,3})"
        r"[\w.@-]{1,64}\s?[/，,、]\s?([!-~]{6,128}?)(?=[\s,;，。；、（）)]|$)",
        re.ASCII,
    ),
    form(
        "password",
        r"\bpassword (?:of|for|to)\b[^.\n:;]{1,48}?\s(?:is|was)\s+[\"'`]?([!#-&(-_a-~]{8,128}?)[.,;]?(?=[\s\"'`]|$)",
    ),
    form(
        "password is|password was",
        rf"\bpassword (?:is|was)(?: now| set to)?\s+{_NO_WORD}[\"'`]?([!#-&(-_a-~]{{8,128}}?)[.,;]?(?=[\s\"'`]|$)",
    ),
    form(
        "password",
        rf"\b{_LOGIN}\b[^.\n]{{1,48}}?\b(?:and|with|,)\s+(?:the\s+)?password\s+[\"'`]?([!#-&(-_a-~]{{8,128}}?)[.,;]?(?=[\s\"'`]|$)",
    ),
    form(
        "enable secret|enable password",
        r"\benable\s+(?:secret|password)\s+(?:level\s+\d+\s+)?(?:0\s+)?(?![45789]\s)([!-~]{6,64})[^\S\n]*$",
        re.IGNORECASE | re.MULTILINE,
    ),
    form("password 7|key 7|secret 7", r"\b(?:password|key|secret)\s+7\s+((?:0\d|1[0-5])(?:[0-9A-F]{2}){4,})\b"),
    form("password 0|secret 0", r"\b(?:password|secret)\s+0\s+([!-~]{6,64})(?=\s|$)"),
    form(
        "password cipher|password simple|irreversible-cipher|mode password|key cipher|key simple|community read|community write|community cipher",
        r"\b(?:password|authentication-mode|key|community)\b[^\n]{0,24}?\s(?:irreversible-cipher|cipher|simple)\s+(?:%\^%#|@%@%|%\$%\$|\$1[ac]\$)?([!-~]{6,160})(?=\s|$)",
    ),
    form(
        "snmp-server community|rocommunity|rwcommunity",
        r"\b(?:snmp-server\s+community|r[ow]community6?)\s+(?:[078]\s+)?[\"']?([!-~]{6,64})[\"']?(?=\s|$)",
    ),
    form(
        "snmpwalk|snmpget|snmpset|snmpbulkwalk",
        r"\bsnmp(?:walk|get|set|bulkwalk|getnext)\b[^\n]{0,80}?\s-(?:c|A|X)\s?[\"']?([!-~]{6,64})[\"']?(?=\s|$)",
        re.ASCII,
    ),
    form(
        "psk|wpa_passphrase|wpa-passphrase|shared-key|shared key|sharedkey",
        r"\b(?:(?:wpa\d?[-_ ]?)?psk|wpa[-_]passphrase|pre-?shared[-_ ]?key)\b[\"']?\s{0,3}(?:[:=：是为]|ascii(?:-text)?(?:\s+[078])?\s|address\s+\S+\s+key\s)\s{0,3}[\"']?([!-~]{8,64}?)(?=[\"'`,;，。；)<\s]|$)",
    ),
    form("wifi:", r"\bWIFI:[^\n]{0,80}?;?P:([^;\s]{8,63});", re.ASCII),
    form(
        "password>|passwd>|pwd>|passphrase>|secret>|keymaterial>|sharedkey>|apikey>|token>|psk>|密码>|password type=|:password",
        rf"<(?:[\w-]+:)?[\w.-]{{0,32}}{_LABEL}(?:\s[^<>\n]{{0,160}})?>\s{{0,8}}(?:<!\[CDATA\[)?([^<>\s\]]{{6,128}})\s{{0,8}}(?:\]\]>)?\s{{0,8}}</",
    ),
    form(
        'password"|passwd"|pwd"|password\'',
        r"(?:name|key|id)\s?=\s?[\"'][\w.-]{0,48}(?:password|passwd|pwd)[\"']\s{1,4}(?:value|content)\s?=\s?[\"']([!-~]{6,128}?)[\"']"
        r"|(?:key|name)\s?=\s?[\"'][\w.-]{0,48}(?:password|passwd|pwd)[\"']\s?>\s{0,8}([^<>\s]{6,128})\s{0,8}</",
    ),
)
OPENS = by_gate(one.gates for one in FORMS)
MOST_CHARS = 20_000
"""Of a table that are looked at."""
HEAD = re.compile(
    r"(?:(?:user|login|admin|default|initial|new|old|wifi|wi-fi|root|device|account)[ _-]?)?"
    r"(?:password|passwd|pwd|passphrase|passcode)(?:[ _-]?(?:text|plain|default))?(?:\s?[(（][^()（）]{1,16}[)）])?"
    r"|(?:登[录陆]|初始|默认|缺省|用户|管理员?|设备|新|原|旧|系统|wifi|wi-fi|无线)?(?:密码|口令)(?:\s?[(（][^()（）]{1,16}[)）])?",
    re.IGNORECASE,
)
"""What stands over a column of passwords, and nothing beside it."""
PARTS = (
    ("|", re.compile(r"\|")),
    ("\t", re.compile(r"\t")),
    (",", re.compile(r",")),
    (";", re.compile(r";")),
    ("  ", re.compile(r" {2,}")),
)
RULE = re.compile(r"[\s|:+=-]*")
CELL = re.compile(r"[!-~]{6,64}")
"""A password of a table: no blank in it."""
HEAD_GATES = ("password", "passwd", "pwd", "passphrase", "passcode", "密码", "口令")


def listed(text: str, lowered: str) -> Iterator[str]:
    """Yield the cells of columns that are headed as passwords: Markdown, CSV, tabs, two blanks between columns."""
    for start in line_starts(lowered):
        rows = rows_of(text, start)
        line = next(rows)
        for mark, part in PARTS:
            heads = cells(line, part) if mark in line else []
            columns = [column for column, head in enumerate(heads) if HEAD.fullmatch(head)]
            if len(heads) > 1 and columns:
                yield from under(rows, (part, len(heads)), columns)
                break


def line_starts(lowered: str) -> Iterator[int]:
    """Yield where each line begins that names a password, ascending; a line is gone through once, however long."""
    start = before = 0
    yielded = -1
    for at in sorted(at for gate in HEAD_GATES for at in places(lowered, gate)):
        start, before = max(start, lowered.rfind("\n", before, at) + 1), at
        if start != yielded:
            yield start
            yielded = start


def rows_of(text: str, start: int) -> Iterator[str]:
    """Yield the lines from a place on, as far as MOST_CHARS."""
    end = min(len(text), start + MOST_CHARS)
    while start <= end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        yield text[start:stop]
        start = stop + 1


def under(rows: Iterable[str], shape: tuple[re.Pattern[str], int], columns: Sequence[int]) -> Iterator[str]:
    """Yield the cells of some columns, row by row, until one has another number of cells or is a head by itself."""
    part, width = shape
    for row in rows:
        said = cells(row, part)
        if RULE.fullmatch(row) and row.strip():
            continue
        if len(said) != width or any(map(HEAD.fullmatch, said)):
            return
        yield from (said[column] for column in columns if CELL.fullmatch(said[column]))


def cells(line: str, part: re.Pattern[str]) -> list[str]:
    """Part a line; the marks at its ends make no cell."""
    return [cell.strip().strip("\"'`") for cell in part.split(line.strip().strip("|"))]
