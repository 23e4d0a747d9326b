"""A mapping of columns becomes a reading: which columns hold the text, its id, title, address, times and licence.

Enters: the options, a source, rows with the place of each. Leaves: readings and rejects. Opens no file but to cut
it into lines. What a record says twice comes out once; what it says otherwise under the same id is refused.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO

from builder.errors import Rejected, UsageError
from builder.model import Reject
from builder.offset_map import OffsetMap
from builder.reading import About, Extract, Reading, Source
from builder.tiling import Laying

LONGEST = 8 * 2**20
"""Bytes of one record; a longer one is refused rather than read into memory."""

_NAMES = {
    "text": ("text", "content", "body", "article", "document"),
    "id": ("id",),
    "title": ("title", "headline"),
    "url": ("url",),
    "published": ("published", "date", "publish_time"),
    "fetched": ("fetched",),
    "licence": ("license", "licence"),
}
_HALF_PAIR = re.compile("[\ud800-\udfff]")
_SHOWN = 60
_NOT_TEXT = "outside the text"
ODD_COLUMN = "column-type"
"""The flag of a record of which one column could not be understood; its raw text holds it."""

Locate = Callable[[str], Extract | None]
"""Finds the text of a named column in the raw text of its record."""


@dataclass(frozen=True, slots=True)
class Line:
    """Bytes [start, end) of a file, their newline left out; `content` is None when they are too many."""

    start: int
    end: int
    content: bytes | None

    @property
    def record(self) -> str:
        """Say which part of the file it is."""
        return f"bytes {self.start}-{self.end}"


@dataclass(frozen=True, slots=True)
class Columns:
    """The names under which each thing is looked for, the first found one counting."""

    names: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, options: Mapping[str, str]) -> Columns:
        """Read the options: `text`, `id`, `title`, `url`, `published`, `fetched`, `licence` name a column each.

        Raises:
            UsageError: an option is not known.
        """
        if unknown := sorted(set(options) - set(_NAMES)):
            raise UsageError(f"unknown option {unknown[0]!r}; known: {', '.join(_NAMES)}")
        return cls({what: (options[what],) if what in options else names for what, names in _NAMES.items()})

    def find(self, what: str, row: Mapping[str, object]) -> str | None:
        """Find the column that holds this, else one that is there and empty, else None."""
        there = [name for name in self.names[what] if row.get(name) is not None]
        return next((name for name in there if row[name] != ""), there[0] if there else None)

    @property
    def known(self) -> list[str]:
        """List every name that says something to us."""
        return sorted({name for names in self.names.values() for name in names})

    def wanted(self, header: Sequence[str]) -> list[str]:
        """Choose the columns of a table that say something to us, in its order.

        Raises:
            Rejected: one is there twice, or none holds the text.
        """
        wanted = [name for name in header if name in self.known]
        if twice := [name for name in wanted if 1 < wanted.count(name)]:
            raise Rejected(f"the header names the column {twice[0]!r} twice", "E_HEADER")
        if not set(self.names["text"]) & set(wanted):
            names = ", ".join(self.names["text"])
            raise Rejected(f"the header {', '.join(map(shown, header[:9]))} names none of {names}", "E_HEADER")
        return wanted


class Records:
    """The records of one source while they are read; it remembers which ids came."""

    def __init__(self, source: Source, columns: Columns) -> None:
        """Take the source and its columns."""
        self.source = source
        self._columns = columns
        self._seen: dict[bytes, bytes] = {}

    def reject(self, record: str, error: Rejected) -> Reject:
        """Refuse a record."""
        return Reject("ingest", f"{self.source.path}#{record}", error.code, str(error), record)

    def read(self, row: Mapping[str, object], record: str, raw: str, locate: Locate) -> Iterator[Reading | Reject]:
        """Make the reading of a row, a reject, or nothing when the same was read before under the same id."""
        try:
            reading = self._reading(row, record, raw, locate)
            if self._is_new(reading):
                yield reading
        except Rejected as error:
            yield self.reject(record, error)

    def _reading(self, row: Mapping[str, object], record: str, raw: str, locate: Locate) -> Reading:
        column = self._columns.find("text", row)
        if column is None:
            raise Rejected(f"no text in any of the columns {', '.join(self._columns.names['text'])}", "E_NO_TEXT")
        check_text(row[column], column)
        said = {what: self._said(what, row) for what in _NAMES if what != "text"}
        odd = any(value is None for value in said.values())
        key, title, url, published, fetched, licence = (value or "" for value in said.values())
        return Reading(
            source=self.source,
            text=raw,
            record=record,
            title=title,
            about=About(key, url, published, fetched, licence),
            extract=locate(column),
            flags=(ODD_COLUMN,) if odd else (),
        )

    def _said(self, what: str, row: Mapping[str, object]) -> str | None:
        """Give what a record says of itself; empty where it says nothing, None where it cannot be understood."""
        column = self._columns.find(what, row)
        value = row[column] if column else ""
        if isinstance(value, int) and not isinstance(value, bool) and what == "id":
            value = str(value)
        if what in ("published", "fetched"):
            return _time(value)
        if not isinstance(value, str):
            if what == "id":
                raise Rejected(f"column {shown(column or what)} holds a {_kind(value)}, not an id", "E_ID")
            return None
        _check_pairs(value, column or what)
        return value.strip()

    def _is_new(self, reading: Reading) -> bool:
        """Whether nothing came under this id yet.

        Raises:
            Rejected: something else did.
        """
        about = reading.about
        if not about.key:
            return True
        text = reading.extract.text if reading.extract else reading.text
        content = _digest(reading.title, about.url, about.published, about.licence, text)
        known = self._seen.setdefault(_digest(about.key), content)
        if known is content:
            return True
        if known != content:
            raise Rejected(f"another record has the id {shown(about.key)} and says something else", "E_DUP_ID")
        return False


def check_text(value: object, column: str) -> None:
    """Look at the value of the text column.

    Raises:
        Rejected: it is no text, empty, or holds half a character.
    """
    if not isinstance(value, str):
        raise Rejected(f"column {shown(column)} holds a {_kind(value)}, not text", "E_FIELD")
    _check_pairs(value, column)
    if not any(character.isprintable() and character != " " for character in value):
        raise Rejected(f"column {shown(column)} holds no text", "E_EMPTY")


def extract_of(raw: str, start: int, end: int, escape: re.Pattern[str], meaning: Callable[[str], str]) -> Extract:
    """Take raw [start, end) as text: what matches `escape` stands for its meaning, all else for itself."""
    laying = Laying()
    at = start
    for match in escape.finditer(raw, start, end):
        if at < match.start():
            laying.copy(at, match.start())
        laying.block(meaning(match[0]), match.span())
        at = match.end()
    if at < end:
        laying.copy(at, end)
    around = [edge for low, high in ((0, start), (end, len(raw))) if low < high for edge in (low, high)]
    offsets = OffsetMap.laid(len(raw), laying.tiling(), {_NOT_TEXT: around})
    return Extract(offsets.replay(raw), offsets)


def lines_of(file: BinaryIO, longest: int) -> Iterator[Line]:
    """Cut a file at its newlines; of a line with more bytes than `longest` only the place is told."""
    start = file.tell()
    while content := file.readline(longest + 1):
        length, last = len(content), content
        while not last.endswith(b"\n") and (last := file.readline(2**20)):
            length += len(last)
        ended = int(content.endswith(b"\n") or last.endswith(b"\n"))
        fits = length - ended <= longest
        yield Line(start, start + length - ended, content.removesuffix(b"\n") if fits else None)
        start += length


def decoded(content: bytes, start: int) -> str:
    """Decode a record that begins at this byte of its file.

    Raises:
        Rejected: it is not UTF-8.
    """
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        where = f"byte {start + error.start} (0x{content[error.start]:02x})"
        raise Rejected(f"not UTF-8 at {where}", "E_ENCODING") from error


def shown(name: str) -> str:
    """Write a name that stands in a file so that it can be shown and stored, and is not long."""
    return ascii(name[:_SHOWN]) if _HALF_PAIR.search(name) else repr(name[:_SHOWN])


def _check_pairs(value: str, column: str) -> None:
    if found := _HALF_PAIR.search(value):
        raise Rejected(f"column {shown(column)} holds half a surrogate pair, U+{ord(found[0]):04X}", "E_SURROGATE")


def _time(value: object) -> str | None:
    """Write a time as ISO 8601, with an offset from UTC only if one is stated."""
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, str):
        return None
    for parse in (date.fromisoformat, datetime.fromisoformat):
        try:
            return parse(value.strip()).isoformat()
        except ValueError:
            continue
    return None if value.strip() else ""


def _kind(value: object) -> str:
    return {"bool": "truth value", "int": "number", "float": "number", "dict": "object"}.get(
        type(value).__name__, type(value).__name__
    )


def _digest(*parts: str) -> bytes:
    packed = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(packed, digest_size=16).digest()
