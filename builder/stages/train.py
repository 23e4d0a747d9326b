"""Approved answers become lessons: what each annotator is worth, a learnt combiner, a classifier of sentences.

Only approved sentences teach. A share of the documents is set apart, by their names alone, for ever: they are never
learnt from, so that what is measured on them is honest. Documents that repeat one another stay together.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

from builder.annotators.combine import Combiner
from builder.annotators.taught import Taught, TaughtCombiner
from builder.annotators.weights import Cell, Count, Weights
from builder.errors import UsageError
from builder.evaluation.gold import GoldSentence
from builder.evaluation.intervals import estimated
from builder.evaluation.scores import MEASURES, counted, measured
from builder.model import Prediction
from builder.reviewing import Gold
from builder.stages.approved import approved_sentences
from builder.stages.proposers import Bar, Proposed, no_bar, propose
from builder.store import model_files, queries
from builder.store.db import Store

if TYPE_CHECKING:
    from builder.annotators.linear import LinearModel
    from builder.annotators.stack import Learnt

ENOUGH = 100
"""Approved sentences from which on a combiner and a classifier are learnt; before, priors and votes do better."""
_MICRO, _F1 = -2, MEASURES.index(("strict", "f1"))


Figure = tuple[float, float | None, float | None]
"""A value and its 95 % interval, which one document alone does not give."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """Approved sentences: those to learn from, and those set apart to measure with."""

    taught: tuple[GoldSentence, ...]
    apart: tuple[GoldSentence, ...]


@dataclass(frozen=True, slots=True)
class Trained:
    """A version of what was learnt, and how it did on what is set apart: F1 with the ends of its interval."""

    version: str
    is_new: bool
    taught: int
    apart: int
    parts: tuple[str, ...]
    silenced: tuple[Cell, ...]
    before: Figure | None
    after: Figure | None


def train(store: Store, combiner: Combiner, golds: Sequence[Gold], share: float, bar: Bar | None = None) -> Trained:
    """Learn from what is approved, and keep it as a new version, unless it is what the newest says.

    Raises:
        UsageError: nothing that may be learnt from is approved.
    """
    parted = lessons(store, golds, share)
    if not parted.taught:
        raise UsageError(
            "nothing is approved yet to learn from: review tasks, then run: builder pull && builder review"
        )
    bar = bar or no_bar
    proposed = propose(parted.taught, combiner, bar)
    taught = Taught(_weights(proposed, combiner), _stack(proposed, bar), _linear(parted.taught))
    models, learnt = store.folder / "models", TaughtCombiner(combiner.annotators, combiner.schema, taught)
    known = model_files.newest(models)
    version = model_files.keep(models, taught.save, {"schema": combiner.schema.digest, "taught": len(parted.taught)})
    told = propose(parted.apart, learnt, no_bar)
    asked = len(combiner.annotators)
    untaught = [combiner.combine(one.sentence, told.of(place)[:asked]) for place, one in enumerate(told.gold)]
    names = combiner.schema.entity_names
    return Trained(
        version=version.name,
        is_new=version != known,
        taught=len(parted.taught),
        apart=len(parted.apart),
        parts=("weights", *(name for name in ("stack", "linear") if getattr(taught, name))),
        silenced=tuple(learnt.silenced),
        before=_f1(told.gold, untaught, names),
        after=_f1(told.gold, told.combined, names),
    )


def newest_taught(folder: Path, schema_digest: str) -> Taught | None:
    """Read the newest version of what was learnt in a store's folder; none if it was learnt for other labels.

    Raises:
        UsageError: it is not what was written.
    """
    from builder.annotators.taught import read_taught

    version = model_files.newest(folder / "models")
    if version is None or model_files.checked(version)["schema"] != schema_digest:
        return None
    return read_taught(version)


def lessons(store: Store, golds: Sequence[Gold], share: float) -> Lessons:
    """Part the approved sentences, groups of documents kept whole."""
    taught, apart = list[GoldSentence](), list[GoldSentence]()
    is_apart: dict[str, bool] = {}
    for one in approved_sentences(store, golds):
        document = one.sentence.document
        if document not in is_apart:
            is_apart[document] = set_apart(queries.repeats_of(store, document), share)
        (apart if is_apart[document] else taught).append(one)
    return Lessons(tuple(taught), tuple(apart))


def set_apart(documents: Collection[str], share: float) -> bool:
    """Whether documents that repeat one another are kept for measuring: all are as soon as one is."""
    return any(_point(document) < share for document in documents)


def as_record(trained: Trained) -> dict[str, Any]:
    """Say what was learnt as JSON (contract train/1)."""
    figures = {"before": trained.before, "after": trained.after}
    return {
        "contract": "train/1",
        "version": trained.version,
        "is_new": trained.is_new,
        "taught": trained.taught,
        "apart": trained.apart,
        "parts": list(trained.parts),
        "silenced": [dict(zip(("annotator", "label", "language"), cell, strict=True)) for cell in trained.silenced],
        "strict_f1": {
            when: dict(zip(("value", "low", "high"), figure, strict=True)) if figure else None
            for when, figure in figures.items()
        },
    }


def _point(document: str) -> float:
    """Place a document in [0, 1) by its name alone."""
    return int.from_bytes(hashlib.sha256(f"evaluation {document}".encode()).digest()[:8]) / 2**64


def _weights(proposed: Proposed, combiner: Combiner) -> Weights:
    """Count what each annotator proposed, and how much of it was right."""
    seen, right = Counter[Cell](), Counter[Cell]()
    for annotator, predictions in zip(combiner.annotators, proposed.each, strict=True):
        for gold, prediction in zip(proposed.gold, predictions, strict=True):
            for entity in prediction.entities or ():
                cell = (annotator.name, entity.span.label, gold.sentence.language)
                seen[cell] += 1
                right[cell] += entity.span in gold.spans
    return Weights({cell: Count(right[cell], seen[cell]) for cell in sorted(seen)})


def _stack(proposed: Proposed, bar: Bar) -> Learnt | None:
    if len(proposed.gold) < ENOUGH or not any(one.spans for one in proposed.gold):
        return None
    from builder.annotators.stack import Example, learn

    examples = [
        Example(one.sentence.text, one.sentence.language, proposed.evidence(place), one.spans, one.group)
        for place, one in enumerate(proposed.gold)
    ]
    with bar("learn", 1) as advance:
        learnt = learn(examples)
        advance(1)
    return learnt


def _linear(taught: Sequence[GoldSentence]) -> LinearModel | None:
    told = [(one.sentence.text, one.label, one.group) for one in taught if one.label]
    if len(told) < ENOUGH or len({label for _, label, _ in told}) < 2:
        return None
    from builder.annotators.linear_training import learn

    texts, labels, groups = zip(*told, strict=True)
    return learn(texts, labels, seed=0, groups=groups)


def _f1(gold: Sequence[GoldSentence], proposed: Sequence[Prediction], names: Sequence[str]) -> Figure | None:
    """Measure strict F1 over all labels; None where there is nothing to measure on."""
    if not any(one.spans for one in gold):
        return None
    found = [[entity.span for entity in prediction.entities or ()] for prediction in proposed]
    counts = counted([one.spans for one in gold], found, names)
    seen = estimated(counts, [one.group for one in gold], measured)
    value, low, high = (float(table[_MICRO, _F1]) for table in (seen.value, seen.low, seen.high))
    if isnan(value):
        return None
    return (value, None, None) if isnan(low) else (value, low, high)
