"""What the quality stage measures of a text."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curate.core.kernels.strings import Strings

Exact = npt.NDArray[np.float64]
Values = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]
Countable = Numbers | npt.NDArray[np.float64]
Shares = dict[str, npt.NDArray[np.float64]]

SIGNALS = {
    "chars": "characters, white space included",
    "content_chars": "letters of any script and digits",
    "words": "words: a Han character, or letters and digits that stand together",
    "lines": "lines that are not blank",
    "paragraphs": "paragraphs: lines without a blank one between",
    "line_chars": "characters of a line that is not blank, on average",
    "word_chars": "letters and digits of a word, on average",
    "content": "letters and digits by characters that are no white space",
    "letters": "letters of any script by characters that are no white space",
    "digits": "digits by characters that are no white space",
    "han": "Han by letters and digits",
    "latin": "letters of the Latin alphabet by letters of any script",
    "capitals": "A to Z by letters of ASCII",
    "space": "white space by characters",
    "punctuation": "punctuation and symbols by characters that are no white space",
    "symbols": "symbols (currency, arithmetic, arrows, emoji) by characters that are no white space",
    "brackets": "brackets of ASCII by characters that are no white space",
    "hashes": "`#` by words",
    "control": "control, private and unassigned characters by characters; not U+F020 to U+F0FF, ticks of Wingdings",
    "replacement": "U+FFFD by characters",
    "high_latin": "letters and rare signs of Latin-1 above ASCII by characters that are no white space",
    "rare_han": "rare Han by Han; null below 30 Han, and in Japanese, whose own characters would count",
    "rare_kinds": "different rare Han by rare Han; null where `rare_han` is",
    "unlisted_han": "Han that no national set has (GB 2312, Big5, JIS X 0208, KS X 1001) by Han; null where `rare_han`"
    " is",
    "misread": "text that is Chinese, Russian or English in another encoding than it was read in, by bytes beyond"
    " ASCII; looked for where a tenth of the Han are rare, or of the characters letters beyond ASCII that are no Han;"
    " else 0",
    "odd_pairs": "pairs of letters that no language of the Latin alphabet has often, and digits between small"
    " letters, those of each word once, by all pairs; left out are short words without a vowel and words full of"
    " digits; null below 100",
    "keyed_pairs": "pairs of letters whose keys lie side by side (`as`, `df`, `op`) by pairs; null below 30",
    "stacked_marks": "combining marks behind two others on one letter by characters",
    "function_words": "function words of English and Chinese by words",
    "unique_words": "different words by words, in stretches of 4,096 words",
    "entropy": "entropy of the words in nats, in stretches of 4,096 words",
    "order": "how far more often the same two words follow each other than if their order were chance, in standard"
    " deviations; null below 100 words",
    "misplaced": "English articles and prepositions before a word that they do not stand before (`the of`, `from is`),"
    " by articles and prepositions; 0 where it is one alone, as where two lines meet; null below 15",
    "top_2_words": "words in the commonest pair of words by words",
    "top_4_words": "words in the commonest run of four words by words",
    "again_5_words": "words in runs of five that stood before by words",
    "again_10_words": "words in runs of ten that stood before by words",
    "repetition": "bytes in phrases (48 bytes or more) that stood before in the text, by bytes",
    "compression": "compressed by uncompressed bytes, as zlib would make them (estimated)",
    "looped": "bytes in what follows itself three times or more, one right behind the other, by bytes",
    "varied": "bytes that are in no loop, of which one number may count on at each turn, by bytes; 0 where a text"
    " breaks off in the middle of what it repeats, 1 where `compression` is not below .25",
    "duplicate_lines": "characters in lines (of 8 or more) that stood before in the text, by characters of lines",
    "copied_lines": "lines (of 8 characters or more) that stood before in the text, by lines",
    "duplicate_paragraphs": "characters in paragraphs that stood before in the text, by characters of paragraphs",
    "short_lines": "lines of at most 30 characters (15 with Chinese) by lines",
    "ended_lines": "lines that end with a mark that ends a sentence, in Chinese or English, by lines",
    "ellipsis_lines": "lines that end with dots (`...`, `…`) by lines",
    "bullet_lines": "lines that begin with a bullet by lines",
    "numbered_lines": "lines that begin with a number (`1.`, `(2)`, `三、`) by lines",
    "indented_lines": "lines that begin with two blanks or a tab by lines",
    "menu": "lines as in a menu (short, no digit, no mark at the end) by lines; null below 16 lines",
    "navigation": "lines that are an entry of a site's menu and of no device's (`Contact us`, `友情链接`) by lines",
    "notice": "notices of a site (an error of the server, a banner about cookies) by characters that are no white"
    " space; 0 above 1,000 characters",
    "duties": "lines that say what is to be done (`shall`, `应当`) by lines; 0 where `navigation` is at most .1",
    "filler": "words of filler text (Lorem ipsum) by words in Latin letters, or letters of placeholders (`占位文字`,"
    " `Your text goes here`) by letters",
    "drawn": "characters in packed style sheets and programs and in paths of drawings by characters",
    "table_lines": "lines as in a table (cells parted by `|`, tabs, blanks, or commas between numbers) by lines",
    "code_lines": "lines as in code (signs, ends or first words of statements) by lines",
    "log_lines": "lines as in a log (a clock or the kernel's time near the start) or a stack trace by lines",
    "form_lines": "lines that begin with a label and a colon by lines",
    "trace_lines": "lines as in a stack trace by lines",
    "encoded": "characters in words of hexadecimal, base64 or base32 and in lines of uuencode by characters that are no"
    " white space",
    "encoded_lines": "lines with nothing but such words by lines",
    "hexadecimal": "characters in words of pairs of hexadecimal digits, as in a dump, by characters that are no white"
    " space",
    "dump_lines": "lines of a dump (an offset, then pairs of hexadecimal digits) by lines",
    "escaped": "characters in escapes of characters beyond ASCII (`%E4%B8%AD`, `\\u4e2d`, `&#20013;`) and in words that"
    " escapes join, by characters that are no white space; addresses of pages left out",
    "digests": "characters in digests and numbers of devices (12, 16, 24, 32, 40, 56, 64, 96 or 128 hexadecimal"
    " digits), in blocks of PEM, in columns of hexadecimal numbers (a line: one or two, 16 digits at most) and"
    " in account numbers (two capitals, then digits) by characters that are no white space",
    "urls": "characters in addresses of pages by characters that are no white space",
    "markup": "characters in tags and character references of HTML and XML by characters",
}
"""Signals by name: what each is. Shares lie between 0 and 1 and are null where there is nothing to divide by.

