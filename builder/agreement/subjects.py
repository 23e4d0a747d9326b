"""Reviewed sentences enter; the two subjects of agreement leave, spans and sentence labels, measured scope by scope.

Counts are summed per document, so a draw of documents costs one weighted sum, and serves all pairs of people at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from builder.agreement import choices, reasons, spans
from builder.agreement.pairing import Pairs, People, Ranks, Reviewed, Scope, paired
from builder.evaluation.intervals import Estimate, Measure, estimates
from builder.evaluation.scores import Table
from builder.reviewing import Answer

_AT_ONCE = 8  # tables of documents held at a time, one for each two people


class Statistic(StrEnum):
    """What is measured: of spans, F1 and alpha for units; of sentence labels, Cohen's kappa and nominal alpha."""

    SPAN_F1 = "span_f1"
    SPAN_ALPHA = "span_alpha"
    LABEL_KAPPA = "label_kappa"
    LABEL_ALPHA = "label_alpha"


@dataclass(frozen=True, slots=True)
class Measured:
    """What was found in a scope: sums of counts, figures, sentences compared, the documents they stand in.

    `heard` are those who answered anything in its language, `having` counts, label by label, the documents in which
    anybody used the label.
    """

    scope: Scope
    heard: Collection[str]
    sums: Table
    found: Estimate
    sentences: int
    documents: int
    having: Ranks


@dataclass(frozen=True, slots=True)
class Subject:
    """The pairs of answers, what is counted of each, what is made of the sums, and why that may be nothing.

    `used` are the columns of the counts that show that a label was used; `did` is what people did to be compared.
    """

    statistics: tuple[Statistic, Statistic]
    names: tuple[str, ...]
    reviews: Sequence[Reviewed]
    pairs: Pairs
    counts: Table
    used: tuple[int, ...]
    measure: Measure
    why: Callable[[int, Table, int, Sequence[str], Scope], str]
    compared: Callable[[Answer], bool]
    did: str

    def measured(self, language: str | None, seed: int, draws: int) -> Iterator[Measured]:
        """Measure every label, and all of them, for everybody and then for each two people."""
        spoken = np.array([language in (None, one.language) for one in self.reviews], dtype=bool)
        here = np.flatnonzero(spoken[self.pairs.review])
        documents = _ranked([self.reviews[number].document for number in self.pairs.review[here]])
        heard = self._heard(language)
        everybody: list[People | None] = [None, *self.pairs.people]
        for start in range(0, len(everybody), _AT_ONCE):
            some = everybody[start : start + _AT_ONCE]
            tables = [self._by_document(two, here, documents) for two in some]
            found = estimates(tables, self.measure, seed=seed, draws=draws)
            for two, table, figures in zip(some, tables, found, strict=True):
                yield self._seen(Scope(two, language), heard, table, figures, here[self._of(two, here)])

    def reason(self, column: int, slot: int, seen: Measured) -> str:
        """Say why a figure, or its interval, is undefined."""
        if not seen.sentences:
            return reasons.not_shared(seen.scope, seen.heard, self.did)
        if np.isnan(seen.found.value[slot, column]):
            return self.why(column, seen.sums, slot, self.names, seen.scope)
        return reasons.of_interval(seen.documents, int(seen.having[slot]), slot, self.names)

    def _by_document(self, two: People | None, here: Ranks, documents: Ranks) -> Table:
        """Sum the counts of these people per document; everybody's pairs are weighted."""
        table = np.zeros((documents.max(initial=-1) + 1, *self.counts.shape[1:]))
        chosen = self._of(two, here)
        counts = self.counts[here[chosen]]
        weights = self.pairs.weight[here[chosen]][:, None, None]
        np.add.at(table, documents[chosen], counts if two else counts * weights)
        return table

    def _of(self, two: People | None, here: Ranks) -> npt.NDArray[np.bool_]:
        found = np.ones(len(here), dtype=bool)
        return found if two is None else np.equal(self.pairs.two[here], self.pairs.people.index(two))

    def _seen(self, scope: Scope, heard: Collection[str], table: Table, figures: Estimate, chosen: Ranks) -> Measured:
        reviews = np.unique(self.pairs.review[chosen])
        documents = {self.reviews[number].document for number in reviews}
        having = (0 < table[..., self.used].sum(axis=-1)).sum(axis=0)
        return Measured(scope, heard, table.sum(axis=0), figures, len(reviews), len(documents), having)

    def _heard(self, language: str | None) -> set[str]:
        """Name those who answered anything that can be compared, in a language."""
        spoken = [one for one in self.reviews if language in (None, one.language)]
        return {name for one in spoken for name, answer in one.answers.items() if self.compared(answer)}


def of_spans(reviews: Sequence[Reviewed], names: tuple[str, ...]) -> Subject:
    """Prepare the spans."""
    pairs = paired(reviews, _any)
    return Subject(
        (Statistic.SPAN_F1, Statistic.SPAN_ALPHA),
        names,
        reviews,
        pairs,
        spans.counted(pairs, np.array([one.length for one in reviews], dtype=np.intp), names),
        (spans.MARKED,),
        spans.measured,
        reasons.of_spans,
        _any,
        "answered",
    )


def of_choices(reviews: Sequence[Reviewed], names: tuple[str, ...]) -> Subject:
    """Prepare the sentence labels; an answer without one is a missing value."""
    pairs = paired(reviews, choices.labelled)
    return Subject(
        (Statistic.LABEL_KAPPA, Statistic.LABEL_ALPHA),
        names,
        reviews,
        pairs,
        choices.counted(pairs, names),
        (choices.FIRST, choices.SECOND),
        choices.measured,
        reasons.of_choices,
        choices.labelled,
        "labelled",
    )


def _any(answer: Answer) -> bool:
    return True


def _ranked(names: Sequence[str]) -> Ranks:
    """Number names in order of appearance."""
    rank = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return np.array([rank[name] for name in names], dtype=np.intp)
