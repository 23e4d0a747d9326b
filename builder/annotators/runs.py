"""A text and its dictionary words enter; single characters side by side leave, parted where their script changes.

Pure. What stands there jieba joins again: letters and digits into words and numbers, Chinese by its model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from builder.annotators.arrays import Codes, Flags, Ints

Kinds = NDArray[np.uint8]

HAN, LATIN, NUMBER, SIGN, _POINT, OUTSIDE = range(6)
"""Kinds of characters as jieba's patterns sort them."""


class Runs(NamedTuple):
    """Single characters side by side: which words of the text, which characters of it."""

    first: Ints
    last: Ints
    begin: Ints
    end: Ints

    def only(self, some: Flags) -> Runs:
        """Give some of the runs."""
        return Runs(*(each[some] for each in self))

    @property
    def inside(self) -> Ints:
        """Number the characters of all runs."""
        lengths = self.end - self.begin
        return np.repeat(self.end - lengths.cumsum(), lengths) + np.arange(lengths.sum())


def _kinds() -> Kinds:
    kinds = np.full(1 << 16, OUTSIDE, np.uint8)
    kinds[0x4E00:0x9FD6] = HAN
    kinds[[ord(sign) for sign in "+#&_"]] = SIGN
    kinds[ord(".")] = _POINT
    for first, last, kind in (("a", "z", LATIN), ("A", "Z", LATIN), ("0", "9", NUMBER)):
        kinds[ord(first) : ord(last) + 1] = kind
    return kinds


_KINDS = _kinds()


def kinds_of(codes: Codes) -> Kinds:
    """Sort characters."""
    return _KINDS.take(codes, mode="clip")


def runs(words: Sequence[str], begins: Ints, codes: Codes, is_word: Callable[[str], bool]) -> Runs:
    """Find where two or more single characters stand side by side; rjieba joins letters and digits among them."""
    kinds, lengths = kinds_of(codes[begins[:-1]]), np.diff(begins)
    loose = (lengths == 1) & (kinds != OUTSIDE)
    joined = np.flatnonzero((lengths > 1) & ((kinds == LATIN) | (kinds == NUMBER)))
    loose[joined] = [not is_word(words[at]) for at in joined.tolist()]
    turns = np.flatnonzero(np.diff(loose, prepend=False, append=False))
    first, last = turns[::2], turns[1::2]
    found = Runs(first, last, begins[first], begins[last])
    return found.only(found.end - found.begin > 1)


def pieces(kinds: Kinds, begins: Flags) -> tuple[Kinds, Flags]:
    """Part runs where their script changes; give each character the kind of its piece, and say if it begins one.

    Digits after a letter go on with its word; else they begin a number, to which points belong.
    """
    places = np.arange(len(kinds))
    before = np.maximum.accumulate(np.where((kinds != NUMBER) | begins, places, 0))
    kinds = np.where((kinds == NUMBER) & (kinds[before] == LATIN), LATIN, kinds)
    kinds[kinds == _POINT] = NUMBER
    return kinds, begins | (np.diff(kinds, prepend=kinds[:1]) != 0)
