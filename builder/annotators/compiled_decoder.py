"""The one door to numba: jieba's model enters; what finds the states of runs leaves, in machine code, one run at a time.

It adds, compares and settles ties as the decoder in numpy does. Machine code is kept in the user's cache folder, named
by this file, numba, and the processor; where nothing can be kept, every process compiles anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from builder.annotators.hidden_states import Ints, Model, layout

Floats = NDArray[np.float64]


class Tables(NamedTuple):
    """The model and its layout, as the compiled code takes them."""

    opening: Ints
    closing: Ints
    leaving: Ints
    leaving_columns: Ints
    column: NDArray[np.uint8]
    middle: Ints
    beginning: Ints
    start: Floats
    step: Floats
    emission: Floats
    emitted: Floats
    allowed: NDArray[np.bool_]
    every: Ints


class CompiledFinder:
    """Finds the states of runs."""

    def __init__(self, model: Model, folder: Path) -> None:
        lay = layout(model)
        lists = (lay.opening, lay.closing, lay.leaving, lay.leaving_columns)
        emitted = np.take_along_axis(model.emission, np.concatenate([lay.opening, lay.closing], 1), 1)
        self._tables = Tables(*(np.ascontiguousarray(x.astype(np.int16)) for x in lists),
            *map(np.ascontiguousarray, (lay.column, lay.middle, lay.beginning, model.start, model.step, model.emission, emitted, model.allowed, model.at("BMES"))))
        some = np.zeros(1, np.intp)
        signature = tuple(map(numba.typeof, (some, some, self._tables)))
        with _keeping(folder) as kept:
            self._find = numba.njit([signature], cache=kept, nogil=True)(_find)

    def find(self, rows: Ints, lengths: Ints) -> Ints:
        """Find the states of runs that stand one after the other, in any order."""
        states: Ints = self._find(np.ascontiguousarray(rows), np.ascontiguousarray(lengths), self._tables)
        return states


@contextmanager
def _keeping(folder: Path) -> Iterator[bool]:
    """Have numba keep what it compiles in a folder, if it can be written."""
    before = numba.config.CACHE_DIR
    try:
        folder.mkdir(parents=True, exist_ok=True)
        numba.config.CACHE_DIR = str(folder)
        yield True
    finally:
        numba.config.CACHE_DIR = before


def _find(rows: Ints, lengths: Ints, tables: Tables) -> Ints:
    states = np.empty(len(rows), np.intp)
    longest = lengths.max() if len(lengths) else 0
    width = tables.opening.shape[1] + tables.closing.shape[1] + 1
    scores, came = np.empty((longest, width)), np.empty((longest, width), np.uint8)
    first = 0
    for length in lengths:
        run, path = rows[first : first + length], states[first : first + length]
        if _scored(run, tables, scores, came):
            _trace(run, tables, scores, came, path)
        else:
            _try_all(run, tables, path)
        first += length
    return states


@numba.njit(inline="always")
def _scored(run: Ints, tables: Tables, scores: Floats, came: NDArray[np.uint8]) -> bool:
    """Score the states that each character may have; say whether there always was one."""
    _begin(run[0], tables, scores)
    for at in range(1, len(run)):
        if not _any(scores, at - 1):
            return False
        scores[at, :] = -np.inf
        _open(at, run[at - 1], run[at], tables, scores, came)
        _close(at, run[at - 1], run[at], tables, scores, came)
    return _any(scores, len(run) - 1)


@numba.njit(inline="always")
def _any(scores, at):
    for j in range(scores.shape[1]):
        if scores[at, j] > -np.inf:
            return True
    return False


@numba.njit(inline="always")
def _begin(row: int, tables: Tables, scores: Floats) -> None:
    nothing, width = len(tables.step) - 1, tables.opening.shape[1]
    scores[0, :] = -np.inf
    for at in range(tables.opening.shape[1]):
        state = tables.opening[row, at]
        if state == nothing:
            break
        scores[0, at] = tables.start[state] + tables.emitted[row, at]
    for at in range(tables.closing.shape[1]):
        state = tables.closing[row, at]
        if state == nothing:
            break
        scores[0, width + at] = tables.start[state] + tables.emitted[row, width + at]


@numba.njit(inline="always")
def _open(at: int, before: int, after: int, tables: Tables, scores: Floats, came: NDArray[np.uint8]) -> None:
    """Begin words after words: the first of the best S and E states before every B and S state."""
    nothing = len(tables.step) - 1
    for rank in range(tables.leaving.shape[1]):
        leaving = tables.leaving[before, rank]
        if leaving == nothing:
            break
        column = tables.leaving_columns[before, rank]
        score = scores[at - 1, column]
        for j in range(tables.opening.shape[1]):
            state = tables.opening[after, j]
            if state == nothing:
                break
            total = (score + tables.step[leaving, state]) + tables.emitted[after, j]
            if scores[at, j] < total:
                scores[at, j] = total
                came[at, j] = column


@numba.njit(inline="always")
def _close(at: int, before: int, after: int, tables: Tables, scores: Floats, came: NDArray[np.uint8]) -> None:
    """Go on within words: an E or M state follows only the M or B state of its own tag."""
    nothing, many = len(tables.step) - 1, tables.opening.shape[1]
    for j in range(tables.closing.shape[1]):
        state = tables.closing[after, j]
        if state == nothing:
            break
        middle, beginning = tables.middle[state], tables.beginning[state]
        from_middle, from_beginning = tables.column[before, middle], tables.column[before, beginning]
        by_middle = (scores[at - 1, from_middle] + tables.step[middle, state]) + tables.emitted[after, many + j]
        by_beginning = (scores[at - 1, from_beginning] + tables.step[beginning, state]) + tables.emitted[after, many + j]
        if by_beginning <= by_middle:
            scores[at, many + j], came[at, many + j] = by_middle, from_middle
        else:
            scores[at, many + j], came[at, many + j] = by_beginning, from_beginning


@numba.njit(inline="always")
def _trace(run: Ints, tables: Tables, scores: Floats, came: NDArray[np.uint8], states: Ints) -> None:
    """Follow the path back from the best state; of equals, from the largest."""
    last = len(run) - 1
    column = 0
    for at in range(scores.shape[1] - 1):
        best, score = scores[last, column], scores[last, at]
        if best < score or best == score and _state(run[last], column, tables) < _state(run[last], at, tables):
            column = at
    for at in range(last, -1, -1):
        states[at] = _state(run[at], column, tables)
        column = came[at, column]


@numba.njit(inline="always")
def _state(row: int, column: int, tables: Tables) -> int:
    many = tables.opening.shape[1]
    return tables.opening[row, column] if column < many else tables.closing[row, column - many]


@numba.njit(inline="always")
def _try_all(run: Ints, tables: Tables, path: Ints) -> None:
    """Decode one run, each character over all states that jieba would try, the largest first."""
    scores, came = np.empty((len(run), len(tables.step))), np.empty((len(run), len(tables.step)), np.intp)
    states = _may(run[0], tables)
    for state in states:
        scores[0, state] = tables.start[state] + tables.emission[run[0], state]
    for at in range(1, len(run)):
        before = states
        states = _next(before, run[at], tables)
        for state in states:
            came[at, state] = before[0]
            scores[at, state] = -np.inf
            for other in before:
                total = (scores[at - 1, other] + tables.step[other, state]) + tables.emission[run[at], state]
                if scores[at, state] < total:
                    scores[at, state], came[at, state] = total, other
    path[-1] = states[np.argmax(scores[-1][states])]
    for at in range(len(run) - 1, 0, -1):
        path[at - 1] = came[at, path[at]]


@numba.njit(inline="always")
def _next(before: Ints, row: int, tables: Tables) -> Ints:
    """List the states that a character may have after others; what may follow them, if it may have none of these."""
    reached = np.zeros(len(tables.step), np.bool_)
    for state in before:
        reached |= tables.step[state] > -np.inf
    states = _may(row, tables)
    both = states[reached[states]]
    return both if len(both) else tables.every[reached[tables.every]]


@numba.njit(inline="always")
def _may(row: int, tables: Tables) -> Ints:
    """List the states that a character may have, the largest first; any, if nothing is known of it."""
    usual = tables.every[tables.allowed[row][tables.every]]
    return usual if len(usual) else tables.every


def load(model: Model) -> Any:
    return CompiledFinder(model, Path("/tmp/w/ncache")).find
