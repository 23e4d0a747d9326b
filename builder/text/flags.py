"""Signs that a sentence is damaged at its source. A flag never changes text. Pure."""

from __future__ import annotations

from builder.model import Flag
from builder.text.scripts import is_ended

_PAIRS = (("“", "”"), ("《", "》"), ("（", "）"), ("「", "」"), ("(", ")"))


def flags_of(text: str) -> tuple[Flag, ...]:
    """Mark what looks wrong with a body sentence: `unterminated`, `unbalanced`, `replacement`."""
    found = []
    if not is_ended(text):
        found.append("unterminated")
    if any(text.count(opening) != text.count(closing) for opening, closing in _PAIRS) or text.count('"') % 2:
        found.append("unbalanced")
    if "\ufffd" in text:
        found.append("replacement")
    return tuple(Flag(0, len(text), name) for name in found)
