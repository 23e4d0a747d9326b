"""People disagree, an adjudicator decides, and only what was decided between the present answers leaves."""

from dataclasses import replace

import pytest

from builder.errors import BrokenError, Rejected
from builder.model import Span
from builder.reviewing import Answer
from builder.stages.carrying import Carrying
from builder.stages.disagreement import Dispute, disputes
from builder.stages.founded import check_founded
from builder.store import approvals, queries
from builder.store.check import damages
from builder.studio.adjudication import task_of
from builder.studio.codec import answer_of, label_region, result_of
from tests.project import answer_all, at_work, make_sources, pushed_project

ADJUDICATOR = 3


@pytest.fixture
def folder(tmp_path):
    """Give a project in which two people differ in every label, and on one sentence in its spans too."""
    with pushed_project(tmp_path) as (bench, studio):
        answer_all(studio, person=1)
        answer_all(studio, person=2, label="statement")
        spanned = next(t["id"] for t in studio.payloads() if 1 < len(t["predictions"][0]["result"]))
        studio.edit(spanned + 5, [label_region("statement")])
        bench.pull()
    return tmp_path


def project(bench, studio):
    return studio.find_project(f"{bench.store.marker}/adjudication")


def cases(bench, studio):
    return studio.payloads(project(bench, studio))


def decide(bench, studio, label="event", person=ADJUDICATOR):
    """Decide every case by its first answer under this label; give the annotation's id of each sentence."""
    decided = {}
    for case in cases(bench, studio):
        spans = answer_of(case["predictions"][0]["result"], case["data"]["text"]).entities
        result = result_of(Answer(spans, label), case["data"]["text"])
        decided[case["data"]["builder_key"]] = studio.submit(case["id"], result, person=person)
    return decided


def id_of(gold):
    return gold.sentence


def carrying(bench):
    return Carrying(bench.store, bench.project.schema)


def waiting(bench):
    return disputes(bench.store, carrying(bench), bench.rule)


def test_nothing_is_made_where_nobody_disagrees(tmp_path):
    with pushed_project(tmp_path) as (bench, studio):
        answer_all(studio)
        bench.pull()

        assert 0 == bench.adjudicate().taken
        assert project(bench, studio) is None


def test_each_dispute_becomes_one_task_the_most_at_stake_first(folder):
    with at_work(folder) as (bench, studio):
        stakes = [dispute.stake for dispute in waiting(bench)]
        assert 5 == bench.adjudicate().done
        assert 0 == bench.adjudicate().done
        sent = [case["data"]["builder_key"] for case in cases(bench, studio)]

        assert sorted(stakes, reverse=True) == stakes
        assert 2 < stakes[0]
        assert [dispute.sentence.id for dispute in waiting(bench)] == sent


def test_a_task_shows_every_answer_without_a_name_and_starts_from_one(folder):
    with at_work(folder) as (bench, studio):
        bench.adjudicate()
        for case in cases(bench, studio):
            text = case["data"]["text"]
            first, *tabs = (answer_of(shown["result"], text) for shown in case["predictions"])
            given = [answer_of(a.body["result"], text) for a in
                     queries.annotations_of(bench.store, case["data"]["builder_key"])]  # fmt: skip

            assert ["builder", "A", "B"] == [shown["model_version"] for shown in case["predictions"]]
            assert sorted(map(repr, given)) == sorted(map(repr, tabs))
            assert first in tabs
            assert ["A", "B"] == [line[0] for line in case["data"]["answers"].splitlines()]
            assert "example.org" not in str(case)


def test_answers_stand_in_another_order_from_sentence_to_sentence(tmp_path):
    make_sources(tmp_path)
    (tmp_path / "sources" / "c.txt").write_text("".join(f"Word {n} stands here. " for n in range(20)), "utf-8")
    with at_work(tmp_path) as (bench, studio):
        bench.ingest()
        bench.annotate()
        bench.push()
        answer_all(studio, person=1)
        answer_all(studio, person=2, label="statement")
        bench.pull()

        assert {"event", "statement"} == {dispute.answers[0].label for dispute in waiting(bench)}


def test_the_answer_to_start_from_is_the_one_that_most_people_gave():
    sentence, (one, other) = None, (Answer((Span(0, 1, "PERSON"),), "event"), Answer((), "event"))
    dispute = Dispute(sentence, "answers@1", (one, other, other))

    assert other == dispute.first
    assert 1 == dispute.stake
    assert 3 == Dispute(sentence, "answers@1", (one, Answer((), "statement"))).stake


