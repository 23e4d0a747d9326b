"""Where a text may be cut without parting what a reader sees as one character. Pure.

A small part of Unicode's rules (UAX 29): marks, joiners, variation selectors, skin tones and tags belong to what they
follow, a joiner also holds what follows it, flags are pairs, and CR LF is one. Jamo are not composed.
"""

from __future__ import annotations

import unicodedata

_JOINER = "\u200d"


def snapped(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen [start, end) so that neither edge parts a character."""
    while not is_edge(text, start):
        start -= 1
    while not is_edge(text, end):
        end += 1
    return start, end


def is_edge(text: str, at: int) -> bool:
    """Whether a text may be cut at this place."""
    if not 0 < at < len(text):
        return True
    before, after = text[at - 1], text[at]
    if before == "\r" and after == "\n":
        return False
    if _is_extending(after):
        return before in "\r\n"
    if before == _JOINER:
        return not unicodedata.category(after).startswith("S")
    return not (_is_flag(before) and _is_flag(after) and _flags_before(text, at) % 2)


def _is_extending(character: str) -> bool:
    kind = unicodedata.category(character)
    return (
        kind[0] == "M" or character in "\u200c\u200d" or "\U0001f3fb" <= character <= "\U0001f3ff" or _is_tag(character)
    )


def _is_tag(character: str) -> bool:
    return "\U000e0020" <= character <= "\U000e007f"


def _is_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flags_before(text: str, at: int) -> int:
    first = at
    while 0 < first and _is_flag(text[first - 1]):
        first -= 1
    return at - first
