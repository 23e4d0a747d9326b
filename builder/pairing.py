"""Things of two sides enter; pairs leave, the best first, each thing in one at most, and what found none. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

A = TypeVar("A")
B = TypeVar("B")


def pair(
    some: Sequence[A], others: Sequence[B], rank: Callable[[A, B], Any]
) -> tuple[list[tuple[A, B]], list[A], list[B]]:
    """Pair what fits, the lowest rank first, of equal ones what stands first; what ranks as None does not fit."""
    places = [(i, j) for i in range(len(some)) for j in range(len(others))]
    ranked = [(found, i, j) for i, j in places if (found := rank(some[i], others[j])) is not None]
    ones, twos, pairs = dict(enumerate(some)), dict(enumerate(others)), []
    for _, i, j in sorted(ranked):
        if i in ones and j in twos:
            pairs.append((ones.pop(i), twos.pop(j)))
    return pairs, [*ones.values()], [*twos.values()]
