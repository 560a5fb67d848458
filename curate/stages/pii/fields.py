"""How a label and its value are joined: in prose, forms, tables, JSON, YAML."""

import re

CLOSING = "[\"'”’】\\])）*\\\\]{0,3}[ \t\u3000]{0,3}"
"""What may stand between a label and the sign that joins it to its value; a quote may be escaped."""
SIGN = "[:：|=]"
"""Joins a label to its value: a colon, an equals sign, the border of a cell."""
OPENING = "[ \t\u3000]{0,3}[\"'“‘\\[*\\\\]{0,3}"
"""What may stand between that sign and the value."""
JOIN = SIGN + OPENING
"""The anchor of every labelled rule."""


def label(words: str) -> re.Pattern[str]:
    """Compile a label, to be searched right before the sign that joins it to its value."""
    return re.compile(f"(?P<label>{words}){CLOSING}\\Z")
