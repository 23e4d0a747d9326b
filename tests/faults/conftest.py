"""A project with sentences to send, and the oracle: the server's own database, read directly."""

from __future__ import annotations

import json
import os
import sqlite3
import time
import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from builder.schema import read_schema
from builder.store import queries
from builder.store.db import Store
from builder.studio.codec import regions
from builder.studio.server import EmbeddedServer
from tests.project import at_work

SOAK = bool(os.environ.get("BUILDER_SOAK"))
TIMEOUT = 4.0
"""Seconds after which clients under test give up: less than the proxy hangs."""


@pytest.fixture
def project(tmp_path: Path) -> Callable[[int], Path]:
    """Make a project with so many proposed sentences, none like another's; asked again, add so many."""

    def made(sentences: int) -> Path:
        (tmp_path / "sources").mkdir(exist_ok=True)
        salt = uuid.uuid4().hex
        begin = 500 * sum(1 for _ in (tmp_path / "sources").iterdir())
        for start in range(begin, begin + sentences, 500):
            lines = [f"Reporter {n} saw Anna and Tom at {salt} on day {n}." for n in range(start, start + 500)]
            page = "\n\n".join(lines[: begin + sentences - start])
            (tmp_path / "sources" / f"page-{start}.txt").write_text(page, "utf-8")
        with at_work(tmp_path) as (bench, _):
            bench.ingest()
            bench.annotate()
        return tmp_path

    return made


def wanted(store: Store) -> dict[str, str]:
    """Say what must stand on the server: the prediction of every body sentence, as JSON."""
    found = {}
    for row in store.db.execute("SELECT id FROM live WHERE kind = 'body'").fetchall():
        sentence = queries.find_sentence(store, row[0])
        assert sentence
        prediction = queries.prediction(store, sentence.id, "combine@words1")
        found[sentence.id] = told(regions(prediction, sentence.text))
    return found


class Oracle:
    """What the server holds, read from its database and never through a client."""

    def __init__(self, home: EmbeddedServer, project: int) -> None:
        self._path, self.project = home.data / "label_studio.sqlite3", project

    def tasks(self) -> dict[int, str]:
        """Say whose sentence each task shows."""
        rows = self._rows("SELECT id, data FROM task WHERE project_id = ?")
        return {id: json.loads(data)["builder_key"] for id, data in rows}

    def copies(self) -> Counter[str]:
        """Count the tasks of each sentence."""
        return Counter(self.tasks().values())

    def predictions(self) -> dict[str, list[str]]:
        """Give the predictions of each sentence, on whichever task, as JSON."""
        sql = """SELECT t.data, p.result FROM prediction p JOIN task t ON t.id = p.task_id
                 WHERE t.project_id = ? ORDER BY p.id"""
        found: dict[str, list[str]] = {}
        for data, result in self._rows(sql):
            found.setdefault(json.loads(data)["builder_key"], []).append(told(json.loads(result)))
        return found

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, timeout=60)) as database:
            return database.execute(sql, (self.project,)).fetchall()


def told(result: list[dict[str, Any]]) -> str:
    """Write regions in one way."""
    return json.dumps(result, sort_keys=True)


def brief(seconds: float) -> None:
    """Pause a fifth as long as asked: the server here is quick, and its faults are ours."""
    time.sleep(seconds / 5)


def schema_here(folder: Path) -> Any:
    """Read the schema that the projects under test label with."""
    return read_schema("news", folder)
