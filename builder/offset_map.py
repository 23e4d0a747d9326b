"""Where every character of a clean text comes from in its raw text.

The clean side is tiled by segments. A *copy* holds the raw piece character by character; a *block* holds
other characters in place of a list of raw pieces, or of none (an insertion). Pieces may be reordered, every
deletion carries a reason, and all offsets are code points, half-open. Pure: no input or output.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from builder.errors import BrokenError


class Piece(NamedTuple):
    """Raw characters [start, end)."""

    start: int
    end: int


class Deletion(NamedTuple):
    """Raw characters [start, end) that have no place in the clean text, and why."""

    start: int
    end: int
    reason: str


class Segment(NamedTuple):
    """`length` clean characters: a copy of one raw piece, or (`text` given) a block in place of some."""

    length: int
    pieces: tuple[Piece, ...]
    text: str | None = None

    @property
    def is_copy(self) -> bool:
        """Whether each clean character equals its raw one."""
        return self.text is None


def copy(start: int, end: int) -> Segment:
    """Take raw [start, end) over unchanged."""
    return Segment(end - start, (Piece(start, end),))


def block(text: str, pieces: Iterable[Piece]) -> Segment:
    """Write `text` where the raw pieces stood."""
    return Segment(len(text), tuple(pieces), text)


@dataclass(frozen=True, slots=True)
class OffsetMap:
    """A relation between clean and raw characters; `raw_length` bounds every piece."""

    raw_length: int
    segments: tuple[Segment, ...]
    deletions: tuple[Deletion, ...] = ()
    _starts: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        starts, at = [], 0
        for segment in self.segments:
            _check_segment(segment, self.raw_length)
            starts.append(at)
            at += segment.length
        for deletion in self.deletions:
            if not 0 <= deletion.start < deletion.end <= self.raw_length:
                raise BrokenError(f"unsound deletion {deletion} over {self.raw_length} raw characters")
        object.__setattr__(self, "_starts", (*starts, at))

    @property
    def length(self) -> int:
        """Count the clean characters."""
        return self._starts[-1]

    @classmethod
    def identity(cls, length: int) -> OffsetMap:
        """Map a text to itself."""
        return cls(length, (copy(0, length),) if length else ())

    def pieces(self, start: int, end: int) -> list[Piece]:
        """Find the raw pieces behind clean [start, end), in clean order, neighbours merged.

        A block counts whole: its characters share all of its pieces.
        """
        self._check_range(start, end)
        return _merged(piece for part in self._cut(start, end) for piece in part.pieces)

    def replay(self, raw: str, start: int = 0, end: int | None = None) -> str:
        """Make clean [start, end) again from the raw text."""
        end = self.length if end is None else end
        self._check_range(start, end)
        return "".join(_replayed(part, raw) for part in self._cut(start, end, whole_blocks=False))

    def compose(self, inner: OffsetMap) -> OffsetMap:
        """Chain two maps: `self` made clean text from the clean side of `inner`.

        Raises:
            BrokenError: the two do not meet.

        """
        if self.raw_length != inner.length:
            raise BrokenError(f"cannot compose: {self.raw_length} characters expected, {inner.length} given")
        segments = [part for segment in self.segments for part in _through(segment, inner)]
        removed = [
            Deletion(*piece, deletion.reason)
            for deletion in self.deletions
            for piece in inner.pieces(deletion.start, deletion.end)
        ]
        return OffsetMap(inner.raw_length, _joined(segments), tuple(sorted({*inner.deletions, *removed})))

    def to_json(self) -> dict[str, Any]:
        """Pack the map into plain lists; a copy is `[start, end]`, a block `[text, [start, end], …]`."""
        packed = [
            list(segment.pieces[0]) if segment.is_copy else [segment.text, *map(list, segment.pieces)]
            for segment in self.segments
        ]
        return {"raw": self.raw_length, "segments": packed, "deleted": [list(d) for d in self.deletions]}

    @classmethod
    def from_json(cls, packed: dict[str, Any]) -> OffsetMap:
        """Unpack what `to_json` packed."""
        segments = tuple(
            block(first, (Piece(*piece) for piece in rest)) if isinstance(first, str) else copy(first, rest[0])
            for first, *rest in packed["segments"]
        )
        return cls(packed["raw"], segments, tuple(Deletion(*d) for d in packed["deleted"]))

    def _check_range(self, start: int, end: int) -> None:
        if not 0 <= start <= end <= self.length:
            raise BrokenError(f"[{start}, {end}) lies outside a text of {self.length} characters")

    def _cut(self, start: int, end: int, *, whole_blocks: bool = True) -> Iterator[Segment]:
        """Yield the parts of segments within clean [start, end)."""
        at = max(0, bisect_right(self._starts, start) - 1)
        while start < end and at < len(self.segments) and self._starts[at] < end:
            segment, first = self.segments[at], self._starts[at]
            low, high = max(start, first) - first, min(end, first + segment.length) - first
            if segment.is_copy:
                yield copy(segment.pieces[0].start + low, segment.pieces[0].start + high)
            else:
                text = segment.text or ""
                yield segment if whole_blocks else block(text[low:high], segment.pieces)
            at += 1


def _check_segment(segment: Segment, raw_length: int) -> None:
    sound = all(0 <= piece.start < piece.end <= raw_length for piece in segment.pieces)
    if segment.is_copy:
        sound = sound and len(segment.pieces) == 1 and segment.length == _width(segment.pieces)
    if not sound or segment.length < 1:
        raise BrokenError(f"unsound segment {segment} over {raw_length} raw characters")


def _width(pieces: Sequence[Piece]) -> int:
    return sum(piece.end - piece.start for piece in pieces)


def _merged(pieces: Iterable[Piece]) -> list[Piece]:
    merged: list[Piece] = []
    for piece in pieces:
        if merged and merged[-1].end == piece.start:
            merged[-1] = Piece(merged[-1].start, piece.end)
        elif not merged or merged[-1] != piece:
            merged.append(piece)
    return merged


def _replayed(part: Segment, raw: str) -> str:
    return raw[slice(*part.pieces[0])] if part.text is None else part.text


def _through(segment: Segment, inner: OffsetMap) -> Iterator[Segment]:
    """Say one segment of the outer map in the raw characters of the inner one."""
    if segment.text is None:
        yield from inner._cut(*segment.pieces[0], whole_blocks=False)
    else:
        yield block(segment.text, _merged(p for piece in segment.pieces for p in inner.pieces(*piece)))


def _joined(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    """Join neighbouring copies that run on in the raw text."""
    joined: list[Segment] = []
    for segment in segments:
        last = joined[-1] if joined else None
        if last and last.is_copy and segment.is_copy and last.pieces[0].end == segment.pieces[0].start:
            joined[-1] = copy(last.pieces[0].start, segment.pieces[0].end)
        else:
            joined.append(segment)
    return tuple(joined)
