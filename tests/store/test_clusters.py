"""Clusters in the store: replaced whole, in one transaction, also in a store that is older than they are."""

from __future__ import annotations

import sqlite3

import pytest

from builder.store import ledger, queries
from builder.store.db import Store
from builder.store.migrations import VERSIONS
from builder.text.duplicates import Cluster, Member, Relation
from tests.project import at_work, make_sources, pushed_project


def cluster_of_two(one, other):
    return Cluster((Member(one, True, Relation.EXACT, 1.0), Member(other, False, Relation.NEAR, 0.75)))


def test_clusters_are_replaced_whole(tmp_path):
    make_sources(tmp_path)
    with at_work(tmp_path) as (bench, _):
        bench.ingest()
        one, other = queries.live_documents(bench.store)
        bench.store.replace_clusters("first", [cluster_of_two(one, other)])
        assert {one: one, other: one} == ledger.clusters(bench.store)
        assert (1, 1) == (queries.count_duplicates(bench.store), queries.count_clusters(bench.store))
        bench.store.replace_clusters("second", [])

        assert ({}, "second") == (ledger.clusters(bench.store), queries.cluster_basis(bench.store))


def test_clusters_that_do_not_fit_leave_the_last_ones(tmp_path):
    make_sources(tmp_path)
    with at_work(tmp_path) as (bench, _):
        bench.ingest()
        one, other = queries.live_documents(bench.store)
        bench.store.replace_clusters("first", [cluster_of_two(one, other)])
        with pytest.raises(sqlite3.IntegrityError):
            bench.store.replace_clusters("second", [cluster_of_two(one, "no such document")])

        assert ("first", 2) == (queries.cluster_basis(bench.store), queries.count(bench.store, "cluster"))


def test_only_sentences_of_documents_that_another_stands_for_are_not_offered(tmp_path):
    make_sources(tmp_path)
    with at_work(tmp_path) as (bench, _):
        bench.ingest()
        one, other = queries.live_documents(bench.store)
        bench.store.replace_clusters("first", [cluster_of_two(one, other)])
        offered = {row[0] for row in bench.store.db.execute("SELECT document FROM offered").fetchall()}

        assert {one} == offered


def test_a_document_that_was_sent_is_offered_whoever_stands_for_it(tmp_path):
    with pushed_project(tmp_path) as (bench, _):
        one, other = queries.live_documents(bench.store)
        bench.store.replace_clusters("first", [cluster_of_two(one, other)])

        assert queries.count(bench.store, "live") == queries.count(bench.store, "offered")
        assert [one, other] == queries.documents_before_people(bench.store)


def test_a_store_without_clusters_gets_them(tmp_path):
    db = sqlite3.connect(tmp_path / "builder.db", isolation_level=None)
    for script in VERSIONS[:2]:
        db.executescript(script)
    db.executescript("INSERT INTO meta VALUES ('journal', '0'), ('marker', 'm'); PRAGMA user_version = 2;")
    db.close()
    with Store(tmp_path) as store:
        assert (0, None) == (queries.count(store, "cluster"), queries.cluster_basis(store))
