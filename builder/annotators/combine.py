"""Several annotators' predictions enter; one proposal per sentence leaves, every contributor named on every span.

Agreement raises a score (noisy-or), a rival lowers it, the schema's overlap rule decides. How far each annotator is
believed comes from its weights; who was wrong too often is not heard. Nothing is learnt here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from math import prod

from builder.annotators.collector import collector_at_rest
from builder.annotators.proposal import Found
from builder.annotators.weights import Cell, Weights, priors
from builder.model import Entity, Label, Prediction, Sentence, stable_id
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
        self._known: dict[tuple[tuple[str, ...], str, str], list[float]] = {}
        self._order = schema.sentence_names
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
        with collector_at_rest():
            each = [annotator.propose(sentences) for annotator in self.annotators]
            combined = [self.combine(s, [of_one[n] for of_one in each]) for n, s in enumerate(sentences)]
        return each, combined

    def combine(self, sentence: Sentence, predictions: Sequence[Prediction]) -> Prediction:
        """Combine the predictions of one sentence; abstains where all of them did."""
        by = f"{self.name}@{self.fingerprint}"
        looked = [prediction for prediction in predictions if prediction.entities is not None]
        labels = [prediction.label for prediction in predictions if prediction.label is not None]
        entities = self._entities(looked, sentence.language) if looked else None
        return Prediction(sentence.id, by, entities, combine_labels(labels, self._order))

    def _entities(self, predictions: Iterable[Prediction], language: str) -> tuple[Entity, ...]:
        votes: dict[Key, list[Vote]] = defaultdict(list)
        for prediction in predictions:
            for entity in prediction.entities or ():
                if beliefs := self._beliefs(entity, language):
                    span = entity.span
                    votes[span.start, span.end, span.label].append((entity, max(beliefs)))
        agreed = [Found(*key, agreement([belief for _, belief in votes[key]])) for key in sorted(votes)]
        kept: list[Found] = []
        for some in touching(agreed):
            rivals = some if len(some) == 1 else [rivalled(one, some) for one in some]
            kept += resolve(rivals, nested=self.schema.overlap == "nested")
        return tuple([_entity(one, [vote for vote, _ in votes[one[:3]]]) for one in kept])

    def _beliefs(self, entity: Entity, language: str) -> list[float]:
        """Average what the rule says of itself and what is known of each of its annotators that is heard."""
        key = (entity.by, entity.span.label, language)
        if (known := self._known.get(key)) is None:
            known = self._known[key] = self._precisions(*key)
        return [(entity.score + precision) / 2 for precision in known]

    def _precisions(self, by: Sequence[str], label: str, language: str) -> list[float]:
        """Say how often those of the annotators are right that are heard."""
        names = [author.partition("@")[0] for author in by]
        heard = [name for name in names if not self.weights.silences(name, label, language)]
        return [self.weights.precision(name, label, language) for name in heard]


def agreement(beliefs: Sequence[float]) -> float:
    """Give the chance that not everyone who proposed this span is wrong."""
    return 1 - prod(1 - belief for belief in beliefs)


def touching(found: Iterable[Found]) -> Iterator[list[Found]]:
    """Part what is in text order where nothing overlaps: what one part holds decides nothing in another."""
    some: list[Found] = []
    reach = 0
    for one in found:
        if some and reach <= one.start:
            yield some
            some = []
        some.append(one)
        reach = max(reach, one.end)
    if some:
        yield some


def rivalled(one: Found, all_of_them: Sequence[Found]) -> Found:
    """Lower a score by its strongest rival: another label for it, or a span that cuts across it."""
    rivals = [other.score for other in all_of_them if _are_rivals(one, other)]
    return one._replace(score=one.score * (1 - _RIVALRY * max(rivals, default=0.0)))


def resolve(found: Sequence[Found], *, nested: bool) -> list[Found]:
    """Keep what the overlap rule allows: names before names inside them, then the best score, then the longest."""
    if len(found) == 1:
        return list(found)
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
    proposed = {label.name for label in labels}
    names = [name for name in order if name in proposed]
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
    alone = len(votes) == 1 == len(votes[0].by)
    by = votes[0].by if alone else tuple(sorted({author for vote in votes for author in vote.by}))
    return Entity(votes[0].span, round(min(max(found.score, 0.0), 1.0), 4), by)
