"""Files and archive members as blobs: bytes with a name, a size and a sha256. Reads, never writes."""

from __future__ import annotations

import hashlib
import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from builder.errors import Rejected
from builder.model import shown_path
from builder.ports import Blob
from builder.reading import Source

_BLOCK = 2**20


class File:
    """A file on disk."""

    depth = 0
    container = ""

    def __init__(self, path: Path, name: str = "") -> None:
        """Take a path, and the name under which it is known."""
        self.path = path
        self.name = name or shown_path(path)

    @cached_property
    def size(self) -> int:
        """Count the bytes.

        Raises:
            Rejected: it is not a regular file, or cannot be looked at.
        """
        with _mishaps():
            found = os.stat(self.path)
        if not stat.S_ISREG(found.st_mode):
            raise Rejected("not a regular file", "E_IO")
        return found.st_size

    @cached_property
    def sha256(self) -> str:
        """Name the bytes."""
        return digest_of(self)

    def open(self) -> BinaryIO:
        """Open the bytes; a pipe or device is refused, so that nothing waits for it."""
        assert 0 <= self.size
        with _mishaps():
            return self.path.open("rb")


class Member:
    """A member of an archive, its bytes in memory."""

    def __init__(self, name: str, content: bytes, within: Blob) -> None:
        """Take its path inside the archive, and the archive."""
        self.name = f"{within.name}!/{name}"
        self.content = content
        self.size = len(content)
        self.depth = within.depth + 1
        self.container = within.sha256

    @cached_property
    def sha256(self) -> str:
        """Name the bytes."""
        return hashlib.sha256(self.content).hexdigest()

    def open(self) -> BinaryIO:
        """Open the bytes."""
        return io.BytesIO(self.content)


def content_of(blob: Blob, largest: int) -> bytes:
    """Read a whole blob.

    Raises:
        Rejected: it is larger than so many bytes, or cannot be read.
    """
    if largest < blob.size:
        raise Rejected(f"larger than {largest // 2**20} MiB; split it first", "E_TOO_LARGE")
    with _mishaps(), blob.open() as file:
        return file.read(largest)


def head_of(blob: Blob, length: int = 4096) -> bytes:
    """Read how a blob begins."""
    with _mishaps(), blob.open() as file:
        return file.read(length)


def digest_of(blob: Blob) -> str:
    """Compute the sha256 of a blob, a block at a time."""
    digest = hashlib.sha256()
    with _mishaps(), blob.open() as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def source_of(blob: Blob, media_type: str, *, encoding: str = "", declared: str = "", parser: str = "") -> Source:
    """Say what a reader found out about a blob."""
    return Source(
        sha256=blob.sha256,
        path=blob.name,
        size=blob.size,
        encoding=encoding,
        media_type=media_type,
        declared_encoding=declared,
        parser=parser,
        container=blob.container,
    )


@contextmanager
def _mishaps() -> Iterator[None]:
    """Make a reject of what the operating system refuses."""
    try:
        yield
    except OSError as error:
        raise Rejected(f"cannot be read: {error.strerror}", "E_IO") from error
