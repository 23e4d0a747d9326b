"""Whether the memory is what was written: each damaged part is named, and nothing is changed.

The quick look follows the journal's chain and asks SQLite; the full one hashes every byte and derives again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

from builder.disk import files_in, sha256_of
from builder.errors import BrokenError, UsageError
from builder.model import text_digest
from builder.reviewing import Gold
from builder.store import model_files, rows, seal
from builder.store.journal import broken_lines, entries_of
from builder.store.migrations import VERSIONS
from builder.store.seal import INDEX

_SHOWN = 20  # rows of one table that are named


@dataclass(frozen=True, slots=True)
class Damage:
    """A part that is not what was written, by its path, and what is wrong with it."""

    where: str
    what: str


def damages(folder: Path, *, full: bool = False) -> Iterator[Damage]:
    """Look through a store that nobody has open."""
    broken = [Damage(f"journal/{place}", "is not what was written") for place in broken_lines(folder / "journal")]
    yield from broken
    if full:
        yield from chain(_unsealed(folder), _raw(folder), _models(folder))
    yield from _index(folder, full=full and not broken)


def _unsealed(folder: Path) -> Iterator[Damage]:
    if (folder / INDEX).exists() and seal.is_sealed(folder) and not seal.fits(folder):
        yield Damage(INDEX, "is not what the last command left")


def _raw(folder: Path) -> Iterator[Damage]:
    for path in files_in(folder / "raw"):
        if path.suffix != ".tmp" and path.name != sha256_of(path):
            yield Damage(path.relative_to(folder).as_posix(), "does not have the content it is named by")


def _models(folder: Path) -> Iterator[Damage]:
    for version in model_files.versions(folder / "models"):
        try:
            model_files.checked(version)
        except UsageError as error:
            yield Damage(version.relative_to(folder).as_posix(), str(error))


def _index(folder: Path, *, full: bool) -> Iterator[Damage]:
    try:
        with closing(sqlite3.connect(f"{(folder / INDEX).absolute().as_uri()}?mode=ro", uri=True)) as db:
            yield from _sound(db)
            yield from _marker(db, folder)
            if full:
                yield from chain(_sentences(db), _sources(db, folder))
            # An index of an older version is brought up to date when it is opened.
            if db.execute("PRAGMA user_version").fetchone() == (len(VERSIONS),):
                yield from chain(_whole(db), _golds(db))
                yield from chain(_answers(db, folder), _approvals(db, folder), _ledger(db, folder)) if full else ()
    except (sqlite3.DatabaseError, ValueError, BrokenError) as error:
        yield Damage(INDEX, str(error))


def _sound(db: sqlite3.Connection) -> Iterator[Damage]:
    for (problem,) in db.execute("PRAGMA integrity_check"):
        if problem != "ok":
            yield Damage(INDEX, problem)
    for table, row, parent, _ in db.execute("PRAGMA foreign_key_check"):
        yield Damage(INDEX, f"{table} row {row} speaks of a {parent} that is not there")


def _whole(db: sqlite3.Connection) -> Iterator[Damage]:
    """Who answered, answered something."""
    is_bare = "EXISTS (SELECT 1 FROM annotation) AND NOT EXISTS (SELECT 1 FROM sentence)"
    if db.execute(f"SELECT {is_bare}").fetchone()[0]:
        yield Damage(INDEX, "holds answers and not one sentence; make it again from journal and sources: --rebuild")


def _marker(db: sqlite3.Connection, folder: Path) -> Iterator[Damage]:
    """The store has the name by which Label Studio knows it."""
    path = folder / "marker"
    known = db.execute("SELECT value FROM meta WHERE key = 'marker'").fetchone()
    if not path.exists() or known is None or path.read_bytes() != known[0].encode():
        yield Damage("marker", "is not the name that the index holds")


def _sentences(db: sqlite3.Connection) -> Iterator[Damage]:
    """Every sentence is its part of its document's text."""
    sql = """SELECT s.id FROM sentence s JOIN document d ON d.id = s.document
             WHERE s.text IS NOT substr(d.text, s.start + 1, s."end" - s.start) LIMIT ?"""
    for (sentence,) in db.execute(sql, (_SHOWN,)):
        yield Damage(INDEX, f"sentence {sentence} is not the text at its place")


def _sources(db: sqlite3.Connection, folder: Path) -> Iterator[Damage]:
    """The bytes of every source are kept."""
    kept = {path.name for path in files_in(folder / "raw")}
    for sha256, path in db.execute("SELECT sha256, path FROM source WHERE container = ''"):
        if sha256 not in kept:
            yield Damage(f"raw/{sha256[:2]}/{sha256}", f"is gone: the bytes of {path}")


def _answers(db: sqlite3.Connection, folder: Path) -> Iterator[Damage]:
    """The index of what people did follows from the journal, row for row."""
    entries = (entry for entry in entries_of(folder / "journal") if entry.kind == "annotation")
    told = ((entry.number, *rows.annotation_row(rows.annotation_in(entry.body))) for entry in entries)
    known = db.execute("SELECT number, key, author, content, deleted, body, draft FROM annotation ORDER BY number")
    for said, row in zip_longest(told, known):
        if said != row:
            number = (said or row)[0]
            yield Damage(INDEX, f"annotation {number} is not what the journal says")


def _golds(db: sqlite3.Connection) -> Iterator[Damage]:
    """What may be published rests on a recorded approval, of this text and of answers given to this sentence."""
    for row in db.execute("SELECT * FROM gold ORDER BY sentence"):
        gold = rows.gold_of(row)
        if problem := _unfounded(db, gold):
            yield Damage(INDEX, f"sentence {gold.sentence} counts as approved, but {problem}")


def _unfounded(db: sqlite3.Connection, gold: Gold) -> str | None:
    approval = gold.approval
    recorded = db.execute("SELECT * FROM approval WHERE id = ?", (approval.id,)).fetchone()
    if recorded is None or rows.approval_of(recorded) != approval:
        return "no approval of it is recorded"
    text = db.execute("SELECT text FROM sentence WHERE id = ?", (gold.sentence,)).fetchone()
    if approval.sentence != gold.sentence or text is None or text_digest(text[0]) != approval.text_sha256:
        return "its approval is of another text"
    given = "SELECT a.content FROM answered w JOIN annotation a ON a.number = w.number WHERE w.sentence = ?"
    answers = {content for (content,) in db.execute(given, (gold.sentence,))}
    return None if approval.contents and answers.issuperset(approval.contents) else "nobody gave the approved answer"


def _approvals(db: sqlite3.Connection, folder: Path) -> Iterator[Damage]:
    """The approvals in the index are those of the journal; what is not there approves nothing."""
    entries = (entry for entry in entries_of(folder / "journal") if entry.kind == "approval")
    told = sorted({tuple(rows.approval_row(rows.approval_in(entry.body))) for entry in entries})
    for row in sorted(set(told) ^ set(db.execute("SELECT * FROM approval"))):
        yield Damage(INDEX, f"approval {row[0]} is not what the journal says")


def _ledger(db: sqlite3.Connection, folder: Path) -> Iterator[Damage]:
    """The splits in the index are those of the journal, where the first word on a document holds."""
    told: dict[str, tuple[Any, ...]] = {}
    for entry in entries_of(folder / "journal"):
        if entry.kind == "splits":
            told |= {row[1]: row for row in rows.ledger_rows(entry.number, entry.body) if row[1] not in told}
    for row in sorted(set(told.values()) ^ set(db.execute("SELECT * FROM ledger"))):
        yield Damage(INDEX, f"the split of document {row[1]} is not what the journal says")
