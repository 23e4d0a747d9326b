"""Spans: figures that others published, a plain second computation, and laws."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.agreement import Reviewed, report, spans
from builder.agreement.subjects import of_spans
from builder.evaluation.scores import MEASURES, counted, measured
from builder.model import Span
from builder.reviewing import Answer
from tests.agreement.drawn import LENGTH, NAMES, PEOPLE, flat_spans, marked, renamed, reviews, row, value

AB = PEOPLE[:2]
Segment = tuple[int, int, str | None]

# Content Analysis (4th edition, 2019), figure 12.11, p. 340: a continuum of 60, three people, seven values.
ALEX = [(0, 7, "1"), (7, 13, "2"), (30, 32, "5"), (32, 37, "6"), (37, 44, "6"), (44, 60, "7")]
PAUL = [(0, 7, "1"), (7, 13, "3"), (13, 21, "5"), (32, 44, "6")]
SUZAN = [(0, 7, "1"), (7, 13, "4"), (13, 21, "5"), (32, 37, "6"), (37, 41, "6"), (41, 44, "6")]


def test_alpha_is_what_krippendorff_published_in_2019() -> None:
    """The figure as the R package quallmer transcribes it: uα = 0.510."""
    assert round(value([marked(60, ALEX, PAUL, SUZAN)], "span_alpha"), 3) == 0.510


def segments(answer: Answer, length: int, label: str | None) -> list[Segment]:
    """Part a sentence into units and gaps; if a label is named, the others are gap."""
    found, place = list[Segment](), 0
    for span in sorted(answer.entities):
        if label in (None, span.label):
            found += [(place, span.start, None)] * (place < span.start) + [(span.start, span.end, span.label)]
            place = span.end
    return [*found, *[(place, length, None)] * (place < length)]


def plain_alpha(found: Iterable[Reviewed], label: str | None = None) -> float | None:
    """Compute uα from its definition, segment by segment (2019, equations 32 to 34), m counted per sentence."""
    observed, alike = defaultdict[tuple[str | None, str | None], Fraction](Fraction), defaultdict[str | None, int](int)
    for one in found:
        parts = [segments(answer, one.length, label) for answer in one.answers.values()]
        if len(parts) < 2:
            continue
        for mine, theirs in permutations(parts, 2):
            for (a, b, c), (d, e, k) in ((x, y) for x in mine for y in theirs):
                observed[c, k] += Fraction(max(0, min(b, e) - max(a, d)), len(parts) - 1)
        for start, end, name in (segment for part in parts for segment in part):
            alike[name] += end - start if name is None else (end - start) ** 2
    mass = {c: sum(much for (x, _), much in observed.items() if x == c) for c in alike}
    total = sum(mass.values())
    expected = sum(mass[c] * mass[k] for c in mass for k in mass if c != k)
    if not expected:
        return None
    differing = sum(much for (c, k), much in observed.items() if c != k)
    return float(1 - differing / (total * expected / (total**2 - sum(alike.values()))))


@settings(max_examples=40, deadline=None)
@given(reviews())
def test_alpha_is_that_of_a_plain_computation(found: list[Reviewed]) -> None:
    used = sorted({span.label for one in found for answer in one.answers.values() for span in answer.entities})

    told = report(found, draws=2)

    for name in (None, *used):
        assert pytest.approx(plain_alpha(found, name), abs=1e-6) == row(told, "span_alpha", name).value


@settings(max_examples=40, deadline=None)
@given(reviews())
def test_alpha_is_one_exactly_where_something_varies_and_all_mark_each_character_alike(found: list[Reviewed]) -> None:
    shared = [one for one in found if 1 < len(one.answers)]
    painted = [[painting(answer) for answer in one.answers.values()] for one in shared]
    agree = all(len(set(of_one)) == 1 for of_one in painted)
    vary = 1 < len({colour for of_one in painted for each in of_one for colour in each})

    assert (agree and vary) == (value(found, "span_alpha") == 1)


def painting(answer: Answer) -> tuple[str, ...]:
    """Give each character the label over it."""
    over = [next((span.label for span in answer.entities if span.start <= n < span.end), "") for n in range(LENGTH)]
    return tuple(over)


@settings(max_examples=40, deadline=None)
@given(flat_spans(), flat_spans(), st.integers(0, 40), st.integers(0, 40))
def test_cutting_a_gap_in_two_changes_no_alpha(one: tuple, other: tuple, gap: int, cut: int) -> None:
    """So sentences may be laid end to end, in any order."""
    extra = max(gap, cut)
    whole = [marked(LENGTH + extra, triples(one), triples(other), sentence="a")]
    parted = [marked(LENGTH, triples(one), triples(other), sentence="a")]
    parted += [marked(extra, [], [], sentence="b")] if extra else []

    assert value(whole, "span_alpha") == value(parted, "span_alpha")


def triples(found: Sequence[Span]) -> list[tuple[int, int, str]]:
    return [(span.start, span.end, span.label) for span in found]


@settings(max_examples=40, deadline=None)
@given(reviews(AB))
def test_f1_is_that_of_evaluation_with_the_one_as_gold_of_the_other(found: list[Reviewed]) -> None:
    pairs = [[one.answers[person].entities for person in AB] for one in found if len(one.answers) == 2]
    if not pairs:
        return
    gold, proposed = ([list(pair[side]) for pair in pairs] for side in (0, 1))
    scores = measured(counted(gold, proposed, NAMES).sum(axis=0))[:, MEASURES.index(("strict", "f1"))]
    used = {span.label for one in found for answer in one.answers.values() for span in answer.entities}
    told = report(found, draws=2)

    for name, score in zip((*NAMES, None), scores[:-1], strict=True):
        if name in {None, *used}:
            expected = None if np.isnan(score) else pytest.approx(score, abs=1e-6)
            assert expected == row(told, "span_f1", name, AB).value


@settings(max_examples=40, deadline=None)
@given(reviews())
def test_new_names_for_labels_change_no_figure(found: list[Reviewed]) -> None:
    told, other = report(found, draws=2), report(renamed(found, labels=dict(zip(NAMES, "zyx", strict=True))), draws=2)

    for statistic in ("span_f1", "span_alpha"):
        assert row(told, statistic).value == row(other, statistic).value


@settings(max_examples=40, deadline=None)
@given(reviews(PEOPLE[:3]))
def test_people_may_change_places(found: list[Reviewed]) -> None:
    told, other = report(found, draws=2), report(renamed(found, people=dict(zip(PEOPLE, "xwv", strict=False))), draws=2)

    for statistic in ("span_f1", "span_alpha"):
        assert row(told, statistic).value == row(other, statistic).value


def test_spans_drawn_by_lot_agree_as_chance_would() -> None:
    lots = np.random.default_rng(0)
    found = [
        marked(30, *[[(at := int(lots.integers(26)), at + 4, lots.choice(NAMES))] for _ in range(3)], sentence=str(n))
        for n in range(3000)
    ]

    assert abs(value(found, "span_alpha")) < 0.03
    assert abs(value(found, "span_alpha", "ORG")) < 0.03


def test_alpha_does_not_see_where_one_unit_ends_and_its_like_begins_but_f1_does() -> None:
    found = [marked(9, [(0, 4, "PERSON")], [(0, 2, "PERSON"), (2, 4, "PERSON")])]

    assert [1.0, 0.0] == [value(found, "span_alpha"), value(found, "span_f1")]


def test_f1_over_all_people_counts_every_answer_once() -> None:
    """Three agree on one sentence (three pairs, weight 1/2 each), two of them differ on another (one pair)."""
    one, other = [(0, 2, "ORG")], [(1, 3, "ORG")]
    found = [marked(5, one, one, one, sentence="a"), marked(5, one, other, sentence="b")]

    assert pytest.approx(3 / 5, abs=1e-6) == value(found, "span_f1")


def test_a_span_given_twice_counts_once() -> None:
    found = [marked(5, [(0, 2, "ORG"), (0, 2, "ORG")], [(0, 2, "ORG")])]

    assert [1.0, 1.0] == [value(found, "span_f1"), value(found, "span_alpha")]


def test_overlapping_spans_have_f1_and_alpha_of_a_label_by_itself_but_no_alpha_of_all() -> None:
    found = [marked(9, [(0, 4, "ORG"), (0, 2, "GPE")], [(0, 4, "ORG")])]

    assert [None, 1.0] == [value(found, "span_alpha", label) for label in (None, "ORG")]
    assert pytest.approx(2 / 3, abs=1e-6) == value(found, "span_f1")


@settings(max_examples=40, deadline=None)
@given(reviews(), st.integers(1, 9))
def test_comparing_few_spans_at_a_time_counts_the_same(found: list[Reviewed], few: int) -> None:
    subject = of_spans(found, NAMES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spans, "_AT_ONCE", few)
        again = of_spans(found, NAMES)

    assert np.array_equal(subject.counts, again.counts)
