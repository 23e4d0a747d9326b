"""The real server loses a project, and gets it back: read from its own database, never through our client."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from builder.config import Project, parse_config
from builder.model import Span
from builder.reviewing import Answer
from builder.schema import read_schema
from builder.stages.units import stretch_of
from builder.store import queries
from builder.store.db import Store
from builder.studio import article_layout
from builder.studio.client import StudioClient
from builder.studio.codec import entity_region, label_region
from builder.studio.server import EmbeddedServer
from builder.workbench import Workbench
from tests.conftest import silent
from tests.fakes import WordCombiner
from tests.project import make_sources, toml

SQL = """SELECT t.data, c.result, c.was_cancelled, c.lead_time, u.email FROM task_completion c
         JOIN task t ON t.id = c.task_id JOIN htx_user u ON u.id = c.completed_by_id WHERE t.project_id = ?"""


def human(home: EmbeddedServer, project: int) -> list[tuple[str, ...]]:
    """Say what people did in a project, whatever the ids are."""
    with closing(sqlite3.connect(f"file:{home.data / 'label_studio.sqlite3'}?mode=ro", uri=True)) as database:
        rows = database.execute(SQL, (project,)).fetchall()
    plain = ((json.loads(data), json.dumps(json.loads(result), sort_keys=True), rest) for data, result, *rest in rows)
    return sorted((data["builder_key"], result, *map(str, rest)) for data, result, rest in plain)


@pytest.mark.parametrize("layout", ["sentence", "article"])
def test_a_deleted_project_comes_back_with_every_human_field_however_often_it_is_lost(
    tmp_path: Path, studio_home: EmbeddedServer, studio: StudioClient, reviewer: StudioClient, layout: str
) -> None:
    make_sources(tmp_path)
    settings = parse_config(toml(layout=layout))
    with Store(tmp_path / ".builder") as store:
        bench = Workbench(Project(tmp_path, settings, read_schema("news", tmp_path)), store, silent)
        bench.__dict__.update(combiner=WordCombiner(), studio=studio)
        bench.ingest()
        bench.annotate()
        bench.push()
        (project,) = queries.pushed_projects(store)
        answer(store, studio, reviewer, project)
        bench.pull()
        before = human(studio_home, project)
        for _ in range(2):
            studio._transport.httpx_client.request(f"/api/projects/{project}/", method="DELETE")
            for _ in range(2):
                bench.restore()
                (project,) = queries.pushed_projects(store)
                assert before == human(studio_home, project)
    assert {"1", "0"} == {skipped for _, _, skipped, _, _ in before}
    assert 2 == len({email for *_, email in before})


def answer(store: Store, owner: StudioClient, reviewer: StudioClient, project: int) -> None:
    """Answer every task as one person, skip one, and answer one as another person too."""
    tasks = owner.list_tasks(project)
    for number, task in enumerate(tasks):
        sentences = list(queries.sentences(store, task.sentences))
        if 1 < len(sentences):
            said = {one.id: Answer((Span(0, 2, "PERSON"),), "event") for one in sentences}
            result = article_layout.result_of(said, stretch_of(store, task.sentences))
        else:
            result = [entity_region(Span(0, 2, "PERSON"), sentences[0].text), label_region("event")]
        reviewer.submit(task.id, result, lead_time=1.5 + number, cancelled=number == 1)
    owner.submit(tasks[0].id, [label_region("decision")], lead_time=0.25)
