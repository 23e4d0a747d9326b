"""The columns of a view enter, batch after batch; one name of their content leaves, whatever wrote or cut them.

Each value at any depth is a leaf with three streams over all rows of a split, little-endian:

* nulls: where values are missing, each as its number among the values of the leaf, int64;
* sizes: of texts their UTF-8 bytes, of lists their values, uint32; a missing text has 0, a number none;
* values: texts as UTF-8, numbers as int32, int64 or float64, truths as a byte; a missing number is 0.

Of each stream its sha256 is kept, or its CRC-32 where it follows from others that are kept whole: a text from its
`text_sha256`, a span's text from its place, every other view from `records`. The content is the sha256 of these, the
number of rows per split, and the columns' names and types, as one line of canonical JSON.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np

from builder.exporters.features import DEFAULT_VIEW, Choice, Scalar, Struct, Type, View, metadata

_CANONICAL = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)
_FOLLOWING = ("text", "spans[].text")
_NUMBERS = {"int32": "<i4", "float64": "<f8", "bool": "u1"}
Stream = tuple[str, str, Any]


class _Sum(Protocol):
    def update(self, values: Any, /) -> object: ...

    def hexdigest(self) -> str: ...


class ContentDigest:
    """Names the content of a view from its record batches."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._rows: dict[str, int] = defaultdict(int)
        self._sums: dict[str, dict[str, dict[str, _Sum]]] = defaultdict(lambda: defaultdict(dict))
        self._seen: dict[tuple[str, str], int] = defaultdict(int)

    def update(self, split: str, batch: Any) -> None:
        """Count the next rows of a split in; `batch` is a record batch."""
        self._rows[split] += batch.num_rows
        for column in self._view.columns:
            self._add(split, column.name, column.type, batch.column(column.name))

    def value(self, records: str = "") -> str:
        """Name what was counted in; any other view than `records` says by that name which records it shows."""
        told = {
            "features": metadata(self._view),
            "records": records,
            "rows": self._rows,
            "columns": {
                split: {
                    path: {kind: done.hexdigest() for kind, done in kinds.items()} for path, kinds in leaves.items()
                }
                for split, leaves in self._sums.items()
            },
        }
        return hashlib.sha256(canonical(told)).hexdigest()

    def _add(self, split: str, name: str, type_: Type, column: Any) -> None:
        is_kept = self._view.name == DEFAULT_VIEW
        for path, kind, values in _streams(type_, name, column):
            sums = self._sums[split][path]
            if kind == "nulls":
                seen, self._seen[split, path] = self._seen[split, path], self._seen[split, path] + values[1]
                values = np.ascontiguousarray(values[0] + seen, "<i8")
            if kind not in sums:
                sums[kind] = hashlib.sha256() if is_kept and path not in _FOLLOWING else _Crc()
            sums[kind].update(values)


class _Crc:
    def __init__(self) -> None:
        self._sum = 0

    def update(self, values: Any, /) -> None:
        self._sum = zlib.crc32(values, self._sum)

    def hexdigest(self) -> str:
        return f"{self._sum:08x}"


def canonical(value: object) -> bytes:
    """Write a value as one line of JSON that is the same everywhere."""
    return f"{_CANONICAL.encode(value)}\n".encode()


def _streams(type_: Type, path: str, column: Any) -> Iterator[Stream]:
    """Yield the streams of a column: path, kind, values; nulls come as their places and the number of values."""
    if isinstance(type_, Struct):
        for place, inner in enumerate(type_.columns):
            yield from _streams(inner.type, f"{path}.{inner.name}", column.field(place))
    elif isinstance(type_, Scalar | Choice):
        yield path, "nulls", (np.flatnonzero(~bits(column, 0)) if column.null_count else np.empty(0), len(column))
        yield from _texts(path, column) if type_ == Scalar("string") else _numbers(type_, path, column)
    else:
        yield path, "sizes", np.ascontiguousarray(np.diff(numbers(column.offsets, "<i4")), "<u4")
        yield from _streams(type_.of, f"{path}[]", column.flatten())


def _texts(path: str, column: Any) -> Iterator[Stream]:
    _, places, characters = column.buffers()
    edges = np.frombuffer(places, "<i4")[column.offset : column.offset + len(column) + 1] if len(column) else [0]
    yield path, "sizes", np.ascontiguousarray(np.diff(edges), "<u4")
    yield path, "values", memoryview(characters or b"")[edges[0] : edges[-1]]


def _numbers(type_: Scalar | Choice, path: str, column: Any) -> Iterator[Stream]:
    dtype = _NUMBERS[type_.dtype] if isinstance(type_, Scalar) else "<i8"
    values = bits(column, 1).view("u1") if dtype == "u1" else numbers(column, dtype)
    yield (
        path,
        "values",
        np.ascontiguousarray(np.where(bits(column, 0), values, 0) if column.null_count else values, dtype),
    )


def numbers(column: Any, dtype: str) -> Any:
    """Look at the numbers of a column without nulls where they are; Arrow's own way would load pandas first."""
    body = column.buffers()[1]
    return np.frombuffer(body or b"", dtype)[column.offset : column.offset + len(column)]


def bits(column: Any, buffer: int) -> Any:
    """Unpack the bits of a column: which values there are (buffer 0), or truths (buffer 1)."""
    end = column.offset + len(column)
    packed = np.frombuffer(column.buffers()[buffer] or b"", "u1")
    return np.unpackbits(packed, count=end, bitorder="little")[column.offset :].astype(bool)
