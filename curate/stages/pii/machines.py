"""Numbers that machines write: values of keys, parts of paths, names of files, versions of programs, sections."""

import re
from collections.abc import Sequence
from itertools import pairwise

from curate.core import labels

LEFT_OF_NUMBER = 160
"""How many characters before a number are searched for the path that it is a part of."""
BARE = re.compile("[0-9]{11}")
KEY = re.compile(
    r"(?P<mark>[\s{,\[(&?;]|\A)(?P<quote>[\"'`]?)(?P<key>[A-Za-z][0-9A-Za-z_.-]{0,30})[\"'`\])]{0,2}[ ]{0,2}"
    r"(?P<sign>[=!<>]{1,3}|:(?!//))[ ]{0,2}[\"']?\Z"
)
"""A key and its sign, as in queries, logs, SQL, JSON."""
SIGNS_OF_KEY = frozenset("=:<> \"'")
LONGEST_SIGN = 4
"""A blank or two and a quote may stand behind the sign."""
LONGEST_WORD = 16
IN_LIST = re.compile(
    r"(?<![\w.-])(?P<key>[A-Za-z][0-9A-Za-z_.-]{0,30})[\"'`]?\s(?i:not\s)?(?i:in)\s?\((?:\s?[\"']?[0-9]{1,20}[\"']?\s?,)*\s?[\"']?\Z"
)
WORDS = re.compile("[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+")
KEYS = frozenset(labels.KEYS.split("|"))
OF_RECORDS = frozenset(labels.KEYS_OF_RECORDS.split("|"))
OF_PEOPLE = frozenset(labels.KEYS_OF_PEOPLE.split("|"))
STEM = f"(?i:(?:{labels.STEMS})[_-]?)?"
TRACKED = re.compile(f"(?<![0-9A-Za-z])(?i:{labels.TRACKERS})[-#]\\Z")
LONGEST_TRACKER = 8
IN_PATH = r"[0-9A-Za-z/\\._~%:+,;@!$*()#\[\]-]"
RUN = re.compile(r"[^\s\"'`<>|?&=\u0080-\U0010ffff]*\Z")
"""All that hangs together with a number on its left."""
URL = re.compile(rf"(?:[A-Za-z][A-Za-z+]{{1,9}}://|(?<![0-9A-Za-z.@])www\.){IN_PATH}{{2,150}}/{STEM}\Z")
PATH = re.compile(
    rf"(?:(?<=[\s\"'`=(:])|\A)(?:[A-Za-z]:|~|\.{{1,2}})?[/\\](?:[0-9A-Za-z_.-]{{1,40}}[/\\]){{1,8}}{STEM}\Z"
)
FILE = re.compile(rf"(?<![\w.-])(?:[0-9A-Za-z_.-]{{1,40}}[/\\]){{0,8}}{STEM}\Z")
FILE_END = re.compile(
    rf"(?:[_-][0-9A-Za-z]{{1,20}}){{0,3}}(?:\.[0-9a-z]{{1,8}})?\.(?:{labels.FILE_ENDS})(?![0-9A-Za-z])"
)
PATH_GOES_ON = re.compile(r"[/\\?#_.,;:)\]\"'`<>\s-]|[，。；、）]|\Z")


def is_of_machine(text: str, start: int, end: int) -> bool:
    """Tell whether eleven bare digits are no mobile but the value of a key, of a tracker, or part of a path or file.

    Not where a word of the key or the path says that it may be somebody's (`phone=`, `/user/`, `wa.me/`).
    """
    if BARE.fullmatch(text, start, end) is None:
        return False
    before = text[start - 1 : start]
    if before in {"-", "#"} and TRACKED.search(text, max(0, start - LONGEST_TRACKER), start):
        return True
    low = max(0, start - LEFT_OF_NUMBER)
    if before in "/\\_-" or not before or text[end : end + 1] in ("_", "-", "."):
        named = FILE.search(text, low, start) if FILE_END.match(text, end) else None
        named = named or URL.search(text, low, start) or PATH.search(text, low, start)
        run = RUN.search(text, low, start)
        if named and run and PATH_GOES_ON.match(text, end) and not speaks_of_people(words_of(run[0])):
            return True
    ends = text[max(0, start - LONGEST_SIGN) : start].rstrip(" \"'")[-1:] if before in SIGNS_OF_KEY else ""
    key = KEY.search(text, low, start) if ends and ends in "=!<>:" else None
    if key is not None and key["sign"] == ":" and not is_of_machines(text, key):
        return False
    if key is None and text.rfind("(", low, start) >= 0:
        key = IN_LIST.search(text, low, start)
    said = words_of(key["key"]) if key else []
    if key and text[key.start("key") - 1 : key.start("key")] == " ":
        said = [*words_of(text[max(0, key.start("key") - LONGEST_WORD) : key.start("key")])[-1:], *said]
    return bool(said) and said[-1] in KEYS and not speaks_of_people(said)


def words_of(said: str) -> list[str]:
    """Return the words of a key or a path in lower case, also those of camelCase."""
    return [word.lower() for word in WORDS.findall(said)]


def speaks_of_people(said: Sequence[str]) -> bool:
    """Tell whether one of the words, or two in a row (`weChat`), say that a number may be somebody's."""
    return not OF_PEOPLE.isdisjoint({*said, *map("".join, pairwise(said))})


