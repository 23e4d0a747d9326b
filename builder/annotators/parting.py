"""What was found in texts written as one enters; it leaves text by text, and of what overlaps the longest. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import chain, pairwise, repeat
from operator import itemgetter

import numpy as np

from builder.annotators.proposal import Found, longest_first


def longest(found: Iterable[Found]) -> list[Found]:
    """Of those that overlap keep the longest; all that overlap no other stay."""
    ordered = sorted(found)
    starts, ends = (np.fromiter(map(itemgetter(n), ordered), np.intp, len(ordered)) for n in (0, 1))
    apart = np.flatnonzero(np.maximum.accumulate(ends)[:-1] <= starts[1:]) + 1
    groups = pairwise([0, *apart.tolist(), len(ordered)])
    return list(
        chain.from_iterable(
            ordered[first:last] if first + 1 == last else longest_first(ordered[first:last]) for first, last in groups
        )
    )


def by_text(found: Sequence[Found], borders: Sequence[int]) -> list[list[Found]]:
    """Part what was found, which is in text order, by the texts, and count places from where each begins."""
    if not found:
        return [[] for _ in borders[1:]]
    starts, ends, labels, scores = zip(*found, strict=True)
    cuts = [bisect_left(starts, border) for border in borders]
    origins = np.repeat(borders[:-1], np.diff(cuts))
    places = ((np.array(edge, np.intp) - origins).tolist() for edge in (starts, ends))
    moved = list(map(tuple.__new__, repeat(Found), zip(*places, labels, scores, strict=True)))
    return [moved[first:last] for first, last in pairwise(cuts)]
