"""Pull against a real server, held to the server's own database: while people work, and over what it chokes on."""

from __future__ import annotations

import json
import random
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from builder.model import Span
from builder.studio import wire
from builder.studio.accounts import join
from builder.studio.client import StudioClient
from builder.studio.codec import entity_region, label_region
from builder.studio.server import EmbeddedServer, ServerInfo
from tests.project import Workbench, at_work

SENTENCES, EDITS, SEED = 40, 90, 20260704
NAMES = ("river", "harbour", "bridge")
Row = tuple[Any, ...]

HALF_A_TEXT = r'{"data":{"text":"\ud800","title":"","before":"","after":"","origin":""}}'
_REMARK = r'{"from_name":"comment","to_name":"text","type":"textarea","value":{"text":["\ud800"]}}'
HALF_AN_ANSWER = f'{{"result":[{_REMARK}],"lead_time":1}}'


@contextmanager
def pushed(
    folder: Path, studio: StudioClient, sentences: int = SENTENCES, layout: str = "sentence"
) -> Iterator[Workbench]:
    """Open a project of so many sentences, five to an article, whose tasks stand on the real server."""
    lines = [f"Anna met Berta on day {number}." for number in range(sentences)]
    (folder / "sources").mkdir()
    for at in range(0, sentences, 5):
        page = "\n\n".join(["Days", *lines[at : at + 5]])
        (folder / "sources" / f"page-{at:03}.txt").write_text(f"{page}\n", "utf-8")
    with at_work(folder, layout=layout) as (bench, _):
        bench.__dict__["studio"] = studio
        bench.ingest()
        bench.annotate()
        bench.push()
        yield bench


def tasks_of(bench: Workbench) -> dict[int, str]:
    """Give the text of each task."""
    (project,) = [row[0] for row in bench.store.db.execute("SELECT id FROM project")]
    read = bench.studio.read_tasks(project, sorted(bench.studio.list_stamps(project).stamps))
    return {task.id: task.data["text"] for task in read}


class Editor:
    """One account that answers, edits, deletes, skips and begins, as it pleases."""

    def __init__(self, server: ServerInfo, name: str, tasks: dict[int, str], seed: int) -> None:
        token = join(server.url, server.token, f"{name}@builder.localhost", f"the-{name}-password", name.title())
        self._http = wire.connect(server.url, headers={"Authorization": f"Token {token}"})
        self._tasks, self._random = tasks, random.Random(seed)
        self._answers: list[tuple[int, int]] = []
        self._drafts: list[tuple[int, int]] = []
        self.done: dict[str, int] = {}

    def work(self, edits: int) -> None:
        for _ in range(edits):
            act = self._random.choice(("create", "create", "skip", "edit", "delete", "begin", "go_on", "submit"))
            if getattr(self, f"_{act}")():
                self.done[act] = self.done.get(act, 0) + 1

    def _create(self, **more: Any) -> bool:
        task = self._random.choice(sorted(self._tasks))
        made = self._post(f"/api/tasks/{task}/annotations/", self._answer(task) | more)
        self._answers += [(made["id"], task)] if made else []
        return bool(made)

    def _skip(self) -> bool:
        return self._create(was_cancelled=True)

    def _edit(self) -> bool:
        answer, task = self._random.choice(self._answers or [(0, 0)])
        return bool(answer and self._http.patch(f"/api/annotations/{answer}/", json=self._answer(task)).is_success)

    def _delete(self) -> bool:
        answer, task = self._random.choice(self._answers or [(0, 0)])
        if not answer or not self._http.delete(f"/api/annotations/{answer}/").is_success:
            return False
        self._answers.remove((answer, task))
        return True

    def _begin(self) -> bool:
        task = self._random.choice(sorted(self._tasks))
        made = self._post(f"/api/tasks/{task}/drafts", self._answer(task))
        self._drafts += [(made["id"], task)] if made else []
        return bool(made)

    def _go_on(self) -> bool:
        draft, task = self._random.choice(self._drafts or [(0, 0)])
        return bool(draft and self._http.patch(f"/api/drafts/{draft}/", json=self._answer(task)).is_success)

    def _submit(self) -> bool:
        draft, task = self._random.choice(self._drafts or [(0, 0)])
        made = draft and self._post(f"/api/tasks/{task}/annotations/", self._answer(task) | {"draft_id": draft})
        if made:
            self._drafts.remove((draft, task))
            self._answers.append((made["id"], task))
        return bool(made)

    def _answer(self, task: int) -> dict[str, Any]:
        text = self._tasks[task]
        start = self._random.randrange(len(text) - 4)
        span = Span(start, start + self._random.randint(1, 4), self._random.choice(("PERSON", "LOCATION")))
        label = label_region(self._random.choice(("event", "statement")))
        return {"result": [entity_region(span, text), label], "lead_time": self._random.random()}

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        answer = self._http.post(path, json=body)
        return answer.json() if answer.is_success else None


