"""What is lost of groups and of an adjudication comes back: decisions belong to what people said, not to ids."""

from contextlib import suppress

import pytest

from builder.errors import Unavailable, UsageError
from builder.model import Span
from builder.reviewing import Answer
from builder.schema_change import Wishes
from builder.stages.restore import give_up_lost
from builder.stages.schema_change import Asked, migrate, pair_of
from builder.store import losses, queries
from builder.studio.codec import answer_of, label_region, result_of
from tests.project import accepted, at_work, pushed_project
from tests.stages.test_schema_change import SPLIT

GROUPS = 'groups = ["a", "b"]'


@pytest.fixture
def folder(tmp_path):
    """Give a project in which two groups disagree on everything, and an adjudicator decided all but one."""
    with pushed_project(tmp_path, review=GROUPS) as (bench, studio):
        for group, person, label in (("a", 1, "event"), ("b", 2, "statement")):
            for task in studio.payloads(project(bench, studio, f"review/{group}")):
                result = accepted(task["data"]["text"], task["predictions"][0]["result"], label)
                studio.submit(task["id"], result, person=person)
        bench.pull()
        assert 5 == bench.adjudicate().done
        for case in studio.payloads(project(bench, studio, "adjudication"))[:-1]:
            spans = answer_of(case["predictions"][0]["result"], case["data"]["text"])
            studio.submit(case["id"], accepted(case["data"]["text"], case["predictions"][0]["result"], "decision"),
                          person=3, lead_time=7.5)  # fmt: skip
            assert spans.label in {"event", "statement"}
        bench.pull()
        assert 4 == len(bench.review().golds)
    return tmp_path


def project(bench, studio, role):
    return studio.find_project(f"{bench.store.marker}/{role}")


def told(golds):
    return [(g.sentence, g.entities, g.label, g.approval.rule, g.approval.approvers) for g in golds]


def lose(folder, role):
    with at_work(folder, review=GROUPS) as (bench, studio):
        golds = told(bench.review().golds)
        studio.lose(f"%{role}")
    return golds


@pytest.mark.parametrize("role", ["", "review/a", "review/b", "adjudication"])
def test_every_decision_counts_after_a_restore_as_before(folder, role):
    golds = lose(folder, role)
    with at_work(folder, review=GROUPS) as (bench, studio):
        bench.restore()
        bench.pull()

        assert golds == told(bench.review().golds)
        assert 0 == bench.adjudicate().done
        assert 5 == len(studio.payloads(project(bench, studio, "adjudication")))
        written = bench.store.journal.length
        assert {0} == {tally.done for tally in bench.restore()}
        assert written == bench.store.journal.length


@pytest.mark.parametrize("arrived", [1, 3])
def test_a_decision_that_came_back_unheard_is_found_on_whichever_twin_of_its_task_it_stands(folder, arrived):
    golds, left = lose(folder, "adjudication"), [None] * arrived

    def fault(step):
        if step == "after answer" and left.pop() is None and not left:
            raise Unavailable("connection reset")

    with at_work(folder, fault, review=GROUPS) as (bench, _), suppress(Unavailable):
        bench.restore()
    with at_work(folder, review=GROUPS) as (bench, studio):
        for case in studio.payloads(project(bench, studio, "adjudication")):
            studio.copy_task(case["id"])
        bench.pull()
        bench.restore()

        assert golds == told(bench.review().golds)
        assert [] == losses.lost_answers(bench.store)


@pytest.mark.parametrize("groups", ['["b", "a"]', '["c", "a", "b"]', '["a", "b", "c"]'])
def test_projects_come_back_whole_whichever_ids_the_server_gives_them(folder, groups):
    with at_work(folder, review=f"groups = {groups}") as (bench, studio):
        bench.push()
        golds = told(bench.review().golds)
    lose(folder, "")
    for _ in range(2):
        with at_work(folder, review=f"groups = {groups}") as (bench, studio):
            bench.restore()
            bench.pull()

            assert golds == told(bench.review().golds)
            pushed = [
                *studio.payloads(project(bench, studio, "review/a")),
                *studio.payloads(project(bench, studio, "review/b")),
            ]
            assert 10 == len(pushed)
            assert 5 == len(studio.payloads(project(bench, studio, "adjudication")))
        lose(folder, "")


