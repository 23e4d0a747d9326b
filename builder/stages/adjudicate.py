"""Disputes become tasks for an adjudicator, each exactly once; a changed answer makes it another dispute."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from builder.errors import Rejected
from builder.facts import Fact
from builder.flow import Outcome
from builder.model import Reject, stable_id
from builder.reviewing import ADJUDICATION, Intent
from builder.schema import LabelSchema
from builder.stages.delivery import Delivery, Settle
from builder.stages.disagreement import Dispute
from builder.stages.units import passage_of
from builder.store import approvals, queries
from builder.store.db import Store
from builder.studio.adjudication import task_of
from builder.studio.codec import Passage

Shown = tuple[Passage, Dispute]


class SettleCases(Settle):
    """Find out what became of batches for adjudicators; a sentence may have had other disputes before."""

    def todo(self, store: Store) -> Iterator[tuple[str, list[str]]]:
        """List the batches of unknown outcome."""
        return iter(approvals.unsettled_cases(store).items())


class Adjudicate:
    """Send every dispute that no task shows, in the given order."""

    name = "adjudicate"
    batch_size = 100

    def __init__(self, delivery: Delivery, schema: LabelSchema, disputes: Sequence[Dispute]) -> None:
        self._delivery, self._schema, self._disputes = delivery, schema, disputes

    def todo(self, store: Store) -> Iterator[Shown]:
        """List the disputes without a task, each with its surroundings; what is shown of them is known from now on.

        What was refused of a sentence that nobody disagrees on any more is past.
        """
        disputed = {one.sentence.id for one in self._disputes}
        refused = [one for one in queries.rejects(store) if one.stage == self.name and one.subject in disputed]
        store.replace_rejects(self.name, refused)
        waiting = [one for one in self._disputes if not approvals.is_sent(store, one.sentence.id, one.case)]
        store.add([one.prediction for one in waiting])
        for dispute in waiting:
            yield passage_of(store, dispute.sentence), dispute

    def intend(self, batch: Sequence[Shown]) -> list[Fact]:
        """Say between which answers each sentence is about to be decided."""
        name, digest = _batch_name(batch), self._schema.digest
        tasks, _ = self._tasks(batch)
        sent = [dispute for _, dispute in batch if dispute.sentence.id in tasks]
        return [Intent(one.sentence.id, name, one.case, digest, ADJUDICATION) for one in sent]

    def work(self, batch: Sequence[Shown]) -> Outcome:
        """Send what can be sent."""
        tasks, rejects = self._tasks(batch)
        facts = self._delivery.deliver(_batch_name(batch), list(tasks.values()))
        return Outcome([*facts], rejects, len(facts))

    def _tasks(self, batch: Sequence[Shown]) -> tuple[dict[str, dict[str, Any]], list[Reject]]:
        tasks, rejects, name = {}, [], _batch_name(batch)
        for passage, dispute in batch:
            sentence = dispute.sentence.id
            try:
                tasks[sentence] = task_of(passage, dispute.prediction, dispute.answers, self._schema, name)
            except Rejected as error:
                rejects.append(Reject(self.name, sentence, error.code, str(error)))
        return tasks, rejects


def _batch_name(batch: Sequence[Shown]) -> str:
    return stable_id(ADJUDICATION, [(dispute.sentence.id, dispute.case) for _, dispute in batch])


def settler(delivery: Delivery, role: str) -> Settle:
    """Give what finds out about batches of unknown outcome in a project of this role."""
    return (SettleCases if role == ADJUDICATION else Settle)(delivery, role)
