"""builder.db gets a seal when it is closed: the digest of its bytes, so that a byte changed by anybody else shows.

SQLite keeps no checksums: a flipped bit of a text is another text to it. The seal is broken before the first change
and put on again at the end, so whoever was killed in between leaves none.
"""

from __future__ import annotations

import os
from pathlib import Path

from builder.disk import force, sha256_of

INDEX = "builder.db"
_NAME = f"{INDEX}.sha256"


def break_seal(folder: Path) -> None:
    """Take the seal off: what follows changes the index."""
    (folder / _NAME).unlink(missing_ok=True)


def is_sealed(folder: Path) -> bool:
    """Whether there is a seal."""
    return (folder / _NAME).exists()


def seal(folder: Path) -> None:
    """Seal the index as it is."""
    aside = folder / f"{_NAME}.tmp"
    with aside.open("w", encoding="ascii", newline="\n") as file:
        file.write(_line(folder))
        file.flush()
        os.fsync(file.fileno())
    aside.rename(folder / _NAME)
    force(folder)


def fits(folder: Path) -> bool:
    """Whether the index is, byte for byte, what was sealed; there must be a seal."""
    return (folder / _NAME).read_bytes() == _line(folder).encode("ascii")


def _line(folder: Path) -> str:
    """Write what `sha256sum --check` reads."""
    return f"{sha256_of(folder / INDEX)}  {INDEX}\n"
