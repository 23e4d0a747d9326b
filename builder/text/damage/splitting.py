"""The words of a document's sentences, split when first asked for: most show without it that nothing is wrong.

A splitter must split by a dictionary alone, since one that guesses makes words of damage, and by the best sum of its
words: what it gives as one word alone, it never gives in parts in a text, and the reverse. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

Place = tuple[int, int]
Splitter = Callable[[str], Iterable[str]]

_REMEMBERED = 2**16
"""Short texts of which it is remembered whether they are words."""


class Words:
    """Asks a splitter, and no sentence twice."""

    def __init__(self, splitter: Splitter) -> None:
        self._splitter = splitter
        self._places: dict[str, list[Place]] = {}

    def places(self, text: str) -> list[Place]:
        """Say where the words of a text stand; the words must tile it. Without a foreign letter there are none."""
        if text not in self._places:
            self._places[text] = [] if text.isascii() else _places_of(text, self._splitter)
        return self._places[text]

    def single(self, text: str) -> set[int]:
        """Say which characters of a text are words alone."""
        return {start for start, end in self.places(text) if end - start == 1}

    def has(self, word: str) -> bool:
        """Whether a few characters are one word."""
        return _is_word(word, self._splitter)

    def has_pair(self, text: str) -> bool:
        """Whether two neighbouring characters of a text are a word, so that not all of them stand alone."""
        return any(self.has(text[at : at + 2]) for at in range(len(text) - 1))


def _places_of(text: str, splitter: Splitter) -> list[Place]:
    places, at = [], 0
    for word in splitter(text):
        places.append((at, at + len(word)))
        at += len(word)
    return places


@lru_cache(_REMEMBERED)
def _is_word(word: str, splitter: Splitter) -> bool:
    return list(splitter(word)) == [word]
