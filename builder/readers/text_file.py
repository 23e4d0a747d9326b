"""A UTF-8 text file becomes a reading; its decoded characters, byte order mark included, are the raw text.

Reads bytes, never lines: no newline is translated and no character is lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from builder.errors import Rejected
from builder.ports import Blob, Reader
from builder.readers.blobs import content_of, source_of
from builder.reading import Reading

LARGEST = 64 * 2**20
"""Bytes; a larger text file is refused rather than read into memory."""


class TextFile:
    """Read `.txt` and `.md` files."""

    name = "text"
    suffixes = frozenset({".txt", ".text", ".md", ""})
    media_types = frozenset({"text/plain"})

    def read(self, blob: Blob) -> Iterator[Reading]:
        """Read one file.

        Raises:
            Rejected: it is empty, too large, not readable or not UTF-8.
        """
        text = _decoded(content_of(blob, LARGEST))
        if not any(character.isprintable() and character != " " for character in text):
            raise Rejected("the file holds no text", "E_EMPTY")
        yield Reading(source_of(blob, "text/plain", encoding="utf-8"), text)


def build(options: Mapping[str, str]) -> Reader:
    """Make the reader; it takes no options."""
    return TextFile()


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        where = f"byte {error.start} (0x{raw[error.start]:02x})"
        reason = f"not UTF-8 at {where}; convert it first, e.g. iconv -f GB18030 -t UTF-8"
        raise Rejected(reason, "E_ENCODING") from error
