"""Edits become a clean text and a map; overlaps are refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.errors import BrokenError
from builder.offset_map import Deletion
from builder.text import cleaning
from builder.text.edits import Edit, apply, settle
from tests.strategies import ANY_TEXT, edits_of


@given(ANY_TEXT, st.data())
def test_the_clean_text_is_the_raw_text_with_the_edits_carried_out(raw: str, data: st.DataObject) -> None:
    edits = data.draw(edits_of(len(raw)))
    expected = raw
    for edit in sorted(edits, reverse=True):
        expected = expected[: edit.start] + edit.text + expected[edit.end :]

    assert expected == apply(raw, edits)[0]


@given(ANY_TEXT, st.data())
def test_the_order_of_the_edits_does_not_matter(raw: str, data: st.DataObject) -> None:
    edits = data.draw(edits_of(len(raw)))

    assert apply(raw, edits) == apply(raw, data.draw(st.permutations(edits)))


def test_no_edits_leave_the_text_alone() -> None:
    assert "a\r\n b" == apply("a\r\n b", [])[0]


def test_a_deletion_keeps_its_reason() -> None:
    _, offsets = apply("a-b", [Edit(1, 2, "dash")])

    assert (Deletion(1, 2, "dash"),) == offsets.deletions


def test_a_replacement_is_no_deletion() -> None:
    _, offsets = apply("a\nb", [Edit(1, 2, "line wrap", " ")])

    assert () == offsets.deletions


@pytest.mark.parametrize(
    "edits",
    [
        [Edit(0, 2, "x"), Edit(1, 3, "y")],
        [Edit(0, 2, "x"), Edit(0, 2, "y")],
        [Edit(1, 1, "empty")],
        [Edit(2, 1, "backward")],
        [Edit(2, 4, "beyond")],
        [Edit(-1, 1, "before")],
    ],
)
def test_edits_that_overlap_or_lie_outside_are_refused(edits: list[Edit]) -> None:
    with pytest.raises(BrokenError, match="overlaps another edit or lies outside 3 characters"):
        apply("abc", edits)


@settings(max_examples=max(2_000, settings().max_examples))
@given(st.text("汉字，。 \u200b\u3000\r\n\ufeffa1.", max_size=60))
def test_a_settled_page_is_not_cleaned_again(raw: str) -> None:
    text, offsets = settle(raw, cleaning.edits)

    assert [] == cleaning.edits(text)
    assert text == offsets.replay(raw)


def test_edits_that_never_end_are_refused() -> None:
    with pytest.raises(BrokenError, match="did not settle in 50 rounds"):
        settle("a", lambda text: [Edit(0, 1, "again", "a")])


def test_an_edit_without_a_reason_is_refused() -> None:
    with pytest.raises(BrokenError, match="does not say why"):
        apply("a", [Edit(0, 1, "")])
