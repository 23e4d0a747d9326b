"""Texts written as one, with their words and titles, and what stands around a place in them. Pure.

What looks past a text's first or last word meets the mark there, which no name holds and no list of words knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import repeat

import numpy as np

from builder.annotators.arrays import Ints
from builder.annotators.kinds import Bits
from builder.annotators.tiling import Tiling
from builder.annotators.words import Token, begins, ends

_CLOSES = tuple("、，。；：（）()《“”】】,;:")
NOT_IN_A_NAME = frozenset("p c uj ul uz ug ud m d r x f y q".split())
"""What the tagger calls words that are no part of a name."""
PLACE_LIKE = re.compile("(?:[省市县区镇乡村州屯庄岛河湾港山]|自治区|公园)$")
"""Matches a word that ends as places do."""


class Line:
    """Texts as one, with their words, what those can be (`kinds`), and the titles in them."""

    def __init__(self, tiling: Tiling, kinds: Bits, titles: Sequence[tuple[int, int]] = ()) -> None:
        self.text, self.edges, self.numbers = tiling.text, tiling.edges, tiling.numbers
        self.vocabulary = tiling.vocabulary
        self.begins = tiling.begins
        self._tagged, self._numbers = self.vocabulary.tagged, tiling.numbers.data
        self.kinds, self.titles = kinds, titles
        self.title_starts = {start for start, _ in titles}
        self.title_ends = {end for _, end in titles}
        self._text_ends = {border - 1 for border in tiling.borders[1:]}

    def ranks(self, kind: int, *, then: int = 0) -> Ints:
        """Number the words that can be this, before a word that can be that."""
        is_kind = self.kinds & kind != 0
        if then:
            is_kind[:-1] &= self.kinds[1:] & then != 0
        return np.flatnonzero(is_kind)

    def which(self, kind: int, *, then: int = 0) -> Iterator[tuple[int, int, Token]]:
        """Give the words that can be this, before a word that can be that: number, kind, word."""
        ranks = self.ranks(kind, then=then)
        return zip(ranks.tolist(), self.kinds[ranks].tolist(), self.tokens(ranks), strict=True)

    def tokens(self, ranks: Ints) -> Iterator[Token]:
        """Give words by their numbers."""
        numbers = self.numbers[ranks]
        words, flags, _ = self.vocabulary.columns
        columns = self.edges[ranks], self.edges[ranks + 1], words[numbers], flags[numbers]
        rows = zip(*(column.tolist() for column in columns), strict=True)
        return map(tuple.__new__, repeat(Token), rows)

    def token(self, at: int) -> Token:
        """Give a word by its number."""
        return Token(self.begins[at], self.begins[at + 1], *self._tagged[self._numbers[at]])

    def tagged(self, at: int) -> tuple[str, str]:
        """Give a word and its tag."""
        return self._tagged[self._numbers[at]]

    def speaks(self, end: int) -> bool:
        """Whether what stands here takes a person before it: 说, 先生, a title."""
        return end in self.title_starts or begins("speech", self.text, end, 4) or begins("honorific", self.text, end, 4)

    def is_addressed(self, end: int) -> bool:
        """Whether a title or a form of address stands here."""
        return end in self.title_starts or begins("honorific", self.text, end)

    def is_called(self, start: int) -> bool:
        """Whether what ends here takes a name after it: 记者, 总统."""
        return start in self.title_ends or ends("role", self.text, start, 5)

    def closes(self, end: int) -> bool:
        """Whether the text ends here, or goes on with a mark."""
        return end in self._text_ends or self.text[end] in _CLOSES

    def is_listed(self, start: int) -> bool:
        """Whether a list's comma stands before."""
        return self.text[start - 1 : start] == "、"
