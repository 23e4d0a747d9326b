import pytest

from builder.errors import UsageError
from builder.store import pulled, queries
from builder.studio.codec import label_region
from tests.project import answer_all, at_work, dump, make_sources, pushed_project


@pytest.fixture
def folder(tmp_path):
    with pushed_project(tmp_path) as (bench, studio):
        answer_all(studio)
    return tmp_path


def journal(bench):
    return [entry.body for entry in bench.store.journal.entries() if entry.kind == "annotation"]


def test_every_answer_is_journalled_verbatim(folder):
    with at_work(folder) as (bench, studio):
        bench.pull()
        server = [body for task in studio.payloads() for body in studio.list_annotations(task["id"])]

        assert server == [entry["body"] for entry in journal(bench)]
        assert {"ann@example.org"} == {entry["author"] for entry in journal(bench)}


def test_a_pull_counts_the_answers_apart_from_the_tasks(tmp_path):
    with pushed_project(tmp_path) as (bench, studio):
        before = bench.pull()
        studio.submit(1, [])
        after = bench.pull()

    assert [(len(studio.payloads()), 0), (1, 1)] == [(tally.done, tally.answers) for tally in (before, after)]


def test_pulling_again_reads_and_writes_nothing(folder):
    with at_work(folder) as (bench, _):
        bench.pull()
        written = journal(bench)
        assert 0 == bench.pull().taken
        assert written == journal(bench)


def test_an_edit_is_a_new_version_of_the_same_answer(folder):
    with at_work(folder) as (bench, studio):
        bench.pull()
        studio.edit(1, [])
        assert 1 == bench.pull().done
        sentence = studio.payloads()[0]["data"]["builder_key"]

        assert [[]] == [a.body["result"] for a in queries.annotations_of(bench.store, sentence)]
        assert 2 == sum(entry["sentences"] == [sentence] for entry in journal(bench))


def test_a_deleted_answer_is_kept_in_the_journal_and_counts_no_more(folder):
    with at_work(folder) as (bench, studio):
        bench.pull()
        studio.delete_annotation(1)
        bench.pull()
        sentence = studio.payloads()[0]["data"]["builder_key"]

        assert [] == queries.annotations_of(bench.store, sentence)
        assert [False, True] == [e["deleted"] for e in journal(bench) if e["sentences"] == [sentence]]


def test_a_reused_id_is_another_answer(folder):
    with at_work(folder) as (bench, studio):
        bench.pull()
        last = max(body["id"] for task in studio.payloads() for body in studio.list_annotations(task["id"]))
        task = studio.payloads()[-1]["id"]
        studio.delete_annotation(last)
        assert last == studio.submit(task, [], person=2)
        bench.pull()
        (sentence,) = queries.task_sentences(bench.store, 1)[task]

        assert ["bob@example.org"] == [a.author for a in queries.annotations_of(bench.store, sentence)]


def test_a_deleted_task_takes_its_answers_along_once(folder):
    with at_work(folder) as (bench, studio):
        bench.pull()
        studio.delete_task(1)
        assert 1 == bench.pull().done
        assert 0 == bench.pull().taken


def test_a_mass_deletion_changes_nothing_until_accepted(folder, monkeypatch):
    monkeypatch.setattr("builder.stages.pull._FEW", 1)
    with at_work(folder) as (bench, studio):
        bench.pull()
        written = journal(bench)
        for task in studio.payloads():
            studio.delete_task(task["id"])
        gone = len(written)
        with pytest.raises(UsageError, match=f"--accept-deletions {gone}"):
            bench.pull()
        assert written == journal(bench)

        assert gone == bench.pull(accept_deletions=gone).done


