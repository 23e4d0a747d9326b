"""What the rules for Chinese names share: the tagged word, word lists by kind, and what characters tell.

Pure; knows the tagger's tags but not the tagger.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import repeat
from typing import NamedTuple

from builder.annotators import lexicon

PERSON_TAGS = frozenset(("nr", "nrfg", "nrt"))
FAIR, GOOD, SURE = 0.6, 0.75, 0.9
DOUBTFUL = FAIR / 2 + GOOD / 4
_NO_HAN = re.compile("[^一-鿿]")
LEXICONS = ("titles", "surnames", "words", "places", "letters", "cities", "countries", "regions")
"""The lists that the rules read."""


class Token(NamedTuple):
    """A word of a sentence and the tagger's part of speech."""

    start: int
    end: int
    word: str
    flag: str


@cache
def words(kind: str) -> frozenset[str]:
    """Give the words of one kind."""
    return frozenset(lexicon.column("words", kind))


def bits_of(kinds: Mapping[str, int]) -> Mapping[str, int]:
    """Give every word of these kinds with the bits of all that it is."""
    bits: dict[str, int] = {}
    for kind, bit in kinds.items():
        bits.update({word: bits.get(word, 0) | bit for word in words(kind)})
    return bits


@cache
def surnames() -> frozenset[str]:
    """Give the Chinese surnames."""
    return frozenset(row[0] for row in lexicon.rows("surnames"))


@cache
def endings(kind: str) -> re.Pattern[str]:
    """Match a word that ends in one of this kind."""
    return re.compile(f"(?:{_any(kind)})$")


@cache
def beginnings(kind: str) -> re.Pattern[str]:
    """Match a place where a word of this kind begins."""
    return re.compile(_any(kind))


def begins(kind: str, text: str, at: int, reach: int = 1 << 30) -> bool:
    """Whether a word of this kind, no longer than the reach, begins at this place of a text."""
    listed = _by_letter(kind, 0).get(text[at : at + 1])
    return listed is not None and text.startswith(listed, at, at + reach)


def ends(kind: str, text: str, at: int | None = None, reach: int = 1 << 30) -> bool:
    """Whether a word of this kind, no longer than the reach, ends at this place of a text, or before a line's end."""
    at = len(text) if at is None else at
    first = max(0, at - reach)
    at -= text[at - 1 : at] == "\n"
    listed = _by_letter(kind, -1).get(text[at - 1 : at])
    return listed is not None and text.endswith(listed, first, at)


@cache
def _by_letter(kind: str, rank: int) -> Mapping[str, tuple[str, ...]]:
    """Give the words of one kind by their first or last characters."""
    by_letter: dict[str, tuple[str, ...]] = {}
    for word in sorted(words(kind)):
        by_letter[word[rank]] = (*by_letter.get(word[rank], ()), word)
    return by_letter


def is_han(word: str) -> bool:
    """Whether all characters are common Chinese ones."""
    return _NO_HAN.search(word) is None


def has_surname(word: str) -> bool:
    """Whether a word begins with a Chinese surname."""
    return word[0] in surnames() or word[:2] in surnames()


def is_foreign(word: str) -> bool:
    """Whether all characters are used to write foreign names."""
    return words("foreign-character").issuperset(word)


def foreignness(word: str) -> float:
    """Give the mean weight of a word's characters as those of a transliterated name."""
    weigh = letters("foreign").get
    return sum(map(weigh, word, repeat(-20))) / len(word)


def may_end_a_name(character: str, least: int = 1) -> bool:
    """Whether a character is this much likelier to end a Chinese name than to stand elsewhere."""
    return least <= letters("given").get(character, 0)


@cache
def letters(kind: str) -> Mapping[str, int]:
    """Give the weights of characters in names of one kind."""
    return {row[0]: int(row[2]) for row in lexicon.rows("letters") if row[1] == kind}


def _any(kind: str) -> str:
    return longest_of(sorted(words(kind)))


def longest_of(terms: Iterable[str]) -> str:
    """Write a pattern that matches the longest of these terms; it looks at a term only where its first letter is."""
    by_letter: dict[str, list[str]] = {}
    for term in sorted(terms, key=lambda term: (-len(term), term)):
        by_letter.setdefault(term[0], []).append(re.escape(term[1:]))
    return "|".join(f"{re.escape(letter)}(?:{'|'.join(rest)})" for letter, rest in by_letter.items())