def test_a_project_that_is_missing_hides_no_edit_in_the_others(folder):
    lose(folder, "review/b")
    with at_work(folder, review=GROUPS) as (bench, studio):
        task = studio.payloads(project(bench, studio, "review/a"))[0]
        (answer,) = studio.list_annotations(task["id"])
        studio.edit(answer["id"], [label_region("proposal")])
        changed = task["data"]["builder_key"]
        assert changed not in {gold.sentence for gold in bench.review().golds}
        with pytest.raises(UsageError, match="review/b project"):
            bench.pull()

        entries = [entry.body for entry in bench.store.journal.entries() if entry.kind == "annotation"]
        assert [changed] == entries[-1]["sentences"]


def test_what_groups_were_shown_comes_back(folder):
    with at_work(folder, review=GROUPS) as (bench, studio):
        shown = [sorted(map(page, studio.payloads(project(bench, studio, f"review/{name}")))) for name in "ab"]
        cases = sorted(map(page, studio.payloads(project(bench, studio, "adjudication"))))
    lose(folder, "")
    with at_work(folder, review=GROUPS) as (bench, studio):
        bench.restore()

        for name, before in zip("ab", shown, strict=True):
            assert before == sorted(map(page, studio.payloads(project(bench, studio, f"review/{name}"))))
        assert cases == sorted(map(page, studio.payloads(project(bench, studio, "adjudication"))))


def page(task):
    return str((task["data"]["text"], task["data"].get("answers"), task["predictions"]))


def test_a_decision_between_answers_that_were_changed_since_stays_in_the_journal(folder):
    with at_work(folder, review=GROUPS) as (bench, studio):
        studio.edit(1, [label_region("proposal")])
        bench.pull()
        changed = studio.payloads()[0]["data"]["builder_key"]
    lose(folder, "")
    with at_work(folder, review=GROUPS) as (bench, _):
        bench.restore()
        bench.pull()
        golds = bench.review().golds

        assert 3 == len(golds)
        assert changed not in {gold.sentence for gold in golds}


APART = ((1, (Span(0, 2, "PERSON"),), "event"), (2, (), "statement"))


def overruled(folder, rule="single", answers=APART):
    """Let people answer the first sentence, and an adjudicator decide otherwise; give what is approved."""
    with pushed_project(folder, rule=rule) as (bench, studio):
        text = studio.payloads()[0]["data"]["text"]
        for person, spans, label in answers:
            studio.submit(1, result_of(Answer(spans, label), text), person=person)
        bench.pull()
        bench.adjudicate()
        (case,) = studio.payloads(project(bench, studio, "adjudication"))
        studio.submit(case["id"], [label_region("decision")], person=3)
        bench.pull()
        (gold,) = bench.review().golds
        assert "decision" == gold.label
    return gold.sentence


def split(bench):
    pair = pair_of(bench.store, SPLIT, Asked("", "", bench.project.folder))
    migrate(bench.store, pair, Wishes(splits=("PERSON=LEADER,OTHER",)), bench.rule, dry_run=False)


@pytest.mark.parametrize("role", ["", "adjudication"])
def test_a_decision_comes_back_although_the_labels_say_less_of_what_it_is_between(tmp_path, role):
    overruled(tmp_path)
    with at_work(tmp_path, schema=SPLIT) as (bench, studio):
        split(bench)
        before = told(bench.review().golds)
        studio.lose(f"%{role}")
        bench.restore()

        assert ["decision"] == [gold.label for gold in bench.review().golds]
        assert before == told(bench.review().golds)
        assert {0} == {tally.done for tally in bench.restore()}


@pytest.mark.parametrize("answers", [((1, (), "event"),), ((1, (), "event"), (2, (), "event"))])
def test_a_decision_comes_back_although_the_rule_asks_for_none_any_more(tmp_path, answers):
    overruled(tmp_path, "adjudicated", answers)
    with at_work(tmp_path) as (bench, studio):
        studio.lose("%adjudication")
        bench.restore()

        assert ["decision"] == [gold.label for gold in bench.review().golds]


