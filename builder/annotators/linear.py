"""Sentences enter; each leaves with the label that its characters make likeliest, and a calibrated probability.

The model is learnt from approved labels (`linear_training.py`) and read from its folder (`linear_files.py`): weights
of hashed runs of one to three characters. Without a model, or with labels that the schema does not have, it abstains.
A sentence's result never depends on the others of its batch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from builder.annotators.arrays import Floats, Ints, codes_of
from builder.annotators.proposal import check_options
from builder.model import Label, Prediction, Sentence, stable_id
from builder.ports import Annotator
from builder.schema import LabelSchema

VERSION = "1"
BITS = 20
"""The slots that runs of characters are hashed to, as a power of two."""
_MIXERS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)
_EDGES = "\x02", "\x03"


@dataclass(frozen=True, eq=False)
class LinearModel:
    """What was learnt: a row of weights per slot that was seen, and how to read their sums as probabilities."""

    labels: tuple[str, ...]
    longest: int
    slots: npt.NDArray[np.int32]
    rarity: npt.NDArray[np.float32]
    weights: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]
    temperature: float
    figures: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """Name the content: what it proposes, not what was measured of it."""
        body = hashlib.sha256(repr((self.labels, self.longest, self.temperature)).encode())
        for values in (self.slots, self.rarity, self.weights, self.bias):
            body.update(values.tobytes())
        return body.hexdigest()

    @cached_property
    def _rows(self) -> npt.NDArray[np.int32]:
        """Lead from a slot to its row; -1 where nothing was learnt."""
        rows = np.full(1 << BITS, -1, np.int32)
        rows[self.slots] = np.arange(len(self.slots), dtype=np.int32)
        return rows

    def logits(self, texts: Sequence[str]) -> Floats:
        """Sum the weights of every text, one column per label."""
        owner, slots = runs(texts, self.longest)
        rows = self._rows[slots]
        known = 0 <= rows
        owner, rows = owner[known], rows[known]
        rarity = self.rarity[rows].astype(np.float64)
        length = np.sqrt(np.bincount(owner, rarity * rarity, len(texts)))
        shares = rarity / length[owner]
        logits: Floats = np.empty((len(texts), len(self.labels)))
        for n in range(len(self.labels)):
            logits[:, n] = np.bincount(owner, shares * self.weights[rows, n], len(texts)) + self.bias[n]
        return logits

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Give the calibrated chance of every label for every text."""
        return softmax(self.logits(texts) / self.temperature)

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what is computed from the rest."""
        return {name: value for name, value in self.__dict__.items() if name != "_rows"}


class Linear:
    """Proposes sentence labels by a model that was learnt here."""

    name = "linear"

    def __init__(self, model: LinearModel | None, schema: LabelSchema) -> None:
        self.model = model
        self._fits = model is not None and set(model.labels) <= set(schema.sentence_names)
        self.fingerprint = stable_id(VERSION, model.digest if model else "", schema.sentence_names)[:8]

    def propose(self, sentences: Sequence[Sentence]) -> list[Prediction]:
        """Propose a label for every sentence."""
        by = f"{self.name}@{self.fingerprint}"
        if self.model is None or not self._fits:
            return [Prediction(sentence.id, by) for sentence in sentences]
        names, chances = self.model.labels, self.model.probabilities([sentence.text for sentence in sentences])
        return [
            Prediction(sentence.id, by, label=Label(names[best], round(float(row[best]), 4), (by,)))
            for sentence, row, best in zip(sentences, chances, chances.argmax(axis=1), strict=True)
        ]


def build(options: Mapping[str, str], schema: LabelSchema) -> Annotator:
    """Build the annotator; `model` is the folder of what was learnt, and without it the annotator abstains.

    Raises:
        UsageError: the folder holds no sound model.
    """
    check_options("linear", options, ("model",))
    if not options.get("model"):
        return Linear(None, schema)
    from builder.annotators.linear_files import read

    return Linear(read(Path(options["model"])), schema)


def runs(texts: Sequence[str], longest: int) -> tuple[Ints, Ints]:
    """Give every run of one to `longest` characters: the text it stands in, and its slot."""
    framed = [f"{_EDGES[0]}{text.lower()}{_EDGES[1]}" for text in texts]
    codes = codes_of("".join(framed)).astype(np.uint64)
    owner = np.repeat(np.arange(len(framed)), [len(text) for text in framed])
    found = list(_runs(codes, owner, longest))
    return np.concatenate([of for of, _ in found]), np.concatenate([slots for _, slots in found])


def softmax(logits: Floats) -> Floats:
    """Turn rows of sums into rows of chances."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances: Floats = powers / powers.sum(axis=1, keepdims=True)
    return chances


def _runs(codes: npt.NDArray[np.uint64], owner: Ints, longest: int) -> Iterator[tuple[Ints, Ints]]:
    mixed: npt.NDArray[Any] = np.zeros(len(codes), np.uint64)
    for size in range(1, longest + 1):
        end = len(codes) - size + 1
        mixed = (mixed[:end] ^ codes[size - 1 :]) * np.uint64(_MIXERS[size - 1])
        mixed ^= mixed >> np.uint64(29)
        whole = owner[:end] == owner[size - 1 :]
        yield (
            owner[:end][whole],
            (mixed[whole] >> np.uint64(64 - BITS - 8) & np.uint64((1 << BITS) - 1)).astype(np.int64),
        )
