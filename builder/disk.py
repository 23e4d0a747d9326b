"""Folders and files enter; their listing and digests leave, and what was written is forced to the disk."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path


def files_in(folder: Path) -> list[Path]:
    """List the files of a folder and of those inside it, by path."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def sha256_of(path: Path) -> str:
    """Name the bytes of a file, which is never held whole."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def force(path: Path) -> None:
    """Wait until a file, or the list of names that a folder is, has reached the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
