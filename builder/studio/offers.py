"""Predictions at tasks that exist: looked at, added, hidden. None is ever deleted.

Reviewers see the predictions whose model version is the project's own, all of them. An answer names the prediction
that it started from, and the server refuses it once that is deleted (measured on 1.23.2).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar

from builder.errors import Unavailable
from builder.ports import Look, Offered
from builder.studio.answers import IdPage, Made, PredictedPage, PredictedTask, believed
from builder.studio.codec import SHOWN_VERSION
from builder.studio.paging import read_whole

RETIRED_VERSION = f"{SHOWN_VERSION}/retired"
"""Of predictions that were replaced."""

_AT_ONCE, _PAGE = 100, 500
_FIELDS = "id,total_annotations,cancelled_annotations,predictions"

T = TypeVar("T")


class Read(Protocol):
    """Read what must have this shape, again if need be."""

    def __call__(self, shape: type[T], what: str, path: str, **query: Any) -> T:
        """Read what a path holds."""


class Send(Protocol):
    """Write, once."""

    def __call__(self, method: str, path: str, body: Any) -> Any:
        """Write to a path."""


class Offers:
    """The predictions of a server, over the ways in and out of its client."""

    def __init__(self, read: Read, send: Send) -> None:
        self._read, self._send = read, send

    def look_at(self, project: int, tasks: Sequence[int]) -> list[Look]:
        """Look at tasks afresh; see `builder.ports.Studio`."""
        looks: list[Look] = []
        for at in range(0, len(tasks), _AT_ONCE):
            wanted = list(tasks[at : at + _AT_ONCE])
            # Drafts first: one that is submitted meanwhile is seen as an answer too, and never as neither.
            begun = self._drafted(project)
            looks += [_look(row, row.id in begun) for row in self._rows(project, wanted)]
        return looks

    def offer(self, task: int, prediction: Mapping[str, Any]) -> int:
        """Add a prediction that reviewers see; see `builder.ports.Studio`."""
        body = {**prediction, "task": task, "model_version": SHOWN_VERSION}
        return believed(Made, self._send("POST", "/api/predictions/", body), "the new prediction").id

    def retire(self, prediction: int) -> None:
        """Hide a prediction; see `builder.ports.Studio`."""
        hidden = self._send("PATCH", f"/api/predictions/{prediction}/", {"model_version": RETIRED_VERSION})
        if believed(Made, hidden, "the old prediction").id != prediction:
            raise Unavailable(f"another prediction than {prediction} was hidden; run the same command again")

    def _rows(self, project: int, tasks: list[int]) -> list[PredictedTask]:
        chosen = json.dumps({"selectedItems": {"all": False, "included": tasks}})
        where = {"project": project, "query": chosen, "fields": "all", "include": _FIELDS, "page_size": len(tasks)}
        page = self._read(PredictedPage, "the predictions", "/api/tasks/", **where, page=1)
        if page.total != len(page.tasks) or not {row.id for row in page.tasks} <= {*tasks}:
            raise Unavailable(f"asked for {len(tasks)} tasks, the server gave others, or not all; try again")
        return page.tasks

    def _drafted(self, project: int) -> set[int]:
        """Name the tasks on which anybody has begun and not submitted; a task itself shows an account only its own."""
        begun = {"filter": "filter:tasks:draft_exists", "operator": "equal", "type": "Boolean", "value": True}
        query = json.dumps({"filters": {"conjunction": "and", "items": [begun]}, "ordering": ["tasks:id"]})

        def page(number: int) -> tuple[int, list[Made]]:
            where = {"project": project, "query": query, "include": "id", "page_size": _PAGE}
            answer = self._read(IdPage, "the tasks with drafts", "/api/tasks/", **where, page=number)
            return answer.total, answer.tasks

        return {row.id for row in read_whole(page, "tasks")}


def _look(row: PredictedTask, has_draft: bool) -> Look:
    in_order = sorted(row.predictions, key=lambda prediction: prediction.id)
    offered = tuple(Offered(one.id, one.result, one.model_version == SHOWN_VERSION) for one in in_order)
    return Look(row.id, has_draft or 0 < row.total_annotations + row.cancelled_annotations, offered)
