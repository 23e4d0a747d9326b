"""Features enter, scores of tags leave: what training found, and several CRFs side by side in one table.

A feature is looked up once, however many CRFs know it. Sums come in the order of the features, so a unit's scores do
not depend on the batch it is in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from builder.annotators.arrays import Floats, Ints
from builder.annotators.crf.decoding import Chain
from builder.annotators.crf.tables import Table, numbered
from builder.annotators.crf.units import Hashes


@dataclass(frozen=True)
class Weights:
    """A linear-chain CRF: the rows of `states` by feature (row 0 is empty), and a score per pair of tags."""

    tags: tuple[str, ...]
    features: Hashes
    states: Floats
    steps: Floats

    @cached_property
    def table(self) -> Table:
        """Find a feature's row."""
        return numbered(self.features)

    def scores(self, features: Hashes) -> Floats:
        """Sum the weights of each unit's features."""
        return _summed(features, self.table, self.states)


@dataclass(frozen=True)
class Together:
    """Several CRFs that see the same features."""

    parts: tuple[Weights, ...]
    table: Table
    states: Floats

    def chains(self, features: Hashes, lengths: Ints) -> list[Chain]:
        """Give what each of them says of a batch."""
        scores = _summed(features, self.table, self.states)
        widths = np.cumsum([len(part.tags) for part in self.parts])
        apart = np.split(scores, widths[:-1], axis=1)
        return [
            Chain(np.ascontiguousarray(own), part.steps, lengths) for own, part in zip(apart, self.parts, strict=True)
        ]


def together(parts: Sequence[Weights]) -> Together:
    """Put CRFs side by side."""
    features = np.unique(np.concatenate([part.features for part in parts]))
    states = np.zeros((len(features) + 1, sum(len(part.tags) for part in parts)))
    column = 0
    for part in parts:
        rows = np.searchsorted(features, part.features) + 1
        states[rows, column : column + len(part.tags)] = part.states[1:]
        column += len(part.tags)
    return Together(tuple(parts), numbered(features), states)


def _summed(features: Hashes, table: Table, states: Floats) -> Floats:
    columns = features.T
    total: Floats = np.zeros((len(features), states.shape[1]))
    for found in table.find(columns.ravel()).reshape(columns.shape):
        total += states.take(found, axis=0)
    return total
