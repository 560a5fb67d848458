"""The script that most of a text is written in, by ISO 15924."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

HAN_WEIGHT, SYLLABLE_WEIGHT = 3, 2
"""A Han character says about as much as three letters of an alphabet, a kana or hangul as two."""
SOME_HAN = 0.1
"""Weighted share from which on Han is more than a name or two."""
FEWEST = 2
"""Han characters that decide a script beside letters; one alone may be a name or a symbol."""
KANA_SHARE = 0.1
"""Japanese prose is about half kana; Chinese that quotes a Japanese name stays far below this share."""
NONE = "Zyyy"
SCRIPTS = {
    "Hani": "Chinese characters",
    "Jpan": "Japanese writing",
    "Kore": "Korean writing",
    "Latn": "Latin letters",
    "Cyrl": "Cyrillic letters",
    "Arab": "Arabic letters",
    "Zzzz": "letters of another script",
    NONE: "no letters",
}
"""Every script that is told apart, and what it is called in a sentence."""

Names = npt.NDArray[np.str_]


def scripts_of(texts: pa.StringArray) -> Names:
    """Name the script of each text: Chinese mixed with Latin letters counts as Chinese; null as without letters."""
    from curate.core.kernels.characters import Kind
    from curate.core.kernels.counts import kind_counts
    from curate.core.kernels.strings import views

    counts = kind_counts(views(texts)).astype(np.int64)
    han = HAN_WEIGHT * counts[:, [Kind.HAN, Kind.HAN_SIMPLE, Kind.HAN_TRADITIONAL, Kind.HAN_RARE]].sum(axis=1)
    kana, hangul = SYLLABLE_WEIGHT * counts[:, Kind.KANA], SYLLABLE_WEIGHT * counts[:, Kind.HANGUL]
    latin = counts[:, [Kind.LOWER, Kind.UPPER, Kind.HIGH_LATIN, Kind.LATIN]].sum(axis=1)
    others = [counts[:, kind] for kind in (Kind.CYRILLIC, Kind.ARABIC, Kind.LETTER)]
    weight = han + kana + hangul + latin + sum(others)
    eastern = han + kana + hangul
    most = np.stack([latin, *others]).argmax(axis=0)
    cases = [
        (weight == 0, NONE),
        ((hangul > han) & (hangul >= SOME_HAN * weight), "Kore"),
        ((kana > 0) & (kana >= KANA_SHARE * (han + kana)) & (eastern >= SOME_HAN * weight), "Jpan"),
        ((han >= SOME_HAN * weight) & ((han >= FEWEST * HAN_WEIGHT) | (han == weight)), "Hani"),
    ]
    alphabets = np.array(["Latn", "Cyrl", "Arab", "Zzzz"])[most]
    said: Names = np.select([case for case, _ in cases], [name for _, name in cases], alphabets)
    return said
