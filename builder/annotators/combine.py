"""Several annotators' predictions enter; one proposal per sentence leaves, every contributor named on every span.

Agreement raises a score (noisy-or), a rival lowers it, the schema's overlap rule decides. How far each annotator is
believed comes from its weights; who was wrong too often is not heard. Nothing is learnt here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import Any, TypeVar

from builder.annotators.proposal import Found
from builder.annotators.weights import Cell, Weights, priors
from builder.collector import collector_at_rest
from builder.frozen import maker
from builder.model import Entity, Label, Prediction, Sentence, stable_id
from builder.ports import Annotator
from builder.schema import LabelSchema

VERSION = "2"
QUICK = ("capitals", "cues", "gazetteer", "jieba", "pattern")
"""The annotators that propose for thousands of sentences a second."""
_RIVALRY = 0.3  # how much of a rival's score a span loses
_NAME_GATE = 0.35  # a longer name this sure beats any shorter one inside it

_entity_of, _prediction = maker(Entity), maker(Prediction)

Vote = tuple[int, int, str, int, float, Entity]
"""Where a span begins and ends, its label, its turn, how far it is believed, and who proposed it as what."""
Place = tuple[int, int, str]
"""Where a span begins and ends, and its label."""
Placed = TypeVar("Placed", bound=tuple[Any, ...])
"""Something that begins with where it begins and ends."""


class Combiner:
    """Makes one proposal of many."""

    name = "combine"

    def __init__(self, annotators: Sequence[Annotator], schema: LabelSchema, weights: Weights | None = None) -> None:
        self.annotators = tuple(annotators)
        self.schema = schema
        self.weights = weights or Weights()
        self._known: dict[tuple[tuple[str, ...], str, str], float | None] = {}
        self._order, self._is_nested = schema.sentence_names, schema.overlap == "nested"
        parts = sorted(f"{annotator.name}@{annotator.fingerprint}" for annotator in annotators)
        self.fingerprint = stable_id(VERSION, schema.digest, parts, priors(), self.weights.to_json())[:8]

    @cached_property
    def _signed(self) -> str:
        return f"{self.name}@{self.fingerprint}"

    @property
    def silenced(self) -> list[Cell]:
        """List who is not heard: annotator, label, language."""
        return self.weights.silenced([annotator.name for annotator in self.annotators])

    @property
    def is_quick(self) -> bool:
        """Whether it proposes for thousands of sentences a second: all of its annotators do."""
        return all(annotator.name in QUICK for annotator in self.annotators)

    def propose(self, sentences: Sequence[Sentence]) -> list[Prediction]:
        """Make one combined prediction per sentence."""
        return self.propose_each(sentences)[1]

    def propose_each(self, sentences: Sequence[Sentence]) -> tuple[list[list[Prediction]], list[Prediction]]:
        """Give every annotator's predictions, one list per annotator, and the combined ones."""
        with collector_at_rest():
            each = [annotator.propose(sentences) for annotator in self.annotators]
            return each, self._combined(sentences, each)

    def combine(self, sentence: Sentence, predictions: Sequence[Prediction]) -> Prediction:
        """Combine the predictions of one sentence; abstains where all of them did."""
        return self._combined([sentence], [[prediction] for prediction in predictions])[0]

    def _combined(self, sentences: Sequence[Sentence], each: Sequence[Sequence[Prediction]]) -> list[Prediction]:
        """Combine what each annotator made of the sentences."""
        rows = zip(sentences, self._heard(sentences, each), _labels(sentences, each, self._order), strict=True)
        signed, entities = self._signed, self._entities
        return [
            _prediction(sentence.id, signed, entities(votes) if votes else _nothing(votes), label)
            for sentence, votes, label in rows
        ]

    def _heard(self, sentences: Sequence[Sentence], each: Sequence[Sequence[Prediction]]) -> list[list[Vote] | None]:
        """List what is heard of each sentence, or None where nobody looked."""
        heard: list[list[Vote] | None] = [None] * len(sentences)
        for of_one in each:
            for rank, prediction in enumerate(of_one):
                entities = prediction.entities
                if entities is not None:
                    votes = heard[rank] = heard[rank] or []
                    if entities:
                        self._vote(votes, entities, sentences[rank].language)
        return heard

    def _vote(self, votes: list[Vote], entities: Iterable[Entity], language: str) -> None:
        """Add what is heard; a proposal is believed half for what its rule says of itself, half for who made it."""
        known = self._known
        for entity in entities:
            span = entity.span
            label = span.label
            key = (entity.by, label, language)
            try:
                precision = known[key]
            except KeyError:
                precision = known[key] = self._precision(*key)
            if precision is not None:
                votes.append((span.start, span.end, label, len(votes), (entity.score + precision) / 2, entity))

    def _entities(self, votes: list[Vote]) -> tuple[Entity, ...]:
        """Settle the votes of one sentence."""
        if len(votes) == 1:
            return (_alone(votes[0]),)
        votes.sort()
        kept: list[Entity] = []
        for some in touching(votes):
            if len(some) == 1:
                kept.append(_alone(some[0]))
            else:
                kept += self._settled(some)
        return tuple(kept)

    def _settled(self, votes: Sequence[Vote]) -> list[Entity]:
        """Settle what overlaps: the same span proposed by several becomes one, rivals lower each other."""
        if votes[0][:3] == votes[-1][:3]:
            return [_entity(agreement(votes), votes)]
        outer = [] if self._is_nested else _outermost(votes)
        if outer and _NAME_GATE <= (score := agreement(outer)):
            return [_entity(score, outer)]
        places: dict[Place, list[Vote]] = {}
        for vote in votes:
            places.setdefault(vote[:3], []).append(vote)
        agreed = [Found(*place, agreement(same)) for place, same in places.items()]
        kept = resolve([rivalled(one, agreed) for one in agreed], nested=self._is_nested)
        return [_entity(one[3], places[one[:3]]) for one in kept]

    def _precision(self, by: Sequence[str], label: str, language: str) -> float | None:
        """Say how often the best of those annotators is right that are heard; None if none of them is."""
        names = [author.partition("@")[0] for author in by]
        heard = [name for name in names if not self.weights.silences(name, label, language)]
        return max([self.weights.precision(name, label, language) for name in heard], default=None)


