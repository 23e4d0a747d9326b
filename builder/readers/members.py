"""What every archive does with its members: names made readable, unsafe ones refused, equal ones told apart."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from builder.errors import Rejected
from builder.model import Reject, shown_path
from builder.ports import Blob
from builder.readers.blobs import Member
from builder.readers.inflating import LARGEST, Allowance

_PARTS = re.compile(r"[/\\]")
_ROOTED = re.compile(r"[/\\]|[A-Za-z]:")
_UNSEEN = re.compile(r"(?:.*[/\\])?(?:__MACOSX[/\\].*|\.DS_Store)", re.S)


class Packed(Member):
    """A member that knows what may still come out of the file around it."""

    def __init__(self, name: str, content: bytes, within: Blob, allowance: Allowance) -> None:
        """Take its path inside the archive, its bytes, the archive, and the allowance of the outermost file."""
        super().__init__(name, content, within)
        self.allowance = allowance


class Unpacking:
    """One archive while it is unpacked: the names seen in it, and what may still come out of it."""

    def __init__(self, blob: Blob) -> None:
        """Take the archive."""
        self.blob = blob
        self.allowance = blob.allowance if isinstance(blob, Packed) else Allowance()
        self._names: set[str] = set()

    def name(self, name: str) -> str:
        """Make a name that can be shown, and that no other member has: `a.txt`, `a (2).txt`."""
        shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in shown_path(name))
        path, number, free = PurePosixPath(shown), 1, shown
        while free in self._names:
            number += 1
            free = f"{shown[: len(shown) - len(path.suffix)]} ({number}){path.suffix}"
        self._names.add(free)
        return free

    def member(self, name: str, content: bytes) -> Packed:
        """Make a member."""
        return Packed(name, content, self.blob, self.allowance)

    def reject(self, name: str, error: Rejected, place: str = "") -> Reject:
        """Refuse a member."""
        return Reject("ingest", f"{self.blob.name}!/{name}", error.code, str(error), place)


def is_unseen(name: str) -> bool:
    """Whether a member is what macOS leaves in archives."""
    return _UNSEEN.fullmatch(name) is not None


def check_name(name: str) -> None:
    """Look at a name as the archive gives it.

    Raises:
        Rejected: it leads out of the archive.
    """
    if not name or "\0" in name or _ROOTED.match(name) or ".." in _PARTS.split(name):
        raise Rejected("its name leads out of the archive", "E_PATH")


def check_size(size: int) -> None:
    """Look at the size that the archive says.

    Raises:
        Rejected: the member is too large to be held.
    """
    if LARGEST < size:
        raise Rejected(f"larger than {LARGEST // 2**20} MiB; unpack the archive first", "E_TOO_LARGE")


def readable(name: bytes) -> str:
    """Decode a name that says no encoding: UTF-8, else GB 18030 as Chinese Windows writes it, else code page 437."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return name.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name.decode("cp437")
