"""What is read of a text as a whole is read once, and no text is compared with another."""

from curate.stages.pii.memory import OfLastText


class Text(str):
    """A text that cannot be compared with another."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        raise AssertionError


def test_a_text_is_read_once_while_it_is_the_last_one():
    read: list[str] = []
    length = OfLastText(lambda text: read.append(text) or len(text))
    one, copy = Text("138"), Text("138")
    assert [length(one), length(one), length(copy), length(copy)] == [3] * 4
    assert [text is one for text in read] == [True, False]
    length.forget()
    length(copy)
    assert [text is copy for text in read] == [False, True, True]
