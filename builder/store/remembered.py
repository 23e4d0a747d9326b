"""What the journal remembers: every answer, what people were shown, every approval, every released document's split.

Facts enter, journal entries leave, and from entries the rows of builder.db are made again. Documents and proposals
are not remembered, since they can be made again, but for the proposals that were sent to people.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, astuple
from itertools import groupby
from typing import Any

from builder.facts import Fact
from builder.publishing import Published
from builder.reviewing import (
    Annotation,
    Approval,
    GivenBack,
    Intent,
    Lost,
    ReviewProject,
    SchemaMove,
    SchemaSeen,
    Shown,
    Task,
)
from builder.splitting import Placed
from builder.store import adding, rows
from builder.store.journal import Entry
from builder.store.rows import Ready

Said = tuple[str, Mapping[str, Any]]
"""The kind of an entry and its body."""


def news(db: sqlite3.Connection, facts: Sequence[Fact | Ready]) -> list[Said]:
    """Say what of these facts the journal must hold, and does not yet."""
    said: list[Said] = []
    for kind, same in groupby(facts, type):
        if say := _SAID.get(kind):
            said += say(db, same)
    return said


def apply(db: sqlite3.Connection, entry: Entry) -> None:
    """Index an entry; of a kind that this version does not know there is nothing to index."""
    if index := _APPLIED.get(entry.kind):
        index(db, entry)


def _projects(db: sqlite3.Connection, projects: Iterable[ReviewProject]) -> Iterator[Said]:
    for project in projects:
        if not _holds(db, "project WHERE id = ? AND role = ?", project.id, project.role):
            yield "project", {"id": project.id, "role": project.role}


def _losses(db: sqlite3.Connection, losses: Iterable[Lost]) -> Iterator[Said]:
    for lost in losses:
        yield "lost", {"project": lost.project, "role": lost.role}


def _intents(db: sqlite3.Connection, intents: Iterable[Intent]) -> Iterator[Said]:
    """Say each batch once, with the proposals that go out in it."""
    for (batch, annotator, schema, role), same in groupby(
        intents, lambda i: (i.batch, i.annotator, i.schema_digest, i.role)
    ):
        new = [i.sentence for i in same if not _holds(db, "intent WHERE sentence = ? AND batch = ?", i.sentence, batch)]
        if new:
            about = {"batch": batch, "annotator": annotator, "schema": schema, "role": role}
            yield "intent", {**about, "sentences": [[id, *_shown(db, id, annotator)] for id in new]}


def _shown(db: sqlite3.Connection, sentence: str, annotator: str) -> list[Any]:
    sql = "SELECT entities, label FROM prediction WHERE sentence = ? AND annotator = ?"
    found = db.execute(sql, (sentence, annotator)).fetchone()
    return [part and json.loads(part) for part in found] if found else []


def _tasks(db: sqlite3.Connection, tasks: Iterable[Task]) -> Iterator[Said]:
    for (project, batch), same in groupby(tasks, lambda t: (t.project, t.batch)):
        known = "task WHERE project = ? AND id = ? AND sentence = ?"
        new = [[t.id, t.sentence] for t in same if not _holds(db, known, project, t.id, t.sentence)]
        if new:
            yield "task", {"project": project, "batch": batch, "tasks": new}


def _shown_on(db: sqlite3.Connection, shown: Iterable[Shown]) -> Iterator[Said]:
    """Say what is new; and once more, where it is known, what a task still shows although something new was said."""
    known = "shown WHERE project = ? AND task = ? AND prediction = ?"
    told = [*shown]
    new = {one for one in told if not _holds(db, known, one.project, one.task, one.prediction)}
    last = {(one.project, one.task): one for one in told}
    new |= {last[one.project, one.task] for one in new}
    for (project, batch), same in groupby(filter(new.__contains__, told), lambda s: (s.project, s.batch)):
        yield "shown", {"project": project, "batch": batch, "shown": [[s.task, s.prediction] for s in same]}


def _annotations(db: sqlite3.Connection, annotations: Iterable[Annotation]) -> Iterator[Said]:
    for annotation in annotations:
        sql = "SELECT content FROM annotation WHERE key = ? ORDER BY number DESC LIMIT 1"
        latest = db.execute(sql, (annotation.key,)).fetchone()
        if latest is None or latest[0] != annotation.content:
            yield "annotation", rows.annotation_entry(annotation)


def _given_back(db: sqlite3.Connection, given: Iterable[GivenBack]) -> Iterator[Said]:
    for one in given:
        if not _holds(db, "given_back WHERE key = ?", one.key):
            yield "given-back", {"content": one.content, "key": one.key}


def _schemas_seen(db: sqlite3.Connection, seen: Iterable[SchemaSeen]) -> Iterator[Said]:
    """Say which schema a project's page asks for, unless it is the last one said."""
    for one in seen:
        latest = "SELECT digest FROM schema_seen WHERE project = ? ORDER BY number DESC LIMIT 1"
        if db.execute(latest, (one.project,)).fetchone() != (one.digest,):
            yield "schema-seen", {"project": one.project, "digest": one.digest, "schema": one.schema}


