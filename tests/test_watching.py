"""Watching pulls again and again, tells each change once, and lets go of the store in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from builder import watching
from builder.cli import main
from builder.errors import Unavailable, UsageError
from builder.store.db import Store
from builder.studio.codec import label_region
from tests.fakes import FakeStudio
from tests.project import answer_all, at_work, pushed_project

EVENT = label_region("event")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    with pushed_project(tmp_path) as (bench, _):
        pass

    @contextmanager
    def opened(start: Path, say: Any) -> Iterator[Any]:
        with at_work(tmp_path) as (bench, _):
            yield bench

    monkeypatch.setattr(watching, "opened", opened)
    return tmp_path


def told_by(folder: Path) -> list[str]:
    lines: list[str] = []
    watching.pull_once(folder, lines.append, lines.append)
    return lines


def test_each_change_is_one_line_and_told_once(folder: Path) -> None:
    studio, ann = FakeStudio(folder / "server.db"), "ann@example.org"
    draft = studio.begin(2, [])
    studio.submit(1, [EVENT])
    studio.submit(3, [], person=2, was_cancelled=True)
    assert [f"task 1: answered by {ann}", f"task 2: begun by {ann}", "task 3: skipped by bob@example.org"] == told_by(
        folder
    )
    assert [] == told_by(folder)

    studio.edit(1, [])
    studio.go_on(draft, [EVENT])
    studio.delete_annotation(2)
    assert [
        f"task 1: changed by {ann}",
        f"task 2: gone on by {ann}",
        "task 3: answer deleted, given by bob@example.org",
    ] == told_by(folder)

    studio.give_up(draft)
    assert [f"task 2: draft closed by {ann}"] == told_by(folder)


def test_a_task_that_cannot_be_read_is_told(folder: Path) -> None:
    studio = FakeStudio(folder / "server.db")
    studio.submit(1, [EVENT])
    studio.poison(1)
    (line,) = told_by(folder)

    assert line.startswith("task 1: E_UNREADABLE: ")


class Enough(Exception):
    """Ends a watch."""


def test_between_two_pulls_others_may_work(folder: Path) -> None:
    studio, lines, pauses = FakeStudio(folder / "server.db"), list[str](), list[float]()

    def pause(seconds: float) -> None:
        with Store(folder / ".builder"):
            answer_all(studio)
        pauses.append(seconds)
        if len(pauses) == 2:
            raise Enough

    with pytest.raises(Enough):
        watching.watch(folder, 7.0, lines.append, lines.append, pause=pause)

    assert [7.0, 7.0] == pauses
    assert len(studio.payloads()) == len(lines)


def test_a_server_that_is_away_is_told_once_and_watching_goes_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers, said = iter([True, False, False, True]), list[str]()

    def pull_once(start: Path, tell: Any, say: Any) -> bool:
        if not next(answers):
            raise Unavailable("nobody answers")
        return True

    monkeypatch.setattr(watching, "pull_once", pull_once)
    with pytest.raises(StopIteration):
        watching.watch(folder, 1.0, said.append, said.append, pause=lambda seconds: None)

    assert ["nobody answers; watching goes on"] == said


def test_what_somebody_must_decide_ends_the_watch(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def pull_once(start: Path, tell: Any, say: Any) -> bool:
        raise UsageError("40 of 50 tasks vanished")

    monkeypatch.setattr(watching, "pull_once", pull_once)
    with pytest.raises(UsageError, match="vanished"):
        watching.watch(folder, 1.0, print, print, pause=lambda seconds: None)


@pytest.mark.parametrize(("is_poisoned", "code"), [(False, 0), (True, 1)])
def test_once_is_one_pull_whose_exit_code_says_whether_all_was_read(folder: Path, is_poisoned: bool, code: int) -> None:
    studio = FakeStudio(folder / "server.db")
    studio.submit(1, [EVENT])
    studio.submit(2, [EVENT])
    if is_poisoned:
        studio.poison(2)
    done = CliRunner().invoke(main, ["-C", str(folder), "watch", "--once"])

    assert code == done.exit_code
    assert "task 1: answered by ann@example.org" in done.output


def test_ctrl_c_ends_the_watch_without_an_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def pause(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(watching.watch, "__kwdefaults__", {"pause": pause})
    done = CliRunner().invoke(main, ["-C", str(folder), "watch"])

    assert (0, True) == (done.exit_code, "stopped watching" in done.output)
