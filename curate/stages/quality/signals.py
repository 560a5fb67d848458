"""What the quality stage measures of a text."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Values = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]

SIGNALS = {
    "chars": "characters, white space included",
    "content_chars": "letters of any script and digits",
    "content": "letters and digits by characters that are no white space",
    "letters": "letters of any script by characters that are no white space",
    "digits": "digits by characters that are no white space",
    "han": "Han by letters and digits",
    "punctuation": "punctuation and symbols by characters that are no white space",
    "control": "control, private and unassigned characters by characters",
    "replacement": "U+FFFD by characters",
    "high_latin": "letters and rare signs of Latin-1 above ASCII by characters that are no white space",
    "rare_han": "rare Han by Han; null below 30 Han, and in Japanese, whose own characters would count",
    "line_chars": "characters of a line that is not blank, on average",
    "duplicate_lines": "characters in lines (of 8 or more) that stood before in the text, by characters of lines",
    "menu": "lines as in a menu (short, no digit, no mark at the end) by lines; null below 16 lines",
    "encoded": "characters in words of hexadecimal or base64 by characters that are no white space",
    "compression": "compressed by uncompressed bytes, as zlib would make them (estimated)",
    "repetition": "bytes in phrases (48 bytes or more) that stood before in the text, by bytes",
}
"""Signals by name: what each is. Shares lie between 0 and 1 and are null where there is nothing to divide by.

Definitions follow the published filters where one exists: share of content characters (NeMo Curator and Data-Juicer
count ASCII alphanumerics, here every script's letters), characters in duplicate lines (Gopher, Rae et al. 2021,
arXiv 2112.11446, table A1), all of them in characters, since Chinese has no words to count without a segmenter.
"""

FEWEST_HAN = 30
JAPANESE_KANA = 0.1
FEWEST_LINES = 16


def measure(text: pa.StringArray) -> dict[str, Values]:
    """Return every signal of every text, float32 in the order of SIGNALS; NaN stands for null."""
    from curate.core.kernels.encoded import encoded_chars
    from curate.core.kernels.lines import line_counts
    from curate.core.kernels.repeats import REPEATED, compression, parse
    from curate.core.kernels.strings import views

    strings = views(text)
    signals, solid = measure_characters(text)
    lines, chars_of_lines, duplicate, menu = line_counts(strings).T
    parsed = parse(strings)
    signals |= {
        "line_chars": share(chars_of_lines, lines),
        "duplicate_lines": share(duplicate, chars_of_lines),
        "menu": np.where(lines < FEWEST_LINES, np.nan, share(menu, lines)),
        "encoded": share(encoded_chars(strings), solid),
        "compression": compression(strings, parsed),
        "repetition": share(parsed[:, REPEATED], strings.stops - strings.starts),
    }
    unknown = text.is_null().to_numpy(zero_copy_only=False)
    return {name: np.where(unknown, np.nan, signals[name]).astype(np.float32) for name in SIGNALS}


def measure_characters(text: pa.StringArray) -> tuple[dict[str, npt.NDArray[np.float64]], Numbers]:
    """Return the signals that need nothing but counts of characters, and the number of characters that are no space."""
    from curate.core.kernels.characters import Kind
    from curate.core.kernels.counts import kind_counts
    from curate.core.kernels.strings import views

    counts = kind_counts(views(text)).astype(np.int64).T

    def total(*kinds: Kind) -> Numbers:
        summed: Numbers = counts[list(kinds)].sum(axis=0)
        return summed

    chars, digits, kana = counts.sum(axis=0), total(Kind.DIGIT), total(Kind.KANA)
    solid = chars - total(Kind.SPACE, Kind.NEWLINE)
    han = total(Kind.HAN, Kind.HAN_SIMPLE, Kind.HAN_TRADITIONAL, Kind.HAN_RARE)
    letters = total(*(kind for kind in Kind if Kind.LOWER <= kind <= Kind.LETTER))
    judged = (han >= FEWEST_HAN) & (kana < JAPANESE_KANA * han)
    signals = {
        "chars": chars.astype(np.float64),
        "content_chars": (letters + digits).astype(np.float64),
        "content": share(letters + digits, solid),
        "letters": share(letters, solid),
        "digits": share(digits, solid),
        "han": share(han, letters + digits),
        "punctuation": share(total(Kind.PUNCTUATION, Kind.SYMBOL), solid),
        "control": share(total(Kind.CONTROL, Kind.OTHER), chars),
        "replacement": share(total(Kind.REPLACEMENT), chars),
        "high_latin": share(total(Kind.HIGH_LATIN), solid),
        "rare_han": np.where(judged, share(total(Kind.HAN_RARE), han), np.nan),
    }
    return signals, solid


def share(part: Numbers, whole: Numbers) -> npt.NDArray[np.float64]:
    """Divide; NaN where the whole is nothing."""
    shares: npt.NDArray[np.float64] = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return shares
