"""Which characters nobody sees, and where one that is invisible by itself is read all the same."""

from curate.core.kernels.characters import HANGUL_FILLERS, LIMIT
from curate.core.kernels.compiled import inlined

_UNSEEN = (
    0x61C,
    0x200B,
    0x200E,
    0x200F,
    0xFEFF,
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2065),
    *range(0x2066, 0x2070),
)
UNSEEN = "".join(map(chr, (*_UNSEEN, 0xFFF9, 0xFFFA, 0xFFFB)))
"""Nobody sees these wherever they stand: default ignorable code points of Unicode, and interlinear annotations."""
_JOINERS = (0x34F, 0x17B4, 0x17B5, 0x200C, 0x200D, *range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *HANGUL_FILLERS)
JOINERS = "".join(map(chr, (*_JOINERS, *range(0x1BCA0, 0x1BCA4), *range(0x1D173, 0x1D17B))))
"""Default ignorable ones that `joins` judges; with the plane of tags and selectors these are all."""

ZERO_WIDTH_JOINER, EMOJI_STYLE, GRAPHEME_JOINER = 0x200D, 0xFE0F, 0x034F
JOINING = ((0x0600, 0x109F), (0x1780, 0x18AF), (0xA980, 0xA9DF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFE))
SILENT = ((0x17B4, 0x17B5), (0x180B, 0x180F))
MARKED = ((0x0300, 0x034E), (0x0350, 0x1FFF))
PICTURES = ((0x1F000, 0x1FAFF), (0x2190, 0x21FF), (0x2600, 0x27BF), (0x2B00, 0x2BFF))
SIGNS = (
    *((0x23, 0x23), (0x2A, 0x2A), (0x30, 0x39), (0xA9, 0xA9), (0xAE, 0xAE), (0x203C, 0x203C), (0x2049, 0x2049)),
    *((0x2122, 0x2122), (0x2139, 0x2139), (0x2300, 0x23FF), (0x24C2, 0x24C2), (0x25A0, 0x25FF), (0x2900, 0x297F)),
    *((0x3030, 0x3030), (0x303D, 0x303D), (0x3297, 0x3299)),
)
VARIED = (
    *((0x30, 0x30), (0x1000, 0x109F), (0x2018, 0x201D), (0x2200, 0x22FF), (0x2600, 0x26FF), (0x2A00, 0x2AFF)),
    *((0x3001, 0x3002), (0xA840, 0xA877), (0xFF01, 0xFF1F), (0x10AC0, 0x10AFF), (0x13000, 0x1345F), (0x1D400, 0x1D7FF)),
)
IDEOGRAPHS = ((0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF))
STYLES, FORMS, SELECTORS = ((0xFE00, 0xFE0F),), ((0xFE00, 0xFE02),), ((0xE0100, 0xE01EF),)
PLANE = ((0xE0000, 0xE0FFF),)
HANGUL = (
    *((0x1100, 0x115E), (0x1161, 0x11FF), (0x3131, 0x3163), (0x3165, 0x318E)),
    *((0xA960, 0xA97C), (0xAC00, 0xD7FB), (0xFFA1, 0xFFDC)),
)
WRITTEN = ((0x1BC00, 0x1BC9F), (0x1D100, 0x1D172), (0x1D17B, 0x1D1FF))
FORMATS = ((0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A))
"""Blocks of code points, both ends included. JOINING holds the scripts from Arabic to Myanmar, Khmer and Mongolian,
Javanese, and Arabic presentation forms, SILENT what of them is not heard; MARKED the marks and the scripts that have
them; SIGNS what beside pictures has an emoji style, VARIED what has a standard variant (Unicode 16,
StandardizedVariants: digits, Myanmar, quotation marks, mathematics, chess, wide punctuation, Phags-pa, Manichaean,
hieroglyphs); STYLES and SELECTORS the variation selectors, FORMS those of standard variants; PLANE every code point
of tags and selectors; HANGUL its letters and syllables without fillers; WRITTEN shorthand and notes, FORMATS what
begins and ends their beams, ties and phrases."""


@inlined
def joins(code: int, before: int, after: int) -> bool:
    """Say whether one of JOINERS, or a code point beyond the tables, changes what its neighbours mean.

    Behind Arabic, Indic, Tibetan, Myanmar, Khmer or Mongolian writing the (non-)joiners spell words (Unicode 16,
    chapter 23.2), between pictures a joiner makes one emoji of two (UTS 51), a variation selector behind Han picks
    a glyph (UTS 37), behind a sign its style (UTS 51) or a standard variant. Behind anything else, behind a blank or
    behind another it picks nothing. U+034F keeps marks in order, behind a mark or a letter of a script that has them
    (chapter 23.2). A filler stands for a letter that a syllable of Hangul lacks (chapter 18.6), a format sign beside
    notes or shorthand (chapters 21.2, 21.5). Private-use and unassigned code points are not ours to judge.
    """
    if within(code, STYLES):
        return _styles(code, before)
    if code >= LIMIT - 1:
        return within(before, IDEOGRAPHS) if within(code, SELECTORS) else not within(code, PLANE)
    if code in HANGUL_FILLERS:
        return within(before, HANGUL) or within(after, HANGUL)
    if code == GRAPHEME_JOINER:
        return within(before, MARKED)
    if within(before, JOINING):
        return not (within(code, SILENT) and within(before, SILENT))
    return (within(code, FORMATS) and (within(before, WRITTEN) or within(after, WRITTEN))) or (
        code == ZERO_WIDTH_JOINER and (before == EMOJI_STYLE or within(before, PICTURES)) and within(after, PICTURES)
    )


@inlined
def _styles(code: int, before: int) -> bool:
    if within(code, FORMS):
        return within(before, IDEOGRAPHS) or within(before, VARIED)
    return code >= EMOJI_STYLE - 1 and (within(before, PICTURES) or within(before, SIGNS))


@inlined
def within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    """Tell whether a code point lies in one of these blocks."""
    for first, last in ranges:  # noqa: SIM110 - numba compiles no generator expressions
        if first <= code <= last:
            return True
    return False
