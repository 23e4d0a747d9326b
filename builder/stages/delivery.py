"""Tasks get to Label Studio: sent, and whenever nobody knows what arrived, looked up by our keys and completed.

Label Studio does not deduplicate imports (label-studio#540), so nothing is sent again before it was looked for. A
request whose answer was lost may still be at work there; what it makes then stands twice, and is found by `Reconcile`.
Nothing is ever deleted on the server.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from builder import flow
from builder.errors import Unavailable, UsageError
from builder.facts import Fact
from builder.flow import Outcome
from builder.ports import Studio, TaskState
from builder.reviewing import REVIEW, Task
from builder.store import queries, standing
from builder.store.db import Store
from builder.studio.codec import sentences_of

T = TypeVar("T")
Pause = Callable[[float], None]

# Seconds between the attempts at one batch: together the half minute that a server needs to start anew.
PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0)
_HEAVIEST = 16_000_000  # bytes of one request, about; a server takes 250 MB, and holds them several times over
_REGION = 250  # bytes of one, about
_LONGEST = 60.0  # seconds that a server may ask for
_SETTLING = (1.0,) * 4  # a sender that was killed may have left a request at work


class Delivery:
    """The way to one project on the server."""

    def __init__(self, studio: Studio, project: int, pause: Pause = time.sleep) -> None:
        self._studio, self.project, self._pause = studio, project, pause
        self.unknown = 0
        """How often nobody knew what had arrived."""

    def deliver(self, batch: str, tasks: Sequence[Mapping[str, Any]]) -> list[Task]:
        """Send the tasks of a batch, each once as far as that can be known; give what stands on the server.

        Raises:
            Unavailable: some did not arrive after several attempts; run again, they are looked up first.
        """
        there = dict[str, int]()
        missing, problem = list(tasks), Unavailable()
        for seconds in PAUSES:
            if not missing:
                break
            try:
                there |= self._sent(missing)
                missing = []
            except Unavailable as error:
                self.unknown += 1
                problem = error
                wait = waiting(seconds, error)
                there |= self.look_up(batch, _sentences(missing), (wait,))
                missing = [task for task in missing if not there.keys() >= {*sentences_of(task["data"])}]
        if missing:
            raise Unavailable(f"{len(missing)} tasks did not arrive after {len(PAUSES)} attempts: {problem}")
        return self.facts(batch, there)

    def look_up(self, batch: str, wanted: Collection[str], pauses: Sequence[float] = _SETTLING) -> dict[str, int]:
        """Find the tasks of a batch, and look again after each pause until all that is wanted is there.

        Raises:
            Unavailable: the server did not answer once.
        """
        found = self._found(batch)
        for seconds in pauses:
            if found.keys() >= {*wanted}:
                break
            self._pause(seconds)
            found = self._found(batch)
        return found

    def standing(self) -> list[TaskState]:
        """List what stands on the server."""
        return self._studio.list_tasks(self.project)

    def count(self) -> int:
        """Count what stands on the server."""
        return self._studio.count_tasks(self.project)

    def facts(self, batch: str, there: Mapping[str, int]) -> list[Task]:
        """Say what stands on the server, in the order of its ids."""
        in_order = sorted(there.items(), key=lambda pair: pair[1])
        return [Task(self.project, id, sentence, batch) for sentence, id in in_order]

    def _sent(self, tasks: Sequence[Mapping[str, Any]]) -> dict[str, int]:
        """Send in requests of bounded size; give the id of each sentence's task."""
        there = dict[str, int]()
        for part in _parts(tasks):
            for task, id in zip(part, self._studio.import_tasks(self.project, part), strict=True):
                there |= dict.fromkeys(sentences_of(task["data"]), id)
        return there

    def _found(self, batch: str) -> dict[str, int]:
        return patiently(lambda: self._studio.find_batch(self.project, batch), self._pause)


def patiently(ask: Callable[[], T], pause: Pause) -> T:
    """Do what may be done twice until there is an answer, for as long as a server needs to start anew.

    Raises:
        Unavailable: there was none.
    """
    for seconds in PAUSES:
        try:
            return ask()
        except Unavailable as error:
            pause(waiting(seconds, error))
    return ask()