def _schema_moves(db: sqlite3.Connection, moves: Iterable[SchemaMove]) -> Iterator[Said]:
    for move in moves:
        latest = "SELECT body FROM schema_move WHERE source = ? AND target = ? ORDER BY number DESC LIMIT 1"
        if db.execute(latest, (move.source, move.target)).fetchone() != (rows.packed(move.change),):
            yield "schema", {"from": move.source, "to": move.target, **move.change}


def _approvals(db: sqlite3.Connection, approvals: Iterable[Approval]) -> Iterator[Said]:
    for approval in dict.fromkeys(approvals):
        if not _holds(db, "approval WHERE id = ?", approval.id):
            yield "approval", rows.approval_entry(approval)


def _publications(db: sqlite3.Connection, published: Iterable[Published]) -> Iterator[Said]:
    """Say where a version stands, unless that was the last thing said of it there."""
    same = "version = ? AND endpoint = ? AND repository = ?"
    for one in published:
        latest = f"SELECT * FROM published WHERE {same} ORDER BY number DESC LIMIT 1"
        known = db.execute(latest, (one.version, one.endpoint, one.repository)).fetchone()
        if known is None or known[2:] != astuple(one):
            yield "published", asdict(one)


def _placements(db: sqlite3.Connection, placed: Iterable[Placed]) -> Iterator[Said]:
    """Say where new documents stand, all of a version in one entry: half of them would lead the rest elsewhere."""
    for version, same in groupby(placed, lambda one: one.version):
        if new := [one for one in same if not _holds(db, "ledger WHERE document = ?", one.document)]:
            yield "splits", rows.splits_entry(version, new)


def _apply_project(db: sqlite3.Connection, entry: Entry) -> None:
    adding.add(db, ReviewProject(entry.body["id"], entry.body["role"]))


def _apply_lost(db: sqlite3.Connection, entry: Entry) -> None:
    """Forget the ids of a lost project, since another server may give them again, and what was wrong with its tasks.

    What they showed last is kept.
    """
    project = entry.body["project"]
    adding.insert(db, "lost", (entry.number, project, entry.body["role"]))
    latest = "SELECT s.batch FROM shown s WHERE s.project = t.project AND s.task = t.id ORDER BY number DESC LIMIT 1"
    showed = f"SELECT ?, t.id, t.sentence, coalesce(({latest}), t.batch) FROM task t WHERE t.project = ?"
    db.execute(f"INSERT INTO lost_task {showed}", (entry.number, project))
    named = "SELECT 'task ' || task FROM pulled WHERE project = ?"
    db.execute(f"DELETE FROM reject WHERE stage = 'pull' AND subject IN ({named})", (project,))
    for table, column in (("task", "project"), ("pulled", "project"), ("shown", "project"), ("project", "id")):
        db.execute(f"DELETE FROM {table} WHERE {column} = ?", (project,))


