import sqlite3
from contextlib import closing

import pytest

from builder.errors import BrokenError, Unavailable
from builder.model import Entity, Prediction, Reject, Sentence, Span, TakenUp
from builder.reading import Kind, Source
from builder.reviewing import Annotation, Intent, ReviewProject, Task
from builder.store import adding, queries, rows
from builder.store.db import Store
from builder.store.journal import Journal
from builder.store.migrations import VERSIONS
from tests.project import at_work, dump, make_sources

ANSWER = {"key": "7:2:3:then", "sentence": "s", "author": "ann", "body": {"result": []}, "deleted": False}
OF_VERSION_FOUR = """
    INSERT INTO meta VALUES ('journal', '1'), ('marker', 'm');
    INSERT INTO intent VALUES ('s', 'b', 'combine@1', 'd');
    INSERT INTO task VALUES (7, 2, 's', 'b');
    INSERT INTO annotation VALUES (1, '7:2:3:then', 's', 'ann', 'c', 0, '{"result":[]}');
    PRAGMA user_version = 4;
"""


def test_a_second_process_is_refused(tmp_path):
    with Store(tmp_path), pytest.raises(Unavailable, match="another builder"):
        Store(tmp_path)


def test_the_marker_lasts(tmp_path):
    with Store(tmp_path) as store:
        marker = store.marker
    with Store(tmp_path) as store:
        assert marker == store.marker


def test_pragmas_are_in_force(tmp_path):
    with Store(tmp_path) as store:
        found = [store.db.execute(f"PRAGMA {p}").fetchone()[0] for p in ("journal_mode", "synchronous", "foreign_keys")]

    assert ["delete", 3, 1] == found


def test_a_newer_store_is_refused(tmp_path):
    with Store(tmp_path) as store:
        store.db.execute("PRAGMA user_version = 99")

    with pytest.raises(BrokenError, match="newer"):
        Store(tmp_path)


def test_adding_facts_twice_changes_nothing(tmp_path):
    make_sources(tmp_path)
    with at_work(tmp_path) as (bench, _):
        bench.ingest()
        once = dump(bench)
        for document in queries.live_documents(bench.store):
            bench.store.add([queries.find_document(bench.store, document)])
            bench.store.add(queries.document_sentences(bench.store, document))

        assert once == dump(bench)


@pytest.fixture
def ingested(tmp_path):
    (tmp_path / "sources").mkdir(parents=True)
    lines = "\n\n".join(f"Tom spoke on day {number} of the talks." for number in range(adding._AT_ONCE))
    (tmp_path / "sources" / "talks.txt").write_text(lines, "utf-8")
    with at_work(tmp_path) as (bench, _):
        bench.ingest()
        yield bench


def proposed(bench, count):
    """Propose with three annotators for so many sentences: more rows than one statement inserts, and some over."""
    ids = queries.unannotated(bench.store, ("body",), "nobody")[:count]
    by = ("b@1",)
    found = (None, (), (Entity(Span(0, 3, "PERSON"), 0.5, by),))
    return [Prediction(id, f"{name}@1", entities) for id in ids for name, entities in zip("abc", found, strict=True)]


@pytest.mark.parametrize("count", [0, 1, 8, 9, adding._AT_ONCE])
def test_many_predictions_are_stored_each_as_it_is(ingested, count):
    facts = proposed(ingested, count)
    ingested.store.add(facts)

    assert facts == [queries.prediction(ingested.store, fact.sentence, fact.annotator) for fact in facts]
    assert len(facts) == queries.count(ingested.store, "prediction")


def test_a_prediction_that_is_known_stays_among_new_ones(ingested):
    facts = proposed(ingested, 20)
    ingested.store.add(facts[7:9])
    changed = [Prediction(fact.sentence, fact.annotator, ()) for fact in facts]
    ingested.store.add(changed)

    expected = [*changed[:7], *facts[7:9], *changed[9:]]
    assert expected == [queries.prediction(ingested.store, fact.sentence, fact.annotator) for fact in facts]


def test_rows_are_added_as_the_facts_that_they_were(ingested):
    facts = proposed(ingested, 20)
    mixed = [*facts[:30], TakenUp(facts[0].sentence, "c@1"), *facts[30:], Reject("annotate", "x#a", "E_X", "why")]
    ingested.store.add(mixed)
    expected = dump(ingested)
    ingested.store.db.execute("DELETE FROM prediction")
    ingested.store.db.execute("DELETE FROM reject")
    ready = rows.ready(mixed)
    ingested.store.add(ready)

    assert ["Ready", "Ready", "Ready", "Reject"] == [type(fact).__name__ for fact in ready]
    assert expected == dump(ingested)
    assert ready == rows.ready(ready)


