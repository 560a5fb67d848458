"""Stretches of personal data, and which of them stay where they overlap."""

from collections.abc import Iterable
from typing import NamedTuple

from curate.stages.pii.reasons import Reason

PAIR = 2
"""Of so many spans that hang together one stays."""


class Span(NamedTuple):
    """A stretch of personal data: text[start:end], in characters of the original text."""

    start: int
    end: int
    entity: str
    score: float
    reason: Reason = ""
    """Which allow rule spared it; empty for what is personal data."""


def settle(spans: Iterable[tuple[int, Span]]) -> list[Span]:
    """Keep spans that do not overlap, in text order: the longest first, then the surest, then by priority and place.

    `spans` come with the priority of the rule that found them, smaller being stronger.
    """
    spans = list(spans)
    if len(spans) <= 1:
        return [span for _, span in spans]
    kept: list[Span] = []
    cluster: list[tuple[int, Span]] = []
    reach = 0
    for one in sorted(spans, key=lambda ranked: ranked[1].start):
        start, end = one[1][:2]
        if start >= reach:
            if len(cluster) == 1:
                kept.append(cluster[0][1])
            else:
                kept += disjoint(cluster)
            cluster = [one]
            reach = end
        else:
            cluster.append(one)
            reach = max(reach, end)
    return kept + disjoint(cluster)


def strength(ranked: tuple[int, Span]) -> tuple[int, float, int, int]:
    """Say how strong a span is: the smaller, the stronger."""
    rank, (start, end, _, score, _) = ranked
    return start - end, -score, rank, start


def disjoint(cluster: list[tuple[int, Span]]) -> list[Span]:
    """Settle spans that hang together."""
    if len(cluster) <= PAIR:
        return [min(cluster, key=strength)[1]] if cluster else []
    origin = min(span.start for _, span in cluster)
    taken = bytearray(max(span.end for _, span in cluster) - origin)
    kept = []
    for _, span in sorted(cluster, key=strength):
        first, last = span.start - origin, span.end - origin
        if not (taken[first] or taken[last - 1]):
            taken[first:last] = bytes([1]) * (last - first)
            kept.append(span)
    return sorted(kept)
