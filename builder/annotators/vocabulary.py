"""Tagged words enter; numbers leave, equal for equal words and tags: what a word is to the rules is told once.

Pure. A text's words are then an array of numbers, and what is known of them is taken from another by one call.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from builder.annotators.arrays import Ints

Texts = NDArray[np.object_]


class Columns(NamedTuple):
    """Words, their tags and their lengths, by number."""

    words: Texts
    flags: Texts
    lengths: Ints


class Vocabulary(dict[tuple[str, str], int]):
    """Words with their tags, each with its number; a new one gets the next."""

    def __init__(self) -> None:
        super().__init__()
        self.tagged: list[tuple[str, str]] = []
        """The words and tags, by number."""
        nothing = np.zeros(0, np.object_)
        self._columns = Columns(nothing, nothing, np.zeros(0, np.intp))

    def __missing__(self, tagged: tuple[str, str]) -> int:
        number = self[tagged] = len(self)
        self.tagged.append(tagged)
        return number

    def numbers(self, words: Sequence[str], flags: Sequence[str]) -> Ints:
        """Number tagged words."""
        return np.fromiter(map(self.__getitem__, zip(words, flags, strict=True)), np.intp, len(words))

    def after(self, count: int) -> list[tuple[str, str]]:
        """List the words and tags but for the first ones."""
        return self.tagged[count:]

    @property
    def columns(self) -> Columns:
        """Give all that is numbered."""
        if new := self.after(len(self._columns.words)):
            (words, flags), known = zip(*new, strict=True), self._columns
            self._columns = Columns(
                np.append(known.words, np.array(words, np.object_)),
                np.append(known.flags, np.array(flags, np.object_)),
                np.append(known.lengths, [*map(len, words)]),
            )
        return self._columns