def waiting(seconds: float, error: Unavailable) -> float:
    """Say how long to wait after an error: so long, or what the server asks for, within reason."""
    return max(seconds, min(error.after, _LONGEST))


class Settle:
    """Find out what became of batches whose sender was killed or cut off."""

    name = "settle"
    batch_size = 1

    def __init__(self, delivery: Delivery, role: str = REVIEW, pauses: Sequence[float] = _SETTLING) -> None:
        self._delivery, self._role, self._pauses = delivery, role, pauses

    def todo(self, store: Store) -> Iterator[tuple[str, list[str]]]:
        """List the batches of unknown outcome."""
        return iter(queries.unsettled(store, self._role).items())

    def intend(self, batch: Sequence[tuple[str, list[str]]]) -> list[Fact]:
        """Only look."""
        return []

    def work(self, batch: Sequence[tuple[str, list[str]]]) -> Outcome:
        """Look the tasks up; what is not there will be sent again."""
        ((name, sentences),) = batch
        self._delivery.unknown += 1
        return Outcome([*self._delivery.facts(name, self._delivery.look_up(name, sentences, self._pauses))])


class Reconcile:
    """Tell the store of tasks of ours that it does not know: those that stand twice, or arrived when nobody looked."""

    name = "reconcile"
    batch_size = 500

    def __init__(self, delivery: Delivery) -> None:
        self._delivery, self._project = delivery, delivery.project

    def todo(self, store: Store) -> Iterator[TaskState]:
        """List the unknown tasks that show sentences of ours."""
        known = queries.task_sentences(store, self._project)
        for state in self._delivery.standing():
            if (
                state.sentences
                and state.id not in known
                and state.is_readable
                and all(queries.find_sentence(store, sentence) for sentence in state.sentences)
            ):
                yield state

    def intend(self, batch: Sequence[TaskState]) -> list[Fact]:
        """Only look."""
        return []

    def work(self, batch: Sequence[TaskState]) -> Outcome:
        """Take them down; a second task of a sentence is an alias of the first."""
        facts = [
            Task(self._project, state.id, sentence, state.batch) for state in batch for sentence in state.sentences
        ]
        return Outcome([*facts], done=len(batch))


def check_whole(delivery: Delivery, store: Store) -> None:
    """Send nothing to a server that has lost tasks: it gives their ids to others.

    Raises:
        UsageError: tasks that were pushed are not there, and nobody has said that this is right.
    """
    if standing.count_standing(store, delivery.project) <= delivery.count():
        return
    there = {state.id for state in delivery.standing()}
    if lost := standing.standing_tasks(store, delivery.project) - there:
        raise UsageError(
            f"{len(lost)} tasks that were pushed are not on Label Studio any more, so nothing was sent. If it was put "
            "back to an older backup: bring the newer one back. If they were deleted there, or you go on from the "
            f"older state: builder pull --accept-deletions {len(lost)} (what was answered on them stays in the journal)"
        )


def reconcile(delivery: Delivery, store: Store, say: Callable[[str], None]) -> int:
    """Look for tasks of ours that the store does not know, if there can be any; count those that stand twice.

    Only a request of unknown outcome, or a count that does not add up, is worth a listing of the whole project.
    """
    is_sure = not delivery.unknown and delivery.count() == standing.count_standing(store, delivery.project)
    if not is_sure:
        flow.run(Reconcile(delivery), store)
    aliases = standing.count_aliases(store, delivery.project)
    if aliases and not is_sure:
        say(f"{aliases} tasks stand twice on Label Studio, since an answer was lost; an answer to either is read")
    return aliases


def _sentences(tasks: Sequence[Mapping[str, Any]]) -> set[str]:
    return {sentence for task in tasks for sentence in sentences_of(task["data"])}


def _parts(tasks: Sequence[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    """Cut tasks into requests that no server refuses for their size."""
    part, weight = list[Mapping[str, Any]](), 0
    for task in tasks:
        weight += _weight(task)
        if part and _HEAVIEST < weight:
            yield part
            part, weight = [], _weight(task)
        part.append(task)
    if part:
        yield part


def _weight(task: Mapping[str, Any]) -> int:
    """Estimate the bytes of a task."""
    texts = sum(len(str(text)) for text in task["data"].values())
    return 3 * texts + _REGION * sum(len(prediction["result"]) for prediction in task["predictions"])
