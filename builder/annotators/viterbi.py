"""Runs of Chinese characters enter; words and tags leave, exactly as jieba's decoder finds them.

Pure. Many runs go side by side; every sum is added in jieba's order and every tie goes to the larger state, so not even
rounding differs. Where jieba leaves its list of states (a rare character, an unheard-of pair) a run goes alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from builder.annotators.hidden_states import Model

Ints = NDArray[np.intp]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Tagged = tuple[tuple[str, ...], tuple[str, ...]]
"""Words and their tags."""
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
    column: NDArray[np.uint8]
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
    column = np.full(model.allowed.shape, pad, np.uint8)
    np.put_along_axis(column, opening, np.arange(opening.shape[1], dtype=np.uint8)[None, :], 1)
    np.put_along_axis(column, closing, np.arange(opening.shape[1], pad, dtype=np.uint8)[None, :], 1)
    column[:, model.nothing] = pad
    leaving = _listed(model, np.concatenate([model.at("S"), model.at("E")]))
    number = {name: rank for rank, name in enumerate(model.names)}
    middle, beginning = (
        np.array([*(number[place, tag] for _, tag in model.names), model.nothing], np.intp) for place in "MB"
    )
    return Layout(
        opening, closing, leaving, np.take_along_axis(column, leaving, 1).astype(np.intp), column, middle, beginning
    )


def _listed(model: Model, states: Ints) -> Ints:
    """List which of the states each character may have, in the same order."""
    may = model.allowed[:, states]
    width = int(may.sum(1).max())
    order = np.argsort(~may, axis=1, kind="stable")[:, :width]
    return np.where(np.take_along_axis(may, order, 1), states[order], model.nothing)


class Decoder:
    """Cuts and tags by the likeliest states of the characters."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._layout = layout(model)
        self._usual: Flags = np.logical_or.reduce(model.allowed, axis=1)
        self._all = model.at("BMES")
        self._listed = np.concatenate([self._layout.opening, self._layout.closing], 1)
        self._reached = model.step > -np.inf
        self._ends_word = np.array([place in "ES" for place, _ in model.names])
        self._tags = [tag for _, tag in model.names]

    def cut(self, runs: Sequence[str]) -> list[Tagged]:
        """Cut every run into words, and tag them."""
        order = sorted(range(len(runs)), key=lambda at: -len(runs[at]))
        text = "".join(runs[at] for at in order)
        lengths = np.array([len(runs[at]) for at in order], np.intp)
        states = self._states(self.model.rows_of(text), lengths)
        ending, bounds = self._ends_word[states], lengths.cumsum()
        ending[bounds - 1] = True
        ends = np.flatnonzero(ending) + 1
        begins = np.concatenate([[0], ends])[:-1]
        words = [text[begin:end] for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)]
        tags = [self._tags[state] for state in states[begins].tolist()]
        cut: list[Tagged] = [((), ())] * len(runs)
        borders = [0, *np.searchsorted(ends, bounds, "right").tolist()]
        for at, (first, last) in zip(order, pairwise(borders), strict=True):
            cut[at] = tuple(words[first:last]), tuple(tags[first:last])
        return cut

    def _states(self, rows: Ints, lengths: Ints) -> Ints:
        """Find the states of runs that stand one after the other, from the longest to the shortest."""
        ends = lengths.cumsum()
        usual = np.minimum.reduceat(self._usual[rows], ends - lengths) if len(rows) else np.empty(0, np.bool_)
        states, alive = np.empty(len(rows), np.intp), usual.copy()
        if usual.any():
            here = np.repeat(usual, lengths)
            states[here], alive[usual] = self._together(rows[here], lengths[usual])
        for end, length in zip(ends[~alive].tolist(), lengths[~alive].tolist(), strict=True):
            states[end - length : end] = self._alone(rows[end - length : end])
        return states

    def _together(self, characters: Ints, lengths: Ints) -> tuple[Ints, Flags]:
        """Decode runs side by side; say which of them kept to the states they may have."""
        inside = np.arange(lengths[0]) < lengths[:, None]
        rows = np.full(inside.shape, -1, np.intp)
        rows[inside] = characters
        scores = self._begin(rows[:, 0])
        alive = np.ones(len(rows), np.bool_)
        last = np.zeros(len(rows), np.intp)
        back: list[Ints] = []
        for at in range(1, lengths[0] + 1):
            going = int(np.searchsorted(-lengths, -at))  # runs longer than this
            last[going : len(scores)] = self._best(scores[going:], rows[going : len(scores), at - 1])
            if not going:
                break
            scores, came = self._advance(scores[:going], rows[:going, at - 1], rows[:going, at])
            alive[:going] &= (scores > -np.inf).any(1)
            back.append(came)
        return self._traced(rows, lengths, last, back)[inside], alive

    def _begin(self, rows: Ints) -> Floats:
        scores = np.full((len(rows), self._layout.width), -np.inf)
        states = self._listed[rows]
        scores[:, :-1] = self.model.start[states] + self.model.emission[rows[:, None], states]
        return scores

    def _best(self, scores: Floats, rows: Ints) -> Ints:
        """Find the column of the best state; of equals, the larger state."""
        states = self._listed[rows]
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
        closed, by = self._close(scores, before, after)
        new[:, opening : opening + closed.shape[1]], came[:, opening : opening + closed.shape[1]] = closed, by
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
        states = states[:, : int((states != self.model.nothing).sum(1).max(initial=1))]
        emitted = self.model.emission[after[:, None], states]
        middle, beginning = lay.middle[states], lay.beginning[states]
        from_middle, from_beginning = lay.column[before[:, None], middle], lay.column[before[:, None], beginning]
        by_middle = (scores[at, from_middle] + self.model.step[middle, states]) + emitted
        by_beginning = (scores[at, from_beginning] + self.model.step[beginning, states]) + emitted
        chosen = by_beginning <= by_middle
        return np.where(chosen, by_middle, by_beginning), np.where(chosen, from_middle, from_beginning)

    def _traced(self, rows: Ints, lengths: Ints, last: Ints, back: Sequence[Ints]) -> Ints:
        """Follow each path back from its last column, and number the states."""
        columns = np.zeros(rows.shape, np.intp)
        columns[np.arange(len(rows)), lengths - 1] = last
        for at in range(rows.shape[1] - 1, 0, -1):
            came = back[at - 1]
            columns[: len(came), at - 1] = came[np.arange(len(came)), columns[: len(came), at]]
        states: Ints = self._listed[rows, np.minimum(columns, self._listed.shape[1] - 1)]
        return states

    def _alone(self, rows: Ints) -> Ints:
        """Decode one run, each character over all states that jieba would try."""
        states = self._may(rows[0])
        scores = self.model.start[states] + self.model.emission[rows[0], states]
        back = []
        for row in rows[1:]:
            before, reached = states, np.maximum.reduce(self._reached[states])
            states = self._may(row)
            states = states[reached[states]] if reached[states].any() else self._all[reached[self._all]]
            sums = (scores[:, None] + self.model.step[before[:, None], states]) + self.model.emission[row, states]
            came = sums.argmax(0)
            scores = sums[came, np.arange(len(states))]
            back.append((states, before[came]))
        path = [int(states[scores.argmax()])]
        for states, came in reversed(back):
            path.append(int(came[np.flatnonzero(states == path[-1])[0]]))
        return np.array(path[::-1], np.intp)

    def _may(self, row: np.intp) -> Ints:
        """List the states that a character may have, the largest first; any, if nothing is known of it."""
        return self._all[self.model.allowed[row, self._all]] if self._usual[row] else self._all
