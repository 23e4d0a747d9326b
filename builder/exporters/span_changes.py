"""The spans of a sentence before and after become changes; each span is in one of them or in none. Pure.

What is equal is set aside. Of the rest, spans with the same bounds are relabelled; then spans that share characters
under one label are moved, the greatest overlap first; then what is left was removed or added. Read backwards it is the
same: added and removed change places.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from builder.pairing import pair

Span = tuple[int, int, str, int]
"""Start, end, label, and which span it is among all of its release."""

Rank = tuple[Any, ...]

KINDS = ("added", "removed", "moved", "relabelled")


class SpanChange(NamedTuple):
    """What became of a span: nothing before if it was added, nothing after if it was removed."""

    kind: str
    old: Span | None
    new: Span | None


def span_changes(before: Sequence[Span], after: Sequence[Span]) -> list[SpanChange]:
    """List what became of the spans of a sentence, by where they stand."""
    relabelled, gone, come = pair(_without(before, after), _without(after, before), _same_place)
    moved, gone, come = pair(gone, come, _most_shared)
    changes = [
        *(SpanChange("relabelled", old, new) for old, new in relabelled),
        *(SpanChange("moved", old, new) for old, new in moved),
        *(SpanChange("removed", old, None) for old in gone),
        *(SpanChange("added", None, new) for new in come),
    ]
    return sorted(changes, key=lambda change: ((change.new or change.old or (0,))[:3], KINDS.index(change.kind)))


def _without(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """Leave out each span that has an equal among others; of two equal ones both must have."""
    equals, left = Counter(span[:3] for span in others), []
    for span in sorted(spans):
        equals[span[:3]] -= 1
        if equals[span[:3]] < 0:
            left.append(span)
    return left


def _same_place(old: Span, new: Span) -> Rank | None:
    return _turn(old, new) if old[:2] == new[:2] else None


def _most_shared(old: Span, new: Span) -> Rank | None:
    return (-_overlap(old, new), *_turn(old, new)) if old[2] == new[2] and 0 < _overlap(old, new) else None


def _turn(old: Span, new: Span) -> Rank:
    """Say when it is a pair's turn among equal ones; this does not tell before from after."""
    return tuple(sorted((old[:3], new[:3])))


def _overlap(one: Span, other: Span) -> int:
    return min(one[1], other[1]) - max(one[0], other[0])
