"""Chinese character runs enter; the likeliest state of each character leaves, exactly as jieba's decoder finds it.

Pure. Many runs go side by side; every sum is added in jieba's order and every tie goes to the larger state, so not even
rounding differs. Where jieba leaves its list of states (a rare character, an unheard-of pair) a run goes alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from builder.annotators.hidden_states import Model

Ints = NDArray[np.intp]
Floats = NDArray[np.float64]
_SIDE_BY_SIDE = 96  # fewer runs are not worth sorting by how many states they have


@dataclass(frozen=True)
class Layout:
    """Where a character's states lie in a row of scores: first those that open a word, then those that go on with one.

    Each table has a row per character, padded with "no state".
    """

    opening: Ints
    """B and S states."""
    closing: Ints
    """E and M states."""
    leaving: Ints
    """S and E states: what the next word may follow."""
    leaving_columns: Ints
    column: Ints
    """The column of a state; what a character cannot have lies in the last, which holds minus infinity."""
    middle: Ints
    """Of every state, the M state of its tag."""
    beginning: Ints
    """Of every state, the B state of its tag."""

    @property
    def width(self) -> int:
        """Count the columns."""
        return self.opening.shape[1] + self.closing.shape[1] + 1


def layout(model: Model) -> Layout:
    """Lay out the states of every character."""
    opening, closing = _listed(model, model.at("BS")), _listed(model, model.at("EM"))
    pad = opening.shape[1] + closing.shape[1]
    column = np.full(model.allowed.shape, pad, np.intp)
    np.put_along_axis(column, opening, np.arange(opening.shape[1])[None, :], 1)
    np.put_along_axis(column, closing, np.arange(opening.shape[1], pad)[None, :], 1)
    column[:, model.nothing] = pad
    leaving = _listed(model, np.concatenate([model.at("S"), model.at("E")]))
    number = {name: rank for rank, name in enumerate(model.names)}
    middle, beginning = (
        np.array([*(number[place, tag] for _, tag in model.names), model.nothing], np.intp) for place in "MB"
    )
    return Layout(opening, closing, leaving, np.take_along_axis(column, leaving, 1), column, middle, beginning)


def _listed(model: Model, states: Ints) -> Ints:
    """List which of the states each character may have, in the same order."""
    may = model.allowed[:, states]
    width = int(may.sum(1).max())
    order = np.argsort(~may, axis=1, kind="stable")[:, :width]
    return np.where(np.take_along_axis(may, order, 1), states[order], model.nothing)


class Decoder:
    """Finds the likeliest states of runs."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._layout = layout(model)
        self._usual = model.allowed.any(1)
        after, before = np.nonzero(model.step[:-1, :-1].T > -np.inf)
        firsts = np.flatnonzero(np.diff(after, prepend=-1))
        self._steps = before, after, firsts
        self._ways = np.diff(firsts, append=len(after))

    def decode(self, runs: Sequence[str]) -> list[Ints]:
        """Give the states of every run's characters."""
        ends = list(accumulate(map(len, runs)))
        rows = np.split(self.model.rows_of("".join(runs)), ends[:-1]) if runs else []
        order = sorted(range(len(runs)), key=lambda at: -len(runs[at]))
        usual = [at for at in order if self._usual[rows[at]].all()]
        paths: dict[int, Ints] = {}
        if usual:
            together, alive = self._together([rows[at] for at in usual])
            paths = {at: path for at, path, sound in zip(usual, together, alive, strict=True) if sound}
        return [paths[at] if at in paths else self._alone(rows[at]) for at in range(len(runs))]

    def _together(self, runs: Sequence[Ints]) -> tuple[list[Ints], NDArray[np.bool_]]:
        """Decode runs from the longest to the shortest; say which of them kept to the states they may have."""
        lengths = np.array([len(run) for run in runs])
        rows = np.full((len(runs), lengths[0]), -1, np.intp)
        rows[np.arange(lengths[0]) < lengths[:, None]] = np.concatenate(runs)
        scores = self._begin(rows[:, 0])
        alive = np.ones(len(runs), np.bool_)
        last = np.zeros(len(runs), np.intp)
        back: list[Ints] = []
        for at in range(1, lengths[0] + 1):
            going = int(np.searchsorted(-lengths, -at))  # runs longer than this
            last[going : len(scores)] = self._best(scores[going:], rows[going : len(scores), at - 1])
            if not going:
                break
            scores, came = self._advance(scores[:going], rows[:going, at - 1], rows[:going, at])
            alive[:going] &= (scores > -np.inf).any(1)
            back.append(came)
        return list(self._traced(rows, lengths, last, back)), alive

    def _begin(self, rows: Ints) -> Floats:
        scores = np.full((len(rows), self._layout.width), -np.inf)
        states = np.concatenate([self._layout.opening[rows], self._layout.closing[rows]], 1)
        scores[:, :-1] = self.model.start[states] + self.model.emission[rows[:, None], states]
        return scores

    def _best(self, scores: Floats, rows: Ints) -> Ints:
        """Find the column of the best state; of equals, the larger state."""
        states = np.concatenate([self._layout.opening[rows], self._layout.closing[rows]], 1)
        states[states == self.model.nothing] = -1
        best: Ints = np.where(scores[:, :-1] == scores.max(1)[:, None], states, -2).argmax(1)
        return best

    def _advance(self, scores: Floats, before: Ints, after: Ints) -> tuple[Floats, Ints]:
        """Go one character on: new scores, and the column each came from."""
        new = np.full(scores.shape, -np.inf)
        came = np.zeros(scores.shape, np.intp)
        opening = self._layout.opening.shape[1]
        for some in self._alike(before, after):
            self._open(scores, before, after, some, new, came)
        new[:, opening:-1], came[:, opening:-1] = self._close(scores, before, after)
        return new, came

    def _alike(self, before: Ints, after: Ints) -> Iterator[Ints]:
        """Group runs whose characters have about as many states, so that little is computed for nothing."""
        if len(before) < _SIDE_BY_SIDE:
            yield np.arange(len(before))
            return
        nothing = self.model.nothing
        many = (self._layout.leaving[before] != nothing).sum(1)
        order = np.argsort(many, kind="stable")
        yield from (part for part in np.array_split(order, 4) if len(part))

    def _open(self, scores: Floats, before: Ints, after: Ints, some: Ints, new: Floats, came: Ints) -> None:
        """Begin words after words: the best of every S and E state before every B and S state."""
        nothing = self.model.nothing
        leaving, opening = self._layout.leaving[before[some]], self._layout.opening[after[some]]
        leaving = leaving[:, : int((leaving != nothing).sum(1).max(initial=1))]
        opening = opening[:, : int((opening != nothing).sum(1).max(initial=1))]
        columns = self._layout.leaving_columns[before[some], : leaving.shape[1]]
        sums = self.model.step.take((leaving * (nothing + 1))[:, None, :] + opening[:, :, None])
        sums += scores[some[:, None], columns][:, None, :]
        sums += self.model.emission[after[some, None], opening][:, :, None]
        best = sums.argmax(2)
        new[some[:, None], np.arange(opening.shape[1])] = np.take_along_axis(sums, best[:, :, None], 2)[:, :, 0]
        came[some[:, None], np.arange(opening.shape[1])] = np.take_along_axis(columns, best, 1)

    def _close(self, scores: Floats, before: Ints, after: Ints) -> tuple[Floats, Ints]:
        """Go on within words: an E or M state follows only the M or B state of its own tag."""
        lay, at = self._layout, np.arange(len(before))[:, None]
        states = lay.closing[after]
        emitted = self.model.emission[after[:, None], states]
        middle, beginning = lay.middle[states], lay.beginning[states]
        from_middle, from_beginning = lay.column[before[:, None], middle], lay.column[before[:, None], beginning]
        by_middle = (scores[at, from_middle] + self.model.step[middle, states]) + emitted
        by_beginning = (scores[at, from_beginning] + self.model.step[beginning, states]) + emitted
        chosen = by_beginning <= by_middle
        return np.where(chosen, by_middle, by_beginning), np.where(chosen, from_middle, from_beginning)

    def _traced(self, rows: Ints, lengths: Ints, last: Ints, back: Sequence[Ints]) -> Iterator[Ints]:
        """Follow each path back from its last column, and name the states."""
        columns = np.zeros(rows.shape, np.intp)
        columns[np.arange(len(rows)), lengths - 1] = last
        for at in range(rows.shape[1] - 1, 0, -1):
            came = back[at - 1]
            columns[: len(came), at - 1] = came[np.arange(len(came)), columns[: len(came), at]]
        listed = np.concatenate([self._layout.opening, self._layout.closing], 1)
        states = listed[rows, np.minimum(columns, listed.shape[1] - 1)]
        yield from (states[run, :length] for run, length in enumerate(lengths))

    def _alone(self, rows: Ints) -> Ints:
        """Decode one run, each character over all states that jieba would try."""
        model, nothing = self.model, self.model.nothing
        before, after, firsts = self._steps
        may = model.allowed[rows, :nothing] | ~self._usual[rows, None]
        scores = np.where(may[0], model.start[:nothing] + model.emission[rows[0], :nothing], -np.inf)
        back = []
        for row, allowed in zip(rows[1:], may[1:], strict=True):
            sums = (scores[before] + model.step[before, after]) + model.emission[row, after]
            best, reached = np.maximum.reduceat(sums, firsts), after[firsts]
            came = np.full(nothing, -1, np.intp)
            came[reached] = np.maximum.reduceat(np.where(sums == np.repeat(best, self._ways), before, -1), firsts)
            scores = np.full(nothing, -np.inf)
            scores[reached] = best
            if (allowed & (scores > -np.inf)).any():
                scores[~allowed] = -np.inf
            back.append(came)
        path = [nothing - 1 - int(scores[::-1].argmax())]
        for came in reversed(back):
            path.append(int(came[path[-1]]))
        return np.array(path[::-1], np.intp)


def words_in(model: Model, states: Ints) -> Iterator[tuple[int, int, str]]:
    """Cut a decoded run into words: begin, end and tag of each."""
    names = [model.names[state] for state in states.tolist()]
    ends = [at + 1 for at, (place, _) in enumerate(names) if place in "ES" or at + 1 == len(names)]
    yield from ((begin, end, names[begin][1]) for begin, end in pairwise([0, *ends]))
