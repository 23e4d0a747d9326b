"""The rows of a release enter, batch after batch; what can differ between two releases leaves, as arrays.

A row takes some 80 bytes, a span 10. Nothing here opens a file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from builder.exporters.content import numbers

COLUMNS = (
    "id",
    "doc_id",
    "sentence_id",
    "language",
    "spans.start",
    "spans.end",
    "spans.label",
    "label",
    "source",
    "record",
    "approvers",
    "text_sha256",
)
"""What is looked at in the records view; the fields of a span are read without its others."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a release says of itself, and of its columns: path → type, in every view; labels stand apart.

    `told` has name, version, content_sha256, pretty_name, license, schema and offsets; `formats` the options of each.
    """

    told: Mapping[str, Any]
    formats: Mapping[str, Any]
    columns: Mapping[str, str]
    entity: tuple[str, ...]
    sentence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Inventory:
    """All rows of a release in published order, each column an array; the spans of all rows one after another."""

    facts: Facts
    splits: Sequence[str]
    languages: Sequence[str]
    people: Sequence[tuple[str, ...]]
    ids: Any
    split: Any
    language: Any
    label: Any
    who: Any
    text: Any
    document: Any
    number: Any
    source: Any
    edges: Any
    starts: Any
    ends: Any
    labels: Any

    def __len__(self) -> int:
        return len(self.ids)

    def id(self, row: int) -> str:
        """Name a row."""
        return str(self.ids[row].decode())

    def spans(self, row: int) -> list[tuple[int, int, str, int]]:
        """List the spans of a row: start, end, label, and which span it is among all."""
        low, high = int(self.edges[row]), int(self.edges[row + 1])
        parts = (self.starts[low:high].tolist(), self.ends[low:high].tolist(), self.labels[low:high].tolist())
        names = self.facts.entity
        return [(start, end, names[label], low + at) for at, (start, end, label) in enumerate(zip(*parts, strict=True))]

    def place(self, row: int) -> tuple[str, str, str]:
        """Say the sentence label, language and split of a row."""
        label = self.facts.sentence[self.label[row]]
        return label, self.languages[self.language[row]], self.splits[self.split[row]]

    def by(self, row: int) -> tuple[str, ...]:
        """Say who approved a row, by pseudonym."""
        return self.people[int(self.who[row])]


class Stocktaking:
    """Counts batches of the records view in; then it makes the inventory."""

    def __init__(self) -> None:
        self._codes: dict[str, dict[Any, int]] = {"split": {}, "language": {}, "who": {}}
        self._parts: dict[str, list[Any]] = {}

    def add(self, split: str, batch: Any) -> None:
        """Count the next rows of a split in; `batch` is a record batch with at least `COLUMNS`."""
        spans = batch.column("spans")
        values = spans.flatten()
        columns = {
            "ids": np.array([id.encode() for id in batch.column("id").to_pylist()], "S"),
            "split": np.full(batch.num_rows, self._code("split", split), "u2"),
            "language": self._coded("language", batch.column("language").to_pylist()),
            "label": numbers(batch.column("label"), "<i8").astype("i2"),
            "who": self._coded("who", map(tuple, batch.column("approvers").to_pylist())),
            "text": np.fromiter((int(name[:16], 16) for name in batch.column("text_sha256").to_pylist()), "u8"),
            "document": np.fromiter(map(_short, batch.column("doc_id").to_pylist()), "u8"),
            "number": numbers(batch.column("sentence_id"), "<i4").copy(),
            "source": np.fromiter(
                map(_short, zip(batch.column("source").to_pylist(), batch.column("record").to_pylist(), strict=True)),
                "u8",
            ),
            "counts": np.diff(numbers(spans.offsets, "<i4")),
            "starts": numbers(values.field("start"), "<i4").copy(),
            "ends": numbers(values.field("end"), "<i4").copy(),
            "labels": numbers(values.field("label"), "<i8").astype("i2"),
        }
        for name, part in columns.items():
            self._parts.setdefault(name, []).append(part)

    def inventory(self, facts: Facts) -> Inventory:
        """Make the inventory of what was counted in; this empties what was kept."""
        columns: dict[str, Any] = {name: np.concatenate(self._parts.pop(name)) for name in list(self._parts)}
        columns["edges"] = np.concatenate([[0], np.cumsum(columns.pop("counts"), dtype="i8")])
        named = [list(self._codes[kind]) for kind in ("split", "language", "who")]
        return Inventory(facts, *named, **columns)

    def _code(self, kind: str, value: Any) -> int:
        return self._codes[kind].setdefault(value, len(self._codes[kind]))

    def _coded(self, kind: str, values: Iterable[Any]) -> Any:
        return np.fromiter((self._code(kind, value) for value in values), "i4")


@lru_cache(maxsize=64)
def _short(value: object) -> int:
    """Name a value by 8 bytes, to group by; what is grouped wrongly by chance is one in 10¹⁰ at a million rows."""
    return int.from_bytes(hashlib.blake2b(repr(value).encode("utf-8", "replace"), digest_size=8).digest())
