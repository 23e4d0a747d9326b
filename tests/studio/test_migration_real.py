"""The labels of a project change on a real server, in both layouts; then it is lost, and comes back as it was."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from builder.approval import Rule
from builder.config import Project, parse_config
from builder.exporters.loading import load_release
from builder.model import Entity, Label, Prediction, Sentence, Span
from builder.reviewing import Answer
from builder.schema import LabelSchema, read_schema
from builder.schema_change import Wishes
from builder.stages.schema_change import Asked, migrate, pair_of
from builder.stages.units import stretch_of
from builder.store import queries
from builder.store.db import Store
from builder.studio import article_layout, codec
from builder.studio.client import StudioClient
from builder.studio.codec import labels_named
from builder.studio.server import EmbeddedServer
from builder.workbench import Workbench
from tests.conftest import silent
from tests.fakes import WordCombiner
from tests.project import toml
from tests.studio.test_restore_real import human

NEWS = read_schema("news", Path())
WISHES = Wishes(renames=("PERSON=HUMAN",), splits=("ORG=BODY,MEDIA",), merges=("LOCATION,GPE=GPE",))
GIVEN = ("PERSON", "ORG", "LOCATION", "GPE")
PAGES = (("Anna left.", "Berne won.", "Chur lost."), ("Dora came.", "Emma went."), ("Frank read.", "Greta sang."))


def changed() -> LabelSchema:
    """Rename PERSON, split ORG, merge LOCATION into GPE, and add LAW."""
    said = NEWS.model_dump(mode="json") | {"version": "2.0.0"}
    names = {"PERSON": "HUMAN", "ORG": "BODY"}
    said["entity"] = [
        one | {"name": names.get(one["name"], one["name"])} for one in said["entity"] if one["name"] != "LOCATION"
    ]
    more = NEWS.entity[0].model_dump(mode="json")
    said["entity"] += [more | {"name": "MEDIA", "hotkey": "!"}, more | {"name": "LAW", "hotkey": "@"}]
    return LabelSchema.model_validate(said)


class NewCombiner(WordCombiner):
    """Proposes the new name of PERSON, as the annotators of another schema do."""

    fingerprint = "words2"

    def propose_each(self, sentences: Sequence[Sentence]) -> tuple[list[list[Prediction]], list[Prediction]]:
        spans = [[m.span() for m in self._WORD.finditer(sentence.text)] for sentence in sentences]
        proposed = [
            Prediction(
                sentence.id,
                f"{self.name}@{self.fingerprint}",
                tuple(Entity(Span(*span, "HUMAN"), 0.5, ("words@2",)) for span in found),
                Label("event", 0.5, ("words@2",)),
            )
            for sentence, found in zip(sentences, spans, strict=True)
        ]
        return [proposed], proposed


@pytest.fixture
def work(tmp_path: Path, studio: StudioClient, request: pytest.FixtureRequest) -> Iterator[Callable[..., Workbench]]:
    """Open the project of this layout under a schema, anew each time."""
    stores: list[Store] = []

    def opened(schema: LabelSchema) -> Workbench:
        while stores:
            stores.pop().close()
        stores.append(Store(tmp_path / ".builder"))
        config = parse_config(toml(layout=request.param))
        bench = Workbench(Project(tmp_path, config, schema), stores[-1], silent)
        bench.__dict__.update(studio=studio, combiner=WordCombiner() if schema == NEWS else NewCombiner())
        return bench

    (tmp_path / "sources").mkdir()
    for number, page in enumerate(PAGES):
        text = "Forum opens\n\n" + "\n\n".join(page) + "\n"
        (tmp_path / "sources" / f"{number}.txt").write_text(text, "utf-8")
    yield opened
    stores.pop().close()


def result_of(bench: Workbench, sentences: Sequence[str], answers: Mapping[str, Answer]) -> list[dict[str, Any]]:
    if bench.project.config.studio.layout == "article":
        return article_layout.result_of({id: answers[id] for id in sentences}, stretch_of(bench.store, sentences))
    (sentence,) = queries.sentences(bench.store, sentences)
    return codec.result_of(answers[sentence.id], sentence.text)


def predicted(home: EmbeddedServer, project: int) -> dict[str, frozenset[str]]:
    """Say which entity labels reviewers see proposed on each task, from the server's own database."""
    sql = """SELECT t.data, p.result FROM prediction p
             JOIN task t ON t.id = p.task_id JOIN project j ON j.id = t.project_id
             WHERE t.project_id = ? AND p.model_version = j.model_version"""
    with closing(sqlite3.connect(f"file:{home.data / 'label_studio.sqlite3'}?mode=ro", uri=True)) as database:
        rows = database.execute(sql, (project,)).fetchall()
    found = [(json.loads(data)["builder_key"], labels_named(json.loads(result))) for data, result in rows]
    assert len(found) == len(dict(found)), "a task shows two predictions"
    return {key: labels & {*NEWS.entity_names, *changed().entity_names} for key, labels in found}


