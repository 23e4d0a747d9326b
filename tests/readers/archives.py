"""Archives made by hand, sound and unsound."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from builder.errors import Rejected
from builder.model import Reject
from builder.readers import archive
from builder.readers.blobs import File, Member


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Pack files as ZIP, in order."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return packed.getvalue()


def tarred(files: Mapping[str, bytes], mode: str = "w") -> bytes:
    """Pack files as TAR, in order; `mode` as tarfile knows it."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=mode) as made:  # type: ignore[call-overload]
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            made.addfile(info, io.BytesIO(content))
    return packed.getvalue()


def told(folder: Path, content: bytes, name: str = "a.zip") -> list[tuple[str, bytes | str]]:
    """Read an archive: (name, content) of each member, (subject, code) of each reject, in order."""
    path = folder / name
    path.write_bytes(content)
    found: list[tuple[str, bytes | str]] = []
    try:
        for part in archive.build({}).read(File(path, name)):
            if isinstance(part, Member):
                found.append((part.name, part.content))
            elif isinstance(part, Reject):
                found.append((part.subject, part.code))
    except Rejected as error:
        found.append((name, error.code))
    return found


def lying(packed: bytes, size: int) -> bytes:
    """Make a ZIP of one member say that it holds so many bytes, in both places."""
    changed = bytearray(packed)
    struct.pack_into("<I", changed, 22, size)
    struct.pack_into("<I", changed, packed.rfind(b"PK\x01\x02") + 24, size)
    return bytes(changed)


def overlapping(count: int, length: int) -> bytes:
    """Make a ZIP whose directory lists the same bytes so many times."""
    packed = zipped({"0.txt": b"a" * length})
    start = packed.rfind(b"PK\x01\x02")
    end = packed.rfind(b"PK\x05\x06")
    record = packed[start:end]
    directory = b"".join(record[:46] + b"%05d" % number + record[51:] for number in range(count))
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, len(directory), start, 0)
    return packed[:start] + directory + tail
