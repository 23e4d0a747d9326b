"""Windows over long texts, and tags that become spans."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.annotators.windows import Token, by_length, spans, stitched


def tokens_of(*tags, chance=0.5):
    return [Token(n, n + 1, tag, chance) for n, tag in enumerate(tags)]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (["B-PER", "I-PER", "O"], [(0, 2, "PER")]),
        (["I-PER", "I-PER"], [(0, 2, "PER")]),
        (["B-PER", "B-PER"], [(0, 1, "PER"), (1, 2, "PER")]),
        (["B-PER", "I-LOC"], [(0, 1, "PER"), (1, 2, "LOC")]),
        (["S-PER", "S-PER"], [(0, 1, "PER"), (1, 2, "PER")]),
        (["B-PER", "E-PER", "I-PER"], [(0, 2, "PER"), (2, 3, "PER")]),
        (["PER", "PER", "O", "PER"], [(0, 2, "PER"), (3, 4, "PER")]),
        (["O", "O"], []),
        ([], []),
    ],
)
def test_tags_become_spans(tags, expected):
    assert expected == [found[:3] for found in spans(tokens_of(*tags), "x" * 9)]


def test_words_of_one_name_are_joined_over_a_blank_but_not_over_a_comma():
    tags = [Token(0, 4, "B-PER", 1.0), Token(5, 9, "I-PER", 0.5), Token(11, 15, "I-PER", 0.5)]

    assert [(0, 9, "PER", 0.75), (11, 15, "PER", 0.5)] == list(spans(tags, "Anna Berg, Oslo"))


def test_where_windows_overlap_the_one_that_sees_more_decides():
    first = [Token(n, n + 1, "O", 0.5) for n in range(6)]
    second = [Token(n, n + 1, "B-PER", 0.5) for n in range(3, 9)]

    assert ["O"] * 5 + ["B-PER"] * 4 == [token.tag for token in stitched([first, second])]


@given(st.integers(1, 80), st.integers(4, 30), st.data())
def test_whatever_the_windows_every_token_is_kept_once_in_order(length, size, data):
    whole = tokens_of(*["O"] * length)
    step = data.draw(st.integers(1, size - 1))
    cut = [whole[start : start + size] for start in range(0, length, step)]

    assert whole == stitched(cut)


@given(st.lists(st.integers(1, 50), max_size=40), st.integers(1, 200))
def test_every_window_is_computed_once_and_no_batch_is_too_large(lengths, most):
    batches = list(by_length(dict(enumerate(lengths)), most))

    assert list(range(len(lengths))) == sorted(n for batch in batches for n in batch)
    assert all(len(b) == 1 or len(b) * max(lengths[n] for n in b) <= most for b in batches)
