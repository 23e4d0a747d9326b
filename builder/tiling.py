"""The columns behind an offset map: clean segments, laid from left to right, in flat whole numbers.

Nothing is checked here: whoever lays knows the raw text. Pure: no input or output.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tiling:
    """Segments in columns: copies that run on become one, pieces are flat (start, end, start, end, and so on)."""

    starts: array[int] = field(default_factory=lambda: array("q", (0,)))
    """Where each segment begins in the clean text, then where the last one ends."""
    origins: array[int] = field(default_factory=lambda: array("q"))
    """The raw start of a copy, or ~number of a block."""
    texts: list[str] = field(default_factory=list)
    firsts: array[int] = field(default_factory=lambda: array("q", (0,)))
    """Where the pieces of each block begin in `edges`, then where those of the last one end."""
    edges: array[int] = field(default_factory=lambda: array("q"))
    run_on: int = field(default=-1, compare=False)
    """Where the last copy ended in the raw text."""

    def copy(self, start: int, end: int) -> None:
        """Lay raw [start, end) unchanged."""
        if start == self.run_on:
            self.starts[-1] += end - start
        else:
            self.origins.append(start)
            self.starts.append(self.starts[-1] + end - start)
        self.run_on = end

    def block(self, text: str, edges: Iterable[int]) -> None:
        """Lay `text` in place of raw pieces."""
        self.origins.append(~len(self.texts))
        self.starts.append(self.starts[-1] + len(text))
        self.texts.append(text)
        self.edges.extend(edges)
        self.firsts.append(len(self.edges))
        self.run_on = -1

    def behind(self, origin: int) -> array[int]:
        """Give the pieces of a block."""
        return self.edges[self.firsts[~origin] : self.firsts[~origin + 1]]

    def cut(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Yield the parts of segments within clean [start, end): origin, and low and high within the segment."""
        at = bisect_right(self.starts, start) - 1
        while start < end:
            first, after = self.starts[at], self.starts[at + 1]
            stop = after if after < end else end
            yield self.origins[at], start - first, stop - first
            start, at = stop, at + 1

    def trace(self, ranges: Iterable[int]) -> list[int]:
        """List the raw pieces behind clean ranges, in clean order, neighbours merged; a block counts whole."""
        starts, origins = self.starts, self.origins
        found: list[int] = []
        for start, end in paired(ranges):
            at = bisect_right(starts, start) - 1
            while start < end:
                after, origin = starts[at + 1], origins[at]
                stop = after if after < end else end
                if 0 <= origin:
                    low = origin + start - starts[at]
                    _extend(found, low, low + stop - start)
                else:
                    for low, high in paired(self.behind(origin)):
                        _extend(found, low, high)
                start, at = stop, at + 1
        return found

    def carry(self, start: int, end: int, onto: Tiling) -> None:
        """Lay what clean [start, end) is made of onto another tiling."""
        starts, origins, copy = self.starts, self.origins, onto.copy
        at = bisect_right(starts, start) - 1
        while start < end:
            first, after, origin = starts[at], starts[at + 1], origins[at]
            stop = after if after < end else end
            if 0 <= origin:
                copy(origin + start - first, origin + stop - first)
            else:
                onto.block(self.texts[~origin][start - first : stop - first], self.behind(origin))
            start, at = stop, at + 1


def paired(edges: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield start and end of flat pieces."""
    either = iter(edges)
    return zip(either, either, strict=True)


def _extend(found: list[int], start: int, end: int) -> None:
    """Add a piece, unless it runs on from the last one or repeats it."""
    if not found:
        found += (start, end)
    elif found[-1] == start:
        found[-1] = end
    elif found[-1] != end or found[-2] != start:
        found += (start, end)
