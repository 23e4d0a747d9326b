"""The project's annotators behind the backend: who failed is named once, and the command starts and ends cleanly."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from builder import plugins
from builder.annotators.combine import Combiner
from builder.annotators.isolation import isolated
from builder.cli import main
from builder.model import Prediction, Sentence
from builder.reviewing import PageStyle
from builder.stages.backend import told
from builder.stages.units import stretch_of
from builder.store import standing
from builder.store.db import Store
from builder.studio.article_layout import answers_of
from builder.studio.codec import answer_of, sentences_of
from builder.studio.label_config import label_config
from builder.studio.suggestions import Suggester
from builder.workbench import Workbench
from tests.fakes import FakeStudio
from tests.project import at_work, make_sources, pushed_project
from tests.studio.backends import SCHEMA, VERSION, suggester

TEXT = "😀𠮷：张三7月4日到北京。"


class Failing:
    name, fingerprint = "failing", "1"

    def propose(self, sentences: Sequence[Sentence]) -> list[Prediction]:
        raise ValueError("no such luck")


def test_who_fails_is_named_once_and_the_others_are_heard() -> None:
    said: list[str] = []
    combiner = isolated(Combiner([Failing()], SCHEMA))
    combiner.annotators[0]._worker = None
    combiner.annotators[0]._ask = lambda sentences, seconds: Failing().propose(sentences)
    asked = suggester(told(combiner, said.append))
    for _ in range(2):
        (result,) = asked.results({"tasks": [{"data": {"text": "Tom"}}]})
        assert [] == result["result"]

    assert ["failing@1 failed, the others are heard: E_RAISED: ValueError: no such luck"] == said


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    toml = '[project]\nname = "small"\n[annotate]\nannotators = ["pattern", "cues"]\n'
    (folder / "builder.toml").write_text(toml, "utf-8")
    return folder


@pytest.fixture(scope="module")
def running(project: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """Run the command as a person does, and give its process and the line it printed."""
    command = [sys.executable, "-m", "builder", "-C", str(project), "studio", "backend", "--port", "0", "--json"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # what runs in the background is born deaf to Ctrl+C
    environment = os.environ | {"BUILDER_BACKEND_PASSWORD": ""}
    process = subprocess.Popen(command, text=True, env=environment, preexec_fn=heard, **pipes)
    try:
        yield process, json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


def asked(url: str, method: str, path: str, body: object = None) -> dict:
    connection = HTTPConnection(urlsplit(url).netloc, timeout=30)
    connection.request(method, path, json.dumps(body))
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return answer


def test_the_projects_annotators_answer_under_their_combined_name(running) -> None:
    _, line = running
    answer = asked(line["url"], "POST", "/predict", {"tasks": [{"data": {"text": TEXT}}]})
    (result,) = answer["results"]

    assert line["model_version"] == result["model_version"] == asked(line["url"], "GET", "/health")["model_version"]
    assert result["model_version"].startswith("combine@")
    assert ["7月4日"] == [TEXT[s.start : s.end] for s in answer_of(result["result"], TEXT).entities]


def test_the_store_is_free_for_other_verbs_meanwhile(running, project: Path) -> None:
    with Store(project / ".builder") as store:
        assert store.marker


def test_ctrl_c_ends_it_in_one_line(running) -> None:
    process, _ = running
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)

    assert (130, "") == (process.returncode, out)
    assert "error: stopped; running the same command again goes on from here" == err.splitlines()[-1]
    assert "Traceback" not in err


def test_another_host_without_a_password_is_refused(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BUILDER_BACKEND_PASSWORD", raising=False)
    given = CliRunner().invoke(main, ["-C", str(project), "studio", "backend", "--host", "0.0.0.0"])

    assert (2, 1) == (given.exit_code, len(given.stderr.splitlines()))
    assert "set BUILDER_BACKEND_PASSWORD" in given.stderr


def suggested(bench: Workbench, studio: FakeStudio, layout: str) -> list[tuple[dict, dict]]:
    """Ask for every task that was pushed, as Label Studio does; give each beside what it got."""
    page = label_config(bench.project.schema, PageStyle(layout))
    asked = Suggester(bench.project.schema, VERSION, bench.combiner.propose)
    tasks = studio.payloads()
    return list(zip(tasks, asked.results({"tasks": tasks, "label_config": page}), strict=True))


def answers(bench: Workbench, task: dict, result: list, layout: str) -> object:
    if layout == "sentence":
        return answer_of(result, task["data"]["text"])
    return answers_of(result, stretch_of(bench.store, sentences_of(task["data"])))


@pytest.mark.parametrize("layout", ["sentence", "article"])
def test_what_is_suggested_is_what_was_pushed(tmp_path: Path, layout: str) -> None:
    make_sources(tmp_path)
    quoted = "He said: “The bridge will open. Nobody left. 3 people came in 2024.” They went home.\n"
    (tmp_path / "sources" / "c.txt").write_text(f"Title here\n\n{quoted}", "utf-8")
    with at_work(tmp_path, layout=layout) as (bench, studio):
        bench.__dict__["combiner"] = plugins.combiner(["pattern", "cues", "gazetteer"], {}, bench.project.schema, None)
        bench.ingest()
        bench.annotate()
        bench.push()
        pairs = suggested(bench, studio, layout)

        assert any("“" in task["data"]["text"] for task, _ in pairs)
        assert sum(len(result["result"]) for _, result in pairs) > len(pairs)
        for task, result in pairs:
            (sent,) = task["predictions"]
            assert (sent["result"], sent["score"]) == (result["result"], result["score"])
            assert answers(bench, task, sent["result"], layout) == answers(bench, task, result["result"], layout)


@pytest.mark.parametrize("layout", ["sentence", "article"])
def test_the_control_arm_gets_no_suggestion(tmp_path: Path, layout: str) -> None:
    make_sources(tmp_path)
    for number in range(12):
        (tmp_path / "sources" / f"more-{number}.txt").write_text(f"Tom saw {number} of them. He left.\n", "utf-8")
    with at_work(tmp_path, layout=layout, review="control = 0.5") as (bench, studio):
        bench.ingest()
        bench.annotate()
        bench.push()
        told = {
            (standing.shown(bench.store, id)[0] is not None, bool(result["result"]))
            for task, result in suggested(bench, studio, layout)
            for id in sentences_of(task["data"])
        }

    assert {(True, True), (False, False)} == told


def test_the_control_arm_gets_no_suggestion_after_a_restore(tmp_path: Path) -> None:
    with pushed_project(tmp_path, review="hide = true") as (bench, studio):
        studio._db.execute("DELETE FROM task")
        studio._db.execute("DELETE FROM project")
    with at_work(tmp_path) as (bench, studio):
        bench.restore()
        pairs = suggested(bench, studio, "sentence")

    assert 5 == len(pairs)
    assert {()} == {tuple(result["result"]) for _, result in pairs}