def test_what_an_adjudicator_decides_is_approved_and_released(folder):
    with at_work(folder) as (bench, studio):
        bench.adjudicate()
        assert {"2 people disagree"} == {reason for _, reason in bench.review().refusals}
        decide(bench, studio)
        bench.pull()
        golds = bench.review().golds

        assert 5 == len(golds)
        assert {("adjudicated", ("cid@example.org",), 3, False)} == {
            (g.approval.rule, g.approval.approvers, len(g.approval.contents), g.approval.is_party) for g in golds
        }
        assert [] == waiting(bench)
        assert bench.release("v1").is_dir()


def test_an_adjudicator_who_had_answered_is_recorded_as_a_party(folder):
    with at_work(folder) as (bench, studio):
        bench.adjudicate()
        decide(bench, studio, person=1)
        bench.pull()
        golds = bench.review().golds

        assert {True} == {approvals.find_approval(bench.store, g.approval.id).is_party for g in golds}


def test_an_answer_edited_after_the_decision_is_a_dispute_again(folder):
    with at_work(folder) as (bench, studio):
        bench.adjudicate()
        decide(bench, studio)
        bench.pull()
        bench.review()
        studio.edit(6, [label_region("proposal")])
        bench.pull()

        assert (4, ["2 people disagree"]) == (len(bench.review().golds), [r for _, r in bench.review().refusals])
        assert 1 == bench.adjudicate().done
        assert 6 == len(cases(bench, studio))
        studio.submit(cases(bench, studio)[-1]["id"], [label_region("proposal")], person=ADJUDICATOR)
        bench.pull()
        assert 5 == len(bench.review().golds)


def test_people_who_come_to_agree_need_no_decision_any_more(folder):
    with at_work(folder) as (bench, studio):
        bench.adjudicate()
        decided = decide(bench, studio, label="decision")
        bench.pull()
        (sentence,) = queries.annotations_of(bench.store, studio.payloads()[0]["data"]["builder_key"])[0].sentences
        assert sentence in decided
        studio.edit(6, studio.list_annotations(1)[0]["result"])
        bench.pull()
        approval = next(gold.approval for gold in bench.review().golds if gold.sentence == sentence)

        assert ("single", 2) == (approval.rule, len(approval.contents))


def test_a_new_answer_makes_the_decision_void(folder):
    with at_work(folder) as (bench, studio):
        bench.adjudicate()
        decide(bench, studio)
        studio.submit(1, [label_region("event")], person=4)  # the server does not know this account
        studio.submit(2, [label_region("event")], person=ADJUDICATOR)
        bench.pull()

        assert 4 == len(bench.review().golds)
        assert ["3 people disagree"] == [reason for _, reason in bench.review().refusals]


def test_a_skipped_case_decides_nothing(folder):
    with at_work(folder) as (bench, studio):
        bench.adjudicate()
        studio.submit(cases(bench, studio)[0]["id"], [label_region("event")], person=3, was_cancelled=True)
        bench.pull()

        assert 0 == len(bench.review().golds)
        assert 0 == bench.adjudicate().done


def test_sentences_edited_since_the_last_pull_are_not_sent(folder):
    with at_work(folder) as (bench, studio):
        studio.edit(6, [label_region("proposal")])

        assert 4 == bench.adjudicate().done


def test_under_the_adjudicated_rule_every_answered_sentence_goes_to_the_adjudicator(tmp_path):
    with pushed_project(tmp_path, rule="adjudicated") as (bench, studio):
        answer_all(studio)
        bench.pull()
        assert 5 == bench.adjudicate().done
        decide(bench, studio)
        bench.pull()

        assert 5 == len(bench.review().golds)


@pytest.fixture
def unfit(monkeypatch):
    """Name the sentences that cannot be sent to an adjudicator."""
    named = set()

    def sent(passage, *others):
        if passage.sentence.id in named:
            raise Rejected("it cannot be sent", "E_TEXT")
        return task_of(passage, *others)

    monkeypatch.setattr("builder.stages.adjudicate.task_of", sent)
    return named


def refused(bench):
    return [(one.stage, one.subject) for one in queries.rejects(bench.store)]


def test_a_case_that_was_refused_is_no_longer_once_it_is_sent(folder, unfit):
    with at_work(folder) as (bench, _):
        sentence = waiting(bench)[0].sentence.id
        unfit.add(sentence)
        bench.adjudicate()
        assert [("adjudicate", sentence)] == refused(bench)
        unfit.clear()
        bench.adjudicate()

        assert [] == refused(bench)


def test_a_case_that_was_refused_stays_refused_when_its_review_is_read_again(folder, unfit):
    with at_work(folder) as (bench, studio):
        sentence = studio.payloads()[0]["data"]["builder_key"]
        unfit.add(sentence)
        bench.adjudicate()
        studio.edit(1, [label_region("proposal")])
        bench.pull()

        assert [("adjudicate", sentence)] == refused(bench)


