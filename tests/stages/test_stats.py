"""Figures of reviewing, from a small project to the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from builder.cli import main
from builder.project_files import create
from builder.review_figures import acceptance_rows, aligned
from builder.stages.stats import reviewed, worked
from builder.studio.codec import labels_named
from tests.project import accepted, answer_all, at_work, pushed_project
from tests.stages.test_refresh import later
from tests.stages.test_schema_change import SPLIT, report_of

CONTRACT = json.loads((Path(__file__).parents[2] / "schemas" / "stats.schema.json").read_text("utf-8"))


@pytest.fixture
def folder(tmp_path):
    create(tmp_path, "small", "news", ("sources",))
    with pushed_project(tmp_path) as (bench, studio):
        answer_all(studio)
        answer_all(studio, person=2, label="statement")
        studio.submit(1, [], person=2, was_cancelled=True)
        bench.pull()
    return tmp_path


def test_what_stats_says_fits_its_contract(folder):
    with at_work(folder) as (bench, _):
        told = bench.stats(120.0)

    assert [] == list(Draft202012Validator(CONTRACT).iter_errors(told))
    assert ["ann@example.org", "bob@example.org"] == told["agreement"]["suggested"]["annotators"]
    assert 10 == told["answers"]


def test_accepted_proposals_and_changed_labels_are_told_apart(folder):
    with at_work(folder) as (bench, _):
        told = bench.stats(120.0)

    spans = [row for row in told["acceptance"] if row["label"] == "PERSON"]
    labels = [row for row in told["acceptance"] if row["label"] == "event"]
    assert all(row["proposed"] == row["accepted"] for row in spans)
    assert [
        ("ann@example.org", "en", 3, 0),
        ("ann@example.org", "zh", 2, 0),
        ("bob@example.org", "en", 0, 3),
        ("bob@example.org", "zh", 0, 2),
    ] == sorted((row["reviewer"], row["language"], row["accepted"], row["relabelled"]) for row in labels)


def test_nobody_answered_says_so_and_says_what_to_do(tmp_path):
    create(tmp_path, "small", "news", ("sources",))
    done = CliRunner().invoke(main, ["-C", str(tmp_path), "stats"])

    assert 0 == done.exit_code
    assert "builder pull" in done.output


def test_the_verb_prints_tables_and_json(folder):
    plain = CliRunner().invoke(main, ["-C", str(folder), "stats"])
    told = CliRunner().invoke(main, ["-C", str(folder), "stats", "--json"])

    assert (0, 0) == (plain.exit_code, told.exit_code)
    assert "edits / 1,000 ch." in plain.output
    assert 10 == json.loads(told.output)["answers"]


def test_an_idle_limit_of_nothing_is_refused(folder):
    done = CliRunner().invoke(main, ["-C", str(folder), "stats", "--idle", "0"])

    assert 2 == done.exit_code


def test_columns_are_as_wide_as_their_widest_cell():
    row = {"annotator": "jieba", "label": "GPE", "language": "zh", "reviewer": "a", "proposed": 4, "accepted": 3}
    row |= {"moved": 0, "relabelled": 0, "rejected": 1, "added": 0}
    lines = aligned(acceptance_rows({"acceptance": [row, {**row, "language": "en"}]}))

    assert "75%" == lines[1].split()[-1]
    assert ["jieba", "GPE", "8", "6", "0", "0", "2", "0"] == lines[1].split()[:-1]


def test_a_mended_answer_counts_as_review_reads_it(folder):
    with at_work(folder) as (bench, studio):
        (first, *_) = studio.list_annotations(1)
        said = [dict(region) for region in first["result"]]
        studio.edit(first["id"], [*said, *said])
        bench.pull()
        told = bench.stats(120.0)

    assert 10 == told["answers"]
    assert all(0 == row["added"] for row in told["acceptance"] if row["reviewer"] == "ann@example.org")


def test_each_answer_is_measured_by_what_its_author_saw(tmp_path):
    create(tmp_path, "small", "news", ("sources",))
    with pushed_project(tmp_path) as (bench, _):
        pass
    with later(tmp_path) as (bench, studio):
        bench.annotate()
        bench.push()
        for task in studio.payloads():
            (old, _) = studio.look_at(1, [task["id"]])[0].offered
            studio.submit(task["id"], old.result, parent_prediction=old.id)
        bench.pull()
        told = bench.stats(120.0)

    assert {("event", "accepted")} == {
        (row["label"], what)
        for row in told["acceptance"]
        for what in ("accepted", "moved", "relabelled", "rejected", "added")
        if row[what] and row["label"] in ("event", "statement")
    }


def summed(told, name):
    """Add up a figure over languages, arms and annotators."""
    return sum(row[name] for row in told["acceptance" if name == "proposed" else "effort"])


@pytest.mark.parametrize("layout", ["sentence", "article"])
def test_an_answer_given_anew_in_the_same_task_counts_once_with_the_time_of_both(tmp_path, layout):
    with pushed_project(tmp_path, layout=layout) as (bench, studio):
        for task in studio.payloads():
            studio.submit(task["id"], task["predictions"][0]["result"], lead_time=4.0)
        bench.pull()
        once = bench.stats(60.0)
        for task in studio.payloads():
            studio.submit(task["id"], task["predictions"][0]["result"], lead_time=6.0)
        bench.pull()
        again = bench.stats(60.0)

    assert (once["answers"], once["acceptance"]) == (again["answers"], again["acceptance"])
    assert 2.5 * summed(once, "seconds") == pytest.approx(summed(again, "seconds"))
    for name in ("answers", "characters", "edits", "from_scratch"):
        assert summed(once, name) == summed(again, name)


@pytest.mark.parametrize("layout", ["sentence", "article"])
def test_what_somebody_said_before_does_not_count_for_a_last_answer_to_be_given_again(tmp_path, layout):
    with pushed_project(tmp_path, layout=layout) as (bench, studio):
        for task in studio.payloads():
            later = task["predictions"][0]["result"]
            studio.submit(task["id"], [one for one in later if "PERSON" not in labels_named([one])])
            studio.submit(task["id"], later)
        bench.pull()
    with at_work(tmp_path, layout=layout, schema=SPLIT) as (bench, _):
        report_of(bench, SPLIT, splits=("PERSON=LEADER,OTHER",))
        told, review = bench.stats(60.0), bench.review()

    assert (1, 4) == (len(review.golds), len(review.refusals))
    assert 1 == told["answers"] == told["agreement"]["suggested"]["sentences"]


def test_what_somebody_said_before_does_not_count_for_a_last_answer_that_cannot_be_read(tmp_path):
    with pushed_project(tmp_path) as (bench, studio):
        answer_all(studio)
        strange = {
            "from_name": "entity",
            "to_name": "text",
            "type": "labels",
            "value": {"start": -1, "labels": ["ORG"]},
        }
        studio.submit(1, [strange])
        bench.pull()
        told = bench.stats(60.0)

    assert 4 == told["answers"]


def labels_of(bench):
    """Say which label counts of each sentence."""
    work = [*worked(bench.store, bench.project.schema, bench.rule)]
    return {answer.label for one in reviewed(work) for answer in one.answers.values()}


def test_of_two_answers_to_a_task_the_one_given_last_is_compared_in_whatever_order_they_are_listed(tmp_path):
    with pushed_project(tmp_path) as (bench, studio):
        for label, year in (("statement", "2101"), ("event", "2100")):
            for task in studio.payloads():
                said = accepted(task["data"]["text"], task["predictions"][0]["result"], label)
                studio.submit(task["id"], said, updated_at=f"{year}-01-01T00:00:00Z")
        bench.pull()

        assert {"statement"} == labels_of(bench)


def test_of_answers_in_two_tasks_the_one_given_last_is_compared_in_whatever_order_they_are_listed(tmp_path):
    with pushed_project(tmp_path, review='groups = ["a", "b"]') as (bench, studio):
        for group, label, year in (("a", "statement", "2101"), ("b", "event", "2100")):
            for task in studio.payloads(studio.find_project(f"{bench.store.marker}/review/{group}")):
                said = accepted(task["data"]["text"], task["predictions"][0]["result"], label)
                studio.submit(task["id"], said, updated_at=f"{year}-01-01T00:00:00Z")
        bench.pull()

        assert {"statement"} == labels_of(bench)
        assert 10 == bench.stats(60.0)["answers"]


def test_an_article_may_take_the_idle_limit_for_each_of_its_sentences(tmp_path):
    with pushed_project(tmp_path, layout="article") as (bench, studio):
        for task in studio.payloads():
            studio.submit(task["id"], task["predictions"][0]["result"], lead_time=3600.0)
        bench.pull()
        told = bench.stats(60.0)

    assert (2, 5) == (len(studio.payloads()), summed(told, "answers"))
    assert (5 * 60.0, 2 * 3600.0 - 5 * 60.0) == (summed(told, "seconds"), summed(told, "idle_seconds"))
