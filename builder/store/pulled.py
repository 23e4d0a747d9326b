"""What can be asked about the tasks on the server, as they were last read. Reads only."""

from __future__ import annotations

from builder.reviewing import Annotation
from builder.store import queries
from builder.store.db import Store

_CURRENT = "deleted = 0 AND number = (SELECT max(number) FROM annotation b WHERE b.key = a.key)"


def sentences_on(store: Store, project: int, task: int) -> list[str]:
    """List the sentences that a task is known to show, as far as they are known themselves.

    A deleted task's id may be another's now: those of the last batch count.
    """
    last = "SELECT batch FROM task WHERE project = ?1 AND id = ?2 ORDER BY rowid DESC LIMIT 1"
    sql = f"""SELECT sentence FROM task t WHERE project = ?1 AND id = ?2 AND batch = ({last})
              AND EXISTS (SELECT 1 FROM sentence s WHERE s.id = t.sentence)"""
    return [row[0] for row in store.db.execute(sql, (project, task))]


def begun_tasks(store: Store, project: int) -> set[int]:
    """List the tasks on which somebody had begun and not submitted when they were last read."""
    sql = f"SELECT DISTINCT key FROM annotation a WHERE draft = 1 AND {_CURRENT} AND key GLOB ?"
    return {int(row[0].split(":")[1]) for row in store.db.execute(sql, (f"{project}:*",))}


def count_answers(store: Store, project: int) -> int:
    """Count the answers that a project held when it was last read."""
    return queries.count(store, f"annotation a WHERE draft = 0 AND {_CURRENT} AND key GLOB ?", f"{project}:*")


def drafts_of(store: Store, sentence: str) -> list[Annotation]:
    """Give what people have begun on a sentence and not submitted."""
    return queries.current_annotations(
        store, "number IN (SELECT number FROM answered WHERE sentence = ?) AND draft = 1", sentence
    )


def given_back(store: Store) -> dict[str, Annotation]:
    """Give the answers of lost projects that were given back, by the keys under which they stand again."""
    again = store.db.execute("SELECT key, content FROM given_back").fetchall()
    first = queries.current_annotations(store, "content IN (SELECT content FROM given_back WHERE ?1 = '')", "")
    by_content = {one.content: one for one in first}
    return {key: by_content[content] for key, content in again if content in by_content}


def task_troubles(store: Store, sentence: str) -> dict[str, str]:
    """Say by code what is wrong with the tasks of a sentence, as they were last read; `E_GONE`: deleted."""
    sql = """SELECT coalesce(r.code, 'E_GONE'), coalesce(r.subject || ': ' || r.reason, 'task ' || t.id) FROM task t
             JOIN pulled p ON p.project = t.project AND p.task = t.id
             LEFT JOIN reject r ON r.stage = 'pull' AND r.subject = 'task ' || t.id
             WHERE t.sentence = ? AND (r.code IS NOT NULL OR p.stamp = 'deleted') ORDER BY t.id"""
    return dict(store.db.execute(sql, (sentence,)).fetchall())
