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
from tests.project import answer_all, at_work, pushed_project
from tests.stages.test_refresh import later

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
    assert ["ann@example.org", "bob@example.org"] == told["agreement"]["annotators"]
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
