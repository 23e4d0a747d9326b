"""A lost review project comes back with everything people did, and nothing comes back twice."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress

import pytest

from builder.errors import Unavailable, UsageError
from builder.store import losses, queries
from builder.studio.codec import label_region
from tests.fakes import FakeStudio
from tests.project import answer_all, at_work, make_sources, pushed_project
from tests.stages.test_refresh import labels_shown, later

HUMAN = ("result", "was_cancelled", "lead_time", "completed_by")


@pytest.fixture
def folder(tmp_path):
    """Give a project in which two people answered, one skipped, one changed her mind, and all was pulled."""
    with pushed_project(tmp_path) as (bench, studio):
        answer_all(studio)
        studio.submit(2, [], person=2)
        studio.submit(3, [], person=2, was_cancelled=True, lead_time=9.25)
        studio.edit(1, [])
        studio.delete_annotation(5)
        bench.pull()
        bench.review()
    return tmp_path


def lose(folder):
    """Lose the server."""
    FakeStudio(folder / "server.db").lose()


def human(studio: FakeStudio) -> list[tuple[object, ...]]:
    """Say what people did on each sentence, whatever the ids are."""
    return sorted(
        (task["data"]["builder_key"], *(json.dumps(body[field], sort_keys=True) for field in HUMAN))
        for task in studio.payloads()
        for body in studio.list_annotations(task["id"])
    )


def shown(studio: FakeStudio) -> list[tuple[object, ...]]:
    return sorted((task["data"]["text"], json.dumps(task["predictions"], sort_keys=True)) for task in studio.payloads())


def test_everything_comes_back(folder):
    with at_work(folder) as (bench, studio):
        before, pages, golds = human(studio), shown(studio), queries.golds(bench.store)
    lose(folder)
    with at_work(folder) as (bench, studio):
        bench.restore()
        bench.review()

        assert before == human(studio)
        assert pages == shown(studio)
        assert [(g.sentence, g.entities, g.label) for g in golds] == [
            (g.sentence, g.entities, g.label) for g in queries.golds(bench.store)
        ]


def test_restoring_again_adds_nothing(folder):
    lose(folder)
    with at_work(folder) as (bench, studio):
        bench.restore()
        before, written = human(studio), bench.store.journal.length
        assert [0, 0, 0] == [tally.done for tally in bench.restore()]

        assert (before, written) == (human(studio), bench.store.journal.length)


def test_what_is_lost_twice_comes_back_once_as_it_was_last(folder):
    lose(folder)
    with at_work(folder) as (bench, studio):
        bench.restore()
        studio.edit(1, [], lead_time=77.5)
        studio.delete_annotation(2)
        bench.pull()
        before = human(studio)
        lose(folder)
    with at_work(folder) as (bench, studio):
        bench.restore()

        assert before == human(studio)
        assert [0, 0, 0] == [tally.done for tally in bench.restore()]


def test_what_was_given_back_and_lost_before_anybody_read_it_comes_back(folder):
    with at_work(folder) as (_, studio):
        before = human(studio)
    lose(folder)

    def fault(step):
        if step == "stamps":
            raise Unavailable("connection reset")

    with at_work(folder, fault) as (bench, _), suppress(Unavailable):
        bench.restore()
    lose(folder)
    with at_work(folder) as (bench, studio):
        bench.restore()

        assert before == human(studio)


def test_an_answer_given_back_when_nobody_heard_of_it_is_known_all_the_same(folder):
    lose(folder)
    lost = [True] * 3

    def fault(step):
        if step == "after answer" and lost:
            lost.pop()
            raise Unavailable("connection reset")

    for _ in range(4):
        with at_work(folder, fault) as (bench, studio), suppress(Unavailable):
            bench.restore()
    with at_work(folder) as (bench, studio):
        known = {row[0] for row in bench.store.db.execute("SELECT key FROM given_back")}
        there = [(task["id"], body) for task in studio.payloads() for body in studio.list_annotations(task["id"])]

        assert {f"1:{task}:{body['id']}:{body['created_at']}" for task, body in there} == known


@pytest.mark.parametrize("is_pulled", [False, True])
@pytest.mark.parametrize("arrived", [1, 2, 6])
def test_what_was_given_back_unheard_and_then_edited_is_not_doubled_by_a_second_loss(folder, arrived, is_pulled):
    lose(folder)
    left = [None] * arrived

    def fault(step):
        if step == "after answer" and left.pop() is None and not left:
            raise Unavailable("connection reset")

    with at_work(folder, fault) as (bench, studio), suppress(Unavailable):
        bench.restore()
    with at_work(folder) as (bench, studio):
        there = [row[0] for row in studio._db.execute("SELECT id FROM annotation ORDER BY id")]
        assert arrived == len(there)
        for number, id in enumerate(there):
            studio.edit(id, [label_region("proposal")], lead_time=40.0 + number)
        if is_pulled:
            bench.pull()
        bench.restore()
        before = human(studio)
    lose(folder)
    with at_work(folder) as (bench, studio):
        bench.restore()

        assert before == human(studio)


@pytest.mark.parametrize("person", [1, 2])
@pytest.mark.parametrize(("arrived", "first", "then"), [(1, "event", "decision"), (2, "decision", "event")])
def test_who_came_to_say_what_another_answer_says_is_not_taken_for_it(tmp_path, arrived, first, then, person):
    with pushed_project(tmp_path) as (bench, studio):
        studio.submit(1, [label_region(first)], person=1)
        studio.submit(1, [label_region("decision")], person=person)
        bench.pull()
    lose(tmp_path)
    left = [None] * arrived

    def fault(step):
        if step == "after answer" and left.pop() is None and not left:
            raise Unavailable("connection reset")

    with at_work(tmp_path, fault) as (bench, _), suppress(Unavailable):
        bench.restore()
    with at_work(tmp_path) as (bench, studio):
        studio.edit(1, [label_region(then)])
        bench.restore()
        before = human(studio)
    lose(tmp_path)
    with at_work(tmp_path) as (bench, studio):
        bench.restore()

        assert before == human(studio)


def test_a_restore_killed_at_any_step_goes_on(folder, tmp_path_factory):
    class Died(Exception):
        pass

    with at_work(folder) as (_, studio):
        before = human(studio)
    lose(folder)
    for last in range(60):
        copy = tmp_path_factory.mktemp("killed") / "small"
        shutil.copytree(folder, copy)
        steps = iter(range(last))

        def fault(step, steps=steps):
            if next(steps, None) is None:
                raise Died

        try:
            with at_work(copy, fault) as (bench, _):
                bench.restore()
        except Died:
            with at_work(copy) as (bench, studio):
                bench.restore()
                assert before == human(studio)
        else:
            assert 8 < last
            return
    raise AssertionError("it never came through")


@pytest.mark.parametrize("twin", ["first", "later"])
@pytest.mark.parametrize("arrived", [1, 3, 6])
def test_what_came_back_unheard_is_found_on_whichever_twin_of_its_task_it_stands(folder, arrived, twin):
    """A late import makes every task stand twice, which was not known when the answers went to one of them."""
    with at_work(folder) as (_, studio):
        before = human(studio)
    lose(folder)
    left = [None] * arrived

    def fault(step):
        if step == "after answer" and left.pop() is None and not left:
            raise Unavailable("connection reset")

    with at_work(folder, fault) as (bench, _), suppress(Unavailable):
        bench.restore()
    with at_work(folder) as (bench, studio):
        twins = {task["id"]: studio.copy_task(task["id"]) for task in studio.payloads()}
        if twin == "later":
            studio._db.executemany("UPDATE annotation SET task = ?2 WHERE task = ?1", twins.items())
        bench.pull()
        bench.restore()

        assert before == human(studio)
        assert [] == losses.lost_answers(bench.store)


def test_what_comes_back_goes_to_the_twin_that_is_still_there(folder):
    with at_work(folder) as (_, studio):
        before = human(studio)
    lose(folder)

    def fault(step):
        if step == "before answer":
            raise Unavailable("connection reset")

    with at_work(folder, fault) as (bench, _), suppress(Unavailable):
        bench.restore()
    with at_work(folder) as (bench, studio):
        first = [task["id"] for task in studio.payloads()]
        for task in first:
            studio.copy_task(task)
        bench.pull()
        for task in first:
            studio.delete_task(task)
        bench.pull()
        bench.restore()

        assert before == human(studio)


@pytest.mark.parametrize("verb", ["restore", "push"])
def test_a_sentence_that_was_refused_is_no_longer_once_it_is_sent(folder, verb):
    lose(folder)
    with at_work(folder) as (bench, _):
        sentence = queries.task_sentences(bench.store, 1)[1][0]
        text = queries.find_sentence(bench.store, sentence).text
        write = "UPDATE sentence SET text = ? WHERE id = ?"
        bench.store.db.execute(write, (text[:-1] + "\0", sentence))
        bench.restore()
        assert [("restore", sentence)] == [(one.stage, one.subject) for one in queries.rejects(bench.store)]
        bench.store.db.execute(write, (text, sentence))
        getattr(bench, verb)()

        assert [] == queries.rejects(bench.store)


def test_what_was_wrong_with_tasks_that_are_lost_is_past(folder):
    with at_work(folder) as (bench, studio):
        studio.alter(2, builder_key="of nobody")
        bench.pull()
        assert ["task 2"] == [one.subject for one in queries.rejects(bench.store)]
        studio.lose()
        studio._db.execute("INSERT INTO task (id, project, data, predictions) VALUES (90, 9, '{}', '[]')")
        bench.restore()

        assert [] == queries.rejects(bench.store)


def test_an_answer_that_is_deleted_after_the_restore_counts_no_more(folder):
    lose(folder)
    with at_work(folder) as (bench, studio):
        bench.restore()
        bench.review()
        approved = {gold.sentence for gold in queries.golds(bench.store)}
        (task,) = [t for t in studio.payloads() if t["data"]["builder_key"] == min(approved)]
        for body in studio.list_annotations(task["id"]):
            studio.delete_annotation(body["id"])
        bench.pull()
        bench.review()

        assert approved - {min(approved)} == {gold.sentence for gold in queries.golds(bench.store)}


def test_what_is_not_lost_is_not_restored(folder):
    with at_work(folder) as (bench, _), pytest.raises(UsageError, match="nothing is lost"):
        bench.restore()


def test_people_without_an_account_are_named_before_anything_is_done(folder, monkeypatch):
    lose(folder)
    monkeypatch.setattr(FakeStudio, "people", lambda self: {1: "ann@example.org"})
    with at_work(folder) as (bench, studio):
        before, golds = bench.store.journal.length, queries.golds(bench.store)
        with pytest.raises(UsageError, match=r"bob@example.org.*signup"):
            bench.restore()
        bench.review()

        assert [] == studio.payloads()
        assert (before, golds) == (bench.store.journal.length, queries.golds(bench.store))


def test_where_nothing_was_pushed_nothing_is_restored_or_made(tmp_path):
    make_sources(tmp_path)
    with at_work(tmp_path) as (bench, studio):
        bench.ingest()
        with pytest.raises(UsageError, match="nothing was pushed"):
            bench.restore()

        assert studio.find_project(bench.store.marker) is None


def test_what_people_saw_last_is_what_comes_back_and_what_provenance_tells(tmp_path):
    with pushed_project(tmp_path) as (bench, _):
        pass
    with later(tmp_path) as (bench, _):
        bench.annotate()
        bench.push()
    with at_work(tmp_path) as (bench, studio):
        answer_all(studio)
        bench.pull()
        bench.review()
        golds = [(gold.sentence, gold.label_action, gold.label_proposed_by) for gold in queries.golds(bench.store)]
    assert {("words@2",)} == {by for _, _, by in golds}
    lose(tmp_path)
    with at_work(tmp_path) as (bench, studio):
        bench.restore()
        bench.review()

        assert {("statement",)} == {tuple(labels) for labels in labels_shown(studio).values()}
        told = [(gold.sentence, gold.label_action, gold.label_proposed_by) for gold in queries.golds(bench.store)]
        assert golds == told


def test_who_had_begun_before_newer_proposals_came_gets_back_what_they_saw(tmp_path):
    with pushed_project(tmp_path) as (bench, studio):
        studio.begin(1)
    with later(tmp_path) as (bench, studio):
        bench.annotate()
        bench.push()
        before = labels_shown(studio)
    assert {"event", "statement"} == {label for labels in before.values() for label in labels}
    lose(tmp_path)
    with at_work(tmp_path) as (bench, studio):
        bench.restore()

        assert before == labels_shown(studio)


@pytest.mark.parametrize("what", ["imported", "edited", "unknown"])
def test_an_answer_that_did_not_count_does_not_count_when_it_was_given_back(tmp_path, what):
    with pushed_project(tmp_path) as (bench, studio):
        if what == "edited":
            studio.alter(1, text="Something else was shown.")
        marks = {"imported": {"import_id": 7}, "unknown": {"person": 99}}.get(what, {})
        studio.submit(1, [label_region("event")], **marks)
        bench.pull()
        before = bench.review()
        assert ((), 1) == (before.golds, len(before.refusals))
    lose(tmp_path)
    with at_work(tmp_path) as (bench, _):
        bench.restore()

        assert before.refusals == bench.review().refusals


def test_who_changed_an_earlier_answer_last_is_taken_at_that_after_a_restore(tmp_path):
    with pushed_project(tmp_path) as (bench, studio):
        first = studio.submit(1, [label_region("event")])
        studio.submit(1, [label_region("statement")])
        studio.edit(first, [label_region("decision")])
        bench.pull()
        before = [gold.label for gold in bench.review().golds]
    lose(tmp_path)
    with at_work(tmp_path) as (bench, _):
        bench.restore()

        assert ["decision"] == before == [gold.label for gold in bench.review().golds]


def test_who_changed_an_answer_while_others_were_still_away_is_taken_at_that(tmp_path):
    with pushed_project(tmp_path) as (bench, studio):
        studio.submit(1, [label_region("event")])
        studio.submit(1, [label_region("statement")])
        bench.pull()
    lose(tmp_path)

    def fault(step):
        if step == "after answer":
            raise Unavailable("connection reset")

    with at_work(tmp_path, fault) as (bench, studio), suppress(Unavailable):
        bench.restore()
    with at_work(tmp_path) as (bench, studio):
        studio.edit(1, [label_region("decision")], lead_time=40.0)
        bench.restore()

        assert ["decision"] == [gold.label for gold in bench.review().golds]


def test_an_index_made_again_after_a_restore_is_the_same(folder):
    lose(folder)
    with at_work(folder) as (bench, _):
        bench.restore()
        bench.review()
        golds = queries.golds(bench.store)
    (folder / ".builder" / "builder.db").unlink()
    with at_work(folder) as (bench, _):
        bench.ingest()
        bench.annotate()
        bench.pull()
        bench.review()

        assert golds == queries.golds(bench.store)
