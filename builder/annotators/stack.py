"""Approved sentences with everybody's proposals enter, a learnt combiner leaves; it proposes with calibrated scores.

A CRF finds boundaries and a judge names the spans; two more CRFs find labels at once, one of which looks wider; the
votes are an opinion too. Their chances are averaged, by shares chosen on sentences held out. All see characters, words,
dictionaries and the annotators' spans, so the labels of those need not be the approved ones. Deterministic: the same
examples and seed give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from builder.annotators.crf import model
from builder.annotators.crf.calibration import Calibration
from builder.annotators.crf.groups import groups_of
from builder.annotators.crf.judge import Judge, evidence_of
from builder.annotators.crf.known import Known, known_of, taught_by, taught_together
from builder.annotators.crf.lesson import Lesson, Plan
from builder.annotators.crf.opinions import Settled, settled
from builder.annotators.crf.spans import Candidates, averaged, candidates, runs, tag_names
from builder.annotators.crf.training import Settings
from builder.annotators.crf.view import View, gold_tags, kept, label_tags, seen_as, view_of
from builder.annotators.crf.voting import Voting, ballot_of
from builder.annotators.crf.weights import Together, Weights, together
from builder.errors import UsageError
from builder.model import Entity, Span

VERSION = "4"
FOLDS = 3
STRENGTH = 1.5
FINDING = Settings()
NAMING = Settings(c1=0.15, iterations=40)
WIDER_NAMING = Settings(c1=0.3, iterations=50)
_MADE_OF_IT = ("files", "_together")
_TAGS = tag_names(("entity",))  # the CRF tells entities from none; which they are, the judge says


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence, what every annotator proposed for it, and what a person approved."""

    text: str
    language: str
    evidence: tuple[Entity, ...]
    gold: tuple[Span, ...]
    group: str = ""
    """What belongs together, such as a document; equal texts do anyway. Alone if empty."""


@dataclass(frozen=True)
class Learnt:
    """What was learnt: three CRFs, a judge, what votes are worth, the spans training knew, and how all make one."""

    labels: tuple[str, ...]
    annotators: tuple[str, ...]
    crfs: tuple[Weights, Weights, Weights]
    judge: Judge
    voting: Voting
    known: Known
    settled: Settled

    def __getstate__(self) -> dict[str, Any]:
        """Give what was learnt; what is large and made of it is not sent to other processes."""
        return {name: part for name, part in self.__dict__.items() if name not in _MADE_OF_IT}

    def propose(self, batch: Sequence[tuple[str, str, tuple[Entity, ...]]]) -> list[tuple[Entity, ...]]:
        """Propose for sentences: (text, language, everybody's spans); a score is the chance that the span is right."""
        view = view_of(seen_as(batch), self.annotators, self.known)
        spans = self._opinion(view)
        stay = kept(spans, self.settled.threshold)
        best = spans.chances[stay]
        scores = self.settled.calibration.apply(best.max(1, initial=0.0)).tolist()
        found: list[list[Entity]] = [[] for _ in batch]
        for rank, label, score in zip(stay, best.argmax(1).tolist(), scores, strict=True):
            sentence, span = view.span(spans, rank, self.labels[label])
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

    @cached_property
    def _together(self) -> Together:
        return together(self.crfs)

    def _opinion(self, view: View) -> Candidates:
        found, *named = self._together.chains(view.hashes(wider=True), view.lengths)
        spans = candidates(found)
        chances = self.judge.chances(evidence_of(view.units, view.columns, view.rows, spans, self.annotators))
        opinions = [Candidates(spans.first, spans.last, chances[:, :-1]), *(runs(chain) for chain in named)]
        return averaged([*opinions, self.voting.opinion(ballot_of(view))], self.settled.shares)

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
    groups = groups_of([one.group or f"alone {n}" for n, one in enumerate(examples)], [e.text for e in examples], FOLDS)
    view = view_of(seen, annotators, known, taught_together(taught, groups))
    gold = [example.gold for example in examples]
    folds = np.random.default_rng(seed).permutation(len(set(groups))) % FOLDS
    lesson = Lesson(view, gold, labels, folds[groups])
    tags, names = label_tags(view, gold, labels), ("O", *labels)
    finder, spans = lesson.crf(gold_tags(view, gold), Plan(_TAGS, FINDING, candidates))
    namer, named = lesson.crf(tags, Plan(names, NAMING, runs))
    wider, widely = lesson.crf(tags, Plan(names, WIDER_NAMING, runs, wider=True))
    final, judged = lesson.judge(spans, STRENGTH)
    worth, voted = lesson.voting()
    how = settled([judged, named, widely, voted], lesson.classes, lesson.spans)
    return Learnt(labels, annotators, (finder, namer, wider), final, worth, known, how)


def _annotators(examples: Sequence[Example]) -> tuple[str, ...]:
    names = {who.partition("@")[0] for example in examples for entity in example.evidence for who in entity.by}
    return tuple(sorted(names))


def _written(learnt: Learnt) -> tuple[model.Arrays, dict[str, Any]]:
    judged, how = learnt.judge, learnt.settled
    arrays: model.Arrays = {
        **_arrays("finder", learnt.crfs[0]),
        **_arrays("namer", learnt.crfs[1]),
        **_arrays("wider", learnt.crfs[2]),
        "judge_features": judged.features,
        "judge_weights": judged.weights,
        "judge_numbers": judged.numbers,
        "judge_bias": judged.bias,
        "scores": how.calibration.scores,
        "chances": how.calibration.chances,
    }
    words: dict[str, Any] = {
        "version": VERSION,
        "labels": learnt.labels,
        "annotators": learnt.annotators,
        "known": {term: dict(counts) for term, counts in learnt.known.counts.items()},
        "voting": {label: list(chances) for label, chances in learnt.voting.chances.items()},
        "shares": how.shares,
        "threshold": how.threshold,
    }
    return arrays, words


def _arrays(name: str, weights: Weights) -> model.Arrays:
    return {f"{name}_features": weights.features, f"{name}_states": weights.states, f"{name}_steps": weights.steps}


def _weights(name: str, tags: tuple[str, ...], arrays: model.Arrays) -> Weights:
    return Weights(tags, arrays[f"{name}_features"], arrays[f"{name}_states"], arrays[f"{name}_steps"])


def _read(arrays: model.Arrays, words: dict[str, Any]) -> Learnt:
    try:
        if words["version"] != VERSION:
            raise UsageError(f"this model is of version {words['version']!r}, not {VERSION!r}; train it again")
        names = ("O", *words["labels"])
        finder = _weights("finder", _TAGS, arrays)
        crfs = finder, _weights("namer", names, arrays), _weights("wider", names, arrays)
        judged = Judge(*(arrays[f"judge_{name}"] for name in ("features", "weights", "numbers", "bias")))
        labels, annotators = tuple(words["labels"]), tuple(words["annotators"])
        voting = Voting({label: tuple(chances) for label, chances in words["voting"].items()}, len(labels))
        calibration = Calibration(arrays["scores"], arrays["chances"])
        how = Settled(tuple(words["shares"]), float(words["threshold"]), calibration)
        return Learnt(labels, annotators, crfs, judged, voting, Known(words["known"]), how)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UsageError(f"this model cannot be read ({error!r}); train it again") from error
