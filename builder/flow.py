"""The spine: what is missing → work on a batch → one transaction. Only here are batches looped and committed.

Killing it anywhere and running it again gives the same store as never having been killed: `todo` asks the store
what is missing, facts are named by their content, and each batch is one transaction.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol, TypeVar

from builder.errors import BrokenError
from builder.model import Fact, Reject
from builder.store.db import Store

T = TypeVar("T")
Watch = Callable[[int], None]
"""Called after each batch with the number of its records that went on."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a batch became: facts to keep, and records that could not go on.

    `done` counts the records that went on; None means all of the batch that were not refused.
    """

    facts: list[Fact] = field(default_factory=list)
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
    """Work on batches in other processes; outcomes come in the order of the batches, and few are held at once.

    Fresh processes, not forks: a fork would share the store's open files.
    """
    from concurrent.futures import Future, ProcessPoolExecutor
    from multiprocessing import get_context

    waiting = deque[tuple[list[T], Future[Outcome]]]()
    pool = ProcessPoolExecutor(processes, get_context("spawn"), _become, (stage,))
    try:
        for batch in work:
            waiting.append((batch, pool.submit(_work, batch)))
            if 2 * processes < len(waiting):
                batch, future = waiting.popleft()
                yield batch, future.result()
        yield from ((batch, future.result()) for batch, future in waiting)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _intended(stage: Stage[T], store: Store) -> Iterator[list[T]]:
    """Cut what is missing into batches, and commit what is about to happen to each."""
    for batch in batches(stage.todo(store), stage.batch_size):
        if intents := stage.intend(batch):
            store.add(intents)
        yield batch


_stage: Stage[Any] | None = None
"""The stage that a worker process works for."""


def _become(stage: Stage[Any]) -> None:
    global _stage  # noqa: PLW0603 - a worker process serves one stage, sent once
    _stage = stage


def _work(batch: Sequence[Any]) -> Outcome:
    if _stage is None:
        raise BrokenError("a worker process was given work before its stage")
    return _stage.work(batch)


def batches(records: Iterable[T], size: int) -> Iterator[list[T]]:
    """Cut a stream into lists of at most `size`."""
    stream = iter(records)
    while batch := list(islice(stream, size)):
        yield batch
