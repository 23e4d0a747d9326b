"""What can be asked about the tasks on the server and what they show; every answer is computed. Reads only."""

from __future__ import annotations

from collections.abc import Sequence

from builder.model import Prediction
from builder.reviewing import ADJUDICATION, Annotation
from builder.store import queries
from builder.store.db import Store


def count_standing(store: Store, project: int) -> int:
    """Count the tasks of a project that are known, and not known to be gone."""
    return len(standing_tasks(store, project))


def standing_tasks(store: Store, project: int) -> set[int]:
    """Name the tasks of a project that are known, and not known to be gone."""
    gone = "SELECT 1 FROM pulled p WHERE p.project = t.project AND p.task = t.id AND p.stamp = 'deleted'"
    sql = f"SELECT DISTINCT id FROM task t WHERE project = ? AND NOT EXISTS ({gone})"
    return {row[0] for row in store.db.execute(sql, (project,))}


def count_aliases(store: Store, project: int) -> int:
    """Count the tasks of a project that show nothing but sentences which an older one shows too."""
    # Joined, not looked for task by task: by project and id, all older tasks would be searched for each.
    sql = """WITH first AS (SELECT sentence, min(id) AS id FROM task WHERE project = ?1 GROUP BY sentence)
             SELECT count(*) FROM (SELECT 1 FROM task t JOIN first f USING (sentence)
             WHERE t.project = ?1 GROUP BY t.id HAVING min(f.id < t.id))"""
    return int(store.db.execute(sql, (project,)).fetchone()[0])


def shown_batches(store: Store, project: int) -> dict[int, str]:
    """Say which push batch made what each task of a project shows now."""
    sql = """SELECT id, coalesce((SELECT s.batch FROM shown s WHERE s.project = t.project AND s.task = t.id
             ORDER BY number DESC LIMIT 1), batch) FROM task t WHERE project = ? ORDER BY id"""
    return dict(store.db.execute(sql, (project,)).fetchall())


def predictor(store: Store, sentence: str, batch: str) -> str | None:
    """Find whose prediction a push batch sent for a sentence."""
    sql = "SELECT annotator FROM intent WHERE sentence = ? AND batch = ?"
    found = store.db.execute(sql, (sentence, batch)).fetchone()
    return found[0] if found else None


def waiting(store: Store, annotator: str) -> set[str]:
    """Name the sentences of the present files that this annotator has seen, and nobody has answered or begun on."""
    sql = """SELECT sentence FROM prediction WHERE annotator = ?
             AND sentence IN (SELECT id FROM live) AND sentence NOT IN (SELECT sentence FROM answered)"""
    return {row[0] for row in store.db.execute(sql, (annotator,))}


def shown(store: Store, sentence: str, answers: Sequence[Annotation] = ()) -> tuple[Prediction | None, str] | None:
    """Find what reviewers were shown of a sentence, and the digest of its schema.

    It is the prediction from which the first of these answers started, as far as that is known; else the one that
    the first task of the sentence with one shows now; None when all of them answer blindly.
    """
    batches = [_started_from(store, answer) for answer in answers]
    known = [batch for batch in batches if batch]
    latest = "SELECT s.batch FROM shown s WHERE s.project = t.project AND s.task = t.id ORDER BY number DESC LIMIT 1"
    sql = f"""SELECT i.annotator, i.schema_digest FROM task t
             JOIN intent i ON i.sentence = t.sentence AND i.batch = coalesce(?, ({latest}), t.batch)
             WHERE t.sentence = ? AND i.role <> ? ORDER BY i.annotator = '', t.project, t.id LIMIT 1"""
    found = store.db.execute(sql, (known[0] if known else None, sentence, ADJUDICATION)).fetchone()
    return _shown(store, sentence, found)


def shown_to(store: Store, sentence: str, answer: Annotation) -> tuple[Prediction | None, str] | None:
    """Find what the task that was answered showed of a sentence: to this person, as far as that is known."""
    project, task = (int(part) for part in answer.key.split(":")[:2])
    latest = "SELECT batch FROM shown WHERE project = ?2 AND task = ?3 ORDER BY number DESC LIMIT 1"
    sql = f"""SELECT i.annotator, i.schema_digest FROM task t
             JOIN intent i ON i.sentence = t.sentence AND i.batch = coalesce(?1, ({latest}), t.batch)
             WHERE t.project = ?2 AND t.id = ?3 AND t.sentence = ?4"""
    found = store.db.execute(sql, (_started_from(store, answer), project, task, sentence)).fetchone()
    return _shown(store, sentence, found)


def _started_from(store: Store, answer: Annotation) -> str | None:
    """Find the push batch of the prediction that a person found when opening the task."""
    project, task = answer.key.split(":")[:2]
    sql = "SELECT batch FROM shown WHERE project = ? AND task = ? AND prediction = ?"
    found = store.db.execute(sql, (int(project), int(task), answer.started_from)).fetchone()
    return found[0] if found else None


def _shown(store: Store, sentence: str, found: tuple[str, str] | None) -> tuple[Prediction | None, str] | None:
    if found is None:
        return None
    annotator, digest = found
    return (queries.prediction(store, sentence, annotator) if annotator else None), digest
