"""What was taken for what."""

from __future__ import annotations

from collections import Counter

from hypothesis import given

from builder.evaluation.confusion import label_confusion, mistakes, span_confusion
from builder.model import Span
from tests.evaluation.drawn import gold_and_proposed, sentences


@given(gold_and_proposed)
def test_every_span_is_counted_once_on_its_side(pairs: list[tuple[list[Span], list[Span]]]) -> None:
    gold, proposed = [list(side) for side in zip(*pairs, strict=True)]
    cells = span_confusion(gold, proposed)

    assert sum(map(len, gold)) == sum(n for (want, _), n in cells.items() if want is not None)
    assert sum(map(len, proposed)) == sum(n for (_, have), n in cells.items() if have is not None)
    assert (None, None) not in cells


@given(sentences)
def test_a_perfect_proposal_fills_the_diagonal_only(gold: list[list[Span]]) -> None:
    assert Counter((span.label, span.label) for spans in gold for span in spans) == span_confusion(gold, gold)


def test_equal_bounds_pair_before_a_shared_character() -> None:
    gold = [[Span(0, 4, "ORG")]]
    proposed = [[Span(0, 4, "GPE"), Span(2, 3, "ORG")]]

    assert {("ORG", "GPE"): 1, (None, "ORG"): 1} == span_confusion(gold, proposed)


def test_a_moved_span_of_the_same_label_pairs_before_one_of_another() -> None:
    gold = [[Span(0, 4, "ORG"), Span(5, 9, "GPE")]]
    proposed = [[Span(3, 6, "GPE")]]

    assert {("GPE", "GPE"): 1, ("ORG", None): 1} == span_confusion(gold, proposed)


def test_sentence_labels_are_crossed_where_the_gold_has_one() -> None:
    found = label_confusion(["event", "event", None], ["event", None, "event"])

    assert {("event", "event"): 1, ("event", None): 1} == found


def test_mistakes_are_counted_by_covered_text() -> None:
    gold, proposed = [[Span(0, 2, "GPE")], [Span(0, 2, "GPE")]], [[Span(0, 2, "ORG")], []]

    assert ({("河畔", "ORG"): 1}, {("河畔", "GPE"): 2}) == mistakes(["河畔说", "河畔社"], gold, proposed)


def test_labels_of_the_same_bounds_pair_with_themselves() -> None:
    both = [[Span(0, 4, "GPE"), Span(0, 4, "ORG")]]

    assert {("GPE", "GPE"): 1, ("ORG", "ORG"): 1} == span_confusion(both, both)
