"""Read the file about a person that `curate trace --subject` takes: one value a line, also behind its label."""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from curate.core.errors import StorageError
from curate.core.personal import IP, MAC

KINDS = {
    "phone": "PHONE_NUMBER",
    "mobile": "PHONE_NUMBER",
    "tel": "PHONE_NUMBER",
    "手机": "PHONE_NUMBER",
    "电话": "PHONE_NUMBER",
    "id": "CN_RESIDENT_ID",
    "身份证": "CN_RESIDENT_ID",
    "card": "CN_BANK_CARD",
    "银行卡": "CN_BANK_CARD",
    "email": "EMAIL_ADDRESS",
    "mail": "EMAIL_ADDRESS",
    "邮箱": "EMAIL_ADDRESS",
}
"""What may stand before a colon, beside the names of types."""
SAID = re.compile(r"(?P<label>[^\d:：=@/]{1,40}?)\s*[:：=]\s*(?P<value>\S.*)")
"""A label and its sign; what begins with digits or has an `@` is a value."""
GLUED = re.compile(
    r"(?P<label>[\u4e00-\u9fff]{0,10}(?:证|号码?|证号|编号|代码|卡|电话|手机|座机|传真|热线|联系方式|微信|QQ|邮箱|邮件|护照|账户|帐户|车牌)"
    r"[是为]?)\s*(?P<value>(?:[\u4e00-\u9fff](?=[A-Za-z]))?[(+0-9A-Za-z][^\u4e00-\u9fff]{4,}"
    r"(?:(?:转|轉|分机号?)\s?\d{1,6}|[港澳学警领挂])?)"
)
"""A Chinese label right before a value of digits and letters; a plate begins with a province, and may end in Han."""
SPOKEN = re.compile(
    r"(?i:(?P<label>(?:(?:passport|phone|mobile|cell|tel(?:ephone)?|fax|card|credit card|bank card|account|id|id card|"
    r"ssn|e-?mail|wechat|qq|iban|permit|licen[cs]e|plate|imei|vin)(?:\s?(?:numbers?|no|id))?\b))[.#]?(?:\sis)?\s+"
    r"(?P<value>[(+]*\d.*|[^\W\d_]{1,2}\s?\d.*|\S+@\S+))"
)
"""An English label, a blank, and a mailbox or a value that begins with a digit, or with one right after its letters."""


class Line(NamedTuple):
    """A value of the person, and the type that the file names for it."""

    number: int
    kind: str | None
    value: str
    whole: str | None = None
    """The line, where what stands before the value may be part of it: no label that names a type."""


def read(path: Path) -> bytes:
    """Read a file of the caller; StorageError, without any of it, where that is impossible."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise StorageError(error.strerror or "the file cannot be read", where=str(path)) from error


def lines_of(subject: Path) -> Iterator[Line]:
    """Read the values of a person; blank lines and lines that begin with `#` say nothing."""
    try:
        said = read(subject).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise StorageError("the file is not UTF-8", where=str(subject)) from None
    for number, line in enumerate(said.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            kind, value = parted(line.strip())
            yield Line(number, kind, value, None if kind or value == line.strip() else line.strip())


def parted(line: str) -> tuple[str | None, str]:
    """Part a line into the type that its label names, if any, and the value without its label."""
    plain = unicodedata.normalize("NFKC", line)
    if IP.fullmatch(plain) or MAC.fullmatch(plain) or plain.lower().startswith(("http://", "https://", "ftp://")):
        return None, line
    for form in (SAID, GLUED, SPOKEN):
        found = form.fullmatch(plain)
        if found:
            label = found["label"].strip()
            named = label if label.isupper() and label.isascii() and "_" in label else KINDS.get(label.lower())
            return named, found["value"].strip()
    return None, line
