"""A ZIP archive becomes its members, one at a time; what is unsafe, encrypted or corrupt is refused by itself.

Sizes are checked before anything is unpacked, and again while it is: what an archive says may be a lie.
"""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from bz2 import BZ2Decompressor
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from builder.errors import Rejected
from builder.model import Reject
from builder.ports import Blob
from builder.readers.inflating import MOST_MEMBERS, Allowance, Inflater, bomb, check_growth, inflated
from builder.readers.members import Packed, Unpacking, check_name, check_size, is_unseen, readable

# The format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
_LOCAL = struct.Struct("<4s5H3I2H")
_END = struct.Struct("<4s4H2IH")
_MAGIC = b"PK\x03\x04"
_ENCRYPTED, _SIZES_FOLLOW, _IS_UTF8 = 1, 8, 0x800
_STORED, _DEFLATED, _BZIP2 = 0, 8, 12
_DESCRIPTOR = 16
# A record of the directory is 46 bytes and a name; Python makes some 600 bytes of each.
_LARGEST_DIRECTORY = 200 * MOST_MEMBERS


@dataclass(frozen=True, slots=True)
class _Entry:
    """What the archive says of a member; `size` and `packed` are -1 where they follow the bytes."""

    name: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    mode: int = 0

    @property
    def is_folder(self) -> bool:
        return self.name.endswith("/") or stat.S_ISDIR(self.mode)

    @property
    def place(self) -> str:
        return f"bytes {self.offset}-{self.offset + _LOCAL.size + max(0, self.packed)}"


def members_of(blob: Blob) -> Iterator[Packed | Reject]:
    """Yield the members of a ZIP archive in its order.

    Raises:
        Rejected: it is a bomb, or nothing of it can be read.
    """
    unpacking = Unpacking(blob)
    with blob.open() as file:
        try:
            entries = _directory(file, blob.size)
        except Rejected as error:
            yield from _salvaged(file, unpacking, error)
            return
        for entry in entries:
            yield from _member(file, entry, unpacking)


def _directory(file: BinaryIO, size: int) -> list[_Entry]:
    """Read the directory at the end, and check what it says as a whole."""
    file.seek(max(0, size - _END.size - 2**16))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if 0 <= at <= len(tail) - _END.size and _LARGEST_DIRECTORY < _END.unpack_from(tail, at)[5] < 2**32 - 1:
        raise bomb(f"it lists more than {MOST_MEMBERS} members")
    try:
        with zipfile.ZipFile(file) as archive:
            entries, end = list(map(_entry, archive.infolist())), archive.start_dir
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, struct.error, NotImplementedError) as error:
        raise Rejected(f"its directory is missing or corrupt: {error}", "E_CORRUPT") from error
    _check_whole(entries, size, end)
    return entries


def _entry(info: zipfile.ZipInfo) -> _Entry:
    raw = info.orig_filename
    name = raw if info.flag_bits & _IS_UTF8 else readable(raw.encode("cp437", "replace"))
    sizes = (info.CRC, info.compress_size, info.file_size, info.header_offset)
    return _Entry(name, info.flag_bits, info.compress_type, *sizes, info.external_attr >> 16)


def _check_whole(entries: Sequence[_Entry], size: int, end: int) -> None:
    """Refuse a bomb by what it says: members that share bytes, or more than can come from so few."""
    check_growth(size, sum(entry.size for entry in entries))
    at = 0
    for entry in sorted(entries, key=lambda entry: entry.offset):
        if entry.offset < at:
            raise bomb("its members overlap")
        check_growth(entry.packed, entry.size)
        at = entry.offset + _LOCAL.size + entry.packed
    if end < at:
        raise bomb("its members overlap its directory")


