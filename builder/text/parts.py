"""A long text is cut into parts that can be read one by one: at blank lines, else at line ends, else behind sentences.

Pure. The parts tile the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from builder.text.graphemes import is_edge

LONGEST = 200_000
"""Characters of a part. Longer texts than this are collections, not pages."""

# Where a cut may fall, best first: the last place of the first kind that a part's end has.
_PLACES = tuple(
    map(re.compile, (r"\n[^\S\n]*\n(?=[^\S\n]*\n)|\n\n+(?=\S)", r"\n", r"[。！？.!?][”’」』\"')）]*[^\S\n]*"))
)
_END = LONGEST // 4


class Part(NamedTuple):
    """Characters [start, end) of a text; `is_torn` when it had to be cut within a line."""

    start: int
    end: int
    is_torn: bool


def parts_of(text: str, longest: int = LONGEST) -> Iterator[Part]:
    """Cut a text into parts that are no longer than this."""
    start, was_torn = 0, False
    while longest < len(text) - start:
        end = _cut(text, start + longest - min(longest, _END), start + longest)
        is_torn = text[end - 1] != "\n"
        yield Part(start, end, is_torn or was_torn)
        start, was_torn = end, is_torn
    if start < len(text):
        yield Part(start, len(text), was_torn)


def _cut(text: str, low: int, high: int) -> int:
    """Find the last good place to cut behind `low`, at `high` at the latest."""
    for place in _PLACES:
        ends = [match.end() for match in place.finditer(text, low, high) if match.end() < high]
        if ends:
            return ends[-1]
    return next((at for at in range(high, low, -1) if is_edge(text, at)), high)
