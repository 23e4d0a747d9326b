"""Where every character of a clean text comes from in its raw text.

The clean side is tiled by segments. A *copy* holds the raw piece character by character; a *block* holds
other characters in place of a list of raw pieces, or of none (an insertion). Pieces may be reordered, every
deletion carries a reason, and all offsets are code points, half-open. Pure: no input or output.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

from builder.errors import BrokenError
from builder.tiling import Laying, Tiling, paired, united


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


@dataclass(frozen=True, slots=True, init=False)
class OffsetMap:
    """A relation between clean and raw characters; `raw_length` bounds every piece."""

    raw_length: int
    tiling: Tiling
    removed: dict[str, array[int]]
    """What any step took out, by reason, as flat pieces; also where a block still stands for the character."""

    def __init__(self, raw_length: int, segments: Iterable[Segment], deletions: Iterable[Deletion] = ()) -> None:
        laying = Laying()
        for segment in segments:
            _check_segment(segment, raw_length)
            if segment.text is None:
                laying.copy(*segment.pieces[0])
            else:
                laying.block(segment.text, [edge for piece in segment.pieces for edge in piece])
        removed: dict[str, list[int]] = defaultdict(list)
        for deletion in deletions:
            start, end, reason = deletion
            if not 0 <= start < end <= raw_length or not reason:
                raise BrokenError(f"unsound deletion {deletion} over {raw_length} raw characters")
            removed[reason] += (start, end)
        self._become(raw_length, laying.tiling(), removed)

    def __hash__(self) -> int:
        return hash((self.raw_length, tuple(self.tiling.starts), tuple(self.tiling.origins)))

    @classmethod
    def laid(cls, raw_length: int, tiling: Tiling, removed: Mapping[str, Sequence[int]]) -> OffsetMap:
        """Take over columns that are known to be sound."""
        offsets = cls.__new__(cls)
        offsets._become(raw_length, tiling, removed)
        return offsets

    @classmethod
    def identity(cls, length: int) -> OffsetMap:
        """Map a text to itself."""
        return cls(length, (copy(0, length),) if length else ())

    @property
    def length(self) -> int:
        """Count the clean characters."""
        return self.tiling.starts[-1]

    @property
    def is_identity(self) -> bool:
        """Whether the clean text is the raw one."""
        return not self.removed and [0] == list(self.tiling.origins) and self.length == self.raw_length

    @property
    def segments(self) -> tuple[Segment, ...]:
        """List the segments, in clean order; made anew at each call."""
        return tuple(
            copy(origin, origin + high - low)
            if 0 <= origin
            else block(self.tiling.texts[~origin], map(Piece._make, paired(self.tiling.behind(origin))))
            for origin, low, high in self.tiling.cut(0, self.length)
        )

    @property
    def deletions(self) -> tuple[Deletion, ...]:
        """List what no segment holds, in raw order, each character once; several reasons are joined."""
        kept = ((*piece, "") for segment in self.segments for piece in segment.pieces)
        gone = ((*piece, why) for why, edges in self.removed.items() for piece in paired(edges))
        turns = sorted(turn for start, end, why in (*kept, *gone) for turn in ((start, 1, why), (end, -1, why)))
        found: list[Deletion] = []
        active: Counter[str] = Counter()
        since = 0
        for at, turn, why in turns:
            reasons = sorted(+active)
            if since < at and reasons and "" not in reasons:
                found.append(Deletion(since, at, "; ".join(reasons)))
            active[why] += turn
            since = at
        return tuple(found)

    def pieces(self, start: int, end: int) -> list[Piece]:
        """Find the raw pieces behind clean [start, end), in clean order, neighbours merged.

        A block counts whole: its characters share all of its pieces.
        """
        self._check_range(start, end)
        edges = self.tiling.trace((start, end))
        return list(map(Piece, edges[::2], edges[1::2]))

    def snapped(self, start: int, end: int) -> tuple[int, int]:
        """Widen clean [start, end) so that it cuts no block: what stands for raw characters stands for all of them."""
        self._check_range(start, end)
        return self.tiling.edge(start, 0), self.tiling.edge(end, 1)

    def replay(self, raw: str, start: int = 0, end: int | None = None) -> str:
        """Make clean [start, end) again from the raw text."""
        end = self.length if end is None else end
        self._check_range(start, end)
        texts = self.tiling.texts
        return "".join(
            raw[origin + low : origin + high] if 0 <= origin else texts[~origin][low:high]
            for origin, low, high in self.tiling.cut(start, end)
        )

    def part(self, start: int, end: int, reason: str) -> OffsetMap:
        """Map clean [start, end) alone; what lies around its raw characters is deleted for this reason.

        At an end of the clean text, what was deleted there stays as it is.
        """
        self._check_range(start, end)
        edges, laying = self.tiling.trace((start, end)), Laying()
        first = min(edges, default=self.raw_length) if start else 0
        last = max(edges, default=0) if end < self.length else self.raw_length
        for origin, low, high in self.tiling.cut(start, end):
            if 0 <= origin:
                laying.copy(origin + low, origin + high)
            else:
                laying.block(self.tiling.texts[~origin][low:high], self.tiling.behind(origin))
        removed = {why: _inside(gone, first, last) for why, gone in self.removed.items()}
        told = united([*edges, *chain.from_iterable(removed.values())])
        removed[reason] = [*removed.get(reason, ()), *_outside(told, self.raw_length)]
        return OffsetMap.laid(self.raw_length, laying.tiling(), removed)

    def compose(self, inner: OffsetMap) -> OffsetMap:
        """Chain two maps: `self` made clean text from the clean side of `inner`.

        Raises:
            BrokenError: the two do not meet.

        """
        if self.raw_length != inner.length:
            raise BrokenError(f"cannot compose: {self.raw_length} characters expected, {inner.length} given")
        if self.is_identity:
            return inner
        if inner.is_identity:
            return self
        removed = dict[str, Sequence[int]](inner.removed)
        for why, edges in self.removed.items():
            removed[why] = (*removed.get(why, ()), *inner.tiling.trace(edges))
        return OffsetMap.laid(inner.raw_length, self.tiling.chained(inner.tiling), removed)

    def to_json(self) -> dict[str, Any]:
        """Pack the map; a piece is two numbers: how far behind the last piece it starts, and its length.

        A copy is its piece; a block its text, the count of its pieces, and these. Deletions stand by reason.
        """
        tokens: list[int | str] = []
        at = 0
        for origin, low, high in self.tiling.cut(0, self.length):
            edges = (origin + low, origin + high) if 0 <= origin else self.tiling.behind(origin)
            if origin < 0:
                tokens += (self.tiling.texts[~origin], len(edges) // 2)
            for start, end in paired(edges):
                tokens += (start - at, end - start)
                at = end
        gone = {why: _steps(edges) for why, edges in self.removed.items()}
        return {"version": 2, "raw": self.raw_length, "segments": tokens, "deleted": gone}

    @classmethod
    def from_json(cls, packed: dict[str, Any]) -> OffsetMap:
        """Unpack what `to_json` packed, or what it packed before there were versions."""
        if "version" not in packed:
            deletions = (Deletion(*deletion) for deletion in packed["deleted"])
            return cls(packed["raw"], map(_unversioned, packed["segments"]), deletions)
        gone = (Deletion(*p, why) for why, steps in packed["deleted"].items() for p in _walked(paired(steps)))
        return cls(packed["raw"], _unpacked(packed["segments"]), gone)

    def _become(self, raw_length: int, tiling: Tiling, removed: Mapping[str, Sequence[int]]) -> None:
        joined = {why: united(edges) for why, edges in sorted(removed.items()) if edges}
        object.__setattr__(self, "raw_length", raw_length)
        object.__setattr__(self, "tiling", tiling)
        object.__setattr__(self, "removed", joined)

    def _check_range(self, start: int, end: int) -> None:
        if not 0 <= start <= end <= self.length:
            raise BrokenError(f"[{start}, {end}) lies outside a text of {self.length} characters")


def _check_segment(segment: Segment, raw_length: int) -> None:
    sound = all(0 <= start < end <= raw_length for start, end in segment.pieces)
    if segment.is_copy:
        sound = sound and [segment.length] == [end - start for start, end in segment.pieces]
    if not sound or segment.length < 1:
        raise BrokenError(f"unsound segment {segment} over {raw_length} raw characters")


def _inside(edges: Sequence[int], low: int, high: int) -> list[int]:
    """Give the parts of ordered flat pieces that lie within [low, high)."""
    first, last = bisect_right(edges, low) // 2 * 2, (bisect_left(edges, high) + 1) // 2 * 2
    return [min(max(edge, low), high) for edge in edges[first:last]]


def _outside(edges: Sequence[int], length: int) -> Iterator[int]:
    """Give what ordered flat pieces leave of [0, length), as flat pieces."""
    for low, high in paired((0, *edges, length)):
        if low < high:
            yield from (low, high)


def _steps(edges: Sequence[int]) -> list[int]:
    """Say every edge as characters since the last one."""
    return [after - before for before, after in zip((0, *edges), edges, strict=False)]


def _walked(steps: Iterable[tuple[int, int]]) -> Iterator[Piece]:
    """Turn steps and lengths into pieces."""
    at = 0
    for step, length in steps:
        yield Piece(at + step, at + step + length)
        at += step + length


def _unpacked(tokens: Iterable[Any]) -> Iterator[Segment]:
    rest, at = iter(tokens), 0
    for first in rest:
        text, count = (first, next(rest)) if isinstance(first, str) else (None, 1)
        pieces = []
        for _ in range(count):
            start = at + (first if text is None else next(rest))
            at = start + next(rest)
            pieces.append(Piece(start, at))
        yield copy(*pieces[0]) if text is None else block(text, pieces)


def _unversioned(packed: Sequence[Any]) -> Segment:
    first, *rest = packed
    return block(first, (Piece(*piece) for piece in rest)) if isinstance(first, str) else copy(first, rest[0])
