"""Hashes enter, what is stored under them leaves: an open table in two arrays, probed for a whole batch at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from builder.annotators.crf.units import PAD, Hashes, Places, Units, split

ABSENT = 0


@dataclass(frozen=True, slots=True)
class Table:
    """Hash → whole number above zero; what is not there gives `ABSENT`."""

    keys: Hashes
    values: NDArray[np.int32]

    def find(self, hashes: Hashes) -> NDArray[np.int32]:
        """Look a column up."""
        mask = len(self.keys) - 1
        slots = (hashes & np.uint64(mask)).view(np.int64)
        held = self.keys.take(slots)
        same = held == hashes
        found = np.zeros(len(hashes), np.int32)
        hit = np.flatnonzero(same)
        found[hit] = self.values.take(slots.take(hit))
        left = np.flatnonzero(~same & (held != 0))
        while len(left):
            slots[left] = (slots[left] + 1) & mask
            held = self.keys[slots[left]]
            hit = held == hashes[left]
            found[left[hit]] = self.values[slots[left[hit]]]
            left = left[~hit & (held != 0)]
        return found


def table_of(hashes: Hashes, values: NDArray[np.int32], room: int = 2) -> Table:
    """Store values under distinct hashes; the same pairs in the same order make the same table.

    There are at least so many slots for each: the more room, the fewer have to be probed twice.
    """
    size = 1 << max(4, int(room * len(hashes)).bit_length())
    keys, stored = np.zeros(size, np.uint64), np.zeros(size, np.int32)
    left = np.arange(len(hashes))
    slots = (hashes & np.uint64(size - 1)).astype(np.int64)
    while len(left):
        free = left[keys[slots[left]] == 0]
        places, chosen = np.unique(slots[free], return_index=True)
        keys[places], stored[places] = hashes[free[chosen]], values[free[chosen]]
        left = left[keys[slots[left]] != hashes[left]]
        slots[left] = (slots[left] + 1) & (size - 1)
    return Table(keys, stored)


def numbered(hashes: Hashes) -> Table:
    """Store under distinct hashes their places in this list, from 1 on."""
    return table_of(hashes, np.arange(1, len(hashes) + 1, dtype=np.int32), room=4)


def terms_table(terms: Sequence[str], values: Sequence[int]) -> Table:
    """Store values under terms, capitals not told apart; of two that are one then, the first counts."""
    hashes = terms_hashes(terms)
    distinct, chosen = np.unique(hashes, return_index=True)
    return table_of(distinct, np.asarray(values, np.int32)[chosen])


def terms_hashes(terms: Sequence[str]) -> Hashes:
    """Name terms as `Units.hashes` names the same characters in a text, capitals not told apart."""
    units = split(terms)
    lengths = np.fromiter((len(term) for term in terms), np.int64, len(terms))
    return units.hashes(units.origins, units.origins + lengths, folded=True)


def matches(units: Units, table: Table, lengths: range) -> Iterator[tuple[int, Places, NDArray[np.int32]]]:
    """Find what the table knows: per length in units, at which units matches begin and what is stored under them."""
    for length in lengths:
        last = max(units.count - length + 1, 0)
        values = table.find(units.hashes(units.starts[:last], units.ends[length - 1 :][:last], folded=True))
        values[: min(PAD, last)] = ABSENT
        at = np.flatnonzero(values)
        yield length, at, values[at]
