"""Offset maps: the laws every map keeps, against a naive relation of characters."""

from __future__ import annotations

import json
import pickle
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.errors import BrokenError
from builder.offset_map import Deletion, OffsetMap, Piece, Segment, block, copy
from builder.text import edits
from tests.strategies import ANY_TEXT, edits_of

LAW = settings(max_examples=max(500, settings().max_examples))
"""More examples than elsewhere: everything that is published rests on these."""


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
    segments = draw(st.lists(st.one_of(copies, blocks), min_size=1, max_size=4))
    return OffsetMap(length, segments, draw(st.lists(removed, max_size=2)))


@st.composite
def lawful_map(draw: st.DrawFn, raw_length: int | None = None) -> OffsetMap:
    """Draw a map that keeps or deletes each raw character once: edited, with insertions, in any order."""
    length = draw(st.integers(1, 12)) if raw_length is None else raw_length
    _, offsets = edits.apply("x" * length, draw(edits_of(length)))
    inserted = draw(st.lists(st.sampled_from(("n", "new")).map(lambda text: block(text, ())), max_size=2))
    return OffsetMap(length, draw(st.permutations((*offsets.segments, *inserted))), offsets.deletions)


@st.composite
def chained(draw: st.DrawFn) -> OffsetMap:
    """Draw three lawful steps as one map."""
    first = draw(lawful_map())
    second = draw(lawful_map(first.length))
    return draw(lawful_map(second.length)).compose(second).compose(first)


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


@LAW
@given(any_map())
def test_segments_tile_the_clean_side(offsets: OffsetMap) -> None:
    assert sum(segment.length for segment in offsets.segments) == offsets.length


@LAW
@given(any_map(), st.data())
def test_a_lookup_agrees_with_the_naive_relation(offsets: OffsetMap, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, offsets.length))
    end = data.draw(st.integers(start, offsets.length))

    assert set().union(*relation(offsets)[start:end]) == looked_up(offsets, start, end)


@LAW
@given(any_map(), st.data())
def test_neighbouring_pieces_are_merged(offsets: OffsetMap, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, offsets.length))
    found = offsets.pieces(start, data.draw(st.integers(start, offsets.length)))

    assert [] == [pair for pair in zip(found, found[1:], strict=False) if pair[0].end == pair[1].start]


@LAW
@given(made_by_edits())
def test_replay_makes_the_clean_text_again(made: tuple[str, str, OffsetMap]) -> None:
    raw, text, offsets = made

    assert text == offsets.replay(raw)


@LAW
@given(made_by_edits(), st.data())
def test_replay_of_a_range_is_that_range_of_the_text(made: tuple[str, str, OffsetMap], data: st.DataObject) -> None:
    raw, text, offsets = made
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))

    assert text[start:end] == offsets.replay(raw, start, end)


@LAW
@given(made_by_edits())
def test_a_copy_equals_its_raw_characters(made: tuple[str, str, OffsetMap]) -> None:
    raw, text, offsets = made
    at = 0
    for segment in offsets.segments:
        if segment.is_copy:
            assert raw[slice(*segment.pieces[0])] == text[at : at + segment.length]
        at += segment.length


@LAW
@given(made_by_edits())
def test_every_raw_character_is_kept_or_deleted_exactly_once(made: tuple[str, str, OffsetMap]) -> None:
    raw, _, offsets = made
    kept = [piece for segment in offsets.segments for piece in segment.pieces]
    told = Counter(at for start, end, *_ in (*kept, *offsets.deletions) for at in range(start, end))

    assert Counter(range(len(raw))) == told


@LAW
@given(chained())
def test_after_composition_every_raw_character_is_kept_or_else_deleted_once(offsets: OffsetMap) -> None:
    kept = set().union(*relation(offsets))
    gone = Counter(at for start, end, _ in offsets.deletions for at in range(start, end))

    assert Counter(range(offsets.raw_length)) == Counter(kept) + gone


@LAW
@given(chained())
def test_after_composition_only_the_parts_of_a_block_share_raw_characters(offsets: OffsetMap) -> None:
    copied = [at for segment in offsets.segments if segment.is_copy for at in range(*segment.pieces[0])]
    blocked = {at for segment in offsets.segments if not segment.is_copy for p in segment.pieces for at in range(*p)}

    assert len(copied) == len(set(copied) - blocked)


@LAW
@given(made_by_edits(), st.data())
def test_edits_keep_the_order_of_the_raw_text(made: tuple[str, str, OffsetMap], data: st.DataObject) -> None:
    _, text, inner = made
    rows = [row for row in relation(data.draw(made_by_edits(text))[2].compose(inner)) if row]

    assert [] == [pair for pair in pairwise(rows) if min(pair[1]) < min(pair[0]) or max(pair[1]) < max(pair[0])]


@LAW
@given(chained(), st.data())
def test_the_way_to_the_raw_text_and_back_contains_the_range(offsets: OffsetMap, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, offsets.length))
    end = data.draw(st.integers(start, offsets.length))
    rows, found = relation(offsets), looked_up(offsets, start, end)
    back = {at for at, row in enumerate(rows) if row & found}

    assert {at for at in range(start, end) if rows[at]} <= back


@LAW
@given(ANY_TEXT, st.data())
def test_without_blocks_the_way_back_is_exact(raw: str, data: st.DataObject) -> None:
    text, offsets = edits.apply(raw, [edit._replace(text="") for edit in data.draw(edits_of(len(raw)))])
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    found = looked_up(offsets, start, end)

    assert set(range(start, end)) == {at for at, row in enumerate(relation(offsets)) if row & found}


