"""Find keys, tokens and passwords by their published formats and by their entropy."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from math import log2
from typing import NamedTuple

from curate.stages.safety.sight import by_gate, opened, places, stretches
from curate.stages.safety.spoken import FORMS, HEAD_GATES, listed
from curate.stages.safety.spoken import OPENS as SPOKEN

LOW, TOKEN, KEY = 2.5, 3.0, 3.5
"""Bits a character. detect-secrets asks 3.0 of hexadecimal, gitleaks 3.5 of what only a label makes a key. A password
of eight signs cannot have more than 3: 2.5 is asked of it, and several kinds of signs."""


class Format(NamedTuple):
    """The form of one kind of secret."""

    name: str
    gates: tuple[str, ...]
    """Strings, one of which stands in every such secret, or before it."""
    pattern: re.Pattern[str]
    """Its first group, where there is one, is the secret."""
    bits: float = TOKEN


class Secret(NamedTuple):
    """One secret that was found: never its value."""

    name: str
    bits: float
    """Entropy of its characters, in bits each."""
    threshold: float


def formed(name: str, gates: str, pattern: str, bits: float = TOKEN) -> Format:
    """Make a format whose secrets begin and end where words do; gates are parted by blanks."""
    return Format(name, tuple(gates.split()), re.compile(rf"(?<![A-Za-z0-9_])(?:{pattern})(?![A-Za-z0-9])"), bits)


FORMATS = (
    formed("aws_key", "AKIA ASIA ABIA ACCA", r"A(?:KIA|SIA|BIA|CCA)[A-Z2-7]{16}"),
    formed(
        "github_token", "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_", r"gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{82}"
    ),
    formed("gitlab_token", "glpat-", r"glpat-[\w-]{20,}"),
    formed("slack_token", "xoxa- xoxb- xoxe- xoxp- xoxr- xoxs- xapp-", r"x(?:ox[abeprs]|app)-[A-Za-z0-9-]{20,}"),
    formed("slack_webhook", "hooks.slack.com/services/", r"hooks\.slack\.com/services/(T\w{8,}/B\w{8,}/\w{20,})"),
    formed("stripe_key", "k_live_", r"[rs]k_live_[A-Za-z0-9]{20,}"),
    formed("google_key", "AIza", r"AIza[\w-]{35}"),
    formed("google_oauth", "ya29. GOCSPX-", r"ya29\.[\w-]{30,}|GOCSPX-[\w-]{28}"),
    formed(
        "openai_key",
        "sk-proj- sk-svcacct- sk-admin- T3BlbkFJ",
        r"sk-(?:proj|svcacct|admin)-[\w-]{20,}|sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}",
    ),
    formed("anthropic_key", "sk-ant-", r"sk-ant-[a-z]+\d\d-[\w-]{80,}"),
    formed("huggingface_token", "hf_", r"hf_[A-Za-z]{34}"),
    formed("npm_token", "npm_", r"npm_[A-Za-z0-9]{36}"),
    formed("pypi_token", "pypi-AgEIcHlwaS5vcmc", r"pypi-AgEIcHlwaS5vcmc[\w-]{50,}"),
    formed("sendgrid_key", "SG.", r"SG\.[\w-]{22}\.[\w-]{43}"),
    formed("docker_token", "dckr_pat_", r"dckr_pat_[\w-]{27}"),
    formed("digitalocean_token", "dop_v1_ doo_v1_ dor_v1_", r"do[opr]_v1_[0-9a-f]{64}"),
    formed("shopify_token", "shpat_ shpca_ shppa_ shpss_", r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    formed("telegram_token", ":AA", r"\d{8,10}:AA[\w-]{33}"),
    formed("aliyun_key", "LTAI", r"LTAI[A-Za-z0-9]{12,26}"),
    formed("tencent_key", "AKID", r"AKID[A-Za-z0-9]{32}"),
    formed("vault_token", "hvs. hvb. hvr.", r"hv[sbr]\.[\w-]{24,}"),
    formed("grafana_token", "glsa_", r"glsa_[A-Za-z0-9]{32}_[0-9A-Fa-f]{8}"),
    formed("postman_key", "PMAK-", r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}"),
    formed("age_key", "AGE-SECRET-KEY-1", r"AGE-SECRET-KEY-1([QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58})"),
    formed(
        "discord_webhook",
        "discord.com/api/ discordapp.com/api/",
        r"discord(?:app)?\.com/api/(?:v\d{1,2}/)?webhooks/\d{17,20}/([\w-]{60,})",
    ),
    formed(
        "wecom_webhook",
        "qyapi.weixin.qq.com/cgi-bin/webhook/send?key=",
        r"qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})",
    ),
    formed("jwt", "eyJ", r"eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"),
    Format(
        "private_key",
        ("-----BEGIN", "Private-Lines:"),
        re.compile(
            r"-----BEGIN (?:[A-Z0-9]+ ){0,2}PRIVATE KEY(?: BLOCK)?-----[^-]{0,200}?([A-Za-z0-9+/]{40,})"
            r"|^Private-Lines: \d{1,3}\s+([A-Za-z0-9+/]{40,})",
            re.MULTILINE,
        ),
    ),
    Format(
        "azure_key",
        ("accountkey=", "sharedaccesskey="),
        re.compile(
            r"(?:AccountKey=([A-Za-z0-9+/]{86}==)|SharedAccessKey=([A-Za-z0-9+/]{43}=))(?![A-Za-z0-9+/=])",
            re.IGNORECASE,
        ),
        KEY,
    ),
    Format(
        "authorization",
        ("authorization",),
        re.compile(
            r"authorization[\"']?\s?[:=,]\s?[\"']?(?:(?:bearer|token|apikey)\s+([\w.~+/-]{20,}=*)|basic\s+([A-Za-z0-9+/]{12,}={0,2}))(?![\w{<$])",
            re.IGNORECASE | re.ASCII,
        ),
    ),
    Format(
        "hashed_password",
        ("$1$", "$5$", "$6$", "$y$", "$2a$", "$2b$", "$2y$", "$8$", "$9$", "$apr1$"),
        re.compile(
            r"(?<![\w$./])\$(?:(?:1|apr1)\$[\w./]{1,8}\$([\w./]{22})|5\$(?:rounds=\d{1,9}\$)?[\w./]{1,16}\$([\w./]{43})"
            r"|6\$(?:rounds=\d{1,9}\$)?[\w./]{1,16}\$([\w./]{86})|y\$[\w./]{1,16}\$[\w./]{1,86}\$([\w./]{43})"
            r"|2[aby]\$\d\d\$([\w./]{53})|[89]\$[\w./]{14}\$([\w./]{43}))(?![\w./])",
            re.ASCII,
        ),
    ),
    Format("url_password", ("://",), re.compile(r"://[^\s:/@'\"<>]{0,64}:([^\s:/@'\"<>{}$]{6,128})@"), LOW),
)
"""Formats that their makers publish: a prefix, an alphabet, a length.

