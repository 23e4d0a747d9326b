"""The nouns: what cannot be born, and how facts are named."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import Rejected
from builder.model import Document, Entity, Label, Sentence, Span, pieces_of, stable_id, text_digest
from builder.offset_map import OffsetMap, Piece
from builder.reading import Kind
from builder.reviewing import Annotation
from builder.text import edits
from tests.strategies import ANY_TEXT

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=8,
)
SPANS = st.builds(lambda start, length: Span(start, start + length, "PERSON"), st.integers(0, 9), st.integers(1, 5))


def annotation(**changed: Any) -> Annotation:
    return Annotation(**{"key": "k", "sentences": ("s",), "author": "a@b", "body": {"x": 1, "y": [2]}, **changed})


@pytest.mark.parametrize(("start", "end"), [(0, 0), (2, 1), (-1, 1)])
def test_an_empty_backward_or_negative_span_is_refused(start: int, end: int) -> None:
    with pytest.raises(Rejected, match="empty or backward span"):
        Span(start, end, "PERSON")


@pytest.mark.parametrize("score", [-0.01, 1.01, float("nan"), float("inf")])
def test_a_score_outside_0_to_1_is_refused(score: float) -> None:
    with pytest.raises(Rejected, match="not between 0 and 1"):
        Entity(Span(0, 1, "PERSON"), score, ())
    with pytest.raises(Rejected, match="not between 0 and 1"):
        Label("event", score, ())


@pytest.mark.parametrize(("start", "end", "text"), [(0, 0, ""), (3, 2, "a"), (0, 2, "abc"), (-1, 0, "a")])
def test_a_sentence_that_does_not_fit_its_text_is_refused(start: int, end: int, text: str) -> None:
    with pytest.raises(Rejected, match="does not fit"):
        Sentence("s", "d", 0, start, end, Kind.BODY, "en", text)


def test_a_document_whose_map_is_too_short_is_refused() -> None:
    with pytest.raises(Rejected, match="covers 2 of 3 characters") as caught:
        Document("d", "s", 0, "en", "", "abc", OffsetMap.identity(2))

    assert "E_MAP" == caught.value.code


@given(SPANS, SPANS)
def test_spans_overlap_when_they_share_a_character(a: Span, b: Span) -> None:
    assert bool(set(range(a.start, a.end)) & set(range(b.start, b.end))) == a.overlaps(b)


def test_a_stable_id_is_the_same_in_every_release() -> None:
    """A golden value: were it to change, every store would lose its links."""
    assert "9a0614e194bd049e20021288" == stable_id("文", 1, None, {"b": [True], "a": "😀"})


@given(st.dictionaries(ANY_TEXT, JSON, max_size=5))
def test_a_stable_id_does_not_depend_on_the_order_of_keys(content: dict[str, Any]) -> None:
    assert stable_id(content) == stable_id(dict(reversed(content.items())))


@given(st.lists(JSON, max_size=3), st.lists(JSON, max_size=3))
def test_different_contents_have_different_ids(a: list[Any], b: list[Any]) -> None:
    assert (repr(a) == repr(b)) == (stable_id(*a) == stable_id(*b))


def test_a_text_is_named_by_the_sha256_of_its_bytes() -> None:
    assert "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" == text_digest("")


@pytest.mark.parametrize("changed", [{"key": "l"}, {"author": "c@d"}, {"deleted": True}, {"body": {"x": 1, "y": [3]}}])
def test_any_change_of_an_annotation_changes_its_content(changed: dict[str, Any]) -> None:
    assert annotation().content != annotation(**changed).content


def test_a_server_may_reorder_an_annotation_without_changing_its_content() -> None:
    assert annotation().content == annotation(body={"y": [2], "x": 1}).content


def test_pieces_of_a_span_are_counted_in_the_raw_text() -> None:
    text, offsets = edits.apply("\ufeff头。\n甲 乙。", [edits.Edit(0, 1, "mark"), edits.Edit(5, 6, "space")])
    document = Document("d", "s", 0, "zh", "", text, offsets)
    sentence = Sentence("x", "d", 1, 3, 6, Kind.BODY, "zh", "甲乙。")

    assert [Piece(4, 5), Piece(6, 7)] == pieces_of(document, sentence, 0, 2)
