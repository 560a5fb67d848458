"""Tell what fills a page and says nothing: filler text, packed style sheets, the paths of drawings."""

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
_DRAWN = r"[Mm] ?-?[\d.]+[ ,-]\d*\.?\d+(?:[ ,]?[Zz]?[ ,]?[MmLlHhVvCcSsQqTtAa]?[ ,]?-?(?:\d+\.?\d*|\.\d+))*+[Zz]?"
_STYLED = (
    r"[^{};\n]*+\{(?:[-a-z]+:[^{};]*+;)*?"
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
"""One of these stands in every text that has any of it."""


def filler_shares(texts: pa.StringArray) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the share of filler text by Latin words, and that of styles without blanks and of paths by characters.

    0 where there is none.
    """
    filler, drawn = np.zeros(len(texts), np.float64), np.zeros(len(texts), np.float64)
    asked = pc.fill_null(pc.match_substring_regex(texts, GATE), False).to_numpy(zero_copy_only=False)
    for row in np.flatnonzero(asked):
        text = texts[int(row)].as_py()
        words = WORDS.findall(text)
        filler[row] = sum(word.lower() in FILLER for word in words) / max(len(words), 1)
        drawn[row] = drawn_share(text)
    return filler, drawn


def drawn_share(text: str) -> float:
    """Return the share of one text that is styles or paths."""
    paths = [said for said in DRAWN.findall(text) if len(COMMANDS.findall(said)) >= FEWEST_COMMANDS]
    styles = [said for said in STYLED.findall(text) if "{" in said and said[said.index("{") + 1] > " "]
    return min((sum(map(len, paths)) + sum(map(len, styles))) / max(len(text), 1), 1.0)
