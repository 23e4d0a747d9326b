"""Units and words enter; columns of what lies beyond letters and dictionary leave, for a CRF that looks wider.

Characters that stand in like words share a cluster (shipped, see `bench/character_vectors.py`). What brackets hold is
told by the bracket; words of one character in a row are the trace of a name that no dictionary has.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from builder.annotators.arrays import Ints
from builder.annotators.crf.columns import ONE, Columns, Seen
from builder.annotators.crf.units import EMPTY, Hashes, Units

_OPENING, _CLOSING = "《“「『（(【〈", "》”」』）)】〉"
_DEEPEST, _LONGEST_RUN = 6, 5


def wider_columns(units: Units, seen: Sequence[Seen]) -> Columns:
    """Give clusters, brackets and runs of words of one character."""
    coarse, fine = _clusters()
    codes = units.codes[units.starts]
    places = np.where(units.ends - units.starts == 1, np.minimum(codes, len(coarse) - 1), len(coarse) - 1)
    bracket, depth = _brackets(units, codes.astype(np.int64))
    return {
        "cluster": coarse[places],
        "fine cluster": fine[places],
        "bracket": bracket,
        "depth": depth,
        "run": _runs(units, seen),
    }


def _brackets(units: Units, codes: Ints) -> tuple[Hashes, Hashes]:
    """Give each unit the bracket it stands in, and that with how far behind the bracket it stands."""
    places = np.arange(units.count)
    opens = np.isin(codes, [ord(mark) for mark in _OPENING])
    closes = np.isin(codes, [ord(mark) for mark in _CLOSING]) | (units.kinds[units.starts] == EMPTY)
    opened = np.maximum.accumulate(np.where(opens, places, 0))
    inside = np.maximum.accumulate(np.where(closes, places, 0)) < opened
    bracket = np.where(inside, codes[opened], 0)
    depth = np.where(inside, codes[opened] * 8 + np.minimum(places - opened, _DEEPEST), 0)
    return bracket.astype(np.uint64) + ONE, depth.astype(np.uint64) + ONE


def _runs(units: Units, seen: Sequence[Seen]) -> Hashes:
    """Give each word of one character how many stand in a row there, and which of them it is."""
    alone = np.zeros(units.count + 1, bool)
    pairs = zip(seen, units.origins.tolist(), strict=True)
    lone = [origin + word.start for sentence, origin in pairs for word in sentence.words if word.end - word.start == 1]
    alone[np.searchsorted(units.starts, np.array(lone, np.int64))] = True
    alone = alone[:-1] & (units.ends - units.starts == 1)
    places = np.arange(units.count)
    before = np.maximum.accumulate(np.where(alone, 0, places + 1))
    behind = np.minimum.accumulate(np.where(alone, units.count, places)[::-1])[::-1]
    length, rank = (np.minimum(size, _LONGEST_RUN) for size in (behind - before, places - before))
    return np.where(alone, length * 8 + rank + 2, 1).astype(np.uint64)


@cache
def _clusters() -> tuple[Hashes, Hashes]:
    """Read the clusters: by character the number of a coarse one and of a fine one; the last character has none."""
    folder = Path(__file__).parent
    codes = np.load(folder / "character_codes.npy", allow_pickle=False)
    clusters = np.load(folder / "character_clusters.npy", allow_pickle=False)
    made = np.ones((2, int(codes.max()) + 2), np.uint64)
    made[:, codes] = clusters.T.astype(np.uint64) + np.uint64(2)
    return made[0], made[1]
