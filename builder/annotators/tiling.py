"""Texts enter with their tagged words; they leave as one text, so that a rule looks at all of them at once.

Pure. A mark stands after every text: a word of its own, and none that a name could hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, chain, pairwise, repeat
from typing import NamedTuple

import numpy as np

from builder.annotators.arrays import Ints
from builder.annotators.vocabulary import Vocabulary
from builder.annotators.words import Token

MARK = "\0"


class Tiling(NamedTuple):
    """Texts as one, and the tagged words that tile it."""

    text: str
    vocabulary: Vocabulary
    numbers: Ints
    """The words and their tags, as the vocabulary numbers them."""
    edges: Ints
    """Where each word begins, and where the last one ends."""
    borders: Sequence[int]
    """Where each text begins, and where one more would."""

    @property
    def begins(self) -> memoryview[int]:
        """Give the edges one by one, as plain numbers."""
        return self.edges.data

    @property
    def words(self) -> list[str]:
        """Give the words."""
        words: list[str] = self.vocabulary.columns.words[self.numbers].tolist()
        return words

    @property
    def flags(self) -> list[str]:
        """Give the words' tags."""
        flags: list[str] = self.vocabulary.columns.flags[self.numbers].tolist()
        return flags

    def tokens(self) -> list[list[Token]]:
        """Give the words text by text, each with its place there."""
        firsts = np.searchsorted(self.edges, self.borders).tolist()
        words, flags = self.words, self.flags
        return [_tokens(words[first : after - 1], flags[first : after - 1]) for first, after in pairwise(firsts)]


def _tokens(words: Sequence[str], flags: Sequence[str]) -> list[Token]:
    begins = list(accumulate(map(len, words), initial=0))
    rows = zip(begins[:-1], begins[1:], words, flags, strict=True)
    return list(map(tuple.__new__, repeat(Token), rows))


def joined(texts: Sequence[str]) -> str:
    """Write texts one after the other, and the mark after each."""
    return MARK.join((*texts, ""))


def borders(texts: Iterable[str]) -> list[int]:
    """Say where each of the texts begins that are written as one, and where one more would."""
    return list(accumulate((len(text) + 1 for text in texts), initial=0))


def tiled(texts: Sequence[str], vocabulary: Vocabulary, numbers: Ints) -> Tiling:
    """Lay the words of texts and their marks over the texts, which are written as one."""
    edges = np.concatenate([[0], vocabulary.columns.lengths[numbers].cumsum()])
    return Tiling(joined(texts), vocabulary, numbers, edges, borders(texts))


def tiled_by(texts: Sequence[str], tokens: Iterable[Iterable[Token]]) -> Tiling:
    """Lay each text's own words over it."""
    mark = Token(0, 1, MARK, "x")
    laid = list(chain.from_iterable((*own, mark) for own in tokens))
    vocabulary = Vocabulary()
    return tiled(texts, vocabulary, vocabulary.numbers([token.word for token in laid], [token.flag for token in laid]))
