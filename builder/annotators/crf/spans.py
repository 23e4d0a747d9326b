"""Beliefs about tags enter, spans with probabilities leave; of spans that overlap, those of the greatest worth stay.

A span's probability is exact: that it begins here, goes on, and ends there, given the whole sentence.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from builder.annotators.arrays import Floats, Ints
from builder.annotators.crf.decoding import Beliefs, Chain, beliefs, step_chance

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
    count = chain.states.shape[1] // 2
    rows, labels = np.nonzero(made.tags[:, 1::2] > FLOOR)
    spans = _followed(chain, made, rows, made.tags[rows, 2 * labels + 1], (2 * labels + 1, 2 * labels + 2))
    return _gathered(spans, labels, count)


def runs(chain: Chain) -> Candidates:
    """Find every probable run of units under one label; the tags are outside, then one per label."""
    made = beliefs(chain)
    count = chain.states.shape[1] - 1
    begins = made.tags[:, 1:].copy()
    after = np.setdiff1d(np.arange(len(chain.states)), chain.first)
    for tag in range(1, count + 1):
        begins[after, tag - 1] -= made.tags[after - 1, tag] * step_chance(chain, made, after - 1, tag, tag)
    rows, labels = np.nonzero(begins > FLOOR)
    spans = _followed(chain, made, rows, begins[rows, labels], (labels + 1, labels + 1))
    return _gathered(spans, labels, count)


def averaged(opinions: Sequence[Candidates], shares: Sequence[float] = ()) -> Candidates:
    """Average what several say of spans, label by label; a span that one does not name has no chance there."""
    shares = shares or [1 / len(opinions)] * len(opinions)
    heard = [(one, share) for one, share in zip(opinions, shares, strict=True) if share]
    count = opinions[0].chances.shape[1]
    columns = [(one.first, one.last, one.chances * share) for one, share in heard]
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


def _gathered(found: Iterator[tuple[Ints, Ints, Ints, Floats]], labels: Ints, count: int) -> Candidates:
    """Lay the spans of all labels out, each with its chances side by side."""
    none = np.zeros(0, np.int64)
    parts = [(none, none, none, np.zeros(0)), *found]
    first, last, begun, chance = (np.concatenate(column) for column in zip(*parts, strict=True))
    return _summed(first, last, labels[begun], chance, count)


def _summed(first: Ints, last: Ints, label: Ints, chance: Floats, count: int) -> Candidates:
    """Add up the chances of each span under each label."""
    room = int(last.max(initial=0)) + 1
    spans, places = np.unique(first * room + last, return_inverse=True)
    chances: Floats = np.zeros((len(spans), count))
    np.add.at(chances.ravel(), places * count + label, chance)
    return Candidates(spans // room, spans % room, chances)


def _followed(
    chain: Chain, made: Beliefs, first: Ints, chance: Floats, tags: tuple[Ints, Ints]
) -> Iterator[tuple[Ints, Ints, Ints, Floats]]:
    """Follow spans from where they begin, under their first tags and then those inside, while probable enough.

    Gives first and last rows of those that end, which of the spans they are, and how probable that is.
    """
    ends = np.repeat(chain.first + chain.lengths - 1, chain.lengths)
    last, (tag, inside) = first, tags
    which: Ints = np.arange(len(first))
    for _ in range(_LONGEST):
        stays = np.zeros(len(which))
        more = last < ends[last]
        stays[more] = step_chance(chain, made, last[more], tag[more], inside[which[more]])
        ending = chance * (1 - stays)
        kept = FLOOR / 2 < ending
        yield first[which[kept]], last[kept], which[kept], ending[kept]
        chance = chance * stays
        going = FLOOR / 2 < chance
        which, last, chance = which[going], last[going] + 1, chance[going]
        tag = inside[which]
        if not len(which):
            return
