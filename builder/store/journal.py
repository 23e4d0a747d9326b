"""What people did, append-only: one JSON line per fact, chained by hash, on disk before anything is derived.

The journal is the truth about human work. Nothing is ever edited or removed here; only the half-written last
line of a killed process is cut off when the next one opens the journal.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from builder.disk import force
from builder.errors import BrokenError

_FIRST = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: its place in the whole journal (from 1), its kind, the fact, and when it was written."""

    number: int
    kind: str
    body: Mapping[str, Any]
    at: str = field(default="", compare=False)


def _now() -> datetime:
    return datetime.now(UTC)


class Journal:
    """A folder of `YYYY-MM.jsonl` files, written by one process at a time (the store holds the lock)."""

    def __init__(self, folder: Path, clock: Callable[[], datetime] = _now) -> None:
        self._folder = folder
        self._clock = clock
        folder.mkdir(parents=True, exist_ok=True)
        self._number, self._hash = self._recover()

    @property
    def length(self) -> int:
        """Count the entries."""
        return self._number

    def append(self, facts: Sequence[tuple[str, Mapping[str, Any]]]) -> list[Entry]:
        """Write facts, each with its kind, and return once they are on disk.

        Raises:
            OSError: the disk refused; the process must stop, since what is on disk is unknown.
        """
        now = self._clock()
        entries, lines = [], []
        for kind, body in facts:
            self._number += 1
            line = {"n": self._number, "at": now.isoformat(), "kind": kind, "body": body, "prev": self._hash}
            self._hash = _digest(line)
            lines.append(_packed({**line, "hash": self._hash}) + b"\n")
            entries.append(Entry(self._number, kind, body, now.isoformat()))
        if lines:
            self._write(self._file_for(now), b"".join(lines))
        return entries

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """Read the entries behind number `after`, in order."""
        return entries_of(self._folder, after)

    def _recover(self) -> tuple[int, str]:
        """Cut off a half-written last line and find where the chain stands."""
        for path in reversed(files_of(self._folder)):
            if last := _whole_last_line(path):
                line = _parsed(last, path)
                if not isinstance(line.get("n"), int) or not isinstance(line.get("hash"), str):
                    raise BrokenError(f"{path}: the last line is damaged; what else is, says: builder check --full")
                return line["n"], line["hash"]
        return 0, _FIRST

    def _file_for(self, now: datetime) -> Path:
        """Name the month's file; never an older one than the last, whatever the clock says."""
        names = [path.name for path in files_of(self._folder)[-1:]]
        return self._folder / max(*names, f"{now:%Y-%m}.jsonl", "")

    def _write(self, path: Path, lines: bytes) -> None:
        is_new = not path.exists()
        with path.open("ab") as file:
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            force(self._folder)


def entries_of(folder: Path, after: int = 0) -> Iterator[Entry]:
    """Read a journal's entries behind number `after`, in order; it is not opened for writing."""
    for path in files_of(folder):
        with path.open("rb") as file:
            for raw in file:
                line = _parsed(raw, path)
                if after < line["n"]:
                    yield Entry(line["n"], line["kind"], line["body"], line["at"])


def broken_lines(folder: Path) -> Iterator[str]:
    """Follow the chain through a journal's files, byte by byte; name each line that is not what was written.

    A half-written last line is no damage: its writer was killed, and nothing followed from it.
    """
    number, previous = 0, _FIRST
    for place, raw in _raw_lines(folder):
        if not _is_torn(raw):
            line = _claims(raw)
            if not _is_sound(raw, line) or (line["n"], line["prev"]) != (number + 1, previous):
                yield place
            number, previous = line.get("n", number + 1), line.get("hash", previous)


def _raw_lines(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Give the bytes of every line, and say where it stands."""
    for path in files_of(folder):
        with path.open("rb") as file:
            yield from ((f"{path.name} line {number}", raw) for number, raw in enumerate(file, 1))


def files_of(folder: Path) -> list[Path]:
    """List a journal's files in order."""
    return sorted(folder.glob("????-??.jsonl"))


def _is_torn(raw: bytes) -> bool:
    """Whether the write of a line was cut off; a whole line whose newline is another byte was changed afterwards."""
    mended = raw[:-1] + b"\n"
    return not raw.endswith(b"\n") and not _is_sound(mended, _claims(mended))


def _claims(raw: bytes) -> dict[str, Any]:
    """Read what a line says of itself; nothing if it is no line of a journal."""
    try:
        line = json.loads(raw)
    except ValueError:
        return {}
    return line if isinstance(line, dict) else {}


def _is_sound(raw: bytes, line: Mapping[str, Any]) -> bool:
    """Whether the bytes are exactly what is written for what they say, under their own hash."""
    rest = {key: value for key, value in line.items() if key != "hash"}
    named = line.keys() >= {"n", "prev", "hash"}
    return named and line["hash"] == _digest(rest) and _packed(line) + b"\n" == raw


def _digest(line: Mapping[str, Any]) -> str:
    return hashlib.sha256(_packed(line)).hexdigest()


def _packed(line: Mapping[str, Any]) -> bytes:
    # ensure_ascii keeps lone surrogates writable: what a server sends is kept whatever it is.
    return json.dumps(line, ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode()


def _parsed(raw: bytes, path: Path) -> dict[str, Any]:
    try:
        line: dict[str, Any] = json.loads(raw)
    except ValueError as error:
        raise BrokenError(f"{path}: a line is not JSON: {raw[:60]!r}") from error
    if not isinstance(line, dict):
        raise BrokenError(f"{path}: a line is no object: {raw[:60]!r}")
    return line


def _whole_last_line(path: Path) -> bytes:
    """Cut off what follows the last newline: that write never returned, so nothing was derived from it."""
    whole = path.read_bytes()
    end = whole.rfind(b"\n") + 1
    if end < len(whole):
        if not _is_torn(whole[end:]):
            raise BrokenError(f"{path}: the end of the last line was changed; put a newline there")
        with path.open("r+b") as file:
            file.truncate(end)
            os.fsync(file.fileno())
    return whole[whole.rfind(b"\n", 0, max(0, end - 1)) + 1 : end]
