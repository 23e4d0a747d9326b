"""Annotations become gold, or a reason why not. Recomputed whole each time, hence never stale."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from builder.approval import Rule, approve
from builder.config_tables import ReviewTable
from builder.model import Reject, Sentence
from builder.provenance import gold_of
from builder.reviewing import Gold
from builder.schema import LabelSchema
from builder.stages.answers import ADRIFT, Desk, Note
from builder.stages.carrying import Carrying
from builder.stages.hearing import heard
from builder.stages.kept_back import kept_back
from builder.store import queries, standing
from builder.store.db import Store

EDITED = "changed in Label Studio since the last pull; run: builder pull"


@dataclass(frozen=True, slots=True)
class Review:
    """Every answered sentence, approved or refused with a reason; `notes` tell what was mended or noticed."""

    golds: tuple[Gold, ...]
    refusals: tuple[tuple[str, str], ...]
    notes: tuple[Reject, ...] = ()

    @property
    def adrift(self) -> tuple[str, ...]:
        """Say which spans lie in no sentence under review."""
        return tuple(note.reason for note in self.notes if note.code == ADRIFT)


def review(store: Store, schema: LabelSchema, rule: Rule, unpulled: Collection[str] = ()) -> Review:
    """Decide every answered sentence, record each approval, and keep the outcome.

    Sentences that are `unpulled` wait for the next pull.
    """
    decided = decide(store, Carrying(store, schema), rule, unpulled)
    store.add([gold.approval for gold in decided.golds])
    store.replace_review(decided.golds, decided.refusals, decided.notes)
    return decided


def decide(store: Store, carrying: Carrying, rule: Rule, unpulled: Collection[str] = ()) -> Review:
    """Decide every answered sentence and keep nothing; answers are carried over to the schema that holds."""
    golds, refusals, notes, desk = [], [], list[Reject](), Desk(store)
    for sentence in queries.sentences(store, queries.answered_sentences(store)):
        told: list[Note] = []
        settled = EDITED if sentence.id in unpulled else settle(desk, sentence, carrying, rule, told)
        if isinstance(settled, Gold):
            golds.append(settled)
        else:
            refusals.append((sentence.id, settled))
        notes += [Reject("review", f"{sentence.id}#{number}", *note) for number, note in enumerate(told)]
    return Review(tuple(golds), tuple(refusals), (*notes, *desk.notes))


def settle(desk: Desk, sentence: Sentence, carrying: Carrying, rule: Rule, told: list[Note]) -> Gold | str:
    """Decide one sentence; a string says why it is not approved."""
    hearing = heard(desk, sentence, carrying, rule, told)
    if isinstance(hearing, str):
        return hearing
    if not (hearing.answers or hearing.decisions):
        return hearing.again[0]
    if problem := kept_back(desk, sentence, hearing, carrying, rule):
        return problem
    settled = approve(sentence, hearing.answers, rule, carrying.schema.digest, hearing.decisions)
    if isinstance(settled, str):
        return "; ".join([settled, *hearing.again[:1]])
    answer, approval = settled
    found = standing.shown(desk.store, sentence.id, hearing.annotations)
    shown = carrying.shown(*found) if found else None
    heard_of = [one.annotation for one in (*hearing.answers, *hearing.decisions)]
    return carrying.fitted(gold_of(shown, answer, carrying.told(approval, heard_of)))


def rule_of(table: ReviewTable) -> Rule:
    """Read the configured rule."""
    return Rule.parse(table.rule, table.trust_api, table.labels, len(table.groups))
