"""Tasks, their answers and their drafts are read from a Label Studio server, in few requests and never in part.

Listing with predictions and data takes a server a minute for ten thousand tasks, hence the narrow `include`s here.
One lone surrogate in a task or an answer makes the server break down over every page that holds it (measured on
1.23.2): such a task is found by halves and named, the rest is read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, Protocol, TypeVar

from builder.errors import Unavailable
from builder.ports import Listing, TaskRead
from builder.studio import wire
from builder.studio.answers import Begun, FullTask, Given, Placed, TaskPage, TaskRow, believed
from builder.studio.bodies import VOLATILE, plain
from builder.studio.paging import read_in_halves, read_whole

T = TypeVar("T")

_PAGE = 1000
_AT_ONCE = 100
_STAMP = "id,updated_at,total_annotations,cancelled_annotations"


class Read(Protocol):
    """Read from the server, again if it does not answer; `once` where breaking down is an answer too."""

    def __call__(self, shape: type[T], what: str, path: str, *, once: bool = False, **query: Any) -> T:
        """Read what a path holds, which must have this shape."""


class TaskReader:
    """Reads the tasks of any project; `read` is the way to the server."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._keys: frozenset[str] = frozenset()

    def list_stamps(self, project: int, since: str, at_most: int | None) -> Listing:
        """List the stamp of every task, or of those changed after a time; see `builder.ports.Studio`."""
        if not since:
            rows = self._rows(project, {})
            return Listing(_stamps(rows), len(rows), sum(row.total_annotations for row in rows), len(rows))
        moved = _that(updated_at=("greater", "Datetime", since))
        count = self._page(project, moved, include=_STAMP, page=1, page_size=1).total if at_most is not None else 0
        rows = self._rows(project, moved) if at_most is None or count <= at_most else []
        whole = self._page(project, {}, include=_STAMP, page=1, page_size=1)
        return Listing(_stamps(rows), whole.total, whole.total_annotations, max(count, len(rows)))

    def read_tasks(self, project: int, tasks: Sequence[int]) -> list[TaskRead]:
        """Read tasks with their answers; see `builder.ports.Studio`."""
        read: list[TaskRead] = []
        for at in range(0, len(tasks), _AT_ONCE):
            found, unreadable = read_in_halves(tasks[at : at + _AT_ONCE], lambda ids: self._answered(project, ids))
            read += found
            read += [TaskRead(task, {}, (), is_readable=False) for task in unreadable]
        return read

    def read_drafts(self, project: int) -> dict[int, list[dict[str, Any]] | None]:
        """Read what was begun; see `builder.ports.Studio`."""
        begun = _that(draft_exists=("equal", "Boolean", True))
        return {row.id: self._drafts(row.id) for row in self._rows(project, begun)}

    def project_of(self, task: int) -> int | None:
        """Find the project that holds a task; see `builder.ports.Studio`."""
        try:
            where = f"/api/tasks/{task}"
            return self._read(Placed, f"task {task}", where, resolve_uri="false", include="project").project
        except wire.NotThere:
            return None

    def page_in_halves(
        self, project: int, query: Mapping[str, Any], number: int, size: int
    ) -> tuple[int, list[TaskRow]]:
        """Read a page with the data of its tasks, of which some cannot be given back: these have none."""
        bare = self._page(project, query, include=_STAMP, page=number, page_size=size)
        ids = [row.id for row in bare.tasks]
        found, _ = read_in_halves(ids, lambda some: self._selected(project, some, include=f"data,{_STAMP}"))
        with_data = {row.id: row for row in found}
        return bare.total, [with_data.get(row.id, row) for row in bare.tasks]

    def answers_to(self, task: int) -> list[dict[str, Any]]:
        """Give every annotation of a task as the server holds it, skipped ones included.

        Two fields that the server writes anew at each reading are left out, and `completed_by` is an id.
        """
        # /api/tasks/{id}/annotations/ leaves out the skipped ones.
        full = self._read(FullTask, f"task {task}", f"/api/tasks/{task}", resolve_uri="false")
        return _checked(task, full.annotations)

    def _answered(self, project: int, tasks: Sequence[int]) -> list[TaskRead]:
        """Read some tasks in one request."""
        if not self._keys:
            return self._learnt(project, tasks)
        include = ",".join(sorted({*_STAMP.split(","), "data", "annotations", *self._keys}))
        rows = self._selected(project, tasks, include=include)
        return [TaskRead(row.id, row.data, _checked(row.id, row.annotations)) for row in rows]

    def _learnt(self, project: int, tasks: Sequence[int]) -> list[TaskRead]:
        """Read some tasks with all that is told of them, and so learn what an annotation holds in this version.

        To name its fields in later requests leaves out the predictions, and takes a quarter of the time.
        """
        rows = self._selected(project, tasks)
        self._keys = frozenset(chain.from_iterable(body for row in rows for body in row.annotations)) - VOLATILE
        return [TaskRead(row.id, row.data, _checked(row.id, row.annotations)) for row in rows]

    def _drafts(self, task: int) -> list[dict[str, Any]] | None:
        """Read the drafts of one task, whoever began them; the task itself shows an account only its own."""
        try:
            drafts = self._read(list[dict[str, Any]], "the drafts", f"/api/tasks/{task}/drafts")
        except wire.NotThere:
            return []
        except wire.Choked:
            return None
        believed(list[Begun], drafts, f"the drafts of task {task}")
        return [plain(draft) for draft in drafts]

    def _selected(self, project: int, tasks: Sequence[int], **query: Any) -> list[TaskRow]:
        """Read some tasks, once: breaking down over one of them is an answer too, unless it is asked for alone."""
        chosen = {"selectedItems": {"all": False, "included": [*tasks]}}
        where = {"fields": "all", "page": 1, "page_size": len(tasks), "once": 1 < len(tasks)}
        page = self._page(project, chosen, **where, **query)
        if page.total != len(page.tasks) or not {row.id for row in page.tasks} <= set(tasks):
            raise Unavailable(f"asked for {len(tasks)} tasks, the server gave others, or not all; try again")
        return page.tasks

    def _rows(self, project: int, query: Mapping[str, Any]) -> list[TaskRow]:
        def page(number: int) -> tuple[int, list[TaskRow]]:
            ordered = {"ordering": ["tasks:id"], **query}
            answer = self._page(project, ordered, include=_STAMP, page=number, page_size=_PAGE)
            return answer.total, answer.tasks

        return read_whole(page, "tasks")

    def _page(self, project: int, query: Mapping[str, Any], **where: Any) -> TaskPage:
        asked = {"project": project, "query": json.dumps(query), "resolve_uri": "false", **where}
        return self._read(TaskPage, "the tasks", "/api/tasks/", **asked)


def _that(**conditions: tuple[str, str, Any]) -> dict[str, Any]:
    """Ask for tasks whose columns fulfil these: (operator, type, value)."""
    asked = [
        {"filter": f"filter:tasks:{column}", "operator": operator, "type": kind, "value": value}
        for column, (operator, kind, value) in conditions.items()
    ]
    return {"filters": {"conjunction": "and", "items": asked}}


def _stamps(rows: Sequence[TaskRow]) -> dict[int, str]:
    return {row.id: row.stamp for row in rows}


def _checked(task: int, annotations: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give a task's annotations in their lasting form, once they are known to be its own."""
    lasting = [plain(annotation) for annotation in annotations]
    for given in believed(list[Given], lasting, f"the annotations of task {task}"):
        if given.task != task:
            raise Unavailable(f"the server answered with an annotation of task {given.task} for task {task}")
    return lasting
