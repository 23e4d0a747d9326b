"""Sentences become predictions: one per annotator, and the combined one that people will see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from builder.annotators.combine import Combiner
from builder.flow import Outcome
from builder.model import Fact, Sentence
from builder.reading import Kind
from builder.store import queries
from builder.store.db import Store
from builder.store.queries import Among


class Annotate:
    """Propose for every sentence of the review kinds, live or offered, that this combination has not seen."""

    name = "annotate"
    batch_size = 200

    def __init__(self, combiner: Combiner, kinds: Sequence[Kind], among: Among = "live") -> None:
        self._combiner = combiner
        self._kinds = kinds
        self._among = among

    def todo(self, store: Store) -> Iterator[Sentence]:
        """List the sentences without a combined prediction."""
        return queries.sentences(
            store, queries.unannotated(store, self._kinds, annotator_id(self._combiner), self._among)
        )

    def intend(self, batch: Sequence[Sentence]) -> list[Fact]:
        """Nothing happens outside."""
        return []

    def work(self, batch: Sequence[Sentence]) -> Outcome:
        """Ask every annotator, and combine."""
        each, combined = self._combiner.propose_each(batch)
        return Outcome(facts=[*(prediction for of_one in each for prediction in of_one), *combined])


def annotator_id(combiner: Combiner) -> str:
    """Name a combination as predictions do: name@fingerprint."""
    return f"{combiner.name}@{combiner.fingerprint}"