def test_a_project_is_taken_down_when_it_is_read_not_when_it_is_looked_at(tmp_path):
    make_sources(tmp_path)
    with at_work(tmp_path) as (bench, studio):
        project = studio.open_project(bench.store.marker, "small", "<View/>", "")
        before = bench.store.journal.length
        assert ({"review": project}, frozenset()) == (bench.exchange.found(), bench.exchange.unpulled())
        assert before == bench.store.journal.length
        bench.pull()

        assert ["review"] == queries.roles(bench.store)


def test_a_task_of_somebody_else_is_rejected_and_named(folder):
    with at_work(folder) as (bench, studio):
        studio._db.execute("UPDATE task SET data = json_set(data, '$.builder_key', 'strange') WHERE id = 1")
        tally = bench.pull()

        assert ["E_FOREIGN"] == [reject.code for reject in tally.rejected]
        assert tally.done == len(studio.payloads()) - 1


def test_answers_that_vanish_en_masse_change_nothing_until_accepted(folder, monkeypatch):
    monkeypatch.setattr("builder.stages.pull._FEW", 1)
    with at_work(folder) as (bench, studio):
        bench.pull()
        written = journal(bench)
        for task in studio.payloads():
            studio.delete_annotation(studio.list_annotations(task["id"])[0]["id"])
        gone = len(written)
        with pytest.raises(UsageError, match=f"{gone} of {gone} answers vanished.*--accept-deletions {gone}"):
            bench.pull()
        assert written == journal(bench)
        bench.pull(accept_deletions=gone)

        assert gone == sum(entry["deleted"] for entry in journal(bench))


def test_several_tasks_that_cannot_be_read_are_each_named_and_tried_again(folder):
    with at_work(folder) as (bench, studio):
        for task in (1, 2):
            studio.poison(task)
        named = [[reject.subject for reject in bench.pull().rejected] for _ in range(2)]
        assert [["task 1", "task 2"]] * 2 == named
        assert len(studio.payloads()) - 2 == len(journal(bench))
        studio.poison(1, cured=True)

        assert ["task 2"] == [reject.subject for reject in bench.pull().rejected]
        assert ["task 2"] == [reject.subject for reject in queries.rejects(bench.store) if reject.stage == "pull"]


def test_tasks_that_nobody_answered_are_not_read(tmp_path):
    steps = []
    with pushed_project(tmp_path, fault=steps.append) as (bench, _):
        assert 0 < bench.pull().done

    assert "read" not in steps


def test_a_draft_that_is_gone_is_a_deletion_in_the_journal(folder):
    with at_work(folder) as (bench, studio):
        draft = studio.begin(1, [])
        bench.pull()
        studio.give_up(draft)
        assert 1 == bench.pull().done
        assert 0 == bench.pull().taken

        assert [(True, False), (True, True)] == [(e["draft"], e["deleted"]) for e in journal(bench) if e.get("draft")]


def test_a_pull_writes_nothing_when_it_stops(folder, monkeypatch):
    monkeypatch.setattr("builder.stages.pull._FEW", 1)
    with at_work(folder) as (bench, studio):
        bench.pull()
        before = dump(bench)
        for task in studio.payloads():
            studio.delete_task(task["id"])
        with pytest.raises(UsageError):
            bench.pull()

        assert before == dump(bench)


def test_a_task_with_the_id_of_a_deleted_one_shows_its_own_sentence_only(tmp_path):
    with pushed_project(tmp_path) as (bench, studio):
        last = max(task["id"] for task in studio.payloads())
        studio.delete_task(last)
        bench.pull()
        (tmp_path / "sources" / "more.txt").write_text("The mayor opened a bridge in Dunmore today.\n", "utf-8")
        for verb in (bench.ingest, bench.annotate, bench.push):
            verb()
        assert last == max(task["id"] for task in studio.payloads())
        studio.submit(last, [label_region("event")])
        bench.pull()
        bench.review()
        (gold,) = queries.golds(bench.store)

        assert [gold.sentence] == pulled.sentences_on(bench.store, 1, last)
        assert [] == [reject.code for reject in queries.rejects(bench.store)]
