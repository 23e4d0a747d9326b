"""The nouns of review: what stands on the server, what people answered there, what is approved.

Frozen, named by their content. Nothing here knows how a server says it; `studio/codec.py` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any, Literal

from builder.model import Entity, Span, stable_id


class Action(StrEnum):
    """What a person did with a proposed span or label."""

    ACCEPTED = "accepted"
    MOVED = "moved"
    RELABELLED = "relabelled"
    ADDED = "added"
    REJECTED = "rejected"


REVIEW = "review"
"""The role of the project where everybody reviews; a group of people has its own, `review/NAME`."""

ADJUDICATION = "adjudication"
"""The role of the project where what people disagree on is decided."""


TASK = "builder_task"
"""Our key in an annotation's body: what its task said, where that is not what was sent."""

Layout = Literal["sentence", "article"]
"""What a task shows: one sentence with its neighbours, or an article with a layer of entities and one of sentences."""

Interface = Literal["both", "zh", "en"]
"""The language of titles, guidelines and messages on the review page."""


@dataclass(frozen=True, slots=True)
class PageStyle:
    """How the review page looks."""

    layout: Layout = "sentence"
    interface: Interface = "both"


@dataclass(frozen=True, slots=True)
class ReviewProject:
    """A project on the server, and what it is for: `review`, `review/GROUP` or `adjudication`."""

    id: int
    role: str


@dataclass(frozen=True, slots=True)
class Lost:
    """A project that the server holds no more: its ids mean nothing now, what people did there is remembered."""

    project: int
    role: str


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A version of an answer from a lost project, by its content, stands on the server again under this key."""

    content: str
    key: str


@dataclass(frozen=True, slots=True)
class SchemaSeen:
    """From now on a project's page asks for the labels of this schema, which is remembered whole."""

    project: int
    digest: str
    schema: Mapping[str, Any] = field(hash=False)


@dataclass(frozen=True, slots=True)
class SchemaMove:
    """What becomes of answers given under one schema when another holds: digests, and the change as JSON."""

    source: str
    target: str
    change: Mapping[str, Any] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Intent:
    """A sentence is about to be sent in this push batch, with this annotator's prediction and this schema.

    No annotator means that nothing is shown. For an adjudicator it is the name of the answers to decide between.
    """

    sentence: str
    batch: str
    annotator: str
    schema_digest: str
    role: str = REVIEW


@dataclass(frozen=True, slots=True)
class Task:
    """A sentence stands in a project under this server id; a task of several sentences is as many of these."""

    project: int
    id: int
    sentence: str
    batch: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A task shows, or showed, this prediction of the server, which this push batch made."""

    project: int
    task: int
    prediction: int
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
    """One person's answer to the sentences of a task, verbatim as the server gave it; or what was begun, a draft.

    `key` is its lasting identity (server ids are reused, so its birth time is part of it); `content` names
    this very version of it; `author` is an e-mail address, empty when the server no longer knows it.
    """

    key: str
    sentences: tuple[str, ...]
    author: str
    body: Mapping[str, Any] = field(hash=False)
    deleted: bool = False
    is_draft: bool = False

    @property
    def content(self) -> str:
        """Name this version of the answer."""
        return _content_of(self)

    @property
    def started_from(self) -> int | None:
        """Name the prediction that it says it started from, if a server can have one of that name."""
        said = self.body.get("parent_prediction")
        if isinstance(said, bool) or not isinstance(said, int):
            return None
        return said if 0 <= said < _MOST else None

    @property
    def seconds(self) -> float | None:
        """Give the time that it says its task was open, if that can be."""
        said = self.body.get("lead_time")
        if isinstance(said, bool) or not isinstance(said, int | float):
            return None
        return float(said) if 0 <= said <= _LONGEST else None


_MOST = 2**63  # What is greater fits no database.
_LONGEST = 10 * 366 * 24 * 3600  # Seconds. Nobody leaves a page open for ten years.


def place_of(key: str) -> str:
    """Name the task on the server that an annotation of this key answers: `project:task`."""
    return ":".join(key.split(":", 2)[:2])


@lru_cache(maxsize=16)
def _content_of(annotation: Annotation) -> str:
    """Name a version of an answer; one to an article is asked for its name by each of its sentences."""
    return stable_id(annotation.key, annotation.author, annotation.deleted, annotation.body)


def did(body: Mapping[str, Any]) -> tuple[Any, ...]:
    """Say what a person did in an answer, and for how long: who saves it again has worked on it longer."""
    return tuple(body.get(name) for name in ("result", "was_cancelled", "lead_time"))


def is_changed_by_another(body: Mapping[str, Any]) -> bool:
    """Whether another account than its author's saved an answer last; Label Studio lets everybody do so."""
    return body.get("updated_by") not in (None, body.get("completed_by"))


@dataclass(frozen=True, slots=True)
class Approval:
    """What makes an answer publishable: these contents, for this text, under this schema, by these people.

    `is_party` says that an adjudicator had answered the sentence before deciding between the answers to it.
    """

    sentence: str
    contents: tuple[str, ...]
    text_sha256: str
    schema_digest: str
    approvers: tuple[str, ...]
    rule: str
    at: str
    is_party: bool = False

    @property
    def id(self) -> str:
        """Name the approval by all it says, so that it is written once."""
        return stable_id(
            "approval", self.sentence, self.contents, self.text_sha256, self.schema_digest, self.approvers, self.rule,
            self.at, self.is_party,
        )  # fmt: skip


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
