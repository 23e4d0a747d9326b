"""What a tagged word can be to the rules, as bits of one number: asked once per word, remembered, tested in no time.

Each rule names its bits and says which a word has; most words have none that a rule starts from.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from builder.annotators.tiling import Tiling
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
) = (1 << rank for rank in range(30))

_REMEMBERED = 1 << 17


class Kinds(dict[tuple[str, str], int]):
    """The bits of each word and tag, found when they are first asked for."""

    def __init__(self, *rules: Callable[[Token], int]) -> None:
        super().__init__()
        self._rules = rules
        self._numbered: tuple[Vocabulary | None, Bits] = None, np.zeros(0, np.int32)

    def of(self, tiling: Tiling) -> Bits:
        """Give the bits of each word of a tiling; those of a vocabulary are kept while it is asked for."""
        vocabulary, known = self._numbered
        if vocabulary is not tiling.vocabulary:
            known = known[:0]
        if new := tiling.vocabulary.after(len(known)):
            known = np.concatenate([known, np.array([*map(self.__getitem__, new)], np.int32)])
        self._numbered = tiling.vocabulary, known
        return known[tiling.numbers]

    def __missing__(self, key: tuple[str, str]) -> int:
        if _REMEMBERED < len(self):
            self.clear()
        word, flag = key
        token, kind = Token(0, len(word), word, flag), 0
        for rule in self._rules:
            kind |= rule(token)
        self[key] = kind
        return kind
