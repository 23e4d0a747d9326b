"""Two inventories enter; what differs between the releases leaves as one document, diff/1. Pure.

Everything is counted; of each kind no more than a limit is listed. No path and no time enters.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from builder.exporters.facts import frame
from builder.exporters.inventory import Inventory
from builder.exporters.order import split_place
from builder.exporters.pairing import paired
from builder.exporters.quotes import UNREAD
from builder.exporters.span_changes import KINDS, Span, SpanChange, span_changes
from builder.exporters.versions import required

CONTRACT = "diff/1"
LISTED = 10_000
"""So many changes of each kind are listed where nobody asks for another number."""

_BLOCK = 50_000
_SENTENCE_KINDS = ("added", "removed", "moved", "reworded", "relabelled", "renamed")
_FLOWS = ("added", "removed", "arrived", "left")
_BY = ("sentences_added", "sentences_reworded", "sentences_relabelled", *(f"spans_{kind}" for kind in KINDS))
Place = tuple[str, str, str]
"""Label, language, split."""


def compare(old: Inventory, new: Inventory, limit: int = LISTED) -> dict[str, Any]:
    """Say all that differs; the shape is a contract (diff/1), once `quoted` has read what the spans cover."""
    work = _Comparison(old, new, limit)
    work.run()
    diff = {
        "contract": CONTRACT,
        "old": {**old.facts.told, "rows": len(old)},
        "new": {**new.facts.told, "rows": len(new)},
        **frame(old.facts, new.facts),
        "sentences": work.sentences.told(*(_cells(side, spans=False) for side in (old, new))),
        "spans": work.spans.told(*(_cells(side, spans=True) for side in (old, new))),
        "reviewers": [
            {"reviewer": who, **{name: work.by[who][name] for name in _BY}}
            for who in sorted(work.by, key=lambda who: (len(who), who))
        ],
        "limit": limit,
    }
    level, reasons = required(diff)
    return {**diff, "change": str(level), "reasons": reasons}


class _Layer:
    """What differs among sentences, or among spans: counts, flows between places, and some of each kind by name."""

    def __init__(self, kinds: Sequence[str], limit: int) -> None:
        self._counts = dict.fromkeys(kinds, 0)
        self._listed: dict[str, list[dict[str, Any]]] = {kind: [] for kind in kinds}
        self._cells: defaultdict[Place, Counter[str]] = defaultdict(Counter)
        self._relabellings = Counter[tuple[str, str]]()
        self._also: dict[str, int] = {}
        self._limit = limit

    def add(self, kind: str, place: Place, entry: Callable[[], dict[str, Any]]) -> None:
        """Count a change in, at its new place, or where it was."""
        self.count(kind, {place: 1})
        if len(self._listed[kind]) < self._limit:
            self._listed[kind].append(entry())

    def count(self, kind: str, places: Mapping[Place, int], also: str = "") -> None:
        """Count changes in that are not listed, under another name too where one is given."""
        if also:
            self._also[also] = sum(places.values())
        for place, number in places.items():
            self._counts[kind] += number
            self._cells[place][kind] += number

    def flow(self, before: Place, after: Place) -> None:
        """Count what is in both releases, and perhaps at another place."""
        if before != after:
            self._cells[before]["left"] += 1
            self._cells[after]["arrived"] += 1
        if before[0] != after[0]:
            self._relabellings[before[0], after[0]] += 1

    def told(self, before: Mapping[Place, int], after: Mapping[Place, int]) -> dict[str, Any]:
        """Say it all; the places where nothing changed are left out."""
        names = dict.fromkeys((*_FLOWS, *self._counts))
        cells = [
            {
                **dict(zip(("label", "language", "split"), place, strict=True)),
                "before": before.get(place, 0),
                "after": after.get(place, 0),
                **{name: self._cells[place][name] for name in names},
            }
            for place in sorted(self._cells, key=lambda place: (*place[:2], split_place(place[2])))
        ]
        moves = sorted(self._relabellings.items(), key=lambda move: (-move[1], move[0]))
        return {
            "counts": {"before": sum(before.values()), "after": sum(after.values()), **self._counts, **self._also},
            "cells": cells,
            "relabellings": [{"old": one, "new": other, "count": count} for (one, other), count in moves],
            "listed": self._listed,
        }


class _Comparison:
    """Two releases while they are compared, row by row where something differs and at once where nothing does."""

    def __init__(self, old: Inventory, new: Inventory, limit: int) -> None:
        self._old, self._new = old, new
        self.sentences, self.spans = _Layer(_SENTENCE_KINDS, limit), _Layer(KINDS, limit)
        self.by: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def run(self) -> None:
        """Count everything in."""
        rows = paired(self._old, self._new)
        for kind, side, kept in (("removed", self._old, rows[0]), ("added", self._new, rows[1])):
            alone = np.setdiff1d(np.arange(len(side)), kept, assume_unique=True)
            self._alone(kind, side, alone)
        differ = _with_other_spans(self._old, self._new, *rows)
        touched = differ | _with_other_facts(self._old, self._new, *rows)
        for before, after, has_other in zip(*(array[touched].tolist() for array in (*rows, differ)), strict=True):
            self._sentence(before, after)
            self._spans(before, after, has_other)

    def _alone(self, kind: str, side: Inventory, rows: Any) -> None:
        self.spans.count(kind, _cells(side, rows, spans=True), f"{kind}_with_sentences")
        for row in rows.tolist():
            pair = (None, row) if kind == "added" else (row, None)
            self.sentences.add(kind, side.place(row), partial(self._entry, *pair))
            if kind == "added":
                self._credit(row, "sentences_added")

    def _sentence(self, before: int, after: int) -> None:
        old, new = self._old.place(before), self._new.place(after)
        is_reworded = self._old.text[before] != self._new.text[after]
        found = {
            "moved": old[2] != new[2],
            "reworded": is_reworded,
            "relabelled": old[0] != new[0],
            "renamed": not is_reworded and self._old.ids[before] != self._new.ids[after],
        }
        for kind in (kind for kind, is_so in found.items() if is_so):
            self.sentences.add(kind, new, partial(self._entry, before, after))
            if kind in ("reworded", "relabelled"):
                self._credit(after, f"sentences_{kind}")
        self.sentences.flow(old, new)

    def _spans(self, before: int, after: int, has_other: bool) -> None:
        (_, *here), (_, *there) = self._old.place(before), self._new.place(after)
        if not has_other and here == there:
            return
        rows = self._old.spans(before), self._new.spans(after)
        changes = span_changes(*rows)
        for change in changes:
            place = _place(change.new, there) if change.new else _place(change.old, here)
            self.spans.add(change.kind, place, partial(self._span_entry, before, after, change))
            self._credit(after, f"spans_{change.kind}")
            if change.old and change.new:
                self.spans.flow(_place(change.old, here), _place(change.new, there))
        changed = {change.old[3] for change in changes if change.old}
        for span in rows[0]:
            if span[3] not in changed:
                self.spans.flow(_place(span, here), _place(span, there))

    def _credit(self, row: int, what: str) -> None:
        for who in self._new.by(row):
            self.by[who][what] += 1

    def _entry(self, before: int | None, after: int | None) -> dict[str, Any]:
        side, row = (self._old, before) if after is None else (self._new, after)
        assert row is not None
        return {
            **self._named(before, after),
            "language": side.place(row)[1],
            "old": None if before is None else _sentence_told(self._old, before),
            "new": None if after is None else _sentence_told(self._new, after),
            "by": [] if after is None else list(self._new.by(after)),
        }

    def _span_entry(self, before: int, after: int, change: SpanChange) -> dict[str, Any]:
        _, language, split = self._new.place(after)
        return {
            **self._named(before, after),
            "language": language,
            "split": split,
            "old": _span_told(change.old),
            "new": _span_told(change.new, UNREAD if self._old.text[before] != self._new.text[after] else ""),
            "by": list(self._new.by(after)),
        }

    def _named(self, before: int | None, after: int | None) -> dict[str, str | None]:
        old = None if before is None else self._old.id(before)
        new = None if after is None else self._new.id(after)
        return {"id": new or old, "old_id": old if old and new and old != new else None}


def _sentence_told(side: Inventory, row: int) -> dict[str, str]:
    label, _, split = side.place(row)
    return {"split": split, "label": label}


def _span_told(span: Span | None, text: str | None = "") -> dict[str, Any] | None:
    return None if span is None else {"start": span[0], "end": span[1], "label": span[2], "text": text}


def _place(span: Span | None, where: Sequence[str]) -> Place:
    return (span[2] if span else "", where[0], where[1])


def _cells(side: Inventory, rows: Any = None, *, spans: bool) -> dict[Place, int]:
    """Count the sentences of some rows, or of all, or their spans, by place."""
    names = side.facts.entity if spans else side.facts.sentence
    sizes = (max(len(names), 1), max(len(side.languages), 1), max(len(side.splits), 1))
    counts = np.zeros(math.prod(sizes), "i8")
    for some in _blocks(np.arange(len(side)) if rows is None else rows):
        where, of_each = _flat(side, some) if spans else (some, some)
        labels = (side.labels if spans else side.label)[where].astype("i8")
        packed = (labels * sizes[1] + side.language[of_each]) * sizes[2] + side.split[of_each]
        counts += np.bincount(packed, minlength=len(counts))
    found = (np.unravel_index(at, sizes) for at in np.flatnonzero(counts).tolist())
    return {
        (names[label], side.languages[language], side.splits[split]): int(count)
        for (label, language, split), count in zip(found, counts[counts > 0], strict=True)
    }


def _flat(side: Inventory, rows: Any) -> tuple[Any, Any]:
    """Give the places of all spans of some rows, and the row of each."""
    counts = side.edges[rows + 1] - side.edges[rows]
    first = np.cumsum(counts) - counts
    return np.arange(counts.sum()) + np.repeat(side.edges[rows] - first, counts), np.repeat(rows, counts)


def _blocks(rows: Any) -> Iterator[Any]:
    """Cut many rows into some at a time, so that what is made of them stays small."""
    return (rows[at : at + _BLOCK] for at in range(0, len(rows), _BLOCK))


def _with_other_spans(old: Inventory, new: Inventory, before: Any, after: Any) -> Any:
    """Say of each pair of rows whether their spans differ, or stand in another order."""
    differ = (old.edges[before + 1] - old.edges[before]) != (new.edges[after + 1] - new.edges[after])
    codes = _codes(old.facts.entity, new.facts.entity)
    is_changed = np.zeros(len(new), bool)
    for same in _blocks(np.flatnonzero(~differ)):
        (there, _), (here, rows) = _flat(old, before[same]), _flat(new, after[same])
        is_other = (old.starts[there] != new.starts[here]) | (old.ends[there] != new.ends[here])
        is_other |= codes[0][old.labels[there]] != codes[1][new.labels[here]]
        is_changed[rows[is_other]] = True
    return differ | is_changed[after]


def _with_other_facts(old: Inventory, new: Inventory, before: Any, after: Any) -> Any:
    """Say of each pair of rows whether split, language, label, text or id differ."""
    is_other = (old.text[before] != new.text[after]) | (old.ids[before] != new.ids[after])
    for names, values in (("splits", "split"), ("languages", "language")):
        codes = _codes(getattr(old, names), getattr(new, names))
        is_other |= codes[0][getattr(old, values)[before]] != codes[1][getattr(new, values)[after]]
    codes = _codes(old.facts.sentence, new.facts.sentence)
    return is_other | (codes[0][old.label[before]] != codes[1][new.label[after]])


def _codes(one: Sequence[str], other: Sequence[str]) -> tuple[Any, Any]:
    """Number names so that equal ones have equal numbers in both."""
    code = {name: at for at, name in enumerate(dict.fromkeys((*one, *other)))}
    return np.array([code[name] for name in one], "i4"), np.array([code[name] for name in other], "i4")
