"""Documents that repeat one another: one goes to people, nothing people saw is hidden, and no split divides them."""

from __future__ import annotations

import shutil
from contextlib import contextmanager

import pytest

from builder import flow, plugins
from builder.config import Project, parse_config
from builder.stages.ingest import Ingest
from builder.stages.release import approved_of, places_of
from builder.stages.splits import divide
from builder.store import queries
from builder.workbench import Workbench
from tests.crash.test_kill import child
from tests.project import answer_all, at_work, dump, toml

ARTICLE = (
    "Harbour reopens after the storm\n\nThe harbour opened again on Friday after three days of wind. "
    "Captain Rowe said that all nine ferries were sailing by noon. Engineers from Dunmore had checked the northern "
    "wall twice during the night. The council will pay for new lamps along the pier before winter comes.\n"
)
EDITION = ARTICLE.replace("by noon", "by two in the afternoon")
BRIEF = (
    "Engineers from Dunmore had checked the northern wall twice during the night. "
    "The council will pay for new lamps along the pier before winter comes.\n"
)
OTHER = (
    "Library lends tools\n\nThe town library now lends saws, drills and ladders to its readers. "
    "Maria Quill, who runs it, hopes that fewer people will buy what they need once a year.\n"
)


def write(folder, **pages):
    (folder / "sources").mkdir(exist_ok=True)
    for name, text in pages.items():
        (folder / "sources" / f"{name}.txt").write_text(text, "utf-8")


@contextmanager
def all_at_work(folder):
    """Open the project with `duplicates = "all"`."""
    with at_work(folder) as (bench, studio):
        config = parse_config(toml() + '[ingest]\nduplicates = "all"\n')
        bench.project = Project(folder, config, bench.project.schema)
        yield bench, studio


def path_of(bench, document):
    return queries.find_source(bench.store, queries.find_document(bench.store, document).source).path[8:-4]


def clusters(bench):
    """Say what is stored, as {name of the file: (its cluster, relation, whether it stands for itself)}."""
    rows = bench.store.db.execute("SELECT document, cluster, relation, representative FROM cluster").fetchall()
    return {path_of(bench, d): (path_of(bench, c), relation, bool(stands)) for d, c, relation, stands in rows}


def pushed(bench):
    """Name the files of which sentences stand in the review project."""
    rows = bench.store.db.execute("SELECT DISTINCT document FROM sentence WHERE id IN (SELECT sentence FROM task)")
    return {path_of(bench, row[0]) for row in rows.fetchall()}


def splits_of(bench, shares):
    """Say in which split each released file stands."""
    approved = approved_of(bench.store, bench.review().golds)
    division = divide(bench.store, approved, shares, "v1")
    bench.store.add(division.new)
    places, left_out = places_of(approved, division, shares)
    assert [] == left_out
    return {path_of(bench, place.document): place.split for place in places}


def push_all(bench):
    bench.ingest()
    bench.annotate()
    bench.push()


def test_documents_that_repeat_one_another_are_clustered(tmp_path):
    write(tmp_path, article=ARTICLE, edition=EDITION, brief=BRIEF, other=OTHER)
    with at_work(tmp_path) as (bench, _):
        bench.ingest()

        assert {
            "edition": ("edition", "exact", True),
            "article": ("edition", "near", False),
            "brief": ("edition", "contained", False),
        } == clusters(bench)


def test_the_same_text_in_other_bytes_stays_a_document_of_its_own(tmp_path):
    write(tmp_path, one=OTHER, two=OTHER + "\n\n")
    with at_work(tmp_path) as (bench, _):
        bench.ingest()

        assert 2 == len(queries.live_documents(bench.store))
        assert ["exact", "exact"] == [relation for _, relation, _ in clusters(bench).values()]


def test_ingest_says_how_many_repeat_others(tmp_path):
    write(tmp_path, article=ARTICLE, edition=EDITION, brief=BRIEF, other=OTHER)
    said = []
    with at_work(tmp_path) as (bench, _):
        bench.say = said.append
        bench.ingest()

        assert ["4 documents, 2 duplicates of them in 1 clusters"] == said
        assert 2 == bench.status()["ingest"]["duplicates"]


def test_one_of_them_goes_to_people(tmp_path):
    write(tmp_path, article=ARTICLE, edition=EDITION, brief=BRIEF, other=OTHER)
    with at_work(tmp_path) as (bench, _):
        push_all(bench)
        status = bench.status()

        assert {"edition", "other"} == pushed(bench)
        assert (0, 0) == (status["annotate"]["waiting"], status["push"]["waiting"])


def test_all_of_them_go_to_people_if_asked(tmp_path):
    write(tmp_path, article=ARTICLE, edition=EDITION, brief=BRIEF, other=OTHER)
    with all_at_work(tmp_path) as (bench, _):
        push_all(bench)

        assert {"article", "edition", "brief", "other"} == pushed(bench)


