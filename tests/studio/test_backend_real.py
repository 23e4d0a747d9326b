"""The backend as the real Label Studio asks it: registered at a project, asked for a task, read back from there."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from builder.model import Entity, Label, Prediction, Sentence, Span
from builder.reading import Kind
from builder.reviewing import Layout, PageStyle
from builder.schema import LabelSchema, read_schema
from builder.studio import article_layout, codec, wire
from builder.studio.article_layout import Article, Stretch
from builder.studio.backend import Address, Backend
from builder.studio.client import StudioClient
from builder.studio.codec import answer_of
from builder.studio.label_config import instruction, label_config
from builder.studio.server import EmbeddedServer, ServerInfo
from builder.studio.suggestions import Suggester
from tests.conftest import silent

TEXT = "😀𠮷田在“江心岛”说：\t1 < 2 & <b>好</b>。\r\nTom left."
PASSWORD = "a-backend's-password"


def words(sentences):
    """Find 江心岛 and Tom, wherever they stand."""
    made = []
    for sentence in sentences:
        places = [
            (sentence.text.find(name), name, label) for name, label in (("江心岛", "LOCATION"), ("Tom", "PERSON"))
        ]
        found = [Entity(Span(at, at + len(name), label), 0.8, ("w@1",)) for at, name, label in places if 0 <= at]
        made.append(Prediction(sentence.id, "words@1", tuple(found), Label("statement", 0.5, ("w@1",))))
    return made


@pytest.fixture(scope="module")
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerInfo]:
    """Start a server that may ask backends on this machine."""
    home = EmbeddedServer(tmp_path_factory.mktemp("open"), local_backends=True)
    try:
        yield home.start(silent)
    finally:
        home.stop()


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> LabelSchema:
    return read_schema("news", tmp_path_factory.mktemp("schema"))


@pytest.fixture(scope="module")
def heard() -> list[str]:
    """Collect what the backend says at its terminal."""
    return []


@pytest.fixture(scope="module")
def backend(schema: LabelSchema, heard: list[str]) -> Iterator[Backend]:
    address = Address(port=0, password=PASSWORD)
    with Backend(address, Suggester(schema, "words@1", words), heard.append) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


def open_project(info: ServerInfo, schema: LabelSchema) -> int:
    client = StudioClient(info.url, info.token)
    return client.open_project(str(uuid.uuid4()), "backend", label_config(schema), instruction(schema))


def asked(info: ServerInfo, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    with wire.connect(info.url, headers={"Authorization": f"Token {info.token}"}) as owner:
        answer = owner.request(method, path, json=body)
        return answer.status_code, answer.json() if answer.content else None


def registration(project: int, backend: Backend, password: str = PASSWORD) -> dict[str, Any]:
    basic = {"auth_method": "BASIC_AUTH", "basic_auth_user": "builder", "basic_auth_pass": password}
    return {"url": backend.url, "project": project, "title": "builder", "is_interactive": True, **basic}


@pytest.fixture(scope="module")
def registered(open_server: ServerInfo, schema: LabelSchema, backend: Backend) -> tuple[int, int, int]:
    """Register the backend at a project with one task of a foreign hand: project, backend, task."""
    project = open_project(open_server, schema)
    status, made = asked(open_server, "POST", "/api/ml/", registration(project, backend))
    assert (201, "CO") == (status, made.get("state")), made
    task = {"data": {"text": TEXT, "title": "t", "before": "", "after": "", "origin": "o"}}
    _, imported = asked(open_server, "POST", f"/api/projects/{project}/import?return_task_ids=true", [task])
    return project, made["id"], imported["task_ids"][0]


def test_a_server_asks_for_predictions_and_keeps_them(
    open_server: ServerInfo, registered: tuple[int, int, int]
) -> None:
    project, _, task = registered
    chosen = {"selectedItems": {"all": False, "included": [task]}, "ordering": []}
    path = f"/api/dm/actions?id=retrieve_tasks_predictions&project={project}"
    status, _ = asked(open_server, "POST", path, chosen)
    assert 200 == status
    _, full = asked(open_server, "GET", f"/api/tasks/{task}")
    (kept,) = full["predictions"]

    assert TEXT == full["data"]["text"]
    assert ("words@1", 0.8) == (kept["model_version"], kept["score"])
    assert (Span(5, 8, "LOCATION"), Span(31, 34, "PERSON")) == answer_of(kept["result"], TEXT).entities


def test_a_server_asks_while_a_person_works(open_server: ServerInfo, registered: tuple[int, int, int]) -> None:
    _, ml, task = registered
    status, answer = asked(open_server, "POST", f"/api/ml/{ml}/interactive-annotating", {"task": task})

    assert 200 == status
    assert (Span(5, 8, "LOCATION"), Span(31, 34, "PERSON")) == answer_of(answer["data"]["result"], TEXT).entities


@pytest.mark.parametrize("layout", ["sentence", "article"])
def test_a_server_gets_for_a_pushed_task_what_was_pushed_and_nothing_for_a_blind_one(
    open_server: ServerInfo, schema: LabelSchema, backend: Backend, layout: Layout
) -> None:
    pushed, blind = task(schema, layout, "words@1"), task(schema, layout, "")
    client = StudioClient(open_server.url, open_server.token)
    page = label_config(schema, PageStyle(layout))
    project = client.open_project(str(uuid.uuid4()), layout, page, instruction(schema))
    ids = client.import_tasks(project, [pushed, blind])
    status, made = asked(open_server, "POST", "/api/ml/", registration(project, backend))
    assert 201 == status, made
    chosen = {"selectedItems": {"all": False, "included": ids}, "ordering": []}
    assert (
        200 == asked(open_server, "POST", f"/api/dm/actions?id=retrieve_tasks_predictions&project={project}", chosen)[0]
    )

    wanted = [pushed["predictions"][0]["result"], []]
    for id, expected in zip(ids, wanted, strict=True):
        kept = asked(open_server, "GET", f"/api/tasks/{id}")[1]["predictions"]
        assert [expected] == [one["result"] for one in kept if one["model_version"] == "words@1"]
        body = {"task": id, "context": {"result": expected[:1], "event_type": "update"}}
        status, answer = asked(open_server, "POST", f"/api/ml/{made['id']}/interactive-annotating", body)
        assert (200, expected) == (status, answer["data"]["result"])


def task(schema: LabelSchema, layout: Layout, annotator: str) -> dict[str, Any]:
    """Make the task of TEXT as push does: of one sentence, or of three."""
    lines = [TEXT] if layout == "sentence" else [TEXT[:20], TEXT[20:31], TEXT[31:]]
    starts = [sum(map(len, lines[:number])) for number in range(len(lines))]
    sentences = [
        Sentence(f"id{number}", "d", number, at, at + len(line), Kind.BODY, "zh", line)
        for number, (at, line) in enumerate(zip(starts, lines, strict=True))
    ]
    made = [
        replace(one, annotator=annotator) if annotator else Prediction(one.sentence, "") for one in words(sentences)
    ]
    if layout == "sentence":
        return codec.task_of(codec.Passage(sentences[0], "t", "", "", "o"), made[0], schema, "b")
    shown = Article(Stretch(tuple(sentences), TEXT), "t", "", "", "o")
    return article_layout.task_of(shown, made, schema, "article-b")


def test_the_token_that_registering_sends_is_said_nowhere(
    open_server: ServerInfo, registered: tuple[int, int, int], backend: Backend, heard: list[str]
) -> None:
    assert not [line for line in heard if open_server.token in line or PASSWORD in line]


def test_a_wrong_password_is_refused_at_registration(
    open_server: ServerInfo, schema: LabelSchema, backend: Backend
) -> None:
    project = open_project(open_server, schema)
    status, answer = asked(open_server, "POST", "/api/ml/", registration(project, backend, "wrong"))

    assert 400 == status
    assert "authentication parameters" in str(answer)


def test_a_project_of_other_controls_is_told_why_at_registration(open_server: ServerInfo, backend: Backend) -> None:
    foreign = '<View><Text name="t" value="$t"/><Choices name="c" toName="t"><Choice value="x"/></Choices></View>'
    client = StudioClient(open_server.url, open_server.token)
    project = client.open_project(str(uuid.uuid4()), "foreign", foreign, "")
    status, answer = asked(open_server, "POST", "/api/ml/", registration(project, backend))

    assert 400 == status
    assert "no control of ours" in str(answer)


def test_without_being_allowed_a_server_asks_no_backend_here(
    studio_server: ServerInfo, schema: LabelSchema, backend: Backend
) -> None:
    status, _ = asked(studio_server, "POST", "/api/ml/", registration(open_project(studio_server, schema), backend))

    assert 403 == status
