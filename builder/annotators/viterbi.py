"""Runs of Chinese characters enter; their likeliest states leave, exactly as jieba's decoder finds them.

Pure. Many runs go side by side; every sum is added in jieba's order and every tie goes to the larger state, so not even
rounding differs. Where jieba leaves its list of states (a rare character, an unheard-of pair) a run goes alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise, takewhile

import numpy as np
from numpy.typing import NDArray

from builder.annotators.arrays import Flags, Floats, Ints
from builder.annotators.hidden_states import Model, layout

Find = Callable[[Ints, Ints], Ints]
"""Finds the states of runs that stand one after the other, given the rows of their characters, and their lengths."""
_SIDE_BY_SIDE = 192  # more runs are parted by how many states they have
_REMEMBERED = 1 << 16
_LONGEST_REMEMBERED = 16  # longer runs hardly come again, and would fill the memory


class Decoder:
    """Finds the likeliest states of characters."""

    def __init__(self, model: Model, find: Find | None = None) -> None:
        self._model = model
        self.tags = [tag for _, tag in model.names]
        self._find = find or Remembering(SideBySide(model).find).find
        self._ends_word = np.array([place in "ES" for place, _ in model.names])

    def words(self, codes: NDArray[np.uint32], lengths: Ints) -> tuple[Flags, Ints]:
        """Say of each character of runs, which stand one after the other, if it begins a word, and its tag's number."""
        states = self._find(self._model.rows_of(codes), lengths)
        begins = np.ones(len(states) + 1, np.bool_)
        begins[1:] = self._ends_word[states]
        begins[lengths.cumsum()] = True
        return begins[:-1], states


