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

from builder.annotators.arrays import codes_of
from builder.annotators.proposal import Found
from builder.annotators.tiling import borders

_CODES = 0x10000
_FIRST_HAN, _LAST_HAN = ord("一"), ord("鿿")
_BEYOND = _CODES - 1  # stands for all rarer characters; no shape begins with one, and no word is taken to end with it
_PADDING = "\n" * 16  # no opening is longer
_ALIKE = {"s": "ſ", "k": "\u212a", "i": "İı"}
"""What matches these letters too, where case is ignored."""

_ALONE, _FIRST, _SECOND = (np.uint8(1 << rank) for rank in range(3))
"""What a character may be inside a word: the whole of an opening, the first of one, or the second."""

Opening = Sequence[str]
"""The characters that a shape can begin with: any of the first string, then any of the second, and so on."""


class Joined:
    """Texts one after the other, as numbers; a line feed stands between two."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self.starts = np.array(borders(texts)[:-1], np.intp)
        self.codes = np.minimum(codes_of("\n".join([*texts, _PADDING])), _BEYOND).astype(np.intp)

    @cached_property
    def free(self) -> NDArray[np.bool_]:
        """Tell of each place whether no letter, digit or low line stands before."""
        free = np.ones(_CODES, np.bool_)
        free[_matched(r"\w")] = False
        return np.append(True, free[self.codes[:-1]])

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
        self._read = np.zeros(len(self._tables), np.uint64)  # the openings that have been read whole at each depth
        for rank in range(len(listed)):
            for depth, table in enumerate(self._tables):
                some = self._kinds[_codes(spread[rank][depth])] if depth < len(spread[rank]) else slice(None)
                table[some] |= np.uint64(1 << rank)
            self._read[len(spread[rank]) - 1 :] |= np.uint64(1 << rank)
        self._opens, self._in_words = self._tables[0][self._kinds] != 0, self._inside_words()
        self._knows_words = bool((self._opens & (self._in_words & (_ALONE | _FIRST) == 0)).any())

    def _inside_words(self) -> NDArray[np.uint8]:
        """Say what each character may be where a letter stands before."""
        first, second = self._tables[0][self._kinds], self._tables[min(1, len(self._tables) - 1)][self._kinds]
        behind_letters = self._before[ord("a")]
        short, long = behind_letters & self._read[0], behind_letters & ~self._read[0]
        says = ((_ALONE, first & short), (_FIRST, first & long), (_SECOND, second & long))
        told: NDArray[np.uint8] = np.bitwise_or.reduce([np.where(some != 0, what, np.uint8(0)) for what, some in says])
        return told

    def places(self, texts: Joined) -> NDArray[np.intp]:
        """Find where a match can begin."""
        codes = texts.codes
        opens = self._opens[codes]
        if self._knows_words:
            opens &= self._free(texts)
        at = np.flatnonzero(opens)
        left = self._before[codes[at - 1]]  # before the first stands padding
        for depth, (table, read) in enumerate(zip(self._tables, self._read, strict=True)):
            left &= table[self._kinds[codes[at + depth]]]
            kept = np.flatnonzero(left)
            at, left = at[kept], left[kept]
            if (left & read).all():
                break
        return at

    def _free(self, texts: Joined) -> NDArray[np.bool_]:
        """Tell of each place whether no word goes on there, or the first two characters may open a match in a word."""
        if not self._in_words.any():
            return texts.free
        says = self._in_words[texts.codes]
        opens: NDArray[np.bool_] = says & _ALONE != 0
        opens[:-1] |= (says[:-1] & _FIRST != 0) & (says[1:] & _SECOND != 0)
        return opens | texts.free

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


def by_letter(ways: Iterable[str]) -> str:
    """Write a pattern of ways to match, case ignored; only those are tried whose first letter stands there."""
    rests: dict[str, list[str]] = {}
    for way in ways:
        rests.setdefault(way[0].lower(), []).append(way[1:])
    return "|".join(f"(?-i:[{_alike(letter)}])(?:{'|'.join(some)})" for letter, some in rests.items())


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
    runs = re.findall(f"(?:{before})+", _all_characters()) if before else []
    return np.frombuffer("".join(runs).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.intp)


@cache
def _all_characters() -> str:
    return np.arange(_BEYOND, dtype="<u4").tobytes().decode("utf-32-le", "surrogatepass")
