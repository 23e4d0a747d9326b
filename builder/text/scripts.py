"""Which script a character belongs to, and so which language a text is in. Pure."""

from __future__ import annotations

import re

HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af"
"""CJK ideographs, extensions and compatibility forms included, for use inside a character class."""

NOT_HAN = "\x00-\u33ff\ua000-\uf8ff\ufb00-\U0001ffff\U000323b0-\U0010ffff"
"""All other characters, likewise."""

CJK_MARKS = "\u3001-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\u2014\u2018\u2019\u201c\u201d\u2026"
"""Punctuation as Chinese text uses it, the ideographic space left out, for use inside a character class."""

TERMINATORS = "。！？!?…"
CLOSERS = "”’」』）》〉】)\"'"

_HAN = re.compile(f"[{HAN}]+")
_TITLE_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_ENDS = frozenset(f"{TERMINATORS}.；;：:")


def width(text: str) -> int:
    """Count columns: a Han character is two wide."""
    return len(text) + _count_han(text)


def is_ended(text: str) -> bool:
    """Whether a line closes with a terminator, quotes and brackets aside."""
    return text.rstrip().rstrip(CLOSERS)[-1:] in _ENDS


def is_title_case(text: str) -> bool:
    """Whether an English line capitalises nearly all of its longer words, and has more than two of them."""
    words = [word for word in _TITLE_WORD.findall(text) if 3 < len(word)]
    return 2 < len(words) and 0.8 * len(words) <= sum(word[0].isupper() for word in words)


def _count_han(text: str) -> int:
    """Count ideographs, a run at a time."""
    return 0 if text.isascii() else sum(map(len, _HAN.findall(text)))
