"""Characters at places of a page become printed lines in reading order: columns left to right, each from the top.

Enters: glyphs, in any order. Leaves: columns of lines. Pure: no file and no library is known here.
What spans several columns divides the page; lines of a column are never mixed with its neighbour's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from statistics import median
from typing import NamedTuple

# All in units of the font size.
_SAME_LINE, _BACKWARD, _GAP = 0.3, -0.5, 0.7
# How high letters stand over the line they are set on.
_HEIGHT = 0.7
# A narrower column is a list's numbers or a table's, and a gutter that few lines show must be wider.
_NARROWEST, _LONE_COLUMN, _LONE_GUTTER, _SURE_GUTTER, _FEW = 5, 1.2, 1.5, 3, 3
# Cuts within cuts; what has more gutters is strewn, not printed.
_DEEPEST, _MOST_GUTTERS = 50, 60
MOST_RUNS = 10_000
"""More pieces than this on one page are not put in order."""
BIG = 1.3
"""Letters so much larger than the body's are a headline's."""
# Characters that go straight down make a page vertical; more of them than of those that go right.
_DOWN_LEAST, _DOWN_MOST = 0.5, 2.5

Stretch = tuple[float, float]
"""From a place to another one on its right."""


class Glyph(NamedTuple):
    """A character of the raw text at `at`, and where it is printed: `base` is the line it stands on, from the top."""

    at: int
    text: str
    left: float
    right: float
    base: float
    size: float


class Run(NamedTuple):
    """Glyphs that follow each other on one line without a wide gap; `top` is how high their letters reach."""

    glyphs: Sequence[Glyph]
    left: float
    right: float
    base: float
    size: float
    top: float

    @classmethod
    def of(cls, glyphs: Sequence[Glyph]) -> Run:
        """Measure glyphs that stand in the order of reading."""
        size, base = median(glyph.size for glyph in glyphs), glyphs[0].base
        return cls(glyphs, glyphs[0].left, max(glyph.right for glyph in glyphs), base, size, base - _HEIGHT * size)


@dataclass(slots=True)
class _Region:
    """Runs, and the stretches from left to right in which some stand."""

    runs: list[Run]
    filled: list[Stretch]

    @classmethod
    def of(cls, runs: Sequence[Run]) -> _Region:
        return cls(list(runs), _merged((run.left, run.right) for run in runs))

    def joined(self, other: _Region) -> _Region:
        return _Region(self.runs + other.runs, _merged([*self.filled, *other.filled]))


def is_vertical(glyphs: Sequence[Glyph]) -> bool:
    """Whether most characters stand under the one before: text that runs from top to bottom."""
    down = right = 0
    for one, other in pairwise(glyphs):
        step = (other.base - one.base) / one.size
        if abs(other.left - one.left) < _SAME_LINE * one.size and _DOWN_LEAST <= step <= _DOWN_MOST:
            down += 1
        elif abs(step) < _SAME_LINE:
            right += 1
    return right < down


def runs_of(glyphs: Iterable[Glyph]) -> Iterator[Run]:
    """Cut glyphs in the file's order where they leave their line or a wide gap."""
    run: list[Glyph] = []
    for glyph in glyphs:
        if run and not _follows(run[-1], glyph):
            yield Run.of(run)
            run = []
        run.append(glyph)
    if run:
        yield Run.of(run)


def columns_of(glyphs: Sequence[Glyph]) -> Iterator[list[Run]]:
    """Order the text of a page: yield what is read from top to bottom, one after the other, as printed lines."""
    runs = list(runs_of(glyphs))
    if runs:
        em = median(glyph.size for glyph in glyphs)
        for column in _ordered(runs, em):
            yield list(_lines(column))


def _follows(before: Glyph, glyph: Glyph) -> bool:
    em = max(before.size, glyph.size)
    if _SAME_LINE * em < abs(glyph.base - before.base):
        return False
    return _BACKWARD * em < glyph.left - before.right < _GAP * em


def _ordered(runs: Sequence[Run], em: float, depth: int = 0) -> Iterator[Sequence[Run]]:
    """Cut into bands one below the other, else at gutters, until neither can be cut."""
    bands = list(_bands(runs, em))
    gutters = _gutters(_Region.of(runs), em) if len(bands) == 1 else []
    if gutters:
        cuts = [float("-inf"), *((low + high) / 2 for low, high in gutters), float("inf")]
        bands = [[run for run in runs if low <= (run.left + run.right) / 2 < high] for low, high in pairwise(cuts)]
    if len(bands) == 1 or _DEEPEST < depth:
        yield runs
        return
    for band in bands:
        yield from _ordered(band, em, depth + 1)


