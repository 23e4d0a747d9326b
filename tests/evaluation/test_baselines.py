"""Union and majority vote: what a combination has to beat."""

from __future__ import annotations

from hypothesis import given

from builder.evaluation.baselines import abilities, majority, union
from builder.model import Entity, Prediction, Span
from tests.evaluation.drawn import flat_spans

LONG, SHORT = Span(0, 4, "ORG"), Span(0, 2, "GPE")


def said(annotator: str, *spans: Span, score: float = 0.5) -> Prediction:
    return Prediction("s", annotator, tuple(Entity(span, score, (annotator,)) for span in spans))


def spans(entities: tuple[Entity, ...]) -> list[Span]:
    return [entity.span for entity in entities]


def test_the_union_keeps_the_longest_of_spans_that_overlap() -> None:
    found = union([said("a", SHORT, score=0.9), said("b", LONG), Prediction("s", "c")])

    assert (Entity(LONG, 0.5, ("b",)),) == found


def test_the_union_keeps_the_best_score_and_names_everyone() -> None:
    assert (Entity(LONG, 0.9, ("a", "b")),) == union([said("a", LONG, score=0.9), said("b", LONG, score=0.2)])


def test_more_than_half_of_those_who_looked_must_agree() -> None:
    three = [said("a", LONG), said("b", LONG), said("c", SHORT)]
    able = {"ORG": frozenset("abc"), "GPE": frozenset("abc")}

    assert (Entity(LONG, 2 / 3, ("a", "b")),) == majority(three, able)
    assert () == majority([said("a", LONG), said("b")], able)


def test_who_abstains_or_never_proposes_a_label_has_no_vote_on_it() -> None:
    able = {"ORG": frozenset("ab")}

    assert [LONG] == spans(majority([said("a", LONG), Prediction("s", "b"), said("c")], able))


def test_abilities_are_told_from_all_predictions() -> None:
    assert {"ORG": {"a", "b"}, "GPE": {"b"}} == abilities([said("a", LONG), said("b", LONG, SHORT), said("c")])


@given(flat_spans(), flat_spans())
def test_no_baseline_proposes_spans_that_overlap(one: list[Span], other: list[Span]) -> None:
    predictions = [said("a", *one), said("b", *other)]
    for found in (union(predictions), majority(predictions, abilities(predictions))):
        ordered = spans(found)
        assert sorted(ordered) == ordered
        assert not any(a.overlaps(b) for a, b in zip(ordered, ordered[1:], strict=False))
        assert set(ordered) <= {*one, *other}
