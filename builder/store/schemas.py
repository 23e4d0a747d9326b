"""Which label schemas people were asked under, when, and what is recorded of the ways between them. Reads only."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from builder.store.db import Store


def seen(store: Store) -> Iterator[Mapping[str, Any]]:
    """Give every schema that a project's page ever asked for, as JSON, in the order in which they came up."""
    found = store.db.execute("SELECT body FROM schema_seen ORDER BY number").fetchall()
    return (json.loads(body) for (body,) in found)


def sentence_labels(store: Store) -> list[str]:
    """Name every sentence label that people were ever asked for, in the order in which they came up."""
    return list(dict.fromkeys(spec["name"] for schema in seen(store) for spec in schema["sentence"]))


def moves(store: Store) -> Iterator[Mapping[str, Any]]:
    """Give every recorded change, as JSON, oldest first."""
    found = store.db.execute("SELECT body FROM schema_move ORDER BY number").fetchall()
    return (json.loads(body) for (body,) in found)


def asked(store: Store, project: int) -> list[tuple[str, str]]:
    """Say from when on a project's page asked for which schema: (time, digest), in order."""
    sql = "SELECT at, digest FROM schema_seen WHERE project = ? ORDER BY number"
    return store.db.execute(sql, (project,)).fetchall()


def sent_under(store: Store, project: int, task: int, prediction: int | None = None) -> str | None:
    """Find the digest of the schema that a task was sent under; or, of a later prediction there, that one was."""
    later = "SELECT s.batch FROM shown s WHERE s.project = t.project AND s.task = t.id AND s.prediction = ?3"
    sql = f"""SELECT i.schema_digest FROM task t
             JOIN intent i ON i.sentence = t.sentence AND i.batch = coalesce(({later}), t.batch)
             WHERE t.project = ?1 AND t.id = ?2 LIMIT 1"""
    found = store.db.execute(sql, (project, task, prediction)).fetchone()
    return found[0] if found else None


def first_sent_under(store: Store, sentence: str) -> str | None:
    """Find the digest of the schema that a sentence was first sent under."""
    sql = "SELECT schema_digest FROM intent WHERE sentence = ? ORDER BY rowid LIMIT 1"
    found = store.db.execute(sql, (sentence,)).fetchone()
    return found[0] if found else None


def sent_digests(store: Store) -> dict[str, int]:
    """Count the sentences sent under each schema, by digest."""
    sql = """SELECT i.schema_digest, count(DISTINCT t.sentence) FROM task t
             JOIN intent i ON i.sentence = t.sentence AND i.batch = t.batch GROUP BY 1"""
    return dict(store.db.execute(sql).fetchall())


def sent_proposals(store: Store, digest: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Give each sentence sent under a schema, with the labels that were proposed for it."""
    sql = """SELECT DISTINCT i.sentence, p.entities, p.label FROM intent i
             JOIN task t ON t.sentence = i.sentence AND t.batch = i.batch
             LEFT JOIN prediction p ON p.sentence = i.sentence AND p.annotator = i.annotator
             WHERE i.schema_digest = ? ORDER BY i.sentence"""
    for sentence, entities, label in store.db.execute(sql, (digest,)):
        spans = json.loads(entities) if entities else []
        yield sentence, frozenset([span[2] for span in spans] + ([json.loads(label)[0]] if label else []))
