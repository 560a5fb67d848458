"""Planted Chinese sets: invented values in many forms within real sentences, with the exact place of each."""

import re
import string
from collections.abc import Callable, Sequence
from functools import cache
from itertools import product
from pathlib import Path
from random import Random
from typing import NamedTuple

from benchmarks.corpora import WORDS, data
from benchmarks.pii_templates import BETWEEN, ENGLISH, FRAMES, GLUED, LABELS, SAID
from benchmarks.pii_values import KINDS, digits, email, ipv4, luhn

WIDE = {ord(sign): ord(sign) - 0x20 + 0xFF00 for sign in string.digits + string.ascii_letters}
WIDE_MAIL = {ord("@"): "＠"}
AROUND = 3
"""A line ends at least so many signs from the ends of a number."""
SENTENCES = 20_000
TEXTS = ("zh_law_national/**/*.md", "zh_law_lawbench/zero_shot/*.json", "zh_en_cyber_vulhub/**/README.zh-cn.md")
HAN_SENTENCE = re.compile(r"[\u4e00-\u9fff][\u4e00-\u9fff，、；：“”（）]{10,80}。")
"""Sentences without a digit or letter: what they hold is nobody's number."""


class Planted(NamedTuple):
    """A record with one planted value."""

    text: str
    start: int
    end: int
    """Characters; the value stands in `text[start:end]`, as its form writes it."""
    kind: str
    form: str
    value: str
    """As the standard writes it."""


Spell = Callable[[Random, str], str]


def grouped(*shapes: tuple[int, ...]) -> Callable[[Random, str], list[str]]:
    """Cut a value into groups; of several shapes the first that has its length, in an order drawn."""

    def cut(draw: Random, value: str) -> list[str]:
        for sizes in draw.sample(shapes, len(shapes)):
            if sum(sizes) == len(value):
                ends = [sum(sizes[: place + 1]) for place in range(len(sizes))]
                return [value[end - size : end] for size, end in zip(sizes, ends, strict=True)]
        return [value[place : place + 4] for place in range(0, len(value), 4)]

    return cut


GROUPS = {
    "resident_id": grouped((6, 8, 4), (6, 4, 4, 4), (3, 3, 4, 4, 4)),
    "old_id": grouped((6, 6, 3)),
    "mobile": grouped((3, 4, 4), (3, 4, 4), (4, 3, 4)),
    "bank_card": grouped((4, 4, 4, 4), (4, 4, 4, 4, 3), (6, 13)),
    "uscc": grouped((4, 4, 4, 4, 2), (2, 6, 9, 1), (8, 10)),
    "registration": grouped((6, 9), (5, 5, 5), (3, 4, 4, 4)),
    "social_security": grouped((4, 4), (3, 3, 3), (4, 3, 3), (4, 4, 4)),
    "driving_licence": grouped((6, 8, 4), (4, 4, 4)),
    "medical_record": grouped((3, 3), (3, 4), (4, 4)),
    "insurance": grouped((4, 4, 4), (5, 5)),
}
"""How people break up numbers of a kind when they write them down."""


def plain(_draw: Random, value: str) -> str:
    """Leave a value as it is."""
    return value


def wide(draw: Random, value: str) -> str:
    """Write digits and letters in full width; of a mailbox the at sign only, as input methods do."""
    if "@" in value:
        return value.translate(WIDE_MAIL)
    return value.translate(WIDE) if draw.random() < 0.8 else value.translate({**WIDE, ord("-"): "－"})  # noqa: PLR2004


def apart(kind: str, sign: str) -> Spell:
    """Write a value in groups with a sign between them."""
    return lambda draw, value: sign.join(GROUPS[kind](draw, value))


def broken(kind: str) -> Spell:
    """End a line within a value: between groups, or anywhere but near its ends."""

    def spell(draw: Random, value: str) -> str:
        if draw.random() < 0.5:  # noqa: PLR2004 - half of them
            groups = GROUPS[kind](draw, value)
            place = len("".join(groups[: draw.randrange(1, len(groups))])) if len(groups) > 1 else AROUND
        else:
            place = draw.randint(AROUND, len(value) - AROUND)
        return f"{value[:place]}\n{value[place:]}"

    return spell


def country(draw: Random, value: str) -> str:
    """Put the country code before a mobile, with or without groups."""
    code = draw.choice(("+86", "+86 ", "+86-", "86-", "0086", "(+86)", "（+86）", "+86 ", "0086-"))
    return code + draw.choice(("", " ", "-")).join(GROUPS["mobile"](draw, value)).replace("－", "-")


def area(draw: Random, value: str) -> str:
    """Write a landline in another way: area code in parentheses, spaces, the country code, nothing between."""
    code, rest = value.split("-", 1)
    number, tail = re.fullmatch(r"(\d+)(.*)", rest, re.DOTALL).groups()  # type: ignore[union-attr]
    halves = f"{number[:4]}{draw.choice((' ', '-'))}{number[4:]}"
    shapes = (f"({code}){number}", f"（{code}）{number}", f"{code} {number}", f"{code}-{halves}", f"{code}{number}")
    return draw.choice((*shapes, f"+86 {code[1:]} {halves}", f"+86-{code[1:]}-{number}")) + tail


