"""Approved sentences with everybody's proposals enter, a learnt combiner leaves; it proposes with calibrated scores.

A CRF finds boundaries and a judge names the spans; another CRF, the namer, finds labels at once; their chances are
averaged. All see characters, words, dictionaries and the annotators' spans, so the labels of those need not be the
approved ones. Deterministic: the same examples and seed give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from builder.annotators.crf import judge, model, training
from builder.annotators.crf.calibration import Calibration, calibrated
from builder.annotators.crf.columns import at_units
from builder.annotators.crf.decoding import Chain, Floats, Ints
from builder.annotators.crf.judge import Evidence, Judge, evidence_of
from builder.annotators.crf.known import Known, known_of, taught_by
from builder.annotators.crf.spans import Candidates, averaged, candidates, runs, tag_names
from builder.annotators.crf.tables import Table
from builder.annotators.crf.training import Settings, Weights
from builder.annotators.crf.view import View, gold_tags, kept, label_tags, seen_as, view_of
from builder.errors import UsageError
from builder.model import Entity, Span

VERSION = "2"
FOLDS = 3
STRENGTH = 1.5
SETTINGS = Settings()
NAMING = Settings(c1=0.15, iterations=40)
_TAGS = tag_names(("entity",))  # the CRF tells entities from none; which they are, the judge says
_THRESHOLDS = tuple(round(0.06 + 0.02 * step, 2) for step in range(22))
_EDGE = (_THRESHOLDS[0] + _THRESHOLDS[-1]) / 2

Plan = tuple[tuple[str, ...], Settings, Callable[[Chain], Candidates]]
"""The tags of a CRF, how its weights are sought, and what finds spans in its chain."""


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence, what every annotator proposed for it, and what a person approved."""

    text: str
    language: str
    evidence: tuple[Entity, ...]
    gold: tuple[Span, ...]


@dataclass(frozen=True)
class Learnt:
    """What was learnt: two CRFs, a judge, the spans training knew, and how scores become probabilities."""

    labels: tuple[str, ...]
    annotators: tuple[str, ...]
    weights: Weights
    namer: Weights
    judge: Judge
    known: Known
    calibration: Calibration
    threshold: float

    def propose(self, batch: Sequence[tuple[str, str, tuple[Entity, ...]]]) -> list[tuple[Entity, ...]]:
        """Propose for sentences: (text, language, everybody's spans); a score is the chance that the span is right."""
        view = view_of(seen_as(batch), self.annotators, self.known)
        spans = self._opinion(view)
        found: list[list[Entity]] = [[] for _ in batch]
        for rank in kept(spans, self.threshold):
            sentence, span = view.span(spans, rank, self.labels[int(spans.chances[rank].argmax())])
            score = float(self.calibration.apply(spans.chances[rank].max(keepdims=True))[0])
            found[sentence].append(Entity(span, round(score, 4), self._by(span, batch[sentence][2])))
        return [tuple(sorted(entities)) for entities in found]

    def save(self, folder: Path) -> None:
        """Write the model into a folder."""
        model.save(self.files, folder)

    @staticmethod
    def load(folder: Path) -> Learnt:
        """Read a model that was saved.

        Raises:
            UsageError: the folder is no such model, or a file of it was changed.
        """
        return _read(*model.arrays_of(model.load(folder)))

    @cached_property
    def files(self) -> dict[str, bytes]:
        """Write the model as files: the same bytes for the same content."""
        arrays, words = _written(self)
        return model.files_of(arrays, words)

    @cached_property
    def fingerprint(self) -> str:
        """Name the model by its content."""
        return model.name_of(self.files)

    def _opinion(self, view: View) -> Candidates:
        hashes = view.hashes()
        spans = candidates(Chain(self.weights.scores(hashes), self.weights.steps, view.lengths))
        chances = self.judge.chances(evidence_of(view.units, view.columns, view.rows, spans, self.annotators))
        named = runs(Chain(self.namer.scores(hashes), self.namer.steps, view.lengths))
        return averaged([Candidates(spans.first, spans.last, chances[:, :-1]), named])

    def _by(self, span: Span, evidence: tuple[Entity, ...]) -> tuple[str, ...]:
        same = {who for one in evidence if (one.span.start, one.span.end) == (span.start, span.end) for who in one.by}
        return (f"stack@{self.fingerprint[:8]}", *sorted(same))


def learn(examples: Sequence[Example], seed: int = 0) -> Learnt:
    """Learn from approved sentences.

    Raises:
        UsageError: there are too few sentences, or none holds an entity.
    """
    labels = tuple(sorted({span.label for example in examples for span in example.gold}))
    if len(examples) < FOLDS or not labels:
        raise UsageError(f"learning needs {FOLDS} approved sentences or more, and an entity; there are {len(examples)}")
    annotators = _annotators(examples)
    taught = [taught_by(example.text, example.gold) for example in examples]
    known = known_of(taught)
    seen = seen_as((example.text, example.language, example.evidence) for example in examples)
    view = view_of(seen, annotators, known, taught)
    gold = [example.gold for example in examples]
    folds = np.random.default_rng(seed).permutation(len(examples)) % FOLDS
    weights, spans = _crossed(view, gold_tags(view, gold), folds, (_TAGS, SETTINGS, candidates))
    namer, named = _crossed(view, label_tags(view, gold, labels), folds, (("O", *labels), NAMING, runs))
    told = evidence_of(view.units, view.columns, view.rows, spans, annotators)
    classes = _classes(view, spans, examples, labels)
    held_out = _held_out(told, classes, folds[view.sentences[spans.first]], len(labels) + 1)
    opinion = averaged([Candidates(spans.first, spans.last, held_out[:, :-1]), named])
    right = opinion.chances.argmax(1) == _classes(view, opinion, examples, labels)
    threshold = _threshold(opinion, right, sum(len(spans) for spans in gold))
    stay = kept(opinion, threshold)
    calibration = calibrated(opinion.chances.max(1, initial=0.0)[stay], right[stay].astype(float))
    final = judge.fit(told, classes, len(labels) + 1, STRENGTH)
    return Learnt(labels, annotators, weights, namer, final, known, calibration, threshold)