@pytest.mark.parametrize("work", ["sentence", "article"], indirect=True)
def test_labels_change_and_what_people_did_is_carried_or_reviewed_again_and_never_lost(
    work: Callable[..., Workbench],
    studio: StudioClient,
    studio_home: EmbeddedServer,
    reviewer: StudioClient,
) -> None:
    bench = work(NEWS)
    for verb in (bench.ingest, bench.annotate, bench.push):
        verb()
    (project,) = queries.pushed_projects(bench.store)
    sentences = list(queries.sentences(bench.store, queries.unannotated(bench.store, ("body",), "nobody")))
    labels = {one.id: GIVEN[number % 4] for number, one in enumerate(sentences)}
    answers = {one.id: Answer((Span(0, one.text.index(" "), labels[one.id]),), "event") for one in sentences}
    left = {one.id for one in sentences if one.text in PAGES[2]}
    tasks = {state.id: state.sentences for state in studio.list_tasks(project)}
    given = {
        task: reviewer.submit(task, result_of(bench, ids, answers), lead_time=1.5)
        for task, ids in tasks.items()
        if left.isdisjoint(ids)
    }
    bench.pull()
    assert len(sentences) - len(left) == len(bench.review().golds)

    new = changed()
    bench = work(new)
    plan = migrate(bench.store, pair_of(bench.store, new, Asked("", "", Path())), WISHES, Rule(), dry_run=False)["plan"]
    bench.annotate()
    bench.push()
    proposed = predicted(studio_home, project)
    review = bench.review()
    split = {id for id, label in labels.items() if label == "ORG" and id not in left}
    now = {"PERSON": "HUMAN", "LOCATION": "GPE", "GPE": "GPE"}

    assert {frozenset({"HUMAN"})} == {proposed[key] for key in proposed if not left.isdisjoint(key.split())}
    assert {frozenset({"PERSON"})} == {proposed[key] for key in proposed if left.isdisjoint(key.split())}
    assert split == {sentence for sentence, _ in review.refusals}
    assert (len(split), len(review.golds)) == (plan["again"], plan["carried"])
    assert {id: now[labels[id]] for id in answers.keys() - left - split} == {
        gold.sentence: gold.entities[0].span.label for gold in review.golds
    }

    decided = answers | {id: Answer((Span(0, 2, "MEDIA"),), "event") for id in split}
    carried = {id: Answer(tuple(Span(s.start, s.end, now.get(s.label, s.label)) for s in a.entities), a.label)
               for id, a in decided.items()}  # fmt: skip
    for task, annotation in given.items():
        if not split.isdisjoint(tasks[task]):
            body = {"result": result_of(bench, tasks[task], carried), "lead_time": 9.25}
            path = f"/api/annotations/{annotation}/"
            assert reviewer._transport.httpx_client.request(path, method="PATCH", json=body).is_success
    bench.pull()
    review = bench.review()
    rows = load_release(bench.release("v1"))["records"]
    released = {row["id"]: [new.entity_names[span["label"]] for span in row["spans"]]
                for rows_of in rows.values() for row in rows_of}  # fmt: skip

    assert () == review.refusals
    assert {one.id: [carried[one.id].entities[0].label] for one in sentences if one.id not in left} == released

    before = human(studio_home, project)
    studio._transport.httpx_client.request(f"/api/projects/{project}/", method="DELETE")
    for _ in range(2):
        bench.restore()
        (again,) = queries.pushed_projects(bench.store)
        assert before == human(studio_home, again)
        assert not {"PERSON", "ORG", "LOCATION"} & {label for found in predicted(studio_home, again).values()
                                                   for label in found}  # fmt: skip
        after = bench.review()
        assert ([(g.sentence, g.entities, g.label) for g in review.golds], ()) == (
            [(g.sentence, g.entities, g.label) for g in after.golds], after.refusals
        )  # fmt: skip
