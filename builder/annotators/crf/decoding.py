"""Scores of units and of tag pairs enter; the probabilities of tags and steps, or the best tags, leave, batch by batch.

Exact: the probabilities are those of forward-backward, as python-crfsuite computes them. All
sentences lie one behind the other in one table of scores; none is longer than memory allows, none is cut.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from builder.annotators.arrays import Floats, Ints

_AT_ONCE = 256
_RESCALED = 4


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


def best_tags(chain: Chain) -> Ints:
    """Give the tag of every unit on the likeliest path through its sentence (Viterbi)."""
    tags: Ints = np.zeros(len(chain.states), np.intp)
    for first, lengths in _blocks(chain):
        alive, score, behind = _alive(lengths), chain.states[first], list[Ints]()
        for t, n in enumerate(alive[1:], 1):
            ways = score[:n, :, None] + chain.steps
            behind.append(ways.argmax(1))
            score[:n] = ways.max(1) + chain.states[first[:n] + t]
        best = score.argmax(1)
        for t in range(len(alive) - 1, -1, -1):
            n = alive[t]
            tags[first[:n] + t] = best[:n]
            if t:
                best[:n] = behind[t - 1][np.arange(n), best[:n]]
    return tags


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
    every = np.concatenate([first[:n] + t for t, n in enumerate(alive)])
    borders = np.cumsum([0, *alive])
    here = chain.states[every]
    here = np.exp(here - here.max(1, keepdims=True))
    forward = _swept(here, np.exp(chain.steps - chain.steps.max()), borders)
    behind, ahead = _swept_back(here, np.exp(chain.steps - chain.steps.max()).T, borders)
    tags = forward * behind
    made.tags[every] = tags / tags.sum(1, keepdims=True)
    made.behind[every], made.ahead[every] = behind, ahead


def _swept(here: Floats, weights: Floats, borders: Ints) -> Floats:
    """Carry what came before from unit to unit; scaled now and then, lest it vanish."""
    forward = here.copy()
    for t in range(1, len(borders) - 1):
        before, at, end = borders[t - 1 : t + 2].tolist()
        now = forward[at:end]
        now *= forward[before : before + end - at] @ weights
        if t % _RESCALED == 0:
            now /= now.sum(1, keepdims=True)
    return forward


def _swept_back(here: Floats, weights: Floats, borders: Ints) -> tuple[Floats, Floats]:
    """Carry what follows back from unit to unit: without each unit itself, and with it."""
    behind, ahead = np.ones_like(here), here.copy()
    for t in range(len(borders) - 2, -1, -1):
        at, end = borders[t : t + 2].tolist()
        now = ahead[at:end]
        if t + 2 < len(borders):
            size = int(borders[t + 2]) - end
            behind[at : at + size] = ahead[end : end + size] @ weights
            now[:size] *= behind[at : at + size]
        if t % _RESCALED == 0:
            now /= now.sum(1, keepdims=True)
    return behind, ahead
