"""Any Label Studio server, under our nouns: the only file that knows its SDK.

Our tasks go out as they are, a server's answers come back checked. Nothing that creates is ever sent twice
from here (the server does not deduplicate); whoever asked looks up what arrived and settles it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from builder.errors import Unavailable, UsageError
from builder.ports import Listing, Look, TaskRead, TaskState
from builder.studio import bodies, wire
from builder.studio.answers import (
    Account,
    Given,
    Imported,
    Invite,
    Made,
    Project,
    ProjectPage,
    TaskCount,
    TaskPage,
    believed,
)
from builder.studio.codec import BATCH, SHOWN_VERSION
from builder.studio.offers import Offers
from builder.studio.paging import read_whole
from builder.studio.task_reader import TaskReader

if TYPE_CHECKING:
    from label_studio_sdk.core.client_wrapper import SyncClientWrapper

T = TypeVar("T")

_ATTEMPTS = 3
_LONGEST_PAUSE = 60.0
_PAGE = 500
_PROJECT_FIELDS = "id,description,model_version,label_config,expert_instruction,maximum_annotations"
_TASK_FIELDS = "id,data,updated_at,total_annotations,cancelled_annotations"


class StudioClient:
    """A `builder.ports.Studio` over HTTP, as one account."""

    def __init__(
        self, url: str, token: str, *, pause: Callable[[float], None] = time.sleep, timeout: float = wire.TIMEOUT
    ) -> None:
        self.url = wire.checked_url(url)
        self._pause = pause
        self._transport = _open_transport(self.url, token, timeout)
        self._tasks = TaskReader(self._read)
        self._offers = Offers(self._read, self._send)

    def whoami(self) -> str:
        """Give the e-mail address of this account."""
        return self._read(Account, "this account", "/api/current-user/whoami").email

    def people(self) -> dict[int, str]:
        """Give the e-mail address of every account, by id."""
        accounts = self._read(list[Account], "the accounts", "/api/users/")
        return {account.id: account.email for account in accounts}

    def project_url(self, project: int) -> str:
        """Say where a person reviews the project, one task after the other; only there can a task be skipped."""
        return f"{self.url}/projects/{project}/data?labeling=1"

    def find_project(self, marker: str) -> int | None:
        """Find the project that carries the marker."""
        found = self._marked(marker)
        return found.id if found else None

    def open_project(self, marker: str, title: str, label_config: str, instruction: str, *, answers: int = 1) -> int:
        """Find the project that carries the marker, or create it; give its id.

        It asks for `answers` annotations per task and shows each reviewer our predictions; one that exists is brought
        up to date.
        """
        found = self._marked(marker)
        if found is None:
            return self._create_project(marker, title, label_config, instruction, answers)
        changed: dict[str, Any] = {}
        if found.model_version not in (SHOWN_VERSION, None, ""):
            # Somebody chose another version: our proposals would stay invisible and be approved unseen.
            changed["model_version"] = SHOWN_VERSION
        if found.label_config != label_config:
            changed["label_config"] = label_config
        if found.expert_instruction != instruction:
            changed["expert_instruction"] = instruction
        if found.maximum_annotations != answers:
            changed["maximum_annotations"] = answers
        if changed:
            self._send("PATCH", f"/api/projects/{found.id}/", changed)
        return found.id

    def import_tasks(self, project: int, tasks: Sequence[Mapping[str, Any]]) -> list[int]:
        """Create tasks with their predictions, all or nothing; give their ids in order.

        Raises:
            Unavailable: it is not certain what arrived; `find_batch` tells.
        """
        if not tasks:
            return []
        body = [bodies.shown(task) for task in tasks]
        path = f"/api/projects/{project}/import"
        try:
            imported = believed(Imported, self._send("POST", path, body, return_task_ids="true"), "the import")
        except wire.NotThere as error:
            # A gateway that lost its server says so too, before or after the server has done its work.
            raise Unavailable(str(error)) from None
        if len(set(imported.task_ids)) != len(tasks):
            raise Unavailable(f"{self.url} took {len(imported.task_ids)} of {len(tasks)} tasks")
        return imported.task_ids

    def find_batch(self, project: int, batch: str) -> dict[str, int]:
        """Find the tasks of one push batch: sentence id → task id, the oldest if it arrived twice."""
        is_batch = {"filter": f"filter:tasks:data.{BATCH}", "operator": "equal", "type": "String", "value": batch}
        rows = self._all_tasks(project, {"conjunction": "and", "items": [is_batch]})
        newest_first = sorted(rows, key=lambda row: -row.id)
        ours = [row for row in newest_first if row.batch == batch]
        return {sentence: row.id for row in ours for sentence in row.sentences}

    def list_tasks(self, project: int) -> list[TaskState]:
        """List every task of the project that is ours; complete, or an error."""
        return [state for state in self._all_tasks(project, None) if state.sentences or not state.is_readable]

    def count_tasks(self, project: int) -> int:
        """Count the tasks of the project, whoever made them."""
        where: dict[str, Any] = {"project": project, "include": "id", "page_size": 1}
        return self._read(TaskCount, "the number of tasks", "/api/tasks/", **where).total

    def list_annotations(self, task: int) -> list[dict[str, Any]]:
        """Give every annotation of a task as the server holds it, skipped ones included."""
        return self._tasks.answers_to(task)

    def list_stamps(self, project: int, since: str = "", at_most: int | None = None) -> Listing:
        """List the stamp of every task, or of those changed after a time; complete, or an error."""
        return self._tasks.list_stamps(project, since, at_most)

    def read_tasks(self, project: int, tasks: Sequence[int]) -> list[TaskRead]:
        """Read tasks with their answers; one that the server cannot give back is named, and the rest is read."""
        return self._tasks.read_tasks(project, tasks)

    def read_drafts(self, project: int) -> dict[int, list[dict[str, Any]] | None]:
        """Give what anybody has begun and not submitted, by task; None where the server cannot give it back."""
        return self._tasks.read_drafts(project)

    def project_of(self, task: int) -> int | None:
        """Find the project that holds a task now; nothing if the task is not there."""
        return self._tasks.project_of(task)

    def look_at(self, project: int, tasks: Sequence[int]) -> list[Look]:
        """Look at tasks afresh, with the predictions at them; one that is not there any more is left out."""
        return self._offers.look_at(project, tasks)

    def offer(self, task: int, prediction: Mapping[str, Any]) -> int:
        """Show reviewers of a task one more prediction; give its id."""
        return self._offers.offer(task, prediction)

    def retire(self, prediction: int) -> None:
        """Show a prediction no longer; it stays."""
        self._offers.retire(prediction)

    def submit(
        self, task: int, result: Sequence[Mapping[str, Any]], *, lead_time: float, cancelled: bool = False
    ) -> int:
        """Answer a task as this account; give the annotation's id."""
        body = {"result": list(result), "lead_time": lead_time, "was_cancelled": cancelled, "ground_truth": False}
        return believed(Made, self._send("POST", f"/api/tasks/{task}/annotations/", body), "the annotation").id

    def give_back(self, task: int, body: Mapping[str, Any], unique_id: str, author: int | None) -> str:
        """Answer a task as it was answered before, in its author's name; nothing if it has an answer of this name."""
        kept = {key: body[key] for key in ("result", "was_cancelled", "lead_time", "ground_truth") if key in body}
        answer = {**kept, "unique_id": unique_id} | ({} if author is None else {"completed_by": author})
        try:
            made = believed(Given, self._send("POST", f"/api/tasks/{task}/annotations/", answer), "the annotation")
        except wire.AlreadyThere:
            return ""
        return f"{made.id}:{made.created_at}"

    def invite(self) -> str:
        """Give the address at which people make their accounts."""
        return self._read(Invite, "the invite link", "/api/invite").invite_url

    def _marked(self, marker: str) -> Project | None:
        """Find the oldest project with this marker, should a lost answer have made two."""
        marked = [project for project in self._projects() if marker in (project.description or "").split()]
        return min(marked, key=lambda project: project.id, default=None)

    def _projects(self) -> list[Project]:
        def page(number: int) -> tuple[int, list[Project]]:
            where: dict[str, Any] = {"page": number, "page_size": 100, "include": _PROJECT_FIELDS}
            answer = self._read(ProjectPage, "the projects", "/api/projects/", **where)
            return answer.count, answer.results

        return read_whole(page, "projects")

    def _create_project(self, marker: str, title: str, label_config: str, instruction: str, answers: int) -> int:
        settings = {
            "title": bodies.fitting(title),
            "description": f"Made by annotation-dataset-builder; the next line is how it finds this project.\n{marker}",
            "label_config": label_config,
            "expert_instruction": instruction,
            # The dialog would cover the first task, and Ctrl+Enter submit what nobody saw behind it.
            "show_instruction": False,
            "show_collab_predictions": True,
            "model_version": SHOWN_VERSION,
            "maximum_annotations": answers,
            "sampling": "Sequential sampling",
        }
        return believed(Made, self._send("POST", "/api/projects/", settings), "the new project").id

    def _all_tasks(self, project: int, filters: Mapping[str, Any] | None) -> list[TaskState]:
        query = {"ordering": ["tasks:id"]} | ({"filters": filters} if filters else {})

        def page(number: int) -> tuple[int, list[TaskState]]:
            where: dict[str, Any] = {"project": project, "query": json.dumps(query), "page": number, "page_size": _PAGE}
            where |= {"include": _TASK_FIELDS, "resolve_uri": "false"}
            try:
                answer = self._read(TaskPage, "the tasks", "/api/tasks/", once=True, **where)
            except wire.Choked:
                total, rows = self._tasks.page_in_halves(project, query, number, _PAGE)
                return total, [bodies.state(row) for row in rows]
            return answer.total, [bodies.state(row) for row in answer.tasks]

        return read_whole(page, "tasks")

    def _read(self, shape: type[T], what: str, path: str, *, once: bool = False, **query: Any) -> T:
        """Read what must have this shape, again if need be: reading changes nothing.

        Asked `once`, a server that breaks down over it has answered.
        """
        for attempt in range(1, _ATTEMPTS):
            try:
                return believed(shape, self._call("GET", path, query), what)
            except Unavailable as error:
                if once and isinstance(error, wire.Choked):
                    raise
                self._pause(max(0.5 * 2**attempt, min(error.after, _LONGEST_PAUSE)))
        return believed(shape, self._call("GET", path, query), what)

    def _send(self, method: str, path: str, body: Any, **query: Any) -> Any:
        """Write, once: after a lost answer nobody knows whether it arrived."""
        return self._call(method, path, query, bodies.sendable(body))

    def _call(self, method: str, path: str, query: Mapping[str, Any], body: bytes | None = None) -> Any:
        from label_studio_sdk.core.api_error import ApiError

        headers = {"Content-Type": "application/json"} if body else None
        try:
            with wire.translated(self.url):
                response = self._transport.httpx_client.request(
                    path, method=method, params=dict(query), content=body, headers=headers
                )
        except (ApiError, ValueError, RecursionError) as error:
            # Only a personal access token, traded for a short-lived one, fails here. Its text holds cookies and tokens.
            raise _api_problem(self.url, error) from None
        return wire.json_of(response, self.url)


def _open_transport(url: str, token: str, timeout: float) -> SyncClientWrapper:
    """Open the SDK's transport, which knows both kinds of access token.

    Not the whole client: importing it costs over three seconds, and its typed methods believe any answer.
    """
    from label_studio_sdk.core.api_error import ApiError
    from label_studio_sdk.core.client_wrapper import SyncClientWrapper

    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError("BUILDER_STUDIO_KEY is empty or holds characters that no access token has")
    try:
        # By itself the SDK repeats a POST up to three times, which makes every task twice or thrice.
        return SyncClientWrapper(
            base_url=url, api_key=token, max_retries=0, httpx_client=wire.connect(url, timeout=timeout)
        )
    except (ApiError, ValueError, RecursionError) as error:
        raise _api_problem(url, error) from None


def _api_problem(url: str, error: Exception) -> UsageError | Unavailable:
    status = getattr(error, "status_code", None) or "unknown"
    if status in (401, 403):
        return wire.token_refused(url)
    return Unavailable(f"{url} did not accept the personal access token (status {status}); try again later")
