"""A change of labels in a project at work: nothing is kept silently, and the plan is what review then does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from builder.approval import Rule
from builder.cli import main
from builder.errors import UsageError
from builder.model import Span
from builder.project_files import create
from builder.reviewing import Action, Answer
from builder.schema import LabelSchema, read_schema
from builder.schema_change import Wishes
from builder.stages.carrying import time_of
from builder.stages.release import release
from builder.stages.schema_change import Asked, compare, compare_here, migrate, pair_of
from builder.store.db import Store, put_aside
from builder.studio.codec import labels_named, result_of
from tests.project import answer_all, at_work, dump, pushed_project

NEWS = read_schema("news", Path())
SINGLE = Rule()
LATER = "2100-01-01T00:00:00Z"
ROOT = Path(__file__).parents[2]
SHAPE = json.loads((ROOT / "schemas" / "schema-diff.schema.json").read_text("utf-8"))


def changed(version="1.1.0", *, names=None, drop=(), add=(), overlap="flat", labels=None) -> LabelSchema:
    """Make another version of the news schema."""
    said = NEWS.model_dump(mode="json") | {"version": version, "overlap": overlap}
    names = {**(names or {}), **(labels or {})}
    for layer in ("entity", "sentence"):
        said[layer] = [spec | {"name": names.get(spec["name"], spec["name"])} for spec in said[layer]]
    said["entity"] = [spec for spec in said["entity"] if spec["name"] not in drop]
    keys = iter("!@$%^")
    said["entity"] += [NEWS.entity[0].model_dump(mode="json") | {"name": name, "hotkey": next(keys)} for name in add]
    return LabelSchema.model_validate(said)


HUMAN = changed(names={"PERSON": "HUMAN"})
SPLIT = changed(names={"PERSON": "LEADER"}, add=("OTHER",))
ADDED = changed(add=("LAW",))


def report_of(bench, new, *, dry_run=False, **wishes):
    pair = pair_of(bench.store, new, Asked("", "", bench.project.folder))
    return migrate(bench.store, pair, Wishes(**wishes), SINGLE, dry_run=dry_run)


def reasons(review):
    return sorted({reason for _, reason in review.refusals})


@pytest.fixture
def folder(tmp_path):
    """Give a project of which every task is answered by one person, under the shipped schema."""
    with pushed_project(tmp_path) as (bench, studio):
        answer_all(studio)
        bench.pull()
        assert 5 == len(bench.review().golds)
    return tmp_path


def spans_of(golds):
    return {span.label for gold in golds for span in (one.span for one in gold.entities)}


def test_answers_under_other_labels_are_refused_until_a_change_is_recorded(folder):
    with at_work(folder, schema=HUMAN) as (bench, _):
        review = bench.review()

    (reason,) = reasons(review)
    assert (0, 5) == (len(review.golds), len(review.refusals))
    assert NEWS.digest in reason
    assert HUMAN.digest in reason
    assert "builder schema migrate" in reason


def test_labels_that_are_only_added_need_a_record_too(folder):
    with at_work(folder, schema=ADDED) as (bench, _):
        assert 0 == len(bench.review().golds)
        told = report_of(bench, ADDED)
        golds = bench.review().golds

    assert (5, 5, 0) == (len(golds), told["plan"]["carried"], told["plan"]["again"])
    assert "cannot be known" in told["plan"]["notes"][0]


def test_other_wording_is_carried_without_a_record_and_said(folder):
    with at_work(folder, schema=changed()) as (bench, _):
        golds = bench.review().golds
        told = report_of(bench, changed())

    assert {("single; carried news 1.0.0 → 1.1.0", NEWS.digest)} == {
        (gold.approval.rule, gold.approval.schema_digest) for gold in golds
    }
    assert (5, False, True) == (len(golds), told["recorded"], told["is_wording"])


def test_a_rename_carries_answers_and_proposals_and_says_so_in_the_approval(folder):
    with at_work(folder) as (bench, _):
        before = bench.review().golds
    with at_work(folder, schema=HUMAN) as (bench, _):
        report_of(bench, HUMAN, renames=("PERSON=HUMAN",))
        golds = bench.review().golds

        assert ({"PERSON"}, {"HUMAN"}) == (spans_of(before), spans_of(golds))
        assert [[one.action for one in gold.entities] for gold in before] == [
            [one.action for one in gold.entities] for gold in golds
        ]
        assert {Action.ACCEPTED} == {one.action for gold in golds for one in gold.entities}
        assert {"single; carried news 1.0.0 → 1.1.0"} == {gold.approval.rule for gold in golds}
        assert {NEWS.digest} == {gold.approval.schema_digest for gold in golds}
        assert [gold.approval.contents for gold in before] == [gold.approval.contents for gold in golds]


def test_a_split_sends_sentences_with_the_label_to_review_again_and_carries_the_others(folder):
    with at_work(folder, schema=SPLIT) as (bench, _):
        told = report_of(bench, SPLIT, splits=("PERSON=LEADER,OTHER",))
        review = bench.review()

    assert ["to be reviewed again: label 'PERSON' was split into LEADER, OTHER (news 1.0.0 → 1.1.0)"] == reasons(review)
    assert (1, 4) == (len(review.golds), len(review.refusals))
    assert [{"reason": reasons(review)[0], "sentences": 4}] == told["plan"]["reasons"]


def test_spans_of_a_removed_label_are_not_dropped_but_reviewed_again(folder):
    gone = changed(drop=("PERSON",))
    with at_work(folder, schema=gone) as (bench, _):
        report_of(bench, gone, removes=("PERSON",))
        review = bench.review()

    assert ["to be reviewed again: label 'PERSON' was removed (news 1.0.0 → 1.1.0)"] == reasons(review)
    assert (1, {()}) == (len(review.golds), {gold.entities for gold in review.golds})


def test_an_answer_updated_under_the_new_labels_is_approved_as_it_is(folder):
    with at_work(folder, schema=SPLIT) as (bench, studio):
        report_of(bench, SPLIT, splits=("PERSON=LEADER,OTHER",))
        refused = dict(bench.review().refusals)
        bench.push()
        task = next(t for t in studio.payloads() if t["data"]["builder_key"] in refused)
        answer = Answer((Span(0, 1, "OTHER"),), "event")
        studio.edit(task["id"], result_of(answer, task["data"]["text"]), updated_at=LATER)
        bench.pull()
        review = bench.review()
        (gold,) = [gold for gold in review.golds if gold.sentence == task["data"]["builder_key"]]

        assert 3 == len(review.refusals)
        assert ("single", SPLIT.digest) == (gold.approval.rule, gold.approval.schema_digest)
        assert {"OTHER"} == {one.span.label for one in gold.entities}
        assert "PERSON" not in {entity.span.label for entity in gold.rejected}
        assert release(bench.store, bench.project, "v1", review.golds, []).is_dir()


def test_an_answer_updated_before_the_page_asked_for_the_new_labels_is_still_under_the_old_ones(folder):
    with at_work(folder, schema=SPLIT) as (bench, studio):
        report_of(bench, SPLIT, splits=("PERSON=LEADER,OTHER",))
        bench.review()
        task = next(t for t in studio.payloads() if t["predictions"][0]["result"][0]["type"] == "labels")
        studio.edit(task["id"], result_of(Answer((Span(0, 1, "PERSON"),), "event"), task["data"]["text"]))
        bench.push()
        bench.pull()

        assert 4 == len(bench.review().refusals)


def test_what_stood_on_the_page_from_before_is_renamed_in_an_updated_answer(folder):
    new = changed(names={"PERSON": "HUMAN", "ORG": "BODY"}, add=("MEDIA",))
    with at_work(folder, schema=new) as (bench, studio):
        report_of(bench, new, renames=("PERSON=HUMAN",), splits=("ORG=BODY,MEDIA",))
        bench.push()
        text = studio.payloads()[0]["data"]["text"]
        answer = Answer((Span(0, 1, "PERSON"), Span(1, 2, "MEDIA")), "event")
        studio.edit(1, result_of(answer, text), updated_at=LATER)
        studio.edit(2, result_of(Answer((Span(0, 1, "ORG"),), "event"), studio.payloads()[1]["data"]["text"]),
                    updated_at=LATER)  # fmt: skip
        bench.pull()
        review = bench.review()
        golds = {gold.sentence: gold for gold in review.golds}

        assert ["HUMAN", "MEDIA"] == [
            one.span.label for one in golds[studio.payloads()[0]["data"]["builder_key"]].entities
        ]
        (reason,) = reasons(review)
        assert reason.startswith("E_SCHEMA: label 'ORG' is not in schema 'news'")


def test_an_answer_to_be_given_again_does_not_stop_another_person_s(folder):
    with at_work(folder, schema=SPLIT) as (bench, studio):
        report_of(bench, SPLIT, splits=("PERSON=LEADER,OTHER",))
        bench.push()
        for task in studio.payloads():
            result = result_of(Answer((), "event"), task["data"]["text"])
            studio.submit(task["id"], result, person=2, updated_at=LATER, created_at=LATER)
        bench.pull()
        golds = bench.review().golds

    assert 5 == len(golds)
    assert 4 == sum(("bob@example.org",) == gold.approval.approvers for gold in golds)


def test_where_two_must_agree_one_of_them_must_look_again(tmp_path):
    with pushed_project(tmp_path, rule="agree:2") as (bench, studio):
        answer_all(studio, person=1)
        answer_all(studio, person=2)
        bench.pull()
    with at_work(tmp_path, rule="agree:2", schema=SPLIT) as (bench, studio):
        pair = pair_of(bench.store, SPLIT, Asked("", "", tmp_path))
        migrate(bench.store, pair, Wishes(splits=("PERSON=LEADER,OTHER",)), bench.rule, dry_run=False)
        bench.push()
        task = next(t for t in studio.payloads() if "PERSON" in labels_named(t["predictions"][0]["result"]))
        result = result_of(Answer((), "event"), task["data"]["text"])
        studio.edit(task["id"], result, updated_at=LATER)
        bench.pull()
        why = dict(bench.review().refusals)[task["data"]["builder_key"]]

    assert why.startswith("1 of 2 people answered; to be reviewed again: label 'PERSON' was split")


def test_a_merge_that_makes_people_agree_is_told_before(folder):
    other = changed(labels={"statement": "event2"})
    merged = LabelSchema.model_validate(
        other.model_dump(mode="json") | {"sentence": [s for s in NEWS.model_dump(mode="json")["sentence"]
                                                      if s["name"] != "statement"]}
    )  # fmt: skip
    with at_work(folder) as (bench, studio):
        answer_all(studio, person=2, label="statement")
        bench.pull()
        assert 0 == len(bench.review().golds)
    with at_work(folder, schema=merged) as (bench, _):
        told = report_of(bench, merged, merges=("event,statement=event",), dry_run=True)
        report_of(bench, merged, merges=("event,statement=event",))
        golds = bench.review().golds

    assert (5, 5) == (len(golds), told["plan"]["newly"])
    assert "5 sentences become approved" in told["plan"]["notes"][0]


def contradicted(folder):
    """Let a second person differ on the first sentence, on which the first one chose the label to be split."""
    with at_work(folder) as (bench, studio):
        text = studio.payloads()[0]["data"]["text"]
        studio.submit(1, result_of(Answer((), "event"), text), person=2)
        bench.pull()
        assert ["2 people disagree"] == reasons(bench.review())
        return studio.payloads()[0]["data"]["builder_key"]


def test_a_split_that_voids_one_side_of_a_contradiction_does_not_approve_the_other(folder):
    sentence = contradicted(folder)
    with at_work(folder, schema=SPLIT) as (bench, _):
        told = report_of(bench, SPLIT, splits=("PERSON=LEADER,OTHER",))
        review = bench.review()

    assert sentence not in {gold.sentence for gold in review.golds}
    assert dict(review.refusals)[sentence].startswith("people disagreed before the labels changed; until the one who")
    assert (1, 3, 0) == tuple(told["plan"][what] for what in ("carried", "again", "newly"))
    assert any(note.startswith("1 sentences on which people disagreed stay") for note in told["plan"]["notes"])
    assert not any("become approved" in note for note in told["plan"]["notes"])


@pytest.mark.parametrize("how", ["updated", "beside it"])
def test_a_contradiction_ends_when_the_voided_answer_is_given_again(folder, how):
    sentence = contradicted(folder)
    with at_work(folder, schema=SPLIT) as (bench, studio):
        report_of(bench, SPLIT, splits=("PERSON=LEADER,OTHER",))
        bench.push()
        result = result_of(Answer((), "event"), studio.payloads()[0]["data"]["text"])
        if how == "updated":
            studio.edit(1, result, updated_at=LATER)
        else:
            studio.submit(1, result, updated_at=LATER)
        bench.pull()
        golds = {gold.sentence: gold for gold in bench.review().golds}

    assert 2 == len(golds[sentence].approval.contents)


@pytest.mark.parametrize("layout", ["sentence", "article"])
def test_what_somebody_said_before_does_not_stand_in_for_a_last_answer_to_be_given_again(tmp_path, layout):
    with pushed_project(tmp_path, layout=layout) as (bench, studio):
        for task in studio.payloads():
            later = task["predictions"][0]["result"]
            before = [one for one in later if "PERSON" not in labels_named([one])]
            studio.submit(task["id"], before)
            studio.submit(task["id"], later)
        bench.pull()
        people = {gold.sentence for gold in bench.review().golds if "PERSON" in spans_of([gold])}
    with at_work(tmp_path, layout=layout, schema=SPLIT) as (bench, _):
        report_of(bench, SPLIT, splits=("PERSON=LEADER,OTHER",))
        review = bench.review()

    assert 4 == len(people)
    assert people == {sentence for sentence, _ in review.refusals}
    assert ["to be reviewed again: label 'PERSON' was split into LEADER, OTHER (news 1.0.0 → 1.1.0)"] == reasons(review)


def test_what_an_adjudicator_decided_before_does_not_stand_in_for_a_decision_to_be_made_again(folder):
    sentence = contradicted(folder)
    with at_work(folder) as (bench, studio):
        bench.adjudicate()
        (case,) = studio.payloads(studio.find_project(f"{bench.store.marker}/adjudication"))
        text = case["data"]["text"]
        studio.submit(case["id"], result_of(Answer((), "decision"), text), person=3)
        studio.submit(case["id"], result_of(Answer((Span(0, 1, "PERSON"),), "event"), text), person=3)
        bench.pull()
        (gold,) = (gold for gold in bench.review().golds if gold.sentence == sentence)
    with at_work(folder, schema=SPLIT) as (bench, _):
        report_of(bench, SPLIT, splits=("PERSON=LEADER,OTHER",))
        review = bench.review()

    assert ({"PERSON"}, "event") == (spans_of([gold]), gold.label)
    assert sentence not in {gold.sentence for gold in review.golds}
    assert dict(review.refusals)[sentence].startswith("what an adjudicator decided cannot be said")


def test_an_answer_given_anew_is_no_reason_to_keep_a_contradiction_from_an_adjudicator(folder):
    with at_work(folder, schema=SPLIT) as (bench, studio):
        report_of(bench, SPLIT, splits=("PERSON=LEADER,OTHER",))
        bench.push()
        text = studio.payloads()[0]["data"]["text"]
        studio.submit(1, result_of(Answer((), "event"), text), updated_at=LATER)
        studio.submit(1, result_of(Answer((), "statement"), text), person=2, updated_at=LATER)
        bench.pull()
        reason = dict(bench.review().refusals)[studio.payloads()[0]["data"]["builder_key"]]

        assert "2 people disagree" == reason
        assert 1 == bench.adjudicate().done


def test_a_contradiction_ends_when_an_adjudicator_decides_although_the_labels_changed(folder):
    sentence = contradicted(folder)
    with at_work(folder, schema=SPLIT) as (bench, studio):
        report_of(bench, SPLIT, splits=("PERSON=LEADER,OTHER",))
        bench.push()
        assert 1 == bench.adjudicate().done
        (case,) = studio.payloads(studio.find_project(f"{bench.store.marker}/adjudication"))
        studio.submit(case["id"], result_of(Answer((), "decision"), case["data"]["text"]), person=3)
        bench.pull()
        golds = {gold.sentence: gold for gold in bench.review().golds}

    assert "PERSON" in case["data"]["answers"]
    assert all("PERSON" not in labels_named(shown["result"]) for shown in case["predictions"])
    assert "decision" == golds[sentence].label


def test_a_decision_that_the_labels_outgrew_still_overrules(folder):
    sentence = contradicted(folder)
    with at_work(folder) as (bench, studio):
        bench.adjudicate()
        (case,) = studio.payloads(studio.find_project(f"{bench.store.marker}/adjudication"))
        studio.submit(case["id"], result_of(Answer((Span(1, 2, "PERSON"),), "decision"), case["data"]["text"]),
                      person=3)  # fmt: skip
        bench.pull()
        assert 5 == len(bench.review().golds)
    with at_work(folder, schema=SPLIT) as (bench, _):
        told = report_of(bench, SPLIT, splits=("PERSON=LEADER,OTHER",))
        why = dict(bench.review().refusals)[sentence]

    assert why.startswith("what an adjudicator decided cannot be said in the present labels, so it must be decided")
    assert (1, 4, 0) == tuple(told["plan"][what] for what in ("carried", "again", "newly"))


def test_of_two_decisions_that_differed_none_is_approved_because_the_other_is_void(folder):
    sentence = contradicted(folder)
    with at_work(folder) as (bench, studio):
        bench.adjudicate()
        (case,) = studio.payloads(studio.find_project(f"{bench.store.marker}/adjudication"))
        for person, spans in ((3, (Span(1, 2, "PERSON"),)), (2, ())):
            studio.submit(case["id"], result_of(Answer(spans, "decision"), case["data"]["text"]), person=person)
        bench.pull()
        assert ["2 adjudicators disagree"] == reasons(bench.review())
    with at_work(folder, schema=SPLIT) as (bench, _):
        report_of(bench, SPLIT, splits=("PERSON=LEADER,OTHER",))

        assert sentence in dict(bench.review().refusals)


CASES = {
    "rename": (HUMAN, {"renames": ("PERSON=HUMAN",)}),
    "split": (SPLIT, {"splits": ("PERSON=LEADER,OTHER",)}),
    "remove": (changed(drop=("PERSON",)), {"removes": ("PERSON",)}),
    "add": (ADDED, {}),
    "void": (ADDED, {"rereview": ("LAW",)}),
    "look again": (changed(), {"rereview": ("PERSON",)}),
    "merge": (changed(drop=("PERSON",)), {"merges": ("PERSON,ORG=ORG",)}),
    "nested": (changed(overlap="nested"), {}),
}


@pytest.mark.parametrize("case", CASES)
def test_a_dry_run_changes_nothing_and_says_what_review_then_does(folder, case):
    new, wishes = CASES[case]
    with at_work(folder, schema=new) as (bench, _):
        before = dump(bench), bench.store.journal.length
        told = report_of(bench, new, dry_run=True, **wishes)
        assert before == (dump(bench), bench.store.journal.length)
        recorded = report_of(bench, new, **wishes)
        review = bench.review()

    plan = told["plan"]
    assert (False, True) == (told["recorded"], recorded["recorded"])
    assert plan == recorded["plan"]
    assert len(review.golds) == plan["carried"] + plan["newly"]
    assert len(review.refusals) == plan["again"] == sum(one["sentences"] for one in plan["reasons"])
    assert {one["reason"] for one in plan["reasons"]} == set(reasons(review))
    assert [] == [error.message for error in Draft202012Validator(SHAPE).iter_errors(recorded)]


def test_a_change_recorded_twice_is_one_and_another_one_corrects_it(folder):
    with at_work(folder, schema=HUMAN) as (bench, _):
        report_of(bench, HUMAN, removes=("PERSON",))
        assert 1 == len(bench.review().golds)
        report_of(bench, HUMAN, renames=("PERSON=HUMAN",))
        length = bench.store.journal.length
        report_of(bench, HUMAN, renames=("PERSON=HUMAN",))

        assert length == bench.store.journal.length
        assert 5 == len(bench.review().golds)


def test_a_chain_of_changes_is_walked(folder):
    third = changed("1.2.0", names={"PERSON": "BEING"})
    with at_work(folder, schema=HUMAN) as (bench, _):
        report_of(bench, HUMAN, renames=("PERSON=HUMAN",))
        bench.push()
    with at_work(folder, schema=third) as (bench, _):
        pair = pair_of(bench.store, third, Asked(HUMAN.digest[:6], "", folder))
        migrate(bench.store, pair, Wishes(renames=("HUMAN=BEING",)), SINGLE, dry_run=False)
        golds = bench.review().golds

    assert (5, {"BEING"}) == (len(golds), spans_of(golds))
    assert {"single; carried news 1.0.0 → 1.2.0"} == {gold.approval.rule for gold in golds}


def test_going_back_to_the_first_schema_gives_back_its_answers(folder):
    with at_work(folder, schema=SPLIT) as (bench, _):
        report_of(bench, SPLIT, splits=("PERSON=LEADER,OTHER",))
        bench.push()
        assert 1 == len(bench.review().golds)
    with at_work(folder) as (bench, _):
        golds = bench.review().golds

    assert {"single"} == {gold.approval.rule for gold in golds}
    assert 5 == len(golds)


def test_an_index_made_again_knows_every_schema_and_every_change(folder):
    with at_work(folder, schema=HUMAN) as (bench, _):
        report_of(bench, HUMAN, renames=("PERSON=HUMAN",))
        bench.push()
        before = bench.review()
        rows = [line for line in dump(bench) if '"schema_' in line]
    put_aside(folder / ".builder")
    with at_work(folder, schema=HUMAN) as (bench, _):
        bench.ingest()
        bench.pull()

        assert before == bench.review()
        assert rows == [line for line in dump(bench) if '"schema_' in line]
        assert 3 == sum("INSERT" in line for line in rows)


def test_a_schema_that_comes_up_again_and_again_is_remembered_once(folder):
    with at_work(folder) as (bench, _):
        length = bench.store.journal.length
        bench.push()
        bench.push()

        assert length == bench.store.journal.length


def test_tasks_of_a_time_before_schemas_were_remembered_need_the_old_file(folder):
    with at_work(folder, schema=HUMAN) as (bench, _):
        bench.store.db.execute("DELETE FROM schema_seen")
        (reason,) = reasons(bench.review())
        with pytest.raises(UsageError, match=f"schema {NEWS.digest}, which tasks were sent under, is not remembered"):
            pair_of(bench.store, HUMAN, Asked("", "", folder))
        pair = pair_of(bench.store, HUMAN, Asked("news", "", folder))
        migrate(bench.store, pair, Wishes(renames=("PERSON=HUMAN",)), SINGLE, dry_run=False)

        assert reason.endswith("run: builder schema migrate OLD.toml")
        assert 5 == len(bench.review().golds)


@pytest.mark.parametrize(
    ("old", "reason"),
    [
        (changed("7.0.0"), r"nothing was sent under news 7\.0\.0"),
        (HUMAN, r"both are news 1\.1\.0 .* nothing changed"),
    ],
)
def test_a_change_from_what_nobody_was_asked_is_not_recorded(folder, old, reason):
    with at_work(folder, schema=HUMAN) as (bench, _), pytest.raises(UsageError, match=reason):
        migrate(bench.store, (old, HUMAN), Wishes(renames=("PERSON=HUMAN",)), SINGLE, dry_run=False)


def test_without_another_schema_there_is_nothing_to_compare(folder):
    with at_work(folder) as (bench, _), pytest.raises(UsageError, match=r"no other schema than news 1\.0\.0"):
        pair_of(bench.store, NEWS, Asked("", "", folder))


def test_a_difference_is_told_with_all_that_it_touches(folder):
    with at_work(folder, schema=HUMAN) as (bench, _):
        told = compare_here(bench.store, *pair_of(bench.store, HUMAN, Asked("", "", folder)), SINGLE)

    removed = {"kind": "removed", "layer": "entity", "old": ["PERSON"], "new": []}
    assert removed | {"answers": 4, "approvals": 4, "tasks": 4} in told["changes"]
    assert [{"option": "--rename PERSON=HUMAN", "why": "the same title"}] == told["suggestions"]


@pytest.mark.parametrize("new", [NEWS, HUMAN, SPLIT, ADDED, changed(), changed(overlap="nested")], ids=range(6))
def test_a_comparison_fits_its_contract(new):
    assert [] == [error.message for error in Draft202012Validator(SHAPE).iter_errors(compare(NEWS, new))]


@pytest.mark.parametrize(
    ("stamp", "is_time"), [("2026-01-01T00:00:01Z", True), ("2026-01-01T00:00:01", True), ("", False), ("soon", False)]
)
def test_a_stamp_is_a_time_or_nothing(stamp, is_time):
    found = time_of(stamp)

    assert is_time == (found is not None and found.tzinfo is not None)


@pytest.fixture
def files(folder):
    """Give a project on disk whose schema is a file, changed since people answered."""
    create(folder, "small", str(ROOT / "schemas" / "news.toml"), ("sources",))
    text = (ROOT / "schemas" / "news.toml").read_text("utf-8")
    (folder / "own.toml").write_text(text.replace('"PERSON"', '"HUMAN"').replace("1.0.0", "1.1.0"), "utf-8")
    config = (folder / "builder.toml").read_text("utf-8")
    (folder / "builder.toml").write_text(config.replace(str(ROOT / "schemas" / "news.toml"), "own.toml"), "utf-8")
    return folder


def typed(folder, *words):
    return CliRunner().invoke(main, ["-C", str(folder), "schema", *words])


def test_the_verbs_compare_try_and_record(files):
    compared = typed(files, "diff", "--json")
    tried = typed(files, "migrate", "--rename", "PERSON=HUMAN", "--dry-run")
    with Store(files / ".builder") as store:
        length = store.journal.length
    done = json.loads(typed(files, "migrate", "--rename", "PERSON=HUMAN", "--json").stdout)
    with Store(files / ".builder") as store:
        assert length + 1 == store.journal.length

    assert "schema-diff/1" == json.loads(compared.stdout)["contract"]
    assert "renamed entity: PERSON → HUMAN               4          4      4" in tried.stdout
    assert "5 approvals carried, 0 to be reviewed again" in tried.stdout
    assert "recorded" not in tried.stdout
    assert (True, 5) == (done["recorded"], done["plan"]["carried"])


def test_two_files_are_compared_without_a_project(tmp_path, files):
    (tmp_path / "away").mkdir()
    told = typed(tmp_path / "away", "diff", "news", str(files / "own.toml"))

    assert 0 == told.exit_code
    assert "perhaps --rename PERSON=HUMAN: the same title" in told.stdout


def test_a_label_that_is_not_spoken_of_stops_the_verb(files):
    told = typed(files, "migrate")

    assert 2 == told.exit_code
    assert "say --rename, --merge, --split or --remove PERSON; --rename PERSON=HUMAN?" in told.stderr


def test_an_answer_given_back_keeps_the_labels_of_its_time_until_somebody_changes_it(folder):
    with at_work(folder, schema=ADDED) as (bench, _):
        report_of(bench, ADDED, rereview=("LAW",))
        assert () == bench.review().golds
    (folder / "server.db").unlink()
    with at_work(folder, schema=ADDED) as (bench, studio):
        studio._db.execute("UPDATE clock SET tick = 9000")  # Another server does not give the same times again.
        bench.restore()
        (body,) = studio.list_annotations(1)
        studio.edit(body["id"], body["result"], updated_at=LATER)
        bench.pull()
        assert () == bench.review().golds
        studio.edit(body["id"], body["result"], lead_time=4.25, updated_at="2100-01-02T00:00:00Z")
        bench.pull()

        assert 1 == len(bench.review().golds)


def test_an_answer_given_back_twice_keeps_the_labels_of_its_time_however_slowly_it_was_written(folder):
    with at_work(folder, schema=ADDED) as (bench, _):
        report_of(bench, ADDED, rereview=("LAW",))
    for year in (2100, 2200):
        (folder / "server.db").unlink()
        with at_work(folder, schema=ADDED) as (bench, studio):
            studio._db.execute("UPDATE clock SET tick = ?", (9 * year,))
            bench.restore()
            for task in studio.payloads():
                (body,) = studio.list_annotations(task["id"])
                studio.edit(body["id"], body["result"], updated_at=f"{year}-01-01T00:01:00Z")
            bench.pull()

            assert () == bench.review().golds


@pytest.mark.parametrize("layout", ["sentence", "article"])
@pytest.mark.parametrize("case", ["rename", "split", "remove", "unspoken"])
def test_what_is_lost_after_the_labels_changed_comes_back_under_the_new_ones(tmp_path, layout, case):
    with pushed_project(tmp_path, layout=layout) as (bench, studio):
        for task in studio.payloads():
            studio.submit(task["id"], task["predictions"][0]["result"])
        bench.pull()
    new, wishes = CASES.get(case) or (HUMAN, None)
    with at_work(tmp_path, layout=layout, schema=new) as (bench, studio):
        if wishes:
            report_of(bench, new, **wishes)
        before = bench.review()
    (tmp_path / "server.db").unlink()
    with at_work(tmp_path, layout=layout, schema=new) as (bench, studio):
        studio._db.execute("UPDATE clock SET tick = 9000")  # Another server does not give the same times again.
        sent = bench.restore()[0]
        shown = [labels_named(task["predictions"][0]["result"]) for task in studio.payloads()]
        sending = {label.removeprefix("s:") for labels in shown for label in labels}
        after = bench.review()

        assert sending <= {*new.entity_names, *new.sentence_names}
        assert ([] if case == "rename" else ["N_PROPOSAL"] * 4) == [reject.code for reject in sent.rejected]
        assert [(g.sentence, g.entities, g.label) for g in before.golds] == [
            (g.sentence, g.entities, g.label) for g in after.golds
        ]
        assert before.refusals == after.refusals
        assert [0, 0, 0] == [tally.done for tally in bench.restore()]