@LAW
@given(chained())
def test_a_range_within_a_block_has_all_of_its_pieces(offsets: OffsetMap) -> None:
    at = 0
    for segment in offsets.segments:
        if not segment.is_copy:
            assert looked_up(offsets, at, at + 1) == looked_up(offsets, at, at + segment.length)
        at += segment.length


@LAW
@given(made_by_edits(), st.data())
def test_a_composed_map_replays_any_range(made: tuple[str, str, OffsetMap], data: st.DataObject) -> None:
    raw, text, inner = made
    _, final, outer = data.draw(made_by_edits(text))
    start = data.draw(st.integers(0, len(final)))
    end = data.draw(st.integers(start, len(final)))

    assert final[start:end] == outer.compose(inner).replay(raw, start, end)


@LAW
@given(made_by_edits(), st.data())
def test_a_composed_map_replays_what_two_steps_made(made: tuple[str, str, OffsetMap], data: st.DataObject) -> None:
    raw, text, inner = made
    _, final, outer = data.draw(made_by_edits(text))

    assert final == outer.compose(inner).replay(raw)


@LAW
@given(st.data())
def test_composition_follows_the_relation(data: st.DataObject) -> None:
    inner = data.draw(any_map())
    outer = data.draw(any_map(inner.length))
    through = relation(inner)

    assert [set().union(*(through[at] for at in row)) for row in relation(outer)] == relation(outer.compose(inner))


@LAW
@given(st.data())
def test_composition_is_associative(data: st.DataObject) -> None:
    first = data.draw(any_map())
    second = data.draw(any_map(first.length))
    third = data.draw(any_map(second.length))
    left, right = third.compose(second).compose(first), third.compose(second.compose(first))

    assert (characters(left), removed(left)) == (characters(right), removed(right))


@LAW
@given(made_by_edits())
def test_the_identity_changes_nothing_on_either_side(made: tuple[str, str, OffsetMap]) -> None:
    raw, text, offsets = made

    assert offsets == offsets.compose(OffsetMap.identity(len(raw)))
    assert offsets == OffsetMap.identity(len(text)).compose(offsets)


@LAW
@given(any_map())
def test_a_packed_map_is_the_same_to_the_byte_and_to_the_hash(offsets: OffsetMap) -> None:
    packed = json.dumps(offsets.to_json())
    again = OffsetMap.from_json(json.loads(packed))

    assert (offsets, hash(offsets), packed) == (again, hash(again), json.dumps(again.to_json()))


@given(any_map())
def test_a_map_survives_the_way_to_another_process(offsets: OffsetMap) -> None:
    assert offsets == pickle.loads(pickle.dumps(offsets))


def test_a_map_packed_before_there_were_versions_is_read() -> None:
    packed = {"raw": 9, "segments": [[0, 2], ["汉😀", [3, 4], [6, 7]], ["n"]], "deleted": [[4, 6, "dash"]]}
    segments = (copy(0, 2), block("汉😀", [Piece(3, 4), Piece(6, 7)]), block("n", []))

    assert OffsetMap(9, segments, (Deletion(4, 6, "dash"),)) == OffsetMap.from_json(packed)


def test_a_copy_and_a_block_are_packed_as_steps_and_lengths() -> None:
    offsets = OffsetMap(9, (copy(5, 7), block("n", [Piece(1, 2)])), (Deletion(0, 1, "dash"), Deletion(3, 5, "dash")))

    assert {
        "version": 2,
        "raw": 9,
        "segments": [5, 2, "n", 1, -6, 1],
        "deleted": {"dash": [0, 1, 2, 2]},
    } == offsets.to_json()


def test_a_character_is_not_deleted_while_a_part_of_its_block_stands() -> None:
    _, inner = edits.apply("ab", [edits.Edit(0, 2, "spelling", "xy")])
    _, outer = edits.apply("xy", [edits.Edit(0, 1, "dash")])

    assert () == outer.compose(inner).deletions


def test_a_block_deleted_part_by_part_is_deleted_for_both_reasons() -> None:
    _, inner = edits.apply("ab", [edits.Edit(0, 2, "spelling", "xy")])
    _, first = edits.apply("xy", [edits.Edit(0, 1, "space")])
    _, second = edits.apply("y", [edits.Edit(0, 1, "dash")])

    assert (Deletion(0, 2, "dash; space"),) == second.compose(first.compose(inner)).deletions


def test_copies_that_run_on_are_one() -> None:
    assert OffsetMap.identity(3) == OffsetMap(3, (copy(0, 1), copy(1, 3)))


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


@pytest.mark.parametrize(
    "deletion", [Deletion(0, 4, "x"), Deletion(2, 2, "x"), Deletion(-1, 1, "x"), Deletion(0, 1, "")]
)
def test_a_deletion_outside_the_raw_text_or_without_a_reason_is_refused(deletion: Deletion) -> None:
    with pytest.raises(BrokenError, match="unsound deletion"):
        OffsetMap(3, (copy(0, 3),), (deletion,))


def test_maps_that_do_not_meet_are_not_composed() -> None:
    with pytest.raises(BrokenError, match="cannot compose: 2 characters expected, 3 given"):
        OffsetMap.identity(2).compose(OffsetMap.identity(3))
