"""Opinions become one: by the shares that would have been right most often, the votes never displaced by worse."""

import numpy as np

from builder.annotators.crf.opinions import SHARES, USUAL, settled
from builder.annotators.crf.spans import Candidates, averaged

COUNT = 200
GOLD = {(place * 4, place * 4 + 1): place % 2 for place in range(COUNT)}


def classes(found):
    return np.array([GOLD.get(pair, 2) for pair in zip(found.first.tolist(), found.last.tolist(), strict=True)])


def opinion(share_right, seed, chance=None):
    """Spans of which so many are right, each as sure as it is likely, or as the chance given."""
    random = np.random.default_rng(seed)
    first = np.arange(COUNT) * 4
    right = random.random(COUNT) < share_right
    chances = np.zeros((COUNT, 2))
    chances[np.arange(COUNT), np.arange(COUNT) % 2] = chance or share_right
    return Candidates(first, first + np.where(right, 1, 2), chances)


def right_at(places):
    """Spans of which these are right, all equally sure."""
    first = np.arange(COUNT) * 4
    chances = np.zeros((COUNT, 2))
    chances[np.arange(COUNT), np.arange(COUNT) % 2] = 0.6
    return Candidates(first, first + np.where(np.isin(np.arange(COUNT), places), 1, 2), chances)


def f1(found, threshold):
    from builder.annotators.crf.view import kept

    stay = kept(found, threshold)
    return 2 * (found.chances[stay].argmax(1) == classes(found)[stay]).sum() / (len(stay) + COUNT)


def test_votes_that_are_right_are_not_displaced_by_learners_that_are_wrong():
    poor, votes = [opinion(0.3, seed) for seed in range(3)], opinion(0.9, 9)
    how = settled([*poor, votes], classes, COUNT)
    alone = settled([opinion(0.0, 1)] * 3 + [votes], classes, COUNT)

    assert 0.6 <= how.shares[-1]
    assert f1(averaged([*poor, votes], how.shares), how.threshold) >= f1(votes, alone.threshold) - 1e-9


def test_learners_that_are_right_displace_votes_that_are_wrong():
    how = settled([*[opinion(0.9, 1)] * 3, opinion(0.2, 9, chance=0.9)], classes, COUNT)

    assert how.shares[-1] <= 0.4


def test_the_usual_shares_stay_where_others_are_better_by_so_little_that_it_may_be_luck():
    learners = [right_at(range(140))] * 3  # votes that are right six times more, and four times less

    assert USUAL == settled([*learners, right_at(range(4, 146))], classes, COUNT).shares


def test_the_usual_shares_are_left_for_a_gain_that_is_no_luck():
    learners = [right_at(range(140))] * 3

    assert USUAL[-1] < settled([*learners, right_at(range(4, 166))], classes, COUNT).shares[-1]


def test_who_is_silent_has_no_share():
    silent = Candidates(np.zeros(0, int), np.zeros(0, int), np.zeros((0, 2)))

    assert settled([*[opinion(0.9, 1)] * 3, silent], classes, COUNT).shares == SHARES[-1]


def test_shares_make_one():
    assert all(abs(sum(shares) - 1) < 1e-9 for shares in SHARES)
