"""Keys for tests, and the stage with one."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import mkdtemp

from curate.stages.pii import Pii
from tests.stages.pii.made import KINDS, MADE, luhn

FOLDER = Path(mkdtemp(prefix="curate-keys-"))


def key_file(number: int = 0) -> Path:
    path = FOLDER / f"{number}.key"
    path.write_bytes(bytes((number + n) % 256 for n in range(32)))
    return path


def keyed(operator: str = "surrogate", number: int = 0, **more: object) -> Pii:
    return Pii(operator=operator, key_file=key_file(number), **more)


LABELLED: dict[str, Callable[[Random], str]] = {
    "passport": lambda chance: f"护照号E{chance.randint(10**7, 10**8 - 1)}",
    "older resident id": lambda chance: (
        f"身份证110101{chance.randint(50, 99)}0{chance.randint(1, 9)}12{chance.randint(100, 999)}"
    ),
    "QQ": lambda chance: f"QQ：{chance.randint(10**4, 10**10)}",
    "WeChat": lambda chance: f"微信号：zhang_{chance.randint(10, 10**6)}",
    "labelled telephone": lambda chance: f"电话：{chance.randint(2 * 10**6, 9 * 10**7)}",
    "bank card": lambda chance: f"银行卡号{luhn(str(chance.randint(6 * 10**14, 7 * 10**14 - 1)))}",
    "name": lambda chance: (
        f"姓名：{chance.choice('王李张刘陈')}{chance.choice('伟芳敏静丽强')}{chance.choice('伟芳敏静丽强')}，"
    ),
    "short name": lambda chance: f"联系人：{chance.choice('王李张刘陈')}{chance.choice('伟芳敏静丽强')}，",
    "compound name": lambda chance: (
        f"患者：{chance.choice(['欧阳', '司马'])}{chance.choice('伟芳敏')}{chance.choice('静丽强')}，"
    ),
    "surname": lambda chance: f"请{chance.choice('王李张刘陈')}先生签字",
    "English name": lambda chance: (
        f"Dear Dr {chance.choice(['Alice', 'Bob'])} {chance.choice(['Q. ', ''])}{chance.choice(['Vane', 'Stone'])},"
    ),
    "first name": lambda chance: f"Dear {chance.choice(['Alice', 'Bob', 'Carol'])}, thank you",
}
"""Values that are found by what stands before or behind them."""

SAID: list[Callable[[Random], str]] = [*(MADE[entity][kind] for entity, kind in KINDS), *LABELLED.values()]
