"""Pairs of answers: who meets whom, with which weight, and what is refused."""

from __future__ import annotations

import pytest

from builder.agreement import Reviewed
from builder.agreement.pairing import paired, people_of
from builder.errors import Rejected
from builder.model import Span
from builder.reviewing import Answer

NOTHING = Answer((), None)


def of(*people: str) -> Reviewed:
    return Reviewed("s", "d", "zh", 5, dict.fromkeys(people, NOTHING))


def test_every_two_people_meet_once_in_alphabetical_order() -> None:
    pairs = paired([of("carla", "anna", "ben")], lambda answer: True)

    assert [("anna", "ben"), ("anna", "carla"), ("ben", "carla")] == [pairs.people[two] for two in pairs.two]
    assert [(0, 1), (0, 2), (1, 2)] == list(zip(pairs.first, pairs.second, strict=True))


def test_the_pairs_of_a_sentence_weigh_as_many_halves_as_it_has_answers() -> None:
    pairs = paired([of("a", "b"), of("a", "b", "c"), of("a", "b", "c", "d")], lambda answer: True)

    assert pytest.approx((2 + 3 + 4) / 2) == pairs.weight.sum()


def test_a_single_answer_meets_nobody() -> None:
    assert 0 == len(paired([of("anna"), of()], lambda answer: True).review)


def test_what_does_not_count_is_left_out() -> None:
    given = Reviewed("s", "d", "zh", 5, {"a": NOTHING, "b": Answer((), "event"), "c": Answer((), "event")})
    pairs = paired([given], lambda answer: answer.label is not None)

    assert [("b", "c")] == [pairs.people[two] for two in pairs.two]


def test_everybody_who_answered_anything_is_known() -> None:
    assert [("a", "b"), ("a", "c"), ("b", "c")] == people_of([of("a", "c"), of("b")])


def test_a_span_beyond_its_sentence_is_refused() -> None:
    with pytest.raises(Rejected, match="a span of anna ends beyond its 5 characters"):
        Reviewed("s", "d", "zh", 5, {"anna": Answer((Span(3, 6, "ORG"),), None)})
