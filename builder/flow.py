"""The spine: what is missing → work on a batch → one transaction. Only here are batches looped and committed.

Killing it anywhere and running it again gives the same store as never having been killed: `todo` asks the store
what is missing, facts are named by their content, and each batch is one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol, TypeVar

from builder.model import Fact, Reject
from builder.store.db import Store

T = TypeVar("T")
Watch = Callable[[int], None]
"""Called after each batch with the number of records it took."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a batch became: facts to keep, and records that could not go on.

    `taken` counts its records; None means that each of the batch is one.
    """

    facts: list[Fact] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    taken: int | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """What a stage did in one run; taken = done + rejected."""

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


def run(stage: Stage[T], store: Store, watch: Watch | None = None) -> Tally:
    """Do all that a stage misses, batch by batch."""
    taken, rejected = 0, list[Reject]()
    for batch in batches(stage.todo(store), stage.batch_size):
        if intents := stage.intend(batch):
            store.add(intents)
        outcome = stage.work(batch)
        store.add([*outcome.facts, *outcome.rejects])
        count = len(batch) if outcome.taken is None else outcome.taken
        taken += count
        rejected += outcome.rejects
        if watch:
            watch(count)
    return Tally(stage.name, taken - len(rejected), tuple(rejected))


def batches(records: Iterable[T], size: int) -> Iterator[list[T]]:
    """Cut a stream into lists of at most `size`."""
    stream = iter(records)
    while batch := list(islice(stream, size)):
        yield batch
