"""What the store can be asked; every answer is computed, none is kept. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby, islice
from typing import Literal

from builder.model import Document, Prediction, Reject, Sentence
from builder.publishing import Published
from builder.reading import Kind, Source
from builder.reviewing import REVIEW, Annotation, Gold
from builder.store import rows
from builder.store.db import Store

_SENTENCE = 'id, document, number, start, "end", kind, language, text, flags, in_quote'
_PAGE = 500
_OF_ROLE = "t.project IN (SELECT id FROM project WHERE role = ?)"
# EXISTS, as of one answer: with IN the view would be made whole for each question.
_IS_NOT_LOST = "NOT EXISTS (SELECT 1 FROM gone_answer g WHERE g.number = a.number)"
Among = Literal["live", "offered"]
"""Every sentence of the present files, or those of documents that no other stands for (or that people saw already)."""


def latest_source(store: Store, path: str) -> str | None:
    """Find the sha256 under which a path was last ingested; none while it is being read anew."""
    sql = """SELECT sha256 FROM sighting WHERE path = ?1 AND path NOT IN (SELECT path FROM attempt)
             ORDER BY number DESC LIMIT 1"""
    found = store.db.execute(sql, (path,)).fetchone()
    return found[0] if found else None


def find_source(store: Store, sha256: str) -> Source:
    """Give a source by its sha256."""
    return Source(*store.db.execute("SELECT * FROM source WHERE sha256 = ?", (sha256,)).fetchone())


def find_document(store: Store, document: str) -> Document:
    """Give a document by its id."""
    return rows.document_of(store.db.execute("SELECT * FROM document WHERE id = ?", (document,)).fetchone())


def find_sentence(store: Store, sentence: str) -> Sentence | None:
    """Find a sentence by its id."""
    found = store.db.execute(f"SELECT {_SENTENCE} FROM sentence WHERE id = ?", (sentence,)).fetchone()
    return rows.sentence_of(found) if found else None


def document_sentences(store: Store, document: str) -> list[Sentence]:
    """Give the sentences of a document, in order."""
    found = store.db.execute(f"SELECT {_SENTENCE} FROM sentence WHERE document = ? ORDER BY number", (document,))
    return [rows.sentence_of(row) for row in found]


def unannotated(store: Store, kinds: Sequence[Kind], annotator: str, among: Among = "live") -> list[str]:
    """List the sentences of these kinds that this annotator has not seen and nobody has answered, in reading order."""
    sql = f"""SELECT id FROM {among} s WHERE kind IN ({_marks(kinds)})
              AND NOT EXISTS (SELECT 1 FROM prediction p WHERE p.sentence = s.id AND p.annotator = ?)
              AND id NOT IN (SELECT sentence FROM answered)
              ORDER BY document, number"""
    return [row[0] for row in store.db.execute(sql, (*kinds, annotator))]


def unheard(store: Store, kinds: Sequence[Kind], annotator: str, among: Among = "live") -> list[str]:
    """List the sentences that this combination has seen without one who failed on them, in reading order."""
    refused = "r.stage = 'annotate' AND s.id || '#' <= r.subject AND r.subject < s.id || '$'"
    sql = f"""SELECT id FROM {among} s WHERE kind IN ({_marks(kinds)})
              AND EXISTS (SELECT 1 FROM prediction p WHERE p.sentence = s.id AND p.annotator = ?)
              AND EXISTS (SELECT 1 FROM reject r WHERE {refused})
              ORDER BY document, number"""
    return [row[0] for row in store.db.execute(sql, (*kinds, annotator))]


def unpushed(
    store: Store, kinds: Sequence[Kind], annotator: str, among: Among = "live", role: str = REVIEW
) -> list[str]:
    """List the sentences that this annotator has seen and no task of the role's project shows, in reading order."""
    sql = f"""SELECT id FROM {among} s WHERE kind IN ({_marks(kinds)})
              AND EXISTS (SELECT 1 FROM prediction p WHERE p.sentence = s.id AND p.annotator = ?)
              AND NOT EXISTS (SELECT 1 FROM task t WHERE t.sentence = s.id AND {_OF_ROLE})
              ORDER BY document, number"""
    return [row[0] for row in store.db.execute(sql, (*kinds, annotator, role))]


