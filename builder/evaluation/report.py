"""What proposers said, and what is right, enter; the records of an evaluate/1 report leave, ready for JSON.

Everything is scored under the names of a `LabelMap`. A figure that is undefined says why.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from builder.evaluation.calibration import calibration_error, reliability
from builder.evaluation.confusion import Cell, label_confusion, mistakes, span_confusion
from builder.evaluation.crosswalk import LabelMap
from builder.evaluation.gold import GoldSentence
from builder.evaluation.intervals import Estimate, estimated
from builder.evaluation.scores import (
    GOLD,
    MACRO,
    MEASURES,
    MICRO,
    PROPOSED,
    Spans,
    Table,
    counted,
    counted_labels,
    measured,
)
from builder.model import Entity, Label, Span

CONTRACT = "evaluate/1"
_DIGITS = 6
_WHY = {
    "precision": "nothing was proposed",
    "recall": "the gold has none",
    "f1": "neither gold nor proposals have any",
}
_NO_LABEL = "the gold has no label to average over"
_ONE_GROUP = "an interval needs two groups or more"
_NEVER = "no draw defines it"

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One proposer at work: its entities and sentence label for each gold sentence, None where it abstained.

    `kind` is single, union, majority, combined, calibrated or learnt; `trained_on` counts the sentences learnt from.
    """

    proposer: str
    kind: str
    entities: Sequence[tuple[Entity, ...] | None]
    labels: Sequence[Label | None] = ()
    trained_on: int | None = None


@dataclass(frozen=True, slots=True)
class Judge:
    """What is right, and under which names: entity labels and sentence labels, each with its own map."""

    gold: Sequence[GoldSentence]
    entity_map: LabelMap
    label_map: LabelMap = field(default_factory=lambda: LabelMap({}, {}))
    seed: int = 0

    @property
    def spans(self) -> list[list[Span]]:
        """Give the gold spans under the names they are scored by."""
        theirs = self.entity_map.theirs
        return [[Span(s.start, s.end, theirs[s.label]) for s in one.spans if s.label in theirs] for one in self.gold]

    @property
    def labels(self) -> list[str | None]:
        """Give the gold sentence labels under the names they are scored by."""
        return [self.label_map.theirs.get(one.label) if one.label else None for one in self.gold]

    def judged(self, row: Row) -> Record:
        """Say all there is to say of one proposer."""
        scored = [best_scores(found or (), self.entity_map) for found in row.entities]
        spans, proposed = self.spans, [list(of_one) for of_one in scored]
        counts = counted(spans, proposed, self.entity_map.names)
        return {
            "proposer": row.proposer,
            "kind": row.kind,
            "trained_on": row.trained_on,
            "labels": list(self.entity_map.names),
            "abstained": sum(found is None for found in row.entities),
            "scores": self._scores(counts, self.entity_map.names),
            "calibration": calibration(spans, scored),
            "confusion": cells(span_confusion(spans, proposed)),
            "sentence": self._sentence(row),
        }

    def _sentence(self, row: Row) -> Record | None:
        """Score the sentence labels; None where the gold has none or the proposer never names one."""
        gold = self.labels
        given = [self.label_map.ours.get(label.name) if label else None for label in row.labels]
        if not any(gold) or not any(given):
            return None
        here = [place for place, label in enumerate(gold) if label]
        counts = counted_labels(gold, given, self.label_map.names)[here]
        found = estimated(counts, [self.gold[place].group for place in here], measured, seed=self.seed)
        recall = MEASURES.index(("strict", "recall"))  # of all labels together: the share of sentences that are right
        return {
            "sentences": len(here),
            "groups": found.groups,
            "accuracy": figure(found, (-2, recall), _WHY["recall"]),
            "macro_f1": figure(found, (-1, MEASURES.index(("strict", "f1"))), _NO_LABEL),
            "confusion": cells(label_confusion(gold, given)),
        }

    def _scores(self, counts: Table, names: Sequence[str]) -> list[Record]:
        """Score each label, micro and macro, over all sentences and per language where there are several."""
        languages = sorted({one.sentence.language for one in self.gold})
        records = []
        for language in [None, *(languages if 1 < len(languages) else [])]:
            here = [place for place, one in enumerate(self.gold) if language in (None, one.sentence.language)]
            groups = [self.gold[place].group for place in here]
            found = estimated(counts[here], groups, measured, seed=self.seed)
            records += _records(language, names, counts[here].sum(axis=0), found)
        return records


def best_scores(entities: Sequence[Entity], entity_map: LabelMap) -> dict[Span, float]:
    """Give the proposals of a sentence under the names they are scored by, each with its best score."""
    scores: dict[Span, float] = {}
    for entity in entities:
        if name := entity_map.ours.get(entity.span.label):
            span = Span(entity.span.start, entity.span.end, name)
            scores[span] = max(scores.get(span, 0.0), entity.score)
    return scores


def calibration(gold: Sequence[Spans], scored: Sequence[Mapping[Span, float]]) -> Record:
    """Compare scores with the share of spans that are strictly right."""
    pairs = [(score, span in want) for want, of_one in zip(gold, scored, strict=True) for span, score in of_one.items()]
    table = reliability([score for score, _ in pairs], [right for _, right in pairs])
    error = calibration_error(table)
    return {
        "ece": None if error is None else round(error, _DIGITS),
        "why": _WHY["precision"] if error is None else "",
        "spans": len(pairs),
        "bins": [{key: round(value, _DIGITS) for key, value in one._asdict().items()} for one in table],
    }


def cells(counts: Counter[Cell]) -> list[Record]:
    """List what was taken for what, most frequent first."""
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0][0] or "", entry[0][1] or ""))
    return [{"gold": gold, "proposed": proposed, "count": count} for (gold, proposed), count in ordered]


def listed_mistakes(judge: Judge, row: Row, most: int = 120) -> Record:
    """List what a proposer most often proposes wrongly, and misses."""
    texts = [one.sentence.text for one in judge.gold]
    proposed = [list(best_scores(found or (), judge.entity_map)) for found in row.entities]
    both = zip(("false", "missed"), mistakes(texts, judge.spans, proposed), strict=True)
    listed = {
        kind: [{"text": text, "label": label, "count": n} for (text, label), n in counts.most_common(most)]
        for kind, counts in both
    }
    return {"proposer": row.proposer, **listed}


def figure(found: Estimate, place: tuple[int, int], why: str) -> Record:
    """Write one value with its interval; what is undefined is null, and says why."""
    value, low, high = (float(part[place]) for part in (found.value, found.low, found.high))
    if math.isnan(value):
        return {"value": None, "low": None, "high": None, "why": why}
    if math.isnan(low):
        reason = _ONE_GROUP if found.groups < 2 else _NEVER
        return {"value": round(value, _DIGITS), "low": None, "high": None, "why": reason}
    return {"value": round(value, _DIGITS), "low": round(low, _DIGITS), "high": round(high, _DIGITS), "why": ""}


def _records(language: str | None, names: Sequence[str], sums: Table, found: Estimate) -> list[Record]:
    records = []
    for rank, name in enumerate([*names, MICRO, MACRO]):
        counts = sums[rank] if rank < len(names) else sums.sum(axis=0)
        record: Record = {"language": language, "label": name, "groups": found.groups}
        record |= {"gold": int(counts[GOLD]), "proposed": int(counts[PROPOSED]), "strict": {}, "partial": {}}
        for column, (kind, what) in enumerate(MEASURES):
            record[kind][what] = figure(found, (rank, column), _NO_LABEL if name == MACRO else _WHY[what])
        records.append(record)
    return records
