"""Sentences and their approved spans enter; each learner leaves in two forms: taught by all, and as held-out opinion.

An opinion is held out when what it says of a sentence was learnt from other folds only. Who combines opinions may
learn from nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from builder.annotators.arrays import Ints
from builder.annotators.crf import judge, training, voting
from builder.annotators.crf.columns import at_units
from builder.annotators.crf.decoding import Chain
from builder.annotators.crf.judge import Judge, evidence_of
from builder.annotators.crf.spans import Candidates
from builder.annotators.crf.training import Settings
from builder.annotators.crf.view import View
from builder.annotators.crf.voting import Voting, ballot_of
from builder.annotators.crf.weights import Weights
from builder.model import Span


@dataclass(frozen=True, slots=True)
class Plan:
    """The tags of a CRF, how its weights are sought, what finds spans in its chain, and whether it looks wider."""

    tags: tuple[str, ...]
    settings: Settings
    find: Callable[[Chain], Candidates]
    wider: bool = False


@dataclass(frozen=True, slots=True)
class Lesson:
    """Sentences in numbers, their approved spans, the labels of those, and each sentence's fold."""

    view: View
    gold: Sequence[Sequence[Span]]
    labels: tuple[str, ...]
    folds: Ints

    @property
    def spans(self) -> int:
        """Count the approved spans."""
        return sum(len(spans) for spans in self.gold)

    def classes(self, found: Candidates) -> Ints:
        """Say of each candidate which label it has; the class after the last label is none."""
        units, rows = self.view.units, self.view.rows
        approved = {
            at_units(units, sentence, span.start, span.end): self.labels.index(span.label)
            for sentence, spans in enumerate(self.gold)
            for span in spans
        }
        places = zip(rows[found.first].tolist(), rows[found.last].tolist(), strict=True)
        return np.array([approved.get(place, len(self.labels)) for place in places], np.int64)

    def crf(self, tags: NDArray[np.int64], plan: Plan) -> tuple[Weights, Candidates]:
        """Teach a CRF."""
        names, how, find = plan.tags, plan.settings, plan.find
        hashes, lengths, of_row = self.view.hashes(wider=plan.wider), self.view.lengths, self.folds[self.view.sentences]
        found = []
        for fold in np.unique(self.folds):
            others, rows = of_row != fold, np.flatnonzero(of_row == fold)
            part = training.fit(hashes[others], tags[others], names, lengths[self.folds != fold], how)
            spans = find(Chain(part.scores(hashes[rows]), part.steps, lengths[self.folds == fold]))
            found.append(Candidates(rows[spans.first], rows[spans.last], spans.chances))
        return training.fit(hashes, tags, names, lengths, how), _ordered(found)

    def judge(self, spans: Candidates, strength: float) -> tuple[Judge, Candidates]:
        """Teach a judge of candidates that are themselves held out."""
        view, classes, count = self.view, self.classes(spans), len(self.labels) + 1
        told = evidence_of(view.units, view.columns, view.rows, spans, view.annotators)
        folds = self._folds_of(spans)
        chances = np.zeros((len(classes), count))
        for fold in np.unique(folds):
            inside = folds == fold
            if not inside.all():
                part = judge.fit(told.of(~inside), classes[~inside], count, strength)
                chances[inside] = part.chances(told.of(inside))
        return judge.fit(told, classes, count, strength), Candidates(spans.first, spans.last, chances[:, :-1])

    def voting(self) -> tuple[Voting, Candidates]:
        """Weigh the votes."""
        ballot, count = ballot_of(self.view), len(self.labels)
        silent = Candidates(ballot.first, ballot.last, np.zeros((len(ballot.first), count)))
        classes, folds = self.classes(silent), self._folds_of(silent)
        chances = silent.chances
        for fold in np.unique(folds):
            own = folds == fold
            chances[own] = voting.learn(ballot, classes, np.flatnonzero(~own), count).opinion(ballot).chances[own]
        return voting.learn(ballot, classes, np.arange(len(classes)), count), silent

    def _folds_of(self, spans: Candidates) -> Ints:
        return np.asarray(self.folds[self.view.sentences[spans.first]])


def _ordered(parts: Sequence[Candidates]) -> Candidates:
    first, last = (np.concatenate([getattr(part, name) for part in parts]) for name in ("first", "last"))
    order = np.lexsort((last, first))
    return Candidates(first[order], last[order], np.concatenate([part.chances for part in parts])[order])
