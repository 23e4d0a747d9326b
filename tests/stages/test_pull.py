import pytest

from builder.errors import UsageError
from builder.store import queries
from tests.project import answer_all, at_work, make_sources


@pytest.fixture
def folder(tmp_path):
    make_sources(tmp_path)
    with at_work(tmp_path) as (bench, studio):
        bench.ingest()
        bench.annotate()
        bench.push()
        answer_all(studio)
    return tmp_path


def journal(bench):
    return [entry.body for entry in bench.store.journal.entries()]


def test_every_answer_is_journalled_verbatim(folder):
    with at_work(folder) as (bench, studio):
        bench.pull()
        server = [body for task in studio.payloads() for body in studio.list_annotations(task["id"])]

        assert server == [entry["body"] for entry in journal(bench)]
        assert {"ann@example.org"} == {entry["author"] for entry in journal(bench)}


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
        assert 2 == sum(entry["sentence"] == sentence for entry in journal(bench))


def test_a_deleted_answer_is_kept_in_the_journal_and_counts_no_more(folder):
    with at_work(folder) as (bench, studio):
        bench.pull()
        studio.delete_annotation(1)
        bench.pull()
        sentence = studio.payloads()[0]["data"]["builder_key"]

        assert [] == queries.annotations_of(bench.store, sentence)
        assert [False, True] == [e["deleted"] for e in journal(bench) if e["sentence"] == sentence]


def test_a_reused_id_is_another_answer(folder):
    with at_work(folder) as (bench, studio):
        bench.pull()
        last = max(body["id"] for task in studio.payloads() for body in studio.list_annotations(task["id"]))
        task = studio.payloads()[-1]["id"]
        studio.delete_annotation(last)
        assert last == studio.submit(task, [], person=2)
        bench.pull()
        sentence = queries.task_sentences(bench.store, 1)[task]

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


def test_a_task_of_somebody_else_is_rejected_and_named(folder):
    with at_work(folder) as (bench, studio):
        studio._db.execute("UPDATE task SET data = json_set(data, '$.builder_key', 'strange') WHERE id = 1")
        tally = bench.pull()

        assert ["E_FOREIGN"] == [reject.code for reject in tally.rejected]
        assert tally.done == len(studio.payloads()) - 1
