"""Edits of a raw text become a clean text and its offset map. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

from builder.errors import BrokenError
from builder.offset_map import OffsetMap
from builder.tiling import Laying

_ROUNDS = 50


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
    laying = Laying()
    removed: dict[str, list[int]] = defaultdict(list)
    parts, at, length = [], 0, len(raw)
    for edit in sorted(edits):
        start, end, reason, text = edit
        if not at <= start < end <= length:
            raise BrokenError(f"{edit} overlaps another edit or lies outside {length} characters")
        if not reason:
            raise BrokenError(f"{edit} does not say why")
        if at < start:
            laying.copy(at, start)
            parts.append(raw[at:start])
        if text:
            laying.block(text, (start, end))
            parts.append(text)
        else:
            removed[reason] += (start, end)
        at = end
    if at < length:
        laying.copy(at, length)
        parts.append(raw[at:])
    return "".join(parts), OffsetMap.laid(length, laying.tiling(), removed)


def settle(raw: str, find: Callable[[str], Iterable[Edit]]) -> tuple[str, OffsetMap]:
    """Find and carry out edits until none is left, since one may make room for another; one map tells of all.

    Raises:
        BrokenError: edits are still found after many rounds.

    """
    text, offsets = raw, OffsetMap.identity(len(raw))
    for _ in range(_ROUNDS):
        edits = list(find(text))
        if not edits:
            return text, offsets
        text, step = apply(text, edits)
        offsets = step.compose(offsets)
    raise BrokenError(f"the edits of a text did not settle in {_ROUNDS} rounds")
