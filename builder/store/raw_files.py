"""The bytes of every source, named by their sha256, so that a release can be replayed without its source file."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from builder.errors import BrokenError
from builder.reading import Raw


def keep(folder: Path, raw: Raw) -> None:
    """Write the bytes once, whole or not at all."""
    path = _path(folder, raw.sha256)
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".tmp")
    with aside.open("wb") as file:
        if isinstance(raw.content, bytes):
            file.write(raw.content)
        else:
            with raw.content.open("rb") as original:
                shutil.copyfileobj(original, file)
        file.flush()
        os.fsync(file.fileno())
    aside.rename(path)


def read(folder: Path, sha256: str) -> bytes:
    """Read the bytes of a source.

    Raises:
        BrokenError: they are gone.
    """
    try:
        return _path(folder, sha256).read_bytes()
    except FileNotFoundError as error:
        raise BrokenError(f"the raw bytes of source {sha256} are gone from {folder}") from error


def _path(folder: Path, sha256: str) -> Path:
    return folder / "raw" / sha256[:2] / sha256