LOST = "what an adjudicator decided was lost with its project on Label Studio; to give it back: builder restore"


def test_nothing_is_approved_over_a_decision_that_is_lost(tmp_path):
    overruled(tmp_path, "adjudicated", ((1, (), "event"),))
    with at_work(tmp_path) as (bench, studio):
        studio.lose("%adjudication")
        give_up_lost(studio, bench.store, ["adjudication"])

        assert ((), [LOST]) == (bench.review().golds, [reason for _, reason in bench.review().refusals])
        bench.restore()
        assert ["decision"] == [gold.label for gold in bench.review().golds]


def test_nothing_is_approved_over_a_lost_decision_when_only_some_answers_came_back(tmp_path, monkeypatch):
    sentence = overruled(tmp_path)
    with at_work(tmp_path) as (bench, studio):
        studio.lose()
        give = studio.give_back
        monkeypatch.setattr(studio, "give_back", lambda task, body, name, by: by != 1 and give(task, body, name, by))
        rejected = [reject for tally in bench.restore() for reject in tally.rejected]

        assert ((), [LOST]) == (bench.review().golds, [reason for _, reason in bench.review().refusals])
        assert [(sentence, "E_DECISION")] == [(one.subject, one.code) for one in rejected]
        assert rejected[0].reason.endswith("its task, or answers it was between, did not come back")
        monkeypatch.undo()
        bench.restore()
        assert ["decision"] == [gold.label for gold in bench.review().golds]


def test_a_decision_that_stays_lost_is_told(tmp_path):
    sentence = overruled(tmp_path)
    with at_work(tmp_path) as (bench, studio):
        studio.edit(1, [label_region("proposal")])
        bench.pull()
        studio.lose("%adjudication")
        rejected = [reject for tally in bench.restore() for reject in tally.rejected]

        assert [(sentence, "E_DECISION")] == [(one.subject, one.code) for one in rejected]
        assert rejected[0].reason.endswith("people say something else now than it was about")
        studio.edit(1, result_of(Answer((Span(0, 2, "PERSON"),), "event"), studio.payloads()[0]["data"]["text"]))
        bench.pull()
        bench.restore()

        assert ["decision"] == [gold.label for gold in bench.review().golds]
        assert [] == [one for one in queries.rejects(bench.store) if one.code == "E_DECISION"]


def test_a_decision_that_stays_lost_is_told_no_more_once_another_was_taken(tmp_path):
    sentence = overruled(tmp_path)
    with at_work(tmp_path) as (bench, studio):
        studio.edit(1, [label_region("proposal")])
        bench.pull()
        studio.lose("%adjudication")
        bench.restore()
        assert [("decisions", sentence)] == [(one.stage, one.subject) for one in queries.rejects(bench.store)]
        (case,) = studio.payloads(project(bench, studio, "adjudication"))
        studio.submit(case["id"], [label_region("statement")], person=3)
        bench.pull()
        bench.restore()

        assert [] == queries.rejects(bench.store)


def test_a_decision_between_what_cannot_be_read_waits_and_is_told(tmp_path):
    sentence = overruled(tmp_path)
    with at_work(tmp_path, schema=SPLIT) as (bench, studio):
        studio.lose("%adjudication")
        rejected = [reject for tally in bench.restore() for reject in tally.rejected]
        assert [(sentence, "E_DECISION")] == [(one.subject, one.code) for one in rejected]
        split(bench)
        assert () == bench.review().golds
        bench.restore()

        assert ["decision"] == [gold.label for gold in bench.review().golds]


def test_what_was_sent_without_a_proposal_comes_back_without_one(tmp_path):
    with pushed_project(tmp_path, review="hide = true") as (bench, studio):
        studio.submit(1, [label_region("event")])
        bench.pull()
        studio.lose()
    with at_work(tmp_path) as (bench, studio):
        bench.restore()

        assert [[]] * 5 == [task["predictions"] for task in studio.payloads()]
        assert 1 == len(bench.review().golds)


