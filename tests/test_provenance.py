"""What became of every proposal, and where every approved span came from."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.model import Entity, Label, Prediction, Span
from builder.provenance import compare, gold_of, paired
from builder.reviewing import Action, Answer, Approval, GoldSpan

APPROVAL = Approval("s", ("c",), "t", "d", ("li@x.org",), "single", "2024-07-04")
SPANS = st.builds(
    lambda start, length, label: Span(start, start + length, label),
    st.integers(0, 12),
    st.integers(1, 6),
    st.sampled_from(("PERSON", "ORG")),
)
PROPOSALS = st.lists(st.builds(Entity, SPANS, st.sampled_from((0.5, 0.9)), st.just(("a@1",))), max_size=6)
ANSWERS = st.sets(SPANS, max_size=6).map(tuple)

CROWDED = st.sets(
    st.builds(lambda start, n: Span(start, start + n, "ORG"), st.integers(0, 9), st.integers(1, 6)), max_size=4
)


def proposed(start: int, end: int, label: str, score: float = 0.5) -> Entity:
    return Entity(Span(start, end, label), score, ("a@1",))


def actions(proposals: list[Entity], *spans: Span) -> list[Action]:
    return [told.action for told in compare(proposals, spans)[0]]


@given(PROPOSALS, ANSWERS)
def test_every_approved_span_is_told_exactly_once(proposals: list[Entity], spans: tuple[Span, ...]) -> None:
    assert sorted(spans) == [told.span for told in compare(proposals, spans)[0]]


@given(PROPOSALS, ANSWERS)
def test_every_proposal_is_used_once_or_rejected(proposals: list[Entity], spans: tuple[Span, ...]) -> None:
    gold, rejected = compare(proposals, spans)
    used = sum(told.action is not Action.ADDED for told in gold)

    assert len(proposals) == used + len(rejected)
    assert not Counter(rejected) - Counter(proposals)


@given(PROPOSALS, ANSWERS)
def test_an_added_span_names_no_proposer_and_any_other_does(proposals: list[Entity], spans: tuple[Span, ...]) -> None:
    wrong = [told for told in compare(proposals, spans)[0] if (told.action is Action.ADDED) == bool(told.proposed_by)]

    assert [] == wrong


@given(PROPOSALS, ANSWERS)
def test_a_proposal_that_stands_in_the_answer_is_accepted(proposals: list[Entity], spans: tuple[Span, ...]) -> None:
    expected = {entity.span for entity in proposals} & set(spans)

    assert expected == {told.span for told in compare(proposals, spans)[0] if told.action is Action.ACCEPTED}


@given(PROPOSALS, ANSWERS, st.data())
def test_the_order_of_proposals_and_spans_does_not_matter(
    proposals: list[Entity], spans: tuple[Span, ...], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(proposals)), tuple(data.draw(st.permutations(spans)))

    assert compare(proposals, spans) == compare(*shuffled)


@pytest.mark.parametrize(
    ("span", "action"),
    [
        (Span(2, 5, "ORG"), Action.ACCEPTED),
        (Span(2, 5, "GPE"), Action.RELABELLED),
        (Span(2, 6, "ORG"), Action.MOVED),
        (Span(4, 9, "ORG"), Action.MOVED),
        (Span(5, 9, "ORG"), Action.ADDED),
        (Span(2, 6, "GPE"), Action.ADDED),
    ],
)
def test_a_change_is_named(span: Span, action: Action) -> None:
    assert [action] == actions([proposed(2, 5, "ORG")], span)


def test_of_two_proposals_the_one_that_shares_most_was_moved() -> None:
    (told,), rejected = compare([proposed(0, 3, "ORG", 0.5), proposed(3, 9, "ORG", 0.9)], (Span(2, 9, "ORG"),))

    assert (0.9, (proposed(0, 3, "ORG", 0.5),)) == (told.score, rejected)


def test_of_two_spans_the_one_that_shares_most_was_moved() -> None:
    """The other, although it stands first, takes what is left."""
    proposals = [proposed(4, 12, "ORG", 0.9), proposed(0, 1, "ORG", 0.5)]
    first, second = compare(proposals, (Span(0, 6, "ORG"), Span(6, 12, "ORG")))[0]

    assert [(Action.MOVED, 0.5), (Action.MOVED, 0.9)] == [(told.action, told.score) for told in (first, second)]


@given(CROWDED.map(lambda spans: [Entity(span, 0.5, ("a@1",)) for span in spans]), CROWDED.map(tuple))
def test_what_could_have_been_moved_shares_no_more_than_what_was(
    proposals: list[Entity], spans: tuple[Span, ...]
) -> None:
    fates = paired(proposals, spans)
    moved = [(proposal, span) for proposal, span, action in fates if action is Action.MOVED and proposal and span]
    rejected = [proposal for proposal, span, _ in fates if proposal and span is None]
    added = [span for proposal, span, _ in fates if span and proposal is None]
    most_of_proposals = [(one.span, shared(one.span, span)) for one, span in moved] + [(p.span, 0) for p in rejected]
    most_of_spans = [(span, shared(one.span, span)) for one, span in moved] + [(span, 0) for span in added]

    assert all(
        shared(one, other) <= max(most, its_most)
        for one, most in most_of_proposals
        for other, its_most in most_of_spans
        if one.label == other.label
    )


def shared(one: Span, other: Span) -> int:
    return min(one.end, other.end) - max(one.start, other.start)


def test_a_proposal_accepted_as_it_stands_is_not_moved_for_an_earlier_span() -> None:
    assert [Action.ADDED, Action.ACCEPTED] == actions([proposed(2, 6, "ORG")], Span(0, 3, "ORG"), Span(2, 6, "ORG"))


def test_without_a_prediction_everything_was_added() -> None:
    gold = gold_of(None, Answer((Span(0, 2, "ORG"),), "event"), APPROVAL)

    assert ((GoldSpan(Span(0, 2, "ORG"), Action.ADDED),), Action.ADDED, ()) == (
        gold.entities, gold.label_action, gold.rejected,
    )  # fmt: skip


@pytest.mark.parametrize(("shown", "action"), [("event", Action.ACCEPTED), ("statement", Action.RELABELLED)])
def test_the_sentence_label_has_its_story_too(shown: str, action: Action) -> None:
    prediction = Prediction("s", "combine@1", (), Label(shown, 0.7, ("cues@1",)))
    gold = gold_of(prediction, Answer((), "event"), APPROVAL)

    assert (action, ("cues@1",), 0.7) == (gold.label_action, gold.label_proposed_by, gold.label_score)
