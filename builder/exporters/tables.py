"""Columns become Arrow, and the records view becomes every other view, many rows at once.

What a `Recorder` makes of each row, this makes of many without ever holding a record. Import this module where it is
used: pyarrow is slow to import.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from builder.exporters.content import numbers
from builder.exporters.features import Choice, Scalar, Struct, Type, View, metadata, views
from builder.exporters.sft import FOOT, HEAD, ROLES, SEPARATOR, in_chinese, occurrence, questions
from builder.model import Span
from builder.ports import LostSpan
from builder.schema import LabelSchema
from builder.text.token_columns import REASONS, SpanColumns, Tagged, TokenColumns, tag_all, tokenize_all

_SCALARS = {"string": pa.string(), "int32": pa.int32(), "float64": pa.float64(), "bool": pa.bool_()}
_DTYPES = {pa.int32(): np.int32, pa.int64(): np.int64, pa.float64(): np.float64}
_TO_ESCAPE = '["\\\\\\x00-\\x1f]'
_escaped = json.JSONEncoder(ensure_ascii=False).encode


def arrow_schema(view: View) -> Any:
    """Say the columns of a view in Arrow.

    Everything is nullable and a label is an int64: `datasets` drops the names of any other kind without a word.
    """
    fields = [pa.field(column.name, _arrow_type(column.type)) for column in view.columns]
    return pa.schema(fields, metadata={"huggingface": json.dumps(metadata(view), ensure_ascii=False)})


def batch_of(view: View, columns: Mapping[str, Sequence[Any]]) -> Any:
    """Build the record batch of a view from its flat columns."""
    arrays = [_array(column.type, column.name, columns) for column in view.columns]
    return pa.RecordBatch.from_arrays(arrays, schema=arrow_schema(view))


class Derived(NamedTuple):
    """A batch of one view, and the spans that the view cannot hold."""

    batch: Any
    lost: list[LostSpan]


class Deriver:
    """Makes every view from batches of the records view, for one schema."""

    def __init__(self, schema: LabelSchema) -> None:
        self.views = {view.name: view for view in views(schema)}
        self._schema = schema
        self._questions = _texts(questions(schema))
        ends = [f'{name}"}}' for name in schema.entity_names]
        self._labels = _texts(schema.sentence_names)
        self._ends = _texts(ends)

    def derive(self, view: str, records: Any) -> Derived:
        """Make the same rows in the view of this name."""
        if view == "records":
            return Derived(records, [])
        made: Derived = getattr(self, f"_{view}")(records)
        return made

    def _tokens(self, records: Any) -> Derived:
        texts, spans = records["text"].to_pylist(), _spans(records)
        tokens = tokenize_all(texts)
        tagged = tag_all(tokens, spans, self._schema.entity_names)
        offsets = _offsets(tokens.counts)
        buffers = (pa.py_buffer(tokens.edges), pa.py_buffer(tokens.utf8))
        words = pa.StringArray.from_buffers(len(tokens.starts), *buffers)
        arrays = [
            records["id"],
            records["doc_id"],
            records["sentence_id"],
            *(pa.ListArray.from_arrays(offsets, values) for values in (words, *_numbers(tokens, tagged))),
        ]
        batch = pa.RecordBatch.from_arrays(arrays, schema=arrow_schema(self.views["tokens"]))
        return Derived(batch, [*self._lost(records, texts, spans, tagged)])

    def _lost(self, records: Any, texts: Sequence[str], spans: SpanColumns, tagged: Tagged) -> Iterator[LostSpan]:
        at = np.flatnonzero(tagged.lost)
        rows = np.repeat(np.arange(len(texts)), spans.counts)[at]
        names = self._schema.entity_names
        found = [
            (row, start, -end, names[label], REASONS[why])
            for row, start, end, label, why in zip(
                *(a.tolist() for a in (rows, spans.starts[at], spans.ends[at], spans.labels[at], tagged.lost[at])),
                strict=True,
            )
        ]
        for row, start, back, name, why in sorted(found):
            yield LostSpan(records["id"][row].as_py(), Span(start, -back, name), texts[row][start:-back], str(why))

    def _sentences(self, records: Any) -> Derived:
        schema = arrow_schema(self.views["sentences"])
        return Derived(pa.RecordBatch.from_arrays([records[name] for name in schema.names], schema=schema), [])

    def _sft(self, records: Any) -> Derived:
        languages = records["language"].to_pylist()
        known = {language: in_chinese(language) for language in set(languages)}
        asked = self._questions.take(_plain(pa.int64(), [int(known[language]) for language in languages]))
        contents = (_glued(asked, records["text"]), self._answers(records))
        rows = len(languages)
        turns = np.arange(2 * rows).reshape(2, rows).T.ravel()
        messages = pa.StructArray.from_arrays(
            [_texts(ROLES * rows), pa.concat_arrays(contents).take(_plain(pa.int64(), turns))],
            names=["role", "content"],
        )
        listed = pa.ListArray.from_arrays(_offsets(np.full(rows, 2)), messages)
        return Derived(pa.RecordBatch.from_arrays([records["id"], listed], schema=arrow_schema(self.views["sft"])), [])

    def _answers(self, records: Any) -> Any:
        spans, texts = _spans(records), records["text"].to_pylist()
        quotes = _values(records["spans"]).field("text")
        ends = self._ends.take(_plain(pa.int64(), spans.labels))
        told = _glued('{"text": ', _quoted(quotes), _tails(texts, spans, quotes.to_pylist()), ends)
        joined = pc.binary_join(pa.ListArray.from_arrays(_offsets(spans.counts), told), _one(SEPARATOR))
        labels = self._labels.take(records["label"])
        return _glued(HEAD, joined, FOOT, labels, '"}')


def _arrow_type(type_: Type) -> Any:
    if isinstance(type_, Scalar):
        return _SCALARS[type_.dtype]
    if isinstance(type_, Choice):
        return pa.int64()
    if isinstance(type_, Struct):
        return pa.struct([pa.field(column.name, _arrow_type(column.type)) for column in type_.columns])
    return pa.list_(_arrow_type(type_.of))


def _array(type_: Type, path: str, columns: Mapping[str, Sequence[Any]]) -> Any:
    if isinstance(type_, Scalar | Choice):
        values = columns[path]
        return _texts(values) if type_ == Scalar("string") else _plain(_arrow_type(type_), values)
    if isinstance(type_, Struct):
        parts = [_array(column.type, f"{path}.{column.name}", columns) for column in type_.columns]
        return pa.StructArray.from_arrays(parts, fields=list(_arrow_type(type_)))
    return pa.ListArray.from_arrays(_offsets(columns[path]), _array(type_.of, f"{path}[]", columns))


def _texts(values: Sequence[Any]) -> Any:
    """Build a column of texts, None where one is missing; `pa.array` would load pandas first."""
    missing = None
    try:
        text = "".join(values)
    except TypeError:
        missing = _bits([value is not None for value in values])
        values = [value or "" for value in values]
        text = "".join(values)
    parts = values if text.isascii() else [*map(str.encode, values)]
    utf8 = text.encode() if text.isascii() else b"".join(parts)
    sizes = np.fromiter(map(len, parts), np.int64, len(values))
    buffers = [missing, pa.py_buffer(_ends_of(sizes)), pa.py_buffer(utf8)]
    return pa.Array.from_buffers(pa.string(), len(values), buffers)


def _one(text: str) -> Any:
    return _texts([text])[0]


def _glued(*parts: Any) -> Any:
    """Join columns of texts, value by value; a text among them stands in every value."""
    columns = (_one(part) if isinstance(part, str) else part for part in parts)
    return pc.binary_join_element_wise(*columns, _one(""))


def _plain(type_: Any, values: Any) -> Any:
    """Build a column of numbers or truths."""
    missing = None
    if isinstance(values, list) and None in values:
        missing, values = _bits([value is not None for value in values]), [value or 0 for value in values]
    body = _bits(values) if pa.types.is_boolean(type_) else pa.py_buffer(_held(values, _DTYPES[type_]))
    return pa.Array.from_buffers(type_, len(values), [missing, body])


def _bits(values: Any) -> Any:
    return pa.py_buffer(np.packbits(np.asarray(values, bool), bitorder="little"))


def _held(values: Any, dtype: Any) -> Any:
    """Hold numbers in an array; of a list, `numpy.fromiter` makes one sooner than `numpy.asarray`."""
    return np.fromiter(values, dtype, len(values)) if isinstance(values, list) else np.ascontiguousarray(values, dtype)


def _offsets(counts: Any) -> Any:
    return _plain(pa.int32(), _ends_of(counts))


def _ends_of(sizes: Any) -> Any:
    """Say where each part begins, and the last ends, of parts of these sizes in a row; beyond 2 GiB is an error."""
    edges = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(_held(sizes, np.int64), out=edges[1:])
    if np.iinfo(np.int32).max < edges[-1]:
        raise OverflowError("a batch holds more than Arrow can count")
    return edges.astype(np.int32)


def _values(lists: Any) -> Any:
    """Give all values of all lists, one after another."""
    return lists.flatten()


def _spans(records: Any) -> SpanColumns:
    spans = records["spans"]
    values = _values(spans)
    starts, ends = (numbers(values.field(name), "<i4") for name in ("start", "end"))
    return SpanColumns(np.diff(numbers(spans.offsets, "<i4")), starts, ends, numbers(values.field("label"), "<i8"))


def _numbers(tokens: TokenColumns, tagged: Tagged) -> tuple[Any, Any, Any]:
    return _plain(pa.int32(), tokens.starts), _plain(pa.int32(), tokens.ends), _plain(pa.int64(), tagged.tags)


def _quoted(quotes: Any) -> Any:
    """Write texts as JSON does."""
    if pc.any(pc.match_substring_regex(quotes, _TO_ESCAPE)).as_py():
        return _texts([_escaped(quote) for quote in quotes.to_pylist()])
    return _glued('"', quotes, '"')


def _tails(texts: Sequence[str], spans: SpanColumns, quotes: Sequence[str]) -> Any:
    """Write what stands between each quote and its label, as `sft.tail` does."""
    rows = np.repeat(np.arange(len(texts)), spans.counts).tolist()
    usual = ', "label": "'
    first = np.fromiter(map(str.find, map(texts.__getitem__, rows), quotes), np.int64, len(rows))
    again = np.flatnonzero(first != spans.starts).tolist()
    if not again:
        return usual
    tails = [usual] * len(rows)
    for at in again:
        number = occurrence(texts[rows[at]], quotes[at], int(spans.starts[at]))
        tails[at] = f', "occurrence": {number}, "label": "'
    return _texts(tails)
