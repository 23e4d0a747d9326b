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

LAW = settings(max_examples=max(2_000, settings().max_examples))
"""More examples than elsewhere: everything that is published rests on these."""

CHARACTERS = "ab 汉😀\u0301\n\ufeff\x00\udc80é，"


class Tape:
    """Bytes that choices are read from: hypothesis draws and shrinks them faster than many small choices."""

    def __init__(self, raw: bytes) -> None:
        self.rest = iter(raw)

    def below(self, count: int) -> int:
        """Choose one of so many; the first where the tape has ended."""
        return next(self.rest, 0) % count

    def piece(self, length: int) -> Piece:
        """Choose a piece of at most five characters."""
        start = self.below(length)
        return Piece(start, min(length, start + 1 + self.below(5)))


TAPES = st.binary(max_size=40).map(Tape)


def edited(tape: Tape, length: int) -> list[edits.Edit]:
    """Read edits that do not overlap, in order."""
    found, at = [], 0
    while at < length and tape.below(4):
        start = min(length - 1, at + tape.below(4))
        end = min(length, start + 1 + tape.below(3))
        found.append(edits.Edit(start, end, "xyz"[tape.below(3)], ("", " ", "汉😀", "")[tape.below(4)]))
        at = end
    return found


def made_by_edits(raw: str | None = None) -> st.SearchStrategy[tuple[str, str, OffsetMap]]:
    """Draw a raw text, what edits make of it, and the map."""

    def make(tape: Tape) -> tuple[str, str, OffsetMap]:
        drawn = "".join(CHARACTERS[tape.below(len(CHARACTERS))] for _ in range(tape.below(20)))
        text = drawn if raw is None else raw
        return text, *edits.apply(text, edited(tape, len(text)))

    return TAPES.map(make)


def any_map(raw_length: int | None = None) -> st.SearchStrategy[OffsetMap]:
    """Draw any sound map: pieces out of order, shared, or missing."""

    def make(tape: Tape) -> OffsetMap:
        length = raw_length or 1 + tape.below(12)
        segments = []
        for _ in range(1 + tape.below(4)):
            if tape.below(2):
                segments.append(copy(*tape.piece(length)))
            else:
                text = ("a", "bc", "汉😀d")[tape.below(3)]
                segments.append(block(text, [tape.piece(length) for _ in range(tape.below(4))]))
        gone = [Deletion(*tape.piece(length), "xy"[tape.below(2)]) for _ in range(tape.below(3))]
        return OffsetMap(length, segments, gone)

    return TAPES.map(make)


def lawful_map(raw_length: int | None = None) -> st.SearchStrategy[OffsetMap]:
    """Draw a map that keeps or deletes each raw character once: edited, with insertions, in any order."""

    def make(tape: Tape) -> OffsetMap:
        length = 1 + tape.below(12) if raw_length is None else raw_length
        _, offsets = edits.apply("x" * length, edited(tape, length))
        segments = list(offsets.segments)
        for text in ("n", "new")[: tape.below(3)]:
            segments.insert(tape.below(len(segments) + 1), block(text, ()))
        for at in range(len(segments) - 1, 0, -1):
            other = at - tape.below(at + 1)
            segments[at], segments[other] = segments[other], segments[at]
        return OffsetMap(length, segments, offsets.deletions)

    return TAPES.map(make)


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
@given(st.text(CHARACTERS, max_size=20), st.data())
def test_without_blocks_the_way_back_is_exact(raw: str, data: st.DataObject) -> None:
    text, offsets = edits.apply(raw, [edit._replace(text="") for edit in edited(data.draw(TAPES), len(raw))])
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
@given(chained())
def test_every_deletion_carries_a_reason(offsets: OffsetMap) -> None:
    assert all(set(deletion.reason.split("; ")) <= set("xyz") for deletion in offsets.deletions)


@LAW
@given(chained(), st.data())
def test_a_snapped_range_has_whole_blocks_at_its_edges(offsets: OffsetMap, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, offsets.length))
    end = data.draw(st.integers(start, offsets.length))
    within, at = set(), 0
    for segment in offsets.segments:
        within |= set() if segment.is_copy else set(range(at + 1, at + segment.length))
        at += segment.length
    low, high = offsets.snapped(start, end)

    assert low <= start <= end <= high
    assert set() == {low, high} & within
    assert {*range(low + 1, start + 1), *range(end, high)} <= within
    assert (low, high) == offsets.snapped(low, high)


@LAW
@given(made_by_edits(), st.data())
def test_a_published_span_is_its_raw_pieces_with_the_replacements_replayed(
    made: tuple[str, str, OffsetMap], data: st.DataObject
) -> None:
    raw, text, inner = made
    _, final, outer = data.draw(made_by_edits(text))
    offsets = outer.compose(inner)
    start = data.draw(st.integers(0, len(final)))
    start, end = offsets.snapped(start, data.draw(st.integers(start, len(final))))
    at, said = 0, ""
    for segment in offsets.segments:
        whole = "".join(raw[slice(*piece)] for piece in segment.pieces) if segment.text is None else segment.text
        said += whole[max(0, start - at) : max(0, end - at)]
        at += segment.length

    assert final[start:end] == said == offsets.replay(raw, start, end)


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


@LAW
@given(chained(), st.data())
def test_a_part_is_the_map_of_its_range_and_deletes_the_rest_once(offsets: OffsetMap, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, offsets.length))
    end = data.draw(st.integers(start, offsets.length))
    part = offsets.part(start, end, "elsewhere")
    gone = Counter(at for deletion in part.deletions for at in range(deletion.start, deletion.end))
    kept = {at for behind in relation(part) for at in behind}

    assert relation(offsets)[start:end] == relation(part)
    assert dict.fromkeys(set(range(offsets.raw_length)) - kept, 1) == gone


@LAW
@given(made_by_edits())
def test_the_part_that_is_all_of_it_is_the_same_map(made: tuple[str, str, OffsetMap]) -> None:
    _, text, offsets = made

    assert offsets == offsets.part(0, len(text), "elsewhere")
