"""Edits of a raw text become a clean text and its offset map. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from builder.errors import BrokenError
from builder.offset_map import OffsetMap
from builder.tiling import Tiling


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
    tiling = Tiling()
    removed: dict[str, list[int]] = defaultdict(list)
    at = 0
    for edit in sorted(edits):
        start, end, reason, text = edit
        if not at <= start < end <= len(raw):
            raise BrokenError(f"{edit} overlaps another edit or lies outside {len(raw)} characters")
        if at < start:
            tiling.copy(at, start)
        if text:
            tiling.block(text, (start, end))
        else:
            removed[reason] += (start, end)
        at = end
    if at < len(raw):
        tiling.copy(at, len(raw))
    offsets = OffsetMap.laid(len(raw), tiling, removed)
    return offsets.replay(raw), offsets
