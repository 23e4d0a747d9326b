"""What stages believe of a Label Studio, held against the fake one and the real one alike."""

from __future__ import annotations

import json
import uuid

import pytest

from builder.model import Entity, Label, Prediction, Sentence, Span, stable_id
from builder.reading import Kind
from builder.reviewing import PageStyle, did, is_changed_by_another
from builder.schema import read_schema
from builder.studio import article_layout, wire
from builder.studio.accounts import join
from builder.studio.article_layout import Article, Stretch, answers_of
from builder.studio.codec import Passage, answer_of, label_region, result_of, task_of
from builder.studio.label_config import instruction, label_config
from tests.conftest import REVIEWER, REVIEWER_PASSWORD
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
def begin(servers, request):
    """Give a person's way to begin an answer without submitting it, and to go on."""
    studio, _ = servers
    if isinstance(studio, FakeStudio):
        return lambda task, result, draft=0: studio.go_on(draft, result) if draft else studio.begin(task, result)
    server = request.getfixturevalue("studio_server")
    token = join(server.url, server.token, REVIEWER, REVIEWER_PASSWORD, "Reviewer")

    def on_the_server(task, result, draft=0):
        with wire.connect(server.url, headers={"Authorization": f"Token {token}"}) as client:
            path = f"/api/drafts/{draft}/" if draft else f"/api/tasks/{task}/drafts"
            answer = client.request("PATCH" if draft else "POST", path, json={"result": result, "lead_time": 1.0})
            return wire.json_of(answer, server.url)["id"]

    return on_the_server


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
    assert [(stable_id(n),) for n in (1, 2, 3)] == [state.sentences for state in studio.list_tasks(project)]
    assert ["b1", "b1", "b2"] == [state.batch for state in studio.list_tasks(project)]
    assert dict(zip([stable_id(1), stable_id(2)], first, strict=True)) == studio.find_batch(project, "b1")
    assert {} == studio.find_batch(project, "b3")
    assert 3 == studio.count_tasks(project)


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


def test_a_second_prediction_is_shown_beside_the_first_until_that_is_retired(servers, schema):
    studio, _ = servers
    _, project = open_new(studio, schema)
    (one,) = studio.import_tasks(project, [task(schema, 1)])
    (prediction,) = task(schema, 1)["predictions"]
    (look,) = studio.look_at(project, [one])
    assert [(True, prediction["result"])] == [(offered.is_shown, offered.result) for offered in look.offered]
    new = studio.offer(one, {**prediction, "result": prediction["result"][:1]})
    studio.retire(look.offered[0].id)
    (look,) = studio.look_at(project, [one])

    assert [(False, 3), (True, 1)] == [(offered.is_shown, len(offered.result)) for offered in look.offered]
    assert new == look.offered[1].id
    assert not look.is_begun


def test_a_look_sees_answers_skips_and_drafts_and_leaves_out_what_is_not_there(servers, begin, schema):
    studio, answer = servers
    _, project = open_new(studio, schema)
    answered, skipped, begun, fresh = studio.import_tasks(project, [task(schema, number) for number in range(4)])
    answer(answered, [])
    answer(skipped, [], was_cancelled=True)
    begin(begun, [])
    looks = studio.look_at(project, [answered, skipped, begun, fresh, 10**6])

    assert {answered: True, skipped: True, begun: True, fresh: False} == {look.task: look.is_begun for look in looks}


def test_a_skipped_task_shows_its_cancelled_answer(servers, schema):
    studio, answer = servers
    _, project = open_new(studio, schema)
    (one,) = studio.import_tasks(project, [task(schema, 1)])
    answer(one, [], was_cancelled=True)

    assert [True] == [body["was_cancelled"] for body in studio.list_annotations(one)]
    assert [1] == [state.answers for state in studio.list_tasks(project)]


def test_stamps_name_every_task_and_count_answers_and_skips(servers, schema):
    studio, answer = servers
    _, project = open_new(studio, schema)
    one, two, three = studio.import_tasks(project, [task(schema, n) for n in (1, 2, 3)])
    answer(one, [])
    answer(two, [], was_cancelled=True)
    listing = studio.list_stamps(project)

    assert {one: "1/0", two: "0/1", three: "0/0"} == {t: s.partition("/")[2] for t, s in listing.stamps.items()}
    assert (3, 1) == (listing.tasks, listing.answers)
    assert listing.stamps == {state.id: state.stamp for state in studio.list_tasks(project)}


def test_only_what_moved_after_a_time_is_listed_beside_the_whole_counts(servers, schema):
    studio, answer = servers
    _, project = open_new(studio, schema)
    one, two = studio.import_tasks(project, [task(schema, 1), task(schema, 2)])
    answer(two, [])
    before = max(stamp.split("/")[0] for stamp in studio.list_stamps(project).stamps.values())
    answer(one, [])
    recent = studio.list_stamps(project, before)

    assert ({one}, 2, 2) == (set(recent.stamps), recent.tasks, recent.answers)
    assert {} == dict(studio.list_stamps(project, "2999-01-01T00:00:00.000000Z").stamps)