def _member(file: BinaryIO, entry: _Entry, unpacking: Unpacking) -> Iterator[Packed | Reject]:
    """Unpack one member, or refuse it; a bomb is refused with all that follows."""
    if is_unseen(entry.name):
        return
    unpacking.allowance.take_member()
    if entry.is_folder:
        return
    name = unpacking.name(entry.name)
    try:
        _check(entry)
        yield unpacking.member(name, _content(file, entry, unpacking.allowance))
    except Rejected as error:
        if error.code == "E_BOMB":
            raise
        yield unpacking.reject(name, error, entry.place)


def _check(entry: _Entry) -> None:
    check_name(entry.name)
    if stat.S_IFMT(entry.mode) and not stat.S_ISREG(entry.mode):
        raise Rejected("a link or device, not a file", "E_MEMBER")
    if entry.flags & _ENCRYPTED:
        raise Rejected("it is encrypted", "E_ENCRYPTED")
    if entry.method not in (_STORED, _DEFLATED, _BZIP2):
        raise Rejected(f"compression method {entry.method} is not known; pack it with deflate", "E_TYPE")
    check_size(entry.size)


def _content(file: BinaryIO, entry: _Entry, allowance: Allowance) -> bytes:
    """Unpack the bytes of a member, and leave the file behind them."""
    file.seek(entry.offset)
    header = file.read(_LOCAL.size)
    if len(header) < _LOCAL.size or not header.startswith(_MAGIC):
        raise Rejected("its bytes are not where the directory says", "E_CORRUPT")
    file.seek(sum(_LOCAL.unpack(header)[-2:]), 1)
    content = bytearray()
    for block in _blocks(file, entry, allowance):
        content += block
        if 0 <= entry.size < len(content):
            raise bomb(f"{entry.name!r} holds more than the {entry.size} bytes it says")
        check_size(len(content))
    if 0 <= entry.size and (len(content) < entry.size or zlib.crc32(content) != entry.crc):
        raise Rejected("its checksum is wrong", "E_CORRUPT")
    return bytes(content)


def _blocks(file: BinaryIO, entry: _Entry, allowance: Allowance) -> Iterator[bytes]:
    if entry.method == _STORED:
        allowance.take(max(0, entry.packed))
        yield file.read(max(0, entry.packed))
        return
    stream = Inflater(-15) if entry.method == _DEFLATED else BZ2Decompressor()
    yield from inflated(file, stream, allowance, entry.packed)


def _salvaged(file: BinaryIO, unpacking: Unpacking, error: Rejected) -> Iterator[Packed | Reject]:
    """Yield the members of an archive that lost its end, then what is wrong with it."""
    at, found = 0, False
    while error.code == "E_CORRUPT" and (entry := _local_entry(file, at)):
        for part in _member(file, entry, unpacking):
            found = True
            yield part
        at = _next(file, entry)
    if not found:
        raise error
    yield Reject("ingest", unpacking.blob.name, error.code, str(error), f"bytes {at}-{unpacking.blob.size}")


def _local_entry(file: BinaryIO, at: int) -> _Entry | None:
    """Read what stands before a member's bytes."""
    file.seek(at)
    header = file.read(_LOCAL.size)
    if len(header) < _LOCAL.size or not header.startswith(_MAGIC):
        return None
    _, _, flags, method, _, _, crc, packed, size, name_length, _ = _LOCAL.unpack(header)
    raw = file.read(name_length)
    name = raw.decode("utf-8", "backslashreplace") if flags & _IS_UTF8 else readable(raw)
    if flags & _SIZES_FOLLOW:
        packed, size = -1, -1
    return _Entry(name, flags, method, crc, packed, size, at)


def _next(file: BinaryIO, entry: _Entry) -> int:
    """Find where the next member may begin."""
    if 0 <= entry.packed:
        file.seek(entry.offset)
        name_length, extra_length = _LOCAL.unpack(file.read(_LOCAL.size))[-2:]
        return int(entry.offset + _LOCAL.size + name_length + extra_length + entry.packed)
    at = file.tell()
    following = file.read(_DESCRIPTOR)
    return at + (_DESCRIPTOR if following.startswith(b"PK\x07\x08") else _DESCRIPTOR - 4)