def test_sentences_of_articles_are_adjudicated_one_by_one(tmp_path):
    """Another sentence of the same article may be answered anew without making a decision void."""
    with pushed_project(tmp_path, layout="article") as (bench, studio):
        for task in studio.payloads():
            result = task["predictions"][0]["result"]
            studio.submit(task["id"], result, person=1)
            studio.submit(task["id"], relabelled(result, "statement"), person=2)
        bench.pull()
        assert 5 == bench.adjudicate().done
        cases = studio.payloads(project(bench, studio, "adjudication"))
        assert all(" " not in case["data"]["builder_key"] for case in cases)
        for case in cases:
            studio.submit(case["id"], accepted(case["data"]["text"], case["predictions"][0]["result"], "decision"),
                          person=3)  # fmt: skip
        bench.pull()
        assert 5 == len(bench.review().golds)
        body = studio.list_annotations(1)[0]
        studio.edit(body["id"], relabelled(body["result"], "proposal", most=1))
        bench.pull()

        assert 4 == len(bench.review().golds)
        assert 1 == bench.adjudicate().done


def relabelled(result, label, most=100):
    """Choose another sentence label, in so many sentences."""
    made, left = [], most
    for region in result:
        if region["type"] == "choices" and left:
            left -= 1
            region = {**region, "value": {**region["value"], "choices": [label]}}
        made.append(region)
    return made


def test_a_control_article_shows_its_sentences_and_nothing_else(tmp_path):
    with pushed_project(tmp_path, layout="article", review="control = 1.0") as (bench, studio):
        kinds = [{r["type"] for r in task["predictions"][0]["result"]} for task in studio.payloads()]
        labels = {label for task in studio.payloads() for r in task["predictions"][0]["result"]
                  for label in r["value"]["labels"]}  # fmt: skip

        assert [{"labels"}, {"labels"}] == kinds
        assert {"s:?"} == labels


def test_newer_proposals_are_not_shown_where_people_answer_blindly(tmp_path):
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "many.txt").write_text(
        "".join(f"Sentence number {n} is here.\n\n" for n in range(64)), "utf-8"
    )
    with at_work(tmp_path, review="control = 0.5") as (bench, studio):
        bench.ingest()
        bench.annotate()
        bench.push()
        blind = [task["id"] for task in studio.payloads() if not task["predictions"]]
        bench.combiner.fingerprint = "words2"
        bench.annotate()
        bench.push()

        assert 0 < len(blind) < 64
        assert [()] * len(blind) == [look.offered for look in studio.look_at(1, blind)]


def test_stats_count_every_group_and_tell_the_control_arm_apart(folder):
    with at_work(folder, review=GROUPS) as (bench, _):
        told = bench.stats(120.0)

    assert 10 == told["answers"]
    assert {"suggested"} == {row["arm"] for row in told["effort"]}
    assert ["ann@example.org", "bob@example.org"] == told["agreement"]["suggested"]["annotators"]


def test_a_control_sentence_is_counted_as_such(tmp_path):
    with pushed_project(tmp_path, review="control = 0.5") as (bench, studio):
        hidden = sum(not task["predictions"] for task in studio.payloads())
        for task in studio.payloads():
            studio.submit(task["id"], [label_region("event")])
        bench.pull()
        told = bench.stats(120.0)

        shown = len(studio.payloads()) - hidden

    assert hidden == sum(row["answers"] for row in told["effort"] if row["arm"] == "control")
    apart = {arm: found["sentences"] for arm, found in told["agreement"].items()}
    assert {arm: count for arm, count in (("suggested", shown), ("control", hidden)) if count} == apart


def test_gold_that_is_carried_to_other_labels_has_its_record(folder):
    with at_work(folder, review=GROUPS) as (bench, _):
        before = bench.review().golds
        schema = bench.project.schema
    later = schema.model_copy(update={"version": "9.0.0"})
    with at_work(folder, review=GROUPS, schema=later) as (bench, _):
        golds = bench.review().golds
        recorded = [entry.body for entry in bench.store.journal.entries() if entry.kind == "approval"]

        assert [gold.sentence for gold in before] == [gold.sentence for gold in golds]
        assert {"adjudicated; carried news 1.0.0 → 9.0.0"} == {gold.approval.rule for gold in golds}
        assert len(before) + len(golds) == len(recorded)
        assert bench.release("v1").is_dir()
