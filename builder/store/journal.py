"""What people did, append-only: one JSON line per fact, chained by hash, on disk before anything is derived.

The journal is the truth about human work. Nothing is ever edited or removed here; only the half-written last
line of a killed process is cut off when the next one opens the journal.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from builder.disk import force
from builder.errors import BrokenError

_FIRST = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: its place in the whole journal (from 1), its kind, and the fact."""

    number: int
    kind: str
    body: Mapping[str, Any]


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
            entries.append(Entry(self._number, kind, body))
        if lines:
            self._write(self._file_for(now), b"".join(lines))
        return entries

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """Read the entries behind number `after`, in order."""
        for line in self._lines():
            if after < line["n"]:
                yield Entry(line["n"], line["kind"], line["body"])

    def check(self) -> None:
        """Follow the chain from the first line to the last.

        Raises:
            BrokenError: a line was changed, lost or put in.
        """
        previous = _FIRST
        for number, line in enumerate(self._lines(), 1):
            claimed = line.pop("hash")
            if (line["n"], line["prev"], claimed) != (number, previous, _digest(line)):
                raise BrokenError(f"journal entry {number} is not what was written")
            previous = claimed

    def _recover(self) -> tuple[int, str]:
        """Cut off a half-written last line and find where the chain stands."""
        for path in reversed(self._files()):
            if last := _whole_last_line(path):
                line = _parsed(last, path)
                return line["n"], line["hash"]
        return 0, _FIRST

    def _file_for(self, now: datetime) -> Path:
        """Name the month's file; never an older one than the last, whatever the clock says."""
        names = [path.name for path in self._files()[-1:]]
        return self._folder / max(*names, f"{now:%Y-%m}.jsonl", "")

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("????-??.jsonl"))

    def _lines(self) -> Iterator[dict[str, Any]]:
        for path in self._files():
            with path.open("rb") as file:
                for raw in file:
                    yield _parsed(raw, path)

    def _write(self, path: Path, lines: bytes) -> None:
        is_new = not path.exists()
        with path.open("ab") as file:
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            force(self._folder)


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
    return line


def _whole_last_line(path: Path) -> bytes:
    """Cut off what follows the last newline: that write never returned, so nothing was derived from it."""
    whole = path.read_bytes()
    end = whole.rfind(b"\n") + 1
    if end < len(whole):
        with path.open("r+b") as file:
            file.truncate(end)
            os.fsync(file.fileno())
    return whole[whole.rfind(b"\n", 0, max(0, end - 1)) + 1 : end]
