"""jieba's hidden Markov model of tagged characters enters as dictionaries; arrays that a fast decoder can use leave.

A state is a place in a word (Beginning, Middle, End, Single) and a tag. States are numbered in the order in which jieba
settles ties, so that the larger number wins. Inside a word the tag stays; only from E or S one may go to any B or S.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from builder.annotators.arrays import Ints

State = tuple[str, str]
LEAST = -3.14e100
"""What jieba adds where a state never gave a character."""

_FIRST, _LAST = 0x4E00, 0x9FD5  # what jieba takes for Chinese


@dataclass(frozen=True)
class Model:
    """The model; rows are characters, the last row is any character it does not know.

    The last column of the tables stands for "no state": it can be looked up, and never wins.
    """

    names: tuple[State, ...]
    start: NDArray[np.float64]
    """By state."""
    step: NDArray[np.float64]
    """From state to state."""
    emission: NDArray[np.float64]
    """Of a character by a state."""
    allowed: NDArray[np.bool_]
    """Which states a character may have; a character without any may have all."""
    rows: NDArray[np.int16]
    """The row of each Chinese character, from the first one on."""

    def rows_of(self, codes: NDArray[np.uint32]) -> NDArray[np.intp]:
        """Look up the rows of Chinese characters."""
        return self.rows[codes - _FIRST].astype(np.intp)

    def at(self, places: str) -> NDArray[np.intp]:
        """Number the states at these places of a word, what wins a tie first."""
        found = [number for number, (place, _) in enumerate(self.names) if place in places]
        return np.array(found[::-1], np.intp)

    @property
    def nothing(self) -> int:
        """Number the column that stands for no state."""
        return len(self.names)


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
    """S and E states: what the next word may follow; what wins a tie comes first."""
    leaving_columns: Ints
    column: NDArray[np.uint8]
    """The column of a state; what a character cannot have lies in the last, which holds minus infinity."""
    middle: Ints
    """Of every state, the M state of its tag."""
    beginning: Ints
    """Of every state, the B state of its tag."""


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
    characters, ranks = np.nonzero(model.allowed[:, states])
    counts = np.bincount(characters, minlength=len(model.allowed))
    listed = np.full((len(counts), counts.max()), model.nothing)
    listed[characters, np.arange(len(characters)) - np.repeat(counts.cumsum() - counts, counts)] = states[ranks]
    return listed


def model(
    start: Mapping[State, float],
    steps: Mapping[State, Mapping[State, float]],
    emissions: Mapping[State, Mapping[str, float]],
    states: Mapping[str, tuple[State, ...]],
) -> Model:
    """Turn jieba's four tables into arrays."""
    names = tuple(sorted(start))
    number = {name: rank for rank, name in enumerate(names)}
    characters = sorted({character for given in emissions.values() for character in given} | set(states))
    rows = np.full(_LAST - _FIRST + 1, len(characters), np.int16)
    rows[_codes(characters)] = np.arange(len(characters))
    emission = np.full((len(characters) + 1, len(names) + 1), LEAST)
    emission[:, -1] = 0.0
    for state, given in emissions.items():
        emission[rows[_codes(given)], number[state]] = list(given.values())
    allowed = np.zeros(emission.shape, np.bool_)
    every = [number[state] for given in states.values() for state in given]
    allowed[np.repeat(rows[_codes(states)], [len(given) for given in states.values()]), every] = True
    begin = np.array([*(start[name] for name in names), -np.inf])
    return Model(names, begin, _steps(steps, number), emission, allowed, rows)


def _steps(steps: Mapping[State, Mapping[State, float]], number: Mapping[State, int]) -> NDArray[np.float64]:
    table = np.full((len(number) + 1, len(number) + 1), -np.inf)
    for state, given in steps.items():
        for after, value in given.items():
            table[number[state], number[after]] = value
    return table


def _codes(characters: Any) -> NDArray[np.intp]:
    return np.fromiter(map(ord, characters), np.intp) - _FIRST
