"""How far each annotator is believed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.annotators.weights import Count, Weights, prior, weights_of
from builder.errors import UsageError

counts = st.tuples(st.integers(0, 500), st.integers(0, 500)).map(lambda pair: Count(min(pair), max(pair)))
names = st.sampled_from(["jieba", "gazetteer", "stock"])
cells = st.tuples(names, st.sampled_from(["PERSON", "ORG"]), st.sampled_from(["zh", "en"]))
some_weights = st.dictionaries(cells, counts).map(Weights)


def test_without_counts_the_prior_speaks():
    assert prior("jieba", "ORG", "zh") == pytest.approx(Weights().precision("jieba", "ORG", "zh"))


def test_many_counts_outweigh_the_prior():
    weights = Weights({("jieba", "ORG", "zh"): Count(900, 10_000)})

    assert 0.09 == pytest.approx(weights.precision("jieba", "ORG", "zh"), abs=0.01)
    assert prior("jieba", "ORG", "zh") == pytest.approx(weights.precision("jieba", "ORG", "en"))


@pytest.mark.parametrize(("count", "expected"), [(Count(8, 29), False), (Count(8, 30), True), (Count(9, 30), False)])
def test_an_annotator_is_silenced_below_its_gate_when_enough_was_seen(count, expected):
    assert expected is Weights({("jieba", "ORG", "zh"): count}).silences("jieba", "ORG", "zh")


@given(some_weights, cells)
def test_a_precision_lies_between_the_prior_and_what_was_counted(weights, cell):
    count, prior = weights.counts.get(cell, Count(0, 0)), Weights().precision(*cell)
    counted = count.right / count.seen if count.seen else prior
    low, high = sorted([prior, counted])

    assert low - 1e-9 <= weights.precision(*cell) <= high + 1e-9


@given(some_weights)
def test_weights_survive_json(weights):
    assert weights == weights_of(json.loads(json.dumps(weights.to_json())))


@pytest.mark.parametrize("plain", [{}, {"counts": [["a"]]}, {"counts": [["a", "ORG", "zh", 5, 3]], "strength": 1}, []])
def test_what_are_no_weights_is_refused(plain):
    with pytest.raises(UsageError):
        weights_of(plain)
