"""The kernel that measures lines against regular expressions and string methods that say the same."""

import re

from hypothesis import given
from hypothesis import strategies as st

from curate.core.kernels.wrapping import HYPHEN, MAY_BEGIN, PROSE, WIDE_FIRST, WIDE_LAST, class_table, lines_of
from curate.stages.normalize.wraps import POINT, WIDE, WIDE_BLOCKS, WIDES

APART = re.compile(r"\S(?: {3,}|\t)\S|\.{4,}|[|┃│]")
UNIT = re.compile(f"[{WIDE}][、，。；：！？）》」』】〉〕％]*|[^\\s{WIDE}]+")
BROKEN = (
    "the |valve|main-| |   |\t|\n|\n\n|阀门|，|。|（|）|％|a.|1. |- |iv) |....|...|┃|│|\u3000|\r|\x1c|\x85|\u2028|\xa0"
    "|é|ß|\xad|第三条|①|½"
)
PARTS = st.sampled_from(["|", *BROKEN.split("|")])
TEXTS = st.one_of(st.lists(PARTS, max_size=30).map("".join), st.text(max_size=60))


@given(TEXTS)
def test_lines_are_measured_as_python_measures_them(text):
    seen = lines_of(text, class_table(WIDE_BLOCKS))
    lines = text.split("\n")
    assert len(seen.said) == len(lines)
    for place, line in enumerate(lines):
        said, flags = line.strip(), int(seen.said[place])
        letters = sum(map(str.isalpha, said))
        prose = bool(said) and 2 * letters >= len(said.replace(" ", "")) and not APART.search(said)
        unit = UNIT.match(line.lstrip())
        word = unit[0] if unit else ""
        assert seen.indents[place] == len(line) - len(line.lstrip())
        assert seen.widths[place] == len(line.rstrip()) + len(WIDES.findall(line))
        assert seen.words[place] == len(word) + len(WIDES.findall(word))
        assert bool(flags & PROSE) == prose
        assert bool(flags & WIDE_FIRST) == bool(said and WIDES.match(said))
        assert bool(flags & WIDE_LAST) == bool(said and WIDES.match(said[-1]))
        assert bool(flags & HYPHEN) == bool(said and line.endswith("-"))
        assert flags & MAY_BEGIN or not POINT.match(said)
