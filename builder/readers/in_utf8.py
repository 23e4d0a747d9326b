"""A table in another encoding than UTF-8 becomes the same table in UTF-8, in memory. One in UTF-8 stays as it is."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from builder.errors import Rejected
from builder.model import Reject
from builder.ports import Blob
from builder.readers.blobs import content_of
from builder.reading import Reading
from builder.text.encoding import decode

LARGEST = 128 * 2**20
"""Bytes of a table that is not in UTF-8; it is held whole."""
_BLOCK = 2**20


@dataclass(frozen=True, slots=True)
class InUtf8:
    """A blob as it would be if it had been written in UTF-8; named as it is."""

    blob: Blob
    content: bytes
    encoding: str

    @property
    def name(self) -> str:
        """Say where it lies."""
        return self.blob.name

    @property
    def size(self) -> int:
        """Count the bytes in UTF-8."""
        return len(self.content)

    @property
    def depth(self) -> int:
        """Count the archives around it."""
        return self.blob.depth

    @property
    def container(self) -> str:
        """Give the sha256 of the archive around it."""
        return self.blob.container

    @property
    def sha256(self) -> str:
        """Name the bytes as they are."""
        return self.blob.sha256

    def open(self) -> BinaryIO:
        """Open the bytes in UTF-8."""
        return io.BytesIO(self.content)


def in_utf8(blob: Blob) -> Blob | InUtf8:
    """Give a table in UTF-8; one in which only single rows are damaged, or that is too large to be held, as it is."""
    if LARGEST < blob.size or _is_utf8(blob):
        return blob
    content = content_of(blob, LARGEST)
    if b"\0" not in content and not _is_other(content):
        return blob
    try:
        found = decode(content)
    except Rejected:
        return blob
    if found.encoding == "utf-8":
        return blob
    return InUtf8(blob, found.text.removeprefix("\ufeff").encode("utf-8", "surrogateescape"), found.encoding)


def _is_other(content: bytes) -> bool:
    """Whether most lines beyond ASCII are no UTF-8, and more than one is: else single rows are damaged."""
    lines = [line for line in content.split(b"\n") if not line.isascii()]
    bad = sum("\ufffd" in line.decode("utf-8", "replace") for line in lines)
    return 1 < bad and 2 * len(lines) <= 3 * bad


def placed(parts: Iterable[Reading | Reject], blob: Blob | InUtf8) -> Iterator[Reading | Reject]:
    """Say of each part that its bytes are those of the file in UTF-8, if that is not what the file is in."""
    for part in parts:
        if not isinstance(blob, InUtf8):
            yield part
        elif isinstance(part, Reading):
            yield replace(part, record=f"utf-8 {part.record}")
        else:
            subject = f"{blob.name}#utf-8 {part.place}" if part.place else part.subject
            yield replace(part, subject=subject, place=f"utf-8 {part.place}" if part.place else "")


def _is_utf8(blob: Blob) -> bool:
    """Whether a blob is UTF-8 to its end, and has no NUL, of which UTF-16 is full."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with blob.open() as file:
            while block := file.read(_BLOCK):
                if "\0" in decoder.decode(block):
                    return False
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