def _apply_intent(db: sqlite3.Connection, entry: Entry) -> None:
    said = entry.body
    for sentence, *shown in said["sentences"]:
        adding.add(db, Intent(sentence, said["batch"], said["annotator"], said["schema"], said["role"]))
        if shown:
            entities, label = (None if part is None else rows.packed(part) for part in shown)
            adding.insert(db, "prediction", (sentence, said["annotator"], entities, label))


def _apply_task(db: sqlite3.Connection, entry: Entry) -> None:
    for id, sentence in entry.body["tasks"]:
        adding.add(db, Task(entry.body["project"], id, sentence, entry.body["batch"]))


def _apply_shown(db: sqlite3.Connection, entry: Entry) -> None:
    """Index what was shown, each once; what was said last of a task is what it shows."""
    for task, prediction in entry.body["shown"]:
        same = "project = ? AND task = ? AND prediction = ?"
        db.execute(f"DELETE FROM shown WHERE {same}", (entry.body["project"], task, prediction))
        adding.add(db, Shown(entry.body["project"], task, prediction, entry.body["batch"]))


def _apply_annotation(db: sqlite3.Connection, entry: Entry) -> None:
    annotation = rows.annotation_in(entry.body)
    adding.insert(db, "annotation", (entry.number, *rows.annotation_row(annotation)))
    adding.insert_all(db, "answered", [(entry.number, sentence) for sentence in annotation.sentences])


def _apply_given_back(db: sqlite3.Connection, entry: Entry) -> None:
    adding.insert(db, "given_back", (entry.body["key"], entry.body["content"]))
    if _holds(db, "reject WHERE stage = ?", "decisions"):
        given = "SELECT w.sentence FROM answered w JOIN annotation a ON a.number = w.number WHERE a.content = ?"
        db.execute(f"DELETE FROM reject WHERE stage = 'decisions' AND subject IN ({given})", (entry.body["content"],))


def _apply_schema_seen(db: sqlite3.Connection, entry: Entry) -> None:
    said = entry.body
    row = (entry.number, said["project"], said["digest"], entry.at, rows.packed(said["schema"]))
    adding.insert(db, "schema_seen", row)


def _apply_schema_move(db: sqlite3.Connection, entry: Entry) -> None:
    change = {key: value for key, value in entry.body.items() if key not in ("from", "to")}
    row = (entry.number, entry.body["from"], entry.body["to"], rows.packed(change))
    adding.insert(db, "schema_move", row)


def _apply_approval(db: sqlite3.Connection, entry: Entry) -> None:
    adding.insert(db, "approval", rows.approval_row(rows.approval_in(entry.body)))


def _apply_published(db: sqlite3.Connection, entry: Entry) -> None:
    adding.insert(db, "published", (entry.number, entry.at, *astuple(Published(**entry.body))))


def _apply_splits(db: sqlite3.Connection, entry: Entry) -> None:
    adding.insert_all(db, "ledger", rows.ledger_rows(entry.number, entry.body))


def _holds(db: sqlite3.Connection, where: str, *values: object) -> bool:
    return db.execute(f"SELECT 1 FROM {where}", values).fetchone() is not None


_SAID: Mapping[type, Callable[[sqlite3.Connection, Iterable[Any]], Iterator[Said]]] = {
    ReviewProject: _projects,
    Lost: _losses,
    Intent: _intents,
    Task: _tasks,
    Shown: _shown_on,
    Annotation: _annotations,
    GivenBack: _given_back,
    SchemaSeen: _schemas_seen,
    SchemaMove: _schema_moves,
    Approval: _approvals,
    Published: _publications,
    Placed: _placements,
}

_APPLIED: Mapping[str, Callable[[sqlite3.Connection, Entry], None]] = {
    "project": _apply_project,
    "lost": _apply_lost,
    "intent": _apply_intent,
    "task": _apply_task,
    "shown": _apply_shown,
    "annotation": _apply_annotation,
    "given-back": _apply_given_back,
    "schema-seen": _apply_schema_seen,
    "schema": _apply_schema_move,
    "approval": _apply_approval,
    "published": _apply_published,
    "splits": _apply_splits,
}
