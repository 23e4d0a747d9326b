import pytest

from builder.errors import Unavailable, UsageError
from builder.model import Reject
from builder.reviewing import Action
from builder.store import queries, standing
from tests.project import answer_all, at_work


def keys(studio):
    return sorted(payload["data"]["builder_key"] for payload in studio.payloads())


def test_every_body_sentence_becomes_one_task(folder):
    with at_work(folder) as (bench, studio):
        tally = bench.push()

        body = bench.store.db.execute("SELECT id FROM live WHERE kind = 'body' ORDER BY id").fetchall()
        assert [row[0] for row in body] == keys(studio)
        assert len(body) == tally.done


def test_pushing_twice_sends_nothing(folder):
    with at_work(folder) as (bench, studio):
        bench.push()
        sent = studio.payloads()
        assert 0 == bench.push().taken
        assert sent == studio.payloads()


def test_a_task_shows_its_surroundings_and_covers_what_it_says(folder):
    with at_work(folder) as (bench, studio):
        bench.push()
        by_text = {payload["data"]["text"]: payload for payload in studio.payloads()}
        task = by_text["“Water joins us,” said Tom."]

    assert "Maria spoke first." == task["data"]["before"]
    assert "They left at 9 p.m. on Friday." == task["data"]["after"]
    assert "Forum opens" == task["data"]["title"]
    for payload in by_text.values():
        for region in payload["predictions"][0]["result"]:
            if region["type"] == "labels":
                value = region["value"]
                assert value["text"] == payload["data"]["text"][value["start"] : value["end"]]


@pytest.mark.parametrize("step", ["before import", "after import"])
def test_a_cut_connection_neither_loses_nor_doubles_a_task(folder, step):
    def fault(name):
        if name in (step, "find"):
            raise Unavailable("connection reset")

    with at_work(folder, fault) as (bench, _), pytest.raises(Unavailable):
        bench.push()
    with at_work(folder) as (bench, studio):
        bench.push()
        waiting = queries.count(bench.store, "live WHERE kind = 'body'")
        assert waiting == len(keys(studio)) == len(set(keys(studio)))
        assert 0 == bench.push().taken


def test_a_pull_between_a_cut_push_and_the_next_one_knows_what_was_shown(folder):
    def fault(name):
        if name in ("after import", "find"):
            raise Unavailable("connection reset")

    with at_work(folder, fault) as (bench, _), pytest.raises(Unavailable):
        bench.push()
    with at_work(folder) as (bench, studio):
        bench.pull()
        bench.push()
        shown = [standing.shown(bench.store, key) for key in keys(studio)]

    assert {"combine@words1"} == {found and found[0].annotator for found in shown}


def test_a_late_duplicate_is_an_alias_not_a_second_sentence(folder):
    with at_work(folder) as (bench, studio):
        bench.push()
        twin = studio.copy_task(studio.payloads()[0]["id"])
        bench.pull()
        shown = queries.task_sentences(bench.store, 1)

    assert shown[twin] == shown[1]


def test_another_server_than_the_one_pushed_to_is_refused(folder):
    with at_work(folder) as (bench, studio):
        bench.push()
        studio._db.execute("UPDATE project SET marker = 'somebody else'")
        with pytest.raises(UsageError, match="another Label Studio"):
            bench.push()


def test_a_sentence_that_would_poison_the_server_is_rejected_and_the_rest_sent(folder):
    with at_work(folder) as (bench, studio):
        poisoned = queries.unpushed(bench.store, ("body",), "combine@words1")[0]
        bench.store.db.execute("UPDATE sentence SET text = replace(text, '说', char(0)) WHERE id = ?", (poisoned,))
        tally = bench.push()

        assert [("E_TEXT", poisoned)] == [(reject.code, reject.subject) for reject in tally.rejected]
        assert poisoned not in keys(studio)
        assert {} == queries.unsettled(bench.store)
        assert tally.done == len(keys(studio))


def test_a_refused_sentence_is_not_looked_for_again(folder):
    steps = []
    with at_work(folder, steps.append) as (bench, _):
        poisoned = queries.unpushed(bench.store, ("body",), "combine@words1")[0]
        bench.store.db.execute("UPDATE sentence SET text = replace(text, '说', char(0)) WHERE id = ?", (poisoned,))
        bench.push()
        bench.push()

    assert "find" not in steps


def test_a_pull_before_the_next_push_still_knows_what_was_shown(folder):
    def fault(name):
        if name in ("after import", "find"):
            raise Unavailable("connection reset")

    with at_work(folder, fault) as (bench, _), pytest.raises(Unavailable):
        bench.push()
    with at_work(folder) as (bench, studio):
        answer_all(studio)
        bench.pull()
        golds = bench.review().golds

    assert {Action.ACCEPTED} == {gold.label_action for gold in golds}


def test_an_index_made_anew_sends_nothing_that_stands_on_the_server(folder):
    with at_work(folder) as (bench, studio):
        bench.push()
        answer_all(studio)
        bench.pull()
        sent = keys(studio)
    (folder / ".builder" / "builder.db").unlink()
    with at_work(folder) as (bench, studio):
        for verb in (bench.ingest, bench.annotate, bench.push, bench.pull):
            verb()

        assert sent == keys(studio)
        assert len(sent) == len(bench.review().golds)


def test_what_was_refused_before_is_looked_for_after_a_cut_push_as_anything_else(folder):
    def fault(name):
        if name in ("after import", "find"):
            raise Unavailable("connection reset")

    with at_work(folder, fault) as (bench, _):
        waiting = queries.unpushed(bench.store, ("body",), "combine@words1")
        bench.store.add([Reject("push", sentence, "E_PREDICTION", "it did not fit") for sentence in waiting])
        with pytest.raises(Unavailable):
            bench.push()
    with at_work(folder) as (bench, studio):
        bench.push()

        assert sorted(waiting) == keys(studio)


def test_a_sentence_that_can_be_sent_again_is_no_longer_rejected(folder):
    with at_work(folder) as (bench, _):
        sentence = queries.unpushed(bench.store, ("body",), "combine@words1")[0]
        text = queries.find_sentence(bench.store, sentence).text
        write = "UPDATE sentence SET text = ? WHERE id = ?"
        bench.store.db.execute(write, (text.replace("说", "\0"), sentence))
        assert 1 == len(bench.push().rejected)
        bench.store.db.execute(write, (text, sentence))

        assert 1 == bench.push().done
        assert [] == queries.rejects(bench.store)
