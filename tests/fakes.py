"""Stand-ins for speed: a Label Studio in one SQLite file, and annotators that need no dictionary.

The fake server is held to the real one by tests/contract/test_studio.py.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from builder.errors import Unavailable
from builder.model import Entity, Label, Prediction, Sentence, Span
from builder.ports import TaskState

Fault = Callable[[str], None]
"""Called with the name of each step; raise or die there to simulate a failure."""


def no_fault(step: str) -> None:
    """Let everything pass."""


class FakeStudio:
    """A `builder.ports.Studio` whose server side survives the death of its client."""

    url = "http://fake.test"

    def __init__(self, path: Path, fault: Fault = no_fault) -> None:
        self._fault = fault
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.executescript(
            """CREATE TABLE IF NOT EXISTS project (id INTEGER PRIMARY KEY, marker TEXT);
            CREATE TABLE IF NOT EXISTS task (id INTEGER PRIMARY KEY, project INTEGER, data TEXT, predictions TEXT,
                version INTEGER DEFAULT 0);
            CREATE TABLE IF NOT EXISTS annotation (id INTEGER PRIMARY KEY, task INTEGER, body TEXT);
            CREATE TABLE IF NOT EXISTS clock (tick INTEGER); INSERT INTO clock SELECT 0 WHERE NOT EXISTS
                (SELECT 1 FROM clock);"""
        )

    def find_project(self, marker: str) -> int | None:
        found = self._db.execute("SELECT id FROM project WHERE marker = ?", (marker,)).fetchone()
        return found[0] if found else None

    def open_project(self, marker: str, title: str, label_config: str, instruction: str, *, answers: int = 1) -> int:
        self._fault("before project")
        if self.find_project(marker) is None:
            self._db.execute("INSERT INTO project (marker) VALUES (?)", (marker,))
        self._fault("after project")
        return int(self.find_project(marker) or 0)

    def import_tasks(self, project: int, tasks: Sequence[Mapping[str, Any]]) -> list[int]:
        self._fault("before import")
        ids = []
        self._db.execute("BEGIN")
        for task in tasks:
            row = (project, json.dumps(task["data"]), json.dumps(task["predictions"]))
            ids.append(
                self._db.execute("INSERT INTO task (project, data, predictions) VALUES (?, ?, ?)", row).lastrowid
            )
        self._db.execute("COMMIT")
        self._fault("after import")
        return [int(id or 0) for id in ids]

    def find_batch(self, project: int, batch: str) -> dict[str, int]:
        self._fault("find")
        rows = self._db.execute("SELECT id, data FROM task WHERE project = ? ORDER BY id DESC", (project,))
        found = [(id, json.loads(data)) for id, data in rows]
        return {data["builder_key"]: id for id, data in found if data["builder_batch"] == batch}

    def list_tasks(self, project: int) -> list[TaskState]:
        self._fault("list")
        rows = self._db.execute(
            "SELECT id, data, version FROM task WHERE project = ? ORDER BY id", (project,)
        ).fetchall()
        tasks = [(id, json.loads(data), str(version)) for id, data, version in rows]
        return [TaskState(id, d["builder_key"], d["builder_batch"], v, self._count(id)) for id, d, v in tasks]

    def list_annotations(self, task: int) -> list[dict[str, Any]]:
        self._fault("annotations")
        rows = self._db.execute("SELECT id, body FROM annotation WHERE task = ? ORDER BY id", (task,))
        return [{**json.loads(body), "id": id, "task": task} for id, body in rows]

    def people(self) -> dict[int, str]:
        return {1: "ann@example.org", 2: "bob@example.org"}

    def project_url(self, project: int) -> str:
        return f"{self.url}/projects/{project}/"

    # What people and accidents do, outside the port.

    def submit(self, task: int, result: Sequence[Any], *, person: int = 1, **fields: Any) -> int:
        """Answer a task as the interface would."""
        now = self._tick()
        body = {"result": list(result), "completed_by": person, "lead_time": 3.5, "was_cancelled": False}
        body |= {"created_at": f"2026-01-01T00:00:{now:02}Z", "updated_at": f"2026-01-01T00:00:{now:02}Z", **fields}
        row = (task, json.dumps(body))
        id = self._db.execute("INSERT INTO annotation (task, body) VALUES (?, ?)", row).lastrowid
        self._touch(task)
        return int(id or 0)

    def edit(self, annotation: int, result: Sequence[Any]) -> None:
        """Change an answer in place, as an update in the interface does."""
        task, body = self._db.execute("SELECT task, body FROM annotation WHERE id = ?", (annotation,)).fetchone()
        changed = {**json.loads(body), "result": list(result), "updated_at": f"2026-01-02T00:00:{self._tick():02}Z"}
        self._db.execute("UPDATE annotation SET body = ? WHERE id = ?", (json.dumps(changed), annotation))
        self._touch(task)

    def delete_annotation(self, annotation: int) -> None:
        """Remove an answer; its id may be given again."""
        task = self._db.execute("SELECT task FROM annotation WHERE id = ?", (annotation,)).fetchone()[0]
        self._db.execute("DELETE FROM annotation WHERE id = ?", (annotation,))
        self._touch(task)

    def delete_task(self, task: int) -> None:
        """Remove a task with its answers."""
        self._db.execute("DELETE FROM annotation WHERE task = ?", (task,))
        self._db.execute("DELETE FROM task WHERE id = ?", (task,))

    def copy_task(self, task: int) -> int:
        """Make a second task of the same data, as a retried import does."""
        row = self._db.execute("SELECT project, data, predictions FROM task WHERE id = ?", (task,)).fetchone()
        sql = "INSERT INTO task (project, data, predictions) VALUES (?, ?, ?)"
        return int(self._db.execute(sql, row).lastrowid or 0)

    def payloads(self) -> list[dict[str, Any]]:
        """Give every task as the server holds it."""
        rows = self._db.execute("SELECT id, data, predictions FROM task ORDER BY id")
        return [{"id": id, "data": json.loads(d), "predictions": json.loads(p)} for id, d, p in rows]

    def _count(self, task: int) -> int:
        return int(self._db.execute("SELECT count(*) FROM annotation WHERE task = ?", (task,)).fetchone()[0])

    def _touch(self, task: int) -> None:
        self._db.execute("UPDATE task SET version = version + 1 WHERE id = ?", (task,))

    def _tick(self) -> int:
        self._db.execute("UPDATE clock SET tick = tick + 1")
        return int(self._db.execute("SELECT tick FROM clock").fetchone()[0])


class DeadStudio(FakeStudio):
    """A server that does not answer."""

    def find_project(self, marker: str) -> int | None:
        raise Unavailable("http://fake.test does not answer")


class WordCombiner:
    """Proposes every capitalised word and every quoted Chinese name; quick, pure and deterministic."""

    name = "combine"
    fingerprint = "words1"
    annotators = ()
    is_quick = True
    _WORD = re.compile(r"[A-Z][a-z]+|(?<=“)[^“”]+(?=”)")

    def propose_each(self, sentences: Sequence[Sentence]) -> tuple[list[list[Prediction]], list[Prediction]]:
        by = f"{self.name}@{self.fingerprint}"
        combined = [
            Prediction(
                sentence.id,
                by,
                tuple(Entity(Span(*m.span(), "PERSON"), 0.5, ("words@1",)) for m in self._WORD.finditer(sentence.text)),
                Label("event", 0.5, ("words@1",)),
            )
            for sentence in sentences
        ]
        each = [Prediction(p.sentence, "words@1", p.entities, p.label) for p in combined]
        return [each], combined

    def propose(self, sentences: Sequence[Sentence]) -> list[Prediction]:
        return self.propose_each(sentences)[1]