def test_a_document_before_people_is_not_replaced_by_a_longer_one(tmp_path):
    write(tmp_path, article=ARTICLE)
    with at_work(tmp_path) as (bench, _):
        push_all(bench)
        write(tmp_path, edition=EDITION)
        push_all(bench)

        assert {"article": ("article", "exact", True), "edition": ("article", "near", False)} == clusters(bench)
        assert {"article"} == pushed(bench)


def test_what_people_answered_before_it_became_a_duplicate_is_released(tmp_path):
    write(tmp_path, article=ARTICLE, edition=EDITION)
    with all_at_work(tmp_path) as (bench, studio):
        push_all(bench)
        answer_all(studio)
        bench.pull()
    with at_work(tmp_path) as (bench, _):
        assert {"article": "a", "edition": "a"} == splits_of(bench, {"a": 1})


def test_the_rest_of_a_document_that_people_began_is_still_offered(tmp_path):
    """Clusters were found before the push of everything, so the shorter one is not its own representative."""
    write(tmp_path, article=ARTICLE, edition=EDITION)
    with all_at_work(tmp_path) as (bench, studio):
        bench.ingest()
        bench.annotate()
        bench.push()
        gone = bench.store.db.execute("SELECT id FROM task ORDER BY id DESC LIMIT 1").fetchone()[0]
        bench.store.db.execute("DELETE FROM intent WHERE sentence = (SELECT sentence FROM task WHERE id = ?)", (gone,))
        bench.store.db.execute("DELETE FROM task WHERE id = ?", (gone,))
        studio.delete_task(gone)
        assert 1 == bench.status()["push"]["waiting"]
    with at_work(tmp_path) as (bench, _):
        assert 1 == bench.status()["push"]["waiting"]


def test_a_duplicate_is_offered_again_when_what_stood_for_it_is_gone(tmp_path):
    write(tmp_path, article=ARTICLE, edition=EDITION)
    with at_work(tmp_path) as (bench, _):
        bench.ingest()
        write(tmp_path, edition=OTHER)
        push_all(bench)

        assert {} == clusters(bench)
        assert {"article", "edition"} == pushed(bench)


def test_nothing_is_compared_when_no_document_came_or_went(tmp_path, monkeypatch):
    write(tmp_path, article=ARTICLE, edition=EDITION)
    with at_work(tmp_path) as (bench, _):
        bench.ingest()
        monkeypatch.setattr("builder.stages.duplicates.clusters", lambda *_: pytest.fail("compared again"))
        push_all(bench)

        assert 2 == len(clusters(bench))


def test_documents_of_a_cluster_stand_in_one_split(tmp_path):
    shares = {f"split{number}": 1.0 for number in range(50)}
    write(tmp_path, article=ARTICLE, edition=EDITION, brief=BRIEF, other=OTHER)
    with all_at_work(tmp_path) as (bench, studio):
        push_all(bench)
        answer_all(studio)
        bench.pull()
        splits = splits_of(bench, shares)

    assert splits["article"] == splits["edition"] == splits["brief"]
    assert splits["article"] != splits["other"]


def test_a_document_keeps_its_split_when_a_duplicate_comes(tmp_path):
    shares = {f"split{number}": 1.0 for number in range(50)}
    write(tmp_path, article=ARTICLE)
    with at_work(tmp_path) as (bench, studio):
        push_all(bench)
        answer_all(studio)
        bench.pull()
        before = splits_of(bench, shares)
        write(tmp_path, edition=EDITION)
        push_all(bench)

        assert before == splits_of(bench, shares)


def read_only(bench: Workbench) -> None:
    """Ingest as far as a process that was killed before it looked for duplicates."""
    flow.run(Ingest(bench.project.sources(), plugins.readers(), bench.project.folder.resolve()), bench.store)


def test_annotate_looks_for_duplicates_that_a_killed_ingest_did_not_look_for(tmp_path):
    write(tmp_path, article=ARTICLE, edition=EDITION)
    with at_work(tmp_path) as (bench, _):
        read_only(bench)
        bench.annotate()

        assert 2 == len(clusters(bench))


def test_killed_anywhere_while_looking_and_run_again_is_never_having_been_killed(tmp_path):
    write(tmp_path, article=ARTICLE, edition=EDITION, brief=BRIEF)
    with at_work(tmp_path) as (bench, _):
        read_only(bench)
    whole = shutil.copytree(tmp_path, tmp_path / "whole", ignore=shutil.ignore_patterns("whole"))
    with at_work(whole) as (bench, _):
        bench.ingest()
        expected = dump(bench)

    def ingest(folder):
        with at_work(folder) as (bench, _):
            bench.ingest()

    step, folder = 0, tmp_path / "killed 0"
    shutil.copytree(tmp_path, folder, ignore=shutil.ignore_patterns("whole", "killed*"))
    while child(lambda: ingest(folder), step):  # noqa: B023 - called before the next folder is made
        with at_work(folder) as (bench, _):
            bench.ingest()
            assert expected == dump(bench), f"killed at step {step}"
        step, folder = step + 1, tmp_path / f"killed {step + 1}"
        shutil.copytree(tmp_path, folder, ignore=shutil.ignore_patterns("whole", "killed*"))
    assert 10 < step
