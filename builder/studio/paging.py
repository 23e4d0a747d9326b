"""Pages become one whole list, or an error: a list that is silently short would look like deleted work.

What the server cannot give back at all is found by halves and named, so that the rest is read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from builder.errors import Unavailable
from builder.studio.wire import Choked, NotThere

_SWEEPS = 4


class _Row(Protocol):
    @property
    def id(self) -> int: ...


R = TypeVar("R", bound=_Row)
T = TypeVar("T")
Page = Callable[[int], tuple[int, list[R]]]


def read_whole(page: Page[R], what: str) -> list[R]:
    """Read page 1, 2, … until the announced total is there; start over when the list changes meanwhile.

    Raises:
        Unavailable: it changed during every sweep, or the server announces more than it gives.
        NotThere: not even its first page was ever there.
    """
    missing = list[NotThere]()
    for _ in range(_SWEEPS):
        try:
            rows = _sweep(page)
        except NotThere as error:
            missing.append(error)
            continue
        if rows is not None:
            return rows
    if len(missing) == _SWEEPS:
        raise missing[-1]
    raise Unavailable(f"the list of {what} did not hold still while it was read; try again")


def read_in_halves(ids: Sequence[int], read: Callable[[Sequence[int]], list[T]]) -> tuple[list[T], list[int]]:
    """Read what carries these ids; where the server breaks down, half of them, down to each one it cannot give back."""
    try:
        return (read(ids) if ids else []), []
    except Choked:
        if len(ids) == 1:
            return [], [*ids]
    middle = len(ids) // 2
    first, second = read_in_halves(ids[:middle], read), read_in_halves(ids[middle:], read)
    return first[0] + second[0], first[1] + second[1]


def _sweep(page: Page[R]) -> list[R] | None:
    """Read all pages once; None when they do not add up: another total, a gap, a row twice, an early end."""
    total, rows = page(1)
    number = 1
    while len(rows) < total:
        number += 1
        try:
            now, more = page(number)
        except NotThere:
            return None
        if now != total or not more:
            return None
        rows.extend(more)
    return rows if len(rows) == total == len({row.id for row in rows}) else None
