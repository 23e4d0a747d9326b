"""Sentences become predictions: one per annotator, and the combined one that people will see.

An annotator that fails abstains for that sentence, which goes on without it; the failure is a reject, and
`Annotate(…, again=True)` takes up those sentences once more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from builder.annotators.combine import Combiner
from builder.annotators.isolation import STAGE, Isolated
from builder.flow import Outcome
from builder.model import Fact, Reject, Sentence, TakenUp
from builder.reading import Kind
from builder.store import queries
from builder.store.db import Store
from builder.store.queries import Among


class Annotate:
    """Propose for every sentence of the review kinds, live or offered, that this combination has not seen."""

    name = STAGE
    batch_size = 200

    def __init__(
        self, combiner: Combiner, kinds: Sequence[Kind], among: Among = "live", *, again: bool = False
    ) -> None:
        """Take what is missing, or, `again`, what this combination has seen without an annotator that failed."""
        self._combiner = combiner
        self._kinds = kinds
        self._among = among
        self._list = queries.unheard if again else queries.unannotated
        self.waiting: int | None = None

    def todo(self, store: Store) -> Iterator[Sentence]:
        """List the sentences without a whole combined prediction."""
        missing = self._list(store, self._kinds, annotator_id(self._combiner), self._among)
        self.waiting = len(missing)
        return queries.sentences(store, missing)

    def intend(self, batch: Sequence[Sentence]) -> list[Fact]:
        """Nothing happens outside."""
        return []

    def work(self, batch: Sequence[Sentence]) -> Outcome:
        """Ask every annotator, and combine; who failed on a sentence has proposed nothing for it."""
        each, combined = self._combiner.propose_each(batch)
        rejects = self._take_rejects()
        failed = {reject.subject for reject in rejects}
        heard = (p for of_one in each for p in of_one if f"{p.sentence}#{p.annotator.partition('@')[0]}" not in failed)
        taken = (TakenUp(prediction.sentence, prediction.annotator) for prediction in combined)
        return Outcome(facts=[*taken, *heard, *combined], rejects=rejects, done=len(batch))

    def _take_rejects(self) -> list[Reject]:
        asked = (annotator for annotator in self._combiner.annotators if isinstance(annotator, Isolated))
        return [reject for annotator in asked for reject in annotator.take_rejects()]


def annotator_id(combiner: Combiner) -> str:
    """Name a combination as predictions do: name@fingerprint."""
    return f"{combiner.name}@{combiner.fingerprint}"
