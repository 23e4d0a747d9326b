"""Many ask, one at a time is served, and nobody waits longer than their time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from builder.errors import Unavailable

T = TypeVar("T")

Wanted = Callable[[], bool]
"""Tells work whether somebody still waits for it; it should look from time to time."""


class Turns:
    """Gives out turns. Work whose time is over goes on until it looks, and only then the next begins."""

    def __init__(self) -> None:
        self._free = threading.Lock()

    def take(self, work: Callable[[Wanted], T], begun: float, seconds: float) -> T:
        """Do the work in its turn, within so many seconds since it `begun` (by the monotonic clock).

        Raises:
            Unavailable: the time was over before it was done, or even begun.
        """
        if not self._free.acquire(timeout=_left(begun, seconds)):
            raise Unavailable(f"busy with other requests for {seconds:g} seconds; try again later")
        turn = _Turn(work, self._free)
        threading.Thread(target=turn.run, daemon=True).start()
        return turn.outcome(begun, seconds)


class _Turn(Generic[T]):
    """One piece of work."""

    def __init__(self, work: Callable[[Wanted], T], free: threading.Lock) -> None:
        self._work, self._free = work, free
        self._done, self._is_wanted = threading.Event(), True
        self._made: list[T] = []
        self._error: Exception | None = None

    def run(self) -> None:
        """Do it, and let the next one begin."""
        try:
            self._made.append(self._work(lambda: self._is_wanted))
        except Exception as error:  # It is raised again where the outcome is waited for.
            self._error = error
        finally:
            self._free.release()
            self._done.set()

    def outcome(self, begun: float, seconds: float) -> T:
        """Wait for what comes of it."""
        if not self._done.wait(_left(begun, seconds)):
            self._is_wanted = False
            raise Unavailable(f"no answer within {seconds:g} seconds; ask for fewer tasks at once")
        if self._error:
            raise self._error
        return self._made[0]


def _left(begun: float, seconds: float) -> float:
    return max(0.0, begun + seconds - time.monotonic())
