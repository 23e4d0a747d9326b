"""Pages become one whole list, or an error: a list that is silently short would look like deleted work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from builder.errors import Unavailable
from builder.studio.wire import NotThere

_SWEEPS = 3


class _Row(Protocol):
    @property
    def id(self) -> int: ...


R = TypeVar("R", bound=_Row)
Page = Callable[[int], tuple[int, list[R]]]


def read_whole(page: Page[R], what: str) -> list[R]:
    """Read page 1, 2, … until the announced total is there; start over when the list changes meanwhile.

    Raises:
        Unavailable: it changed during every sweep, or the server announces more than it gives.
    """
    for _ in range(_SWEEPS):
        rows = _sweep(page)
        if rows is not None:
            return rows
    raise Unavailable(f"the list of {what} did not hold still while it was read; try again")


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
        rows = rows + more
    return rows if len(rows) == total == len({row.id for row in rows}) else None
