"""Offset maps: the laws every map keeps, against a naive relation of characters."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import BrokenError
from builder.offset_map import Deletion, OffsetMap, Piece, Segment, block, copy
from builder.text import edits
from tests.strategies import ANY_TEXT, edits_of


@st.composite
def made_by_edits(draw: st.DrawFn, raw: str | None = None) -> tuple[str, str, OffsetMap]:
    """Draw a raw text, what edits make of it, and the map."""
    raw = draw(ANY_TEXT) if raw is None else raw
    return raw, *edits.apply(raw, draw(edits_of(len(raw))))


@st.composite
def any_map(draw: st.DrawFn, raw_length: int | None = None) -> OffsetMap:
    """Draw any sound map: pieces out of order, shared, or missing."""
    length = draw(st.integers(1, 12)) if raw_length is None else raw_length
    piece = st.tuples(st.integers(0, length - 1), st.integers(1, 5)).map(lambda p: Piece(p[0], min(length, sum(p))))
    copies = piece.map(lambda p: copy(*p))
    blocks = st.builds(block, st.sampled_from(("a", "bc", "汉😀d")), st.lists(piece, max_size=3))
    removed = st.builds(lambda p, why: Deletion(*p, why), piece, st.sampled_from("xy"))
    segments = draw(st.lists(st.one_of(copies, blocks), min_size=1, max_size=5))
    return OffsetMap(length, tuple(segments), tuple(sorted(draw(st.sets(removed, max_size=3)))))


def relation(offsets: OffsetMap) -> list[set[int]]:
    """Say, the slow way, which raw characters stand behind each clean one."""
    rows: list[set[int]] = []
    for segment in offsets.segments:
        behind = [at for piece in segment.pieces for at in range(*piece)]
        rows += [{at} for at in behind] if segment.is_copy else [set(behind)] * segment.length
    return rows


def removed(offsets: OffsetMap) -> set[tuple[int, str]]:
    """Say which raw characters were deleted, and why."""
    return {(at, deletion.reason) for deletion in offsets.deletions for at in range(deletion.start, deletion.end)}


def looked_up(offsets: OffsetMap, start: int, end: int) -> set[int]:
    return {at for piece in offsets.pieces(start, end) for at in range(*piece)}


def characters(offsets: OffsetMap) -> list[set[int]]:
    return [looked_up(offsets, at, at + 1) for at in range(offsets.length)]


@given(any_map())
def test_segments_tile_the_clean_side(offsets: OffsetMap) -> None:
    assert sum(segment.length for segment in offsets.segments) == offsets.length


@given(any_map(), st.data())
def test_a_lookup_agrees_with_the_naive_relation(offsets: OffsetMap, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, offsets.length))
    end = data.draw(st.integers(start, offsets.length))

    assert set().union(*relation(offsets)[start:end]) == looked_up(offsets, start, end)


@given(any_map(), st.data())
def test_neighbouring_pieces_are_merged(offsets: OffsetMap, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, offsets.length))
    found = offsets.pieces(start, data.draw(st.integers(start, offsets.length)))

    assert [] == [pair for pair in zip(found, found[1:], strict=False) if pair[0].end == pair[1].start]


@given(made_by_edits())
def test_replay_makes_the_clean_text_again(made: tuple[str, str, OffsetMap]) -> None:
    raw, text, offsets = made

    assert text == offsets.replay(raw)


@given(made_by_edits(), st.data())
def test_replay_of_a_range_is_that_range_of_the_text(made: tuple[str, str, OffsetMap], data: st.DataObject) -> None:
    raw, text, offsets = made
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))

    assert text[start:end] == offsets.replay(raw, start, end)


@given(made_by_edits())
def test_a_copy_equals_its_raw_characters(made: tuple[str, str, OffsetMap]) -> None:
    raw, text, offsets = made
    at = 0
    for segment in offsets.segments:
        if segment.is_copy:
            assert raw[slice(*segment.pieces[0])] == text[at : at + segment.length]
        at += segment.length


@given(made_by_edits())
def test_every_raw_character_is_kept_or_deleted_exactly_once(made: tuple[str, str, OffsetMap]) -> None:
    raw, _, offsets = made
    kept = [piece for segment in offsets.segments for piece in segment.pieces]
    told = Counter(at for start, end, *_ in (*kept, *offsets.deletions) for at in range(start, end))

    assert Counter(range(len(raw))) == told


@given(made_by_edits(), st.data())
def test_a_composed_map_replays_what_two_steps_made(made: tuple[str, str, OffsetMap], data: st.DataObject) -> None:
    raw, text, inner = made
    _, final, outer = data.draw(made_by_edits(text))

    assert final == outer.compose(inner).replay(raw)


@given(st.data())
def test_composition_follows_the_relation(data: st.DataObject) -> None:
    inner = data.draw(any_map())
    outer = data.draw(any_map(inner.length))
    through = relation(inner)

    assert [set().union(*(through[at] for at in row)) for row in relation(outer)] == relation(outer.compose(inner))


@given(st.data())
def test_composition_is_associative(data: st.DataObject) -> None:
    first = data.draw(any_map())
    second = data.draw(any_map(first.length))
    third = data.draw(any_map(second.length))
    left, right = third.compose(second).compose(first), third.compose(second.compose(first))

    assert (characters(left), removed(left)) == (characters(right), removed(right))


@given(made_by_edits())
def test_the_identity_changes_nothing_on_either_side(made: tuple[str, str, OffsetMap]) -> None:
    raw, text, offsets = made

    assert offsets == offsets.compose(OffsetMap.identity(len(raw)))
    assert offsets == OffsetMap.identity(len(text)).compose(offsets)


@given(any_map())
def test_a_map_survives_being_packed(offsets: OffsetMap) -> None:
    assert offsets == OffsetMap.from_json(json.loads(json.dumps(offsets.to_json())))


def test_a_range_over_a_deletion_has_two_pieces() -> None:
    _, offsets = edits.apply("ab--cd", [edits.Edit(2, 4, "dash")])

    assert [Piece(1, 2), Piece(4, 5)] == offsets.pieces(1, 3)


def test_a_range_over_a_replaced_break_is_one_piece() -> None:
    _, offsets = edits.apply("ab\ncd", [edits.Edit(2, 3, "line wrap", " ")])

    assert [Piece(0, 5)] == offsets.pieces(0, 5)


def test_an_empty_range_has_no_pieces() -> None:
    assert [] == OffsetMap.identity(3).pieces(2, 2)


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 1), (0, 4), (4, 4)])
def test_a_range_outside_the_text_is_refused(start: int, end: int) -> None:
    with pytest.raises(BrokenError, match="outside a text of 3 characters"):
        OffsetMap.identity(3).pieces(start, end)


@pytest.mark.parametrize(
    "segment",
    [
        copy(0, 4),
        copy(2, 2),
        copy(-1, 1),
        block("", [Piece(0, 1)]),
        block("a", [Piece(2, 9)]),
        Segment(2, (Piece(0, 1),)),
        Segment(2, (Piece(0, 1), Piece(1, 2))),
    ],
)
def test_an_unsound_segment_is_refused(segment: Segment) -> None:
    with pytest.raises(BrokenError, match="unsound segment"):
        OffsetMap(3, (segment,))


@pytest.mark.parametrize("deletion", [Deletion(0, 4, "x"), Deletion(2, 2, "x"), Deletion(-1, 1, "x")])
def test_a_deletion_outside_the_raw_text_is_refused(deletion: Deletion) -> None:
    with pytest.raises(BrokenError, match="unsound deletion"):
        OffsetMap(3, (copy(0, 3),), (deletion,))


def test_maps_that_do_not_meet_are_not_composed() -> None:
    with pytest.raises(BrokenError, match="cannot compose: 2 characters expected, 3 given"):
        OffsetMap.identity(2).compose(OffsetMap.identity(3))
