"""Hard negatives: numbers and names of industry that look like personal data and are nobody's.

A false positive is any span that touches the value, but for telephone numbers of the United States, which may be found
whole as PHONE_NUMBER: there a false positive is a span that takes a part of the number (eleven digits behind the plus
read as a Chinese mobile) or calls it something else.
"""

import string
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple

from benchmarks.pii_planted import embedded
from benchmarks.pii_values import GB32100, MOBILE, REGIONS, digits, letters, listed

AREAS = listed(
    "314 334 347 352 360 385 413 435 469 503 512 559 585 617 631 650 713 727 772 801 815 832 864 903 919 956"
)
"""Area codes of the United States that stand behind +1 as a Chinese network number would."""
US_PHONE = "US phone"
MAY_BE = frozenset({"PHONE_NUMBER", ""})
"""A tool that tells no types has none."""


class Negative(NamedTuple):
    """A record with one value that is nobody's."""

    text: str
    start: int
    end: int
    kind: str


def at(draw: Random) -> datetime:
    """Return a moment of the last fifteen years, to the second."""
    return datetime(2010, 1, 1, tzinfo=UTC) + timedelta(seconds=draw.randrange(15 * 365 * 86_400))


def ean(first: str) -> str:
    """Return the check digit of 12 digits of EAN-13 and ISBN-13."""
    return str(-sum(int(sign) * (1 + 2 * (place % 2)) for place, sign in enumerate(first)) % 10)


def order(draw: Random) -> str:
    """Order numbers: a day and a sequence, a snowflake of 18 or 19 digits, letters before."""
    return draw.choice(
        (
            f"{at(draw):%Y%m%d%H%M%S}{digits(draw, 4)}",
            f"{at(draw):%Y%m%d}{digits(draw, 6)}",
            draw.choice("123456789") + digits(draw, draw.choice((17, 18))),
            f"SO-{at(draw):%Y}-{digits(draw, 6)}",
            f"DD{at(draw):%y%m%d}{digits(draw, 5)}",
            draw.choice(MOBILE) + digits(draw, 8),
        )
    )


def batch(draw: Random) -> str:
    """Batch numbers: mostly a day."""
    return draw.choice(
        (f"{at(draw):%Y%m%d}-{digits(draw, 2)}", f"{at(draw):%Y%m%d}", f"B{at(draw):%y%m%d}{digits(draw, 3)}")
    )


def part(draw: Random) -> str:
    """Part numbers as makers of bearings, drives and connectors write them."""
    return draw.choice(
        (
            f"6ES7 {digits(draw, 3)}-{digits(draw, 1)}AH{digits(draw, 2)}-0AB0",
            f"1756-L{digits(draw, 2)}",
            f"62{digits(draw, 2)}-2RS",
            f"{digits(draw, 3)}-{digits(draw, 4)}-{digits(draw, 3)}",
            f"{letters(draw, 2)}{digits(draw, 8)}",
            f"{digits(draw, 4)}-{digits(draw, 4)}-{digits(draw, 2)}",
        )
    )


def patent(draw: Random) -> str:
    """Applications and publications."""
    year = at(draw).year
    return draw.choice(
        (
            f"ZL{year}1{digits(draw, 7)}.{digits(draw, 1)}",
            f"CN{digits(draw, 9)}A",
            f"US{digits(draw, 8)}B2",
            f"{year}2{digits(draw, 7)}.X",
        )
    )


def isbn(draw: Random) -> str:
    """ISBN-13 of a Chinese publisher, with and without hyphens."""
    first = f"9787{digits(draw, 8)}"
    whole = first + ean(first)
    return draw.choice(
        (whole, f"978-7-{whole[4:7]}-{whole[7:12]}-{whole[12]}", f"978-7-{whole[4:8]}-{whole[8:12]}-{whole[12]}")
    )


def standard(draw: Random) -> str:
    """National, industry and international standards."""
    number, year = draw.randint(100, 45_000), at(draw).year
    return draw.choice(
        (
            f"GB/T {number}-{year}",
            f"GB {number}-{year}",
            f"ISO {number}:{year}",
            f"IEC 61850-7-{number % 1000}",
            f"YY/T {number % 2000:04}-{year}",
            f"DL/T {number % 6000}-{year}",
            f"ISO/IEC {number}-1:{year}",
        )
    )


def timestamp(draw: Random) -> str:
    """Moments: seconds and milliseconds since 1970, and digits in a row."""
    moment = at(draw)
    return draw.choice(
        (
            str(int(moment.timestamp())),
            f"{int(moment.timestamp())}{digits(draw, 3)}",
            f"{moment:%Y%m%d%H%M%S}",
            f"{moment:%Y-%m-%d %H:%M:%S}.{digits(draw, 3)}",
            f"{moment:%Y%m%d%H%M%S}{digits(draw, 3)}",
        )
    )


