"""A sentence with its words and titles, and what stands around a place in it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from builder.annotators.proposal import Found
from builder.annotators.words import Token, beginnings, endings

_CLOSES = tuple("、，。；：（）()《“”】】,;:")
NOT_IN_A_NAME = frozenset("p c uj ul uz ug ud m d r x f y q".split())
"""What the tagger calls words that are no part of a name."""
PLACE_LIKE = re.compile("(?:[省市县区镇乡村州屯庄岛河湾港山]|自治区|公园)$")
"""Matches a word that ends as places do."""


@dataclass(frozen=True)
class Line:
    """A sentence with its words and the titles in it."""

    text: str
    tokens: Sequence[Token]
    titles: Sequence[Found]

    @cached_property
    def title_starts(self) -> frozenset[int]:
        """Say where titles begin."""
        return frozenset(title.start for title in self.titles)

    @cached_property
    def title_ends(self) -> frozenset[int]:
        """Say where titles end."""
        return frozenset(title.end for title in self.titles)

    def speaks(self, end: int) -> bool:
        """Whether what stands here takes a person before it: 说, 先生, a title."""
        after = self.text[end : end + 4]
        return (
            end in self.title_starts
            or beginnings("speech").match(after) is not None
            or beginnings("honorific").match(after) is not None
        )

    def is_addressed(self, end: int) -> bool:
        """Whether a title or a form of address stands here."""
        return end in self.title_starts or beginnings("honorific").match(self.text, end) is not None

    def is_called(self, start: int) -> bool:
        """Whether what ends here takes a name after it: 记者, 总统."""
        return start in self.title_ends or endings("role").search(self.text[max(0, start - 5) : start]) is not None

    def closes(self, end: int) -> bool:
        """Whether the text ends here, or goes on with a mark."""
        return len(self.text) <= end or self.text[end] in _CLOSES

    def is_listed(self, start: int) -> bool:
        """Whether a list's comma stands before."""
        return self.text[start - 1 : start] == "、"
