"""What people did in Label Studio becomes annotations: journal first, then the store.

A whole listing of the project is compared with what was read before; only tasks that changed are read again.
Nothing a person did is ever dropped: a vanished answer stays in the journal, marked as deleted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from builder.errors import UsageError
from builder.flow import Outcome
from builder.model import Annotation, Fact, Pulled, Reject, Task
from builder.ports import Studio, TaskState
from builder.store import queries
from builder.store.db import Store

# More vanished tasks than this share (and this many) look like an accident, not like somebody's decision.
_SHARE, _FEW = 0.01, 20


@dataclass(frozen=True, slots=True)
class Changed:
    """A task whose state differs from the last one read; `known` are the answers seen on it before."""

    state: TaskState
    is_ours: bool
    is_gone: bool
    known: tuple[Annotation, ...]


class Pull:
    """Read every task that changed."""

    name = "pull"
    batch_size = 20

    def __init__(self, studio: Studio, project: int, accept_deletions: int = 0) -> None:
        self._studio, self._project = studio, project
        self._accepted = accept_deletions
        self._people: dict[int, str] = {}

    def todo(self, store: Store) -> Iterator[Changed]:
        """List the tasks whose stamp is new, and those that vanished.

        Raises:
            UsageError: suspiciously many vanished.
        """
        states = {state.id: state for state in self._studio.list_tasks(self._project)}
        seen, shown = queries.pulled_stamps(store, self._project), queries.task_sentences(store, self._project)
        gone = [task for task in shown if task not in states and seen.get(task) != _GONE]
        self._check_vanished(len(gone), len(shown))
        self._people = self._studio.people()
        states |= {task: TaskState(task, shown[task], "", _GONE, 0) for task in gone}
        for task in sorted(states):
            if seen.get(task) != states[task].stamp:
                yield self._changed(store, states[task])

    def intend(self, batch: Sequence[Changed]) -> list[Fact]:
        """Only look."""
        return []

    def work(self, batch: Sequence[Changed]) -> Outcome:
        """Read the answers of each changed task."""
        outcome = Outcome()
        for changed in batch:
            task = changed.state.id
            if not changed.is_ours:
                subject, reason = (
                    f"task {task}",
                    f"its key {changed.state.sentence!r} names no sentence of this project",
                )
                outcome.rejects.append(Reject(self.name, subject, "E_FOREIGN", reason))
                continue
            outcome.facts.append(Task(self._project, task, changed.state.sentence, changed.state.batch))
            outcome.facts.extend(self._answers(changed))
            outcome.facts.append(Pulled(self._project, task, changed.state.stamp))
        return outcome

    def _changed(self, store: Store, state: TaskState) -> Changed:
        known = tuple(queries.annotations_on(store, self._project, state.id))
        is_ours = queries.find_sentence(store, state.sentence) is not None
        return Changed(state, is_ours, state.stamp == _GONE, known)

    def _answers(self, changed: Changed) -> Iterator[Annotation]:
        bodies = [] if changed.is_gone else self._studio.list_annotations(changed.state.id)
        present = [self._annotation(changed.state, body) for body in bodies]
        yield from present
        keys = {annotation.key for annotation in present}
        yield from (replace(known, deleted=True) for known in changed.known if known.key not in keys)

    def _annotation(self, state: TaskState, body: Mapping[str, Any]) -> Annotation:
        # Ids are reused after deletion, so the time of birth is part of the identity.
        key = f"{self._project}:{state.id}:{body['id']}:{body['created_at']}"
        return Annotation(key, state.sentence, self._people.get(body.get("completed_by") or 0, ""), body)

    def _check_vanished(self, gone: int, known: int) -> None:
        if max(_FEW, _SHARE * known, self._accepted) < gone:
            raise UsageError(
                f"{gone} of {known} tasks vanished from the review project, so nothing was changed; "
                f"if that is right: builder pull --accept-deletions {gone}"
            )


_GONE = "deleted"


def unpulled(store: Store, studio: Studio, project: int) -> frozenset[str]:
    """Name the sentences on which something happened since the last pull, a vanished task included."""
    seen, shown = queries.pulled_stamps(store, project), queries.task_sentences(store, project)
    states = {state.id: state for state in studio.list_tasks(project)}
    gone = {shown[task] for task in shown.keys() - states.keys() if seen.get(task) != _GONE}
    return frozenset(gone | {state.sentence for task, state in states.items() if seen.get(task) != state.stamp})
