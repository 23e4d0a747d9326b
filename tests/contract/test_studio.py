"""What stages believe of a Label Studio, held against the fake one and the real one alike."""

from __future__ import annotations

import uuid

import pytest

from builder.model import Entity, Label, Prediction, Sentence, Span, stable_id
from builder.reading import Kind
from builder.schema import read_schema
from builder.studio.codec import Passage, answer_of, result_of, task_of
from builder.studio.label_config import instruction, label_config
from tests.fakes import FakeStudio

TEXT = "𠮷田在“江心岛”说😀：1 < 2 & <b>好</b>"


@pytest.fixture(params=["fake", "real"])
def servers(request, tmp_path):
    """Give the builder's view of a server, and a person's way to answer there."""
    if request.param == "fake":
        fake = FakeStudio(tmp_path / "server.db")
        return fake, lambda task, result, **fields: fake.submit(task, result, **fields)
    reviewer = request.getfixturevalue("reviewer")
    return request.getfixturevalue("studio"), lambda task, result, **fields: reviewer.submit(
        task, result, lead_time=3.5, cancelled=fields.get("was_cancelled", False)
    )


@pytest.fixture
def schema(tmp_path):
    return read_schema("news", tmp_path)


def open_new(studio, schema):
    marker = str(uuid.uuid4())
    assert studio.find_project(marker) is None
    return marker, studio.open_project(marker, "contract", label_config(schema), instruction(schema))


def task(schema, number, batch="b1"):
    sentence = Sentence(stable_id(number), "d", number, 0, len(TEXT), Kind.BODY, "zh", TEXT)
    entities = (Entity(Span(0, 2, "PERSON"), 0.5, ("x@1",)), Entity(Span(4, 7, "LOCATION"), 0.5, ("x@1",)))
    prediction = Prediction(sentence.id, "x@1", entities, Label("statement", 0.5, ("x@1",)))
    return task_of(Passage(sentence, "t", "", "", "s"), prediction, schema, batch)


def test_a_project_is_found_by_its_marker_and_made_once(servers, schema):
    studio, _ = servers
    marker, project = open_new(studio, schema)

    assert project == studio.find_project(marker)
    assert project == studio.open_project(marker, "again", label_config(schema), instruction(schema))


def test_imported_tasks_are_listed_whole_and_found_by_batch(servers, schema):
    studio, _ = servers
    _, project = open_new(studio, schema)
    first = studio.import_tasks(project, [task(schema, 1), task(schema, 2)])
    second = studio.import_tasks(project, [task(schema, 3, "b2")])

    assert [*first, *second] == [state.id for state in studio.list_tasks(project)]
    assert [stable_id(n) for n in (1, 2, 3)] == [state.sentence for state in studio.list_tasks(project)]
    assert ["b1", "b1", "b2"] == [state.batch for state in studio.list_tasks(project)]
    assert dict(zip([stable_id(1), stable_id(2)], first, strict=True)) == studio.find_batch(project, "b1")
    assert {} == studio.find_batch(project, "b3")


def test_an_answer_moves_the_stamp_of_its_task_only(servers, schema):
    studio, answer = servers
    _, project = open_new(studio, schema)
    one, two = studio.import_tasks(project, [task(schema, 1), task(schema, 2)])
    before = {state.id: state.stamp for state in studio.list_tasks(project)}
    answer(one, [])
    after = {state.id: (state.stamp != before[state.id], state.answers) for state in studio.list_tasks(project)}

    assert {one: (True, 1), two: (False, 0)} == after


def test_an_answer_comes_back_verbatim_with_who_and_when(servers, schema):
    studio, answer = servers
    _, project = open_new(studio, schema)
    (one,) = studio.import_tasks(project, [task(schema, 1)])
    result = result_of(answer_of(task(schema, 1)["predictions"][0]["result"], TEXT), TEXT)
    answer(one, result)
    (body,) = studio.list_annotations(one)

    assert answer_of(result, TEXT) == answer_of(body["result"], TEXT)
    assert (False, 3.5) == (body["was_cancelled"], body["lead_time"])
    assert "@" in studio.people()[body["completed_by"]]
    assert body["created_at"] <= body["updated_at"]
    assert studio.list_annotations(one) == [body]


def test_a_skipped_task_shows_its_cancelled_answer(servers, schema):
    studio, answer = servers
    _, project = open_new(studio, schema)
    (one,) = studio.import_tasks(project, [task(schema, 1)])
    answer(one, [], was_cancelled=True)

    assert [True] == [body["was_cancelled"] for body in studio.list_annotations(one)]
    assert [1] == [state.answers for state in studio.list_tasks(project)]
