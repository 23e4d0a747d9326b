"""What makes an answer publishable, and what does not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.approval import Given, Rule, approve, objection
from builder.model import Sentence, Span, text_digest
from builder.reading import Kind
from builder.reviewing import Annotation, Answer, Approval

SENTENCE = Sentence("s1", "d", 0, 0, 4, Kind.BODY, "zh", "会议开幕")
EVENT, STATEMENT = Answer((Span(0, 2, "EVENT"),), "event"), Answer((), "statement")


def annotation(author: str = "li@x.org", **body: Any) -> Annotation:
    sound = {"lead_time": 3.2, "was_cancelled": False, "updated_at": "2024-07-04T10:00:00Z"}
    return Annotation(f"{author}#1", ("s1",), author, {**sound, **body})


def given_by(author: str, answer: Answer = EVENT, **body: Any) -> Given:
    return Given(annotation(author, **body), answer)


def settle(people: int, *given: Given) -> tuple[Answer, Approval] | str:
    return approve(SENTENCE, given, Rule(people), "digest")


@pytest.mark.parametrize("text", ["single", *(f"agree:{n}" for n in range(2, 10))])
def test_a_rule_reads_as_it_is_written(text: str) -> None:
    assert text == str(Rule.parse(text))


def test_a_submission_in_the_interface_is_a_persons() -> None:
    assert objection(annotation(), Rule()) is None


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (annotation(was_cancelled=True), "skipped"),
        (annotation(""), "the server does not say who answered"),
        (annotation(import_id=7), "imported, not submitted by a person"),
        (annotation(lead_time=None), "not submitted in the Label Studio interface"),
    ],
)
def test_anything_else_is_objected_to(changed: Annotation, reason: str) -> None:
    assert reason == objection(changed, Rule())


def test_a_trusted_account_may_answer_through_the_api() -> None:
    assert objection(annotation("bot@x.org", lead_time=None), Rule(1, frozenset({"bot@x.org"}))) is None


def test_a_trusted_account_that_skipped_has_not_answered() -> None:
    assert "skipped" == objection(annotation("bot@x.org", was_cancelled=True), Rule(1, frozenset({"bot@x.org"})))


def test_trust_in_one_account_is_no_trust_in_another() -> None:
    rule = Rule.parse("single", ["bot@x.org"])

    assert objection(annotation("other@x.org", lead_time=None), rule) is not None


def test_one_submission_is_enough_for_the_single_rule() -> None:
    only = given_by("li@x.org")

    assert (
        EVENT,
        Approval("s1", (only.annotation.content,), text_digest("会议开幕"), "digest", ("li@x.org",), "single",
                 "2024-07-04T10:00:00Z"),
    ) == settle(1, only)  # fmt: skip


def test_agreement_needs_as_many_people_as_the_rule_says() -> None:
    assert "1 of 2 people answered" == settle(2, given_by("li@x.org"))


def test_one_person_who_answers_twice_is_one_person() -> None:
    assert "1 of 2 people answered" == settle(2, given_by("li@x.org"), given_by("li@x.org", lead_time=9.0))


def test_the_last_answer_of_a_person_counts() -> None:
    settled = settle(1, given_by("li@x.org", STATEMENT), given_by("li@x.org", EVENT))

    assert EVENT == settled[0]


def test_disagreement_is_not_settled_by_anyone() -> None:
    assert "3 people disagree" == settle(2, given_by("a"), given_by("b"), given_by("c", STATEMENT))


def test_disagreement_stops_the_single_rule_too() -> None:
    assert "2 people disagree" == settle(1, given_by("a"), given_by("b", STATEMENT))


def test_nobody_is_not_enough() -> None:
    assert "0 of 1 people answered" == settle(1)


def test_an_approval_is_as_late_as_its_latest_answer() -> None:
    early, late = given_by("b", updated_at="2024-07-04T10:00:00Z"), given_by("a", updated_at="2024-07-05T10:00:00Z")
    settled = settle(2, early, late)

    assert not isinstance(settled, str)
    assert ("2024-07-05T10:00:00Z", ("a", "b")) == (settled[1].at, settled[1].approvers)


@given(st.permutations([given_by(name) for name in "abcd"]))
def test_the_order_in_which_people_answered_does_not_matter(given: list[Given]) -> None:
    assert settle(4, *(given_by(name) for name in "abcd")) == settle(4, *given)
