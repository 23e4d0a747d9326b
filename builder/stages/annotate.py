"""Sentences become predictions: one per annotator, and the combined one that people will see.

An annotator that fails abstains for that sentence, which goes on without it; the failure is a reject, and
`Annotate(…, again=True)` takes up those sentences once more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import chain

from builder.annotators.combine import Combiner
from builder.annotators.isolation import STAGE, Isolated
from builder.facts import Fact
from builder.flow import Outcome
from builder.model import Prediction, Reject, TakenUp
from builder.reading import Kind
from builder.store import queries, rows
from builder.store.db import Store
from builder.store.queries import Among
from builder.store.rows import Row


class Annotate:
    """Propose for every sentence of the review kinds, live or offered, that this combination has not seen."""

    name = STAGE

    def __init__(
        self, combiner: Combiner, kinds: Sequence[Kind], among: Among = "live", *, again: bool = False
    ) -> None:
        """Take what is missing, or, `again`, what this combination has seen without an annotator that failed."""
        self._combiner = combiner
        self._kinds = kinds
        self._among = among
        self._list = queries.unheard if again else queries.unannotated
        self.waiting: int | None = None
        # To write a batch takes a while, however small it is; and quick annotators are done with ten batches before
        # another process has loaded them. Slow ones shall lose little when they are stopped.
        self.batch_size, self.worth_spreading = (500, 12) if combiner.is_quick else (200, 2)

    def todo(self, store: Store) -> Iterator[Row]:
        """List the sentences without a whole combined prediction, as rows: they may travel to another process."""
        missing = self._list(store, self._kinds, annotator_id(self._combiner), self._among)
        self.waiting = len(missing)
        return queries.sentence_rows(store, missing)

    def intend(self, batch: Sequence[Row]) -> list[Fact]:
        """Nothing happens outside."""
        return []

    def work(self, batch: Sequence[Row]) -> Outcome:
        """Ask every annotator, and combine; who failed on a sentence has proposed nothing for it."""
        each, combined = self._combiner.propose_each([rows.sentence_of(row) for row in batch])
        rejects = self._take_rejects()
        failed = {reject.subject for reject in rejects}
        made = zip(*each, combined, strict=True)  # what is stored side by side comes side by side
        heard = chain.from_iterable((*_heard(own, failed), whole) for *own, whole in made)
        taken = (TakenUp(prediction.sentence, prediction.annotator) for prediction in combined)
        return Outcome(facts=[*taken, *heard], rejects=rejects, done=len(batch))

    def _take_rejects(self) -> list[Reject]:
        asked = (annotator for annotator in self._combiner.annotators if isinstance(annotator, Isolated))
        return [reject for annotator in asked for reject in annotator.take_rejects()]


def _heard(own: list[Prediction], failed: Collection[str]) -> list[Prediction]:
    """Leave out who failed on the sentence."""
    return [p for p in own if f"{p.sentence}#{p.annotator.partition('@')[0]}" not in failed] if failed else own


def annotator_id(combiner: Combiner) -> str:
    """Name a combination as predictions do: name@fingerprint."""
    return f"{combiner.name}@{combiner.fingerprint}"
