"""Several annotators' predictions enter; one proposal per sentence leaves, every contributor named on every span.

Agreement raises a score (noisy-or), a rival lowers it, the schema's overlap rule decides. How far each annotator is
believed comes from its weights; who was wrong too often is not heard. Nothing is learnt here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import prod

from builder.annotators.proposal import Found
from builder.annotators.weights import Cell, Weights, priors
from builder.model import Entity, Label, Prediction, Sentence, Span, stable_id
from builder.ports import Annotator
from builder.schema import LabelSchema

VERSION = "2"
_RIVALRY = 0.3  # how much of a rival's score a span loses
_NAME_GATE = 0.35  # a longer name this sure beats any shorter one inside it

Key = tuple[int, int, str]
Vote = tuple[Entity, float]


class Combiner:
    """Makes one proposal of many."""

    name = "combine"

    def __init__(self, annotators: Sequence[Annotator], schema: LabelSchema, weights: Weights | None = None) -> None:
        self.annotators = tuple(annotators)
        self.schema = schema
        self.weights = weights or Weights()
        parts = sorted(f"{annotator.name}@{annotator.fingerprint}" for annotator in annotators)
        self.fingerprint = stable_id(VERSION, schema.digest, parts, priors(), self.weights.to_json())[:8]

    @property
    def silenced(self) -> list[Cell]:
        """List who is not heard: annotator, label, language."""
        return self.weights.silenced([annotator.name for annotator in self.annotators])

    def propose(self, sentences: Sequence[Sentence]) -> list[Prediction]:
        """Make one combined prediction per sentence."""
        return self.propose_each(sentences)[1]

    def propose_each(self, sentences: Sequence[Sentence]) -> tuple[list[list[Prediction]], list[Prediction]]:
        """Give every annotator's predictions, one list per annotator, and the combined ones."""
        each = [annotator.propose(sentences) for annotator in self.annotators]
        combined = [self.combine(s, [of_one[n] for of_one in each]) for n, s in enumerate(sentences)]
        return each, combined

    def combine(self, sentence: Sentence, predictions: Sequence[Prediction]) -> Prediction:
        """Combine the predictions of one sentence; abstains where all of them did."""
        by = f"{self.name}@{self.fingerprint}"
        looked = [prediction for prediction in predictions if prediction.entities is not None]
        labels = [prediction.label for prediction in predictions if prediction.label is not None]
        entities = self._entities(looked, sentence.language) if looked else None
        return Prediction(sentence.id, by, entities, combine_labels(labels, self.schema.sentence_names))

    def _entities(self, predictions: Iterable[Prediction], language: str) -> tuple[Entity, ...]:
        votes: dict[Key, list[Vote]] = defaultdict(list)
        for entity in (entity for prediction in predictions for entity in prediction.entities or ()):
            if beliefs := self._beliefs(entity, language):
                votes[entity.span.start, entity.span.end, entity.span.label].append((entity, max(beliefs)))
        agreed = [Found(*key, agreement([belief for _, belief in votes[key]])) for key in sorted(votes)]
        kept = resolve([rivalled(one, agreed) for one in agreed], nested=self.schema.overlap == "nested")
        return tuple(_entity(one, [vote for vote, _ in votes[one[:3]]]) for one in kept)

    def _beliefs(self, entity: Entity, language: str) -> list[float]:
        """Average what the rule says of itself and what is known of each of its annotators that is heard."""
        heard = [
            name
            for name in (author.partition("@")[0] for author in entity.by)
            if not self.weights.silences(name, entity.span.label, language)
        ]
        return [(entity.score + self.weights.precision(name, entity.span.label, language)) / 2 for name in heard]


def agreement(beliefs: Sequence[float]) -> float:
    """Give the chance that not everyone who proposed this span is wrong."""
    return 1 - prod(1 - belief for belief in beliefs)


def rivalled(one: Found, all_of_them: Sequence[Found]) -> Found:
    """Lower a score by its strongest rival: another label for it, or a span that cuts across it."""
    rivals = [other.score for other in all_of_them if _are_rivals(one, other)]
    return one._replace(score=one.score * (1 - _RIVALRY * max(rivals, default=0.0)))


def resolve(found: Sequence[Found], *, nested: bool) -> list[Found]:
    """Keep what the overlap rule allows: names before names inside them, then the best score, then the longest."""
    outer = [one for one in found if nested or not any(_swallows(other, one) for other in found)]
    kept: list[Found] = []
    for one in sorted(outer, key=lambda f: (-f.score, f.start - f.end, f.start, f.label)):
        if not any(_are_rivals(one, other) if nested else one.overlaps(other) for other in kept):
            kept.append(one)
    return sorted(kept)


def combine_labels(labels: Sequence[Label], order: Sequence[str]) -> Label | None:
    """Give the sentence label with the greatest share of the scores; None when everyone abstained."""
    if not labels:
        return None
    names = [name for name in order if any(label.name == name for label in labels)]
    shares = {name: sum(label.score for label in labels if label.name == name) / len(labels) for name in names}
    best = max(names, key=lambda name: shares[name])
    by = sorted({author for label in labels if label.name == best for author in label.by})
    return Label(best, round(min(shares[best], 1.0), 4), tuple(by))


def _are_rivals(one: Found, other: Found) -> bool:
    if one[:2] == other[:2]:
        return one.label != other.label
    return one.overlaps(other) and not one.covers(other) and not other.covers(one)


def _swallows(longer: Found, shorter: Found) -> bool:
    return longer.covers(shorter) and longer.score >= _NAME_GATE


def _entity(found: Found, votes: Sequence[Entity]) -> Entity:
    start, end, label, score = found
    by = sorted({author for vote in votes for author in vote.by})
    return Entity(Span(start, end, label), round(min(max(score, 0.0), 1.0), 4), tuple(by))
