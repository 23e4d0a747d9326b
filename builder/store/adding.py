"""Facts become rows of builder.db, inside the caller's transaction; what is already known changes nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from functools import cache
from itertools import chain
from typing import Any

from builder.facts import Fact
from builder.model import Document, Prediction, Reject, Sentence, TakenUp
from builder.reading import Attempt, Sighting, Source, Vanished
from builder.reviewing import ADJUDICATION, Intent, Pulled, ReviewProject, Shown, Task
from builder.store import rows
from builder.store.rows import Ready

_AT_ONCE = 24  # rows inserted by one statement


def add(db: sqlite3.Connection, fact: Fact | Ready) -> None:
    """Add a fact, or the rows of many."""
    if isinstance(fact, Ready):
        _ADDED[fact.kind](db, fact.rows)
    elif insert := _INSERTS.get(type(fact)):
        insert(db, fact)


def _add_sentences(db: sqlite3.Connection, added: Sequence[rows.Row]) -> None:
    insert_all(db, "sentence", added)


def _add_predictions(db: sqlite3.Connection, added: Sequence[rows.Row]) -> None:
    insert_all(db, "prediction", added)


def _take_up(db: sqlite3.Connection, taken: Sequence[rows.Row]) -> None:
    """Forget what was refused of sentences (`sentence#annotator`), and their proposals unless meant for people."""
    refused = "stage = 'annotate' AND (subject = ?1 OR ?1 || '#' <= subject AND subject < ?1 || '$')"
    if db.execute("SELECT 1 FROM reject WHERE stage = 'annotate' LIMIT 1").fetchone():
        db.executemany(f"DELETE FROM reject WHERE {refused}", [row[:1] for row in taken])
    is_meant = "EXISTS (SELECT 1 FROM intent i WHERE i.sentence = ?1 AND i.annotator = ?2)"
    db.executemany(f"DELETE FROM prediction WHERE sentence = ?1 AND annotator = ?2 AND NOT {is_meant}", taken)


def _add_source(db: sqlite3.Connection, source: Source) -> None:
    insert(db, "source", rows.source_row(source))


# Of a file: it, its records (`file#…`) and its members (`file!/…`).
_REFUSED = """stage = 'ingest' AND (subject = ?1
    OR substr(subject, 1, length(?1) + 1) = ?1 || '#' OR substr(subject, 1, length(?1) + 2) = ?1 || '!/')"""


def _add_vanished(db: sqlite3.Connection, vanished: Vanished) -> None:
    """Forget what was refused of a file; what was read of it before stays, and should it come back, it is read anew."""
    # A member that could not be read any more stands in for itself as it was before: it still does.
    db.execute(f"DELETE FROM gone WHERE path IN (SELECT subject FROM reject WHERE {_REFUSED})", (vanished.path,))
    _add_attempt(db, Attempt(vanished.path))


def _add_attempt(db: sqlite3.Connection, attempt: Attempt) -> None:
    """Forget what was refused of a file.

    Until it is sighted again the file counts as unknown: killed before that, nobody would know what is to be refused.
    """
    db.execute(f"DELETE FROM reject WHERE {_REFUSED}", (attempt.path,))
    since = "coalesce((SELECT max(number) FROM sighting), 0)"
    turn = "coalesce((SELECT turn FROM attempt WHERE path = ?1), (SELECT 1 + max(turn) FROM reading), 1)"
    db.execute(f"INSERT OR REPLACE INTO attempt SELECT ?1, {since}, {turn}", (attempt.path,))


def _add_sighting(db: sqlite3.Connection, sighting: Sighting) -> None:
    """Add a sighting, unless it says nothing new; what an archive held before and was not seen to hold now is gone."""
    path, archive = sighting.path, sighting.path.partition("!/")[0]
    latest = "SELECT sha256 FROM sighting WHERE path = ?1 ORDER BY number DESC LIMIT 1"
    is_old = "(SELECT max(number) FROM sighting WHERE path = ?1) <= (SELECT since FROM attempt WHERE path = ?3)"
    sql = f"INSERT INTO sighting (path, sha256) SELECT ?1, ?2 WHERE ?2 IS NOT ({latest}) OR (?1 <> ?3 AND {is_old})"
    db.execute(sql, (path, sighting.sha256, archive))
    held = "SELECT path, max(number) AS last FROM sighting WHERE ?1 || '!/' <= path AND path < ?1 || '!0' GROUP BY path"
    unseen = "last <= (SELECT since FROM attempt WHERE path = ?1)"
    db.execute(f"INSERT OR REPLACE INTO gone SELECT * FROM ({held}) WHERE {unseen}", (path,))
    db.execute("DELETE FROM attempt WHERE path = ?", (path,))


def _add_document(db: sqlite3.Connection, document: Document) -> None:
    """Add a document; those that an earlier reading of the same source made, and this one does not, are superseded.

    The text of a known one is known; its title and what is told about it may be masked now.
    """
    row = rows.document_row(document)
    if not insert(db, "document", row):
        db.execute("UPDATE document SET title = ?, about = ? WHERE id = ?", (row[4], row[9], document.id))
    turn = "coalesce((SELECT turn FROM attempt ORDER BY rowid DESC LIMIT 1), 0)"
    upsert = f"VALUES (?, ?, {turn}) ON CONFLICT (document) DO UPDATE SET turn = max(turn, excluded.turn)"
    db.execute(f"INSERT INTO reading {upsert}", (document.id, document.source))


def _add_project(db: sqlite3.Connection, project: ReviewProject) -> None:
    db.execute("INSERT OR REPLACE INTO project VALUES (?, ?)", (project.id, project.role))


def _add_intent(db: sqlite3.Connection, intent: Intent) -> None:
    """Add what is about to be sent; that it was refused before is past."""
    stage = "adjudicate" if intent.role == ADJUDICATION else "push"
    db.execute("DELETE FROM reject WHERE stage = ? AND subject = ?", (stage, intent.sentence))
    insert(db, "intent", (intent.sentence, intent.batch, intent.annotator, intent.schema_digest, intent.role))


def _add_task(db: sqlite3.Connection, task: Task) -> None:
    """Add a task, and forget that its sentence could not be sent there: to an adjudicator, or to the others."""
    insert(db, "task", (task.project, task.id, task.sentence, task.batch))
    role = db.execute("SELECT role FROM project WHERE id = ?", (task.project,)).fetchone()
    stages = ("adjudicate",) * 2 if role == (ADJUDICATION,) else ("push", "restore")
    db.execute("DELETE FROM reject WHERE stage IN (?, ?) AND subject = ?", (*stages, task.sentence))


def _add_shown(db: sqlite3.Connection, shown: Shown) -> None:
    insert(db, "shown", (None, shown.project, shown.task, shown.prediction, shown.batch))


def _add_pulled(db: sqlite3.Connection, pulled: Pulled) -> None:
    """Add a stamp, and forget what was wrong with the task when it was read before."""
    db.execute("INSERT OR REPLACE INTO pulled VALUES (?, ?, ?)", (pulled.project, pulled.task, pulled.stamp))
    db.execute("DELETE FROM reject WHERE stage = 'pull' AND subject = ?", (f"task {pulled.task}",))


def _add_reject(db: sqlite3.Connection, reject: Reject) -> None:
    """Add a reject; a file that is refused as a whole has been read, as far as it can be."""
    if reject.stage == "ingest":
        db.execute("DELETE FROM attempt WHERE path = ?", (reject.subject,))
    values = (reject.stage, reject.subject, reject.code, reject.reason, reject.place)
    db.execute("INSERT OR REPLACE INTO reject VALUES (?, ?, ?, ?, ?)", values)


def insert(db: sqlite3.Connection, table: str, row: rows.Row) -> bool:
    """Insert a row, and say whether it is new; what is already known changes nothing."""
    return 0 < db.execute(_insertion(table, len(row)), row).rowcount


def insert_all(db: sqlite3.Connection, table: str, added: Sequence[rows.Row]) -> None:
    """Insert rows of one width, many by one statement, which takes half as long; what is already known stays."""
    if not added:
        return
    whole, width = len(added) - len(added) % _AT_ONCE, len(added[0])
    several = (tuple(chain.from_iterable(added[at : at + _AT_ONCE])) for at in range(0, whole, _AT_ONCE))
    db.executemany(_insertion(table, width, _AT_ONCE), several)
    db.executemany(_insertion(table, width), added[whole:])


@cache
def _insertion(table: str, columns: int, count: int = 1) -> str:
    row = f"({', '.join('?' * columns)})"
    return f"INSERT OR IGNORE INTO {table} VALUES {', '.join([row] * count)}"


_INSERTS: dict[type, Callable[[sqlite3.Connection, Any], None]] = {
    Source: _add_source,
    Attempt: _add_attempt,
    Vanished: _add_vanished,
    Sighting: _add_sighting,
    Document: _add_document,
    ReviewProject: _add_project,
    Intent: _add_intent,
    Task: _add_task,
    Shown: _add_shown,
    Pulled: _add_pulled,
    Reject: _add_reject,
}

_ADDED: dict[type, Callable[[sqlite3.Connection, Sequence[rows.Row]], None]] = {
    Sentence: _add_sentences,
    TakenUp: _take_up,
    Prediction: _add_predictions,
}
