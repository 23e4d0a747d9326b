"""Compressed bytes become plain bytes, block by block, within an allowance that a bomb cannot pass.

Enters: an open file, and what may still come out of it. Leaves: blocks. Never holds more than one block.
"""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from builder.errors import Rejected
from builder.readers.sniffing import media_type_of

BLOCK = 2**16
RATIO = 200
"""Plain bytes per packed byte; text packs to a third or a tenth, bombs to a thousandth."""
FREE = 2**20
"""So many plain bytes come out before the ratio counts: small files may be very regular."""
LARGEST = 64 * 2**20
"""Bytes of one member; it is held in memory."""
MOST_BYTES, MOST_MEMBERS = 4 * 2**30, 100_000
"""What may come out of one file, archives within archives included."""

_FAULTS = (zlib.error, lzma.LZMAError, EOFError, OSError)


class Decompressor(Protocol):
    """What zlib, bz2 and lzma have in common once zlib is wrapped."""

    @property
    def eof(self) -> bool:
        """Whether the stream came to its end."""

    @property
    def needs_input(self) -> bool:
        """Whether nothing more comes out without more bytes."""

    @property
    def unused_data(self) -> bytes:
        """Give what was fed behind the end."""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Feed bytes, and take so many out at most."""


class Inflater:
    """A zlib stream with the manners of the other two; `wbits` as zlib counts them: -15 raw, 31 gzip."""

    def __init__(self, wbits: int) -> None:
        self._stream = zlib.decompressobj(wbits)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        """Whether the stream came to its end."""
        return self._stream.eof

    @property
    def unused_data(self) -> bytes:
        """Give what was fed behind the end."""
        return self._stream.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Feed bytes, and take so many out at most."""
        plain = self._stream.decompress(self._stream.unconsumed_tail + data, max_length)
        self.needs_input = not self._stream.unconsumed_tail and len(plain) < max_length
        return plain


@dataclass
class Allowance:
    """What may still come out of a file and of all archives in it."""

    left: int = MOST_BYTES
    members: int = MOST_MEMBERS

    def take(self, length: int) -> None:
        """Count bytes that came out.

        Raises:
            Rejected: it is used up.
        """
        self.left -= length
        if self.left < 0:
            raise bomb(f"more than {MOST_BYTES // 2**20} MiB come out of it")

    def take_member(self) -> None:
        """Count a member.

        Raises:
            Rejected: it is used up.
        """
        self.members -= 1
        if self.members < 0:
            raise bomb(f"more than {MOST_MEMBERS} members come out of it")


def bomb(reason: str) -> Rejected:
    """Refuse what grows beyond reason."""
    return Rejected(f"{reason}; it is not unpacked", "E_BOMB")


def check_growth(packed: int, plain: int) -> None:
    """Compare sizes, said or seen.

    Raises:
        Rejected: so much cannot come from so little.
    """
    if max(FREE, RATIO * packed) < plain:
        raise bomb(f"{packed} bytes unpack to {plain} or more")


def stream_of(kind: str) -> Decompressor | None:
    """Make the decompressor for a media type; None if it is not packed."""
    if kind == "application/gzip":
        return Inflater(31)
    if kind == "application/x-bzip2":
        return bz2.BZ2Decompressor()
    if kind == "application/x-xz":
        return lzma.LZMADecompressor(memlimit=LARGEST)
    return None


def inflated(file: BinaryIO, stream: Decompressor, allowance: Allowance, length: int = -1) -> Iterator[bytes]:
    """Yield the plain blocks of one stream that begins here and has so many packed bytes at most.

    Its bytes behind the end, if some were read, are put back.

    Raises:
        Rejected: it is corrupt, ends too early, or is a bomb.
    """
    packed = plain = 0
    while not stream.eof:
        fed = b""
        if stream.needs_input:
            fed = file.read(BLOCK if length < 0 else min(BLOCK, length - packed))
            if not fed:
                raise Rejected("it ends too early", "E_CORRUPT")
        packed += len(fed)
        try:
            block = stream.decompress(fed, BLOCK)
        except _FAULTS as error:
            raise Rejected(f"it is corrupt: {error}", "E_CORRUPT") from error
        plain += len(block)
        check_growth(packed, plain)
        allowance.take(len(block))
        yield block
    file.seek(-len(stream.unused_data), io.SEEK_CUR)


def inflated_all(file: BinaryIO, kind: str, allowance: Allowance) -> Iterator[bytes]:
    """Yield the plain blocks of a file: of each of its streams, one behind the other; what is not packed as it is."""
    stream = stream_of(kind)
    while stream is None and (block := file.read(BLOCK)):
        yield block
    while stream is not None:
        yield from inflated(file, stream, allowance)
        stream = stream_of(media_type_of(_ahead(file)))


def _ahead(file: BinaryIO) -> bytes:
    """Look at the next bytes, and stay."""
    found = file.read(8)
    file.seek(-len(found), io.SEEK_CUR)
    return found


def opened(blocks: Iterator[bytes]) -> BinaryIO:
    """Make a file of blocks that can only be read on."""
    return io.BufferedReader(_Blocks(blocks))


class _Blocks(io.RawIOBase):
    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._rest = block
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count