def amount(draw: Random) -> str:
    """Amounts of money and quantities, some as long as a mobile."""
    long = draw.choice(MOBILE) + digits(draw, 8)
    return draw.choice(
        (
            f"人民币{int(long):,}元",
            f"{long}元",
            f"￥{long}.{digits(draw, 2)}",
            f"{digits(draw, 3)}.{digits(draw, 2)}万元",
            f"{long}千瓦时",
            f"${draw.randint(1, 999)},{digits(draw, 3)},{digits(draw, 3)}.{digits(draw, 2)}",
        )
    )


def version(draw: Random) -> str:
    """Versions of four parts, with a word that says so."""
    four = ".".join(str(draw.randint(0, 30)) for _ in range(4))
    return draw.choice(
        (
            f"v{four}",
            f"版本{four}",
            f"固件版本：{four}",
            f"Chrome/{draw.randint(60, 130)}.0.{draw.randint(1000, 6999)}.{draw.randint(10, 200)}",
            f"V{four}",
            f"version {four}",
        )
    )


def serial(draw: Random) -> str:
    """Return what is stamped on devices."""
    return draw.choice(
        (
            digits(draw, 13),
            f"{letters(draw, 3)}{digits(draw, 9)}",
            letters(draw, 12, GB32100),
            f"SN{digits(draw, 11)}",
            draw.choice(MOBILE) + digits(draw, 8),
        )
    )


def us_phone(draw: Random) -> str:
    """North American numbers whose area code begins like a Chinese network number."""
    area = draw.choice(AREAS)
    return f"+1{area}{draw.randint(200, 999)}{digits(draw, 4)}"


def hotline(draw: Random) -> str:
    """Service numbers."""
    return draw.choice(
        (
            f"400-{digits(draw, 3)}-{digits(draw, 4)}",
            f"400{digits(draw, 7)}",
            f"800-{digits(draw, 3)}-{digits(draw, 4)}",
            f"95{digits(draw, 3)}",
            "12345",
            "12315",
            "12348",
            "10086",
            "10010",
            "4008-" + digits(draw, 3) + "-" + digits(draw, 3),
        )
    )


def day(draw: Random) -> str:
    """Days and spans of days."""
    one, two = sorted((at(draw), at(draw)))
    return draw.choice(
        (
            f"{one:%Y-%m-%d}",
            f"{one:%Y%m%d}-{two:%Y%m%d}",
            f"{one:%Y.%m.%d}",
            f"{one:%Y/%m/%d} {one:%H:%M}",
            f"{one:%Y}-{two:%Y}",
        )
    )


def nobody_ip(draw: Random) -> str:
    """Private, loopback, documentation and link-local addresses, and netmasks."""
    tail = f"{draw.randint(0, 255)}.{draw.randint(1, 254)}"
    return draw.choice(
        (
            f"10.{draw.randint(0, 255)}.{tail}",
            f"192.168.{tail}",
            f"172.{draw.randint(16, 31)}.{tail}",
            "127.0.0.1",
            f"192.0.2.{draw.randint(1, 254)}",
            f"198.51.100.{draw.randint(1, 254)}",
            f"203.0.113.{draw.randint(1, 254)}",
            "255.255.255.0",
            "255.255.240.0",
            "0.0.0.0",  # noqa: S104 - a text
            "::1",
            f"2001:db8::{draw.randint(1, 0xFFFF):x}",
            f"fe80::{draw.randint(1, 0xFFFF):x}",
            f"169.254.{tail}",
        )
    )


def mailbox(draw: Random) -> str:
    """Mailboxes of examples and of roles."""
    return draw.choice(
        (
            f"{draw.choice(('user', 'test', 'alice', 'zhangsan'))}@example.{draw.choice(('com', 'org', 'net'))}",
            "noreply@corp-mail.com.cn",
            "no-reply@huaxin-power.com.cn",
            "postmaster@hongda-group.com",
            f"someone{digits(draw, 2)}@example.com",
        )
    )


def cve(draw: Random) -> str:
    """Return the name of a vulnerability."""
    return draw.choice(
        (
            f"CVE-{at(draw).year}-{digits(draw, draw.choice((4, 5)))}",
            f"CNVD-{at(draw).year}-{digits(draw, 5)}",
            f"CWE-{draw.randint(20, 1300)}",
        )
    )


