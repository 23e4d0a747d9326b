"""How far scores can be trusted: the error, and the curve that mends it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from builder.errors import Rejected
from builder.evaluation.calibration import Isotonic, calibration_error, reliability

chance = st.floats(0, 1)
judged = st.lists(st.tuples(st.one_of(chance, st.integers(0, 20).map(lambda n: n / 20)), st.booleans()), min_size=1)


@given(st.lists(st.tuples(st.integers(0, 10), st.integers(1, 5)), min_size=1, max_size=8))
def test_scores_that_come_true_have_no_error(groups: list[tuple[int, int]]) -> None:
    """Of ten times n spans scored k/10, k times n are right."""
    scores = [k / 10 for k, n in groups for _ in range(10 * n)]
    right = [place < k * n for k, n in groups for place in range(10 * n)]

    assert calibration_error(reliability(scores, right)) == pytest.approx(0, abs=1e-12)


@given(judged)
def test_the_table_holds_every_score_in_its_bin(pairs: list[tuple[float, bool]]) -> None:
    table = reliability([score for score, _ in pairs], [right for _, right in pairs])

    assert len(pairs) == sum(one.cases for one in table)
    assert all(one.low - 1e-9 <= one.score <= one.high + 1e-9 for one in table)
    assert 0 <= (calibration_error(table) or 0) <= 1


def test_the_error_weighs_bins_by_their_cases() -> None:
    """Guo et al. 2017, eq. 3: 3/4 · |1/3 − 0.9| + 1/4 · |1 − 0.2|."""
    table = reliability([0.9, 0.9, 0.9, 0.2], [True, False, False, True], bins=10)

    assert calibration_error(table) == pytest.approx(0.75 * (0.9 - 1 / 3) + 0.25 * 0.8)


def test_a_bin_holds_its_upper_end_and_the_first_one_zero() -> None:
    table = reliability([0.0, 0.1, 0.3, 0.30000000000000004], [True] * 4, bins=10)

    assert [(0.0, 2), (0.2, 2)] == [(round(one.low, 9), one.cases) for one in table]


def test_without_scores_there_is_no_error() -> None:
    assert calibration_error(reliability([], [])) is None


@given(judged, st.lists(chance, min_size=2))
def test_the_curve_never_falls(pairs: list[tuple[float, bool]], asked: list[float]) -> None:
    curve = Isotonic.fit([score for score, _ in pairs], [right for _, right in pairs])
    given_back = curve.apply(sorted(asked))

    assert (np.diff(given_back) >= 0).all()
    assert ((given_back >= 0) & (given_back <= 1)).all()


@given(judged)
def test_the_curve_is_the_one_others_fit(pairs: list[tuple[float, bool]]) -> None:
    isotonic = pytest.importorskip("sklearn.isotonic")
    scores, right = [score for score, _ in pairs], [float(right) for _, right in pairs]
    gaps = np.diff(np.unique(scores))
    assume(not len(gaps) or 1e-6 < gaps.min())  # it takes scores that are nearly equal for equal
    theirs = isotonic.IsotonicRegression(out_of_bounds="clip", y_min=0, y_max=1).fit(scores, right)

    assert theirs.predict(scores) == pytest.approx(Isotonic.fit(scores, right).apply(scores))


@given(judged)
def test_what_is_mended_has_no_error_where_it_was_fitted(pairs: list[tuple[float, bool]]) -> None:
    """Each block's chance is its share: every bin's mean score is its share."""
    scores, right = [score for score, _ in pairs], [right for _, right in pairs]
    mended = Isotonic.fit(scores, right).apply(scores)

    assert calibration_error(reliability(mended.tolist(), right)) == pytest.approx(0, abs=1e-6)


def test_falling_neighbours_are_pooled() -> None:
    """The example of R's isoreg, divided by five: 1 0 4 3 3 5 4 2 0 becomes .5 .5 3 3 3 3 3 3 3."""
    heights = [value / 5 for value in (1, 0, 4, 3, 3, 5, 4, 2, 0)]
    places = [n / 10 for n in range(9)]

    assert [0.1] * 2 + [0.6] * 7 == pytest.approx(Isotonic.fit(places, heights).apply(places).tolist())


def test_between_knots_the_curve_is_straight_and_beyond_them_flat() -> None:
    curve = Isotonic((0.2, 0.6), (0.1, 0.5))

    assert [0.1, 0.3, 0.5] == pytest.approx(curve.apply([0.0, 0.4, 1.0]).tolist())


@pytest.mark.parametrize(
    ("scores", "chances"),
    [
        ((), ()),
        ((0.1,), (0.1, 0.2)),
        ((0.2, 0.1), (0.1, 0.2)),
        ((0.1, 0.2), (0.2, 0.1)),
        ((0.1,), (2.0,)),
        ((0.1,), (float("nan"),)),
    ],
)
def test_what_is_no_curve_is_refused(scores: tuple[float, ...], chances: tuple[float, ...]) -> None:
    with pytest.raises(Rejected):
        Isotonic(scores, chances)


def test_nothing_cannot_be_fitted() -> None:
    with pytest.raises(Rejected):
        Isotonic.fit([], [])
