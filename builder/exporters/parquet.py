"""Records become parquet bytes, the same on every machine; the one place that knows pyarrow.

Fixed batches, fixed row groups, no clock: equal records give equal bytes under one version of pyarrow. Import this
module where it is used: pyarrow is slow to import.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from builder.exporters.features import Choice, Scalar, Struct, Type, View, metadata
from builder.exporters.records import Record

ROW_GROUP = 25_000
BATCH = 5_000
# What `datasets` itself uses. Its own key and the one the Hub looks for differ, hence both are written.
_CHUNKING = {"min_chunk_size": 262_144, "max_chunk_size": 1_048_576, "norm_level": 0}
_CHUNKING_KEYS = ("content_defined_chunking", "use_content_defined_chunking")
_SCALARS = {"string": pa.string(), "int32": pa.int32(), "float64": pa.float64(), "bool": pa.bool_()}

VERSION: str = pa.__version__


class Written(NamedTuple):
    """How many rows a file holds, and how many bytes they take as Arrow."""

    rows: int
    bytes: int


def write(path: Path, view: View, records: Iterable[Record]) -> Written:
    """Write the records of one view and split to a file."""
    schema, rows, size = arrow_schema(view), 0, 0
    with path.open("wb") as sink, _writer(sink, schema) as writer:
        for table in _row_groups(schema, iter(records)):
            writer.write_table(table, row_group_size=ROW_GROUP)
            rows, size = rows + table.num_rows, size + table.nbytes
        for key in _CHUNKING_KEYS:
            writer.add_key_value_metadata({key: json.dumps(_CHUNKING)})
    return Written(rows, size)


def rows_in(path: Path) -> int:
    """Read how many rows a parquet file holds."""
    rows: int = pq.read_metadata(path).num_rows
    return rows


def arrow_schema(view: View) -> Any:
    """Say the columns of a view in Arrow.

    Everything is nullable and a label is an int64: `datasets` drops the names of any other kind without a word.
    """
    fields = [pa.field(column.name, _arrow_type(column.type)) for column in view.columns]
    return pa.schema(fields, metadata={"huggingface": json.dumps(metadata(view), ensure_ascii=False)})


def _arrow_type(type_: Type) -> Any:
    if isinstance(type_, Scalar):
        return _SCALARS[type_.dtype]
    if isinstance(type_, Choice):
        return pa.int64()
    if isinstance(type_, Struct):
        return pa.struct([pa.field(column.name, _arrow_type(column.type)) for column in type_.columns])
    return pa.list_(_arrow_type(type_.of))


def _row_groups(schema: Any, records: Iterator[Record]) -> Iterator[Any]:
    while batches := list(_batches(schema, islice(records, ROW_GROUP))):
        yield pa.Table.from_batches(batches, schema).combine_chunks()


def _batches(schema: Any, records: Iterator[Record]) -> Iterator[Any]:
    while batch := list(islice(records, BATCH)):
        columns = [pa.array([record[field.name] for record in batch], field.type) for field in schema]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _writer(sink: Any, schema: Any) -> Any:
    return pq.ParquetWriter(
        sink,
        schema,
        version="2.6",
        compression="zstd",
        write_page_index=True,
        use_content_defined_chunking=_CHUNKING,
    )
