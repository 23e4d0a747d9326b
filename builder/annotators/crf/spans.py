"""Beliefs about tags enter, spans with probabilities leave; of spans that overlap, those of the greatest worth stay.

A span's probability is exact: that it begins here, goes on, and ends there, given the whole sentence.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from builder.annotators.crf.decoding import Beliefs, Chain, Floats, Ints, beliefs, step_chance

FLOOR = 0.02
"""Spans less probable than half of this are not looked at."""
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Candidates:
    """Spans of rows [first, last], each with a probability per label; ordered by first and last row."""

    first: Ints
    last: Ints
    chances: Floats


def tag_names(labels: Sequence[str]) -> tuple[str, ...]:
    """Name the tags: outside, then a beginning and an inside per label."""
    return ("O", *(f"{part}-{label}" for label in labels for part in "BI"))


def candidates(chain: Chain) -> Candidates:
    """Find every span probable enough under each label; tags are ordered as in `tag_names`."""
    count = (chain.states.shape[1] - 1) // 2
    made = beliefs(chain)
    found = [part for label in range(count) for part in _of_label(chain, made, label)]
    if not found:
        return Candidates(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, count)))
    first, last, label, chance = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort((last, first))
    pairs = np.stack([first[order], last[order]], 1)
    unique, places = np.unique(pairs, axis=0, return_inverse=True)
    chances = np.zeros((len(unique), count))
    np.add.at(chances, (places.ravel(), label[order]), chance[order])
    return Candidates(unique[:, 0], unique[:, 1], chances)


def chosen(first: Sequence[int], last: Sequence[int], worth: Sequence[float]) -> list[int]:
    """Choose spans that do not overlap, with the greatest sum of worths; worthless ones never."""
    order = sorted((n for n in range(len(worth)) if 0 < worth[n]), key=lambda n: (last[n], first[n]))
    best: list[tuple[float, int]] = [(0.0, -1)]
    ends: list[int] = []
    befores: list[int] = []
    for n in order:
        before = bisect_left(ends, first[n])
        with_it = best[before][0] + worth[n]
        best.append((with_it, n) if best[-1][0] < with_it else (best[-1][0], -1))
        ends.append(last[n])
        befores.append(before)
    return sorted(_walk(best, befores))


def _walk(best: Sequence[tuple[float, int]], befores: Sequence[int]) -> Iterator[int]:
    at = len(befores)
    while at:
        if best[at][1] < 0:
            at -= 1
        else:
            yield best[at][1]
            at = befores[at - 1]


def _of_label(chain: Chain, made: Beliefs, label: int) -> Iterator[tuple[Ints, Ints, Ints, Floats]]:
    """Follow the spans of one label from where they may begin, as long as they are probable enough."""
    begin, inside = 1 + 2 * label, 2 + 2 * label
    ends = np.repeat(chain.first + chain.lengths - 1, chain.lengths)
    first = np.flatnonzero(FLOOR < made.tags[:, begin])
    last, chance, tag = first, made.tags[first, begin], begin
    for _ in range(_LONGEST):
        stays = np.zeros(len(first))
        more = last < ends[last]
        stays[more] = step_chance(chain, made, last[more], tag, inside)
        ending = chance * (1 - stays)
        kept = FLOOR / 2 < ending
        yield first[kept], last[kept], np.full(int(kept.sum()), label), ending[kept]
        chance, tag = chance * stays, inside
        going = FLOOR / 2 < chance
        first, last, chance = first[going], last[going] + 1, chance[going]
        if not len(first):
            return
