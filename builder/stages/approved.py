"""What people approved enters as golds; sentences with their spans and labels leave, to learn from or to measure on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from builder.evaluation.gold import GoldSentence
from builder.reviewing import Gold
from builder.store import queries
from builder.store.db import Store


def approved_sentences(store: Store, golds: Iterable[Gold]) -> Iterator[GoldSentence]:
    """Put each approved answer beside its sentence; a document is a group."""
    by_sentence = {gold.sentence: gold for gold in golds}
    for sentence in queries.sentences(store, by_sentence):
        gold = by_sentence[sentence.id]
        yield GoldSentence(sentence, tuple(sorted(one.span for one in gold.entities)), gold.label)
