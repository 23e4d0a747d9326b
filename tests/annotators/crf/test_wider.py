"""What lies beyond letters: clusters, brackets, rows of words of one character; and CRFs side by side."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.annotators.crf.columns import Seen, marked, number_of
from builder.annotators.crf.units import split
from builder.annotators.crf.weights import Weights, together
from builder.annotators.crf.wider import wider_columns
from builder.annotators.words import Token


def told(text, words=(), column="bracket"):
    """The column of one text, with no gap."""
    units = split([text])
    return wider_columns(units, [Seen(text, words, ())])[column][units.first[0] : units.last[0]].tolist()


def test_a_bracket_is_told_from_its_mark_to_its_end():
    found = told("看《甲乙》吧")

    assert [1, ord("《") + 1, ord("《") + 1, ord("《") + 1, 1, 1] == found


def test_a_bracket_left_open_ends_with_its_sentence():
    units = split(["《甲", "乙"])
    found = wider_columns(units, [Seen("《甲", (), ()), Seen("乙", (), ())])["bracket"]

    assert 1 == found[units.first[1]]


def test_words_of_one_character_in_a_row_are_counted():
    words = [Token(0, 2, "我们", "r"), Token(2, 3, "李", "nr"), Token(3, 4, "雷", "n"), Token(4, 6, "今天", "t")]
    found = told("我们李雷今天", words, "run")

    assert [1, 1, 2 * 8 + 0 + 2, 2 * 8 + 1 + 2, 1, 1] == found


def test_characters_of_like_words_share_a_cluster():
    fish, fowl, county = told("鱼鸡县", column="cluster")

    assert fish == fowl != county


def test_a_later_span_is_written_over_an_earlier_one():
    units = split(["甲乙丙丁"])
    at = int(units.origins[0])
    name = number_of("A") * 4 + 1
    column = marked(units, [(at, at + 3, number_of("B")), (at + 1, at + 3, number_of("A"))])
    first = int(units.first[0])

    assert [number_of("B") * 4 + 2, name + 1, name + 2, 1] == column[first : first + 4].tolist()


@given(st.integers(0, 1000))
@settings(max_examples=20)
def test_crfs_side_by_side_say_what_each_says_alone(seed):
    random = np.random.default_rng(seed)
    parts = []
    for tags in (2, 3):
        features = np.unique(random.integers(1, 40, 15).astype(np.uint64))
        states = np.concatenate([np.zeros((1, tags)), random.normal(size=(len(features), tags))])
        parts.append(Weights(tuple("abc"[:tags]), features, states, random.normal(size=(tags, tags))))
    asked = random.integers(0, 40, (9, 5)).astype(np.uint64)
    chains = together(parts).chains(asked, np.array([4, 0, 5]))

    for part, chain in zip(parts, chains, strict=True):
        np.testing.assert_array_equal(part.scores(asked), chain.states)
