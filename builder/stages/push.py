"""Proposed sentences become Label Studio tasks, each exactly once.

Before a batch is sent its intent is committed; a batch whose outcome is unknown is looked up by our keys before
anything is sent again, since Label Studio does not deduplicate imports (label-studio#540).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from builder.errors import Rejected, UsageError
from builder.flow import Outcome
from builder.model import Document, Fact, Intent, Prediction, Reject, Sentence, Task, stable_id
from builder.ports import Studio
from builder.reading import Kind
from builder.schema import LabelSchema
from builder.store import queries
from builder.store.db import Store
from builder.store.queries import Among
from builder.studio.codec import Passage, task_of
from builder.studio.label_config import instruction, label_config

Proposed = tuple[Passage, Prediction]


def open_project(studio: Studio, store: Store, title: str, schema: LabelSchema, people: int) -> int:
    """Find or create this store's review project, which asks so many people per task.

    Raises:
        UsageError: tasks were pushed before, and this server does not know them.
    """
    check_pushed_here(store, studio.find_project(store.marker))
    return studio.open_project(store.marker, title, label_config(schema), instruction(schema), answers=people)


def check_pushed_here(store: Store, project: int | None) -> None:
    """Refuse a server that does not hold the review project this store pushed to.

    Raises:
        UsageError: it was pushed to another server, or deleted on this one.
    """
    pushed = queries.pushed_projects(store)
    if pushed and project not in pushed:
        raise UsageError(
            f"the review project with the {sum(pushed.values())} tasks pushed before is not on this Label Studio: "
            "point [studio] url at the server that holds it, or bring it back there; another Label Studio is refused"
        )


class Settle:
    """Find out what became of batches whose sender was killed or cut off."""

    name = "settle"
    batch_size = 1

    def __init__(self, studio: Studio, project: int, patience: int = 5, pause: Callable[[float], None] = time.sleep):
        """A request may still be at work in the server: ask up to `patience` times, a second apart."""
        self._studio, self._project = studio, project
        self._patience, self._pause = patience, pause

    def todo(self, store: Store) -> Iterator[tuple[str, list[str]]]:
        """List the batches of unknown outcome."""
        return iter(queries.unsettled(store).items())

    def intend(self, batch: Sequence[tuple[str, list[str]]]) -> list[Fact]:
        """Only look."""
        return []

    def work(self, batch: Sequence[tuple[str, list[str]]]) -> Outcome:
        """Look the tasks up; what is not there will be sent again."""
        ((name, sentences),) = batch
        for attempt in range(self._patience):
            found = self._studio.find_batch(self._project, name)
            if set(sentences) <= found.keys():
                break
            if attempt + 1 < self._patience:
                self._pause(1.0)
        in_order = sorted(found.items(), key=lambda pair: pair[1])
        return Outcome(facts=[Task(self._project, id, sentence, name) for sentence, id in in_order])


class Push:
    """Send every proposed sentence that no task shows."""

    name = "push"
    batch_size = 100

    def __init__(
        self,
        studio: Studio,
        project: int,
        schema: LabelSchema,
        kinds: Sequence[Kind],
        annotator: str,
        among: Among = "live",
    ) -> None:
        self._studio, self._project, self._schema = studio, project, schema
        self._kinds, self._annotator, self._among = kinds, annotator, among

    def todo(self, store: Store) -> Iterator[Proposed]:
        """List the sentences with a proposal and without a task, each with its surroundings."""
        ids = queries.unpushed(store, self._kinds, self._annotator, self._among)
        page = lru_cache(maxsize=2)(lambda document: _read_page(store, document))
        for sentence in queries.sentences(store, ids):
            yield _passage(sentence, *page(sentence.document)), queries.prediction(store, sentence.id, self._annotator)

    def intend(self, batch: Sequence[Proposed]) -> list[Fact]:
        """Say which sentences are about to be sent."""
        name, digest = _batch_name(batch), self._schema.digest
        tasks, _ = self._tasks(batch)
        return [Intent(sentence, name, self._annotator, digest) for sentence in tasks]

    def work(self, batch: Sequence[Proposed]) -> Outcome:
        """Send what can be sent."""
        tasks, rejects = self._tasks(batch)
        ids = self._studio.import_tasks(self._project, list(tasks.values())) if tasks else []
        name = _batch_name(batch)
        return Outcome([Task(self._project, id, key, name) for key, id in zip(tasks, ids, strict=True)], rejects)

    def _tasks(self, batch: Sequence[Proposed]) -> tuple[dict[str, dict[str, Any]], list[Reject]]:
        """Make the task of each sentence that has one, and say why the others have none."""
        tasks, rejects, name = {}, [], _batch_name(batch)
        for passage, prediction in batch:
            sentence = passage.sentence.id
            try:
                tasks[sentence] = task_of(passage, prediction, self._schema, name)
            except Rejected as error:
                rejects.append(Reject(self.name, sentence, error.code, str(error)))
        return tasks, rejects


def _batch_name(batch: Sequence[Proposed]) -> str:
    return stable_id([passage.sentence.id for passage, _ in batch])


def _read_page(store: Store, document: str) -> tuple[Document, dict[int, Sentence], str]:
    found = queries.find_document(store, document)
    neighbours = {sentence.number: sentence for sentence in queries.document_sentences(store, document)}
    return found, neighbours, queries.find_source(store, found.source).path


def _passage(sentence: Sentence, document: Document, neighbours: dict[int, Sentence], path: str) -> Passage:
    before, after = neighbours.get(sentence.number - 1), neighbours.get(sentence.number + 1)
    around = (before.text if before else "", after.text if after else "")
    return Passage(sentence, document.title, *around, path, document.flags)
