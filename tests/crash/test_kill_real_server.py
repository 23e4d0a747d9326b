"""`push` and `pull` are killed with SIGKILL in the middle of talking to the real server, again and again.

The oracle is the server's own database, read directly and never through our client.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from builder.store import queries
from builder.studio.client import StudioClient
from builder.studio.codec import label_region
from builder.studio.process import wait_until
from builder.studio.server import EmbeddedServer, ServerInfo
from builder.workbench import Workbench
from tests.project import at_work

SENTENCES, ANSWERED, KILLS = 260, 40, 8


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a project with a few batches' worth of sentences."""
    folder = tmp_path_factory.mktemp("real")
    (folder / "sources").mkdir()
    page = "\n\n".join(f"Reporter {number} saw Anna and Tom on day {number}." for number in range(SENTENCES))
    (folder / "sources" / "page.txt").write_text(page, "utf-8")
    with at_work(folder) as (bench, _):
        bench.ingest()
        bench.annotate()
    return folder


def test_a_push_killed_again_and_again_sends_each_sentence_once(
    folder: Path, studio_home: EmbeddedServer, studio_server: ServerInfo
) -> None:
    in_flight = "SELECT count(*) FROM intent WHERE sentence NOT IN (SELECT sentence FROM task)"
    killed = kill_again_and_again(folder, studio_server, Workbench.push, in_flight)
    at_it(folder, studio_server, Workbench.push)

    with at_work(folder) as (bench, _):
        expected = dict.fromkeys((row[0] for row in bench.store.db.execute("SELECT id FROM live")), 1)
        known = set(queries.task_sentences(bench.store, project_of(bench, studio_server)))
    tasks = [(id, json.loads(data)) for id, data in rows(studio_home, "SELECT id, data FROM task")]
    ours = [(id, data["builder_key"]) for id, data in tasks if data.get("builder_key") in expected]
    assert expected == Counter(key for _, key in ours)
    assert {id for id, _ in ours} == known
    assert killed, "the push was never killed inside"


def test_a_pull_killed_again_and_again_journals_each_answer_once(
    folder: Path, studio_home: EmbeddedServer, studio_server: ServerInfo, reviewer: StudioClient
) -> None:
    at_it(folder, studio_server, Workbench.push)
    with at_work(folder) as (bench, _):
        tasks = sorted(queries.task_sentences(bench.store, project_of(bench, studio_server)))[:ANSWERED]
    answers = [reviewer.submit(task, [label_region("event")], lead_time=1.0) for task in tasks]
    killed = kill_again_and_again(folder, studio_server, Workbench.pull, "SELECT count(*) FROM pulled")
    at_it(folder, studio_server, Workbench.pull)

    with at_work(folder) as (bench, _):
        journalled = [entry.body["body"]["id"] for entry in bench.store.journal.entries()]
        bench.store.journal.check()
    marks = ", ".join("?" * len(tasks))
    on_server = rows(studio_home, f"SELECT id FROM task_completion WHERE task_id IN ({marks})", *tasks)
    assert sorted(answers) == sorted(id for (id,) in on_server) == sorted(journalled)
    assert killed, "the pull was never killed inside"


def kill_again_and_again(folder: Path, server: ServerInfo, verb: Callable[[Workbench], object], sign: str) -> int:
    """Start the verb and kill it a moment after `sign`, a count in its store, moved; say how often it died of that."""
    moments = random.Random(7)
    killed = 0
    for _ in range(KILLS):
        before = counted(folder, sign)
        child = os.fork()
        if child == 0:
            try:
                at_it(folder, server, verb)
            finally:
                os._exit(0)
        wait_until(partial(has_moved, folder, sign, before, child), 20.0)
        time.sleep(moments.uniform(0.0, 0.4))
        os.kill(child, signal.SIGKILL)
        killed += os.WIFSIGNALED(os.waitpid(child, 0)[1])
    return killed


def has_moved(folder: Path, sign: str, before: int | None, child: int) -> bool:
    """Whether the sign moved, or never will."""
    return counted(folder, sign) not in (None, before) or has_ended(child)


def counted(folder: Path, sql: str) -> int | None:
    """Ask the store while its owner is at work; None when it cannot be read just now."""
    try:
        with closing(sqlite3.connect(f"file:{folder / '.builder' / 'builder.db'}?mode=ro", uri=True)) as database:
            return int(database.execute(sql).fetchone()[0])
    except sqlite3.OperationalError:
        return None


def has_ended(child: int) -> bool:
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def at_it(folder: Path, server: ServerInfo, verb: Callable[[Workbench], object]) -> None:
    """Do a verb with the real client."""
    with at_work(folder) as (bench, _):
        bench.__dict__["studio"] = StudioClient(server.url, server.token)
        verb(bench)


def project_of(bench: Workbench, server: ServerInfo) -> int:
    return StudioClient(server.url, server.token).find_project(bench.store.marker) or 0


def rows(home: EmbeddedServer, sql: str, *values: object) -> list[tuple]:
    with closing(sqlite3.connect(f"file:{home.data / 'label_studio.sqlite3'}?mode=ro", uri=True)) as database:
        return database.execute(sql, values).fetchall()
