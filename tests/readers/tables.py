"""Reading tables in tests: what came out of a file of records, and what was refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from builder.model import Reject
from builder.ports import Reader
from builder.readers.blobs import File
from builder.reading import Reading


def read(reader: Reader, path: Path, content: bytes | None = None) -> Iterator[Reading | Reject]:
    """Read a file under its bare name, written first if its content is given."""
    if content is not None:
        path.write_bytes(content)
    for part in reader.read(File(path, path.name)):
        assert isinstance(part, Reading | Reject)
        yield part


def text_of(reading: Reading) -> str:
    """Give the text of a record, its map replayed."""
    if reading.extract is None:
        return reading.text
    assert reading.extract.text == reading.extract.offsets.replay(reading.text)
    return reading.extract.text


def outcome(reader: Reader, path: Path, content: bytes | None = None) -> list[str]:
    """Say for each record its text, or the code with which it was refused."""
    return [text_of(p) if isinstance(p, Reading) else p.code for p in read(reader, path, content)]
