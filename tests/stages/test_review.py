import pytest

from builder.reviewing import Action
from builder.stages.kept_back import CHANGED_BY_ANOTHER
from builder.stages.review import EDITED
from builder.store import queries
from builder.studio.codec import label_region
from tests.project import answer_all, at_work, pushed_project


@pytest.fixture
def folder(tmp_path):
    with pushed_project(tmp_path) as (bench, _):
        pass
    return tmp_path


def reasons(review):
    return sorted({reason for _, reason in review.refusals})


def test_predictions_never_count(folder):
    with at_work(folder) as (bench, _):
        bench.pull()
        review = bench.review()

    assert ((), ()) == (review.golds, review.refusals)


def test_a_submission_is_approved_with_its_approver(folder):
    with at_work(folder) as (bench, studio):
        answer_all(studio)
        bench.pull()
        golds = bench.review().golds

        assert len(studio.payloads()) == len(golds)
        assert {("ann@example.org",)} == {gold.approval.approvers for gold in golds}
        assert {Action.ACCEPTED} == {gold.label_action for gold in golds}
        assert sorted(golds, key=lambda g: g.sentence) == queries.golds(bench.store)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"was_cancelled": True}, "skipped"),
        ({"lead_time": None}, "not submitted in the Label Studio interface"),
        ({"import_id": 7}, "imported, not submitted by a person"),
        ({"completed_by": None}, "the server does not say who answered"),
        ({"result": [{"type": "labels"}]}, "E_REGION: not a region: {'type': 'labels'}"),
        ({"result": []}, "E_LABELS: no sentence label was chosen"),
    ],
)
def test_what_is_no_submission_is_refused_with_its_reason(folder, fields, reason):
    with at_work(folder) as (bench, studio):
        fields = dict(fields)
        studio.submit(1, fields.pop("result", []), **fields)
        bench.pull()
        review = bench.review()

    assert (0, [reason]) == (len(review.golds), reasons(review))


def test_an_edit_after_approval_is_unapproved_until_pulled_again(folder):
    with at_work(folder) as (bench, studio):
        answer_all(studio)
        bench.pull()
        approved = len(bench.review().golds)
        result = studio.list_annotations(1)[0]["result"]
        studio.edit(1, [region for region in result if region["type"] == "choices"])

        edited = bench.review()
        assert (approved - 1, [EDITED]) == (
            len(edited.golds),
            reasons(edited),
        )
        bench.pull()
        assert approved == len(bench.review().golds)


def test_a_task_deleted_after_approval_is_unapproved_until_pulled_again(folder):
    with at_work(folder) as (bench, studio):
        answer_all(studio)
        bench.pull()
        approved = len(bench.review().golds)
        studio.delete_task(1)

        deleted = bench.review()
        assert (approved - 1, [EDITED]) == (
            len(deleted.golds),
            reasons(deleted),
        )
        bench.pull()
        assert approved - 1 == len(bench.review().golds)


def test_people_who_disagree_approve_nothing(folder):
    with at_work(folder) as (bench, studio):
        answer_all(studio, person=1)
        answer_all(studio, person=2, label="statement")
        bench.pull()
        review = bench.review()

    assert (0, ["2 people disagree"]) == (len(review.golds), reasons(review))


def test_agree_2_waits_for_two_people(folder):
    with at_work(folder, rule="agree:2") as (bench, studio):
        answer_all(studio, person=1)
        bench.pull()
        assert ["1 of 2 people answered"] == reasons(bench.review())
        answer_all(studio, person=2)
        bench.pull()
        golds = bench.review().golds

    assert {("ann@example.org", "bob@example.org")} == {gold.approval.approvers for gold in golds}
    assert {"agree:2"} == {gold.approval.rule for gold in golds}


def test_one_person_answering_twice_is_one_person(folder):
    with at_work(folder, rule="agree:2") as (bench, studio):
        answer_all(studio, person=1)
        answer_all(studio, person=1)
        bench.pull()

        assert ["1 of 2 people answered"] == reasons(bench.review())


def test_nobody_answers_for_what_another_account_changed_until_its_author_saves_it_again(folder):
    with at_work(folder, rule="agree:2") as (bench, studio):
        answers = [
            studio.submit(1, [label_region(label)], person=person) for person, label in ((1, "event"), (2, "decision"))
        ]
        studio.edit(answers[0], [label_region("decision")], person=2)
        bench.pull()
        review = bench.review()
        assert (0, [CHANGED_BY_ANOTHER]) == (len(review.golds), reasons(review))
        studio.edit(answers[0], [label_region("decision")], lead_time=9.0)
        bench.pull()
        (gold,) = bench.review().golds

    assert ("ann@example.org", "bob@example.org") == gold.approval.approvers


def test_an_answer_that_another_account_saved_unchanged_is_still_its_authors(folder):
    with at_work(folder) as (bench, studio):
        answer = studio.submit(1, [label_region("event")])
        bench.pull()
        studio.edit(answer, [label_region("event")], person=2, ground_truth=True)
        bench.pull()
        (gold,) = bench.review().golds

    assert ("ann@example.org",) == gold.approval.approvers


def test_what_another_account_changed_is_nobodys_after_a_restore_too(folder):
    with at_work(folder) as (bench, studio):
        studio.edit(studio.submit(1, [label_region("event")]), [label_region("decision")], person=2)
        bench.pull()
        studio.lose()
    with at_work(folder) as (bench, _):
        bench.restore()
        review = bench.review()

    assert (0, [CHANGED_BY_ANOTHER]) == (len(review.golds), reasons(review))


def test_answers_to_an_earlier_version_of_a_file_are_kept_and_said_to_be_left_out(folder):
    with at_work(folder) as (bench, studio):
        answer_all(studio)
        bench.pull()
        page = folder / "sources" / "b-en.txt"
        page.write_text(page.read_text("utf-8") + "\nOne line more.\n", "utf-8")
        bench.ingest()
        said = []
        bench.say = said.append
        golds = bench.review().golds

    assert 2 == len(golds)
    assert ["3 answered sentences stand in earlier versions of changed files; they are kept, and left out"] == said
