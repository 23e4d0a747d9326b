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

    def rows_of(self, text: str) -> NDArray[np.intp]:
        """Look up the rows of a Chinese text."""
        codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
        return self.rows[codes - _FIRST].astype(np.intp)

    def at(self, places: str) -> NDArray[np.intp]:
        """Number the states at these places of a word, what wins a tie first."""
        found = [number for number, (place, _) in enumerate(self.names) if place in places]
        return np.array(found[::-1], np.intp)

    @property
    def nothing(self) -> int:
        """Number the column that stands for no state."""
        return len(self.names)


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
