"""What is said to a Label Studio server, and what it lists, in the forms that each side takes. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from builder.errors import BrokenError
from builder.ports import TaskState
from builder.studio.answers import Person, TaskRow, believed
from builder.studio.codec import BATCH, SHOWN_VERSION, sentences_of

TITLE_LENGTH = 50

# Written anew at each reading ("3 minutes ago") or derived from the account: they would make an unchanged
# annotation look edited.
VOLATILE = frozenset({"created_ago", "created_username"})


def shown(task: Mapping[str, Any]) -> dict[str, Any]:
    """Give a task whose predictions reviewers will see, unless they name another version themselves."""
    predictions = [{"model_version": SHOWN_VERSION, **prediction} for prediction in task.get("predictions", ())]
    return {**task, "predictions": predictions}


def state(row: TaskRow) -> TaskState:
    """Keep of a listed task what names it and whether it changed; its texts would fill the memory."""
    return TaskState(
        row.id, sentences_of(row.data), str(row.data.get(BATCH, "")), row.stamp, row.answers, is_readable=bool(row.data)
    )


def plain(annotation: Mapping[str, Any]) -> dict[str, Any]:
    """Give an annotation without what the server writes anew at each reading; its author as an id."""
    kept = {key: value for key, value in annotation.items() if key not in VOLATILE}
    author = kept.get("completed_by")
    return kept | {"completed_by": believed(Person, author, "an author").id} if isinstance(author, dict) else kept


def fitting(title: str) -> str:
    """Fit a title into the 3 to 50 characters a server allows, none of them invisible."""
    return "".join(filter(str.isprintable, title)).strip()[:TITLE_LENGTH].strip().ljust(3, "_")


def sendable(body: Any) -> bytes:
    """Pack a body; stop what a server would accept and then choke on: a lone surrogate makes a project unreadable."""
    try:
        packed = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except ValueError as error:
        raise BrokenError(f"text that cannot be sent reached the client: {error.__class__.__name__}") from None
    if b"\\u0000" in packed and any("\0" in text for text in _texts(body)):
        raise BrokenError("text that cannot be sent reached the client: a NUL character")
    return packed


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _texts(list(value.values()))
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
