"""Tell what fills a page and says nothing: filler text, packed styles and programs, the paths of drawings."""

import re

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_FILLER = """
lorem ipsum dolor sit amet consectetur consectetuer adipiscing adipisci elit sed do eiusmod tempor tempora incididunt
incidunt ut labore et dolore magna aliqua aliquam ad minim minima veniam quis quia nostrud nostrum exercitation
exercitationem ullamco ullam laboris corporis nisi aliquip ex ea commodo commodi consequat consequatur consequuntur
duis aute irure in reprehenderit voluptate voluptatem voluptas velit esse cillum eu fugiat fugit nulla pariatur
excepteur sint occaecat cupidatat non proident sunt culpa qui officia deserunt mollit anim id est laborum perspiciatis
unde omnis iste natus error accusantium doloremque laudantium totam rem aperiam eaque ipsa quae ab illo inventore
veritatis quasi architecto beatae vitae dicta explicabo nemo enim ipsam aspernatur aut odit magni dolores eos ratione
sequi nesciunt neque porro quisquam dolorem numquam eius modi quaerat vel eum iure quam nihil molestiae illum quo
vestibulum ante primis faucibus orci luctus ultrices posuere cubilia curae pellentesque habitant morbi tristique
senectus netus malesuada fames ac turpis egestas vivamus praesent mauris maecenas donec fusce phasellus suspendisse
curabitur integer vehicula mattis tellus libero justo lectus risus nibh urna felis massa metus semper ornare volutpat
tincidunt sagittis eget ligula feugiat pretium lacus nullam cras proin etiam sollicitudin varius at nec nunc
"""
FILLER = frozenset(_FILLER.split())
"""Words of Lorem ipsum, of the passage of Cicero that it comes from (De finibus 1, 32 to 33), of its generators."""
_HELD = "(?:标题|副标题|文本|文字|内容|正文|段落|描述|说明)"
_PLACEHOLDERS = (
    rf"(?:这里|此处|这)?(?:是|为)?(?:一[段些行])?(?:占位|示例|测试|填充|默认)(?:用的?|性的?)?{_HELD}",
    rf"(?:请|[单点双]击)?(?:在)?(?:此处|这里|此)?(?:输入|填写|添加|编辑|替换|修改)(?:您的|你的)?{_HELD}(?:内容)?",
    "(?:click|tap) (?:here )?to (?:add|edit)(?: your)? (?:text|title|subtitle|content)",
    (
        "(?:click here to )?(?:add|insert|enter|type|put|write)? ?(?:your|some) (?:own )?(?:text|content|title)"
        "(?: goes)? here"
    ),
    "(?:insert|enter|add|type) (?:text|content|title) here",
    "(?:this is )?(?:a |some |just )?(?:placeholder|dummy|sample|filler) (?:text|content|paragraph)",
)
PLACEHOLDER = re.compile("|".join(f"(?:{one})" for one in _PLACEHOLDERS), re.IGNORECASE)
"""What stands in the boxes of a template until somebody writes into them."""
LOREM = re.compile("lorem ipsum", re.IGNORECASE)
FEWEST_WORDS = 20
"""Latin words from which on the share of filler says something, unless it is named; a saying has fewer."""
LONGEST = 5_000
"""Characters of a text that is looked through for placeholders, at most."""
PACKED_CHARS, PACKED_SPACE, PACKED_BRACKETS = 300, 0.08, 0.06
"""A line of a packed program has at least so many characters and at most this share of blanks; least share of brackets
in its text."""
STATEMENT = re.compile(
    r"\bfunction\b|=>|\breturn\b|\bvar |\bconst |\blet |[=(,:&|?]![01]\b|\bvoid 0\b|\)\{|\}\)|&&|\|\|"
)
STATEMENT_CHARS = 60
"""One of these stands in every so many characters of a packed program, and in no data."""
_DRAWN = r"[Mm] ?-?[\d.]+[ ,-]\d*\.?\d+(?:[ ,]?[Zz]?[ ,]?[MmLlHhVvCcSsQqTtAa]?[ ,]?-?(?:\d+\.?\d*|\.\d+))*+[Zz]?"
_STYLED = (
    r"(?<![^{};\n])[^{};\n]*+\{(?:[-a-z]+:[^{};]*+;)*?"
    r"(?:color|background|margin|padding|border|display|width|height|font|text|position|float|content|opacity|cursor)"
    r"[-a-z]*:[^{}]*+\}"
)
DRAWN, STYLED, WORDS = re.compile(_DRAWN), re.compile(_STYLED), re.compile(r"[A-Za-z]+")
COMMANDS = re.compile("[LlHhVvCcSsQqTtAa]")
FEWEST_COMMANDS = 3
"""Lines and curves of a path (SVG 1.1, section 8.3), from which on it is one, and no list of sizes (`M10 20 30`)."""
GATE = (
    r"[Ll]orem|[Ii]psum|oluptat|dipisc|onsectetu|[Ff]ugiat|enectus"
    r"|[;{}][-a-z]*(?:color|background|margin|padding|border|display|width|height|font|text|position|float|content)"
    r"[-a-z]*:[^ ]"
    r"|[Mm] ?-?[\d.]+[ ,-][\d.]+[LlHhVvCcSsQqTtAa] ?[-.\d]"
)
"""One of these stands in every text that has filler, styles or paths."""


