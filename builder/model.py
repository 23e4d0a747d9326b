"""The nouns of this package: frozen, checked at birth, named by their content.

All offsets are Unicode code points, half-open. Nothing here reads a file, a clock or the network.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from builder.errors import Rejected
from builder.frozen import swift
from builder.offset_map import OffsetMap, Piece
from builder.reading import About, Attempt, Kind, Raw, Sighting, Source

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


class Action(StrEnum):
    """What a person did with a proposed span or label."""

    ACCEPTED = "accepted"
    MOVED = "moved"
    RELABELLED = "relabelled"
    ADDED = "added"
    REJECTED = "rejected"


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
class Intent:
    """A sentence is about to be sent in this push batch, with this annotator's prediction and this schema."""

    sentence: str
    batch: str
    annotator: str
    schema_digest: str


@dataclass(frozen=True, slots=True)
class Task:
    """A sentence stands in the review project under this server id."""

    project: int
    id: int
    sentence: str
    batch: str


@dataclass(frozen=True, slots=True)
class Pulled:
    """Everything on a task was read when the server listed it with this stamp."""

    project: int
    task: int
    stamp: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person decided for a sentence, in our units."""

    entities: tuple[Span, ...]
    label: str | None


@dataclass(frozen=True, slots=True)
class Annotation:
    """One person's answer, verbatim as the server gave it.

    `key` is its lasting identity (server ids are reused, so its birth time is part of it); `content` names
    this very version of it; `author` is an e-mail address, empty when the server no longer knows it.
    """

    key: str
    sentence: str
    author: str
    body: Mapping[str, Any] = field(hash=False)
    deleted: bool = False

    @property
    def content(self) -> str:
        """Name this version of the answer."""
        return stable_id(self.key, self.author, self.deleted, self.body)


@dataclass(frozen=True, slots=True)
class Approval:
    """What makes an answer publishable: this content, for this text, under this schema, by these people."""

    sentence: str
    contents: tuple[str, ...]
    text_sha256: str
    schema_digest: str
    approvers: tuple[str, ...]
    rule: str
    at: str


@dataclass(frozen=True, slots=True)
class GoldSpan:
    """An approved span: who proposed it (nobody, if a person added it) and what the person did."""

    span: Span
    action: Action
    proposed_by: tuple[str, ...] = ()
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Gold:
    """The approved answer of a sentence, with per-span provenance and the proposals a person threw out."""

    sentence: str
    entities: tuple[GoldSpan, ...]
    label: str
    label_action: Action
    label_proposed_by: tuple[str, ...]
    label_score: float | None
    rejected: tuple[Entity, ...]
    approval: Approval


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


Fact = (
    Source | Attempt | Sighting | Raw | Document | Sentence | TakenUp | Prediction | Intent | Task | Pulled
    | Annotation | Reject
)  # fmt: skip
"""What a stage may add to the store."""


def pieces_of(document: Document, sentence: Sentence, start: int, end: int) -> list[Piece]:
    """Find the raw pieces behind characters [start, end) of a sentence."""
    return document.offsets.pieces(sentence.start + start, sentence.start + end)