def parted(draw: Random, value: str) -> str:
    """Part a plate behind its first two signs."""
    return value[:2] + draw.choice(("·", "·", " ", "-", "•", ".")) + value[2:]


def forms_of(kind: str) -> dict[str, tuple[str, Spell]]:
    """Return the forms of a kind: name to (where it stands, how it is written)."""
    forms: dict[str, tuple[str, Spell]] = {
        "glued": ("glued", plain),
        "punctuated": ("said", plain),
        "labelled": ("label", plain),
        "label above": ("above", plain),
    }
    if kind not in {"wechat", "ipv4", "ipv6"}:
        forms |= {"full width": ("said", wide), "full width, glued": ("glued", wide)}
    if kind in GROUPS:
        forms |= {"spaced": ("said", apart(kind, " ")), "line break": ("label", broken(kind))}
        forms |= {"spaced, glued": ("glued", apart(kind, " ")), "hyphenated": ("label", apart(kind, "-"))}
    own = {"mobile": country, "landline": area, "plate": parted}.get(kind)
    if own:
        forms |= {"own": ("said", own), "own, glued": ("glued", own)}
    return forms


def clause_of(draw: Random, kind: str, place: str, written: str) -> tuple[str, int]:
    """Return a clause with a value in it, and where it starts."""
    if place in {"glued", "said"}:
        template = draw.choice((GLUED if place == "glued" else SAID)[kind])
        clause, start = template.replace("{v}", written), template.index("{v}")
        return (clause.removesuffix("，").removesuffix("；"), start)
    between = draw.choice(BETWEEN) if place == "label" else draw.choice(("\n", "：\n", ":\n  "))
    head = draw.choice(LABELS[kind]) + between
    return head + written, len(head)


@cache
def surroundings() -> tuple[str, ...]:
    """Return real Chinese sentences without digits or letters; made-up ones where there is no real text."""
    folder = data()
    paths: Sequence[Path] = () if folder is None else [path for one in TEXTS for path in sorted(folder.glob(one))]
    found: list[str] = []
    for path in paths:
        found += HAN_SENTENCE.findall(path.read_text("utf-8", errors="replace"))[:200]
    if not found:
        draw = Random(0)  # noqa: S311 - the same text again, no secrets
        words = WORDS["zh"].split()
        found = [f"{''.join(draw.choices(words, k=8))}，{''.join(draw.choices(words, k=6))}。" for _ in range(2_000)]
    Random(0).shuffle(found)  # noqa: S311 - likewise
    return tuple(found[:SENTENCES])


def embedded(draw: Random, clause: str, start: int) -> tuple[str, int]:
    """Put a clause into a frame of an industry or into the middle of a real sentence, real sentences around it."""
    frame = draw.choice(FRAMES[draw.choice(sorted(FRAMES))])
    real = surroundings()
    halves = draw.choice(real).split("，", 1)
    if len(halves) > 1 and draw.random() < 0.4:  # noqa: PLR2004 - two of five
        frame = f"{halves[0]}，{{item}}，{halves[1]}"
    before, after = draw.choice(real), draw.choice(real)
    text = before + frame.replace("{item}", clause) + after
    return text, len(before) + frame.index("{item}") + start


def planted(count: int = 4_000, seed: int = 0) -> list[Planted]:
    """Return so many records: kinds in turn, within a kind its forms in turn; the same seed, the same records."""
    draw = Random(seed)  # noqa: S311 - the same again, no secrets
    forms = {kind: list(forms_of(kind).items()) for kind in KINDS}
    names = list(KINDS)
    records = []
    for number in range(count):
        name = names[number % len(names)]
        form, (place, spell) = forms[name][number // len(names) % len(forms[name])]
        value = KINDS[name].make(draw)
        written = spell(draw, value)
        text, start = embedded(draw, *clause_of(draw, name, place, written))
        records.append(Planted(text, start, start + len(written), name, form, value))
    return records


def english(count: int, sentences: Sequence[str], seed: int = 0) -> list[str]:
    """Return so many English texts with one planted value each, to measure speed on."""
    draw = Random(seed)  # noqa: S311 - likewise
    made: dict[str, Callable[[Random], str]] = {
        "PHONE_NUMBER": lambda draw: f"({draw.randint(201, 989)}) {draw.randint(200, 999)}-{digits(draw, 4)}",
        "EMAIL_ADDRESS": email,
        "US_SSN": lambda draw: f"{draw.randint(100, 665)}-{draw.randint(10, 99)}-{draw.randint(1000, 9999)}",
        "CREDIT_CARD": lambda draw: (first := f"4{digits(draw, 14)}") + luhn(first),
        "IP_ADDRESS": ipv4,
    }
    pairs = list(product(made, range(3)))
    texts = []
    for number in range(count):
        entity, place = pairs[number % len(pairs)]
        said = ENGLISH[entity][place % len(ENGLISH[entity])].replace("{v}", made[entity](draw))
        texts.append(" ".join((*draw.choices(sentences, k=2), said, *draw.choices(sentences, k=2))))
    return texts
