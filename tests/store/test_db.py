import sqlite3

import pytest

from builder.errors import BrokenError, Unavailable
from builder.model import Annotation, Entity, Intent, Prediction, Reject, Sentence, Span, TakenUp
from builder.reading import Source
from builder.store import db, queries, rows
from builder.store.db import Store
from tests.project import at_work, dump, make_sources


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
    lines = "\n\n".join(f"Tom spoke on day {number} of the talks." for number in range(db._AT_ONCE))
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


@pytest.mark.parametrize("count", [0, 1, 8, 9, db._AT_ONCE])
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
        orphan = Prediction("no such sentence", "words@1")
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
        store.add([Annotation("k", "no such sentence", "ann", {"result": []})])
    with Store(tmp_path) as store:
        assert 1 == queries.count(store, "annotation")


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
