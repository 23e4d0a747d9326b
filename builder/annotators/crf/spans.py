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
    made = beliefs(chain)
    begins = range(1, chain.states.shape[1], 2)
    return _gathered([_followed(chain, made, made.tags[:, tag], tag, tag + 1) for tag in begins])


def runs(chain: Chain) -> Candidates:
    """Find every probable run of units under one label; the tags are outside, then one per label."""
    made = beliefs(chain)
    after = np.setdiff1d(np.arange(len(chain.states)), chain.first)
    found = []
    for tag in range(1, chain.states.shape[1]):
        begins = made.tags[:, tag].copy()
        begins[after] -= made.tags[after - 1, tag] * step_chance(chain, made, after - 1, tag, tag)
        found.append(_followed(chain, made, begins, tag, tag))
    return _gathered(found)


def averaged(opinions: Sequence[Candidates]) -> Candidates:
    """Average what several say of spans, label by label; a span that one does not name has no chance there."""
    count = opinions[0].chances.shape[1]
    columns = [(one.first, one.last, one.chances / len(opinions)) for one in opinions]
    first, last, chances = (np.concatenate(column) for column in zip(*columns, strict=True))
    every = np.arange(count)
    return _summed(np.repeat(first, count), np.repeat(last, count), np.tile(every, len(first)), chances.ravel(), count)


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


def _gathered(found: Sequence[Iterator[tuple[Ints, Ints, Floats]]]) -> Candidates:
    """Lay the spans of all labels out, each with its chances side by side."""
    parts = [
        (first, last, np.full(len(first), n), chance) for n, one in enumerate(found) for first, last, chance in one
    ]
    if not parts:
        return Candidates(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, len(found))))
    first, last, label, chance = (np.concatenate(column) for column in zip(*parts, strict=True))
    return _summed(first, last, label, chance, len(found))


def _summed(first: Ints, last: Ints, label: Ints, chance: Floats, count: int) -> Candidates:
    unique, places = np.unique(np.stack([first, last], 1), axis=0, return_inverse=True)
    chances = np.zeros((len(unique), count))
    np.add.at(chances, (places.ravel(), label), chance)
    return Candidates(unique[:, 0], unique[:, 1], chances)


def _followed(
    chain: Chain, made: Beliefs, begins: Floats, tag: int, inside: int
) -> Iterator[tuple[Ints, Ints, Floats]]:
    """Follow spans from where they may begin under `tag`, `inside` by `inside`, while they are probable enough."""
    ends = np.repeat(chain.first + chain.lengths - 1, chain.lengths)
    first = np.flatnonzero(FLOOR < begins)
    last, chance = first, begins[first]
    for _ in range(_LONGEST):
        stays = np.zeros(len(first))
        more = last < ends[last]
        stays[more] = step_chance(chain, made, last[more], tag, inside)
        ending = chance * (1 - stays)
        kept = FLOOR / 2 < ending
        yield first[kept], last[kept], ending[kept]
        chance, tag = chance * stays, inside
        going = FLOOR / 2 < chance
        first, last, chance = first[going], last[going] + 1, chance[going]
        if not len(first):
            return
