"""Folds and samples: groups whole, nothing twice, the seed decides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import UsageError
from builder.evaluation.folds import folds, sample
from builder.evaluation.gold import GoldSentence, read_gold


def gold(groups: list[int]) -> list[GoldSentence]:
    return read_gold([b'{"text": "a", "spans": [], "group": "%d"}' % group for group in groups], "x")[0]


@given(st.lists(st.integers(0, 6), min_size=14), st.integers(0, 5))
def test_each_sentence_is_in_one_fold_and_each_group_too(groups: list[int], seed: int) -> None:
    groups += [0, 1]
    dealt = folds(gold(groups), 2, seed)

    assert list(range(len(groups))) == sorted(place for fold in dealt for place in fold)
    assert set() == {groups[place] for place in dealt[0]} & {groups[place] for place in dealt[1]}


def test_folds_are_of_about_one_size() -> None:
    assert [7, 7, 6] == sorted((len(fold) for fold in folds(gold(list(range(20))), 3, 0)), reverse=True)


def test_the_seed_decides_the_folds() -> None:
    lines = gold(list(range(20)))

    assert folds(lines, 4, 1) == folds(lines, 4, 1) != folds(lines, 4, 2)


def test_fewer_groups_than_folds_is_an_error_that_says_so() -> None:
    with pytest.raises(UsageError, match="the gold has only 2 groups"):
        folds(gold([0, 0, 1]), 3, 0)


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 9))
def test_a_smaller_sample_lies_within_a_greater_one(one: int, other: int, seed: int) -> None:
    small, great = (sample(range(25), size, seed) for size in sorted((one, other)))

    assert set(small) <= set(great)
    assert (min(max(one, other), 25), sorted(great)) == (len(set(great)), great)
