"""What a Label Studio server must answer, as strict shapes; anything else is not believed.

The SDK's own models accept `{}` as success and a page that stops early as complete, hence these.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from builder.errors import Unavailable

# What is greater than this fits no database.
_MOST = 2**63
Id = Annotated[int, Field(gt=0, lt=_MOST)]
Count = Annotated[int, Field(ge=0, lt=_MOST)]

T = TypeVar("T")


class _Answer(BaseModel):
    """Strict about what it names, silent about the rest, which differs between versions."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", protected_namespaces=())


class Account(_Answer):
    """One account."""

    id: Id
    email: str


class Project(_Answer):
    """A project, as listed."""

    id: Id
    description: str | None
    model_version: str | None
    label_config: str | None
    expert_instruction: str | None
    maximum_annotations: Count


class ProjectPage(_Answer):
    """One page of projects."""

    count: Count
    results: list[Project]


class Imported(_Answer):
    """The outcome of an import."""

    task_count: Count
    task_ids: list[Id]


class TaskRow(_Answer):
    """A task, as listed."""

    id: Id
    data: dict[str, Any] = {}
    annotations: list[dict[str, Any]] = []
    updated_at: str
    total_annotations: Count
    cancelled_annotations: Count

    @property
    def answers(self) -> int:
        """Count the annotations, skipped ones included."""
        return self.total_annotations + self.cancelled_annotations

    @property
    def stamp(self) -> str:
        """Say the state of its annotations; the counts are in it, as deletions may not move the time."""
        return f"{self.updated_at}/{self.total_annotations}/{self.cancelled_annotations}"


class TaskPage(_Answer):
    """One page of tasks."""

    total: Count
    total_annotations: int = -1
    tasks: list[TaskRow]


class TaskCount(_Answer):
    """How many tasks there are."""

    total: Count


class Person(_Answer):
    """Who gave an annotation, as a task shows it."""

    id: Id


class Given(_Answer):
    """The parts of an annotation that everything later rests on."""

    id: Id
    task: Id
    result: list[Any]
    was_cancelled: bool
    created_at: str
    updated_at: str
    completed_by: Id | None


class Begun(_Answer):
    """The parts of a draft that everything later rests on."""

    id: Id
    task: Id
    user: str
    result: list[Any]
    created_at: str
    updated_at: str


class FullTask(_Answer):
    """A task with all its annotations, verbatim."""

    id: Id
    annotations: list[dict[str, Any]]


class Invite(_Answer):
    """Where people make their accounts."""

    invite_url: str


class Placed(_Answer):
    """Where a task stands."""

    project: Id | None


class PredictionRow(_Answer):
    """A prediction, as its task lists it."""

    id: Id
    result: list[dict[str, Any]]
    model_version: str | None


class PredictedTask(_Answer):
    """A task with its predictions and the number of answers."""

    id: Id
    total_annotations: Count
    cancelled_annotations: Count
    predictions: list[PredictionRow]


class PredictedPage(_Answer):
    """All tasks that were asked for."""

    total: Count
    tasks: list[PredictedTask]


class Made(_Answer):
    """Something just created."""

    id: Id


class IdPage(_Answer):
    """One page of tasks of which only the ids are asked for."""

    total: Count
    tasks: list[Made]


def believed(shape: type[T], content: Any, what: str) -> T:
    """Check an answer against its shape.

    Raises:
        Unavailable: it does not fit; a proxy's page, a truncated answer or another kind of server.
    """
    try:
        return TypeAdapter(shape).validate_python(content)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Unavailable(f"the answer for {what} makes no sense: {where or 'all of it'}: {first['msg']}") from None
