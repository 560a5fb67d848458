"""Which characters the bytes of a file stand for: judged by samples from its whole length, never by its name."""

import codecs
import re
from collections.abc import Iterable
from typing import NamedTuple

from curate.core.errors import ConfigError

SAMPLE_BYTES = 1 << 14
SAMPLES = 64
"""At most so many samples are held: whenever there are more, every second one is dropped and the step doubled."""
STEP_BYTES = 1 << 20
"""A file up to this size is judged whole; of a larger one a sample is taken at every step."""

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
WIDE = {"utf-16": "utf-16-le", "utf-32": "utf-32-le"}
"""Encodings that only a BOM decides, and what is taken where there is none."""

EDGE = re.compile(rb"[\x00-\x2f][\x80-\xff]")
"""A place where a character surely begins in every encoding that is tried: after a blank, a line feed or a quote."""
HIGH = re.compile(rb"[\x80-\xff]")
SHIFTS = re.compile(rb"\x1b\$[@B]|\x1b\$\)C|~\{[!-}]{2}")
"""How the stateful seven-bit encodings leave ASCII."""

SIMPLIFIED = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军"
    "者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走"
    "义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告"
    "类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运笔案请诉讼审判被告原告人民法院罪款违约合同患者治疗症状检查医院药病医疗肝癌炎血压肿瘤饮食服用手术引起建议"
)
TRADITIONAL = frozenset(
    "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日軍"
    "者意無力它與長把機十民第公此已工使情明性知全三又關點正業外將兩高間由問很最重並物手應戰向頭文體政美相見被利什二等產或新己制身果加西斯月話合回特代內信表化老給世位次度門任常先海通教兒原東聲提立及比員解水名真論處走"
    "義各入幾口認條平系氣題活爾更別打女變四神總何電數安少報才結反受目太量再感建務做接必場件計管期市直德資命山金指克許統區保至隊形社便空決治展馬科司五基眼書非則聽白卻界達光放強即像難且權思王象完設式色路記南品住告"
    "類求據程北邊死張該交規萬取拉格望覺術領共確傳師觀清今切院讓識候帶導爭運筆案請訊網資料檔項目碼庫啦喔嗎呢"
)
KANA = frozenset(map(chr, [*range(0x3041, 0x3097), *range(0x30A1, 0x30FB), 0x30FC]))
JAPANESE = KANA | frozenset("日本人大年中出会国上見分生行事者時東下学手子方月場間今地前部目気私一二三的言用表使発合対")
KOREAN = frozenset(
    "이다는에의을가고하로를은지서한기어도사자리시대일나해인그수전정아부라보들만과여장있제게스마주으원성안조것상구와면적러관비소네우오않없습니했며같까된말때생우트요할문동신무파선개실치내위계통용물공분입세유모저경드"
)
LATIN = frozenset("àáâãäåæçèéêëìíîïñòóôõöøùúûüÿœÀÁÂÄÇÈÉÊËÍÎÑÓÔÖØÙÚÛÜßŒ‘’“”–—…•€£©®°±²³µ·»«½¼§¡¿\xa0")

CANDIDATES: tuple[tuple[str, frozenset[str]], ...] = (
    ("gb18030", SIMPLIFIED),
    ("big5", TRADITIONAL),
    ("big5hkscs", TRADITIONAL),
    ("shift_jis", JAPANESE),
    ("euc_jp", JAPANESE),
    ("euc_kr", KOREAN),
    ("cp949", KOREAN),
    ("johab", KOREAN),
    ("cp1252", LATIN),
)
"""In order of preference where two fit equally well."""
SHIFTED = (("iso2022_jp", JAPANESE), ("iso2022_kr", KOREAN), ("hz", SIMPLIFIED))

SURE = 0.3
"""A share of common characters above which no further opinion is asked. Measured: right decodings of running text reach
0.4 and more, wrong ones stay below 0.2."""
CLEAR = 0.5
"""A share above which no other candidate is tried."""
JUDGED = 16
FAULTY = 0.9
"""Share of well-formed characters above which UTF-8 with faults is still UTF-8: its grammar is not met by chance."""
NULS = 0.2
"""Share of NUL bytes in one half of the byte pairs above which a text is UTF-16. No other encoding of text has NULs."""


class Encoding(NamedTuple):
    """What the bytes of a file are taken for."""

    name: str
    confidence: float
    """Share of characters that are common in the encoding's language; 1.0 for a BOM, strict UTF-8, the user's word."""
    bom: int = 0
    """How many bytes the byte order mark takes."""


