"""jieba's model enters; what finds the states of runs leaves, in machine code, run by run.

It adds, compares and settles ties as the decoder in numpy does.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from builder.annotators.arrays import Floats, Ints
from builder.annotators.hidden_states import Model, layout
from builder.annotators.machine_code import inlined, made_for

Columns = NDArray[np.uint8]
Ranks = NDArray[np.int16]


class Tables(NamedTuple):
    """The model and its layout, as the compiled code takes them."""

    opening: Ranks
    closing: Ranks
    leaving: Ranks
    leaving_columns: Columns
    column: Columns
    middle: Ints
    beginning: Ints
    every: Ints
    start: Floats
    step: Floats
    emission: Floats
    emitted: Floats
    """What the states in the columns emit."""
    first: Floats
    """The scores of a run's first character."""
    allowed: NDArray[np.bool_]


class CompiledFinder:
    """Finds the states of runs."""

    def __init__(self, model: Model, folder: Path | None = None) -> None:
        self._tables = _tables(model)
        some = np.zeros(1, np.intp)
        self._find = made_for(_find, folder, some, some, self._tables)

    def find(self, rows: Ints, lengths: Ints) -> Ints:
        """Find the states of runs that stand one after the other, in any order."""
        states: Ints = self._find(np.ascontiguousarray(rows), np.ascontiguousarray(lengths), self._tables)
        return states


def _tables(model: Model) -> Tables:
    lay = layout(model)
    ranks = (each.astype(np.int16) for each in (lay.opening, lay.closing, lay.leaving))
    states = np.concatenate([lay.opening, lay.closing], 1)
    emitted = np.take_along_axis(model.emission, states, 1)
    columns = (lay.leaving_columns.astype(np.uint8), lay.column, lay.middle, lay.beginning, model.at("BMES"))
    numbers = (model.start, model.step, model.emission, emitted, model.start[states] + emitted, model.allowed)
    return Tables(*map(np.ascontiguousarray, (*ranks, *columns, *numbers)))


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


@inlined
def _scored(run: Ints, tables: Tables, scores: Floats, came: Columns) -> bool:
    """Score the states that each character may have; say whether there always was one."""
    _begin(run[0], tables, scores)
    for at in range(1, len(run)):
        if not _any(scores, at - 1):
            return False
        scores[at, :] = -np.inf
        _open(run, at, tables, scores, came)
        _close(run, at, tables, scores, came)
    return bool(_any(scores, len(run) - 1))


@inlined
def _any(scores: Floats, at: int) -> bool:
    for column in range(scores.shape[1]):  # noqa: SIM110 - numba has no generators here
        if scores[at, column] > -np.inf:
            return True
    return False


@inlined
def _begin(row: int, tables: Tables, scores: Floats) -> None:
    for column in range(scores.shape[1] - 1):
        scores[0, column] = tables.first[row, column]
    scores[0, -1] = -np.inf


@inlined
def _open(run: Ints, at: int, tables: Tables, scores: Floats, came: Columns) -> None:
    """Begin words after words: the first of the best S and E states before every B and S state."""
    before, after, nothing = run[at - 1], run[at], len(tables.step) - 1
    for rank in range(tables.leaving.shape[1]):
        leaving, left = tables.leaving[before, rank], tables.leaving_columns[before, rank]
        if leaving == nothing:
            break
        score = scores[at - 1, left]
        for column in range(tables.opening.shape[1]):
            state = tables.opening[after, column]
            if state == nothing:
                break
            total = (score + tables.step[leaving, state]) + tables.emitted[after, column]
            if scores[at, column] < total:
                scores[at, column], came[at, column] = total, left


@inlined
def _close(run: Ints, at: int, tables: Tables, scores: Floats, came: Columns) -> None:
    """Go on within words: an E or M state follows only the M or B state of its own tag."""
    before, after, many = run[at - 1], run[at], tables.opening.shape[1]
    for rank in range(tables.closing.shape[1]):
        state, column = tables.closing[after, rank], many + rank
        if state == len(tables.step) - 1:
            break
        middle, beginning = tables.middle[state], tables.beginning[state]
        from_middle, from_beginning = tables.column[before, middle], tables.column[before, beginning]
        by_middle = (scores[at - 1, from_middle] + tables.step[middle, state]) + tables.emitted[after, column]
        by_beginning = (scores[at - 1, from_beginning] + tables.step[beginning, state]) + tables.emitted[after, column]
        if by_beginning <= by_middle:
            scores[at, column], came[at, column] = by_middle, from_middle
        else:
            scores[at, column], came[at, column] = by_beginning, from_beginning


@inlined
def _trace(run: Ints, tables: Tables, scores: Floats, came: Columns, path: Ints) -> None:
    """Follow the path back from the best state; of equals, from the largest."""
    last, best = len(run) - 1, 0
    for column in range(scores.shape[1] - 1):
        mine, score = scores[last, best], scores[last, column]
        if mine < score or (mine == score and _state(run[last], best, tables) < _state(run[last], column, tables)):
            best = column
    for at in range(last, -1, -1):
        path[at] = _state(run[at], best, tables)
        best = came[at, best]


@inlined
def _state(row: int, column: int, tables: Tables) -> int:
    many = tables.opening.shape[1]
    state: int = tables.opening[row, column] if column < many else tables.closing[row, column - many]
    return state


@inlined
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


@inlined
def _next(before: Ints, row: int, tables: Tables) -> Ints:
    """List the states that a character may have after others; what may follow them, if it may have none of these."""
    reached = np.zeros(len(tables.step), np.bool_)
    for state in before:
        reached |= tables.step[state] > -np.inf
    states = _may(row, tables)
    both = states[reached[states]]
    return both if len(both) else tables.every[reached[tables.every]]


@inlined
def _may(row: int, tables: Tables) -> Ints:
    """List the states that a character may have, the largest first; any, if nothing is known of it."""
    usual = tables.every[tables.allowed[row][tables.every]]
    return usual if len(usual) else tables.every