def _annotators(examples: Sequence[Example]) -> tuple[str, ...]:
    names = {who.partition("@")[0] for example in examples for entity in example.evidence for who in entity.by}
    return tuple(sorted(names))


def _crossed(view: View, tags: Ints, folds: Ints, how: Plan) -> tuple[Weights, Candidates]:
    """Train on all, and find candidates in each fold by a CRF that never saw it."""
    names, settings, find = how
    hashes, lengths, of_row = view.hashes(), view.lengths, folds[view.sentences]
    found = []
    for fold in range(FOLDS):
        others, rows = of_row != fold, np.flatnonzero(of_row == fold)
        part = training.fit(hashes[others], tags[others], names, lengths[folds != fold], settings)
        spans = find(Chain(part.scores(hashes[rows]), part.steps, lengths[folds == fold]))
        found.append(Candidates(rows[spans.first], rows[spans.last], spans.chances))
    first, last = (np.concatenate([getattr(part, name) for part in found]) for name in ("first", "last"))
    order = np.lexsort((last, first))
    chances = np.concatenate([part.chances for part in found])
    whole = training.fit(hashes, tags, names, lengths, settings)
    return whole, Candidates(first[order], last[order], chances[order])


def _classes(view: View, spans: Candidates, examples: Sequence[Example], labels: tuple[str, ...]) -> Ints:
    """Say of each candidate which label it has; the class after the last label is none."""
    gold = {}
    for sentence, example in enumerate(examples):
        for span in example.gold:
            gold[at_units(view.units, sentence, span.start, span.end)] = labels.index(span.label)
    places = zip(view.rows[spans.first].tolist(), view.rows[spans.last].tolist(), strict=True)
    return np.array([gold.get(place, len(labels)) for place in places], np.int64)


def _held_out(told: Evidence, classes: Ints, folds: Ints, count: int) -> Floats:
    """Judge each fold's candidates by a judge that never saw them."""
    chances = np.zeros((len(classes), count))
    for fold in range(FOLDS):
        inside = folds == fold
        if inside.any() and not inside.all():
            part = judge.fit(told.of(~inside), classes[~inside], count, STRENGTH)
            chances[inside] = part.chances(told.of(inside))
    return chances


def _threshold(spans: Candidates, right: Any, gold: int) -> float:
    """Find the threshold of the best F1, each averaged with its neighbours'; of equals the one nearest the middle.

    Were the chances exact, half of that F1 would be best. What few sentences say is noisy: the two meet in the middle.
    """
    stays = [kept(spans, threshold) for threshold in _THRESHOLDS]
    worth = [2 * float(right[stay].sum()) / max(len(stay) + gold, 1) for stay in stays]
    smooth = [sum(near) / len(near) for n in range(len(worth)) for near in [worth[max(n - 2, 0) : n + 3]]]
    best, found = max(zip(smooth, _THRESHOLDS, strict=True), key=lambda one: (one[0], -abs(one[1] - _EDGE)))
    return round((found + best / 2) / 2, 3)


def _written(learnt: Learnt) -> tuple[model.Arrays, dict[str, Any]]:
    judged, known = learnt.judge, learnt.known
    arrays: model.Arrays = {
        **_arrays("crf", learnt.weights),
        **_arrays("namer", learnt.namer),
        "judge_keys": judged.features.keys,
        "judge_places": judged.features.values,
        "judge_weights": judged.weights,
        "judge_numbers": judged.numbers,
        "judge_bias": judged.bias,
        "scores": learnt.calibration.scores,
        "chances": learnt.calibration.chances,
    }
    words: dict[str, Any] = {
        "version": VERSION,
        "labels": learnt.labels,
        "annotators": learnt.annotators,
        "known": {term: dict(counts) for term, counts in known.counts.items()},
        "threshold": learnt.threshold,
    }
    return arrays, words


def _arrays(name: str, weights: Weights) -> model.Arrays:
    return {
        f"{name}_keys": weights.features.keys,
        f"{name}_places": weights.features.values,
        f"{name}_states": weights.states,
        f"{name}_steps": weights.steps,
    }


def _weights(name: str, tags: tuple[str, ...], arrays: model.Arrays) -> Weights:
    table = Table(arrays[f"{name}_keys"], arrays[f"{name}_places"])
    return Weights(tags, table, arrays[f"{name}_states"], arrays[f"{name}_steps"])


def _read(arrays: model.Arrays, words: dict[str, Any]) -> Learnt:
    try:
        if words["version"] != VERSION:
            raise UsageError(f"this model is of version {words['version']!r}, not {VERSION!r}; train it again")
        found, namer = _weights("crf", _TAGS, arrays), _weights("namer", ("O", *words["labels"]), arrays)
        table = Table(arrays["judge_keys"], arrays["judge_places"])
        judged = Judge(table, arrays["judge_weights"], arrays["judge_numbers"], arrays["judge_bias"])
        calibration = Calibration(arrays["scores"], arrays["chances"])
        names = tuple(words["labels"]), tuple(words["annotators"])
        return Learnt(*names, found, namer, judged, Known(words["known"]), calibration, float(words["threshold"]))
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"this model cannot be read ({error!r}); train it again") from error