`Private-Lines` opens the private half of a key in a .ppk file (PuTTY's manual, appendix C). Keys of Azure are 64 bytes
(storage) or 32 (buses) in base64; an `Authorization` header has its scheme (RFC 6750, RFC 7617); hashed passwords are
those of crypt(5) and of Cisco's types 5, 8 and 9, which can be guessed.
"""

OPENS = by_gate(one.gates for one in FORMATS)

LABELS = {
    "password": ("password", "passwd", "pwd", "passphrase", "密码", "口令"),
    "assigned_key": (
        "secret",
        "token",
        "api_key",
        "apikey",
        "api-key",
        "access_key",
        "accesskey",
        "private_key",
        "密钥",
    ),
}
"""What is written before a secret that has no form of its own."""
_VALUE = r"[\"'\]]{0,2}\s{0,3}(?:=>|:=|=|:|：|[是为]\s?[:：]?)\s{0,3}[\"'“`]?([!-~]{8,128}?)(?=[\"'”`,;，。；（)<\s]|$)"
_TAIL = re.compile(rf"(?:[_-]?(?:key|id|access|value|auth|token))?{_VALUE}", re.IGNORECASE)
IDENTIFIER = re.compile(r"[_-]?id", re.IGNORECASE)
"""Behind a key: what its number is called, which opens nothing (`private_key_id`, `AccessKeyId`)."""
_LABELS = tuple(label for said in LABELS.values() for label in said)
_LONG = {"password": 8, "assigned_key": 16}
_BITS = {"password": LOW, "assigned_key": KEY}
STAND_IN = re.compile(
    r"example|sample|your|xxxx|\*\*\*|\.\.\.|change.?me|placeholder|dummy|foobar|redacted|0123456|1234567|abcdef",
    re.IGNORECASE,
)
"""What documentation writes where a secret would stand."""
NAMED = re.compile(
    r"secret|passw|token|^[<%$({\[]|[({]|://|^(?:null|none|true|false)|^\d+[./:-]\d|^[a-z]+(?:[._/-][a-z0-9]+)+$"
    r"|^[a-z]+\d{0,3}(?:/[a-z]*\d*(?:\.\d+)*)+$|^[a-z_]+=|^(?:sha\d+|sha-\d+|md5|crc32)[:=-]|^(?:aes|rsa|sha|sm|[3t]?des|chacha|ec(?:dsa|dh)?)-?\d*(?:[-/_][a-z0-9]+)+$"
    r"|^(?:sha\d+|md5)with|^windows\d"
    r"|^(?:iso|iec|ieee|astm|din|en|gb|gb/t|rfc|cve)[-_ /]?[\d-]+(?:[:.-]\d+)*$",
    re.IGNORECASE,
)
"""Names of variables, calls, dates, paths, digests, ciphers and standards: what stands where a secret without a form
would."""
KINDS = tuple(re.compile(kind) for kind in ("[a-z]", "[A-Z]", "[0-9]", r"[^A-Za-z0-9]"))
FEWEST_KINDS = 2


def gates() -> Iterable[str]:
    """Return every string that opens a rule, in small letters."""
    more = (gate for one in FORMS for gate in one.gates)
    return (*(gate.lower() for one in FORMATS for gate in one.gates), *_LABELS, *more, *HEAD_GATES)


def secrets(text: str, lowered: str, seen: frozenset[str]) -> Iterator[Secret]:
    """Yield the secrets of a text; `seen` are the gates that stand in it, `lowered` is it in small letters."""
    for place in opened(OPENS, seen):
        one = FORMATS[place]
        where = lowered if one.pattern.flags & re.IGNORECASE else text
        for start, stop in stretches(where, [gate for gate in one.gates if gate.lower() in seen]):
            for found in one.pattern.finditer(text, start, stop):
                yield from weighed(one.name, found[found.lastindex or 0], one.bits)
    for name, labels in LABELS.items():
        for label in seen.intersection(labels):
            for value in assigned(text, lowered, label):
                if len(value) >= _LONG[name] and is_mixed(value):
                    yield from weighed(name, value, _BITS[name])
    said = [*spoken(text, lowered, seen), *(listed(text, lowered) if seen.intersection(HEAD_GATES) else ())]
    yield from (one for value in said if is_mixed(value) for one in weighed("password", value, LOW))


def spoken(text: str, lowered: str, seen: frozenset[str]) -> Iterator[str]:
    """Yield what is said to be a password in one of the ways of FORMS."""
    for place in opened(SPOKEN, seen):
        one = FORMS[place]
        for start, stop in stretches(lowered, seen.intersection(one.gates)):
            yield from (found[found.lastindex or 0] for found in one.pattern.finditer(text, start, stop))


def assigned(text: str, lowered: str, label: str) -> Iterator[str]:
    """Yield what is assigned to a label."""
    for place in places(lowered, label):
        behind = place + len(label)
        value = _TAIL.match(text, behind)
        if value and not (label.endswith("key") and IDENTIFIER.match(text, behind)):
            yield value[1]


def weighed(name: str, value: str, threshold: float) -> Iterator[Secret]:
    """Yield a secret unless its value is a stand-in or has too little entropy."""
    bits = entropy(value)
    formless = name in LABELS or name == "url_password"
    if bits >= threshold and not STAND_IN.search(value) and not (formless and NAMED.search(value)):
        yield Secret(name, bits, threshold)


def is_mixed(value: str) -> bool:
    """Tell whether a value has a digit and signs of another kind: words and names have none."""
    return KINDS[2].search(value) is not None and sum(kind.search(value) is not None for kind in KINDS) >= FEWEST_KINDS


def entropy(value: str) -> float:
    """Return the Shannon entropy of the characters of a string, in bits each."""
    counts = Counter(value).values()
    return -sum(count / len(value) * log2(count / len(value)) for count in counts)
