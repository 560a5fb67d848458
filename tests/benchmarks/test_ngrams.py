"""The character model of `python -m benchmarks worth` against the same formula in plain Python, and against sums."""

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.ngrams import END, RESERVED, START, Alphabet, Model

TEXTS = st.lists(st.text("abc阀。", max_size=12), min_size=1, max_size=6)


class Plain:
    """Interpolated Kneser-Ney over strings, as the docstring of Model has it."""

    def __init__(self, texts, alphabet, order):
        self.alphabet, self.order = alphabet, order
        grams = [("<", *["<"] * (order - 2), *text, ">")[: at + 1] for text in texts for at in self.events(text)]
        counts = Counter(gram[-order:] for gram in grams)
        self.counts = {order: counts}
        for length in range(order - 1, 0, -1):
            counts = Counter(gram[1:] for gram in counts)
            self.counts[length] = counts
        self.total, self.kinds = defaultdict(float), Counter()
        for counts in self.counts.values():
            for gram, count in counts.items():
                self.total[gram[:-1]] += count
                self.kinds[gram[:-1]] += 1

    def events(self, text):
        return range(self.order - 1, self.order + len(text))

    def discount(self, length):
        once, twice = (sum(count == n for count in self.counts[length].values()) for n in (1, 2))
        return once / (once + 2 * twice) if once else 0.5

    def probability(self, context, event, length):
        if not length:
            return 1 / (len(self.alphabet) + 1)
        context = context[len(context) - length + 1 :]
        lower = self.probability(context[1:], event, length - 1)
        if not self.total[context]:
            return lower
        off = self.discount(length)
        count = self.counts[length][(*context, event)]
        return (max(count - off, 0) + off * self.kinds[context] * lower) / self.total[context]


@given(TEXTS, TEXTS, st.integers(2, 5))
def test_every_character_has_the_probability_that_plain_python_gives_it(texts, others, order):
    alphabet = Alphabet([*texts, *others])
    model = Model.trained(texts, alphabet, order)
    plain = Plain(texts, {one for text in (*texts, *others) for one in text}, order)
    wanted = []
    for text in others:
        said = ("<",) * (order - 1) + tuple(text) + (">",)
        wanted += [plain.probability(said[at - order + 1 : at], said[at], order) for at in range(order - 1, len(said))]
    assert np.exp(model.logs(others)) == pytest.approx(wanted, rel=1e-9)


@given(TEXTS, st.text("abc阀。", max_size=4))
def test_the_probabilities_of_all_that_can_come_next_sum_to_one_behind_any_context(texts, before):
    alphabet = Alphabet([*texts, "abc阀。"])
    model = Model.trained(texts, alphabet)
    context = alphabet.stream([before], 5)[:-1][-4:]
    events = np.concatenate([[END], np.arange(len(alphabet.points)) + RESERVED])
    found = model.probabilities(np.tile(context, (len(events), 1)), events)
    assert found.sum() == pytest.approx(1)
    assert (found > 0).all()


def test_perplexity_is_by_character_and_the_end_counts_as_one():
    alphabet = Alphabet(["ab"])
    model = Model.trained(["ab"], alphabet, 2)
    assert model.perplexity(["ab"]) == pytest.approx(np.exp(-model.logs(["ab"]).sum() / 3))
    assert Model.trained(["ab"] * 9, alphabet, 2).perplexity(["ab"]) < Model.trained(
        ["ba"] * 9, alphabet, 2
    ).perplexity(["ab"])


def test_a_character_outside_of_the_alphabet_is_refused():
    with pytest.raises(ValueError, match="not in the alphabet"):
        Alphabet(["ab"]).stream(["abc"], 5)


def test_the_beginning_of_a_text_is_a_context_of_its_own():
    alphabet = Alphabet(["ab", "xb"])
    model = Model.trained(["ab"] * 5 + ["xb"], alphabet)
    a = alphabet.stream(["a"], 5)
    assert list(a[:4]) == [START] * 4
    start = model.probabilities(a[None, :4], a[4:5])
    assert start[0] > 0.5
