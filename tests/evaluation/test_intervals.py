"""Intervals: laws of the bootstrap, and where there is none."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from builder.evaluation import intervals
from builder.evaluation.intervals import by_group, estimated, estimates
from builder.evaluation.scores import counted, measured
from tests.evaluation.drawn import NAMES, gold_and_proposed


def share(sums: np.ndarray) -> np.ndarray:
    """Measure right of all."""
    return sums[..., :1] / sums[..., 1:]


def coins(heads: int, tails: int) -> np.ndarray:
    return np.array([[1.0, 1.0]] * heads + [[0.0, 1.0]] * tails)


@given(gold_and_proposed, st.integers(0, 9))
def test_an_interval_holds_its_estimate(pairs: list, seed: int) -> None:
    counts = counted([gold for gold, _ in pairs], [found for _, found in pairs], NAMES)
    found = estimated(counts, [str(n % 5) for n in range(len(pairs))], measured, seed=seed, draws=50)
    known = ~np.isnan(found.low)

    assert (found.low[known] <= found.value[known]).all()
    assert (found.value[known] <= found.high[known]).all()
    assert not (known & np.isnan(found.value)).any()


def test_an_interval_is_widened_to_an_estimate_that_no_draw_reaches() -> None:
    """Of twenty kinds, one in each group, a draw sees about thirteen."""

    def kinds_seen(sums: np.ndarray) -> np.ndarray:
        return (0 < sums).mean(axis=-1, keepdims=True)

    found = estimated(np.eye(20), [str(n) for n in range(20)], kinds_seen)

    assert (1.0, 1.0) == (found.value[0], found.high[0])
    assert 0.4 < found.low[0] < 0.7


def test_a_share_has_the_interval_that_the_binomial_gives_it() -> None:
    """50 of 100: 0.5 ± 1.96 · 0.05."""
    found = estimated(coins(50, 50), [str(n) for n in range(100)], share)

    assert np.allclose([0.402, 0.598], [found.low[0], found.high[0]], atol=0.02)


def test_sentences_of_one_group_are_drawn_together() -> None:
    """Ten copies in each of ten groups say no more than ten sentences: the interval is as wide."""
    one = estimated(coins(5, 5), [str(n) for n in range(10)], share)
    copies = np.repeat(coins(5, 5), 10, axis=0)
    grouped = estimated(copies, [str(n // 10) for n in range(100)], share)

    assert (10, one.low[0], one.high[0]) == (grouped.groups, grouped.low[0], grouped.high[0])


def test_one_group_has_an_estimate_and_no_interval() -> None:
    found = estimated(coins(1, 1), ["page", "page"], share)

    assert (0.5, True, True, 1) == (found.value[0], np.isnan(found.low[0]), np.isnan(found.high[0]), found.groups)


def test_what_is_undefined_has_no_interval() -> None:
    found = estimated(np.zeros((3, 2)), ["a", "b", "c"], share_or_nan)

    assert np.isnan([found.value[0], found.low[0], found.high[0]]).all()


def share_or_nan(sums: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        return share(sums)


def test_the_seed_decides() -> None:
    groups = [str(n) for n in range(30)]
    first, again, other = (estimated(coins(9, 21), groups, share, seed=seed) for seed in (1, 1, 2))

    assert (first.low[0], first.high[0]) == (again.low[0], again.high[0])
    assert (first.low[0], first.high[0]) != (other.low[0], other.high[0])


def test_drawing_in_small_steps_gives_sums_of_whole_draws(monkeypatch) -> None:
    monkeypatch.setattr(intervals, "_AT_ONCE", 40)
    (drawn,) = intervals._resampled([coins(3, 7)], 0, 25)

    assert (25, 2) == drawn.shape
    assert (drawn[:, 1] == 10).all()


def test_several_counts_of_the_same_groups_are_drawn_as_each_would_be_alone() -> None:
    tables = [coins(9, 21), coins(20, 10)]
    together = estimates(tables, share, seed=3)
    alone = [estimated(units, [str(n) for n in range(30)], share, seed=3) for units in tables]

    assert [(one.low[0], one.high[0]) for one in alone] == [(one.low[0], one.high[0]) for one in together]


def test_groups_are_summed_in_order_of_appearance() -> None:
    assert [[4.0], [2.0]] == by_group(np.array([[1.0], [2.0], [3.0]]), ["b", "a", "b"]).tolist()
