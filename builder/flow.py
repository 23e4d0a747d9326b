"""The spine: what is missing → work on a batch → one transaction. Only here are batches looped and committed.

Killing it anywhere and running it again gives the same store as never having been killed: `todo` asks the store
what is missing, facts are named by their content, and each batch is one transaction.
"""

from __future__ import annotations

import gc
import pickle
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from builder.annotators.worker import end_with_the_parent
from builder.errors import BrokenError
from builder.facts import Fact
from builder.model import Reject
from builder.reviewing import Annotation
from builder.store.db import Store
from builder.store.rows import Ready, ready

if TYPE_CHECKING:
    from concurrent.futures import Future

_WORTH = 2  # A stage that says nothing else is spread when there are so many batches.
# So many batches wait for each other process or are in its hands. It is given more only when this process has finished
# one of its own, and batches differ in length.
_AHEAD = 3
# So many outcomes per process wait at most for one that comes before them: as many as are made while another process
# works on its first batch, for which it loads what it needs.
_HELD = 24

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


Made = Outcome | Path
"""What a batch became, or the file in which another process wrote it."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What a stage did in one run; taken = done + rejected.

    Of a record that went on a part may be rejected: a sentence that one annotator failed on. `answers` are those that
    people submitted or skipped, as far as the stage read any.
    """

    stage: str
    done: int
    rejected: tuple[Reject, ...]
    answers: int = 0

    @property
    def taken(self) -> int:
        """Count the records the stage took up."""
        return self.done + len(self.rejected)


Say = Callable[[str], None]
"""Told to the person at the terminal."""
Run = Callable[..., Tally]
"""How a stage is run: plainly, or under a progress bar."""


def total(tallies: Sequence[Tally]) -> Tally:
    """Add up the runs of one stage."""
    rejected = tuple(chain.from_iterable(tally.rejected for tally in tallies))
    return Tally(tallies[0].stage, sum(t.done for t in tallies), rejected, sum(t.answers for t in tallies))


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
    done, answers, rejected = 0, 0, list[Reject]()
    engine = spread if 1 < processes else inline
    for batch, outcome in engine(stage, _intended(stage, store), processes):
        store.add([*outcome.facts, *outcome.rejects])
        count = len(batch) - len(outcome.rejects) if outcome.done is None else outcome.done
        done += count
        answers += sum(map(_is_answer, outcome.facts))
        rejected += outcome.rejects
        if watch:
            watch(count)
    return Tally(stage.name, done, tuple(rejected), answers)


def _is_answer(fact: Fact | Ready) -> bool:
    return isinstance(fact, Annotation) and not (fact.deleted or fact.is_draft)


def inline(stage: Stage[T], work: Iterable[list[T]], processes: int = 1) -> Iterator[tuple[list[T], Outcome]]:
    """Work on one batch after the other, here."""
    with _spared() as spare:
        for batch in work:
            outcome = stage.work(batch)
            spare()
            yield batch, outcome


def spread(stage: Stage[T], work: Iterable[list[T]], processes: int) -> Iterator[tuple[list[T], Outcome]]:
    """Work on batches here and in other processes; outcomes come in the order of the batches, and few are held at once.

    Fewer batches than the stage calls `worth_spreading` are all worked on here: to start the others would take longer.
    """
    stream, least = iter(work), getattr(stage, "worth_spreading", _WORTH)
    first = list(islice(stream, least))
    if len(first) < least:
        yield from inline(stage, first)
        return
    held = deque[tuple[list[T], "Future[Made]"]]()
    crew = _Crew(stage, processes - 1)
    try:
        with _spared() as spare:
            for batch in chain(first, stream):
                held.append((batch, crew.take(batch)))
                spare()
                while held and (held[0][1].done() or _HELD * processes < len(held)):
                    yield _first(held)
            while held:
                yield _first(held)
    finally:
        crew.leave()


@contextmanager
def _spared() -> Iterator[Callable[[], None]]:
    """Give what is to be called after each batch, so that what the first one loaded is not looked through for ever.

    Annotators hold hundreds of thousands of objects that stay; to search them for garbage took a seventh of all time.
    """
    is_spared = False

    def spare() -> None:
        nonlocal is_spared
        if not is_spared:
            gc.freeze()
        is_spared = True

    try:
        yield spare
    finally:
        gc.unfreeze()


def _intended(stage: Stage[T], store: Store) -> Iterator[list[T]]:
    """Cut what is missing into batches, and commit what is about to happen to each."""
    for batch in batches(stage.todo(store), stage.batch_size):
        if intents := stage.intend(batch):
            store.add(intents)
        yield batch


class _Crew:
    """This process and fresh ones, at work for one stage; what the others have no hand free for is done here.

    Fresh, not forked: a fork would share the store's open files. What the others made comes by file: a pipe holds
    64 KiB, and who writes more into it waits until this process, at work itself, has a moment to read.
    """

    def __init__(self, stage: Stage[Any], others: int) -> None:
        from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
        from multiprocessing import get_context

        self._stage = stage
        self._desk = TemporaryDirectory(prefix="builder-")
        known = (pickle.dumps(stage), self._desk.name)
        self._pool = ProcessPoolExecutor(others, get_context("spawn"), _become, known)
        # In a thread, since starting a process waits until it has read what it is sent. The pool starts one for each
        # task that nobody is free for, and lets nobody in meanwhile: until all are sent off, it is given no batch.
        self._door = ThreadPoolExecutor(1)
        self._greetings = [self._door.submit(self._pool.submit, _greet) for _ in range(others)]
        self._given: list[Future[Made]] = []

    def take(self, batch: Sequence[Any]) -> Future[Made]:
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
        self._desk.cleanup()


def _done(outcome: Outcome) -> Future[Made]:
    from concurrent.futures import Future

    future = Future[Made]()
    future.set_result(outcome)
    return future


def _first(held: deque[tuple[list[T], Future[Made]]]) -> tuple[list[T], Outcome]:
    batch, future = held.popleft()
    made = future.result()
    return batch, made if isinstance(made, Outcome) else _fetched(made)


def _fetched(path: Path) -> Outcome:
    outcome: Outcome = pickle.loads(path.read_bytes())
    path.unlink()
    return outcome


_stage: Stage[Any] | None = None
"""The stage that a worker process works for."""
_desk = ""
"""The folder where a worker process lays what it made."""


def _become(stage: bytes, desk: str) -> None:
    global _stage, _desk  # noqa: PLW0603 - a worker process serves one stage, sent once
    _stage, _desk = pickle.loads(stage), desk
    threading.Thread(target=end_with_the_parent, daemon=True).start()


def _work(batch: Sequence[Any]) -> Made:
    if _stage is None:
        raise BrokenError("a worker process was given work before its stage")
    outcome = _worked(_stage, batch)
    if not gc.get_freeze_count():
        gc.freeze()
    with NamedTemporaryFile(dir=_desk, delete=False) as file:
        pickle.dump(outcome, file, pickle.HIGHEST_PROTOCOL)
    return Path(file.name)


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
