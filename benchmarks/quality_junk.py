"""Junk of eighteen kinds, made of good texts by a seeded generator: what no industry wants."""

import base64
import random
import re
from collections.abc import Callable, Mapping, Sequence

CHARS = 2_000
"""Characters of good text that a piece of junk is made of."""
FEWEST_CHARS = 1_500
NOISE = 0.3
"""Share of characters that bad optical recognition gets wrong."""

_ZH_MENU = """
首页 新闻中心 产品展示 关于我们 联系我们 登录 注册 友情链接 网站地图 帮助中心 隐私政策 下一页 上一页 更多
返回顶部 在线客服 招聘信息 男装 女装 家电 数码 图书 手机 旅游 汽车 房产 体育 娱乐 财经 科技 教育 健康 美食 天气
彩票 星座 游戏 音乐 电影 电视剧 动漫 直播 团购 优惠券 北京 上海 广州 深圳
"""
ZH_MENU = _ZH_MENU.split()
_EN_MENU = """Home|About us|Contact us|Log in|Register|Search|Cart|Privacy policy|Terms of use|Sitemap|Help|FAQ|Next
Previous
Read more|News|Careers|Men|Women|Kids|Shoes|Bags|Electronics|Books|Garden|Sports|Travel|Music|Movies
Games
Weather|Politics|Business|Opinion|World|Europe|Asia|Technology|Science|Health|Fashion|Food|Photos|Videos
Podcasts|Subscribe|Follow us|Share|Facebook|Twitter"""
EN_MENU = _EN_MENU.replace("\n", "|").split("|")

Make = Callable[[str, random.Random], str]


def shuffled(text: str, draw: random.Random) -> str:
    """Put the words and marks of a text into an order of chance."""
    parts = re.findall(r"\w+|[^\w\s]+", text)
    return " ".join(draw.sample(parts, len(parts)))


def scrambled(text: str, draw: random.Random) -> str:
    """Put the letters of a text into an order of chance; blanks stay where they are."""
    letters = [character for character in text if not character.isspace()]
    draw.shuffle(letters)
    drawn = iter(letters)
    return "".join(character if character.isspace() else next(drawn) for character in text)


def noisy_han(text: str, draw: random.Random) -> str:
    """Read a third of the Han as others of GB 2312, as bad optical recognition would."""

    def other() -> str:
        while True:
            raw = bytes((draw.randint(0xB0, 0xF7), draw.randint(0xA1, 0xFE)))
            if said := raw.decode("gb2312", "ignore"):
                return said

    return "".join(other() if "\u4e00" <= one <= "\u9fff" and draw.random() < NOISE else one for one in text)


def noisy_latin(text: str, draw: random.Random) -> str:
    """Read a third of the letters as others, or as digits and signs."""
    signs = "abcdefghijklmnopqrstuvwxyz0123456789|/\\!~;:.,'"
    return "".join(draw.choice(signs) if one.isalpha() and draw.random() < NOISE else one for one in text)


def hexdump(text: str, _: random.Random) -> str:
    """Write a text as `xxd` would show it."""
    raw = text.encode()
    rows = []
    for start in range(0, len(raw), 16):
        row = raw[start : start + 16]
        pairs = " ".join(row[at : at + 2].hex() for at in range(0, len(row), 2))
        shown = "".join(chr(one) if chr(one).isascii() and chr(one).isprintable() else "." for one in row)
        rows.append(f"{start:08x}: {pairs:<39}  {shown}")
    return "\n".join(rows)


def menu(entries: Sequence[str]) -> Make:
    """Make menus of sites: entries in an order of chance, one a line."""
    return lambda _, draw: "\n".join(draw.sample(entries, len(entries) * 3 // 4))


def sentence(text: str, draw: random.Random) -> str:
    """Return a stretch of a text of the length of a sentence."""
    start = draw.randrange(max(1, len(text) - 80))
    return text[start : start + draw.randint(12, 60)].replace("\n", " ")


def loop(text: str, draw: random.Random) -> str:
    """Say a sentence again and again, behind a beginning that is sound."""
    return text[:100] + sentence(text, draw) * draw.randint(30, 60)


def signs(_: str, draw: random.Random) -> str:
    """Rule lines and decorate."""
    return "\n".join(draw.choice("=-*~#_★◆※…·|") * draw.randint(10, 60) for _ in range(draw.randint(8, 30)))


def replaced(text: str, draw: random.Random) -> str:
    """Lose every tenth character or more to U+FFFD."""
    return "".join("\ufffd" if draw.random() < 0.12 else one for one in text)  # noqa: PLR2004 - the docstring says it


def misread(written: str, read: str) -> Make:
    """Write in one encoding and read in another."""
    return lambda text, _: text.encode(written, "ignore").decode(read, "replace")


def lossy(text: str, _: random.Random) -> str:
    """Write in UTF-8, read as Latin-1, and lose the controls, as what shows a page does: whole, it could be mended."""
    return re.sub("[\x80-\x9f]", "", text.encode().decode("latin-1"))


KINDS: dict[str, tuple[str, Make]] = {
    "zh UTF-8 read as Latin-1, controls lost": ("zh", lossy),
    "zh UTF-8 read as GBK": ("zh", misread("utf-8", "gbk")),
    "zh GBK read as Latin-1": ("zh", misread("gbk", "latin-1")),
    "zh GBK read as UTF-8": ("zh", misread("gbk", "utf-8")),
    "zh Big5 read as GBK": ("zh", misread("big5", "gbk")),
    "zh characters shuffled": ("zh", scrambled),
    "zh noise of recognition, 30 %": ("zh", noisy_han),
    "zh menu": ("zh", menu(ZH_MENU)),
    "zh loop": ("zh", loop),
    "zh characters lost": ("zh", replaced),
    "en words shuffled": ("en", shuffled),
    "en letters shuffled": ("en", scrambled),
    "en noise of recognition, 30 %": ("en", noisy_latin),
    "en menu": ("en", menu(EN_MENU)),
    "en loop": ("en", loop),
    "en base64": ("en", lambda text, _: base64.encodebytes(text.encode()).decode()),
    "en hexdump": ("en", hexdump),
    "signs only": ("en", signs),
}


def junk(texts: Mapping[str, Sequence[str]], each: int, seed: int) -> dict[str, list[str]]:
    """Make `each` pieces of each kind out of texts by language (`zh`, `en`)."""
    made: dict[str, list[str]] = {}
    for kind, (language, make) in KINDS.items():
        draw = random.Random(f"{seed} {kind}")  # noqa: S311 - the same junk again, no secrets
        long = [text for text in texts[language] if len(text) >= FEWEST_CHARS]
        made[kind] = []
        for text in draw.choices(long, k=each):
            start = draw.randrange(max(1, len(text) - CHARS))
            made[kind].append(make(text[start : start + CHARS], draw))
    return made
