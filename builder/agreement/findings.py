"""Reviewed sentences enter; a report of how far people agree leaves: rows for a table, and the agreement/1 contract."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from builder.agreement import reasons, subjects
from builder.agreement.pairing import People, Reviewed
from builder.agreement.subjects import Measured, Statistic, Subject
from builder.errors import BrokenError
from builder.evaluation.intervals import DRAWS
from builder.schema import LabelSchema

CONTRACT = "agreement/1"
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Row:
    """A figure and its 95 % interval; where pair, language or label is None, all of them are meant.

    `n` counts the sentences compared (answered, or labelled, by two people or more), `documents` those they stand in.
    What is undefined is None, and `reason` says what is missing.
    """

    statistic: Statistic
    pair: People | None
    language: str | None
    label: str | None
    value: float | None
    low: float | None
    high: float | None
    n: int
    documents: int
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """Who was compared, on what, and every figure; `shared` sentences have answers of two people or more."""

    annotators: tuple[str, ...]
    languages: tuple[str, ...]
    entity_labels: tuple[str, ...]
    sentence_labels: tuple[str, ...]
    sentences: int
    shared: int
    seed: int
    draws: int
    rows: tuple[Row, ...]

    def to_json(self) -> dict[str, Any]:
        """Give the report as the agreement/1 contract."""
        whole = asdict(self)
        lists = {name: list(value) for name, value in whole.items() if isinstance(value, tuple)}
        rows = [row | {"pair": list(row["pair"]) if row["pair"] else None} for row in whole["rows"]]
        return {"contract": CONTRACT, **whole, **lists, "rows": rows}


def report(
    reviews: Sequence[Reviewed], schema: LabelSchema | None = None, *, seed: int = 0, draws: int = DRAWS
) -> Report:
    """Say how far people agree, per statistic, language, pair of people and label.

    The labels are those of the schema, in its order, then what else was used.

    Raises:
        BrokenError: a sentence is given twice.
    """
    ordered = sorted(reviews, key=lambda one: (one.document, one.sentence))
    if len({one.sentence for one in ordered}) < len(ordered):
        raise BrokenError("a sentence is given twice: its answers must be given together")
    annotators = tuple(sorted({name for one in ordered for name in one.answers}))
    languages = tuple(sorted({one.language for one in ordered}))
    spans = subjects.of_spans(ordered, _entity_labels(ordered, schema))
    choices = subjects.of_choices(ordered, _sentence_labels(ordered, schema))
    each = (None, *(languages if 1 < len(languages) else ()))
    rows = [
        row
        for subject in (spans, choices)
        for language in each
        for seen in subject.measured(language, seed, draws)
        for row in _rows(subject, seen)
    ]
    rows.sort(key=lambda row: list(Statistic).index(row.statistic))
    shared = sum(1 < len(one.answers) for one in ordered)
    about = (annotators, languages, spans.names, choices.names, len(ordered), shared, seed, draws)
    return Report(*about, tuple(rows))


def _rows(subject: Subject, seen: Measured) -> Iterator[Row]:
    for column, statistic in enumerate(subject.statistics):
        if statistic != Statistic.LABEL_KAPPA or seen.scope.people:
            for slot in range(reasons.ALL, len(subject.names)):
                yield _row(subject, seen, column, slot)


def _row(subject: Subject, seen: Measured, column: int, slot: int) -> Row:
    found = seen.found
    value, low, high = (_rounded(float(part[slot, column])) for part in (found.value, found.low, found.high))
    if seen.having[slot] < reasons.FEWEST:
        low = high = None
    return Row(
        statistic=subject.statistics[column],
        pair=seen.scope.people,
        language=seen.scope.language,
        label=None if slot == reasons.ALL else subject.names[slot],
        value=value,
        low=low,
        high=high,
        n=seen.sentences,
        documents=seen.documents,
        reason=subject.reason(column, slot, seen) if low is None else "",
    )


def _rounded(figure: float) -> float | None:
    return None if math.isnan(figure) else round(figure, _DIGITS)


def _entity_labels(reviews: Iterable[Reviewed], schema: LabelSchema | None) -> tuple[str, ...]:
    used = {span.label for one in reviews for answer in one.answers.values() for span in answer.entities}
    return _in_order(schema.entity_names if schema else (), used)


def _sentence_labels(reviews: Iterable[Reviewed], schema: LabelSchema | None) -> tuple[str, ...]:
    used = {answer.label for one in reviews for answer in one.answers.values() if answer.label is not None}
    return _in_order(schema.sentence_names if schema else (), used)


def _in_order(known: Sequence[str], used: set[str]) -> tuple[str, ...]:
    return (*known, *sorted(used - set(known)))
