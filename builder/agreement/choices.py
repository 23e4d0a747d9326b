"""Pairs of answers enter; how far their sentence labels agree leaves, per label and over all: kappa and alpha.

Cohen's kappa (1960) of two people: agreement beyond what their own habits would give by chance. Krippendorff's alpha
for nominal values (see `alpha`), of any number of people and with missing values. For one label: it against the rest.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from builder.agreement.alpha import alpha
from builder.agreement.pairing import Pairs
from builder.evaluation.scores import Table
from builder.reviewing import Answer

KAPPA, ALPHA = range(2)
FIRST, SECOND, BOTH, PAIRS = range(4)
"""What is counted of a pair: whether the first, the second, and both chose the label; and the pair itself."""


def labelled(answer: Answer) -> bool:
    """Whether an answer has a sentence label; without one it is a missing value."""
    return answer.label is not None


def counted(pairs: Pairs, names: Sequence[str]) -> Table:
    """Count per pair and label; the axes are pairs, names and all of them together, and the four counts."""
    place: dict[str | None, int] = {name: rank for rank, name in enumerate(names)}
    chosen = np.array([place[answer.label] for answer in pairs.answers], dtype=np.intp)
    rows = np.arange(len(pairs.review))
    table = np.zeros((len(rows), len(names) + 1, 4))
    table[rows, chosen[pairs.first], FIRST] = table[rows, chosen[pairs.second], SECOND] = 1
    table[..., BOTH] = table[..., FIRST] * table[..., SECOND]
    table[:, -1] = table[:, :-1].sum(axis=1)
    table[..., PAIRS] = 1
    return table


def measured(sums: Table) -> Table:
    """Turn sums [..., names + 1, 4] into KAPPA and ALPHA [..., names + 1, 2]; what is undefined is NaN.

    Kappa means something only where all pairs are of the same two people.
    """
    first, second, both, pairs = (sums[..., column] for column in (FIRST, SECOND, BOTH, PAIRS))
    chosen = first + second
    kappas = _kappa(pairs, pairs - chosen + 2 * both, first * second + (pairs - first) * (pairs - second))
    kappas[..., -1] = _kappa(pairs[..., -1], both[..., -1], (first * second)[..., :-1].sum(axis=-1))
    masses = np.stack([chosen, 2 * pairs - chosen], axis=-1)
    alphas = alpha(2 * (chosen - 2 * both), masses, 2 * pairs)
    alphas[..., -1] = alpha(2 * (pairs - both)[..., -1], chosen[..., :-1], 2 * pairs[..., -1])
    return np.stack([kappas, alphas], axis=-1)


def _kappa(pairs: Table, agreeing: Table, by_chance: Table) -> Table:
    """Compare agreeing pairs with those of chance, which are given times the number of pairs."""
    with np.errstate(invalid="ignore", divide="ignore"):
        kappa: Table = (pairs * agreeing - by_chance) / (pairs**2 - by_chance)
    return kappa