def paper(draw: Random) -> str:
    """Files of courts and authorities, approvals, stocks, licences of sites."""
    year = at(draw).year
    return draw.choice(
        (
            f"（{year}）京{digits(draw, 4)}民初{digits(draw, 5)}号",
            f"国药准字H{digits(draw, 8)}",
            f"京ICP备{digits(draw, 8)}号",
            f"国发〔{year}〕{draw.randint(1, 60)}号",
            f"国械注准{year}{digits(draw, 7)}",
            f"京公网安备{draw.choice(REGIONS)}{digits(draw, 8)}号",
        )
    )


def goods(draw: Random) -> str:
    """Bar codes, substances, stocks, digital objects."""
    first = f"69{digits(draw, 10)}"
    return draw.choice(
        (
            first + ean(first),
            f"{digits(draw, 5)}-{digits(draw, 2)}-{digits(draw, 1)}",
            f"60{digits(draw, 4)}.SH",
            f"10.{digits(draw, 4)}/j.issn.{digits(draw, 4)}-{digits(draw, 4)}.{at(draw):%Y.%m}.{digits(draw, 3)}",
        )
    )


def invoice(draw: Random) -> str:
    """Invoices and contracts."""
    return draw.choice(
        (
            digits(draw, 8),
            digits(draw, 20),
            f"HT-{at(draw):%Y%m%d}-{digits(draw, 3)}",
            f"{draw.choice(REGIONS)[:4]}{digits(draw, 8)}",
        )
    )


def hashed(draw: Random) -> str:
    """Digests, commits and keys of records."""
    return letters(draw, draw.choice((32, 40, 64)), string.digits + "abcdef")


KINDS: dict[str, tuple[Callable[[Random], str], tuple[str, ...]]] = {
    "order": (order, ("订单号{v}已发货", "订单编号：{v}", "流水号{v}对账不平", "采购单号：{v}")),
    "batch": (batch, ("批号{v}的原料已复检", "生产批号：{v}", "批次{v}合格")),
    "part": (part, ("物料号{v}缺货", "更换备件，型号{v}", "零件号：{v}", "料号{v}已停产")),
    "patent": (patent, ("专利号{v}已授权", "专利申请号：{v}", "参见专利{v}的说明书")),
    "ISBN": (isbn, ("ISBN {v}", "书号{v}", "ISBN：{v}")),
    "standard": (standard, ("执行{v}标准", "应符合{v}的规定", "按{v}验收")),
    "timestamp": (timestamp, ("时间戳{v}处出现跳变", "日志时间：{v}", "timestamp={v}", "采样时刻{v}数据缺失")),
    "amount": (amount, ("合计{v}", "累计{v}已入账", "金额：{v}", "共{v}，同比增长")),
    "version": (version, ("请升级到{v}", "受影响的软件{v}", "系统升级至{v}后重启")),
    "serial": (serial, ("序列号{v}的设备返修", "出厂编号：{v}", "SN：{v}", "设备编号{v}已报废")),
    US_PHONE: (us_phone, ("境外来电{v}未接", "美国客服电话{v}", "Call {v} for details", "联系 {v}")),
    "hotline": (hotline, ("客服热线{v}", "请拨打{v}投诉", "全国统一热线：{v}", "服务电话{v}")),
    "date": (day, ("有效期{v}", "日期：{v}", "于{v}签订", "施工期间{v}")),
    "nobody's IP": (nobody_ip, ("网关{v}不可达", "内网地址{v}", "监听{v}端口", "配置为{v}")),
    "mailbox": (mailbox, ("示例邮箱{v}", "系统通知由{v}发出", "例如{v}")),
    "CVE": (cve, ("漏洞编号{v}", "修复{v}", "参见{v}")),
    "paper": (paper, ("依据{v}", "文号：{v}", "见{v}")),
    "goods": (goods, ("条码{v}", "编号：{v}", "参见{v}")),
    "invoice": (invoice, ("发票号码{v}已认证", "合同编号：{v}", "发票代码{v}", "发票号：{v}")),
    "digest": (hashed, ("MD5值{v}", "提交{v}", "文件哈希：{v}")),
}


def negatives(count: int = 2_000, seed: int = 0) -> list[Negative]:
    """Return so many records with one negative each, kinds in turn; the same seed, the same records."""
    draw = Random(seed + 1)  # noqa: S311 - the same again, no secrets
    names = list(KINDS)
    records = []
    for number in range(count):
        name = names[number % len(names)]
        make, templates = KINDS[name]
        value = make(draw)
        template = draw.choice(templates)
        text, start = embedded(draw, template.replace("{v}", value), template.index("{v}"))
        records.append(Negative(text, start, start + len(value), name))
    return records


def is_false(negative: Negative, start: int, end: int, entity: str) -> bool:
    """Tell whether a span is a false positive on the value of a record."""
    if start >= negative.end or end <= negative.start:
        return False
    if negative.kind != US_PHONE:
        return True
    return entity not in MAY_BE or start > negative.start or end < negative.end