def test_tasks_are_read_at_once_with_the_answers_they_have_alone(servers, schema):
    studio, answer = servers
    _, project = open_new(studio, schema)
    ids = studio.import_tasks(project, [task(schema, n) for n in range(4)])
    answer(ids[1], result_of(answer_of(task(schema, 1)["predictions"][0]["result"], TEXT), TEXT))
    answer(ids[2], [], was_cancelled=True)
    for _ in range(2):  # The first time the fields of an answer are learnt.
        read = {one.id: one for one in studio.read_tasks(project, ids)}

        assert set(ids) == set(read)
        assert {id: studio.list_annotations(id) for id in ids} == {id: [*read[id].annotations] for id in ids}
        assert [stable_id(n) for n in range(4)] == [read[id].data["builder_key"] for id in ids]


def test_a_task_that_is_not_there_is_left_out(servers, schema):
    studio, _ = servers
    _, project = open_new(studio, schema)
    (one,) = studio.import_tasks(project, [task(schema, 1)])

    assert [one] == [read.id for read in studio.read_tasks(project, [one, 999_999])]
    assert [] == studio.read_tasks(project, [999_999])
    assert (project, None) == (studio.project_of(one), studio.project_of(999_999))


def test_drafts_of_anybody_are_read_and_do_not_move_the_stamp(servers, begin, schema):
    studio, _ = servers
    _, project = open_new(studio, schema)
    one, _two = studio.import_tasks(project, [task(schema, 1), task(schema, 2)])
    assert {} == studio.read_drafts(project)
    before, result = studio.list_stamps(project).stamps[one], [label_region("event")]
    draft = begin(one, result)
    (first,) = studio.read_drafts(project)[one]
    begin(one, [], draft)
    (second,) = studio.read_drafts(project)[one]

    assert {one} == set(studio.read_drafts(project))
    assert (draft, draft, result, []) == (first["id"], second["id"], first["result"], second["result"])
    assert first["created_at"] == second["created_at"]
    assert first["updated_at"] < second["updated_at"]
    assert "@" in first["user"]
    assert before == studio.list_stamps(project).stamps[one]
    assert [second] == studio.read_drafts(project)[one]


FIRST, SECOND = TEXT + "\t。", "陈雨👨‍👩‍👧同意！"
DOCUMENT = f"题\r\n{FIRST}\r\n{SECOND}（图）"


def placed(text, number):
    at = DOCUMENT.index(text)
    return Sentence(stable_id(text), "d", number, at, at + len(text), Kind.BODY, "zh", text)


STRETCH = Stretch.of([placed(FIRST, 0), placed(SECOND, 1)], DOCUMENT)


def article_task(schema, label="statement"):
    people = ((Span(0, 2, "PERSON"), Span(4, 7, "LOCATION")), (Span(0, 2, "PERSON"), Span(2, 7, "ORG")))
    predictions = [
        Prediction(
            one.id,
            "x@1",
            tuple(Entity(span, 0.5, ("x@1",)) for span in spans),
            Label(label, 0.5, ("x@1",)) if label else None,
        )
        for one, spans in zip(STRETCH.sentences, people, strict=True)
    ]
    return article_layout.task_of(Article(STRETCH, "t", "题", "（图）", "s"), predictions, schema, "article-b1")


def open_articles(studio, schema):
    page = label_config(schema, PageStyle("article", "both"))
    return studio.open_project(str(uuid.uuid4()), "articles", page, instruction(schema))


@pytest.mark.parametrize("label", ["statement", None])
def test_an_article_is_taken_and_its_answer_comes_back_to_each_sentence(servers, schema, label):
    studio, answer = servers
    project = open_articles(studio, schema)
    sent = article_task(schema, label)
    (one,) = studio.import_tasks(project, [sent])
    (state,) = studio.list_tasks(project)
    result = sent["predictions"][0]["result"]
    answer(one, result)
    (body,) = studio.list_annotations(one)

    assert tuple(sentence.id for sentence in STRETCH.sentences) == state.sentences
    assert dict.fromkeys(state.sentences, one) == studio.find_batch(project, "article-b1")
    found, expected = answers_of(body["result"], STRETCH), answers_of(result, STRETCH)
    assert (expected.given, [*expected.problems]) == (found.given, [*found.problems])
    assert (2 if label else 0) == len(found.given)


def test_an_answer_is_given_back_once_and_named_as_it_is_read(servers, schema):
    studio, submit = servers
    _, project = open_new(studio, schema)
    first, second = studio.import_tasks(project, [task(schema, 1), task(schema, 2)])
    submit(first, [label_region("event")], was_cancelled=True)
    (body,) = studio.list_annotations(first)
    name, author = str(uuid.uuid4()), body["completed_by"]
    made = studio.give_back(second, body, name, author)
    again = studio.give_back(second, body, name, author)
    (there,) = studio.list_annotations(second)

    assert "" == again
    assert name not in json.dumps(there)  # or what was edited since could be found by it
    assert made == f"{there['id']}:{there['created_at']}"
    assert did(body) == did(there)
    assert author == there["completed_by"]


def test_who_saved_an_answer_last_is_told_and_its_author_stays(servers, schema):
    studio, submit = servers
    _, project = open_new(studio, schema)
    (one,) = studio.import_tasks(project, [task(schema, 1)])
    submit(one, [label_region("event")])
    (before,) = studio.list_annotations(one)
    if isinstance(studio, FakeStudio):
        studio.edit(before["id"], [label_region("decision")], person=2)
    else:
        studio._send("PATCH", f"/api/annotations/{before['id']}/", {"result": [label_region("decision")]})
    (after,) = studio.list_annotations(one)

    assert (False, True) == (is_changed_by_another(before), is_changed_by_another(after))
    assert before["completed_by"] == after["completed_by"]
    assert before["lead_time"] == after["lead_time"]
