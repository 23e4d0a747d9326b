"""Gold and proposed spans enter; precision, recall and F1 leave, per label and over all of them.

Strict: right when start, end and label are the gold's (the CoNLL measure). Partial: a span of the gold's label that
shares a character with it is worth half, as MUC and SemEval-2013 task 9 count PARTIAL (COR + 0.5 PAR); each span is
paired once, and exact pairs come first, so a partial figure is never below the strict one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from builder.model import Span

Table = npt.NDArray[np.float64]
Spans = Sequence[Span]

MICRO, MACRO = "micro", "macro"
RIGHT, TOUCHED, GOLD, PROPOSED = range(4)
"""What is counted of a label: exact spans, spans that share a character, those of the gold, those proposed."""
MEASURES = tuple((kind, what) for kind in ("strict", "partial") for what in ("precision", "recall", "f1"))
"""What the last axis of `measured` holds, in order."""


def counted(gold: Sequence[Spans], proposed: Sequence[Spans], names: Sequence[str]) -> Table:
    """Count per sentence and label; the axes are sentences, names, and the four counts."""
    place = {name: rank for rank, name in enumerate(names)}
    table = np.zeros((len(gold), len(names), 4))
    for number, (want, have) in enumerate(zip(gold, proposed, strict=True)):
        wants, haves = _by_label(want), _by_label(have)
        for label in {*wants, *haves}:
            table[number, place[label]] = _tally(wants[label], haves[label])
    return table


def counted_labels(gold: Sequence[str | None], proposed: Sequence[str | None], names: Sequence[str]) -> Table:
    """Count sentence labels in the same form; a sentence without a gold label counts nowhere."""
    place = {name: rank for rank, name in enumerate(names)}
    table = np.zeros((len(gold), len(names), 4))
    for number, (want, have) in enumerate(zip(gold, proposed, strict=True)):
        if want is None:
            continue
        table[number, place[want], GOLD] = 1
        if have is not None:
            table[number, place[have], PROPOSED] = 1
            table[number, place[have], RIGHT] = want == have
    return table


def measured(sums: Table) -> Table:
    """Turn sums [..., names, 4] into MEASURES [..., names + 2, 6]; micro and macro are the last two names.

    What is undefined (0 of 0) is NaN. Macro is the plain mean over the labels that the gold has; what is undefined for
    one of them counts as 0.
    """
    whole = np.concatenate([sums, sums.sum(axis=-2, keepdims=True)], axis=-2)
    gold, proposed = whole[..., GOLD], whole[..., PROPOSED]
    strict = whole[..., RIGHT]
    partial = strict + whole[..., TOUCHED] / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        columns = [x for c in (strict, partial) for x in (c / proposed, c / gold, 2 * c / (gold + proposed))]
        each = np.stack(columns, axis=-1)
        has_gold = (0 < gold[..., :-1])[..., None]
        macro = np.where(has_gold, np.nan_to_num(each[..., :-1, :]), 0).sum(axis=-2) / has_gold.sum(axis=-2)
    return np.concatenate([each, macro[..., None, :]], axis=-2)


def touching(one: Iterable[Span], other: Iterable[Span]) -> list[tuple[Span, Span]]:
    """Pair spans that share a character, each once, from left to right: as many pairs as flat spans allow."""
    left, right = sorted(one), sorted(other)
    pairs, i, j = list[tuple[Span, Span]](), 0, 0
    while i < len(left) and j < len(right):
        if left[i].overlaps(right[j]):
            pairs.append((left[i], right[j]))
            i, j = i + 1, j + 1
        elif left[i].end <= right[j].start:
            i += 1
        else:
            j += 1
    return pairs


def _tally(want: set[Span], have: set[Span]) -> tuple[int, int, int, int]:
    return len(want & have), len(touching(want - have, have - want)), len(want), len(have)


def _by_label(spans: Spans) -> defaultdict[str, set[Span]]:
    found = defaultdict[str, set[Span]](set)
    for span in spans:
        found[span.label].add(span)
    return found