def filler_shares(
    texts: pa.StringArray, packed: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the share of filler text, and that of packed styles and programs and of paths by characters.

    Filler is counted by Latin words, placeholders by characters that are no white space: the larger share. Programs
    are looked for in `packed` texts. 0 where there is none.
    """
    filler, drawn = np.zeros(len(texts), np.float64), np.zeros(len(texts), np.float64)
    for row in _matching(texts, GATE) | set(np.flatnonzero(packed).tolist()):
        text = texts[row].as_py()
        filler[row] = filler_share(text)
        drawn[row] = max(drawn_share(text), packed_share(text) if packed[row] else 0.0)
    short = pc.if_else(pc.less_equal(pc.utf8_length(texts), LONGEST), texts, None)
    for row in _matching(short, f"(?i:{PLACEHOLDER.pattern})"):
        filler[row] = max(filler[row], placeholder_share(texts[row].as_py()))
    return filler, drawn


def _matching(texts: pa.StringArray, pattern: str) -> set[int]:
    """Return the rows in which a pattern matches."""
    found = pc.fill_null(pc.match_substring_regex(texts, pattern), False)
    return set(np.flatnonzero(found.to_numpy(zero_copy_only=False)).tolist())


def filler_share(text: str) -> float:
    """Return the share of Latin words that are filler; 0 in a text of few words that does not name it."""
    words = WORDS.findall(text)
    if len(words) < FEWEST_WORDS and not LOREM.search(text):
        return 0.0
    return sum(word.lower() in FILLER for word in words) / max(len(words), 1)


def placeholder_share(text: str) -> float:
    """Return the share of the letters of a text that stand in placeholders."""
    found = "".join(one for one in PLACEHOLDER.findall(text))
    letters = sum(map(str.isalnum, text))
    return sum(map(str.isalnum, found)) / max(letters, 1)


def packed_share(text: str) -> float:
    """Return the share of one text, by characters, that stands in lines of packed programs."""
    lines = [line for line in text.split("\n") if len(line) >= PACKED_CHARS]
    packed = [line for line in lines if sum(map(str.isspace, line)) <= PACKED_SPACE * len(line)]
    found = [line for line in packed if len(STATEMENT.findall(line)) * STATEMENT_CHARS >= len(line)]
    return sum(map(len, found)) / max(len(text), 1)


def drawn_share(text: str) -> float:
    """Return the share of one text that is styles or paths."""
    paths = [said for said in DRAWN.findall(text) if len(COMMANDS.findall(said)) >= FEWEST_COMMANDS]
    styles = [said for said in STYLED.findall(text) if "{" in said and said[said.index("{") + 1] > " "]
    return min((sum(map(len, paths)) + sum(map(len, styles))) / max(len(text), 1), 1.0)
