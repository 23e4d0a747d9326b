"""What the store can be asked about approvals and adjudication. Reads only."""

from __future__ import annotations

import json

from builder.reviewing import ADJUDICATION, Annotation, Approval, place_of
from builder.store import losses, rows
from builder.store.db import Store

ApprovedText = tuple[str, tuple[str, ...], str]
"""A sentence, the answers that approve it by the names of their content, and the SHA-256 of the text they approve."""


def find_approval(store: Store, approval: str) -> Approval | None:
    """Find an approval by its id."""
    found = store.db.execute("SELECT * FROM approval WHERE id = ?", (approval,)).fetchone()
    return rows.approval_of(found) if found else None


def approved_texts(store: Store) -> set[ApprovedText]:
    """Name everything that was ever approved."""
    found = store.db.execute("SELECT sentence, contents, text_sha256 FROM approval")
    return {(sentence, tuple(sorted(json.loads(contents))), text) for sentence, contents, text in found}


def approvals_of(store: Store, sentence: str) -> list[Approval]:
    """Give every approval that a sentence ever had, the oldest first."""
    found = store.db.execute("SELECT * FROM approval WHERE sentence = ? ORDER BY rowid", (sentence,))
    return [rows.approval_of(row) for row in found]


def cases(store: Store, sentence: str) -> dict[str, str]:
    """Say of each adjudicator's task (`project:task`) that shows a sentence between which answers it decides.

    Of a task of unknown origin nobody knows that, and it decides nothing.
    """
    sql = """SELECT t.project || ':' || t.id, coalesce(i.annotator, '') FROM task t
              LEFT JOIN intent i ON i.sentence = t.sentence AND i.batch = t.batch
              WHERE t.sentence = ? AND t.project IN (SELECT id FROM project WHERE role = ?)"""
    return dict(store.db.execute(sql, (sentence, ADJUDICATION)).fetchall())


def is_sent(store: Store, sentence: str, case: str) -> bool:
    """Whether an adjudicator's task, not known to be gone, shows these answers to a sentence."""
    sql = """SELECT 1 FROM task t JOIN intent i ON i.sentence = t.sentence AND i.batch = t.batch
             WHERE t.sentence = ? AND i.annotator = ? AND i.role = ? AND NOT EXISTS (
                SELECT 1 FROM pulled p WHERE p.project = t.project AND p.task = t.id AND p.stamp = 'deleted')"""
    return store.db.execute(sql, (sentence, case, ADJUDICATION)).fetchone() is not None


def case_tasks(store: Store, project: int) -> dict[tuple[str, str], tuple[int, ...]]:
    """Say which tasks of an adjudication project, in order, show which answers to which sentence."""
    sql = """SELECT t.sentence, i.annotator, t.id FROM task t
             JOIN intent i ON i.sentence = t.sentence AND i.batch = t.batch
             WHERE t.project = ? AND i.role = ? ORDER BY t.id"""
    tasks = dict[tuple[str, str], tuple[int, ...]]()
    for sentence, case, task in store.db.execute(sql, (project, ADJUDICATION)):
        tasks[sentence, case] = (*tasks.get((sentence, case), ()), task)
    return tasks


def decided_cases(store: Store) -> dict[str, tuple[str, str]]:
    """Say of each decision ever seen, by its key, on which sentence and between which answers it was.

    The journal tells that of tasks of lost projects too.
    """
    sql = "SELECT sentence, batch, annotator FROM intent WHERE role = ?"
    named = {(sentence, batch): case for sentence, batch, case in store.db.execute(sql, (ADJUDICATION,))}
    standing: dict[str, tuple[str, str]] = {}
    decided: dict[str, tuple[str, str]] = {}
    for entry in store.journal.entries():
        said = entry.body
        if entry.kind == "task":
            shown = {f"{said['project']}:{id}": (sentence, said["batch"]) for id, sentence in said["tasks"]}
            standing |= {place: (one[0], named[one]) for place, one in shown.items() if one in named}
        elif entry.kind == "lost":
            standing = {place: one for place, one in standing.items() if int(place.split(":")[0]) != said["project"]}
        elif entry.kind == "annotation" and (place := place_of(said["key"])) in standing:
            decided[said["key"]] = standing[place]
    return decided


def lost_decisions(store: Store) -> dict[str, list[tuple[str, Annotation]]]:
    """List by sentence what adjudicators answered in lost projects and does not stand again, each with its case."""
    lost, found = losses.lost_answers(store, ADJUDICATION), dict[str, list[tuple[str, Annotation]]]()
    decided = decided_cases(store) if lost else {}
    for answer in lost:
        if answer.key in decided:
            sentence, case = decided[answer.key]
            found.setdefault(sentence, []).append((case, answer))
    return found


def unsettled_cases(store: Store) -> dict[str, list[str]]:
    """Name the batches for adjudicators whose outcome is unknown, with the sentences of each that no task shows.

    Of a sentence only the latest batch counts: what it disputed before is past.
    """
    sql = """SELECT i.batch, i.sentence FROM intent i WHERE i.role = ?1
             AND i.rowid = (SELECT max(rowid) FROM intent WHERE sentence = i.sentence AND role = ?1)
             AND NOT EXISTS (SELECT 1 FROM task t JOIN intent j ON j.sentence = t.sentence AND j.batch = t.batch
                 WHERE t.sentence = i.sentence AND j.role = ?1 AND j.annotator = i.annotator)
             AND NOT EXISTS (SELECT 1 FROM reject r WHERE r.stage = 'adjudicate' AND r.subject = i.sentence)
             ORDER BY i.batch, i.sentence"""
    batches: dict[str, list[str]] = {}
    for batch, sentence in store.db.execute(sql, (ADJUDICATION,)):
        batches.setdefault(batch, []).append(sentence)
    return batches