def test_taking_up_forgets_what_was_refused_and_not_meant_for_people(ingested):
    facts = proposed(ingested, 2)
    first, second = facts[2].sentence, facts[5].sentence
    refused = [Reject("annotate", f"{id}#a", "E_X", "why") for id in (first, second)]
    ingested.store.add([*facts, *refused, Intent(first, "batch", "c@1", "digest")])
    ingested.store.add([TakenUp(first, "c@1"), TakenUp(first, "b@1")])

    left = ingested.store.db.execute("SELECT sentence, annotator FROM prediction").fetchall()
    assert {(f.sentence, f.annotator) for f in facts} - {(first, "b@1")} == set(left)
    assert [f"{second}#a"] == [reject.subject for reject in queries.rejects(ingested.store)]


def test_a_failing_fact_takes_its_whole_transaction_back(tmp_path):
    with Store(tmp_path) as store:
        before = list(store.db.iterdump())
        reject = Reject("ingest", "x", "E_X", "why")
        orphan = Sentence("s", "no such document", 0, 0, 1, Kind.BODY, "en", "A")
        with pytest.raises(sqlite3.IntegrityError):
            store.add([Source("s", "p", 1, "utf-8", "text/plain"), reject, orphan])

        assert before == list(store.db.iterdump())


def test_a_file_that_changes_back_is_seen_as_its_first_version(tmp_path):
    make_sources(tmp_path)
    page = tmp_path / "sources" / "a-zh.txt"
    first = page.read_bytes()
    with at_work(tmp_path) as (bench, _):
        bench.ingest()
        live = queries.live_documents(bench.store)
        page.write_text("另一页。\n", "utf-8")
        bench.ingest()
        assert live != queries.live_documents(bench.store)
        page.write_bytes(first)
        bench.ingest()

        assert live == queries.live_documents(bench.store)


def test_an_index_ahead_of_its_journal_is_refused(tmp_path):
    with Store(tmp_path) as store:
        store.db.execute("UPDATE meta SET value = '5' WHERE key = 'journal'")

    with pytest.raises(BrokenError, match="journal"):
        Store(tmp_path)


def test_what_a_person_did_is_kept_even_for_an_unknown_sentence(tmp_path):
    with Store(tmp_path) as store:
        store.add([Annotation("k", ("no such sentence",), "ann", {"result": []})])
    with Store(tmp_path) as store:
        assert 1 == queries.count(store, "annotation")


def test_an_answer_journalled_when_a_task_had_one_sentence_is_read(tmp_path):
    old = {"key": "1:2:3:then", "sentence": "s", "author": "ann", "body": {"result": []}, "deleted": False}
    Journal(tmp_path / "journal").append([("annotation", old)])

    with Store(tmp_path) as store:
        assert [Annotation("1:2:3:then", ("s",), "ann", {"result": []})] == queries.annotations_of(store, "s")


def test_a_store_of_version_four_keeps_its_tasks_intents_and_answers(tmp_path):
    Journal(tmp_path / "journal").append([("annotation", ANSWER)])
    with closing(sqlite3.connect(tmp_path / "builder.db")) as connection:
        connection.executescript("".join(VERSIONS[:4]) + OF_VERSION_FOUR)

    with Store(tmp_path) as store:
        assert (["review"], {7: 1}) == (queries.roles(store), queries.pushed_projects(store))
        assert [Annotation("7:2:3:then", ("s",), "ann", {"result": []})] == queries.annotations_of(store, "s")
        assert [("s", "b", "review")] == store.db.execute("SELECT sentence, batch, role FROM intent").fetchall()


def test_an_answer_to_a_task_of_several_sentences_answers_each(tmp_path):
    both = Annotation("7:1:1:then", ("s", "t"), "ann", {"result": []})
    with Store(tmp_path) as store:
        store.add([both])

        assert ([both], [both]) == (queries.annotations_of(store, "s"), queries.annotations_of(store, "t"))


def test_a_draft_is_kept_and_answers_nothing(tmp_path):
    draft = Annotation("7:1:draft 1:then", ("s",), "ann", {"result": []}, is_draft=True)
    with Store(tmp_path) as store:
        store.add([draft])
    (tmp_path / "builder.db").unlink()
    with Store(tmp_path) as store:
        assert ([], [draft]) == (queries.annotations_of(store, "s"), queries.annotations_on(store, 7, 1))


def test_projects_of_two_roles_are_pushed_and_settled_apart(tmp_path):
    with Store(tmp_path) as store:
        store.db.execute("PRAGMA foreign_keys = OFF")
        store.add([ReviewProject(7, "review"), ReviewProject(8, "adjudication"), Task(7, 1, "s", "b")])

        assert ({7: 1}, {}) == (queries.pushed_projects(store), queries.pushed_projects(store, "adjudication"))


def test_a_damaged_index_says_that_it_is_made_again(tmp_path):
    with Store(tmp_path):
        pass
    (tmp_path / "builder.db").write_bytes(b"garbage" * 100)

    with pytest.raises(BrokenError, match="made again"):
        Store(tmp_path)


@pytest.mark.parametrize("noun", [Prediction, Sentence, TakenUp])
def test_adding_no_rows_changes_nothing(ingested, noun):
    before = dump(ingested)
    ingested.store.add([rows.Ready(noun, [])])

    assert before == dump(ingested)
