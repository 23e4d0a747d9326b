"""A file of predictions made elsewhere becomes an index: a sentence enters, the file's rows for it leave.

JSON lines are read where they lie; Parquet is written out once as JSON lines to a nameless file that ends with the
index. What is held is 8 bytes per row and 12 per key of it, whatever the rows hold. Nothing is judged here but whether
a row is one.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from array import array
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import IO, Any

import numpy as np

from builder.errors import Rejected, UsageError
from builder.model import Reject, Sentence, text_digest

LONGEST = 16 * 2**20
"""Bytes of one row."""
_TOLD = 100
_BATCH = 256
_KEYS = ("sentence", "text", "text_sha256")


class Rows:
    """The rows of one file, found by the sentence they are for."""

    def __init__(self, path: Path) -> None:
        """Read the file once.

        Raises:
            UsageError: it is not there, or is no Parquet file although it says so.
        """
        self.path = path
        self.is_parquet = path.suffix == ".parquet"
        self.unread: list[Reject] = []
        self._file: IO[bytes] = _spooled(path) if self.is_parquet else _opened(path)
        self._starts = array("q", [0])
        keys, ranks = array("Q"), array("i")
        for rank, line in enumerate(iter(lambda: self._file.readline(LONGEST + 1), b"")):
            for key in self._keys_of(line, rank):
                keys.append(key)
                ranks.append(rank)
            self._starts.append(self._file.tell())
        order = np.argsort(np.frombuffer(keys, np.uint64), kind="stable")
        self._keys = np.frombuffer(keys, np.uint64)[order]
        self._ranks = np.frombuffer(ranks, np.int32)[order]

    def of(self, sentence: Sentence) -> Iterator[tuple[str, dict[str, Any]]]:
        """Find the rows for a sentence, each with its place, in the order of the file."""
        by_id, by_text = _key("sentence", sentence.id), _key("text_sha256", text_digest(sentence.text))
        for rank in sorted({int(rank) for key in (by_id, by_text) for rank in self._ranks[self._range(key)]}):
            row = json.loads(self._line(rank))
            if (
                row.get("sentence") == sentence.id
                or sentence.text == row.get("text")
                or _digest_of(row) == text_digest(sentence.text)
            ):
                yield self.place(rank), row

    def place(self, rank: int) -> str:
        """Say where a row stands."""
        return f"{self.path.name} row {rank}" if self.is_parquet else f"{self.path.name} line {rank + 1}"

    def _range(self, key: int) -> slice:
        sought = np.uint64(key)
        return slice(
            int(np.searchsorted(self._keys, sought, "left")), int(np.searchsorted(self._keys, sought, "right"))
        )

    def _line(self, rank: int) -> bytes:
        self._file.seek(self._starts[rank])
        return self._file.read(self._starts[rank + 1] - self._starts[rank])

    def _keys_of(self, line: bytes, rank: int) -> list[int]:
        """Name the sentence and the text that a line is for; a line that is no row is told."""
        if not line.strip():
            return []
        try:
            row = _row(line)
            return [_key(*pair) for pair in (("sentence", row.get("sentence")), ("text_sha256", _digest_of(row)))
                    if pair[1]]  # fmt: skip
        except Rejected as error:
            if len(self.unread) < _TOLD:
                self.unread.append(Reject("annotate", self.place(rank), error.code, str(error), self.place(rank)))
            return []


def digest_of(path: Path) -> str:
    """Name the bytes of a file.

    Raises:
        UsageError: it cannot be read.
    """
    with _opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _opened(path: Path) -> BufferedReader:
    try:
        return path.open("rb")
    except (OSError, ValueError) as error:
        raise UsageError(f"annotator 'precomputed': file = {str(path)!r} cannot be read ({error})") from error


def _row(line: bytes) -> dict[str, Any]:
    if LONGEST < len(line):
        raise Rejected(f"larger than {LONGEST // 2**20} MiB", "E_TOO_LARGE")
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Rejected(f"not JSON in UTF-8: {error}", "E_JSON") from error
    if not isinstance(row, dict):
        raise Rejected("a row is a JSON object", "E_ROW")
    if not any(isinstance(row.get(key), str) and row[key] for key in _KEYS):
        raise Rejected(f"names neither of {', '.join(_KEYS)}", "E_ROW")
    if wrong := [key for key in _KEYS if not isinstance(row.get(key), str | None)]:
        raise Rejected(f"{wrong[0]} is no text", "E_ROW")
    return row


def _digest_of(row: dict[str, Any]) -> str:
    text = row.get("text")
    return text_digest(text) if text else str(row.get("text_sha256") or "").lower()


def _key(kind: str, name: object) -> int:
    packed = f"{kind}\0{name}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(packed, digest_size=8).digest(), "little")


def _spooled(path: Path) -> IO[bytes]:
    """Write the rows of a Parquet file as JSON lines, a few hundred at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    spool = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the index
    try:
        with _opened(path) as file:
            for batch in pq.ParquetFile(file).iter_batches(_BATCH):
                for row in batch.to_pylist():
                    spool.write(json.dumps(row, ensure_ascii=True, default=repr).encode() + b"\n")
    except (pa.ArrowException, OSError) as error:
        raise UsageError(f"annotator 'precomputed': {path}: not a sound Parquet file ({error})") from error
    spool.seek(0)
    return spool
