"""A lost adjudication project is made again: what people disagree on, and every decision between these answers.

The answers have come back before; a decision belongs to what was said, not to ids. Its task is sent again although by
now the rule, or other labels, see no dispute: a decision overrules. One between answers that were changed since is void
and stays in the journal only; that is told, unless there is a later one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from builder.approval import Rule
from builder.facts import Fact
from builder.flow import Outcome, Tally
from builder.model import Reject, Sentence
from builder.ports import Studio
from builder.reviewing import ADJUDICATION
from builder.schema import LabelSchema
from builder.stages.adjudicate import Adjudicate, SettleCases
from builder.stages.answers import Desk
from builder.stages.carrying import Carrying
from builder.stages.delivery import Delivery
from builder.stages.disagreement import Dispute, dispute_of, disputes
from builder.stages.hearing import Hearing, heard
from builder.stages.kept_back import decisions_lost, is_decision_lost
from builder.stages.pull import Pull
from builder.stages.restore import FEW_PAUSES, RestoreAnswers, Waiting
from builder.store import approvals, losses, queries
from builder.store.db import Store

_NOWHERE = "no file holds its sentence"


def restore_cases(
    studio: Studio,
    store: Store,
    project: int,
    schema: LabelSchema,
    rule: Rule,
    run: Callable[..., Tally],
    pause: Callable[[float], None],
) -> list[Tally]:
    """Fill a project for adjudicators: what waits for them, then what they had decided, then read it as any other."""
    # Almost none of these batches was ever sent there: do not ask long.
    delivery = Delivery(studio, project, pause)
    run(SettleCases(delivery, ADJUDICATION, FEW_PAUSES), store)
    tallies = [
        run(Adjudicate(delivery, schema, _waiting(store, Carrying(store, schema), rule)), store),
        run(RestoreDecisions(studio, project, ADJUDICATION), store),
        run(Pull(studio, project), store),
    ]
    left = _left_out(store, Carrying(store, schema), rule)
    store.replace_rejects(LeftOut.name, left)
    return [*tallies, run(LeftOut(left), store)] if left else tallies


def _waiting(store: Store, carrying: Carrying, rule: Rule) -> list[Dispute]:
    """List what waits for a decision, then what has one that was lost, whether or not it would be a dispute by now."""
    waiting = disputes(store, carrying, rule)
    known = {dispute.sentence.id for dispute in waiting}
    for sentence, hearing, lost in _lost(Desk(store), carrying, rule):
        if isinstance(sentence, Sentence) and isinstance(hearing, Hearing) and hearing.case in lost:
            waiting += [] if sentence.id in known else [dispute_of(sentence, hearing, carrying)]
    return waiting


def _left_out(store: Store, carrying: Carrying, rule: Rule) -> list[Reject]:
    """Say of each sentence whose decisions stay lost why, unless another one stands."""
    told, desk = [], Desk(store)
    for sentence, hearing, _ in _lost(desk, carrying, rule):
        if isinstance(hearing, str):
            why = hearing
        elif hearing.judged:
            continue
        elif isinstance(sentence, Sentence) and is_decision_lost(desk, sentence, hearing, rule):
            why = "its task, or answers it was between, did not come back"
        else:
            why = "people say something else now than it was about"
        subject = sentence.id if isinstance(sentence, Sentence) else sentence
        reason = f"an adjudicator's decision was not given back and stays in the journal: {why}"
        told.append(Reject(LeftOut.name, subject, "E_DECISION", reason))
    return told


def _lost(desk: Desk, carrying: Carrying, rule: Rule) -> Iterator[tuple[Sentence | str, Hearing | str, set[str]]]:
    """Give the sentences on which decisions are lost, what is heard of each, and between which answers they were."""
    for id in sorted(desk.lost_decisions):
        if lost := {case for case, _ in decisions_lost(desk, id, rule)}:
            sentence = queries.find_sentence(desk.store, id)
            yield (sentence, heard(desk, sentence, carrying, rule, []), lost) if sentence else (id, _NOWHERE, lost)


class RestoreDecisions(RestoreAnswers):
    """Give back every decision between answers that stand."""

    name = "restore decisions"

    def waiting(self, store: Store) -> Iterator[Waiting]:
        """Find the decisions made in lost projects, each with the tasks that show the same answers now."""
        tasks, decided = approvals.case_tasks(store, self._project), approvals.decided_cases(store)
        for answer in losses.lost_answers(store, ADJUDICATION):
            if twins := tasks.get(decided.get(answer.key, ("", ""))):
                yield answer, twins


@dataclass
class LeftOut:
    """Tell which decisions stay in the journal only."""

    left: Sequence[Reject]
    name: ClassVar[str] = "decisions"
    batch_size: ClassVar[int] = 100

    def todo(self, store: Store) -> Sequence[Reject]:
        """List them."""
        return self.left

    def intend(self, batch: Sequence[Reject]) -> list[Fact]:
        """Only tell."""
        return []

    def work(self, batch: Sequence[Reject]) -> Outcome:
        """Tell them."""
        return Outcome(rejects=[*batch])
