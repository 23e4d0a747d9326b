"""What a tagged word can be to the rules, as bits of one number: asked once per word, remembered, tested in no time.

Each rule names the bits it starts from and says which a word has; most words have none, and no rule looks at them.
"""

from __future__ import annotations

from collections.abc import Callable

from builder.annotators.words import Token

(
    BARE_ORGANISATION,
    WHOLE_ORGANISATION,
    OPENS_ORGANISATION,
    ENDS_ORGANISATION,
    ENDS_SURELY,
    STOPS,
    STOPS_SURELY,
    IS_VERB,
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
) = (1 << rank for rank in range(22))

_CARRYING = ENDS_ORGANISATION | ENDS_SURELY | STOPS | STOPS_SURELY | IS_VERB
OPENING = ((1 << 22) - 1) & ~_CARRYING
"""All that a rule may start from."""
_REMEMBERED = 1 << 17


class Kinds(dict[tuple[str, str], int]):
    """The bits of each word and tag, found when they are first asked for."""

    def __init__(self, *rules: Callable[[Token], int]) -> None:
        super().__init__()
        self._rules = rules

    def __missing__(self, key: tuple[str, str]) -> int:
        if _REMEMBERED < len(self):
            self.clear()
        word, flag = key
        kind = 0
        for rule in self._rules:
            kind |= rule(Token(0, len(word), word, flag))
        self[key] = kind
        return kind