def test_a_case_that_was_refused_is_past_once_people_agree(folder, unfit):
    with at_work(folder) as (bench, studio):
        unfit.add(studio.payloads()[0]["data"]["builder_key"])
        bench.adjudicate()
        studio.edit(6, studio.list_annotations(1)[0]["result"])
        bench.pull()
        bench.adjudicate()

        assert [] == refused(bench)


@pytest.mark.parametrize("step", ["before import", "after import"])
def test_a_sender_that_was_killed_sends_each_case_once(folder, step):
    """What was sent for an older dispute of the same sentence does not count."""
    with at_work(folder) as (bench, studio):
        bench.adjudicate()
        for annotation in range(6, 11):
            studio.edit(annotation, [label_region("proposal")])
        bench.pull()

    def fault(at):
        if at == step:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), at_work(folder, fault) as (bench, _):
        bench.adjudicate()
    with at_work(folder) as (bench, studio):
        bench.adjudicate()

        assert 10 == len(cases(bench, studio))
        assert {} == approvals.unsettled_cases(bench.store)


def test_an_approval_is_written_to_the_journal_once(folder):
    with at_work(folder) as (bench, studio):
        bench.adjudicate()
        decide(bench, studio)
        bench.pull()
        for _ in range(3):
            golds = bench.review().golds
        told = [entry.body for entry in bench.store.journal.entries() if entry.kind == "approval"]

        assert 5 == len(told) == len({str(body) for body in told})
        for gold in golds:
            assert [gold.approval] == approvals.approvals_of(bench.store, gold.sentence)


def test_an_index_made_again_from_the_journal_knows_every_approval_and_case(folder):
    with at_work(folder) as (bench, studio):
        bench.adjudicate()
        decide(bench, studio)
        bench.pull()
        golds = bench.review().golds
    (folder / ".builder" / "builder.db").unlink()
    with at_work(folder) as (bench, studio):
        bench.ingest()
        bench.annotate()
        bench.pull()

        assert [g.approval for g in golds] == [approvals.find_approval(bench.store, g.approval.id) for g in golds]
        assert {g.approval for g in golds} == {g.approval for g in bench.review().golds}
        assert 0 == bench.adjudicate().done


def test_a_forged_approval_in_the_index_is_named(folder):
    with at_work(folder) as (bench, studio):
        bench.adjudicate()
        decide(bench, studio)
        bench.pull()
        (forged, *_) = bench.review().golds
        bench.store.db.execute("UPDATE approval SET approvers = '[]' WHERE id = ?", (forged.approval.id,))
        with pytest.raises(BrokenError, match="no approval of it is recorded"):
            check_founded(bench.store, [forged], carrying(bench), bench.rule)

    assert {f"approval {forged.approval.id} is not what the journal says"} == {
        d.what for d in damages(folder / ".builder", full=True) if d.what.startswith("approval")
    }


@pytest.mark.parametrize(
    ("forgery", "problem"),
    [
        ("DELETE FROM approval", "no approval of it is recorded"),
        ("UPDATE gold SET body = json_set(body, '$.approval[5]', 'single')", "no approval of it is recorded"),
        ("UPDATE sentence SET text = text || '!'", "its approval is of another text"),
        ("DELETE FROM answered", "nobody gave the approved answer"),
    ],
)
def test_gold_without_a_valid_approval_is_named_by_a_quick_check(folder, forgery, problem):
    with at_work(folder) as (bench, studio):
        bench.adjudicate()
        decide(bench, studio)
        bench.pull()
        golds = bench.review().golds
    assert [] == list(damages(folder / ".builder"))
    with at_work(folder) as (bench, _):
        bench.store.db.execute(forgery)

    assert [f"sentence {gold.sentence} counts as approved, but {problem}" for gold in sorted(golds, key=id_of)] == [
        damage.what for damage in damages(folder / ".builder")
    ]


def test_gold_that_says_something_else_than_was_approved_is_not_released(folder):
    with at_work(folder) as (bench, studio):
        bench.adjudicate()
        decide(bench, studio)
        bench.pull()
        (gold, *_) = bench.review().golds

        with pytest.raises(BrokenError, match="something else than was approved"):
            check_founded(bench.store, [replace(gold, label="statement")], carrying(bench), bench.rule)


def test_gold_of_answers_that_were_changed_is_not_released(folder):
    with at_work(folder) as (bench, studio):
        bench.adjudicate()
        decide(bench, studio)
        bench.pull()
        golds = bench.review().golds
        check_founded(bench.store, golds, carrying(bench), bench.rule)
        studio.edit(6, [label_region("proposal")])
        bench.pull()

        with pytest.raises(BrokenError, match="other answers than those that stand now"):
            check_founded(bench.store, golds, carrying(bench), bench.rule)