class Remembering:
    """Finds the states of each run once, and keeps those of short runs."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._known: dict[bytes, bytes] = {}

    def find(self, rows: Ints, lengths: Ints) -> Ints:
        """Find the states of runs in any order; what is known is not looked for again."""
        if _REMEMBERED < len(self._known):
            self._known.clear()
        keys = _parted(rows, lengths)
        new = sorted({*keys}.difference(self._known), key=len, reverse=True)
        many = np.array([*map(len, new)], np.intp) // 2
        states = self._find(_joined(new), many)
        self._known.update(zip(new, _parted(states, many), strict=True))
        found = _joined([*map(self._known.__getitem__, keys)])
        for key in takewhile(lambda key: 2 * _LONGEST_REMEMBERED < len(key), new):
            del self._known[key]
        return found


def _parted(numbers: Ints, lengths: Ints) -> list[bytes]:
    """Part numbers into what belongs to each run, two bytes for each."""
    body = numbers.astype(np.int16).tobytes()
    return [body[begin:end] for begin, end in pairwise([0, *(2 * lengths.cumsum()).tolist()])]


def _joined(parts: Sequence[bytes]) -> Ints:
    return np.frombuffer(b"".join(parts), np.int16).astype(np.intp)


def _within(scores: Floats, columns: NDArray[np.integer]) -> Ints:
    """Number these columns of each row in the table laid flat."""
    return columns + np.arange(len(scores))[:, None] * scores.shape[1]


class SideBySide:
    """Finds the states of many runs at once, in numpy."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._layout = lay = layout(model)
        self._listed = np.concatenate([lay.opening, lay.closing], 1)
        self._emission = np.take_along_axis(model.emission, self._listed, 1)
        self._start = np.pad(model.start[self._listed] + self._emission, ((0, 0), (0, 1)), constant_values=-np.inf)
        self._leave, self._open, self._close = (
            (each != model.nothing).sum(1) for each in (lay.leaving, lay.opening, lay.closing)
        )
        every = np.arange(model.nothing + 1)
        self._from_middle, self._from_beginning = model.step[lay.middle, every], model.step[lay.beginning, every]
        self._usual: Flags = self._open + self._close > 0
        self._all = model.at("BMES")
        self._reached = model.step > -np.inf

    def find(self, rows: Ints, lengths: Ints) -> Ints:
        """Find the states of runs that stand one after the other, from the longest to the shortest."""
        if not len(rows):
            return rows
        firsts = lengths.cumsum() - lengths
        going = np.searchsorted(-lengths, -np.arange(lengths[0]), "left").tolist()
        here = [rows[firsts[:many] + at] for at, many in enumerate(going)]
        states, alive = np.empty(len(rows), np.intp), np.ones(len(lengths), np.bool_)
        scores = self._scores(here)
        for at, path in enumerate(self._traced(here, scores)):
            states[firsts[: len(path)] + at] = path
            alive[: len(path)] &= scores[at].max(1) > -np.inf
        for first, length in zip(firsts[~alive].tolist(), lengths[~alive].tolist(), strict=True):
            states[first : first + length] = self._alone(rows[first : first + length])
        return states

    def _scores(self, here: Sequence[Ints]) -> list[Floats]:
        """Score the states of all first characters, of all second ones, and so on."""
        scores = [self._start.take(here[0], 0)]
        for before, after in pairwise(here):
            scores.append(self._advance(scores[-1][: len(after)], before[: len(after)], after))
        return scores

    def _advance(self, scores: Floats, before: Ints, after: Ints) -> Floats:
        """Go one character on."""
        new = np.full(scores.shape, -np.inf)
        opening = self._layout.opening.shape[1]
        for some in self._alike(before, after):
            ours, now, then = scores.take(some, 0), before.take(some), after.take(some)
            emission = self._emission.take(then, 0)
            opened, closed = self._opened(ours, now, then), self._closed(ours, now, then)
            new[some, : opened.shape[1]] = opened + emission[:, : opened.shape[1]]
            many = closed.shape[1]
            new[some, opening : opening + many] = closed + emission[:, opening : opening + many]
        return new

    def _alike(self, before: Ints, after: Ints) -> Iterator[Ints]:
        """Group runs whose characters have about as many states, so that little is computed for nothing."""
        if len(before) < _SIDE_BY_SIDE:
            return iter([np.arange(len(before))])
        order = np.lexsort([self._open[after], self._leave[before] // 3])
        return iter(np.array_split(order, len(order) * 2 // _SIDE_BY_SIDE))

    def _opened(self, scores: Floats, before: Ints, after: Ints) -> Floats:
        """Begin words after words: the best of every S and E state before every B and S state.

        The largest sum stays the largest when what the characters emit is added to all.
        """
        many = int(self._leave[before].max())
        leaving = self._layout.leaving.take(before, 0)[:, :many].T * len(self._model.step)
        opening = self._layout.opening.take(after, 0)[:, : int(self._open[after].max())]
        sums = self._model.step.take(leaving[:, :, None] + opening)
        sums += self._left(scores, before)[:, :many].T[:, :, None]
        best: Floats = sums.max(0, initial=-np.inf)
        return best

    def _left(self, scores: Floats, before: Ints) -> Floats:
        """Score the states that the next word may follow."""
        return scores.take(_within(scores, self._layout.leaving_columns.take(before, 0)))

    def _closed(self, scores: Floats, before: Ints, after: Ints) -> Floats:
        """Go on within words."""
        states = self._layout.closing.take(after, 0)[:, : int(self._close[after].max())]
        by_middle, by_beginning = self._inside(scores, before, states)
        return np.maximum(by_middle, by_beginning)

    def _inside(self, scores: Floats, before: Ints, states: Ints) -> tuple[Floats, Floats]:
        """Score what goes on with a word: an E or M state follows only the M or B state of its own tag."""
        column, first = self._layout.column, before[:, None] * self._layout.column.shape[1]
        middle = column.take(first + self._layout.middle.take(states))
        beginning = column.take(first + self._layout.beginning.take(states))
        by_middle = scores.take(_within(scores, middle)) + self._from_middle.take(states)
        return by_middle, scores.take(_within(scores, beginning)) + self._from_beginning.take(states)

    def _traced(self, here: Sequence[Ints], scores: Sequence[Floats]) -> list[Ints]:
        """Follow each path back from its best state."""
        path = [self._best(scores[-1], here[-1])]
        for at in range(len(here) - 2, -1, -1):
            going = len(here[at + 1])
            came = self._came(scores[at][:going], here[at][:going], here[at + 1], path[-1])
            path.append(np.concatenate([came, self._best(scores[at][going:], here[at][going:])]))
        return path[::-1]

    def _best(self, scores: Floats, rows: Ints) -> Ints:
        """Find the best state; of equals, the larger one."""
        states = self._listed[rows]
        states[states == self._model.nothing] = -1
        best: Ints = np.where(scores[:, :-1] == scores.max(1)[:, None], states, -2).max(1, initial=-1)
        return best

    def _came(self, scores: Floats, before: Ints, after: Ints, states: Ints) -> Ints:
        """Find the state before each state: every sum again, but of one path only."""
        lay, emitted = self._layout, self._model.emission[after, states][:, None]
        by_middle, by_beginning = (each + emitted for each in self._inside(scores, before, states[:, None]))
        came = np.where(by_beginning <= by_middle, lay.middle[states, None], lay.beginning[states, None])[:, 0]
        new = np.flatnonzero(np.maximum(by_middle, by_beginning)[:, 0] == -np.inf)
        leaving = lay.leaving.take(before[new], 0)
        steps = self._model.step.take(leaving * len(self._model.step) + states[new, None])
        sums = (self._left(scores[new], before[new]) + steps) + emitted[new]
        came[new] = leaving[np.arange(len(new)), sums.argmax(1)]
        return came

    def _alone(self, rows: Ints) -> Ints:
        """Decode one run, each character over all states that jieba would try."""
        states = self._may(rows[0])
        scores = self._model.start[states] + self._model.emission[rows[0], states]
        back = []
        for row in rows[1:]:
            before, reached = states, np.maximum.reduce(self._reached[states])
            states = self._may(row)
            states = states[reached[states]] if reached[states].any() else self._all[reached[self._all]]
            sums = (scores[:, None] + self._model.step[before[:, None], states]) + self._model.emission[row, states]
            came = sums.argmax(0)
            scores = sums[came, np.arange(len(states))]
            back.append((states, before[came]))
        path = [int(states[scores.argmax()])]
        for states, came in reversed(back):
            path.append(int(came[np.flatnonzero(states == path[-1])[0]]))
        return np.array(path[::-1], np.intp)

    def _may(self, row: np.intp) -> Ints:
        """List the states that a character may have, the largest first; any, if nothing is known of it."""
        return self._all[self._model.allowed[row, self._all]] if self._usual[row] else self._all
