"""Approved answers become lessons: what each annotator is worth, a learnt combiner, a sentence classifier.

Only approved sentences teach. A share of the documents is set apart, by their names alone, for ever: they are never
learnt from, so that what is measured on them is honest. Documents that repeat one another stay together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from builder.model import Gold, Sentence
from builder.store import queries
from builder.store.db import Store


@dataclass(frozen=True, slots=True)
class Approved:
    """A sentence, and what people approved for it."""

    sentence: Sentence
    gold: Gold


@dataclass(frozen=True, slots=True)
class Lessons:
    """What may be learnt from, and what is set apart to measure with."""

    taught: tuple[Approved, ...]
    apart: tuple[Approved, ...]


def lessons(store: Store, golds: Sequence[Gold], share: float) -> Lessons:
    """Part the approved sentences, groups of documents kept whole."""
    taught, apart = list[Approved](), list[Approved]()
    is_apart: dict[str, bool] = {}
    for one in _approved(store, golds):
        document = one.sentence.document
        if document not in is_apart:
            is_apart[document] = set_apart(queries.repeats_of(store, document), share)
        (apart if is_apart[document] else taught).append(one)
    return Lessons(tuple(taught), tuple(apart))


def set_apart(documents: Collection[str], share: float) -> bool:
    """Whether documents that repeat one another are kept for measuring: all are as soon as one is."""
    return any(_point(document) < share for document in documents)


def _point(document: str) -> float:
    """Place a document in [0, 1) by its name, otherwise than `split_of` does."""
    return int.from_bytes(hashlib.sha256(f"evaluation {document}".encode()).digest()[:8]) / 2**64


def _approved(store: Store, golds: Iterable[Gold]) -> Iterator[Approved]:
    by_sentence = {gold.sentence: gold for gold in golds}
    for sentence in queries.sentences(store, by_sentence):
        yield Approved(sentence, by_sentence[sentence.id])
