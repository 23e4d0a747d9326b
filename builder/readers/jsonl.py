"""JSON lines become one reading per line; so do the records of a small JSON file that holds a list or an object.

A line is read by itself: a broken one is refused with its place and the rest goes on. The raw text of a record is
its line, and its map leads from the text back into it. An empty line is no record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePath

from builder.errors import Rejected
from builder.model import Reject
from builder.ports import Blob, Reader
from builder.readers import records
from builder.readers.blobs import content_of, head_of, source_of
from builder.readers.in_utf8 import InUtf8, in_utf8, placed
from builder.readers.json_text import Found, beginning, check_depth, columns_of, extract_at, parts_of
from builder.readers.records import Columns, Records, lines_of
from builder.readers.sniffing import media_type_of
from builder.reading import Reading

LARGEST = 16 * 2**20
"""Bytes of a JSON file that is not in lines; it is held whole."""
_IN_LINES = "application/jsonl"


class JsonLines:
    """Read `.jsonl`, `.ndjson` and small `.json` files."""

    name = "jsonl"
    suffixes = frozenset({".jsonl", ".ndjson", ".json"})
    media_types = frozenset({_IN_LINES, "application/json"})

    def __init__(self, columns: Columns) -> None:
        """Take the names of the columns."""
        self._columns = columns

    def read(self, blob: Blob) -> Iterator[Reading | Reject]:
        """Yield the records in order.

        Raises:
            Rejected: there is none, or the file is one line that is too long.
        """
        in_lines = PurePath(blob.name).suffix.lower() != ".json" or media_type_of(head_of(blob)) == _IN_LINES
        kind = _IN_LINES if in_lines else "application/json"
        table = in_utf8(blob)
        encoding = table.encoding if isinstance(table, InUtf8) else "utf-8"
        found = Records(source_of(blob, kind, encoding=encoding), self._columns)
        parts = placed(_lines(table, found) if in_lines else _whole(table, found), table)
        first = next(parts, None)
        if first is None:
            raise Rejected("the file holds no record", "E_EMPTY")
        yield first
        yield from parts


def build(options: Mapping[str, str]) -> Reader:
    """Make the reader; the options name the columns, see `Columns.of`."""
    return JsonLines(Columns.of(options))


def _lines(blob: Blob, found: Records) -> Iterator[Reading | Reject]:
    with blob.open() as file:
        for line in lines_of(file, records.LONGEST):
            if line.content is None:
                error = Rejected(f"larger than {records.LONGEST // 2**20} MiB", "E_TOO_LARGE")
                if blob.size <= line.end - line.start + 1:
                    raise error
                yield found.reject(line.record, error)
            elif line.content.strip(b" \t\r\xef\xbb\xbf"):
                yield from _record(line.content, line.start, found)


def _record(content: bytes, start: int, found: Records) -> Iterator[Reading | Reject]:
    """Read one record that stands at this byte of its file."""
    record = f"bytes {start}-{start + len(content)}"
    try:
        text = records.decoded(content, start)
        columns = columns_of(text)
    except Rejected as error:
        yield found.reject(record, error)
        return
    row = {name: value.value for name, value in columns.items()}
    yield from found.read(row, record, text, lambda column: extract_at(text, columns[column]))


def _whole(blob: Blob, found: Records) -> Iterator[Reading | Reject]:
    """Read a file that is one value: a list of records, an object of records, or one record."""
    content = content_of(blob, LARGEST)
    text = records.decoded(content, 0)
    start = beginning(text)
    if start == len(text):
        return
    check_depth(text)
    if text[start] not in "[{":
        raise Rejected("neither a list nor an object", "E_JSON")
    if text[start] == "{" and not _holds_records(text):
        yield from _record(content, 0, found)
        return
    at = place = 0
    try:
        for part in parts_of(text):
            place += len(text[at : part.start].encode())
            inner = text[part.start : part.end].encode()
            yield from _record(inner, place, found)
            at, place = part.end, place + len(inner)
    except Rejected as error:
        yield found.reject(f"bytes {place}-{len(content)}", error)


def _holds_records(text: str) -> bool:
    """Whether all values of an object are objects themselves."""
    try:
        parts: list[Found] = list(parts_of(text))
    except Rejected:
        return False
    return bool(parts) and all(isinstance(part.value, dict) for part in parts)
