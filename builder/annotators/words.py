"""What the rules for Chinese names share: the tagged word, word lists by kind, and what characters tell.

Pure; knows the tagger's tags but not the tagger.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from builder.annotators import lexicon

PERSON_TAGS = frozenset(("nr", "nrfg", "nrt"))
FAIR, GOOD, SURE = 0.6, 0.75, 0.9
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


def is_han(word: str) -> bool:
    """Whether all characters are common Chinese ones."""
    return all("一" <= character <= "鿿" for character in word)


def has_surname(word: str) -> bool:
    """Whether a word begins with a Chinese surname."""
    return word[0] in surnames() or word[:2] in surnames()


def is_foreign(word: str) -> bool:
    """Whether all characters are used to write foreign names."""
    return all(character in words("foreign-character") for character in word)


def foreignness(word: str) -> float:
    """Give the mean weight of a word's characters as those of a transliterated name."""
    weights = letters("foreign")
    return sum(weights.get(character, -20) for character in word) / len(word)


def may_end_a_name(character: str, least: int = 1) -> bool:
    """Whether a character is this much likelier to end a Chinese name than to stand elsewhere."""
    return least <= letters("given").get(character, 0)


@cache
def letters(kind: str) -> Mapping[str, int]:
    """Give the weights of characters in names of one kind."""
    return {row[0]: int(row[2]) for row in lexicon.rows("letters") if row[1] == kind}


def _any(kind: str) -> str:
    return "|".join(sorted(words(kind), key=lambda word: (-len(word), word)))
