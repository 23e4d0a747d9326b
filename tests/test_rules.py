"""Which rule holds, whom it satisfies, and what is published then."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.approval import (
    Given,
    Rule,
    agreement,
    approve,
    case_name,
    counted,
    is_disputed,
    majority,
)
from builder.model import Sentence, Span
from builder.reading import Kind
from builder.reviewing import Annotation, Answer, Approval
from builder.schema import first_overlap

TEXT = "Maria met Tom in Berlin."
SENTENCE = Sentence("s1", "d", 0, 0, len(TEXT), Kind.BODY, "en", TEXT)
MARIA, TOM, BERLIN = Span(0, 5, "PERSON"), Span(10, 13, "PERSON"), Span(17, 23, "GPE")
ALL, TWO, NONE = Answer((MARIA, TOM, BERLIN), "event"), Answer((MARIA, TOM), "event"), Answer((), "event")
DECISION = Answer((MARIA,), "decision")


def annotation(author: str, task: str = "1:1", **body: object) -> Annotation:
    return Annotation(f"{task}:{author}", ("s1",), author, {"lead_time": 1.0, "updated_at": "2024-07-04", **body})


def given_by(author: str, answer: Answer, task: str = "1:1", **body: object) -> Given:
    return Given(annotation(author, task, **body), answer)


def by_people(*answers: Answer) -> list[Given]:
    return [given_by(author, answer) for author, answer in zip("abcdefghi", answers, strict=False)]


def settle(rule: str, *answers: Answer, labels: dict[str, str] | None = None) -> tuple[Answer, Approval] | str:
    return approve(SENTENCE, by_people(*answers), Rule.parse(rule, labels=labels), "digest")


def published(settled: tuple[Answer, Approval] | str) -> Answer:
    assert not isinstance(settled, str), settled
    return settled[0]


@pytest.mark.parametrize("text", ["single", "adjudicated", "agree:2", "agree:9", "agree:2:0.9", "agree:3:0"])
def test_a_rule_reads_as_it_is_written(text: str) -> None:
    assert text == str(Rule.parse(text))


def test_a_threshold_of_one_asks_for_equal_answers() -> None:
    assert Rule.parse("agree:2") == Rule.parse("agree:2:1.0")
    assert "2 people disagree" == settle("agree:2:1.0", ALL, TWO)


def test_people_who_agree_enough_approve_what_both_marked() -> None:
    assert TWO == published(settle("agree:2:0.8", ALL, TWO))


def test_people_who_agree_too_little_approve_nothing() -> None:
    assert 0.8 == agreement([ALL, TWO])
    assert "2 people disagree" == settle("agree:2:0.81", ALL, TWO)


def test_an_agreement_that_is_just_the_threshold_is_enough() -> None:
    assert TWO == published(settle("agree:3:0.8666666667", ALL, TWO, TWO))


@pytest.mark.parametrize("threshold", ["0", "0.5"])
def test_other_sentence_labels_are_never_agreement(threshold: str) -> None:
    assert "2 people disagree" == settle(f"agree:2:{threshold}", NONE, Answer((), "statement"))


def test_two_answers_without_spans_agree() -> None:
    assert NONE == published(settle("agree:2:0.9", NONE, NONE))


def test_of_three_people_two_decide_on_a_span() -> None:
    assert TWO == published(settle("agree:3:0.1", ALL, TWO, Answer((MARIA, TOM), "event")))
    assert ALL == published(settle("agree:3:0.1", ALL, ALL, NONE))


def test_everybody_counts_who_answered_not_only_as_many_as_are_needed() -> None:
    assert "3 people disagree" == settle("agree:2:0.9", ALL, ALL, NONE)


def test_an_approval_names_the_rule_that_held() -> None:
    settled = settle("single", DECISION, DECISION, labels={"decision": "agree:2"})

    assert not isinstance(settled, str)
    assert ("agree:2", ("a", "b"), False) == (settled[1].rule, settled[1].approvers, settled[1].is_party)


def test_a_label_with_a_rule_of_its_own_asks_for_more() -> None:
    rules = {"decision": "agree:2"}

    assert "1 of 2 people answered" == settle("single", DECISION, labels=rules)
    assert ALL == published(settle("single", ALL, labels=rules))


def test_an_entity_type_may_have_a_rule_too() -> None:
    rules = {"GPE": "agree:2"}

    assert "1 of 2 people answered" == settle("single", ALL, labels=rules)
    assert TWO == published(settle("single", TWO, labels=rules))


def test_a_label_may_ask_for_less_but_not_for_the_others() -> None:
    rules = {"event": "single"}

    assert NONE == published(settle("agree:2", NONE, labels=rules))
    assert "1 of 2 people answered" == settle("agree:2", TWO, labels=rules)


def test_a_label_that_only_one_of_them_chose_holds_for_all() -> None:
    assert "2 of 3 people answered" == settle("agree:2:0", ALL, TWO, labels={"GPE": "agree:3:0"})


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({"PERSON": "agree:2:0.5", "GPE": "agree:3:0.9"}, "agree:3:0.9"),
        ({"PERSON": "agree:3:0.5", "GPE": "agree:2:0.9"}, "agree:3:0.9"),
        ({"PERSON": "agree:3", "GPE": "agree:2:0.9"}, "agree:3"),
        ({"PERSON": "single", "GPE": "agree:2:0.9"}, "agree:2:0.9"),
        ({"PERSON": "adjudicated", "GPE": "agree:2"}, "adjudicated"),
        ({}, "single"),
    ],
)
def test_of_several_rules_the_strictest_holds(rules: dict[str, str], expected: str) -> None:
    assert expected == str(Rule.parse("single", labels=rules).over([ALL]))


def test_a_project_asks_for_the_people_of_its_most_demanding_label() -> None:
    assert 4 == Rule.parse("agree:2", labels={"decision": "agree:4", "event": "single"}).most


def test_under_the_adjudicated_rule_people_alone_approve_nothing() -> None:
    assert "waits for an adjudicator" == settle("adjudicated", ALL, ALL)


def test_an_adjudicator_waits_for_one_person_of_each_group() -> None:
    rule = Rule.parse("adjudicated", groups=2)

    assert "1 of 2 people answered" == approve(SENTENCE, by_people(ALL), rule, "digest")
    assert (False, True) == (is_disputed(by_people(ALL), rule), is_disputed(by_people(ALL, ALL), rule))


def test_a_decision_approves_and_names_all_that_it_settled() -> None:
    people, judge = by_people(ALL, NONE), given_by("judge", TWO, "2:1")
    answer, approval = approve(SENTENCE, people, Rule(2), "digest", [judge])  # type: ignore[misc]

    assert TWO == answer
    assert ("adjudicated", ("judge",), False) == (approval.rule, approval.approvers, approval.is_party)
    assert tuple(one.annotation.content for one in (*people, judge)) == approval.contents


def test_an_adjudicator_who_had_answered_is_said_to_be_a_party() -> None:
    _, approval = approve(SENTENCE, by_people(ALL, NONE), Rule(2), "digest", [given_by("a", TWO, "2:1")])  # type: ignore[misc]

    assert approval.is_party


def test_adjudicators_who_disagree_approve_nothing() -> None:
    judges = [given_by("x", TWO, "2:1"), given_by("y", ALL, "2:1")]

    assert "2 adjudicators disagree" == approve(SENTENCE, by_people(ALL, NONE), Rule(2), "digest", judges)


def test_a_case_is_named_by_who_said_what_and_not_by_where_or_when() -> None:
    given, moved = by_people(ALL, NONE), [given_by("b", NONE, "7:2", lead_time=9.0), given_by("a", ALL, "7:1")]

    assert case_name(given) == case_name(moved)
    assert 4 == len({case_name(one) for one in (given, by_people(ALL), by_people(ALL, TWO), by_people(NONE, ALL))})


def test_of_several_answers_to_a_task_the_one_counts_that_was_changed_last() -> None:
    later, earlier = given_by("a", ALL, updated_at="2024-07-05"), given_by("a", NONE, updated_at="2024-07-04")

    assert [later] == counted([later, earlier])
    assert ALL == published(approve(SENTENCE, [later, earlier], Rule(), "digest"))


def test_whoever_answers_two_tasks_differently_has_not_made_up_their_mind() -> None:
    both = [given_by("a", ALL, "1:1"), given_by("a", NONE, "3:1")]

    assert "one person gave different answers in two tasks" == approve(SENTENCE, both, Rule(), "digest")
    assert is_disputed(both, Rule())
    assert TWO == published(approve(SENTENCE, both, Rule(), "digest", [given_by("judge", TWO, "9:1")]))


def test_what_a_person_says_alike_in_two_tasks_counts_once() -> None:
    both = [given_by("a", ALL, "1:1", updated_at="2024-07-05"), given_by("a", ALL, "3:1")]

    assert both[:1] == counted(both)
    assert "1 of 2 people answered" == approve(SENTENCE, both, Rule(2), "digest")


def test_answers_marked_as_ground_truth_that_contradict_each_other_wait_for_an_adjudicator() -> None:
    both = [given_by("a", ALL, ground_truth=True), given_by("b", NONE, ground_truth=True)]
    reason = "2 answers contradict each other, and each is marked as ground truth"

    assert reason == approve(SENTENCE, both, Rule.parse("agree:2:0"), "digest")
    assert is_disputed(both, Rule())


def test_a_sentence_is_disputed_when_all_needed_answers_disagree() -> None:
    rule = Rule.parse("agree:2")

    assert [False, False, True] == [
        is_disputed(given, rule) for given in (by_people(ALL), by_people(ALL, ALL), by_people(ALL, NONE))
    ]


PLACES = [Span(s, e, label) for s, e in combinations(range(5), 2) for label in ("PERSON", "GPE")]


@st.composite
def flat_answers(draw: st.DrawFn) -> Answer:
    spans: list[Span] = []
    for span in draw(st.lists(st.sampled_from(PLACES), max_size=4)):
        if not any(span.overlaps(other) for other in spans):
            spans.append(span)
    return Answer(tuple(sorted(spans)), "event")


@settings(max_examples=300)
@given(st.lists(flat_answers(), min_size=1, max_size=5))
def test_what_most_marked_never_overlaps_where_no_one_marked_overlapping_spans(answers: list[Answer]) -> None:
    assert first_overlap(majority(answers).entities) is None


@settings(max_examples=300)
@given(st.lists(flat_answers(), min_size=2, max_size=5), st.randoms())
def test_agreement_is_a_share_that_knows_no_order_and_is_whole_only_for_equal_answers(answers, random) -> None:
    mixed = random.sample(answers, len(answers))

    assert 0 <= agreement(answers) <= 1
    assert pytest.approx(agreement(answers)) == agreement(mixed)
    assert majority(answers) == majority(mixed)
    assert (1.0 == agreement(answers)) == (1 == len(set(answers)))
