"""What can be asked about the tasks on the server. Reads only."""

from __future__ import annotations

from builder.reviewing import REVIEW, Layout
from builder.store.db import Store

ARTICLE_BATCH = "article-"
"""With this the name of a push batch of articles begins, so that tasks say their layout by themselves."""


def layout_of(batch: str) -> Layout:
    """Say the layout of a push batch."""
    return "article" if batch.startswith(ARTICLE_BATCH) else "sentence"


def pushed_layouts(store: Store, role: str = REVIEW) -> frozenset[Layout]:
    """Say in which layouts something was sent, or was about to be, to the project of a role."""
    sql = f"""SELECT DISTINCT batch LIKE '{ARTICLE_BATCH}%' FROM (
              SELECT batch FROM task t WHERE t.project IN (SELECT id FROM project WHERE role = ?1)
              UNION SELECT batch FROM intent WHERE role = ?1)"""
    return frozenset("article" if row[0] else "sentence" for row in store.db.execute(sql, (role,)))
