"""What people did in Label Studio becomes annotations: journal first, then the store.

What the server holds is compared with what was read before; only tasks that changed are read again. Nothing a person
did is ever dropped: a vanished answer stays in the journal, marked as deleted. What looks like an accident on the
server changes nothing here until somebody says that it is right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from builder.errors import UsageError
from builder.facts import Fact
from builder.flow import Outcome
from builder.model import Reject
from builder.ports import Studio
from builder.stages.changed import Changed, facts_of
from builder.stages.sweep import GONE, moved_back, present_stamps, unreadable
from builder.stages.units import sent_digest
from builder.store import pulled, queries
from builder.store.db import Store
from builder.studio.codec import sentences_of

# More vanished work than this share (and this much) looks like an accident, not like somebody's decision.
_SHARE, _FEW = 0.01, 20

Drafts = Mapping[int, Sequence[Mapping[str, Any]] | None]


class Pull:
    """Read every task that changed."""

    name = "pull"
    batch_size = 100

    def __init__(
        self, studio: Studio, project: int, accept_deletions: int = 0, *, accept_restored: bool = False
    ) -> None:
        self._studio, self._project = studio, project
        self._accepted, self._is_restored = accept_deletions, accept_restored
        self._people: dict[int, str] = {}

    def todo(self, store: Store) -> Iterator[Changed]:
        """List the tasks that changed, those on which somebody began or gave up, and those that vanished.

        Raises:
            UsageError: suspiciously much vanished, or the server is an older copy of itself.
        """
        seen, shown = queries.pulled_stamps(store, self._project), queries.task_sentences(store, self._project)
        present = present_stamps(self._studio, self._project, seen)
        self._check_time(seen, present)
        gone = [task for task in shown.keys() | seen.keys() if task not in present and seen.get(task) != GONE]
        self._check_vanished("tasks", len(gone), len(shown))
        drafts = self._studio.read_drafts(self._project)
        stamps = present | dict.fromkeys(gone, GONE)
        begun = (drafts.keys() & stamps.keys()) | pulled.begun_tasks(store, self._project)
        moved = {task for task, stamp in stamps.items() if seen.get(task) != stamp}
        listed = [self._changed(store, task, stamps[task], drafts) for task in sorted((moved | begun) & stamps.keys())]
        changed = self._read_known(store, [one for one in listed if one.id in moved or one.has_other_drafts()])
        self._check_vanished(
            "answers", sum(one.vanished for one in changed), pulled.count_answers(store, self._project)
        )
        self._people = self._studio.people()
        yield from changed

    def intend(self, batch: Sequence[Changed]) -> list[Fact]:
        """Only look."""
        return []

    def work(self, batch: Sequence[Changed]) -> Outcome:
        """Read what was not read yet; a task that vanished meanwhile is left to the next pull."""
        there = [one for one in self._read(batch) if one.is_still or one.read]
        made = [facts_of(one, self._project, self._people) for one in there]
        rejects = [*filter(None, (reject for _, reject in made)), *self._moved_away(there)]
        return Outcome([*chain.from_iterable(facts for facts, _ in made)], rejects, max(0, len(there) - len(rejects)))

    def _changed(self, store: Store, task: int, stamp: str, drafts: Drafts) -> Changed:
        known = tuple(queries.annotations_on(store, self._project, task))
        shown = frozenset(pulled.sentences_on(store, self._project, task))
        return Changed(task, stamp, shown, sent_digest(store, shown), known, drafts.get(task, ()))

    def _read_known(self, store: Store, changed: Sequence[Changed]) -> list[Changed]:
        """Read at once the tasks on which answers are known or that are new to us, for what decides before all else."""
        early = [one for one in changed if one.answers or not one.shown]
        read = {one.id: self._recognised(store, one) for one in self._read(early)}
        return [read.get(one.id, one) for one in changed]

    def _recognised(self, store: Store, one: Changed) -> Changed:
        """Find the sentences that a task unknown to us shows, if it is ours."""
        if one.shown or one.read is None:
            return one
        sentences = sentences_of(one.read.data)
        is_ours = all(queries.find_sentence(store, sentence) for sentence in sentences)
        return replace(one, shown=frozenset(sentences), sent=sent_digest(store, sentences)) if is_ours else one

    def _read(self, changed: Sequence[Changed]) -> list[Changed]:
        asked = [one.id for one in changed if one.read is None and not one.is_still]
        read = {task.id: task for task in (self._studio.read_tasks(self._project, asked) if asked else ())}
        return [replace(one, read=one.read or read.get(one.id)) for one in changed]

    def _moved_away(self, changed: Sequence[Changed]) -> Iterator[Reject]:
        """Name the tasks that are gone because they stand in another project now."""
        for one in changed:
            other = self._studio.project_of(one.id) if one.stamp == GONE else None
            if other is not None and other != self._project:
                reason = f"it was moved to project {other}, so its answers do not count; move it back, then pull"
                yield Reject(self.name, f"task {one.id}", "E_MOVED", reason)

    def _check_time(self, seen: Mapping[int, str], present: Mapping[int, str]) -> None:
        older = [] if self._is_restored else moved_back(seen, present)
        if older:
            raise UsageError(
                f"{len(older)} tasks changed longer ago than when they were read (task {older[0]} first), as if Label "
                "Studio was restored from a backup, so nothing was changed; if that is right: builder pull "
                "--accept-restored"
            )

    def _check_vanished(self, what: str, gone: int, known: int) -> None:
        if max(_FEW, _SHARE * known, self._accepted) < gone:
            raise UsageError(
                f"{gone} of {known} {what} vanished from the review project, so nothing was changed; "
                f"if that is right: builder pull --accept-deletions {gone}"
            )


def unpulled(store: Store, studio: Studio, project: int) -> frozenset[str]:
    """Name the sentences on which something happened since the last pull, a vanished task included."""
    seen, shown = queries.pulled_stamps(store, project), queries.task_sentences(store, project)
    present = present_stamps(studio, project, seen)
    gone = [task for task in shown.keys() - present.keys() if seen.get(task) != GONE]
    moved = [task for task, stamp in present.items() if _has_moved(stamp, seen.get(task))]
    new = studio.read_tasks(project, [task for task in moved if task not in shown])
    known = (shown.get(task, ()) for task in gone + moved)
    return frozenset(chain.from_iterable([*known, *(sentences_of(task.data) for task in new)]))


def _has_moved(stamp: str, seen: str | None) -> bool:
    """Whether something happened on a task; one that was never read and has no answer was only just sent."""
    return not stamp.endswith("/0/0") if seen is None else seen not in (stamp, unreadable(stamp))
