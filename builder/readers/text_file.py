"""A text file in any usual encoding becomes a reading; its decoded characters, its mark included, are the raw text.

Reads bytes, never lines: no newline is translated and no character is lost. A long file becomes several readings, each
a stretch of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from builder.ports import Blob, Reader
from builder.readers.blobs import content_of, source_of
from builder.reading import Reading
from builder.text.encoding import decode
from builder.text.parts import parts_of

LARGEST = 128 * 2**20
"""Bytes; a larger text file is refused rather than read into memory."""


class TextFile:
    """Read `.txt` and `.md` files."""

    name = "text"
    suffixes = frozenset({".txt", ".text", ".md", ""})
    media_types = frozenset({"text/plain"})

    def read(self, blob: Blob) -> Iterator[Reading]:
        """Read one file.

        Raises:
            Rejected: it is empty, too large, not readable, or in no encoding or in several.
        """
        decoded = decode(content_of(blob, LARGEST))
        source = source_of(blob, "text/plain", encoding=decoded.encoding)
        for start, end, is_torn in parts_of(decoded.text):
            record = f"characters {start}-{end}" if end - start < len(decoded.text) else ""
            flags = (*decoded.flags, "torn") if is_torn else decoded.flags
            text = decoded.text[start:end]
            if text.strip():
                yield Reading(source, text, record, flags=flags, start=start)


def build(options: Mapping[str, str]) -> Reader:
    """Make the reader; it takes no options."""
    return TextFile()
