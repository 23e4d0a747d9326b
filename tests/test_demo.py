"""The whole job as a user runs it: the real command, the real server, the real pages; a person by API or in person."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import httpx
import pytest

from builder.demo import read_review, run_demo, sample_folder
from builder.errors import UsageError
from builder.exporters.loading import load_release
from builder.studio.accounts import join
from builder.studio.client import StudioClient
from builder.studio.process import wait_until
from builder.studio.server import EmbeddedServer, ServerInfo
from builder.workbench import Workbench
from tests.fakes import FakeStudio
from tests.project import accepted, answer_all

COMMAND = [sys.executable, "-m", "builder", "demo"]
# `webbrowser` opens nothing that a test would have to close.
RECORDED = len(read_review(sample_folder() / "review.jsonl"))
ENVIRONMENT = os.environ | {"BROWSER": "true", "NO_COLOR": "1"}


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Run the demo without a person; give its folder and what it said."""
    folder = tmp_path_factory.mktemp("demo")
    return folder, demo(folder)


def demo(folder: Path) -> str:
    run = subprocess.run([*COMMAND, str(folder)], env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert 0 == run.returncode, run.stderr
    assert run.stdout
    return run.stdout + run.stderr


def test_it_ends_with_the_dataset_loaded_and_counted(replayed: tuple[Path, str]) -> None:
    folder, said = replayed
    records = load_release(folder / "exports" / "demo" / "v1")["records"]
    rows = [line.split() for line in said.splitlines()]

    assert ["approved", str(sum(map(len, records.values())))] in rows
    for split, found in records.items():
        assert ["rows", "in", split, str(len(found))] in rows


def test_it_says_that_the_review_is_a_recorded_one(replayed: tuple[Path, str]) -> None:
    readers = "first-reader@builder.localhost and second-reader@builder.localhost"
    assert f"replaying the recorded review as {readers}" in replayed[1]


def test_its_server_is_stopped(replayed: tuple[Path, str]) -> None:
    assert not EmbeddedServer(replayed[0] / ".builder" / "studio").status().running


def test_running_it_again_does_nothing_twice(replayed: tuple[Path, str]) -> None:
    folder, _ = replayed
    manifest = folder / "exports" / "demo" / "v1" / "manifest.json"
    before = manifest.read_bytes()
    said = demo(folder)

    for stage in ("ingest", "annotate", "push", "pull"):
        assert f"{stage}: nothing to do" in said
    assert before == manifest.read_bytes()


@pytest.fixture
def interactive(tmp_path: Path) -> Iterator[tuple[Path, subprocess.Popen[str]]]:
    """Start the demo that waits for a person."""
    run = subprocess.Popen(
        [*COMMAND, str(tmp_path), "--interactive"],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    yield tmp_path, run
    run.kill()
    run.communicate()
    EmbeddedServer(tmp_path / ".builder" / "studio").stop()


def test_interactive_goes_on_when_a_person_has_answered_every_task(
    interactive: tuple[Path, subprocess.Popen[str]],
) -> None:
    folder, run = interactive
    server = EmbeddedServer(folder / ".builder" / "studio")
    person = as_person(server)
    tasks = person.list_tasks(1)
    for task in tasks:
        assert run.poll() is None
        text, predicted = shown(server, task.id)
        person.submit(task.id, accepted(text, predicted), lead_time=2.0)
    said, _ = run.communicate(timeout=120)

    assert 0 == run.returncode, said
    released = load_release(folder / "exports" / "demo" / "v1")["records"]
    assert len(tasks) == sum(map(len, released.values()))
    assert {"accepted"} == {span["action"] for rows in released.values() for row in rows for span in row["spans"]}


@pytest.mark.parametrize(("answers", "version"), [(0, "v1"), (1, "v2")])
def test_interrupted_it_says_that_the_server_was_stopped_and_how_to_go_on(
    answers: int, version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server, studio = StoppedServer(), FakeStudio(tmp_path / "server.db")
    monkeypatch.setattr("builder.demo.embedded", lambda project: server)
    monkeypatch.setattr("builder.workbench.connect", lambda project: studio)

    def interrupted(bench: Workbench, info: ServerInfo) -> None:
        answer_all(studio, most=answers)

    monkeypatch.setattr("builder.demo.wait_for_person", interrupted)
    monkeypatch.chdir(tmp_path)
    with nullcontext() if answers else pytest.raises(UsageError, match="nothing is approved yet"):
        run_demo(tmp_path / "my demo", interactive=True)
    *_, told = capsys.readouterr().err.splitlines()

    assert server.is_stopped
    assert "Label Studio was stopped" in told
    assert "builder -C 'my demo' run, " in told
    assert told.endswith(f"builder -C 'my demo' run --release {version}")


class StoppedServer:
    """A server of which only its end is looked at."""

    is_stopped = False

    def start(self, say: Callable[[str], None]) -> ServerInfo:
        return ServerInfo("http://fake.test", 1, "owner@example.org", "password", "token")

    def stop(self) -> bool:
        self.is_stopped = True
        return True


def as_person(server: EmbeddedServer) -> StudioClient:
    """Join the demo's server once its tasks are there."""
    assert wait_until(lambda: server.status().healthy, 300)
    owner = json.loads(server.credentials.read_text("utf-8"))
    url = server.status().url or ""
    person = StudioClient(url, join(url, owner["token"], "person@example.org", "a long pass phrase"))
    assert wait_until(lambda: has_all_tasks(person), 60)
    return person


def has_all_tasks(person: StudioClient) -> bool:
    return bool(person._projects()) and RECORDED == len(person.list_tasks(1))


def shown(server: EmbeddedServer, task: int) -> tuple[str, list[dict[str, object]]]:
    """Give a task's sentence and prediction as the review page gets them."""
    token = json.loads(server.credentials.read_text("utf-8"))["token"]
    answer = httpx.get(f"{server.status().url}/api/tasks/{task}", headers={"Authorization": f"Token {token}"})
    return answer.json()["data"]["text"], answer.json()["predictions"][0]["result"]
