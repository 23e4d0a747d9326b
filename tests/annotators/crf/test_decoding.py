"""Decoding equals the slow sum over all sequences, and python-crfsuite's own."""

from itertools import groupby, product
from math import exp

import numpy as np
import pycrfsuite
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.annotators.crf.decoding import Chain, beliefs, best_tags
from builder.annotators.crf.spans import Candidates, averaged, candidates, chosen, runs
from builder.annotators.crf.tables import table_of
from builder.annotators.crf.training import Settings, fit

SCORES = st.floats(-3, 3, allow_nan=False)


@st.composite
def chains(draw, tags=3):
    lengths = np.array(draw(st.lists(st.integers(0, 4), min_size=1, max_size=4)))
    seed = draw(st.integers(0, 10_000))
    random = np.random.default_rng(seed)
    return Chain(random.normal(0, 2, (int(lengths.sum()), tags)), random.normal(0, 2, (tags, tags)), lengths)


def sequences(chain, sentence):
    """Every tag sequence of a sentence, with its weight."""
    first, length = chain.first[sentence], chain.lengths[sentence]
    for tags in product(range(chain.states.shape[1]), repeat=int(length)):
        score = sum(chain.states[first + t, tag] for t, tag in enumerate(tags))
        score += sum(chain.steps[a, b] for a, b in zip(tags, tags[1:], strict=False))
        yield tags, exp(score)


@given(chains())
def test_probabilities_of_tags_are_those_of_summing_every_sequence(chain):
    made = beliefs(chain)

    for sentence, (first, length) in enumerate(zip(chain.first, chain.lengths, strict=True)):
        expected = np.zeros((int(length), 3))
        for tags, weight in sequences(chain, sentence):
            for t, tag in enumerate(tags):
                expected[t, tag] += weight
        expected /= np.maximum(expected.sum(1, keepdims=True), 1e-300)
        np.testing.assert_allclose(expected, made.tags[first : first + length], atol=1e-9)


@given(chains())
def test_the_best_tags_are_those_of_the_heaviest_sequence(chain):
    found = best_tags(chain)

    for sentence, (first, length) in enumerate(zip(chain.first, chain.lengths, strict=True)):
        heaviest, _ = max(sequences(chain, sentence), key=lambda pair: pair[1])
        assert [*heaviest] == found[first : first + length].tolist()


@given(chains())
@settings(deadline=None)
def test_probabilities_of_spans_are_those_of_summing_every_sequence(chain):
    expected = {}
    for sentence, first in enumerate(chain.first):
        total = sum(weight for _, weight in sequences(chain, sentence))
        for tags, weight in sequences(chain, sentence):
            for start in (t for t, tag in enumerate(tags) if tag == 1):
                end = start
                while end + 1 < len(tags) and tags[end + 1] == 2:
                    end += 1
                place = (int(first) + start, int(first) + end)
                expected[place] = expected.get(place, 0.0) + weight / total
    found = candidates(chain)
    places = zip(found.first.tolist(), found.last.tolist(), strict=True)
    chances = dict(zip(places, found.chances[:, 0].tolist(), strict=True))

    assert chances.keys() <= expected.keys()
    assert {place for place, chance in expected.items() if 0.1 < chance} <= chances.keys()
    np.testing.assert_allclose([expected[place] for place in chances], list(chances.values()), atol=1e-9)


@given(chains())
def test_probabilities_of_runs_are_those_of_summing_every_sequence(chain):
    expected = {}
    for sentence, first in enumerate(chain.first):
        total = sum(weight for _, weight in sequences(chain, sentence))
        for tags, weight in sequences(chain, sentence):
            start = 0
            for tag, group in groupby(tags):
                size = len(list(group))
                place = (int(first) + start, int(first) + start + size - 1, tag - 1)
                expected[place] = expected.get(place, 0.0) + weight / total
                start += size
    found = runs(chain)
    seen = {
        (first, last, label): chance
        for first, last, chances in zip(found.first.tolist(), found.last.tolist(), found.chances.tolist(), strict=True)
        for label, chance in enumerate(chances)
        if chance
    }

    assert {place for place, chance in expected.items() if 0.1 < chance and 0 <= place[2]} <= seen.keys()
    np.testing.assert_allclose([expected[place] for place in seen], list(seen.values()), atol=1e-9)


