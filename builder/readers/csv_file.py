"""A CSV or TSV file with a header becomes one reading per row, quoted newlines and all.

A row that breaks the rules is refused with its first line, and reading goes on with the next: a quote that is
never closed does not swallow the rest. The raw text of a row is its lines as they stand.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import PurePath
from typing import BinaryIO, NamedTuple

from builder.errors import Rejected
from builder.model import Reject
from builder.ports import Blob, Reader
from builder.readers import records
from builder.readers.blobs import source_of
from builder.readers.in_utf8 import InUtf8, in_utf8, placed
from builder.readers.records import Columns, Records, decoded, extract_of
from builder.reading import Extract, Reading

_DELIMITERS = ",;\t|"
_QUOTED = re.compile(r'"[^"]*+"?')
_DOUBLED = re.compile('""')
_TYPES = {".csv": "text/csv", ".tsv": "text/tab-separated-values"}


class _Row(NamedTuple):
    """Bytes [start, end) of a file, newline left out, their text, and the fields in it; or what is wrong."""

    start: int
    end: int
    text: str
    fields: Sequence[str]
    error: Rejected | None = None

    @property
    def record(self) -> str:
        return f"bytes {self.start}-{self.end}"


class CsvFile:
    """Read `.csv` and `.tsv` files."""

    name = "csv"
    suffixes = frozenset(_TYPES)
    media_types = frozenset(_TYPES.values())

    def __init__(self, columns: Columns) -> None:
        """Take the names of the columns."""
        self._columns = columns

    def read(self, blob: Blob) -> Iterator[Reading | Reject]:
        """Yield the rows in order.

        Raises:
            Rejected: there is none, or the header is unfit.
        """
        kind = _TYPES.get(PurePath(blob.name).suffix.lower(), "text/csv")
        table = in_utf8(blob)
        encoding = table.encoding if isinstance(table, InUtf8) else "utf-8"
        found = Records(source_of(blob, kind, encoding=encoding), self._columns)
        yield from placed(self._parts(table, kind, found), table)

    def _parts(self, table: Blob, kind: str, found: Records) -> Iterator[Reading | Reject]:
        with table.open() as file:
            delimiter = "\t" if kind == _TYPES[".tsv"] else _delimiter(file)
            rows = _rows(file, delimiter)
            header = self._header(next(rows, None))
            is_empty = True
            for row in rows:
                is_empty = False
                yield from _read(row, header, delimiter, found)
        if is_empty:
            raise Rejected("the file holds no record", "E_EMPTY")

    def _header(self, first: _Row | None) -> list[str]:
        """Read the names of the columns."""
        if first is None:
            raise Rejected("the file holds no record", "E_EMPTY")
        if first.error:
            raise first.error
        names = [name.strip() for name in first.fields]
        self._columns.wanted(names)
        return names


def build(options: Mapping[str, str]) -> Reader:
    """Make the reader; the options name the columns, see `Columns.of`."""
    return CsvFile(Columns.of(options))


def _read(row: _Row, header: Sequence[str], delimiter: str, found: Records) -> Iterator[Reading | Reject]:
    error = row.error
    if error is None and len(row.fields) != len(header):
        error = Rejected(f"{len(row.fields)} fields, the header has {len(header)}", "E_RAGGED")
    if error:
        yield found.reject(row.record, error)
        return
    values = dict(zip(header, row.fields, strict=True))
    spans = _spans(row.text, delimiter)
    yield from found.read(values, row.record, row.text, lambda column: _extract(row.text, spans[header.index(column)]))


def _rows(file: BinaryIO, delimiter: str) -> Iterator[_Row]:
    """Yield the rows that are not empty; after a broken one go on with the line after its first."""
    at = _past_mark(file)
    while row := _row(file, at, delimiter):
        if row.error or row.text.strip("\r\n\ufeff"):
            yield row
        at = row.end + 1
        file.seek(at)


def _row(file: BinaryIO, start: int, delimiter: str) -> _Row | None:
    """Read one row; None at the end."""
    lines: list[bytes] = []
    try:
        with _roomy():
            fields = next(csv.reader(_fed(file, lines), delimiter=delimiter, strict=True), None)
        if fields is None:
            return None
        content = b"".join(lines).removesuffix(b"\n")
        text = decoded(content, start)
        if fields and fields != [_value(text[low:high]) for low, high in _spans(text, delimiter)]:
            raise Rejected("its quotes can be read in two ways", "E_CSV")
        return _Row(start, start + len(content), text, fields)
    except csv.Error as error:
        return _broken(file, start, Rejected(f"not CSV: {error}", "E_CSV"))
    except Rejected as error:
        if error.code == "E_ENCODING":
            return _Row(start, start + len(b"".join(lines).removesuffix(b"\n")), "", (), error)
        return _broken(file, start, error)


def _broken(file: BinaryIO, start: int, error: Rejected) -> _Row:
    """Refuse the line that begins here."""
    file.seek(start)
    line = next(records.lines_of(file, 0))
    return _Row(start, line.end, "", (), error)


def _fed(file: BinaryIO, lines: list[bytes]) -> Iterator[str]:
    """Feed a row its lines, kept in `lines`; what is not UTF-8 is told later, when the whole row is known."""
    left = records.LONGEST + 1
    while line := file.readline(left):
        left -= len(line)
        if left <= 0 and not line.endswith(b"\n"):
            raise Rejected(f"larger than {records.LONGEST // 2**20} MiB, or a quote is never closed", "E_TOO_LARGE")
        lines.append(line)
        yield line.decode("utf-8", "surrogateescape")


@contextmanager
def _roomy() -> Iterator[None]:
    """Let a field be as long as a record; the limit is the whole process's, so it is put back."""
    before = csv.field_size_limit(2 * records.LONGEST)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _past_mark(file: BinaryIO) -> int:
    """Pass over a byte order mark; give where the first row begins."""
    file.seek(0)
    mark = file.read(3) == b"\xef\xbb\xbf"
    file.seek(3 if mark else 0)
    return 3 if mark else 0


def _delimiter(file: BinaryIO) -> str:
    """Tell the delimiter: the one that stands most often in the header, outside of quotes."""
    header = _QUOTED.sub("", file.readline(2**16).decode("utf-8", "replace"))
    return max(_DELIMITERS, key=header.count)


def _spans(text: str, delimiter: str) -> list[tuple[int, int]]:
    """Find the fields of a row, their quotes included."""
    field = re.compile(rf'(?:"(?:[^"]|"")*+"|[^{re.escape(delimiter)}\r\n]*+)(?={re.escape(delimiter)}|\r?\n?\Z)')
    spans: list[tuple[int, int]] = []
    at = 0
    while found := field.match(text, at):
        spans.append(found.span())
        at = found.end() + 1
        if text[found.end() : at] != delimiter:
            break
    return spans


def _value(field: str) -> str:
    return field[1:-1].replace('""', '"') if field.startswith('"') else field


def _extract(text: str, span: tuple[int, int]) -> Extract:
    """Take what stands between a field's quotes, if it has some: a doubled quote is a block, all else copies."""
    quote = int(text.startswith('"', span[0]))
    return extract_of(text, span[0] + quote, span[1] - quote, _DOUBLED if quote else re.compile(r"(?!)"), lambda _: '"')
