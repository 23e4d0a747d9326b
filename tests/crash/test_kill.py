"""Every verb is killed with SIGKILL at every step it takes, run again, and compared with a run never killed.

A step is: any SQL statement (so every batch boundary and the inside of every transaction), any request to the
server (before and after it takes effect), any forcing of a file to disk, any rename, any removal.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
from functools import partial
from pathlib import Path

import pytest

from builder.project_files import create
from builder.store.journal import broken_lines
from tests.project import answer_all, at_work, dump, make_sources

VERBS = ("ingest", "annotate", "push", "pull", "review", "release")
_SYSTEM = ("fsync", "rename", "replace", "truncate", "unlink", "rmdir", "mkdir")


def do(verb, bench):
    return bench.release("v1") if verb == "release" else getattr(bench, verb)()


@pytest.fixture(scope="module")
def states(tmp_path_factory):
    """Make the project as it stands before each verb, and after the last."""
    folder = tmp_path_factory.mktemp("states")
    at = folder / "ingest"
    make_sources(at)
    for verb, following in zip(VERBS, (*VERBS[1:], "end"), strict=True):
        done = folder / following
        shutil.copytree(at, done)
        with at_work(done) as (bench, studio):
            do(verb, bench)
            if verb == "push":
                answer_all(studio)
        at = done
    return folder


def outcome(folder: Path) -> tuple[list[str], list[object], dict[str, bytes], list[object]]:
    """Say all that a run left: the store, the journal, the release, the server."""
    with at_work(folder) as (bench, studio):
        journal = [entry.body for entry in bench.store.journal.entries()]
        assert [] == [*broken_lines(bench.store.folder / "journal")]
        exports = {str(p.relative_to(folder)): p.read_bytes() for p in (folder / "exports").rglob("*") if p.is_file()}
        return dump(bench), journal, exports, [(task["id"], task["data"]["builder_key"]) for task in studio.payloads()]


@pytest.mark.parametrize("verb", VERBS)
def test_killed_at_any_step_and_run_again_is_never_having_been_killed(states, tmp_path, verb):
    expected = run_again(states / verb, tmp_path / "never killed", verb)

    step = 0
    while killed_at(states / verb, tmp_path / "killed", verb, step):
        assert expected == run_again(tmp_path / "killed", tmp_path / "again", verb), f"killed at step {step}"
        step += 1
    assert step > 3, "the verb was not killed inside"


def test_a_journal_torn_anywhere_is_made_whole(states, tmp_path):
    expected = run_again(states / "pull", tmp_path / "whole", "pull")
    (written,) = (tmp_path / "whole" / ".builder" / "journal").glob("*.jsonl")

    begun = (states / "pull" / ".builder" / "journal" / written.name).stat().st_size
    for length in range(begun, written.stat().st_size + 1, 97):
        torn = fresh(states / "pull", tmp_path / "torn")
        (torn / ".builder" / "journal" / written.name).write_bytes(written.read_bytes()[:length])
        assert expected == run_again(torn, tmp_path / "again", "pull"), f"torn at byte {length}"


def test_init_killed_at_any_step_and_run_again_writes_the_whole_file(tmp_path):
    expected = create(tmp_path / "whole", "x", "news", ("sources",)).read_bytes()

    step = 0
    while child(partial(create, tmp_path / str(step), "x", "news", ("sources",)), step):
        assert expected == create(tmp_path / str(step), "x", "news", ("sources",)).read_bytes()
        step += 1
    assert step > 1


def run_again(state: Path, at: Path, verb: str):
    folder = fresh(state, at)
    with at_work(folder) as (bench, _):
        do(verb, bench)
    return outcome(folder)


def fresh(state: Path, at: Path) -> Path:
    shutil.rmtree(at, ignore_errors=True)
    shutil.copytree(state, at)
    return at


def killed_at(state: Path, at: Path, verb: str, step: int) -> bool:
    """Run a verb in a child that dies before its step; False when it ended before it came so far."""
    fresh(state, at)

    def work():
        with at_work(at, fault=Countdown.step) as (bench, _):
            do(verb, bench)

    return child(work, step)


def child(work, step: int) -> bool:
    """Fork, work, and die by SIGKILL before the given step; say whether it died."""
    pid = os.fork()
    if pid == 0:
        try:
            Countdown.arm(step)
            work()
            os._exit(0)
        except BaseException:
            import traceback

            traceback.print_exc()
            os._exit(1)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the child failed instead of being killed"
    return os.WIFSIGNALED(status)


class Countdown:
    """Count the steps of this process and kill it at one; only ever armed in a forked child."""

    left = 0

    @classmethod
    def step(cls, *_: object) -> None:
        if cls.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        cls.left -= 1

    @classmethod
    def arm(cls, steps: int) -> None:
        cls.left = steps
        for name in _SYSTEM:
            setattr(os, name, cls._counted(getattr(os, name)))
        connect = sqlite3.connect

        def traced(path, **options):
            connection = connect(path, **options)
            if not str(path).endswith("server.db"):
                connection.set_trace_callback(cls.step)
            return connection

        sqlite3.connect = traced

    @classmethod
    def _counted(cls, call):
        def counted(*args, **kwargs):
            cls.step()
            return call(*args, **kwargs)

        return counted
