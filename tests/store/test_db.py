import sqlite3

import pytest

from builder.errors import BrokenError, Unavailable
from builder.model import Annotation, Prediction, Reject
from builder.reading import Source
from builder.store import queries
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
