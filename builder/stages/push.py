"""Proposed sentences become Label Studio tasks, each exactly once.

Before a batch is sent its intent is committed; `delivery.py` knows what to do when nobody knows what arrived.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from builder.errors import Rejected
from builder.facts import Fact
from builder.flow import Outcome
from builder.model import Reject, Sentence
from builder.reading import Kind
from builder.reviewing import REVIEW, Intent, Layout
from builder.schema import LabelSchema
from builder.stages.delivery import Delivery
from builder.stages.units import Unit, batch_name, fitting, task_of, units_of
from builder.store import queries
from builder.store.db import Store
from builder.store.queries import Among

AT_ONCE: dict[Layout, int] = {"sentence": 250, "article": 20}
"""Tasks in one batch; those of articles are heavy."""

Tasks = dict[tuple[str, ...], dict[str, Any]]
"""Tasks, by the sentences of each."""


class Push:
    """Send every proposed sentence that no task shows."""

    name = "push"

    def __init__(
        self,
        delivery: Delivery,
        schema: LabelSchema,
        kinds: Sequence[Kind],
        annotator: str,
        among: Among = "live",
        role: str = REVIEW,
        layout: Layout = "sentence",
        is_blind: Callable[[Sentence], bool] | None = None,
    ) -> None:
        """People see no proposal for the sentences that are blind."""
        self._delivery, self._schema, self._layout = delivery, schema, layout
        self._kinds, self._annotator, self._among, self._role = kinds, annotator, among, role
        self.batch_size, self._is_blind = AT_ONCE[layout], is_blind
        self._made: tuple[Sequence[Unit], Tasks, list[Reject]] | None = None

    def todo(self, store: Store) -> Iterator[Unit]:
        """List the sentences with a proposal and without a task, as the tasks to be, each with its surroundings."""
        ids = queries.unpushed(store, self._kinds, self._annotator, self._among, self._role)
        shown = dict.fromkeys(ids, self._annotator)
        if self._is_blind:
            shown |= {sentence.id: "" for sentence in queries.sentences(store, ids) if self._is_blind(sentence)}
        return units_of(store, shown, self._layout)

    def intend(self, batch: Sequence[Unit]) -> list[Fact]:
        """Say which sentences are about to be sent."""
        name, digest = self._batch_name(batch), self._schema.digest
        tasks, _ = self._tasks(batch)
        annotators = {prediction.sentence: prediction.annotator for unit in batch for prediction in unit.predictions}
        # The journal says it once for all that are alike.
        sent = sorted((id for ids in tasks for id in ids), key=lambda id: annotators[id])
        return [Intent(id, name, annotators[id], digest, self._role) for id in sent]

    def work(self, batch: Sequence[Unit]) -> Outcome:
        """Send what can be sent."""
        tasks, rejects = self._tasks(batch)
        facts = self._delivery.deliver(self._batch_name(batch), list(tasks.values()))
        return Outcome([*facts], rejects, len(facts))

    def _tasks(self, batch: Sequence[Unit]) -> tuple[Tasks, list[Reject]]:
        """Make the tasks of a batch once: they are intended, then sent."""
        if self._made is None or self._made[0] is not batch:
            self._made = (batch, *self._make(batch))
        return self._made[1:]

    def _make(self, batch: Sequence[Unit]) -> tuple[Tasks, list[Reject]]:
        """Make the tasks, by the sentences of each, and say why the other sentences have none."""
        tasks, refused, name = {}, dict[str, Rejected](), self._batch_name(batch)
        for whole in batch:
            unit, unfit = fitting(whole, self._schema)
            refused |= unfit
            try:
                if unit.ids:
                    tasks[unit.ids] = task_of(unit, self._schema, name)
            except Rejected as error:
                refused |= dict.fromkeys(unit.ids, error)
        return tasks, [Reject(self.name, sentence, error.code, str(error)) for sentence, error in refused.items()]

    def _batch_name(self, batch: Sequence[Unit]) -> str:
        return batch_name(batch, self._layout, self._role, self._schema.digest)
