"""Annotations become gold, or a reason why not. Recomputed whole each time, hence never stale."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from builder.approval import Given, Rule, approve, objection
from builder.errors import Rejected
from builder.model import Annotation, Gold, Sentence
from builder.provenance import gold_of
from builder.schema import LabelSchema
from builder.store import queries
from builder.store.db import Store
from builder.studio.codec import answer_of

EDITED = "changed in Label Studio since the last pull"


@dataclass(frozen=True, slots=True)
class Review:
    """Every answered sentence, approved or refused with a reason."""

    golds: tuple[Gold, ...]
    refusals: tuple[tuple[str, str], ...]


def review(store: Store, schema: LabelSchema, rule: Rule, unpulled: Collection[str] = ()) -> Review:
    """Decide every answered sentence and keep the outcome; `unpulled` sentences wait for the next pull."""
    golds, refusals = [], []
    for sentence in queries.sentences(store, queries.answered_sentences(store)):
        settled = EDITED if sentence.id in unpulled else _settle(store, sentence, schema, rule)
        if isinstance(settled, Gold):
            golds.append(settled)
        else:
            refusals.append((sentence.id, settled))
    store.replace_review(golds, refusals)
    return Review(tuple(golds), tuple(refusals))


def _settle(store: Store, sentence: Sentence, schema: LabelSchema, rule: Rule) -> Gold | str:
    annotations = queries.annotations_of(store, sentence.id)
    shown = queries.shown(store, sentence.id)
    objections = [objection(annotation, rule) for annotation in annotations]
    submitted = [a for a, problem in zip(annotations, objections, strict=True) if problem is None]
    if not submitted:
        return next((problem for problem in objections if problem), "every answer was deleted")
    try:
        given = [_given(annotation, sentence, schema) for annotation in submitted]
    except Rejected as error:
        return f"{error.code}: {error}"
    prediction, digest = shown if shown else (None, schema.digest)
    settled = approve(sentence, given, rule, digest)
    return settled if isinstance(settled, str) else gold_of(prediction, *settled)


def _given(annotation: Annotation, sentence: Sentence, schema: LabelSchema) -> Given:
    answer = answer_of(annotation.body.get("result") or [], sentence.text)
    if problem := schema.problem(answer, sentence.text):
        raise Rejected(problem, "E_SCHEMA")
    if answer.label is None:
        raise Rejected("no sentence label was chosen", "E_LABELS")
    return Given(annotation, answer)
