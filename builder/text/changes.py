"""What cleaning did within stretches of a document: joins, removals, replacements, and leaps over other text. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from builder.offset_map import Deletion, OffsetMap


class Did(StrEnum):
    """What stands between neighbouring clean characters in the raw text."""

    JOINED = "joined"
    """Lines became one."""
    REMOVED = "removed"
    REPLACED = "replaced"
    LEAPT = "leapt"
    """Text that stands elsewhere now lies between, or the order is another one."""


class Change(NamedTuple):
    """Clean [start, end), counted from the stretch's start, stands for raw [raw_start, raw_end), which reads `was`.

    For a removal and a leap, start == end. For a leap, `was` is empty: it may be long, or backward.
    """

    start: int
    end: int
    raw_start: int
    raw_end: int
    did: Did
    was: str
    reason: str


class Changes:
    """All that cleaning did to one document."""

    def __init__(self, offsets: OffsetMap, raw: str) -> None:
        """Take the document's map and its raw text."""
        self._offsets, self._raw = offsets, raw
        self._gone = [deletion for deletion in sorted(offsets.deletions) if deletion.reason != "another article"]

    def within(self, start: int, end: int) -> Iterator[Change]:
        """Yield what was changed within clean [start, end), in order."""
        at, last, tiling = 0, -1, self._offsets.tiling
        for origin, low, high in tiling.cut(start, end):
            edges = (origin + low, origin + high) if 0 <= origin else tiling.behind(origin)
            if edges and 0 <= last != edges[0]:
                yield self._gap(at, last, edges[0])
            if edges and origin < 0:
                yield self._replaced(at, at + high - low, edges)
            at += high - low
            last = edges[-1] if edges else last

    def _gap(self, at: int, start: int, end: int) -> Change:
        if end < start or not (gone := list(self._covering(start, end))):
            return Change(at, at, start, end, Did.LEAPT, "", "")
        was = self._raw[start:end]
        did = Did.JOINED if "\n" in was and not was.strip("- \t\r\n") else Did.REMOVED
        return Change(at, at, start, end, did, was, gone[0].reason)

    def _replaced(self, start: int, end: int, edges: Sequence[int]) -> Change:
        was = self._raw[edges[0] : edges[-1]]
        did = Did.REPLACED if was.strip() or "\n" not in was else Did.JOINED
        return Change(start, end, edges[0], edges[-1], did, was, "")

    def _covering(self, start: int, end: int) -> Iterator[Deletion]:
        """Yield the deletions that make up raw [start, end); none unless they cover it whole."""
        rank, at, found = bisect_right(self._gone, start, key=lambda gone: gone.start), start, []
        while rank and at < self._gone[rank - 1].end:
            rank -= 1
        for gone in self._gone[rank:]:
            if at < gone.start or end <= at:
                break
            if at < gone.end:
                found.append(gone)
                at = gone.end
        if end <= at:
            yield from found
