"""What people disagree on becomes disputes: the answers, nameless, the one to start from, and how much is at stake.

Answers of the store enter, disputes leave, the weightiest first; nothing is sent or decided here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from builder.approval import Given, Rule, counted, is_disputed
from builder.model import Entity, Label, Prediction, Sentence, stable_id
from builder.reviewing import Answer
from builder.stages.answers import Desk
from builder.stages.carrying import Carrying
from builder.stages.hearing import Hearing, heard
from builder.stages.kept_back import is_disputed_still
from builder.store import queries
from builder.store.db import Store

LABEL_STAKE = 2
"""A sentence label in conflict weighs as much as so many spans: it is what every row has."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """A sentence whose answers only an adjudicator can settle; `case` names exactly these answers.

    The answers stand in an order that tells nothing of who gave them, another for each sentence.
    """

    sentence: Sentence
    case: str
    answers: tuple[Answer, ...]

    @property
    def stake(self) -> int:
        """Count the spans that not everybody marked; a label in conflict weighs more."""
        marked = Counter(span for answer in self.answers for span in set(answer.entities))
        spans = sum(people < len(self.answers) for people in marked.values())
        return spans + LABEL_STAKE * (1 < len({answer.label for answer in self.answers}))

    @property
    def first(self) -> Answer:
        """Give the answer to start from: the one that most people gave, of several the first shown."""
        return Counter(self.answers).most_common(1)[0][0]

    @property
    def prediction(self) -> Prediction:
        """Say the answer to start from as a proposal: the score of a part is the share of people who gave it."""
        by, people = (self.case,), len(self.answers)
        shares = Counter(span for answer in self.answers for span in set(answer.entities))
        labels = Counter(answer.label for answer in self.answers)
        entities = tuple(Entity(span, shares[span] / people, by) for span in self.first.entities)
        label = self.first.label
        return Prediction(
            self.sentence.id, self.case, entities, Label(label, labels[label] / people, by) if label else None
        )


def disputes(store: Store, carrying: Carrying, rule: Rule, unpulled: Collection[str] = ()) -> list[Dispute]:
    """List what waits for a decision, the most at stake first; `unpulled` sentences wait for the next pull."""
    ids = [sentence for sentence in queries.answered_sentences(store) if sentence not in unpulled]
    desk = Desk(store)
    found = [_dispute(desk, sentence, carrying, rule) for sentence in queries.sentences(store, ids)]
    return sorted(filter(None, found), key=lambda dispute: -dispute.stake)


def _dispute(desk: Desk, sentence: Sentence, carrying: Carrying, rule: Rule) -> Dispute | None:
    hearing = heard(desk, sentence, carrying, rule, [])
    # What cannot be heard, or must be looked at again, is told by `review`.
    if isinstance(hearing, str) or hearing.judged:
        return None
    is_open = is_disputed_still(hearing, carrying, rule) if hearing.again else is_disputed(hearing.answers, rule)
    return dispute_of(sentence, hearing, carrying) if is_open else None


def dispute_of(sentence: Sentence, hearing: Hearing, carrying: Carrying) -> Dispute:
    """Put the answers that stand before an adjudicator; what the present labels cannot say keeps its last name."""
    spoken = [replace(one, answer=carrying.spoken(one.annotation, one.answer)) for one in hearing.given]
    return Dispute(sentence, hearing.case, tuple(one.answer for one in _shuffled(sentence, counted(spoken))))


def _shuffled(sentence: Sentence, given: Sequence[Given]) -> list[Given]:
    """Put answers into an order by sentence and person that is always the same, and no person's own."""
    return sorted(given, key=lambda one: stable_id(sentence.id, one.annotation.author))