def _outermost(votes: Sequence[Vote]) -> list[Vote]:
    """Find the votes for the span that all others lie in; none where there is no such span, or its label is open."""
    start, end = votes[0][0], max([vote[1] for vote in votes])
    outer = [vote for vote in votes if vote[0] == start and vote[1] == end]
    return outer if outer and outer[0][2] == outer[-1][2] else []


def agreement(votes: Iterable[Vote]) -> float:
    """Give the chance that not everyone who proposed this span is wrong."""
    doubt = 1.0
    for vote in votes:
        doubt *= 1 - vote[4]
    return 1 - doubt


def touching(found: Iterable[Placed]) -> Iterator[list[Placed]]:
    """Part what is in text order where nothing overlaps: what one part holds decides nothing in another."""
    some: list[Placed] = []
    reach = 0
    for one in found:
        if reach <= one[0] and some:
            yield some
            some = []
        some.append(one)
        if reach < one[1]:
            reach = one[1]
    if some:
        yield some


def rivalled(one: Found, all_of_them: Sequence[Found]) -> Found:
    """Lower a score by its strongest rival: another label for it, or a span that cuts across it."""
    rivals = [other[3] for other in all_of_them if _are_rivals(one, other)]
    return one._replace(score=one.score * (1 - _RIVALRY * max(rivals))) if rivals else one


def resolve(found: Sequence[Found], *, nested: bool) -> list[Found]:
    """Keep what the overlap rule allows: names before names inside them, then the best score, then the longest."""
    outer = found if nested else [one for one in found if not _is_swallowed(one, found)]
    kept: list[Found] = []
    for one in sorted(outer, key=lambda f: (-f.score, f.start - f.end, f.start, f.label)):
        if not any(_are_rivals(one, other) if nested else one.overlaps(other) for other in kept):
            kept.append(one)
    return sorted(kept)


def _labels(
    sentences: Sequence[Sentence], each: Sequence[Sequence[Prediction]], order: Sequence[str]
) -> list[Label | None]:
    """Combine the labels of each sentence."""
    given = [labels for of_one in each if any(labels := [prediction.label for prediction in of_one])]
    if not given:
        return [None] * len(sentences)
    rows = ([label for label in row if label is not None] for row in zip(*given, strict=True))
    return [combine_labels(row, order) for row in rows]


def combine_labels(labels: Sequence[Label], order: Sequence[str]) -> Label | None:
    """Give the sentence label with the greatest share of the scores; None when everyone abstained."""
    if not labels:
        return None
    if len(labels) == 1 and labels[0].name in order:
        return _lone(labels[0].name, labels[0].score, labels[0].by)
    proposed = {label.name for label in labels}
    names = [name for name in order if name in proposed]
    shares = {name: sum(label.score for label in labels if label.name == name) / len(labels) for name in names}
    best = max(names, key=lambda name: shares[name])
    authors = tuple([label.by for label in labels if label.name == best])
    return Label(best, round(min(shares[best], 1.0), 4), _together(authors))


@lru_cache(maxsize=1 << 12)
def _lone(name: str, score: float, by: tuple[str, ...]) -> Label:
    """Make of a label that one annotator alone proposed what its share of the scores would."""
    return Label(name, _bounded(float(score)), _together((by,)))


def _are_rivals(one: Found, other: Found) -> bool:
    """Whether the two are labels of one place, or cut across each other."""
    start, end, label, _ = one
    begins, ends, another, _ = other
    if start == begins and end == ends:
        return label != another
    return start < begins < end < ends or begins < start < ends < end


def _is_swallowed(one: Found, found: Iterable[Found]) -> bool:
    """Whether it lies in a longer one that is sure enough."""
    start, end, _, _ = one
    for begins, ends, _, score in found:
        if begins <= start and end <= ends and _NAME_GATE <= score and end - start < ends - begins:
            return True
    return False


def _nothing(votes: list[Vote] | None) -> tuple[Entity, ...] | None:
    return None if votes is None else ()


def _alone(vote: Vote) -> Entity:
    """Make of what nothing touches what `agreement` of one would."""
    _, _, _, _, belief, entity = vote
    by = entity.by
    return _entity_of(entity.span, _bounded(1 - (1 - belief)), by if len(by) == 1 else _together((by,)))


def _entity(score: float, votes: Sequence[Vote]) -> Entity:
    return _entity_of(votes[0][5].span, _bounded(score), _together(tuple([vote[5].by for vote in votes])))


@lru_cache(maxsize=1 << 12)
def _bounded(score: float) -> float:
    """Hold a score between 0 and 1, at four digits; rounding takes long, and rules know few scores."""
    return round(min(max(score, 0.0), 1.0), 4)


@lru_cache(maxsize=1 << 12)
def _together(authors: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """Name all who proposed this, each once."""
    return tuple(sorted({author for some in authors for author in some}))
