"""Spans enter, vectors of their characters leave: what looks alike in words looks alike here.

The vectors ship with the package (`bench/character_vectors.py` makes them of jieba's dictionary, MIT) and are fixed.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from builder.annotators.arrays import Floats, Ints
from builder.annotators.crf.units import Units

SCALE = 2.0


def span_vectors(units: Units, first: Ints, last: Ints) -> Floats:
    """Give the vectors of each span's last unit, of all its units on average, and of its first."""
    rows, table = _table()
    codes = units.codes[units.starts]
    lone = (units.ends - units.starts == 1) & (codes < len(rows))
    vectors = table[np.where(lone, rows[np.minimum(codes, len(rows) - 1)], 0)]
    # Sums over the span alone, never over the batch: a sentence's numbers must not depend on its neighbours.
    mean = np.zeros((len(first), vectors.shape[1]))
    for step in range(int((last - first).max(initial=-1)) + 1):
        inside = np.flatnonzero(step <= last - first)
        mean[inside] += vectors[first[inside] + step]
    mean /= (last - first + 1)[:, None]
    return np.asarray(SCALE * np.concatenate([vectors[last], mean, vectors[first]], 1))


@cache
def _table() -> tuple[Ints, Floats]:
    """Read the vectors: by character the row, and by row the vector; row 0 is empty."""
    folder = Path(__file__).parent
    codes = np.load(folder / "character_codes.npy", allow_pickle=False)
    vectors = np.load(folder / "character_vectors.npy", allow_pickle=False) / 127
    rows = np.zeros(int(codes.max()) + 1, np.int64)
    rows[codes] = np.arange(1, len(codes) + 1)
    return rows, np.concatenate([np.zeros((1, vectors.shape[1])), vectors])
