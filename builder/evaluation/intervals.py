"""Counts per sentence enter; estimates with 95 % intervals leave.

Percentile bootstrap (Efron 1979) over groups, or over sentences where each is its own group: sentences of one page are
not independent. An interval is widened, where need be, to hold its estimate. The seed is given, so twice is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from builder.evaluation.scores import Table

DRAWS = 1000
_LEVEL = (2.5, 97.5)
_AT_ONCE = 2_000_000  # weights held at a time
_FEWEST = 2  # groups without which nothing can be drawn anew


@dataclass(frozen=True, slots=True)
class Estimate:
    """Values of one shape, the ends of their intervals (NaN where undefined), and the number of groups drawn from."""

    value: Table
    low: Table
    high: Table
    groups: int


def estimated(
    counts: Table, groups: Sequence[str], measure: Callable[[Table], Table], *, seed: int = 0, draws: int = DRAWS
) -> Estimate:
    """Measure the sums of counts [sentences, …], and how far chance in what was sampled moves the measure."""
    units = by_group(counts, groups)
    value = measure(units.sum(axis=0))
    nothing = np.full_like(value, np.nan)
    if len(units) < _FEWEST:
        return Estimate(value, nothing, nothing, len(units))
    drawn = measure(_resampled(units, seed, draws))
    never = np.isnan(drawn).all(axis=0) | np.isnan(value)
    drawn[:, never] = 0
    low, high = np.nanpercentile(drawn, _LEVEL, axis=0)
    low, high = np.fmin(low, value), np.fmax(high, value)
    return Estimate(value, np.where(never, np.nan, low), np.where(never, np.nan, high), len(units))


def by_group(counts: Table, groups: Sequence[str]) -> Table:
    """Sum the counts of each group, in order of appearance."""
    rank = {group: number for number, group in enumerate(dict.fromkeys(groups))}
    summed = np.zeros((len(rank), *counts.shape[1:]))
    np.add.at(summed, [rank[group] for group in groups], counts)
    return summed


def _resampled(units: Table, seed: int, draws: int) -> Table:
    """Draw as many groups as there are, with replacement, `draws` times; give the sums of each draw."""
    random, size = np.random.default_rng(seed), len(units)
    flat, sums = units.reshape(size, -1), []
    step = max(1, _AT_ONCE // size)
    for start in range(0, draws, step):
        rows = min(step, draws - start)
        picks = random.integers(size, size=(rows, size)) + size * np.arange(rows)[:, None]
        weights = np.bincount(picks.ravel(), minlength=rows * size).reshape(rows, size)
        sums.append(weights.astype(float) @ flat)
    return np.concatenate(sums).reshape(draws, *units.shape[1:])