def unsettled(store: Store, role: str = REVIEW) -> dict[str, list[str]]:
    """Name the push batches whose outcome is unknown, with the live sentences of each that no task shows.

    A sentence that was refused before sending is settled too.
    """
    sql = f"""SELECT batch, sentence FROM intent i WHERE role = ? AND sentence IN (SELECT id FROM live)
              AND NOT EXISTS (SELECT 1 FROM task t WHERE t.sentence = i.sentence AND {_OF_ROLE})
              AND NOT EXISTS (SELECT 1 FROM reject r WHERE r.stage = 'push' AND r.subject = i.sentence)
              ORDER BY batch, sentence"""
    found = store.db.execute(sql, (role, role))
    return {batch: [row[1] for row in group] for batch, group in groupby(found, lambda row: row[0])}


def sentences(store: Store, ids: Iterable[str]) -> Iterator[Sentence]:
    """Give sentences by id, in the order asked, a page at a time."""
    return map(rows.sentence_of, sentence_rows(store, ids))


def sentence_rows(store: Store, ids: Iterable[str]) -> Iterator[rows.Row]:
    """Give sentences as the store holds them, for `rows.sentence_of`, wherever that is."""
    waiting = iter(ids)
    while page := list(islice(waiting, _PAGE)):
        sql = f"SELECT {_SENTENCE} FROM sentence WHERE id IN ({_marks(page)})"
        found = {row[0]: row for row in store.db.execute(sql, page)}
        yield from (found[id] for id in page)


def prediction(store: Store, sentence: str, annotator: str) -> Prediction:
    """Give what an annotator proposed for a sentence; nobody, under no name, abstains."""
    if not annotator:
        return Prediction(sentence, "")
    sql = "SELECT * FROM prediction WHERE sentence = ? AND annotator = ?"
    return rows.prediction_of(store.db.execute(sql, (sentence, annotator)).fetchone())


def pulled_stamps(store: Store, project: int) -> dict[int, str]:
    """Give the stamp at which each task was last read."""
    return dict(store.db.execute("SELECT task, stamp FROM pulled WHERE project = ?", (project,)).fetchall())


def task_sentences(store: Store, project: int) -> dict[int, tuple[str, ...]]:
    """Say which sentences each known task of a project shows."""
    found = store.db.execute("SELECT id, sentence FROM task WHERE project = ? ORDER BY id, sentence", (project,))
    return {task: tuple(row[1] for row in rows) for task, rows in groupby(found, lambda row: row[0])}


def pushed_projects(store: Store, role: str = REVIEW) -> dict[int, int]:
    """Count the tasks per project of the server that has this role."""
    sql = f"SELECT project, count(DISTINCT id) FROM task t WHERE {_OF_ROLE} GROUP BY project"
    return dict(store.db.execute(sql, (role,)).fetchall())


def roles(store: Store) -> list[str]:
    """List the roles of the server's projects that are, or were, known here."""
    sql = "SELECT role FROM project UNION SELECT role FROM lost UNION SELECT role FROM intent ORDER BY 1"
    return [row[0] for row in store.db.execute(sql)]


def annotations_of(store: Store, sentence: str) -> list[Annotation]:
    """Give the present version of every answer to a sentence, deleted ones left out, oldest first."""
    condition = f"number IN (SELECT number FROM answered WHERE sentence = ?) AND draft = 0 AND {_IS_NOT_LOST}"
    return current_annotations(store, condition, sentence)


def annotations_on(store: Store, project: int, task: int) -> list[Annotation]:
    """Give the present version of every answer and draft seen on one task, deleted ones left out, oldest first."""
    here = f"?1 || ':' < a.key AND a.key < ?1 || ';' AND {_IS_NOT_LOST}"
    return current_annotations(store, here, f"{project}:{task}")


def current_annotations(store: Store, condition: str, value: str | int) -> list[Annotation]:
    """Give the present version of the annotations that fulfil a condition in SQL, deleted ones left out."""
    is_last = "number = (SELECT max(number) FROM annotation b WHERE b.key = a.key)"
    return [one for one in _annotations(store, f"{condition} AND {is_last}", value) if not one.deleted]


def versions_of(store: Store, key: str) -> list[Annotation]:
    """Give every version of an answer that was read, oldest first."""
    return _annotations(store, "key = ?", key)


def _annotations(store: Store, condition: str, value: str | int) -> list[Annotation]:
    sentences = "(SELECT json_group_array(sentence) FROM answered w WHERE w.number = a.number)"
    sql = f"""SELECT key, {sentences}, author, deleted, body, draft FROM annotation a
              WHERE {condition} ORDER BY number"""
    return [_annotation_of(row) for row in store.db.execute(sql, (value,))]


