"""Tasks nobody has begun show the newest proposals; what each person saw is known; nothing vanishes on the server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from builder.errors import Unavailable
from builder.model import Label
from builder.reviewing import Action
from builder.store import queries
from tests.fakes import WordCombiner
from tests.project import accepted, at_work, pushed_project


class LaterCombiner(WordCombiner):
    """What proposes after the annotators changed: another sentence label."""

    fingerprint = "words2"

    def propose_each(self, sentences):
        each, combined = super().propose_each(sentences)
        return each, [replace(one, label=Label("statement", 0.9, ("words@2",))) for one in combined]


class ThirdCombiner(LaterCombiner):
    """What proposes after they changed once more."""

    fingerprint = "words3"

    def propose_each(self, sentences):
        each, combined = super().propose_each(sentences)
        return each, [replace(one, label=Label("decision", 0.9, ("words@3",))) for one in combined]


@pytest.fixture
def folder(tmp_path):
    """Push a project, and propose anew."""
    with pushed_project(tmp_path) as (bench, _):
        pass
    with later(tmp_path) as (bench, _):
        bench.annotate()
    return tmp_path


def later(folder, *fault):
    return Later(at_work(folder, *fault))


class Later:
    """The project at work with the later annotators."""

    def __init__(self, work):
        self.work = work

    def __enter__(self):
        bench, studio = self.work.__enter__()
        bench.__dict__["combiner"] = LaterCombiner()
        return bench, studio

    def __exit__(self, *error):
        return self.work.__exit__(*error)


def labels_shown(studio):
    """Give the sentence label of every prediction that reviewers see, by task."""
    tasks = [payload["id"] for payload in studio.payloads()]
    return {
        look.task: [label for one in look.offered if one.is_shown for label in said(one.result)]
        for look in studio.look_at(1, tasks)
    }


def said(result):
    return [region["value"]["choices"][0] for region in result if region["type"] == "choices"]


def test_every_task_that_nobody_began_shows_exactly_the_newest(folder):
    with later(folder) as (bench, studio):
        tally = bench.push()

        assert {("statement",)} == {tuple(labels) for labels in labels_shown(studio).values()}
        assert 0 == tally.taken
        assert len(studio.payloads()) == queries.count(bench.store, "task")


def test_pushing_again_changes_nothing(folder):
    with later(folder) as (bench, studio):
        bench.push()
        steps = []
        studio._fault = steps.append
        bench.push()

    assert [] == [step for step in steps if "offer" in step or step == "look"]


def test_the_old_predictions_stay_out_of_view(folder):
    with later(folder) as (bench, studio):
        bench.push()
        (look,) = studio.look_at(1, [1])

    assert [["event"], ["statement"]] == [said(offered.result) for offered in look.offered]
    assert [False, True] == [offered.is_shown for offered in look.offered]


@pytest.mark.parametrize("begun", ["answer", "skip", "draft"])
def test_a_task_that_somebody_began_keeps_what_it_showed(folder, begun):
    with later(folder) as (bench, studio):
        if begun == "draft":
            studio.begin(1)
        else:
            studio.submit(1, [], was_cancelled=begun == "skip")
        bench.push()

        assert ["event"] == labels_shown(studio).pop(1)
        assert {("statement",)} == {tuple(v) for task, v in labels_shown(studio).items() if task != 1}


def test_proposals_that_look_the_same_are_not_sent_again(folder):
    with at_work(folder) as (bench, studio):
        combiner = WordCombiner()
        combiner.fingerprint = "words3"
        bench.__dict__["combiner"] = combiner
        bench.annotate()
        steps = []
        studio._fault = steps.append
        bench.push()

    assert [] == [step for step in steps if "offer" in step]


@pytest.mark.parametrize("step", ["before offer", "after offer", "before retire", "after retire", "look"])
def test_a_lost_answer_leaves_exactly_one_in_view(folder, step):
    left = [2]

    def fault(name):
        if name == step and left[0]:
            left[0] -= 1
            raise Unavailable("connection reset")

    with later(folder, fault) as (bench, studio):
        bench.push()
        assert {("statement",)} == {tuple(labels) for labels in labels_shown(studio).values()}
        assert [2] * len(studio.payloads()) == [
            len(look.offered) for look in studio.look_at(1, [*labels_shown(studio)])
        ]


@pytest.mark.parametrize("step", ["before offer", "after offer", "before retire", "after retire"])
def test_killed_in_between_the_next_run_goes_on(folder, step):
    def fault(name):
        if name == step:
            raise KeyboardInterrupt

    with later(folder, fault) as (bench, _), pytest.raises(KeyboardInterrupt):
        bench.push()
    with later(folder) as (bench, studio):
        bench.push()
        assert {("statement",)} == {tuple(labels) for labels in labels_shown(studio).values()}
        assert [2] * len(studio.payloads()) == [
            len(look.offered) for look in studio.look_at(1, [*labels_shown(studio)])
        ]


def test_somebody_who_begins_meanwhile_is_left_with_what_was_there(folder):
    with later(folder) as (bench, studio):
        studio._fault = lambda step: studio.begin(1) if step == "after offer" else None
        bench.push()

        assert ["event"] == labels_shown(studio)[1]


@pytest.mark.parametrize(("opened", "action"), [("before", Action.ACCEPTED), ("after", Action.RELABELLED)])
def test_an_answer_is_compared_with_what_its_author_saw(folder, opened, action):
    """Somebody opens a task, the proposal is replaced, the answer names the one it started from."""
    with later(folder) as (bench, studio):
        bench.push()
        (look,) = studio.look_at(1, [1])
        seen = look.offered[0 if opened == "before" else 1]
        text = studio.payloads()[0]["data"]["text"]
        studio.submit(1, accepted(text, seen.result, "event"), parent_prediction=seen.id)
        bench.pull()
        (gold,) = bench.review().golds

    assert action == gold.label_action


@pytest.mark.parametrize(("opened", "action"), [(0, Action.ACCEPTED), (1, Action.RELABELLED), (None, Action.ACCEPTED)])
def test_who_began_while_both_were_in_view_is_compared_with_the_one_they_saw(folder, opened, action):
    """The new proposal was shown for a moment, then hidden since somebody had begun: on which of both is known."""
    with later(folder) as (bench, studio):
        studio._fault = begins_after_offer(studio)
        bench.push()
        seen = studio.look_at(1, [1])[0].offered
        named = {} if opened is None else {"parent_prediction": seen[opened].id}
        studio.submit(1, accepted(studio.payloads()[0]["data"]["text"], seen[0].result, "event"), **named)
        bench.pull()
        (gold,) = bench.review().golds

    assert action == gold.label_action


@pytest.mark.parametrize(
    ("opened", "action"), [(2, Action.ACCEPTED), (1, Action.RELABELLED), (None, Action.RELABELLED)]
)
def test_who_begins_while_proposals_are_replaced_once_more_is_compared_with_the_one_they_saw(folder, opened, action):
    """What stays in view was said before; it is still what the task shows."""
    with later(folder) as (bench, studio):
        bench.push()
        bench.__dict__["combiner"] = ThirdCombiner()
        bench.annotate()
        studio._fault = begins_after_offer(studio)
        bench.push()
        seen = studio.look_at(1, [1])[0].offered
        assert [False, True, False] == [one.is_shown for one in seen]
        named = {} if opened is None else {"parent_prediction": seen[opened].id}
        studio.submit(1, accepted(studio.payloads()[0]["data"]["text"], seen[2].result, "decision"), **named)
        bench.pull()
        (gold,) = bench.review().golds
        before = bench.store.db.execute("SELECT * FROM shown ORDER BY number").fetchall()
    (folder / ".builder" / "builder.db").unlink()
    with later(folder) as (bench, _):
        after = bench.store.db.execute("SELECT * FROM shown ORDER BY number").fetchall()

    assert (action, before) == (gold.label_action, after)


def test_tasks_that_keep_what_they_showed_are_not_counted_as_new(folder):
    with later(folder) as (bench, studio):
        said = []
        bench.say = said.append
        studio._fault = begins_after_offer(studio)
        bench.push()

    assert ["4 tasks that nobody has begun show new proposals"] == said


def begins_after_offer(studio):
    """Let somebody begin on the first task while old and new are in view."""
    return lambda step: studio.begin(1) if step == "after offer" else None


def test_an_answer_that_names_nothing_is_compared_with_what_the_task_shows(folder):
    with later(folder) as (bench, studio):
        bench.push()
        studio.submit(1, accepted(studio.payloads()[0]["data"]["text"], studio.look_at(1, [1])[0].offered[1].result))
        bench.pull()
        (gold,) = bench.review().golds

    assert (Action.ACCEPTED, ("words@2",)) == (gold.label_action, gold.label_proposed_by)


def test_an_index_made_anew_still_knows_what_was_shown(folder):
    with later(folder) as (bench, studio):
        bench.push()
        before = bench.store.db.execute("SELECT * FROM shown ORDER BY number").fetchall()
    (folder / ".builder" / "builder.db").unlink()
    with later(folder) as (bench, studio):
        assert before == bench.store.db.execute("SELECT * FROM shown ORDER BY number").fetchall()
        for verb in (bench.ingest, bench.annotate, bench.push):
            verb()
        assert {("statement",)} == {tuple(labels) for labels in labels_shown(studio).values()}
        assert 2 == len(studio.look_at(1, [1])[0].offered)