class Sampler:
    """Takes samples while a file is read for another purpose: from head to tail, where there is more than ASCII.

    The samples depend on the bytes alone, not on how they came in chunks.
    """

    def __init__(self) -> None:
        self._samples: list[bytes] = []
        self._step = STEP_BYTES
        self._block = bytearray()
        self._blocks = 0
        self._tail = b""

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the file."""
        at = 0
        while at < len(chunk):
            take = chunk[at : at + STEP_BYTES - len(self._block)]
            self._block += take
            at += len(take)
            if len(self._block) == STEP_BYTES:
                self._close_block()

    def _close_block(self) -> None:
        if self._blocks * STEP_BYTES % self._step == 0:
            self._samples.append(bytes(self._block) if self._blocks == 0 else telling(bytes(self._block)))
            if len(self._samples) > SAMPLES:
                self._samples = self._samples[::2]
                self._step *= 2
        self._tail = bytes(self._block[-SAMPLE_BYTES:])
        self._blocks += 1
        self._block.clear()

    def samples(self) -> list[bytes]:
        """Return the samples: the first starts at the head of the file and holds up to STEP_BYTES of it."""
        rest = bytes(self._block)
        if not self._blocks:
            return [rest]
        tail = (self._tail + rest)[-SAMPLE_BYTES:]
        return [*self._samples, *([telling(rest)] if len(rest) > SAMPLE_BYTES else []), from_edge(tail)]


def telling(block: bytes) -> bytes:
    """Return the part of a block that tells most: from its first character beyond ASCII on, else its beginning."""
    if block.isascii():
        return block[:SAMPLE_BYTES]
    edge = EDGE.search(block)
    return block[edge.start() + 1 :][:SAMPLE_BYTES] if edge else from_edge(block[:SAMPLE_BYTES])


def from_edge(block: bytes) -> bytes:
    """Drop what may be the rest of a character from the beginning of a sample."""
    feed = block.find(b"\n")
    return block[feed + 1 :] if feed >= 0 else block


def named_encoding(name: str) -> str:
    """Return the normal name of an encoding that Python knows; ValueError where it does not.

    >>> named_encoding("GBK"), named_encoding("utf8")
    ('gbk', 'utf-8')
    """
    try:
        normal = codecs.lookup(name).name
        "".encode(normal)
    except (LookupError, TypeError):
        message = f"there is no encoding {name!r}; gb18030, big5, utf-8, utf-16 are some, auto finds out"
        raise ValueError(message) from None
    return "utf-8" if normal == "utf-8-sig" else normal


def said(name: str, head: bytes) -> Encoding:
    """Take the encoding that the user named; a byte order mark decides what the name leaves open."""
    for bom, encoding in BOMS:
        if head.startswith(bom) and (encoding == name or encoding.startswith(f"{name}-")):
            return Encoding(encoding, 1.0, len(bom))
    return Encoding(WIDE.get(name, name), 1.0)


def detected(samples: list[bytes]) -> Encoding:
    """Judge samples of a file, the first from its head: BOM, UTF-16 by its NULs, UTF-8, common characters."""
    head = samples[0]
    for bom, name in BOMS:
        if head.startswith(bom):
            return Encoding(name, 1.0, len(bom))
    wide = wide_by_nuls(head)
    ascii_only = all(sample.isascii() for sample in samples)
    if wide is not None or ascii_only:
        return wide or by_shifts(samples)
    return by_characters(samples)


def by_characters(samples: list[bytes]) -> Encoding:
    """Judge samples that are neither ASCII nor marked: UTF-8 where its grammar is met, else what fits best."""
    share = well_formed(samples)
    if share == 1.0:
        return Encoding("utf-8", 1.0)
    best = best_of(samples)
    if share > max(best.confidence, FAULTY if best.confidence >= SURE else SURE):
        return Encoding("utf-8", round(share, 4))
    if best.confidence < SURE:
        return last_opinion(samples) or best
    return best


def best_of(samples: list[bytes]) -> Encoding:
    """Return the candidate that fits best, the first that fits clearly, in JUDGED samples from the whole length."""
    telling_ones = [sample[:SAMPLE_BYTES] for sample in samples if not sample[:SAMPLE_BYTES].isascii()]
    telling_ones = telling_ones or [telling(sample) for sample in samples]
    telling_ones = telling_ones[:: -(-len(telling_ones) // JUDGED)]
    best = Encoding("utf-8", -1.0)
    for name, common in CANDIDATES:
        one = judged(telling_ones, name, common)
        best = one if one.confidence > best.confidence else best
        if best.confidence >= CLEAR:
            break
    return best


def wide_by_nuls(head: bytes) -> Encoding | None:
    """Recognise UTF-16 without a BOM by where its NUL bytes stand; confidence is how well the sample decodes."""
    sample = head[: len(head) - len(head) % 2]
    low, high = sample[0::2], sample[1::2]
    if not sample:
        return None
    counts = {"utf-16-be": low.count(0) / len(low), "utf-16-le": high.count(0) / len(high)}
    name = max(counts, key=lambda key: counts[key])
    other = min(counts.values())
    if counts[name] < NULS or counts[name] < 4 * other:
        return wide_by_feeds(sample)
    return Encoding(name, round(1 - faults(sample, name), 4))


def wide_by_feeds(sample: bytes) -> Encoding | None:
    """Recognise Chinese UTF-16, which has few NULs, by line feeds and ideographs that only one byte order shows."""
    if b"\0" not in sample:
        return None
    best = max(
        (judged([sample], name, SIMPLIFIED | TRADITIONAL) for name in ("utf-16-le", "utf-16-be")),
        key=lambda one: one.confidence,
    )
    return best if best.confidence > SURE else None


def faults(sample: bytes, name: str) -> float:
    """Return the share of characters that do not decode."""
    text = codecs.getincrementaldecoder(name)("replace").decode(sample)
    return text.count("\ufffd") / max(1, len(text))


def well_formed(samples: Iterable[bytes]) -> float:
    """Return the share of the characters beyond ASCII that are well-formed UTF-8."""
    good = bad = 0
    for number, sample in enumerate(samples):
        sample = sample if number == 0 else sample.lstrip(bytes(range(0x80, 0xC0)))  # noqa: PLW2901 - the rest of a character
        text = codecs.getincrementaldecoder("utf-8")("replace").decode(sample)
        wrong = text.count("\ufffd") - sample.count(b"\xef\xbf\xbd")
        bad += wrong
        good += sum(map(len, re.findall(r"[^\x00-\x7f]+", text))) - wrong
    return good / max(1, good + bad)


MARKS = re.compile("[\\x00-\\x7f\u3000-\u3020\uff00-\uff60‘’“”—…·]+")
"""Characters that tell nothing: ASCII, and the marks that the Chinese, Japanese and Korean sets share."""
RUN = re.compile(r"[^\x00-\x7f]{2,}")


def judged(samples: Iterable[bytes], name: str, common: frozenset[str]) -> Encoding:
    """Return the share of telling characters that are common in an encoding's language, less five times the faults.

    A Latin letter beyond ASCII counts only where it stands alone in ASCII: every double byte looks like two of them.
    """
    hits = total = wrong = 0
    for sample in samples:
        text = codecs.getincrementaldecoder(name)("replace").decode(sample)
        letters = re.sub(r"[\x00-\x7f]+", "", text) if common is LATIN else MARKS.sub("", text)
        total += len(letters)
        wrong += letters.count("\ufffd")
        hits += sum(map(common.__contains__, RUN.sub("", text) if common is LATIN else letters))
    share = (hits - 5 * wrong) / total if total else 0.0
    return Encoding(name, round(max(0.0, share), 4))


def by_shifts(samples: list[bytes]) -> Encoding:
    """Tell ASCII from the seven-bit encodings of Japanese, Korean and Chinese, which shift in and out of it."""
    if any(SHIFTS.search(sample) for sample in samples):
        best = max((judged(samples, name, common) for name, common in SHIFTED), key=lambda one: one.confidence)
        if best.confidence > SURE:
            return best
    return Encoding("utf-8", 1.0)


def last_opinion(samples: list[bytes]) -> Encoding | None:
    """Ask charset-normalizer about the head of the samples; its confidence is 1 less the chaos that it finds."""
    from charset_normalizer import from_bytes

    found = from_bytes(b"".join(samples)[: 4 * SAMPLE_BYTES]).best()
    if found is None or found.encoding in {"ascii", "utf_8"}:
        return None
    return Encoding(named_encoding(found.encoding), round(max(0.0, min(SURE, 1 - found.chaos)), 4))


CERTAIN = 0.6
"""Share of common characters from which on a hint names one encoding; a word or two may be read as several."""


def check_utf8(raw: bytes, where: str, name: str) -> None:
    """Raise ConfigError where the bytes of a file that a configuration names are not UTF-8; say how they become it."""
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        fact = f"the file is not UTF-8: byte {raw[error.start]:#04x}"
        taken = detected([raw])
        said = "save it as UTF-8"
        if taken.name != "utf-8":
            sure = taken.confidence >= CERTAIN
            named = taken.name.removesuffix("-le").removesuffix("-be") if taken.bom else taken.name
            said += f"; it reads as {named}" if sure else "; where it is Chinese, it is gb18030 or big5"
            said += f": `iconv -f {named if sure else 'ENCODING'} -t utf-8 {name} > new`"
        raise ConfigError(fact, where=where, hint=said) from None
