"""A text becomes tokens, as half-open code-point ranges. Pure.

One CJK character is a token, one Latin or digit run is a token, white space is never one. A possessive `'s` is its
own token, since "China's" would otherwise hide "China". A character that shows nothing by itself (combining mark,
joiner, variation selector) stays with the one before it: alone it would vanish in most tokenizers.
"""

from __future__ import annotations

import re

LATIN = (
    ("A", "Z"),
    ("a", "z"),
    ("0", "9"),
    ("\u00c0", "\u00d6"),
    ("\u00d8", "\u00f6"),
    ("\u00f8", "\u024f"),
    ("\u1e00", "\u1eff"),
)
CLINGING = (
    ("\u0300", "\u036f"),
    ("\u200b", "\u200d"),
    ("\u2060", "\u2060"),
    ("\ufe00", "\ufe0f"),
    ("\U0001f3fb", "\U0001f3ff"),
    ("\U000e0100", "\U000e01ef"),
)
"""Ranges of characters, each its first and its last."""

_LATIN, _CLINGING = ("".join(f"{first}-{last}" for first, last in ranges) for ranges in (LATIN, CLINGING))
_RUN = f"[{_LATIN}][{_LATIN}{_CLINGING}]*"
_POSSESSIVE = f"['’][sS](?![{_LATIN}{_CLINGING}])"
_TOKEN = re.compile(rf"{_RUN}(?:(?!{_POSSESSIVE})['’._-]{_RUN})*|(?<=[{_LATIN}]){_POSSESSIVE}|\S[{_CLINGING}]*")


def tokenize(text: str) -> list[tuple[int, int]]:
    """Split a text into the ranges of its tokens, left to right."""
    return [match.span() for match in _TOKEN.finditer(text)]
