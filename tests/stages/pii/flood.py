"""Made-up mail and court judgments: the texts in which most signs look like the beginning of personal data."""

from collections.abc import Callable
from random import Random

from curate.stages.pii.checks import words

COMMON = sorted(
    words(
        "the unit was tested in section of our plant and we call for a first report on state of drives please contact "
        "office by street way place to from number version at desk while service is still under test by author name"
    )
)
NAMES = ("Ann Baker", "Carl Dietz", "Eva Frank", "Greg Hale", "Iris Jones", "Kim Lund", "Max Nolte", "Olga Price")
SURNAMES, GIVEN = "王李张刘陈杨黄赵周吴", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚"
CLAUSES = (
    "双方签订买卖合同，约定货款于交货后三十日内付清",
    "被告未按期付款，原告多次催要未果",
    "本院认为，合同系双方真实意思表示，合法有效",
    "依照《中华人民共和国民法典》第五百七十七条的规定，判决如下",
    "被告辩称，货物存在质量问题，不同意支付货款12345.60元",
    "上述事实，有合同、送货单、对账单及当事人陈述等证据在案佐证",
    "案件受理费1250元，减半收取625元，由被告负担",
    "上诉人不服一审判决，向本院提起上诉，代理人到庭参加诉讼",
    "经审理查明，2019年3月12日，该公司主管部门作出批复，负责人在会议上作了报告",
    "书记员宣读法庭纪律后，审判人员核对当事人身份，被告人无异议",
)
"""Sentences of no one's case, with the words for the parties that such texts are full of."""


def host(draw: Random) -> str:
    """Name a machine."""
    return f"{draw.choice(['mx', 'mail', 'smtp', 'relay'])}{draw.randrange(40)}.example-{draw.randrange(500)}.net"


def code(draw: Random, size: int) -> str:
    """Write letters and digits as machines do."""
    return "".join(draw.choices("0123456789abcdefABCDEFGHwxvqXYZ", k=size))


def prose(draw: Random, words: int) -> str:
    """Write words without sense in lines of mail."""
    said = [draw.choice(COMMON) if draw.random() < 0.93 else str(draw.randrange(20_000)) for _ in range(words)]
    return "\n".join("> " * draw.randrange(3) + " ".join(said[at : at + 11]) for at in range(0, words, 11))


def mail(draw: Random) -> str:
    """Write a mail with its headers, quoted lines, a table and an attachment."""
    clock = f"{draw.randrange(1, 29)} Nov 2009 {draw.randrange(24):02}:{draw.randrange(60):02}:{draw.randrange(60):02}"
    date = f"Tue, {clock} -0{draw.randrange(10)}00"
    hops = [
        f"Received: from {host(draw)} ([{draw.randrange(1, 223)}.{draw.randrange(256)}.{draw.randrange(256)}.7])\n"
        f"\tby {host(draw)} (8.13.8/8.13.8) with ESMTP id {code(draw, 14)}\n\tfor <list@example.org>; {date}"
        for _ in range(draw.randrange(2, 6))
    ]
    people = [f"{name} <{name.split()[0].lower()}@{host(draw)}>" for name in draw.sample(NAMES, 3)]
    threads = " ".join(f"<{code(draw, 18)}@{host(draw)}>" for _ in range(draw.randrange(5)))
    rows = "\n".join("  ".join(str(draw.randrange(9_999)) for _ in range(6)) for _ in range(draw.randrange(12)))
    block = "\n".join(code(draw, 72) for _ in range(draw.randrange(12)))
    return (
        "\n".join(hops) + f"\nDate: {date}\nFrom: {people[0]}\nTo: {people[1]}\nCc: {people[2]}\n"
        f"Message-ID: <{code(draw, 20)}@{host(draw)}>\nReferences: {threads}\nSubject: Re: test {draw.randrange(99)}\n"
        f"MIME-Version: 1.0\n\n{prose(draw, 150)}\n{rows}\n"
        f"{block}\n\nRegards,\n{people[0].split(' <')[0]}\nTel. +1 650-253-{draw.randrange(10_000):04}\n\n"
    )


def judgment(draw: Random) -> str:
    """Write a judgment: who sues whom, a dozen paragraphs, who signed it."""

    def person() -> str:
        return draw.choice(SURNAMES) + "".join(draw.choices(GIVEN, k=2))

    parties = "".join(
        f"{role}：{person()}，{draw.choice('男女')}，{draw.randrange(1950, 2000)}年{draw.randrange(1, 13)}月"
        f"{draw.randrange(1, 29)}日出生，"
        f"汉族，住江苏省南京市鼓楼区中山路{draw.randrange(1, 400)}号。\n委托代理人：{person()}，某律师事务所律师。\n"
        for role in ("原告", "被告")
    )
    body = "\n".join("。".join(draw.choices(CLAUSES, k=6)) + "。" for _ in range(12))
    number = f"({draw.randrange(2010, 2024)})苏01民初{draw.randrange(9_999)}号"
    return f"民事判决书\n{number}\n{parties}{body}\n审 判 长  {person()}\n书 记 员  {person()}\n\n"


KINDS: dict[str, Callable[[Random], str]] = {"mail": mail, "judgments": judgment}


def made(kind: str, size: int, seed: int = 0) -> list[str]:
    """Write texts of a kind until they have `size` bytes together."""
    draw = Random(seed)
    texts: list[str] = []
    while size > 0:
        texts.append(KINDS[kind](draw))
        size -= len(texts[-1].encode())
    return texts
