"""Texts enter, units leave: one array over a whole batch, with padding between the sentences.

A unit is a Han character, a Latin word, a run of digits or a mark; blanks belong to none. Pure.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from builder.annotators.arrays import codes_of

Hashes = NDArray[np.uint64]
Places = NDArray[np.int64]

PAD = 4
"""Empty units between two sentences, so that a window never sees its neighbour."""
BLANK, SINGLE, LOWER, UPPER, DIGIT, MARK, EMPTY = range(7)
_BASE = 0x9E3779B97F4A7C15 | 1
_MASK = (1 << 64) - 1
_INVERSE = pow(_BASE, -1, 1 << 64)


@dataclass(frozen=True, slots=True)
class Units:
    """The units of a batch; sentence k owns units [first[k], last[k]), all else is padding."""

    codes: NDArray[np.uint32]
    kinds: NDArray[np.uint8]
    starts: Places
    ends: Places
    origins: Places
    first: Places
    last: Places
    sums: Hashes
    folded: Hashes

    @property
    def count(self) -> int:
        """Count the units, padding included."""
        return len(self.starts)

    def hashes(self, starts: Places, ends: Places, *, folded: bool = False) -> Hashes:
        """Name the texts [start, end) of the batch by number; `folded` does not tell capitals apart."""
        sums = self.folded if folded else self.sums
        return mixed((sums[ends] - sums[starts]) * _powers(len(self.codes) + 1, _INVERSE)[starts])


def split(texts: Sequence[str]) -> Units:
    """Cut texts into units."""
    gap = "\0" * PAD
    joined = gap + "".join(text.replace("\0", " ") + gap for text in texts)
    codes = codes_of(joined)
    kinds = _kinds()[np.minimum(codes, 0x10FFF)]
    lengths = np.fromiter((len(text) for text in texts), np.int64, len(texts))
    origins = PAD + np.cumsum(lengths + PAD) - lengths - PAD
    begins, ends = _borders(kinds)
    return Units(
        codes,
        kinds,
        begins,
        ends,
        origins,
        np.searchsorted(begins, origins),
        np.searchsorted(begins, origins + lengths),
        _sums(codes),
        _sums(_folds()[np.minimum(codes, 0x10FFF)] + np.where(codes > 0x10FFF, codes, 0).astype(np.uint32)),
    )


def mixed(*columns: Hashes | int) -> Hashes:
    """Hash columns of numbers into one column."""
    state: Hashes = np.zeros(1, np.uint64)
    for column in columns:
        state = (state ^ np.asarray(column, np.uint64)) * np.uint64(0xFF51AFD7ED558CCD)
        state = state ^ (state >> np.uint64(32))
    return state


def _borders(kinds: NDArray[np.uint8]) -> tuple[Places, Places]:
    """Find where units start and end: at a change of kind, and around every single character."""
    group = np.where(kinds == UPPER, LOWER, kinds)
    alone = (group == SINGLE) | (group == MARK) | (group == EMPTY)
    new = np.ones(len(kinds) + 1, bool)
    new[1:-1] = (group[1:] != group[:-1]) | alone[1:]
    edges = np.flatnonzero(new)
    solid = kinds[edges[:-1]] != BLANK
    return edges[:-1][solid], edges[1:][solid]


def _sums(codes: NDArray[np.uint32]) -> Hashes:
    """Sum the characters, each times a power of its place: any substring is then one subtraction away."""
    scattered = mixed(codes.astype(np.uint64) + np.uint64(1))
    sums = np.zeros(len(codes) + 1, np.uint64)
    np.cumsum(scattered * _powers(len(codes), _BASE), out=sums[1:])
    return sums


_POWERS: dict[int, Hashes] = {}


def _powers(count: int, base: int) -> Hashes:
    held = _POWERS.get(base)
    if held is None or len(held) < count:
        grown = np.full(max(count, 1 << 16) * 2, base & _MASK, np.uint64)
        grown[0] = 1
        held = _POWERS[base] = np.cumprod(grown, dtype=np.uint64)
    return held[:count]


@cache
def _kinds() -> NDArray[np.uint8]:
    """Tell the kind of every character of the first planes; rarer ones count as the last."""
    kinds = np.full(0x11000, SINGLE, np.uint8)
    for code in range(0x10000):
        kinds[code] = _kind(chr(code))
    kinds[0] = EMPTY
    return kinds


def _kind(character: str) -> int:
    if character.isspace():
        return BLANK
    category = unicodedata.category(character)
    if category[0] == "M":
        return LOWER
    if category[0] == "L":
        if 0x2E80 <= ord(character) and category in ("Lo", "Lm"):
            return SINGLE
        return UPPER if category in ("Lu", "Lt") else LOWER
    if category == "Nd":
        return DIGIT
    return MARK


@cache
def _folds() -> NDArray[np.uint32]:
    folds = np.arange(0x11000, dtype=np.uint32)
    for code in range(0x10000):
        low = chr(code).lower()
        if len(low) == 1:
            folds[code] = ord(low)
    folds[0x10FFF:] = 0
    return folds
