"""The labels of a page change on a real server although answers hold them: what review relies on then."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from builder.model import Span
from builder.reviewing import Answer
from builder.schema import LabelSchema, read_schema
from builder.stages.carrying import time_of
from builder.studio import wire
from builder.studio.client import StudioClient
from builder.studio.codec import answer_of, result_of
from builder.studio.label_config import instruction, label_config
from builder.studio.server import ServerInfo

OLD = read_schema("news", Path())
NEW = LabelSchema.model_validate_json(OLD.model_dump_json().replace('"PERSON"', '"HUMAN"').replace("1.0.0", "1.1.0"))
TEXT = "林雨说话。"


@pytest.fixture
def ask(studio_server: ServerInfo) -> Callable[..., Any]:
    """Ask the server as its owner, past our client."""

    def asked(path: str, method: str = "GET", **body: Any) -> Any:
        with wire.connect(studio_server.url, headers={"Authorization": f"Token {studio_server.token}"}) as client:
            return wire.json_of(client.request(method, path, json=body or None), studio_server.url)

    return asked


def test_labels_in_use_can_go_and_answers_stay_until_somebody_updates_them(studio: StudioClient, ask: Any) -> None:
    def opened(schema: LabelSchema) -> int:
        return studio.open_project("[builder:labels]", "labels", label_config(schema), instruction(schema))

    project = opened(OLD)
    around = dict.fromkeys(("title", "before", "after", "origin"), "—")
    data = {"text": TEXT, "builder_key": "s", "builder_batch": "b", **around}
    (task,) = studio.import_tasks(project, [{"data": data, "predictions": []}])
    studio.submit(task, result_of(Answer((Span(0, 2, "PERSON"),), "event"), TEXT), lead_time=2.0)
    (before,) = studio.list_annotations(task)

    assert project == opened(NEW)
    assert label_config(NEW) == ask(f"/api/projects/{project}/")["label_config"]
    assert [before] == studio.list_annotations(task)
    changed = result_of(Answer((Span(0, 2, "HUMAN"),), "event"), TEXT)
    ask(f"/api/annotations/{before['id']}/", "PATCH", result=changed)
    (after,) = studio.list_annotations(task)

    assert (Span(0, 2, "HUMAN"),) == answer_of(after["result"], TEXT).entities
    earlier, later = time_of(before["updated_at"]), time_of(after["updated_at"])
    assert earlier is not None
    assert later is not None
    assert earlier < later
