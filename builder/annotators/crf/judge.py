"""Candidate spans enter, a probability per label leaves: the second look, at whole spans instead of units.

The CRF finds boundaries; the judge sees the span, its first and last units, what stands beside it, who else proposed
it, and which rivals cross it. Multinomial logistic regression; scikit-learn trains it, numpy applies it.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from builder.annotators.arrays import Floats, Ints
from builder.annotators.crf.columns import ONE, Columns, number_of
from builder.annotators.crf.spans import Candidates
from builder.annotators.crf.tables import Table, numbered
from builder.annotators.crf.units import EMPTY, Hashes, Units, mixed
from builder.annotators.crf.vectors import span_vectors

SCALE = 0.5
MINIMUM = 2
_EDGE = 1e-3
_SIGHT, _NEAR = 40, 8
"""How many units away words tell what a sentence is about, and how many away it matters on which side."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the judge sees: hashed features of each span, one row and hash per feature, and a few numbers."""

    rows: Ints
    hashes: Hashes
    numbers: Floats

    def of(self, chosen: NDArray[np.bool_]) -> Evidence:
        """Give the evidence of some spans only."""
        ranks = np.cumsum(chosen) - 1
        inside = chosen[self.rows]
        return Evidence(ranks[self.rows[inside]], self.hashes[inside], self.numbers[chosen])


@dataclass(frozen=True)
class Judge:
    """Weights per feature (row 0 is empty) and class; the last class is `no entity`."""

    features: Hashes
    weights: Floats
    numbers: Floats
    bias: Floats

    @cached_property
    def table(self) -> Table:
        """Find a feature's row."""
        return numbered(self.features)

    def chances(self, seen: Evidence) -> Floats:
        """Give each span's probability under each label, the last column being none."""
        scores = seen.numbers @ self.numbers + self.bias
        found = self.table.find(seen.hashes)
        hit = np.flatnonzero(found)
        rows, places = seen.rows[hit], found[hit]
        for label, weights in enumerate(self.weights.T):
            scores[:, label] += SCALE * np.bincount(rows, weights.take(places), len(scores))
        scores = np.exp(scores - scores.max(1, keepdims=True)) if len(scores) else scores
        return np.asarray(scores / scores.sum(1, keepdims=True))


def evidence_of(units: Units, columns: Columns, rows: Ints, spans: Candidates, annotators: Sequence[str]) -> Evidence:
    """Describe candidate spans; `rows` leads from their places among the sentences' units to the batch's."""
    first, last = rows[spans.first], rows[spans.last]
    whole = [*_of_span(units, columns, first, last), *_beside(columns, first, last)]
    whole += _told(columns, first, last, annotators)
    places: list[Ints] = [np.arange(len(first), dtype=np.int64)] * len(whole)
    for place, column in (*_inside(columns, first, last), *_about(units, columns, first, last)):
        places.append(place)
        whole.append(column)
    numbers = np.concatenate([_numbers(spans), span_vectors(units, first, last)], 1)
    return Evidence(np.concatenate(places), np.concatenate(whole), numbers)


def fit(seen: Evidence, labels: Ints, classes: int, strength: float) -> Judge:
    """Train the judge; `labels` are classes, `strength` the inverse of regularisation."""
    known, ranks, counts = np.unique(seen.hashes, return_inverse=True, return_counts=True)
    keep = MINIMUM <= counts
    places = np.where(keep, np.cumsum(keep) - 1, -1)[ranks]
    weights = np.zeros((int(keep.sum()) + seen.numbers.shape[1], classes))
    bias = np.full(classes, -20.0)
    present = np.unique(labels)
    if len(present) < 2:
        bias[present if len(present) else classes - 1] = 0.0  # nothing to tell apart; without a case it is none
    else:
        found, intercepts = _regression(seen, places, int(keep.sum()), labels, strength)
        weights[:, present], bias[present] = found, intercepts
    states = np.concatenate([np.zeros((1, classes)), weights[: int(keep.sum())]])
    return Judge(known[keep], states, weights[int(keep.sum()) :], bias)


def _regression(seen: Evidence, places: Ints, count: int, labels: Ints, strength: float) -> tuple[Floats, Floats]:
    from scipy.sparse import csr_matrix, hstack
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    used = 0 <= places
    cells = (np.full(int(used.sum()), SCALE), (seen.rows[used], places[used]))
    hashed = csr_matrix(cells, shape=(len(seen.numbers), count))
    learner = LogisticRegression(C=strength, max_iter=100, tol=1e-3)
    # One thread: on matrices this small several wait for each other, and sums would come in another order.
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a hundred steps are enough, and always the same
        learner.fit(hstack([hashed, csr_matrix(seen.numbers)]).tocsr(), labels)
    weights, bias = np.asarray(learner.coef_).T, np.asarray(learner.intercept_)
    if weights.shape[1] == 1:
        return np.concatenate([-weights / 2, weights / 2], 1), np.concatenate([-bias / 2, bias / 2])
    return weights, bias


def _named(name: str, *columns: Hashes | NDArray[np.int64]) -> Hashes:
    return mixed(number_of(name), *(np.asarray(column).astype(np.uint64) for column in columns))


