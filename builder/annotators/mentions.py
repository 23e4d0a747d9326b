"""Mentions by the thousand, as arrays: where each begins and ends, and what it is taken for. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise, product, repeat
from typing import NamedTuple

import numpy as np

from builder.annotators.arrays import Flags, Ints
from builder.annotators.proposal import Found
from builder.annotators.words import DOUBTFUL, FAIR, GOOD, SURE

LABELS = ("PERSON", "GPE", "LOCATION", "ORG", "TITLE")
_VERDICTS = sorted(product(LABELS, (SURE, GOOD, FAIR, DOUBTFUL)), key=lambda one: (-one[1], one[0]))
"""A label and a score; the surest first."""
_LABELS, _SCORES = np.array([label for label, _ in _VERDICTS], object), np.array([score for _, score in _VERDICTS])
_NUMBERS = {one: number for number, one in enumerate(_VERDICTS)}


def verdict(label: str, score: float) -> int:
    """Number what a mention is taken for; of the same place, the smaller number wins."""
    return _NUMBERS[label, score]


class Mentions(NamedTuple):
    """Characters [start, end) of texts written as one, and the number of a verdict."""

    starts: Ints
    ends: Ints
    verdicts: Ints

    def only(self, some: Ints | Flags) -> Mentions:
        """Give some of the mentions."""
        return Mentions(*(each[some] for each in self))

    def are(self, label: str) -> Flags:
        """Whether each is taken for this."""
        its: Flags = (_LABELS == label)[self.verdicts]
        return its


def alike(starts: Ints, ends: Ints, label: str, score: float) -> Mentions:
    """Take several places for the same."""
    return Mentions(starts, ends, np.full(len(starts), verdict(label, score), np.intp))


def mentions_of(found: Iterable[Found]) -> Mentions:
    """Turn what was found one by one into arrays."""
    rows = np.array([(start, end, _NUMBERS[label, score]) for start, end, label, score in found], np.intp)
    return Mentions(*rows.reshape(-1, 3).T)


def together(parts: Iterable[Mentions]) -> Mentions:
    """Join mentions, in the order of their places; of the same place, the surest first."""
    starts, ends, verdicts = map(np.concatenate, zip(*parts, strict=True))
    order = np.lexsort((verdicts, ends, starts))
    return Mentions(starts, ends, verdicts).only(order)


def longest(mentions: Mentions) -> Mentions:
    """Drop whatever overlaps something longer (or as long, earlier in the text, surer); the rest is in text order."""
    kept = []
    while len(mentions.starts):
        winners = _winners(mentions)
        kept.append(mentions.only(winners[0]))
        mentions = mentions.only(winners[1])
    return together(kept) if kept else mentions


def _winners(mentions: Mentions) -> tuple[Ints, Flags]:
    """Of each group that overlaps give the longest, the first of them if there are more; say what is left."""
    starts, ends, _ = mentions
    count = len(starts)
    firsts = np.flatnonzero(np.maximum.accumulate(ends)[:-1] <= starts[1:]) + 1
    firsts = np.concatenate([[0], firsts])
    best = -np.maximum.reduceat((ends - starts) * count - np.arange(count), firsts) % count
    won = np.repeat(best, np.diff(firsts, append=count))
    left = (ends <= starts[won]) | (ends[won] <= starts)
    left[best] = False
    return best, left


def by_text(mentions: Mentions, borders: Sequence[int]) -> list[list[Found]]:
    """Part mentions, which are in text order, by the texts, and count places from where each begins."""
    cuts = np.searchsorted(mentions.starts, borders)
    origins = np.repeat(borders[:-1], np.diff(cuts))
    starts, ends = ((edges - origins).tolist() for edges in (mentions.starts, mentions.ends))
    labels, scores = (column[mentions.verdicts].tolist() for column in (_LABELS, _SCORES))
    found = list(map(tuple.__new__, repeat(Found), zip(starts, ends, labels, scores, strict=True)))
    return [found[first:last] for first, last in pairwise(cuts.tolist())]
