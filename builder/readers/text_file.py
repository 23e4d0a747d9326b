"""A UTF-8 text file becomes a reading; its decoded characters, byte order mark included, are the raw text.

Reads bytes, never lines: no newline is translated and no character is lost.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from builder.errors import Rejected
from builder.model import Source
from builder.ports import Reader, Reading

LARGEST = 64 * 2**20
"""Bytes; a larger text file is refused rather than read into memory."""


class TextFile:
    """Read `.txt` and `.md` files."""

    suffixes = frozenset({".txt", ".text", ".md"})

    def read(self, path: Path) -> Reading:
        """Read one file.

        Raises:
            Rejected: it is empty, too large, not readable or not UTF-8.
        """
        raw = _bytes_of(path)
        text = _decoded(raw)
        if not any(character.isprintable() and character != " " for character in text):
            raise Rejected("the file holds no text", "E_EMPTY")
        digest = hashlib.sha256(raw).hexdigest()
        return Reading(Source(digest, str(path), len(raw), "utf-8", "text/plain"), raw, text)


def build(options: Mapping[str, str]) -> Reader:
    """Make the reader; it takes no options."""
    return TextFile()


def _bytes_of(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise Rejected("not a regular file", "E_IO")
        if path.stat().st_size > LARGEST:
            raise Rejected(f"larger than {LARGEST // 2**20} MiB; split it first", "E_TOO_LARGE")
        return path.read_bytes()
    except OSError as error:
        raise Rejected(f"cannot be read: {error.strerror}", "E_IO") from error


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        where = f"byte {error.start} (0x{raw[error.start]:02x})"
        reason = f"not UTF-8 at {where}; convert it first, e.g. iconv -f GB18030 -t UTF-8"
        raise Rejected(reason, "E_ENCODING") from error
