"""A TAR archive, packed or not, becomes its members in one pass; links, devices and unsafe names are refused.

Never seeks: what is packed comes out once, and no more of it than the allowance lets through.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from typing import BinaryIO

from builder.errors import Rejected
from builder.model import Reject
from builder.ports import Blob
from builder.readers.inflating import bomb, inflated_all, opened
from builder.readers.members import Packed, Unpacking, check_name, check_size, is_unseen, readable

_HEADERS = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)
_LARGEST_HEADER = 2**20
# What tarfile lets through of a damaged header, besides its own errors.
_FAULTS = (tarfile.TarError, ValueError, OverflowError, EOFError, KeyError, IndexError, AttributeError)


class _Header(tarfile.TarInfo):
    """A member's header; where tarfile would take damage for the end, or read without limit, this refuses."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str | None, errors: str) -> _Header:
        """Read 512 bytes; zeros mark the end."""
        try:
            return super().frombuf(buf, encoding or "utf-8", errors)
        except tarfile.HeaderError as error:
            if len(buf) == tarfile.BLOCKSIZE and not any(buf):
                raise
            raise Rejected(f"a header is missing or corrupt: {error}", "E_CORRUPT") from error

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        if self.type in _HEADERS and _LARGEST_HEADER < self.size:
            raise bomb(f"a header of {self.size} bytes")
        made: tarfile.TarInfo = super()._proc_member(archive)  # type: ignore[misc]
        return made

    def _proc_gnusparse_10(self, following: tarfile.TarInfo, headers: object, archive: tarfile.TarFile) -> None:
        """Leave the map of a sparse member unread; it may be long, and the member is refused."""
        following.sparse = b""


def members_of(blob: Blob, kind: str) -> Iterator[Packed | Reject]:
    """Yield the members of a TAR archive in its order; `kind` is how the whole is packed.

    Raises:
        Rejected: it is a bomb, or nothing of it can be read.
    """
    unpacking = Unpacking(blob)
    found = False
    try:
        for part in _members(blob, kind, unpacking):
            found = True
            yield part
    except Rejected as error:
        if error.code == "E_BOMB" or not found:
            raise
        yield Reject("ingest", blob.name, error.code, str(error))


def _members(blob: Blob, kind: str, unpacking: Unpacking) -> Iterator[Packed | Reject]:
    with blob.open() as file:
        plain = opened(inflated_all(file, kind, unpacking.allowance))
        with _opened(plain) as archive:
            while (info := _following(archive)) is not None:
                unpacking.allowance.take_member()
                yield from _member(archive, info, unpacking)
                archive.members.clear()  # type: ignore[attr-defined]
        # What is left may hold a checksum that fails.
        while plain.read(2**16):
            pass


def _opened(plain: BinaryIO) -> tarfile.TarFile:
    try:
        # A block at a time, so that what came out before a fault is read.
        return tarfile.open(fileobj=plain, mode="r|", bufsize=tarfile.BLOCKSIZE, tarinfo=_Header, encoding="utf-8")
    except _FAULTS as error:
        raise Rejected(f"not a TAR archive: {error}", "E_CORRUPT") from error


def _following(archive: tarfile.TarFile) -> tarfile.TarInfo | None:
    try:
        return archive.next()
    except _FAULTS as error:
        raise Rejected(f"it is corrupt or ends too early: {error}", "E_CORRUPT") from error


def _member(archive: tarfile.TarFile, info: tarfile.TarInfo, unpacking: Unpacking) -> Iterator[Packed | Reject]:
    said = readable(info.name.encode("utf-8", "surrogateescape"))
    if info.isdir() or is_unseen(said):
        return
    name = unpacking.name(said)
    try:
        check_name(said)
        if not info.isreg() or info.issparse():
            raise Rejected("a link, device or file with holes, not a plain file", "E_MEMBER")
        check_size(info.size)
    except Rejected as error:
        yield unpacking.reject(name, error)
        return
    yield unpacking.member(name, _content(archive, info))


def _content(archive: tarfile.TarFile, info: tarfile.TarInfo) -> bytes:
    """Read a member; where it ends too early, so does the archive."""
    try:
        file = archive.extractfile(info)
        content = file.read() if file else b""
    except _FAULTS as error:
        raise Rejected(f"{info.name!r} ends too early: {error}", "E_CORRUPT") from error
    if len(content) < info.size:
        raise Rejected(f"{info.name!r} ends too early", "E_CORRUPT")
    return content
