"""Several opinions of the same sentences enter, each held out from what it learnt; how to make one of them leaves.

Shares are chosen by the F1 they would have had. The votes have a share, and may have all: what is learnt from a few
sentences must not displace them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from builder.annotators.crf.calibration import Calibration, calibrated
from builder.annotators.crf.decoding import Ints
from builder.annotators.crf.spans import Candidates, averaged
from builder.annotators.crf.view import kept

_JUDGE, _NAMER, _WIDER = 0.55, 0.225, 0.225
SHARES = tuple(
    (*(round(share * (1 - votes), 4) for share in (_JUDGE, _NAMER, _WIDER)), votes)
    for votes in (1.0, 0.8, 0.6, 0.4, 0.3, 0.2, 0.1, 0.0)
)
"""What judge, namer, wider namer and votes may weigh, the simplest first."""
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


def settled(opinions: Sequence[Candidates], classes: Classes, gold: int) -> Settled:
    """Choose shares and threshold by F1 against so many approved spans, and calibrate what is then kept."""
    worth = []
    possible = [shares for shares in SHARES if len(opinions[-1].first) or not shares[-1]]  # who is silent has no share
    for shares in possible:
        opinion = averaged(opinions, shares)
        curve = _worths(opinion, _right(opinion, classes), gold, _THRESHOLDS[::3])
        worth.append(max(_smoothed(curve, 1)))
    shares = possible[int(np.argmax(worth))]
    opinion = averaged(opinions, shares)
    right = _right(opinion, classes)
    threshold = _threshold(opinion, right, gold)
    stay = kept(opinion, threshold)
    return Settled(shares, threshold, calibrated(opinion.chances.max(1, initial=0.0)[stay], right[stay].astype(float)))


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
