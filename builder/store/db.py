"""builder.db: what is known, one transaction at a time, by one process at a time.

Facts enter through `Store.add`: what people did goes to the journal first, then everything in one transaction.
Answers leave through `store.queries`. The status of anything is a query, never a column.
"""

from __future__ import annotations

import shutil
import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from filelock import BaseFileLock, FileLock, Timeout

from builder.errors import BrokenError, Unavailable
from builder.facts import Fact
from builder.model import Reject
from builder.reading import Raw
from builder.reviewing import Gold
from builder.store import adding, raw_files, remembered, rows
from builder.store.journal import Entry, Journal
from builder.store.migrations import VERSIONS
from builder.store.rows import Ready
from builder.store.seal import INDEX, break_seal, is_sealed, seal
from builder.text.duplicates import Cluster

# SQLite before 3.51.3 has the WAL-reset bug, so a rollback journal; EXTRA also syncs its folder entry.
_PRAGMAS = ("journal_mode = DELETE", "synchronous = EXTRA", "foreign_keys = ON")


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
        self._lock = locked(folder)
        self.journal = Journal(folder / "journal")
        self.db = sqlite3.connect(folder / INDEX, isolation_level=None)
        try:
            for pragma in _PRAGMAS:
                self.db.execute(f"PRAGMA {pragma}").fetchall()
            self._migrate()
            self._catch_up()
        except sqlite3.DatabaseError as error:
            raise BrokenError(f"{folder / INDEX}: {error}; move it away, and it is made again") from error

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Seal the index, if it was changed, and let go of the files."""
        self.db.close()
        if not is_sealed(self.folder):
            seal(self.folder)
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
        entries = self.journal.append(remembered.news(self.db, facts))
        with self.transaction():
            self._apply(entries)
            for fact in rows.ready(facts):
                adding.add(self.db, fact)

    def replace_review(
        self, golds: Iterable[Gold], refusals: Iterable[tuple[str, str]], notes: Iterable[Reject] = ()
    ) -> None:
        """Put a whole new review in place of the last one, with what was mended or left out on the way."""
        with self.transaction():
            self.db.execute("DELETE FROM reject WHERE stage = 'review'")
            for note in notes:
                adding.add(self.db, note)
            self.db.execute("DELETE FROM gold")
            self.db.execute("DELETE FROM refusal")
            self.db.executemany("INSERT INTO gold VALUES (?, ?)", map(rows.gold_row, golds))
            self.db.executemany("INSERT INTO refusal VALUES (?, ?)", refusals)

    def replace_rejects(self, stage: str, rejects: Iterable[Reject]) -> None:
        """Put what a stage refuses now in place of all that it refused before."""
        with self.transaction():
            self.db.execute("DELETE FROM reject WHERE stage = ?", (stage,))
            for reject in rejects:
                adding.add(self.db, reject)

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
        break_seal(self.folder)
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
        if 0 < version < len(VERSIONS):
            shutil.copyfile(self.folder / INDEX, _backup(self.folder))
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

    def _apply(self, entries: Sequence[Entry]) -> None:
        """Index journal entries, in order, inside the caller's transaction."""
        for entry in entries:
            remembered.apply(self.db, entry)
        if entries:
            self.db.execute("UPDATE meta SET value = ? WHERE key = 'journal'", (str(entries[-1].number),))


def put_aside(folder: Path) -> Path | None:
    """Move the index into the folder's `backups`, under the next free number; nothing if there is none.

    Raises:
        Unavailable: another process holds the store.
    """
    with locked(folder):
        index = folder / INDEX
        if not index.exists():
            return None
        break_seal(folder)
        return index.rename(_backup(folder))


def locked(folder: Path) -> BaseFileLock:
    """Hold a store for this process.

    Raises:
        Unavailable: another process holds it.
    """
    lock = FileLock(folder / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise Unavailable(f"another builder works on {folder.parent}; wait until it ends") from error
    return lock


def _backup(folder: Path) -> Path:
    """Name the next copy of an index that is about to be changed."""
    backups = folder / "backups"
    backups.mkdir(exist_ok=True)
    number = 1 + max((int(path.stem.removeprefix("builder-")) for path in backups.glob("builder-*.db")), default=0)
    return backups / f"builder-{number:04}.db"


def _lasting_marker(folder: Path) -> str:
    """Read the store's name, or make one up; it outlives the index, since the server knows the review by it."""
    path = folder / "marker"
    if not path.exists():
        aside = path.with_suffix(".tmp")
        aside.write_text(str(uuid.uuid4()), "ascii")
        aside.rename(path)
    return path.read_text("ascii")
