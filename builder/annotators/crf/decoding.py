"""Scores of units and of tag pairs enter; the probabilities of tags and of steps between them leave, batch by batch.

Exact: the probabilities are those of forward-backward, as python-crfsuite computes them. All
sentences lie one behind the other in one table of scores; none is longer than memory allows, none is cut.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Chain:
    """What a CRF says of a batch: a score per unit and tag, a score per pair of tags, and how long sentences are."""

    states: Floats
    steps: Floats
    lengths: Ints

    @property
    def first(self) -> Ints:
        """Give the row at which each sentence starts."""
        starts: Ints = np.cumsum(self.lengths) - self.lengths
        return starts


@dataclass(frozen=True, slots=True)
class Beliefs:
    """Probabilities of a chain: of a tag at a unit, and of stepping from it to another, given all else."""

    tags: Floats
    ahead: Floats
    """Scaled evidence of all that follows and of the unit itself: what a step into this tag is worth."""
    behind: Floats
    """The same without the unit itself: what standing in this tag is worth."""


def beliefs(chain: Chain) -> Beliefs:
    """Give the probabilities of tags and of steps between them (forward-backward)."""
    shape = chain.states.shape
    made = Beliefs(np.zeros(shape), np.zeros(shape), np.ones(shape))
    for first, lengths in _blocks(chain):
        _forward_backward(chain, first, lengths, made)
    return made


def step_chance(chain: Chain, made: Beliefs, rows: Ints, before: int | Ints, after: int | Ints) -> Floats:
    """Give the probability that `after` follows at the next unit when `before` stands at these; not for last units."""
    weights = np.exp(chain.steps - chain.steps.max())
    worth = weights[before, after] * made.ahead[rows + 1, after]
    return np.asarray(worth / made.behind[rows, before], np.float64)


def _blocks(chain: Chain) -> list[tuple[Ints, Ints]]:
    """Group sentences of like length, longest first; empty ones are left out."""
    order = np.argsort(-chain.lengths, kind="stable")
    order = order[chain.lengths[order] > 0]
    first = chain.first
    groups = [order[at : at + _AT_ONCE] for at in range(0, len(order), _AT_ONCE)]
    return [(first[group], chain.lengths[group]) for group in groups]


def _alive(lengths: Ints) -> list[int]:
    """Count the sentences that have a unit number t, for every t; lengths fall."""
    return [int(np.searchsorted(-lengths, -t, "left")) for t in range(int(lengths[0]))]


def _forward_backward(chain: Chain, first: Ints, lengths: Ints, made: Beliefs) -> None:
    alive = _alive(lengths)
    weights = np.exp(chain.steps - chain.steps.max())
    forward: list[Floats] = []
    for t, n in enumerate(alive):
        here = _exp(chain.states[first[:n] + t])
        forward.append(_scaled(here if t == 0 else (forward[-1][:n] @ weights) * here))
    worth = np.ones((len(first), chain.states.shape[1]))
    for t in range(len(alive) - 1, -1, -1):
        n = alive[t]
        rows = first[:n] + t
        made.behind[rows] = worth[:n]
        made.tags[rows] = _scaled(forward[t] * worth[:n])
        made.ahead[rows] = _scaled(_exp(chain.states[rows]) * worth[:n])
        worth[:n] = made.ahead[rows] @ weights.T


def _exp(scores: Floats) -> Floats:
    return np.asarray(np.exp(scores - scores.max(1, keepdims=True)))


def _scaled(values: Floats) -> Floats:
    return np.asarray(values / values.sum(1, keepdims=True))
