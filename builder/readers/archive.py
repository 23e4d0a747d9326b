"""An archive or a packed file becomes its members; each is read by the reader of its own kind.

Takes ZIP, TAR, and what gzip, bzip2 or xz packed. Never writes a file, follows a link or unpacks a bomb.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePath

from builder.errors import Rejected
from builder.model import Reject
from builder.ports import Blob, Reader
from builder.readers import tar_file, zip_file
from builder.readers.blobs import head_of
from builder.readers.inflating import Allowance, inflated_all, opened, stream_of
from builder.readers.members import Packed, Unpacking, check_size
from builder.readers.sniffing import media_type_of

_KINDS = {
    ".zip": "application/zip",
    ".tar": "application/x-tar",
    ".gz": "application/gzip",
    ".tgz": "application/gzip",
    ".bz2": "application/x-bzip2",
    ".tbz2": "application/x-bzip2",
    ".xz": "application/x-xz",
    ".txz": "application/x-xz",
}
_TARS = (".tgz", ".tbz2", ".txz", ".tar")


class Archive:
    """Read archives."""

    name = "archive"
    suffixes = frozenset(_KINDS)
    media_types = frozenset(_KINDS.values())

    def read(self, blob: Blob) -> Iterator[Packed | Reject]:
        """Yield the members in the archive's order.

        Raises:
            Rejected: it is empty, a bomb, or nothing of it can be read.
        """
        head = head_of(blob)
        if not head:
            raise Rejected("the archive is empty", "E_EMPTY")
        path = PurePath(blob.name)
        kind = media_type_of(head) or _KINDS.get(path.suffix.lower(), "")
        if kind == "application/zip":
            return zip_file.members_of(blob)
        if kind == "application/x-tar" or _holds_tar(blob, kind):
            return tar_file.members_of(blob, kind)
        return _unpacked(blob, kind)


def build(options: Mapping[str, str]) -> Reader:
    """Make the reader; it takes no options."""
    return Archive()


def _holds_tar(blob: Blob, kind: str) -> bool:
    """Whether what is packed is a TAR archive, by how it begins or by its name."""
    path = PurePath(blob.name.lower())
    if path.suffix in _TARS or PurePath(path.stem).suffix in _TARS:
        return True
    with blob.open() as file:
        return media_type_of(opened(inflated_all(file, kind, Allowance())).read(512)) == "application/x-tar"


def _unpacked(blob: Blob, kind: str) -> Iterator[Packed | Reject]:
    """Yield the one file that gzip, bzip2 or xz packed, under its name without the ending."""
    if stream_of(kind) is None:
        raise Rejected("neither ZIP, TAR, gzip, bzip2 nor xz", "E_CORRUPT")
    unpacking = Unpacking(blob)
    path = PurePath(blob.name)
    name = path.stem if path.suffix.lower() in _KINDS else path.name
    content = bytearray()
    with blob.open() as file:
        for block in inflated_all(file, kind, unpacking.allowance):
            content += block
            check_size(len(content))
    unpacking.allowance.take_member()
    yield unpacking.member(unpacking.name(name), bytes(content))
