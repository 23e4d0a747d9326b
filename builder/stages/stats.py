"""How reviewing goes: what proposals were worth, what the work cost, how far people agree. The shape is stats/1."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from builder.agreement import Reviewed, report
from builder.approval import Rule, objection, seat_of
from builder.effort import CONTROL, SUGGESTED, Worked, acceptance, effort
from builder.errors import Rejected
from builder.model import Sentence
from builder.reviewing import Annotation, Answer, is_changed_by_another, place_of
from builder.schema import LabelSchema
from builder.stages.answers import Desk, last_ones
from builder.stages.carrying import Carrying
from builder.store import approvals, queries, standing
from builder.store.db import Store

CONTRACT = "stats/1"
IDLE = 120.0
"""Seconds on one sentence after which a person is taken to be elsewhere."""


def stats(store: Store, schema: LabelSchema, rule: Rule, idle: float = IDLE, draws: int = 1000) -> dict[str, Any]:
    """Measure every submitted answer that stands and can be read."""
    work = [*worked(store, schema, rule)]
    arms = {arm: [one for one in work if one.arm == arm] for arm in (SUGGESTED, CONTROL)}
    return {
        "contract": CONTRACT,
        "answers": len(work),
        "idle": idle,
        "acceptance": acceptance(work),
        "effort": effort(work, idle),
        # Who saw the same proposals agrees more than who saw none.
        "agreement": {arm: report(reviewed(its), schema, draws=draws).to_json() for arm, its in arms.items() if its},
    }


def worked(store: Store, schema: LabelSchema, rule: Rule) -> Iterator[Worked]:
    """Read the last answer of each person to each task beside what they were shown; of a sentence the newest is last.

    An answer that its author gave anew in the same task counts no more, also where the newer one cannot be read. The
    time that it took was spent: it is part of what the newer one took, which Label Studio measured from its own start.
    """
    desk, carrying = Desk(store), Carrying(store, schema)
    for sentence in queries.sentences(store, queries.answered_sentences(store)):
        cases = approvals.cases(store, sentence.id)
        answers = [one for one in queries.annotations_of(store, sentence.id) if place_of(one.key) not in cases]
        submitted = [one for one in answers if objection(carrying.first(one), rule) is None]
        for annotation in last_ones(desk, submitted):
            answer = _read(desk, annotation, sentence, carrying)
            if answer is not None:
                found = standing.shown_to(store, sentence.id, annotation)
                shown = carrying.shown(*found) if found else None
                its = [one for one in submitted if seat_of(one) == seat_of(annotation)]
                yield Worked(sentence, annotation.author, shown, answer, _seconds(its))


def reviewed(work: list[Worked]) -> list[Reviewed]:
    """Put side by side what several people said of a sentence; of one person what comes last counts."""
    answers: dict[str, dict[str, Answer]] = {}
    sentences = {one.sentence.id: one.sentence for one in work}
    for one in work:
        answers.setdefault(one.sentence.id, {})[one.reviewer] = one.answer
    several = [(sentences[id], said) for id, said in answers.items()]
    return [Reviewed(s.id, s.document, s.language, len(s.text), said) for s, said in several]


def _seconds(annotations: Iterable[Annotation]) -> float | None:
    """Give the time on a sentence: an even share of what its task took each time that it was answered."""
    known = [one.seconds / len(one.sentences) for one in annotations if one.seconds is not None]
    return sum(known) if known else None


def _read(desk: Desk, annotation: Annotation, sentence: Sentence, carrying: Carrying) -> Answer | None:
    if is_changed_by_another(desk.own(annotation).body):
        return None
    try:
        said, _ = desk.read(annotation, sentence)
        answer = carrying.carry(annotation, said)
    except Rejected:
        return None
    return answer if isinstance(answer, Answer) and carrying.schema.problem(answer, sentence.text) is None else None
