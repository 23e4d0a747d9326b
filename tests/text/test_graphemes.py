"""A cut parts nothing that a reader sees as one character."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.text.graphemes import is_edge, snapped

LAW = settings(max_examples=max(2_000, settings().max_examples))
PIECES = st.text("ae\u0301\u0323汉😀👩👍\U0001f3fd\u200d\ufe0f❤🇫🇷🇨\r\n\U000e0067", max_size=16)
CLINGING = "\u200d\ufe0f\U0001f3fd\U000e0067"


@LAW
@given(PIECES, st.data())
def test_no_span_begins_or_ends_before_what_clings(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    low, high = snapped(text, start, end)

    assert low <= start <= end <= high
    assert (low, high) == snapped(text, low, high)
    for at in {low, high} - {0, len(text)}:
        clings = text[at] in CLINGING or unicodedata.combining(text[at])
        assert not clings or text[at - 1] in "\r\n"


@pytest.mark.parametrize(
    "one",
    [
        "e\u0301",
        "👍\U0001f3fd",
        "👩\u200d👩\u200d👧",
        "❤\ufe0f",
        "🇫🇷",
        "\r\n",
        "葛\U000e0100",
        "\U0001f3f4\U000e0067\U000e007f",
    ],
)
def test_what_a_reader_sees_as_one_character_stays_whole(one: str) -> None:
    text = f"a{one}b"

    assert [0, 1, 1 + len(one), 2 + len(one)] == [at for at in range(len(text) + 1) if is_edge(text, at)]


def test_flags_are_parted_in_pairs() -> None:
    assert [0, 2, 4, 5] == [at for at in range(6) if is_edge("🇫🇷🇨🇳🇫", at)]


def test_a_joiner_between_letters_holds_only_the_letter_before() -> None:
    assert (0, 2) == snapped("a\u200db", 0, 1)
