"""A Label Studio of the user's own: `[studio] url` and BUILDER_STUDIO_KEY, with the real command."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from builder.cli import main
from builder.environment import KEY_VARIABLE
from builder.model import Span
from builder.studio.client import StudioClient
from builder.studio.codec import entity_region, label_region
from builder.studio.server import ServerInfo
from tests.project import accepted, make_sources


@pytest.fixture
def project(tmp_path: Path, studio_server: ServerInfo) -> Path:
    """Make a project that reviews on the session's server, ready to be pushed."""
    make_sources(tmp_path)
    quick = '[project]\nname = "own"\n[annotate]\nannotators = ["pattern", "cues"]\n'
    toml = f'{quick}[studio]\nurl = "{studio_server.url}"\n'
    (tmp_path / "builder.toml").write_text(toml, "utf-8")
    for verb in ("ingest", "annotate"):
        assert 0 == command(tmp_path, verb, "").exit_code
    return tmp_path


def command(project: Path, verb: str, key: str) -> Result:
    return CliRunner().invoke(main, ["-C", str(project), *verb.split()], env={KEY_VARIABLE: key})


def test_the_whole_path_runs_on_it(project: Path, studio_server: ServerInfo, reviewer: StudioClient) -> None:
    key = studio_server.token
    pushed = command(project, "push", key)
    assert 0 == pushed.exit_code, pushed.output
    for task in tasks_of(project, reviewer, key):
        reviewer.submit(task["id"], accepted(task["data"]["text"], task["result"]), lead_time=1.5)
    for verb in ("pull", "review", "release v1"):
        assert 0 == command(project, verb, key).exit_code

    assert (project / "exports" / "own" / "v1" / "manifest.json").is_file()


def test_a_wrong_key_is_refused_in_one_line_that_says_where_it_goes(project: Path) -> None:
    result = command(project, "push", "0" * 40)

    assert 2 == result.exit_code
    assert [KEY_VARIABLE] == [word for word in (KEY_VARIABLE,) if word in result.output]
    assert 1 == result.output.strip().count("\n") + 1


def test_an_unknown_label_is_refused_by_review_with_the_nearest_one(
    project: Path, studio_server: ServerInfo, reviewer: StudioClient
) -> None:
    key = studio_server.token
    command(project, "push", key)
    task = tasks_of(project, reviewer, key)[0]
    strange = entity_region(Span(0, 2, "PERSONS"), task["data"]["text"])
    reviewer.submit(task["id"], [strange, label_region("event")], lead_time=1.5)
    command(project, "pull", key)
    result = command(project, "review", key)

    assert "label 'PERSONS' is not in schema 'news'; did you mean 'PERSON'?" in result.output


def tasks_of(project: Path, reviewer: StudioClient, key: str) -> list[dict]:
    """Give this project's tasks with their predictions, as the review page gets them."""
    from builder.store.db import Store

    with Store(project / ".builder") as store:
        found = reviewer.find_project(store.marker)
    states = reviewer.list_tasks(found or 0)
    full = [reviewer._read(dict, "a task", f"/api/tasks/{state.id}") for state in states]
    return [{"id": task["id"], "data": task["data"], "result": task["predictions"][0]["result"]} for task in full]
