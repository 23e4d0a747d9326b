"""The one door to numba: jieba's model enters; what finds the states of runs leaves, in machine code, run by run.

It adds, compares and settles ties as the decoder in numpy does. The machine code is kept in the user's cache folder;
where it cannot be kept, or what is kept is not what was written, it is made anew: damaged code is never run.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from builder.annotators import built
from builder.annotators.hidden_states import Ints, Model, layout
from builder.disk import files_in, sha256_of

Columns = NDArray[np.uint8]
Floats = NDArray[np.float64]
Ranks = NDArray[np.int16]

_UNREADABLE = (pickle.UnpicklingError, EOFError, LookupError, ValueError, TypeError, AttributeError, ImportError)
"""What reading another version's machine code may raise."""
_inlined: Callable[[Any], Any] = numba.njit(inline="always")


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
        signature = tuple(map(numba.typeof, (some, some, self._tables)))
        self._find = compiled(_find, signature, folder or built.folder("machine-code"))

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


@cache
def compiled(function: Callable[..., Any], signature: tuple[Any, ...], folder: Path) -> Any:
    """Compile a function for these types, or read what was compiled and kept."""
    try:
        return _kept(function, signature, folder)
    except _UNREADABLE:
        with suppress(OSError):
            _delete(folder)
    except (OSError, RuntimeError):  # no place to keep it
        pass
    return numba.njit([signature], nogil=True)(function)


def _kept(function: Callable[..., Any], signature: tuple[Any, ...], folder: Path) -> Any:
    """Read machine code only if its seal fits, since a few wrong bits of it could end the process."""
    seal = folder / "machine-code.seal"
    if built.read(seal) != _digests(folder):
        _delete(folder)
    with _keeping(folder):
        ready = numba.njit([signature], cache=True, nogil=True)(function)
    if ready.stats.cache_misses:
        built.keep(seal, _digests(folder), others=0)
    return ready


def _digests(folder: Path) -> bytes:
    return "".join(f"{sha256_of(path)} {path.relative_to(folder)}\n" for path in _code_in(folder)).encode()


def _delete(folder: Path) -> None:
    for path in _code_in(folder):
        path.unlink(missing_ok=True)


def _code_in(folder: Path) -> list[Path]:
    """List the machine code and its indexes."""
    return [path for path in files_in(folder) if path.suffix in (".nbc", ".nbi")]


@contextmanager
def _keeping(folder: Path) -> Iterator[None]:
    """Have numba keep what it compiles in a folder."""
    settings: Any = numba.config
    before, settings.CACHE_DIR = settings.CACHE_DIR, str(folder)
    try:
        yield
    finally:
        settings.CACHE_DIR = before


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


@_inlined
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


@_inlined
def _any(scores: Floats, at: int) -> bool:
    for column in range(scores.shape[1]):  # noqa: SIM110 - numba has no generators here
        if scores[at, column] > -np.inf:
            return True
    return False


@_inlined
def _begin(row: int, tables: Tables, scores: Floats) -> None:
    for column in range(scores.shape[1] - 1):
        scores[0, column] = tables.first[row, column]
    scores[0, -1] = -np.inf


@_inlined
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


@_inlined
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


@_inlined
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


@_inlined
def _state(row: int, column: int, tables: Tables) -> int:
    many = tables.opening.shape[1]
    state: int = tables.opening[row, column] if column < many else tables.closing[row, column - many]
    return state


@_inlined
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


@_inlined
def _next(before: Ints, row: int, tables: Tables) -> Ints:
    """List the states that a character may have after others; what may follow them, if it may have none of these."""
    reached = np.zeros(len(tables.step), np.bool_)
    for state in before:
        reached |= tables.step[state] > -np.inf
    states = _may(row, tables)
    both = states[reached[states]]
    return both if len(both) else tables.every[reached[tables.every]]


@_inlined
def _may(row: int, tables: Tables) -> Ints:
    """List the states that a character may have, the largest first; any, if nothing is known of it."""
    usual = tables.every[tables.allowed[row][tables.every]]
    return usual if len(usual) else tables.every
