"""Features and tags enter, weights leave: the one door to python-crfsuite.

L1 keeps the weights few (on a thousand sentences it is worth five points of F1 over L2). The same rows give the same
weights; the file crfsuite writes is read back and thrown away.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from builder.annotators.arrays import Floats, Ints
from builder.annotators.crf.units import Hashes
from builder.annotators.crf.weights import Weights

MINIMUM = 2
"""A feature seen fewer times than this is left out."""
_NEVER = -50.0
"""The score of stepping to or from a tag that no sentence has."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How weights are sought."""

    c1: float = 0.3
    c2: float = 0.01
    iterations: int = 60


def fit(features: Hashes, tags: NDArray[np.int64], names: tuple[str, ...], lengths: Ints, how: Settings) -> Weights:
    """Train on sentences that lie one behind the other; `tags` are places in `names`."""
    known, ranks = _frequent(features)
    with tempfile.TemporaryDirectory(prefix="builder-crf-") as folder:
        path = Path(folder) / "model"
        _train(ranks, tags, lengths, how, path)
        states, steps = _read(path, len(known), len(names))
    absent = np.setdiff1d(np.arange(len(names)), tags)
    steps[absent], steps[:, absent] = _NEVER, _NEVER
    used = np.flatnonzero(np.abs(states).sum(1))
    kept = np.concatenate([np.zeros((1, len(names))), states[used]])
    return Weights(names, known[used], kept, steps)


def _frequent(features: Hashes) -> tuple[Hashes, Ints]:
    """List the features seen often enough, and replace each by its place in the list; the rest are -1."""
    known, ranks, counts = np.unique(features, return_inverse=True, return_counts=True)
    keep = (counts >= MINIMUM) & (known != 0)
    places = np.where(keep, np.cumsum(keep) - 1, -1)
    return known[keep], places[ranks.reshape(features.shape)]


def _train(ranks: Ints, tags: NDArray[np.int64], lengths: Ints, how: Settings, path: Path) -> None:
    import pycrfsuite

    trainer = pycrfsuite.Trainer(verbose=False)
    at = 0
    for length in lengths.tolist():
        rows = ranks[at : at + length]
        units = [[str(rank) for rank in row[row >= 0].tolist()] for row in rows]
        if length:
            trainer.append(units, [str(tag) for tag in tags[at : at + length].tolist()])
        at += length
    trainer.select("lbfgs")
    trainer.set_params({"c1": how.c1, "c2": how.c2, "max_iterations": how.iterations})
    trainer.set("feature.possible_transitions", True)
    trainer.train(str(path))


def _read(path: Path, features: int, tags: int) -> tuple[Floats, Floats]:
    import pycrfsuite

    states, steps = np.zeros((features, tags)), np.full((tags, tags), 0.0)
    tagger = pycrfsuite.Tagger()
    tagger.open(str(path))
    learnt = tagger.info()
    tagger.close()
    for (feature, tag), weight in learnt.state_features.items():
        states[int(feature), int(tag)] = weight
    for (before, after), weight in learnt.transitions.items():
        steps[int(before), int(after)] = weight
    return states, steps