def test_opinions_are_averaged_and_silence_counts_as_no_chance():
    one = Candidates(np.array([0, 4]), np.array([1, 4]), np.array([[0.5, 0.1], [0.4, 0.0]]))
    other = Candidates(np.array([0, 0]), np.array([1, 2]), np.array([[0.1, 0.3], [0.0, 0.8]]))
    found = averaged([one, other])

    assert [(0, 1), (0, 2), (4, 4)] == list(zip(found.first.tolist(), found.last.tolist(), strict=True))
    np.testing.assert_allclose([[0.3, 0.2], [0.0, 0.4], [0.2, 0.0]], found.chances)


def test_a_tag_that_no_sentence_has_is_never_found():
    features, tags = np.array([[1], [2], [1], [2]] * 5, np.uint64), np.array([0, 1, 0, 1] * 5)
    weights = fit(features, tags, ("O", "A", "B"), np.array([4] * 5), Settings(0.1, 0.1, 20))

    assert runs(Chain(weights.scores(features), weights.steps, np.array([4] * 5))).chances[:, 1].max() < 1e-9


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 3), st.floats(-1, 1)), max_size=8))
def test_chosen_spans_are_worth_as_much_as_any_choice_without_overlap(spans):
    first = [start for start, _, _ in spans]
    last = [start + size for start, size, _ in spans]
    worth = [value for _, _, value in spans]

    def fits(ranks):
        cells = [cell for n in ranks for cell in range(first[n], last[n] + 1)]
        return len(cells) == len(set(cells))

    every = ([n for n in range(len(spans)) if bits >> n & 1] for bits in range(1 << len(spans)))
    best = max(sum(worth[n] for n in ranks) for ranks in every if fits(ranks))
    found = chosen(first, last, worth)

    assert fits(found)
    assert abs(best - sum(worth[n] for n in found)) < 1e-9


def test_probabilities_equal_those_of_crfsuite(tmp_path):
    random = np.random.default_rng(3)
    features = random.integers(1, 30, (200, 4)).astype(np.uint64)
    tags, lengths = random.integers(0, 3, 200), np.array([50, 0, 100, 50])
    weights = fit(features, tags, ("O", "B", "I"), lengths, Settings(0.1, 0.1, 20))
    trainer = pycrfsuite.Trainer(verbose=False)
    for first, length in ((0, 50), (50, 100), (150, 50)):
        rows = [[str(feature) for feature in row] for row in features[first : first + length].tolist()]
        trainer.append(rows, [str(tag) for tag in tags[first : first + length].tolist()])
    trainer.set_params({"c1": 0.1, "c2": 0.1, "max_iterations": 20, "feature.possible_transitions": True})
    trainer.train(str(tmp_path / "model"))
    tagger = pycrfsuite.Tagger()
    tagger.open(str(tmp_path / "model"))
    chain = Chain(weights.scores(features), weights.steps, lengths)
    made = beliefs(chain)

    for first, length in ((0, 50), (50, 100), (150, 50)):
        tagger.set([[str(feature) for feature in row] for row in features[first : first + length].tolist()])
        expected = [[tagger.marginal(str(tag), t) for tag in range(3)] for t in range(length)]
        np.testing.assert_allclose(expected, made.tags[first : first + length], atol=1e-3)


@given(st.dictionaries(st.integers(1, 2**64 - 1), st.integers(1, 2**31 - 1), max_size=80), st.integers(1, 2**64 - 1))
def test_a_table_gives_back_what_it_holds_and_nothing_else(pairs, other):
    table = table_of(np.array(list(pairs), np.uint64), np.array(list(pairs.values()), np.int32))
    asked = np.array([*pairs, other], np.uint64)

    assert [*pairs.values(), pairs.get(other, 0)] == table.find(asked).tolist()
