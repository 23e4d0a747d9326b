"""Stand-ins for speed: a Label Studio in one SQLite file, and annotators that need no dictionary.

The fake server is held to the real one by tests/contract/test_studio.py.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from builder.errors import Unavailable
from builder.model import Entity, Label, Prediction, Sentence, Span
from builder.ports import Listing, Look, Offered, TaskRead, TaskState
from builder.studio.codec import sentences_of

Fault = Callable[[str], None]
"""Called with the name of each step; raise or die there to simulate a failure."""


_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


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
                changed TEXT DEFAULT '2026-01-01T00:00:00Z');
            CREATE TABLE IF NOT EXISTS annotation (id INTEGER PRIMARY KEY, task INTEGER, body TEXT,
                unique_id TEXT UNIQUE);
            CREATE TABLE IF NOT EXISTS draft (id INTEGER PRIMARY KEY, task INTEGER, body TEXT);
            CREATE TABLE IF NOT EXISTS poison (task INTEGER PRIMARY KEY);
            CREATE TABLE IF NOT EXISTS offer (id INTEGER PRIMARY KEY AUTOINCREMENT, task INTEGER, result TEXT,
                shown INTEGER DEFAULT 1);
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
            for prediction in task["predictions"]:
                self._insert_offer(ids[-1], prediction)
        self._db.execute("COMMIT")
        self._fault("after import")
        return [int(id or 0) for id in ids]

    def find_batch(self, project: int, batch: str) -> dict[str, int]:
        self._fault("find")
        rows = self._db.execute("SELECT id, data FROM task WHERE project = ? ORDER BY id DESC", (project,))
        found = [(id, json.loads(data)) for id, data in rows]
        ours = [(id, data) for id, data in found if data["builder_batch"] == batch]
        return {sentence: id for id, data in ours for sentence in sentences_of(data)}

    def list_tasks(self, project: int) -> list[TaskState]:
        self._fault("list")
        rows = self._db.execute("SELECT id, data FROM task WHERE project = ? ORDER BY id", (project,)).fetchall()
        tasks = [(id, json.loads(data)) for id, data in rows]
        ours = [(id, d, self._stamp(id)) for id, d in tasks if sentences_of(d)]
        return [TaskState(id, sentences_of(d), d["builder_batch"], v, self._count(id)) for id, d, v in ours]

    def list_stamps(self, project: int, since: str = "", at_most: int | None = None) -> Listing:
        self._fault("stamps")
        rows = self._db.execute("SELECT id FROM task WHERE project = ? ORDER BY id", (project,)).fetchall()
        stamps = {id: self._stamp(id) for (id,) in rows}
        answers = sum(int(stamp.split("/")[1]) for stamp in stamps.values())
        after = datetime.fromisoformat(since or "0001-01-01T00:00:00Z")
        recent = {id: s for id, s in stamps.items() if after < datetime.fromisoformat(s.split("/")[0])}
        is_few = at_most is None or len(recent) <= at_most
        return Listing(recent if is_few else {}, len(stamps), answers, len(recent))

    def read_tasks(self, project: int, tasks: Sequence[int]) -> list[TaskRead]:
        self._fault("read")
        held = dict(self._db.execute("SELECT id, data FROM task WHERE project = ?", (project,)).fetchall())
        there = [task for task in tasks if task in held]
        poisoned = {task for (task,) in self._db.execute("SELECT task FROM poison")}
        return [
            TaskRead(task, {}, (), is_readable=False)
            if task in poisoned
            else TaskRead(task, json.loads(held[task]), self.list_annotations(task))
            for task in there
        ]

    def read_drafts(self, project: int) -> dict[int, list[dict[str, Any]] | None]:
        self._fault("drafts")
        sql = "SELECT id, task, body FROM draft WHERE task IN (SELECT id FROM task WHERE project = ?) ORDER BY id"
        drafts: dict[int, list[dict[str, Any]] | None] = {}
        for id, task, body in self._db.execute(sql, (project,)):
            drafts[task] = [*(drafts.get(task) or ()), {**json.loads(body), "id": id, "task": task}]
        return drafts

    def project_of(self, task: int) -> int | None:
        found = self._db.execute("SELECT project FROM task WHERE id = ?", (task,)).fetchone()
        return found[0] if found else None

    def count_tasks(self, project: int) -> int:
        self._fault("count")
        return int(self._db.execute("SELECT count(*) FROM task WHERE project = ?", (project,)).fetchone()[0])

    def list_annotations(self, task: int) -> list[dict[str, Any]]:
        self._fault("annotations")
        rows = self._db.execute("SELECT id, body FROM annotation WHERE task = ? ORDER BY id", (task,))
        return [{**json.loads(body), "id": id, "task": task} for id, body in rows]

    def give_back(self, task: int, body: Mapping[str, Any], unique_id: str, author: int | None) -> str:
        self._fault("before answer")
        kept = {key: body[key] for key in ("result", "was_cancelled", "lead_time", "ground_truth") if key in body}
        if self._db.execute("SELECT 1 FROM annotation WHERE unique_id = ?", (unique_id,)).fetchone():
            return ""
        author = author or 1  # As the server does: nobody in particular is whose token it is.
        made = self.submit(task, kept.pop("result"), person=author, **kept, updated_by=1)
        # The server keeps this name, and never tells it.
        self._db.execute("UPDATE annotation SET unique_id = ? WHERE id = ?", (unique_id, made))
        self._fault("after answer")
        return next(f"{made}:{body['created_at']}" for body in self.list_annotations(task) if body["id"] == made)

    def invite(self) -> str:
        return f"{self.url}/user/signup/?token=x"

    def look_at(self, project: int, tasks: Sequence[int]) -> list[Look]:
        self._fault("look")
        there = [id for (id,) in self._db.execute("SELECT id FROM task WHERE project = ?", (project,)) if id in tasks]
        return [Look(id, self._is_begun(id), self._offered(id)) for id in there]

    def offer(self, task: int, prediction: Mapping[str, Any]) -> int:
        self._fault("before offer")
        made = self._insert_offer(task, prediction)
        self._touch(task)
        self._fault("after offer")
        return made

    def retire(self, prediction: int) -> None:
        self._fault("before retire")
        self._db.execute("UPDATE offer SET shown = 0 WHERE id = ?", (prediction,))
        self._fault("after retire")

    def people(self) -> dict[int, str]:
        return {1: "ann@example.org", 2: "bob@example.org", 3: "cid@example.org"}

    def project_url(self, project: int) -> str:
        return f"{self.url}/projects/{project}/"

    # What people and accidents do, outside the port.

    def submit(self, task: int, result: Sequence[Any], *, person: int = 1, **fields: Any) -> int:
        """Answer a task as the interface would."""
        now = self._tick()
        body = {"result": list(result), "completed_by": person, "lead_time": 3.5, "was_cancelled": False}
        body |= {"created_at": now, "updated_at": now, "updated_by": person, **fields}
        row = (task, json.dumps(body))
        id = self._db.execute("INSERT INTO annotation (task, body) VALUES (?, ?)", row).lastrowid
        self._touch(task)
        return int(id or 0)

    def edit(self, annotation: int, result: Sequence[Any], *, person: int | None = None, **fields: Any) -> None:
        """Change an answer in place, as an update in the interface does: its author, or whoever opened it."""
        task, body = self._db.execute("SELECT task, body FROM annotation WHERE id = ?", (annotation,)).fetchone()
        told = json.loads(body)
        by = person or told["completed_by"]
        changed = {**told, "result": list(result), "updated_at": self._tick(), "updated_by": by, **fields}
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
        self._db.execute("DELETE FROM draft WHERE task = ?", (task,))
        self._db.execute("DELETE FROM task WHERE id = ?", (task,))

    def begin(self, task: int, result: Sequence[Any] = (), *, person: int = 1, annotation: int | None = None) -> int:
        """Begin an answer, or go on with a submitted one, without submitting: the time of the task stands still."""
        now = self._tick()
        body = {"result": list(result), "user": self.people()[person], "lead_time": 1.5, "annotation": annotation}
        row = (task, json.dumps({**body, "created_at": now, "updated_at": now}))
        return int(self._db.execute("INSERT INTO draft (task, body) VALUES (?, ?)", row).lastrowid or 0)

    def go_on(self, draft: int, result: Sequence[Any]) -> None:
        """Change what was begun."""
        (body,) = self._db.execute("SELECT body FROM draft WHERE id = ?", (draft,)).fetchone()
        changed = {**json.loads(body), "result": list(result), "updated_at": self._tick()}
        self._db.execute("UPDATE draft SET body = ? WHERE id = ?", (json.dumps(changed), draft))

    def give_up(self, draft: int) -> None:
        """Throw away what was begun, as submitting it does too."""
        self._db.execute("DELETE FROM draft WHERE id = ?", (draft,))

    def poison(self, task: int, *, cured: bool = False) -> None:
        """Put into a task what the server cannot give back, or take it out again; its time moves."""
        sql = "DELETE FROM poison WHERE task = ?" if cured else "INSERT OR IGNORE INTO poison VALUES (?)"
        self._db.execute(sql, (task,))
        self._touch(task)

    def alter(self, task: int, **keys: Any) -> None:
        """Change what a task shows, as an administrator can; None takes a key away."""
        (data,) = self._db.execute("SELECT data FROM task WHERE id = ?", (task,)).fetchone()
        changed = {key: value for key, value in (json.loads(data) | keys).items() if value is not None}
        self._db.execute("UPDATE task SET data = ? WHERE id = ?", (json.dumps(changed), task))
        self._touch(task)

    def move_task(self, task: int, project: int) -> None:
        """Put a task into another project."""
        self._db.execute("UPDATE task SET project = ? WHERE id = ?", (project, task))
        self._touch(task)

    def copy_task(self, task: int) -> int:
        """Make a second task of the same data, as a retried import does."""
        row = self._db.execute("SELECT project, data, predictions FROM task WHERE id = ?", (task,)).fetchone()
        sql = "INSERT INTO task (project, data, predictions) VALUES (?, ?, ?)"
        return int(self._db.execute(sql, row).lastrowid or 0)

    def now(self) -> datetime:
        """Let a moment pass, and say what time it is on the server."""
        return datetime.fromisoformat(self._tick())

    def lose(self, marker: str = "%") -> None:
        """Lose the projects of these markers with all they hold; another server does not give the same times again."""
        self._db.execute("DELETE FROM project WHERE marker LIKE ?", (marker,))
        self._db.execute("DELETE FROM task WHERE project NOT IN (SELECT id FROM project)")
        for table in ("annotation", "draft", "offer", "poison"):
            self._db.execute(f"DELETE FROM {table} WHERE task NOT IN (SELECT id FROM task)")
        self._db.execute("UPDATE clock SET tick = tick + 1000")

    def snapshot(self) -> bytes:
        """Make a backup of the whole server."""
        return self._db.serialize()

    def restore(self, backup: bytes) -> None:
        """Put a backup in place of what is there."""
        old = sqlite3.connect(":memory:")
        old.deserialize(backup)
        old.backup(self._db)

    def payloads(self, project: int | None = None) -> list[dict[str, Any]]:
        """Give every task, or every one of a project, as the server holds it."""
        sql = "SELECT id, data, predictions FROM task WHERE ?1 IS NULL OR project = ?1 ORDER BY id"
        rows = self._db.execute(sql, (project,))
        return [{"id": id, "data": json.loads(d), "predictions": json.loads(p)} for id, d, p in rows]

    def _insert_offer(self, task: int | None, prediction: Mapping[str, Any]) -> int:
        row = (task, json.dumps(prediction["result"]))
        return int(self._db.execute("INSERT INTO offer (task, result) VALUES (?, ?)", row).lastrowid or 0)

    def _offered(self, task: int) -> tuple[Offered, ...]:
        rows = self._db.execute("SELECT id, result, shown FROM offer WHERE task = ? ORDER BY id", (task,))
        return tuple(Offered(id, json.loads(result), bool(shown)) for id, result, shown in rows)

    def _is_begun(self, task: int) -> bool:
        drafts = self._db.execute("SELECT count(*) FROM draft WHERE task = ?", (task,)).fetchone()[0]
        return 0 < self._count(task) + int(drafts)

    def _count(self, task: int) -> int:
        return int(self._db.execute("SELECT count(*) FROM annotation WHERE task = ?", (task,)).fetchone()[0])

    def _stamp(self, task: int) -> str:
        """Say the state of a task as the real server does; a skipped answer counts apart."""
        (changed,) = self._db.execute("SELECT changed FROM task WHERE id = ?", (task,)).fetchone()
        skipped = "SELECT count(*) FROM annotation WHERE task = ? AND body ->> '$.was_cancelled'"
        cancelled = int(self._db.execute(skipped, (task,)).fetchone()[0])
        return f"{changed}/{self._count(task) - cancelled}/{cancelled}"

    def _touch(self, task: int) -> None:
        self._db.execute("UPDATE task SET changed = ? WHERE id = ?", (self._tick(), task))

    def _tick(self) -> str:
        """Let time pass, and say it."""
        self._db.execute("UPDATE clock SET tick = tick + 1")
        (tick,) = self._db.execute("SELECT tick FROM clock").fetchone()
        return f"{_BEGIN + timedelta(seconds=tick):%Y-%m-%dT%H:%M:%SZ}"


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
    person, label = "PERSON", "event"
    _WORD = re.compile(r"[A-Z][a-z]+|(?<=“)[^“”]+(?=”)")

    def propose_each(self, sentences: Sequence[Sentence]) -> tuple[list[list[Prediction]], list[Prediction]]:
        by = f"{self.name}@{self.fingerprint}"
        combined = [
            Prediction(
                sentence.id,
                by,
                tuple(
                    Entity(Span(*m.span(), self.person), 0.5, ("words@1",)) for m in self._WORD.finditer(sentence.text)
                ),
                Label(self.label, 0.5, ("words@1",)),
            )
            for sentence in sentences
        ]
        each = [Prediction(p.sentence, "words@1", p.entities, p.label) for p in combined]
        return [each], combined

    def propose(self, sentences: Sequence[Sentence]) -> list[Prediction]:
        return self.propose_each(sentences)[1]
