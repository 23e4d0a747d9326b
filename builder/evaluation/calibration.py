"""Scores, and whether each was right, enter; how far a score can be trusted leaves, and the curve that mends it.

Expected calibration error over bins of equal width, as in Guo et al. 2017 ("On calibration of modern neural networks").
Isotonic regression by pooling adjacent violators (Barlow et al. 1972), linear between its blocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from builder.errors import Rejected
from builder.evaluation.scores import Table

BINS = 15


class Bin(NamedTuple):
    """Scores in (low, high] (the first bin holds 0 too): how many, their mean, and the share that was right."""

    low: float
    high: float
    cases: int
    score: float
    right: float


def reliability(scores: Sequence[float], right: Sequence[float], bins: int = BINS) -> list[Bin]:
    """Put scores into bins of equal width; empty bins are left out."""
    given, truth = np.asarray(scores, float), np.asarray(right, float)
    # A score that stands on a bin's upper end is in it, however the product was rounded.
    places = np.clip(np.ceil(np.round(given * bins, 9)) - 1, 0, bins - 1).astype(int)
    table = []
    for place in np.unique(places):
        here = places == place
        low, high = place / bins, (place + 1) / bins
        table.append(Bin(low, high, int(here.sum()), float(given[here].mean()), float(truth[here].mean())))
    return table


def calibration_error(table: Sequence[Bin]) -> float | None:
    """Average |share right − mean score| over the bins, each weighing its count; None without scores."""
    total = sum(one.cases for one in table)
    return sum(one.cases * abs(one.right - one.score) for one in table) / total if total else None


@dataclass(frozen=True, slots=True)
class Isotonic:
    """A rising curve from scores to chances: straight between its knots, flat beyond them."""

    scores: tuple[float, ...]
    chances: tuple[float, ...]

    def __post_init__(self) -> None:
        rises = all(a < b for a, b in zip(self.scores, self.scores[1:], strict=False))
        grows = all(a <= b for a, b in zip(self.chances, self.chances[1:], strict=False))
        inside = all(0 <= value <= 1 for value in (*self.scores, *self.chances))
        if not self.scores or len(self.scores) != len(self.chances) or not (rises and grows and inside):
            raise Rejected("an isotonic curve needs knots that rise within 0 and 1", "E_CURVE")

    @classmethod
    def fit(cls, scores: Sequence[float], right: Sequence[float]) -> Isotonic:
        """Fit the rising curve with the least squared error; `right` is 1 where a score was right, 0 where not.

        Raises:
            Rejected: there is nothing to fit.
        """
        places, where, counts = np.unique(np.asarray(scores, float), return_inverse=True, return_counts=True)
        shares = np.bincount(where, weights=np.asarray(right, float), minlength=len(places)) / np.maximum(counts, 1)
        knots = dict[float, float]()
        for first, last, chance in pooled(shares, counts):
            knots[float(places[first])] = knots[float(places[last])] = min(max(chance, 0.0), 1.0)
        return cls(tuple(knots), tuple(knots.values()))

    def apply(self, scores: Sequence[float]) -> Table:
        """Give the chance behind each score."""
        return np.asarray(np.interp(np.asarray(scores, float), self.scores, self.chances), float)


def pooled(shares: Iterable[float], weights: Iterable[float]) -> Iterable[tuple[int, int, float]]:
    """Pool neighbours until no share falls; give each block's first and last place, and its mean."""
    blocks: list[tuple[int, int, float, float]] = []
    for place, (mean, weight) in enumerate(zip(shares, weights, strict=True)):
        first = place
        while blocks and mean <= blocks[-1][2]:
            first, _, before, heavy = blocks.pop()
            mean, weight = (mean * weight + before * heavy) / (weight + heavy), weight + heavy
        blocks.append((first, place, float(mean), float(weight)))
    return ((first, last, mean) for first, last, mean, _ in blocks)
