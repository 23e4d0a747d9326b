"""Shuffled tags keep all that is not their place, and their place they lose."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from builder.evaluation.controls import shuffled_labels, shuffled_tags
from builder.text.tags import spans_from_tags

PIECES = st.one_of(
    st.just(["O"]),
    st.builds(
        lambda label, size: [f"B-{label}", *[f"I-{label}"] * size], st.sampled_from(["A", "B"]), st.integers(0, 3)
    ),
)
ROWS = st.lists(st.lists(PIECES, max_size=6).map(lambda parts: [tag for part in parts for tag in part]), max_size=6)


@given(ROWS, st.integers(0, 99))
def test_every_tag_stands_as_often_as_before(rows, seed):
    dealt = shuffled_tags(rows, seed)

    assert Counter(tag for row in rows for tag in row) == Counter(tag for row in dealt for tag in row)
    assert [len(row) for row in rows] == [len(row) for row in dealt]
    assert [sum(tag[0] == "B" for tag in row) for row in rows] == [sum(tag[0] == "B" for tag in row) for row in dealt]


@given(ROWS, st.integers(0, 99))
def test_shuffled_tags_are_sound_and_the_same_for_a_seed(rows, seed):
    dealt = shuffled_tags(rows, seed)

    for row in dealt:
        spans_from_tags([(n, n + 1) for n in range(len(row))], row)
    assert dealt == shuffled_tags(rows, seed)


def test_few_spans_stay_where_they_were():
    rows = [["O"] * n + ["B-A"] + ["O"] * (19 - n) for n in range(20)]
    stayed = sum(row == dealt for row, dealt in zip(rows, shuffled_tags(rows, 0), strict=True))

    assert stayed < 5


def test_labels_go_round():
    labels = ["a", "b"] * 50
    dealt = shuffled_labels(labels, 1)

    assert Counter(labels) == Counter(dealt)
    assert labels != dealt == shuffled_labels(labels, 1)
