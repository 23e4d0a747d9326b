"""Groups of people answer apart, some sentences without a proposal; what was shown is remembered."""

import pytest

from builder.errors import UsageError
from builder.reviewing import Action
from builder.stages.projects import people_per_task, titled
from builder.store import queries, standing
from builder.studio.codec import label_region
from tests.project import accepted, at_work, make_sources

GROUPS = 'groups = ["a", "b"]'


def role(bench, studio, name):
    return studio.find_project(f"{bench.store.marker}/{name}")


def keys(studio, project):
    return [task["data"]["builder_key"] for task in studio.payloads(project)]


def accept(studio, project, person, label="event"):
    """Accept every proposal of a project; where there is none, only choose the label."""
    for task in studio.payloads(project):
        shown = task["predictions"][0]["result"] if task["predictions"] else []
        studio.submit(task["id"], accepted(task["data"]["text"], shown, label), person=person)


def test_every_sentence_stands_once_in_the_project_of_each_group(folder):
    with at_work(folder, review=GROUPS) as (bench, studio):
        assert 10 == bench.push().done
        assert 0 == bench.push().done
        a, b = role(bench, studio, "review/a"), role(bench, studio, "review/b")

        assert a != b
        assert keys(studio, a) == keys(studio, b)
        assert 5 == len(set(keys(studio, a)))
        assert studio.find_project(bench.store.marker) is None


def test_a_group_is_named_in_the_title_however_long_it_is():
    assert "small review · a" == titled("small review", "review/a")
    assert "small review · adjudication" == titled("small review", "adjudication")
    assert "small review" == titled("small review", "review")
    assert 50 == len(titled("x" * 50, "review/a"))
    assert titled("x" * 50, "review/a").endswith(" · a")


def test_the_projects_of_groups_ask_together_for_as_many_people_as_the_rule(folder):
    with at_work(folder, rule="agree:3", review=GROUPS) as (bench, _):
        assert [2, 3] == [people_per_task(bench.rule, ("a", "b")), people_per_task(bench.rule, ())]


def test_agreement_counts_people_over_all_groups(folder):
    with at_work(folder, rule="agree:2", review=GROUPS) as (bench, studio):
        bench.push()
        accept(studio, role(bench, studio, "review/a"), 1)
        bench.pull()
        assert {"1 of 2 people answered"} == {reason for _, reason in bench.review().refusals}

        accept(studio, role(bench, studio, "review/b"), 2)
        bench.pull()
        assert {("ann@example.org", "bob@example.org")} == {g.approval.approvers for g in bench.review().golds}


def test_one_person_in_two_groups_is_one_person(folder):
    with at_work(folder, rule="agree:2", review=GROUPS) as (bench, studio):
        bench.push()
        for name in ("review/a", "review/b"):
            accept(studio, role(bench, studio, name), 1)
        bench.pull()

        assert {"1 of 2 people answered"} == {reason for _, reason in bench.review().refusals}


def test_an_edit_in_any_group_waits_for_the_next_pull(folder):
    with at_work(folder, review=GROUPS) as (bench, studio):
        bench.push()
        accept(studio, role(bench, studio, "review/b"), 2)
        bench.pull()
        before = len(bench.review().golds)
        studio.edit(1, [label_region("statement")])

        assert before - 1 == len(bench.review().golds)


def test_status_counts_what_waits_for_any_group(folder):
    with at_work(folder) as (bench, _):
        bench.push()
    with at_work(folder, review=GROUPS) as (bench, _):
        assert {"tasks": 5, "waiting": 5} == bench.status()["push"]
        bench.push()
        assert {"tasks": 5, "waiting": 0} == bench.status()["push"]


def test_answers_of_before_there_were_groups_still_count(folder):
    with at_work(folder) as (bench, studio):
        bench.push()
        accept(studio, studio.find_project(bench.store.marker), 1)
    with at_work(folder, rule="agree:2", review=GROUPS) as (bench, studio):
        bench.push()
        accept(studio, role(bench, studio, "review/b"), 2)
        bench.pull()

        assert 5 == len(bench.review().golds)


def test_a_group_whose_project_is_gone_is_refused(folder):
    with at_work(folder, review=GROUPS) as (bench, studio):
        bench.push()
        studio._db.execute("DELETE FROM project WHERE marker LIKE '%/review/b'")

        with pytest.raises(UsageError, match="review/b project with the 5 tasks"):
            bench.pull()


def test_hidden_proposals_are_not_sent_and_what_people_mark_is_their_own(folder):
    with at_work(folder, review="hide = true") as (bench, studio):
        bench.push()
        proposed = queries.count_proposed_spans(bench.store, "combine@words1")
        assert 0 < proposed
        assert [[]] * 5 == [task["predictions"] for task in studio.payloads()]

        for task in studio.payloads():
            text = task["data"]["text"]
            stood = queries.prediction(bench.store, task["data"]["builder_key"], "combine@words1")
            spans = [entity.span for entity in stood.entities]
            studio.submit(task["id"], accepted(text, [region(span, text) for span in spans], "event"))
        bench.pull()
        golds = bench.review().golds

        assert {Action.ADDED} == {gold.label_action for gold in golds}
        assert [Action.ADDED] * proposed == [span.action for gold in golds for span in gold.entities]
        assert {()} == {gold.rejected for gold in golds}


def region(span, text):
    from builder.studio.codec import entity_region

    return entity_region(span, text)


def blind(studio, project):
    return {task["data"]["builder_key"] for task in studio.payloads(project) if not task["predictions"]}


def test_a_control_share_is_the_same_in_every_group_and_for_ever(tmp_path):
    make_sources(tmp_path)
    lines = "".join(f"Sentence {word} stands here. " for word in "abcdefghijklmnopqrstuvwxyz" * 4)
    (tmp_path / "sources" / "c.txt").write_text(lines, "utf-8")
    with at_work(tmp_path, review=f"{GROUPS}\ncontrol = 0.3") as (bench, studio):
        bench.ingest()
        bench.annotate()
        bench.push()
        shown = [blind(studio, role(bench, studio, f"review/{name}")) for name in "ab"]
        every = len(keys(studio, role(bench, studio, "review/a")))
    with at_work(tmp_path, review='groups = ["a", "b", "c"]\ncontrol = 0.5') as (bench, studio):
        bench.push()
        wider = blind(studio, role(bench, studio, "review/c"))

    assert shown[0] == shown[1]
    assert 0.15 < len(shown[0]) / every < 0.45
    assert shown[0] < wider


def test_what_was_not_shown_is_remembered_by_the_journal(folder):
    with at_work(folder, review="control = 0.5") as (bench, studio):
        bench.push()
        hidden = blind(studio, None)
        told = {intent[0] for entry in bench.store.journal.entries() if entry.kind == "intent"
                and not entry.body["annotator"] for intent in entry.body["sentences"]}  # fmt: skip
        without = {s for s in keys(studio, None) if standing.shown(bench.store, s)[0] is None}

    assert 0 < len(hidden) < 5
    assert hidden == told == without
