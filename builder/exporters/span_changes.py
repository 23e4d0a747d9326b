"""The spans of a sentence before and after become changes; each span is in one of them or in none. Pure.

What is equal is set aside. Of the rest, spans with the same bounds are relabelled; then spans that share characters
under one label are moved, the greatest overlap first; then what is left was removed or added. Read backwards it is the
same: added and removed change places.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

Span = tuple[int, int, str, int]
"""Start, end, label, and which span it is among all of its release."""

KINDS = ("added", "removed", "moved", "relabelled")


class SpanChange(NamedTuple):
    """What became of a span: nothing before if it was added, nothing after if it was removed."""

    kind: str
    old: Span | None
    new: Span | None


def span_changes(before: Sequence[Span], after: Sequence[Span]) -> list[SpanChange]:
    """List what became of the spans of a sentence, by where they stand."""
    rest = _without(before, after), _without(after, before)
    relabelled = list(_pairs(*rest, lambda old, new: old[:2] == new[:2]))
    rest = _left(rest, relabelled)
    moved = list(_pairs(*rest, lambda old, new: old[2] == new[2] and 0 < _overlap(old, new)))
    gone, come = _left(rest, moved)
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


def _pairs(
    before: Sequence[Span], after: Sequence[Span], is_fit: Callable[[Span, Span], bool]
) -> Iterator[tuple[Span, Span]]:
    """Pair spans that fit, each once; the order in which pairs are tried does not tell before from after."""
    fit = [(old, new) for old in before for new in after if is_fit(old, new)]
    taken: set[tuple[bool, int]] = set()
    for old, new in sorted(fit, key=lambda pair: (-_overlap(*pair), *sorted(span[:3] for span in pair))):
        keys = {(False, old[3]), (True, new[3])}
        if not taken & keys:
            taken |= keys
            yield old, new


def _left(
    rest: tuple[Sequence[Span], Sequence[Span]], pairs: Sequence[tuple[Span, Span]]
) -> tuple[list[Span], list[Span]]:
    gone, come = ({pair[side][3] for pair in pairs} for side in (0, 1))
    return [span for span in rest[0] if span[3] not in gone], [span for span in rest[1] if span[3] not in come]


def _overlap(one: Span, other: Span) -> int:
    return min(one[1], other[1]) - max(one[0], other[0])
