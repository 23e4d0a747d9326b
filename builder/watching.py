"""People's work is fetched again and again, each change told in one line, until somebody stops it.

Between two pulls nothing is held, so other commands may run meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from builder.errors import Unavailable
from builder.flow import Say
from builder.store.db import Store
from builder.store.journal import Entry
from builder.workbench import opened


def watch(start: Path, every: float, tell: Say, say: Say, *, pause: Callable[[float], None] = time.sleep) -> None:
    """Pull every so many seconds for ever; when the server is away or the store in use, say so and go on.

    Raises:
        UsageError: somebody must decide something first, as whether so many deletions are right.
    """
    trouble = ""
    while True:
        try:
            pull_once(start, tell, say)
            trouble = ""
        except Unavailable as error:
            if str(error) != trouble:
                say(f"{error}; watching goes on")
            trouble = str(error)
        pause(every)


def pull_once(start: Path, tell: Say, say: Say) -> bool:
    """Pull, and tell each change in one line; say whether all of it could be read."""
    with opened(start, say) as bench:
        before = bench.store.journal.length
        tally = bench.pull()
        for line in changes(bench.store, before):
            tell(line)
        for reject in tally.rejected:
            tell(f"{reject.subject}: {reject.code}: {reject.reason}")
    return not tally.rejected


def changes(store: Store, after: int) -> Iterator[str]:
    """Say in a line each what people did, from the journal's entries behind a number."""
    for entry in store.journal.entries(after):
        if entry.kind == "annotation":
            task, author = entry.body["key"].split(":")[1], entry.body["author"] or "an unknown account"
            yield f"task {task}: {_deed(store, entry)} by {author}"


def _deed(store: Store, entry: Entry) -> str:
    body, is_draft = entry.body["body"], entry.body.get("draft", False)
    sql = "SELECT count(*) FROM annotation WHERE key = ? AND number < ?"
    is_new = store.db.execute(sql, (entry.body["key"], entry.number)).fetchone() == (0,)
    if entry.body["deleted"]:
        return "draft closed" if is_draft else "answer deleted, given"
    if is_draft:
        return "begun" if is_new else "gone on"
    if body.get("was_cancelled"):
        return "skipped"
    return "answered" if is_new else "changed"
