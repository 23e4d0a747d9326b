"""Parquet and Arrow bytes become rows, a batch at a time; the readers' one place that knows pyarrow.

Enters: an open file, the columns that are wanted. Leaves: rows of plain Python values, each with its place, and
what could not be read, with the places it covers. Only wanted columns are decoded; every one is checked before its
values are touched, so that damaged bytes are refused and never followed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from os import SEEK_END
from typing import Any, BinaryIO

from builder.errors import Rejected
from builder.readers import records
from builder.readers.inflating import RATIO
from builder.readers.records import Columns, decoded

Row = dict[str, object]
Rows = Iterator[tuple[str, Row | Rejected]]
"""The place of each row (`row 0` is the first) or of several (`rows 50-100`, half-open), and what stands there."""

BATCH = 256
"""Rows that are held at a time."""
FREE = 64 * 2**20
"""Bytes that any file may become."""
_SHOWN = 200


class Unknown:
    """A value that Python has no counterpart for."""


def version() -> str:
    """Name what reads."""
    import pyarrow

    return f"pyarrow {pyarrow.__version__}"


def parquet_rows(file: BinaryIO, columns: Columns) -> Rows:
    """Read a Parquet file; of a damaged row group the places are told, and the next is read.

    Raises:
        Rejected: it is damaged, or holds no column for the text.
    """
    with _refusals():
        import pyarrow.parquet as pq

        said = pq.read_metadata(file)
        header = said.schema.to_arrow_schema()
        wanted = columns.wanted(header.names)
        # A text that stands there often is held once.
        often = [name for name in wanted if str(header.field(name).type) in _BYTES]
        opened = pq.ParquetFile(
            file, metadata=said, read_dictionary=often, pre_buffer=False, page_checksum_verification=True
        )
        groups = [said.row_group(number) for number in range(said.num_row_groups)]
        most = max(FREE, RATIO * file.seek(0, SEEK_END))
    start = at = 0
    for number, group in enumerate(groups):
        # A length that is not true must not give two rows one place.
        start, end = max(at, start), max(at, start) + max(0, group.num_rows)
        at = start
        # What each column says of itself must not be asked for: pyarrow 26 ends the process where that is damaged.
        if most < group.total_byte_size:
            yield f"rows {start}-{end}", Rejected("swells too much when it is unpacked", "E_BOMB")
            start = end
            continue
        batches = opened.iter_batches(BATCH, row_groups=[number], columns=wanted, use_threads=False)
        for place, row in _rows(batches, wanted, start, str(end)):
            at += 1
            yield place, row
        start = end


def arrow_rows(file: BinaryIO, columns: Columns) -> Rows:
    """Read an Arrow stream, or an Arrow file with its directory; behind a damaged batch nothing more is read.

    Raises:
        Rejected: it is damaged, or holds no column for the text.
    """
    with _refusals():
        import pyarrow as pa

        has_directory = file.read(8) == b"ARROW1\0\0"
        file.seek(0)
        opened = pa.ipc.open_file(file) if has_directory else pa.ipc.open_stream(file)
        wanted = columns.wanted(opened.schema.names)
    numbers = range(opened.num_record_batches) if has_directory else ()
    yield from _rows(map(opened.get_batch, numbers) if has_directory else iter(opened), wanted, 0, "")


def _rows(batches: Iterator[Any], wanted: Sequence[str], start: int, end: str) -> Rows:
    at = start
    while True:
        try:
            with _refusals():
                batch = next(batches, None)
                columns = [] if batch is None else [_values(batch.column(name)) for name in wanted]
        except Rejected as error:
            yield f"rows {at}-{end}", error
            return
        if batch is None:
            return
        for values in zip(*columns, strict=True):
            wrong = next((value for value in values if isinstance(value, Rejected)), None)
            yield f"row {at}", wrong or dict(zip(wanted, values, strict=True))
            at += 1


def _values(column: Any) -> list[object]:
    """Give the values of a column; one that is unfit is an error in its place."""
    import pyarrow as pa

    kind, types = column.type, pa.types
    if isinstance(kind, pa.BaseExtensionType):
        return _values(column.storage)
    column.validate()
    if types.is_dictionary(kind):
        return _looked_up(column)
    if bytes_of := _BYTES.get(str(kind)):
        column = column.view(bytes_of(pa))
        column.validate(full=True)
        return [_text(value.as_buffer()) for value in column]
    if types.is_nested(kind):
        return [({} if types.is_struct(kind) else []) if valid else None for valid in column.is_valid().to_pylist()]
    if types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind):
        return [b"" if valid else None for valid in column.is_valid().to_pylist()]
    column.validate(full=True)
    if types.is_timestamp(kind) and kind.unit == "ns":
        column = column.cast(pa.timestamp("us", kind.tz), safe=False)
    return [_plain(value) for value in column]


# Text is looked at as bytes, so that one value that is not UTF-8 is refused and not its whole batch.
_BYTES: dict[str, Callable[[Any], Any]] = {
    "string": lambda pa: pa.binary(),
    "large_string": lambda pa: pa.large_binary(),
    "string_view": lambda pa: pa.binary_view(),
}


def _looked_up(column: Any) -> list[object]:
    """Give the values of a column that holds places in a list of values."""
    import pyarrow as pa

    column.indices.validate(full=True)
    places = column.indices.to_pylist()
    used = sorted({place for place in places if place is not None})
    column.dictionary.validate()
    # Taking refuses a place that is not there.
    known = dict(zip(used, _values(column.dictionary.take(pa.array(used, pa.int64()))), strict=True))
    return [None if place is None else known[place] for place in places]


def _text(content: Any) -> str | Rejected | None:
    if content is None:
        return None
    if records.LONGEST < content.size:
        return Rejected(f"larger than {records.LONGEST // 2**20} MiB", "E_TOO_LARGE")
    try:
        return decoded(content.to_pybytes(), 0)
    except Rejected as error:
        return error


def _plain(value: Any) -> object:
    """Give a number, a truth value or a time; a time outside the calendar or in no known zone is unknown."""
    import pyarrow as pa

    try:
        return value.as_py()
    except (pa.ArrowException, ValueError, OverflowError, LookupError):
        return Unknown()


@contextmanager
def _refusals() -> Iterator[None]:
    """Make a reject of what pyarrow refuses."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, ValueError, OverflowError, LookupError, MemoryError) as error:
        reason = ascii(" ".join(str(error).split())[:_SHOWN])[1:-1] or type(error).__name__
        raise Rejected(f"damaged: {reason}", "E_CORRUPT") from error
