"""A long text is cut where no sentence is torn, if there is such a place."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from builder.text.parts import parts_of


def cut(text: str, longest: int) -> list[str]:
    return [text[part.start : part.end] for part in parts_of(text, longest)]


@given(st.text("a \n。.e\u0301😀"), st.integers(1, 12))
def test_parts_tile_the_text_and_are_never_too_long(text: str, longest: int) -> None:
    parts = cut(text, longest)

    assert text == "".join(parts)
    assert all(0 < len(part) <= longest for part in parts)


@given(st.lists(st.text("ab", min_size=1, max_size=3), min_size=1))
def test_lines_stay_whole_where_they_fit(lines: list[str]) -> None:
    text = "".join(f"{line}\n" for line in lines)

    assert all(part.endswith("\n") for part in cut(text, 16))
    assert not any(part.is_torn for part in parts_of(text, 16))


def test_a_blank_line_is_a_better_place_than_a_line_end() -> None:
    assert ["one two three\nfour\n\n", "five\nsix seven\n"] == cut("one two three\nfour\n\nfive\nsix seven\n", 24)


def test_two_blank_lines_are_as_good() -> None:
    assert ["one two three four\n\n", "\nfive\n"] == cut("one two three four\n\n\nfive\n", 21)


def test_a_line_without_end_is_cut_behind_a_sentence() -> None:
    assert ["会议今天开幕。", "会议明天闭幕。"] == cut("会议今天开幕。会议明天闭幕。", 8)


def test_what_was_cut_within_a_line_says_so_on_both_sides() -> None:
    assert [True, True, False] == [part.is_torn for part in parts_of("aaaaaaaaaa\n\nbbbb\n", 8)]


def test_a_character_of_several_is_never_parted() -> None:
    assert ["aaaaaaa", "e\u0301aaaaa"] == cut("aaaaaaae\u0301aaaaa", 8)
