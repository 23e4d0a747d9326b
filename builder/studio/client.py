"""Any Label Studio server, under our nouns: the only file that knows its SDK.

Our tasks go out as they are, a server's answers come back checked. Nothing that creates is ever sent twice
from here (the server does not deduplicate); whoever asked looks up what arrived and settles it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from builder.errors import BrokenError, Unavailable, UsageError
from builder.ports import TaskState
from builder.studio import wire
from builder.studio.answers import (
    Account,
    FullTask,
    Given,
    Imported,
    Made,
    Person,
    Project,
    ProjectPage,
    TaskPage,
    TaskRow,
    believed,
)
from builder.studio.codec import BATCH, KEY
from builder.studio.paging import read_whole

if TYPE_CHECKING:
    from label_studio_sdk.core.client_wrapper import SyncClientWrapper

# Reviewers see only the predictions whose model version is the project's own, so all of ours carry one name;
# who proposed what, and with which version, is known in the store.
SHOWN_VERSION = "builder"

TITLE_LENGTH = 50

_ATTEMPTS = 3
_PAGE = 500
_PROJECT_FIELDS = "id,description,model_version,label_config,expert_instruction,maximum_annotations"
_TASK_FIELDS = "id,data,updated_at,total_annotations,cancelled_annotations"

# Written anew at each reading ("3 minutes ago") or derived from the account: they would make an unchanged
# annotation look edited.
_VOLATILE = frozenset({"created_ago", "created_username"})


class StudioClient:
    """A `builder.ports.Studio` over HTTP, as one account."""

    def __init__(self, url: str, token: str, *, pause: Callable[[float], None] = time.sleep) -> None:
        self.url = wire.checked_url(url)
        self._pause = pause
        self._transport = _open_transport(self.url, token)

    def whoami(self) -> str:
        """Give the e-mail address of this account."""
        return believed(Account, self._get("/api/current-user/whoami"), "this account").email

    def people(self) -> dict[int, str]:
        """Give the e-mail address of every account, by id."""
        accounts = believed(list[Account], self._get("/api/users/"), "the accounts")
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
        body = [_shown(task) for task in tasks]
        _check_sendable(body)
        path = f"/api/projects/{project}/import"
        imported = believed(Imported, self._send("POST", path, body, return_task_ids="true"), "the import")
        if len(set(imported.task_ids)) != len(tasks):
            raise Unavailable(f"{self.url} took {len(imported.task_ids)} of {len(tasks)} tasks")
        return imported.task_ids

    def find_batch(self, project: int, batch: str) -> dict[str, int]:
        """Find the tasks of one push batch: sentence id → task id, the oldest if it arrived twice."""
        is_batch = {"filter": f"filter:tasks:data.{BATCH}", "operator": "equal", "type": "String", "value": batch}
        rows = self._all_tasks(project, {"conjunction": "and", "items": [is_batch]})
        newest_first = sorted(rows, key=lambda row: -row.id)
        return {str(r.data[KEY]): r.id for r in newest_first if r.data.get(BATCH) == batch}

    def list_tasks(self, project: int) -> list[TaskState]:
        """List every task of the project that is ours; complete, or an error."""
        return [
            TaskState(row.id, str(row.data[KEY]), str(row.data.get(BATCH, "")), row.stamp, row.answers)
            for row in self._all_tasks(project, None)
            if KEY in row.data
        ]

    def list_annotations(self, task: int) -> list[dict[str, Any]]:
        """Give every annotation of a task as the server holds it, skipped ones included.

        Two fields that the server writes anew at each reading are left out, and `completed_by` is an id.
        """
        # /api/tasks/{id}/annotations/ leaves out the skipped ones.
        full = believed(FullTask, self._get(f"/api/tasks/{task}", resolve_uri="false"), f"task {task}")
        annotations = [_plain(annotation) for annotation in full.annotations]
        for given in believed(list[Given], annotations, f"the annotations of task {task}"):
            if given.task != task:
                raise Unavailable(f"{self.url} answered with an annotation of task {given.task} for task {task}")
        return annotations

    def submit(
        self, task: int, result: Sequence[Mapping[str, Any]], *, lead_time: float, cancelled: bool = False
    ) -> int:
        """Answer a task as this account; give the annotation's id."""
        body = {"result": list(result), "lead_time": lead_time, "was_cancelled": cancelled, "ground_truth": False}
        _check_sendable(body)
        return believed(Made, self._send("POST", f"/api/tasks/{task}/annotations/", body), "the annotation").id

    def _marked(self, marker: str) -> Project | None:
        """Find the oldest project with this marker, should a lost answer have made two."""
        marked = [project for project in self._projects() if marker in (project.description or "")]
        return min(marked, key=lambda project: project.id, default=None)

    def _projects(self) -> list[Project]:
        def page(number: int) -> tuple[int, list[Project]]:
            content = self._get("/api/projects/", page=number, page_size=100, include=_PROJECT_FIELDS)
            answer = believed(ProjectPage, content, "the projects")
            return answer.count, answer.results

        return read_whole(page, "projects")

    def _create_project(self, marker: str, title: str, label_config: str, instruction: str, answers: int) -> int:
        settings = {
            "title": _fitting(title),
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

    def _all_tasks(self, project: int, filters: Mapping[str, Any] | None) -> list[TaskRow]:
        query = {"ordering": ["tasks:id"]} | ({"filters": filters} if filters else {})

        def page(number: int) -> tuple[int, list[TaskRow]]:
            where = {"project": project, "query": json.dumps(query), "include": _TASK_FIELDS, "resolve_uri": "false"}
            answer = believed(TaskPage, self._get("/api/tasks/", **where, page=number, page_size=_PAGE), "the tasks")
            return answer.total, answer.tasks

        return read_whole(page, "tasks")

    def _get(self, path: str, **query: Any) -> Any:
        """Read, again if need be: reading changes nothing."""
        for attempt in range(1, _ATTEMPTS):
            try:
                return self._call("GET", path, query, None)
            except Unavailable:
                self._pause(0.5 * 2**attempt)
        return self._call("GET", path, query, None)

    def _send(self, method: str, path: str, body: Any, **query: Any) -> Any:
        """Write, once: after a lost answer nobody knows whether it arrived."""
        return self._call(method, path, query, body)

    def _call(self, method: str, path: str, query: Mapping[str, Any], body: Any) -> Any:
        from label_studio_sdk.core.api_error import ApiError

        try:
            with wire.translated(self.url):
                response = self._transport.httpx_client.request(path, method=method, params=dict(query), json=body)
        except ApiError as error:
            # Only a personal access token, traded for a short-lived one, fails here. Its text holds cookies.
            raise _api_problem(self.url, error.status_code) from None
        return wire.json_of(response, self.url)


def _open_transport(url: str, token: str) -> SyncClientWrapper:
    """Open the SDK's transport, which knows both kinds of access token.

    Not the whole client: importing it costs over three seconds, and its typed methods believe any answer.
    """
    from label_studio_sdk.core.api_error import ApiError
    from label_studio_sdk.core.client_wrapper import SyncClientWrapper

    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError("BUILDER_STUDIO_KEY is empty or holds characters that no access token has")
    try:
        # By itself the SDK repeats a POST up to three times, which makes every task twice or thrice.
        return SyncClientWrapper(base_url=url, api_key=token, max_retries=0, httpx_client=wire.connect(url))
    except ApiError as error:
        raise _api_problem(url, error.status_code) from None


def _api_problem(url: str, status: int | None) -> UsageError | Unavailable:
    if status in (401, 403):
        return wire.token_refused(url)
    return Unavailable(f"{url} did not accept the personal access token (status {status}); try again later")


def _shown(task: Mapping[str, Any]) -> dict[str, Any]:
    """Give a task whose predictions reviewers will see."""
    predictions = [{**prediction, "model_version": SHOWN_VERSION} for prediction in task.get("predictions", ())]
    return {**task, "predictions": predictions}


def _plain(annotation: Mapping[str, Any]) -> dict[str, Any]:
    plain = {key: value for key, value in annotation.items() if key not in _VOLATILE}
    author = plain.get("completed_by")
    return plain | {"completed_by": believed(Person, author, "an author").id} if isinstance(author, dict) else plain


def _fitting(title: str) -> str:
    """Fit a title into the 3 to 50 characters a server allows."""
    return title.strip()[:TITLE_LENGTH].strip().ljust(3, "_")


def _check_sendable(body: Any) -> None:
    """Stop what a server would accept and then choke on: one lone surrogate makes a whole project unreadable."""
    try:
        json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except ValueError as error:
        raise BrokenError(f"text that cannot be sent reached the client: {error.__class__.__name__}") from None
    if any("\0" in text for text in _texts(body)):
        raise BrokenError("text that cannot be sent reached the client: a NUL character")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _texts(list(value.values()))
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
