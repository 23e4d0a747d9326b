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

Measure = Callable[[Table], Table]
"""Turns sums [..., …] into figures [..., …]."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Values of one shape, the ends of their intervals (NaN where undefined), and the number of groups drawn from."""

    value: Table
    low: Table
    high: Table
    groups: int


def estimated(counts: Table, groups: Sequence[str], measure: Measure, *, seed: int = 0, draws: int = DRAWS) -> Estimate:
    """Measure the sums of counts [sentences, …], and how far chance in what was sampled moves the measure."""
    return estimates([by_group(counts, groups)], measure, seed=seed, draws=draws)[0]


def estimates(tables: Sequence[Table], measure: Measure, *, seed: int = 0, draws: int = DRAWS) -> list[Estimate]:
    """Do so for several counts [groups, …] of the same groups: the groups are drawn once for all of them."""
    if len(tables[0]) < _FEWEST:
        values = [measure(units.sum(axis=0)) for units in tables]
        return [
            Estimate(value, np.full_like(value, np.nan), np.full_like(value, np.nan), len(tables[0]))
            for value in values
        ]
    resampled = _resampled(tables, seed, draws)
    return [_estimate(units, measure, measure(sums)) for units, sums in zip(tables, resampled, strict=True)]


def _estimate(units: Table, measure: Measure, drawn: Table) -> Estimate:
    value = measure(units.sum(axis=0))
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


def _resampled(tables: Sequence[Table], seed: int, draws: int) -> list[Table]:
    """Draw as many groups as there are, with replacement, `draws` times; give the sums of each draw, table by table."""
    random, size = np.random.default_rng(seed), len(tables[0])
    flat = [units.reshape(size, -1) for units in tables]
    sums = [np.empty((draws, units.shape[1])) for units in flat]
    step = max(1, _AT_ONCE // size)
    for start in range(0, draws, step):
        rows = min(step, draws - start)
        picks = random.integers(size, size=(rows, size)) + size * np.arange(rows)[:, None]
        weights = np.bincount(picks.ravel(), minlength=rows * size).reshape(rows, size).astype(float)
        for units, drawn in zip(flat, sums, strict=True):
            drawn[start : start + rows] = weights @ units
    return [drawn.reshape(draws, *units.shape[1:]) for units, drawn in zip(tables, sums, strict=True)]
