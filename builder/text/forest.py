"""Links between numbers enter one by one; which numbers are connected leaves (union-find)."""

from __future__ import annotations


class Forest:
    """Numbers from 0 on, each alone until it is joined; the least number of those connected is their root."""

    def __init__(self, count: int) -> None:
        self._above = list(range(count))

    def root(self, one: int) -> int:
        """Give the number that stands for all that this one is connected with."""
        while self._above[one] != one:
            self._above[one] = self._above[self._above[one]]
            one = self._above[one]
        return one

    def join(self, one: int, other: int) -> None:
        """Connect two numbers, and all that they are connected with."""
        low, high = sorted((self.root(one), self.root(other)))
        self._above[high] = low
