"""builder.db: what is known, one transaction at a time, by one process at a time.

Facts enter through `Store.add`: what people did goes to the journal first, then everything in one transaction.
Answers leave through `store.queries`. The status of anything is a query, never a column.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any

from filelock import FileLock, Timeout

from builder.errors import BrokenError, Unavailable
from builder.model import (
    Annotation,
    Document,
    Fact,
    Gold,
    Intent,
    Prediction,
    Pulled,
    Reject,
    Sentence,
    TakenUp,
    Task,
)
from builder.reading import Attempt, Raw, Sighting, Source
from builder.store import raw_files, rows
from builder.store.journal import Entry, Journal
from builder.store.migrations import VERSIONS
from builder.store.rows import Ready
from builder.text.duplicates import Cluster

# SQLite before 3.51.3 has the WAL-reset bug, so a rollback journal; EXTRA also syncs its folder entry.
_PRAGMAS = ("journal_mode = DELETE", "synchronous = EXTRA", "foreign_keys = ON")
_AT_ONCE = 24  # rows inserted by one statement


class Store:
    """The memory of one project; use as a context manager."""

    def __init__(self, folder: Path) -> None:
        """Open or create the store in `folder`, finish what a killed process left, and lock it.

        Raises:
            Unavailable: another process holds it.
            BrokenError: it was written by a newer version, or does not follow from the journal.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._lock = FileLock(folder / "lock")
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise Unavailable(f"another builder works on {folder.parent}; wait until it ends") from error
        self.journal = Journal(folder / "journal")
        self.db = sqlite3.connect(folder / "builder.db", isolation_level=None)
        try:
            for pragma in _PRAGMAS:
                self.db.execute(f"PRAGMA {pragma}").fetchall()
            self._migrate()
            self._catch_up()
        except sqlite3.DatabaseError as error:
            raise BrokenError(f"{folder / 'builder.db'}: {error}; move it away, and it is made again") from error

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files."""
        self.db.close()
        self._lock.release()

    @property
    def marker(self) -> str:
        """Name this store, so that a Label Studio project can say whose it is."""
        return str(self.db.execute("SELECT value FROM meta WHERE key = 'marker'").fetchone()[0])

    def add(self, facts: Sequence[Fact | Ready]) -> None:
        """Add facts, or the rows they become; what is already known changes nothing. On return they are on disk."""
        for fact in facts:
            if isinstance(fact, Raw):
                raw_files.keep(self.folder, fact)
        news = [fact for fact in facts if isinstance(fact, Annotation) and not self._is_current(fact)]
        entries = self.journal.append([_journalled(fact) for fact in news])
        with self.transaction():
            self._apply(entries)
            for fact in rows.ready(facts):
                if isinstance(fact, Ready):
                    _ADDED[fact.kind](self.db, fact.rows)
                elif insert := _INSERTS.get(type(fact)):
                    insert(self.db, fact)

    def replace_review(self, golds: Iterable[Gold], refusals: Iterable[tuple[str, str]]) -> None:
        """Put a whole new review in place of the last one."""
        with self.transaction():
            self.db.execute("DELETE FROM gold")
            self.db.execute("DELETE FROM refusal")
            self.db.executemany("INSERT INTO gold VALUES (?, ?)", map(rows.gold_row, golds))
            self.db.executemany("INSERT INTO refusal VALUES (?, ?)", refusals)

    def replace_clusters(self, basis: str, clusters: Iterable[Cluster]) -> None:
        """Put all clusters in place of the last ones; `basis` names what they were found in."""
        with self.transaction():
            self.db.execute("DELETE FROM cluster")
            for cluster in clusters:
                self.db.executemany("INSERT INTO cluster VALUES (?, ?, ?, ?, ?)", rows.cluster_rows(cluster))
            self.db.execute("INSERT OR REPLACE INTO meta VALUES ('clusters', ?)", (basis,))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit everything in the block, or nothing."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def _migrate(self) -> None:
        version = self.db.execute("PRAGMA user_version").fetchone()[0]
        if len(VERSIONS) < version:
            raise BrokenError(f"{self.folder} was written by a newer builder (store version {version}); upgrade")
        for number, script in enumerate(VERSIONS[version:], version + 1):
            with self.transaction():
                for statement in filter(str.strip, script.split(";")):
                    self.db.execute(statement)
                if number == 1:
                    self.db.execute(
                        "INSERT INTO meta VALUES ('journal', '0'), ('marker', ?)", (_lasting_marker(self.folder),)
                    )
                self.db.execute(f"PRAGMA user_version = {number}")

    def _catch_up(self) -> None:
        """Apply what the journal holds and the index does not: a process died between the two."""
        known = int(self.db.execute("SELECT value FROM meta WHERE key = 'journal'").fetchone()[0])
        if self.journal.length < known:
            raise BrokenError(f"the journal has {self.journal.length} entries, the index has seen {known}")
        if known < self.journal.length:
            with self.transaction():
                self._apply(list(self.journal.entries(after=known)))

    def _is_current(self, annotation: Annotation) -> bool:
        sql = "SELECT content FROM annotation WHERE key = ? ORDER BY number DESC LIMIT 1"
        found = self.db.execute(sql, (annotation.key,)).fetchone()
        return found is not None and found[0] == annotation.content

    def _apply(self, entries: Sequence[Entry]) -> None:
        """Index journal entries, in order, inside the caller's transaction."""
        for entry in entries:
            values = (entry.number, *rows.annotation_row(Annotation(**entry.body)))
            self.db.execute("INSERT INTO annotation VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        if entries:
            self.db.execute("UPDATE meta SET value = ? WHERE key = 'journal'", (str(entries[-1].number),))


def _lasting_marker(folder: Path) -> str:
    """Read the store's name, or make one up; it outlives the index, since the server knows the review by it."""
    path = folder / "marker"
    if not path.exists():
        aside = path.with_suffix(".tmp")
        aside.write_text(str(uuid.uuid4()), "ascii")
        aside.rename(path)
    return path.read_text("ascii")


def _journalled(annotation: Annotation) -> tuple[str, dict[str, Any]]:
    return "annotation", {name: getattr(annotation, name) for name in ("key", "sentence", "author", "body", "deleted")}


def _add_sentences(db: sqlite3.Connection, added: Sequence[rows.Row]) -> None:
    _insert_all(db, "sentence", added)


def _add_predictions(db: sqlite3.Connection, added: Sequence[rows.Row]) -> None:
    _insert_all(db, "prediction", added)


def _take_up(db: sqlite3.Connection, taken: Sequence[rows.Row]) -> None:
    """Forget what was refused of sentences (`sentence#annotator`), and their proposals unless meant for people."""
    refused = "stage = 'annotate' AND (subject = ?1 OR ?1 || '#' <= subject AND subject < ?1 || '$')"
    if db.execute("SELECT 1 FROM reject WHERE stage = 'annotate' LIMIT 1").fetchone():
        db.executemany(f"DELETE FROM reject WHERE {refused}", [row[:1] for row in taken])
    is_meant = "EXISTS (SELECT 1 FROM intent i WHERE i.sentence = ?1 AND i.annotator = ?2)"
    db.executemany(f"DELETE FROM prediction WHERE sentence = ?1 AND annotator = ?2 AND NOT {is_meant}", taken)


def _add_source(db: sqlite3.Connection, source: Source) -> None:
    _insert(db, "source", rows.source_row(source))


def _add_attempt(db: sqlite3.Connection, attempt: Attempt) -> None:
    """Forget what was refused of a file, its records (`file#…`) and its members (`file!/…`).

    Until it is sighted again the file counts as unknown: killed before that, nobody would know what is to be refused.
    """
    within = "substr(subject, 1, length(?1) + 1) = ?1 || '#' OR substr(subject, 1, length(?1) + 2) = ?1 || '!/'"
    db.execute(f"DELETE FROM reject WHERE stage = 'ingest' AND (subject = ?1 OR {within})", (attempt.path,))
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
    if not _insert(db, "document", row):
        db.execute("UPDATE document SET title = ?, about = ? WHERE id = ?", (row[4], row[9], document.id))
    turn = "coalesce((SELECT turn FROM attempt ORDER BY rowid DESC LIMIT 1), 0)"
    upsert = f"VALUES (?, ?, {turn}) ON CONFLICT (document) DO UPDATE SET turn = max(turn, excluded.turn)"
    db.execute(f"INSERT INTO reading {upsert}", (document.id, document.source))


def _add_intent(db: sqlite3.Connection, intent: Intent) -> None:
    _insert(db, "intent", (intent.sentence, intent.batch, intent.annotator, intent.schema_digest))


def _add_task(db: sqlite3.Connection, task: Task) -> None:
    _insert(db, "task", (task.project, task.id, task.sentence, task.batch))
    db.execute("DELETE FROM reject WHERE stage = 'push' AND subject = ?", (task.sentence,))


def _add_pulled(db: sqlite3.Connection, pulled: Pulled) -> None:
    db.execute("INSERT OR REPLACE INTO pulled VALUES (?, ?, ?)", (pulled.project, pulled.task, pulled.stamp))


def _add_reject(db: sqlite3.Connection, reject: Reject) -> None:
    """Add a reject; a file that is refused as a whole has been read, as far as it can be."""
    if reject.stage == "ingest":
        db.execute("DELETE FROM attempt WHERE path = ?", (reject.subject,))
    values = (reject.stage, reject.subject, reject.code, reject.reason, reject.place)
    db.execute("INSERT OR REPLACE INTO reject VALUES (?, ?, ?, ?, ?)", values)


def _insert(db: sqlite3.Connection, table: str, row: rows.Row) -> bool:
    """Insert a row, and say whether it is new; what is already known changes nothing."""
    return 0 < db.execute(_insertion(table, len(row)), row).rowcount


def _insert_all(db: sqlite3.Connection, table: str, added: Sequence[rows.Row]) -> None:
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
    Sighting: _add_sighting,
    Document: _add_document,
    Intent: _add_intent,
    Task: _add_task,
    Pulled: _add_pulled,
    Reject: _add_reject,
}

_ADDED: dict[type, Callable[[sqlite3.Connection, Sequence[rows.Row]], None]] = {
    Sentence: _add_sentences,
    TakenUp: _take_up,
    Prediction: _add_predictions,
}