def _of_span(units: Units, columns: Columns, first: Ints, last: Ints) -> list[Hashes]:
    size = last - first + 1
    starts, ends = units.starts[first], units.ends[last]
    made = [_named("span", units.hashes(starts, ends, folded=True)), _named("size", np.minimum(size, 12))]
    for count in (1, 2, 3):
        to, at = np.minimum(first + count - 1, last), np.maximum(last - count + 1, first)
        made.append(_named(f"head {count}", units.hashes(starts, units.ends[to], folded=True)))
        made.append(_named(f"tail {count}", units.hashes(units.starts[at], ends, folded=True)))
    word, tag = columns["word"], columns["tag"]
    made += [_named("first word", word[first]), _named("last word", word[last])]
    made += [_named("words", word[first], word[last]), _named("tags", tag[first], tag[last])]
    made.append(_named("tag size", tag[last], np.minimum(size, 6)))
    made.append(_named("places", columns["place"][first], columns["place"][last]))
    made.append(_named("listed", columns["begins"][first], columns["ends"][last]))
    made.append(_named("fits", columns["longest"][first], columns["back"][last], np.minimum(size, 6)))
    made.append(_named("class", columns["class"][first], columns["class"][last], np.minimum(size, 4)))
    made.append(_named("shape", columns["shape"][first], columns["shape"][last]))
    return made


def _beside(columns: Columns, first: Ints, last: Ints) -> list[Hashes]:
    unit, word, tag, shape = (columns[name] for name in ("unit", "word", "tag", "shape"))
    made = [_named(f"left {away}", unit[first - away]) for away in (1, 2, 3)]
    made += [_named(f"right {away}", unit[last + away]) for away in (1, 2, 3)]
    made.append(_named("left two", unit[first - 2], unit[first - 1]))
    made.append(_named("right two", unit[last + 1], unit[last + 2]))
    made.append(_named("between", unit[first - 1], unit[last + 1]))
    made += [_named("left word", word[first - 1]), _named("right word", word[last + 1])]
    made += [_named("left tag", tag[first - 1]), _named("right tag", tag[last + 1])]
    made += [_named("word before", columns["word before"][first]), _named("word after", columns["word after"][last])]
    made.append(_named("marks", shape[first - 1], shape[last + 1]))
    return made


def _told(columns: Columns, first: Ints, last: Ints, annotators: Sequence[str]) -> list[Hashes]:
    made = []
    for name in (*(f"by {annotator}" for annotator in annotators), "known"):
        column = columns[name]
        made.append(_named(name, column[first], column[np.minimum(first + 1, last)], column[last], column[last + 1]))
        made.append(_named(f"{name} at the ends", column[first], column[last]))
    made.append(_named("by all", columns["by"][first], columns["by"][last]))
    return made


def _inside(columns: Columns, first: Ints, last: Ints) -> list[tuple[Ints, Hashes]]:
    """List the units, pairs of units and words of each span, wherever in it they stand."""
    unit, word = columns["unit"], columns["word"]
    made = []
    for step in range(int((last - first).max(initial=-1)) + 1):
        inside = np.flatnonzero(step <= last - first)
        at = first[inside] + step
        made += [(inside, _named("inside", unit[at])), (inside, _named("word inside", word[at]))]
        inside = np.flatnonzero(step < last - first)
        at = first[inside] + step
        made.append((inside, _named("pair inside", unit[at], unit[at + 1])))
    return made


def _about(units: Units, columns: Columns, first: Ints, last: Ints) -> list[tuple[Ints, Hashes]]:
    """List the words that stand in the same sentence as each span, outside of it: those near by also by their side."""
    is_word = columns["word"] != 0
    word = np.where(is_word, columns["word"], columns["unit"])
    told = (columns["place"] & ONE == 0) | ~is_word  # a word is told at its first unit; without words, units are
    gaps = np.flatnonzero(units.kinds[units.starts] == EMPTY)
    before, behind = gaps[np.searchsorted(gaps, first) - 1], gaps[np.searchsorted(gaps, last)]
    made = []
    for away in range(1, _SIGHT + 1):
        for side, at, inside in ((1, first - away, before < first - away), (0, last + away, last + away < behind)):
            rows = np.flatnonzero(inside)
            rows = rows[told[at[rows]]]
            made.append((rows, _named("about", word[at[rows]])))
            if away <= _NEAR:
                made.append((rows, mixed(number_of("near"), word[at[rows]], side)))
    return made


def _numbers(spans: Candidates) -> Floats:
    """Give what the CRF believes of each span, and of its strongest rival."""
    whole = spans.chances.sum(1, keepdims=True)
    rival = _rivals(spans, whole[:, 0])[:, None]
    made = [spans.chances, whole, rival] if 1 < spans.chances.shape[1] else [whole, rival]
    flat = np.concatenate(made, 1)
    inner = np.clip(flat, _EDGE, 1 - _EDGE)
    return np.concatenate([np.log(inner / (1 - inner)), flat, (whole < rival).astype(float)], 1)


def _rivals(spans: Candidates, chances: Floats) -> Floats:
    """Find the most probable other span that shares a unit; spans come ordered by their first unit."""
    strongest = np.zeros(len(chances))
    for step in range(1, len(chances)):
        here = np.flatnonzero(spans.first[step:] <= spans.last[:-step])
        if not len(here):  # who does not reach the nearest begins no later than who would reach one farther off
            break
        there = here + step
        strongest[here] = np.maximum(strongest[here], chances[there])
        strongest[there] = np.maximum(strongest[there], chances[here])
    return strongest