def _bands(runs: Sequence[Run], em: float) -> Iterator[list[Run]]:
    """Cut rows off where what spans columns meets columns."""
    rows = list(map(_Region.of, _rows(runs)))
    band = rows[0]
    for at, row in enumerate(rows[1:], 1):
        ahead = reduce(_Region.joined, rows[at : at + _FEW])
        if _parts(band, row, ahead, em):
            yield band.runs
            band = row
        else:
            band = band.joined(row)
    yield band.runs


def _parts(band: _Region, row: _Region, ahead: _Region, em: float) -> bool:
    """Whether a row cannot be read with the band above it.

    It spans the band's gutters, or it and the rows below have some where the band has none.
    """
    above, both = _gutters(band, em, _SURE_GUTTER), _gutters(band.joined(row), em)
    if both and _is_big(row, em):
        return not _spaces(row, em, _LONE_GUTTER) and len(both) < len(above)
    is_spanned = _crossed(_gutters(ahead, em, _SURE_GUTTER), band)
    if both:
        return is_spanned and _is_big(band, em)
    return is_spanned or _crossed(above, row) or not above and _is_big(band, em) != _is_big(row, em)


def _is_big(region: _Region, em: float) -> bool:
    """Whether all is in a headline's letters."""
    return all(BIG * em <= run.size for run in region.runs)


def _crossed(gutters: Sequence[Stretch], region: _Region) -> bool:
    """Whether something stands right across a gutter."""
    return any(run.left < low and high < run.right for low, high in gutters for run in region.runs)


def _rows(runs: Sequence[Run]) -> Iterator[list[Run]]:
    """Group what stands beside each other."""
    row: list[Run] = []
    bottom = 0.0
    for run in sorted(runs, key=lambda run: run.top):
        if row and bottom <= run.top:
            yield row
            row = []
        bottom = max(bottom, run.base) if row else run.base
        row.append(run)
    if row:
        yield row


def _gutters(region: _Region, em: float, lone: float = _LONE_GUTTER) -> list[Stretch]:
    """Find the gutters that no run crosses and that part columns; what few lines show must be as wide as `lone`."""
    (cut, _), (_, right_edge) = region.filled[0], region.filled[-1]
    found = []
    for low, high in _spaces(region, em, lone):
        if _NARROWEST * em <= low - cut and _NARROWEST * em <= right_edge - high:
            found.append((low, high))
            cut = high
    return found


def _spaces(region: _Region, em: float, lone: float) -> list[Stretch]:
    """Find the stretches from left to right in which nothing stands."""
    spaces = [(before[1], after[0]) for before, after in pairwise(region.filled)]
    wide = [(low, high) for low, high in spaces if _GAP * em <= high - low]
    if _MOST_GUTTERS < len(wide):
        return []
    return [space for space in wide if _least(region.runs, space, em, lone) * em <= space[1] - space[0]]


def _least(runs: Sequence[Run], space: Stretch, em: float, lone: float) -> float:
    """Say how wide a space must be to part columns: less so the more lines show it on both of its sides."""
    low, high = space
    left, right = set[int](), set[int]()
    for run in runs:
        (left if run.right <= low else right).add(round(run.base / em))
        if 1 < len(left) and 1 < len(right) and _FEW <= len(left | right):
            return _GAP
    if _FEW <= len(left | right):
        return _LONE_COLUMN
    return lone if left == right else _SURE_GUTTER


def _merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Unite stretches that meet."""
    found: list[Stretch] = []
    for low, high in sorted(stretches):
        if found and low <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], high)
        else:
            found.append((low, high))
    return found


def _lines(runs: Sequence[Run]) -> Iterator[Run]:
    """Join what stands on one line; a large first letter stands on the uppermost line beside it."""
    heights: list[Run] = []
    lines: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: run.top):
        at = next((at for at in range(max(0, len(lines) - 2), len(lines)) if _overlaps(heights[at], run)), -1)
        if at < 0:
            heights.append(run)
            lines.append([run])
            continue
        lines[at].append(run)
        if run.size < heights[at].size and len(heights[at].glyphs) <= len(run.glyphs):
            heights[at] = run
    for line in lines:
        line.sort(key=lambda run: run.left)
        yield Run.of([glyph for run in line for glyph in run.glyphs])


def _overlaps(one: Run, other: Run) -> bool:
    """Whether two runs stand beside each other by half the height of the lower one."""
    shared = min(one.base, other.base) - max(one.top, other.top)
    return _HEIGHT / 2 * min(one.size, other.size) <= shared
