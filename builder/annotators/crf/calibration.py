"""Scores and whether they were right enter; a rising line leaves that turns scores into probabilities (isotonic)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from builder.annotators.arrays import Floats
from builder.evaluation.calibration import pooled

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
    sizes = np.array([len(group) for group in groups], float)
    sums, hits = (np.array([values[group].sum() for group in groups]) for values in (scores, right))
    firsts = [first for first, _, _ in pooled(hits / sizes, sizes)]
    sizes, sums, hits = (np.add.reduceat(values, firsts) for values in (sizes, sums, hits))
    return Calibration(sums / sizes, (hits + _PRIOR * right.mean()) / (sizes + _PRIOR))
