"""Which row of one release is which row of another. Pure.

First by id; the id of a sentence names its document, place and text, so it stays as long as its file does. A changed
file gives every sentence of it a new id: then by text within the same file, then by text; what is left has another text
if it stands as far from the same neighbours in the same file, and nothing else does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from typing import Any

import numpy as np

from builder.errors import UsageError
from builder.exporters.inventory import Inventory

Pairs = Sequence[tuple[Any, Any]]


def paired(old: Inventory, new: Inventory) -> tuple[Any, Any]:
    """Give the rows that stand in both, one array for each release, in the order of the new one.

    Raises:
        UsageError: an id stands twice in one of them.
    """
    rows = [_by_id(old, new)]
    for key, are_matched in ((_text_in_file, _matched), (_text, _matched), (_place, _once)):
        free = _free(rows, len(old), 0), _free(rows, len(new), 1)
        if not len(free[0]) or not len(free[1]):
            break
        found = are_matched(*(key(side, free[at], rows, at) for at, side in enumerate((old, new))))
        rows.append((free[0][found[0]], free[1][found[1]]))
    one, other = (np.concatenate([pair[side] for pair in rows]) for side in (0, 1))
    order = np.argsort(other)
    return one[order], other[order]


def _by_id(old: Inventory, new: Inventory) -> tuple[Any, Any]:
    order = [np.argsort(side.ids, kind="stable") for side in (old, new)]
    for side, its in zip((old, new), order, strict=True):
        ids = side.ids[its]
        if (twice := np.flatnonzero(ids[1:] == ids[:-1])).size:
            raise UsageError(f"{side.facts.told['version']} holds sentence {ids[twice[0]].decode()} twice")
    ids = old.ids[order[0]]
    places = np.searchsorted(ids, new.ids)
    places[places == len(ids)] = 0
    found = np.flatnonzero(ids[places] == new.ids)
    return order[0][places[found]], found


def _free(rows: Pairs, count: int, side: int) -> Any:
    is_free = np.ones(count, bool)
    for pair in rows:
        is_free[pair[side]] = False
    return np.flatnonzero(is_free)


def _text_in_file(side: Inventory, rows: Any, pairs: Pairs, which: int) -> list[Hashable]:
    return [*zip(side.text[rows].tolist(), side.source[rows].tolist(), strict=True)]


def _text(side: Inventory, rows: Any, pairs: Pairs, which: int) -> list[Hashable]:
    return [*side.text[rows].tolist()]


def _place(side: Inventory, rows: Any, pairs: Pairs, which: int) -> list[Hashable]:
    """Say where rows stand: the file, and the nearest paired rows of the document on both sides with their distance."""
    pair_of = np.full(len(side), -1)
    matched = np.concatenate([pair[which] for pair in pairs])
    pair_of[matched] = np.arange(len(matched))
    at = np.where(pair_of < 0, -1, np.arange(len(side)))
    before = np.maximum.accumulate(at)[rows]
    at[at < 0] = len(side)
    after = np.minimum.accumulate(at[::-1])[::-1][rows]
    told: list[list[int]] = [side.source[rows].tolist()]
    for near, is_there in ((before, 0 <= before), (after, after < len(side))):
        near = np.where(is_there, near, 0)
        is_there &= side.document[near] == side.document[rows]
        told.append(np.where(is_there, pair_of[near], -1).tolist())
        # Where nothing stands before, the number counts from the document's beginning.
        told.append((side.number[rows] - np.where(is_there, side.number[near], 0)).tolist())
    last = [None if pair < 0 else distance for pair, distance in zip(told[3], told[4], strict=True)]
    return [*zip(*told[:4], last, strict=True)]


def _matched(before: Sequence[Hashable], after: Sequence[Hashable]) -> tuple[list[int], list[int]]:
    """Pair the first of each key with the first, the second with the second, and so on."""
    places = {key: at for at, key in enumerate(_numbered(before))}
    pairs = [(places[key], at) for at, key in enumerate(_numbered(after)) if key in places]
    return [old for old, _ in pairs], [new for _, new in pairs]


def _numbered(keys: Sequence[Hashable]) -> Iterator[tuple[Hashable, int]]:
    seen = Counter[Hashable]()
    for key in keys:
        seen[key] += 1
        yield key, seen[key]


def _once(before: Sequence[Hashable], after: Sequence[Hashable]) -> tuple[list[int], list[int]]:
    """Pair what has the same key, and shares it with nothing else."""
    found = _matched(before, after)
    counts = Counter(before), Counter(after)
    alone = [
        pair for pair in zip(*found, strict=True) if {counts[0][before[pair[0]]], counts[1][after[pair[1]]]} == {1}
    ]
    return [old for old, _ in alone], [new for _, new in alone]
