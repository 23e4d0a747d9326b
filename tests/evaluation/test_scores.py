"""Spans that match, touch and miss: laws, and figures that others published."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from builder.evaluation.scores import (
    GOLD,
    MEASURES,
    PROPOSED,
    RIGHT,
    TOUCHED,
    counted,
    counted_labels,
    measured,
    touching,
)
from builder.model import Span
from tests.evaluation.drawn import NAMES, flat_spans, gold_and_proposed, sentences

F1 = MEASURES.index(("strict", "f1"))


def figures(gold: list[list[Span]], proposed: list[list[Span]], names: tuple[str, ...] = NAMES) -> np.ndarray:
    return measured(counted(gold, proposed, names).sum(axis=0))


@given(sentences)
def test_a_perfect_proposal_scores_one_wherever_there_is_gold(gold: list[list[Span]]) -> None:
    found = figures(gold, gold)
    has_gold = [name in {span.label for spans in gold for span in spans} for name in NAMES]
    whole = any(has_gold)

    assert np.array_equal(found == 1, np.repeat([[x] for x in (*has_gold, whole, whole)], 6, axis=1))
    assert np.array_equal(np.isnan(found), found != 1)


@given(gold_and_proposed)
def test_a_partial_figure_is_never_below_the_strict_one(pairs: list[tuple[list[Span], list[Span]]]) -> None:
    found = figures([gold for gold, _ in pairs], [proposed for _, proposed in pairs])
    strict, partial = np.nan_to_num(found[:, :3]), np.nan_to_num(found[:, 3:])

    assert (strict <= partial + 1e-12).all()
    assert (partial <= 1 + 1e-12).all()


@given(gold_and_proposed)
def test_gold_and_proposals_change_places_as_precision_and_recall_do(
    pairs: list[tuple[list[Span], list[Span]]],
) -> None:
    gold, proposed = [list(side) for side in zip(*pairs, strict=True)]
    one, other = figures(gold, proposed)[:-1], figures(proposed, gold)[:-1]

    assert np.array_equal(one[:, [1, 0, 2, 4, 3, 5]], other, equal_nan=True)


@given(flat_spans(), flat_spans())
def test_no_way_of_pairing_finds_more_than_left_to_right(one: list[Span], other: list[Span]) -> None:
    optimize = pytest.importorskip("scipy.optimize")
    meets = np.array([[a.overlaps(b) for b in other] for a in one], float).reshape(len(one), len(other))
    rows, columns = optimize.linear_sum_assignment(meets, maximize=True)
    pairs = touching(one, other)

    assert meets[rows, columns].sum() == len(pairs)
    assert all(a.overlaps(b) for a, b in pairs)


def test_the_figures_of_conlleval_are_ours() -> None:
    """Its manual: 459 phrases, 539 found, 371 correct; 68.83 %, 80.83 %, 74.35."""
    sums = np.zeros((1, 4))
    sums[0, [RIGHT, GOLD, PROPOSED]] = 371, 459, 539

    assert [0.6883, 0.8083, 0.7435] == measured(sums)[0, :3].round(4).tolist()


def test_the_example_of_semeval_scores_a_third_strictly() -> None:
    """Two of six right; one touches under its label, two have another label, one is missed, one spurious."""
    gold = [Span(0, 2, "BRAND"), *(Span(n, n + 4, label) for n, label in ((10, "DRUG"), (20, "DRUG")))]
    gold += [Span(30, 34, "DRUG"), Span(40, 44, "GROUP"), Span(50, 54, "GROUP")]
    found = [Span(5, 7, "BRAND"), Span(9, 14, "DRUG"), Span(20, 24, "BRAND"), Span(30, 34, "DRUG")]
    found += [Span(40, 44, "GROUP"), Span(51, 54, "DRUG")]
    micro = figures([gold], [found], ("BRAND", "DRUG", "GROUP"))[-2]

    assert [1 / 3, 1 / 3, 1 / 3] == pytest.approx(micro[:3])
    assert [2.5 / 6, 2.5 / 6, 2.5 / 6] == pytest.approx(micro[3:])


def test_an_exact_pair_comes_before_one_that_only_touches() -> None:
    counts = counted([[Span(0, 4, "ORG")]], [[Span(0, 2, "ORG"), Span(0, 4, "ORG")]], NAMES)

    assert [1, 0, 1, 2] == counts[0, 1, [RIGHT, TOUCHED, GOLD, PROPOSED]].tolist()


def test_spans_that_only_meet_share_nothing() -> None:
    assert [] == touching([Span(0, 2, "ORG")], [Span(2, 4, "ORG")])


def test_macro_is_the_mean_over_labels_that_the_gold_has() -> None:
    gold = [[Span(0, 1, "PERSON"), Span(2, 3, "ORG")]]
    found = [[Span(0, 1, "PERSON"), Span(4, 5, "GPE")]]

    assert [0.5, 0.5, 0.5] == figures(gold, found)[-1, :3].tolist()


def test_nothing_of_nothing_is_undefined() -> None:
    assert np.isnan(figures([[]], [[]])).all()


def test_sentence_labels_are_scored_as_others_score_them() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    random = np.random.default_rng(3)
    gold, found = (random.choice(NAMES, 60).tolist() for _ in range(2))
    scores = measured(counted_labels(gold, found, NAMES).sum(axis=0))

    assert metrics.f1_score(gold, found, average="macro") == pytest.approx(scores[-1, F1])
    assert metrics.accuracy_score(gold, found) == pytest.approx(scores[-2, MEASURES.index(("strict", "recall"))])


def test_a_sentence_without_a_gold_label_counts_nowhere_and_silence_is_wrong() -> None:
    counts = counted_labels([None, "ORG"], ["ORG", None], NAMES).sum(axis=0)

    assert [0, 0, 1, 0] == counts[1, [RIGHT, TOUCHED, GOLD, PROPOSED]].tolist()
