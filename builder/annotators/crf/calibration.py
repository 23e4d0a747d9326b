"""Scores and whether they were right enter; a rising line leaves that turns scores into probabilities (isotonic)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from builder.annotators.crf.decoding import Floats

_PRIOR = 2.0
_MOST = 60


@dataclass(frozen=True, slots=True)
class Calibration:
    """Knots of the line: scores, and the probabilities there."""

    scores: Floats
    chances: Floats

    def apply(self, scores: Floats) -> Floats:
        """Turn scores into probabilities."""
        if not len(self.scores):
            return scores
        return np.asarray(np.interp(scores, self.scores, self.chances))


def calibrated(scores: Floats, right: Floats) -> Calibration:
    """Fit the line (pool adjacent violators), on groups of like scores so that no single case bends it."""
    if not len(scores):
        return Calibration(np.zeros(0), np.zeros(0))
    order = np.argsort(scores, kind="stable")
    groups = np.array_split(order, max(1, min(_MOST, len(order) // 20)))
    pooled: list[tuple[float, float, float]] = []
    for group in groups:
        pooled.append((float(scores[group].sum()), float(right[group].sum()), float(len(group))))
        while len(pooled) > 1 and pooled[-1][1] * pooled[-2][2] <= pooled[-2][1] * pooled[-1][2]:
            last, before = pooled.pop(), pooled.pop()
            pooled.append((last[0] + before[0], last[1] + before[1], last[2] + before[2]))
    sums = np.array(pooled)
    base = float(right.mean())
    return Calibration(sums[:, 0] / sums[:, 2], (sums[:, 1] + _PRIOR * base) / (sums[:, 2] + _PRIOR))


def calibration_error(scores: Floats, right: Floats, bins: int = 10) -> float:
    """Give the mean distance between score and share of right ones, over bins of like width (ECE)."""
    places = np.minimum((scores * bins).astype(np.int64), bins - 1)
    gaps = [abs(float(scores[places == n].sum() - right[places == n].sum())) for n in range(bins)]
    return sum(gaps) / max(len(scores), 1)
