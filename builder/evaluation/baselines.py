"""Several annotators' predictions of one sentence enter; what a plain rule would make of them leaves.

These are what a combination has to beat. Both keep the longest of spans that overlap.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from builder.model import Entity, Prediction, Span

Abilities = Mapping[str, frozenset[str]]
"""Which annotators propose a label at all, by label."""


def union(predictions: Sequence[Prediction]) -> tuple[Entity, ...]:
    """Keep whatever anyone proposed; its score is the best one given."""
    votes = _votes(predictions)
    return _longest_first(_entity(span, of_it, max(vote.score for vote in of_it)) for span, of_it in votes.items())


def majority(predictions: Sequence[Prediction], abilities: Abilities) -> tuple[Entity, ...]:
    """Keep what more than half of those propose that looked and can propose the label; the score is their share."""
    looked = {prediction.annotator for prediction in predictions if prediction.entities is not None}
    kept = []
    for span, votes in _votes(predictions).items():
        share = len(votes) / len(looked & abilities[span.label])
        if 0.5 < share:
            kept.append(_entity(span, votes, share))
    return _longest_first(kept)


def abilities(predictions: Iterable[Prediction]) -> Abilities:
    """Tell from all of their predictions who proposes which labels."""
    found = defaultdict[str, set[str]](set)
    for prediction in predictions:
        for entity in prediction.entities or ():
            found[entity.span.label].add(prediction.annotator)
    return {label: frozenset(annotators) for label, annotators in found.items()}


def _votes(predictions: Sequence[Prediction]) -> dict[Span, list[Entity]]:
    votes = defaultdict[Span, list[Entity]](list)
    for prediction in predictions:
        for entity in prediction.entities or ():
            votes[entity.span].append(entity)
    return votes


def _entity(span: Span, votes: Sequence[Entity], score: float) -> Entity:
    return Entity(span, score, tuple(sorted({author for vote in votes for author in vote.by})))


def _longest_first(found: Iterable[Entity]) -> tuple[Entity, ...]:
    kept: list[Entity] = []
    taken: set[int] = set()
    for one in sorted(found, key=lambda e: (e.span.start - e.span.end, -e.score, e.span)):
        place = range(one.span.start, one.span.end)
        if taken.isdisjoint(place):
            taken.update(place)
            kept.append(one)
    return tuple(sorted(kept))