# One to an article is asked for by each of its sentences, in turn.
_annotation_of = lru_cache(maxsize=16)(rows.annotation_of)


def answered_sentences(store: Store) -> list[str]:
    """List the live sentences someone ever answered, in reading order."""
    sql = "SELECT id FROM live WHERE id IN (SELECT sentence FROM answer) ORDER BY document, number"
    return [row[0] for row in store.db.execute(sql)]


def golds(store: Store) -> list[Gold]:
    """Give the approved answers of the last review, by sentence id."""
    return [rows.gold_of(row) for row in store.db.execute("SELECT * FROM gold ORDER BY sentence")]


def refusals(store: Store) -> dict[str, str]:
    """Say why each answered sentence was not approved in the last review."""
    return dict(store.db.execute("SELECT sentence, reason FROM refusal ORDER BY sentence").fetchall())


def rejects(store: Store) -> list[Reject]:
    """List the records that stages refused; of sentences (`sentence#annotator`), those of the present files."""
    sentence = "substr(subject, 1, instr(subject, '#') - 1)"
    sql = f"""SELECT * FROM reject WHERE stage <> 'annotate' OR {sentence} IN (SELECT id FROM live)
              ORDER BY stage, subject"""
    return [Reject(*row) for row in store.db.execute(sql)]


def live_documents(store: Store) -> list[str]:
    """List the documents of the present version of every source, in a stable order."""
    return [row[0] for row in store.db.execute("SELECT DISTINCT document FROM live ORDER BY document")]


def document_text(store: Store, document: str) -> str:
    """Give the clean text of a document."""
    return str(store.db.execute("SELECT text FROM document WHERE id = ?", (document,)).fetchone()[0])


def documents_before_people(store: Store) -> list[str]:
    """List the documents of which a sentence was sent to people, or answered."""
    sql = """SELECT DISTINCT document FROM sentence WHERE id IN (
             SELECT sentence FROM intent UNION SELECT sentence FROM task UNION SELECT sentence FROM answered)
             ORDER BY document"""
    return [row[0] for row in store.db.execute(sql)]


def cluster_basis(store: Store) -> str | None:
    """Name what the clusters were found in; nothing if nobody looked yet."""
    found = store.db.execute("SELECT value FROM meta WHERE key = 'clusters'").fetchone()
    return found[0] if found else None


def repeats_of(store: Store, document: str) -> list[str]:
    """List a document and those that repeat it, in a stable order."""
    sql = """SELECT document FROM cluster WHERE cluster = (SELECT cluster FROM cluster WHERE document = ?1)
             UNION SELECT ?1 ORDER BY 1"""
    return [row[0] for row in store.db.execute(sql, (document,))]


def count_duplicates(store: Store) -> int:
    """Count the documents that another stands for."""
    return count(store, "cluster WHERE representative = 0")


def count_clusters(store: Store) -> int:
    """Count the clusters of documents that repeat one another."""
    return int(store.db.execute("SELECT count(DISTINCT cluster) FROM cluster").fetchone()[0])


def count_superseded_answers(store: Store) -> int:
    """Count the answered sentences that stand only in earlier versions of their files."""
    return count(store, "sentence WHERE id IN (SELECT sentence FROM answer) AND id NOT IN (SELECT id FROM live)")


def count_proposed_spans(store: Store, annotator: str) -> int:
    """Count the spans that an annotator proposed on live sentences."""
    sql = """SELECT coalesce(sum(json_array_length(p.entities)), 0) FROM prediction p
             JOIN live ON live.id = p.sentence WHERE p.annotator = ?"""
    return int(store.db.execute(sql, (annotator,)).fetchone()[0])


def published(store: Store) -> list[Published]:
    """Say where each version stands on a hub, as it was last told of each repository, in the order it was told."""
    same = "l.version = p.version AND l.endpoint = p.endpoint AND l.repository = p.repository"
    sql = f"SELECT * FROM published p WHERE number = (SELECT max(number) FROM published l WHERE {same}) ORDER BY number"
    return [Published(*row[2:]) for row in store.db.execute(sql)]


def count(store: Store, what: str, *values: object) -> int:
    """Count rows: `what` is a table or view, with a condition if need be."""
    return int(store.db.execute(f"SELECT count(*) FROM {what}", values).fetchone()[0])


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
