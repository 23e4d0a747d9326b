"""Parquet and Arrow bytes, made in memory."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Columns = Mapping[str, Sequence[Any] | pa.Array]


def parquet(columns: Columns, group: int = 100, **options: Any) -> bytes:
    """Write columns as a Parquet file with row groups of so many rows."""
    packed = io.BytesIO()
    pq.write_table(pa.table(dict(columns)), packed, row_group_size=group, **options)
    return packed.getvalue()


def arrow(columns: Columns, batch: int = 100, *, directory: bool = False) -> bytes:
    """Write columns as an Arrow stream, or file with a directory, in batches of so many rows."""
    table, packed = pa.table(dict(columns)), io.BytesIO()
    with (pa.ipc.new_file if directory else pa.ipc.new_stream)(packed, table.schema) as writer:
        writer.write_table(table, max_chunksize=batch)
    return packed.getvalue()