def is_of_machines(text: str, key: re.Match[str]) -> bool:
    """Tell whether a key before a colon may be a machine's: quoted or at the beginning of a field, and no bare `id`."""
    return key["key"].lower() not in OF_RECORDS and (key["quote"] != "" or begins_field(text, key))


def begins_field(text: str, key: re.Match[str]) -> bool:
    """Tell whether a key without quotes, in small letters or with hyphens, begins a line or a field.

    Its line is read no further to the left than the key was searched for.
    """
    if not (key["key"].islower() or "-" in key["key"]):
        return False
    start = key.start("key")
    first = text.rfind("\n", key.pos, start)
    begins = (first >= 0 or not key.pos) and not text[first + 1 : start].strip(" -{")
    return key["mark"] in {"{", ",", "["} or begins


PRODUCT = re.compile(
    "(?i:(?<![0-9a-z])(?:oracle(?: (?:database|db|数据库))?|mysql|mariadb|postgres(?:ql)?|sql ?server|db2|mongodb|"
    "redis|chrome|chromium|edge?|opr|opera|"
    "firefox|safari|(?:apple)?webkit|gecko|python|java|jdk|jre|openjdk|node(?:\\.?js)?|php|perl|ruby|golang|rust|"
    "nginx|apache|tomcat|iis|weblogic|"
    "websphere|jboss|wildfly|jetty|openssl|openssh|openvpn|kernel|android|ios(?:-xe)?|macos|ubuntu|debian|centos|"
    "rhel|aix|solaris|"
    "esxi|vcenter|vsphere|docker|kubernetes|k8s|hadoop|hive|spark|flink|kafka|elasticsearch|kibana|logstash|"
    "zookeeper|rabbitmq|"
    "activemq|dubbo|spring|maven|gradle|jenkins|gitlab|acrobat|flash(?: player)?|hana|cuda|cudnn|tensorrt|opencv|"
    "qt|sdk|driver|bios|"
    "uefi|junos|fortios|pan-os|micromessenger|dingtalk|wps|foxit|harmonyos|emui|miui|oceanbase|gaussdb|curl|wget|"
    "okhttp|dalvik)|"
    "达梦|金仓|麒麟|统信|鸿蒙|数据库|客户端版|驱动|浏览器)[ /_-]?v?\\Z"
)
BROWSER = re.compile(
    "(?i:(?<![0-9a-z])(?:chrome|chromium|crios|edga?|edge|opr|firefox|fxios|version|yabrowser|qqbrowser|"
    "mqqbrowser|micromessenger)/)\\Z"
)
AGENT = re.compile(
    r"(?:\A|[\s;(])(?!(?:Host|Ip|Client|Server|Peer|Node|Addr|Address|Remote|From)/)[A-Z][A-Za-z]{2,20}/\Z"
)
"""The program in front of its version, as browsers say it of themselves."""
PORT = re.compile(":[0-9]{2,5}(?![0-9])")
PACKAGE = re.compile(
    r"(?:-[0-9A-Za-z]{1,12}){0,3}(?:[._](?:x86_64|amd64|arm64|aarch64|noarch|i[36]86|el[0-9]|src|orig|all|linux|"
    r"win(?:32|64)?)){0,8}"
    r"\.(?:tar|gz|tgz|zip|rpm|deb|jar|whl|exe|msi|dll|so|iso|img|apk|war|bz2|xz|7z|dmg|pkg|nupkg|gem|patch|"
    r"diff)(?![0-9A-Za-z])"
)
"""The rest of the name of what is installed."""
LIBRARY = re.compile(r"\.(?:so|dll|jar|dylib)\.\Z")
HEADED = re.compile(
    r"(?:第|附录|附表|公式|条款|章节|(?<![列址由发代])[表图]|§|参见|详见|步骤|条目|(?<![A-Za-z])(?:Tables?|Figures?|Fig\.|"
    r"Sections?|Sec\.|Appendix|Annex|Eqs?\.|Equation|Articles?|Clauses?|Chapters?|Para(?:graph)?s?\.?|"
    r"[Ss]ee(?: also)?|[Rr]ules?|[Ss]teps?|[Cc]ontrols?|[Rr]equirements?))[ ]?\Z"
)
PART_OF_TEXT = re.compile("[ ]?(?:[条款节章](?![件目约点])|小节)")
LARGEST_MAJOR, LARGEST_SECTION = 30, 40


def is_program(text: str, start: int, end: int) -> bool:
    """Tell whether four numbers are the version of a program that stands before them, or of a package named by them.

    Only where the first two are as small as those of versions are, but for browsers, whose first runs up each month; a
    port behind them makes them a host.
    """
    if text.endswith(".0.0.0", start, end):
        return True
    if PORT.match(text, end):
        return False
    before = text[max(0, start - LEFT_OF_NUMBER // 4) : start]
    if before[-1:] in {"-", "_", "."} and (PACKAGE.match(text, end) or LIBRARY.search(before)):
        return True
    small = all(int(part) <= LARGEST_MAJOR for part in text[start:end].split(".")[:2])
    return BROWSER.search(before) is not None or (
        small and (PRODUCT.search(before) or AGENT.search(before)) is not None
    )


def is_section(text: str, start: int, end: int) -> bool:
    """Tell whether four small numbers are those of a section, a table, a figure."""
    if any(int(part) > LARGEST_SECTION for part in text[start:end].split(".")):
        return False
    return HEADED.search(text, max(0, start - 12), start) is not None or PART_OF_TEXT.match(text, end) is not None
