"""A text and a language enter; how unlikely that language would write it leaves, in nats.

Each character costs the negative logarithm of its share. The shares follow Zipf's law over `characters.txt`, which
lists each language's characters from the most to the least common. Costs of the same bytes read in several ways can
be compared: the least is the best reading. Pure, but for that file, read at first use.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from math import log

BAD_BYTE = 15.0
"""What a byte that fits nothing costs: more than any letter, so that a reading without bad bytes is preferred."""

_ASCII = (("\n\r\t\f\v", 4.5), (" etaoinsrhldcumfpgwybvkxjqz", 3.5), ("0123456789.,-'\"", 4.5))
_OTHER_ASCII, _CONTROL = 6.0, 18.0
# What a language does not list: a letter is one of some 20,000 others, and one character in twenty at the most.
_UNLISTED_LETTER, _UNLISTED_MARK = 13.0, 11.0
# Any letter of an alphabet of which only the encoding was told: as much as Russian costs when it is read right.
_ANY_LETTER = 4.3
# Rank r of n has a share of 1 / (r + 10), normed: Zipf's law as Mandelbrot flattened its top.
_FLATTENED = 10
# A word in two alphabets is a wrong reading: `Biblioth[cyrillic]que`.
_TWO_ALPHABETS, _SWITCH = re.compile("[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]"), 6.0


class Costs(dict[str, float]):
    """What each character costs in one language; what it does not list costs by its kind."""

    def __init__(self, common: str, unlisted_letter: float = _UNLISTED_LETTER) -> None:
        norm = log((len(common) + _FLATTENED) / _FLATTENED)
        super().__init__({c: log((rank + _FLATTENED) * norm) for rank, c in enumerate(common, 1)})
        self.unlisted_letter = unlisted_letter
        self.update({chr(at): _CONTROL if at < 32 or at == 127 else _OTHER_ASCII for at in range(128)})
        for characters, nats in _ASCII:
            self.update(dict.fromkeys(characters, nats))

    def __missing__(self, character: str) -> float:
        kind = unicodedata.category(character)
        if "\udc00" <= character <= "\udcff":
            nats = BAD_BYTE
        elif kind[0] in "LM":
            nats = self.unlisted_letter
        else:
            nats = _CONTROL if kind[0] == "C" else _UNLISTED_MARK
        self[character] = nats
        return nats


def least_cost(text: str, languages: Iterable[str] = ()) -> float:
    """Add up what a text costs in the language it suits best: of these, or of all that are listed."""
    counts = Counter(text).items()
    each = map(_costs, languages or _listed())
    least = min(sum([costs[character] * times for character, times in counts]) for costs in each)
    return least + _SWITCH * len(_TWO_ALPHABETS.findall(text))


@cache
def _costs(language: str) -> Costs:
    return Costs("", _ANY_LETTER) if language == "any" else Costs(_listed()[language])


@cache
def _listed() -> dict[str, str]:
    lines = files("builder.text").joinpath("characters.txt").read_text("utf-8").split("\n")
    named = (line.partition(" ") for line in lines if line and not line.startswith("#"))
    return {language: characters for language, _, characters in named}
