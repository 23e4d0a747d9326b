"""Edits of a raw text become a clean text and its offset map. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from builder.errors import BrokenError
from builder.offset_map import Deletion, OffsetMap, Piece, Segment, block, copy


class Edit(NamedTuple):
    """Raw [start, end) goes away, or another text stands in its place; `reason` says why."""

    start: int
    end: int
    reason: str
    text: str = ""


def apply(raw: str, edits: Iterable[Edit]) -> tuple[str, OffsetMap]:
    """Carry out the edits; they may not overlap.

    Raises:
        BrokenError: two edits overlap or one lies outside the text.

    """
    segments: list[Segment] = []
    deletions: list[Deletion] = []
    at = 0
    for edit in sorted(edits):
        if not at <= edit.start < edit.end <= len(raw):
            raise BrokenError(f"{edit} overlaps another edit or lies outside {len(raw)} characters")
        if at < edit.start:
            segments.append(copy(at, edit.start))
        if edit.text:
            segments.append(block(edit.text, [Piece(edit.start, edit.end)]))
        else:
            deletions.append(Deletion(edit.start, edit.end, edit.reason))
        at = edit.end
    if at < len(raw):
        segments.append(copy(at, len(raw)))
    offsets = OffsetMap(len(raw), tuple(segments), tuple(deletions))
    return offsets.replay(raw), offsets
