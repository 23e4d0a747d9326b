"""Approved texts and labels enter, a linear model leaves: logistic regression by scikit-learn, calibrated on folds.

The one door to scikit-learn here. Pure: the same texts, labels, groups and seed give the same model, and nothing is
read or written. How strongly weights are held back, and the temperature, are chosen on sentences that the fold's own
model has not seen; sentences of one group are never on both sides. What is reported as error was measured likewise.
"""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np

from builder.annotators.arrays import Floats, Ints
from builder.annotators.linear import LinearModel, runs, softmax
from builder.errors import UsageError
from builder.evaluation.calibration import calibration_error, reliability

FEWEST = 20
"""Sentences below which nothing is learnt."""
FOLDS = 5
_STRENGTHS = (10.0, 100.0)
_TEMPERATURES = np.exp(np.linspace(-3.0, 3.0, 121))
_BINS = 10
_UNSEEN = -20.0  # the sum of a label that a fold has never seen


def learn(
    texts: Sequence[str], labels: Sequence[str], seed: int, groups: Sequence[Hashable] | None = None, longest: int = 2
) -> LinearModel:
    """Learn to tell the labels of texts; `groups` says what belongs together (documents), else each text is its own.

    Raises:
        UsageError: there are fewer than 20 texts, or all have one label.
    """
    names = tuple(sorted(set(labels)))
    if len(texts) < FEWEST or len(names) < 2:
        raise UsageError(f"linear learns from {FEWEST} sentences with 2 labels or more; {len(texts)} have {len(names)}")
    truth = np.array([names.index(label) for label in labels])
    fold = _folds(groups if groups is not None else range(len(texts)), seed)
    tried = {strength: _held_out(texts, truth, fold, len(names), longest, strength) for strength in _STRENGTHS}
    losses = {strength: _loss(sums, truth, _temperature(sums, truth)) for strength, sums in tried.items()}
    strength = min(_STRENGTHS, key=lambda one: (losses[one], one))
    sums = tried[strength]
    fitted = _Fit(texts, truth, longest, strength)
    figures = {**_figures(sums, truth, fold), "strength": strength, "sentences": float(len(texts))}
    return LinearModel(
        names, longest, fitted.slots.astype(np.int32), fitted.rarity.astype(np.float32),
        fitted.weights(len(names)).astype(np.float32), fitted.bias(len(names)).astype(np.float32),
        float(_temperature(sums, truth)), figures,
    )  # fmt: skip


class _Fit:
    """What scikit-learn learnt from some texts."""

    def __init__(self, texts: Sequence[str], truth: Ints, longest: int, strength: float) -> None:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.linear_model import LogisticRegression

        owner, slots = runs(texts, longest)
        self.slots, column = np.unique(slots, return_inverse=True)
        seen_in = np.bincount(np.unique(column * len(texts) + owner) // len(texts), minlength=len(self.slots))
        self.rarity = (np.log((1 + len(texts)) / (1 + seen_in)) + 1).astype(np.float32).astype(np.float64)
        self._model: Any = LogisticRegression(C=strength, max_iter=300, tol=1e-3)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            self._model.fit(_matrix(owner, column, self.rarity, len(texts)), truth)

    def weights(self, labels: int) -> Floats:
        """Give a row of weights per slot, one column per label."""
        return self._spread(self._model.coef_, labels).T.copy()

    def bias(self, labels: int) -> Floats:
        """Give one number per label; far below all others for a label that was not seen."""
        bias = self._spread(self._model.intercept_[:, None], labels)[:, 0]
        unseen = np.setdiff1d(np.arange(labels), self._model.classes_)
        bias[unseen] = _UNSEEN
        return bias

    def _spread(self, rows: Floats, labels: int) -> Floats:
        """Put the rows in the places of their labels; of two labels scikit-learn keeps the second's row only."""
        whole = np.zeros((labels, rows.shape[1]))
        whole[self._model.classes_] = np.concatenate([-rows / 2, rows / 2]) if len(rows) == 1 else rows
        return whole


def _matrix(owner: Ints, column: Ints, rarity: Floats, texts: int) -> Any:
    """Weigh every run as the model's `logits` does."""
    from scipy.sparse import csr_matrix

    weight = rarity[column]
    length = np.sqrt(np.bincount(owner, weight * weight, texts))
    return csr_matrix((weight / length[owner], (owner, column)), shape=(texts, len(rarity)))


def _held_out(texts: Sequence[str], truth: Ints, fold: Ints, labels: int, longest: int, strength: float) -> Floats:
    """Give the sums for every text by a model that has not seen its fold."""
    sums = np.full((len(texts), labels), _UNSEEN)
    for number in range(FOLDS):
        inside, outside = np.flatnonzero(fold == number), np.flatnonzero(fold != number)
        if len(inside) == 0 or len(np.unique(truth[outside])) < 2:
            continue
        fitted = _Fit([texts[n] for n in outside], truth[outside], longest, strength)
        model = LinearModel(
            tuple(map(str, range(labels))), longest, fitted.slots.astype(np.int32), fitted.rarity.astype(np.float32),
            fitted.weights(labels).astype(np.float32), fitted.bias(labels).astype(np.float32), 1.0,
        )  # fmt: skip
        sums[inside] = model.logits([texts[n] for n in inside])
    return sums


def _folds(groups: Sequence[Hashable], seed: int) -> Ints:
    """Deal whole groups to folds, in an order that the seed decides."""
    number = {group: rank for rank, group in enumerate(dict.fromkeys(groups))}
    dealt = np.random.default_rng(seed).permutation(len(number)) % FOLDS
    return dealt[[number[group] for group in groups]]


def _temperature(sums: Floats, truth: Ints) -> float:
    losses = [_loss(sums, truth, temperature) for temperature in _TEMPERATURES]
    return float(_TEMPERATURES[int(np.argmin(losses))])


def _loss(sums: Floats, truth: Ints, temperature: float) -> float:
    chances = softmax(sums / temperature)[np.arange(len(truth)), truth]
    return float(-np.log(np.maximum(chances, 1e-12)).mean())


def _figures(sums: Floats, truth: Ints, fold: Ints) -> dict[str, float]:
    """Measure on sums of texts not seen; the temperature of a fold comes from the other folds."""
    chances = np.zeros_like(sums)
    for number in range(FOLDS):
        inside, outside = fold == number, fold != number
        chances[inside] = softmax(sums[inside] / _temperature(sums[outside], truth[outside]))
    measured = {
        "accuracy": float((sums.argmax(axis=1) == truth).mean()),
        "ece": _error(chances, truth),
        "ece_uncalibrated": _error(softmax(sums), truth),
    }
    return {name: round(value, 4) for name, value in measured.items()}


def _error(chances: Floats, truth: Ints) -> float:
    """Give the expected calibration error of the likeliest label."""
    table = reliability(chances.max(axis=1).tolist(), (chances.argmax(axis=1) == truth).tolist(), _BINS)
    return calibration_error(table) or 0.0
