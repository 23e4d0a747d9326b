"""What is held out never saw its own sentence, and votes are translated into approved labels."""

from dataclasses import replace

import numpy as np
import pytest

from builder.annotators.crf.known import known_of
from builder.annotators.crf.lesson import Lesson, Plan
from builder.annotators.crf.spans import Candidates, runs
from builder.annotators.crf.training import Settings
from builder.annotators.crf.view import label_tags, seen_as, view_of
from builder.annotators.crf.voting import ballot_of
from builder.model import Entity, Span

TEXT = "王建华到北京"
VOTED = (Entity(Span(0, 3, "PERSON"), 0.7, ("votes",)), Entity(Span(4, 6, "GPE"), 0.7, ("votes",)))
GOLD = (Span(0, 3, "name"), Span(4, 6, "place"))


@pytest.fixture(scope="module")
def lesson():
    view = view_of(seen_as([(TEXT, "zh", VOTED)] * 12), ("votes",), known_of([]))
    return Lesson(view, [GOLD] * 12, ("name", "place"), np.arange(12) % 3)


def test_labels_of_the_votes_are_translated_into_approved_ones(lesson):
    learnt, _ = lesson.voting()

    assert {"PERSON": 0, "GPE": 1} == {label: int(np.argmax(chances)) for label, chances in learnt.chances.items()}
    assert 0.8 < min(max(chances) for chances in learnt.chances.values())


def test_an_opinion_held_out_does_not_depend_on_what_is_approved_in_its_own_fold(lesson):
    gold = [() if fold == 0 else GOLD for fold in lesson.folds]
    _, told = lesson.voting()
    _, untold = replace(lesson, gold=gold).voting()
    own = lesson.folds[lesson.view.sentences[told.first]] == 0

    np.testing.assert_array_equal(told.chances[own], untold.chances[own])
    assert not np.array_equal(told.chances[~own], untold.chances[~own])


def test_a_judge_held_out_does_not_depend_on_what_is_approved_in_its_own_fold(lesson):
    ballot = ballot_of(lesson.view)
    spans = Candidates(ballot.first, ballot.last, np.full((len(ballot.first), 1), 0.5))
    gold = [() if fold == 0 else GOLD for fold in lesson.folds]
    _, told = lesson.judge(spans, 1.5)
    _, untold = replace(lesson, gold=gold).judge(spans, 1.5)
    own = lesson.folds[lesson.view.sentences[told.first]] == 0

    np.testing.assert_array_equal(told.chances[own], untold.chances[own])
    assert not np.array_equal(told.chances[~own], untold.chances[~own])


def test_a_crf_held_out_does_not_depend_on_what_is_approved_in_its_own_fold(lesson):
    told, untold = (
        _named(replace(lesson, gold=gold))
        for gold in ([GOLD] * 12, [() if fold == 0 else GOLD for fold in lesson.folds])
    )
    apart = {fold for fold in range(3) if not _alike(told, untold, lesson, fold)}

    assert {1, 2} == apart


def _named(lesson):
    """What a CRF that names says, held out."""
    tags = label_tags(lesson.view, lesson.gold, lesson.labels)
    return lesson.crf(tags, Plan(("O", *lesson.labels), Settings(), runs))[1]


def _alike(one, other, lesson, fold):
    """Whether two opinions say the same of the sentences of a fold."""
    both = []
    for found in (one, other):
        own = lesson.folds[lesson.view.sentences[found.first]] == fold
        both.append((found.first[own].tolist(), found.last[own].tolist(), found.chances[own].tolist()))
    return both[0] == both[1]


def test_votes_come_in_the_order_of_the_text_by_rows(lesson):
    ballot = ballot_of(lesson.view)

    assert [0, 4, 6, 10] == ballot.first[:4].tolist()
    assert [2, 5, 8, 11] == ballot.last[:4].tolist()
    assert ("PERSON", "GPE", "PERSON", "GPE") == ballot.labels[:4]
