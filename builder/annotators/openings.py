"""Texts enter as one; the few places where a shape can begin leave, told by its first characters.

Nothing is found here: what an expression matches at those places is exactly what it finds in each text by itself,
if the openings say truly how its matches begin.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from builder.annotators.proposal import Found

_CODES = 0x10000
_FIRST_HAN, _LAST_HAN = ord("一"), ord("鿿")
_BEYOND = _CODES - 1  # stands for all rarer characters; no shape begins with one, and no word is taken to end with it
_PADDING = "\n" * 16  # no opening is longer
_ALIKE = {"s": "ſ", "k": "\u212a", "i": "İı"}
"""What matches these letters too, where case is ignored."""

Opening = Sequence[str]
"""The characters that a shape can begin with: any of the first string, then any of the second, and so on."""


class Joined:
    """Texts one after the other, as numbers; a line feed stands between two."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        lengths = np.fromiter(map(len, texts), np.intp, len(texts))
        self.starts = np.cumsum(lengths + 1) - lengths - 1
        packed = "\n".join([*texts, _PADDING]).encode("utf-32-le", "surrogatepass")
        self.codes = np.minimum(np.frombuffer(packed, np.uint32), _BEYOND).astype(np.intp)

    @cached_property
    def free(self) -> NDArray[np.bool_]:
        """Tell of each place whether no letter, digit or low line stands before."""
        free = np.ones(_CODES, np.bool_)
        free[_matched(r"\w")] = False
        return free[np.roll(self.codes, 1)]  # before the first stands padding

    @cached_property
    def chinese(self) -> NDArray[np.bool_]:
        """Tell of each text whether it holds a common Chinese character."""
        return np.logical_or.reduceat((_FIRST_HAN <= self.codes) & (self.codes <= _LAST_HAN), self.starts)

    def ranks(self, places: NDArray[np.intp]) -> NDArray[np.intp]:
        """Number the texts that places lie in."""
        return np.searchsorted(self.starts, places, "right") - 1


class Openings:
    """How the matches of one expression begin: what cannot stand before them, as a class, and their first characters.

    What an opening takes away is sound if the expression looks behind for at least as much; `""` takes nothing away.
    """

    def __init__(self, openings: Mapping[str, Sequence[Opening]], *, any_case: bool = False) -> None:
        listed = [(before, one) for before, some in openings.items() for one in some]
        spread = [[_alike(few) if any_case else few for few in one] for _, one in listed]
        characters = sorted({character for one in spread for few in one for character in few})
        self._kinds = np.zeros(_CODES, np.uint16)
        self._kinds[_codes(characters)] = range(1, len(characters) + 1)
        self._before = np.full(_CODES, ~np.uint64(0))
        self._tables = np.zeros((max(map(len, spread)), len(characters) + 1), np.uint64)
        for before in openings:
            own = sum(1 << rank for rank, (behind, _) in enumerate(listed) if behind == before)
            self._before[_matched(before)] &= ~np.uint64(own)
        for rank in range(len(listed)):
            for depth, table in enumerate(self._tables):
                some = self._kinds[_codes(spread[rank][depth])] if depth < len(spread[rank]) else slice(None)
                table[some] |= np.uint64(1 << rank)
        first = self._tables[0][self._kinds]
        self._opens, self._opens_in_words = first != 0, first & self._before[ord("a")] != 0
        self._knows_words = bool((self._opens != self._opens_in_words).any())

    def places(self, texts: Joined) -> NDArray[np.intp]:
        """Find where a match can begin."""
        codes = texts.codes
        opens = self._opens[codes]
        if self._knows_words:
            opens &= texts.free | self._opens_in_words[codes]
        at = np.flatnonzero(opens)
        left = self._before[codes[at - 1]]  # before the first stands padding
        for depth, table in enumerate(self._tables):
            left &= table[self._kinds[codes[at + depth]]]
            at, left = at[left != 0], left[left != 0]
        return at

    def texts(self, texts: Joined) -> list[int]:
        """Number the texts in which a match can begin."""
        ranks: list[int] = np.unique(texts.ranks(self.places(texts))).tolist()
        return ranks

    def matches(
        self, expression: re.Pattern[str], texts: Joined, only: NDArray[np.bool_] | None = None
    ) -> Iterator[tuple[int, re.Match[str]]]:
        """Give what the expression finds in each of these texts, from left to right, with the number of the text."""
        if only is not None and not only.any():
            return
        places = self.places(texts)
        ranks = texts.ranks(places)
        if only is not None:
            places, ranks = places[only[ranks]], ranks[only[ranks]]
        match, last, free = expression.match, -1, 0
        for rank, at in zip(ranks.tolist(), (places - texts.starts[ranks]).tolist(), strict=True):
            if rank != last:
                last, free, text = rank, 0, texts.texts[rank]
            if free <= at and (hit := match(text, at)):
                free = hit.end()
                yield rank, hit


def grouped(found: Iterable[tuple[int, Found]]) -> dict[int, list[Found]]:
    """List what was found by the number of its text."""
    lists: dict[int, list[Found]] = {}
    for rank, one in found:
        lists.setdefault(rank, []).append(one)
    return lists


def _codes(characters: Iterable[str]) -> list[int]:
    return list(map(ord, characters))


def _alike(characters: str) -> str:
    """List what matches one of these where case is ignored."""
    small = characters.lower()
    return small + small.upper() + "".join(_ALIKE.get(character, "") for character in small)


@cache
def _matched(before: str) -> NDArray[np.intp]:
    """List what a class of characters matches; an empty one nothing."""
    found = re.findall(before, _all_characters()) if before else []
    return np.array(_codes(found), np.intp)


@cache
def _all_characters() -> str:
    return "".join(map(chr, range(_BEYOND)))
