"""What the votes proposed enters, and how often each label of theirs was which approved one; an opinion leaves.

The votes need no teaching to find spans; only their labels are translated here, and weighed by how often they were
right. With few approvals nothing else is as good.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from builder.annotators.arrays import Floats, Ints
from builder.annotators.crf.columns import Seen
from builder.annotators.crf.spans import Candidates
from builder.annotators.crf.view import View
from builder.annotators.taught import VOTES
from builder.model import Entity

_PRIOR = 2.0


@dataclass(frozen=True, slots=True)
class Ballot:
    """The spans the votes proposed for a batch, by rows, and under which of their labels."""

    first: Ints
    last: Ints
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Voting:
    """How probable each approved label is under each label of the votes."""

    chances: Mapping[str, tuple[float, ...]]
    count: int

    def opinion(self, ballot: Ballot) -> Candidates:
        """Say what the votes are worth."""
        none = (0.0,) * self.count
        chances = [self.chances.get(label, none) for label in ballot.labels]
        return Candidates(ballot.first, ballot.last, np.array(chances).reshape(-1, self.count))


def ballot_of(view: View) -> Ballot:
    """Gather what the votes proposed."""
    cast = sorted(
        (origin + entity.span.start, origin + entity.span.end, entity.span.label)
        for sentence, origin in zip(view.seen, view.units.origins.tolist(), strict=True)
        for entity in _voted(sentence)
    )
    first = np.searchsorted(view.units.ends, np.array([start for start, _, _ in cast], np.int64), "right")
    last = np.searchsorted(view.units.starts, np.array([end for _, end, _ in cast], np.int64), "left") - 1
    rows, labels = np.searchsorted(view.rows, np.stack([first, last])), tuple(label for _, _, label in cast)
    return Ballot(rows[0], rows[1], labels)


def learn(ballot: Ballot, classes: Ints, taught: Ints, count: int) -> Voting:
    """Count how often each label of the votes was which; `taught` are the places of what may be counted."""
    names = sorted(set(ballot.labels))
    ranks = {name: rank for rank, name in enumerate(names)}
    labels = np.array([ranks[label] for label in ballot.labels], np.int64)[taught]
    table = np.bincount(labels * (count + 1) + classes[taught], minlength=len(names) * (count + 1))
    table = table.reshape(len(names), count + 1)
    seen = table.sum(1, keepdims=True)
    base = table.sum(0) / max(int(seen.sum()), 1)
    chances: Floats = ((table + _PRIOR * base) / (seen + _PRIOR))[:, :count]
    return Voting({name: tuple(row) for name, row in zip(names, chances.tolist(), strict=True)}, count)


def _voted(sentence: Seen) -> list[Entity]:
    return [entity for entity in sentence.evidence if VOTES in entity.by]
