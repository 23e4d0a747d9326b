"""A task that changed on the server, and the facts that follow from what was read of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from builder.facts import Fact
from builder.model import Reject
from builder.ports import TaskRead
from builder.reviewing import TASK, Annotation, Pulled, Task
from builder.stages.sweep import GONE, unreadable
from builder.studio.codec import BATCH, sentences_of, was_edited

_UNREADABLE = "Label Studio breaks down over it, as over half a character (a lone surrogate); what is known is kept"

Made = tuple[list[Fact], Reject | None]


@dataclass(frozen=True, slots=True)
class Changed:
    """A task whose state differs from the last one read.

    `shown` are the sentences it shows, none if it is not ours, and `sent` is the digest of the text it was sent with;
    `known` are the answers and drafts seen on it before; `drafts` those on it now, None if they cannot be read; `read`
    is the task, once read.
    """

    id: int
    stamp: str
    shown: frozenset[str]
    sent: str
    known: tuple[Annotation, ...]
    drafts: Sequence[Mapping[str, Any]] | None
    read: TaskRead | None = None

    @property
    def answers(self) -> list[Annotation]:
        """List the known answers, drafts left out."""
        return [annotation for annotation in self.known if not annotation.is_draft]

    @property
    def is_still(self) -> bool:
        """Whether there is nothing to read: it is gone, or ours and nobody ever answered."""
        return self.stamp == GONE or bool(self.shown and not self.answers and self.stamp.endswith("/0/0"))

    @property
    def vanished(self) -> int:
        """Count the known answers that it has no more."""
        if self.stamp == GONE:
            return len(self.answers)
        if self.read is None or not self.read.is_readable:
            return 0
        present = {(body["id"], body["created_at"]) for body in self.read.annotations}
        return sum((known.body["id"], known.body["created_at"]) not in present for known in self.answers)

    def has_other_drafts(self) -> bool:
        """Whether somebody began, went on or gave up since it was read."""
        known = {(draft.body["id"], draft.body["created_at"]): draft.body for draft in self.known if draft.is_draft}
        return self.drafts is None or known != {(body["id"], body["created_at"]): body for body in self.drafts}


def facts_of(changed: Changed, project: int, people: Mapping[int, str]) -> Made:
    """Make facts of a task, and say what is wrong with it."""
    read, subject = changed.read, f"task {changed.id}"
    if not changed.is_still and (read is None or not read.is_readable) or changed.drafts is None:
        held = Pulled(project, changed.id, unreadable(changed.stamp))
        return [held], Reject("pull", subject, "E_UNREADABLE", _UNREADABLE)
    data = read.data if read else {}
    problem = None if changed.is_still else _strange(data, changed.shown)
    sentences = () if problem else tuple(sorted(changed.shown)) if changed.is_still else sentences_of(data)
    present = [*_answers(changed, project, sentences, people), *_drafts(changed, project, sentences)]
    keys = {annotation.key for annotation in present}
    gone = [replace(known, deleted=True) for known in changed.known if known.key not in keys]
    tasks = [Task(project, changed.id, sentence, str(data.get(BATCH, ""))) for sentence in sentences if data]
    facts: list[Fact] = [*tasks, *present, *gone, Pulled(project, changed.id, changed.stamp)]
    return facts, Reject("pull", subject, "E_FOREIGN", problem) if problem else None


def _strange(data: Mapping[str, Any], shown: frozenset[str]) -> str | None:
    """Say why a task is not one of ours, or None when it is."""
    sentences = sentences_of(data)
    if not shown:
        return f"its key {' '.join(sentences)!r} names no sentence of this project"
    if not sentences or not shown.issuperset(sentences):
        return f"its key was {' '.join(sorted(shown))!r} and is now {' '.join(sentences)!r}"
    return None


def _answers(
    changed: Changed, project: int, sentences: tuple[str, ...], people: Mapping[int, str]
) -> Iterator[Annotation]:
    """Give the answers on a task as annotations; where it does not show what was sent, what it shows goes along."""
    read, known = changed.read, {annotation.key: annotation for annotation in changed.known}
    is_other = read is not None and (not sentences or was_edited(read.data, changed.sent))
    for body in read.annotations if read else ():
        # Ids are reused after deletion, so the time of birth is part of the identity.
        key = f"{project}:{changed.id}:{body['id']}:{body['created_at']}"
        author = people.get(body.get("completed_by") or 0, "") or _remembered(known.get(key), body)
        yield Annotation(key, sentences, author, {**body, TASK: read.data} if read and is_other else body)


def _remembered(known: Annotation | None, body: Mapping[str, Any]) -> str:
    """Give the author of an answer whose account the server has deleted since; somebody else's edit is not theirs."""
    return known.author if known and known.body.get("result") == body.get("result") else ""


def _drafts(changed: Changed, project: int, sentences: tuple[str, ...]) -> Iterator[Annotation]:
    for body in changed.drafts or ():
        key = f"{project}:{changed.id}:draft {body['id']}:{body['created_at']}"
        yield Annotation(key, sentences, str(body["user"]), body, is_draft=True)
