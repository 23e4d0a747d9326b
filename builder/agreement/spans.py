"""Pairs of answers enter; how far their spans agree leaves, per label and over all labels: F1 and alpha.

F1 is strict and symmetric: spans with the same start, end and label, twice, of all spans of both. Alpha is uα
(see `alpha`): the continuum is the code points of all sentences, end to end, spans are its units, and what lies between
is gap. For one label everything else is gap. Units of one answer must not overlap; where they do, alpha is undefined.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from builder.agreement.alpha import alpha
from builder.agreement.pairing import Pairs, Ranks
from builder.evaluation.scores import Table
from builder.reviewing import Answer

F1, ALPHA = range(2)
MATCHED, MARKED, SHARED, COVERED, SQUARES, TOTAL, TANGLED = range(7)
"""What is counted of a pair: equal spans, spans, characters that both cover, characters that each covers, squared
lengths of the spans, characters that each read; and in how many of the two answers spans overlap."""

_AT_ONCE = 1_000_000  # pairs of spans compared at a time


@dataclass(frozen=True, slots=True)
class _Columns:
    """All spans of all answers, column by column, answer by answer; `begin` says where those of each answer begin."""

    answer: Ranks
    label: Ranks
    start: Ranks
    end: Ranks
    begin: Ranks


def counted(pairs: Pairs, lengths: Ranks, names: Sequence[str]) -> Table:
    """Count per pair and label; the axes are pairs, names and all of them together, and the seven counts."""
    columns = _columns(pairs.answers, names)
    of_each = _of_each(columns, len(pairs.answers), len(names))
    table = of_each[pairs.first] + of_each[pairs.second]
    for some in _portions(columns, pairs):
        _compare(columns, pairs, some, table)
    table[..., TOTAL] = 2 * lengths[pairs.review][:, None]
    return table


def measured(sums: Table) -> Table:
    """Turn sums [..., names + 1, 7] into F1 and ALPHA [..., names + 1, 2]; what is undefined is NaN."""
    shared, covered, total = sums[..., SHARED], sums[..., COVERED], sums[..., TOTAL]
    gap = total - covered
    each = alpha(2 * (covered - 2 * shared), np.stack([covered, gap], axis=-1), sums[..., SQUARES] + gap)
    differing = 2 * (covered[..., -1] - shared.sum(axis=-1))
    masses = np.concatenate([covered[..., :-1], gap[..., -1:]], axis=-1)
    each[..., -1] = alpha(differing, masses, sums[..., -1, SQUARES] + gap[..., -1])
    with np.errstate(invalid="ignore", divide="ignore"):
        f1 = 2 * sums[..., MATCHED] / sums[..., MARKED]
    return np.stack([f1, np.where(0 < sums[..., TANGLED], np.nan, each)], axis=-1)


def _columns(answers: Sequence[Answer], names: Sequence[str]) -> _Columns:
    place = {name: rank for rank, name in enumerate(names)}
    sets = [set(answer.entities) for answer in answers]
    rows = [(n, place[span.label], span.start, span.end) for n, spans in enumerate(sets) for span in spans]
    answer, label, start, end = np.array(sorted(rows), dtype=np.intp).reshape(-1, 4).T
    return _Columns(answer, label, start, end, np.searchsorted(answer, np.arange(len(answers) + 1)))


def _of_each(spans: _Columns, answers: int, names: int) -> Table:
    """Count what is seen of each answer alone: spans, their lengths, the squares of these, and whether some overlap."""
    length = spans.end - spans.start
    table = np.zeros((answers, names + 1, 7))
    for column, counts in ((MARKED, np.ones_like(length)), (COVERED, length), (SQUARES, length**2)):
        np.add.at(table[..., column], (spans.answer, spans.label), counts)
    table[:, -1] = table[:, :-1].sum(axis=1)
    tangled = _overlapping(spans, np.lexsort((spans.start, spans.label, spans.answer)), same_label=True)
    table[spans.answer[tangled], spans.label[tangled], TANGLED] = 1
    tangled = _overlapping(spans, np.lexsort((spans.start, spans.answer)), same_label=False)
    table[spans.answer[tangled], -1, TANGLED] = 1
    return table


def _overlapping(spans: _Columns, order: Ranks, *, same_label: bool) -> Ranks:
    """Find spans that begin before the one before them, in this order, has ended."""
    before, after = order[:-1], order[1:]
    beside = spans.answer[before] == spans.answer[after]
    if same_label:
        beside &= spans.label[before] == spans.label[after]
    found: Ranks = after[beside & (spans.start[after] < spans.end[before])]
    return found


def _portions(spans: _Columns, pairs: Pairs) -> Iterator[Ranks]:
    """Part the pairs so that few spans meet at a time."""
    held = np.diff(spans.begin)
    meetings = np.cumsum(held[pairs.first] * held[pairs.second])
    for number in range(0, int(meetings[-1]) + 1 if len(meetings) else 0, _AT_ONCE):
        yield np.flatnonzero((number <= meetings) & (meetings < number + _AT_ONCE))


def _compare(spans: _Columns, pairs: Pairs, some: Ranks, table: Table) -> None:
    """Let every span of the one answer meet every span of the other; add what is equal and what is shared."""
    pair, one, other = _meetings(spans, pairs, some)
    label, width = spans.label[one], table.shape[1]
    shared = np.minimum(spans.end[one], spans.end[other]) - np.maximum(spans.start[one], spans.start[other])
    shared = np.maximum(shared, 0)
    alike = label == spans.label[other]
    equal = alike & (spans.start[one] == spans.start[other]) & (spans.end[one] == spans.end[other])
    for column, counts in ((MATCHED, equal), (SHARED, alike * shared)):
        found = np.bincount(pair * width + label, counts, len(some) * width).reshape(-1, width)
        table[some, :, column] += found
    table[some, -1, MATCHED] = table[some, :-1, MATCHED].sum(axis=1)
    table[some, -1, SHARED] = np.bincount(pair, shared, len(some))


def _meetings(spans: _Columns, pairs: Pairs, some: Ranks) -> tuple[Ranks, Ranks, Ranks]:
    """List who meets: which of these pairs, which span of its first answer, which span of its second."""
    held = np.diff(spans.begin)
    here, there = held[pairs.first[some]], held[pairs.second[some]]
    meetings = here * there
    pair = np.repeat(np.arange(len(some)), meetings)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(meetings) - meetings, meetings)
    one = spans.begin[pairs.first[some]][pair] + within // there[pair]
    return pair, one, spans.begin[pairs.second[some]][pair] + within % there[pair]
