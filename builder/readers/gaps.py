"""What lies between the pieces of a raw text that were taken: what a map must give a reason for. Pure."""

from __future__ import annotations

from collections.abc import Iterable


def gaps_between(pieces: Iterable[tuple[int, int]], length: int) -> list[int]:
    """List the gaps between pieces of a text of this length, flat; an empty piece counts for nothing."""
    found, at = list[int](), 0
    for start, end in (*sorted(pieces), (length, length)):
        if at < start and (start < end or start == length):
            found += (at, start)
            at = start
        at = max(at, end)
    return found
