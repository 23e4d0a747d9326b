"""What can be asked of Label Studio projects that were lost, and of what people did there. Reads only."""

from __future__ import annotations

from builder.reviewing import Annotation
from builder.store.db import Store
from builder.store.queries import current_annotations


def answers_in(store: Store, project: int) -> list[Annotation]:
    """Give the present version of every answer seen in a project that is not lost, oldest first; no drafts."""
    here = "a.draft = 0 AND a.project = ? AND number NOT IN (SELECT number FROM gone_answer)"
    return current_annotations(store, here, project)


def lost_answers(store: Store, role: str = "") -> list[Annotation]:
    """Give the last version of every answer in lost projects (of a role), unless it stands again; no drafts."""
    again = "given_back g JOIN annotation b ON b.key = g.key WHERE g.content = a.content"
    gone = f"a.draft = 0 AND number IN (SELECT number FROM gone_answer) AND NOT EXISTS (SELECT 1 FROM {again})"
    # An id may have been another role's before: the first loss after an answer tells whose it was.
    whose = "SELECT role FROM lost l WHERE l.project = a.project AND a.number < l.number ORDER BY l.number LIMIT 1"
    where = f"{gone} AND ?1 IN ('', ({whose}))"
    return current_annotations(store, where, role)


def lost_answers_to(store: Store, sentence: str) -> list[Annotation]:
    """Give the last version of every answer to a sentence in any lost project, unless it stands again; no drafts."""
    again = "SELECT 1 FROM given_back g JOIN annotation b ON b.key = g.key WHERE g.content = a.content"
    gone = f"EXISTS (SELECT 1 FROM gone_answer g WHERE g.number = a.number) AND NOT EXISTS ({again})"
    here = "number IN (SELECT number FROM answered WHERE sentence = ?)"
    return current_annotations(store, f"a.draft = 0 AND {here} AND {gone}", sentence)


def keys_given_back(store: Store) -> set[str]:
    """Name the keys under which answers stand again."""
    return {key for (key,) in store.db.execute("SELECT key FROM given_back")}


def unrestored(store: Store, role: str) -> list[tuple[str, str, str]]:
    """List the sentences that were pushed and stand in no task of the role now, with who proposed what was shown.

    With each stands the digest of the schema it was shown under. Of several batches that counts which the lost task
    showed last: one that was meant to be shown later may have found somebody at work, and was not.
    """
    showed = """SELECT j.rowid FROM lost_task t JOIN lost l ON l.number = t.number AND l.role = i.role
                JOIN intent j ON j.sentence = t.sentence AND j.batch = t.batch
                WHERE t.sentence = i.sentence ORDER BY t.number DESC, t.id LIMIT 1"""
    meant = "SELECT max(rowid) FROM intent j WHERE j.sentence = i.sentence AND j.role = i.role"
    sql = f"""SELECT sentence, annotator, schema_digest FROM intent i
              WHERE role = ? AND rowid = coalesce(({showed}), ({meant}))
              AND NOT EXISTS (SELECT 1 FROM task t JOIN project p ON p.id = t.project
                              WHERE t.sentence = i.sentence AND p.role = i.role)
              AND sentence IN (SELECT id FROM sentence) ORDER BY rowid"""
    return store.db.execute(sql, (role,)).fetchall()
