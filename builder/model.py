"""The nouns of this package: frozen, checked at birth, named by their content.

All offsets are Unicode code points, half-open. Nothing here reads a file, a clock or the network.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from builder.errors import Rejected
from builder.frozen import swift
from builder.offset_map import OffsetMap, Piece
from builder.reading import About, Kind

# Made once: `json.dumps` makes one at each call.
_PACKER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def stable_id(*parts: object) -> str:
    """Name a fact by its content: 24 hexadecimal digits, the same on every machine."""
    return hashlib.blake2b(_PACKER.encode(parts).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def text_digest(text: str) -> str:
    """Name a text: the sha256 of its UTF-8 bytes."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def shown_path(path: object) -> str:
    """Write a path as text that can be stored and sent; bytes of its name that are not UTF-8 stand there escaped."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


@dataclass(frozen=True, slots=True, order=True)
class Flag:
    """Characters [start, end) of a sentence that look damaged or delicate, and how; nothing is changed for it."""

    start: int
    end: int
    name: str

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise Rejected(f"empty or backward flag [{self.start}, {self.end}) {self.name}")


@dataclass(frozen=True, slots=True)
class Document:
    """One article of a source: clean text and the map back to the decoded raw text.

    `record` says which part of the source that raw text is: `bytes 120-344`, `row 17`; empty means all of it.
    """

    id: str
    source: str
    article: int
    language: str
    title: str
    text: str
    offsets: OffsetMap
    record: str = ""
    about: About = About()
    flags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.offsets.length != len(self.text):
            raise Rejected(f"the map covers {self.offsets.length} of {len(self.text)} characters", "E_MAP")


@swift
@dataclass(frozen=True, slots=True)
class Sentence:
    """Characters [start, end) of a document: the unit that is labelled and published."""

    id: str
    document: str
    number: int
    start: int
    end: int
    kind: Kind
    language: str
    text: str
    flags: tuple[Flag, ...] = ()
    in_quote: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end or self.end - self.start != len(self.text):
            raise Rejected(f"sentence [{self.start}, {self.end}) does not fit its {len(self.text)} characters")

    @property
    def flag_names(self) -> tuple[str, ...]:
        """Name what is flagged, each once, in alphabetical order."""
        return tuple(sorted({flag.name for flag in self.flags}))


@swift
@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters [start, end) of a sentence, under one label."""

    start: int
    end: int
    label: str

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise Rejected(f"empty or backward span [{self.start}, {self.end}) for {self.label}")

    def overlaps(self, other: Span) -> bool:
        """Whether the two share a character."""
        return self.start < other.end and other.start < self.end


@swift
@dataclass(frozen=True, slots=True, order=True)
class Entity:
    """A proposed span, how sure its proposers are (0 to 1), and who they are (name@fingerprint)."""

    span: Span
    score: float
    by: tuple[str, ...]

    def __post_init__(self) -> None:
        if not 0.0 <= self.score <= 1.0:
            raise Rejected(f"score {self.score} is not between 0 and 1")


@swift
@dataclass(frozen=True, slots=True)
class Label:
    """A proposed sentence label, its score (0 to 1), and its proposers (name@fingerprint)."""

    name: str
    score: float
    by: tuple[str, ...]

    def __post_init__(self) -> None:
        if not 0.0 <= self.score <= 1.0:
            raise Rejected(f"score {self.score} is not between 0 and 1")


@swift
@dataclass(frozen=True, slots=True)
class Prediction:
    """What one annotator proposed for a sentence.

    `entities` is None when it abstained and empty when it looked and found nothing; `label` is None when it
    abstained. The combined proposal is a prediction too.
    """

    sentence: str
    annotator: str
    entities: tuple[Entity, ...] | None = None
    label: Label | None = None


@dataclass(frozen=True, slots=True)
class TakenUp:
    """A sentence is proposed for anew by this combination: what was refused of it is forgotten.

    So is its proposal, unless it was meant for people already.
    """

    sentence: str
    annotator: str


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that could not go on: which stage refused it, what it was, and why.

    `place` says where in the source the trouble lies (`bytes 120-344`, `row 17`) where that is known.
    """

    stage: str
    subject: str
    code: str
    reason: str
    place: str = ""


def pieces_of(document: Document, sentence: Sentence, start: int, end: int) -> list[Piece]:
    """Find the raw pieces behind characters [start, end) of a sentence."""
    return document.offsets.pieces(sentence.start + start, sentence.start + end)