def held(home: EmbeddedServer, project: int) -> tuple[list[Row], list[Row]]:
    """Read the answers and the drafts of a project from the server's own database."""
    whose = "FROM {} a JOIN task t ON t.id = a.task_id LEFT JOIN htx_user u ON u.id = a.{} WHERE t.project_id = ?"
    answers = "SELECT a.task_id, a.id, a.created_at, u.email, a.result, a.lead_time, a.was_cancelled "
    drafts = "SELECT a.task_id, a.id, a.created_at, u.email, a.result, a.lead_time, 0 "
    with closing(sqlite3.connect(f"file:{home.data / 'label_studio.sqlite3'}?mode=ro", uri=True)) as db:
        read = (
            db.execute(answers + whose.format("task_completion", "completed_by_id"), (project,)).fetchall(),
            db.execute(drafts + whose.format("tasks_annotationdraft", "user_id"), (project,)).fetchall(),
        )
    told = [
        sorted((t, i, moment(at), who, json.loads(r), lead, bool(c)) for t, i, at, who, r, lead, c in rows)
        for rows in read
    ]
    return told[0], told[1]


def journalled(bench: Workbench) -> tuple[list[Row], list[Row]]:
    """Read the present answers and drafts from the journal alone."""
    entries = [entry.body for entry in bench.store.journal.entries() if entry.kind == "annotation"]
    present = [entry for entry in {entry["key"]: entry for entry in entries}.values() if not entry["deleted"]]
    told: tuple[list[Row], list[Row]] = ([], [])
    for entry in present:
        body, is_draft = entry["body"], bool(entry.get("draft"))
        born, skipped = moment(body["created_at"]), bool(body.get("was_cancelled"))
        row = (body["task"], body["id"], born, entry["author"], body["result"], body["lead_time"], skipped)
        told[is_draft].append(row)
    return sorted(told[0]), sorted(told[1])


def moment(time: str) -> datetime:
    read = datetime.fromisoformat(time)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


@pytest.mark.parametrize(("layout", "count"), [("sentence", SENTENCES), ("article", SENTENCES // 5)])
def test_while_three_people_work_nothing_is_lost_and_then_nothing_is_written(
    studio: StudioClient,
    studio_home: EmbeddedServer,
    studio_server: ServerInfo,
    tmp_path: Path,
    layout: str,
    count: int,
) -> None:
    with pushed(tmp_path, studio, layout=layout) as bench:
        tasks = tasks_of(bench)
        assert count == len(tasks)
        editors = [Editor(studio_server, name, tasks, SEED + number) for number, name in enumerate(NAMES)]
        threads = [threading.Thread(target=editor.work, args=(EDITS,)) for editor in editors]
        for thread in threads:
            thread.start()
        pulls = 0
        while any(thread.is_alive() for thread in threads):
            bench.pull(accept_deletions=1_000)
            pulls += 1
        bench.pull(accept_deletions=1_000)
        (project,) = [row[0] for row in bench.store.db.execute("SELECT id FROM project")]
        acts = {act: sum(editor.done.get(act, 0) for editor in editors) for editor in editors for act in editor.done}
        length = bench.store.journal.length

        assert 2 <= pulls
        assert {"create", "skip", "edit", "delete", "begin", "go_on", "submit"} == set(acts), acts
        assert held(studio_home, project) == journalled(bench)
        assert 0 == bench.pull().taken
        assert length == bench.store.journal.length


def test_what_the_server_cannot_give_back_is_named_and_all_else_is_pulled(
    studio: StudioClient, studio_server: ServerInfo, tmp_path: Path
) -> None:
    with (
        pushed(tmp_path, studio, 9) as bench,
        wire.connect(studio_server.url, headers={"Authorization": f"Token {studio_server.token}"}) as http,
    ):
        tasks = sorted(tasks_of(bench))
        for task in tasks:
            studio.submit(task, [label_region("event")], lead_time=2.0)
        bench.pull()
        length = bench.store.journal.length
        by_data, by_answer, by_draft = tasks[1], tasks[4], tasks[7]
        poison(
            http,
            "PATCH",
            f"/api/tasks/{by_data}/",
            r'{"data":{"text":"\ud800","title":"","before":"","after":"","origin":""}}',
        )
        poison(http, "POST", f"/api/tasks/{by_answer}/annotations/", HALF_AN_ANSWER)
        poison(http, "POST", f"/api/tasks/{by_draft}/drafts", HALF_AN_ANSWER)
        studio.submit(tasks[0], [label_region("statement")], lead_time=2.0)
        for _ in range(2):
            rejected = bench.pull().rejected
            assert [(f"task {task}", "E_UNREADABLE") for task in (by_data, by_answer, by_draft)] == [
                (reject.subject, reject.code) for reject in rejected
            ]
        assert length + 1 == bench.store.journal.length
        listed = {state.id: len(state.sentences) for state in studio.list_tasks(project_of(bench))}
        assert {task: int(task != by_data) for task in tasks} == listed
        refused = {reason.split(":")[0] for _, reason in bench.review().refusals}
        assert {f"task {task}" for task in (by_data, by_answer, by_draft)} <= refused


def poison(http: httpx.Client, method: str, path: str, body: str) -> None:
    """Send what the server takes and then cannot write; that its own answer breaks is part of it."""
    answer = http.request(method, path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (200, 500)


def project_of(bench: Workbench) -> int:
    return int(bench.store.db.execute("SELECT id FROM project").fetchone()[0])


@pytest.mark.parametrize("is_there", [True, False])
def test_a_task_is_found_in_its_project_or_nowhere(studio: StudioClient, tmp_path: Path, is_there: bool) -> None:
    with pushed(tmp_path, studio, 1) as bench:
        task = max(tasks_of(bench))
        expected = project_of(bench) if is_there else None

        assert expected == studio.project_of(task if is_there else 999_999)
