"""The spine: what is missing → work on a batch → one transaction. Only here are batches looped and committed.

Killing it anywhere and running it again gives the same store as never having been killed: `todo` asks the store
what is missing, facts are named by their content, and each batch is one transaction.
"""

from __future__ import annotations

import pickle
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from builder.annotators.worker import end_with_the_parent
from builder.errors import BrokenError
from builder.model import Fact, Reject
from builder.store.db import Store
from builder.store.rows import Ready, ready

if TYPE_CHECKING:
    from concurrent.futures import Future

_WORTH = 2  # A stage that says nothing else is spread when there are so many batches.
_AHEAD = 2  # So many batches wait for each other process or are in its hands: it never stands idle.
_HELD = 6  # So many outcomes per process wait at most for one that comes before them.

T = TypeVar("T")
Watch = Callable[[int], None]
"""Called after each batch with the number of its records that went on."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a batch became: facts to keep, and records that could not go on.

    `done` counts the records that went on; None means all of the batch that were not refused.
    """

    facts: list[Fact | Ready] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    done: int | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """What a stage did in one run; taken = done + rejected.

    Of a record that went on a part may be rejected: a sentence that one annotator failed on.
    """

    stage: str
    done: int
    rejected: tuple[Reject, ...]

    @property
    def taken(self) -> int:
        """Count the records the stage took up."""
        return self.done + len(self.rejected)


class Stage(Protocol[T]):
    """A visible step: it knows what is missing and how to make it; it neither loops, commits nor catches."""

    name: str
    batch_size: int

    def todo(self, store: Store) -> Iterable[T]:
        """List what is missing."""

    def intend(self, batch: Sequence[T]) -> list[Fact]:
        """Say what is about to happen outside; committed before `work`."""

    def work(self, batch: Sequence[T]) -> Outcome:
        """Make facts of a batch."""


def run(stage: Stage[T], store: Store, watch: Watch | None = None, processes: int = 1) -> Tally:
    """Do all that a stage misses, batch by batch; pure work may be spread over processes, its order stays."""
    done, rejected = 0, list[Reject]()
    engine = spread if 1 < processes else inline
    for batch, outcome in engine(stage, _intended(stage, store), processes):
        store.add([*outcome.facts, *outcome.rejects])
        count = len(batch) - len(outcome.rejects) if outcome.done is None else outcome.done
        done += count
        rejected += outcome.rejects
        if watch:
            watch(count)
    return Tally(stage.name, done, tuple(rejected))


def inline(stage: Stage[T], work: Iterable[list[T]], processes: int = 1) -> Iterator[tuple[list[T], Outcome]]:
    """Work on one batch after the other, here."""
    return ((batch, stage.work(batch)) for batch in work)


def spread(stage: Stage[T], work: Iterable[list[T]], processes: int) -> Iterator[tuple[list[T], Outcome]]:
    """Work on batches here and in other processes; outcomes come in the order of the batches, and few are held at once.

    Fewer batches than the stage calls `worth_spreading` are all worked on here: to start the others would take longer.
    """
    stream, least = iter(work), getattr(stage, "worth_spreading", _WORTH)
    first = list(islice(stream, least))
    if len(first) < least:
        yield from inline(stage, first)
        return
    held = deque[tuple[list[T], "Future[Outcome]"]]()
    crew = _Crew(stage, processes - 1)
    try:
        for batch in chain(first, stream):
            held.append((batch, crew.take(batch)))
            while held and (held[0][1].done() or _HELD * processes < len(held)):
                yield _first(held)
        while held:
            yield _first(held)
    finally:
        crew.leave()


def _intended(stage: Stage[T], store: Store) -> Iterator[list[T]]:
    """Cut what is missing into batches, and commit what is about to happen to each."""
    for batch in batches(stage.todo(store), stage.batch_size):
        if intents := stage.intend(batch):
            store.add(intents)
        yield batch


class _Crew:
    """This process and fresh ones, at work for one stage; what the others have no hand free for is done here.

    Fresh, not forked: a fork would share the store's open files.
    """

    def __init__(self, stage: Stage[Any], others: int) -> None:
        from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
        from multiprocessing import get_context

        self._stage = stage
        self._pool = ProcessPoolExecutor(others, get_context("spawn"), _become, (pickle.dumps(stage),))
        # In a thread, since starting a process waits until it has read what it is sent. The pool starts one for each
        # task that nobody is free for, and lets nobody in meanwhile: until all are sent off, it is given no batch.
        self._door = ThreadPoolExecutor(1)
        self._greetings = [self._door.submit(self._pool.submit, _greet) for _ in range(others)]
        self._given: list[Future[Outcome]] = []

    def take(self, batch: Sequence[Any]) -> Future[Outcome]:
        """Give a batch to another process, or work on it at once."""
        self._given = [given for given in self._given if not given.done()]
        if len(self._given) < _AHEAD * self._hands():
            self._given.append(self._pool.submit(_work, batch))
            return self._given[-1]
        return _done(_worked(self._stage, batch))

    def _hands(self) -> int:
        """Count the others that have arrived; as long as one has not been sent off, nobody has."""
        if not all(greeting.done() for greeting in self._greetings):
            return 0
        return sum(greeting.result().done() for greeting in self._greetings)

    def leave(self) -> None:
        """End the other processes; what they have not begun is not done."""
        self._door.shutdown(wait=True, cancel_futures=True)
        self._pool.shutdown(wait=True, cancel_futures=True)


def _done(outcome: Outcome) -> Future[Outcome]:
    from concurrent.futures import Future

    future = Future[Outcome]()
    future.set_result(outcome)
    return future


def _first(held: deque[tuple[list[T], Future[Outcome]]]) -> tuple[list[T], Outcome]:
    batch, future = held.popleft()
    return batch, future.result()


_stage: Stage[Any] | None = None
"""The stage that a worker process works for."""


def _become(stage: bytes) -> None:
    global _stage  # noqa: PLW0603 - a worker process serves one stage, sent once
    _stage = pickle.loads(stage)
    threading.Thread(target=end_with_the_parent, daemon=True).start()


def _work(batch: Sequence[Any]) -> Outcome:
    if _stage is None:
        raise BrokenError("a worker process was given work before its stage")
    return _worked(_stage, batch)


def _greet() -> None:
    """Say that this process has its stage."""


def _worked(stage: Stage[Any], batch: Sequence[Any]) -> Outcome:
    """Work, and make light what came of it: it travels, or waits for others."""
    outcome = stage.work(batch)
    return replace(outcome, facts=ready(outcome.facts))


def batches(records: Iterable[T], size: int) -> Iterator[list[T]]:
    """Cut a stream into lists of at most `size`."""
    stream = iter(records)
    while batch := list(islice(stream, size)):
        yield batch
