"""Several opinions of the same sentences enter, each held out from what it learnt; how to make one of them leaves.

Shares are chosen by the F1 they would have had, yet others than the usual ones only for a gain that is no accident:
the best of eight on few sentences is often mere luck, and its scores then promise too much. The votes have a share, and
may have all: what is learnt from a few sentences must not displace them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from builder.annotators.arrays import Ints
from builder.annotators.crf.calibration import Calibration, calibrated
from builder.annotators.crf.spans import Candidates, averaged
from builder.annotators.crf.view import kept

_JUDGE, _NAMER, _WIDER = 0.55, 0.225, 0.225
SHARES = tuple(
    (*(round(share * (1 - votes), 4) for share in (_JUDGE, _NAMER, _WIDER)), votes)
    for votes in (1.0, 0.8, 0.6, 0.4, 0.3, 0.2, 0.1, 0.0)
)
"""What judge, namer, wider namer and votes may weigh, the simplest first."""
USUAL = next(shares for shares in SHARES if shares[-1] == 0.2)
"""The shares unless others are clearly better."""
_THRESHOLDS = tuple(round(0.06 + 0.02 * step, 2) for step in range(22))
_EDGE = (_THRESHOLDS[0] + _THRESHOLDS[-1]) / 2

Classes = Callable[[Candidates], Ints]
"""Says of candidates which label each has."""


@dataclass(frozen=True, slots=True)
class Settled:
    """How opinions become proposals."""

    shares: tuple[float, ...]
    threshold: float
    calibration: Calibration


@dataclass(frozen=True, slots=True)
class _Trial:
    """What some shares would have been worth: the opinion they make, its right spans, its threshold and F1."""

    shares: tuple[float, ...]
    opinion: Candidates
    right: NDArray[np.bool_]
    threshold: float
    worth: float

    @property
    def stay(self) -> list[int]:
        """List the spans that are kept."""
        return kept(self.opinion, self.threshold)


def settled(opinions: Sequence[Candidates], classes: Classes, gold: int) -> Settled:
    """Choose shares and threshold by F1 against so many approved spans, and calibrate what is then kept."""
    possible = [shares for shares in SHARES if len(opinions[-1].first) or not shares[-1]]  # who is silent has no share
    trials = [_tried(opinions, shares, classes, gold) for shares in possible]
    best = max(trials, key=lambda trial: trial.worth)
    usual = next((trial for trial in trials if trial.shares == USUAL), best)
    taken = best if _error(best, usual, gold) < best.worth - usual.worth else usual
    stay = taken.stay
    scores, right = taken.opinion.chances.max(1, initial=0.0)[stay], taken.right[stay].astype(float)
    return Settled(taken.shares, taken.threshold, calibrated(scores, right))


def _tried(opinions: Sequence[Candidates], shares: tuple[float, ...], classes: Classes, gold: int) -> _Trial:
    opinion = averaged(opinions, shares)
    right = _right(opinion, classes)
    worth = max(_smoothed(_worths(opinion, right, gold, _THRESHOLDS[::3]), 1))
    return _Trial(shares, opinion, right, _threshold(opinion, right, gold), worth)


def _error(one: _Trial, other: _Trial, gold: int) -> float:
    """Give the standard error of the difference of their F1: it rests on spans that only one of them has right."""
    count = max(len(one.stay) + gold, 1)
    return 2 * float(np.sqrt(len(_found(one) ^ _found(other)))) / count


def _found(trial: _Trial) -> set[tuple[int, int]]:
    found = [place for place in trial.stay if trial.right[place]]
    return set(zip(trial.opinion.first[found].tolist(), trial.opinion.last[found].tolist(), strict=True))


def _right(opinion: Candidates, classes: Classes) -> NDArray[np.bool_]:
    return np.asarray(opinion.chances.argmax(1) == classes(opinion))


def _threshold(spans: Candidates, right: NDArray[np.bool_], gold: int) -> float:
    """Find the threshold of the best F1, each averaged with its neighbours'; of equals the one nearest the middle.

    Were the chances exact, half of that F1 would be best. What few sentences say is noisy: the two meet in the middle.
    """
    smooth = _smoothed(_worths(spans, right, gold, _THRESHOLDS), 2)
    best, found = max(zip(smooth, _THRESHOLDS, strict=True), key=lambda one: (one[0], -abs(one[1] - _EDGE)))
    return round((found + best / 2) / 2, 3)


def _worths(spans: Candidates, right: NDArray[np.bool_], gold: int, thresholds: Sequence[float]) -> list[float]:
    """Give the F1 that each threshold would have."""
    stays = [kept(spans, threshold) for threshold in thresholds]
    return [2 * float(right[stay].sum()) / max(len(stay) + gold, 1) for stay in stays]


def _smoothed(worth: Sequence[float], reach: int) -> list[float]:
    nears = [worth[max(n - reach, 0) : n + reach + 1] for n in range(len(worth))]
    return [sum(near) / len(near) for near in nears]
