"""A Parquet file becomes one reading per row, a row group at a time.

The raw text of a row is its text value as it is stored: no map can lead further into compressed columns. A damaged
row group is refused with its rows, a bad row by itself, and the rest goes on. What swells like a bomb is cut off.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO

from builder.errors import Rejected
from builder.model import Reject
from builder.ports import Blob, Reader
from builder.readers.arrow_rows import FREE, Row, Rows, parquet_rows, version
from builder.readers.blobs import head_of, source_of
from builder.readers.inflating import RATIO
from builder.readers.records import Columns, Records, extract_of
from builder.readers.sniffing import media_type_of
from builder.reading import Reading

_NOTHING = re.compile(r"(?!)")
_ROW = 64
"""Bytes that a row counts besides its text, so that rows without text are counted too."""
_PARQUET = "application/vnd.apache.parquet"


class Table:
    """Read files of rows in columns."""

    def __init__(
        self,
        name: str,
        suffixes: Mapping[str, str],
        rows: Callable[[BinaryIO, Columns], Rows],
        columns: Columns,
    ) -> None:
        """Take the file endings with their media types, what makes rows of a file, and the names of the columns."""
        self.name = name
        self.suffixes = frozenset(suffixes)
        self.media_types = frozenset(suffixes.values())
        self._rows = rows
        self._columns = columns

    def read(self, blob: Blob) -> Iterator[Reading | Reject]:
        """Yield the rows in order.

        Raises:
            Rejected: there is none, the file is damaged, or it holds no column for the text.
        """
        kind = media_type_of(head_of(blob))
        kind = kind if kind in self.media_types else min(self.media_types)
        found = Records(source_of(blob, kind, encoding="utf-8", parser=version()), self._columns)
        left = None
        with blob.open() as file:
            for place, row in self._rows(file, self._columns):
                left = (max(FREE, RATIO * blob.size) if left is None else left) - _ROW
                text = self._text(row) if isinstance(row, dict) else ""
                if (left := left - len(text)) < 0:
                    raise Rejected(f"becomes more than {RATIO} times its size by {place}", "E_BOMB")
                yield from self._read(row, text, place, found)
        if left is None:
            raise Rejected("the file holds no record", "E_EMPTY")

    def _text(self, row: Row) -> str:
        value = row.get(self._columns.find("text", row) or "")
        return value if isinstance(value, str) else ""

    def _read(self, row: Row | Rejected, raw: str, place: str, found: Records) -> Iterator[Reading | Reject]:
        if isinstance(row, Rejected):
            yield found.reject(place, row)
            return
        yield from found.read(row, place, raw, lambda _: extract_of(raw, 0, len(raw), _NOTHING, str))


def build(options: Mapping[str, str]) -> Reader:
    """Make the reader; the options name the columns, see `Columns.of`."""
    return Table("parquet", {".parquet": _PARQUET}, parquet_rows, Columns.of(options))
