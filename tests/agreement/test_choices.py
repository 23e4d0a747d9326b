"""Sentence labels: figures that others published, a plain second computation, and laws."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from sklearn.metrics import cohen_kappa_score

from builder.agreement import Reviewed, report
from tests.agreement.drawn import CHOICES, PEOPLE, labelled, renamed, reviews, row, value

AB = PEOPLE[:2]
COHEN_1960 = ((88, 14, 18), (10, 40, 10), (2, 6, 12))
KRIPPENDORFF_1980 = ("121412132", "122442232", "122442332")
BERTHA, BILL = "001111111100001111110000", "000011110000000110000000"


def chosen_as_in(table: Sequence[Sequence[int]]) -> list[Reviewed]:
    """Make sentences of a table of how often which two labels were chosen."""
    names = range(len(table))
    pairs = [(str(a), str(b)) for a in names for b in names for _ in range(table[a][b])]
    return labelled([a for a, _ in pairs], [b for _, b in pairs])


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (("0100000010", "1110010000"), 0.095),
        (("aabbdcccedda", "babbbccceddd"), 0.692),
        (("123321412...", "1233224125.3", ".3332342251.", "1233244125 1.".replace(" ", "")), 0.743),
    ],
    ids=["A: two people, two values", "B: two people, five values", "C: four people, missing values"],
)
def test_alpha_is_what_krippendorff_published_in_2011(columns: Sequence[str], expected: float) -> None:
    """Computing Krippendorff's Alpha-Reliability, examples A, B and C."""
    assert expected == round(value(labelled(*columns), "label_alpha"), 3)


@pytest.mark.parametrize(("label", "expected"), [(None, 0.642), ("1", 0.381), ("2", 0.711), ("3", 0.717), ("4", 0.764)])
def test_alpha_per_label_is_what_dkpro_has_for_krippendorff_1980(label: str | None, expected: float) -> None:
    """Content Analysis (1980), p. 139: three people, nine units; the figures as DKPro Statistics asserts them."""
    assert expected == round(value(labelled(*KRIPPENDORFF_1980), "label_alpha", label), 3)


def test_kappa_is_what_cohen_published_in_1960() -> None:
    """A Coefficient of Agreement for Nominal Scales, p. 45: 200 cases, three categories."""
    assert round(value(chosen_as_in(COHEN_1960), "label_kappa", pair=AB), 3) == 0.492


def test_kappa_and_alpha_are_what_krippendorff_published_in_1995() -> None:
    """On the Reliability of Unitizing Continuous Data, p. 57: example A, each of its 24 places judged by itself."""
    found = labelled(BERTHA, BILL)

    assert [0.385, 0.329] == [round(value(found, name, pair=AB), 3) for name in ("label_kappa", "label_alpha")]


@settings(max_examples=40, deadline=None)
@given(reviews(AB))
def test_kappa_is_scikit_learns(found: list[Reviewed]) -> None:
    both = [[one.answers[person].label for person in AB] for one in found if len(one.answers) == 2]
    pairs = [pair for pair in both if None not in pair]
    if {len(one.answers) for one in found} == {0} or not pairs or len({label for pair in pairs for label in pair}) < 2:
        return
    expected = [cohen_kappa_score(*zip(*pairs, strict=True))]
    names = sorted({label for pair in pairs for label in pair})
    expected += [cohen_kappa_score(*zip(*[(a == x, b == x) for a, b in pairs], strict=True)) for x in names]

    told = report(found, draws=2)

    assert expected == pytest.approx([row(told, "label_kappa", name, AB).value for name in (None, *names)], abs=1e-6)


def plain_alpha(units: Sequence[Sequence[str]]) -> float | None:
    """Compute nominal alpha from its definition: every two values of a unit against every two values of all."""
    pairable = [unit for unit in units if 1 < len(unit)]
    values = [chosen for unit in pairable for chosen in unit]
    n = len(values)
    observed = sum(Fraction(a != b, len(unit) - 1) for unit in pairable for a, b in permutations(unit, 2))
    expected = sum(a != b for a, b in permutations(values, 2))
    return float(1 - (observed / n) / Fraction(expected, n * (n - 1))) if expected else None


@settings(max_examples=40, deadline=None)
@given(reviews())
def test_alpha_is_that_of_a_plain_computation(found: list[Reviewed]) -> None:
    units = [[answer.label for answer in one.answers.values() if answer.label] for one in found]

    told = report(found, draws=2)

    for name in (None, *sorted({label for unit in units for label in unit})):
        expected = plain_alpha([[label if name is None else str(label == name) for label in unit] for unit in units])
        assert pytest.approx(expected, abs=1e-6) == row(told, "label_alpha", name).value


@settings(max_examples=40, deadline=None)
@given(reviews())
def test_alpha_is_one_exactly_where_labels_vary_and_all_agree(found: list[Reviewed]) -> None:
    units = [{answer.label for answer in one.answers.values() if answer.label} for one in found if several(one)]
    agree, vary = all(len(unit) == 1 for unit in units), 1 < len(set().union(*units))

    assert (agree and vary) == (value(found, "label_alpha") == 1)


def several(one: Reviewed) -> bool:
    return 1 < sum(answer.label is not None for answer in one.answers.values())


@settings(max_examples=40, deadline=None)
@given(reviews())
def test_new_names_for_labels_change_no_figure(found: list[Reviewed]) -> None:
    other = renamed(found, labels=dict(zip(CHOICES, ("z", "y", "x"), strict=True)))

    assert value(found, "label_alpha") == value(other, "label_alpha")


@settings(max_examples=40, deadline=None)
@given(reviews(AB))
def test_two_people_may_change_places(found: list[Reviewed]) -> None:
    other = renamed(found, people=dict(zip(AB, reversed(AB), strict=True)))

    for statistic in ("label_kappa", "label_alpha"):
        assert either(found, statistic) == either(other, statistic)


def either(found: list[Reviewed], statistic: str) -> float | None:
    """Give the figure of the two, if both answered anything."""
    names = {name for one in found for name in one.answers}
    return value(found, statistic, pair=AB) if names == set(AB) else None


def test_labels_drawn_by_lot_agree_as_chance_would() -> None:
    lots = np.random.default_rng(0).choice(list("aaab"), size=(3, 4000))
    found = labelled(*lots)

    assert abs(value(found, "label_alpha")) < 0.02
    assert abs(value(found, "label_kappa", pair=AB)) < 0.03
