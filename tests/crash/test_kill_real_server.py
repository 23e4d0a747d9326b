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

from builder.stages.pull import Pull
from builder.stages.push import AT_ONCE
from builder.store import queries
from builder.store.journal import broken_lines
from builder.studio.client import StudioClient
from builder.studio.codec import label_region
from builder.studio.process import wait_until
from builder.studio.server import EmbeddedServer, ServerInfo
from builder.workbench import Workbench
from tests.project import at_work

# `make soak` (BUILDER_SOAK=1) kills a push 500 times.
PUSH_KILLS = 500 if os.environ.get("BUILDER_SOAK") else 120
# A page is pushed before all kills are done, the sooner the faster the machine; then another one is added.
BATCH, PAGE = 4, 960
PULLED, ANSWERED, PULL_KILLS = 260, 40, 8
MOMENTS = random.Random(7)


def add_page(folder: Path, sentences: int) -> None:
    """Give the project another page of so many proposed sentences, like none before."""
    sources = folder / "sources"
    sources.mkdir(exist_ok=True)
    begin = sum(1 for _ in sources.iterdir()) * sentences
    page = "\n\n".join(
        f"Reporter {number} saw Anna and Tom on day {number}." for number in range(begin, begin + sentences)
    )
    (sources / f"page-{begin}.txt").write_text(page, "utf-8")
    with at_work(folder) as (bench, _):
        bench.ingest()
        bench.annotate()


def test_a_push_killed_again_and_again_sends_each_sentence_once(
    tmp_path: Path, studio_home: EmbeddedServer, studio_server: ServerInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, killed = tmp_path, 0
    in_flight = "SELECT count(*) FROM intent WHERE sentence NOT IN (SELECT sentence FROM task)"
    while killed < PUSH_KILLS:
        add_page(folder, PAGE)
        with monkeypatch.context() as patch:
            patch.setitem(AT_ONCE, "sentence", BATCH)
            kills = kill_until_it_ends(folder, studio_server, Workbench.push, in_flight, PUSH_KILLS - killed)
        assert kills, "the push was never killed inside"
        killed += kills
    at_it(folder, studio_server, Workbench.push)

    with at_work(folder) as (bench, _):
        expected = dict.fromkeys((row[0] for row in bench.store.db.execute("SELECT id FROM live")), 1)
        known = set(queries.task_sentences(bench.store, project_of(bench, studio_server)))
        project = project_of(bench, studio_server)
    found = rows(studio_home, "SELECT id, data FROM task WHERE project_id = ?", project)
    ours = [(id, json.loads(data)["builder_key"]) for id, data in found]
    assert expected == Counter(key for _, key in ours)
    assert {id for id, _ in ours} == known


def test_a_pull_killed_again_and_again_journals_each_answer_once(
    tmp_path: Path,
    studio_home: EmbeddedServer,
    studio_server: ServerInfo,
    reviewer: StudioClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Pull, "batch_size", 5)  # so that there is much to be killed between
    add_page(folder := tmp_path, PULLED)
    at_it(folder, studio_server, Workbench.push)
    with at_work(folder) as (bench, _):
        tasks = sorted(queries.task_sentences(bench.store, project_of(bench, studio_server)))[:ANSWERED]
    answers = [reviewer.submit(task, [label_region("event")], lead_time=1.0) for task in tasks]
    killed = kill_until_it_ends(folder, studio_server, Workbench.pull, "SELECT count(*) FROM pulled", PULL_KILLS)
    at_it(folder, studio_server, Workbench.pull)

    with at_work(folder) as (bench, _):
        answered = [entry for entry in bench.store.journal.entries() if entry.kind == "annotation"]
        journalled = [entry.body["body"]["id"] for entry in answered]
        assert [] == [*broken_lines(bench.store.folder / "journal")]
    marks = ", ".join("?" * len(tasks))
    on_server = rows(studio_home, f"SELECT id FROM task_completion WHERE task_id IN ({marks})", *tasks)
    assert sorted(answers) == sorted(id for (id,) in on_server) == sorted(journalled)
    assert killed, "the pull was never killed inside"


def kill_until_it_ends(
    folder: Path, server: ServerInfo, verb: Callable[[Workbench], object], sign: str, kills: int
) -> int:
    """Start the verb and kill it a moment after `sign`, a count in its store, moved; say how often it died of that.

    No more than so often, and no more once it ended by itself.
    """
    for killed in range(kills):
        before = counted(folder, sign)
        child = os.fork()
        if child == 0:
            try:
                at_it(folder, server, verb)
            finally:
                os._exit(0)
        wait_until(partial(has_moved, folder, sign, before, child), 20.0)
        time.sleep(MOMENTS.uniform(0.0, 0.3))
        os.kill(child, signal.SIGKILL)
        if not os.WIFSIGNALED(os.waitpid(child, 0)[1]):
            return killed
    return kills


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
        bench.pause = time.sleep
        verb(bench)


def project_of(bench: Workbench, server: ServerInfo) -> int:
    return StudioClient(server.url, server.token).find_project(bench.store.marker) or 0


def rows(home: EmbeddedServer, sql: str, *values: object) -> list[tuple]:
    with closing(sqlite3.connect(f"file:{home.data / 'label_studio.sqlite3'}?mode=ro", uri=True)) as database:
        return database.execute(sql, values).fetchall()
