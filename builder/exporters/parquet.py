"""Record batches become parquet bytes, the same on every machine.

Batches and row groups of one size, one thread per file, no clock: equal rows give equal bytes under one version of
pyarrow. Import this module where it is used: pyarrow is slow to import.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from builder.exporters.features import View
from builder.exporters.tables import arrow_schema

ROW_GROUP = 25_000
BATCH = 5_000
"""How many rows stand in a row group, and how many are worked on at once; the second divides the first.

Both reach the bytes: pages may end where batches do.
"""
# What `datasets` itself uses. Its own key and the one the Hub looks for differ, hence both are written.
_CHUNKING = {"min_chunk_size": 262_144, "max_chunk_size": 1_048_576, "norm_level": 0}
_CHUNKING_KEYS = ("content_defined_chunking", "use_content_defined_chunking")

VERSION: str = pa.__version__


@dataclass(slots=True)
class ViewFile:
    """A file of one view and split while it is written: how many rows it holds, and their bytes as Arrow."""

    writer: Any
    rows: int = 0
    bytes: int = 0

    def write(self, batches: Sequence[Any]) -> None:
        """Write the next row group, as batches that are full, unless they are the last."""
        pa.default_memory_pool().release_unused()  # what making the batches left: it takes milliseconds
        group = pa.Table.from_batches(batches)
        self.writer.write_table(group, row_group_size=ROW_GROUP)
        self.rows, self.bytes = self.rows + group.num_rows, self.bytes + group.nbytes


@contextmanager
def opened(path: Path, view: View) -> Iterator[ViewFile]:
    """Open a new file; it is whole when this ends."""
    with path.open("wb") as sink, _writer(sink, arrow_schema(view)) as writer:
        yield ViewFile(writer)
        for key in _CHUNKING_KEYS:
            writer.add_key_value_metadata({key: json.dumps(_CHUNKING)})


def rows_in(path: Path) -> int:
    """Read how many rows a parquet file holds."""
    rows: int = pq.read_metadata(path).num_rows
    return rows


def _writer(sink: Any, schema: Any) -> Any:
    return pq.ParquetWriter(
        sink,
        schema,
        version="2.6",
        compression="zstd",
        write_page_index=True,
        use_content_defined_chunking=_CHUNKING,
    )
