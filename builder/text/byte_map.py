"""Bytes and the text they were read as enter; the bytes behind any characters of it leave.

Pure. One offset is kept for a stretch of characters; the rest is measured by writing the stretch again, which is
checked once for every byte. Where writing does not give the same bytes, each character has its own offset.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from builder.errors import BrokenError

_STRETCH = 256
_MARKS = "\u0300\u0301\u0304\u030c\u02e5\u02e9\u309a"
"""What Big5-HKSCS and JIS X 0213 write together with the letter before it, as one character."""

_WIDEST = 8


@dataclass(frozen=True, slots=True)
class ByteMap:
    """Where each character of a text begins in its bytes."""

    text: str
    encoding: str
    characters: array[int]
    """Where each stretch of characters begins in the text, then its length."""
    offsets: array[int]
    """Where each stretch begins in the bytes, then their count."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Give the bytes [low, high) of characters [start, end); of two that share bytes each has them all."""
        if not 0 <= start <= end <= len(self.text):
            raise BrokenError(f"[{start}, {end}) lies outside a text of {len(self.text)} characters")
        low, high = self._offset(start), self._offset(end)
        while start < end and end < len(self.text) and high == self._offset(end - 1):
            end += 1
            high = self._offset(end)
        return low, high

    def _offset(self, at: int) -> int:
        stretch = bisect_right(self.characters, at) - 1
        before = self.text[self.characters[stretch] : at]
        return self.offsets[stretch] + (len(_written(before, self.encoding) or b"") if before else 0)


def byte_map(raw: bytes, text: str, encoding: str) -> ByteMap:
    """Find the bytes of every character.

    Raises:
        BrokenError: the text is not what these bytes say in this encoding.

    """
    characters, offsets, start, at = array("q"), array("q"), 0, 0
    while start < len(text):
        end = start + _STRETCH + (text[start + _STRETCH : start + _STRETCH + 1] in _MARKS)
        written = _written(text[start:end], encoding)
        if written is not None and raw.startswith(written, at):
            characters.append(start)
            offsets.append(at)
            at += len(written)
        else:
            for place, low, high in _measured(raw, at, text[start:end], encoding):
                characters.append(start + place)
                offsets.append(low)
                at = high
        start = end
    if at != len(raw):
        raise BrokenError(f"the text ends at byte {at} of {len(raw)}")
    characters.append(len(text))
    offsets.append(at)
    return ByteMap(text, encoding, characters, offsets)


def _written(text: str, encoding: str) -> bytes | None:
    """Write a text again; nothing if that cannot be done character by character."""
    try:
        written = text.encode(encoding, "surrogateescape")
    except UnicodeEncodeError:
        return None
    shares = encoding in ("big5hkscs", "euc_jis_2004", "shift_jis_2004", "euc_jisx0213", "shift_jisx0213")
    return None if shares and any(mark in text for mark in _MARKS) else written


def _measured(raw: bytes, at: int, text: str, encoding: str) -> Iterator[tuple[int, int, int]]:
    """Yield the place, first byte and end of each character, found by reading ever more bytes."""
    place = 0
    while place < len(text):
        width, count = _read_at(raw, at, text[place : place + 2], encoding)
        for shared in range(count):
            yield place + shared, at, at + width
        place, at = place + count, at + width


def _read_at(raw: bytes, at: int, text: str, encoding: str) -> tuple[int, int]:
    """Find how many bytes say the first character, or it and the next."""
    if "\udc00" <= text[0] <= "\udcff" and raw[at : at + 1] == bytes((ord(text[0]) - 0xDC00,)):
        return 1, 1
    for width in range(1, _WIDEST):
        try:
            said = raw[at : at + width].decode(encoding)
        except UnicodeDecodeError:
            continue
        if said and said in (text[:1], text):
            return width, len(said)
    raise BrokenError(f"{text[:1]!r} is not what byte {at} says in {encoding}")
