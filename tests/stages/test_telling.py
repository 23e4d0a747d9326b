"""A release tells how far people agreed and what proposals were worth, under pseudonyms, each arm by itself."""

import json
from dataclasses import replace

import pytest

from builder.agreement import report
from builder.effort import Worked
from builder.exporters.huggingface import build
from builder.reviewing import Answer
from builder.schema import read_schema
from builder.stages.stats import reviewed, worked
from builder.stages.telling import Compared, told
from tests.exporters.approved_rows import INFO, sample_rows
from tests.project import accepted, answer_all, at_work, make_sources


@pytest.fixture
def reviewed_twice(tmp_path):
    """Two people answer everything; the second sees it otherwise in one place."""
    make_sources(tmp_path)
    with at_work(tmp_path) as (bench, studio):
        for verb in (bench.ingest, bench.annotate, bench.push):
            verb()
        answer_all(studio)
        for number, task in enumerate(studio.payloads()):
            label = "statement" if number else "event"
            studio.submit(task["id"], accepted(task["data"]["text"], task["predictions"][0]["result"], label), person=2)
        bench.pull()
        yield bench


def test_agreement_is_measured_between_everybody_under_pseudonyms(reviewed_twice):
    people = dict.fromkeys(sorted({one.reviewer for one in work_of(reviewed_twice)})[:1], "reviewer-1")
    found = told(reviewed_twice.store, reviewed_twice.project, people)

    assert ["suggested"] == list(found["agreement"])
    assert ["reviewer-1", "reviewer-2"] == found["agreement"]["suggested"]["annotators"]
    assert "@" not in json.dumps([found["agreement"], found["acceptance"]])


def work_of(bench):
    return [*worked(bench.store, bench.project.schema, bench.rule)]


def test_the_figures_are_those_of_all_answers(reviewed_twice):
    names = {name: name for name in {one.reviewer for one in work_of(reviewed_twice)}}
    found = told(reviewed_twice.store, reviewed_twice.project, names)["agreement"]["suggested"]
    whole = report(reviewed(work_of(reviewed_twice)), reviewed_twice.project.schema).to_json()

    assert whole == found
    assert whole["shared"] == whole["sentences"]


def test_what_one_person_answered_is_counted_and_not_kept():
    schema = read_schema("news", None)
    gathered, everything = Compared(), []
    for number, row in enumerate(sample_rows() * 4):
        sentence = replace(row.sentence, id=f"s{number}", document=f"d{number % 3}")
        answer = Answer(tuple(span.span for span in row.gold.entities), "no")
        some = [Worked(sentence, name, None, answer, None) for name in ("amy", "bob")[: 1 + number % 2]]
        gathered.add(some)
        everything += some
    names = {"amy": "amy", "bob": "bob"}

    assert report(reviewed(everything), schema).to_json() == gathered.report(schema, names)
    assert len(gathered._single) < 4


def test_those_who_saw_no_proposal_are_measured_apart(tmp_path):
    make_sources(tmp_path)
    (tmp_path / ".builder").mkdir()
    (tmp_path / ".builder/marker").write_text("a name that decides who sees no proposal", "ascii")
    with at_work(tmp_path, review="control = 0.5") as (bench, studio):
        for verb in (bench.ingest, bench.annotate, bench.push):
            verb()
        for task in studio.payloads():
            for person in (1, 2):
                result = task["predictions"][0]["result"] if task["predictions"] else []
                studio.submit(task["id"], accepted(task["data"]["text"], result, "event"), person=person)
        bench.pull()
        found = told(bench.store, bench.project, {})["agreement"]
        shown = {arm: one["sentences"] for arm, one in found.items()}
        work = work_of(bench)

    assert {"suggested", "control"} == set(shown)
    assert shown["control"] == len({one.sentence.id for one in work if one.shown is None})
    assert shown["suggested"] == len({one.sentence.id for one in work if one.shown is not None})


def test_acceptance_is_summed_over_people_and_languages(reviewed_twice):
    rows = told(reviewed_twice.store, reviewed_twice.project, {})["acceptance"]
    keys = [(row["annotator"], row["label"]) for row in rows]

    assert sorted(set(keys)) == keys
    assert {"annotator", "label", "proposed", "accepted", "moved", "relabelled", "added", "rejected"} == set(rows[0])


def test_the_card_says_how_well_they_agreed(reviewed_twice, tmp_path):
    bench = reviewed_twice
    people = {one.reviewer: f"reviewer-{one.reviewer[:1]}" for one in work_of(bench)}
    info = replace(INFO, schema=bench.project.schema, **told(bench.store, bench.project, people))
    (tmp_path / "out").mkdir()
    build({}).export(sample_rows_under(bench.project.schema), info, tmp_path / "out")
    card = (tmp_path / "out/README.md").read_text("utf-8")

    assert "spans F1 1.00" in card
    assert "| all | spans with the same bounds and label" in card
    assert all((tmp_path / "out" / path).is_file() for path in card_pictures(card))


def card_pictures(card):
    return [line.rsplit("](", 1)[1].rstrip(")") for line in card.split("\n") if line.startswith("![")]


def sample_rows_under(schema):
    return [replace(row, gold=replace(row.gold, label=schema.sentence_names[0], entities=(), rejected=()))
            for row in sample_rows()]  # fmt: skip


def test_where_one_person_answered_the_card_says_why_agreement_is_not_known(tmp_path):
    make_sources(tmp_path)
    with at_work(tmp_path) as (bench, studio):
        for verb in (bench.ingest, bench.annotate, bench.push):
            verb()
        answer_all(studio)
        bench.pull()
        card = (bench.release("v1") / "README.md").read_text("utf-8")

    assert "cannot be known (only reviewer-1 answered sentences: agreement needs two people)" in card
    assert "Acceptance by annotator and label" in card
    assert "example.org" not in card
