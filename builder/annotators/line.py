"""A sentence with its words and titles, and what stands around a place in it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from builder.annotators.kinds import OPENING
from builder.annotators.proposal import Found
from builder.annotators.words import Token, begins, ends

_CLOSES = tuple("、，。；：（）()《“”】】,;:")
NOT_IN_A_NAME = frozenset("p c uj ul uz ug ud m d r x f y q".split())
"""What the tagger calls words that are no part of a name."""
PLACE_LIKE = re.compile("(?:[省市县区镇乡村州屯庄岛河湾港山]|自治区|公园)$")
"""Matches a word that ends as places do."""


class Line:
    """A sentence with its words, what they can be (`kinds`), and the titles in it."""

    def __init__(self, text: str, tokens: Sequence[Token], kinds: Sequence[int], titles: Sequence[Found]) -> None:
        self.text, self.tokens, self.kinds, self.titles = text, tokens, kinds, titles
        self.title_starts = {title.start for title in titles}
        self.title_ends = {title.end for title in titles}
        self._opening = [(at, kind) for at, kind in enumerate(kinds) if kind & OPENING]

    def which(self, kind: int) -> Iterator[tuple[int, int, Token]]:
        """Give the words that can be this: number, kind, word."""
        for at, own in self._opening:
            if own & kind:
                yield at, own, self.tokens[at]

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
        return len(self.text) <= end or self.text[end] in _CLOSES

    def is_listed(self, start: int) -> bool:
        """Whether a list's comma stands before."""
        return self.text[start - 1 : start] == "、"
