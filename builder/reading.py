"""The nouns of what comes in: a source, and what a reader makes of it. Frozen, checked at birth.

All offsets are Unicode code points, half-open. Nothing here reads a file, a clock or the network.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from builder.errors import BrokenError
from builder.offset_map import OffsetMap


class Kind(StrEnum):
    """What a sentence is on its page."""

    HEADLINE = "headline"
    KICKER = "kicker"
    BYLINE = "byline"
    BODY = "body"
    CAPTION = "caption"
    CREDIT = "credit"
    SOURCE = "source"
    TIMESTAMP = "timestamp"
    NAVIGATION = "navigation"
    REPEATED = "repeated"
    CONTACT = "contact"


@dataclass(frozen=True, slots=True)
class Source:
    """A file or a member of an archive; `sha256` names its bytes, `path` is where it was first seen.

    `encoding` and `media_type` are what its content showed, `declared_encoding` and `named_type` what it said
    of itself (empty: nothing). `parser` is the name and version of what read it, `container` the sha256 of the
    archive it lay in.
    """

    sha256: str
    path: str
    size: int
    encoding: str
    media_type: str
    declared_encoding: str = ""
    named_type: str = ""
    parser: str = ""
    container: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A path is about to be read anew: what was refused of it before no longer counts."""

    path: str


@dataclass(frozen=True, slots=True)
class Vanished:
    """A path of which something was refused is not there any more."""

    path: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """A path was read to its end, and held the bytes with this sha256."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Raw:
    """The bytes of a source, or the file that holds them, kept so that every offset can be replayed."""

    sha256: str
    content: bytes | Path = field(repr=False)


@dataclass(frozen=True, slots=True)
class About:
    """What a source says of one document; empty where it says nothing.

    `key` is its publisher's id. Times are ISO 8601 as stated, with an offset from UTC only if one was stated.
    """

    key: str = ""
    url: str = ""
    published: str = ""
    fetched: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """Characters [start, end) of an extract that its format sets apart, and what the format says they are.

    A cross-head is a headline within an article whose own came before.
    """

    start: int
    end: int
    kind: Kind | None = None
    is_crosshead: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise BrokenError(f"empty or backward block [{self.start}, {self.end})")


@dataclass(frozen=True, slots=True)
class Extract:
    """The text that a format's mark-up leaves, in reading order, the map back to the raw text, and its blocks.

    Blocks are in order and apart. A block is one paragraph, heading, cell …: no line of it is joined to another
    block's, unless the format itself broke it (`is_paged`: the lines are those of a printed page).
    """

    text: str
    offsets: OffsetMap
    blocks: tuple[Block, ...] = ()
    is_paged: bool = False

    def __post_init__(self) -> None:
        if self.offsets.length != len(self.text):
            raise BrokenError(f"the map covers {self.offsets.length} of {len(self.text)} characters")


@dataclass(frozen=True, slots=True)
class Reading:
    """One raw text that a reader found in a source.

    `text` is what all maps point to: the decoded text of the source, or of the part that `record` names
    (`bytes 120-344`, `row 17`). Without an extract the raw text itself is read, line by line. `flags` name what
    is wrong with the whole of it. Where the record is a stretch of the decoded source, `start` is where it begins.
    """

    source: Source
    text: str
    record: str = ""
    title: str = ""
    about: About = About()
    extract: Extract | None = None
    flags: tuple[str, ...] = ()
    start: int = 0
