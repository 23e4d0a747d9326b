"""What took long to build enters; in the user's cache folder it waits until it is needed again.

A file is named by what it was built of and carries a digest of its bytes and its name; what does not fit is never read.
A cache that cannot be read or written costs time, nothing else.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path

_DIGEST = 32


def folder(kind: str) -> Path:
    """Say where what was built lives: BUILDER_CACHE if set, else the user's cache folder."""
    if chosen := os.environ.get("BUILDER_CACHE"):
        return Path(chosen) / kind
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("annotation-dataset-builder")) / kind


def read(path: Path) -> bytes | None:
    """Read what was kept; None when there is nothing, or its bytes are not those that were written."""
    try:
        stored = path.read_bytes()
    except OSError:
        return None
    body = stored[_DIGEST:]
    return body if stored[:_DIGEST] == _seal(path, body) else None


def keep(path: Path, body: bytes, others: int) -> None:
    """Write what was built, and delete all but so many other files of its kind: those written longest ago."""
    with suppress(OSError):
        _write(path, body)
        _prune(path, others)


def _write(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    number, aside = tempfile.mkstemp(dir=path.parent, prefix=".tmp-")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(_seal(path, body) + body)
        os.replace(aside, path)
    except OSError:
        Path(aside).unlink(missing_ok=True)
        raise


def _prune(newest: Path, others: int) -> None:
    found = [path for path in newest.parent.glob(f"*{newest.suffix}") if path != newest]
    for path in sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)[others:]:
        path.unlink(missing_ok=True)


def _seal(path: Path, body: bytes) -> bytes:
    """Digest the bytes together with the name, so that a file under another's name is foreign."""
    return hashlib.blake2b(body, digest_size=_DIGEST, key=path.stem.encode()).digest()
