"""The server is killed with SIGKILL in the middle of imports and started anew; the push goes on and ends exact."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from builder.errors import Unavailable
from builder.stages.push import AT_ONCE
from builder.store import queries
from builder.studio.client import StudioClient
from builder.studio.process import wait_until
from builder.studio.server import EmbeddedServer
from tests.conftest import silent
from tests.faults.conftest import Oracle, wanted
from tests.faults.proxy import before, posts
from tests.project import at_work

KILLS, BATCH, RUNS = 10, 25, 20


@pytest.fixture
def home(tmp_path: Path) -> Iterator[EmbeddedServer]:
    """Give a server that may be killed, since nobody else uses it."""
    home = EmbeddedServer(tmp_path / "mortal" / "studio")
    yield home
    home.stop()


class Killer:
    """Kills the server a moment after an import reached it, and starts it anew."""

    def __init__(self, home: EmbeddedServer) -> None:
        self._home, self._moments = home, random.Random(11)
        self._at_work = threading.Lock()
        self.kills = 0

    def watch(self, request: str) -> None:
        """Take notice of a request that is about to be forwarded."""
        if "/import" in request and self.kills < KILLS and self._at_work.acquire(blocking=False):
            threading.Thread(target=self._kill, daemon=True).start()

    def _kill(self) -> None:
        time.sleep(self._moments.uniform(0.0, 0.4))
        os.killpg(self._home.status().pid or 0, signal.SIGKILL)
        wait_until(lambda: not self._home.status().running, 30.0)
        self.kills += 1
        self._home.start(silent)
        self._at_work.release()

    def rest(self) -> None:
        """Wait until the server is there again."""
        with self._at_work:
            pass


def test_a_push_whose_server_is_killed_again_and_again_sends_each_sentence_once(
    project: Callable[[int], Path], home: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(AT_ONCE, "sentence", BATCH)
    server, killer, runs = home.start(silent), Killer(home), 0
    while killer.kills < KILLS:  # the faster the machine, the more is pushed between two kills
        folder = project(BATCH * KILLS)
        with before(server.url, posts(""), killer.watch) as proxy, at_work(folder) as (bench, _):
            bench.__dict__["studio"] = StudioClient(proxy.url, server.token)
            bench.pause = time.sleep
            runs += pushed_at_last(bench.push)
            expected = wanted(bench.store)
            (number,) = queries.pushed_projects(bench.store)
            known = queries.task_sentences(bench.store, number).keys()
        killer.rest()

    oracle = Oracle(home, number)
    print(f"\n{killer.kills} kills of the server, {runs} runs of push, {len(expected)} tasks")
    assert dict.fromkeys(expected, 1) == oracle.copies()
    assert {sentence: [result] for sentence, result in expected.items()} == oracle.predictions()
    assert oracle.tasks().keys() == known


def pushed_at_last(push: Callable[[], object]) -> int:
    """Run a push again as long as the server is not there; count the runs."""
    for run in range(1, RUNS):
        try:
            push()
        except Unavailable:
            continue
        return run
    raise AssertionError("the push never ended")
