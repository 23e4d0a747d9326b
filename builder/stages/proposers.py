"""Gold sentences enter; what each proposer says of them leaves: one row per annotator, baseline and combination.

What learns never sees what it is measured on: each split names what to learn from and what to measure on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from builder.annotators.taught import evidence
from builder.errors import UsageError
from builder.evaluation.baselines import abilities, majority, union
from builder.evaluation.calibration import Isotonic
from builder.evaluation.folds import folds, sample
from builder.evaluation.gold import GoldSentence
from builder.evaluation.report import Judge, Row, best_scores
from builder.flow import batches
from builder.model import Entity, Prediction

if TYPE_CHECKING:
    from builder.annotators.combine import Combiner

_BATCH = 200

Bar = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]
"""Shows work on so many records under a name; gives what to call with how many more are done."""


def no_bar(name: str, total: int) -> AbstractContextManager[Callable[[int], None]]:
    """Show nothing."""
    return nullcontext(lambda count: None)


@dataclass(frozen=True, slots=True)
class Proposed:
    """Gold sentences with what every annotator proposed for each, and the combined proposals."""

    gold: Sequence[GoldSentence]
    each: Sequence[Sequence[Prediction]]
    combined: Sequence[Prediction]

    def of(self, place: int) -> list[Prediction]:
        """Give what every annotator said of one sentence."""
        return [of_one[place] for of_one in self.each]

    def evidence(self, place: int) -> tuple[Entity, ...]:
        """Give what the annotators proposed for one sentence, and what their votes came to."""
        return evidence(self.of(place), self.combined[place])


@dataclass(frozen=True, slots=True)
class Split:
    """Sentences to learn from, by their places in `source`, and the places of those to measure on."""

    source: Proposed
    learn: Sequence[int]
    measure: Sequence[int]


def propose(gold: Sequence[GoldSentence], combiner: Combiner, bar: Bar) -> Proposed:
    """Ask every annotator, and combine."""
    each: list[list[Prediction]] = [[] for _ in combiner.annotators]
    combined: list[Prediction] = []
    with bar("propose", len(gold)) as advance:
        for batch in batches([one.sentence for one in gold], _BATCH):
            found, together = combiner.propose_each(batch)
            for so_far, more in zip(each, found, strict=True):
                so_far += more
            combined += together
            advance(len(batch))
    return Proposed(gold, each, combined)


def splits(proposed: Proposed, train: Proposed | None, count: int, seed: int) -> list[Split]:
    """Say what is learnt from for what: the training sentences for all, or all other folds for each."""
    every = range(len(proposed.gold))
    if train:
        return [Split(train, range(len(train.gold)), every)]
    dealt = folds(proposed.gold, count, seed) if count else []
    return [Split(proposed, sorted(set(every) - set(fold)), fold) for fold in dealt]


def plain_rows(proposed: Proposed, combiner: Combiner) -> Iterator[Row]:
    """Give the annotators alone, union, majority and combination."""
    for annotator, predictions in zip(combiner.annotators, proposed.each, strict=True):
        yield _row(annotator.name, "single", predictions)
    places = range(len(proposed.gold))
    able = abilities(prediction for predictions in proposed.each for prediction in predictions)
    yield Row("union", "union", [union(proposed.of(place)) for place in places])
    yield Row("majority", "majority", [majority(proposed.of(place), able) for place in places])
    yield _row("combined", "combined", proposed.combined)


def calibrated(judge: Judge, proposed: Proposed, parts: Sequence[Split]) -> Row | None:
    """Mend the combined scores by an isotonic curve from what is learnt from; None where nothing was proposed there."""
    entities = [prediction.entities for prediction in proposed.combined]
    learnt_from = 0
    for part in parts:
        pairs = list(_scores(replace(judge, gold=part.source.gold), part))
        if not pairs:
            return None
        curve = Isotonic.fit([score for score, _ in pairs], [right for _, right in pairs])
        learnt_from = max(learnt_from, len(part.learn))
        for place in part.measure:
            entities[place] = _mended(entities[place], curve)
    return Row("calibrated", "calibrated", entities, trained_on=learnt_from)


def learnt(proposed: Proposed, parts: Sequence[Split], size: int | None, seed: int, bar: Bar) -> Row:
    """Learn from so many sentences (None: all) of each split, and propose for what it is to be measured on."""
    entities: list[tuple[Entity, ...] | None] = [None] * len(proposed.gold)
    learnt_from = 0
    with bar(f"learn {size or ''}".strip(), len(parts)) as advance:
        for part in parts:
            places = sample(part.learn, size or len(part.learn), seed)
            learnt_from = max(learnt_from, len(places))
            for place, found in zip(part.measure, _learn(part, places, seed, proposed), strict=True):
                entities[place] = found
            advance(1)
    return Row(f"learnt {learnt_from}", "learnt", entities, trained_on=learnt_from)


def _learn(part: Split, places: Sequence[int], seed: int, proposed: Proposed) -> list[tuple[Entity, ...]]:
    stack = _stack()
    examples = []
    for place in places:
        one = part.source.gold[place]
        told = part.source.evidence(place)
        examples.append(stack.Example(one.sentence.text, one.sentence.language, told, one.spans, one.group))
    model = stack.learn(examples, seed=seed)
    sentences = [(place, proposed.gold[place].sentence) for place in part.measure]
    found: list[tuple[Entity, ...]] = []
    for batch in batches([(one.text, one.language, proposed.evidence(place)) for place, one in sentences], _BATCH):
        found += model.propose(batch)
    return found


def _stack() -> Any:
    """Load the learner, which is slow to load and not always there.

    Raises:
        UsageError: it is not installed.
    """
    try:
        return import_module("builder.annotators.stack")
    except ImportError as error:
        raise UsageError(f"nothing can be learnt here: {error}") from error


def _scores(judge: Judge, part: Split) -> Iterator[tuple[float, bool]]:
    """Give each combined score of what is learnt from, and whether its span is right."""
    spans = judge.spans
    for place in part.learn:
        entities = part.source.combined[place].entities or ()
        for span, score in best_scores(entities, judge.entity_map).items():
            yield score, span in spans[place]


def _mended(entities: tuple[Entity, ...] | None, curve: Isotonic) -> tuple[Entity, ...] | None:
    if not entities:
        return entities
    chances = curve.apply([entity.score for entity in entities])
    return tuple(replace(e, score=round(float(c), 4)) for e, c in zip(entities, chances, strict=True))


def _row(name: str, kind: str, predictions: Sequence[Prediction]) -> Row:
    return Row(name, kind, [one.entities for one in predictions], [one.label for one in predictions])