Definitions follow the published filters where one exists: share of content characters (NeMo Curator and Data-Juicer
count ASCII alphanumerics, here every script's letters); duplicate lines and paragraphs, commonest and repeated runs of
words, `#`, bullets and dots (Gopher, Rae et al. 2021, arXiv 2112.11446, table A1); short lines (FineWeb, Penedo et al.
2024, arXiv 2406.17557); entropy and unique words (RedPajama-V2). Gopher's shares of runs are of characters, these of
words, and a Han character is a word, since Chinese has no others without a segmenter.
"""

DATATROVE_SIGNALS = {
    "gopher_chars": "characters",
    "gopher_paragraphs_again": "paragraphs (parted by two line feeds or more) that stood before by paragraphs",
    "gopher_paragraph_chars_again": "characters of paragraphs that stood before by characters",
    "gopher_lines_again": "lines (parted by line feeds) that stood before by lines",
    "gopher_line_chars_again": "characters of lines that stood before by characters",
    **{f"gopher_top_{n}": f"characters of the commonest run of {n} words by characters" for n in (2, 3, 4)},
    **{
        f"gopher_again_{n}": f"characters of runs of {n} words that stood before by characters"
        for n in (5, 6, 7, 8, 9, 10)
    },
    "gopher_words": "words that are more than marks",
    "gopher_word_chars": "characters of a word that is more than marks, on average",
    "gopher_hashes": "`#` by words and marks",
    "gopher_ellipses": "`...` and `…` by words and marks",
    "gopher_bullet_lines": "lines that begin with `•` or `-` by lines",
    "gopher_ellipsis_lines": "lines that end with `...` or `…` by lines",
    "gopher_alpha_words": "words with a letter by words and marks",
    "gopher_stop_words": "how many of `the be to of and that have with` occur",
    "fineweb_ended_lines": "lines that end a sentence by lines that are not blank",
    "fineweb_short_lines": "lines of at most 30 characters by lines that are not blank",
    "fineweb_line_chars_again": "characters of lines that stood before by characters that are no line feed",
    "fineweb_line_feeds": "line feeds by words and marks",
}
"""Signals of the presets `gopher` and `fineweb`, float64; words and marks are those that spaCy's English makes."""

FEWEST_HAN = 30
JAPANESE_KANA = 0.1
FOREIGN = 0.1
"""Letters beyond ASCII that are no Han, by characters that are no white space: texts with more of them may have been
misread; French and German have fewer."""
RARE_HAN = 0.1
"""Chinese that was misread has more rare Han than this; so have lists of compounds, fish, elements."""
FEWEST_LINES = 16
FEWEST_PAIRS, FEWEST_KEYED = 100, 30
FEWEST_WORDS = 100
FEWEST_LEADING, FEWEST_MISPLACED = 15, 2
NAVIGATION = 0.1
"""Texts with more entries of menus than this are looked through for what is said of them."""
DENSE = 0.25
"""Texts that zlib brings below this are looked through for loops that count."""


def measure(text: pa.StringArray) -> dict[str, Values]:
    """Return every signal of every text, float32 in the order of SIGNALS; NaN stands for null."""
    from curate.core.kernels.strings import views
    from curate.stages.quality.escaped import ESCAPES, escaped_shares
    from curate.stages.quality.fillers import PACKED_BRACKETS, PACKED_CHARS, PACKED_SPACE, filler_shares
    from curate.stages.quality.misread import misread_shares
    from curate.stages.quality.notices import duty_shares, notice_shares

    strings = views(text)
    signals, solid = measure_characters(strings)
    signals["misread"] = misread_shares(text, signals["rare_han"] > RARE_HAN, signals.pop("foreign") > FOREIGN)
    signals["notice"] = notice_shares(text)
    signals |= measure_words(strings, signals["content_chars"])
    signals |= measure_lines(strings)
    signals["duties"] = duty_shares(text, signals["navigation"] > NAVIGATION)
    signals |= measure_marks(strings, (solid, signals["chars"], signals["words"], signals["lines"]))
    packed = (signals["brackets"] > PACKED_BRACKETS) & (signals["space"] < PACKED_SPACE)
    packed &= signals["chars"] >= PACKED_CHARS
    signals["filler"], signals["drawn"] = filler_shares(text, packed)
    signals["escaped"] = escaped_shares(text, signals["escapes"] > ESCAPES)
    unknown = text.is_null().to_numpy(zero_copy_only=False)
    return {name: np.where(unknown, np.nan, signals[name]).astype(np.float32) for name in SIGNALS}


def measure_characters(strings: Strings) -> tuple[Shares, Numbers]:
    """Return the signals that need nothing but counts of characters, and the number of characters that are no space."""
    from curate.core.kernels import counts as kernel
    from curate.core.kernels.characters import Kind

    counts = kernel.kind_counts(strings).astype(np.int64).T
    odd = kernel.odd_counts(strings).astype(np.int64).T

    def total(*kinds: Kind) -> Numbers:
        summed: Numbers = counts[list(kinds)].sum(axis=0)
        return summed

    chars, digits, kana = counts.sum(axis=0), total(Kind.DIGIT), total(Kind.KANA)
    blank = total(Kind.SPACE, Kind.NEWLINE)
    solid = chars - blank
    han = total(Kind.HAN, Kind.HAN_SIMPLE, Kind.HAN_TRADITIONAL, Kind.HAN_RARE)
    letters = total(*(kind for kind in Kind if Kind.LOWER <= kind <= Kind.LETTER))
    rare = total(Kind.HAN_RARE)
    judged = (han >= FEWEST_HAN) & (kana < JAPANESE_KANA * han)
    signals = {
        "chars": chars.astype(np.float64),
        "content_chars": (letters + digits).astype(np.float64),
        "content": share(letters + digits, solid),
        "letters": share(letters, solid),
        "digits": share(digits, solid),
        "han": share(han, letters + digits),
        "latin": share(total(Kind.LOWER, Kind.UPPER, Kind.HIGH_LATIN, Kind.LATIN), letters),
        "capitals": share(total(Kind.UPPER), total(Kind.LOWER, Kind.UPPER)),
        "space": share(blank, chars),
        "punctuation": share(total(Kind.PUNCTUATION, Kind.SYMBOL), solid),
        "symbols": share(total(Kind.SYMBOL), solid),
        "control": share(total(Kind.CONTROL, Kind.OTHER) - odd[kernel.TICKS], chars),
        "replacement": share(total(Kind.REPLACEMENT), chars),
        "high_latin": share(total(Kind.HIGH_LATIN), solid),
        "foreign": share(letters - han - total(Kind.LOWER, Kind.UPPER), solid),
        "rare_han": np.where(judged, share(rare, han), np.nan),
        "rare_kinds": np.where(judged, share(odd[kernel.RARE_KINDS], rare), np.nan),
        "unlisted_han": np.where(judged, share(odd[kernel.UNLISTED], han), np.nan),
        "stacked_marks": share(odd[kernel.STACKED], chars),
    }
    return signals, solid


def measure_words(strings: Strings, content: npt.NDArray[np.float64]) -> Shares:
    """Return the signals of words and of what is said again; `content` is the number of letters and digits."""
    from curate.core.kernels import loops, phrases
    from curate.core.kernels.repeats import LOOPED, REPEATED, compression, parse

    counts, sums = phrases.phrase_counts(strings)
    counts, sums, parsed = counts.T, sums.T, parse(strings)
    words, sizes, leading = counts[phrases.WORDS], strings.stops - strings.starts, counts[phrases.LEADING]
    ratios = compression(strings, parsed)
    counted = loops.loop_counts(strings, ratios < DENSE).T
    looping = np.maximum(parsed[:, LOOPED], counted[loops.LOOPED])
    misplaced = np.where(counts[phrases.MISPLACED] < FEWEST_MISPLACED, 0, counts[phrases.MISPLACED])
    chance = sums[phrases.CHANCE]
    order = (sums[phrases.PAIRS] - chance) / np.sqrt(np.maximum(chance, 1.0))
    return {
        "words": words.astype(np.float64),
        "word_chars": share(content, words),
        "function_words": share(counts[phrases.FUNCTIONS], words),
        "unique_words": share(counts[phrases.DISTINCT], words),
        "entropy": share(sums[phrases.ENTROPY], words),
        "order": np.where(words < FEWEST_WORDS, np.nan, order),
        "misplaced": np.where(leading < FEWEST_LEADING, np.nan, share(misplaced, leading)),
        "top_2_words": np.minimum(share(counts[phrases.TOP_2], words), 1.0),
        "top_4_words": np.minimum(share(counts[phrases.TOP_4], words), 1.0),
        "again_5_words": share(counts[phrases.AGAIN_5], words),
        "again_10_words": share(counts[phrases.AGAIN_10], words),
        "repetition": share(parsed[:, REPEATED], sizes),
        "compression": ratios,
        "looped": share(parsed[:, LOOPED], sizes),
        "varied": np.where(ratios < DENSE, share((sizes - looping) * (counted[loops.BROKEN_OFF] == 0), sizes), 1.0),
    }


def measure_lines(strings: Strings) -> Shares:
    """Return the signals of lines and paragraphs."""
    from curate.core.kernels import lines as kernel

    counts = kernel.line_counts(strings).T
    lines = counts[kernel.LINES]
    shares = {
        "short_lines": kernel.SHORT,
        "copied_lines": kernel.COPIES,
        "ended_lines": kernel.ENDED,
        "ellipsis_lines": kernel.DOTTED,
        "bullet_lines": kernel.BULLETED,
        "numbered_lines": kernel.NUMBERED,
        "indented_lines": kernel.INDENTED,
        "navigation": kernel.NAVIGATION,
        "table_lines": kernel.TABLES,
        "code_lines": kernel.CODES,
        "log_lines": kernel.LOGS,
        "form_lines": kernel.FORMS,
        "trace_lines": kernel.TRACES,
    }
    return {
        "lines": lines.astype(np.float64),
        "paragraphs": counts[kernel.PARAGRAPHS].astype(np.float64),
        "line_chars": share(counts[kernel.LINE_CHARS], lines),
        "duplicate_lines": share(counts[kernel.COPIED], counts[kernel.LINE_CHARS]),
        "duplicate_paragraphs": share(counts[kernel.PARAGRAPHS_COPIED], counts[kernel.PARAGRAPH_CHARS]),
        "menu": np.where(lines < FEWEST_LINES, np.nan, share(counts[kernel.MENU], lines)),
        **{name: share(counts[column], lines) for name, column in shares.items()},
    }


def measure_marks(strings: Strings, wholes: tuple[Countable, ...]) -> Shares:
    """Return the signals of what is no prose; `wholes`: characters that are no space, all of them, words, lines."""
    from curate.core.kernels import encoded, letters, marks

    solid, chars, words, lines = wholes
    counts, coded = marks.mark_counts(strings).T, encoded.encoded_chars(strings).T
    lettered = letters.letter_counts(strings).T
    pairs, every = lettered[letters.PAIRS], lettered[letters.ALL_PAIRS]
    return {
        "brackets": share(counts[marks.BRACKETS], solid),
        "hashes": np.minimum(share(counts[marks.HASHES], words), 1.0),
        "odd_pairs": np.where(pairs < FEWEST_PAIRS, np.nan, share(lettered[letters.ODD_PAIRS], pairs)),
        "keyed_pairs": np.where(every < FEWEST_KEYED, np.nan, share(lettered[letters.KEYED_PAIRS], every)),
        "encoded": share(coded[encoded.ENCODED], solid),
        "encoded_lines": share(coded[encoded.ENCODED_LINES], lines),
        "hexadecimal": share(coded[encoded.HEXADECIMAL], solid),
        "dump_lines": share(coded[encoded.DUMP_LINES], lines),
        "escapes": share(counts[marks.ESCAPES], solid),
        "digests": share(coded[encoded.DIGESTS], solid),
        "urls": np.minimum(share(counts[marks.ADDRESSES], solid), 1.0),
        "markup": np.minimum(share(counts[marks.MARKUP], chars), 1.0),
    }


def share(part: Countable, whole: Countable) -> npt.NDArray[np.float64]:
    """Divide; NaN where the whole is nothing."""
    shares: npt.NDArray[np.float64] = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return shares
