"""What a tagged word can be to the rules, as bits of one number: asked once per word, remembered, tested in no time.

Each rule names its bits and says which a word has; most words have none that a rule starts from.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import or_

import numpy as np
from numpy.typing import NDArray

from builder.annotators.vocabulary import Vocabulary
from builder.annotators.words import Token

Bits = NDArray[np.int32]

(
    BARE_ORGANISATION,
    WHOLE_ORGANISATION,
    OPENS_ORGANISATION,
    ENDS_ORGANISATION,
    ENDS_SURELY,
    STOPS,
    STOPS_SURELY,
    IS_VERB,
    IS_INSTITUTION,
    IS_LOOSE_END,
    ENDS_AFTER_A_PLACE,
    IS_AREA_WORD,
    IS_PLACE_WORD,
    IS_BUILDING,
    IS_SHORT_PLACE,
    IS_DOT,
    SHORT_PLACES,
    MIDDLE,
    PLACE,
    AREA,
    OPENS_AREA,
    BUILDING,
    TAGGED_PERSON,
    ADDRESSED,
    SHORT_NAME,
    LONG_NAME,
    SURNAME,
    JAPANESE,
    PIECE,
    LONE_PIECE,
    AFTER_A_TITLE,
) = (1 << rank for rank in range(31))

_REMEMBERED = 1 << 17


class Told(dict[tuple[str, str], int]):
    """What is told of each word and tag as a number, found when it is first asked for."""

    def __init__(self, tell: Callable[[Token], int]) -> None:
        super().__init__()
        self._tell = tell
        self._numbered: tuple[Vocabulary | None, Bits] = None, np.zeros(0, np.int32)

    def of(self, vocabulary: Vocabulary) -> Bits:
        """Tell it of each word of a vocabulary, by number; this is kept while the same is asked for."""
        asked, known = self._numbered
        if asked is not vocabulary:
            known = known[:0]
        if new := vocabulary.after(len(known)):
            known = np.concatenate([known, np.array([*map(self.__getitem__, new)], np.int32)])
        self._numbered = vocabulary, known
        return known

    def __missing__(self, key: tuple[str, str]) -> int:
        if _REMEMBERED < len(self):
            self.clear()
        word, flag = key
        told = self[key] = self._tell(Token(0, len(word), word, flag))
        return told


class Kinds(Told):
    """The bits of each word and tag: all that the rules say together."""

    def __init__(self, *rules: Callable[[Token], int]) -> None:
        super().__init__(lambda token: reduce(or_, (rule(token) for rule in rules)))
